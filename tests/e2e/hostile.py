"""Servers that are broken or mean, met by the whole program."""

import resource
import zlib

import e2e
from e2e import case
from proxies import Veil
from servers import Sandbox, Stranger, fetch, free_port, parameters


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


def meet(t):
    """A stranger as the MCP server, and a browser that tells of its use."""
    stranger = Stranger(t)
    opened = t.dir / "opened"
    t.use({"MCPAUTH_SERVER": stranger.url, "BROWSER": str(t.write(
        "browser", f"#!/bin/sh\necho \"$1\" >{opened}\n", 0o700))})
    stranger.opened = opened
    return stranger


# --- documents --------------------------------------------------------------

@case
def spoilt_documents_are_refused_by_name_S_011_S_014_S_018(t):
    for fault in ("oversized", "truncated", "html", "malformed-json"):
        for place, wanted in (("metadata", "metadata"),
                              ("token", "/oauth2/token"),
                              ("mcp", "MCP server")):
            sandbox = enter(t, f"{fault}={place}")
            result = t.run("tools", "list", code=None)
            assert result.code in (1, 3, 4, 5), (fault, place, result)
            assert not result.out, (fault, place, result)
            assert wanted in result.err or "cut off" in result.err, \
                (fault, place, result)
            assert len(sandbox.log()) < 20, (fault, place)
            t.run("logout", code=None)
            sandbox.stop()


@case
def a_zip_bomb_is_not_unpacked_S_013(t):
    stranger = meet(t)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * 65536) for _ in range(4096))
    bomb += packer.flush()
    stranger.say("/prm", bomb, **{"Content-Encoding": "gzip"})

    result = t.run("login", "--no-browser", code=None)
    assert result.code in (1, 3, 4), result
    largest_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest_kib < 200 << 10, f"{largest_kib} KiB"


@case
def expiry_in_every_spelling_S_019(t):
    for value in ("3600", '"3600"', "1e30", "9223372036854775807", "null",
                  '"soon"', "3600.5"):
        sandbox = enter(t, f"expires-in={value}")
        for _ in range(2):
            assert "Found 3" in t.run("tools", "list").out, value
        assert len(sandbox.grants()) == 1, (value, sandbox.grants())
        t.run("logout")
        sandbox.stop()


@case
def a_token_without_a_lifetime_is_used_once_S_019(t):
    for value in ("0", "-5"):
        sandbox = enter(t, f"expires-in={value}")
        for _ in range(2):
            assert "Found 3" in t.run("tools", "list").out, value
        sent = sandbox.log(server="runtime")
        assert len(sandbox.grants()) <= len(sent), (value, sandbox.grants())
        t.run("logout")
        sandbox.stop()


@case
def only_bearer_tokens_are_sent_S_032_A_123(t):
    for kind, code in (("bearer", 0), ("BEARER", 0), ("DPoP", 1),
                       ("mac", 1), ("N_A", 1)):
        sandbox = enter(t, f"token-type={kind}")
        result = t.run("tools", "list", code=None)
        assert (result.code == 0) == (code == 0), (kind, result)
        if code:
            assert kind in result.err, result
            sent = [it for it in sandbox.log(server="runtime")
                    if "authorization" in it]
            assert not sent, sent
        t.run("logout")
        sandbox.stop()


@case
def clocks_that_differ_cause_no_storm_S_020(t):
    for ahead_s in (86400, -86400):
        sandbox = enter(t)
        sandbox.advance(ahead_s)
        for _ in range(2):
            t.run("tools", "list", code=None)
        assert len(sandbox.grants()) <= 2, sandbox.grants()
        t.run("logout")
        sandbox.stop()


def unusable(stranger):
    """Challenges that are as good as none, though each names the metadata."""
    good = f'resource_metadata="{stranger.origin}/prm"'
    return (f"Bearer {good}, {good}", f'Bearer realm="open, {good}',
            "," * 60000, "")


def give_up(t, stranger):
    """Logs in as far as the URL; gives that."""
    stranger.asked.clear()
    running = t.start("login", "--no-browser")
    url = running.url()
    running.interrupt()
    running.finish(130)
    return url


@case
def challenges_of_every_shape_are_read_or_ignored_S_021_A_022(t):
    stranger = meet(t)
    for text in unusable(stranger):
        stranger.challenge(text)
        url = give_up(t, stranger)
        assert "/prm" not in stranger.paths(), text[:80]
        assert url.startswith(stranger.origin + "/authorize?"), url
    good = f'resource_metadata="{stranger.origin}/prm"'
    for text in (f'Basic realm="a, Bearer x", Bearer {good}',
                 f'bearer scope="mcp:read", {good}',
                 f'Bearer realm="a\\"b", {good}'):
        stranger.challenge(text)
        give_up(t, stranger)
        assert "/prm" in stranger.paths(), (text, stranger.paths())


@case
def metadata_that_was_there_is_not_done_without_A_060_A_022(t):
    stranger = meet(t)
    give_up(t, stranger)
    assert "/prm" in stranger.paths(), stranger.paths()
    for text in unusable(stranger):
        stranger.challenge(text)
        stranger.asked.clear()
        result = t.run("login", "--no-browser", code=4)
        assert "no longer says" in result.err, (text[:80], result)
        assert "/prm" not in stranger.paths(), text[:80]


# --- URLs -------------------------------------------------------------------

@case
def only_web_addresses_are_opened_S_001_A_230(t):
    stranger = meet(t)
    for url in ("javascript:alert(1)", "file:///etc/passwd",
                "data:text/html,x", "vscode://x", "ms-msdt:x",
                "http://login.example.com/a",
                "https://u:p@login.example.com/a", "--help", "$(touch x)",
                "https://login.example.com/a#f"):
        stranger.describe(authorization_endpoint=url)
        stranger.asked.clear()
        result = t.run("login", code=None)
        assert result.code in (1, 2, 4), (url, result)
        assert not stranger.opened.exists(), url
        assert "/register" not in stranger.paths(), url


@case
def shell_words_in_an_endpoint_stay_words_S_002(t):
    stranger = meet(t)
    stranger.describe(authorization_endpoint=stranger.origin +
                      "/a?x=$(touch%20owned)`id`;touch|&'\"<>".replace(
                          "\"<>", "%22%3C%3E"))
    running = t.start("login", env={"MCPAUTH_LOGIN_TIMEOUT": "1"})
    running.finish(None)
    assert not (t.cwd / "owned").exists()
    if stranger.opened.exists():
        opened = stranger.opened.read_text().strip()
        assert opened.startswith(stranger.origin + "/a?"), opened
        assert "$(" not in opened and "`" not in opened, opened


@case
def other_protocols_and_private_places_are_not_reached_S_003_S_008(t):
    stranger = meet(t)
    for url in ("file:///etc/passwd", "gopher://127.0.0.1:70/x",
                "ftp://127.0.0.1/x", "dict://127.0.0.1:11211/stats",
                "http://169.254.169.254/latest/meta-data",
                "http://10.0.0.1/x", "http://[fe80::1]/x", "http://0/x"):
        stranger.describe(token_endpoint=url)
        result = t.run("login", "--no-browser", code=None)
        assert result.code in (1, 2, 4), (url, result)
        assert "root:" not in result.err, result


@case
def parameters_of_ours_in_an_endpoint_are_refused_or_replaced_S_010(t):
    stranger = meet(t)
    stranger.describe(authorization_endpoint=stranger.origin +
                      "/authorize?state=evil&redirect_uri=https://evil.example"
                      "&response_type=token&tenant=7")
    running = t.start("login", "--no-browser",
                      env={"MCPAUTH_LOGIN_TIMEOUT": "1"})
    result = running.finish(None)
    assert result.code in (1, 3, 4), result
    found = e2e.AUTHORIZATION_URL.search(result.err)
    if found:
        asked = parameters(found.group())
        assert asked["response_type"] == "code"
        assert asked["state"] != "evil" and asked["tenant"] == "7", asked
        assert "evil" not in asked["redirect_uri"], asked


@case
def a_secret_follows_no_redirect_S_007_A_125(t):
    sandbox = enter(t, "redirect-token")
    result = t.run("tools", "list", code=None)
    assert result.code in (1, 3, 4) and "redirect" in result.err, result
    assert "/elsewhere" not in sandbox.paths()


@case
def metadata_does_not_lead_to_another_origin_S_006_A_234(t):
    sandbox = enter(t, "redirect-metadata")
    result = t.run("tools", "list", code=None)
    assert result.code in (1, 3, 4), result
    assert not sandbox.grants()
    assert len(sandbox.log()) <= 6, sandbox.paths()


@case
def a_token_follows_no_redirect_of_the_mcp_server_S_028_A_172(t):
    enter(t)
    raw = t.run("token", reveals=True).out.strip()
    stranger, other = Stranger(t), Stranger(t)
    for status in (301, 302, 303, 307, 308):
        stranger.documents["/mcp"] = (status, {"Location": other.url}, b"")
        result = t.run("tools", "list", stranger.url, code=None)
        assert result.code in (1, 3, 4, 5), result
    assert raw.encode() not in stranger.heard + other.heard
    assert not other.asked


# --- OAuth ------------------------------------------------------------------

@case
def refusals_never_become_a_storm_of_logins_S_033(t):
    redirect = f"http://localhost:{free_port()}"
    sandbox = Sandbox(t, "401-claim", redirects=[redirect])
    sandbox.enter("interactive")
    running = t.start("login", "--no-browser")
    fetch(running.url())
    running.finish(None)
    for _ in range(3):
        t.run("tools", "list", code=4)
    grants = sandbox.grants()
    assert grants.count("authorization_code") == 1, grants
    assert len(grants) <= 4, grants


@case
def token_endpoints_in_trouble_are_asked_again_with_patience_S_067(t):
    sandbox = enter(t, "token-429=1")
    assert "Found 3" in t.run("tools", "list").out
    statuses = [it["status"] for it in sandbox.log(path="/oauth2/token")]
    assert statuses == [429, 200], statuses
    t.run("logout")
    sandbox.forget()
    sandbox.fault("token-5xx")
    result = t.run("tools", "list", code=1)
    assert "503" in result.err, result
    assert len(sandbox.log(path="/oauth2/token")) <= 5


def requests_for_tokens(stranger):
    return [body for method, path, body in stranger.asked
            if (method, path) == ("POST", "/token")]


def come_back(url):
    """What a browser does when the person has agreed."""
    asked = parameters(url)
    fetch(f"{asked['redirect_uri']}?code=CANARY-c&state={asked['state']}")


def give_tokens(stranger):
    stranger.say("/token", {
        "access_token": "CANARY-a1", "refresh_token": "CANARY-r1",
        "token_type": "Bearer", "expires_in": 3600})


@case
def a_code_is_sent_once_S_042_A_124(t):
    stranger = Stranger(t, keeps=True)
    t.use({"MCPAUTH_SERVER": stranger.url, "MCPAUTH_CLIENT_ID": "app"})
    stranger.documents["/token"] = None
    running = t.start("login", "--no-browser")
    come_back(running.url())
    result = running.finish(3)
    assert "authorization_code" in result.err, result
    assert len(requests_for_tokens(stranger)) == 1


@case
def a_refresh_without_an_answer_is_remembered_S_042_S_043(t):
    stranger = Stranger(t, keeps=True)
    t.use({"MCPAUTH_SERVER": stranger.url, "MCPAUTH_CLIENT_ID": "app"})
    give_tokens(stranger)
    running = t.start("login", "--no-browser")
    come_back(running.url())
    running.finish(0)
    t.age(4000)
    stranger.documents["/token"] = None
    stranger.asked.clear()
    result = t.run("-v", "token", code=3)
    tries = len(requests_for_tokens(stranger))
    assert tries == result.err.count("trying again") + 1 == 3, result

    stranger.say("/token", {"error": "invalid_grant"}, 400)
    result = t.run("token", code=4)
    assert "cut off before its answer was saved" in result.err, result
    assert len(requests_for_tokens(stranger)) == tries + 1


@case
def a_goodbye_while_somebody_logs_in_costs_nothing_S_042(t):
    stranger = Stranger(t, keeps=True)
    veil = Veil(t, stranger.server.server_port)
    stranger.move(veil.origin)
    t.use({"MCPAUTH_SERVER": stranger.url, "SSL_CERT_FILE": veil.ca})
    give_tokens(stranger)
    running = t.start("login", "--no-browser")
    url = running.url()
    veil.goodbye()
    come_back(url)
    running.finish(0)
    assert len(requests_for_tokens(stranger)) == 1


@case
def a_registration_that_is_odd_is_refused_S_035_S_017_A_076(t):
    stranger = meet(t)
    for document in ({"client_id": "a\r\nX-Evil: 1"}, {"client_id": ""},
                     {"client_id": 7}, {}, [], {"client_id": "x\u0000y"}):
        stranger.say("/register", document, 201)
        result = t.run("login", "--no-browser", code=None)
        assert result.code in (1, 4), (document, result)
        assert "regist" in result.err, (document, result)


@case
def a_machines_secret_stays_with_its_first_issuer_S_031_A_080(t):
    sandbox = enter(t, OAUTH_DISCOVERY_URL=None)
    t.run("tools", "list")
    sandbox.expire()
    sandbox.fault("moved-issuer")
    sandbox.forget()
    result = t.run("tools", "list", code=4)
    assert "credentials stay there" in result.err, result
    assert not sandbox.log(server="standard", method="POST")


if __name__ == "__main__":
    e2e.main()
