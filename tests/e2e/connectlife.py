"""`mcpauth connect` at the end of its life, and under a host that does not
read."""

import json
import os
import signal
import subprocess

import e2e
from e2e import case
from host import HELLO, Host
from servers import Sandbox, fetch, peer
from talk import seen

CALLS = 64
BIG = 2 * 1024 * 1024


def text_of(response):
    assert "result" in response, response
    return response["result"]["content"][0]["text"]


# --- told to end while a token is renewed ------------------------------------

def refreshes(sandbox):
    return sandbox.grants().count("refresh_token")


def enter_slowly(t):
    """A login whose token has ended, at servers that take their time.  Their
    refresh tokens are good once."""
    sandbox = Sandbox(t).enter("standard")
    running = t.start("login", "--no-browser")
    fetch(running.url())
    running.finish(0)
    t.harvest()
    sandbox.forget()
    t.age(3700)
    sandbox.fault("slow=2")
    return sandbox


def check_kept(t, sandbox):
    """The renewed token is there for the next one, and nobody's lock."""
    sandbox.heal()
    t.run("tools", "list")
    assert sandbox.grants() == ["refresh_token"], sandbox.grants()
    left = [path.name for path in t.state.iterdir()
            if path.suffix not in (".json", ".lock", ".next")]
    assert not left, left


def greeting():
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                       "params": HELLO}) + "\n"


@case
def a_signal_during_a_refresh_loses_no_login_T_153_S_043(t):
    sandbox = enter_slowly(t)
    host = Host(t, "--no-browser")
    host.write(greeting())
    while not refreshes(sandbox):
        assert host.running.process.poll() is None, host.end(None)
    host.running.process.send_signal(signal.SIGTERM)
    host.end(None)
    check_kept(t, sandbox)


@case
def a_host_killed_during_a_refresh_loses_no_login_T_153_S_043(t):
    sandbox = enter_slowly(t)
    reader, writer = os.pipe()
    shell = subprocess.Popen(
        ["sh", "-c", 'exec 3<&0; "$0" connect --no-browser <&3 & wait',
         e2e.program()],
        stdin=reader, stdout=subprocess.DEVNULL, env=t.env)
    os.write(writer, greeting().encode())
    while not refreshes(sandbox):
        assert shell.poll() is None, "it ended"
    shell.kill()
    shell.wait()
    e2e.wait_for_orphans()
    for fd in (reader, writer):
        os.close(fd)
    check_kept(t, sandbox)


# --- a host that does not read -----------------------------------------------

@case
def what_a_host_does_not_read_arrives_when_it_does_T_183(t):
    server = peer("sessions.mjs")
    for way in ("url", "sse"):
        host = Host(t, server[way], "--auth", "none")
        host.open()
        before = len(seen(server, rpc="tools/call"))
        keys = [host.ask("tools/call", {"name": "big", "arguments": {
            "bytes": BIG}}) for _ in range(CALLS)]
        while len(seen(server, rpc="tools/call")) < before + CALLS:
            assert host.running.process.poll() is None, host.end(None)
        for key in keys:
            assert len(text_of(host.answer(key))) == BIG
        host.end()


if __name__ == "__main__":
    e2e.main()
