"""oidc-provider, the certified server, with MCP servers of the official SDK
behind it."""

import functools
import json
import threading
import urllib.parse

import e2e
from e2e import case
from oidcpeer import claims, count_tools, login, new_key
from servers import (Peer, changed, fetch, free_port, parameters, peer, visit)

ONCE = {"client_id": "oidc-once", "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code"]}
ODD = [{"client_id": f"odd:{method} +%2F&=~",
        "client_secret": "canary: +%2F&=~!*()/0123456789abcdef",
        "token_endpoint_auth_method": method,
        "grant_types": ["client_credentials"], "redirect_uris": [],
        "response_types": []}
       for method in ("client_secret_basic", "client_secret_post")]


def issuer():
    return peer("oidc.mjs", *[
        "--client=" + json.dumps(it) for it in (ONCE, *ODD)])


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


def fix_redirect(t):
    """One port for every login: a code is bound to the whole URI."""
    t.use({"MCPAUTH_REDIRECT_URI":
           f"http://127.0.0.1:{free_port()}/callback"})


def introspecting(provider):
    """An MCP server that asks the provider about each token."""
    return peer(
        "mcp-sdk-server.mjs", "--issuer", provider["issuer"], "--scope",
        "mcp:read", "--verify", "introspection", "--introspector",
        provider["server"]["client_id"],
        env={"INTROSPECTOR_SECRET": provider["server"]["client_secret"]})


def revoke(provider, token):
    """By somebody else than the program that holds it."""
    status, _, said = fetch(
        provider["issuer"] + "/token/revocation", "POST",
        urllib.parse.urlencode({
            "token": token, "client_id": provider["client_id"]}).encode())
    assert status == 200, said


def demanding(provider):
    """An MCP server with a tool that demands more."""
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", "--tool-scope", "add=mcp:write")["url"]


def knock(url):
    """A request that finds somebody there, or not any more."""
    try:
        fetch(url)
    except OSError:
        pass


def start_add(t):
    return t.start("tools", "call", "add", "--arg", "a=2", "--arg", "b=3")


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
def seed_06_secrets_with_odd_characters_by_basic_and_by_post_A_121_A_122(t):
    for client in ODD:
        t.configure({"it": {"url": server(issuer())["url"], "oauth": {
            "token_endpoint_auth_method":
                client["token_endpoint_auth_method"]}}})
        t.use({"OAUTH_CLIENT_ID": client["client_id"],
               "OAUTH_CLIENT_SECRET": client["client_secret"]})
        assert count_tools(t, "it") == 1, client
        t.run("logout", "it")


# --- clients with a key -----------------------------------------------------

@functools.cache
def keyed_clients():
    """One machine for each algorithm, and a person's client that the provider
    takes PS256 from."""
    def client(name, alg, grants, **more):
        return {"client_id": name, "jwks": {"keys": [new_key(alg)["public"]]},
                "token_endpoint_auth_method": "private_key_jwt",
                "grant_types": grants, **more}
    machines = [client(f"oidc-{alg}", alg, ["client_credentials"],
                       redirect_uris=[], response_types=[])
                for alg in ("ES256", "RS256", "EdDSA")]
    return [*machines, client(
        "oidc-PS256", "PS256", ["authorization_code", "refresh_token"],
        application_type="native", redirect_uris=["http://127.0.0.1/callback"],
        token_endpoint_auth_signing_alg="PS256")]


def keyed(*options):
    return peer("oidc.mjs", *options, *[
        "--client=" + json.dumps(it) for it in keyed_clients()])


def enter_with_key(t, alg, provider, form="pem"):
    """As the client of that key; gives the path of the key's file."""
    key = new_key(alg)[form]
    path = t.write(f"{alg}.{form}", key if form == "pem" else json.dumps(key))
    t.secrets.add(new_key(alg)["jwk"]["d"])
    t.use({"MCPAUTH_SERVER": server(provider)["url"],
           "OAUTH_CLIENT_ID": f"oidc-{alg}", "OAUTH_CLIENT_SECRET": None,
           "MCPAUTH_PRIVATE_KEY_FILE": str(path)})
    return path


@case
def machines_prove_themselves_by_a_key_A_181_A_182_A_183(t):
    provider = keyed()
    for alg in ("ES256", "RS256", "EdDSA"):
        for form in ("pem", "jwk"):
            enter_with_key(t, alg, provider, form)
            assert count_tools(t) == 1, (alg, form)
            t.run("logout")


@case
def a_key_is_given_by_option_variable_or_file_S_047_S_052(t):
    provider = keyed()
    path = enter_with_key(t, "ES256", provider)
    t.use({"MCPAUTH_PRIVATE_KEY_FILE": None})
    assert count_tools(t, "--private-key-file", str(path)) == 1
    t.run("logout", "--private-key-file", str(path))
    url = t.env["MCPAUTH_SERVER"]
    t.use({"OAUTH_CLIENT_ID": None, "MCPAUTH_SERVER": None})
    t.configure({"it": {"url": url, "oauth": {
        "clientId": "oidc-ES256", "privateKeyFile": str(path)}}})
    assert count_tools(t, "it") == 1
    path.chmod(0o644)
    t.run("logout", "it", code=2)
    result = t.run("tools", "list", "it", code=2)
    assert "others may read" in result.err, result


@case
def a_person_logs_in_by_a_client_with_a_key_A_102_A_182_A_183_A_262(t):
    """Pushed, redeemed, renewed and revoked, each with a new assertion."""
    provider = keyed("--push")
    enter_with_key(t, "PS256", provider)
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"], "oauth": {
        "mode": "interactive", "token_endpoint_auth_signing_alg": "PS256"}}})
    running = t.start("login", "it", "--no-browser")
    visit(running.url())
    running.finish(0)
    t.harvest()
    assert "pushed: oidc-PS256" in provider.said()
    before = t.record()["token"]["refresh_token"]
    t.age(3700)
    assert count_tools(t, "it") == 1
    t.harvest()
    assert t.record()["token"]["refresh_token"] != before
    record = t.records()[0]
    kept = record.read_bytes()
    assert b"PRIVATE" not in kept
    said = t.run("logout", "it", "-v").err
    assert "revoking the refresh token: the server answered 200" in said, said
    record.write_bytes(kept)
    record.chmod(0o600)
    t.age(3700)
    result = t.run("tools", "list", "it", code=4)
    assert "invalid_grant" in result.err, result


@case
def an_assertion_by_another_key_is_refused_and_never_shown_S_054(t):
    provider = keyed()
    enter_with_key(t, "ES256", provider)
    t.use({"OAUTH_CLIENT_ID": "oidc-RS256"})
    trace = t.trace()
    result = t.run("tools", "list", "--trace", trace, code=4)
    assert "invalid_client" in result.err, result
    with open(trace, encoding="utf-8") as file:
        text = file.read()
    assert '"client_assertion"' in text and "eyJ" not in text, text


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
def seed_46_tokens_of_five_seconds_are_renewed_in_time_A_155(t):
    """A lifetime counts from the last full second: one second is none."""
    provider = peer("oidc.mjs", "--access-seconds", "5")
    enter(t, "public", provider)
    login(t)
    seen = set()
    while len(seen) < 3:
        assert count_tools(t) == 1
        seen.add(t.record()["token"]["refresh_token"])


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
    t.use({"MCPAUTH_SERVER": introspecting(provider)["url"],
           "OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
    assert count_tools(t) == 1
    assert "." not in t.record()["token"]["access_token"]


# --- what the server refuses ------------------------------------------------

@case
def a_redirect_uri_nobody_registered_gets_no_code_A_104(t):
    enter(t, "public")
    t.use({"MCPAUTH_REDIRECT_URI": f"http://127.0.0.1:{free_port()}/other"})
    running = t.start("login", "--no-browser")
    page = visit(running.url())
    assert page["status"] == 400 and "redirect_uri" in page["text"], page
    running.interrupt()
    running.finish(130)


@case
def an_answer_without_the_iss_it_promised_is_not_redeemed_A_112_S_025(t):
    enter(t, "public")
    running = t.start("login", "--no-browser")
    where = visit(running.url(), "--stay")["url"]
    assert parameters(where)["iss"] == issuer()["issuer"]
    fetch(changed(where, iss=None))
    result = running.finish(None)
    assert result.code and "iss" in result.err, result
    assert not t.records()


@case
def a_code_that_another_verifier_belongs_to_is_refused_A_090_A_124(t):
    """What an attacker gets by putting a code of theirs into our answer."""
    enter(t, "public")
    running = t.start("login", "--no-browser")
    visit(changed(running.url(), code_challenge="A" * 43))
    result = running.finish(4)
    assert "invalid_grant" in result.err, result
    assert "does not match code_challenge" in issuer().said()
    assert not t.records()


@case
def the_code_of_an_earlier_login_harms_nothing_A_116_A_154(t):
    enter(t, "public")
    fix_redirect(t)
    first = t.start("login", "--no-browser")
    where = visit(first.url())["url"]
    first.finish(0)
    again = t.start("login", "--no-browser")
    fetch(changed(where, state=parameters(again.url())["state"]))
    result = again.finish(4)
    assert "invalid_grant" in result.err, result
    t.age(3700)
    assert count_tools(t) == 1, "the login that was there is gone"


@case
def an_answer_that_comes_many_times_is_redeemed_once_A_116(t):
    enter(t, "public")
    running = t.start("login", "--no-browser")
    where = visit(running.url(), "--stay")["url"]
    before = issuer().said().count("refused")
    crowd = [threading.Thread(target=knock, args=[where]) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    running.finish(0)
    assert issuer().said().count("refused") == before, "sent twice"
    assert count_tools(t) == 1


@case
def a_login_that_a_thief_spoilt_is_repaired_by_a_login_A_154(t):
    """Reuse of a refresh token ends its whole family at the server."""
    enter(t, "public")
    login(t)
    old = t.record()["token"]["refresh_token"]
    t.age(3700)
    assert count_tools(t) == 1
    status, _, _ = fetch(
        issuer()["issuer"] + "/token", "POST", urllib.parse.urlencode({
            "grant_type": "refresh_token", "refresh_token": old,
            "client_id": issuer()["client_id"]}).encode())
    assert status == 400
    assert "refresh token already used" in issuer().said()
    t.age(3700)
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result
    login(t)
    assert count_tools(t) == 1


@case
def a_resource_it_does_not_know_is_refused_in_its_words_A_115_A_124(t):
    provider = peer("oidc.mjs", "--resource", "https://other.example/mcp")
    for client, arguments in (("m2m", ["tools", "list"]),
                              ("public", ["login", "--no-browser"])):
        enter(t, client, provider)
        running = t.start(*arguments)
        if client == "public":
            visit(running.url())
        result = running.finish(4)
        assert "invalid_target" in result.err, result
        assert "resource_policy" in result.err, result


# --- scopes and resources ---------------------------------------------------

@case
def each_token_request_names_the_resource_A_130(t):
    enter(t, "public")
    login(t)
    t.age(3700)
    assert count_tools(t) == 1
    t.use({"MCPAUTH_SERVER": demanding(issuer()),
           "OAUTH_CLIENT_ID": issuer()["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": issuer()["m2m"]["client_secret"]})
    assert count_tools(t) == 1
    mine = server(issuer())["url"]
    for granted in (f"authorization_code {mine}", f"refresh_token {mine}",
                    f"client_credentials {demanding(issuer())}"):
        assert f"granted: {granted}\n" in issuer().said(), granted


@case
def a_token_is_for_one_server_and_one_person_A_133(t):
    enter(t, "public")
    login(t)
    mine, first = t.env["MCPAUTH_SERVER"], t.record()["token"]["access_token"]
    assert t.run("tools", "call", "whoami").out.strip() == "ada"
    told = claims(t)
    assert told["aud"] == mine and told["scope"] == "mcp:read"
    assert told["client_id"] == issuer()["client_id"]
    other = demanding(issuer())
    t.use({"MCPAUTH_SERVER": other})
    login(t)
    assert claims(t)["aud"] == other and len(t.records()) == 2
    status, _, _ = fetch(other, "POST", b"{}",
                         {"Authorization": "Bearer " + first})
    assert status == 401, "the SDK took a token for another server"


@case
def a_tool_that_demands_more_makes_one_more_login_A_160_A_161_A_162(t):
    enter(t, "public")
    t.use({"MCPAUTH_SERVER": demanding(issuer())})
    login(t)
    t.use({"BROWSER": "true"})
    running = start_add(t)
    asked = parameters(running.url())["scope"].split()
    assert {"mcp:read", "mcp:write"} < set(asked), asked
    visit(running.url())
    assert running.finish(0).out.startswith("5")
    assert {"mcp:read", "mcp:write"} <= set(claims(t)["scope"].split())
    assert start_add(t).finish(0).out.startswith("5")


@case
def a_machine_does_not_widen_its_scope_by_itself_A_160(t):
    enter(t, "m2m")
    t.use({"MCPAUTH_SERVER": demanding(issuer())})
    result = start_add(t).finish(4)
    assert "mcp:write" in result.err, result
    assert claims(t)["scope"] == "mcp:read"
    t.use({"OAUTH_M2M_SCOPES": "mcp:read mcp:write"})
    assert start_add(t).finish(0).out.startswith("5")


@case
def offline_access_is_asked_for_where_it_is_offered_A_150_A_100(t):
    enter(t, "public", peer("oidc.mjs", "--refresh", "offline_access"))
    asked = parameters(login(t))
    assert asked["scope"] == "mcp:read offline_access"
    assert asked["prompt"] == "consent"
    t.age(3700)
    assert count_tools(t) == 1


@case
def without_a_refresh_token_the_end_is_a_login_A_151(t):
    enter(t)
    t.use({"OAUTH_CLIENT_ID": ONCE["client_id"]})
    login(t)
    assert count_tools(t) == 1
    assert "refresh_token" not in t.record()["token"]
    t.age(3700)
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result


# --- tokens and issuers that change -----------------------------------------

@case
def a_login_that_was_revoked_elsewhere_is_told_A_154_A_173(t):
    """Here a revoked access token takes its refresh token with it."""
    provider = peer("oidc.mjs", "--tokens", "opaque")
    enter(t, "public", provider)
    t.use({"MCPAUTH_SERVER": introspecting(provider)["url"]})
    login(t)
    revoke(provider, t.record()["token"]["access_token"])
    result = t.run("tools", "list", code=4)
    assert "invalid_grant" in result.err, result
    assert "mcpauth login" in result.err, result
    login(t)
    assert count_tools(t) == 1


@case
def a_server_that_moves_gets_nothing_of_the_old_issuer_A_040_A_081_S_031(t):
    old, new = issuer(), peer("oidc.mjs", "--access-seconds", "3599")
    port = str(free_port())

    def behind(provider):
        return Peer("mcp-sdk-server.mjs", "--port", port, "--scope",
                    "mcp:read", "--issuer", provider["issuer"])

    first = behind(old)
    t.use({"MCPAUTH_SERVER": first["url"]})
    login(t)
    first.stop()
    behind(new)
    t.use({"BROWSER": "true"})
    running = t.start("tools", "list")
    asked = running.url()
    assert asked.startswith(new["issuer"]), asked
    visit(asked)
    assert "Found 6 tools" in running.finish(0).out
    assert "refused" not in new.said()
    assert f"granted: authorization_code {first['url']}" in new.said()
    assert set(t.record()["clients"]) == {old["issuer"], new["issuer"]}


@case
def a_known_client_does_not_move_with_the_server_A_071(t):
    old, new = issuer(), peer("oidc.mjs", "--access-seconds", "3599")
    port = str(free_port())
    first = Peer("mcp-sdk-server.mjs", "--port", port, "--scope", "mcp:read",
                 "--issuer", old["issuer"])
    t.use({"MCPAUTH_SERVER": first["url"],
           "OAUTH_CLIENT_ID": old["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": old["m2m"]["client_secret"]})
    assert count_tools(t) == 1
    first.stop()
    Peer("mcp-sdk-server.mjs", "--port", port, "--scope", "mcp:read",
         "--issuer", new["issuer"])
    heard = new.said()
    result = t.run("tools", "list", code=None)
    assert result.code and new["issuer"] in result.err, result
    assert new.said() == heard


# --- clients ----------------------------------------------------------------

@case
def a_client_that_is_a_document_registers_nowhere_A_070_A_072(t):
    url = "https://client.example/mcpauth.json"
    provider = peer("oidc.mjs", "--document", json.dumps({
        "client_id": url, "client_name": "mcpauth",
        "application_type": "native", "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"]}))
    t.configure({"it": {"url": server(provider)["url"], "oauth": {
        "client_metadata_url": url}}})
    assert parameters(login(t, "it"))["client_id"] == url
    t.age(3700)
    assert count_tools(t, "it") == 1
    assert claims(t)["client_id"] == url
    assert "registered:" not in provider.said()
    t.run("logout", "it")


@case
def registering_may_take_a_token_A_077_A_078(t):
    token = "canary-initial-access-token-0123456789"
    provider = peer("oidc.mjs", "--initial-token", token)
    enter(t, None, provider)
    result = t.run("login", "--no-browser", code=4)
    assert "invalid_token" in result.err, result
    t.configure({"it": {"url": server(provider)["url"], "oauth": {
        "initial_access_token": token}}})
    t.secrets.add(token)
    login(t, "it")
    assert count_tools(t, "it") == 1


@case
def a_client_it_has_forgotten_is_registered_anew_A_078(t):
    enter(t)
    login(t)
    (client,) = t.record()["clients"].values()
    status, _, said = fetch(
        client["registration_client_uri"], "DELETE", headers={
            "Authorization": "Bearer " + client["registration_access_token"]})
    assert status == 204, said
    t.age(3700)
    t.use({"BROWSER": "true"})
    running = t.start("tools", "list")
    asked = parameters(running.url())
    assert asked["client_id"] != client["client_id"]
    visit(running.url())
    assert "Found 6 tools" in running.finish(0).out


@case
def a_client_whose_secret_ended_is_registered_anew_A_076_S_035(t):
    enter(t, None, peer("oidc.mjs", "--secret-seconds", "600"))
    login(t)
    (client,) = t.record()["clients"].values()
    assert client["client_secret_expires_at"] > 0
    t.age(3700)
    assert count_tools(t) == 1
    t.age(3700)

    def end_secret(record):
        for it in record["clients"].values():
            it["client_secret_expires_at"] -= 3600
    t.edit(end_secret)
    t.use({"BROWSER": "true"})
    running = t.start("tools", "list")
    asked = parameters(running.url())
    assert asked["client_id"] != client["client_id"]
    visit(running.url())
    assert "Found 6 tools" in running.finish(0).out


# --- requests that are pushed -----------------------------------------------

@case
def a_request_is_pushed_where_that_is_required_A_102(t):
    provider = peer("oidc.mjs", "--push")
    for client in ("public", "confidential", "post", None):
        enter(t, client, provider)
        before = provider.said().count("pushed:")
        asked = parameters(login(t, "--mode", "interactive"))
        assert set(asked) == {"client_id", "request_uri"}, asked
        assert provider.said().count("pushed:") == before + 1
        assert count_tools(t, "--mode", "interactive") == 1, client
        t.run("logout")
    assert "not pushed:" not in provider.said()


@case
def each_visit_has_a_request_of_its_own_A_102(t):
    provider = peer("oidc.mjs", "--push")
    enter(t, "public", provider)
    seen = {parameters(login(t))["request_uri"] for _ in range(2)}
    assert len(seen) == 2
    t.age(3700)
    assert count_tools(t) == 1


@case
def a_push_that_is_refused_is_told_in_its_words_A_102(t):
    enter(t, "confidential", peer("oidc.mjs", "--push"))
    t.use({"OAUTH_CLIENT_SECRET": "canary-not-the-secret-of-it"})
    result = t.run("login", "--no-browser", "--mode", "interactive", code=4)
    assert "invalid_client" in result.err, result
    assert "pushing the request" in result.err, result


@case
def who_is_to_log_in_is_told_by_every_way_A_100_A_102(t):
    hint = "jane+mcp@example.com"
    enter(t, "public")
    assert "login_hint" not in parameters(login(t))
    assert parameters(login(t, "--login-hint", hint))["login_hint"] == hint
    t.run("logout")
    provider = peer("oidc.mjs", "--push")
    enter(t, "public", provider)
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"],
                        "oauth": {"login_hint": hint}}})
    asked = parameters(login(t, "it"))
    assert set(asked) == {"client_id", "request_uri"}, asked
    assert f"pushed: {provider['client_id']} {hint}" in provider.said()


@case
def what_is_merely_offered_is_not_used_A_102(t):
    enter(t, "public")
    before = issuer().said().count("pushed:")
    assert "request_uri" not in parameters(login(t))
    assert issuer().said().count("pushed:") == before


@case
def a_client_forgotten_before_its_push_is_registered_anew_A_078_A_102(t):
    provider = peer("oidc.mjs", "--push")
    enter(t, None, provider)
    login(t)
    (client,) = t.record()["clients"].values()
    status, _, said = fetch(
        client["registration_client_uri"], "DELETE", headers={
            "Authorization": "Bearer " + client["registration_access_token"]})
    assert status == 204, said
    asked = parameters(login(t))
    assert asked["client_id"] != client["client_id"]
    assert "not pushed: invalid_client" in provider.said()
    assert count_tools(t) == 1


@case
def a_machine_asks_anew_when_its_token_ends_A_185(t):
    enter(t, "m2m")
    seen = set()
    for _ in range(2):
        assert count_tools(t) == 1
        seen.add(t.record()["token"]["access_token"])
        t.age(3700)
    assert len(seen) == 2


if __name__ == "__main__":
    e2e.main()
