"""oidc-provider as the cases meet it: logging in there, and what a token says."""

import base64
import functools
import json
import os
import shutil
import subprocess
import urllib.parse

import e2e
from servers import NODE, PEERS, fetch, visit


def login(t, *arguments):
    running = t.start("login", "--no-browser", *arguments)
    url = running.url()
    page = visit(url)
    assert page["status"] == 200, page
    running.finish(0)
    t.harvest()
    return url


def count_tools(t, *arguments):
    return t.run("tools", "list", *arguments).out.count("Found 6 tools")


def claims(t):
    """What the resource server reads in the token."""
    part = t.record()["token"]["access_token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=="))


@functools.cache
def new_key(alg):
    """A key that jose made: its PEM, its JWK, and the public half of it."""
    return json.loads(subprocess.run(
        [NODE, str(PEERS / "prove.mjs"), "make", alg], check=True,
        timeout=e2e.DEADLINE_S, capture_output=True).stdout)


def introspect(provider, token):
    """What the server says of a token to somebody else than its client."""
    client = provider["server"]
    credentials = base64.b64encode(
        f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    status, _, said = fetch(
        provider["issuer"] + "/token/introspection", "POST",
        urllib.parse.urlencode({"token": token}).encode(),
        {"Authorization": "Basic " + credentials})
    assert status == 200, said
    return json.loads(said)


def off_clock(offset):
    """The variables that give a program a clock which is off by so much, as
    in "-10m"."""
    if not shutil.which("faketime"):
        raise e2e.Skip("no faketime here; ./dev test installs it")
    if e2e.sanitized():
        raise e2e.Skip("no other clock for a program with sanitizers")
    told = subprocess.run(["faketime", "-f", offset, "env"], check=True,
                          capture_output=True, env={"PATH": os.environ["PATH"]})
    variables = dict(line.split("=", 1) for line in
                     told.stdout.decode().splitlines())
    return {name: variables[name] for name in ("LD_PRELOAD", "FAKETIME")}
