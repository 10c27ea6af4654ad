"""`mcpauth connect` beside mcp-remote and beside a bridge in C that does only
what any has to (floor.c), in one run.

  bridge.py BUILD_DIR [ROUNDS]

One host (host.c) starts each of them in turn, in front of a server that costs
next to nothing (upstream.c).  What is compared is compared within a round, as
machines have moods; medians are shown.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

from client import BUILD, MCPAUTH, NODE, PEERS, environment

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
CALLS = {"mcpauth": 20_000, "mcp-remote": 2_000, "floor": 20_000}
REMOTE = PEERS / "node_modules" / "mcp-remote" / "dist" / "proxy.js"

# what, its name in host.c's answer, unit, what is better, the aims
ROWS = [
    ("start to the answer to initialize", "start_ms", "ms", min,
     "1/25 of mcp-remote"),
    ("calls one after the other", "sequence", "/s", max,
     "12 x mcp-remote, half the floor"),
    ("calls, 64 in flight", "crowd", "/s", max,
     "10 x mcp-remote, 40 % of the floor"),
    ("CPU for 1,000 of these", "cpu_ms", "ms", min, "1/12 of mcp-remote"),
    ("memory, idle", "idle_mib", "MiB", min, "12 MiB"),
    ("memory, after load", "loaded_mib", "MiB", min, "14 MiB"),
    ("memory, with results of 16 MiB", "big_mib", "MiB", min, "28 MiB"),
    ("results of 16 MiB, JSON", "json", "MB/s", max, "half the floor"),
    ("results of 16 MiB, event stream", "stream", "MB/s", max,
     "a third of the floor"),
]


def measure(name, command, env):
    out = subprocess.run(
        [str(BUILD / "bench" / "host"), str(CALLS[name]), *command],
        env=env, check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def compare(ours, theirs, better):
    """How many times better ours are, round by round."""
    return statistics.median(
        one / other if better is max else other / one
        for one, other in zip(ours, theirs))


def show(results):
    print(f"{'':<36} {'mcpauth':>11} {'mcp-remote':>11} {'floor':>11}"
          f" {'to remote':>10} {'to floor':>9}  aim")
    for what, key, unit, better, aim in ROWS:
        ours, remote, floor = ([it[key] for it in results[name]]
                               for name in ("mcpauth", "mcp-remote", "floor"))
        medians = map(statistics.median, (ours, remote, floor))
        values = (f"{value:.0f} {unit}" if value >= 100
                  else f"{value:.1f} {unit}" for value in medians)
        print(f"{what:<36}", *(f"{value:>11}" for value in values),
              f"{compare(ours, remote, better):>8.1f} x"
              f" {compare(ours, floor, better):>7.0%}  {aim}")


def main():
    upstream = subprocess.Popen(
        [str(BUILD / "bench" / "upstream")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    port = upstream.stdout.readline().strip()
    url = f"http://127.0.0.1:{port}/mcp"
    with tempfile.TemporaryDirectory() as home:
        env = environment(home, MCP_REMOTE_CONFIG_DIR=os.path.join(home, "m"))
        bridges = {
            "mcpauth": [MCPAUTH, "connect", url],
            "mcp-remote": [NODE, str(REMOTE), url],
            "floor": [str(BUILD / "bench" / "floor"), port],
        }
        results = {name: [] for name in bridges}
        for _ in range(ROUNDS):
            for name, command in bridges.items():
                results[name].append(measure(name, command, env))
    upstream.stdin.close()
    upstream.wait()
    show(results)


if __name__ == "__main__":
    main()
