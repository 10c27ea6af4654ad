"""cognito-local, with an MCP server of the official SDK behind it.

Its discovery document has no endpoints and names another port in its issuer:
what the configuration file supplies, and what it pins, is tried here."""

import e2e
from e2e import case
from servers import free_port, parameters, peer, visit

_redirect = f"http://localhost:{free_port()}/callback"


def pool():
    return peer("cognito.mjs", "--redirect-uri", _redirect)


def enter(t, client=None, **oauth):
    """A configured server "it" whose pool is cognito-local."""
    issuer = pool()
    server = peer("mcp-sdk-server.mjs", "--issuer", issuer["issuer"],
                  "--jwks-uri", issuer["jwks_uri"], "--any-audience")
    client = client or {"client_id": issuer["client_id"]}
    t.configure({"it": {"url": server["url"], "oauth": {
        "provider": "cognito",
        "discovery_url": issuer["discovery_url"],
        "trusted_issuer": issuer["document_issuer"],
        "authorization_endpoint": issuer["authorization_endpoint"],
        "token_endpoint": issuer["token_endpoint"],
        "redirect_uri": _redirect,
        **client, **oauth}}})
    return issuer


def login(t):
    running = t.start("login", "it", "--no-browser")
    url = running.url()
    page = visit(url)
    assert page["status"] == 200, page
    running.finish(0)
    t.harvest()
    return url


def enter_as_user(t, client=None):
    issuer = enter(t, client)
    t.use({"OAUTH_TEST_USERNAME": issuer["username"],
           "OAUTH_TEST_PASSWORD": issuer["password"]})
    return issuer


@case
def seed_29_initiate_auth_for_the_test_user(t):
    enter_as_user(t)
    t.run("login", "it", "--mode", "password")
    result = t.run("tools", "call", "it", "add", "--arg", "a=2", "--arg",
                   "b=3", "--mode", "password")
    assert result.out.startswith("5"), result
    assert t.record()["token"]["mode"] == "password"


@case
def seed_29_a_wrong_password_is_refused_in_its_words(t):
    enter_as_user(t)
    t.use({"OAUTH_TEST_PASSWORD": "not-the-password"})
    result = t.run("login", "it", "--mode", "password", code=4)
    assert "InvalidPasswordException" in result.err, result


@case
def seed_09_code_and_pkce_through_its_page(t):
    enter(t)
    asked = parameters(login(t))
    assert asked["scope"] == "openid email aws.cognito.signin.user.admin"
    assert asked["redirect_uri"] == _redirect
    assert "Found" in t.run("tools", "list", "it").out


@case
def seed_10_its_refresh_token_is_kept_and_used(t):
    enter(t)
    login(t)
    before = t.record()["token"]
    t.age(3700)
    assert "Found" in t.run("tools", "list", "it").out
    after = t.record()["token"]
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] == before["refresh_token"]


@case
def seed_24_without_the_supplied_endpoints_there_is_no_login(t):
    enter(t, authorization_endpoint="", token_endpoint="")
    result = t.run("login", "it", "--no-browser", code=1)
    assert "names no token_endpoint" in result.err, result


@case
def status_tells_that_an_issuer_is_pinned_A_054(t):
    issuer = enter(t)
    login(t)
    told = t.run("status").out
    assert "WARNING" in told and issuer["document_issuer"] in told, told
    (it,) = t.run("status", "--json").json()["logins"]
    assert it["issuer"] == issuer["issuer"]
    assert it["trusted_issuer"] == issuer["document_issuer"]


@case
def seed_44_its_odd_issuer_needs_the_pin_A_054(t):
    issuer = enter(t, trusted_issuer="")
    result = t.run("login", "it", "--no-browser", code=4)
    assert issuer["document_issuer"] in result.err, result
    assert issuer["issuer"] in result.err, result


if __name__ == "__main__":
    e2e.main()
