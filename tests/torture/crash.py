"""The program is killed at a system call, and started again: nothing that was
saved is lost, nothing is unreadable, nobody waits, nothing is left lying.

    python3 tests/torture/crash.py BUILD_DIR [NAME...]

By itself it kills where others can see a difference: before each call that
writes, sends, syncs, renames, locks and the like.  With MCPAUTH_TORTURE=1 it
kills before every call there is.
"""

import fcntl
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

# pylint: disable=wrong-import-position
import e2e  # noqa: E402
from e2e import case  # noqa: E402
from servers import Sandbox, fetch  # noqa: E402

KILLED, LOGIN_NEEDED = -9, 4


def enter(t):
    """Refresh tokens of this server are good once: whoever uses one again
    loses the login."""
    return Sandbox(t).enter("standard")


# --- killing ----------------------------------------------------------------

def stopper(**variables):
    """How to start the program under a stopper."""
    return {"executable": str(e2e.build_directory() / "tests" / "stopper"),
            "env": variables}


def calls_of(t, run):
    """The numbers of the calls before which a run is to be killed."""
    report = t.dir / "trace" / "calls"
    run(stopper(STOPPER_REPORT=str(report)))
    calls = report.read_text()
    report.unlink()
    everywhere = os.environ.get("MCPAUTH_TORTURE")
    return [number for number, letter in enumerate(calls, 1)
            if everywhere or letter == "v"]


def killed_at(t, call, run):
    """Whether the run was killed there; it may also have ended before."""
    result = run(stopper(STOPPER_AT=str(call)))
    assert result.code in (KILLED, 0), result
    expect_no_lock(t)
    return result.code == KILLED


def login_run(t, options):
    """`mcpauth login`, and a person who follows the URL if one is shown."""
    running = t.start("login", "--no-browser", **options)
    try:
        url = running.url()
    except AssertionError:
        return running.finish(None) if not running.result else running.result
    try:
        fetch(url)
    except OSError:
        pass  # it was killed before it answered the browser
    return running.finish(None)


def login(t):
    result = login_run(t, {})
    assert result.code == 0, result
    t.harvest()


def token_run(t, options):
    return t.start("token", reveals=True, **options).finish(None)


def logout_run(t, options):
    return t.start("logout", **options).finish(None)


# --- what is looked at ------------------------------------------------------

def expect_no_lock(t):
    """The kernel holds no lock of a process that was killed."""
    for path in t.state.glob("*.lock"):
        with open(path, "rb+") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def expect_tidy(t):
    """Behind a save there is the record, and nothing that leads to it."""
    kinds = sorted(path.suffix for path in t.state.iterdir())
    assert kinds in ([".json"], [".json", ".lock"]), list(t.state.iterdir())


def expect_readable(t):
    left = [path.name for path in t.state.glob("*corrupt*")]
    assert not left, left


def token_member(t, name):
    return t.record().get("token", {}).get(name) if t.records() else None


def refreshes(sandbox):
    """How refresh requests were answered, oldest first."""
    return [entry["status"] for entry in sandbox.log()
            if entry.get("grant_type") == "refresh_token"]


def expect_login_repairs(t, result):
    """It was said clearly that a login is needed, and one is enough."""
    assert result.code == LOGIN_NEEDED and "mcpauth login" in result.err, result
    login(t)
    assert token_run(t, {}).code == 0


def say(what, calls, **counts):
    told = ", ".join(f"{count} {name.replace('_', ' ')}"
                     for name, count in counts.items())
    print(f"     {what}: killed at {calls} calls: {told}", flush=True)


# --- the three commands -----------------------------------------------------

@case
def a_refresh_is_killed_anywhere_S_042_S_043_S_049_S_070(t):
    """Between the answer of the server and the writing of it a token can be
    lost; nowhere else."""
    def refresh(options):
        t.age(3700)
        return token_run(t, options)

    sandbox = enter(t)
    login(t)
    calls = calls_of(t, refresh)
    whole, lost = 0, 0
    for call in calls:
        before = token_member(t, "refresh_token")
        sandbox.forget()
        killed_at(t, call, refresh)
        answered = refreshes(sandbox).count(200)
        saved = token_member(t, "refresh_token") != before
        assert not saved or answered, call
        result = token_run(t, {})
        expect_readable(t)
        if answered and not saved:
            lost += 1
            assert "cut off before its answer was saved" in result.err, result
            expect_login_repairs(t, result)
        else:
            assert result.code == 0, (call, result)
            assert refreshes(sandbox) == [200], (call, refreshes(sandbox))
            whole += 1
        assert refresh({}).code == 0
        expect_tidy(t)
    say("refresh", len(calls), kept=whole, lost_before_it_was_written=lost)


@case
def a_login_is_killed_anywhere_S_043_S_049_S_070(t):
    def log_in(options):
        for path in t.state.glob("*.json*"):
            path.unlink()
        return login_run(t, options)

    enter(t)
    calls = calls_of(t, log_in)
    whole, repaired = 0, 0
    for call in calls:
        killed_at(t, call, log_in)
        t.harvest()
        saved = token_member(t, "access_token")
        result = token_run(t, {})
        expect_readable(t)
        if saved:
            assert result.code == 0, (call, result)
            whole += 1
        else:
            expect_login_repairs(t, result)
            repaired += 1
        t.age(3700)
        assert token_run(t, {}).code == 0
        expect_tidy(t)
    say("login", len(calls), kept=whole, logged_in_once_more=repaired)


@case
def a_logout_is_killed_anywhere_S_049_S_070_S_085(t):
    def log_out(options):
        if not t.records():
            login(t)
        return logout_run(t, options)

    enter(t)
    calls = calls_of(t, log_out)
    again = 0
    for call in calls:
        killed_at(t, call, log_out)
        expect_readable(t)
        again += bool(t.records())
        result = logout_run(t, {})
        assert result.code == 0, (call, result)
        expect_gone(t)
        assert token_run(t, {}).code == LOGIN_NEEDED
    say("logout", len(calls), finished_by_the_next_run=again)


def expect_gone(t):
    left = b"".join(path.read_bytes() for path in t.state.iterdir())
    for secret in t.secrets:
        assert secret.encode() not in left, "a secret outlived the logout"


if __name__ == "__main__":
    e2e.main()
