"""Where tokens rest between runs: shared, damaged, full, forbidden, gone."""

import fcntl
import json
import os
import resource
import signal

import e2e
from e2e import case
from servers import Sandbox


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


# --- shared -----------------------------------------------------------------

@case
def seed_31_ten_runs_share_one_machine_token(t):
    sandbox = enter(t)
    for _ in range(10):
        t.run("tools", "list")
    assert sandbox.grants() == ["client_credentials"]


@case
def seed_40_eight_cold_starts_fetch_one_token_S_041_S_042_A_013(t):
    sandbox = enter(t)
    crowd = [t.start("token", reveals=True) for _ in range(8)]
    tokens = {running.finish(0).out for running in crowd}
    assert len(tokens) == 1
    assert sandbox.grants() == ["client_credentials"]


@case
def seed_40_a_crowd_with_a_dead_token_fetches_one_S_068(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.expire()
    sandbox.forget()
    crowd = [t.start("tools", "list") for _ in range(8)]
    for running in crowd:
        running.finish(0)
    assert sandbox.grants() == ["client_credentials"]


@case
def a_token_for_another_scope_is_not_used(t):
    sandbox = enter(t)
    t.run("tools", "list")
    t.run("tools", "list", "--scope", "mcp-server/read")
    asked = [it["scope"] for it in sandbox.log(path="/oauth2/token")]
    assert asked == ["mcp-server/read mcp-server/write", "mcp-server/read"]


@case
def the_client_secret_is_never_kept(t):
    enter(t)
    t.run("tools", "list")
    for path in t.dir.rglob("*"):
        if path.is_file():
            assert t.env["OAUTH_CLIENT_SECRET"].encode() not in \
                path.read_bytes(), path


@case
def accounts_are_kept_apart(t):
    enter(t)
    t.run("tools", "list", "--account", "blue")
    t.run("tools", "list", "--account", "red")
    assert len(t.records()) == 2
    t.run("logout", "--account", "blue")
    everything = {"MCPAUTH_SERVER": None, "AGENTCORE_RUNTIME_ARN": None}
    result = t.run("status", env=everything)
    assert "red" in result.out and "blue" not in result.out, result
    t.run("logout", "--all", env=everything)
    result = t.run("status", "--json", env=everything)
    assert "blue" not in result.out and "red" not in result.out, result


@case
def memory_keeps_nothing(t):
    sandbox = enter(t, MCPAUTH_STORE="memory")
    t.run("tools", "list")
    t.run("tools", "list")
    assert sandbox.grants() == ["client_credentials"] * 2
    assert not [path for path in t.dir.rglob("*") if path.is_file()]


@case
def a_store_that_is_not_there_yet_is_named(t):
    enter(t, MCPAUTH_STORE="papyrus")
    result = t.run("tools", "list", code=2)
    assert "MCPAUTH_STORE" in result.err and "memory" in result.err, result


@case
def a_good_token_needs_nobody_else_S_069(t):
    sandbox = enter(t)
    raw = t.run("token", reveals=True).out
    sandbox.forget()
    sandbox.fault("token-5xx")
    sandbox.fault("html=metadata")
    t.run("tools", "list")
    assert not sandbox.log(server="cognito")
    sandbox.stop()
    assert t.run("token", reveals=True).out == raw


# --- trouble ----------------------------------------------------------------

@case
def a_directory_that_cannot_be_used_is_a_warning_S_046(t):
    for make in (lambda path: path.write_text("a file"),
                 lambda path: path.symlink_to("/proc/nowhere")):
        sandbox = enter(t)
        make(t.state)
        result = t.run("tools", "list")
        assert "warning" in result.err and "Found 3" in result.out, result
        t.state.unlink()
        sandbox.stop()


@case
def a_directory_that_others_may_write_is_not_trusted_S_047(t):
    enter(t)
    t.state.mkdir(mode=0o700)
    t.state.chmod(0o777)
    result = t.run("tools", "list")
    assert "warning" in result.err, result
    assert not t.records()


@case
def modes_do_not_depend_on_the_umask_S_047_A_260(t):
    enter(t)
    before = os.umask(0)
    try:
        t.run("tools", "list", "--trace", t.trace())
    finally:
        os.umask(before)
    assert t.state.stat().st_mode & 0o777 == 0o700
    for path in t.state.rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o777 == 0o600, path


@case
def a_symlink_in_the_place_of_a_record_is_not_followed_S_047(t):
    enter(t)
    t.run("tools", "list")
    (path,) = t.records()
    victim = t.write("victim", "precious")
    path.unlink()
    path.symlink_to(victim)
    t.run("tools", "list")
    assert victim.read_text() == "precious"


@case
def damaged_records_are_set_aside_S_045_A_261(t):
    def zeroed(good):
        return b"\0" * len(good)

    def halved(good):
        return good[:len(good) // 2]

    def nested(_good):
        return b"[" * 200000

    def empty(_good):
        return b""

    def flipped(good):
        return good.replace(b"client_credentials", b"client_credentialz") \
            .replace(b"Bearer", b"bearer")

    enter(t)
    t.run("tools", "list")
    for damage in (zeroed, halved, nested, empty, flipped):
        path = t.records()[-1]
        path.write_bytes(damage(path.read_bytes()))
        result = t.run("tools", "list")
        assert "Found 3 tools" in result.out, (damage.__name__, result)
    aside = [path for path in t.state.iterdir() if "corrupt" in path.name]
    assert aside and all(
        path.stat().st_mode & 0o777 == 0o600 for path in aside)


@case
def a_record_of_a_newer_version_is_left_alone_S_051(t):
    enter(t)
    t.run("tools", "list")
    (path,) = t.records()
    newer = path.read_bytes().replace(b"mcpauth-record 1", b"mcpauth-record 9")
    path.write_bytes(newer)
    t.run("tools", "list", code=None)
    assert path.read_bytes() == newer


def no_room():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@case
def a_login_that_is_not_kept_is_an_error_S_046(t):
    enter(t)
    result = t.run("login", code=1, preexec_fn=no_room)
    assert "could not be kept in file" in result.err, result
    assert "Logged in" not in result.err, result
    assert "Logged in" in t.run("login").err


@case
def a_full_disk_is_a_warning_and_the_token_is_used_S_046(t):
    sandbox = enter(t)
    result = t.run("tools", "list", preexec_fn=no_room)
    assert "Found 3 tools" in result.out and "warning" in result.err, result
    t.run("tools", "list")
    assert len(sandbox.grants()) == 2
    t.age(3700)
    kept = t.records()[-1].read_bytes()
    t.run("tools", "list", preexec_fn=no_room)
    assert t.records()[-1].read_bytes() == kept, "the old record was harmed"


@case
def a_lock_dies_with_its_holder_S_049(t):
    sandbox = enter(t, "slow=30")
    holder = t.start("tools", "list")
    while not sandbox_busy(t):
        assert holder.process.poll() is None
    holder.process.send_signal(signal.SIGKILL)
    holder.finish(-9)
    sandbox.heal()
    t.run("tools", "list")


def sandbox_busy(t):
    """Whether some process holds a lock of this case."""
    for path in t.state.glob("*.lock"):
        with open(path, "rb+") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            fcntl.lockf(file, fcntl.LOCK_UN)
    return False


@case
def killed_at_the_token_answer_the_next_run_works_S_043_S_070(t):
    sandbox = enter(t, profile="password")
    t.run("login", "--mode", "password")
    for _ in range(3):
        t.age(3700)
        sandbox.forget()
        running = t.start("tools", "list", "--mode", "password")
        while "refresh_token" not in sandbox.grants():
            assert running.process.poll() is None or sandbox.grants()
        running.process.kill()
        running.finish(None)
        t.run("tools", "list", "--mode", "password")
    assert json.loads(t.run("status", "--json").raw)


@case
def logout_leaves_no_secret_behind_S_085(t):
    enter(t)
    raw = t.run("token", reveals=True).out.strip()
    t.run("logout")
    for path in t.dir.rglob("*"):
        if path.is_file():
            assert raw.encode() not in path.read_bytes(), path


if __name__ == "__main__":
    e2e.main()
