"""Positions and texts: encodings, incremental changes, untitled documents, folders. What the server has of a text shows
in its diagnostics, so these texts have a finding wherever something could go wrong."""

from __future__ import annotations

import pytest
from lsprotocol import types as t

import positions
import reference

# 😀 and 𠮷 are two UTF-16 units and four bytes, é one character of two, and a family is seven characters in one.
WIDE = "😀𠮷e\u0301👨‍👩‍👧\u200b您好，这个我们处理不了😀，赶紧把单号发过来！\r\n你的意见𠮷我们记下了\n😀\r👍🏽这是快递的问题，跟我们没关系。"


async def same_as_reference(editor, uri: str, **more) -> None:
    found = reference.of_diagnostics(await editor.diagnostics(uri))
    assert found == reference.findings(editor.text(uri), editor.encoding, **more)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8"], {"utf-8"}),
        (["utf-16"], {"utf-16"}),
        (["utf-32"], {"utf-32"}),
        (["utf-32", "utf-16"], {"utf-32", "utf-16"}),
        (["utf-16", "utf-8"], {"utf-16", "utf-8"}),
        (["utf-7", "utf-32"], {"utf-32", "utf-16"}),
        (["utf-7"], {"utf-16"}),
        ([], {"utf-16"}),
        (None, {"utf-16"}),
    ],
)
async def test_encodings_are_negotiated(start, offered, chosen):
    editor = await start(capabilities={"general": {"positionEncodings": offered}})
    assert editor.encoding in chosen
    uri = editor.open("untitled:a.txt", WIDE)
    assert len(await editor.diagnostics(uri)) >= 4
    await same_as_reference(editor, uri)


@pytest.mark.parametrize("encoding", positions.ENCODINGS)
async def test_ranges_hold_whole_words(start, encoding):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    uri = editor.open("untitled:a.txt", WIDE)
    found = {editor.words(uri, d.range) for d in await editor.diagnostics(uri)}
    assert {"处理不了", "赶紧把单号发过来", "跟我们没关系"} <= found


CHANGES = {
    "an insertion": [(3, 3, "赶紧发")],
    "at the very end": [(len(WIDE), len(WIDE), "\n赶紧把单号发过来！")],
    "at the very beginning": [(0, 0, "你的订单\r\n")],
    "everything goes": [(0, len(WIDE), "")],
    "everything goes, and comes again": [(0, len(WIDE), ""), (0, 0, WIDE)],
    "an emoji goes": [(0, 1, "")],
    "a combining mark goes": [(3, 4, "")],
    "a member of a family goes": [(6, 8, "")],
    "words of a finding change": [(WIDE.index("处理不了"), WIDE.index("处理不了") + 4, "马上处理")],
    "line ends go": [(WIDE.index("\r\n"), WIDE.index("\r\n") + 2, "，")],
    "the CR of a line end goes": [(WIDE.index("\r\n"), WIDE.index("\r\n") + 1, "")],
    "the LF of a line end goes": [(WIDE.index("\r\n"), WIDE.index("\r\n") + 2, "\r")],
    "a line end is put between CR and LF": [(WIDE.index("\r\n"), WIDE.index("\r\n") + 2, "\r你的\n")],
    "a lone CR becomes a line end": [(WIDE.index("\r👍") + 1, WIDE.index("\r👍") + 1, "\n")],
    "a text across lines": [(5, WIDE.index("记下了"), "😀\r\n😀\r😀\n")],
    "several, one after the other": [(0, 0, "😀你的"), (1, 3, "您的\n"), (4, 5, ""), (0, 0, "𠮷\r\n")],
    "several, backwards": [(40, 41, "了"), (20, 22, ""), (2, 3, "\n")],
    "line by line": [(n, n, "\n你的订单") for n in range(0, 30, 5)],
    "nothing": [],
    "an empty one": [(7, 7, "")],
    "what there is": [(7, 9, WIDE[7:9])],
    "NUL and other controls": [(8, 8, "\0\x01\x1b\x7f\u2028\u2029\x85\ufeff\ufffe")],
}


@pytest.mark.parametrize("encoding", positions.ENCODINGS)
async def test_changes(start, encoding):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    uris = {title: editor.open(f"untitled:{number}.txt", WIDE) for number, title in enumerate(CHANGES)}
    for title, edits in CHANGES.items():
        editor.edit(uris[title], *edits)
    for title, uri in uris.items():
        found = reference.of_diagnostics(await editor.diagnostics(uri))
        assert found == reference.findings(editor.text(uri), encoding), title


async def test_whole_and_partial_changes_in_one_message(wire):
    server = wire()
    server.initialize()
    uri = server.open("您好")
    place = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 1}}
    server.change(uri, 2, {"text": "您好\n我的订单"}, {"range": place, "text": "你"}, {"range": place, "rangeLength": 99, "text": "你"})
    server.change(uri, 3, {"text": "这个我们处理不了"}, {"text": "您好\n你的订单"})
    [finding] = server.published(uri, 3)["diagnostics"]
    assert finding["code"] == "disrespectful-address/ni-possessive"
    assert finding["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 2}}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", positions.ENCODINGS)
async def test_a_byte_order_mark_is_a_character(start, encoding, mark):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    uri = editor.open("untitled:a.txt", mark + "你的订单\n你的订单")
    first, second = await editor.diagnostics(uri)
    assert editor.words(uri, first.range) == editor.words(uri, second.range) == "你的"
    assert first.range.start.character == positions.units(mark, encoding)


@pytest.mark.parametrize("uri", ["untitled:Untitled-1", "untitled:话术", "inmemory://model/1", "file:///nowhere/there/a.txt", "git:/a.txt?%7B%7D"])
async def test_documents_that_are_no_files(editor, uri):
    editor.open(uri, "这个我们处理不了😀，赶紧把单号发过来！")
    await same_as_reference(editor, uri)
    assert len(await editor.quick_fixes(uri, "赶紧把单号发过来")) >= 2
    editor.close(uri)
    await editor.until(lambda: not editor.published(uri)[-1].diagnostics, "the clearing of the closed document")


@pytest.mark.parametrize("name", ["带 空格 的.txt", "100%.txt", "a#b?c.txt", "引号'\".txt", "表情😀.txt", "UP.TXT"])
async def test_names_of_all_kinds(editor, uri, name):
    document = editor.open(uri(name), "这个我们处理不了。")
    [finding] = await editor.diagnostics(document)
    assert finding.code == "blunt-refusal/cannot-do-it"


async def test_an_address_comes_back_as_it_was_written(editor):
    # As VS Code writes it for Windows, and with escapes that need not be there.
    for address in ("file:///c%3A/%E8%AF%9D/a.txt", "file:///%61.txt"):
        editor.open(address, "这个我们处理不了。")
        assert len(await editor.diagnostics(address)) == 1


async def test_closed_and_opened_again(editor, uri):
    document = editor.open(uri(), "这个我们处理不了。", version=7)
    assert len(await editor.diagnostics(document)) == 1
    editor.close(document)
    # A document that is opened again may begin with any version.
    editor.open(document, "您好\n你的订单", version=1)
    [finding] = await editor.diagnostics(document)
    assert finding.range.start.line == 1


async def test_saving_changes_nothing(editor, uri):
    document = editor.open(uri(), "这个我们处理不了。")
    before = await editor.diagnostics(document)
    editor.client.text_document_did_save(t.DidSaveTextDocumentParams(t.TextDocumentIdentifier(document)))
    await editor.settle()
    assert await editor.diagnostics(document) == before
    assert all(p.diagnostics for p in editor.published(document))


async def test_the_same_text_in_many_documents(editor, uri):
    documents = [editor.open(uri(f"{n}.txt"), "这个我们处理不了。\n" * n) for n in range(20)]
    for n, document in enumerate(documents):
        assert len(await editor.diagnostics(document)) == n
