"""AWS signatures in place of tokens, through the program: every request is
signed a second time by what AWS's own SDK signs with, and compared."""

import json

import e2e
from e2e import case
from servers import Stranger, fetch, peer
from talk import seen

PERMANENT = {
    "AWS_ACCESS_KEY_ID": "AKIDPERMANENT",
    "AWS_SECRET_ACCESS_KEY": "CANARY-permanent/key+of=AWS",
}
TEMPORARY = {
    "AWS_ACCESS_KEY_ID": "ASIATEMPORARY",
    "AWS_SECRET_ACCESS_KEY": "CANARY-temporary/key+of=AWS",
    "AWS_SESSION_TOKEN": "CANARY-session/token+of==",
}
RENEWED = {
    "AccessKeyId": "ASIARENEWED",
    "SecretAccessKey": "CANARY-renewed/key+of=AWS",
    "SessionToken": "CANARY-session/renewed+of==",
    "Version": 1,
}
ADD = ("tools", "call", "add", "--args", '{"a": 40, "b": 2}')
SIGNED = ("--auth", "sigv4", "--region", "us-west-2")


def enter(t, form="gateway", keys=None, **options):
    server = peer("iam.mjs", *options.get("arguments", ()),
                  **{k: v for k, v in options.items() if k == "env"})
    t.use({"MCPAUTH_SERVER": server[form], **(keys or PERMANENT)})
    return server


@case
def both_urls_take_a_signature_as_events_and_as_json(t):
    for arguments in ((), ("--json",)):
        for form in ("gateway", "runtime"):
            for keys in (PERMANENT, TEMPORARY):
                t.use({"AWS_SESSION_TOKEN": None})
                server = enter(t, form, keys, arguments=arguments)
                before = len(seen(server))
                assert t.run(*ADD, *SIGNED).out.strip() == "42", form
                came = seen(server)[before:]
                assert {it["token"] for it in came} == {"AWS4-HMAC-SHA256"}
                assert {it["status"] for it in came} <= {200, 202, 400, 404}
                assert "DELETE" in [it["method"] for it in came], came


@case
def the_arn_is_the_server_and_its_region_is_signed_for(t):
    server = enter(t, "runtime")
    t.use({"MCPAUTH_SERVER": server["arn"], "AWS_REGION": "eu-west-1",
           "MCPAUTH_AGENTCORE_ENDPOINT": server["origin"],
           "MCPAUTH_AUTH": "sigv4"})
    assert t.run(*ADD).out.strip() == "42"


@case
def the_files_of_aws_tools_are_read(t):
    server = enter(t)
    t.use({name: None for name in PERMANENT})
    t.write("home/.aws/credentials", f"""[work]
aws_access_key_id = AKIDPERMANENT
aws_secret_access_key = {PERMANENT["AWS_SECRET_ACCESS_KEY"]}
""")
    t.write("home/.aws/config", f"""[profile work]
region = us-west-2
[profile made]
region = us-west-2
credential_process = echo '{json.dumps(RENEWED)}'
[profile garbage]
region = us-west-2
credential_process = echo CANARY-garbage
""")
    t.configure({"iam": {"url": server["gateway"], "oauth": {
        "auth": "sigv4", "aws_profile": "work"}}})
    t.use({"MCPAUTH_SERVER": "iam"})
    assert t.run(*ADD).out.strip() == "42"
    t.use({"MCPAUTH_SERVER": server["gateway"], "AWS_PROFILE": "made"})
    assert t.run(*ADD, "--auth", "sigv4").out.strip() == "42"
    t.use({"AWS_PROFILE": "garbage"})
    result = t.run(*ADD, "--auth", "sigv4", code=1)
    assert 'the AWS profile "garbage": credential_process' in result.err


@case
def a_file_of_variables_has_the_keys_S_053(t):
    enter(t)
    t.use({name: None for name in PERMANENT})
    path = t.write("keys.env", "".join(
        f"{name}={value}\n" for name, value in TEMPORARY.items()))
    result = t.run(*ADD, *SIGNED, "--env-file", str(path))
    assert result.out.strip() == "42", result


@case
def a_wrong_key_is_told_in_the_services_words_S_054(t):
    enter(t, keys={**PERMANENT, "AWS_SECRET_ACCESS_KEY": "CANARY-wrong"})
    result = t.run(*ADD, *SIGNED, code=4)
    assert "InvalidSignatureException" in result.err, result
    assert "signature we calculated does not match" in result.err, result
    assert "check the secret access key" in result.err, result
    t.use({**TEMPORARY, "AWS_SECRET_ACCESS_KEY": "CANARY-wrong"})
    result = t.run(*ADD, *SIGNED, code=4)
    assert "x-amz-security-token:[masked]" in result.err, result
    t.use({"AWS_ACCESS_KEY_ID": "AKIDNOBODY"})
    result = t.run(*ADD, *SIGNED, code=4)
    assert "UnrecognizedClientException" in result.err, result


@case
def what_is_missing_is_named(t):
    enter(t)
    result = t.run(*ADD, "--auth", "sigv4", code=2)
    assert "region" in result.err and "AWS_REGION" in result.err, result
    t.use({name: None for name in PERMANENT})
    result = t.run(*ADD, *SIGNED, code=2)
    assert "there are no AWS credentials" in result.err, result
    assert "AWS_PROFILE" in result.err, result


@case
def a_trace_shows_no_key_S_054(t):
    enter(t, keys=TEMPORARY)
    assert t.run(*ADD, *SIGNED, "--trace", t.trace()).out.strip() == "42"


@case
def status_says_what_is_used(t):
    enter(t, "runtime")
    result = t.run("status", "--auth", "sigv4")
    for words in ("auth       sigv4", "region     us-west-2",
                  "keys       the environment"):
        assert words in result.out, result
    login, = t.run("status", "--auth", "sigv4", "--json").json()["logins"]
    assert login["auth"] == "sigv4" and login["region"] == "us-west-2"
    result = t.run("login", "--auth", "sigv4", code=2)
    assert "neither a login nor a token" in result.err, result


@case
def auth_none_sends_nothing(t):
    server = enter(t)
    before = len(seen(server))
    result = t.run(*ADD, "--auth", "none", code=None)
    assert result.code and "403" in result.err, result
    assert all(not it.get("token") for it in seen(server)[before:])


@case
def a_bridge_signs_too(t):
    server = enter(t, "runtime")
    bridge = t.start("connect", "--auth", "sigv4", stdin=-1)
    bridge.send("".join(json.dumps(line) + "\n" for line in (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "host", "version": "1"}}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "add", "arguments": {"a": 40, "b": 2}}})))
    result = bridge.finish(0)
    answers = [json.loads(line) for line in result.out.splitlines()]
    sums = [it["result"]["content"][0]["text"] for it in answers
            if it.get("id") == 2]
    assert sums == ["42"], (answers, result.err)
    assert {it["status"] for it in seen(server)} <= {200, 202, 400, 403, 404}


@case
def a_redirect_takes_no_signature_along_S_007(t):
    for status in (302, 307):
        here, there = Stranger(t), Stranger(t)
        here.documents["/mcp"] = (
            status, {"Location": there.origin + "/mcp"}, b"")
        t.use({"MCPAUTH_SERVER": here.origin + "/mcp", **TEMPORARY})
        result = t.run(*ADD, *SIGNED, code=None)
        assert result.code and "redirect" in result.err, result
        assert b"AWS4-HMAC-SHA256" in here.heard
        assert not there.asked


@case
def expired_credentials_are_read_again_once(t):
    server = enter(t)
    t.use({name: None for name in PERMANENT})
    first = {**RENEWED, "AccessKeyId": TEMPORARY["AWS_ACCESS_KEY_ID"],
             "SecretAccessKey": TEMPORARY["AWS_SECRET_ACCESS_KEY"],
             "SessionToken": TEMPORARY["AWS_SESSION_TOKEN"]}
    mark = t.write("cwd/read", "")
    t.write("aws-config", f"""[default]
region = us-west-2
credential_process = echo x >> {mark}; if test "$(wc -l < {mark})" -gt 1;\
 then echo '{json.dumps(RENEWED)}'; else echo '{json.dumps(first)}'; fi
""")
    t.use({"AWS_CONFIG_FILE": str(t.dir / "aws-config")})
    fetch(server["origin"] + "/_expire", "POST")
    assert t.run(*ADD, "--auth", "sigv4").out.strip() == "42"
    assert mark.read_text() == "x\nx\n"
    t.use(TEMPORARY)
    result = t.run(*ADD, *SIGNED, code=4)
    assert "ExpiredTokenException" in result.err, result
    assert "renew them" in result.err, result


if __name__ == "__main__":
    e2e.main()
