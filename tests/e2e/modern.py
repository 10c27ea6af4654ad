"""MCP 2026-07-28, on the second version of the official SDK, which checks every
header field that it is sent against the body."""

import json

import e2e
from e2e import case
from proxies import Cutter
from servers import Peer, peer
from talk import Talk, seen

ASKED = {"elicitation": {}, "roots": {}}


def server():
    return peer("modern.mjs", "--legacy", "reject")


def place(**arguments):
    return {"name": "place", "arguments": arguments}


# --- header fields ----------------------------------------------------------

@case
def names_of_every_kind_are_sent_as_the_sdk_expects_T_062_T_066(t):
    talk = Talk(t, server()["url"])
    assert talk.tool("héllo") == "hello"
    call = seen(server(), rpc="tools/call")[-1]
    assert call["nameField"] == "=?base64?aMOpbGxv?=", call
    assert talk.call("resources/read", {"uri": "memo://one"})["contents"]
    call = seen(server(), rpc="resources/read")[-1]
    assert call["nameField"] == "memo://one", call
    got = talk.call("prompts/get", {"name": "greet",
                                    "arguments": {"name": "Ada"}})
    assert got["messages"][0]["content"]["text"] == "Greet Ada"
    assert seen(server(), rpc="prompts/get")[-1]["nameField"] == "greet"


@case
def annotated_arguments_are_sent_as_the_sdk_expects_T_065_T_066(t):
    talk = Talk(t, server()["url"])
    for region, field in (("us west 1", "us west 1"), ("", ""),
                          (" padded ", "=?base64?IHBhZGRlZCA=?="),
                          ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
                          ("Hello, 世界",
                           "=?base64?SGVsbG8sIOS4lueVjA==?="),
                          ("=?base64?literal?=",
                           "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")):
        given = {"region": region, "zone": 42, "plain": "no field"}
        assert json.loads(talk.tool("place", given)) == given
        fields = seen(server(), rpc="tools/call")[-1]["params"]
        assert fields == {"mcp-param-region": field,
                          "mcp-param-zone": "42"}, fields
    assert talk.tool("place", {"plain": "alone"}) == '{"plain":"alone"}'
    assert not seen(server(), rpc="tools/call")[-1]["params"]


@case
def the_program_sends_them_too_T_065_T_069(t):
    result = t.run("tools", "call", server()["url"], "place",
                   "--arg", "region=north", "--arg", "zone=7")
    assert json.loads(result.out) == {"region": "north", "zone": 7}, result
    result = t.run("tools", "call", server()["url"], "place", "--args",
                   '{"region": "south"}')
    assert json.loads(result.out) == {"region": "south"}, result


@case
def a_tool_whose_annotation_is_wrong_is_left_out_T_067_T_068(t):
    talk = Talk(t, server()["url"])
    tools = {it["name"] for it in talk.call("tools/list")["tools"]}
    assert "place" in tools and "bad" not in tools, tools
    assert talk.wait_for(lambda it: it.get("dropped") == "bad")["why"]
    before = len(seen(server(), rpc="tools/call"))
    talk.tool("bad", code="E_UNSUPPORTED")
    assert len(seen(server(), rpc="tools/call")) == before


@case
def a_schema_that_changed_is_learned_and_the_call_repeated_T_069(t):
    changing = Peer("modern.mjs", "--legacy", "reject")
    talk = Talk(t, changing["url"])
    assert json.loads(talk.tool("place", {"region": "a"})) == {"region": "a"}
    assert talk.tool("reshape", {"field": "Area"}) == "Area"
    assert json.loads(talk.tool("place", {"region": "b"})) == {"region": "b"}
    assert talk.tool("count") == "2"
    tried = [it["params"] for it in seen(changing, rpc="tools/call")
             if it["nameField"] == "place"]
    assert tried == [{"mcp-param-region": "a"}, {"mcp-param-region": "b"},
                     {"mcp-param-area": "b"}], tried
    assert len(seen(changing, rpc="tools/list")) == 2


@case
def every_request_introduces_its_client_T_060_T_063(t):
    talk = Talk(t, server()["url"], capabilities=ASKED)
    before = len(seen(server()))
    talk.tool("echo", {"message": "hello"})
    for it in seen(server())[before:]:
        meta = it["message"]["params"]["_meta"]
        prefix = "io.modelcontextprotocol/"
        assert meta[prefix + "protocolVersion"] == it["version"], meta
        assert meta[prefix + "clientCapabilities"] == ASKED, meta
        assert meta[prefix + "clientInfo"]["name"] == "talk", meta


# --- rounds -----------------------------------------------------------------

@case
def questions_are_answered_round_by_round_T_091_T_092_T_093(t):
    asking = Peer("modern.mjs", "--legacy", "reject")
    talk = Talk(t, asking["url"], capabilities=ASKED)
    first = '{"who":{"action":"accept","content":{"name":"Ada"}}}'
    second = '{"where":{"roots":[{"uri":"file:///talk"}]}}'
    assert talk.tool("ask") == first + second
    assert talk.tool("count") == "3"
    rounds = [it["message"]["params"] for it in seen(asking, rpc="tools/call")
              if it["nameField"] == "ask"]
    assert "requestState" not in rounds[0]
    assert rounds[1]["requestState"] == '{"round": 1} "\\ é" =?base64?'
    assert rounds[2]["requestState"] == first
    assert rounds[2]["inputResponses"] == json.loads(second)
    assert {it["name"] for it in rounds} == {"ask"}


@case
def what_was_not_declared_is_not_asked_and_the_refusal_told_T_093(t):
    talk = Talk(t, server()["url"])
    failed = talk.tool("ask", code="E_RPC")
    assert failed["code"] == "-32021", failed
    assert "elicitation" in failed["message"], failed


@case
def a_client_that_cannot_answer_says_so_T_093(t):
    talk = Talk(t, server()["url"],
                capabilities={"elicitation": {}, "sampling": {}})
    failed = talk.tool("ask", code="E_RPC")
    assert failed["code"] == "-32021" and "roots" in failed["message"], failed


# --- on the way -------------------------------------------------------------

@case
def progress_comes_on_the_stream_of_its_call_T_120(t):
    talk = Talk(t, server()["url"])
    name = talk.start("tools/call", {
        "name": "steps", "arguments": {"count": 4}}, progress=True)
    talk.end(name)
    told = [it["params"] for it in talk.said if it.get("progress") == name]
    assert [it["progress"] for it in told] == [1, 2, 3, 4], told


@case
def a_cancelled_call_is_hung_up_on_T_110(t):
    waited = Peer("modern.mjs", "--legacy", "reject")
    talk = Talk(t, waited["url"])
    name = talk.start("tools/call", {"name": "wait", "arguments": {}},
                      progress=True)
    talk.wait_for(lambda it: it.get("progress") == name)
    talk.tell(cancel=name)
    talk.end(name, "E_CANCELLED")
    assert talk.tool("aborted") == "1", "the server did not see it"
    call = [it for it in seen(waited, rpc="tools/call")
            if it["nameField"] == "wait"][0]
    assert call["gone"] is True, call
    assert not seen(waited, rpc="notifications/cancelled")


@case
def an_unknown_method_is_the_servers_answer_T_107(t):
    talk = Talk(t, server()["url"])
    talk.open()
    before = len(seen(server()))
    failed = talk.call("nonesuch/method", code="E_RPC")
    assert failed["code"] == "-32601", failed
    spoken = seen(server())[before:]
    assert [it["rpc"] for it in spoken] == ["nonesuch/method"], spoken
    assert spoken[0]["status"] == 404


@case
def streams_and_json_carry_the_same_T_022(t):
    streaming = peer("modern.mjs", "--legacy", "reject", "--sse")
    for url in (server()["url"], streaming["url"]):
        assert t.run("tools", "call", url, "big", "--arg",
                     "bytes=3000000").raw == b"x" * 3000000 + b"\n"


@case
def wherever_the_connection_ends_a_call_is_made_once_T_025(t):
    lost = Peer("modern.mjs", "--legacy", "reject")
    proxy = Cutter(t, lost["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    for made, count in enumerate((0, 1, 20, 120, 300)):
        assert talk.tool("count") == str(made)
        proxy.cut_after(count)
        talk.tool("place", {"region": "north"}, code="E_NETWORK")
        assert proxy.cuts == made + 1


# --- listening --------------------------------------------------------------

@case
def a_subscription_brings_what_was_asked_for_T_100_T_101(t):
    listened = Peer("modern.mjs", "--legacy", "reject")
    talk = Talk(t, listened["url"])
    talk.listen(toolsListChanged=True, resourceSubscriptions=["memo://one"])
    acknowledged = talk.notified("notifications/subscriptions/acknowledged")
    assert acknowledged["notifications"]["toolsListChanged"] is True
    talk.tool("touch", {"uri": "memo://two"})
    talk.tool("touch", {"uri": "memo://one"})
    updated = talk.notified("notifications/resources/updated")
    assert updated["uri"] == "memo://one", updated
    tools = {it["name"] for it in talk.call("tools/list")["tools"]}
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")
    more = {it["name"] for it in talk.call("tools/list")["tools"]}
    assert more - tools == {"grown"}
    listening = seen(listened, rpc="subscriptions/listen")
    assert len(listening) == 1
    talk.stop()
    assert seen(listened, rpc="subscriptions/listen")[0]["gone"] is True
    assert not seen(listened, method="DELETE")


@case
def a_changed_wish_is_another_subscription_T_103(t):
    talk = Talk(t, server()["url"])
    talk.listen(toolsListChanged=True)
    since = len(talk.said)
    talk.listen(resourceSubscriptions=["memo://three"])
    talk.notified("notifications/subscriptions/acknowledged", since - 1)
    talk.tool("touch", {"uri": "memo://three"})
    talk.notified("notifications/resources/updated")
    wishes = [it["message"]["params"]["notifications"]
              for it in seen(server(), rpc="subscriptions/listen")]
    assert wishes[-2:] == [{"toolsListChanged": True},
                           {"resourceSubscriptions": ["memo://three"]}]


@case
def a_subscription_that_broke_off_is_made_again_T_102(t):
    listened = Peer("modern.mjs", "--legacy", "reject")
    talk = Talk(t, listened["url"])
    talk.listen(toolsListChanged=True)
    talk.notified("notifications/subscriptions/acknowledged")
    since = len(talk.said)
    listened.stop()
    listened = Peer("modern.mjs", "--legacy", "reject", "--port",
                    str(listened["port"]))
    talk.notified("notifications/subscriptions/acknowledged", since)
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")


if __name__ == "__main__":
    e2e.main()
