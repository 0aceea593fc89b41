"""What no good client sends, and clients that do not do their part: no crash, no hang, a proper error where there is one."""

from __future__ import annotations

import json
import random
import time

import pytest

import reference
from wire import frame

RUDE = "这个我们处理不了。"
INVALID_PARAMS, METHOD_NOT_FOUND, INVALID_REQUEST, PARSE_ERROR = -32602, -32601, -32600, -32700
U32 = 2**32


@pytest.fixture
def server(wire):
    server = wire()
    server.initialize()
    return server


def alive(server) -> None:
    """The server still does its work, and ends as it should."""
    uri = server.open(RUDE, "untitled:alive.txt")
    assert len(server.published(uri, 1)["diagnostics"]) == 1
    assert server.shut_down() == 0
    assert "panicked" not in server.stderr()


def at(line, character) -> dict:
    return {"line": line, "character": character}


def span(*numbers) -> dict:
    return {"start": at(*numbers[:2]), "end": at(*numbers[2:])}


def edit(place: dict, text: str) -> dict:
    return {"range": place, "text": text}


def final_text_is(server, uri: str, version: int, text: str) -> None:
    """The diagnostics are those that the text has when it is opened."""
    changed = server.published(uri, version)["diagnostics"]
    fresh = server.open(text, f"{uri}.fresh.txt")
    assert strip(changed) == strip(server.published(fresh, 1)["diagnostics"])


def strip(diagnostics: list) -> list:
    """Without `data`, which may name the document and its version."""
    return [{key: value for key, value in d.items() if key != "data"} for d in diagnostics]


# Places

# What the specification says of a character beyond the line: it is the line's end. The rest follows from it: a line
# beyond the text is its end, a reversed range is its own reverse, a place inside a character is that character's edge.
PLACES = {
    "a character beyond the line": (span(0, 2, 0, 99), "", "您好\n你的订单"),
    "a line beyond the text": (span(99, 0, 99, 5), "\n你的", "您好😀\n你的订单\n你的"),
    "from inside to beyond the text": (span(1, 2, 99, 0), "包裹", "您好😀\n你的包裹"),
    "the largest numbers": (span(U32 // 2 - 1, U32 // 2 - 1, U32 // 2 - 1, U32 // 2 - 1), "！", "您好😀\n你的订单！"),
    "numbers of 32 bits": (span(U32 - 1, U32 - 1, U32 - 1, U32 - 1), "！", "您好😀\n你的订单！"),
    "a reversed range": (span(1, 2, 1, 0), "您的", "您好😀\n您的订单"),
    "reversed lines": (span(1, 2, 0, 2), "", "您好订单"),
}


@pytest.mark.parametrize("case", PLACES)
def test_changes_at_odd_places(server, case):
    place, text, expected = PLACES[case]
    uri = server.open("您好😀\n你的订单")
    server.change(uri, 2, edit(place, text))
    # What comes after it shows where the server is.
    server.change(uri, 3, edit(span(0, 0, 0, 0), "你的"))
    final_text_is(server, uri, 3, "你的" + expected)
    alive(server)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_place_inside_a_character_goes_to_one_of_its_edges(wire, encoding):
    server = wire()
    server.initialize({"general": {"positionEncodings": [encoding]}})
    for number, column in enumerate((1, 2, 3) if encoding == "utf-8" else (1,)):
        uri = server.open("😀\n你的订单", f"untitled:{number}.txt")
        server.change(uri, 2, edit(span(0, column, 0, column), "你的"))
        found = server.published(uri, 2)["diagnostics"]
        assert {d["range"]["start"]["line"] for d in found} == {0, 1}
        assert found[0]["range"]["start"]["character"] in (0, len("😀".encode()) if encoding == "utf-8" else 2)
    alive(server)


def test_the_halves_of_a_surrogate_pair(server):
    """Some clients delete an emoji half by half."""
    uri = server.open("😀你的")
    server.change(uri, 2, edit(span(0, 0, 0, 1), ""))
    server.change(uri, 3, edit(span(0, 0, 0, 1), ""))
    assert server.published(uri, 3)["diagnostics"]
    server.change(uri, 4, {"text": "你的"})
    final_text_is(server, uri, 4, "你的")
    alive(server)


def test_lone_surrogates_in_json(server):
    body = '{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:s.txt","languageId":"plaintext","version":1,"text":"\\ud83d这个我们处理不了"}}}'
    server.body(body.encode())
    alive(server)


REQUESTS = {
    "textDocument/hover": {"position": at(U32 - 1, U32 - 1)},
    "textDocument/completion": {"position": at(U32 - 1, U32 - 1)},
    "textDocument/codeAction": {"range": span(U32 - 1, U32 - 1, 0, 0), "context": {"diagnostics": []}},
}


@pytest.mark.parametrize("method", REQUESTS)
def test_requests_at_odd_places(server, method):
    uri = server.open("您好😀\n你的订单")
    places = [at(0, 99), at(99, 0), at(U32 - 1, U32 - 1), at(0, 3), at(1, 4)]
    for one in places:
        for other in places:
            params = {"textDocument": {"uri": uri}, "context": {"diagnostics": [], "triggerKind": 1}}
            params |= {"range": {"start": one, "end": other}} if method.endswith("codeAction") else {"position": one}
            answer = server.request(method, params)
            assert "result" in answer or answer["error"]["code"] == INVALID_PARAMS
    alive(server)


@pytest.mark.parametrize("value", [-1, 1.5, 2**31, 2**40, 1e300, "1", None, [], True])
def test_numbers_that_are_none(server, value):
    uri = server.open(RUDE)
    answer = server.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(value, 0)})
    assert "result" in answer or answer["error"]["code"] == INVALID_PARAMS
    server.change(uri, 2, edit(span(value, 0, 0, 0), "你的"))
    server.notify("textDocument/didOpen", {"textDocument": {"uri": "untitled:v.txt", "languageId": "plaintext", "version": value, "text": "您"}})
    alive(server)


# Documents and versions


def test_unknown_documents(server):
    unknown = {"uri": "untitled:nobody.txt"}
    server.change(unknown["uri"], 2, edit(span(0, 0, 0, 0), RUDE))
    server.notify("textDocument/didSave", {"textDocument": unknown})
    server.notify("textDocument/didClose", {"textDocument": unknown})
    for method, params in REQUESTS.items():
        answer = server.request(method, {"textDocument": unknown} | params)
        assert not answer.get("result") or answer["error"]["code"] == INVALID_PARAMS
    pushed = [m for m in server.received if m.get("method") == "textDocument/publishDiagnostics"]
    assert not any(m["params"]["diagnostics"] for m in pushed)
    alive(server)


@pytest.mark.parametrize("uri", ["", "no uri", "file:", "file://", "http://[", "a b", "untitled:", "x" * 100_000, "文件.txt", "file:///%ff%fe.txt"])
def test_odd_addresses(server, uri):
    server.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "plaintext", "version": 1, "text": RUDE}})
    answer = server.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 0)})
    assert "result" in answer or answer["error"]["code"] == INVALID_PARAMS
    server.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    alive(server)


def test_versions_that_do_not_grow(server):
    """The text is what was sent, whatever its number."""
    uri = server.open("您好", version=10)
    server.change(uri, 5, {"text": RUDE})
    server.change(uri, 5, edit(span(0, 0, 0, 0), "您好\n"))
    server.change(uri, -7, edit(span(0, 0, 0, 0), f"{RUDE}\n"))
    server.change(uri, 11, edit(span(0, 0, 0, 0), "你的\n"))
    final_text_is(server, uri, 11, f"你的\n{RUDE}\n您好\n{RUDE}")
    alive(server)


def test_opened_twice(server):
    uri = server.open("您好", version=1)
    server.open(f"{RUDE}\n{RUDE}", uri, version=2)
    assert len(server.published(uri, 2)["diagnostics"]) == 2
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    alive(server)


def test_changed_after_it_was_closed(server):
    uri = server.open(RUDE)
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    server.change(uri, 2, {"text": RUDE})
    assert server.error("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 5)}) == INVALID_PARAMS
    pushed = [m["params"] for m in server.received if m.get("method") == "textDocument/publishDiagnostics"]
    assert not pushed or pushed[-1]["diagnostics"] == []
    alive(server)


# Texts


def test_a_very_long_line(server):
    """10 MB in one line, with something at either end of it."""
    text = RUDE + "您好😀" * 1_000_000 + RUDE
    assert len(text.encode()) > 10_000_000
    uri = server.open(text)
    server.change(uri, 2, edit(span(0, 0, 0, 0), "您好。"))
    found = server.published(uri, 2)["diagnostics"]
    places = [d["range"]["start"]["character"] for d in found if d["code"] == "blunt-refusal/cannot-do-it"]
    assert places == [3 + 4, 3 + 9 + 4 * 1_000_000 + 4]
    server.change(uri, 3, {"text": RUDE})
    assert len(server.published(uri, 3)["diagnostics"]) == 1
    alive(server)


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\0" * 100_000,
        f"\0{RUDE}\0\n\0你的",
        "\x1b[31m这个我们处理不了\x1b[0m\x07\x08",
        "\ufffe\uffff\ufdd0\U0010ffff这个我们处理不了",
        "\u202e这个我们处理不了\u2066\u2069",
        "不\u0301" * 20_000,
        "这个我们处理不了" + "\u0301" * 50_000,
        "\n" * 200_000,
        "\r" * 100_000,
        "\r\n" * 100_000 + RUDE,
        "👨‍👩‍👧" * 20_000,
        "（" * 50_000,
        "> " * 50_000 + RUDE,
        '{"text": ' * 20_000,
        "{" * 100_000,
        "客服：" * 30_000,
        "2026-11-03 10:02:11 客服：\n" * 5_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_odd_texts(server, text):
    for language in ("plaintext", "markdown", "jsonl", "transcript"):
        uri = server.open(text, f"untitled:{language}", language)
        server.published(uri, 1)
        server.change(uri, 2, edit(span(0, 0, 0, 0), "您"))
        server.published(uri, 2)
        assert "result" in server.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 2)})
        actions = {"textDocument": {"uri": uri}, "range": span(0, 0, U32 - 1, 0), "context": {"diagnostics": []}}
        assert "result" in server.request("textDocument/codeAction", actions)
    alive(server)


# Messages


@pytest.mark.parametrize("params", [None, [], {}, 1, "x", {"textDocument": None}, {"textDocument": {"uri": 1}}, {"textDocument": {}}])
def test_wrong_parameters(server, params):
    methods = ["hover", "completion", "codeAction", "diagnostic"]
    for method in methods:
        assert server.error(f"textDocument/{method}", params) in (INVALID_PARAMS, METHOD_NOT_FOUND, INVALID_REQUEST)
    for method in ("didOpen", "didChange", "didClose", "didSave"):
        server.notify(f"textDocument/{method}", params)
    for method in ("didChangeConfiguration", "didChangeWatchedFiles", "didChangeWorkspaceFolders"):
        server.notify(f"workspace/{method}", params)
    server.notify("$/cancelRequest", params)
    server.notify("window/workDoneProgress/cancel", params)
    for method in ("codeAction/resolve", "completionItem/resolve", "workspace/executeCommand"):
        answer = server.request(method, params)
        assert "result" in answer or answer["error"]["code"] in (INVALID_PARAMS, METHOD_NOT_FOUND, INVALID_REQUEST)
    alive(server)


def test_no_parameters_at_all(server):
    for method in ("textDocument/hover", "textDocument/codeAction", "workspace/executeCommand"):
        assert server.error(method) == INVALID_PARAMS
    server.notify("textDocument/didOpen")
    server.notify("textDocument/didChange")
    alive(server)


def test_resolving_what_nobody_offered(server):
    uri = server.open(RUDE)
    for data in (None, {}, [], "x", 1, {"uri": uri}, {"uri": uri, "version": 99, "index": 99}, {"kind": "nonsense"}):
        for method, item in (("codeAction/resolve", {"title": "x"}), ("completionItem/resolve", {"label": "x"})):
            answer = server.request(method, item | {"data": data})
            assert "result" in answer or answer["error"]["code"] in (INVALID_PARAMS, METHOD_NOT_FOUND, -32801, -32803)
    alive(server)


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe\x00", b"null", b"1", b"[]", b'"x"', b"{}", b'{"jsonrpc":"2.0"}'])
def test_bodies_that_are_no_messages(server, body):
    server.body(body)
    alive(server)


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "1.0", "id": 70, "method": "textDocument/hover"},
        {"jsonrpc": "2.0", "id": None, "method": "textDocument/hover"},
        {"jsonrpc": "2.0", "id": {"a": 1}, "method": "textDocument/hover"},
        {"jsonrpc": "2.0", "id": 70, "method": 17},
        {"jsonrpc": "2.0", "id": 70, "result": None},
        {"jsonrpc": "2.0", "id": 70, "error": {"code": 1, "message": "x"}},
        {"jsonrpc": "2.0", "id": "nobody asked", "result": [1, 2, 3]},
        {"jsonrpc": "2.0", "id": 70, "error": "nonsense"},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 12345}},
        {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "nobody"}},
        {"jsonrpc": "2.0", "method": "$/setTrace", "params": {"value": "verbose"}},
        {"jsonrpc": "2.0", "method": "x" * 1_000_000},
    ],
    ids=lambda message: json.dumps(message)[:60],
)
def test_odd_messages(server, message):
    server.message(message)
    alive(server)


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: %d\r\n\r\n",
        b"Content-Length:%d\r\n\r\n",
        b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
    ],
)
def test_headers_in_all_their_forms(server, header):
    body = b'{"jsonrpc":"2.0","id":"h","method":"textDocument/hover","params":{"textDocument":{"uri":"untitled:x"},"position":{"line":0,"character":0}}}'
    server.raw(header % len(body) + body)
    assert server.answer("h")["error"]["code"] == INVALID_PARAMS
    alive(server)


@pytest.mark.parametrize("header", [b"Content-Length: x\r\n\r\n", b"Content-Length: -5\r\n\r\n", b"nonsense\r\n\r\n", b"\r\n\r\n", b"Content-Length: 99999999999999999999\r\n\r\n"])
def test_broken_headers(server, header):
    """What follows may be lost. The server goes on, or ends; it neither hangs nor breaks down."""
    server.raw(header)
    for _ in range(3):
        server.notify("$/nothing", {})
    server.close_input()
    assert server.exit_status() in (0, 1)
    assert "panicked" not in server.stderr()


def test_a_message_byte_by_byte(server):
    # The client has answered all questions: an answer in the middle of the message would be another test.
    server.until(lambda m: m.get("method") == "workspace/configuration", "the question for the configuration")
    body = json.dumps({"jsonrpc": "2.0", "id": "b", "method": "nobody/knows", "params": {"😀": "这个"}}, ensure_ascii=False).encode()
    for byte in frame(body):
        server.raw(bytes([byte]))
    assert server.answer("b")["error"]["code"] == METHOD_NOT_FOUND
    alive(server)


def test_many_messages_in_one_write(server):
    uri = "untitled:many.txt"
    messages = [{"jsonrpc": "2.0", "id": f"m{n}", "method": "textDocument/hover", "params": {"textDocument": {"uri": uri}, "position": at(0, n)}} for n in range(300)]
    server.open(RUDE, uri)
    server.raw(b"".join(frame(json.dumps(message).encode()) for message in messages))
    for n in range(300):
        assert "result" in server.answer(f"m{n}")
    alive(server)


def test_ends_in_the_middle_of_a_message(server):
    server.raw(frame(b'{"jsonrpc":"2.0","id":1,"method":"x"}')[:-9])
    server.close_input()
    assert server.exit_status() in (0, 1)
    assert "panicked" not in server.stderr()


@pytest.mark.parametrize("seed", range(3))
def test_random_messages(server, seed):
    """Well-formed JSON with parameters that make no sense."""
    chance = random.Random(seed)
    methods = [
        "textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/hover", "textDocument/completion",
        "textDocument/codeAction", "textDocument/diagnostic", "workspace/diagnostic", "codeAction/resolve", "completionItem/resolve",
        "workspace/executeCommand", "workspace/didChangeWatchedFiles", "workspace/didChangeWorkspaceFolders", "workspace/didChangeConfiguration",
    ]  # fmt: skip
    keys = ["textDocument", "uri", "version", "text", "position", "line", "character", "range", "start", "end", "contentChanges", "context", "diagnostics", "data", "event", "added", "removed", "command", "arguments", "settings", "changes", "type", "languageId"]  # fmt: skip

    def value(depth):
        kind = chance.randrange(9 if depth else 6)
        if kind < 6:
            return [None, True, -1, 2**33, "untitled:alive.txt", RUDE][kind]
        if kind == 6:
            return [value(depth - 1) for _ in range(chance.randrange(3))]
        return {key: value(depth - 1) for key in chance.sample(keys, chance.randrange(5))}

    asked = []
    for _ in range(300):
        method, params = chance.choice(methods), value(4)
        if "did" in method:
            server.notify(method, params)
        else:
            asked.append(server.send(method, params))
    for number in asked:
        server.answer(number)
    server.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:alive.txt"}})
    server.received.clear()
    alive(server)


# Clients that do not do their part


def test_a_client_that_never_answers(wire):
    """Neither the configuration nor a registration nor progress is ever answered: diagnostics come all the same."""
    server = wire(answers=False)
    server.initialize()
    uri = server.open(RUDE)
    server.until(lambda m: m.get("method") == "workspace/configuration", "the question for the configuration")
    started = time.monotonic()
    assert len(server.published(uri, 1)["diagnostics"]) == 1
    for version in range(2, 40):
        server.change(uri, version, {"text": f"{RUDE}\n" * (version % 5)})
        assert len(server.published(uri, version)["diagnostics"]) == version % 5
    assert time.monotonic() - started < 10
    server.notify("workspace/didChangeConfiguration", {"settings": None})
    alive(server)


@pytest.mark.parametrize("answer", [{"error": {"code": -32601, "message": "no"}}, {"result": None}, {"result": []}, {"result": [1, 2, 3]}, {"result": {"a": 1}}, {"result": ["x"]}, {"result": [{"nonsense": {}}]}])
def test_a_client_that_answers_nonsense(wire, answer):
    server = wire(answers=False)
    server.initialize()
    question = server.until(lambda m: m.get("method") == "workspace/configuration", "the question for the configuration")
    server.message({"jsonrpc": "2.0", "id": question["id"]} | answer)
    alive(server)


def resident(server) -> int:
    """The memory of the server in bytes."""
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no such figure")


def test_a_client_that_stops_reading(server):
    """The server goes on reading, its memory stays bounded, and what comes out in the end is the newest."""
    lines = 2_000
    uri = server.open(f"{RUDE}\n" * lines)
    server.published(uri, 1)
    before = resident(server)
    server.reading = False
    # Each answer has some 600 KB, the pipe 64: 300 of them would be 180 MB.
    last = 302
    for version in range(2, last + 1):
        server.change(uri, version, edit(span(0, 0, 0, 0), "您好\n"))
        assert server.flush(), "the server does not take what it is sent"
    asked = server.send("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(last - 1, 5)})
    assert server.flush()
    server.reading = True
    found = server.published(uri, last)["diagnostics"]
    grown = resident(server) - before
    assert server.answer(asked)["result"]
    assert len(found) == lines
    assert found[0]["range"]["start"]["line"] == last - 1
    assert grown < 60_000_000, f"{grown / 1e6:.0f} MB"
    versions = [m["params"]["version"] for m in server.received if m.get("method") == "textDocument/publishDiagnostics"]
    assert versions == sorted(versions)
    alive(server)


def test_a_client_that_stops_reading_and_goes(server):
    uri = server.open(f"{RUDE}\n" * 2_000)
    server.published(uri, 1)
    server.reading = False
    for version in range(2, 30):
        server.change(uri, version, edit(span(0, 0, 0, 0), "您好\n"))
    assert server.flush()
    server.process.stdin.close()
    assert server.process.wait(20) in (0, 1)


def test_a_client_that_asks_and_never_reads(server):
    """Thousands of questions whose answers nobody takes: the reading side goes on, or waits; then all are answered."""
    uri = server.open(RUDE)
    server.published(uri, 1)
    server.reading = False
    asked = [server.send("textDocument/hover", {"textDocument": {"uri": uri}, "position": at(0, 5)}) for _ in range(500)]
    server.flush(2)
    server.reading = True
    assert server.flush()
    for number in asked:
        assert server.answer(number)["result"]
    alive(server)


def test_cancelled_requests_are_answered(server):
    """Each request has one answer, also a cancelled one."""
    uri = server.open(f"{RUDE}\n" * 3_000)
    asked = []
    for _ in range(50):
        params = {"textDocument": {"uri": uri}, "range": span(0, 0, 3_000, 0), "context": {"diagnostics": [], "only": ["refactor.rewrite.wanyan"]}}
        number = server.send("textDocument/codeAction", params)
        server.notify("$/cancelRequest", {"id": number})
        asked.append(number)
    for number in asked:
        answer = server.answer(number)
        assert "result" in answer or answer["error"]["code"] in (-32800, -32802)
    for number in asked:
        assert len([m for m in server.received if m.get("id") == number and "method" not in m]) == 1
    alive(server)


def test_the_reference_is_the_same_for_all():
    assert [f["rule"] for f in reference.check(RUDE)] == ["blunt-refusal/cannot-do-it"]
