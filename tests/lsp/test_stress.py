"""Under fire: hundreds of changes without waiting. In the end text and diagnostics are those of a fresh document."""

from __future__ import annotations

import random

import pytest

import positions
import reference

EDITS = 500

PLAIN = """您好，请问有什么可以帮您？😀
这个我们处理不了。\r
你的意见我们记下了，感谢您的理解与支持！
𠮷野家的订单，这是快递的问题，跟我们没关系。\r
赶紧把退货单号发过来👨‍👩‍👧！
é́您为什么不早说？
你是不是神 经 病啊
"""

TRANSCRIPT = """2026-11-03 10:02:11 顾客：我上周买的电饭煲怎么还没发货？你们是不是骗子？😀
2026-11-03 10:02:40 客服：您好，请问您的订单号是多少？\r
2026-11-03 10:03:05 顾客：快点！垃圾店铺！
2026-11-03 10:07:18 客服：这个我们处理不了。
您爱买不买👍🏽。\r
2026-11-03 10:07:52 顾客：你什么态度？神经病！
2026-11-03 10:08:30 客服：您好，请问您的订单号是多少？
2026-11-03 10:09:30 客服：您好，请问您的订单号是多少？你的意见我们记下了
2026-11-03 10:09:47 小张𠮷：这个我们处理不了。
"""

MARKDOWN = """---
title: 不行就是不行
---

# 话术😀，这个我们处理不了

- 您的心情我非常理解。
- 这个我们也没办法。\r
- 你的意见**我们**记下了𠮷

> 爱退不退！

`赶紧发` 这是快递的问题，
跟我们没关系。

```text
不行，这个不归我们管
```

赶紧把[运单号](https://example.com/爱退不退)发过来！
"""

JSON_LINES = r"""{"id": 1, "text": "您好，发票😀会在签收后发到您的邮箱。"}
{"id": 2, "text": "是您自己操作错了，怪不了我们。\n你的意见"}
{"id": 3, "text": "\u4f60\u7684订单😀\ud83d\ude00，这个我们处理不了\""}
{"id": 4, "role": "agent", "text": "你说的不对，我们没有这样写。"}
{"text": "赶紧把单号发过来𠮷！"}
"""

KINDS = {
    "plain": ("a.txt", "plaintext", PLAIN),
    "transcript": ("a.txt", "plaintext", TRANSCRIPT),
    "markdown": ("a.md", "markdown", MARKDOWN),
    "jsonl": ("a.jsonl", "jsonl", JSON_LINES),
    "broken jsonl": ("a.jsonl", "jsonl", JSON_LINES),
}

PIECES = [
    "😀", "𠮷", "e\u0301", "👨‍👩‍👧", "\u200d", "\u0301", "\r", "\n", "\r\n", "\n\n", " ", "您", "你的", "不", "了", "，", "。", "！", "\ufeff", "\0",
    "这个我们处理不了", "赶紧把单号发过来！", "跟我们没关系", "处理", "客服：", "顾客：", "2026-11-03 10:20:00 客服：", "\n客服：这个我们处理不了\n",
    "\n> ", "# ", "- ", "`", "```\n", "**", "[", "](", '"', "\\", "{", "}", '{"text": "你的"}\n', "\\n", "\\u4f60", ":", "尊敬的王女士：\n\n", "\n此致\n敬礼\n",
]  # fmt: skip


# What leaves JSON as it was, mostly: else nothing of the text would be judged for long.
WORDS = [piece for piece in PIECES if not set(piece) & set('\r\n\0"\\{}')] + ["\\n", "\\u4f60\\u7684", '"}\n{"text": "']


def edits(text: str, seed: int | str, count: int, *, pieces=PIECES, keep: str = ""):
    """Random edits, most of them small and near the one before, as when somebody types; between CR and LF there is none.

    Characters of `keep` are not taken away.
    """
    chance = random.Random(seed)
    at = 0
    for _ in range(count):
        if chance.random() < 0.2:
            at = chance.randint(0, len(text))
        start = clear(text, min(at, len(text)))
        end = start
        # The text neither vanishes nor grows without end.
        if chance.random() < (0.3 if len(text) < 900 else 0.8):
            end = clear(text, min(len(text), start + chance.choice([1, 1, 1, 2, 3, 8, 30])))
        if set(text[start:end]) & set(keep):
            end = start
        new = "" if end > start and chance.random() < 0.7 else chance.choice(pieces)
        text = text[:start] + new + text[end:]
        at = start + len(new)
        yield start, end, new


def clear(text: str, at: int) -> int:
    return at + 1 if text[at - 1 : at + 1] == "\r\n" and at else at


@pytest.mark.parametrize("encoding", positions.ENCODINGS)
@pytest.mark.parametrize("kind", KINDS)
async def test_hundreds_of_changes(start, kind, encoding):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    name, language, text = KINDS[kind]
    uri = editor.open(f"untitled:{name}", text, language)
    gentle = {"pieces": WORDS, "keep": '"\\{}:,\n'} if kind == "jsonl" else {}
    for change in edits(text, f"{kind} {encoding}", EDITS, **gentle):
        editor.edit(uri, change)
    assert kind == "broken jsonl" or reference.check(editor.text(uri), name), "something is left to be found"
    await assert_fresh(editor, uri, name, language)
    assert_in_order(editor, uri)


@pytest.mark.parametrize("seed", range(len(KINDS)))
async def test_diagnostics_are_right_on_the_way(start, seed):
    """As above with fewer changes, looked at every now and then, several in a message."""
    editor = await start(capabilities={"general": {"positionEncodings": [positions.ENCODINGS[seed % 3]]}})
    name, language, text = list(KINDS.values())[seed]
    uri = editor.open(f"untitled:{name}", text, language)
    changes = list(edits(text, seed, 60))
    for index in range(0, len(changes), 3):
        editor.edit(uri, *changes[index : index + 3])
        if index % 15 == 0:
            await assert_fresh(editor, uri, name, language)
    await assert_fresh(editor, uri, name, language)


async def assert_fresh(editor, uri: str, name: str, language: str) -> None:
    """The diagnostics are those of the text opened anew, and those of the command line."""
    text = editor.text(uri)
    found = reference.of_diagnostics(await editor.diagnostics(uri))
    fresh = editor.open(f"untitled:fresh-{len(editor.client.received)}-{name}", text, language)
    assert found == reference.of_diagnostics(await editor.diagnostics(fresh)), repr(text)
    editor.close(fresh)
    assert found == reference.findings(text, editor.encoding, name), repr(text)


def assert_in_order(editor, uri: str) -> None:
    versions = [p.version for p in editor.published(uri)]
    assert versions == sorted(versions)
    assert versions[-1] == editor.documents[uri].version


async def test_nothing_is_cleared_before_the_new_result_is_there(editor, uri):
    document = editor.open(uri(), "您好\n" * 300 + "这个我们处理不了。")
    for count in range(200):
        editor.edit(document, (0, 0, "您好😀\n" if count % 2 else "，"))
    await editor.diagnostics(document)
    published = editor.published(document)
    assert all(len(p.diagnostics) == 1 for p in published)
    assert_in_order(editor, document)


async def test_documents_in_turns(editor, uri):
    documents = [editor.open(uri(f"{n}.txt"), PLAIN) for n in range(5)]
    changes = list(edits(PLAIN, "turns", 100))
    for change in changes:
        for document in documents:
            editor.edit(document, change)
    results = [reference.of_diagnostics(await editor.diagnostics(document)) for document in documents]
    assert all(result == results[0] for result in results)
    assert results[0] == reference.findings(editor.text(documents[0]), editor.encoding)
    for document in documents:
        assert_in_order(editor, document)


def test_requests_see_the_text_as_it_was_when_they_were_sent(wire):
    server = wire()
    server.initialize()
    uri = server.open("")
    start = {"line": 0, "character": 0}
    asked, version = [], 1
    for number in range(60):
        rude = number % 3 == 0
        version += 1
        server.change(uri, version, {"range": {"start": start, "end": start}, "text": "赶紧把单号发过来！\n" if rude else "您好\n"})
        asked.append((rude, server.send("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}})))
    for rude, number in asked:
        assert bool(server.answer(number)["result"]) is rude


@pytest.mark.parametrize("method", ["hover", "codeAction", "completion"])
@pytest.mark.parametrize("changes", [1, 20])
def test_requests_do_not_swallow_diagnostics(wire, method, changes):
    """What editors do at every keystroke: a change, and a request right behind it."""
    server = wire()
    server.initialize()
    uri = server.open("这个我们处理不了。\n")
    server.published(uri, 1)
    start = {"line": 0, "character": 0}
    place = {"start": start, "end": start}
    for first in range(2, 2 + 5 * changes, changes):
        for version in range(first, first + changes):
            server.change(uri, version, {"range": place, "text": "您好\n"})
        params = {"textDocument": {"uri": uri}, "position": start, "range": place, "context": {"diagnostics": [], "triggerKind": 1}}
        server.send(f"textDocument/{method}", params)
        [finding] = server.published(uri, first + changes - 1)["diagnostics"]
        assert finding["range"]["start"]["line"] == first + changes - 2


async def test_open_and_close_in_a_hurry(editor, uri):
    document = uri()
    for version in range(1, 60):
        editor.open(document, PLAIN, version=version)
        editor.edit(document, (0, 0, "你的\n"))
        if version % 7:
            editor.close(document)
        else:
            await editor.diagnostics(document)
            editor.close(document)
    await editor.settle()
    await editor.until(lambda: not editor.published(document)[-1].diagnostics, "the clearing of the closed document")
