"""Hover: on a finding what, why, the source and the rewrites; elsewhere nothing."""

from __future__ import annotations

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

import positions
import reference

TEXT = "您好😀\n😀这个我们处理不了，赶紧把单号发过来！\n"


async def hover(editor, uri: str, where) -> t.Hover | None:
    params = t.HoverParams(t.TextDocumentIdentifier(uri), editor.place(uri, where).start)
    return await editor.request(t.TEXT_DOCUMENT_HOVER, params)


@pytest.mark.parametrize("encoding", positions.ENCODINGS)
async def test_on_a_finding(start, encoding):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    uri = editor.open("untitled:a.txt", TEXT)
    for finding in reference.check(TEXT):
        for offset in range(finding["start"], finding["end"]):
            shown = await hover(editor, uri, offset)
            assert editor.words(uri, shown.range) == finding["text"]
            text = shown.contents.value
            assert finding["message"] in text
            assert finding["why"] in text
            assert finding["text"] in text
            for fix in finding["fixes"]:
                if fix["edits"]:
                    assert fix["edits"][0]["replacement"] in text


async def test_shows_the_source_passage(editor, uri):
    document = editor.open(uri(), "您好，这个我们不知道哦，今天系统刚更新。")
    shown = await hover(editor, document, "不知道")
    # As `wanyan explain dismissive/dont-know` has it.
    assert "不把情绪带进话里" in shown.contents.value
    assert "大促客服的自我修养" in shown.contents.value


async def test_elsewhere_nothing(editor, uri):
    document = editor.open(uri(), TEXT)
    findings = reference.check(TEXT)
    for where in range(len(TEXT) + 1):
        if not any(f["start"] <= where <= f["end"] for f in findings):
            assert await hover(editor, document, where) is None, where


async def test_nothing_in_clean_and_unknown_documents(editor, uri):
    document = editor.open(uri(), "您好，请稍等。")
    assert await hover(editor, document, 3) is None
    with pytest.raises(JsonRpcException) as caught:
        await editor.request(t.TEXT_DOCUMENT_HOVER, t.HoverParams(t.TextDocumentIdentifier(uri("other.txt")), t.Position(0, 0)))
    assert caught.value.code == -32602


@pytest.mark.parametrize(
    ("formats", "kind"), [(["markdown", "plaintext"], "markdown"), (["plaintext"], "plaintext"), (["plaintext", "markdown"], "plaintext")]
)
async def test_in_the_form_that_the_client_likes_best(start, formats, kind):
    editor = await start(capabilities={"textDocument": {"hover": {"contentFormat": formats}}})
    uri = editor.open("untitled:a.txt", TEXT)
    shown = await hover(editor, uri, "处理不了")
    assert shown.contents.kind == kind
    if kind == "plaintext":
        assert not any(mark in shown.contents.value for mark in ("**", "```", "](", "\n#"))


async def test_follows_the_text(editor, uri):
    document = editor.open(uri(), "赶紧把单号发过来！")
    assert await hover(editor, document, 2)
    editor.edit(document, (0, 0, "您好\n"))
    assert await hover(editor, document, 2) is None
    assert await hover(editor, document, 5)
    editor.rewrite(document, "您好")
    assert await hover(editor, document, 1) is None
