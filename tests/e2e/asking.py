"""What a server asks, tells and logs while it works on a call, at
server-everything and at servers of both official SDKs."""

import json
import re
import socket

import e2e
from e2e import case
from servers import Person, peer
from talk import seen

FORM = "trigger-elicitation-request"
PAGE = "trigger-url-elicitation"


def enter(t, script="everything-guard.mjs", *arguments):
    issuer = peer("oidc.mjs")
    server = peer(script, "--issuer", issuer["issuer"], *arguments)
    t.use({"MCPAUTH_SERVER": server["url"],
           "OAUTH_CLIENT_ID": issuer["m2m"]["client_id"],
           "OAUTH_CLIENT_SECRET": issuer["m2m"]["client_secret"]})


def raw(result):
    """The elicitation's result, which server-everything shows."""
    return json.loads(result.out.split("Raw result: ")[1])


# --- forms ------------------------------------------------------------------

@case
def a_script_fills_in_a_form_in_advance_T_141_T_142(t):
    enter(t)
    result = raw(t.run("tools", "call", FORM, "--answer", "name=Ada",
                       "--answer", "check=yes", "--answer",
                       "titledSingleSelectEnum=Wonder Woman", "--answer",
                       "untitledMultipleSelectEnum=Piano,Bass"))
    assert result["action"] == "accept", result
    content = result["content"]
    assert content["name"] == "Ada" and content["check"] is True, content
    assert content["titledSingleSelectEnum"] == "hero-3", content
    assert content["untitledMultipleSelectEnum"] == ["Piano", "Bass"], content
    assert content["integer"] == 42 and "email" not in content, content


@case
def a_form_that_lacks_a_field_is_not_sent(t):
    enter(t)
    result = t.run("tools", "call", FORM, "--elicit", "accept", code=2)
    assert "must be given" in result.err, result
    assert "--answer name=" in result.err and not result.out, result
    result = t.run("tools", "call", FORM, "--answer", "name=Ada",
                   "--answer", "integer=1000", code=2)
    assert "at most 100" in result.err, result


@case
def a_script_declines_or_cancels_T_140(t):
    enter(t)
    for action in ("decline", "cancel"):
        assert raw(t.run("tools", "call", FORM, "--elicit", action)) == \
            {"action": action}


@case
def without_anybody_to_answer_nothing_is_declared_T_013(t):
    enter(t)
    result = t.run("tools", "call", FORM, code=5)
    assert "no such tool" in result.err, result


@case
def a_person_fills_in_a_form_T_141(t):
    enter(t)
    person = Person(t, "tools", "call", FORM)
    host = t.env["MCPAUTH_SERVER"]
    person.sees(re.escape(host) + " asks you for something")
    person.sees(r"String \(text; required\)\r\n  Your full, legal name\r\n> ")
    person.types("Ada\n")
    person.sees(r"Boolean \(yes or no\)[^>]*> ")
    person.types("perhaps\n")
    person.sees(r'"Boolean" must be yes or no\r\n> ')
    person.types("yes\n")
    for _ in range(11):
        person.sees(r"\r\n> ")
        person.types("\n")
    person.sees(r"To be sent to [^?]*String: Ada\r\n[^?]*Send it\?[^)]*\) ")
    person.types("yes\n")
    result = raw(person.ends())
    assert result["action"] == "accept", result
    assert result["content"]["name"] == "Ada", result
    assert result["content"]["legacyTitledEnum"] == "pet-1", result


@case
def a_person_declines_or_cancels_T_140_T_141(t):
    enter(t)
    for typed, action in (("!decline\n", "decline"), ("\x04", "cancel")):
        person = Person(t, "tools", "call", FORM)
        person.sees(r"legal name\r\n> ")
        person.types(typed)
        assert raw(person.ends()) == {"action": action}


@case
def an_interrupt_ends_the_asking(t):
    enter(t)
    person = Person(t, "tools", "call", FORM)
    person.sees(r"legal name\r\n> ")
    person.running.interrupt()
    assert not person.ends(130).out


# --- pages ------------------------------------------------------------------

def browse(t):
    """A browser that notes where it is sent."""
    note = t.dir / "visited"
    t.use({"BROWSER": str(t.write(
        "browser", f'#!/bin/sh\nprintf %s "$1" >{note}.part\n'
        f"mv {note}.part {note}\n", 0o700))})
    return note


@case
def a_page_is_opened_when_the_person_says_so_T_143(t):
    enter(t)
    note = browse(t)
    url = "https://accounts.example/connect?id=1"
    person = Person(t, "tools", "call", PAGE, "--arg", f"url={url}",
                    "--arg", "message=Connect it")
    person.sees(r"asks you to open a page of accounts\.example:")
    person.sees(r"  Connect it\r\n\r\n  " + re.escape(url) + r"\r\n")
    person.sees(r"Open it\?[^)]*\) ")
    assert not note.exists()
    person.types("yes\n")
    assert raw(person.ends()) == {"action": "accept"}
    e2e.wait_for_orphans()
    assert note.read_text() == url


@case
def a_page_is_not_opened_otherwise_T_143(t):
    enter(t)
    note = browse(t)
    call = ("tools", "call", PAGE, "--arg", "url=https://xn--bcher-kva.example/",
            "--arg", "message=hi")
    person = Person(t, *call)
    person.sees("Punycode")
    person.sees(r"Open it\?[^)]*\) ")
    person.types("no\n")
    assert raw(person.ends()) == {"action": "decline"}
    assert raw(t.run(*call, "--elicit", "cancel")) == {"action": "cancel"}
    assert "no such tool" in t.run(*call, "--elicit", "accept", code=5).err
    assert not note.exists()


@case
def pages_are_visited_before_the_call_is_made_again_T_145(t):
    enter(t)
    note = browse(t)
    call = ("tools", "call", PAGE, "--arg", "errorPath=true",
            "--arg", "url=https://accounts.example/", "--arg", "message=hi")
    person = Person(t, *call)
    person.sees(r"open a page of modelcontextprotocol\.io:")
    person.sees(r"Open it\?[^)]*\) ")
    person.types("yes\n")
    person.sees("press Enter to call again")
    person.types("\n")
    person.sees(r"open a page of accounts\.example:")
    person.types("no\n")
    assert raw(person.ends()) == {"action": "decline"}
    e2e.wait_for_orphans()
    assert note.read_text() == "https://modelcontextprotocol.io/"


@case
def who_will_not_visit_them_gets_the_servers_error_T_145(t):
    enter(t)
    call = ("tools", "call", PAGE, "--arg", "errorPath=true",
            "--arg", "url=https://accounts.example/", "--arg", "message=hi")
    person = Person(t, *call)
    person.sees(r"Open it\?[^)]*\) ")
    person.types("no\n")
    result = person.ends(5)
    assert "-32042" in result.err and "run this again" in result.err, result
    result = t.run(*call, "--elicit", "decline", code=5)
    assert "-32042" in result.err, result
    assert "open a page" not in result.err, result


# --- without sessions -------------------------------------------------------

def stateless(t):
    server = peer("modern.mjs", "--legacy", "reject")
    t.use({"MCPAUTH_SERVER": server["url"]})
    return server


@case
def questions_of_a_stateless_server_are_answered_T_090_T_140(t):
    stateless(t)

    def answer(*words):
        return json.loads(t.run("tools", "call", *words).out)["it"]

    assert answer("form", "--answer", "name=Ada") == \
        {"action": "accept", "content": {"name": "Ada", "age": 36}}
    assert answer("form", "--elicit", "decline") == {"action": "decline"}
    assert answer("page", "--elicit", "cancel") == {"action": "cancel"}
    result = t.run("tools", "call", "form", "--elicit", "accept", code=2)
    assert "--answer name=" in result.err and not result.out, result
    t.run("tools", "call", "form", code=5)


@case
def a_person_answers_a_stateless_server_T_141_T_143(t):
    stateless(t)
    person = Person(t, "tools", "call", "form")
    person.sees(r"name \(text; required\)\r\n> ")
    person.types("Ada\n")
    person.sees(r"age \(whole number; empty: 36\)\r\n> ")
    person.types("\n")
    person.sees(r"Send it\?[^)]*\) ")
    person.types("yes\n")
    assert json.loads(person.ends().out)["it"] == \
        {"action": "accept", "content": {"name": "Ada", "age": 36}}
    person = Person(t, "tools", "call", "page", "--no-browser")
    person.sees(r"Open it\?[^)]*\) ")
    person.types("y\n")
    assert json.loads(person.ends().out)["it"] == {"action": "accept"}
    person = Person(t, "tools", "call", "form")
    person.sees(r"name \(text; required\)\r\n> ")
    person.running.interrupt()
    assert not person.ends(130).out


# --- what goes with a call --------------------------------------------------

@case
def members_of_meta_go_with_the_request_T_060(t):
    server = stateless(t)
    meta = '{"example.com/ticket": 1.10}'
    for words in (("tools", "call", "echo", "--arg", "message=x"),
                  ("resources", "read", "memo://one"),
                  ("prompts", "get", "greet", "--arg", "name=Ada")):
        t.run(*words, "--meta", meta)
        sent = seen(server)[-1]["message"]["params"]["_meta"]
        assert sent["example.com/ticket"] == 1.1, sent
        assert "io.modelcontextprotocol/protocolVersion" in sent, sent
        assert "io.modelcontextprotocol/logLevel" not in sent, sent
    result = t.run("tools", "call", "echo", "--meta", "[1]", code=2)
    assert "--meta" in result.err, result


@case
def the_log_of_a_stateless_server_is_asked_for_T_123(t):
    stateless(t)
    call = ("tools", "call", "log", "--arg", "level=error")
    assert "log error" not in t.run(*call, "-v").err
    result = t.run(*call, "--log-level", "warning")
    assert "the server logs error: log error\n" in result.err, result
    assert result.out == "logged\n", result
    assert "log error" not in t.run(*call, "--log-level", "critical").err
    result = t.run(*call, "--log-level", "loud", code=2)
    assert "emergency" in result.err, result


@case
def the_log_of_a_session_has_a_level_T_123(t):
    server = peer("sessions.mjs")
    t.use({"MCPAUTH_SERVER": server["url"]})
    call = ("tools", "call", "once", "--arg", "mark=hello")
    assert "hello" not in t.run(*call).err
    assert "the server logs error: hello\n" in t.run(*call, "-v").err
    before = len(seen(server, rpc="logging/setLevel"))
    result = t.run(*call, "--log-level", "warning")
    assert "the server logs error: hello\n" in result.err, result
    (sent,) = seen(server, rpc="logging/setLevel")[before:]
    assert sent["message"]["params"] == {"level": "warning"}, sent
    enter(t, "mcp-sdk-server.mjs")
    result = t.run("tools", "call", "echo", "--arg", "message=x",
                   "--log-level", "info")
    assert "keeps no log" in result.err, result


@case
def progress_is_one_line_at_a_terminal_T_120(t):
    enter(t, "mcp-sdk-server.mjs")
    call = ("tools", "call", "slow", "--arg", "ms=1500")
    person = Person(t, *call)
    person.sees(r"[789]0 % \([789] of 10\)")
    result = person.ends()
    assert result.out == "done\n", result
    assert re.search(r"\r +\r$", result.err), repr(result.err)
    call = ("tools", "call", "slow", "--arg", "ms=50")
    for quiet in (Person(t, *call, "-q").ends(), t.run(*call)):
        assert not quiet.err and quiet.out == "done\n", quiet


@case
def who_waits_at_a_terminal_sees_that_it_goes_on(t):
    server = peer("sessions.mjs")
    t.use({"MCPAUTH_SERVER": server["url"]})
    person = Person(t, "tools", "call", "wait")
    person.sees(r"working, 1 s")
    person.sees(r"\r +\rworking, 2 s")
    person.running.interrupt()
    result = person.ends(130)
    assert re.match(r"\r +\rmcpauth: calling wait", result.err), result


@case
def an_interrupt_of_a_listing_ends_the_session_T_052_T_111(t):
    server = peer("sessions.mjs", "--slow")
    t.use({"MCPAUTH_SERVER": server["url"]})
    person = Person(t, "tools", "list")
    person.sees(r"working, 1 s")
    person.running.interrupt()
    result = person.ends(130)
    assert re.match(r"\r +\rmcpauth: tools/list: cancelled", result.err), result
    assert seen(server, rpc="notifications/cancelled")
    assert seen(server, method="DELETE")[-1]["status"] == 200


@case
def an_interrupt_ends_an_opening_in_order_T_114(t):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        person = Person(t, "info", f"http://127.0.0.1:{port}/mcp")
        person.sees(r"working, 1 s")
        person.running.interrupt()
        result = person.ends(130)
    assert re.match(r"\r +\rmcpauth: opening a session: cancelled",
                    result.err), result


@case
def an_interrupt_cancels_the_call_T_110_T_111(t):
    server = peer("sessions.mjs")
    t.use({"MCPAUTH_SERVER": server["url"]})
    running = t.start("tools", "call", "wait", "-v")
    running.wait_for("logs error: waiting")
    running.interrupt()
    result = running.finish(130)
    assert "cancelled" in result.err and not result.out, result
    assert seen(server, rpc="notifications/cancelled")
    assert int(t.run("tools", "call", "aborted").out) >= 1


if __name__ == "__main__":
    e2e.main()
