"""One flow over every store: sealed by each kind of key, and the keyring; and
from one to another."""

import base64
import ctypes
import fcntl
import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import termios

import e2e
from e2e import case
from oidcpeer import new_key
from servers import Person, Sandbox, fetch, free_port, peer

KEY_LEN = 32
PASSPHRASE = "correct-horse-battery"


# --- keys -------------------------------------------------------------------

def key_in_file(t, name="key", key=None):
    """A new key in a file, and the variables that name it."""
    key = key or os.urandom(KEY_LEN)
    path = t.write(name, "")
    path.write_bytes(key)
    t.secrets.add(base64.b64encode(key).decode())
    return {"MCPAUTH_STORE": "sealed", "MCPAUTH_STORE_KEY": f"file:{path}"}


def key_from_systemd(t):
    path = t.write("credentials/store", base64.b64encode(
        os.urandom(KEY_LEN)).decode() + "\n", 0o400)
    return {"MCPAUTH_STORE": "sealed",
            "MCPAUTH_STORE_KEY": "credential:store",
            "CREDENTIALS_DIRECTORY": str(path.parent)}


def key_from_kernel(t):
    """A key in the session's keyring, which the program inherits."""
    add_key, keyctl, revoke, session = 248, 250, 3, -3
    if os.uname().machine != "x86_64":
        raise e2e.Skip("the numbers of these calls are those of x86_64")
    call = ctypes.CDLL(None, use_errno=True).syscall
    name = f"mcpauth-e2e-{os.getpid()}"
    number = call(add_key, b"user", name.encode(), os.urandom(KEY_LEN),
                  KEY_LEN, session)
    if number < 0:
        raise e2e.Skip("the kernel keeps no keys here: "
                       + os.strerror(ctypes.get_errno()))
    t.on_end(lambda: call(keyctl, revoke, number))
    return {"MCPAUTH_STORE": "sealed", "MCPAUTH_STORE_KEY": f"keyctl:{name}"}


KEYS = (key_in_file, key_from_systemd, key_from_kernel)


# --- what every store must do -----------------------------------------------

def files_of(t):
    return [path for path in t.dir.rglob("*")
            if path.is_file() and path not in t.made]


def is_clear(t, *secrets):
    """No file of the case holds one of them, or a member of a token."""
    for path in files_of(t):
        content = path.read_bytes()
        for secret in (*secrets, "access_token", "refresh_token"):
            assert secret.encode() not in content, (path, secret)


def live(t, sandbox, store):
    """A login, its use, a refresh and a logout; nothing lies about."""
    t.run("login", "--mode", "password")
    raw = t.run("token", "--mode", "password", reveals=True).out.strip()
    is_clear(t, raw, e2e.CANARY)
    sandbox.forget()
    t.run("tools", "list", "--mode", "password")
    assert not sandbox.grants()
    sandbox.expire()
    assert "Found 3 tools" in t.run(
        "tools", "list", "--mode", "password").out
    assert sandbox.grants() == ["refresh_token"]
    is_clear(t, raw, e2e.CANARY)
    everything = {"MCPAUTH_SERVER": None, "AGENTCORE_RUNTIME_ARN": None}
    assert t.run("status", "--json", env=everything).json()["store"] \
        .startswith(store)
    t.run("logout", "--mode", "password")
    told = t.run("status", "--json", env=everything).json()
    assert told["logins"] == [], told


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


# --- sealed -----------------------------------------------------------------

@case
def a_login_lives_under_a_seal_with_each_kind_of_key_S_050(t):
    for make in KEYS:
        sandbox = enter(t, profile="password", **make(t))
        live(t, sandbox, "sealed file ")
        sandbox.stop()


@case
def a_person_logs_in_under_a_seal_S_050(t):
    redirect = f"http://localhost:{free_port()}"
    Sandbox(t, redirects=[redirect]).enter("interactive", **key_in_file(t))
    running = t.start("login", "--no-browser")
    fetch(running.url())
    running.finish(0)
    raw = t.run("token", reveals=True).out.strip()
    is_clear(t, raw, e2e.CANARY)
    assert "Found 3 tools" in t.run("tools", "list").out


@case
def eight_cold_starts_under_a_seal_fetch_one_token_S_042(t):
    sandbox = enter(t, **key_in_file(t))
    crowd = [t.start("token", reveals=True) for _ in range(8)]
    assert len({running.finish(0).out for running in crowd}) == 1
    assert sandbox.grants() == ["client_credentials"]


def refused(t, code, *words, env=None):
    """Every command says so, asks nobody for a token, and changes nothing."""
    before = {path: path.read_bytes() for path in t.records()}
    for command in (["token"], ["tools", "list"], ["status", "--all"],
                    ["logout"]):
        result = t.run(*command, code=code, env=env)
        for word in words:
            assert word in result.err, (word, result)
    assert {path: path.read_bytes() for path in t.records()} == before


@case
def a_wrong_key_is_told_and_nothing_is_overwritten_S_045(t):
    sandbox = enter(t, **key_in_file(t))
    t.run("tools", "list")
    sandbox.forget()
    refused(t, 2, "sealed with another key", "the key it was sealed with",
            env=key_in_file(t, "other"))
    assert not sandbox.grants()
    t.run("tools", "list")
    assert not sandbox.grants(), "the token was lost"


@case
def a_sealed_store_without_its_key_is_not_an_empty_one_S_045(t):
    sandbox = enter(t, **key_in_file(t))
    t.run("tools", "list")
    sandbox.forget()
    refused(t, 2, "it is sealed", "the key it was sealed with",
            env={"MCPAUTH_STORE": "file", "MCPAUTH_STORE_KEY": None})
    assert not sandbox.grants()


@case
def a_plain_store_is_not_sealed_in_passing_S_045(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.forget()
    refused(t, 2, "it is not sealed", env=key_in_file(t))
    assert not sandbox.grants()


@case
def a_record_in_the_place_of_another_is_told_and_kept_S_045(t):
    enter(t, **key_in_file(t))
    t.run("tools", "list", "--account", "blue")
    t.run("tools", "list", "--account", "red")
    blue, red = t.records()
    for path in t.state.glob("*.json*"):
        if path not in (blue, red):
            path.unlink()
    _, envelope, _ = red.read_bytes().split(b"\n", 2)
    _, _, foreign = blue.read_bytes().split(b"\n", 2)
    rewrite(red, envelope, foreign)
    result = t.run("tools", "list", "--account", "red")
    assert "in the place of another" in result.err, result
    assert "could not be saved" in result.err, result
    assert foreign in red.read_bytes()
    assert "Found 3 tools" in t.run("tools", "list", "--account", "blue").out


def rewrite(path, envelope, record):
    """A record file whose checksum is right, as anybody can make one."""
    body = envelope + b"\n" + record
    digest = hashlib.sha256(body).hexdigest().encode()
    path.write_bytes(b"mcpauth-record 1 %s\n%s" % (digest, body))


@case
def what_a_seal_needs_is_said_S_047_S_052(t):
    enter(t)
    good = key_in_file(t)
    path = good["MCPAUTH_STORE_KEY"].removeprefix("file:")
    secret = base64.b64encode(os.urandom(KEY_LEN)).decode()
    t.secrets.add(secret)
    for changes, words in (
            ({"MCPAUTH_STORE_KEY": None}, "needs MCPAUTH_STORE_KEY"),
            ({"MCPAUTH_STORE_KEY": secret}, "file:PATH"),
            ({"MCPAUTH_STORE_KEY": "file:/nowhere/key"}, "No such file"),
            ({"MCPAUTH_STORE_KEY": "file:key"}, "absolute"),
            ({"MCPAUTH_STORE_KEY": "keyctl:mcpauth-nothing"}, "the kernel"),
            ({"MCPAUTH_STORE_KEY": "credential:x"}, "CREDENTIALS_DIRECTORY"),
            ({"MCPAUTH_STORE_KEY": "passphrase"}, "no terminal"),
            ({"MCPAUTH_STORE": "file"}, "MCPAUTH_STORE=sealed")):
        result = t.run("token", code=2, env={**good, **changes},
                       start_new_session=True)
        assert words in result.err, (words, result)
    os.chmod(path, 0o640)
    result = t.run("token", code=2, env=good)
    assert "others may read" in result.err, result
    assert not t.records()


@case
def a_place_that_cannot_be_used_is_no_reason_to_go_without_a_seal_S_050(t):
    sandbox = enter(t, **key_in_file(t))
    t.state.symlink_to("/proc/nowhere")
    t.run("tools", "list", code=1)
    assert not sandbox.grants()
    t.state.unlink()


@case
def an_empty_store_is_not_judged_in_place_of_one_out_of_reach_S_050(t):
    sandbox = enter(t)
    t.state.symlink_to("/proc/nowhere")
    for command in (["store", "list"], ["store", "check"], ["login"],
                    ["store", "move", "keyring"], ["status"], ["logout"],
                    ["logout", "--all"]):
        result = t.run(*command, code=1)
        assert "/proc/nowhere" in result.err or str(t.state) in result.err
        assert "memory" not in result.err, result
    t.run("tools", "list", code=1, env={"MCPAUTH_STORE": "file"})
    assert not sandbox.grants()
    assert "this run only" in t.run("tools", "list").err
    t.state.unlink()


# --- a passphrase -----------------------------------------------------------

def own_terminal():
    """In the child: the terminal that is its stdin becomes its own."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def type_in(t, *lines, arguments=("tools", "list"), code=0):
    person = Person(t, *arguments, preexec_fn=own_terminal)
    for line in lines:
        person.sees(r"(assphrase of the store|same again): ")
        person.types(line + "\n")
    return person.ends(code)


@case
def a_passphrase_is_typed_unseen_and_opens_the_store_S_045_S_054(t):
    t.secrets.add(PASSPHRASE)
    sandbox = enter(t, MCPAUTH_STORE="sealed", MCPAUTH_STORE_KEY="passphrase")
    type_in(t, PASSPHRASE, PASSPHRASE)
    assert "Found 3 tools" in type_in(t, PASSPHRASE).out
    assert sandbox.grants() == ["client_credentials"]
    wrong = type_in(t, "wrong-horse-battery", code=1)
    assert "not the one of this store" in wrong.err, wrong
    assert "Found 3 tools" in type_in(t, PASSPHRASE).out
    assert sandbox.grants() == ["client_credentials"]
    is_clear(t, PASSPHRASE)


@case
def a_passphrase_is_typed_once_however_much_is_ended_S_085(t):
    enter(t, MCPAUTH_STORE="sealed", MCPAUTH_STORE_KEY="passphrase")
    for number, account in enumerate(("blue", "red", "green")):
        type_in(t, *[PASSPHRASE] * (1 if number else 2),
                arguments=("tools", "list", "--account", account))
    assert len(t.records()) == 3
    type_in(t, PASSPHRASE, arguments=("logout", "--all"))
    assert not t.records()


# --- the keyring ------------------------------------------------------------

class Desktop:
    """A session with a keyring, and no desktop."""

    def __init__(self, t):
        self.process = subprocess.Popen(
            [str(e2e.ROOT / "tests/setup/keyring.sh"), "sh", "-c",
             'echo "$DBUS_SESSION_BUS_ADDRESS"; echo "$HOME"; cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        e2e.keep_process(self.process.pid)
        t.on_end(self.stop)
        self.bus = self.process.stdout.readline().strip()
        self.home = pathlib.Path(self.process.stdout.readline().strip())
        assert self.bus, "no session"
        self.environment = {"MCPAUTH_STORE": "keyring",
                            "DBUS_SESSION_BUS_ADDRESS": self.bus}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(e2e.DEADLINE_S)
        self.process.stdout.close()
        e2e.wait_for_orphans()

    def ask(self, *command):
        return subprocess.run(
            command, env={**os.environ, **self.environment}, text=True,
            capture_output=True, check=False, timeout=e2e.DEADLINE_S)

    def give(self, text, *command):
        subprocess.run(
            command, env={**os.environ, **self.environment}, input=text,
            text=True, check=True, timeout=e2e.DEADLINE_S)

    def items(self):
        """What another program finds of ours, secrets included."""
        found = self.ask("secret-tool", "search", "--all", "--unlock",
                         "xdg:schema", "mcpauth.Record")
        return found.stdout + found.stderr

    def lock(self):
        collection = "/org/freedesktop/secrets/collection/login"
        done = self.ask(
            "dbus-send", "--session", "--print-reply",
            "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            f"array:objpath:{collection}")
        assert collection in done.stdout, done

    def is_clear(self, *secrets):
        for path in self.home.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert not [it for it in secrets if it.encode() in content], path


@case
def a_login_lives_in_the_keyring_S_050_S_085(t):
    desktop = Desktop(t)
    sandbox = enter(t, profile="password", **desktop.environment)
    live(t, sandbox, "keyring")
    assert "mcpauth" not in desktop.items()


@case
def another_program_finds_the_item_by_its_attributes(t):
    desktop = Desktop(t)
    enter(t, **desktop.environment)
    raw = t.run("token", reveals=True).out.strip()
    items = desktop.items()
    for word in ("attribute.server = http://127", "attribute.account = ",
                 "label = mcpauth: http://127", raw):
        assert word in items, (word, items)
    desktop.is_clear(raw, "access_token")
    is_clear(t, raw)


@case
def eight_cold_starts_with_a_keyring_fetch_one_token_S_042(t):
    sandbox = enter(t, **Desktop(t).environment)
    crowd = [t.start("token", reveals=True) for _ in range(8)]
    assert len({running.finish(0).out for running in crowd}) == 1
    assert sandbox.grants() == ["client_credentials"]


def unavailable(t, sandbox, words, **environment):
    """Every command says so, and none works with a weaker store."""
    for command in (["token"], ["tools", "list"], ["status"], ["logout"]):
        result = t.run(*command, code=1, env=environment)
        assert words in result.err, result
    assert not sandbox.grants() and not t.records()


def keyed_server(t):
    """The address of a server whose machines have keys, and one's key."""
    key = new_key("ES256")
    t.secrets.add(key["jwk"]["d"])
    provider = peer("oidc.mjs", "--client=" + json.dumps({
        "client_id": "key-machine", "redirect_uris": [],
        "response_types": [], "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key["public"]]}}))
    t.use({"OAUTH_CLIENT_ID": "key-machine", "OAUTH_CLIENT_SECRET": None})
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read")["url"], key["pem"]


@case
def a_clients_key_lies_in_the_keyring_A_183_S_050(t):
    desktop = Desktop(t)
    server, key = keyed_server(t)
    t.use({"DBUS_SESSION_BUS_ADDRESS": desktop.bus})
    t.configure({"it": {"url": server, "oauth": {
        "private_key_keyring": "client"}}})
    assert 'has no key "client"' in t.run("tools", "list", "it", code=1).err
    desktop.give(key, "secret-tool", "store", "--label=mcpauth",
                 "mcpauth-key", "client")
    assert "Found" in t.run("tools", "list", "it").out
    desktop.lock()
    result = t.run("tools", "list", "it", code=1)
    assert "private_key_keyring: the keyring is locked" in result.err, result
    assert not (desktop.home / "asked").exists()
    result = t.run("tools", "list", "it", code=1, env={
        "DBUS_SESSION_BUS_ADDRESS": None, "XDG_RUNTIME_DIR": None})
    assert "no D-Bus session bus" in result.err, result


@case
def a_keyring_that_is_locked_or_absent_is_told_S_050(t):
    desktop = Desktop(t)
    sandbox = enter(t, **desktop.environment)
    unavailable(t, sandbox, "no D-Bus session bus",
                DBUS_SESSION_BUS_ADDRESS=None, XDG_RUNTIME_DIR=None)
    desktop.lock()
    unavailable(t, sandbox, "keyring is locked")
    asked = desktop.home / "asked"
    assert not asked.exists()
    assert "keyring" in Person(t, "tools", "list").ends(1).err
    assert asked.exists()
    assert not sandbox.grants()


@case
def a_bus_without_a_keyring_is_told_S_050(t):
    sandbox = enter(t, MCPAUTH_STORE="keyring")
    config = t.write("bus.conf", """<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*"/><allow own="*"/>
<allow receive_sender="*"/>
</policy></busconfig>""")
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--print-address",
         "--nofork"], stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL)
    e2e.keep_process(bus.pid)
    try:
        address = bus.stdout.readline().strip()
        unavailable(t, sandbox, "no service of the session bus keeps secrets",
                    DBUS_SESSION_BUS_ADDRESS=address)
    finally:
        bus.terminate()
        bus.wait()
        bus.stdout.close()


@case
def a_bus_that_speaks_nonsense_or_not_at_all_is_told_S_050(t):
    sandbox = enter(t, MCPAUTH_STORE="keyring")
    for greet in (lambda peer: None, lambda peer: peer.close(),
                  lambda peer: peer.sendall(b"\0nonsense\r\n" * 100)):
        path = str(t.dir / "run" / "bus")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            listener.settimeout(e2e.DEADLINE_S)
            running = t.start(
                "token", env={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={path}"})
            peer, _ = listener.accept()
            greet(peer)
            result = running.finish(1)
            peer.close()
        os.unlink(path)
        assert "the keyring" in result.err, result
    assert not sandbox.grants()


# --- from one store to another ---------------------------------------------

def redis(t):
    """A Redis at a socket of its own; its URL."""
    path = t.dir / "redis.sock"
    process = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(path), "--save",
         "", "--dir", str(t.dir)], stdout=subprocess.PIPE, text=True)
    e2e.keep_process(process.pid)
    t.on_end(lambda: (process.terminate(), process.communicate()))
    for line in process.stdout:
        if "ready to accept connections" in line.lower():
            return f"redis+unix://{path}"
    raise AssertionError("redis-server did not start")


def tokens(t, accounts):
    return [t.run("token", "--account", it, reveals=True).out
            for it in accounts]


def named(environment):
    """The same store, as the target of a move."""
    return environment["MCPAUTH_STORE"], {
        "MCPAUTH_STORE_TARGET_KEY": environment.get("MCPAUTH_STORE_KEY")}


@case
def logins_move_through_every_store_and_back_with_no_new_login_S_050(t):
    desktop = Desktop(t)
    sandbox = enter(t, profile="password")
    t.use({"MCPAUTH_MODE": "password", "DBUS_SESSION_BUS_ADDRESS": desktop.bus})
    accounts = "blue", "red"
    for account in accounts:
        t.run("login", "--account", account)
    raw = tokens(t, accounts)
    sandbox.forget()
    red = {**key_in_file(t, "red"), "MCPAUTH_STORE": redis(t)}
    plain = {"MCPAUTH_STORE": "file", "MCPAUTH_STORE_KEY": None}
    for store in (key_in_file(t, "blue"), key_in_file(t, "green"), red,
                  {"MCPAUTH_STORE_KEY": None, **desktop.environment}, plain):
        target, key = named(store)
        moved = t.run("store", "move", target, env=key)
        assert "2 moved from" in moved.err, moved
        empty = t.run("store", "list").out if target in (
            red["MCPAUTH_STORE"], "keyring") else ""
        assert not empty, empty
        t.use(store)
        listed = t.run("store", "list", "--json").json()["records"]
        assert sorted(it["content"] for it in listed) == ["password"] * 2
        if store is not plain:
            is_clear(t, *(it.strip() for it in raw))
        assert raw == tokens(t, accounts)
    assert not sandbox.grants()


@case
def a_move_that_cannot_be_loses_nothing_S_050_S_052(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.forget()
    key = key_in_file(t)["MCPAUTH_STORE_KEY"]
    gone = f"redis+unix://{t.dir}/nowhere"
    for target, environment, code, words in (
            ("file", {}, 2, "already"),
            ("memory", {}, 2, "keeps nothing"),
            ("cupboard", {}, 2, "a store must be"),
            ("sealed", {}, 2, "needs MCPAUTH_STORE_KEY"),
            ("rediss://user:hunter2@redis.example", {}, 2, "command line"),
            ("rediss://u:hunter2/b@redis.example", {}, 2, "command line"),
            ("rediss://u@x:hunter2@redis.example", {}, 2, "command line"),
            ("redis+unix://:hunter2/@/run/redis.sock", {}, 2, "command line"),
            (gone, {"MCPAUTH_STORE_TARGET_KEY": key}, 1, "No such file"),
            ("keyring", {"DBUS_SESSION_BUS_ADDRESS": None,
                         "XDG_RUNTIME_DIR": None}, 1, "D-Bus")):
        result = t.run("store", "move", target, code=code, env=environment)
        assert words in result.err, (words, result)
        assert "hunter2" not in result.err, result
    assert "no store to move to" in t.run("store", "move", code=2).err
    t.run("tools", "list")
    assert not sandbox.grants()


@case
def a_move_that_was_cut_off_is_finished_S_050(t):
    enter(t)
    accounts = "blue", "red"
    raw = tokens(t, accounts)
    sealed = key_in_file(t)
    first, second = t.records()
    text = first.read_bytes()
    t.run("store", "move", "sealed", env=named(sealed)[1])
    first.write_bytes(text)     # as if only the second had been moved
    assert b"access_token" not in second.read_bytes()
    assert "1 moved" in t.run("store", "move", "sealed",
                              env=named(sealed)[1]).err
    t.use(sealed)
    assert raw == tokens(t, accounts)


@case
def a_move_that_was_killed_leaves_nothing_readable_when_done_again_S_050(t):
    enter(t)
    accounts = "blue", "red"
    raw = tokens(t, accounts)
    sealed = key_in_file(t)
    first, second = t.records()
    plain = first.read_bytes(), second.read_bytes()
    t.run("store", "move", "sealed", env=named(sealed)[1])
    # One is killed before the name is given, one after.
    first.rename(first.with_name(first.name + ".next"))
    for path, text in zip((first, second.with_name(second.name + ".prev")),
                          plain):
        path.touch(0o600)
        path.write_bytes(text)
    done = t.run("store", "move", "sealed", env=named(sealed)[1])
    assert "0 moved" in done.err, done
    is_clear(t, *(it.strip() for it in raw))
    t.use(sealed)
    assert raw == tokens(t, accounts)


@case
def what_a_move_passes_over_is_told_S_050(t):
    enter(t)
    tokens(t, ("blue", "red", "green"))
    damaged, newer, good = t.records()
    text = newer.read_bytes()
    newer.write_bytes(text.replace(b"mcpauth-record 1 ", b"mcpauth-record 2 "))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    key = named(key_in_file(t))[1]
    for target, count in ((redis(t), 1), ("sealed", 0)):
        result = t.run("store", "move", target, env=key, code=1)
        assert f"{count} moved" in result.err, result
        assert f"{damaged} is damaged" in result.err, result
        assert f"{newer} was written by a newer" in result.err, result
        assert "not everything could be moved" in result.err, result
    newer.write_bytes(text)
    damaged.rename(damaged.with_name(damaged.name + ".corrupt-1"))
    result = t.run("store", "move", "sealed", env=key, code=1)
    assert "1 moved" in result.err, result
    assert ".corrupt-1 was set aside" in result.err, result
    damaged.with_name(damaged.name + ".corrupt-1").unlink()
    t.run("store", "move", "sealed", env=key)
    assert not good.exists()


@case
def what_is_wrong_in_a_store_is_told_S_045_S_050(t):
    enter(t)
    for account in ("blue", "red", "green"):
        t.run("tools", "list", "--account", account)
    good = t.run("store", "check")
    assert good.out.count("good  http://") == 3, good
    assert "3 good, none bad" in good.err, good
    blue, red, _ = t.records()
    text = red.read_bytes()
    red.write_bytes(text[:-9] + b"x" + text[-8:])
    bad = t.run("store", "check", code=1)
    assert f"{red} is damaged" in bad.out, bad
    assert "2 good, 1 bad in file" in bad.err, bad
    assert text[:-9] in red.read_bytes(), "a check changes nothing"
    sealed = t.run("store", "check", env=key_in_file(t), code=1)
    assert sealed.out.count("it is not sealed") == 2, sealed
    red.unlink()
    blue.unlink()
    blue.symlink_to("/dev/null")
    assert str(blue) in t.run("store", "check", code=1).out


# --- start-up ---------------------------------------------------------------

def loaded(t, *arguments):
    """The libraries that a run of the program opened."""
    result = t.run(*arguments, env={"LD_DEBUG": "files"}, reveals=True)
    return set(re.findall(r"calling init: \S*/(lib\w+)", result.err))


@case
def a_run_loads_no_library_it_does_not_use(t):
    enter(t)
    t.run("tools", "list")
    assert not loaded(t, "token") & {"libsodium", "libsecret", "libglib"}
    t.run("logout")
    t.use(key_in_file(t))
    t.run("tools", "list")
    assert loaded(t, "token") & {"libsodium", "libsecret", "libglib"} == \
        {"libsodium"}
    t.use({"MCPAUTH_STORE_KEY": None, **Desktop(t).environment})
    t.run("tools", "list")
    assert loaded(t, "token") & {"libsodium", "libsecret", "libglib"} == \
        {"libsecret", "libglib"}


if __name__ == "__main__":
    e2e.main()
