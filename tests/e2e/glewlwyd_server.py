"""glewlwyd, the single sign-on daemon that Debian has, started for a test.

Everything of it is in a directory that goes away with it: configuration,
database, keys.  Neither the package's service nor its database is touched.
What its pages would do in a browser, Person does by the same REST calls."""

import http.cookiejar
import json
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import e2e
from servers import NoRedirect, free_port, parameters

SCHEMA = pathlib.Path(
    "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
MODULES = "/usr/lib/glewlwyd"
SCOPES = ["mcp:read", "mcp:write"]
PASSWORD = "canary-Pa55word!"
CONFIGURATION = """
port = {port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:{port}"
login_url = "login.html"
api_prefix = "api"
log_mode = "console"
log_level = "DEBUG"
cookie_secure = 0
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "{modules}/user"
client_module_path = "{modules}/client"
user_auth_scheme_module_path = "{modules}/scheme"
plugin_module_path = "{modules}/plugin"
hash_algorithm = "SHA512"
database = {{ type = "sqlite3" path = "{directory}/glewlwyd.db" }};
"""


class Browser:
    """One browser session: it keeps cookies and follows no redirect."""

    def __init__(self, origin):
        self.origin = origin
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(NoRedirect, jar)

    def ask(self, method, url, document=None, body=None, headers=None):
        """(status, headers, text); a URL may be a path of the origin."""
        headers = dict(headers or {})
        if document is not None:
            body = json.dumps(document).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(
            urllib.parse.urljoin(self.origin, url), body, headers,
            method=method)
        try:
            answer = self.opener.open(request, timeout=e2e.DEADLINE_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def must(self, *arguments, **more):
        status, headers, text = self.ask(*arguments, **more)
        assert status < 400, (arguments, status, text)
        return headers, text

    def log_in(self, username, password):
        self.must("POST", "/api/auth",
                  {"username": username, "password": password})


class Person(Browser):
    """What the login and consent pages do when a person says yes."""

    def authorize(self, url, scope=None):
        """Where the browser is sent in the end; scope: what is granted, all
        that is asked for unless said otherwise."""
        headers, _ = self.must("GET", url)
        page = parameters(headers["Location"])
        self.log_in("ada", PASSWORD)
        granted = page["scope"] if scope is None else scope
        self.must("PUT", "/api/auth/grant/" + page["client_id"],
                  {"scope": granted})
        headers, _ = self.must("GET", page["callback_url"] + "&g_continue")
        return headers["Location"]


class Glewlwyd:
    """The daemon, alive until the file's cases are over."""

    def __init__(self):
        if not shutil.which("glewlwyd") or not SCHEMA.exists():
            raise e2e.Skip("no glewlwyd; ./dev test installs it")
        self.directory = tempfile.TemporaryDirectory(prefix="glewlwyd-")
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.lines = []
        self.grown = threading.Condition()
        self.clients = 0
        self.issuers = {}
        self.make_files()
        self.start()
        self.admin = Browser(self.origin)
        self.admin.log_in("admin", "password")
        self.add_scopes_and_user()

    def make_files(self):
        directory = pathlib.Path(self.directory.name)
        database = sqlite3.connect(directory / "glewlwyd.db")
        database.executescript(SCHEMA.read_text())
        database.close()
        (directory / "glewlwyd.conf").write_text(CONFIGURATION.format(
            port=self.port, modules=MODULES, directory=directory))
        self.key = subprocess.check_output(
            ["openssl", "genrsa", "2048"], stderr=subprocess.DEVNULL)
        self.certificate = subprocess.check_output(
            ["openssl", "rsa", "-pubout"], input=self.key,
            stderr=subprocess.DEVNULL)

    def start(self):
        """It ends with its parent, whatever becomes of that."""
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "glewlwyd", "--config-file",
             f"{self.directory.name}/glewlwyd.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace")
        e2e.keep_process(self.process.pid)
        self.reader = threading.Thread(target=self.read_log)
        self.reader.start()
        e2e.at_end(self.stop)
        self.wait_for("Glewlwyd started on port")
        self.wait_until_it_listens()

    def wait_until_it_listens(self):
        """It says so a moment before it does, and nothing tells when."""
        while self.process.poll() is None:
            with socket.socket() as knock:
                if not knock.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.01)
        raise AssertionError(f"it ended: {''.join(self.lines)}")

    def read_log(self):
        for line in self.process.stdout:
            with self.grown:
                self.lines.append(line)
                self.grown.notify()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        self.directory.cleanup()

    def wait_for(self, pattern, since=0):
        """Until a line of its log matches that came after the first
        `since`."""
        def found():
            return any(re.search(pattern, line)
                       for line in self.lines[since:])
        with self.grown:
            assert self.grown.wait_for(found, e2e.DEADLINE_S), \
                f"never logged {pattern!r}: {''.join(self.lines[since:])}"

    def log(self, since):
        """What it logged from then to now: to what we make it log last."""
        last = self.add_client()
        self.wait_for(f"Client '{last}' added", since)
        return "".join(self.lines[since:])

    def add_scopes_and_user(self):
        for scope in SCOPES:
            self.admin.must("POST", "/api/scope/", {
                "name": scope, "display_name": scope, "description": scope,
                "password_required": True, "password_max_age": 0,
                "scheme": {}})
        self.admin.must("POST", "/api/user/", {
            "username": "ada", "password": PASSWORD, "name": "Ada",
            "email": "ada@example.com", "enabled": True,
            "scope": ["g_profile", "openid", *SCOPES]})

    def add_issuer(self, name, **changes):
        """An authorization server at a path of its own; gives its issuer."""
        issuer = f"{self.origin}/api/{name}"
        self.issuers[name] = {
            "module": "oidc", "name": name, "display_name": name,
            "parameters": {**self.parameters(issuer), **changes}}
        self.admin.must("POST", "/api/mod/plugin/", self.issuers[name])
        return issuer

    def serve(self, name, resources):
        """From now on the issuer gives tokens for these resources."""
        plugin = self.issuers[name]
        plugin["parameters"]["resource-scope"] = {
            scope: resources for scope in SCOPES}
        self.admin.must("PUT", "/api/mod/plugin/" + name, plugin)
        self.admin.must("PUT", f"/api/mod/plugin/{name}/reset")

    def parameters(self, issuer):
        return {
            "iss": issuer, "oauth-as-iss-id": True,
            "jwt-type": "rsa", "jwt-key-size": "256", "jwks-show": True,
            "key": self.key.decode(), "cert": self.certificate.decode(),
            "access-token-duration": 3600,
            "refresh-token-duration": 86400, "code-duration": 600,
            "refresh-token-rolling": True, "refresh-token-one-use": "always",
            "allow-non-oidc": True, "allowed-scope": ["openid", *SCOPES],
            "auth-type-code-enabled": True,
            "auth-type-code-revoke-replayed": True,
            "auth-type-client-enabled": True,
            "auth-type-refresh-enabled": True,
            "pkce-allowed": True, "pkce-required": True,
            "pkce-method-plain-allowed": False,
            "client-pubkey-parameter": "pubkey",
            "request-parameter-allow": True,
            "introspection-revocation-allowed": True,
            "introspection-revocation-allow-target-client": True,
            "register-client-allowed": True,
            "register-client-auth-scope": [],
            "register-client-credentials-scope": [],
            "register-client-management-allowed": True,
            "resource-allowed": True,
            "resource-client-property": "resource",
            "resource-scope-and-client-property": False,
        }

    def add_client(self, **members):
        """A client that no other case uses; gives its id."""
        self.clients += 1
        client_id = f"client-{self.clients}"
        self.admin.must("POST", "/api/client/", {
            "client_id": client_id, "name": client_id, "enabled": True,
            "confidential": "client_secret" in members,
            "redirect_uri": [], "scope": [],
            "authorization_type": ["code", "refresh_token"], **members})
        return client_id

    def forget_client(self, client_id):
        self.admin.must("DELETE", "/api/client/" + client_id)

    def person(self):
        return Person(self.origin)
