"""`mcpauth connect` before a server of which one answer in five is wrong.

    python3 tests/torture/bridge.py BUILD_DIR [CASE...]

Every request of the host is answered once, with a result or an error, and no
call of a tool is made twice.  3,000 requests go through each server; with
MCPAUTH_TORTURE set, 30,000.  SEED chooses the wrongs.
"""

import json
import os
import pathlib
import random
import select
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

import e2e  # noqa: E402
from e2e import case  # noqa: E402
from host import HELLO, Host  # noqa: E402
from servers import Peer, fetch  # noqa: E402

REQUESTS = 30000 if "MCPAUTH_TORTURE" in os.environ else 3000
SEED = int(os.environ.get("SEED", "20251125"))
AT_ONCE = 32
WRONGS = {"cut before", "cut after", "stall", "dawdle", "half a stream",
          "half a document", "500", "502", "503", "429", "503 later", "404"}


class Busy(Host):
    """A host that counts the answers to each of many requests."""

    def __init__(self, t, *arguments):
        super().__init__(t, *arguments)
        self.chance = random.Random(SEED)
        self.answers = {}   # how many, by id
        self.good = 0
        self.looked_at = 0  # of the messages
        self.cancelled = set()

    def look(self):
        """Counts what came."""
        self._parse()
        for message in self.messages[self.looked_at:]:
            assert "broken" not in message, message
            if "method" not in message:
                self.answers[message["id"]] += 1
                self.good += "result" in message
        self.looked_at = len(self.messages)

    def read(self):
        """More, within a time that begins anew with each message."""
        self.running.deadline = time.monotonic() + e2e.DEADLINE_S
        ready, _, _ = select.select(
            list(self.running.open), [], [], e2e.DEADLINE_S)
        left = [key for key in self.answers if self.is_open(key)]
        assert ready, f"no answer to {left}"
        self.running.read()

    def request(self, method, params):
        self.answers[self.ids + 1] = 0
        return self.ask(method, params)

    def open(self, hello=HELLO):
        """Until it works."""
        while not self.good:
            key = self.request("initialize", hello)
            while not self.answers[key]:
                self.read()
                self.look()
        self.tell("notifications/initialized")

    def ask_something(self):
        message = f"message {self.ids}"
        name, params = self.chance.choice([
            ("tools/list", {}),
            ("resources/read", {"uri": "memo://one"}),
            ("tools/call", {"name": "steps", "arguments": {"count": 3},
                            "_meta": {"progressToken": self.ids}}),
            ("tools/call", {"name": "once", "arguments": {"mark": message}}),
            ("tools/call", {"name": "echo", "arguments": {"message": message}}),
        ])
        key = self.request(name, params)
        if self.chance.random() < 0.01:
            self.cancelled.add(key)
            self.tell("notifications/cancelled", {"requestId": key})

    def is_open(self, key):
        return not self.answers[key] and key not in self.cancelled

    def work(self, count):
        waiting = set()
        while count or waiting:
            while count and len(waiting) < AT_ONCE:
                self.ask_something()
                waiting.add(self.ids)
                count -= 1
            waiting = {key for key in waiting if self.is_open(key)}
            if len(waiting) == AT_ONCE or not count and waiting:
                self.read()
                self.look()

    def end(self, code=0):
        self.running.deadline = time.monotonic() + e2e.DEADLINE_S
        result = super().end(code)
        self.look()
        return result


def behind_wrongs(t, *script):
    """The host at its end, what the proxy did, and the ids of the calls
    that the server answered."""
    print(f"     SEED={SEED}")
    server = Peer(*script)
    origin = f"http://127.0.0.1:{server['port']}"
    proxy = Peer("faulty.mjs", "--to", origin, "--seed", str(SEED))
    host = Busy(t, "--auth", "none", proxy["url"])
    host.open()
    host.work(REQUESTS)
    host.end()
    told = json.loads(fetch(f"http://127.0.0.1:{proxy['port']}/_told")[2])
    made = [it["id"] for it in json.loads(fetch(origin + "/_seen")[2])
            if it.get("rpc") == "tools/call" and it.get("status") == 200]
    assert set(made) <= set(host.answers), "ids that are not the host's"
    return host, told, made


def check(host, told, made, wrongs):
    for key, count in host.answers.items():
        assert count == 1 or not count and key in host.cancelled, (key, count)
    assert told.pop("twice") == [], "the server may have done it before"
    assert len(set(made)) == len(made), "the server did it twice"
    assert set(told) == wrongs | {"good"}, told
    assert host.good > len(host.answers) / 2, (host.good, told)


@case
def every_request_is_answered_once_T_183_T_025(t):
    check(*behind_wrongs(t, "sessions.mjs"), WRONGS)


@case
def streams_that_can_be_resumed_are_T_183_T_025_T_042(t):
    check(*behind_wrongs(t, "sessions.mjs", "--store", "--retry", "10"),
          WRONGS)


@case
def servers_without_sessions_do_wrong_as_well_T_183_T_025(t):
    check(*behind_wrongs(t, "modern.mjs", "--legacy", "reject"),
          WRONGS - {"404"})


if __name__ == "__main__":
    e2e.main()
