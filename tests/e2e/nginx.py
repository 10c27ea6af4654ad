"""nginx, as Debian has it, before real servers: its own way of buffering, and
HTTP/2 behind a certificate that only --cacert knows."""

import json

import e2e
from e2e import case
from nginxpeer import Nginx
from servers import peer
from talk import Talk, seen

BIG = 8 * 1024 * 1024
ASKED = {"elicitation": {}, "roots": {}}


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
