"""Many processes whose token ends at the same moment: one renews it, and
nobody is logged out, whoever is killed.

    python3 tests/torture/race.py BUILD_DIR [CASE...]

The authorization servers rotate refresh tokens and end a login when an old one
comes a second time, without grace: oidc-provider for real, the sandbox for
speed.  A crowd is 8 processes and goes 5 rounds, each the end of a token; with
MCPAUTH_TORTURE set it is 200, and 50 rounds.  Some of those who hold the lock
are killed in between, stopped first to be sure that it is not in the window
between a refresh that was sent and its save.  The last cases kill inside that
window.
"""

import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

import e2e  # noqa: E402
from e2e import case  # noqa: E402
from servers import Sandbox, fetch, peer, visit  # noqa: E402

CROWD, ROUNDS = (200, 50) if "MCPAUTH_TORTURE" in os.environ else (8, 5)
HOLDER = re.compile(rb"\(process (\d+)\)")


# --- logged in ---------------------------------------------------------------

def at_sandbox(t, *faults):
    """A person's login at the sandbox's standard server."""
    sandbox = Sandbox(t, *faults).enter("standard")
    running = t.start("login", "--no-browser")
    fetch(running.url())
    running.finish(0)
    t.harvest()
    sandbox.forget()
    return sandbox


def refreshes(sandbox):
    return sandbox.grants().count("refresh_token")


def at_oidc_provider(t):
    provider = peer("oidc.mjs", "--refresh-seconds", "86400")
    server = peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                  "--scope", "mcp:read")
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": provider["client_id"]})
    running = t.start("login", "--no-browser")
    visit(running.url())
    running.finish(0)
    t.harvest()
    return provider


def refreshed(provider):
    """How many refreshes oidc-provider tells of."""
    return provider.said().count("granted: refresh_token ")


# --- a round -----------------------------------------------------------------

def start_crowd(t, count, *words):
    return [t.start(*words, reveals=True) for _ in range(count)]


def finish_crowd(crowd, killed=()):
    """The tokens they ended with; those who were killed have none."""
    tokens = set()
    for running in crowd:
        victim = running.process.pid in killed
        result = running.finish(None if victim else 0)
        if not victim:
            tokens.add(result.out)
    return tokens


def holder(t):
    """Who holds the lock at this moment, if it can be seen."""
    for path in t.state.glob("*.lock"):
        found = HOLDER.search(path.read_bytes())
        if found:
            return int(found[1])
    return None


def is_marked(t):
    """A refresh token may be on its way."""
    return "refresh_started_at_ms" in t.record()["token"]


def kill_outside(t, crowd):
    """Kills the one who holds the lock, unless it is in the window: then it
    goes on.  Gives the pids of those who are dead."""
    pids = {running.process.pid for running in crowd}
    while any(running.process.poll() is None for running in crowd):
        pid = holder(t)
        if pid not in pids:
            continue
        try:
            os.kill(pid, signal.SIGSTOP)
        except ProcessLookupError:
            return set()
        outside = not is_marked(t)
        os.kill(pid, signal.SIGKILL if outside else signal.SIGCONT)
        return {pid} if outside else set()
    return set()


def forget_holders(t):
    for path in t.state.glob("*.lock"):
        with open(path, "rb+") as file:
            file.truncate(0)


def play_rounds(t, rounds, count, kills):
    """How many were killed."""
    killed = 0
    seen = {t.record()["token"]["access_token"]}
    for number in range(rounds):
        t.age(3700)
        forget_holders(t)
        crowd = start_crowd(t, count, "token")
        dead = kill_outside(t, crowd) if kills(number) else set()
        killed += len(dead)
        tokens = finish_crowd(crowd, dead)
        assert len(tokens) == 1, f"round {number}: {len(tokens)} tokens"
        assert not tokens & seen, f"round {number}: an old token"
        seen |= tokens
    return killed


# --- nobody is lost ----------------------------------------------------------

@case
def one_refresh_for_a_crowd_at_the_sandbox_S_042(t):
    sandbox = at_sandbox(t)
    play_rounds(t, ROUNDS, CROWD, lambda number: False)
    assert refreshes(sandbox) == ROUNDS, sandbox.grants()
    assert sandbox.grants() == ["refresh_token"] * ROUNDS


@case
def one_refresh_for_a_crowd_at_oidc_provider_S_042(t):
    provider = at_oidc_provider(t)
    before = refreshed(provider)
    play_rounds(t, ROUNDS, CROWD, lambda number: False)
    assert refreshed(provider) - before == ROUNDS, provider.said()[-2000:]


@case
def a_killed_holder_costs_nobody_anything_S_042_S_049(t):
    sandbox = at_sandbox(t)
    killed = play_rounds(t, max(ROUNDS, 10), CROWD,
                         lambda number: number % 2 == 0)
    assert sandbox.grants().count("authorization_code") == 0
    assert refreshes(sandbox) == max(ROUNDS, 10), (killed, sandbox.grants())


@case
def a_401_for_everybody_is_one_refresh_S_041_S_042(t):
    sandbox = at_sandbox(t)
    for _ in range(ROUNDS):
        sandbox.expire()
        for running in start_crowd(t, CROWD, "tools", "list"):
            running.finish(0)
    assert sandbox.grants() == ["refresh_token"] * ROUNDS


# --- the window --------------------------------------------------------------

def lose_token(t, sandbox):
    """A process that dies between the server's answer and the save."""
    t.age(3700)
    sandbox.fault("slow=2")
    victim = t.start("token", reveals=True)
    while not refreshes(sandbox):
        assert victim.process.poll() is None, victim.finish(None)
    victim.process.kill()
    victim.finish(None)
    sandbox.heal()


def write_browser(t):
    """A browser that counts its visits, and says yes."""
    visits = t.dir / "tmp" / "visits"
    visits.touch()
    t.made.add(visits)
    script = t.write("browser", "#!/bin/sh\n"
                     f"echo visit >>{visits}\n"
                     "exec curl -sL -o /dev/null \"$1\"\n", 0o700)
    return str(script), visits


@case
def a_loss_in_the_window_is_named_S_043(t):
    sandbox = at_sandbox(t)
    lose_token(t, sandbox)
    for running in start_crowd(t, CROWD, "tools", "list"):
        result = running.finish(4)
        assert "mcpauth login" in result.err, result
    assert refreshes(sandbox) == 2, "it is tried once more, and by one"
    result = t.run("tools", "list", code=4)
    assert "mcpauth login" in result.err, result


@case
def one_login_repairs_everybody_S_043_A_013(t):
    sandbox = at_sandbox(t)
    lose_token(t, sandbox)
    browser, visits = write_browser(t)
    crowd = [t.start("tools", "list", env={"BROWSER": browser})
             for _ in range(CROWD)]
    for running in crowd:
        running.finish(0)
    assert visits.read_text() == "visit\n", visits.read_text()
    assert sandbox.grants().count("authorization_code") == 1
    t.run("tools", "list")


if __name__ == "__main__":
    e2e.main()
