"""Tokens bound to a key (RFC 9449): oidc-provider binds them, and MCP servers
of the official SDK verify every proof with jose (peers/proof.mjs)."""

import json
import urllib.parse

import e2e
from e2e import case
from oidcpeer import claims, count_tools, introspect, login, off_clock
from servers import Stranger, fetch, parameters, peer
from talk import Talk, seen

CALLS, THREADS = 200, 8


def issuer(kind="offered", *options):
    return peer("oidc.mjs", "--dpop", kind, *options)


def guarded(provider, *options):
    """An MCP server that takes bound tokens only."""
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", "--proof", "required", *options)


def enter(t, server, provider, client=None):
    known = client or {"client_id": provider["client_id"]}
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": known["client_id"],
           "OAUTH_CLIENT_SECRET": known.get("client_secret")})


def as_machine(t, *options, kind="offered"):
    """The provider and the server of a machine that has no token yet."""
    provider = issuer(kind)
    server = guarded(provider, *options)
    enter(t, server, provider, provider["m2m"])
    return provider, server


def since(peer_of, before, **wanted):
    """What that peer was sent after `before` requests."""
    return [it for it in seen(peer_of)[before:]
            if all(it.get(name) == value for name, value in wanted.items())]


def calls(server, before=0, **wanted):
    return since(server, before, path="/mcp", **wanted)


def each_once(entries):
    """Every proof has an id of its own; gives the keys that were used."""
    proofs = [it["proof"] for it in entries]
    assert all(proofs), entries
    ids = [it["jti"] for it in proofs]
    assert len(set(ids)) == len(ids), ids
    return {it["key"] for it in proofs}


# --- binding ----------------------------------------------------------------

@case
def a_login_is_bound_to_a_key_and_each_request_proved_A_202_A_203_A_204_A_205(
        t):
    provider = issuer()
    server = guarded(provider)
    enter(t, server, provider)
    asked = parameters(login(t))
    bound = claims(t)["cnf"]["jkt"]
    assert asked["dpop_jkt"] == bound, asked
    assert t.record()["token"]["token_type"] == "DPoP"
    before = len(seen(server))
    assert count_tools(t) == 1
    sent = calls(server, before)
    assert {it["token"] for it in sent} == {"DPoP"}, sent
    assert {it["method"] for it in sent} >= {"POST", "DELETE"}, sent
    assert not any(it["status"] == 401 for it in sent), sent
    keys = each_once(sent)
    (redeemed,) = [it for it in seen(provider, path="/token", status=200)
                   if it.get("proof", {}).get("key") in keys]
    assert "ath" not in redeemed["proof"], redeemed
    assert t.run("tools", "call", "whoami").out.strip() == "ada"


@case
def it_is_enough_to_be_told_in_one_place_A_201(t):
    provider = issuer()
    for place in ("challenge", "metadata"):
        server = guarded(provider, "--tell", place)
        enter(t, server, provider, provider["m2m"])
        assert count_tools(t) == 1, place
        assert t.record()["token"]["token_type"] == "DPoP", place
        assert claims(t)["cnf"]["jkt"], place


@case
def a_server_that_offers_it_gets_it_A_201(t):
    provider = issuer()
    server = peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                  "--scope", "mcp:read", "--proof", "offered")
    enter(t, server, provider, provider["m2m"])
    assert count_tools(t) == 1
    assert t.record()["token"]["token_type"] == "DPoP"


@case
def a_server_that_never_offered_it_gets_a_bearer_token_A_201(t):
    provider = issuer()
    server = peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                  "--scope", "mcp:read")
    enter(t, server, provider, provider["m2m"])
    assert count_tools(t) == 1
    assert "cnf" not in claims(t)
    assert not any(it.get("proof") for it in calls(server))


@case
def who_wants_no_binding_is_told_that_it_is_demanded_A_201(t):
    provider = issuer()
    server = guarded(provider)
    t.configure({"it": {"url": server["url"], "oauth": {"dpop": "never"}}})
    t.use({"OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
    result = t.run("tools", "list", "it", code=None)
    assert result.code and "DPoP" in result.err, result


@case
def who_wants_binding_always_gets_it_or_an_error_A_201_A_204(t):
    bound = issuer()
    bare = peer("oidc.mjs")
    for provider, code in ((bound, 0), (bare, None)):
        server = peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                      "--scope", "mcp:read", "--proof", "offered",
                      "--tell", "metadata")
        t.configure({"it": {"url": server["url"], "oauth": {
            "dpop": "always"}}})
        t.use({"OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
               "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
        result = t.run("tools", "list", "it", code=code)
        assert bool(result.code) == (provider is bare), result
    assert "type Bearer" in result.err, result
    assert not calls(server, token="Bearer"), "it went on without"


@case
def a_pushed_request_is_bound_as_well_A_102_A_204(t):
    provider = issuer("offered", "--push")
    server = guarded(provider)
    enter(t, server, provider)
    login(t)
    (pushed,) = seen(provider, path="/request")
    bound = claims(t)["cnf"]["jkt"]
    assert pushed.get("proof") or pushed.get("dpop_jkt"), pushed
    assert pushed.get("dpop_jkt", bound) == bound, pushed
    assert count_tools(t) == 1


# --- renewing ---------------------------------------------------------------

def redeem_as_thief(provider, token):
    """Who has the token alone, and says so to the server."""
    status, _, said = fetch(
        provider["issuer"] + "/token", "POST", urllib.parse.urlencode({
            "grant_type": "refresh_token", "refresh_token": token,
            "client_id": provider["client_id"]}).encode())
    return status, json.loads(said)


@case
def a_refresh_token_serves_only_who_has_the_key_A_209(t):
    provider = issuer()
    enter(t, guarded(provider), provider)
    login(t)
    kept = t.record()["token"]
    status, said = redeem_as_thief(provider, kept["refresh_token"])
    assert status == 400 and said["error"] == "invalid_grant", said
    assert "failed jkt verification" in provider.said()
    t.age(3700)
    before = len(seen(provider))
    assert count_tools(t) == 1
    (renewed,) = since(provider, before, grant_type="refresh_token")
    assert renewed["status"] == 200, renewed
    assert claims(t)["cnf"] and \
        t.record()["token"]["access_token"] != kept["access_token"]
    assert t.record()["token"]["refresh_token"] != kept["refresh_token"]


@case
def a_stolen_token_is_refused_as_a_bearer_token_A_205(t):
    provider, server = as_machine(t)
    assert count_tools(t) == 1
    status, _, said = fetch(
        server["url"], "POST", b"{}", {
            "Authorization":
                "Bearer " + t.record()["token"]["access_token"]})
    assert status == 401, said


def drop_key(record):
    del record["token"]["dpop_key"]


@case
def a_key_that_is_lost_is_a_new_login_A_209(t):
    provider = issuer()
    server = guarded(provider)
    enter(t, server, provider)
    login(t)
    old = claims(t)["cnf"]["jkt"]
    t.edit(drop_key)
    before = len(seen(server))
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result
    assert not calls(server, before, token="Bearer"), "shown without a proof"
    login(t)
    assert claims(t)["cnf"]["jkt"] != old
    assert count_tools(t) == 1


@case
def a_machine_whose_key_is_lost_asks_anew_A_209(t):
    provider, server = as_machine(t)
    assert count_tools(t) == 1
    old = claims(t)["cnf"]["jkt"]
    t.edit(drop_key)
    before = len(seen(server))
    assert count_tools(t) == 1
    assert claims(t)["cnf"]["jkt"] != old
    assert not calls(server, before, token="Bearer")


@case
def a_key_that_is_not_the_tokens_is_a_new_login_A_209(t):
    provider = issuer()
    server = guarded(provider)
    enter(t, server, provider)
    keys = []
    for _ in range(2):
        login(t)
        keys.append(t.record()["token"]["dpop_key"])

    def exchange(record):
        record["token"]["dpop_key"] = keys[0]
    t.edit(exchange)
    if keys[0] == keys[1]:
        return  # one key for as long as the login's record is there
    before = len(seen(provider))
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result
    assert len(since(provider, before, path="/token")) <= 2


@case
def many_processes_share_one_key_and_one_refresh_S_042_A_205_A_209(t):
    provider = issuer()
    server = guarded(provider)
    enter(t, server, provider)
    login(t)
    t.age(3700)
    before, heard = len(seen(server)), len(seen(provider))
    crowd = [t.start("tools", "list") for _ in range(THREADS)]
    for running in crowd:
        running.finish(0)
    assert len(since(provider, heard, grant_type="refresh_token")) == 1
    assert len(each_once(calls(server, before))) == 1


@case
def what_is_revoked_is_dead_though_its_key_lives_A_262(t):
    provider = issuer("offered", "--tokens", "opaque")
    server = peer(
        "mcp-sdk-server.mjs", "--issuer", provider["issuer"], "--scope",
        "mcp:read", "--proof", "required", "--verify", "introspection",
        "--introspector", provider["server"]["client_id"],
        env={"INTROSPECTOR_SECRET": provider["server"]["client_secret"]})
    enter(t, server, provider)
    login(t)
    assert count_tools(t) == 1
    token = t.record()["token"]
    said = introspect(provider, token["access_token"])
    assert said["cnf"]["jkt"] and said["token_type"] == "DPoP", said
    (mine,) = t.run("status", "--check", "--json").json()["logins"]
    assert mine["check"]["cnf"] == said["cnf"], mine
    t.run("logout")
    for name in ("access_token", "refresh_token"):
        assert introspect(provider, token[name]) == {"active": False}, name


@case
def a_bound_token_is_given_out_as_what_it_is_A_205(t):
    """By the key that its issuer says, and to nobody who could only be
    refused with it."""
    provider = issuer("offered", "--tokens", "opaque")
    enter(t, guarded(provider), provider)
    login(t)
    token = t.record()["token"]["access_token"]
    said = introspect(provider, token)
    result = t.run("token", "--json", reveals=True)
    assert "bound to a key" in result.err, result
    told = result.json()
    assert told["access_token"] == token and told["token_type"] == "DPoP", told
    assert told["cnf"] == said["cnf"], told
    line = t.run("token", "--format", "header", reveals=True).out
    assert line == f"Authorization: DPoP {token}\n", line
    for form in ("headers-helper", "exec-credential"):
        result = t.run("token", "--format", form, code=1)
        assert not result.out and form in result.err, result
        assert "cannot prove that key" in result.err, result


# --- nonces -----------------------------------------------------------------

def demands(entries):
    """How many were refused for the lack of a nonce: at the server, of those
    that brought a token."""
    return sum(it["status"] == 401 and bool(it.get("token")) or
               it.get("error") == "use_dpop_nonce" for it in entries)


@case
def both_servers_demand_nonces_of_their_own_A_206_A_207_A_208(t):
    provider = issuer("nonce")
    server = guarded(provider, "--nonces", "told=100")
    enter(t, server, provider)
    login(t)
    before = len(seen(server))
    assert count_tools(t) == 1
    assert demands(calls(server, before)) == 1
    heard = seen(provider, path="/token")
    assert [it["status"] for it in heard] == [400, 200], heard
    assert heard[0]["proof"]["jti"] != heard[1]["proof"]["jti"]
    theirs = {it["proof"]["nonce"] for it in calls(server)
              if it.get("proof") and it["proof"].get("nonce")}
    assert heard[1]["proof"]["nonce"] not in theirs
    each_once([it for it in calls(server) + heard if it.get("token") or
               it["path"] == "/token"])


@case
def a_nonce_demanded_at_every_step_of_a_login_A_102_A_206(t):
    """Pushed, redeemed, renewed: the same code and the same token again."""
    provider = issuer("nonce", "--push")
    enter(t, guarded(provider), provider)
    login(t)
    t.age(3700)
    assert count_tools(t) == 1
    heard = [it for it in seen(provider, method="POST") if it.get("proof")]
    each_once(heard)
    done = [(it["path"], it.get("grant_type")) for it in heard
            if it["status"] < 300]
    assert ("/token", "authorization_code") in done, heard
    assert ("/token", "refresh_token") in done, heard
    assert demands(heard) <= len(done), heard


@case
def a_nonce_that_is_told_in_time_costs_nothing_A_208(t):
    _, server = as_machine(t, "--nonces", "told=2")
    before = len(seen(server))
    assert count_tools(t) == 1
    sent = calls(server, before)
    assert len(sent) > 4, sent
    assert demands([it for it in sent if it.get("token")]) == 1, sent


@case
def a_nonce_that_changes_silently_costs_one_more_request_A_207_A_208(t):
    provider, server = as_machine(t, "--nonces", "silent=2")
    before = len(seen(server))
    heard = len(seen(provider, path="/token"))
    assert count_tools(t) == 1
    sent = [it for it in calls(server, before, method="POST")
            if it.get("token")]
    each_once(sent)
    good = [it for it in sent if it["status"] != 401]
    assert demands(sent) == (len(good) + 1) // 2, [
        (it["method"], it["status"]) for it in sent]
    assert len(seen(provider, path="/token")) == heard + 1


@case
def a_session_ends_though_its_end_lacked_a_nonce_A_207_T_052(t):
    _, server = as_machine(t, "--nonces", "silent=1")
    assert count_tools(t) == 1
    ends = calls(server, method="DELETE")
    assert [it["status"] for it in ends] == [401, 200], ends
    each_once(ends)


@case
def a_nonce_that_is_never_right_ends_it_A_208(t):
    provider, server = as_machine(t, "--nonces", "silent=0")
    before, heard = len(seen(server)), len(seen(provider, path="/token"))
    result = t.run("tools", "list", code=None)
    assert result.code and "nonce" in result.err, result
    assert len(calls(server, before)) <= 6, calls(server, before)
    assert len(seen(provider, path="/token")) <= heard + 2


@case
def threads_share_a_token_and_no_proof_A_205_A_208(t):
    provider = issuer("nonce")
    server = guarded(provider, "--nonces", "told=50")
    talk = Talk(t, server["url"], env={"TALK_OAUTH": json.dumps({
        "client_id": provider["m2m"]["client_id"],
        "client_secret": provider["m2m"]["client_secret"]})})
    before, heard = len(seen(server)), len(seen(provider, path="/token"))
    for _ in range(CALLS // THREADS):
        wave = [talk.start("tools/call", {
            "name": "echo", "arguments": {"message": "m"}})
            for _ in range(THREADS)]
        for name in wave:
            talk.end(name)
    talk.stop()
    sent = [it for it in calls(server, before) if it.get("token")]
    assert len(sent) >= CALLS, len(sent)
    assert len(each_once(sent)) == 1
    assert len(seen(provider, path="/token")) <= heard + 2
    assert {it["status"] for it in sent} <= {200, 202, 400, 401}


# --- what goes wrong --------------------------------------------------------

@case
def a_server_that_promises_and_does_not_bind_is_refused_A_204(t):
    """It lists algorithms and answers with a bearer token."""
    stranger = Stranger(t)
    stranger.describe(dpop_signing_alg_values_supported=["ES256"],
                      grant_types_supported=["client_credentials"],
                      token_endpoint_auth_methods_supported=[
                          "client_secret_post"])
    stranger.challenge(
        f'DPoP resource_metadata="{stranger.origin}/prm", algs="ES256"')
    stranger.say("/prm", {"resource": stranger.url,
                          "authorization_servers": [stranger.origin],
                          "dpop_bound_access_tokens_required": True})
    stranger.say("/token", {"access_token": "canary-not-bound-at-all",
                            "token_type": "Bearer", "expires_in": 3600})
    t.use({"MCPAUTH_SERVER": stranger.url, "OAUTH_CLIENT_ID": "stranger-1",
           "OAUTH_CLIENT_SECRET": "canary-secret-of-stranger"})
    t.secrets.add("canary-not-bound-at-all")
    result = t.run("tools", "list", code=None)
    assert result.code and "type Bearer" in result.err, result
    assert stranger.paths().count("/token") == 1, stranger.paths()
    assert b"canary-not-bound-at-all" not in stranger.heard
    assert not t.records() or "token" not in t.record()


@case
def a_clock_ten_minutes_off_is_put_right_by_the_servers_A_208(t):
    """Both refuse an iat that is out of their window, and tell the time."""
    for offset in ("-10m", "+10m"):
        provider, server = as_machine(t)
        before, heard = len(seen(server)), len(seen(provider))
        assert t.run("tools", "list", env=off_clock(offset)).out.count(
            "Found 6 tools") == 1
        asked = since(provider, heard, path="/token")
        assert [it["status"] for it in asked] == [400, 200], asked
        each_once([it for it in calls(server, before) if it.get("token")])
        t.run("logout")


@case
def a_server_whose_clock_is_off_is_believed_for_its_proofs_A_208(t):
    provider, server = as_machine(t, "--clock", "600")
    before = len(seen(server))
    assert count_tools(t) == 1
    sent = [it for it in calls(server, before) if it.get("token")]
    each_once(sent)
    assert sum(it["status"] == 401 for it in sent) == 1, sent
    assert len(seen(provider, path="/token", status=200)) >= 1


if __name__ == "__main__":
    e2e.main()
