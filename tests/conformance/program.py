"""The program as the client that the suite examines: what a user would type
at a server that is named in the configuration file, or what an MCP host would
say to `mcpauth connect`.

    python3 tests/conformance/program.py MCPAUTH [--bridge] URL

Directories are fresh, and BROWSER is a script that goes where it is sent.
The exit status is that of the first command that fails."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

ALARM_S = 25
ROUNDS = 50
BROWSER = '#!/bin/sh\nexec curl -sL -m 10 -o /dev/null "$1"\n'

# Settings that a user would make for a scenario, and members of its context
# with the settings that they are.
SETTINGS = {
    "auth/basic-cimd": {"client_metadata_url":
                        "https://conformance-test.local/client-metadata.json"},
    "auth/pre-registration": {"mode": "interactive"},
}
# Members that are assertions of somebody else, who writes them to a file.
VOUCHED = ("valid_jwt", "idp_id_token")
GIVEN = {"client_id": "client_id", "client_secret": "client_secret",
         "idp_issuer": "idp_issuer", "idp_client_id": "idp_client_id",
         "signing_algorithm": "token_endpoint_auth_signing_alg"}

# Tools that take arguments; None: not to be called.
ARGUMENTS = {
    "add_numbers": {"a": 5, "b": 3},
    "lookup_user": None,
}


def write(directory, name, text, mode):
    path = directory / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


class User:
    """Somebody with a configuration file and a browser."""

    def __init__(self, program, directory, settings, url):
        self.program, self.directory = program, directory
        self.env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8",
                    "HOME": str(directory),
                    "BROWSER": str(self.write("browser", BROWSER, 0o700))}
        self.env.update({name: value for name, value in os.environ.items()
                         if name.endswith("SAN_OPTIONS")})
        for part in ("CONFIG", "STATE", "RUNTIME"):
            home = directory / part.lower()
            home.mkdir(mode=0o700)
            name = f"XDG_{part}_" + ("DIR" if part == "RUNTIME" else "HOME")
            self.env[name] = str(home)
        self.write("config/mcpauth/config.json", json.dumps(
            {"mcpServers": {"it": {"url": url, "oauth": settings}}}), 0o600)

    def write(self, name, text, mode):
        return write(self.directory, name, text, mode)

    def end(self):
        pass

    def types(self, *words):
        """One command at the server; what it printed, read as JSON."""
        done = subprocess.run(
            [self.program, *words[:2], "it", *words[2:], "--json", "-v"],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            check=False)
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
        if done.returncode:
            sys.exit(done.returncode)
        return json.loads(done.stdout)


class Host(User):
    """An MCP host on stdio, with the bridge that it has started; it has
    sessions, or none, as the server."""

    ME = {"name": "host", "version": "1"}
    CAN = {"elicitation": {}}
    PREFIX = "io.modelcontextprotocol/"

    def __init__(self, *facts):
        super().__init__(*facts)
        self.ids = 0
        self.version = os.environ["MCP_CONFORMANCE_PROTOCOL_VERSION"]
        self.bridge = subprocess.Popen(
            [self.program, "connect", "it", "-v"], env=self.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.stateless = self.version >= "2026"
        if not self.stateless:
            self.asks("initialize", {
                "protocolVersion": self.version, "capabilities": self.CAN,
                "clientInfo": self.ME})
            self.says({"method": "notifications/initialized"})
            self.lets_it_listen()

    def lets_it_listen(self):
        """The suite takes every GET for the one that comes back (sse-retry),
        also the one that only listens, if that comes late."""
        for _ in range(ROUNDS):
            self.answer("ping", {})

    def says(self, message):
        self.bridge.stdin.write(
            json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.bridge.stdin.flush()

    def introduced(self, params):
        if not self.stateless:
            return params
        return {**params, "_meta": {
            self.PREFIX + "protocolVersion": self.version,
            self.PREFIX + "clientCapabilities": self.CAN,
            self.PREFIX + "clientInfo": self.ME}}

    def asks(self, method, params):
        """The result; a server without sessions may ask first."""
        result = self.asks_once(method, params)
        while result.get("resultType") == "input_required":
            answers = {key: self.answers(it["params"]) for key, it in
                       result.get("inputRequests", {}).items()}
            again = {**params, "inputResponses": answers}
            if "requestState" in result:
                again["requestState"] = result["requestState"]
            result = self.asks_once(method, again)
        return result

    def asks_once(self, method, params):
        message = self.answer(method, params)
        supported = message.get("error", {}).get("data", {})
        if isinstance(supported, dict) and self.version in supported.get(
                "supported", []):
            message = self.answer(method, params)
        if "error" in message:
            self.end()
            sys.exit(1)
        return message["result"]

    def answer(self, method, params):
        """The response; questions of the server on the way are answered."""
        self.ids += 1
        self.says({"id": self.ids, "method": method,
                   "params": self.introduced(params)})
        for line in self.bridge.stdout:
            message = json.loads(line)
            if message.get("method") == "elicitation/create":
                self.says({"id": message["id"],
                           "result": self.answers(message["params"])})
            elif message.get("id") == self.ids and "method" not in message:
                print(line, end="", flush=True)
                return message
        sys.exit(f"the bridge ended with {self.bridge.wait()}")

    def answers(self, params):
        """A form is filled in with what it proposes."""
        fields = params.get("requestedSchema", {}).get("properties", {})
        return {"action": "accept", "content": {
            name: field.get("default", True)
            for name, field in fields.items()}}

    def types(self, *words):
        """Says what the program would, of a command at the server."""
        method, named = "/".join(words[:2]), words[2:]
        if method == "tools/call":
            return self.asks(method, {
                "name": words[2], "arguments": json.loads(words[-1])})
        name = "uri" if words[0] == "resources" else "name"
        return self.asks(method, {name: named[0]} if named else {})

    def end(self):
        self.bridge.stdin.close()
        status = self.bridge.wait()
        if status:
            sys.exit(status)


def choose_arguments(tools, name):
    if name == "json_schema_echo":
        return {"schema": next(tool["inputSchema"] for tool in tools
                               if tool["name"] == "json_schema_2020_12_tool")}
    return ARGUMENTS.get(name, {})


def use_tools(user, context):
    tools = user.types("tools", "list")["tools"]
    calls = context.get("toolCalls") or [
        {"name": tool["name"],
         "arguments": choose_arguments(tools, tool["name"])}
        for tool in tools]
    for call in calls:
        if call["arguments"] is not None:
            user.types("tools", "call", call["name"], "--elicit", "accept",
                       "--args", json.dumps(call["arguments"]))


def use_the_rest(user):
    for resource in user.types("resources", "list")["resources"]:
        user.types("resources", "read", resource["uri"])
    for prompt in user.types("prompts", "list")["prompts"]:
        user.types("prompts", "get", prompt["name"])


def use_skills(user, only_list):
    for skill in user.types("resources", "list")["skills"]:
        for file in [] if only_list else skill["resources"]:
            user.types("resources", "read", file["uri"])


def main():
    program, *how, url = sys.argv[1:]
    scenario = os.environ["MCP_CONFORMANCE_SCENARIO"]
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
    signal.alarm(ALARM_S)
    settings = {name: context[member] for member, name in GIVEN.items()
                if member in context}
    settings.update(SETTINGS.get(scenario, {}))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="mcpauth-conformance-"))
    try:
        if "private_key_pem" in context:
            settings["private_key_file"] = str(directory / "key.pem")
            write(directory, "key.pem", context["private_key_pem"], 0o600)
        for member in VOUCHED:
            if member in context:
                settings["assertion"] = f"file:{directory / member}"
                write(directory, member, context[member], 0o644)
        user = (Host if how else User)(program, directory, settings, url)
        if scenario.startswith("sep-2640-"):
            use_skills(user, scenario.endswith("-no-prefetch"))
            return
        use_tools(user, context)
        if scenario == "http-standard-headers":
            use_the_rest(user)
        user.end()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
