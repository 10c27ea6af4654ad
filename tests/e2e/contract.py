"""What scripts rely on: words, exit statuses, stdout and stderr."""

import json
import re
import shutil
import socket
import subprocess

import e2e
from e2e import case
from servers import Sandbox, free_port

VARIABLES = ("AGENTCORE_RUNTIME_ARN", "OAUTH_DISCOVERY_URL",
             "OAUTH_CLIENT_ID")


def enter(t, *faults, profile="m2m", **changes):
    return Sandbox(t, *faults).enter(profile, **changes)


def out_of(command, **options):
    """stdout of another program."""
    return subprocess.run(command, capture_output=True, text=True, check=True,
                          timeout=e2e.DEADLINE_S, **options).stdout


# --- usage ------------------------------------------------------------------

@case
def seed_27_all_that_is_missing_is_named_at_once(t):
    result = t.run("tools", "list", code=2)
    for name in VARIABLES:
        assert name in result.err, result
    assert not result.out


@case
def seed_27_what_is_there_is_not_named(t):
    t.use({"AGENTCORE_RUNTIME_ARN": "arn:aws:bedrock-agentcore:us-west-2:"
                                    "123456789012:runtime/mine-AbCdEf1234"})
    result = t.run("login", "--mode", "m2m", code=2)
    assert "OAUTH_CLIENT_ID" in result.err, result
    assert "OAUTH_CLIENT_SECRET" in result.err, result
    assert "AGENTCORE_RUNTIME_ARN" not in result.err, result


@case
def seed_25_a_bad_arn_or_url_says_what_is_wrong(t):
    for word in ("arn:aws:bedrock-agentcore:us-west-2:12:runtime/x",
                 "arn:aws:s3:::bucket", "ftp://example.com/mcp",
                 "https://user:pw@example.com/mcp", "http://", "nonesuch"):
        result = t.run("tools", "list", word, code=2)
        assert not result.out and result.err, result


@case
def clear_text_to_another_host_is_refused_S_009(t):
    result = t.run("tools", "list", "http://login.example.com/mcp", code=None)
    assert result.code in (1, 2, 4), result
    assert "http" in result.err, result


@case
def a_slip_is_answered_with_the_nearest_name(t):
    for arguments, meant in ((("tols", "list"), "tools"),
                             (("tools", "list", "--jsn"), "--json"),
                             (("logn",), "login"),
                             (("tools", "lst"), "list")):
        result = t.run(*arguments, code=2)
        assert meant in result.err and not result.out, result


@case
def options_may_stand_anywhere(t):
    enter(t)
    url = t.env["MCPAUTH_SERVER"]
    wanted = t.run("tools", "list", "--json").raw
    for arguments in (("--json", "tools", "list", url),
                      ("tools", "list", url, "--json"),
                      ("tools", "--json", "list", "--url", url),
                      ("tools", "list", f"--url={url}", "--json")):
        assert t.run(*arguments).raw == wanted, arguments


@case
def an_option_of_another_command_is_refused(t):
    result = t.run("status", "--arg", "a=1", code=2)
    assert "--arg" in result.err and "status" in result.err, result


@case
def a_secret_as_an_argument_is_refused_S_052(t):
    for arguments in (("--client-secret", "hush-hush-4711"),
                      ("--client-secret=hush-hush-4711",),
                      ("--password", "hush-hush-4711")):
        result = t.run("login", *arguments, code=2)
        assert "--secret-file" in result.err, result
        assert "hush-hush-4711" not in result.err, result


@case
def version_and_help_are_answers(t):
    version = t.run("version").out
    assert re.match(r"mcpauth \d+\.\d+", version), version
    assert t.run("--version").out == version
    help_text = t.run("help").out
    for name in ("login", "logout", "status", "token", "tools", "resources",
                 "prompts", "info", "sandbox", "config", "completion"):
        assert name in help_text, name
        assert t.run("help", name).out
        assert t.run(name, "--help").out
    for line in help_text.splitlines():
        assert len(line) <= 80, line
    assert t.run(code=2).err


@case
def completion_scripts_are_scripts(t):
    for shell in ("bash", "zsh", "fish"):
        script = t.run("completion", shell).out
        assert "tools" in script and "no-browser" in script
        if shutil.which(shell):
            path = t.write(f"completion.{shell}", script)
            out_of([shell, "-n", str(path)])
    t.run("completion", "tcsh", code=2)


@case
def bash_completes_commands_and_options(t):
    path = t.write("completion.bash", t.run("completion", "bash").out)
    words = out_of(["bash", "--norc", "-c",
                    f"source {path}; COMP_WORDS=(mcpauth ''); COMP_CWORD=1; "
                    "COMP_LINE='mcpauth '; COMP_POINT=8; "
                    "$(complete -p mcpauth | sed 's/.*-F \\([^ ]*\\).*/\\1/') "
                    "mcpauth '' mcpauth; echo ${COMPREPLY[@]}"]).split()
    assert {"token", "tools", "store", "help"} <= set(words), words


@case
def the_manual_names_every_option(t):
    page = e2e.ROOT / "man" / "mcpauth.1"
    text = page.read_text()
    options = set(re.findall(r"--([a-z][a-z-]+)", t.run("help").out))
    for name in ("login", "token", "tools", "sandbox"):
        options |= set(re.findall(r"--([a-z][a-z-]+)",
                                  t.run("help", name).out))
    plain = text.replace("\\-", "-")
    missing = [name for name in sorted(options)
               if f"-{name}" not in plain]
    assert not missing, missing


# --- answers ----------------------------------------------------------------

@case
def stdout_is_the_answer_and_json_is_one_document(t):
    enter(t)
    for arguments in (("tools", "list"), ("resources", "list"),
                      ("resources", "templates"), ("prompts", "list"),
                      ("info",), ("status",), ("tools", "call"),
                      ("resources", "read", "sandbox://readme"),
                      ("prompts", "get", "summarise", "--arg", "topic=x")):
        result = t.run(*arguments, "--json", "-vv")
        assert isinstance(result.json(), (dict, list)), result
        quiet = t.run(*arguments, "-q")
        assert quiet.out and not quiet.err, quiet


@case
def numbers_and_unknown_members_pass_unchanged_T_007(t):
    enter(t)
    result = t.run("tools", "call", "add_numbers", "--json", "--args",
                   '{"a": 9007199254740993, "b": 0}')
    assert result.raw.startswith(b'{"content":[{"type":"text"'), result


@case
def exit_statuses_are_those_of_the_manual(t):
    sandbox = enter(t)
    t.run("tools", "list")
    t.run("tools", "call", "nonesuch", code=5)
    t.run("tools", "list", "--nonesuch", code=2)
    t.run("status", "https://nobody.example/mcp", code=4)
    sandbox.fault("401-claim")
    t.run("tools", "list", code=4)
    sandbox.stop()
    t.run("tools", "list", code=3)


@case
def an_unreachable_server_is_status_3(t):
    t.use({"OAUTH_CLIENT_ID": "x", "OAUTH_CLIENT_SECRET": "some-secret-1234"})
    result = t.run("tools", "list", f"http://127.0.0.1:{free_port()}/mcp",
                   code=3)
    assert "127.0.0.1" in result.err, result


@case
def seed_31_status_tells_everything_but_the_token(t):
    enter(t)
    t.run("tools", "list")
    text = t.run("status").out
    record = t.record()["token"]
    for wanted in (t.env["MCPAUTH_SERVER"].split("?")[0], record["issuer"],
                   "m2m", "mcp-server/read"):
        assert wanted in text, text
    document = t.run("status", "--json").json()
    assert record["issuer"] in json.dumps(document)
    t.run("logout")
    t.run("status", t.env["MCPAUTH_SERVER"], code=4)


@case
def an_issuer_without_introspection_is_no_failure_A_263(t):
    enter(t)
    t.run("tools", "list")
    result = t.run("status", "--check")
    assert "not known: the issuer offers no introspection" in result.out, result
    (login,) = t.run("status", "--check", "--json").json()["logins"]
    assert "active" not in login["check"] and login["check"]["reason"], login


@case
def a_token_in_every_format(t):
    enter(t)
    raw = t.run("token", reveals=True).out.strip()
    assert raw == t.record()["token"]["access_token"]

    def form(name):
        return t.run("token", "--format", name, reveals=True).out

    assert form("raw").strip() == raw
    assert form("header").strip() == f"Authorization: Bearer {raw}"
    assert json.loads(form("headers-helper")) == \
        {"Authorization": f"Bearer {raw}"}
    credential = json.loads(form("exec-credential"))
    assert credential["kind"] == "ExecCredential"
    assert credential["status"]["token"] == raw
    assert raw in json.dumps(json.loads(form("json")))
    assert raw in out_of(["sh", "-c", f"{form('env')}\nenv"])
    t.run("token", "--format", "nonesuch", code=2)


@case
def a_token_must_be_valid_for_as_long_as_asked(t):
    sandbox = enter(t)
    t.run("token", reveals=True)
    t.run("token", "--min-valid", "60", reveals=True)
    assert len(sandbox.grants()) == 1
    t.age(3000)
    t.run("token", "--min-valid", "1200", reveals=True)
    assert len(sandbox.grants()) == 2


@case
def config_shows_what_is_in_force_but_no_secret(t):
    path = t.configure({"it": {"url": "https://a.example/mcp", "oauth": {
        "client_id": "abc", "client_secret": "canary-config-secret"}}})
    t.secrets.add("canary-config-secret")
    assert t.run("config", "path").out.strip() == str(path)
    assert "https://a.example/mcp" in t.run("config", "show").out


@case
def the_sandbox_prints_an_environment_for_a_shell(t):
    sandbox = Sandbox(t)
    printed = sandbox.running.out.split("\n\n")[0]
    variables = out_of(["sh", "-c", f"{printed}\nenv"], env={})
    for name, value in sandbox.environment("m2m").items():
        assert f"{name}={value}" in variables, variables
    sandbox.running.interrupt()
    assert sandbox.running.finish(None).code in (0, 130)
    faults = t.run("sandbox", "--list-faults").out
    assert "403-always" in faults
    t.run("sandbox", "--fault", "nonesuch", code=2)
    t.run("sandbox", "--profile", "nonesuch", code=2)


# --- where settings come from -----------------------------------------------

@case
def secrets_by_file_by_descriptor_and_by_env_file_S_052(t):
    sandbox = enter(t)
    secret = t.env["OAUTH_CLIENT_SECRET"]
    t.use({"OAUTH_CLIENT_SECRET": None})
    path = t.write("secret", secret + "\n")
    t.run("tools", "list", "--secret-file", str(path))
    t.run("logout", "--secret-file", str(path))
    with open(path, encoding="utf-8") as file:
        t.run("tools", "list", "--secret-fd", str(file.fileno()),
              pass_fds=[file.fileno()])
    t.run("logout", "--secret-file", str(path))
    lines = t.write("env", "# comment\n\nexport OAUTH_CLIENT_SECRET="
                           f"'{secret}'\n")
    t.run("tools", "list", "--env-file", str(lines))
    assert sandbox.grants() == ["client_credentials"] * 3


@case
def a_bad_env_file_is_named_by_line_and_not_shown_S_054(t):
    path = t.write("env", "GOOD=1\nhush-hush-4711\n")
    result = t.run("tools", "list", "--env-file", str(path), code=2)
    assert "2" in result.err and "hush" not in result.err, result
    t.run("tools", "list", "--env-file", str(t.dir / "none"), code=2)


@case
def options_win_over_environment_and_that_over_the_file(t):
    sandbox = enter(t)
    t.configure({"it": {"url": t.env["MCPAUTH_SERVER"],
                        "oauth": {"scope": "mcp-server/write"}}})
    t.use({"MCPAUTH_SERVER": None, "AGENTCORE_RUNTIME_ARN": None})
    for arguments, scope in (
            (("--scope", "mcp-server/read"), "mcp-server/read"),
            ((), "mcp-server/read mcp-server/write")):
        t.run("tools", "list", "it", *arguments)
        assert sandbox.log(path="/oauth2/token")[-1]["scope"] == scope
    t.use({"OAUTH_M2M_SCOPES": None})
    t.run("tools", "list", "it")
    assert sandbox.log(path="/oauth2/token")[-1]["scope"] == \
        "mcp-server/write"


@case
def a_bad_configuration_file_is_named_with_the_member(t):
    t.configure({"it": {"url": "https://a.example/mcp",
                        "oauth": {"client_di": "x"}}})
    result = t.run("tools", "list", "it", code=2)
    assert "client_di" in result.err and "config.json" in result.err, result
    t.write("config/mcpauth/config.json", "{")
    result = t.run("tools", "list", "it", code=2)
    assert "config.json" in result.err, result


@case
def a_secret_in_a_file_for_all_is_not_used(t):
    enter(t)
    secret = t.env["OAUTH_CLIENT_SECRET"]
    t.use({"OAUTH_CLIENT_SECRET": None})
    entry = {"it": {"url": t.env["MCPAUTH_SERVER"],
                    "oauth": {"client_secret": secret}}}
    t.configure(entry, mode=0o644)
    result = t.run("tools", "list", "it", "--mode", "m2m", code=2)
    assert "config.json" in result.err, result
    t.configure(entry, mode=0o600)
    t.run("tools", "list", "it")


# --- surroundings -----------------------------------------------------------

@case
def nothing_is_read_from_the_working_directory_S_079(t):
    enter(t)
    for name in (".env", "config.json", "mcpauth.json", ".mcpauth.json",
                 "mcp.json", ".netrc", "mcpauth-net.so"):
        t.write(f"cwd/{name}", "OAUTH_CLIENT_ID=evil\n{]")
    t.run("tools", "list")


@case
def relative_xdg_directories_are_ignored_S_079(t):
    enter(t)
    t.run("tools", "list", env={"XDG_STATE_HOME": "relative",
                                "XDG_CONFIG_HOME": "here"})
    assert not (t.cwd / "relative").exists()
    state = t.dir / "home" / ".local" / "state" / "mcpauth"
    (path,) = state.glob("*.json")
    t.made |= {it for it in state.rglob("*") if it.is_file()}
    assert path.stat().st_mode & 0o777 == 0o600


@case
def netrc_and_proxies_do_not_move_secrets_S_078(t):
    sandbox = enter(t)
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        t.write("home/.netrc", "default login evil password evil-netrc\n")
        address = f"http://127.0.0.1:{trap.getsockname()[1]}"
        t.run("tools", "list", env=dict.fromkeys(
            ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"), address))
        try:
            trap.accept()
            raise AssertionError("the proxy of plain http was used")
        except BlockingIOError:
            pass
    (asked,) = sandbox.log(path="/oauth2/token")
    assert asked["status"] == 200


@case
def missing_standard_descriptors_do_no_harm_S_056(t):
    enter(t)
    t.run("tools", "list")
    for closed in ((0,), (2,), (0, 2), (0, 1, 2)):
        line = " ".join(f"{fd}>&-" for fd in closed)
        process = subprocess.run(
            ["sh", "-c", f"exec {e2e.program()} tools list {line}"],
            env=t.env, cwd=t.cwd, check=False, stdout=subprocess.PIPE,
            timeout=e2e.DEADLINE_S)
        assert process.returncode in ((0,) if 1 not in closed else (0, 1)), \
            (closed, process.returncode)
    for path in t.records():
        assert path.read_bytes().startswith(b"mcpauth-record"), "written over"


@case
def a_closed_pipe_ends_the_program_quietly_S_071(t):
    enter(t)
    t.run("tools", "list")
    process = subprocess.run(
        ["bash", "-c", f"{e2e.program()} tools list | true; "
                       "exit ${PIPESTATUS[0]}"],
        env=t.env, cwd=t.cwd, capture_output=True, check=False,
        timeout=e2e.DEADLINE_S)
    assert process.returncode in (0, 1, 141), process
    assert b"Traceback" not in process.stderr


@case
def a_full_disk_under_stdout_is_a_failure(t):
    enter(t)
    with open("/dev/full", "wb") as full:
        running = t.start("tools", "list", stdout=full)
        running.finish(1)


@case
def no_colour_when_nobody_sees_it(t):
    enter(t)
    result = t.run("tools", "list", "-vv")
    assert "\x1b" not in result.out + result.err


@case
def a_timeout_that_was_given_is_kept_S_012(t):
    sandbox = enter(t)
    t.run("tools", "list")
    sandbox.fault("slow=30")
    result = t.run("tools", "call", "add_numbers", "--timeout", "1", code=3)
    assert "did not answer within 1000 ms" in result.err, result


@case
def all_logins_are_not_one_login(t):
    enter(t)
    for account in ("blue", "red"):
        t.run("tools", "list", "--account", account)
    for words in (["--account", "blue"], ["--url", "https://a.example/mcp"],
                  ["https://a.example/mcp"]):
        for command in ("logout", "status"):
            result = t.run(command, "--all", *words, code=2)
            assert "--all takes no SERVER" in result.err, result
    assert len(t.records()) == 2


@case
def a_record_that_cannot_be_read_hides_no_other_S_047(t):
    enter(t)
    for account in ("blue", "red", "green"):
        t.run("tools", "list", "--account", account)
    bad = sorted(t.state.glob("*.json"))[0]
    bad.chmod(0o644)
    everything = {"AGENTCORE_RUNTIME_ARN": None}
    shown = t.run("status", "--json", code=None, env=everything)
    assert len(shown.json()["logins"]) == 2, shown
    assert bad.name in t.run("logout", "--all", code=1).err
    assert t.records() == [bad]


@case
def status_is_of_the_account_in_the_configuration(t):
    enter(t)
    url = t.env["AGENTCORE_RUNTIME_ARN"]
    t.run("tools", "list", "--account", "blue")
    t.configure({"prod": {"url": url, "oauth": {"account": "red"}}})
    t.run("status", "prod", code=4)
    t.run("status", "prod", "--account", "blue")


if __name__ == "__main__":
    e2e.main()
