"""Documents of all formats, told by language id, by file name, by content."""

from __future__ import annotations

import pytest

import reference

MARKDOWN = "# 这个我们处理不了\n\n```\n这个我们处理不了\n```\n\n> 你的\n\n- 你的意见**我们**记下了\n"
JSON_LINES = '{"id": 1, "text": "是您自己操作错了😀，怪不了我们。"}\n{"text": "你的\\n\\u4f60\\u7684"}\n这个我们处理不了\n'
TRANSCRIPT = "快乐小猪：你们是不是骗子？\n客服：这个我们处理不了。\n快乐小猪：赶紧发！爱买不买\n客服：您爱买不买😀。\n"
LETTER = "尊敬的王女士：\n\n您好！来信收到。\n\n关于保修，规定就是规定，\n我们也没办法。\n\n此致\n敬礼\n"
LINES = "这个我们处理不了。\n您好\n\t　你的订单\n"

# The address, the language id, the text, and how the command line is told of it.
CASES = {
    "text": ("file:///x/a.txt", "plaintext", LINES, None),
    "letter": ("file:///x/a.txt", "plaintext", LETTER, None),
    "log": ("file:///x/a.log", "log", LINES, None),
    "text in Vim and Kakoune": ("file:///x/a.txt", "text", LINES, None),
    "no extension": ("file:///x/COMMIT_EDITMSG", "plaintext", LINES, None),
    "no language id": ("file:///x/a.txt", "", LINES, None),
    "Markdown": ("file:///x/a.md", "markdown", MARKDOWN, "markdown"),
    "Markdown by its language id": ("untitled:Untitled-1", "markdown", MARKDOWN, "markdown"),
    "Markdown by its name": ("file:///x/a.md", "", MARKDOWN, "markdown"),
    "Markdown by its longer name": ("file:///x/a.MARKDOWN", "unknown", MARKDOWN, "markdown"),
    "JSON Lines": ("file:///x/a.jsonl", "jsonl", JSON_LINES, "jsonl"),
    "JSON Lines by their language id": ("untitled:Untitled-1", "jsonl", JSON_LINES, "jsonl"),
    "JSON Lines by their other language id": ("untitled:Untitled-1", "ndjson", JSON_LINES, "jsonl"),
    "JSON Lines by their name": ("file:///x/a.jsonl", "json", JSON_LINES, "jsonl"),
    "JSON Lines by their other name": ("file:///x/a.ndjson", "", JSON_LINES, "jsonl"),
    "a transcript": ("file:///x/a.txt", "plaintext", TRANSCRIPT, "transcript"),
    "a transcript without a name": ("untitled:Untitled-1", "plaintext", TRANSCRIPT, "transcript"),
    "a transcript by its language id": ("untitled:Untitled-1", "transcript", TRANSCRIPT, "transcript"),
    "a name with a query": ("vscode-vfs://github/a/b.md?x=1#y", "", MARKDOWN, "markdown"),
}
KINDS = {"lines": LINES, "letter": LETTER, "markdown": MARKDOWN, "jsonl": JSON_LINES, "transcript": TRANSCRIPT}


@pytest.mark.parametrize("case", CASES)
async def test_formats(start, case):
    editor = await start()
    uri, language, text, input_ = CASES[case]
    editor.open(uri, text, language)
    found = reference.of_diagnostics(await editor.diagnostics(uri))
    assert found == reference.findings(text, "utf-16", input_=input_)
    assert found


@pytest.mark.parametrize(("text", "input_"), [(MARKDOWN, "markdown"), (JSON_LINES, "jsonl"), (TRANSCRIPT, "transcript")])
def test_the_texts_tell_the_formats_apart(text, input_):
    """Else the tests above would show nothing."""
    assert reference.findings(text, "utf-16", input_="plain") != reference.findings(text, "utf-16", input_=input_)


@pytest.mark.parametrize("before", KINDS)
async def test_the_format_changes_with_the_text(editor, before):
    """From each kind of text to each other, all under one name that leaves it open."""
    uri = editor.open("untitled:Untitled-1", KINDS[before])
    for text in KINDS.values():
        editor.edit(uri, (0, len(editor.text(uri)), text))
        found = reference.of_diagnostics(await editor.diagnostics(uri))
        assert found == reference.findings(text, "utf-16")


async def test_a_letter_grows_out_of_lines_and_back(editor):
    uri = editor.open("untitled:Untitled-1", "")
    at = 0
    for piece in (LETTER[n : n + 6] for n in range(0, len(LETTER), 6)):
        editor.edit(uri, (at, at, piece))
        at += len(piece)
        found = reference.of_diagnostics(await editor.diagnostics(uri))
        assert found == reference.findings(editor.text(uri), "utf-16"), editor.text(uri)


async def test_a_conversation_grows_turn_by_turn(editor):
    uri = editor.open("untitled:Untitled-1", "")
    for line in (TRANSCRIPT * 2).splitlines(keepends=True):
        editor.edit(uri, (0, 0, line))
        found = reference.of_diagnostics(await editor.diagnostics(uri))
        assert found == reference.findings(editor.text(uri), "utf-16"), editor.text(uri)


async def test_customers_are_not_judged(editor):
    uri = editor.open("untitled:Untitled-1", TRANSCRIPT)
    assert {editor.words(uri, d.range) for d in await editor.diagnostics(uri)} == {"处理不了", "爱买不买"}


async def test_opened_again_as_another_language(editor):
    """Editors that let one choose the language close the document and open it anew."""
    uri = editor.open("untitled:Untitled-1", MARKDOWN, "markdown")
    as_markdown = reference.of_diagnostics(await editor.diagnostics(uri))
    editor.close(uri)
    editor.open(uri, MARKDOWN, "plaintext", version=2)
    assert reference.of_diagnostics(await editor.diagnostics(uri)) == reference.findings(MARKDOWN, "utf-16", input_="plain")
    assert as_markdown == reference.findings(MARKDOWN, "utf-16", input_="markdown")


async def test_what_cannot_be_judged_is_said(editor):
    """A line that is no JSON, a conversation in which nobody is known."""
    uri = editor.open("file:///x/a.jsonl", JSON_LINES, "jsonl")
    [problem] = [d for d in await editor.diagnostics(uri) if not reference.is_finding(d)]
    assert problem.range.start.line == 2
    assert "JSON" in problem.message
    assert problem.source == "wanyan"
    uri = editor.open("untitled:Untitled-1", "小甲：在吗\n小乙：您好\n小甲：哦\n小乙：不行\n", "transcript")
    [problem] = [d for d in await editor.diagnostics(uri) if not reference.is_finding(d)]
    assert "agent-labels" in problem.message


async def test_configuration_files_are_not_judged(editor, uri):
    document = editor.open(uri("wanyan.toml"), '# 这个我们处理不了\nagent-labels = ["你的"]\n', "toml")
    assert await editor.diagnostics(document) == []
