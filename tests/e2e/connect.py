"""`mcpauth connect` between a host on stdio and real MCP servers behind
tokens."""

import json
import os
import select
import signal
import subprocess

import e2e
from e2e import case
from host import HELLO, Host
from servers import peer
from talk import seen

BIG = 5 * 1024 * 1024


def enter(t, script="mcp-sdk-server.mjs", *arguments, issuer=()):
    """Sets the case up for a server behind tokens of oidc-provider."""
    provider = peer("oidc.mjs", *issuer)
    server = peer(script, "--issuer", provider["issuer"], *arguments)
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": provider["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": provider["m2m"]["client_secret"]})
    return server


def both_ways(t, act):
    """Once over event streams, once over plain JSON."""
    for arguments in ((), ("--json",)):
        enter(t, "mcp-sdk-server.mjs", *arguments)
        act()


def text_of(result):
    return result["content"][0]["text"]


@case
def a_host_without_oauth_uses_a_protected_server_T_181(t):
    def act():
        host = Host(t)
        hello = host.open()
        assert hello["serverInfo"]["name"] == "sdk-server", hello
        names = [it["name"] for it in host.result("tools/list")["tools"]]
        assert names == ["add", "echo", "whoami", "fail", "big", "slow"], names
        assert text_of(host.call("whoami")) == "oidc-m2m"
        assert host.call("fail")["isError"] is True
        assert host.error("resources/read", {"uri": "memo://no"})["code"] \
            < -32000
        assert host.end().err == ""
    both_ways(t, act)


@case
def a_first_call_takes_three_requests_with_a_token_at_hand_T_074(t):
    server = enter(t)
    first = Host(t)
    first.open()
    first.call("echo", message="logs in")
    first.end()
    before = len(seen(server))
    host = Host(t)
    host.open()
    assert text_of(host.call("echo", message="hello")) == "hello"
    asked = [it for it in seen(server)[before:] if it["method"] != "GET"]
    assert [it["status"] for it in asked] == [200, 202, 200], asked
    host.end()


@case
def ids_and_unknown_members_pass_unchanged_T_180(t):
    enter(t)
    host = Host(t)
    host.open()
    for key in ("", "1", " a\u00e9 ", 0, -7, 2**53 - 1):
        host.ask("tools/call", {"name": "echo", "arguments":
                                {"message": repr(key)}}, key)
        answer = host.answer(key)
        assert "result" in answer, answer
        assert text_of(answer["result"]) == repr(key)
    assert host.error("no/such", {"x": {"y": 1.10}})["code"] == -32601
    host.end()


@case
def five_mebibytes_arrive_on_one_line_S_011_T_151(t):
    def act():
        host = Host(t)
        host.open()
        assert text_of(host.call("big")) == "x" * BIG
        host.end()
    both_ways(t, act)


@case
def a_slow_call_holds_up_no_other_T_180(t):
    enter(t)
    host = Host(t)
    host.open()
    slow = host.ask("tools/call", {"name": "slow", "arguments": {"ms": 3000},
                                   "_meta": {"progressToken": "p"}})
    for number in range(20):
        assert text_of(host.call("echo", message=str(number))) == str(number)
    assert not host.responses(slow)
    host.wait(lambda it: it.get("method") == "notifications/progress")
    assert text_of(host.answer(slow)["result"]) == "done"
    host.end()


@case
def what_is_cancelled_is_not_answered_T_192(t):
    enter(t)
    host = Host(t)
    host.open()
    slow = host.ask("tools/call",
                    {"name": "slow", "arguments": {"ms": 60000}})
    host.call("echo", message="on its way")
    host.tell("notifications/cancelled", {"requestId": slow})
    assert text_of(host.call("echo", message="after")) == "after"
    host.end()
    assert not host.responses(slow)


@case
def the_end_of_stdin_answers_all_and_ends_the_session_T_153_T_183(t):
    enter(t)
    host = Host(t)
    host.open()
    slow = host.ask("tools/call",
                    {"name": "slow", "arguments": {"ms": 60000}})
    host.call("echo", message="on its way")
    host.end()
    error, = host.responses(slow)
    assert error["error"]["code"] == -31007, error


@case
def a_host_that_does_not_wait_is_served_in_order_T_010(t):
    enter(t)
    host = Host(t)
    lines = [{"id": 0, "method": "initialize", "params": HELLO},
             {"method": "notifications/initialized"},
             {"id": 1, "method": "tools/call",
              "params": {"name": "echo", "arguments": {"message": "hi"}}}]
    host.write("".join(json.dumps({"jsonrpc": "2.0", **it}) + "\n"
                       for it in lines))
    assert text_of(host.answer(1)["result"]) == "hi"
    host.end()


@case
def bad_lines_cost_nothing_else_T_154(t):
    enter(t)
    host = Host(t)
    host.open()
    host.write("{nonsense\n\n  \r\n[]\n")
    codes = []
    while len(codes) < 2:
        host.wait(lambda it: it.get("error") and it not in codes)
        codes = [it for it in host.messages if it.get("error")]
    assert [it["error"]["code"] for it in codes] == [-32700, -32600], codes
    assert text_of(host.call("echo", message="still here")) == "still here"
    host.end()


@case
def who_must_log_in_is_told_the_command_T_181(t):
    provider = peer("oidc.mjs")
    server = peer("mcp-sdk-server.mjs", "--issuer", provider["issuer"])
    host = Host(t, server["url"], "--no-browser")
    error = host.error("initialize", HELLO)
    assert error["code"] == -31001, error
    assert f"mcpauth login {server['url']}" in error["message"], error
    host.end()


@case
def a_server_that_is_not_there_is_named_T_183(t):
    host = Host(t, "http://127.0.0.1:9/mcp")
    error = host.error("initialize", HELLO)
    assert error["code"] == -31003 and "127.0.0.1:9" in error["message"], error
    host.end()


@case
def tools_are_hidden_and_refused(t):
    enter(t)
    host = Host(t, "--ignore-tool", "f*", "--ignore-tool", "slow")
    host.open()
    names = [it["name"] for it in host.result("tools/list")["tools"]]
    assert names == ["add", "echo", "whoami", "big"], names
    error = host.error("tools/call", {"name": "fail"})
    assert error["code"] == -32602, error
    host.end()
    host = Host(t, "--allow-tool", "echo", "--allow-tool", "add")
    host.open()
    names = [it["name"] for it in host.result("tools/list")["tools"]]
    assert names == ["add", "echo"], names
    host.end()


@case
def signals_end_it_with_its_session_closed_T_153(t):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        enter(t)
        host = Host(t)
        host.open()
        slow = host.ask("tools/call",
                        {"name": "slow", "arguments": {"ms": 60000}})
        host.call("echo", message="on its way")
        host.running.process.send_signal(number)
        host.answer(slow)
        host.end(None)


@case
def it_ends_with_whoever_started_it_T_153(t):
    enter(t)
    reader, writer = os.pipe()
    shell = subprocess.Popen(
        ["sh", "-c", 'exec 3<&0; "$0" connect <&3 & echo $!; wait',
         e2e.program()],
        stdin=reader, stdout=subprocess.PIPE, env=t.env)
    bridge = os.pidfd_open(int(shell.stdout.readline()))
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize",
             "params": HELLO}
    os.write(writer, json.dumps(hello).encode() + b"\n")
    shell.stdout.readline()
    shell.kill()
    shell.wait()
    ready, _, _ = select.select([bridge], [], [], e2e.DEADLINE_S)
    assert ready, "the bridge outlived its host"
    for fd in (bridge, reader, writer, shell.stdout.fileno()):
        os.close(fd)


if __name__ == "__main__":
    e2e.main()
