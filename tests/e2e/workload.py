"""A workload that has nothing but what its platform says of it (RFC 7523):
oidc-provider verifies the assertion with jose, and a pretended platform makes
them (peers/platform.mjs)."""

import os
import signal
import urllib.parse

import e2e
from e2e import case
from oidcpeer import claims, count_tools
from servers import fetch, peer
from talk import seen

SUBJECT = "repo:example/app:ref:refs/heads/main"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def platform():
    return peer("platform.mjs")


def issuer(*options):
    return peer("oidc.mjs", "--platform", platform()["issuer"], *options)


def server(provider, *options):
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", *options)


def make(t, provider, **changed):
    """What the platform says: good for the provider, but for what changed."""
    wanted = {"aud": provider["issuer"], **changed}
    status, _, text = fetch(platform()["origin"] + "/make?" +
                            urllib.parse.urlencode(wanted))
    assert status == 200, text
    t.secrets.add(text)
    return text


def enter(t, source, provider=None, **settings):
    """An entry "it" whose assertions come from there."""
    provider = provider or issuer()
    t.configure({"it": {"url": server(provider)["url"], "oauth": {
        "clientId": provider["workload"]["client_id"],
        "assertion": source, **settings}}})
    return provider


def enter_file(t, provider=None, **changed):
    """The file that holds the assertion."""
    provider = provider or issuer()
    path = t.write("assertion", make(t, provider, **changed) + "\n")
    enter(t, f"file:{path}", provider)
    return path


def requests(provider, before=0):
    return [it for it in seen(provider)[before:] if it["path"] == "/token"]


def whoami(t):
    return t.run("tools", "call", "it", "whoami").out.strip()


# --- where it comes from ----------------------------------------------------

@case
def a_file_is_read_for_each_token_A_210_A_211_A_214(t):
    provider = issuer()
    path = enter_file(t, provider)
    assert whoami(t) == SUBJECT
    (asked,) = requests(provider)[-1:]
    assert asked["grant_type"] == GRANT and asked["status"] == 200, asked
    assert asked["resource"] == claims(t)["aud"]
    assert "refresh_token" not in t.record()["token"]
    path.write_text(make(t, provider, sub="another workload"))
    assert whoami(t) == SUBJECT, "the token is still good"
    t.age(3700)
    assert whoami(t) == "another workload"


@case
def a_variable_a_command_and_a_url_are_as_good_A_211(t):
    provider = issuer()
    text = make(t, provider)
    path = t.write("assertion", text)
    enter(t, "env:PLATFORM_TOKEN", provider)
    assert t.run("tools", "list", "it", env={
        "PLATFORM_TOKEN": text}).out.count("Found 6 tools") == 1
    t.run("logout", "it")
    enter(t, f"command:cat {path}", provider)
    assert count_tools(t, "it") == 1


@case
def a_runner_of_github_asks_its_platform_A_211(t):
    """The request token is a secret that goes to that URL alone."""
    provider, origin = issuer(), platform()
    t.secrets.add(origin["request_token"])
    enter(t, origin["token_url"] + "?audience=" +
          urllib.parse.quote(provider["issuer"], safe=""), provider,
          assertion_header="Authorization: bearer " + origin["request_token"])
    assert whoami(t) == SUBJECT
    assert seen(origin)[-1] == {
        "audience": provider["issuer"], "bearer": True}
    t.age(3700)
    before = len(seen(origin))
    assert whoami(t) == SUBJECT
    assert len(seen(origin)) == before + 1


@case
def a_bound_token_is_asked_for_in_the_same_way_A_204_A_210(t):
    provider = issuer("--dpop", "nonce")
    path = t.write("assertion", make(t, provider))
    bound = server(provider, "--proof", "required", "--nonces", "told=100")
    t.configure({"it": {"url": bound["url"], "oauth": {
        "clientId": provider["workload"]["client_id"],
        "assertion": f"file:{path}"}}})
    assert whoami(t) == SUBJECT
    assert claims(t)["cnf"]["jkt"]
    assert [it["status"] for it in requests(provider)] == [400, 200]


# --- what goes wrong --------------------------------------------------------

def fails(t, provider, words, code=None, sent=0):
    """The next command fails, says so, and has asked that often."""
    before = len(seen(provider))
    result = t.run("tools", "list", "it", code=code)
    assert result.code, result
    for word in words:
        assert word in result.err, (word, result)
    assert len(requests(provider, before)) == sent, result
    return result


def keeps(t):
    """A login that is there, old, and must be there afterwards."""
    enter_file(t)
    assert count_tools(t, "it") == 1
    t.age(3700)
    return t.record()["token"]["access_token"]


@case
def one_that_has_ended_is_not_sent_A_211(t):
    kept = keeps(t)
    provider = issuer()
    enter_file(t, provider, exp=-60)
    fails(t, provider, ["expired"])
    assert t.record()["token"]["access_token"] == kept
    enter_file(t, provider)
    assert count_tools(t, "it") == 1


@case
def one_for_somebody_else_is_refused_once_A_211_A_213(t):
    provider = issuer()
    enter_file(t, provider, aud="https://sts.example")
    result = fails(t, provider, ["invalid_grant", provider["issuer"]],
                   code=4, sent=1)
    assert "(aud)" in result.err, result
    assert not t.records() or "token" not in t.record()


@case
def one_that_nobody_vouches_for_is_refused_once_A_213(t):
    """Signed well, but its issuer is not the one that is trusted."""
    provider = issuer()
    enter_file(t, provider, iss="https://elsewhere.example")
    fails(t, provider, ["invalid_grant"], code=4, sent=1)


@case
def a_source_that_gives_nothing_is_named_A_211(t):
    kept = keeps(t)
    provider = issuer()
    rubbish = t.write("rubbish", "no assertion at all\n")
    empty = t.write("empty", "")
    gone = t.dir / "gone"
    for source, words in (
            (f"file:{gone}", [str(gone)]), (f"file:{rubbish}", ["JWT"]),
            (f"file:{empty}", [str(empty)]),
            ("env:NOT_SET_AT_ALL", ["NOT_SET_AT_ALL"]),
            ("command:echo no assertion at all", ["echo"]),
            ("command:false", ["false"]),
            ("command:/no/such/program", ["/no/such/program"]),
            (platform()["token_url"], ["401"])):
        enter(t, source, provider)
        fails(t, provider, words)
        assert t.record()["token"]["access_token"] == kept, source


def hang(t, provider):
    """The program at its source, a command that ends only when it is killed;
    and the command's process."""
    fifo = t.dir / "fifo"
    os.mkfifo(fifo)
    script = t.write("hang", f"#!/bin/sh\necho $$ >{fifo}\nexec sleep 3600\n",
                     0o700)
    enter(t, f"command:{script}", provider)
    running = t.start("tools", "list", "it")
    with open(fifo, encoding="utf-8") as up:
        return running, int(up.read())


@case
def an_interrupt_waits_for_a_command_and_ends_with_it_S_041_A_211(t):
    provider = issuer()
    before = len(seen(provider))
    running, command = hang(t, provider)
    running.interrupt()
    os.kill(command, signal.SIGKILL)
    result = running.finish(None)
    assert result.code, result
    assert not requests(provider, before)
    assert not t.records() or "token" not in t.record()


@case
def no_secret_of_ours_reaches_the_command_S_052(t):
    """It inherits no variable that is a secret of this program."""
    provider = issuer()
    path = t.write("assertion", make(t, provider))
    script = t.write("show", f"#!/bin/sh\nenv >{t.dir}/environment\n"
                             f"cat {path}\n", 0o700)
    enter(t, f"command:{script}", provider)
    t.run("tools", "list", "it",
          env={"MCPAUTH_STORE_PASSPHRASE": "canary-of-the-store"})
    text = (t.dir / "environment").read_text()
    assert "PATH=" in text and "canary-of-the-store" not in text, text


if __name__ == "__main__":
    e2e.main()
