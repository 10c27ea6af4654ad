"""People whom their company vouches for (ID-JAG): one oidc-provider is the
company's, another guards the MCP servers and believes it."""

import hashlib
import json

import e2e
from e2e import case
from oidcpeer import claims
from servers import parameters, peer, visit
from talk import seen

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def company(*options):
    return peer("oidc.mjs", "--exchange", "oidc-employee", *options)


def issuer(desk, *options):
    return peer("oidc.mjs", "--company", desk["issuer"], *options)


def server(provider, *options):
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", *options)


def entry(desk, provider, *options, **settings):
    """How one MCP server is configured."""
    return {"url": server(provider, *options)["url"], "oauth": {
        "clientId": provider["employee"]["client_id"],
        "idp_issuer": desk["issuer"],
        "idp_client_id": desk["desk"]["client_id"],
        "idp_client_secret": desk["desk"]["client_secret"], **settings}}


def enter(t, entries, provider, desk):
    t.configure(entries)
    t.use({"OAUTH_CLIENT_SECRET": provider["employee"]["client_secret"]})
    t.secrets.add(desk["desk"]["client_secret"])
    t.env["BROWSER"] = "true"


def login(t, name="it"):
    """A person at the company's login page, once; gives where that was."""
    running = t.start("login", name, "--no-browser")
    url = running.url()
    page = visit(url)
    assert page["status"] == 200, page
    running.finish(0)
    t.harvest()
    return url


def count_tools(t, name="it"):
    return t.run("tools", "list", name).out.count("Found 6 tools")


def grants(of, before=0):
    return [(it["grant_type"], it["status"])
            for it in seen(of)[before:] if it["path"] == "/token"]


def expire(t, of):
    """Every token of that authorization server is old from now on."""
    found = 0
    for path in t.records():
        _, envelope, text = path.read_bytes().split(b"\n", 2)
        record = json.loads(text)
        token = record.get("token")
        if not token or token["issuer"] != of["issuer"]:
            continue
        for name in ("obtained_at_ms", "expires_at_ms"):
            token[name] -= 7200 * 1000
        body = envelope + b"\n" + json.dumps(record).encode()
        path.write_bytes(b"mcpauth-record 1 %s\n%s" % (
            hashlib.sha256(body).hexdigest().encode(), body))
        found += 1
    assert found, "nothing to expire"


# --- together ---------------------------------------------------------------

@case
def one_visit_serves_two_servers_of_the_company_A_190_A_191_A_194_A_197(t):
    desk = company()
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider),
              "other": entry(desk, provider, "--json")}, provider, desk)
    url = login(t)
    assert url.startswith(desk["issuer"]), url
    assert parameters(url)["client_id"] == desk["desk"]["client_id"]
    assert "resource" not in parameters(url), url
    assert count_tools(t) == 1
    assert t.run("tools", "call", "it", "whoami").out.strip() == "ada"
    assert claims(t)["client_id"] == provider["employee"]["client_id"]
    assert count_tools(t, "other") == 1
    assert not seen(provider, path="/auth"), "nobody was sent there"
    exchanged = seen(desk, grant_type=EXCHANGE)
    assert [it["audience"] for it in exchanged] == [provider["issuer"]] * 2
    assert [it["resource"] for it in exchanged] == [
        server(provider)["url"], server(provider, "--json")["url"]]


@case
def both_tokens_are_renewed_with_nobody_present_A_195(t):
    desk = company()
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    login(t)
    before, heard = len(seen(provider)), len(seen(desk))
    expire(t, provider)
    assert count_tools(t) == 1
    assert grants(provider, before) == [(BEARER, 200)]
    assert grants(desk, heard) == [(EXCHANGE, 200)]
    expire(t, provider)
    expire(t, desk)
    heard = len(seen(desk))
    assert count_tools(t) == 1
    assert grants(desk, heard) == [("refresh_token", 200), (EXCHANGE, 200)]


@case
def an_assertion_of_the_company_is_kept_nowhere_A_192(t):
    desk = company()
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    trace = t.trace()
    login(t)
    assert t.run("tools", "list", "it", "--trace", trace).out
    for path in t.records():
        assert b"oauth-id-jag" not in path.read_bytes()
        assert b"id-jag" not in path.read_bytes(), path


@case
def a_bound_token_for_who_is_vouched_for_A_194_A_204(t):
    desk = company()
    provider = issuer(desk, "--dpop", "nonce")
    enter(t, {"it": entry(desk, provider, "--proof", "required")},
          provider, desk)
    login(t)
    assert count_tools(t) == 1
    assert claims(t)["cnf"]["jkt"]
    expire(t, provider)
    assert count_tools(t) == 1


# --- refusals ---------------------------------------------------------------

@case
def a_company_that_has_not_agreed_is_quoted_A_195(t):
    desk = company("--audience", "https://other.example")
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    running = t.start("login", "it", "--no-browser")
    visit(running.url())
    result = running.finish(None)
    assert result.code and "invalid_target" in result.err, result
    assert desk["issuer"] in result.err, result
    assert not grants(provider)
    heard = len(seen(desk))
    result = t.run("tools", "list", "it", code=None)
    assert result.code and "invalid_target" in result.err, result
    assert len(grants(desk, heard)) <= 2, grants(desk, heard)
    assert not grants(provider)


@case
def an_assertion_that_was_used_is_replaced_once_A_195(t):
    """A company whose cache hands the same one out twice; the ID token is
    good for another."""
    desk = company("--again")
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    login(t)
    assert count_tools(t) == 1
    before, heard = len(seen(provider)), len(seen(desk))
    expire(t, provider)
    assert count_tools(t) == 1
    assert grants(provider, before) == [(BEARER, 400), (BEARER, 200)]
    assert "used before" in provider.said()
    assert grants(desk, heard) == [(EXCHANGE, 200), (EXCHANGE, 200)]


@case
def a_server_that_believes_another_company_is_quoted_A_195(t):
    desk = company()
    other = company("--audience", "https://other.example")
    provider = issuer(other)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    running = t.start("login", "it", "--no-browser")
    visit(running.url())
    result = running.finish(None)
    assert result.code and "invalid_grant" in result.err, result
    assert provider["issuer"] in result.err, result
    assert len(grants(provider)) <= 2, grants(provider)


@case
def who_is_no_longer_known_logs_in_again_A_195(t):
    """The company ended the login: its refresh token is good no more."""
    desk = company()
    provider = issuer(desk)
    enter(t, {"it": entry(desk, provider)}, provider, desk)
    login(t)

    def spoil(record):
        record["token"]["refresh_token"] = "canary-that-nobody-issued"
    for path in t.records():
        if desk["issuer"].encode() in path.read_bytes():
            path.touch()
    t.edit(spoil)
    expire(t, provider)
    expire(t, desk)
    del t.env["BROWSER"]
    result = t.run("tools", "list", "it", code=4)
    assert "mcpauth login" in result.err, result
    login(t)
    assert count_tools(t) == 1


if __name__ == "__main__":
    e2e.main()
