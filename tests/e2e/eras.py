"""Which revision is spoken with whom: real servers of every one of them, and
servers that change theirs."""

import e2e
from e2e import case
from servers import Peer, free_port, peer
from talk import Talk, seen

SESSIONS = ("2025-03-26", "2025-06-18", "2025-11-25")
NEWEST = "2026-07-28"


def works(t, server, url=None):
    """What the program says of the server, which also answers its tools."""
    url = url or server["url"]
    result = t.run("tools", "call", url, "echo", "--arg", "message=hello")
    assert result.out == "hello\n", result
    return t.run("info", url).out


# --- each revision ----------------------------------------------------------

@case
def servers_of_one_revision_with_sessions_are_spoken_to_T_011_T_072(t):
    for revision in SESSIONS:
        server = peer("modern.mjs", "--only", revision)
        assert revision in works(t, server), revision
        opening = seen(server, rpc="initialize")[0]["message"]["params"]
        assert opening["protocolVersion"] == "2025-11-25"


@case
def the_newest_revision_is_spoken_without_a_session_T_061_T_062_T_064(t):
    server = peer("modern.mjs", "--legacy", "reject")
    assert NEWEST in works(t, server)
    for it in seen(server):
        assert it["method"] == "POST" and it["version"] == NEWEST, it
        assert it["methodField"] == it["rpc"], it
        assert "session" not in it, it
    call = seen(server, rpc="tools/call")[0]
    assert call["nameField"] == "echo"


@case
def of_two_eras_the_newer_is_spoken_T_072(t):
    server = peer("modern.mjs")
    assert NEWEST in works(t, server)
    assert not seen(server, rpc="initialize")


@case
def a_pinned_revision_is_the_only_one_offered_T_076(t):
    server = peer("modern.mjs")
    for revision in (*SESSIONS, NEWEST):
        before = len(seen(server))
        talk = Talk(t, server["url"], revision)
        assert talk.open() == revision
        assert talk.tool("echo", {"message": "hello"}) == "hello"
        opening = seen(server)[before]
        if revision == NEWEST:
            assert opening["rpc"] == "server/discover", opening
        else:
            params = opening["message"]["params"]
            assert params["protocolVersion"] == revision, opening
    server = peer("modern.mjs", "--only", SESSIONS[1])
    failed = Talk(t, server["url"], SESSIONS[0]).open(code="E_UNSUPPORTED")
    assert SESSIONS[0] in failed["message"], failed
    assert SESSIONS[1] in failed["message"], failed
    failed = Talk(t, server["url"], NEWEST).open(code="E_UNSUPPORTED")
    assert f"does not seem to speak protocol version {NEWEST}" in \
        failed["message"], failed


@case
def the_program_speaks_the_revision_that_it_is_told_to_T_076(t):
    server = peer("modern.mjs")
    for revision in (*SESSIONS, NEWEST):
        result = t.run("info", server["url"], "--protocol", revision)
        assert revision in result.out, result
    t.run("info", server["url"], "--protocol", "2024-01-01", code=2)
    server = peer("modern.mjs", "--only", SESSIONS[1])
    failed = t.run("info", server["url"], "--protocol", SESSIONS[0], code=1)
    assert SESSIONS[1] in failed.err, failed


@case
def http_and_sse_is_what_remains_T_170_T_171(t):
    server = peer("sessions.mjs")
    assert "2024-11-05" in works(t, server, server["sse"])
    refused = seen(server, method="POST", path="/sse")
    assert [it["rpc"] for it in refused[:2]] == ["server/discover",
                                                  "initialize"]
    spoken = seen(server, path="/messages")
    assert {it["rpc"] for it in spoken} >= {
        "initialize", "notifications/initialized", "tools/call"}
    before = len(refused)
    talk = Talk(t, server["sse"], "2024-11-05")
    assert talk.open() == "2024-11-05"
    assert talk.tool("big", {"bytes": 100000}) == "x" * 100000
    refused = seen(server, method="POST", path="/sse")[before:]
    assert [it["rpc"] for it in refused] == ["initialize"]


@case
def http_and_sse_has_the_token_on_both_ways_T_172(t):
    issuer = peer("oidc.mjs")
    server = peer("sessions.mjs", "--issuer", issuer["issuer"])
    t.use({"MCPAUTH_SERVER": server["sse"],
           "OAUTH_CLIENT_ID": issuer["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": issuer["m2m"]["client_secret"]})
    result = t.run("tools", "call", "echo", "--arg", "message=hello")
    assert result.out == "hello\n", result
    for way in ({"method": "GET", "path": "/sse"},
                {"method": "POST", "path": "/messages"}):
        spoken = seen(server, **way)
        assert spoken, way
        assert spoken[-1]["token"] == "Bearer", spoken


@case
def server_everything_is_spoken_to_on_both_of_its_transports_T_170(t):
    for transport, revision in (("streamableHttp", "2025-11-25"),
                                ("sse", "2024-11-05")):
        server = peer("everything.mjs", "--transport", transport)
        assert revision in t.run("info", server["url"]).out
        result = t.run("tools", "call", server["url"], "echo", "--arg",
                       "message=hello")
        assert result.out == "Echo: hello\n", result
        result = t.run("tools", "call", server["url"],
                       "trigger-long-running-operation",
                       "--args", '{"duration": 0.05, "steps": 5}')
        assert "completed" in result.out, result
        assert "demo://resource" in t.run("resources", "list",
                                          server["url"]).out


# --- servers that change ----------------------------------------------------

@case
def a_server_that_changes_its_era_is_followed_T_070_T_074(t):
    port = str(free_port())
    scripts = [("modern.mjs", "--legacy", "reject"), ("sessions.mjs",),
               ("modern.mjs", "--only", "2025-06-18"),
               ("modern.mjs", "--legacy", "reject"),
               ("modern.mjs", "--only", "2025-03-26"), ("modern.mjs",)]
    server = Peer(*scripts[0], "--port", port)
    talk = Talk(t, server["url"], capabilities={"roots": {}})
    for number, script in enumerate(scripts):
        if number > 0:
            server.stop()
            server = Peer(*script, "--port", port)
        assert talk.tool("echo", {"message": str(number)}) == str(number)
        calls = seen(server, rpc="tools/call")
        assert 1 <= len(calls) <= 2, calls


@case
def a_stream_that_is_lost_ends_the_session_of_http_and_sse_T_172(t):
    port = str(free_port())
    server = Peer("sessions.mjs", "--port", port)
    talk = Talk(t, server["sse"], "2024-11-05")
    lost = talk.start("tools/call", {"name": "wait", "arguments": {}})
    talk.notified("notifications/message")
    server.stop()
    talk.end(lost, "E_NETWORK")
    server = Peer("sessions.mjs", "--port", port)
    assert talk.tool("echo", {"message": "again"}) == "again"
    assert len(seen(server, method="GET", path="/sse")) == 1


if __name__ == "__main__":
    e2e.main()
