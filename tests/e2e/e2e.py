"""What every end-to-end test shares: cases, the program, and its rules.

A test file holds cases, functions under @case that take a Case, and ends with
main().  It runs alone:  python3 tests/e2e/FILE.py BUILD_DIR [NAME...]

Each case has directories of its own and a bare environment.  Whatever a case
looks at, this is checked as well when it ends: no secret that was issued or
given stands in any output or trace (S-054), no process is left, and no file
where nobody asked for one (S-079).

Nothing here waits for time to pass: a deadline only ends what hangs.
"""

import base64
import ctypes
import hashlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.parse

DEADLINE_S = 60
CANARY = "CANARY"  # in every secret, code and refresh token of the sandbox
ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET_MEMBER = re.compile(
    rb'"(?:access_token|refresh_token|id_token|client_secret'
    rb'|registration_access_token|code_verifier)" ?: ?"([^"]+)"')
AUTHORIZATION_URL = re.compile(
    r"https?://\S+[?&](?:code_challenge|request_uri)=\S+")

_cases = []
_build = None       # the directory of the program
_at_end = []        # what a file shares among its cases, to be closed
_ours = set()       # process ids that may stay between cases
_started = set()    # process ids that a case waits for itself


class Skip(Exception):
    """This machine lacks what the case needs."""


def case(function):
    _cases.append(function)
    return function


def at_end(close):
    """Calls close() when the last case of the file is over."""
    _at_end.append(close)


def keep_process(pid):
    _ours.add(pid)


def program():
    return str(_build / "mcpauth")


def build_directory():
    return _build


def sanitized():
    """The program watches itself: its memory tells nothing, and no library can
    be put before its own."""
    return re.search("^MA_SANITIZE:STRING=.", (_build / "CMakeCache.txt")
                     .read_text(), re.M)


# --- one run of the program -------------------------------------------------

class Result:
    """How a run ended: code, out and err."""

    def __init__(self, args, code, out, err):
        self.args, self.code = args, code
        self.raw = out
        self.out = out.decode(errors="backslashreplace")
        self.err = err.decode(errors="backslashreplace")

    def json(self):
        """The one JSON document that stdout is."""
        return json.loads(self.raw)

    def __repr__(self):
        return (f"mcpauth {' '.join(self.args)}\nexit status {self.code}\n"
                f"stdout: {self.out[:2000]}\nstderr: {self.err[:4000]}")


class Running:
    """The program at work, and what it has said so far."""

    def __init__(self, args, process, reveals):
        self.args, self.process, self.reveals = args, process, reveals
        self.said = {}
        for stream in (process.stdout, process.stderr):
            if stream:
                self.said[stream.fileno()] = bytearray()
        self.open = set(self.said)
        self.deadline = time.monotonic() + DEADLINE_S
        self.result = None

    def _text(self, stream):
        said = self.said[stream.fileno()] if stream else b""
        return bytes(said)

    @property
    def err(self):
        return self._text(self.process.stderr).decode(errors="replace")

    @property
    def out(self):
        return self._text(self.process.stdout).decode(errors="replace")

    def bytes_out(self):
        """What it said on stdout, not to be changed."""
        if self.result:
            return self.result.raw
        return self.said[self.process.stdout.fileno()]

    def read(self):
        """Waits for more of what it says."""
        left_s = max(0, self.deadline - time.monotonic())
        ready, _, _ = select.select(list(self.open), [], [], left_s)
        if not ready:
            self.kill()
            raise AssertionError(f"hung: {self.args}\n{self.out}\n{self.err}")
        for fd in ready:
            data = os.read(fd, 1 << 16)
            self.said[fd] += data
            if not data:
                self.open.discard(fd)

    def wait_for(self, pattern, stream="err"):
        """The first match of pattern in what it says; fails when it ends."""
        while True:
            found = re.search(pattern, getattr(self, stream))
            if found:
                return found
            if not self.open:
                raise AssertionError(
                    f"never said {pattern!r}: {self.finish(None)!r}")
            self.read()

    def url(self):
        """The URL that a person is to open."""
        return self.wait_for(AUTHORIZATION_URL).group()

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def finish(self, code=0):
        """Waits for its end; code None: any exit status will do."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        while self.open:
            self.read()
        self.process.wait(max(0.1, self.deadline - time.monotonic()))
        self.result = Result(self.args, self.process.returncode,
                             self._text(self.process.stdout),
                             self._text(self.process.stderr))
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        assert code is None or self.result.code == code, \
            f"expected exit status {code}\n{self.result!r}"
        return self.result


# --- one case ---------------------------------------------------------------

class Case:
    """A case's own directories, environment and secrets."""

    def __init__(self, name):
        self.name = name
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mcpauth-e2e-"))
        self.made = set()
        for part in ("home", "config", "state", "run", "tmp", "cwd", "trace"):
            (self.dir / part).mkdir(mode=0o700)
        self.cwd = self.dir / "cwd"
        self.state = self.dir / "state" / "mcpauth"
        self.env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "HOME": str(self.dir / "home"),
            "TMPDIR": str(self.dir / "tmp"),
            "XDG_CONFIG_HOME": str(self.dir / "config"),
            "XDG_STATE_HOME": str(self.dir / "state"),
        }
        self.secrets = set()
        self.runs = []
        self.closing = []

    # -- running --

    def start(self, *args, env=None, stdin=subprocess.DEVNULL, reveals=False,
              **popen):
        """Starts mcpauth.  reveals: a token is what was asked for."""
        environment = {**self.env, **(env or {})}
        environment = {k: v for k, v in environment.items() if v is not None}
        popen.setdefault("stdout", subprocess.PIPE)
        popen.setdefault("stderr", subprocess.PIPE)
        popen.setdefault("cwd", self.cwd)
        process = subprocess.Popen(
            [program(), *args], env=environment, stdin=stdin, **popen)
        _started.add(process.pid)
        running = Running(args, process, reveals)
        self.runs.append(running)
        return running

    def run(self, *args, code=0, **options):
        """Runs mcpauth to its end and checks the exit status."""
        text = options.pop("text", None)
        if text is not None:
            options["stdin"] = subprocess.PIPE
        running = self.start(*args, **options)
        if text is not None:
            running.send(text)
        result = running.finish(code)
        self.harvest()
        return result

    def use(self, environment):
        """Sets variables, None unsets; their secrets no output may show."""
        for name, value in environment.items():
            self.env.pop(name, None)
            if value is not None:
                self.env[name] = value
        for name in ("OAUTH_CLIENT_SECRET", "OAUTH_TEST_PASSWORD",
                     "MCPAUTH_CLIENT_SECRET"):
            if environment.get(name):
                self.secrets.add(environment[name])

    # -- files --

    def write(self, name, text, mode=0o600):
        """A file in this case's directory; gives its path."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        self.made.add(path)
        return path

    def configure(self, servers, mode=0o600):
        """config.json, whose servers have these entries."""
        return self.write("config/mcpauth/config.json",
                          json.dumps({"mcpServers": servers}), mode)

    def trace(self, name="trace.json"):
        return str(self.dir / "trace" / name)

    def records(self):
        """The files of the store that count, the newest last: of a record
        that was written but not named yet, the next one."""
        found = set(self.state.glob("*.json"))
        for path in self.state.glob("*.json.next"):
            record = path.with_suffix("")
            if follows(path, record):
                found.discard(record)
                found.add(path)
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def record(self):
        """The newest record: the JSON behind two lines of header."""
        path = self.records()[-1]
        return json.loads(path.read_bytes().split(b"\n", 2)[2])

    def edit(self, change):
        """Rewrites the newest record as change(record) leaves it."""
        path = self.records()[-1]
        _, envelope, text = path.read_bytes().split(b"\n", 2)
        record = json.loads(text)
        change(record)
        body = envelope + b"\n" + json.dumps(record).encode()
        digest = hashlib.sha256(body).hexdigest()
        path.write_bytes(b"mcpauth-record 1 %s\n%s" % (digest.encode(), body))

    def age(self, seconds):
        """Makes the newest record look as if it had been written earlier."""
        def back(record):
            for name in ("obtained_at_ms", "expires_at_ms"):
                record["token"][name] -= seconds * 1000
        self.edit(back)

    # -- ending --

    def on_end(self, close):
        self.closing.append(close)

    def harvest(self):
        """Learns the secrets that the store holds now."""
        for path in self.records():
            for found in SECRET_MEMBER.findall(path.read_bytes()):
                self.secrets.add(json.loads(b'"%s"' % found))

    def end(self):
        kills = [running.kill for running in self.runs]
        close_all(kills + self.closing[::-1])

    def check(self):
        self.harvest()
        spoken = [(repr(it.args), it.out + it.err)
                  for it in (run.result for run in self.runs if run.result)
                  for reveals in [self._reveals(it)] if not reveals]
        for path in (self.dir / "trace").iterdir():
            spoken.append((path.name, path.read_text(errors="replace")))
            assert path.stat().st_mode & 0o077 == 0, f"{path} is not private"
        for where, text in spoken:
            assert CANARY not in text, f"{where} shows a secret\n{text}"
        for secret in self.secrets:
            for form in forms_of(secret):
                for where, text in spoken:
                    assert form not in text, \
                        f"{where} shows the secret {secret[:24]}...\n{text}"
        for part in ("home", "tmp", "cwd"):
            left = {path for path in (self.dir / part).rglob("*")
                    if not path.is_dir()} - self.made
            assert not left, f"left behind: {left}"

    def _reveals(self, result):
        return any(run.reveals for run in self.runs if run.result is result)

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def version_of(path):
    """The version of a record, None when there is none that is whole."""
    if not path.exists():
        return None
    head, _, rest = path.read_bytes().partition(b"\n")
    if not head.endswith(hashlib.sha256(rest).hexdigest().encode()):
        return None
    return json.loads(rest.split(b"\n")[0])["version"]


def follows(path, record):
    """Whether path holds the version behind that of the record."""
    version, before = version_of(path), version_of(record)
    return version and before in (None, version - 1)


def forms_of(secret):
    """The ways in which a secret might be written."""
    if len(secret) < 8:
        return []
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, urllib.parse.quote(secret, safe=""), encoded}


def close_all(closings):
    """Calls each, whatever becomes of the others; the first error counts."""
    first = None
    for close in closings:
        try:
            close()
        except Exception as error:  # pylint: disable=broad-except
            first = first or error
    if first:
        raise first


# --- processes --------------------------------------------------------------

def children_of(parent):
    """The process ids whose parent is that one."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        state, ppid = stat.rsplit(")", 1)[1].split()[:2]
        if int(ppid) == parent and state != "Z":
            found.append(int(entry))
    return found


def adopt_orphans():
    """Makes every process that a case leaves behind our child."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def orphans():
    """What was left to us by a process that ended."""
    return set(children_of(os.getpid())) - _ours - _started


def wait_for_orphans():
    """Until the last of them ends; it must end by itself."""
    signal.alarm(DEADLINE_S)
    while left := orphans():
        for pid in left:
            os.waitpid(pid, 0)
    signal.alarm(0)


def check_processes():
    left = set(children_of(os.getpid())) - _ours
    names = []
    for pid in left:
        try:
            command = pathlib.Path("/proc", str(pid), "cmdline").read_bytes()
            if command:  # one that has ended has none
                names.append(command.replace(b"\0", b" ").decode())
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except OSError:
            pass
    assert not names, f"processes left behind: {names}"


# --- the runner -------------------------------------------------------------

def run_case(function):
    """None, or why it failed."""
    current = Case(function.__name__)
    try:
        try:
            function(current)
        finally:
            current.end()
        current.check()
        check_processes()
    except Skip as reason:
        return f"skipped: {reason}"
    except Exception:  # pylint: disable=broad-except
        return traceback.format_exc()
    finally:
        current.remove()
    return None


def report(function, why, seconds):
    name = function.__name__.replace("_", "-")
    if not why:
        print(f"ok   {name} ({seconds:.1f} s)", flush=True)
    elif why.startswith("skipped"):
        print(f"skip {name}: {why[9:]}", flush=True)
    else:
        print(f"FAIL {name}\n{why}", flush=True)


def main():
    global _build
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BUILD_DIR [NAME...]")
    _build = pathlib.Path(sys.argv[1]).resolve()
    wanted = {name.replace("-", "_") for name in sys.argv[2:]}
    unknown = wanted - {function.__name__ for function in _cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    adopt_orphans()
    failed = 0
    try:
        for function in _cases:
            if wanted and function.__name__ not in wanted:
                continue
            began = time.monotonic()
            why = run_case(function)
            report(function, why, time.monotonic() - began)
            failed += bool(why) and not why.startswith("skipped")
    finally:
        close_all(_at_end[::-1])
    sys.exit(1 if failed else 0)
