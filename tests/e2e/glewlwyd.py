"""glewlwyd, an OpenID Connect server in C, with MCP servers of the official
SDK behind it.

It differs from most: its issuers have a path, it answers many errors with a
status and no words, and a redirect URI is compared whole, the port included.
Debian's version (2.7.5) has no client ID metadata documents and no way for a
person to say no that comes back to the client; those are not shown here."""

import base64
import json
import socket
import subprocess
import urllib.parse

import e2e
from e2e import case
from glewlwyd_server import Glewlwyd
from servers import Peer, changed, fetch, free_port, parameters, peer

SECRET = "canary-glewlwyd-secret-0123456789"
_daemon = []
_places = {}


def daemon():
    if not _daemon:
        _daemon.append(Glewlwyd())
    return _daemon[0]


class Place:
    """An issuer of the daemon's, and two MCP servers that trust it."""

    def __init__(self, name, changes):
        self.issuer = daemon().add_issuer(name, **changes)
        self.server, self.other = [
            Peer("mcp-sdk-server.mjs", "--issuer", self.issuer, "--scope",
                 "mcp:read", "--tool-scope", "add=mcp:write")["url"]
            for _ in range(2)]
        daemon().serve(name, [self.server, self.other])


def place(name="oidc", **changes):
    if name not in _places:
        _places[name] = Place(name, changes)
    return _places[name]


def enter(t, at=None, **members):
    """The MCP server, and a client of the case's own; gives its id."""
    redirect = members.pop(
        "redirect", f"http://127.0.0.1:{free_port()}/callback")
    client = daemon().add_client(redirect_uri=[redirect], **members)
    t.use({"MCPAUTH_SERVER": (at or place()).server,
           "MCPAUTH_REDIRECT_URI": redirect, "OAUTH_CLIENT_ID": client,
           "OAUTH_CLIENT_SECRET": members.get("client_secret")})
    return client


def enter_as_machine(t, method, at=None):
    enter(t, at, client_secret=SECRET, scope=["mcp:read"],
          authorization_type=["client_credentials"],
          token_endpoint_auth_method=[method])


def approve(running, scope=None):
    """A person says yes to what the program asks; where it was sent."""
    where = daemon().person().authorize(running.url(), scope)
    status, _, page = fetch(where)
    assert status == 200, page
    return where


def login(t, *arguments, scope=None):
    """Where the browser began, and where it was sent."""
    running = t.start("login", "--no-browser", *arguments)
    url, where = running.url(), approve(running, scope)
    running.finish(0)
    t.harvest()
    return url, where


def count_tools(t, *arguments):
    return t.run("tools", "list", *arguments).out.count("Found 6 tools")


def ask_token(issuer, **form):
    """(status, text) of the token endpoint, asked by somebody else."""
    status, _, text = fetch(issuer + "/token", "POST",
                            urllib.parse.urlencode(form).encode())
    return status, text


def claims(t):
    """What the resource server reads in the token."""
    part = t.record()["token"]["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))


# --- logging in -------------------------------------------------------------

@case
def seed_03_seed_09_code_and_pkce_with_a_known_client_A_050_A_131(t):
    client = enter(t)
    url, _ = login(t)
    asked = parameters(url)
    assert asked["code_challenge_method"] == "S256"
    assert asked["resource"] == place().server
    assert count_tools(t) == 1
    told = claims(t)
    assert told["aud"] == place().server and told["client_id"] == client
    assert told["iss"] == place().issuer and told["scope"] == "mcp:read"


@case
def an_answer_with_an_iss_not_its_own_is_not_redeemed_A_112_A_113(t):
    """It sends iss without saying so beforehand; then, too, it must match."""
    enter(t)
    running = t.start("login", "--no-browser")
    where = daemon().person().authorize(running.url())
    assert parameters(where)["iss"] == place().issuer
    fetch(changed(where, iss=place().issuer + "/"))
    result = running.finish(None)
    assert result.code and "iss" in result.err, result
    assert not t.records()


@case
def a_redirect_uri_is_used_byte_for_byte_A_104(t):
    bare = f"http://localhost:{free_port()}"
    enter(t, redirect=bare)
    url, _ = login(t)
    assert parameters(url)["redirect_uri"] == bare


@case
def a_redirect_uri_nobody_registered_gets_no_code_A_104(t):
    enter(t)
    t.env["MCPAUTH_REDIRECT_URI"] += "/"
    began = len(daemon().lines)
    running = t.start("login", "--no-browser")
    status, _, _ = daemon().person().ask("GET", running.url())
    assert status == 403
    daemon().wait_for("redirect_uri .* is invalid for the client", began)
    running.interrupt()
    running.finish(130)


@case
def a_real_code_with_another_state_changes_nothing_A_108_S_036(t):
    enter(t)
    running = t.start("login", "--no-browser")
    where = daemon().person().authorize(running.url())
    status, _, _ = fetch(changed(where, state="another"))
    assert status == 400
    fetch(where)
    running.finish(0)
    assert count_tools(t) == 1


@case
def a_code_that_another_verifier_belongs_to_is_refused_A_090_A_124(t):
    """What an attacker gets by putting a code of theirs into our answer."""
    enter(t)
    began = len(daemon().lines)
    running = t.start("login", "--no-browser")
    theirs = changed(running.url(), code_challenge="A" * 43)
    fetch(daemon().person().authorize(theirs))
    result = running.finish(4)
    assert "invalid_code" in result.err, result
    daemon().wait_for("invalid code_verifier", began)
    assert not t.records()


@case
def a_code_is_good_once_A_116_A_124(t):
    enter(t)
    _, where = login(t)
    began = len(daemon().lines)
    again = t.start("login", "--no-browser")
    fetch(changed(where, state=parameters(again.url())["state"]))
    result = again.finish(4)
    assert "invalid_code" in result.err, result
    daemon().wait_for("Access token jti .* revoked", began)


@case
def without_pkce_there_is_no_login_A_091_S_030(t):
    enter(t, place("careless", **{
        "pkce-allowed": False, "pkce-required": False}))
    result = t.run("login", "--no-browser", code=None)
    assert result.code and "S256" in result.err, result


# --- scopes and resources ---------------------------------------------------

@case
def what_is_granted_counts_and_not_what_was_asked_A_123(t):
    enter(t)
    login(t, "--scope", "mcp:read mcp:write", scope="mcp:read")
    assert t.record()["token"]["scope"] == "mcp:read"
    assert count_tools(t) == 1


@case
def a_tool_that_demands_more_makes_one_more_login_A_160_A_161_A_162(t):
    enter(t)
    login(t)
    before = t.record()["token"]["refresh_token"]
    t.use({"BROWSER": "true"})
    running = t.start("tools", "call", "add", "--arg", "a=2", "--arg", "b=3")
    asked = parameters(running.url())
    assert set(asked["scope"].split()) == {"mcp:read", "mcp:write"}
    approve(running)
    assert running.finish(0).out.startswith("5")
    assert set(claims(t)["scope"].split()) == {"mcp:read", "mcp:write"}
    assert t.record()["token"]["refresh_token"] != before


@case
def a_scope_that_is_never_granted_ends_that_A_164(t):
    enter(t)
    login(t)
    t.use({"BROWSER": "true"})
    running = t.start("tools", "call", "add", "--arg", "a=2", "--arg", "b=3")
    approve(running, "mcp:read")
    result = running.finish(4)
    assert "mcp:write" in result.err, result
    assert count_tools(t) == 1


@case
def a_resource_it_does_not_know_is_refused_in_its_words_A_115(t):
    enter(t)
    unknown = peer("mcp-sdk-server.mjs", "--issuer", place().issuer,
                   "--scope", "mcp:read")
    t.use({"MCPAUTH_SERVER": unknown["url"]})
    running = t.start("login", "--no-browser")
    approve(running)
    result = running.finish(4)
    assert 'invalid_target: "Invalid Resource"' in result.err, result
    assert "resource_policy" in result.err, result


def deaf_place():
    """An issuer that ignores the resource: no MCP server takes its tokens."""
    return place("deaf", **{"resource-allowed": False})


@case
def tokens_for_no_server_in_particular_end_in_words_A_173_S_033(t):
    enter(t, deaf_place())
    login(t)
    began = len(daemon().lines)
    t.use({"BROWSER": "true"})
    running = t.start("tools", "list")
    approve(running)
    result = running.finish(4)
    assert "Token was not issued for this resource" in result.err, result
    issued = daemon().log(began).count("Access token generated")
    assert issued == 2, "not one refresh and one login"


@case
def each_server_gets_a_token_of_its_own_A_130_A_133(t):
    enter(t)
    login(t)
    first = t.record()["token"]["access_token"]
    t.use({"MCPAUTH_SERVER": place().other})
    login(t)
    assert claims(t)["aud"] == place().other
    assert len(t.records()) == 2
    status, _, _ = fetch(place().other, "POST", b"{}",
                         {"Authorization": "Bearer " + first})
    assert status == 401, "the SDK took a token for another server"


# --- keeping the login ------------------------------------------------------

@case
def seed_10_refresh_with_rotation_A_153(t):
    enter(t)
    login(t)
    seen = [t.record()["token"]["refresh_token"]]
    for _ in range(2):
        t.age(3700)
        assert count_tools(t) == 1
        seen.append(t.record()["token"]["refresh_token"])
    assert len(set(seen)) == 3


@case
def eight_processes_rotate_once_where_reuse_is_punished_S_042(t):
    enter(t)
    login(t)
    t.age(3700)
    crowd = [t.start("tools", "list") for _ in range(8)]
    for running in crowd:
        running.finish(0)
    t.age(3700)
    assert count_tools(t) == 1, "the family of tokens was revoked"


@case
def a_login_that_a_thief_spoilt_is_repaired_by_a_login_A_154(t):
    """Reuse of a refresh token ends its whole family at the server."""
    client = enter(t)
    login(t)
    old = t.record()["token"]["refresh_token"]
    t.age(3700)
    assert count_tools(t) == 1
    status, _ = ask_token(place().issuer, grant_type="refresh_token",
                          refresh_token=old, client_id=client)
    assert status == 400
    t.age(3700)
    result = t.run("tools", "list", code=4)
    assert "status 400" in result.err, result
    assert "run: mcpauth login" in result.err, result
    login(t)
    assert count_tools(t) == 1


@case
def seed_46_tokens_of_five_seconds_are_renewed_in_time_A_155(t):
    enter(t, place("brief", **{"access-token-duration": 5}))
    login(t)
    seen = set()
    while len(seen) < 3:
        assert count_tools(t) == 1
        seen.add(t.record()["token"]["refresh_token"])


def enter_as_introspector(t):
    """A client that may introspect and revoke, if only what it was given."""
    return enter(
        t, client_secret=SECRET,
        token_endpoint_auth_method=["client_secret_basic"],
        authorization_type=["code", "refresh_token", "client_credentials"])


def tell(client, endpoint, token):
    """What the endpoint answers to that client about a token."""
    who = base64.b64encode(f"{client}:{SECRET}".encode()).decode()
    status, _, text = fetch(
        f"{place().issuer}/{endpoint}", "POST",
        urllib.parse.urlencode({"token": token}).encode(),
        {"Authorization": "Basic " + who})
    assert status == 200, text
    return text


@case
def a_token_that_was_revoked_elsewhere_is_refreshed_once_A_173(t):
    client = enter_as_introspector(t)
    t.use({"MCPAUTH_SERVER": peer(
        "mcp-sdk-server.mjs", "--issuer", place().issuer, "--verify",
        "introspection", "--introspector", client, "--any-audience",
        "--scope", "mcp:read", env={"INTROSPECTOR_SECRET": SECRET})["url"]})
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"],
                        "oauth": {"resource_policy": "never"}}})
    login(t, "it", "--mode", "interactive")
    before = t.record()["token"]
    tell(client, "revoke", before["access_token"])
    assert count_tools(t, "it", "--mode", "interactive") == 1
    assert t.record()["token"]["refresh_token"] != before["refresh_token"]


@case
def logout_revokes_at_the_server_A_262(t):
    client = enter_as_introspector(t)
    login(t, "--mode", "interactive")
    tokens = t.record()["token"]
    for active in (True, False):
        for name in ("access_token", "refresh_token"):
            told = json.loads(tell(client, "introspect", tokens[name]))
            assert told["active"] == active, name
        t.run("logout", "--mode", "interactive")


@case
def whoever_may_introspect_is_told_and_others_are_refused_A_263(t):
    enter_as_introspector(t)
    login(t, "--mode", "interactive")
    result = t.run("status", "--mode", "interactive", "--check", "--json")
    (mine,) = result.json()["logins"]
    assert mine["check"]["active"], mine
    assert mine["check"]["client_id"] == mine["client_id"], mine
    t.run("logout", "--mode", "interactive")
    enter(t)
    login(t, "--mode", "interactive")
    result = t.run("status", "--mode", "interactive", "--check", code=1)
    assert "check      not known: asking" in result.out, result
    assert "status 40" in result.err and "without --check" in result.err, result


# --- clients ----------------------------------------------------------------

@case
def seed_03_a_client_registers_itself_and_goes_A_074_A_075_A_076_A_262(t):
    """It answers 200, and never lists the auth method `none`."""
    t.use({"MCPAUTH_SERVER": place().server})
    began = len(daemon().lines)
    login(t)
    (client,) = t.record()["clients"].values()
    assert client["token_endpoint_auth_method"] == "client_secret_basic"
    for _ in range(2):
        assert count_tools(t) == 1
        t.age(3700)
    t.run("logout")
    daemon().wait_for(f"client '{client['client_id']}' deleted", began)


@case
def a_registered_port_is_taken_again_A_106(t):
    """Another port would be another redirect URI to this server."""
    t.use({"MCPAUTH_SERVER": place().server})
    first = parameters(login(t)[0])
    second = parameters(login(t)[0])
    assert second["redirect_uri"] == first["redirect_uri"]
    assert second["client_id"] == first["client_id"]
    port = urllib.parse.urlsplit(first["redirect_uri"]).port
    with socket.create_server(("127.0.0.1", port)):
        third = parameters(login(t)[0])
    assert third["redirect_uri"] != first["redirect_uri"]
    assert third["client_id"] != first["client_id"]
    assert count_tools(t) == 1


@case
def a_client_it_has_forgotten_is_left_behind_by_a_logout_A_154_A_262(t):
    """It tells neither the program nor the browser that it has."""
    t.use({"MCPAUTH_SERVER": place().server})
    login(t)
    (client,) = t.record()["clients"].values()
    daemon().forget_client(client["client_id"])
    t.age(3700)
    result = t.run("tools", "list", code=4)
    assert "status 400" in result.err, result
    t.run("logout")
    url, _ = login(t)
    assert parameters(url)["client_id"] != client["client_id"]
    assert count_tools(t) == 1


@case
def seed_14_confidential_clients_by_basic_and_by_post_A_121(t):
    for method in ("client_secret_basic", "client_secret_post"):
        enter(t, client_secret=SECRET, token_endpoint_auth_method=[method])
        t.configure({"it": {
            "url": place().server,
            "oauth": {"token_endpoint_auth_method": method}}})
        login(t, "it", "--mode", "interactive")
        t.age(3700)
        assert count_tools(t, "it", "--mode", "interactive") == 1, method
        t.run("logout", "it", "--mode", "interactive")


@case
def seed_05_client_credentials_by_basic_A_180_A_184(t):
    enter_as_machine(t, "client_secret_basic")
    assert count_tools(t) == 1
    told = claims(t)
    assert told["aud"] == place().server and told["scope"] == "mcp:read"
    assert "refresh_token" not in t.record()["token"]


@case
def a_machine_whose_tokens_nobody_takes_does_not_go_on_asking_S_033(t):
    enter_as_machine(t, "client_secret_basic", deaf_place())
    for _ in range(2):
        began = len(daemon().lines)
        result = t.run("tools", "list", code=4)
        assert "Token was not issued for this resource" in result.err, result
        assert daemon().log(began).count("Access token generated") == 1


@case
def seed_06_client_credentials_by_post_A_121(t):
    enter_as_machine(t, "client_secret_post")
    t.configure({"it": {"url": place().server, "oauth": {
        "token_endpoint_auth_method": "client_secret_post"}}})
    assert count_tools(t, "it") == 1


@case
def a_machine_with_a_key_speaks_to_the_endpoint_it_is_asked_for_A_182_A_183(t):
    """It takes an assertion for its token endpoint, and no other."""
    key = subprocess.run(
        ["openssl", "genrsa", "2048"], check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "rsa", "-pubout"], input=key,
                            check=True, capture_output=True).stdout
    enter(t, scope=["mcp:read"], authorization_type=["client_credentials"],
          token_endpoint_auth_method=["private_key_jwt"], confidential=True,
          pubkey=public.decode())
    path = t.write("key.pem", key.decode())
    t.use({"MCPAUTH_PRIVATE_KEY_FILE": str(path)})
    result = t.run("tools", "list", code=4)
    assert "client_assertion_audience=endpoint" in result.err, result
    t.configure({"it": {"url": place().server, "oauth": {
        "client_assertion_audience": "endpoint"}}})
    assert count_tools(t, "it") == 1
    t.run("logout", "it")


@case
def a_machine_asks_anew_when_its_token_ends_A_185(t):
    enter_as_machine(t, "client_secret_basic")
    seen = set()
    for _ in range(2):
        assert count_tools(t) == 1
        seen.add(t.record()["token"]["access_token"])
        t.age(3700)
    assert len(seen) == 2


@case
def a_wrong_secret_is_refused_without_a_word_A_124(t):
    enter_as_machine(t, "client_secret_basic")
    t.use({"OAUTH_CLIENT_SECRET": "not-the-secret-of-it"})
    result = t.run("tools", "list", code=4)
    assert "status 403" in result.err, result
    assert "check the client id and the client secret" in result.err, result


if __name__ == "__main__":
    e2e.main()
