"""A client of the library that a test tells what to do (talk.c), and what the
peers saw of it (seen.mjs)."""

import json
import os
import select
import subprocess
import time

import e2e
from servers import fetch


def seen(server, **wanted):
    """The requests to a peer that are like wanted, oldest first."""
    _, _, text = fetch(server["origin"] + "/_seen")
    return [it for it in json.loads(text)
            if all(it.get(name) == value for name, value in wanted.items())]


class Talk:
    """A running talk; every line that it said is in `said`."""

    def __init__(self, case, url, revision=None, capabilities=None, env=None):
        words = [revision or "-", json.dumps(capabilities)
                 if capabilities is not None else "-"]
        self.process = subprocess.Popen(
            [str(e2e.build_directory() / "tests" / "talk"), url, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**case.env, **(env or {})})
        self.said, self.rest, self.ids = [], b"", 0
        self.deadline = time.monotonic() + e2e.DEADLINE_S
        case.on_end(self.stop)

    def tell(self, **order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def _read(self):
        left_s = max(0, self.deadline - time.monotonic())
        ready, _, _ = select.select([self.process.stdout], [], [], left_s)
        assert ready, f"hung; said {self.said[-20:]}"
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        assert data, f"ended; said {self.said[-20:]}"
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.said += [json.loads(line) for line in lines]

    def wait_for(self, fits, since=0):
        """The first line that fits, of those after the first `since`."""
        at = since
        while True:
            for line in self.said[at:]:
                if fits(line):
                    return line
            at = len(self.said)
            self._read()

    def notified(self, method, since=0):
        """The params of the first notification of that method."""
        line = self.wait_for(
            lambda it: it.get("notified", {}).get("method") == method, since)
        return line["notified"].get("params")

    def end(self, name, code="OK"):
        """What the call, or order, of that name ended with; code None: with
        any status."""
        line = self.wait_for(lambda it: it.get("id") == name)
        assert code is None or line["status"] == code, line
        return line

    def start(self, method, params=None, **how):
        """Begins a call; gives its name."""
        self.ids += 1
        name = f"call-{self.ids}"
        self.tell(call=name, method=method, params=params or {}, **how)
        return name

    def call(self, method, params=None, code="OK", **how):
        """The result of a call, or how it failed."""
        line = self.end(self.start(method, params, **how), code)
        return line["result"] if code == "OK" else line

    def tool(self, tool, arguments=None, **how):
        """The text that a tool answers with."""
        result = self.call("tools/call",
                           {"name": tool, "arguments": arguments or {}}, **how)
        return result["content"][0]["text"] if "content" in result else result

    def open(self, code="OK"):
        """The revision agreed on."""
        self.tell(open=True)
        line = self.end("open", code)
        return line["result"] if code == "OK" else line

    def listen(self, **wanted):
        self.said = [it for it in self.said if it.get("id") != "listen"]
        self.tell(listen=wanted)
        self.end("listen")

    def stop(self):
        """Closes it, as a program ends well; the exit status is 0."""
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process.stdout.close()
        assert code == 0, f"talk ended with {code}"
