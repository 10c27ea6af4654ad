"""Secrets stay where they belong: not in arguments, not in the environment of
children, not in traces or logs, not in cores.  What a case prints is searched
after every case of every file (e2e.py); here are the harder places."""

import json
import os
import pathlib

import e2e
from e2e import case
from servers import Sandbox, consent, fetch, free_port, parameters


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


def enter_as_person(t, *faults):
    redirect = f"http://localhost:{free_port()}"
    return Sandbox(t, *faults, redirects=[redirect]).enter("web")


def command_lines():
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield entry.name, (entry / "cmdline").read_bytes()
            except OSError:
                pass


@case
def nobody_sees_a_secret_in_a_process_list_S_052(t):
    enter_as_person(t)
    running = t.start("login", "--no-browser", "--mode", "interactive")
    url = running.url()
    secret = t.env["OAUTH_CLIENT_SECRET"].encode()
    for pid, line in command_lines():
        assert secret not in line, (pid, line)
        assert e2e.CANARY.encode() not in line, (pid, line)
    fetch(url)
    running.finish(0)


@case
def the_browser_inherits_no_secret_and_no_descriptor_S_053_S_056(t):
    enter_as_person(t)
    t.use({"MY_OWN_API_KEY": "canary-of-mine-123456", "DISPLAY": ":7"})
    t.use({"BROWSER": str(t.write("browser", f"""#!/bin/sh
        tr '\\0' '\\n' </proc/$$/environ >{t.dir}/environ.new
        ls -l /proc/$$/fd >{t.dir}/fds.new
        tr '\\0' ' ' </proc/$$/cmdline >{t.dir}/cmdline.new
        for it in environ fds cmdline; do
            mv {t.dir}/$it.new {t.dir}/$it
        done
        exec curl -sL -o /dev/null "$1"
        """, 0o700))})
    t.start("login", "--mode", "interactive").finish(0)
    environ = (t.dir / "environ").read_text()
    assert "DISPLAY=:7" in environ and "HOME=" in environ
    for secret in (t.env["OAUTH_CLIENT_SECRET"], "canary-of-mine-123456",
                   "OAUTH_", "MCPAUTH_CLIENT"):
        assert secret not in environ, environ
    fds = (t.dir / "fds").read_text()
    assert "socket:" not in fds and str(t.state) not in fds, fds
    assert e2e.CANARY not in (t.dir / "cmdline").read_text()


@case
def traces_hold_everything_but_secrets_S_054_A_235(t):
    sandbox = enter_as_person(t)
    running = t.start("login", "--no-browser", "--mode", "interactive",
                      "--trace", t.trace("login.json"), "-vv")
    back = consent(running.url())
    given = parameters(back)
    fetch(back)
    running.finish(0)
    t.harvest()
    t.secrets |= {given["code"]}
    t.run("tools", "list", "-vv", "--mode", "interactive",
          "--trace", t.trace("tools.json"))
    t.run("logout", "-vv", "--trace", t.trace("logout.json"))
    whole = ""
    for name in ("login", "tools", "logout"):
        text = pathlib.Path(t.trace(f"{name}.json")).read_text()
        document = json.loads(text)
        assert document["mcpauth"], document
        whole += text
    assert e2e.CANARY not in whole
    assert "/oauth2/token" in whole and "authorization_code" in whole
    assert sandbox.grants() == ["authorization_code"]


@case
def a_trace_is_written_even_when_the_command_fails_S_054(t):
    enter(t, "401-claim")
    t.run("tools", "list", "--trace", t.trace(), code=4)
    document = json.loads(pathlib.Path(t.trace()).read_text())
    assert [it["response"]["status"] for it in document["exchanges"]
            if it["response"]].count(401) >= 1


@case
def a_server_that_repeats_the_secret_is_masked_S_054(t):
    enter(t, "echo-secret")
    result = t.run("tools", "list", "-vv", "--trace", t.trace(), code=4)
    assert "invalid_client" in result.err, result
    enter_as_person(t, "echo-secret")
    running = t.start("login", "--no-browser", "--mode", "interactive", "-vv")
    back = consent(running.url())
    t.secrets.add(parameters(back)["code"])
    fetch(back)
    running.finish(4)


@case
def seed_28_the_client_secret_shows_nowhere_S_054(t):
    enter(t)
    for arguments in (("tools", "list", "-vv"), ("status", "--json"),
                      ("config", "show"), ("info", "-vv"),
                      ("tools", "call", "-vv"), ("logout", "-vv")):
        t.run(*arguments)


@case
def no_core_is_dumped_S_055(t):
    enter_as_person(t)
    running = t.start("login", "--no-browser", "--mode", "interactive")
    running.url()
    limits = pathlib.Path("/proc", str(running.process.pid),
                          "limits").read_text()
    (line,) = [it for it in limits.splitlines() if "core file" in it]
    assert line.split()[4:6] == ["0", "0"], line
    running.interrupt()
    running.finish(130)


@case
def words_of_servers_cannot_steer_a_terminal_S_022_A_026(t):
    enter(t)
    name = "\x1b[2J\u202eevil\x07\x9b31m"
    result = t.run("tools", "call", "greet_user", "--arg", f"name={name}")
    for byte in (b"\x1b", b"\x07", b"\x9b31m", "\u202e".encode()):
        assert byte not in result.raw, result
    result = t.run("tools", "call", "greet_user", "--arg", f"name={name}",
                   "--json")
    assert b"\x1b" not in result.raw and b"\x07" not in result.raw, result


@case
def nothing_is_written_outside_its_directories_S_079(t):
    enter(t)
    t.run("tools", "list")
    t.run("logout")
    assert not list(t.cwd.iterdir())
    assert not list((t.dir / "home").iterdir())
    assert not list((t.dir / "tmp").iterdir())
    assert os.listdir(t.dir / "config") == []


if __name__ == "__main__":
    e2e.main()
