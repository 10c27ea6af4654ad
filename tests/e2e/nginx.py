"""nginx, as Debian has it, before real servers: its own way of buffering, and
HTTP/2 behind a certificate that only --cacert knows."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import threading

import e2e
from e2e import case
from servers import free_port, peer
from talk import Talk, seen

BIG = 8 * 1024 * 1024
ASKED = {"elicitation": {}, "roots": {}}
CONFIGURATION = """
daemon off;
master_process off;
pid {directory}/pid;
error_log stderr notice;
events {{ worker_connections 256; }}
http {{
    log_format protocol "$server_protocol $request_method $status";
    access_log {directory}/access.log protocol;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    client_max_body_size 64m;
    server {{
        listen 127.0.0.1:{plain};
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
    }}
    server {{
        listen 127.0.0.1:{secure} ssl http2;
        ssl_certificate {directory}/cert.pem;
        ssl_certificate_key {directory}/key.pem;
        location / {{
            proxy_pass http://127.0.0.1:{behind};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


class Nginx:
    """One, before a peer, alive until the case is over."""

    def __init__(self, case, behind):
        if not shutil.which("nginx"):
            raise e2e.Skip("no nginx; ./dev test installs it")
        self.directory = tempfile.TemporaryDirectory(prefix="nginx-")
        self.path = pathlib.Path(self.directory.name)
        ports = {"plain": free_port(), "secure": free_port()}
        self.plain = f"http://127.0.0.1:{ports['plain']}/mcp"
        self.secure = f"https://localhost:{ports['secure']}/mcp"
        self.ca = str(self.path / "cert.pem")
        self.make_certificate()
        (self.path / "nginx.conf").write_text(CONFIGURATION.format(
            directory=self.path, behind=behind, **ports))
        self.start()
        case.on_end(self.stop)

    def make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-subj", "/CN=localhost", "-days", "2",
             "-addext", "subjectAltName=DNS:localhost",
             "-keyout", str(self.path / "key.pem"), "-out", self.ca],
            check=True, stderr=subprocess.DEVNULL)

    def start(self):
        """It ends with its parent, and listens when it says the first word."""
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "nginx", "-e", "stderr",
             "-p", str(self.path), "-c", str(self.path / "nginx.conf")],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        e2e.keep_process(self.process.pid)
        line = self.process.stderr.readline()
        assert b"[notice]" in line, line + self.process.stderr.read()
        self.reader = threading.Thread(target=self.process.stderr.read)
        self.reader.start()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.process.stderr.close()
        self.directory.cleanup()

    def protocols(self):
        """The HTTP versions of the requests that are over."""
        log = (self.path / "access.log").read_text()
        return {line.split()[0] for line in log.splitlines()}


@case
def buffered_answers_pass_whatever_the_era_T_022_T_026(t):
    for server in (peer("sessions.mjs"), peer("modern.mjs"),
                   peer("modern.mjs", "--legacy", "reject", "--sse")):
        url = Nginx(t, server["port"]).plain
        assert t.run("tools", "call", url, "echo", "--arg",
                     "message=hello").out == "hello\n"
        got = t.run("tools", "call", url, "big", "--arg", f"bytes={BIG}")
        assert len(got.raw) == BIG + 1


@case
def a_session_passes_a_proxy_that_buffers_T_050_T_052(t):
    server = peer("sessions.mjs")
    talk = Talk(t, Nginx(t, server["port"]).plain, capabilities=ASKED)
    before = len(seen(server))
    assert talk.open() == "2025-11-25"
    assert talk.tool("echo", {"message": "hello"}) == "hello"
    name = talk.start("tools/call", {
        "name": "steps", "arguments": {"count": 3}}, progress=True)
    talk.end(name)
    assert len([it for it in talk.said if it.get("progress") == name]) == 3
    talk.stop()
    spoken = [it for it in seen(server)[before:] if "session" in it]
    assert len({it["session"] for it in spoken}) == 1
    assert spoken[-1]["method"] == "DELETE", spoken[-1]


@case
def http_2_carries_streams_side_by_side_T_026_T_045(t):
    server = peer("sessions.mjs")
    proxy = Nginx(t, server["port"])
    talk = Talk(t, proxy.secure, capabilities=ASKED, env={"TALK_CA": proxy.ca})
    talk.listen(toolsListChanged=True)
    waits = [talk.start("tools/call", {"name": "wait", "arguments": {}})
             for _ in range(4)]
    talk.notified("notifications/message")
    assert talk.tool("big", {"bytes": 1000000}) == "x" * 1000000
    for beside in (True, False):
        asked = talk.tool("ask", {"method": "roots/list", "beside": beside})
        assert "file:///talk" in asked
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")
    for name in waits:
        talk.tell(cancel=name)
        talk.end(name, "E_CANCELLED")
    talk.stop()
    assert proxy.protocols() == {"HTTP/2.0"}


@case
def http_2_carries_the_newest_revision_T_101_T_110(t):
    server = peer("modern.mjs", "--legacy", "reject")
    proxy = Nginx(t, server["port"])
    talk = Talk(t, proxy.secure, capabilities=ASKED, env={"TALK_CA": proxy.ca})
    talk.listen(resourceSubscriptions=["memo://one"])
    talk.notified("notifications/subscriptions/acknowledged")
    name = talk.start("tools/call", {"name": "wait", "arguments": {}},
                      progress=True)
    talk.wait_for(lambda it: it.get("progress") == name)
    assert "Ada" in talk.tool("ask")
    given = {"region": "世界", "zone": 1}
    assert json.loads(talk.tool("place", given)) == given
    talk.tool("touch", {"uri": "memo://one"})
    talk.notified("notifications/resources/updated")
    talk.tell(cancel=name)
    talk.end(name, "E_CANCELLED")
    assert talk.tool("aborted") == "1", "the proxy did not pass it on"
    talk.stop()
    assert proxy.protocols() == {"HTTP/2.0"}


@case
def the_program_trusts_whom_it_is_told_to_S_076(t):
    server = peer("modern.mjs")
    proxy = Nginx(t, server["port"])
    failed = t.run("tools", "list", proxy.secure, code=3)
    assert "certificate" in failed.err, failed
    result = t.run("tools", "call", proxy.secure, "big", "--cacert", proxy.ca,
                   "--arg", f"bytes={BIG}")
    assert len(result.raw) == BIG + 1
    assert proxy.protocols() == {"HTTP/2.0"}


if __name__ == "__main__":
    e2e.main()
