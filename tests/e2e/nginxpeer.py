"""nginx, as Debian has it: its own way of buffering, and HTTP/2 behind a
certificate that only --cacert knows."""

import pathlib
import shutil
import subprocess
import tempfile
import threading

import e2e
from servers import free_port

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
             "-addext", "subjectAltName=DNS:localhost,DNS:mcp.test",
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
