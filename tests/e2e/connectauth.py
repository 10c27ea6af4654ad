"""`mcpauth connect` when tokens end under it: revoked, used up, missing, and
what a host, and many bridges at once, see of that."""

import json
import urllib.parse

import e2e
from e2e import case
from host import HELLO, Host
from oidcpeer import login
from servers import NODE, PEERS, Peer, fetch

CROWD = 20


# --- the servers -------------------------------------------------------------

class Place:
    """oidc-provider, and a server that asks it about each token."""

    def __init__(self, t, client="public"):
        self.t = t
        self.provider = Peer("oidc.mjs", "--tokens", "opaque")
        server = self.provider["server"]
        self.server = Peer(
            "mcp-sdk-server.mjs", "--issuer", self.provider["issuer"],
            "--scope", "mcp:read", "--verify", "introspection", "--introspector",
            server["client_id"],
            env={"INTROSPECTOR_SECRET": server["client_secret"]})
        mine = self.provider[client] if client != "public" else {
            "client_id": self.provider["client_id"], "client_secret": None}
        self.client = mine
        t.use({"MCPAUTH_SERVER": self.server["url"],
               "OAUTH_CLIENT_ID": mine["client_id"],
               "OAUTH_CLIENT_SECRET": mine["client_secret"]})

    def granted(self, kind):
        return self.provider.said().count(f"granted: {kind} ")

    def revoke(self, name="access_token"):
        """By somebody else than the program that holds it; ends the login."""
        words = {key: value for key, value in self.client.items() if value}
        words["token"] = self.t.record()["token"][name]
        status, _, said = fetch(
            self.provider["issuer"] + "/token/revocation", "POST",
            urllib.parse.urlencode(words).encode())
        assert status == 200, said

    def end_token(self):
        """The access token alone: its refresh token stays good."""
        token = self.t.record()["token"]["access_token"]
        status, _, said = fetch(
            self.provider["issuer"] + "/_token", "DELETE",
            headers={"Authorization": f"Bearer {token}"})
        assert status == 200, said


def text_of(response):
    assert "result" in response, response
    return response["result"]["content"][0]["text"]


def echo(host, message):
    return host.ask("tools/call",
                    {"name": "echo", "arguments": {"message": message}})


def write_browser(t):
    """A person's browser, who says yes, and the file that counts them."""
    visits = t.write("visits", "")
    script = t.write("browser", "#!/bin/sh\n"
                     f"echo visit >>{visits}\n"
                     f"exec {NODE} {PEERS}/visit.mjs \"$1\"\n", 0o700)
    return str(script), visits


def end_all(hosts):
    for host in hosts:
        host.end()


# --- a token that is revoked -------------------------------------------------

@case
def a_token_is_revoked_under_64_calls_T_181_S_041(t):
    place = Place(t, "m2m")
    host = Host(t)
    host.open()
    calls = [echo(host, str(number)) for number in range(64)]
    for number in range(64, 200):
        if number == 100:
            place.revoke()
        text_of(host.answer(calls[number - 64]))
        calls.append(echo(host, str(number)))
    for number, key in enumerate(calls):
        assert text_of(host.answer(key)) == str(number)
    assert place.granted("client_credentials") == 2
    refused = [it for it in json.loads(fetch(place.server["origin"] +
                                             "/_seen")[2])
               if it.get("status") == 401 and it.get("token")]
    assert refused, "the token was not in use"
    host.end()


@case
def a_crowd_of_bridges_survives_a_revoked_token_S_042(t):
    place = Place(t)
    login(t)
    hosts = [Host(t) for _ in range(CROWD)]
    for host in hosts:
        host.open()
    before = {name: place.granted(name)
              for name in ("refresh_token", "authorization_code")}
    place.end_token()
    calls = [echo(host, "on") for host in hosts]
    for host, key in zip(hosts, calls):
        assert text_of(host.answer(key)) == "on"
    assert place.granted("refresh_token") == before["refresh_token"] + 1
    assert place.granted("authorization_code") == before["authorization_code"]
    end_all(hosts)


@case
def a_crowd_starts_with_a_revoked_token_S_042(t):
    place = Place(t)
    login(t)
    place.end_token()
    hosts = [Host(t) for _ in range(CROWD)]
    keys = [host.ask("initialize", HELLO) for host in hosts]
    for host, key in zip(hosts, keys):
        assert "result" in host.answer(key), host.messages
    assert place.granted("refresh_token") == 1
    assert place.granted("authorization_code") == 1
    end_all(hosts)


# --- a person is needed ------------------------------------------------------

@case
def a_login_elsewhere_is_found_by_the_next_request_T_181(t):
    place = Place(t)
    login(t)
    host = Host(t, "--no-browser")
    host.open()
    assert text_of(host.answer(echo(host, "before"))) == "before"
    place.revoke("refresh_token")
    error = host.answer(echo(host, "lost"))["error"]
    assert error["code"] == -31001, error
    command = f"mcpauth login {place.server['url']}"
    assert command in error["message"], error
    login(t, place.server["url"])
    assert text_of(host.answer(echo(host, "found"))) == "found"
    host.end()


@case
def many_bridges_without_a_login_open_one_browser_S_042_A_013(t):
    place = Place(t)
    browser, visits = write_browser(t)
    t.use({"BROWSER": browser})
    hosts = [Host(t) for _ in range(CROWD // 2)]
    keys = [host.ask("initialize", HELLO) for host in hosts]
    for host, key in zip(hosts, keys):
        assert "result" in host.answer(key), host.messages
    assert visits.read_text() == "visit\n", visits.read_text()
    assert place.granted("authorization_code") == 1
    t.harvest()
    end_all(hosts)
    e2e.wait_for_orphans()


# --- what can be watched -----------------------------------------------------

def exchanges(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["exchanges"]


def said_in(path):
    """Of each exchange, what was asked."""
    asked = [it["request"] for it in exchanges(path)]
    return [it["body"].get("method") if isinstance(it["body"], dict)
            else it["url"].split("/")[-1] for it in asked]


@case
def a_trace_is_whole_while_the_bridge_runs_and_tells_no_secret_S_054(t):
    place = Place(t, "m2m")
    path = t.trace()
    host = Host(t, "--trace", path)
    host.open()
    assert text_of(host.answer(echo(host, "one"))) == "one"
    while "tools/call" not in said_in(path):
        host.result("ping")
    said = said_in(path)
    assert said.index("token") < said.index("tools/call"), said
    assert said.count("initialize") == 2, said  # refused, then with a token
    host.end()
    last = exchanges(path)
    assert len(last) > len(said)
    assert [it["response"]["status"] for it in last
            if it["request"]["method"] == "DELETE"] == [200], said_in(path)
    issuers = [it["response"]["body"]["issuer"] for it in last
               if it["request"]["url"].endswith("authorization-server")]
    assert issuers == [place.provider["issuer"]]


if __name__ == "__main__":
    e2e.main()
