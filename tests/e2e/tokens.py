"""What tokens are for, when they end, and by which assertions they are asked
for, in the words of oidc-provider: what it was sent, and what it says of a
token to others (RFC 7523, 7662, 8707)."""

import json
import signal
import urllib.parse

import e2e
from e2e import case
from oidcpeer import claims, count_tools, introspect, login, new_key, off_clock
from servers import Peer, fetch, parameters, peer
from talk import seen

LIFETIME_S = 300  # of an assertion, at most


def server(provider, *options):
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", *options)


def enter(t, provider, client=None, *options):
    known = client or {"client_id": provider["client_id"]}
    t.use({"MCPAUTH_SERVER": server(provider, *options)["url"],
           "OAUTH_CLIENT_ID": known["client_id"],
           "OAUTH_CLIENT_SECRET": known.get("client_secret")})


# --- assertions -------------------------------------------------------------

def keyed(*options):
    """A person's client and a machine's, both with the same key."""
    common = {"jwks": {"keys": [new_key("ES256")["public"]]},
              "token_endpoint_auth_method": "private_key_jwt"}
    person = {"client_id": "key-person", "application_type": "native",
              "redirect_uris": ["http://127.0.0.1/callback"],
              "grant_types": ["authorization_code", "refresh_token"]}
    machine = {"client_id": "key-machine", "redirect_uris": [],
               "response_types": [], "grant_types": ["client_credentials"]}
    return peer("oidc.mjs", "--push", *options, *[
        "--client=" + json.dumps({**it, **common})
        for it in (person, machine)])


def enter_with_key(t, client, key, *options):
    provider = keyed(*options)
    path = t.write("client.pem", key["pem"])
    t.secrets.add(key["jwk"]["d"])
    t.use({"MCPAUTH_SERVER": server(provider)["url"],
           "OAUTH_CLIENT_ID": client, "OAUTH_CLIENT_SECRET": None,
           "MCPAUTH_PRIVATE_KEY_FILE": str(path)})
    return provider


def assertions(provider, client):
    return [it["assertion"] for it in seen(provider)
            if it.get("assertion", {}).get("iss") == client]


@case
def each_request_has_an_assertion_of_its_own_A_102_A_183(t):
    provider = enter_with_key(t, "key-person", new_key("ES256"))
    login(t, "--mode", "interactive")
    t.age(3700)
    assert count_tools(t, "--mode", "interactive") == 1
    t.run("logout", "--mode", "interactive")
    proved = assertions(provider, "key-person")
    assert len(proved) == 4, "pushed, redeemed, renewed, revoked"
    assert len({it["jti"] for it in proved}) == 4, proved
    for it in proved:
        assert it["aud"] == provider["issuer"] and it["sub"] == it["iss"], it
        assert 0 < it["exp"] - it["iat"] <= LIFETIME_S, it


@case
def a_command_is_heard_of_where_ends_of_children_are_ignored_A_211(t):
    """As they are where whoever starts us never waits for anybody."""
    provider = peer("oidc.mjs", "--platform", "https://platform.example")
    t.use({"MCPAUTH_SERVER": server(provider)["url"],
           "OAUTH_CLIENT_ID": provider["workload"]["client_id"],
           "OAUTH_CLIENT_SECRET": None})
    result = t.run(
        "tools", "list", "--assertion", "command:exit 3", code=None,
        preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert "command:exit 3: it ended with status 3" in result.err, result


@case
def another_key_is_refused_after_one_request_A_121_A_124(t):
    provider = enter_with_key(t, "key-machine", new_key("RS256"))
    before = len(seen(provider, path="/token"))
    result = t.run("tools", "list", code=4)
    assert "invalid_client" in result.err, result
    assert len(seen(provider, path="/token")) == before + 1
    assert not t.records() or "token" not in t.record()


@case
def an_assertion_of_a_wrong_clock_is_told_as_that_A_183(t):
    provider = enter_with_key(t, "key-machine", new_key("ES256"))
    result = t.run("tools", "list", code=4, env=off_clock("-10m"))
    assert "invalid_client" in result.err, result
    assert "the clock of this machine is" in result.err, result
    assert count_tools(t) == 1
    proved = assertions(provider, "key-machine")
    assert len({it["jti"] for it in proved}) == len(proved)


# --- which server a token is for --------------------------------------------

@case
def the_server_is_named_wherever_a_token_is_asked_for_A_130_A_133(t):
    """Pushed, redeemed and renewed; and the token says so."""
    provider = peer("oidc.mjs", "--push", "--access-seconds", "3601")
    enter(t, provider)
    mine = t.env["MCPAUTH_SERVER"]
    login(t)
    t.age(3700)
    assert count_tools(t) == 1
    named = {(it["path"], it.get("grant_type")): it.get("resource")
             for it in seen(provider, status=200) + seen(provider, status=201)
             if it["method"] == "POST"}
    for asked in (("/request", None), ("/token", "authorization_code"),
                  ("/token", "refresh_token")):
        assert named[asked] == mine, named
    assert claims(t)["aud"] == mine


@case
def one_company_of_servers_has_a_token_for_each_A_130_A_133(t):
    provider = peer("oidc.mjs")
    audiences = []
    for options in ((), ("--tool-scope", "add=mcp:write")):
        enter(t, provider, None, *options)
        asked = parameters(login(t))
        assert asked["resource"] == t.env["MCPAUTH_SERVER"]
        assert count_tools(t) == 1
        audiences.append(claims(t)["aud"])
    assert len(set(audiences)) == 2 and audiences[1] == asked["resource"]


# --- when it ends -----------------------------------------------------------

def opaque():
    return peer("oidc.mjs", "--tokens", "opaque")


def revoke(provider, token):
    """By somebody else than the program that holds it."""
    status, _, said = fetch(
        provider["issuer"] + "/token/revocation", "POST",
        urllib.parse.urlencode({
            "token": token, "client_id": provider["client_id"]}).encode())
    assert status == 200, said


@case
def after_a_logout_nothing_is_good_at_the_server_A_262(t):
    provider = opaque()
    enter(t, provider)
    login(t)
    token = t.record()["token"]
    said = introspect(provider, token["access_token"])
    assert said["active"] and said["aud"] == t.env["MCPAUTH_SERVER"], said
    assert said["client_id"] == provider["client_id"], said
    assert introspect(provider, token["refresh_token"])["active"]
    t.run("logout")
    for name in ("access_token", "refresh_token"):
        assert introspect(provider, token[name]) == {"active": False}, name


@case
def after_a_machines_logout_its_token_is_dead_A_262(t):
    provider = opaque()
    enter(t, provider, provider["m2m"])
    t.run("token", reveals=True)
    token = t.record()["token"]["access_token"]
    assert introspect(provider, token)["active"]
    t.run("logout")
    assert introspect(provider, token) == {"active": False}


@case
def a_logout_from_everything_proves_each_client_A_262_A_121(t):
    """As alone, with the secret that is configured."""
    provider = opaque()
    enter(t, provider, provider["confidential"])
    login(t, "--mode", "interactive")
    token = t.record()["token"]
    assert introspect(provider, token["access_token"])["active"]
    t.run("logout", "--all", env={"MCPAUTH_SERVER": None})
    for name in ("access_token", "refresh_token"):
        assert introspect(provider, token[name]) == {"active": False}, name


# --- what is said of it to its own client -----------------------------------

def check(t, code=0):
    """What `status --check` says of the one login there is."""
    (login,) = t.run("status", "--check", "--json", code=code).json()["logins"]
    return login["check"]


@case
def the_issuer_is_asked_only_when_that_is_wanted_A_263(t):
    provider = opaque()
    enter(t, provider)
    login(t)
    stored = t.record()
    asked = len(seen(provider))
    assert "check" not in t.run("status").out
    assert len(seen(provider)) == asked
    said = check(t)
    assert said["active"] and said["sub"], said
    assert said["client_id"] == provider["client_id"], said
    assert said["scope"] == "mcp:read", said
    assert said["aud"] == t.env["MCPAUTH_SERVER"], said
    assert said["expires_at"].endswith("Z"), said
    shown = t.run("status", "--check").out
    assert "active" in shown and said["sub"] in shown, shown
    assert t.record() == stored


@case
def what_was_revoked_elsewhere_is_told_and_left_A_263(t):
    provider = opaque()
    enter(t, provider)
    login(t)
    stored = t.record()
    revoke(provider, stored["token"]["access_token"])
    assert check(t, code=4) == {"active": False}
    result = t.run("status", "--check", code=4)
    assert "NOT ACTIVE" in result.out, result
    assert "is not active, its issuer says" in result.err, result
    t.run("status")
    assert t.record() == stored


@case
def a_machine_asks_by_its_secret_or_key_A_263_A_121_A_183(t):
    provider = opaque()
    enter(t, provider, provider["m2m"])
    t.run("token", reveals=True)
    assert check(t)["client_id"] == provider["m2m"]["client_id"]
    provider = enter_with_key(
        t, "key-machine", new_key("ES256"), "--tokens", "opaque")
    t.run("token", reveals=True)
    (said,) = [it["check"] for it in t.run(
        "status", t.env["MCPAUTH_SERVER"], "--check", "--json")
        .json()["logins"]]
    assert said["client_id"] == "key-machine", said
    assert len(assertions(provider, "key-machine")) == 2


@case
def an_issuer_that_is_gone_hides_no_other_A_263(t):
    gone = Peer("oidc.mjs", "--tokens", "opaque")
    for provider in (gone, opaque()):
        enter(t, provider)
        login(t)
    gone.stop()
    everything = t.run(
        "status", "--all", "--check", "--json", code=3).json()["logins"]
    told = {it["issuer"]: it["check"] for it in everything}
    assert told[provider["issuer"]]["active"], told
    assert provider["issuer"] != gone["issuer"]
    assert "reason" in told[gone["issuer"]], told
    assert "active" not in told[gone["issuer"]], told


if __name__ == "__main__":
    e2e.main()
