"""The server leg of the official suite, at a server and at the same server
behind `mcpauth connect`.

    python3 tests/conformance/serverleg.py BUILD_DIR

The suite speaks HTTP only, so a shim makes a server of HTTP out of the bridge:
with sessions (fixtures.mjs, stdio-shim.mjs), and without
(modern-fixtures.mjs, stateless-shim.mjs).  All that a revision requires the
server passes by itself, and must pass behind the bridge, too; what the suite
asks of HTTP alone is the shim's to pass, and not looked at.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from scenarios import (COMMAND, NODE, PEERS, SESSIONS, STATELESS,
                       required_of_servers)

LIMIT_S = 300
# By the revision: the server, and the shim.
PARTS = {
    SESSIONS: ("fixtures.mjs", "stdio-shim.mjs"),
    STATELESS: ("modern-fixtures.mjs", "stateless-shim.mjs"),
}
# Of these it is how HTTP is spoken that is examined.
SHIMS_OWN = ("dns-rebinding-protection", "server-session-lifecycle",
             "server-sse-multiple-streams", "server-sse-polling",
             "http-header-validation", "http-custom-header-server-validation")


def start(script, *arguments, **environment):
    """(process, what it said when it was ready) of a peer."""
    process = subprocess.Popen(
        [NODE, str(PEERS / script), *arguments],
        env={**os.environ, **environment}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def complaints_of(checks):
    """What the suite says against it; none: it has passed."""
    if not any(check["status"] == "SUCCESS" for check in checks):
        return ["nothing succeeded"]
    return [f"{check['id']}: {check.get('errorMessage')}"
            for check in checks if check["status"] == "FAILURE"]


def examine(url, revision):
    """scenario -> what the suite says against the server at url."""
    with tempfile.TemporaryDirectory(prefix="mcpauth-suite-") as name:
        subprocess.run(
            [*COMMAND, "server", "--url", url, "--requirements", revision,
             "-o", name], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, timeout=LIMIT_S, check=False)
        return {re.sub(r"^server-|-\d{4}-\d\d-\d\dT.*$", "", path.parent.name):
                complaints_of(json.loads(path.read_text()))
                for path in pathlib.Path(name).rglob("checks.json")}


def compare(program, revision):
    """What is said of the server alone, and of it behind the bridge."""
    fixtures, shim = PARTS[revision]
    with tempfile.TemporaryDirectory(prefix="mcpauth-home-") as home:
        server, upstream = start(fixtures)
        front, bridged = start(shim, program, "connect", upstream["url"],
                               HOME=home, XDG_STATE_HOME=home)
        try:
            return (examine(upstream["url"], revision),
                    examine(bridged["url"], revision))
        finally:
            for process in (front, server):
                process.stdin.close()
                process.wait()


def report(revision, name, alone, behind):
    """Whether the scenario is passed, alone and behind the bridge."""
    said = [("the server itself", alone.get(name, ["it was not examined"])),
            ("behind the bridge", behind.get(name, ["it was not examined"]))]
    good = not any(complaints for _, complaints in said)
    print("ok   " if good else "FAIL ", revision, name)
    for where, complaints in said:
        for complaint in complaints:
            print(f"      {where}: {complaint}")
    return good


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve() / "mcpauth")
    passed = failed = 0
    for revision in PARTS:
        alone, behind = compare(program, revision)
        required = required_of_servers(revision)
        more = [it for it in alone if not alone[it] and it not in required]
        for name in (it for it in required + more if it not in SHIMS_OWN):
            good = report(revision, name, alone, behind)
            passed += bool(good)
            failed += not good
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
