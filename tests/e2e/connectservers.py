"""`mcpauth connect` before servers of every age, and what may stand between:
proxies, a certificate of one's own, sessions that are lost."""

import http.server
import json
import threading
import time

import e2e
from e2e import case
from host import HELLO, Host
from nginxpeer import Nginx
from proxies import Tunnel
from servers import Peer, Stranger, free_port, peer
from talk import seen

ASKED = {**HELLO, "capabilities": {"roots": {}, "elicitation": {}}}


def text_of(result):
    return result["content"][0]["text"]


def answer_roots(host, count):
    """The server's request number count, answered as a host does."""
    host.wait(lambda it: len(roots_of(host)) >= count)
    request = roots_of(host)[count - 1]
    host.say({"jsonrpc": "2.0", "id": request["id"], "result": {
        "roots": [{"uri": "file:///work", "name": "work"}]}})


def roots_of(host):
    return [it for it in host.messages if it.get("method") == "roots/list"]


# --- servers of every age ----------------------------------------------------

@case
def server_everything_on_both_of_its_transports_T_170(t):
    for transport in ("streamableHttp", "sse"):
        server = peer("everything.mjs", "--transport", transport)
        host = Host(t, server["url"], "--auth", "none")
        hello = host.open()
        assert hello["protocolVersion"] == "2025-11-25", hello
        assert text_of(host.call("echo", message="hi")) == "Echo: hi"
        ended = host.call("trigger-long-running-operation",
                          duration=0.05, steps=5)
        assert "completed" in text_of(ended), ended
        assert host.result("resources/list")["resources"]
        assert host.error("nonesuch/method")["code"] == -32601
        host.end()


@case
def the_server_asks_the_host_whatever_its_transport_T_171_T_191(t):
    server = peer("sessions.mjs")
    for way in ("url", "sse"):
        host = Host(t, server[way], "--auth", "none")
        host.open(ASKED)
        for number, beside in enumerate((False, True), 1):
            key = host.ask("tools/call", {"name": "ask", "arguments": {
                "method": "roots/list", "beside": beside}})
            answer_roots(host, number)
            assert "file:///work" in text_of(host.answer(key)["result"])
        host.end()


@case
def a_server_without_a_stream_is_asked_for_one_once_T_193(t):
    server = Peer("modern.mjs")
    host = Host(t, server["url"], "--auth", "none",
                "--protocol", "2025-11-25")
    host.open()
    for number in range(20):
        assert text_of(host.call("echo", message=str(number))) == str(number)
    asked = seen(server, method="GET", path="/mcp")
    assert [it["status"] for it in asked] == [405], asked
    host.end()


@case
def a_server_that_starts_anew_is_gone_on_with_T_053_T_182(t):
    for way in ("url", "sse"):
        port = str(free_port())
        server = Peer("sessions.mjs", "--port", port)
        host = Host(t, server[way], "--auth", "none")
        host.open()
        assert text_of(host.call("echo", message="before")) == "before"
        server.stop()
        server = Peer("sessions.mjs", "--port", port)
        host.call("echo", message="after")
        opened = seen(server, rpc="initialize")
        assert len(opened) == 1, opened
        host.end()


class Restless:
    """A server that ends its stream as soon as it began, and says to come
    back at once."""

    def __init__(self, case):
        restless = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                restless.streams += 1
                self.send(200, "text/event-stream", b"retry: 1\n\n")

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                message = json.loads(self.rfile.read(length))
                answer = {"jsonrpc": "2.0", "id": message.get("id"), "result": {
                    "protocolVersion": "2025-11-25", "capabilities": {},
                    "serverInfo": {"name": "restless", "version": "1"}}}
                if "id" in message:
                    self.send(200, "application/json",
                              json.dumps(answer).encode())
                else:
                    self.send(202, "text/plain", b"")

            def send(self, status, media_type, body):
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                pass

        self.streams = 0
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mcp"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        case.on_end(self.stop)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@case
def a_stream_that_ends_at_once_is_not_hammered_T_044(t):
    server = Restless(t)
    host = Host(t, server.url, "--auth", "none")
    host.open()
    began = time.monotonic()
    while server.streams < 5:
        host.result("ping")
    most = (time.monotonic() - began) * 10 + 2  # one in 100 ms, no more
    assert server.streams <= most, (server.streams, most)
    host.end()


# --- what stands between -----------------------------------------------------

@case
def http_2_and_a_certificate_of_ones_own_S_076_T_026(t):
    server = peer("sessions.mjs")
    proxy = Nginx(t, server["port"])
    host = Host(t, proxy.secure, "--auth", "none")
    assert "certificate" in host.error("initialize", HELLO)["message"]
    host.end()
    host = Host(t, proxy.secure, "--auth", "none", "--cacert", proxy.ca)
    host.open(ASKED)
    calls = {number: host.ask("tools/call", {
        "name": "echo", "arguments": {"message": str(number)}})
        for number in range(64)}
    for number, key in calls.items():
        assert text_of(host.answer(key)["result"]) == str(number)
    for _ in range(64):
        assert text_of(host.call("echo", message="again")) == "again"
    key = host.ask("tools/call", {"name": "ask", "arguments": {
        "method": "roots/list", "beside": True}})
    answer_roots(host, 1)
    assert "file:///work" in text_of(host.answer(key)["result"])
    host.end()
    assert proxy.protocols() == {"HTTP/2.0"}


@case
def a_proxy_that_holds_back_what_streams_T_050_T_052(t):
    server = peer("sessions.mjs")
    host = Host(t, Nginx(t, server["port"]).plain, "--auth", "none")
    host.open()
    assert text_of(host.call("echo", message="hi")) == "hi"
    assert len(text_of(host.call("big", bytes=1 << 20))) == 1 << 20
    host.end()
    assert seen(server)[-1]["method"] == "DELETE"


@case
def a_proxy_of_the_environment_is_used_S_076(t):
    server = peer("sessions.mjs")
    proxy = Nginx(t, server["port"])
    tunnel = Tunnel(t)
    url = proxy.secure.replace("localhost", "mcp.test")
    host = Host(t, url, "--auth", "none", "--cacert", proxy.ca,
                env={"HTTPS_PROXY": tunnel.url})
    host.open()
    assert text_of(host.call("echo", message="through")) == "through"
    host.end()
    assert set(tunnel.asked) == {url.split("/")[2]}, tunnel.asked


@case
def a_header_of_the_users_goes_with_every_request(t):
    stranger = Stranger(t)
    stranger.say("/mcp", {"jsonrpc": "2.0", "id": 1, "result": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "serverInfo": {"name": "stranger", "version": "1"}}})
    host = Host(t, stranger.url, "--auth", "none", "--header", "X-Mine: yes")
    host.result("initialize", HELLO)
    host.end()
    assert stranger.heard.count(b"X-Mine: yes") == len(stranger.asked)


if __name__ == "__main__":
    e2e.main()
