"""oidc-provider, the certified server, with MCP servers of the official SDK
behind it."""

import json

import e2e
from e2e import case
from servers import fetch, parameters, peer, visit


def issuer():
    return peer("oidc.mjs")


def server(provider):
    """It tells the scope: oidc-provider grants nothing to who names none."""
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read")


def enter(t, client=None, provider=None):
    """The MCP server, and one of the provider's clients; None: registers."""
    provider = provider or issuer()
    known = provider.facts.get(client, {})
    if client == "public":
        known = {"client_id": provider["client_id"]}
    t.use({"MCPAUTH_SERVER": server(provider)["url"],
           "OAUTH_CLIENT_ID": known.get("client_id"),
           "OAUTH_CLIENT_SECRET": known.get("client_secret")})


def login(t, *arguments):
    running = t.start("login", "--no-browser", *arguments)
    url = running.url()
    page = visit(url)
    assert page["status"] == 200, page
    running.finish(0)
    t.harvest()
    return url


def count_tools(t, *arguments):
    return t.run("tools", "list", *arguments).out.count("Found 6 tools")


@case
def seed_03_seed_09_code_and_pkce_with_a_known_client(t):
    enter(t, "public")
    asked = parameters(login(t))
    assert asked["code_challenge_method"] == "S256"
    assert asked["resource"] == t.env["MCPAUTH_SERVER"]
    assert count_tools(t) == 1
    assert t.record()["token"]["issuer"] == issuer()["issuer"]


@case
def seed_03_a_client_registers_itself_A_074_A_076(t):
    enter(t)
    asked = parameters(login(t))
    assert asked["client_id"] not in ("", issuer()["client_id"])
    assert count_tools(t) == 1


@case
def seed_14_confidential_clients_by_basic_and_by_post_A_121(t):
    for client in ("confidential", "post"):
        enter(t, client)
        login(t, "--mode", "interactive")
        assert count_tools(t, "--mode", "interactive") == 1, client
        t.run("logout")


@case
def seed_05_client_credentials_A_180_A_184(t):
    enter(t, "m2m")
    assert count_tools(t) == 1
    (record,) = t.records()
    assert issuer()["m2m"]["client_secret"].encode() not in \
        record.read_bytes()


@case
def seed_06_client_credentials_by_post_too_A_121(t):
    machine = {"client_id": "oidc-m2m-post",
               "client_secret": "canary-oidc-m2m-post-secret-0123456789",
               "token_endpoint_auth_method": "client_secret_post",
               "grant_types": ["client_credentials"], "redirect_uris": [],
               "response_types": []}
    provider = peer("oidc.mjs", "--client", json.dumps(machine))
    t.configure({"it": {"url": server(provider)["url"], "oauth": {
        "token_endpoint_auth_method": "client_secret_post"}}})
    t.use({"OAUTH_CLIENT_ID": machine["client_id"],
           "OAUTH_CLIENT_SECRET": machine["client_secret"]})
    assert count_tools(t, "it") == 1


@case
def seed_10_refresh_with_rotation_A_153(t):
    enter(t, "public")
    login(t)
    seen = [t.record()["token"]["refresh_token"]]
    for _ in range(2):
        t.age(3700)
        assert count_tools(t) == 1
        seen.append(t.record()["token"]["refresh_token"])
    assert len(set(seen)) == 3


@case
def seed_46_tokens_of_one_second_for_a_long_time(t):
    provider = peer("oidc.mjs", "--access-seconds", "1")
    enter(t, "public", provider)
    login(t)
    for _ in range(6):
        assert count_tools(t) == 1


@case
def eight_processes_rotate_once_at_a_real_server_S_042(t):
    enter(t, "public")
    login(t)
    before = t.record()["token"]["refresh_token"]
    t.age(3700)
    crowd = [t.start("tools", "list") for _ in range(8)]
    for running in crowd:
        running.finish(0)
    assert t.record()["token"]["refresh_token"] != before
    t.age(3700)
    assert count_tools(t) == 1, "the family of tokens was revoked"


@case
def seed_41_a_wrong_secret_in_the_servers_words(t):
    enter(t, "m2m")
    t.use({"OAUTH_CLIENT_SECRET": "not-the-secret-of-it"})
    result = t.run("tools", "list", code=4)
    assert "invalid_client" in result.err, result


@case
def a_person_who_says_no_A_115(t):
    enter(t, "public")
    running = t.start("login", "--no-browser")
    visit(running.url(), "--deny")
    result = running.finish(4)
    assert "access_denied" in result.err, result


@case
def logout_revokes_at_the_server_A_262(t):
    enter(t, "public")
    login(t)
    record = t.records()[0]
    kept = record.read_bytes()
    t.run("logout")
    # A thief who copied the file before has nothing now.
    record.write_bytes(kept)
    record.chmod(0o600)
    t.age(3700)
    result = t.run("tools", "list", code=4)
    assert "invalid_grant" in result.err, result


@case
def logout_unregisters_what_it_registered(t):
    enter(t)
    login(t)
    (client,) = t.record()["clients"].values()
    t.run("logout")
    assert not t.records() or "clients" not in t.record()
    status, _, said = fetch(
        client["registration_client_uri"], headers={
            "Authorization": "Bearer " + client["registration_access_token"]})
    assert status == 401, said


@case
def tokens_that_nobody_can_read_are_as_good_A_126(t):
    provider = peer("oidc.mjs", "--tokens", "opaque")
    protected = peer(
        "mcp-sdk-server.mjs", "--issuer", provider["issuer"], "--verify",
        "introspection", "--introspector", provider["server"]["client_id"],
        env={"INTROSPECTOR_SECRET": provider["server"]["client_secret"]})
    t.use({"MCPAUTH_SERVER": protected["url"],
           "OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
    assert count_tools(t) == 1
    assert "." not in t.record()["token"]["access_token"]


if __name__ == "__main__":
    e2e.main()
