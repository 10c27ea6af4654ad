"""The official MCP conformance suite, as a test of the library and of the
program.

    python3 tests/conformance/conformance.py BUILD_DIR [SCENARIO...]

Every scenario runs alone, at the wire it has by itself and at that of each
revision that lists it: with the library (client.c), with the program
(program.py), and with a host behind `mcpauth connect` (program.py, too).  The
suite's own verdict is not enough: a client that does nothing passes some
scenarios, and the modes that run many at once look neither at its exit status
nor at warnings.  So a run has passed when the suite says so, at least one check
succeeded, none failed or warned, the client exited as it should, no sanitizer
complained, and no secret was printed.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile

import scenarios
from scenarios import COMMAND, REFUSED, WIRES

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_S = 40
FINDING_STATUS = 99  # of a sanitizer
RECORD = 'to=$1; shift; "$@"; status=$?; echo $status >"$to"; exit $status'
SECRET = re.compile(r"(?:test|cc)-token-\d+|test-auth-code|test-client-secret"
                    r"|pre-registered-secret|conformance-test-secret")
# How a client that would not go on exits; one that broke exits otherwise.
REFUSAL = {"library": (1,), "program": (1, 4, 5), "bridge": (1,)}
# Skills are the host's to verify.
HOSTS_OWN = ("sep-2640-*",)

Run = collections.namedtuple("Run", "driver scenario wire")
Outcome = collections.namedtuple("Outcome", "run checks why said")


# --- one run ----------------------------------------------------------------

def clients_of(arguments):
    """driver -> the command that it is, the URL to follow."""
    if arguments.client:
        return {"other": shlex.split(arguments.client)}
    build = arguments.build.resolve()
    program = [sys.executable, "-B", str(HERE / "program.py"),
               str(build / "mcpauth")]
    return {"library": [str(build / "tests" / "conformance_client")],
            "program": program, "bridge": [*program, "--bridge"]}


def environment():
    """Ours, with sanitizers that cannot be mistaken for a refusal."""
    options = f"exitcode={FINDING_STATUS}:detect_leaks=1"
    return {**os.environ, "ASAN_OPTIONS": options, "LSAN_OPTIONS": options,
            "UBSAN_OPTIONS": options + ":print_stacktrace=1",
            "TSAN_OPTIONS": options}


def start_suite(client, run, directory):
    client = shlex.join(
        ["sh", "-c", RECORD, "sh", str(directory / "status"), *client])
    return subprocess.Popen(
        [*COMMAND, "client", "--scenario", run.scenario, "--spec-version",
         run.wire, "--force", "--command", client, "-o", str(directory)],
        env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True)


def end_group(process):
    """Whatever the suite left running is over now."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def read(directory, name, otherwise=""):
    """That file, which the suite puts somewhere below its directory."""
    found = list(directory.rglob(name))
    if not found:
        return otherwise
    return found[0].read_text(errors="backslashreplace")


def carry_out(client, run):
    with tempfile.TemporaryDirectory(prefix="mcpauth-suite-") as name:
        directory = pathlib.Path(name)
        process = start_suite(client, run, directory)
        try:
            log, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            end_group(process)
            log, _ = process.communicate()
            return Outcome(run, [], "hung", log.decode(errors="replace"))
        end_group(process)
        said = read(directory, "stdout.txt") + read(directory, "stderr.txt")
        checks = json.loads(read(directory, "checks.json", "[]"))
        status = int(read(directory, "status", "-1"))
        why = judge(run, checks, status, said)
        if not why and process.returncode:
            why = "the suite says no"
            said = log.decode(errors="replace")
        return Outcome(run, checks, why, said)


# --- the verdict ------------------------------------------------------------

def judge(run, checks, status, said):
    """Why the run has not passed; None: it has."""
    if run.driver not in REFUSAL:
        return judge_checks(checks) or judge_stranger(run, status)
    return (judge_output(status, said) or judge_checks(checks)
            or judge_end(run, status, said))


def judge_output(status, said):
    if status == FINDING_STATUS or re.search(r"Sanitizer:|runtime error:",
                                             said):
        return "a sanitizer complained"
    shown = SECRET.search(said)
    return f"a secret was printed: {shown[0]}" if shown else None


def judge_checks(checks):
    for check in checks:
        if check["status"] in ("FAILURE", "WARNING"):
            more = check.get("errorMessage") or check.get("description")
            return f"{check['id']}: {more}"
    if not any(check["status"] == "SUCCESS" for check in checks):
        return "nothing was checked"
    return None


def judge_end(run, status, said):
    words = REFUSED.get(run.scenario)
    if not words:
        return f"the client's exit status is {status}" if status else None
    if status not in REFUSAL[run.driver]:
        return f"no refusal; the client's exit status is {status}"
    return None if words in said else f"refused without saying {words!r}"


def judge_stranger(run, status):
    """How a client ends that is not ours, and may use words of its own."""
    if bool(status) == (run.scenario in REFUSED):
        return None
    return f"the client's exit status is {status}"


# --- the report -------------------------------------------------------------

def describe(outcome):
    """(word, text) of the line that reports the outcome."""
    if outcome.why:
        return "FAIL", outcome.why
    succeeded = sum(c["status"] == "SUCCESS" for c in outcome.checks)
    return "ok", (f"{succeeded} checks "
                  f"{scenarios.shown_by(outcome.run.scenario)}")


def report(outcome, verbose):
    word, text = describe(outcome)
    run = outcome.run
    print(f"{word:5} {run.driver} {run.wire} {run.scenario}: "
          f"{' '.join(text.split())[:300]}", flush=True)
    if word == "FAIL" or verbose:
        print("".join(f"      | {line}\n" for line in
                      outcome.said.splitlines()[-40:]), end="", flush=True)
    return word


def score(outcomes, driver, wanted):
    """Of the wanted (scenario, wire), as "passed/run"."""
    mine = [o for o in outcomes if o.run.driver == driver
            and (o.run.scenario, o.run.wire) in wanted]
    return f"{sum(not o.why for o in mine)}/{len(mine)}"


def table(suite, drivers, outcomes):
    rows = [(f"required by {wire}",
             {(name, wire) for name in suite.scored[wire]}) for wire in WIRES]
    rows += [("all scenarios of the suite", set(suite.wires.items())),
             ("of these, extensions",
              {(name, suite.wires[name]) for name in suite.extensions})]
    yield "| scenarios passed | " + " | ".join(drivers) + " |"
    yield "|---|" + "---|" * len(drivers)
    for title, wanted in rows:
        cells = [score(outcomes, driver, wanted) for driver in drivers]
        yield f"| {title} | " + " | ".join(cells) + " |"


# --- all of them ------------------------------------------------------------

def is_hosts_own(scenario):
    return any(fnmatch.fnmatchcase(scenario, it) for it in HOSTS_OWN)


def plan(suite, drivers, arguments):
    """The runs that were asked for."""
    runs = [Run(driver, *pair) for pair in suite.runs() for driver in drivers
            if driver != "bridge" or not is_hosts_own(pair[0])]
    patterns = arguments.scenario or ["*"]
    return [run for run in runs
            if arguments.driver in (None, run.driver)
            and arguments.wire in (None, run.wire)
            and any(fnmatch.fnmatchcase(run.scenario, pattern)
                    for pattern in patterns)]


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("scenario", nargs="*", help="or pattern")
    parser.add_argument("--driver", choices=tuple(REFUSAL))
    parser.add_argument("--wire", choices=WIRES)
    parser.add_argument("--client", metavar="COMMAND",
                        help="examine that; the URL will follow")
    parser.add_argument("-v", "--verbose", action="store_true",
                        help="show what every client said")
    return parser.parse_intermixed_args()


def main():
    arguments = parse_arguments()
    if not scenarios.SUITE.exists():
        sys.exit("conformance: no npm packages; ./dev conformance has them")
    suite = scenarios.Suite()
    suite.check_tables()
    clients = clients_of(arguments)
    runs = plan(suite, clients, arguments)
    if not runs:
        sys.exit("conformance: no such scenario")
    outcomes, words = [], collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for outcome in pool.map(
                lambda run: carry_out(clients[run.driver], run), runs):
            outcomes.append(outcome)
            words[report(outcome, arguments.verbose)] += 1
    if not (arguments.scenario or arguments.driver or arguments.wire):
        print("", *table(suite, clients, outcomes), "", sep="\n")
    failed = words["FAIL"]
    print(f"{words['ok']} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
