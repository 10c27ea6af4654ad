"""`mcpauth connect` for a host that has no sessions, at servers on the official
SDK that have some."""

import e2e
from e2e import case
from host import MODERN, PREFIX, Plain
from servers import peer


def server():
    return peer("sessions.mjs")


def text_of(result):
    assert result["resultType"] == "complete", result
    return result["content"][0]["text"]


def both_ways(act):
    """With sessions over Streamable HTTP, and over HTTP+SSE."""
    for path in ("/mcp", "/sse"):
        act(server()["origin"] + path)


@case
def a_server_with_sessions_is_as_one_without_T_210_T_211(t):
    def act(url):
        host = Plain(t, url)
        found = host.result("server/discover")
        assert found["supportedVersions"] == [MODERN], found
        assert found["_meta"][PREFIX + "serverInfo"]["name"], found
        tools = host.result("tools/list")
        assert tools["resultType"] == "complete", tools
        assert tools["cacheScope"] == "private", tools
        assert "echo" in [it["name"] for it in tools["tools"]], tools
        assert text_of(host.call("echo", message="hello")) == "hello"
        assert host.error("nonesuch/method")["code"] == -32601
        host.end()
    both_ways(act)


@case
def who_begins_with_a_call_is_served_T_072_T_210(t):
    host = Plain(t, server()["url"])
    assert text_of(host.call("echo", message="first")) == "first"
    host.end()


@case
def a_question_on_a_call_comes_as_its_answer_T_212(t):
    def act(url):
        host = Plain(t, url)
        host.capabilities = {"elicitation": {"form": {}}, "roots": {}}
        params = {"name": "ask", "arguments": ASKED}
        result = host.result("tools/call", params)
        assert result["resultType"] == "input_required", result
        (key, question), = result["inputRequests"].items()
        assert question["method"] == "roots/list", question
        result = host.result("tools/call", {
            **params, "requestState": result["requestState"],
            "inputResponses": {key: {"roots": [{"uri": "file:///host"}]}}})
        assert "file:///host" in text_of(result), result
        host.end()
    both_ways(act)


ASKED = {"method": "roots/list"}


@case
def a_cancelled_call_is_cancelled_T_214(t):
    host = Plain(t, server()["url"])
    host.more = {PREFIX + "logLevel": "debug"}
    key = host.ask("tools/call", {"name": "wait", "arguments": {}})
    host.wait(lambda it: it.get("method") == "notifications/message")
    host.tell("notifications/cancelled", {"requestId": key})
    while text_of(host.call("aborted")) == "0":
        pass
    host.end()
    assert not host.responses(key)


@case
def news_reach_who_listens_T_213(t):
    host = Plain(t, server()["url"])
    host.ask("subscriptions/listen", {"notifications": {
        "toolsListChanged": True, "resourceSubscriptions": ["memo://one"]}},
        "mine")
    told = host.wait(lambda it: it.get("method") ==
                     "notifications/subscriptions/acknowledged")
    assert told["params"]["notifications"] == {
        "toolsListChanged": True,
        "resourceSubscriptions": ["memo://one"]}, told
    changed = "notifications/tools/list_changed"
    while not [it for it in host.messages if it.get("method") == changed]:
        assert text_of(host.call("grow")) == "grown"
    told = host.wait(lambda it: it.get("method") == changed)
    assert told["params"]["_meta"][PREFIX + "subscriptionId"] == "mine"
    assert text_of(host.call("touch", uri="memo://one")) == "true"
    told = host.wait(lambda it: it.get("method") ==
                     "notifications/resources/updated")
    assert told["params"]["uri"] == "memo://one", told
    host.end()


if __name__ == "__main__":
    e2e.main()
