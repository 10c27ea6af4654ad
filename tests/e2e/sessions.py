"""Servers with sessions, on the official SDK: streams that break, sessions
that are lost, and a server that asks back."""

import json

import e2e
from e2e import case
from proxies import Cutter
from servers import Peer, free_port, peer
from talk import Talk, seen

ASKED = {"elicitation": {}, "roots": {}}


def restarted(server):
    """The same server anew, at the same port, with nothing left of before."""
    server.stop()
    return Peer("sessions.mjs", "--port", str(server["port"]))


# --- streams that break -----------------------------------------------------

@case
def a_stream_that_is_cut_is_resumed_and_the_call_made_once_T_042(t):
    server = peer("sessions.mjs", "--store", "--retry", "50")
    for number, inside in enumerate((False, True)):
        mark = f"mark-{number}"
        proxy = Cutter(t, server["port"])
        proxy.cut(mark, inside)
        before = len(seen(server, rpc="tools/call"))
        result = t.run("tools", "call", proxy.origin + "/mcp", "once",
                       "--arg", f"mark={mark}")
        assert result.out == f"call {number + 1}\n", result
        assert proxy.cuts == 1
        assert len(seen(server, rpc="tools/call")) == before + 1
        resumed = [it for it in seen(server, method="GET") if "resumes" in it]
        assert len(resumed) == number + 1, resumed


@case
def a_server_may_send_its_client_away_T_041_T_042(t):
    server = peer("sessions.mjs", "--store", "--retry", "50")
    talk = Talk(t, server["url"])
    before = int(talk.tool("count"))
    assert talk.tool("away") == f"call {before + 1}"
    assert talk.tool("count") == str(before + 1)


@case
def a_cut_stream_without_event_ids_is_an_error_and_not_repeated_T_025(t):
    server = peer("sessions.mjs")
    proxy = Cutter(t, server["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    before = int(talk.tool("count"))
    proxy.cut("cut here")
    talk.tool("once", {"mark": "cut here"}, code="E_NETWORK")
    assert proxy.cuts == 1
    assert talk.tool("count") == str(before + 1)
    assert not [it for it in seen(server) if "resumes" in it]


@case
def wherever_it_is_cut_a_call_is_made_once_at_most_T_025_T_042(t):
    server = peer("sessions.mjs", "--store", "--retry", "10")
    proxy = Cutter(t, server["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    made = int(talk.tool("count"))
    resumed = 0
    for count in range(0, 1200, 29):
        proxy.cut_after(count)
        line = talk.end(talk.start("tools/call", {
            "name": "once", "arguments": {"mark": "any"}}), None)
        made += 1
        proxy.left = None
        assert talk.tool("count") == str(made), f"cut after {count}"
        if line["status"] == "OK":
            resumed += 1
            text = line["result"]["content"][0]["text"]
            assert text == f"call {made}", f"cut after {count}: {text}"
        else:
            assert line["status"] == "E_NETWORK", f"{count}: {line}"
    assert resumed > 5, resumed


@case
def calls_that_are_streamed_share_a_connection_T_026(t):
    server = peer("sessions.mjs")
    proxy = Cutter(t, server["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    for number in range(20):
        assert talk.tool("echo", {"message": str(number)}) == str(number)
    assert proxy.taken < 10, proxy.taken


@case
def a_server_that_forgot_the_stream_has_the_call_made_once_T_025_T_053(t):
    server = Peer("sessions.mjs", "--store", "--retry", "300",
                  "--port", str(free_port()))
    proxy = Cutter(t, server["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    talk.open()
    proxy.refusing = True
    proxy.cut("last words")
    lost = talk.start("tools/call", {
        "name": "once", "arguments": {"mark": "last words"}})
    talk.notified("notifications/message")
    server = restarted(server)
    proxy.refusing = False
    assert "rest of the answer" in talk.end(lost, None)["message"]
    assert talk.tool("count") == "0", "it was called again"


# --- sessions that are lost -------------------------------------------------

@case
def a_lost_session_is_opened_again_with_all_that_held_T_053_T_054(t):
    server = Peer("sessions.mjs", "--port", str(free_port()))
    talk = Talk(t, server["url"], capabilities=ASKED)
    talk.call("logging/setLevel", {"level": "warning"})
    talk.call("resources/subscribe", {"uri": "memo://one"})
    assert talk.tool("touch", {"uri": "memo://one"}) == "true"
    server = restarted(server)
    since = len(talk.said)
    assert talk.tool("once", {"mark": "again"}) == "call 1"
    # Whichever was sooner, the call or the opening of the stream anew.
    first = seen(server)[0]
    lost = first["session"]
    assert first["status"] == 404, first
    opened = seen(server, rpc="initialize")
    assert len(opened) == 1 and "session" not in opened[0], opened
    session = seen(server, rpc="notifications/initialized")[0]["session"]
    assert session and session != lost
    assert len(seen(server, rpc="tools/call", session=lost)) <= 1
    assert len(seen(server, rpc="tools/call", session=session)) == 1
    assert {it.get("session") for it in seen(server)} == {lost, session, None}
    assert seen(server, rpc="logging/setLevel", session=session)
    assert seen(server, rpc="resources/subscribe", session=session)
    assert seen(server, method="GET", session=session)
    assert talk.tool("touch", {"uri": "memo://one"}) == "true"
    talk.notified("notifications/resources/updated", since)
    talk.stop()
    assert seen(server, method="DELETE", session=session)


@case
def many_calls_that_lose_their_session_open_one_T_053(t):
    server = Peer("sessions.mjs", "--port", str(free_port()))
    talk = Talk(t, server["url"])
    talk.open()
    server = restarted(server)
    names = [talk.start("tools/call", {
        "name": "echo", "arguments": {"message": str(number)}})
        for number in range(8)]
    for number, name in enumerate(names):
        result = talk.end(name)["result"]
        assert result["content"][0]["text"] == str(number)
    first = seen(server)[0]
    assert (first["rpc"], first["status"]) == ("tools/call", 404), first
    assert len(seen(server, rpc="initialize")) == 1


@case
def every_request_after_initialize_has_session_and_version_T_050_T_055(t):
    server = Peer("sessions.mjs")
    for revision in ("2025-03-26", "2025-06-18", "2025-11-25"):
        before = len(seen(server))
        talk = Talk(t, server["url"], revision, capabilities=ASKED)
        assert talk.open() == revision
        assert talk.tool("echo", {"message": revision}) == revision
        talk.stop()
        spoken = [it for it in seen(server)[before:]]
        opening = [it for it in spoken if it.get("rpc") == "initialize"]
        assert len(opening) == 1 and "version" not in opening[0], opening
        after = spoken[spoken.index(opening[0]) + 1:]
        expected = None if revision == "2025-03-26" else revision
        assert len({it["session"] for it in after}) == 1, after
        assert {it.get("version") for it in after} == {expected}, after
        assert {it["method"] for it in after} == {"POST", "GET", "DELETE"}


# --- a server that asks back ------------------------------------------------

@case
def the_server_asks_beside_a_call_and_on_its_stream_T_045(t):
    server = peer("sessions.mjs")
    talk = Talk(t, server["url"], capabilities={**ASKED, "sampling": {}})
    form = {"message": "Who?", "requestedSchema": {
        "type": "object", "properties": {
            "name": {"type": "string", "default": "Ada"}}}}
    sampling = {"messages": [], "maxTokens": 1}
    for beside in (True, False):
        def ask(method, params=None):
            return talk.tool("ask", {"method": method, "params": params or {},
                                     "beside": beside})
        accepted = json.loads(ask("elicitation/create", form))
        assert accepted == {"action": "accept", "content": {"name": "Ada"}}
        assert "file:///talk" in ask("roots/list")
        assert ask("ping") == "{}"
        assert ask("sampling/createMessage", sampling) == "error -32601"
    assert talk.call("ping") == {}


@case
def nobody_serves_and_still_the_server_is_answered_T_003_T_121(t):
    server = peer("sessions.mjs")
    talk = Talk(t, server["url"])
    assert talk.tool("ask", {"method": "ping"}) == "{}"
    assert talk.tool("ask", {"method": "nonesuch/method"}) == "error -32601"


@case
def progress_is_told_to_its_call_T_120(t):
    server = peer("sessions.mjs")
    talk = Talk(t, server["url"])
    names = [talk.start("tools/call", {"name": "steps", "arguments": {
        "count": count}}, progress=True) for count in (3, 5)]
    for name, count in zip(names, (3, 5)):
        talk.end(name)
        told = [it["params"] for it in talk.said if it.get("progress") == name]
        assert [it["progress"] for it in told] == list(range(1, count + 1))
        assert {it["total"] for it in told} == {count}


@case
def a_cancelled_call_is_said_to_be_cancelled_T_111(t):
    server = peer("sessions.mjs")
    talk = Talk(t, server["url"])
    name = talk.start("tools/call", {"name": "wait", "arguments": {}})
    talk.notified("notifications/message")
    talk.tell(cancel=name)
    talk.end(name, "E_CANCELLED")
    assert talk.tool("echo", {"message": "still here"}) == "still here"
    call = [it for it in seen(server, rpc="tools/call")
            if it["message"]["params"]["name"] == "wait"][-1]
    notice = seen(server, rpc="notifications/cancelled")[-1]
    assert notice["message"]["params"]["requestId"] == call["id"]
    assert talk.tool("aborted") == "1", "the server did not act on it"


@case
def a_call_that_takes_too_long_is_cancelled_T_114(t):
    server = Peer("sessions.mjs")
    talk = Talk(t, server["url"])
    talk.open()
    name = talk.start("tools/call", {"name": "wait", "arguments": {}},
                      timeout_ms=300)
    talk.end(name, "E_TIMEOUT")
    assert talk.tool("aborted") == "1", "the server was not told"


@case
def http_and_sse_has_all_of_it_too_T_045_T_111_T_120_T_171(t):
    server = Peer("sessions.mjs")
    talk = Talk(t, server["sse"], "2024-11-05", capabilities=ASKED)
    assert "file:///talk" in talk.tool("ask", {"method": "roots/list"})
    assert talk.tool("ask", {"method": "ping"}) == "{}"
    name = talk.start("tools/call", {
        "name": "steps", "arguments": {"count": 3}}, progress=True)
    talk.end(name)
    assert len([it for it in talk.said if it.get("progress") == name]) == 3
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")
    name = talk.start("tools/call", {"name": "wait", "arguments": {}})
    talk.notified("notifications/message")
    talk.tell(cancel=name)
    talk.end(name, "E_CANCELLED")
    assert talk.tool("aborted") == "1", "the server was not told"


@case
def many_calls_run_side_by_side_whatever_the_era_T_002_T_026(t):
    for server, path in ((peer("sessions.mjs"), "url"),
                         (peer("sessions.mjs"), "sse"),
                         (peer("modern.mjs"), "url")):
        talk = Talk(t, server[path])
        names = [talk.start("tools/call", {
            "name": "echo", "arguments": {"message": str(number)}})
            for number in range(64)]
        for number, name in enumerate(names):
            result = talk.end(name)["result"]
            assert result["content"][0]["text"] == str(number)
        talk.stop()


@case
def list_changes_come_on_the_stream_of_the_server_T_044(t):
    server = peer("sessions.mjs")
    talk = Talk(t, server["url"])
    talk.listen(toolsListChanged=True, resourceSubscriptions=["memo://one"])
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")
    talk.tool("touch", {"uri": "memo://one"})
    assert talk.notified("notifications/resources/updated") == {
        "uri": "memo://one"}


@case
def the_stream_of_the_server_is_opened_again_where_it_broke_T_043_T_044(t):
    server = peer("sessions.mjs", "--store", "--retry", "50")
    proxy = Cutter(t, server["port"])
    talk = Talk(t, proxy.origin + "/mcp")
    talk.listen(toolsListChanged=True, resourceSubscriptions=["memo://one"])
    proxy.cut("list_changed")
    before = len([it for it in seen(server) if "resumes" in it])
    talk.tool("grow")
    talk.notified("notifications/tools/list_changed")
    assert proxy.cuts == 1
    talk.tool("touch", {"uri": "memo://one"})
    talk.notified("notifications/resources/updated")
    assert len([it for it in seen(server) if "resumes" in it]) == before + 1


if __name__ == "__main__":
    e2e.main()
