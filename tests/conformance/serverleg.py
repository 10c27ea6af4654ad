"""The server leg of the official suite, at a server and at the same server
behind `mcpauth connect`.

    python3 tests/conformance/serverleg.py BUILD_DIR

The suite speaks HTTP only, so a shim makes a server of HTTP out of the bridge
(stdio-shim.mjs).  What the server passes by itself (fixtures.mjs) it must pass
behind the bridge, too; what the suite asks of HTTP alone is the shim's to
pass, and not looked at.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from scenarios import COMMAND, NODE, PEERS, SESSIONS

LIMIT_S = 300
# Of these it is how HTTP is spoken that is examined.
SHIMS_OWN = ("dns-rebinding-protection", "server-session-lifecycle",
             "server-sse-multiple-streams", "server-sse-polling")


def start(script, *arguments, **environment):
    """(process, what it said when it was ready) of a peer."""
    process = subprocess.Popen(
        [NODE, str(PEERS / script), *arguments],
        env={**os.environ, **environment}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def has_passed(checks):
    words = {check["status"] for check in checks}
    return "SUCCESS" in words and "FAILURE" not in words


def examine(url):
    """scenario -> whether the server at url passes."""
    with tempfile.TemporaryDirectory(prefix="mcpauth-suite-") as name:
        subprocess.run(
            [*COMMAND, "server", "--url", url, "--requirements", SESSIONS,
             "-o", name], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, timeout=LIMIT_S, check=False)
        return {re.sub(r"^server-|-\d{4}-\d\d-.*$", "", path.parent.name):
                has_passed(json.loads(path.read_text()))
                for path in pathlib.Path(name).rglob("checks.json")}


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve() / "mcpauth")
    with tempfile.TemporaryDirectory(prefix="mcpauth-home-") as home:
        server, upstream = start("fixtures.mjs")
        shim, bridged = start("stdio-shim.mjs", program, "connect",
                              upstream["url"], HOME=home, XDG_STATE_HOME=home)
        try:
            alone, behind = examine(upstream["url"]), examine(bridged["url"])
        finally:
            for process in (shim, server):
                process.stdin.close()
                process.wait()
    wanted = [name for name, passed in alone.items()
              if passed and name not in SHIMS_OWN]
    for name in wanted:
        print("ok   " if behind.get(name) else "FAIL ", name)
    failed = sum(not behind.get(name) for name in wanted)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    sys.exit(1 if failed or len(wanted) < len(alone) - len(SHIMS_OWN) else 0)


if __name__ == "__main__":
    main()
