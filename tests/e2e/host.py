"""An MCP host on stdio, as far as a test needs one: it starts `mcpauth
connect`, says lines and takes the answers to its requests."""

import json
import subprocess

PIPE = subprocess.PIPE
HELLO = {"protocolVersion": "2025-11-25", "capabilities": {},
         "clientInfo": {"name": "host", "version": "1"}}
MODERN = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"


def parse(line):
    """A message; of a line that is none, what it is."""
    try:
        return json.loads(line)
    except ValueError:
        return {"broken": line}


class Host:
    """A bridge at work, and what it has said."""

    def __init__(self, case, *args, **options):
        self.case = case
        self.running = case.start("connect", *args, stdin=PIPE, **options)
        self.ids = 0
        self.messages = []  # every line so far, parsed
        self.seen = 0       # of stdout holds no more line ends
        self.at = 0         # of it is parsed

    # -- lines --

    def write(self, text):
        self.running.send(text)

    def say(self, message):
        self.write(json.dumps(message) + "\n")

    def ask(self, method, params=None, key=None):
        """Sends a request and gives its id."""
        self.ids += 1
        request = {"jsonrpc": "2.0", "id": self.ids if key is None else key,
                   "method": method}
        if params is not None:
            request["params"] = params
        self.say(request)
        return request["id"]

    def tell(self, method, params=None):
        notice = {"jsonrpc": "2.0", "method": method}
        self.say({**notice, "params": params} if params else notice)

    # -- what comes --

    def _parse(self):
        said = self.running.bytes_out()
        end = said.rfind(b"\n", self.seen) + 1
        self.seen = len(said)
        if not end:
            return
        self.messages += [parse(line)
                          for line in said[self.at:end].split(b"\n") if line]
        self.at = end

    def wait(self, wanted):
        """The first message that wanted(message) is true of."""
        while True:
            self._parse()
            found = [it for it in self.messages if wanted(it)]
            if found:
                return found[0]
            assert self.running.open, f"it ended: {self.running.finish(None)!r}"
            self.running.read()

    def answer(self, key):
        """The response to that request, and that there is one only."""
        response = self.wait(
            lambda it: it.get("id") == key and "method" not in it)
        assert self.responses(key) == [response], self.messages
        return response

    def responses(self, key):
        self._parse()
        return [it for it in self.messages
                if it.get("id") == key and "method" not in it
                and type(it.get("id")) is type(key)]

    # -- what hosts do --

    def result(self, method, params=None):
        response = self.answer(self.ask(method, params))
        assert "result" in response, response
        return response["result"]

    def error(self, method, params=None):
        response = self.answer(self.ask(method, params))
        assert "error" in response, response
        return response["error"]

    def call(self, tool, **arguments):
        return self.result("tools/call",
                           {"name": tool, "arguments": arguments})

    def open(self, hello=None):
        result = self.result("initialize", hello or HELLO)
        self.tell("notifications/initialized")
        return result

    def end(self, code=0):
        """Closes stdin and waits for the end of the bridge."""
        result = self.running.finish(code)
        self._parse()
        assert self.at == len(result.raw), "a line without an end"
        return result


class Plain(Host):
    """A host that says in each request who it is, and what it can."""

    capabilities = {}
    more = {}

    def introduce(self, params):
        return {**params, "_meta": {
            **params.get("_meta", {}), **self.more,
            PREFIX + "protocolVersion": MODERN,
            PREFIX + "clientInfo": HELLO["clientInfo"],
            PREFIX + "clientCapabilities": self.capabilities}}

    def ask(self, method, params=None, key=None):
        return super().ask(method, self.introduce(params or {}), key)
