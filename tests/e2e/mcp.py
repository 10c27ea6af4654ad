"""What MCP servers offer, through the program: the official SDK's server and
server-everything, both behind tokens of oidc-provider."""

import json

import e2e
from e2e import case
from servers import peer

BIG = 5 * 1024 * 1024


def enter(t, script="mcp-sdk-server.mjs", *arguments):
    issuer = peer("oidc.mjs")
    server = peer(script, "--issuer", issuer["issuer"], *arguments)
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": issuer["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": issuer["m2m"]["client_secret"]})


def both_ways(t, act):
    """Once over event streams, once over plain JSON."""
    for arguments in ((), ("--json",)):
        enter(t, "mcp-sdk-server.mjs", *arguments)
        act()


@case
def seed_37_the_sdks_tools_are_listed_and_counted_T_022(t):
    def act():
        result = t.run("tools", "list")
        assert "Found 6 tools" in result.out, result
        for name in ("add", "echo", "whoami", "fail", "big", "slow"):
            assert name in result.out, result
    both_ways(t, act)


@case
def seed_38_the_sdks_tools_are_called(t):
    def act():
        result = t.run("tools", "call", "echo", "--arg", "message=hei på deg")
        assert result.out == "hei på deg\n", result
        result = t.run("tools", "call", "add", "--args",
                       '{"a": 0.5, "b": 0.25}')
        assert "0.75" in result.out, result
        result = t.run("tools", "call", "whoami")
        assert result.out.strip() == "oidc-m2m", result
    both_ways(t, act)


@case
def arguments_take_the_types_of_the_schema(t):
    enter(t)
    assert "7" in t.run("tools", "call", "add", "--arg", "a=3",
                        "--arg", "b:=4").out
    assert t.run("tools", "call", "echo", "--arg",
                 "message=12").out == "12\n"
    result = t.run("tools", "call", "echo", "--args", "-",
                   text='{"message": "from stdin"}')
    assert result.out == "from stdin\n", result
    path = t.write("arguments.json", '{"message": "from a file"}')
    assert t.run("tools", "call", "echo", "--args",
                 f"@{path}").out == "from a file\n"


@case
def seed_36_five_mebibytes_arrive_whole_S_011(t):
    def act():
        assert len(t.run("tools", "call", "big").raw) == BIG + 1
        document = t.run("tools", "call", "big", "--json").json()
        assert document["content"][0]["text"] == "x" * BIG
    both_ways(t, act)


@case
def a_tools_error_is_status_5_T_106(t):
    def act():
        result = t.run("tools", "call", "fail", code=5)
        assert "it failed, as asked" in result.out + result.err, result
        result = t.run("tools", "call", "fail", "--json", code=5)
        assert result.json()["isError"] is True
    both_ways(t, act)


@case
def seed_38_an_unknown_tool_is_status_5_and_names_the_others(t):
    enter(t)
    result = t.run("tools", "call", "nonesuch", code=5)
    assert "nonesuch" in result.err and "whoami" in result.err, result
    assert not result.out, result


@case
def structured_output_is_passed_on_byte_for_byte_T_007(t):
    enter(t)
    result = t.run("tools", "call", "add", "--arg", "a=1", "--arg", "b=2",
                   "--json")
    assert result.out == ('{"content":[{"type":"text","text":"3"}],'
                          '"structuredContent":{"sum":3}}\n'), result


@case
def resources_are_listed_read_and_templated(t):
    enter(t)
    assert "memo://motto" in t.run("resources", "list").out
    assert t.run("resources", "read", "memo://motto").out.strip() == \
        "peers are real"
    assert t.run("resources", "read", "memo://page/7").out.strip() == "page 7"
    assert "memo://page/{number}" in t.run("resources", "templates").out
    document = t.run("resources", "read", "memo://motto", "--json").json()
    assert document["contents"][0]["text"] == "peers are real"
    result = t.run("resources", "read", "memo://nothing", code=5)
    assert "memo://nothing" in result.err, result


@case
def prompts_are_listed_and_filled(t):
    enter(t)
    assert "greet" in t.run("prompts", "list").out
    assert "Greet Ada" in t.run("prompts", "get", "greet", "--arg",
                                "name=Ada").out
    t.run("prompts", "get", "nonesuch", code=5)


@case
def info_says_who_the_server_is(t):
    enter(t)
    result = t.run("info")
    assert "sdk-server" in result.out and "2025-11-25" in result.out, result
    assert isinstance(t.run("info", "--json").json(), dict)


@case
def a_version_may_be_pinned_T_074_T_076(t):
    enter(t)
    assert "2025-06-18, with sessions" in \
        t.run("info", "--protocol", "2025-06-18").out
    document = t.run("info", "--json", "--protocol=2025-03-26").json()
    assert document["protocolVersion"] == "2025-03-26", document
    assert document["era"] == "sessions", document
    result = t.run("info", "--protocol", "2026-07-28", code=1)
    assert "does not seem to speak protocol version 2026-07-28" in \
        result.err, result
    assert "only MCP 2026-07-28 was tried" in result.err, result
    result = t.run("info", "--protocol", "1.0", code=2)
    assert "2025-11-25" in result.err, result


@case
def server_everything_behind_the_same_tokens(t):
    enter(t, "everything-guard.mjs")
    listed = t.run("tools", "list", "--json").json()
    tools = listed["tools"] if isinstance(listed, dict) else listed
    assert {"echo"} <= {it["name"] for it in tools}, tools
    assert f"Found {len(tools)} tools" in t.run("tools", "list").out
    assert "hello" in t.run("tools", "call", "echo", "--arg",
                            "message=hello").out
    document = t.run("resources", "list", "--json").json()
    resources = document["resources"] if isinstance(document, dict) \
        else document
    assert resources, document
    first = resources[0]["uri"]
    read = t.run("resources", "read", first, "--json").json()
    assert read["contents"][0]["uri"] == first
    assert t.run("prompts", "list").out
    assert json.loads(t.run("prompts", "list", "--json").out)


@case
def server_everything_sends_pictures_too(t):
    enter(t, "everything-guard.mjs")
    listed = t.run("tools", "list", "--json").json()
    tools = listed["tools"] if isinstance(listed, dict) else listed
    names = {it["name"] for it in tools}
    picture = next(iter(names & {"get-tiny-image", "getTinyImage"}))
    result = t.run("tools", "call", picture)
    assert "image/png" in result.out, result
    assert "iVBOR" not in result.out, "the picture was printed as text"


@case
def a_slow_tool_may_tell_its_progress_T_040(t):
    enter(t)
    assert t.run("tools", "call", "slow", "--arg",
                 "ms=50").out.strip() == "done"


if __name__ == "__main__":
    e2e.main()
