"""Answers that are large, many, or written as nobody would write them but as
the standards allow, and some as they do not."""

import http.server
import itertools
import json
import os
import threading
from subprocess import PIPE

import e2e
from e2e import case
from host import HELLO, Host, Plain
from servers import peer
from talk import Talk

BIG = 20 * 1024 * 1024
EVENTS = 100_000
STREAM, JSON = "text/event-stream", "application/json"


class Scribe:
    """A server with sessions and one tool, whose answer a test writes:
    write(id) gives the media type and the pieces of the body."""

    def __init__(self, case, write):
        scribe = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                message = json.loads(self.rfile.read(length))
                scribe.asked.append(message.get("method"))
                if "result" in message:
                    scribe.replied.set()
                if "id" not in message or "method" not in message:
                    self.send_response(202)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.answer(message)

            def answer(self, message):
                if message["method"] == "tools/call":
                    self.send(200, *write(message["id"]))
                elif message["method"] == "initialize":
                    self.send(200, JSON, [encode(result(message["id"], {
                        "protocolVersion": "2025-11-25", "capabilities": {},
                        "serverInfo": {"name": "scribe", "version": "1"}}))])
                else:
                    self.send(400, JSON, [b"{}"])

            def send(self, status, media_type, pieces):
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    for piece in pieces:
                        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                    self.wfile.write(b"0\r\n\r\n")
                except ConnectionError:
                    self.close_connection = True

            def do_GET(self):
                self.send(405, JSON, [b"{}"])

            do_DELETE = do_GET

            def log_message(self, *_arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

        self.asked = []
        self.replied = threading.Event()  # the client has answered something
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mcp"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        case.on_end(self.stop)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def result(number, value):
    return {"jsonrpc": "2.0", "id": number, "result": value}


def said(number, text="hello"):
    return result(number, {"content": [{"type": "text", "text": text}]})


def note(number):
    return {"jsonrpc": "2.0", "method": "notifications/message",
            "params": {"level": "info", "data": number}}


def encode(message, **how):
    return json.dumps(message, ensure_ascii=False, **how).encode()


def event(body, newline=b"\n"):
    """An event that has each line of body in a field of its own."""
    lines = [b"data: " + line for line in body.split(b"\n")]
    return newline.join([*lines, b"", b""])


def in_pieces(body, size):
    return [body[at:at + size] for at in range(0, len(body), size)]


def call(t, write, code=0):
    return t.run("tools", "call", Scribe(t, write).url, "any", code=code)


# --- through the bridge -----------------------------------------------------

def head(number):
    return (b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text",'
            b'"text":"' % number)


HEAD = head(2)
TAIL = b'"}]}}'
MIB = b"x" * (1024 * 1024)


def check_memory(running, limit_mib):
    """It has never had more."""
    peak = next(line for line in open(f"/proc/{running.process.pid}/status")
                if line.startswith("VmHWM:"))
    assert e2e.sanitized() or int(peak.split()[1]) < limit_mib * 1024, peak


def bridged(t, write):
    """A host that has asked the Scribe's tool."""
    host = Host(t, Scribe(t, write).url)
    host.open()
    assert host.ask("tools/call", {"name": "any"}) == 2
    return host


def in_event(pieces):
    return STREAM, itertools.chain([b"data: "], pieces, [b"\n\n"])


def in_document(pieces):
    return JSON, pieces


@case
def twenty_mebibytes_pass_the_bridge_T_183(t):
    def check(host):
        text, = host.answer(2)["result"]["content"]
        assert text["text"] == (MIB * 20).decode()
        host.end()
    for wrap in (in_event, in_document):
        check(bridged(t, lambda _: wrap([HEAD, *[MIB] * 20, TAIL])))
    check(bridged(t, lambda number: (STREAM, in_pieces(event(json.dumps(
        said(number, "x" * 20 * len(MIB)), indent=1).encode()), 4099))))


@case
def twenty_mebibytes_after_a_question_go_to_who_answered_it_T_212_T_183(t):
    def write(number):
        def events():
            yield event(encode({"jsonrpc": "2.0", "id": "q",
                                "method": "roots/list"}))
            scribe.replied.wait()
            yield from in_event([head(number), *[MIB] * 20, TAIL])[1]
        return STREAM, events()
    scribe = Scribe(t, write)
    t.on_end(scribe.replied.set)
    host = Plain(t, scribe.url)
    host.capabilities = {"roots": {}}
    asked = host.result("tools/call", {"name": "any"})
    (key, _), = asked["inputRequests"].items()
    answer = host.result("tools/call", {
        "name": "any", "requestState": asked["requestState"],
        "inputResponses": {key: {"roots": []}}})
    assert len(answer["content"][0]["text"]) == 20 * len(MIB)
    host.end()


@case
def what_breaks_off_ends_its_line_and_is_an_error_T_183(t):
    def broken():
        yield HEAD
        yield from [MIB] * 12
        raise ConnectionError
    for wrap in (in_event, in_document):
        host = bridged(t, lambda _: wrap(broken()))
        error = host.answer(2)
        assert error["error"]["code"] == -31003, error
        line = host.messages[host.messages.index(error) - 1]
        assert line["broken"].startswith(HEAD + b"xxx"), error
        host.end()


@case
def behind_a_gibibyte_memory_stays_flat_S_064(t):
    def write(_):
        return in_document([HEAD, *[MIB] * 1024, TAIL])
    running = t.start("connect", Scribe(t, write).url, stdin=PIPE)
    host = running.process
    for message in ({"id": 1, "method": "initialize", "params": HELLO},
                    {"method": "notifications/initialized"},
                    {"id": 2, "method": "tools/call",
                     "params": {"name": "any"}}):
        running.send(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    left = len(HEAD) + 1024 * len(MIB) + len(TAIL) + 1
    host.stdout.readline()
    while left:
        left -= len(os.read(host.stdout.fileno(), min(left, 65536)))
    check_memory(running, 32)
    running.finish()


@case
def many_large_results_at_once_are_held_by_turns_S_064(t):
    for count, mebibytes in ((64, 2), (12, 10)):
        meeting = threading.Barrier(count)

        def write(number):
            meeting.wait()
            return in_document([head(number), *[MIB] * mebibytes, TAIL])
        host = Host(t, Scribe(t, write).url)
        host.open()
        keys = [host.ask("tools/call", {"name": "any"}) for _ in range(count)]
        for key in keys:
            text, = host.answer(key)["result"]["content"]
            assert len(text["text"]) == mebibytes * len(MIB)
        check_memory(host.running, 64)
        host.end()


@case
def a_large_result_that_stalls_holds_up_no_other_S_064_T_183(t):
    calls, stalling = 30, 3
    meeting, others_answered = threading.Barrier(calls), threading.Event()
    t.on_end(others_answered.set)

    def write(number):
        def pieces():
            yield head(number)
            yield MIB
            meeting.wait()
            if number <= keys[stalling - 1]:
                others_answered.wait()
            yield MIB
            yield TAIL
        return in_document(pieces())
    host = Host(t, Scribe(t, write).url)
    host.open()
    keys = range(host.ids + 1, host.ids + calls + 1)
    for _ in keys:
        host.ask("tools/call", {"name": "any"})
    for key in keys[stalling:]:
        assert "result" in host.answer(key)
    assert not any(host.responses(key) for key in keys[:stalling])
    others_answered.set()
    for key in keys[:stalling]:
        assert "result" in host.answer(key)
    host.end()


# --- large and many ---------------------------------------------------------

@case
def twenty_mebibytes_arrive_whole_in_one_event_or_one_document_S_011(t):
    for server in (peer("sessions.mjs"), peer("modern.mjs")):
        got = t.run("tools", "call", server["url"], "big", "--arg",
                    f"bytes={BIG}")
        assert len(got.raw) == BIG + 1 and set(got.raw[:-1]) == {ord("x")}


@case
def a_hundred_thousand_events_come_before_the_answer_T_030_T_040(t):
    def write(number):
        notes = b"".join(b"id: %d\n" % at + event(encode(note(at)))
                         for at in range(EVENTS))
        return STREAM, [*in_pieces(notes, 7919), event(encode(said(number)))]
    talk = Talk(t, Scribe(t, write).url)
    assert talk.tool("any") == "hello"
    told = [it["notified"]["params"]["data"] for it in talk.said
            if "notified" in it]
    assert told == list(range(EVENTS))


@case
def a_hundred_thousand_comments_are_passed_over_T_030(t):
    assert call(t, lambda number: (
        STREAM, [b": still here\n\n" * EVENTS + event(encode(said(number)))])
    ).out == "hello\n"


@case
def a_large_answer_in_as_many_lines_as_it_has_T_030(t):
    text = "line\n" * 200_000

    def write(number):
        body = encode(said(number, text), indent=1)
        body = body.replace(b'"content"', b'"more":[\n' +
                            b'1,\n' * EVENTS + b'1],\n"content"')
        return STREAM, in_pieces(event(body), 65521)
    assert call(t, write).out == text


@case
def an_answer_above_the_limit_is_one_error_T_006_T_032(t):
    def endless(number):
        piece = b"x" * (1 << 20)
        yield b'data: {"jsonrpc":"2.0","id":%d,"result":{"x":"' % number
        yield from (piece for _ in range(70))
        yield b'"}}\n\n'

    def document(number):
        return JSON, (it.removeprefix(b"data: ") for it in endless(number))
    for write in (lambda number: (STREAM, endless(number)), document):
        failed = call(t, write, code=1)
        assert "bytes" in failed.err, failed


# --- written otherwise ------------------------------------------------------

@case
def lines_end_as_they_like_and_bytes_come_one_by_one_T_030(t):
    text = "hei på deg 世界 \U0001f600"
    for newline in (b"\n", b"\r\n", b"\r"):
        for size in (1, 3, 4096):
            def write(number):
                body = b"".join((
                    b"\xef\xbb\xbf", b": hello", newline,
                    b"retry: 10", newline, newline,
                    event(encode(note(1), indent=2), newline),
                    b"event: message", newline, b"unknown: field", newline,
                    event(encode(said(number, text), indent=2), newline)))
                return STREAM, in_pieces(body, size)
            assert call(t, write).out == text + "\n"


@case
def a_document_may_have_a_mark_and_lines_T_001(t):
    for body in (lambda number: b"\xef\xbb\xbf" + encode(said(number)),
                 lambda number: encode(said(number), indent=4).replace(
                     b"\n", b"\r\n") + b"\r\n \t"):
        assert call(t, lambda number: (
            JSON + "; charset=UTF-8", in_pieces(body(number), 1))
        ).out == "hello\n"
    assert call(t, lambda number: (
        STREAM, [event(b"\xef\xbb\xbf" + encode(said(number)))])
    ).out == "hello\n"


@case
def what_is_not_ours_or_not_readable_is_passed_over_T_004_T_031(t):
    def write(number):
        other = [event(b"not JSON"), event(b"{}"), event(b"[]"),
                 event(encode(said(number + 1, "of another"))),
                 event(encode(said(str(number), "of a text"))),
                 event(encode({"jsonrpc": "1.0", "id": number})),
                 b"event: other\n" + event(encode(said(number, "no"))),
                 b"id: 1\ndata:\n\n", event(b"[" * 1000 + b"]" * 1000)]
        return STREAM, [*other, event(encode(said(number))),
                        event(encode(said(number, "twice")))]
    assert call(t, write).out == "hello\n"


@case
def an_answer_that_stops_short_is_an_error_T_025(t):
    for write in (
            lambda number: (STREAM, [event(encode(said(number)))[:-3]]),
            lambda number: (JSON, [encode(said(number))[:-3]]),
            lambda number: (STREAM, []), lambda number: (JSON, [])):
        scribe = Scribe(t, write)
        failed = t.run("tools", "call", scribe.url, "any", code=None)
        assert failed.code in (1, 3), failed
        assert scribe.asked.count("tools/call") == 1


if __name__ == "__main__":
    e2e.main()
