"""Who used other programs before has nothing to do anew: their files, and the
logins of mcp-remote, the real one, at oidc-provider and SDK servers."""

import hashlib
import json
import os
import re
import shlex
import subprocess
import threading

import e2e
from e2e import case
from host import HELLO, Host
from servers import NODE, PEERS, free_port, peer, visit

REMOTE = PEERS / "node_modules" / "mcp-remote" / "dist"


def servers(*arguments):
    provider = peer("oidc.mjs", *arguments)
    return provider, peer("mcp-sdk-server.mjs", "--issuer",
                          provider["issuer"], "--scope", "mcp:read")["url"]


def configured(port, **members):
    """A client that the provider knows, with a person at that port."""
    return {**members,
            "redirect_uris": [f"http://localhost:{port}/oauth/callback"],
            "application_type": "native",
            "grant_types": ["authorization_code", "refresh_token"]}


def remote_home(t):
    """Where mcp-remote keeps its logins, for it and for mcpauth."""
    home = t.dir / "remote"
    home.mkdir()
    t.use({"MCP_REMOTE_CONFIG_DIR": str(home)})
    return home


def follow(stream):
    """What it says until it is in; the page it names is visited."""
    said = ""
    for line in stream:
        said += line
        found = re.search(r"http://\S+/auth\?\S+", line)
        if found:
            assert visit(found.group())["status"] == 200
        if "Connected successfully" in line:
            break
    return said


def log_in_remotely(t, *arguments):
    """mcp-remote's own client logs in there, with a person at its page."""
    if not REMOTE.exists():
        raise e2e.Skip("no mcp-remote; ./dev test installs it")
    process = subprocess.Popen(
        [NODE, str(REMOTE / "client.js"), *arguments],
        env={**t.env, "BROWSER": "true"}, cwd=t.cwd, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    late = threading.Timer(e2e.DEADLINE_S, process.kill)
    late.start()
    try:
        said = follow(process.stderr)
    finally:
        late.cancel()
        process.kill()
        process.communicate()
    assert "Connected successfully" in said, said
    (tokens,) = (t.dir / "remote").glob("*/*_tokens.json")
    kept = json.loads(tokens.read_text())
    t.secrets |= {kept["access_token"], kept["refresh_token"]}
    return tokens


def configure_host(t, name, document):
    """A file of a host, in the home directory."""
    text = document if isinstance(document, str) else json.dumps(document)
    return t.write(f"home/{name}", text)


def runs_remote(*arguments, **more):
    return {"command": "npx", "args": ["-y", "mcp-remote", *arguments], **more}


def config(t):
    return json.loads((t.dir / "config/mcpauth/config.json").read_text())


def by_name(result):
    return {it.get("name"): it for it in result.json()["servers"]}


def age(tokens, seconds):
    """The login of mcp-remote looks as if it had been made earlier."""
    kept = json.loads(tokens.read_text())
    kept["expires_at"] -= seconds * 1000
    tokens.write_text(json.dumps(kept))
    os.utime(tokens, (tokens.stat().st_mtime - seconds,) * 2)


# --- logins -----------------------------------------------------------------

@case
def a_login_of_mcp_remote_is_used_and_renewed_unasked_S_031(t):
    _, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    before = tokens.read_bytes()
    configure_host(t, ".cursor/mcp.json",
                   {"mcpServers": {"sdk": runs_remote(url)}})
    said = t.run("config", "import").out
    assert re.search(r"^  settings +taken$", said, re.M), said
    assert re.search(r"^  login +taken$", said, re.M), said
    assert tokens.read_bytes() == before
    assert config(t) == {"mcpServers": {"sdk": {"type": "http", "url": url}}}
    assert "renewable" in t.run("status", "sdk", "--json").out
    first = t.run("token", "sdk", reveals=True).out.strip()
    assert first == json.loads(before)["access_token"]
    assert "Found 6 tools" in t.run("tools", "list", "sdk").out
    t.age(4000)
    second = t.run("token", "sdk", reveals=True).out.strip()
    assert second != first
    assert "Found 6 tools" in t.run("tools", "list", "sdk").out
    assert t.record()["token"]["refresh_token"] != \
        json.loads(before)["refresh_token"]


@case
def an_expired_one_is_renewed_at_its_first_use(t):
    _, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    age(tokens, 4000)
    t.run("config", "import", url)
    assert t.run("token", url, reveals=True).out.strip() != \
        json.loads(tokens.read_text())["access_token"]


@case
def it_is_found_by_the_arguments_too(t):
    _, url = servers()
    remote_home(t)
    arguments = ["--header", "X-Team: blue", "--header", "A-First:${TEAM}"]
    log_in_remotely(t, url, *arguments)
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {
        "plain": {"url": url},
        "sdk": runs_remote(url, *arguments, env={"TEAM": "red"})}})
    found = by_name(t.run("config", "import", "--json"))
    assert "login" not in found["plain"] and found["sdk"]["login"] == "taken"
    assert config(t)["mcpServers"]["sdk"]["headers"] == {
        "X-Team": "blue", "A-First": "red"}


@case
def one_of_a_configured_client_with_a_secret(t):
    port = free_port()
    client = configured(port, client_id="remote-static",
                        client_secret="canary-remote-static-secret")
    _, url = servers("--client=" + json.dumps(client))
    remote_home(t)
    known = json.dumps({"client_id": client["client_id"],
                        "client_secret": client["client_secret"]})
    arguments = [url, str(port), "--static-oauth-client-info", known]
    log_in_remotely(t, *arguments)
    t.secrets.add(client["client_secret"])
    configure_host(t, ".cursor/mcp.json",
                   {"mcpServers": {"sdk": runs_remote(*arguments)}})
    t.run("config", "import")
    path = t.dir / "config/mcpauth/config.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert config(t)["mcpServers"]["sdk"]["oauth"] == {
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "redirect_uri": client["redirect_uris"][0], "mode": "interactive"}
    t.age(4000)
    t.run("token", "sdk", reveals=True)


@case
def one_of_an_older_version_which_notes_less(t):
    _, url = servers()
    home = remote_home(t)
    asks = ["--static-oauth-client-metadata",
            '{"scope": "mcp:read offline_access"}']
    tokens = log_in_remotely(t, url, *asks)
    kept = json.loads(tokens.read_text())
    noted = ("access_token", "token_type", "expires_in", "refresh_token")
    tokens.write_text(json.dumps(
        {**{name: kept[name] for name in noted}, "scope": "mcp:read"}))
    tokens.parent.rename(home / "mcp-remote-0.1.36")
    configure_host(t, ".cursor/mcp.json",
                   {"mcpServers": {"sdk": runs_remote(url, *asks)}})
    assert by_name(t.run("config", "import", "--json"))["sdk"]["login"] == \
        "taken"
    t.age(4000)
    assert "Found 6 tools" in t.run("tools", "list", "sdk").out


@case
def a_login_made_at_another_issuer_stays_where_it_is_S_031(t):
    provider, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    kept = json.loads(tokens.read_text())
    assert kept["issuer"] == provider["issuer"]
    kept["issuer"] = "https://elsewhere.example"
    tokens.write_text(json.dumps(kept))
    result = t.run("config", "import", url, "--json", code=1)
    (found,) = result.json()["servers"]
    assert found["login"] == "failed"
    assert "elsewhere.example" in found["login_error"]
    assert not t.records()


@case
def it_is_taken_once_and_a_login_of_our_own_stays(t):
    _, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    take = ["config", "import", url, "--json"]
    assert t.run(*take).json()["servers"][0]["login"] == "taken"
    assert t.run(*take).json()["servers"][0]["login"] == "there"
    t.run("logout", url, "--keep-registration")
    running = t.start("login", url, "--no-browser")
    visit(running.url())
    running.finish(0)
    own = t.record()["token"]["access_token"]
    age(tokens, 60)
    assert t.run(*take).json()["servers"][0]["login"] == "kept"
    assert t.record()["token"]["access_token"] == own


@case
def one_of_a_server_that_no_file_names_wants_its_url(t):
    _, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    result = t.run("config", "import", "--json")
    assert result.json()["unknown_logins"] == [str(tokens)]
    assert "config import URL" in t.run("config", "import").err
    assert not t.records()


@case
def a_server_that_is_not_reached_does_not_keep_others_from_it(t):
    _, url = servers()
    remote_home(t)
    tokens = log_in_remotely(t, url)
    gone = f"http://127.0.0.1:{free_port()}/mcp"
    stem = re.search(r"[0-9a-f]{32}", tokens.name).group()
    other = hashlib.md5(gone.encode()).hexdigest()
    (tokens.parent / tokens.name.replace(stem, other)).write_bytes(
        tokens.read_bytes())
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {
        "gone": {"url": gone}, "sdk": {"url": url}}})
    found = by_name(t.run("config", "import", "--json", code=1))
    assert found["gone"]["login"] == "failed", found
    assert found["sdk"]["login"] == "taken", found


# --- settings ---------------------------------------------------------------

URL = "https://mcp.invalid/mcp"
SECRET = "canary-key-of-another-program"


@case
def servers_of_every_host_are_found(t):
    places = {"claude-desktop": "config/Claude/claude_desktop_config.json",
              "claude-code": "home/.claude.json",
              "cursor": "home/.cursor/mcp.json",
              "windsurf": "home/.codeium/windsurf/mcp_config.json"}
    for host, place in places.items():
        member = "serverUrl" if host == "windsurf" else "url"
        t.write(place, json.dumps({"mcpServers": {
            host: {member: f"{URL}/{host}"}, "local": {"command": "x"}}}))
    t.write("home/.claude.json", json.dumps({
        "mcpServers": {"claude-code": {"url": f"{URL}/claude-code"}},
        "projects": {"/src/a": {"mcpServers": {
            "project": {"type": "http", "url": f"{URL}/project"}}}}}))
    t.write("config/Code/User/mcp.json", """{
        // of VS Code
        "inputs": [{"id": "key", "type": "promptString"},],
        "servers": {
            "vscode": {"type": "http", "url": "%s/vscode",
                "headers": {"X-Key": "${input:key}", "X-Team": "blue"}, },
        },
    }""" % URL)
    result = t.run("config", "import", "--json")
    found = by_name(result)
    assert found.keys() == {*places, "project", "vscode"}, found
    assert {it["settings"] for it in found.values()} == {"taken"}
    assert all(it["url"] == f"{URL}/{it['name']}" for it in found.values())
    assert found["project"]["found_in"].endswith("(for /src/a)")
    assert "X-Key" in found["vscode"]["left"][0]
    ours = config(t)["mcpServers"]
    assert ours["vscode"] == {"type": "http", "url": f"{URL}/vscode",
                              "headers": {"X-Team": "blue"}}
    assert "vscode" in t.run("config", "show").out


@case
def one_program_or_one_file_can_be_named(t):
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {"a": {"url": URL}}})
    configure_host(t, ".claude.json", {"mcpServers": {"b": {"url": URL}}})
    path = t.write("cwd/.vscode/mcp.json",
                   json.dumps({"servers": {"c": {"url": URL}}}))
    dry = ["config", "import", "--dry-run", "--json"]
    assert by_name(t.run(*dry)).keys() == {"a", "b"}
    assert by_name(t.run(*dry, "--from", "cursor")).keys() == {"a"}
    assert by_name(t.run(*dry, "--from", "cursor", "--from",
                         str(path))).keys() == {"a", "c"}
    assert by_name(t.run(*dry, "--from=.vscode/mcp.json")).keys() == {"c"}
    assert not by_name(t.run(*dry, "--from", "mcp-remote"))
    result = t.run(*dry, "--from", "curser", code=2)
    assert "did you mean cursor?" in result.err, result


@case
def a_dry_run_changes_nothing(t):
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {"a": {"url": URL}}})
    result = t.run("config", "import", "--dry-run")
    assert re.search("settings +would be taken", result.out), result
    assert not (t.dir / "config/mcpauth").exists()


@case
def what_stands_in_our_file_stays_S_051(t):
    ours = ('{"mine": 1.10, "mcpServers": {"a": {"url": "https://b.example/"},'
            '\n"b": {"url": "%s", "oauth": {"scope": "x"}}}, "n": '
            '123456789012345678901}\n' % URL)
    path = t.write("config/mcpauth/config.json", ours)
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {
        "a": {"url": URL}, "b": {"type": "sse", "url": URL}}})
    found = by_name(t.run("config", "import", "--json"))
    assert (found["a"]["settings"], found["b"]["settings"]) == ("kept", "there")
    assert "--replace" in t.run("config", "import").out
    assert path.read_text() == ours
    found = by_name(t.run("config", "import", "--replace", "--json"))
    assert found["a"]["settings"] == "replaced"
    text = path.read_text()
    assert text.startswith('{"mine": 1.10, "mcpServers": {"a": {\n'), text
    assert text.endswith(', "n": 123456789012345678901}\n'), text
    assert config(t)["mcpServers"]["a"]["url"] == URL
    assert config(t)["mcpServers"]["b"]["oauth"] == {"scope": "x"}
    assert path.stat().st_mode & 0o777 == 0o600


@case
def a_file_of_ours_that_is_broken_stays_so(t):
    path = t.write("config/mcpauth/config.json", '{"mcpServers": {')
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {"a": {"url": URL}}})
    result = t.run("config", "import", code=2)
    assert str(path) in result.err and not result.out
    assert path.read_text() == '{"mcpServers": {'


@case
def a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(t):
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {"a": {"url": URL}}})
    broken = configure_host(t, ".claude.json", '{"mcpServers": {"b": ')
    fifo = t.dir / "config/Code/User/mcp.json"
    fifo.parent.mkdir(parents=True)
    os.mkfifo(fifo)
    lost = t.dir / "home/.codeium/windsurf/mcp_config.json"
    lost.parent.mkdir(parents=True)
    lost.symlink_to("nowhere")
    huge = t.dir / "config/Claude/claude_desktop_config.json"
    huge.parent.mkdir(parents=True)
    huge.touch()
    os.truncate(huge, 1 << 30)
    t.made.add(lost)
    logins = t.write("logins", "")
    t.use({"MCP_REMOTE_CONFIG_DIR": str(logins)})
    result = t.run("config", "import", "--json", code=1)
    unread = {it["path"]: it["error"] for it in result.json()["unread"]}
    assert unread.keys() == {
        str(it) for it in (broken, fifo, lost, huge, logins)}
    assert by_name(result)["a"]["settings"] == "taken"
    for path in unread:
        assert len([line for line in result.err.splitlines()
                    if path in line]) == 1, result


@case
def secrets_go_into_the_file_and_nowhere_else_S_054(t):
    t.secrets.add(SECRET)
    configure_host(t, ".cursor/mcp.json", {"mcpServers": {
        "a": {"url": URL, "headers": {
            "Authorization": "Bearer " + SECRET, "X-Key": SECRET}},
        "b": {"url": URL + "?key=" + SECRET},
        "c": runs_remote(URL, "--static-oauth-client-info", json.dumps(
            {"client_id": "c", "client_secret": SECRET}))}})
    said = t.run("config", "import").out
    assert "header Authorization" in said, said
    ours = config(t)["mcpServers"]
    assert ours["a"]["headers"] == {"X-Key": SECRET}
    assert ours["c"]["oauth"]["client_secret"] == SECRET


@case
def nothing_to_be_found_is_no_failure(t):
    result = t.run("config", "import")
    assert "No MCP server" in result.err and not result.out
    assert not (t.dir / "config/mcpauth").exists()
    assert t.run("config", "import", "--json").json()["servers"] == []
    t.run("config", "import", "neither-name-nor-url", code=2)
    t.run("config", "import", URL, "--from", "cursor", code=2)


# --- the same arguments -----------------------------------------------------

def ask_remotely(t, *arguments):
    """What the server says through mcp-remote, the real one."""
    if not REMOTE.exists():
        raise e2e.Skip("no mcp-remote; ./dev test installs it")
    process = subprocess.Popen(
        [NODE, str(REMOTE / "proxy.js"), *arguments], env=t.env, cwd=t.cwd,
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    late = threading.Timer(e2e.DEADLINE_S, process.kill)
    late.start()

    def say(method, **more):
        line = {"jsonrpc": "2.0", "method": method, **more}
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
    try:
        say("initialize", id=1, params=HELLO)
        process.stdout.readline()
        say("notifications/initialized")
        say("tools/call", id=2, params={"name": "whoami", "arguments": {}})
        return json.loads(process.stdout.readline())["result"]
    finally:
        late.cancel()
        process.kill()
        process.communicate()


@case
def connect_takes_what_mcp_remote_was_told(t):
    provider, url = servers()
    remote_home(t)
    t.use({"TEAM": "canary-team-in-a-header"})
    client = {name: provider["m2m"][name]
              for name in ("client_id", "client_secret")}
    t.secrets |= {client["client_secret"], "canary-team-in-a-header"}
    arguments = [url, str(free_port()), "--client-credentials",
                 "--static-oauth-client-info", json.dumps(client),
                 "--static-oauth-client-metadata", '{"scope": "mcp:read"}',
                 "--header", "X-Team:${TEAM}", "--transport", "http-only",
                 "--allow-http", "--auth-timeout", "60", "--keep-alive",
                 "--authorize-param", "audience=x"]
    told = ask_remotely(t, *arguments)
    host = Host(t, *arguments, "--account", "7")
    host.open()
    assert host.call("whoami") == told, told
    said = host.end().err
    assert said.count("--authorize-param") == 1, said
    assert "OAUTH_CLIENT_SECRET" in said and said.count("\n") == 2, said


@case
def who_has_to_log_in_is_told_what_mcp_remote_was_told(t):
    port = free_port()
    client = configured(port, client_id="remote-public",
                        token_endpoint_auth_method="none")
    _, url = servers("--client=" + json.dumps(client))
    known = json.dumps({"client_id": client["client_id"]})
    host = Host(t, url, str(port), "--static-oauth-client-info", known)
    refused = host.answer(host.ask("initialize", HELLO))["error"]
    advice = re.search("run: (mcpauth login .*)", refused["message"])
    words = shlex.split(advice.group(1))
    assert words == ["mcpauth", "login", url, str(port),
                     "--static-oauth-client-info", known]
    running = t.start(*words[1:], "--no-browser")
    page = running.url()
    assert "client_id=remote-public" in page, page
    visit(page)
    running.finish()
    t.harvest()
    host.open()
    assert host.call("whoami")
    host.end()


if __name__ == "__main__":
    e2e.main()
