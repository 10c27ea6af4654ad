"""`mcpauth connect` for a host that has sessions, at servers on the second
version of the official SDK that have none; and for a host that has none
either."""

import json

import e2e
from e2e import case
from host import HELLO, MODERN, PREFIX, Host
from servers import Peer, peer
from talk import seen

ASKED = {**HELLO, "capabilities": {
    "elicitation": {}, "roots": {"listChanged": True}}}


def server():
    return peer("modern.mjs", "--legacy", "reject")


def open_host(t, url, hello=HELLO, *options):
    host = Host(t, url, *options)
    host.hello = host.open(hello)
    return host


def text_of(result):
    return result["content"][0]["text"]


def request_of(host, method):
    return host.wait(lambda it: it.get("method") == method and "id" in it)


@case
def a_server_without_sessions_is_as_one_with_T_200_T_201(t):
    host = open_host(t, server()["url"])
    assert host.hello["protocolVersion"] == "2025-11-25", host.hello
    assert host.hello["serverInfo"]["name"] == "modern", host.hello
    assert host.hello["capabilities"]["tools"] == {"listChanged": True}
    assert host.result("ping") == {}
    names = {it["name"] for it in host.result("tools/list")["tools"]}
    assert "place" in names and "bad" not in names, names
    given = {"region": "line1\nline2", "zone": 42}
    assert json.loads(text_of(host.call("place", **given))) == given
    call = seen(server(), rpc="tools/call")[-1]
    meta = call["message"]["params"]["_meta"]
    assert meta[PREFIX + "clientInfo"] == HELLO["clientInfo"], meta
    assert call["params"]["mcp-param-zone"] == "42", call
    assert "resultType" not in host.result("resources/read",
                                           {"uri": "memo://one"})
    assert host.error("nonesuch/method")["code"] == -32601
    host.end()


@case
def the_first_time_costs_one_question_more_T_072(t):
    fresh = Peer("modern.mjs", "--legacy", "reject")
    host = open_host(t, fresh["url"])
    host.call("echo", message="hello")
    host.end()
    spoken = [it["rpc"] for it in seen(fresh)
              if it["rpc"] != "subscriptions/listen"]
    assert spoken == ["initialize", "server/discover", "tools/list",
                      "tools/call"], spoken


@case
def a_server_of_both_kinds_is_spoken_to_with_sessions_T_190(t):
    both = Peer("modern.mjs")
    host = open_host(t, both["url"])
    assert text_of(host.call("echo", message="hello")) == "hello"
    assert not seen(both, rpc="server/discover")
    host.end()


@case
def questions_reach_the_host_round_by_round_T_091_T_204(t):
    host = open_host(t, server()["url"], ASKED)
    key = host.ask("tools/call", {"name": "ask", "arguments": {}})
    question = request_of(host, "elicitation/create")
    assert question["params"]["message"] == "Who?", question
    host.say({"jsonrpc": "2.0", "id": question["id"], "result": {
        "action": "accept", "content": {"name": "Ada"}}})
    question = request_of(host, "roots/list")
    host.say({"jsonrpc": "2.0", "id": question["id"], "result": {
        "roots": [{"uri": "file:///host"}]}})
    assert text_of(host.answer(key)["result"]) == (
        '{"who":{"action":"accept","content":{"name":"Ada"}}}'
        '{"where":{"roots":[{"uri":"file:///host"}]}}')
    host.end()


@case
def what_the_host_did_not_declare_is_an_error_of_ours_T_205(t):
    host = open_host(t, server()["url"])
    error = host.error("tools/call", {"name": "ask", "arguments": {}})
    assert error["code"] == -31006 and "elicitation" in error["message"], error
    host.end()


@case
def a_cancelled_call_is_hung_up_on_T_203(t):
    waited = Peer("modern.mjs", "--legacy", "reject")
    host = open_host(t, waited["url"])
    key = host.ask("tools/call", {"name": "wait", "arguments": {},
                                  "_meta": {"progressToken": "p"}})
    host.wait(lambda it: it.get("method") == "notifications/progress")
    host.tell("notifications/cancelled", {"requestId": key})
    assert text_of(host.call("aborted")) == "1"
    assert not seen(waited, rpc="notifications/cancelled")
    host.end()
    assert not host.responses(key)


@case
def news_and_subscriptions_reach_the_host_T_100_T_202(t):
    told = Peer("modern.mjs", "--legacy", "reject")
    host = open_host(t, told["url"])
    host.result("resources/subscribe", {"uri": "memo://one"})
    while not any(it["message"]["params"]["notifications"]
                  .get("resourceSubscriptions") for it in
                  seen(told, rpc="subscriptions/listen")):
        host.result("tools/list")
    host.call("touch", uri="memo://one")
    news = host.wait(lambda it: it.get("method") ==
                     "notifications/resources/updated")
    assert news["params"]["uri"] == "memo://one", news
    assert "_meta" not in news["params"], news
    host.call("grow")
    host.wait(lambda it: it.get("method") ==
              "notifications/tools/list_changed")
    host.end()


# --- without sessions on both sides ------------------------------------------

def plain(**params):
    return {**params, "_meta": {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": HELLO["clientInfo"],
        "io.modelcontextprotocol/clientCapabilities": {}}}


@case
def two_without_sessions_hear_each_other_as_they_speak_T_220(t):
    host = Host(t, server()["url"])
    assert MODERN in host.result("server/discover",
                                 plain())["supportedVersions"]
    result = host.result("tools/call", plain(
        name="place", arguments={"region": "north"}))
    assert json.loads(text_of(result)) == {"region": "north"}
    assert result["resultType"] == "complete", result
    key = host.ask("subscriptions/listen", plain(
        notifications={"toolsListChanged": True}), "mine")
    news = host.wait(lambda it: it.get("method") ==
                     "notifications/subscriptions/acknowledged")
    assert news["params"]["_meta"][
        "io.modelcontextprotocol/subscriptionId"] == "mine", news
    host.tell("notifications/cancelled", {"requestId": key})
    host.end()


if __name__ == "__main__":
    e2e.main()
