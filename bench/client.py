"""Speed and memory, each beside something else in the same run.

  client.py BUILD_DIR [ROUNDS]

Real servers answer: oidc-provider and the official MCP SDK's server.  Rounds
of the competitors alternate, and medians are compared, so that whatever else
the machine does hits all of them.
"""

import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PEERS = HERE.parent / "tests" / "peers"
NODE = str(PEERS / "node")
BUILD = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
MCPAUTH = str(BUILD / "mcpauth")


class Peer:
    """An npm server; it ends when its stdin does."""

    def __init__(self, script, *args):
        self.process = subprocess.Popen(
            [NODE, str(PEERS / script), *args], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.ready = json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def environment(home, **more):
    """What a run of the program sees, and nothing else."""
    return {"PATH": os.environ["PATH"], "HOME": home, **more}


def run(command, env):
    """(milliseconds to its answer, peak memory in MiB) of one run that must
    succeed.  Taking leave of the server comes after the answer."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.readline()
    elapsed_ms = (time.monotonic() - start) * 1000
    out, err = out + process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} failed:\n{out.decode()}{err.decode()}")
    return elapsed_ms, usage.ru_maxrss / 1024


def race(competitors):
    """Median of each name's runs; competitors: name -> (command, env)."""
    times = {name: [] for name in competitors}
    peaks = {name: 0 for name in competitors}
    for _ in range(ROUNDS):
        for name, (command, env) in competitors.items():
            elapsed_ms, peak_mib = run(command, env)
            times[name].append(elapsed_ms)
            peaks[name] = max(peaks[name], peak_mib)
    return {name: statistics.median(t) for name, t in times.items()}, peaks


def row(what, ours, theirs, ratio, aim):
    print(f"{what:<44} {ours:>10} {theirs:>10} {ratio:>8}  {aim}")


def compare(what, ours_ms, theirs_ms, aim):
    row(what, f"{ours_ms:.1f} ms", f"{theirs_ms:.1f} ms",
        f"{theirs_ms / ours_ms:.1f} x", aim)


# --- cold start --------------------------------------------------------------

def cold_start(home, issuer, server):
    url, discovery = server.ready["url"], issuer.ready["discovery_url"]
    m2m = issuer.ready["m2m"]
    credentials = dict(OAUTH_CLIENT_ID=m2m["client_id"],
                       OAUTH_CLIENT_SECRET=m2m["client_secret"])
    medians, peaks = race({
        "mcpauth": (
            [MCPAUTH, "tools", "call", url, "add", "--args",
             '{"a":2,"b":3}'],
            environment(home, MCPAUTH_STORE="memory",
                        OAUTH_DISCOVERY_URL=discovery, **credentials)),
        "curl": ([str(HERE / "curl.sh"), url, discovery],
                 environment(home, **credentials)),
        "sdk": ([NODE, str(PEERS / "sdk-client.mjs"), url,
                 issuer.ready["issuer"]],
                environment(home, MCP_CLIENT_ID=m2m["client_id"],
                            MCP_CLIENT_SECRET=m2m["client_secret"])),
    })
    compare("first tool result, m2m, to curl script", medians["mcpauth"],
            medians["curl"], "at least 1 x")
    compare("first tool result, m2m, to TypeScript SDK", medians["mcpauth"],
            medians["sdk"], "at least 20 x")
    row("peak memory of that run, to TypeScript SDK",
        f"{peaks['mcpauth']:.1f} MiB", f"{peaks['sdk']:.1f} MiB",
        f"{peaks['sdk'] / peaks['mcpauth']:.1f} x", "below 16 MiB")


# --- a token from the cache ---------------------------------------------------

def library_hit():
    out = subprocess.run([str(BUILD / "bench" / "hit")], check=True,
                         capture_output=True, text=True).stdout
    hit_ns, clock_ns = map(float, out.split())
    row("cached token, library, to clock_gettime", f"{hit_ns:.0f} ns",
        f"{clock_ns:.0f} ns", f"{clock_ns / hit_ns:.1f} x", "below 1000 ns")


class Agent:
    """oidc-agent with one login at a provider of its own."""

    ISSUED = "http://localhost:4242"

    def __init__(self, home):
        self.issuer = Peer("oidc.mjs", "--redirect-uri", self.ISSUED)
        out = subprocess.run(["oidc-agent"], check=True, text=True,
                             capture_output=True, env=environment(home)).stdout
        words = dict(part.strip().split("=", 1)
                     for part in out.replace("\n", ";").split(";")
                     if "=" in part)
        self.env = environment(home, **words)
        self.log_in()

    def log_in(self):
        client = self.issuer.ready["confidential"]
        pathlib.Path(self.env["HOME"], ".oidc-agent").mkdir(exist_ok=True)
        process = subprocess.Popen(
            ["oidc-gen", "bench", "--manual", "--flow=code", "--no-url-call",
             f"--iss={self.issuer.ready['issuer']}",
             f"--client-id={client['client_id']}",
             f"--client-secret={client['client_secret']}",
             f"--redirect-uri={self.ISSUED}", "--confirm-yes",
             "--scope=openid offline_access", "--prompt=none",
             "--pw-cmd=echo bench"],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        for line in process.stdout:
            if line.startswith("http"):
                subprocess.run([NODE, str(PEERS / "visit.mjs"), line.strip()],
                               check=True, stdout=subprocess.DEVNULL)
                break
        process.stdout.read()
        if process.wait():
            sys.exit("oidc-gen failed")

    def close(self):
        subprocess.run(["oidc-agent", "--kill"], env=self.env,
                       stdout=subprocess.DEVNULL)
        self.issuer.close()


def program_hit(home, issuer, server):
    m2m = issuer.ready["m2m"]
    env = environment(home, MCPAUTH_SERVER=server.ready["url"],
                      OAUTH_DISCOVERY_URL=issuer.ready["discovery_url"],
                      OAUTH_CLIENT_ID=m2m["client_id"],
                      OAUTH_CLIENT_SECRET=m2m["client_secret"])
    run([MCPAUTH, "token"], env)
    if not shutil.which("oidc-token"):
        print("oidc-agent-cli is not installed: mcpauth token not compared")
        return
    agent = Agent(home)
    try:
        medians, _ = race({
            "mcpauth": ([MCPAUTH, "token"], env),
            "oidc-token": (["oidc-token", "bench"], agent.env),
        })
    finally:
        agent.close()
    compare("cached token, program, to oidc-token", medians["mcpauth"],
            medians["oidc-token"], "at least 0.2 x")


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    row("", "mcpauth", "other", "ratio", "aim")
    issuer = Peer("oidc.mjs")
    server = Peer("mcp-sdk-server.mjs", "--issuer", issuer.ready["issuer"])
    with tempfile.TemporaryDirectory() as home:
        try:
            cold_start(home, issuer, server)
            library_hit()
            program_hit(home, issuer, server)
        finally:
            server.close()
            issuer.close()


if __name__ == "__main__":
    main()
