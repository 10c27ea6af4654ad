"""A person logs in at the sandbox: the printed URL is followed, or the answer
pasted; no browser is needed."""

import base64
import json
import os
import pty
import re
import subprocess

import e2e
from e2e import case
from servers import Sandbox, consent, fetch, free_port, parameters

PRM = "oauth-protected-resource"


def enter(t, *faults, profile="interactive", **changes):
    """A sandbox whose clients come back to a port that is free."""
    redirect = f"http://localhost:{free_port()}"
    sandbox = Sandbox(t, *faults, redirects=[redirect])
    return sandbox.enter(profile, **changes)


def login(t, *arguments, code=0, **options):
    """`mcpauth login`, the URL followed like a browser would."""
    running = t.start("login", "--no-browser", *arguments, **options)
    url = running.url()
    status, _, page = fetch(url)
    result = running.finish(code)
    t.harvest()
    result.url, result.page, result.page_status = url, page, status
    return result


def write_browser(t):
    """A browser that goes where it is sent and shows nothing."""
    return str(t.write(
        "browser", "#!/bin/sh\nexec curl -sL -o /dev/null \"$1\"\n", 0o700))


# --- the authorization ------------------------------------------------------

@case
def seed_09_code_state_and_s256_A_090_A_100(t):
    sandbox = enter(t)
    asked = parameters(login(t).url)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[\w-]{43}", asked["code_challenge"]), asked
    assert len(asked["state"]) >= 22, asked
    (exchange,) = sandbox.log(path="/oauth2/token")
    assert exchange["grant_type"] == "authorization_code"
    assert "code_verifier" in exchange["parameters"]
    assert exchange["redirect_uri"] == asked["redirect_uri"]
    assert "client_secret" not in exchange["parameters"]


@case
def seed_15_cognitos_scopes_when_none_are_named(t):
    enter(t)
    asked = parameters(login(t).url)
    assert asked["scope"] == "openid email aws.cognito.signin.user.admin"


@case
def seed_14_a_confidential_client_may_be_a_person(t):
    sandbox = enter(t, profile="web")
    login(t, "--mode", "interactive")
    (exchange,) = sandbox.log(path="/oauth2/token")
    assert exchange["grant_type"] == "authorization_code"
    assert exchange.get("authorization") == "Basic" or \
        "client_secret" in exchange["parameters"], exchange
    t.run("tools", "list", "--mode", "interactive")
    assert sandbox.grants() == ["authorization_code"]


@case
def seed_13_without_a_secret_a_person_is_needed(t):
    enter(t)
    result = login(t, "-v")
    assert "interactive" in result.err, result


@case
def seed_33_the_url_the_server_and_the_issuer_are_printed_A_239(t):
    sandbox = enter(t)
    result = login(t)
    assert result.url in result.err
    words = result.err.replace(result.url, "")
    assert sandbox.control.split("/")[2] in words, result
    assert t.env["OAUTH_DISCOVERY_URL"].split("/")[2] in words, result
    assert not result.out, result


@case
def seed_33_a_browser_that_fails_does_not_end_the_login(t):
    enter(t, BROWSER="false")
    running = t.start("login")
    fetch(running.url())
    running.finish(0)


@case
def seed_09_the_browser_is_given_the_url_as_one_word_S_002_A_231(t):
    enter(t)
    t.use({"BROWSER": str(t.write("browser", "#!/bin/sh\n"
        f"printf '%s\\n' \"$#\" \"$1\" >{t.dir}/given.part\n"
        f"mv {t.dir}/given.part {t.dir}/given\n"
        "exec curl -sL -o /dev/null \"$1\"\n", 0o700))})
    t.start("login").finish(0)
    count, url = (t.dir / "given").read_text().split()
    assert count == "1" and "code_challenge=" in url


# --- the way back -----------------------------------------------------------

@case
def seed_34_the_callback_page_says_that_it_worked_S_039(t):
    enter(t)
    result = login(t)
    assert result.page_status == 200
    assert "<script" not in result.page.lower()


@case
def seed_34_a_forged_answer_changes_nothing_A_108_S_029_S_036(t):
    sandbox = enter(t)
    running = t.start("login", "--no-browser")
    url = running.url()
    asked = parameters(url)
    back = asked["redirect_uri"]
    for forged in ("?code=forged", "?code=forged&state=wrong",
                   "?state=wrong&state=again&code=a",
                   "?error=access_denied&state=wrong", "/elsewhere?code=a"):
        assert fetch(back + forged)[0] in (400, 404), forged
    assert not sandbox.grants()
    fetch(url)
    running.finish(0)
    assert sandbox.grants() == ["authorization_code"]


@case
def an_answer_with_a_parameter_twice_is_never_used_A_110(t):
    sandbox = enter(t)
    running = t.start("login", "--no-browser")
    asked = parameters(running.url())
    fetch(f"{asked['redirect_uri']}?code=a&code=b&state={asked['state']}")
    result = running.finish(None)
    assert result.code in (1, 4), result
    assert not sandbox.grants()


@case
def seed_34_the_answer_pasted_into_a_pipe_A_108(t):
    sandbox = enter(t)
    running = t.start("login", "--no-browser", stdin=subprocess.PIPE)
    back = consent(running.url())
    running.send("\nhttp://localhost:1/?code=x&state=wrong\n")
    running.send(back + "\n")
    running.finish(0)
    assert sandbox.grants() == ["authorization_code"]
    t.secrets.add(parameters(back)["code"])


@case
def seed_34_the_answer_pasted_at_a_terminal(t):
    enter(t)
    person, terminal = pty.openpty()
    try:
        running = t.start("login", "--no-browser", stdin=terminal,
                          stderr=terminal)
        said = ""
        while not (found := e2e.AUTHORIZATION_URL.search(said)) or \
                "paste" not in said.lower():
            said += os.read(person, 65536).decode()
        back = consent(found.group())
        os.write(person, (back + "\n").encode())
        running.finish(0)
    finally:
        os.close(person)
        os.close(terminal)
    assert "Found 3 tools" in t.run("tools", "list").out


@case
def seed_34_a_foreign_redirect_uri_is_for_pasting_only_A_104(t):
    redirect = "https://app.example/oauth/callback"
    Sandbox(t, redirects=[redirect]).enter("interactive")
    running = t.start("login", "--no-browser", "--redirect-uri", redirect,
                      stdin=subprocess.PIPE)
    url = running.url()
    assert parameters(url)["redirect_uri"] == redirect
    running.send(consent(url) + "\n")
    running.finish(0)


@case
def a_redirect_uri_is_used_byte_for_byte_A_104(t):
    redirect = f"http://localhost:{free_port()}/a%20b/?x=1"
    Sandbox(t, redirects=[redirect]).enter("interactive")
    result = login(t, "--redirect-uri", redirect)
    assert parameters(result.url)["redirect_uri"] == redirect


@case
def a_redirect_that_cognito_refuses_is_hinted_at(t):
    redirect = f"http://localhost:{free_port()}"
    Sandbox(t, redirects=["http://localhost:3000"]).enter("interactive")
    running = t.start("login", "--no-browser", "--redirect-uri", redirect,
                      env={"MCPAUTH_LOGIN_TIMEOUT": "1"})
    url = running.url()
    _, final, _ = fetch(url)
    assert "redirect_mismatch" in final
    result = running.finish(None)
    assert result.code in (3, 4), result
    assert "redirect_mismatch" in result.err, result
    assert "callback URL" in result.err, result


@case
def a_refused_login_shows_the_servers_words_A_115(t):
    sandbox = enter(t, "refused-login")
    result = login(t, code=4)
    assert "access_denied" in result.err, result
    assert "log in again" in result.err, "the hint"
    assert not sandbox.grants()


@case
def an_answer_with_another_state_is_not_ours_S_029_A_110(t):
    sandbox = enter(t, "wrong-state")
    running = t.start("login", "--no-browser")
    url = running.url()
    assert fetch(url)[0] == 400
    sandbox.heal()
    fetch(url)
    running.finish(0)
    assert sandbox.grants() == ["authorization_code"]


@case
def an_answer_of_another_issuer_is_refused_A_112_A_114_S_025(t):
    sandbox = enter(t, "wrong-iss", profile="standard")
    result = login(t, code=4)
    assert "issuer" in result.err, result
    assert "attacker.example" not in result.out
    assert not sandbox.grants()


@case
def seed_33_an_interrupt_ends_the_waiting(t):
    enter(t)
    running = t.start("login", "--no-browser")
    running.url()
    running.interrupt()
    running.finish(130)


@case
def a_login_that_was_given_up_leaves_its_client_to_the_next_S_071(t):
    sandbox = enter(t, profile="standard")
    running = t.start("login", "--no-browser")
    running.url()
    running.interrupt()
    running.finish(130)
    login(t)
    assert len(sandbox.log(path="/register")) == 1


@case
def a_busy_callback_port_is_told_S_040(t):
    enter(t)
    first = t.start("login", "--no-browser")
    url = first.url()
    result = t.run("login", "--no-browser", "--account", "second", code=None)
    assert result.code in (1, 2, 3, 4), result
    port = parameters(url)["redirect_uri"].rsplit(":", 1)[1]
    assert port in result.err, result
    fetch(url)
    first.finish(0)


@case
def two_logins_at_once_do_not_meet_S_040(t):
    sandbox = enter(t, profile="standard")
    both = [t.start("login", "--no-browser", "--account", name)
            for name in ("one", "two")]
    urls = [running.url() for running in both]
    for url in reversed(urls):
        fetch(url)
    for running in both:
        running.finish(0)
    assert sandbox.grants() == ["authorization_code"] * 2
    assert len(t.records()) == 2


@case
def who_waits_for_a_login_is_told_for_whose_A_013(t):
    enter(t, profile="standard")
    first = t.start("login", "--no-browser")
    url = first.url()
    second = t.start("login", "--no-browser")
    second.wait_for(r"waiting for the login that .*%d.* is busy with"
                    % first.process.pid)
    impatient = t.start("tools", "list", env={"BROWSER": "/bin/false"})
    impatient.wait_for("is busy with")
    impatient.interrupt()
    impatient.finish(130)
    fetch(url)
    first.finish(0)
    second.finish(0)


# --- afterwards -------------------------------------------------------------

@case
def seed_31_the_login_is_kept_private_and_used_again_A_260(t):
    sandbox = enter(t)
    login(t)
    (path,) = t.records()
    assert path.stat().st_mode & 0o777 == 0o600
    assert t.state.stat().st_mode & 0o777 == 0o700
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.grants() == ["authorization_code"]


@case
def seed_10_an_expired_token_is_refreshed_first_A_152_A_153(t):
    sandbox = enter(t)
    login(t)
    before = t.record()["token"]["refresh_token"]
    t.age(3700)
    sandbox.forget()
    t.run("tools", "list")
    assert sandbox.grants() == ["refresh_token"]
    (asked,) = sandbox.log(path="/oauth2/token")
    assert "scope" not in asked["parameters"], asked
    assert {it["token"] for it in sandbox.log(server="runtime")} == {2}
    assert t.record()["token"]["refresh_token"] == before


@case
def a_rotated_refresh_token_replaces_the_old_A_153_S_042(t):
    sandbox = enter(t, "rotate")
    login(t)
    seen = {t.record()["token"]["refresh_token"]}
    for _ in range(3):
        t.age(3700)
        t.run("tools", "list")
        seen.add(t.record()["token"]["refresh_token"])
    assert len(seen) == 4
    assert sandbox.grants()[1:] == ["refresh_token"] * 3


@case
def eight_processes_rotate_once_S_041_S_042_A_013(t):
    sandbox = enter(t, "rotate")
    login(t)
    t.age(3700)
    sandbox.forget()
    crowd = [t.start("tools", "list") for _ in range(8)]
    for running in crowd:
        running.finish(0)
    assert sandbox.grants() == ["refresh_token"]


@case
def seed_11_a_refused_refresh_asks_for_a_login_A_154(t):
    sandbox = enter(t)
    login(t)
    t.age(3700)
    sandbox.fault("refresh-refused")
    sandbox.forget()
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result
    assert "invalid_grant" in result.err, result
    t.run("tools", "list", code=4)
    assert sandbox.grants() == ["refresh_token"], "it was not asked again"
    login(t)
    assert "Found 3 tools" in t.run("tools", "list").out


@case
def a_refresh_that_meets_trouble_keeps_the_login_A_154_S_067(t):
    sandbox = enter(t)
    login(t)
    t.age(3700)
    sandbox.fault("token-5xx")
    t.run("tools", "list", code=1)
    assert t.record()["token"]["refresh_token"]
    sandbox.heal()
    assert "Found 3 tools" in t.run("tools", "list").out


@case
def nobody_there_means_status_4_and_the_line_to_run_A_151_A_239(t):
    sandbox = enter(t)
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result
    assert not sandbox.log(path="/oauth2/authorize")


@case
def seed_38_logged_in_a_person_calls_tools_too(t):
    enter(t)
    login(t)
    assert t.run("tools", "call").out.strip() == "5"


# --- a server that follows the standards ------------------------------------

@case
def seed_03_discovery_registration_login_by_the_standards_A_030_A_074(t):
    sandbox = enter(t, profile="standard")
    result = login(t)
    asked = parameters(result.url)
    assert asked["resource"] == t.env["MCPAUTH_SERVER"]
    assert asked["scope"] == "mcp:read mcp:write"
    assert "Found 3 tools" in t.run("tools", "list").out
    (registered,) = sandbox.log(path="/register")
    assert registered["status"] == 201
    (exchange,) = sandbox.log(path="/token")
    assert exchange["resource"] == asked["resource"]


@case
def seed_17_scopes_of_other_servers_are_theirs_to_name_A_140(t):
    enter(t, profile="standard")
    asked = parameters(login(t).url)
    assert asked["scope"] == "mcp:read mcp:write", asked
    t.run("logout")
    asked = parameters(login(t, "--scope", "mcp:read").url)
    assert asked["scope"] == "mcp:read", asked


@case
def seed_19_no_client_and_no_registration_A_070(t):
    sandbox = enter(t, "no-registration", profile="standard")
    result = t.run("login", "--no-browser", code=None)
    assert result.code in (2, 4), result
    assert "OAUTH_CLIENT_ID" in result.err, result
    assert not sandbox.log(path="/authorize")
    assert len(sandbox.log()) < 10


@case
def a_server_without_s256_is_refused_A_091_S_030(t):
    sandbox = enter(t, "no-s256", profile="standard")
    result = t.run("login", "--no-browser", code=4)
    assert "PKCE" in result.err or "S256" in result.err, result
    assert not sandbox.grants() and not sandbox.log(path="/authorize")
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"], "oauth": {
        "code_challenge_methods_supported": "S256"}}})
    t.use({"MCPAUTH_SERVER": None})
    login(t, "it")


@case
def metadata_of_another_resource_is_refused_A_036_S_027(t):
    sandbox = enter(t, "bad-resource", profile="standard")
    result = t.run("login", "--no-browser", code=4)
    assert "other.example" in result.err, result
    assert not sandbox.log(server="standard")


@case
def a_moved_issuer_gets_nothing_of_the_old_one_A_080_A_081_S_031(t):
    sandbox = enter(t, profile="standard")
    login(t)
    t.run("tools", "list")
    sandbox.expire()
    sandbox.fault("moved-issuer")
    sandbox.forget()
    result = t.run("tools", "list", code=None)
    assert result.code in (1, 2, 4), result
    assert not sandbox.grants(), sandbox.log()


@case
def step_up_asks_for_the_union_once_A_161_A_163_S_034(t):
    sandbox = enter(t, profile="standard")
    login(t, "--scope", "mcp:read")
    sandbox.fault("403-insufficient-scope=1")
    sandbox.forget()
    t.use({"BROWSER": write_browser(t)})
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.grants() == ["authorization_code"]
    (asked,) = sandbox.log(path="/authorize")
    assert set(asked["scope"].split()) == {"mcp:read", "mcp:write"}, asked


@case
def logout_revokes_and_unregisters_A_262_S_085(t):
    sandbox = enter(t, profile="standard")
    login(t)
    secrets = set(t.secrets)
    t.run("logout")
    assert sandbox.log(path="/revoke"), sandbox.log()
    (gone,) = [it for it in sandbox.log() if it["method"] == "DELETE"]
    assert gone["status"] == 204, gone
    left = b"".join(path.read_bytes() for path in t.dir.rglob("*")
                    if path.is_file() and t.state in path.parents)
    for secret in secrets:
        assert secret.encode() not in left
    t.run("tools", "list", code=4)


@case
def logout_may_keep_the_registration(t):
    sandbox = enter(t, profile="standard")
    login(t)
    t.run("logout", "--keep-registration")
    assert not [it for it in sandbox.log() if it["method"] == "DELETE"]
    login(t)
    assert len(sandbox.log(path="/register")) == 1


@case
def logout_works_while_the_server_is_away_A_262(t):
    sandbox = enter(t)
    login(t)
    sandbox.stop()
    t.run("logout", code=None)
    t.run("status", t.env["MCPAUTH_SERVER"], code=4)


# --- the test user ----------------------------------------------------------

@case
def seed_29_a_test_user_logs_in_with_the_access_token(t):
    sandbox = enter(t, profile="password")
    t.run("login")
    assert "Found 3 tools" in t.run("tools", "list").out
    assert sandbox.log(server="cognito", method="POST", path="/")
    claims = t.run("token", reveals=True).out.split(".")[1]
    assert json.loads(unbase64(claims))["token_use"] == "access"


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@case
def seed_30_a_client_with_a_secret_sends_its_hash(t):
    sandbox = enter(t, profile="web")
    user = sandbox.environment("password")
    t.use({name: user[name]
           for name in ("OAUTH_TEST_USERNAME", "OAUTH_TEST_PASSWORD")})
    t.run("login", "--mode", "password")
    assert "Found 3 tools" in \
        t.run("tools", "list", "--mode", "password").out


@case
def seed_29_a_wrong_password_is_told_in_the_servers_words(t):
    enter(t, profile="password", OAUTH_TEST_PASSWORD="wrong-password-99")
    result = t.run("login", "--mode", "password", code=4)
    assert "NotAuthorizedException" in result.err, result
    assert "Incorrect username or password" in result.err, result


@case
def a_pool_without_a_domain_says_so(t):
    enter(t, "no-domain")
    result = t.run("login", "--no-browser", code=1)
    assert "create-user-pool-domain" in result.err, result


if __name__ == "__main__":
    e2e.main()
