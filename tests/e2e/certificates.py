"""Clients that are known by a certificate (RFC 8705): oidc-provider knows them
and binds tokens to it, and MCP servers of the official SDK compare each token
with the certificate that it comes with (peers/certificates.mjs)."""

import base64
import functools
import json
import pathlib
import ssl
import subprocess
import tempfile

import e2e
from e2e import case
from host import Host
from oidcpeer import claims, login
from servers import parameters, peer
from talk import seen

BOUND = {"tls_client_certificate_bound_access_tokens": True}
MACHINE = {"redirect_uris": [], "response_types": [],
           "grant_types": ["client_credentials"]}
PERSON = {"application_type": "native",
          "redirect_uris": ["http://127.0.0.1/callback"],
          "grant_types": ["authorization_code", "refresh_token"]}
BY_NAME = {"token_endpoint_auth_method": "tls_client_auth",
           "tls_client_auth_subject_dn": "CN=machine"}


# --- certificates -----------------------------------------------------------

def openssl(*words, **options):
    return subprocess.run(["openssl", *words], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          **options).stdout


class Pair:
    """A certificate and its key, in files; by: who signs it, or itself."""

    def __init__(self, directory, name, by=None, alt="DNS:client.invalid"):
        self.certificate = str(directory / f"{name}.pem")
        self.key = str(directory / f"{name}.key")
        signed = ["-CA", by.certificate, "-CAkey", by.key] if by else []
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key,
                "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}",
                "-addext", f"subjectAltName={alt}", *signed)

    def jwk(self):
        """What it is registered as (RFC 8705 2.2.2)."""
        def text(data):
            return base64.urlsafe_b64encode(data).decode().rstrip("=")
        public = openssl("x509", "-in", self.certificate, "-noout", "-pubkey")
        point = openssl("pkey", "-pubin", "-outform", "DER", input=public)
        der = ssl.PEM_cert_to_DER_cert(
            pathlib.Path(self.certificate).read_text())
        return {"kty": "EC", "crv": "P-256", "x": text(point[-64:-32]),
                "y": text(point[-32:]),
                "x5c": [base64.b64encode(der).decode()]}

    def options(self):
        return "--cert", self.certificate, "--key", self.key


class Pairs:
    """Those of all cases: `ca` signed `machine` and `other`, not `own`."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory()
        e2e.at_end(self.directory.cleanup)
        path = pathlib.Path(self.directory.name)
        self.ca = Pair(path, "ca")
        self.server = Pair(path, "server", self.ca, "IP:127.0.0.1")
        self.machine = Pair(path, "machine", self.ca)
        self.other = Pair(path, "other", self.ca)
        self.own = Pair(path, "own")


@functools.cache
def pairs():
    return Pairs()


def files():
    """As the peers take them."""
    made = pairs()
    return ",".join((made.server.certificate, made.server.key,
                     made.ca.certificate))


# --- servers ----------------------------------------------------------------

def clients():
    return {
        "machine": {**MACHINE, **BY_NAME, **BOUND},
        "own": {**MACHINE, **BOUND, "jwks": {"keys": [pairs().own.jwk()]},
                "token_endpoint_auth_method": "self_signed_tls_client_auth"},
        "person": {**PERSON, **BY_NAME, **BOUND},
        "public": {**PERSON, **BOUND, "token_endpoint_auth_method": "none"},
    }


def issuer(*options):
    words = []
    for name, client in clients().items():
        words += ["--client", json.dumps({"client_id": name, **client})]
    return peer("oidc.mjs", "--tls", files(), *words, *options)


def guarded(provider, *options, **more):
    """An MCP server that takes tokens with the certificate they are bound to."""
    return peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"],
                "--scope", "mcp:read", "--tls", files(), *options, **more)


def enter(t, client, pair, server=None, **settings):
    """An entry "it" of that client with that certificate; gives its issuer and
    its server, if it is the usual one."""
    provider = issuer()
    server = server or guarded(provider)
    method = clients()[client]["token_endpoint_auth_method"]
    t.configure({"it": {"url": server["url"], "oauth": {
        "clientId": client, "tokenEndpointAuthMethod": method,
        "certificateFile": pair.certificate,
        "certificateKeyFile": pair.key, **settings}}})
    return provider, server


def trusting():
    return "--cacert", pairs().ca.certificate


def tools(t, *words, **options):
    return t.run("tools", "list", "it", *trusting(), *words, **options)


def requests(provider, before=0):
    return [it for it in seen(provider)[before:] if it["path"] == "/token"]


def bound_to(t):
    return claims(t)["cnf"]["x5t#S256"]


def thumbprint(pair):
    der = ssl.PEM_cert_to_DER_cert(pathlib.Path(pair.certificate).read_text())
    digest = openssl("dgst", "-sha256", "-binary", input=der)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# --- machines ---------------------------------------------------------------

@case
def a_machine_is_known_by_a_certificate_that_a_ca_signed_A_270_A_271_A_272(t):
    provider, server = enter(t, "machine", pairs().machine)
    before = len(seen(provider))
    assert tools(t).out.count("Found 6 tools") == 1
    (asked,) = requests(provider, before)
    assert asked["certificate"] == "machine", asked
    assert asked["client_id"] == "machine", asked
    assert asked["grant_type"] == "client_credentials", asked
    assert bound_to(t) == thumbprint(pairs().machine)
    calls = [it for it in seen(server, path="/mcp")]
    assert {it["certificate"] for it in calls} == {"machine"}, calls


@case
def or_by_one_that_it_signed_itself_A_270_A_271(t):
    provider, _ = enter(t, "own", pairs().own)
    before = len(seen(provider))
    assert tools(t).out.count("Found 6 tools") == 1
    assert [it["certificate"] for it in requests(provider, before)] == ["own"]
    assert bound_to(t) == thumbprint(pairs().own)


@case
def one_that_has_nothing_else_needs_not_say_how_it_is_known_A_121_A_270(t):
    provider = issuer("--no-public")
    t.use({"MCPAUTH_SERVER": guarded(provider)["url"],
           "OAUTH_CLIENT_ID": "own"})
    result = t.run("tools", "list", "--mode", "m2m", *trusting(),
                   *pairs().own.options())
    assert result.out.count("Found 6 tools") == 1, result
    assert bound_to(t) == thumbprint(pairs().own)


@case
def the_options_say_which_one_and_are_stronger_than_the_file_A_270(t):
    enter(t, "machine", pairs().other)
    assert tools(t, *pairs().machine.options()).out.count("Found 6 tools") == 1
    half = t.run("tools", "list", "it", *trusting(), "--cert",
                 pairs().machine.certificate, code=2)
    assert "--cert needs --key" in half.err, half


@case
def a_token_goes_back_by_the_certificate_A_262_A_263_A_270(t):
    provider = issuer("--tokens", "opaque")
    checker = provider["server"]
    enter(t, "machine", pairs().machine, guarded(
        provider, "--verify", "introspection", "--introspector",
        checker["client_id"],
        env={"INTROSPECTOR_SECRET": checker["client_secret"]}))
    tools(t)
    said = t.run("status", "it", "--check", *trusting()).out
    assert "check      active" in said, said
    (asked,) = [it for it in seen(provider, path="/token/introspection")
                if it.get("certificate")]
    assert asked["certificate"] == "machine" and asked["status"] == 200, asked
    before = len(seen(provider))
    t.run("logout", "it", *trusting())
    (revoked,) = [it for it in seen(provider)[before:]
                  if it["path"] == "/token/revocation"]
    assert revoked["certificate"] == "machine", revoked
    assert revoked["status"] == 200, revoked


# --- people -----------------------------------------------------------------

@case
def a_person_s_client_shows_it_for_code_and_refresh_token_A_270_A_272(t):
    provider, _ = enter(t, "person", pairs().machine, mode="interactive")
    before = len(seen(provider))
    login(t, "it", *trusting())
    t.age(3700)
    assert tools(t).out.count("Found 6 tools") == 1
    asked = requests(provider, before)
    assert [(it["grant_type"], it["certificate"]) for it in asked] == [
        ("authorization_code", "machine"), ("refresh_token", "machine")]
    assert bound_to(t) == thumbprint(pairs().machine)


@case
def a_public_client_has_its_tokens_bound_to_one_A_272(t):
    provider, _ = enter(t, "public", pairs().own)
    before = len(seen(provider))
    login(t, "it", *trusting())
    t.age(3700)
    assert tools(t).out.count("Found 6 tools") == 1
    asked = requests(provider, before)
    assert [it["certificate"] for it in asked] == ["own", "own"], asked
    assert bound_to(t) == thumbprint(pairs().own)


@case
def a_pushed_request_is_proved_by_it_A_102_A_270_A_271(t):
    provider = issuer("--push")
    enter(t, "person", pairs().machine, guarded(provider), mode="interactive")
    asked = parameters(login(t, "it", *trusting()))
    assert "request_uri" in asked, asked
    (pushed,) = seen(provider, path="/request")
    assert pushed["certificate"] == "machine", pushed
    assert pushed["status"] == 201, pushed


# --- what goes wrong --------------------------------------------------------

def fails(t, provider, *words, sent=0, code=None):
    before = len(seen(provider))
    result = tools(t, code=code)
    assert result.code, result
    for word in words:
        assert word in result.err, (word, result)
    assert len(requests(provider, before)) == sent, requests(provider, before)
    return result


@case
def another_s_certificate_is_refused_and_not_tried_again_A_270(t):
    for client, pair in (("machine", pairs().other), ("machine", pairs().own),
                         ("own", pairs().machine)):
        provider, _ = enter(t, client, pair)
        fails(t, provider, "invalid_client", "certificate", sent=1, code=4)
        assert not t.records() or "token" not in t.record()


@case
def no_certificate_at_all_is_said_before_anything_is_sent_A_270(t):
    provider, _ = enter(t, "machine", pairs().machine)
    t.configure({"it": {"url": guarded(provider)["url"], "oauth": {
        "clientId": "machine", "tokenEndpointAuthMethod": "tls_client_auth"}}})
    fails(t, provider, "none is named", "certificate_file", code=2)


@case
def files_that_are_missing_empty_or_no_pair_are_named_A_274(t):
    made = pairs()
    empty = t.write("empty.pem", "")
    rubbish = t.write("rubbish.pem", "no certificate\n")
    for certificate, key, words in (
            (t.dir / "gone.pem", made.machine.key, ["gone.pem", "No such"]),
            (empty, made.machine.key, ["empty.pem", "empty"]),
            (rubbish, made.machine.key, ["certificate or its key"]),
            (made.machine.certificate, made.other.key,
             ["certificate or its key"])):
        provider, _ = enter(t, "machine", made.machine,
                            certificateFile=str(certificate),
                            certificateKeyFile=str(key))
        fails(t, provider, *words, code=2)
    t.configure({"it": {"url": guarded(provider)["url"], "oauth": {
        "certificateFile": "relative.pem"}}})
    assert "absolute" in tools(t, code=2).err


@case
def a_certificate_that_is_replaced_is_followed_A_272_A_274(t):
    """A running bridge, its connections open: the tokens are bound to the old
    one, and the next call is answered all the same."""
    made = pairs()
    now = [t.write(name, pathlib.Path(path).read_text())
           for name, path in (("now.pem", made.machine.certificate),
                              ("now.key", made.machine.key))]
    provider, server = enter(t, "machine", made.machine,
                             certificateFile=str(now[0]),
                             certificateKeyFile=str(now[1]))
    again = Pair(t.dir, "machine", made.ca)
    host = Host(t, "it", *trusting())
    host.open()
    host.call("whoami")
    before = len(seen(provider))
    calls = len(seen(server))
    for path, new in zip(now, (again.certificate, again.key)):
        path.write_text(pathlib.Path(new).read_text())
    host.call("whoami")
    assert len(requests(provider, before)) == 1
    assert bound_to(t) == thumbprint(again)
    host.end()
    assert [it["status"] for it in seen(server)[calls:]
            if it["method"] == "POST"] == [401, 200], seen(server)[calls:]


@case
def a_stolen_token_is_of_no_use_A_272(t):
    provider, server = enter(t, "machine", pairs().machine)
    tools(t)
    before = len(seen(server))
    enter(t, "machine", pairs().other)
    fails(t, provider, "invalid_client", sent=1)
    assert seen(server)[before]["status"] == 401, seen(server)[before:]


if __name__ == "__main__":
    e2e.main()
