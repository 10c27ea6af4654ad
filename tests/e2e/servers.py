"""Who the program meets: the sandbox, the npm peers, and a person."""

import http.server
import json
import os
import pty
import random
import re
import select
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

import e2e

PEERS = e2e.ROOT / "tests" / "peers"
NODE = str(PEERS / "node")


def free_port():
    """A port that was free a moment ago, of those that the system gives to
    nobody who does not ask for it."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def fetch(url, method="GET", body=None, headers=None):
    """(status, final URL, text), redirects followed."""
    request = urllib.request.Request(
        url, method=method, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=e2e.DEADLINE_S) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.url, answer.read().decode()


def parameters(url):
    """The query of a URL; every parameter must be there once."""
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query,
                                   keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs), f"a parameter twice in {url}"
    return dict(pairs)


def changed(url, **values):
    """The URL with these parameters of it changed; None: without it."""
    parts = urllib.parse.urlsplit(url)
    wanted = {**parameters(url), **values}
    query = urllib.parse.urlencode(
        {name: value for name, value in wanted.items() if value is not None})
    return parts._replace(query=query).geturl()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


def consent(url):
    """Where the sandbox's authorization server sends the browser."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(url, timeout=e2e.DEADLINE_S) as answer:
            raise AssertionError(f"no redirect but {answer.status}: {url}")
    except urllib.error.HTTPError as answer:
        with answer:
            assert answer.code in (302, 303), (answer.code, answer.read())
            return answer.headers["Location"]


# --- the sandbox ------------------------------------------------------------

class Sandbox:
    """`mcpauth sandbox`, and what a test may ask of it."""

    def __init__(self, case, *faults, lifetime=None, redirects=()):
        arguments = ["sandbox"]
        for fault in faults:
            arguments += ["--fault", fault]
        for uri in redirects:
            arguments += ["--redirect-uri", uri]
        if lifetime:
            arguments += ["--lifetime", str(lifetime)]
        self.case = case
        self.running = case.start(*arguments, reveals=True)
        found = self.running.wait_for(
            r"MCPAUTH_AGENTCORE_ENDPOINT='(http://127[^']+)'\n", "out")
        self.control = found[1] + "/_sandbox/"
        case.on_end(self.stop)

    def environment(self, profile):
        """The variables that lead to the profile's server."""
        _, _, text = fetch(f"{self.control}environment?profile={profile}")
        mine = text.split("\n\n", 1)[0]
        return dict(re.findall(r"^export (\w+)='([^']*)'$", mine, re.M))

    def enter(self, profile="m2m", **changes):
        """Points the case at the profile's server."""
        self.case.use({**self.environment(profile), **changes})
        return self

    def log(self, **wanted):
        """The requests whose members are like wanted, oldest first; a path
        is wanted without its query."""
        def fits(entry):
            there = {**entry, "path": entry["path"].split("?")[0]}
            return all(there.get(k) == v for k, v in wanted.items())
        _, _, text = fetch(self.control + "log")
        return [entry for entry in json.loads(text) if fits(entry)]

    def paths(self, **wanted):
        return [entry["path"] for entry in self.log(**wanted)]

    def grants(self):
        """The grant types that were asked for, oldest first."""
        return [entry["grant_type"] for entry in self.log()
                if "grant_type" in entry]

    def messages(self):
        """The JSON-RPC methods that MCP servers were sent."""
        return [entry["rpc"] for entry in self.log() if "rpc" in entry]

    def forget(self):
        fetch(self.control + "log", "DELETE")

    def fault(self, word):
        name, _, value = word.partition("=")
        text = name + ("=" + value if value else "")
        status, _, said = fetch(
            self.control + "fault?" + urllib.parse.urlencode({"name": text}),
            "POST")
        assert status == 204, said

    def heal(self):
        fetch(self.control + "fault?clear=1", "POST")

    def expire(self):
        fetch(self.control + "expire", "POST")

    def advance(self, seconds):
        fetch(f"{self.control}clock?advance_s={seconds}", "POST")

    def stop(self):
        if self.running.process.poll() is None:
            self.running.process.terminate()
        if not self.running.result:
            self.running.finish(None)


# --- a person --------------------------------------------------------------

class Person:
    """Somebody at a terminal, who runs the program and types."""

    def __init__(self, t, *arguments, **options):
        self.fd, terminal = pty.openpty()
        self.said = ""
        self.running = t.start(*arguments, stdin=terminal, stderr=terminal,
                               **options)
        os.close(terminal)
        t.on_end(self.close)

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def read(self):
        """What is said next; "" at the end."""
        ready, _, _ = select.select([self.fd], [], [], e2e.DEADLINE_S)
        assert ready, f"hung: {self.said}"
        try:
            text = os.read(self.fd, 65536).decode(errors="replace")
        except OSError:  # nobody has the terminal any more
            text = ""
        self.said += text
        return text

    def sees(self, pattern):
        """Waits for it behind what was seen before, and forgets that."""
        while not (found := re.search(pattern, self.said)):
            assert self.read(), f"never said {pattern!r}: {self.said}"
        self.said = self.said[found.end():]
        return found

    def types(self, text):
        os.write(self.fd, text.encode())

    def ends(self, code=0):
        """The program's result; its err is what was not yet seen."""
        while self.read():
            pass
        result = self.running.finish(code)
        result.err = self.said
        return result


# --- the npm peers ----------------------------------------------------------

class Peer:
    """A real server from npm, alive until the file's cases are over."""

    def __init__(self, script, *arguments, env=None):
        if not (PEERS / "node_modules").exists():
            raise e2e.Skip("no npm packages; ./dev test installs them")
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [NODE, str(PEERS / script), *arguments],
            env={**os.environ, **(env or {})}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors)
        e2e.keep_process(self.process.pid)
        e2e.at_end(self.stop)
        line = self.process.stdout.readline()
        assert line, f"{script} did not start: {self.said()}"
        self.facts = json.loads(line)

    def __getitem__(self, name):
        return self.facts[name]

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


_peers = {}


def peer(script, *arguments, env=None):
    """That peer, started by the first case that needs it."""
    key = (script, *arguments)
    if key not in _peers:
        _peers[key] = Peer(script, *arguments, env=env)
    return _peers[key]


def visit(url, *options):
    """A person opens the URL and says yes: the last page they see."""
    walk = subprocess.run(
        [NODE, str(PEERS / "visit.mjs"), url, *options],
        timeout=e2e.DEADLINE_S, stdin=subprocess.DEVNULL,
        capture_output=True, check=False)
    assert walk.stdout, walk.stderr.decode()
    return json.loads(walk.stdout)


# --- a stranger -------------------------------------------------------------

class Stranger:
    """An MCP server and its authorization server that say what a test makes
    them say: documents by path, as (status, headers, body); None ends the
    connection without a word.  keeps: connections serve more than once."""

    def __init__(self, case, keeps=False):
        stranger = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1" if keeps else "HTTP/1.0"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                stranger.asked.append((self.command, self.path, body))
                stranger.heard += bytes(self.headers) + body
                path = self.path.split("?")[0]
                answer = stranger.documents.get(path, (404, {}, b""))
                if not answer:
                    self.close_connection = True
                    return
                status, headers, text = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                try:
                    self.wfile.write(text)
                except ConnectionError:
                    pass

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_arguments):
                pass

        self.asked, self.heard, self.documents = [], b"", {}
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.move(f"http://127.0.0.1:{self.server.server_port}")
        case.on_end(self.stop)

    def move(self, origin):
        """Says that it is there."""
        self.origin, self.url = origin, origin + "/mcp"
        self.challenge(f'Bearer resource_metadata="{self.origin}/prm"')
        self.say("/prm", {"resource": self.url,
                          "authorization_servers": [self.origin]})
        self.describe()

    def challenge(self, text, status=401):
        self.documents["/mcp"] = (
            status, {"WWW-Authenticate": text} if text else {}, b"")

    def say(self, path, document, status=200, **headers):
        if not isinstance(document, bytes):
            document = json.dumps(document).encode()
        self.documents[path] = (
            status, {"Content-Type": "application/json", **headers}, document)

    def describe(self, **changes):
        """The authorization server's own document, some members changed."""
        self.say("/.well-known/oauth-authorization-server", {
            "issuer": self.origin,
            "authorization_endpoint": self.origin + "/authorize",
            "token_endpoint": self.origin + "/token",
            "registration_endpoint": self.origin + "/register",
            "code_challenge_methods_supported": ["S256"],
            "response_types_supported": ["code"], **changes})
        self.say("/register", {"client_id": "stranger-1"}, 201)

    def paths(self):
        return [path for _, path, _ in self.asked]

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
