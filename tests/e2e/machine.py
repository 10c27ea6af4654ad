"""Nobody present: client_credentials against the sandbox's AgentCore."""

import json

import e2e
from e2e import case
from servers import Sandbox

PRM = "oauth-protected-resource"


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


def token_requests(sandbox):
    return sandbox.log(path="/oauth2/token")


# --- what starts an authorization -------------------------------------------

@case
def seed_01_401_fetches_a_token_and_repeats_the_request_A_010_A_012(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.expire()
    sandbox.forget()
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.grants() == ["client_credentials"]
    statuses = [entry["status"] for entry in sandbox.log(server="runtime")]
    assert statuses.count(401) == 1 and statuses[0] == 401, statuses
    assert sandbox.messages().count("initialize") == 1


@case
def seed_02_403_without_a_challenge_fetches_a_token_A_011(t):
    sandbox = enter(t, "403-missing")
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.grants() == ["client_credentials"]


@case
def seed_02_403_for_a_kept_token_fetches_another_once_A_011(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.forget()
    sandbox.fault("403-unparsable=1")
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.grants() == ["client_credentials"]


@case
def seed_04_one_retry_then_the_servers_words_A_012_S_033(t):
    sandbox = enter(t, "403-always")
    result = t.run("tools", "list", code=4)
    assert "OAuth authorization failed" in result.err, result
    assert sandbox.grants() == ["client_credentials"]
    assert len(sandbox.log(server="runtime", method="POST")) <= 2


@case
def seed_49_the_whole_matrix_of_refusals(t):
    for fault, words, requests in (
            ("401-claim", "client_id", 2),
            ("401-missing", "Missing Authentication Token", 2),
            ("403-unparsable", "Failed to parse token", 2),
            ("403-method-mismatch", "Authorization method mismatch", 2),
            ("403-always", "OAuth authorization failed", 2)):
        sandbox = enter(t, fault)
        result = t.run("tools", "list", code=4)
        assert words in result.err, (fault, result)
        assert "hint" in result.err or "mcpauth" in result.err
        assert len(sandbox.grants()) <= requests, (fault, sandbox.grants())
        assert len(sandbox.log(server="runtime", method="POST")) <= 4, fault
        t.run("logout")
        sandbox.stop()


@case
def seed_49_insufficient_scope_at_a_gateway_ends_for_a_machine_A_160(t):
    sandbox = enter(t, "403-insufficient-scope", profile="gateway")
    result = t.run("tools", "list", code=4)
    assert "insufficient_scope" in result.err, result
    assert len(sandbox.grants()) <= 2


# --- the token request ------------------------------------------------------

@case
def seed_05_the_request_is_a_form_with_the_grant_A_181(t):
    sandbox = enter(t)
    t.run("tools", "list", "--trace", t.trace())
    (asked,) = token_requests(sandbox)
    assert asked["method"] == "POST" and asked["status"] == 200
    assert asked["grant_type"] == "client_credentials"
    trace = json.loads(open(t.trace(), encoding="utf-8").read())
    (form,) = [it for it in trace["exchanges"]
               if it["request"]["url"].endswith("/oauth2/token")]
    headers = {name.lower(): value for name, value in pairs_of(
        form["request"]["headers"])}
    assert headers["content-type"].startswith(
        "application/x-www-form-urlencoded"), headers


def pairs_of(headers):
    """A trace may show headers as an object or as a list of pairs."""
    if isinstance(headers, dict):
        return headers.items()
    return [(it["name"], it["value"]) if isinstance(it, dict) else it
            for it in headers]


@case
def seed_06_secret_in_the_body_or_as_basic_A_121_A_122(t):
    for method, fault in (("client_secret_post", "post-only"),
                          ("client_secret_basic", "basic-only")):
        sandbox = enter(t, fault)
        t.configure({"it": {
            "url": t.env["MCPAUTH_SERVER"],
            "oauth": {"token_endpoint_auth_method": method}}})
        t.run("tools", "list", "it")
        (asked,) = token_requests(sandbox)
        assert ("client_secret" in asked["parameters"]) == \
            (method == "client_secret_post"), asked
        sandbox.stop()


@case
def seed_06_the_wrong_method_is_refused_with_a_hint(t):
    enter(t, "post-only")
    t.configure({"it": {
        "url": t.env["MCPAUTH_SERVER"],
        "oauth": {"token_endpoint_auth_method": "client_secret_basic"}}})
    result = t.run("tools", "list", "it", code=4)
    assert "invalid_client" in result.err, result


@case
def seed_07_scope_is_sent_only_when_configured(t):
    sandbox = enter(t, OAUTH_M2M_SCOPES=None)
    t.run("tools", "list")
    (asked,) = token_requests(sandbox)
    assert "scope" not in asked["parameters"], asked


@case
def seed_16_scopes_arrive_as_they_were_written(t):
    sandbox = enter(t)
    t.run("tools", "list")
    (asked,) = token_requests(sandbox)
    assert asked["scope"] == "mcp-server/read mcp-server/write", asked


@case
def seed_50_no_resource_to_cognito_unless_always_A_130(t):
    sandbox = enter(t)
    t.run("tools", "list")
    assert "resource" not in token_requests(sandbox)[0]["parameters"]
    t.run("logout")
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"],
                        "oauth": {"resource_policy": "always"}}})
    sandbox.forget()
    t.run("tools", "list", "it")
    (asked,) = token_requests(sandbox)
    assert asked["resource"] == t.env["MCPAUTH_SERVER"], asked


# --- lifetime ---------------------------------------------------------------

@case
def seed_08_an_expired_token_is_replaced_by_a_new_grant_A_185(t):
    sandbox = enter(t)
    t.run("tools", "list")
    t.age(3700)
    t.run("tools", "list")
    assert sandbox.grants() == ["client_credentials"] * 2


@case
def seed_12_a_token_past_its_expiry_is_never_sent_A_155(t):
    sandbox = enter(t)
    t.run("tools", "list")
    for age_s in (3700, 3599):  # past it, and within the margin
        t.age(age_s)
        sandbox.forget()
        t.run("tools", "list")
        sent = {entry.get("token") for entry in sandbox.log(server="runtime")}
        assert len(sent) == 1, sent
        assert sandbox.grants() == ["client_credentials"]


@case
def seed_46_three_lifetimes_without_a_failed_call(t):
    sandbox = enter(t, "short-lifetime=300")
    for lifetime in range(1, 4):
        assert t.run("tools", "call", "add_numbers", "--arg", "a=2",
                     "--arg", "b=3").out.strip() == "5"
        assert sandbox.grants() == ["client_credentials"] * lifetime
        sandbox.advance(301)
        t.age(301)


@case
def seed_46_a_token_that_was_dead_on_arrival_ends_at_once_S_033(t):
    sandbox = enter(t, "expired-token")
    t.run("tools", "list", code=4)
    assert len(sandbox.grants()) <= 2


# --- modes ------------------------------------------------------------------

@case
def seed_13_a_secret_means_machine_to_machine_and_is_announced(t):
    enter(t)
    result = t.run("tools", "list", "-v")
    assert "m2m" in result.err or "machine" in result.err, result


@case
def seed_35_a_machine_never_meets_browser_or_listener_A_180(t):
    sandbox = enter(t)
    t.use({"BROWSER": str(t.write(
        "browser", f"#!/bin/sh\ntouch {t.dir}/opened\n", 0o700))})
    t.run("login")
    t.run("tools", "list")
    assert not (t.dir / "opened").exists()
    assert "authorization_code" not in sandbox.grants()
    assert not sandbox.log(path="/oauth2/authorize")


@case
def seed_47_one_program_for_both_modes(t):
    sandbox = enter(t)
    machine = t.run("tools", "list", "--json").raw
    t.run("logout")
    person = sandbox.environment("password")
    t.use({**dict.fromkeys(("OAUTH_CLIENT_SECRET", "OAUTH_M2M_SCOPES")),
           **person})
    t.run("login", "--mode", "password")
    assert t.run("tools", "list", "--json").raw == machine


# --- discovery --------------------------------------------------------------

@case
def seed_20_seed_21_a_configured_issuer_needs_no_resource_metadata(t):
    sandbox = enter(t)
    t.run("tools", "list")
    assert not [path for path in sandbox.paths() if PRM in path]


@case
def seed_22_either_spelling_of_the_discovery_url(t):
    for spelling in ("openid-configuration", "openid_configuration"):
        sandbox = enter(t)
        issuer = t.env["OAUTH_DISCOVERY_URL"].split("/.well-known/")[0]
        t.use({"OAUTH_DISCOVERY_URL": f"{issuer}/.well-known/{spelling}"})
        t.run("tools", "list")
        paths = sandbox.paths(server="cognito")
        assert any(path.endswith("/openid-configuration") for path in paths)
        assert not any("openid_configuration" in path for path in paths)
        assert t.record()["token"]["issuer"] == issuer
        t.run("logout")
        sandbox.stop()


@case
def seed_23_after_a_400_the_next_place_is_tried_A_050_A_052(t):
    sandbox = enter(t)
    issuer = t.env["OAUTH_DISCOVERY_URL"].split("/.well-known/")[0]
    t.use({"OAUTH_DISCOVERY_URL": issuer})
    t.run("tools", "list")
    asked = [(entry["path"], entry["status"])
             for entry in sandbox.log(server="cognito", method="GET")]
    assert asked[-1][0].endswith("/.well-known/openid-configuration"), asked
    assert all(status >= 400 for _, status in asked[:-1]), asked


@case
def seed_24_endpoints_come_from_the_document(t):
    sandbox = enter(t)
    t.configure({"it": {
        "url": t.env["MCPAUTH_SERVER"],
        "oauth": {"token_endpoint": "http://127.0.0.1:9/never"}}})
    t.run("tools", "list", "it")
    assert len(token_requests(sandbox)) == 1


@case
def seed_18_a_configured_client_is_never_registered_A_070(t):
    sandbox = enter(t)
    t.run("tools", "list")
    assert not [path for path in sandbox.paths() if "register" in path]


@case
def seed_48_the_challenge_names_the_metadata_A_030(t):
    sandbox = enter(t, OAUTH_DISCOVERY_URL=None)
    t.run("tools", "list")
    (path,) = [path for path in sandbox.paths() if PRM in path]
    assert path.endswith(f"/invocations/.well-known/{PRM}?qualifier=DEFAULT")
    assert sandbox.grants() == ["client_credentials"]


@case
def seed_44_another_issuer_is_refused_and_both_are_shown_A_053_S_026(t):
    sandbox = enter(t, "bad-issuer")
    issuer = t.env["OAUTH_DISCOVERY_URL"].split("/.well-known/")[0]
    result = t.run("tools", "list", code=4)
    assert issuer in result.err and "us-east-1_Other" in result.err, result
    assert "trusted_issuer" in result.err, result
    assert not sandbox.grants()


@case
def seed_44_a_pinned_issuer_is_taken_and_no_other_A_054_S_026(t):
    sandbox = enter(t, "bad-issuer")
    origin = t.env["OAUTH_DISCOVERY_URL"].split("/us-east-1_")[0]
    for pin, code in (("/us-east-1_Third", 4), ("/us-east-1_Other", 0)):
        t.configure({"it": {"url": t.env["MCPAUTH_SERVER"],
                            "oauth": {"trusted_issuer": origin + pin}}})
        # The sandbox signs in the name of the issuer it really is.
        t.run("token", "it", code=code, reveals=True)
    assert sandbox.grants() == ["client_credentials"]


# --- where the server is ----------------------------------------------------

@case
def seed_25_an_arn_becomes_the_invocation_url(t):
    sandbox = enter(t, MCPAUTH_SERVER=None)
    t.run("tools", "list")
    arn = t.env["AGENTCORE_RUNTIME_ARN"]
    encoded = arn.replace(":", "%3A").replace("/", "%2F")
    wanted = f"/runtimes/{encoded}/invocations?qualifier=DEFAULT"
    assert set(sandbox.paths(server="runtime", method="POST")) == {wanted}


@case
def seed_26_a_region_beside_the_arn_that_differs_is_said(t):
    enter(t, MCPAUTH_SERVER=None, AGENTCORE_REGION="eu-central-1")
    result = t.run("tools", "list", code=None)
    assert "eu-central-1" in result.err and "us-west-2" in result.err, result


@case
def seed_45_the_gateway_is_as_good_as_the_runtime(t):
    sandbox = enter(t, profile="gateway")
    assert "sample___add_numbers" in t.run("tools", "list").out
    result = t.run("tools", "call", "sample___add_numbers",
                   "--args", '{"a": 40, "b": 2}')
    assert result.out.strip() == "42", result
    assert sandbox.grants() == ["client_credentials"]


# --- the MCP session --------------------------------------------------------

@case
def seed_36_json_and_event_streams_T_022_T_040(t):
    for faults in ((), ("sse",)):
        sandbox = enter(t, *faults)
        assert "Found 3 tools" in t.run("tools", "list").out, faults
        assert sandbox.messages()[:2] == \
            ["initialize", "notifications/initialized"]
        t.run("logout")
        sandbox.stop()


@case
def seed_37_every_page_is_counted_T_122(t):
    sandbox = enter(t)
    result = t.run("tools", "list")
    assert "Found 3 tools" in result.out, result
    assert sandbox.messages().count("tools/list") == 2
    tools = t.run("tools", "list", "--json").json()
    tools = tools.get("tools") if isinstance(tools, dict) else tools
    assert [it["name"] for it in tools] == \
        ["add_numbers", "multiply_numbers", "greet_user"]


@case
def seed_38_a_tool_by_environment_and_by_option(t):
    enter(t)
    assert t.run("tools", "call").out.strip() == "5"
    assert t.run("tools", "call", "greet_user", "--arg",
                 "name=Ada").out.strip() == "Hello, Ada! Nice to meet you."
    assert t.run("tools", "call", "multiply_numbers", "--arg", "a:=6",
                 "--arg", "b=7").out.strip() == "42"


@case
def seed_38_bad_arguments_and_unknown_tools_are_told(t):
    enter(t)
    result = t.run("tools", "call", "add_numbers", "--args", "{a:", code=2)
    assert "JSON" in result.err and not result.out, result
    result = t.run("tools", "call", "no_such_tool", code=5)
    for name in ("add_numbers", "multiply_numbers", "greet_user"):
        assert name in result.err, result
    result = t.run("tools", "call", "greet_user", "--args", "{}", code=5)
    assert "bad arguments" in result.out + result.err, result


@case
def seed_39_the_token_goes_with_every_request_A_170(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.forget()
    t.run("tools", "list")
    seen = sandbox.log(server="runtime")
    assert {"POST", "DELETE"} <= {entry["method"] for entry in seen}, seen
    assert all(entry.get("authorization") == "Bearer" for entry in seen), seen


@case
def a_session_that_was_lost_is_begun_anew_T_053(t):
    sandbox = enter(t, "session-lost=1")
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.messages().count("initialize") == 2
    assert sandbox.grants() == ["client_credentials"]


@case
def the_version_is_sent_after_initialize_T_055(t):
    sandbox = enter(t)
    t.run("tools", "list")
    first, *rest = [entry for entry in sandbox.log(server="runtime")
                    if entry["status"] < 300]
    assert "protocol" not in first, first
    assert {entry.get("protocol") for entry in rest} == {"2025-11-25"}, rest


@case
def throttled_and_conflicting_answers_are_asked_again_T_024(t):
    for fault in ("throttled", "conflict", "mcp-429=1"):
        sandbox = enter(t, fault)
        assert "Found 3 tools" in t.run("tools", "list").out, fault
        assert sandbox.grants() == ["client_credentials"]
        t.run("logout")
        sandbox.stop()


@case
def a_tool_is_never_called_twice_by_itself_T_025(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.fault("truncated=mcp")
    sandbox.forget()
    t.run("tools", "call", "add_numbers", code=None)
    assert sandbox.messages().count("tools/call") <= 1


# --- refusals in words ------------------------------------------------------

@case
def seed_41_a_refusal_is_shown_whole_A_124(t):
    enter(t, OAUTH_CLIENT_SECRET="not-the-secret-4711")
    result = t.run("tools", "list", code=4)
    assert "invalid_client" in result.err and "400" in result.err, result
    assert "OAUTH_CLIENT_SECRET" in result.err, result


@case
def seed_41_html_where_a_token_was_due_S_018(t):
    enter(t, "html=token")
    result = t.run("tools", "list", code=1)
    assert "Sign in" in result.err or "text/html" in result.err, result
    assert "/oauth2/token" in result.err, result


@case
def seed_42_unauthorized_client_says_what_to_allow(t):
    sandbox = enter(t)
    web = sandbox.environment("web")
    t.use({name: web[name]
           for name in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET")})
    result = t.run("tools", "list", code=4)
    assert "unauthorized_client" in result.err, result
    assert "aws cognito-idp update-user-pool-client" in result.err, result
    assert "update-user-pool-client --generate-secret" not in result.err
    assert "client_credentials" in result.err, result


@case
def seed_43_invalid_scope_says_which_kind_is_needed(t):
    enter(t, OAUTH_M2M_SCOPES="openid profile")
    result = t.run("tools", "list", code=4)
    assert "invalid_scope" in result.err, result
    assert "OAUTH_M2M_SCOPES" in result.err, result


@case
def seed_32_a_verbose_run_shows_type_and_expiry_and_no_token_S_054(t):
    enter(t)
    result = t.run("tools", "list", "-vv")
    assert "got a token" in result.err and "3600 s" in result.err, result


if __name__ == "__main__":
    e2e.main()
