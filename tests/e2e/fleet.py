"""Many machines and one Redis: two network namespaces with host names of their
own, a third with a real Redis between them, the sandbox for all.

Needs root, for the namespaces, and redis-server."""

import ctypes
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import threading

import e2e
from e2e import case
from servers import Sandbox, consent, free_port

CLONE_NEWNET, CLONE_NEWUTS, CLONE_NEWNS = 0x40000000, 0x04000000, 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
CROWD = 8        # processes on each machine
PASSWORD = "redis-CANARY-1f7c"
RIGHTS = ("+select +info +eval +hget +hmget +hset +del +get +set +incr "
          "+pexpire +scan").split()
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count()


def do(*words, where=None, code=0):
    """The output of a program, in the network of that machine."""
    done = subprocess.run(
        words, capture_output=True, stdin=subprocess.DEVNULL, check=False,
        timeout=e2e.DEADLINE_S, preexec_fn=where.enter if where else None)
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done.stdout.decode()


# --- machines ---------------------------------------------------------------

class Machine:
    """A network namespace and a host name."""

    def __init__(self, t, name):
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise e2e.Skip("network namespaces need root and iproute2")
        self.host = name
        self.resolver = None  # what it has as /etc/resolv.conf
        self.name = f"mcpauth-{os.getpid()}-{next(_numbers)}"
        made = subprocess.run(["ip", "netns", "add", self.name], check=False,
                              capture_output=True)
        if made.returncode:
            raise e2e.Skip("no network namespaces here: "
                           + made.stderr.decode())
        t.on_end(lambda: do("ip", "netns", "del", self.name))
        self.fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        t.on_end(lambda: os.close(self.fd))
        do("ip", "link", "set", "lo", "up", where=self)

    def enter(self):
        """What a child does before it becomes the program."""
        if (_libc.setns(self.fd, CLONE_NEWNET) or _libc.unshare(CLONE_NEWUTS)
                or _libc.sethostname(self.host.encode(), len(self.host))):
            os._exit(126)
        if self.resolver and (
                _libc.unshare(CLONE_NEWNS)
                or _libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
                or _libc.mount(os.fsencode(self.resolver),
                               b"/etc/resolv.conf", None, MS_BIND, None)):
            os._exit(126)

    def plug(self, hub, number):
        """A cable to the hub, whose end has an address of 10.99.number.1."""
        ours, theirs = f"m{number}", f"h{number}"
        do("ip", "link", "add", ours, "netns", self.name, "type", "veth",
           "peer", "name", theirs, "netns", hub.name)
        for end, link, address in ((self, ours, 2), (hub, theirs, 1)):
            do("ip", "addr", "add", f"10.99.{number}.{address}/24", "dev",
               link, where=end)
            do("ip", "link", "set", link, "up", where=end)
        if number != 1:
            do("ip", "route", "add", "10.99.1.1", "via",
               f"10.99.{number}.1", where=self)
        self.cable = (hub, theirs)

    def unplug(self):
        hub, link = self.cable
        do("ip", "link", "set", link, "down", where=hub)

    def replug(self):
        hub, link = self.cable
        do("ip", "link", "set", link, "up", where=hub)


class Relay:
    """127.0.0.1:port of a machine leads to the same port of this one."""

    def __init__(self, t, machine, port):
        self.port = port
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _libc.setns(machine.fd, CLONE_NEWNET)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        _libc.setns(here, CLONE_NEWNET)
        os.close(here)
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        t.on_end(lambda: (self.listener.shutdown(socket.SHUT_RDWR),
                          self.listener.close(), thread.join()))

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.close()
                continue
            for pair in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=pair,
                                 daemon=True).start()

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


# --- Redis ------------------------------------------------------------------

class Redis:
    """A real one with TLS, a user of few rights, and its data on disk."""

    def __init__(self, t, hub):
        if not shutil.which("redis-server"):
            raise e2e.Skip("there is no redis-server")
        self.t, self.hub, self.process = t, hub, None
        self.dir = t.dir / "redis"
        self.dir.mkdir()
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2"]
        self.ca = str(self.dir / "ca.pem")
        do("openssl", "req", "-x509", *key, "-keyout", f"{self.dir}/ca.key",
           "-out", self.ca, "-subj", "/CN=fleet authority")
        do("openssl", "req", "-x509", *key, "-keyout",
           f"{self.dir}/redis.key", "-out", f"{self.dir}/redis.pem", "-subj",
           "/CN=redis", "-CA", self.ca, "-CAkey", f"{self.dir}/ca.key",
           "-addext", "subjectAltName=IP:10.99.1.1", "-addext",
           "basicConstraints=critical,CA:FALSE")
        (self.dir / "users.acl").write_text(
            "user default on nopass ~* &* +@all\n"
            f"user fleet on >{PASSWORD} ~mcpauth:* {' '.join(RIGHTS)}\n")
        t.secrets.add(PASSWORD)
        t.on_end(self.kill)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--tls-port", "6379", "--bind",
             "10.99.1.1", "--tls-cert-file", "redis.pem", "--tls-key-file",
             "redis.key", "--tls-ca-cert-file", "ca.pem",
             "--tls-auth-clients", "no", "--protected-mode", "no", "--aclfile", "users.acl",
             "--unixsocket", "redis.sock", "--appendonly", "yes",
             "--appendfsync", "always", "--save", ""],
            cwd=self.dir, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            preexec_fn=self.hub.enter)
        e2e.keep_process(self.process.pid)
        said = ""
        while "ready to accept connections at" not in said:
            line = self.process.stdout.readline().decode()
            assert line, said
            said += line

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, *words):
        return do("redis-cli", "-s", str(self.dir / "redis.sock"),
                  *words).strip()

    def lose_locks(self):
        """As if their holders had slept past the end of them."""
        names = self.ask("keys", "mcpauth:*:refresh").split()
        assert names, self.ask("keys", "*")
        self.ask("del", *names)

    def is_clear(self, *secrets):
        """Nothing that it keeps or has on disk can be read by it."""
        for path in self.dir.rglob("*"):
            if path.is_file() and path.name != "users.acl":
                content = path.read_bytes()
                for secret in (*secrets, "access_token", "refresh_token"):
                    assert secret.encode() not in content, (path, secret)


# --- a fleet ----------------------------------------------------------------

class Fleet:
    """Two machines, logged in to a server that rotates refresh tokens and
    ends the login when one is used twice."""

    def __init__(self, t, profile="password", logged_in=True, redirect=None):
        self.t = t
        hub = Machine(t, "hub")
        self.machines = [Machine(t, "blue"), Machine(t, "red")]
        for number, machine in enumerate(self.machines, 1):
            machine.plug(hub, number)
        self.redis = Redis(t, hub)
        self.sandbox = Sandbox(
            t, "rotate", redirects=[redirect] if redirect else []) \
            .enter(profile)
        ports = set(re.findall(r"http://127\.0\.0\.1:(\d+)",
                               " ".join(t.env.values())))
        for machine in self.machines:
            for port in ports:
                Relay(t, machine, int(port))
        key = t.write("key", "")
        key.write_bytes(os.urandom(32))
        t.use({"MCPAUTH_STORE": "rediss://fleet@10.99.1.1",
               "MCPAUTH_STORE_KEY": f"file:{key}",
               "MCPAUTH_REDIS_PASSWORD": PASSWORD,
               "MCPAUTH_REDIS_CACERT": self.redis.ca})
        if logged_in:
            self.run("login", "--mode", "password")
            t.use({"OAUTH_TEST_USERNAME": None, "OAUTH_TEST_PASSWORD": None})
            self.sandbox.forget()

    def start(self, *words, on=0, **options):
        return self.t.start(
            *words, preexec_fn=self.machines[on].enter, **options)

    def run(self, *words, on=0, code=0, **options):
        return self.start(*words, on=on, **options).finish(code)

    def expire(self):
        self.sandbox.forget()
        self.sandbox.expire()

    def is_well(self, refreshes=0):
        """Each machine is logged in, by so many refreshes since."""
        for on in (0, 1):
            result = self.run("tools", "list", on=on)
            assert "Found 3 tools" in result.out, result
        assert self.sandbox.grants() == ["refresh_token"] * refreshes, \
            self.sandbox.grants()


# --- all well ---------------------------------------------------------------

@case
def two_crowds_refresh_once_each_time_S_042_S_050(t):
    fleet = Fleet(t)
    fleet.is_well()
    for _ in range(3):
        fleet.expire()
        crowd = [fleet.start("tools", "list", on=on)
                 for _ in range(CROWD) for on in (0, 1)]
        for running in crowd:
            assert "Found 3 tools" in running.finish(0).out
        assert fleet.sandbox.grants() == ["refresh_token"], \
            fleet.sandbox.grants()
    fleet.is_well(1)


@case
def what_one_machine_knows_the_other_does_S_050(t):
    fleet = Fleet(t)
    raw = fleet.run("token", reveals=True).out
    assert fleet.run("token", on=1, reveals=True).out == raw
    fleet.redis.is_clear(raw.strip(), e2e.CANARY)
    told = fleet.run("status", "--json", on=1).json()
    assert "redis rediss://10.99.1.1:6379" in told["store"], told
    fleet.run("logout", on=1)
    assert fleet.redis.ask("keys", "mcpauth:*:record") == ""
    fleet.run("tools", "list", code=4)
    assert not list(t.state.rglob("*")), "something is on the machine itself"


@case
def one_person_logs_in_for_both_machines_S_050(t):
    fleet = Fleet(t, profile="interactive", logged_in=False,
                  redirect=f"http://localhost:{free_port()}")
    blue, red = fleet.machines
    asked = fleet.start("login", "--no-browser")
    url = asked.url()
    waits = fleet.start("login", "--no-browser", "-v", on=1)
    waits.wait_for(rf"mcpauth \(process {asked.process.pid} on {blue.host}\)")
    do("curl", "-sf", "-o", "/dev/null", consent(url), where=blue)
    asked.finish(0)
    assert "code_challenge" not in waits.finish(0).err, red.host
    assert fleet.sandbox.grants() == ["authorization_code"]
    fleet.sandbox.forget()
    fleet.is_well()


# --- trouble ----------------------------------------------------------------

@case
def a_redis_that_dies_loses_no_login_S_050(t):
    fleet = Fleet(t)
    fleet.redis.kill()
    fleet.expire()
    result = fleet.run("tools", "list", code=1)
    assert "rediss://10.99.1.1:6379: Connection refused" in result.err, result
    assert not fleet.sandbox.grants()
    fleet.redis.start()
    fleet.is_well(1)


@case
def a_redis_that_cannot_be_written_loses_no_login_S_050(t):
    fleet = Fleet(t)
    for change, back, word in (
            (["replicaof", "127.0.0.1", "1"], ["replicaof", "no", "one"],
             "READONLY"),
            (["config", "set", "min-replicas-to-write", "1"],
             ["config", "set", "min-replicas-to-write", "0"], "NOREPLICAS"),
            (["config", "set", "maxmemory", "1"],
             ["config", "set", "maxmemory", "0"], "OOM")):
        fleet.redis.ask(*change)
        fleet.sandbox.forget()
        fleet.is_well()
        fleet.expire()
        result = fleet.run("tools", "list", on=1, code=1)
        assert word in result.err, result
        assert not fleet.sandbox.grants(), "a refresh token was used up"
        fleet.redis.ask(*back)
        fleet.is_well(1)


@case
def a_redis_that_is_stopped_or_cut_off_holds_nobody_up_S_050(t):
    fleet = Fleet(t)

    def stop():
        fleet.redis.process.send_signal(signal.SIGSTOP)

    def go_on():
        fleet.redis.process.send_signal(signal.SIGCONT)

    blue = fleet.machines[0]
    for trouble, end in ((stop, go_on), (blue.unplug, blue.replug)):
        trouble()
        fleet.expire()
        result = fleet.run("tools", "list", code=1)
        assert "does not answer in time" in result.err, result
        assert not fleet.sandbox.grants()
        end()
        fleet.is_well(1)


@case
def a_redis_that_is_away_during_a_refresh_costs_no_login_S_043_S_050(t):
    fleet = Fleet(t)
    fleet.expire()
    fleet.run("tools", "list")      # the server is seen to rotate
    fleet.expire()
    fleet.sandbox.fault("slow=2")
    running = fleet.start("tools", "list", "-v")
    while not fleet.sandbox.grants():
        assert running.process.poll() is None
    fleet.redis.process.send_signal(signal.SIGSTOP)
    running.wait_for("could not be saved yet, trying again")
    fleet.redis.process.send_signal(signal.SIGCONT)
    fleet.sandbox.heal()
    fleet.sandbox.fault("rotate")
    assert "Found 3 tools" in running.finish(0).out
    fleet.is_well(1)


@case
def a_lock_that_ran_out_during_a_refresh_costs_no_login_S_042_S_050(t):
    fleet = Fleet(t)
    fleet.expire()
    fleet.sandbox.fault("slow=2")
    running = fleet.start("tools", "list")
    while not fleet.sandbox.grants():
        assert running.process.poll() is None
    fleet.redis.lose_locks()
    fleet.run("store", "check", on=1)
    fleet.sandbox.heal()
    fleet.sandbox.fault("rotate")
    assert "Found 3 tools" in running.finish(0).out
    fleet.is_well(1)


@case
def a_name_that_nobody_knows_holds_nobody_up_S_050(t):
    fleet = Fleet(t)
    blue = fleet.machines[0]
    blue.resolver = t.write("resolv.conf", "nameserver 10.99.1.77\n")
    do("ip", "neigh", "add", "10.99.1.77", "lladdr", "02:00:00:00:00:77",
       "dev", "m1", where=blue)
    fleet.expire()
    result = fleet.run("tools", "list", code=1,
                       env={"MCPAUTH_STORE": "rediss://fleet@redis.example"})
    assert "rediss://redis.example:6379 does not answer in time" \
        in result.err, result
    assert not fleet.sandbox.grants()
    fleet.is_well(1)


@case
def what_is_no_redis_is_told_S_050(t):
    fleet = Fleet(t)
    fleet.expire()
    babbler = socket.create_server(("127.0.0.1", 0))

    def babble():
        while True:
            try:
                peer, _ = babbler.accept()
            except OSError:
                return
            peer.recv(4096)
            peer.sendall(b"220 mail.example ESMTP\r\n")
            peer.close()

    thread = threading.Thread(target=babble)
    thread.start()
    t.on_end(lambda: (babbler.shutdown(socket.SHUT_RDWR), babbler.close(),
                      thread.join()))
    url = f"redis://127.0.0.1:{babbler.getsockname()[1]}"
    result = t.run("tools", "list", code=1, env={"MCPAUTH_STORE": url})
    assert "does not speak like Redis" in result.err, result
    fleet.is_well(1)


@case
def a_machine_token_needs_no_redis_S_050(t):
    fleet = Fleet(t, profile="m2m", logged_in=False)
    fleet.redis.kill()
    result = fleet.run("tools", "list")
    assert "Found 3 tools" in result.out, result
    assert "warning" in result.err and "Connection refused" in result.err, \
        result


@case
def a_wrong_password_or_authority_is_told_S_050_S_054(t):
    fleet = Fleet(t)
    for change, word in (
            ({"MCPAUTH_REDIS_PASSWORD": "wrong-CANARY-2"}, "WRONGPASS"),
            ({"MCPAUTH_REDIS_PASSWORD": None,
              "MCPAUTH_STORE": "rediss://10.99.1.1/3"}, "login"),
            ({"MCPAUTH_REDIS_CACERT": None}, "certificate"),
            ({"MCPAUTH_REDIS_CACERT": "/nowhere"}, "/nowhere")):
        fleet.expire()
        code = 4 if word == "login" else 1
        result = fleet.run("tools", "list", code=code, env=change)
        assert word in result.err, (word, result)
        assert not fleet.sandbox.grants()
    password = t.write("redis-password", PASSWORD + "\n")
    fleet.t.use({"MCPAUTH_REDIS_PASSWORD": None,
                 "MCPAUTH_REDIS_PASSWORD_FILE": str(password)})
    fleet.is_well(1)


# --- what it needs ----------------------------------------------------------

@case
def what_a_redis_needs_is_said_S_050(t):
    Sandbox(t).enter("m2m")
    key = t.write("key", "")
    key.write_bytes(os.urandom(32))
    good = {"MCPAUTH_STORE": "redis+unix:///nowhere/redis.sock",
            "MCPAUTH_STORE_KEY": f"file:{key}"}
    for change, word in (
            ({"MCPAUTH_STORE_KEY": None}, "MCPAUTH_STORE_KEY"),
            ({"MCPAUTH_STORE_KEY": "passphrase"}, "passphrase"),
            ({"MCPAUTH_STORE": "redis://u:secret-CANARY-3@r.example"},
             "clear text"),
            ({"MCPAUTH_STORE": "redis:"}, "URL"),
            ({"MCPAUTH_STORE": "rediss://secret-CANARY-3%@h"}, "URL"),
            ({"MCPAUTH_REDIS_PASSWORD_FILE": "/nowhere"}, "PASSWORD_FILE")):
        result = t.run("tools", "list", code=2, env={**good, **change})
        assert word in result.err, (word, result)
    result = t.run("tools", "list", env=good)
    assert "No such file or directory" in result.err, result


if __name__ == "__main__":
    e2e.main()
