"""Completion: recommended forms by scene, by Chinese, by initials and by pinyin."""

from __future__ import annotations

import re

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

import positions

SCENES = ["倾听", "致歉", "拒绝", "给选择", "承诺跟进", "致谢", "转接"]
INVOKED = t.CompletionContext(trigger_kind=t.CompletionTriggerKind.Invoked)


async def complete(editor, text: str, context=INVOKED, name: str = "untitled:a.txt", language: str = "plaintext"):
    """Completion at the `|` in a text; the document and its items."""
    at = text.index("|")
    uri = f"{name}{len(editor.documents)}" if name.startswith("untitled") else name
    uri = editor.open(uri, text.replace("|", "", 1), language)
    params = t.CompletionParams(t.TextDocumentIdentifier(uri), editor.place(uri, at).start, context)
    result = await editor.request(t.TEXT_DOCUMENT_COMPLETION, params)
    return uri, (result.items if isinstance(result, t.CompletionList) else result or [])


def typed(character: str) -> t.CompletionContext:
    return t.CompletionContext(trigger_kind=t.CompletionTriggerKind.TriggerCharacter, trigger_character=character)


def shown(item: t.CompletionItem) -> str:
    """Everything that a person sees of it in the list."""
    details = item.label_details or t.CompletionItemLabelDetails()
    return " ".join(filter(None, [item.label, item.detail, details.detail, details.description, item.filter_text]))


def of_scene(items, scene: str) -> list:
    return [item for item in items if scene in shown(item)]


def filtered(editor, uri: str, items, at: int) -> list:
    """What an editor leaves of the list: those whose filter text holds, in their order, the characters that are replaced."""
    kept = []
    for item in items:
        place = edit_range(item)
        start = positions.offset(editor.text(uri), place.start, editor.encoding)
        word = editor.text(uri)[start:at]
        rest = iter((item.filter_text or item.label).lower())
        if all(character in rest for character in word.lower()):
            kept.append(item)
    return kept


def edit_range(item: t.CompletionItem) -> t.Range:
    edit = item.text_edit
    return edit.insert if isinstance(edit, t.InsertReplaceEdit) else edit.range


async def test_all_scenes_on_request(editor):
    _, items = await complete(editor, "|")
    for scene in SCENES:
        assert of_scene(items, scene), scene
    labels = [item.label for item in items]
    assert len(labels) == len(set(labels)), "each form once"


@pytest.mark.parametrize("character", ["/", "、"])
async def test_offered_at_the_start_of_a_word(editor, character):
    for before in ("", "您好，", "您好。", "您好 ", "您好\n", "（", "　", "1. ", "- "):
        uri, items = await complete(editor, f"{before}{character}|", typed(character))
        for scene in SCENES:
            assert of_scene(items, scene), (before, scene)
        assert filtered(editor, uri, items, len(before) + 1) == list(items), "the trigger does not filter them away"
        for item in items:
            assert editor.words(uri, edit_range(item)) == character, "the trigger is replaced"


@pytest.mark.parametrize("character", ["/", "、"])
async def test_not_offered_inside_a_word(editor, character):
    for before in ("http:/", "2026", "a", "红色", "苹果、梨", "和"):
        _, items = await complete(editor, f"{before}{character}|", typed(character))
        assert not items, before


WORDS = {
    "致歉": ["致歉", "致", "zq", "zhiqian", "zhiq", "ZQ", "zhi"],
    "致谢": ["致谢", "zx", "zhixie"],
    "倾听": ["倾听", "qt", "qingting"],
    "拒绝": ["拒绝", "jj", "jujue"],
    "给选择": ["给选择", "gxz", "geixuanze", "选择"],
    "承诺跟进": ["承诺跟进", "cngj", "chengnuogenjin", "跟进"],
    "转接": ["转接", "zj", "zhuanjie"],
}


@pytest.mark.parametrize("scene", WORDS)
async def test_filtered_by_chinese_initials_and_pinyin(editor, scene):
    for trigger in ("/", "、", ""):
        for word in WORDS[scene]:
            uri, items = await complete(editor, f"您好，{trigger}{word}|")
            kept = filtered(editor, uri, items, 3 + len(trigger) + len(word))
            assert of_scene(kept, scene), trigger + word
            # What is typed goes when an item is taken.
            for item in kept:
                assert editor.words(uri, edit_range(item)) == trigger + word


async def test_other_scenes_are_filtered_away(editor):
    for word in ("zq", "zhiqian", "致歉"):
        uri, items = await complete(editor, f"/{word}|")
        kept = filtered(editor, uri, items, len(word) + 1)
        assert kept
        assert not [item for item in kept if "转接" in shown(item) and "致歉" not in shown(item)], word


async def test_nothing_fits(editor):
    for word in ("xyzzy", "vvvv", "你好世界你好", "订单号123"):
        uri, items = await complete(editor, f"/{word}|")
        assert filtered(editor, uri, items, len(word) + 1) == [], word


@pytest.mark.parametrize("encoding", positions.ENCODINGS)
async def test_replaces_what_was_typed_in_every_encoding(start, encoding):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}})
    uri, items = await complete(editor, "您好\r\n😀𠮷，/zq|，谢谢")
    assert items
    for item in items:
        assert editor.words(uri, edit_range(item)) == "/zq"


async def inserted(editor, text: str) -> list[t.CompletionItem]:
    uri, items = await complete(editor, text)
    for item in items:
        assert item.text_edit, "the range is said, never guessed"
    return filtered(editor, uri, items, text.index("|"))


async def test_placeholders_where_the_client_has_them(start):
    plain = {"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}}
    with_snippets = await inserted(await start(), "/|")
    without = await inserted(await start(capabilities=plain), "/|")
    snippets = [item for item in with_snippets if item.insert_text_format == t.InsertTextFormat.Snippet]
    assert snippets
    assert all(re.search(r"\$(\d|\{\d)", item.text_edit.new_text) for item in snippets)
    for item in with_snippets:
        if item not in snippets:
            assert not re.search(r"(?<!\\)\$[{\d]", item.text_edit.new_text)
    assert len(without) == len(with_snippets)
    for item in without:
        assert item.insert_text_format in (None, t.InsertTextFormat.PlainText)
        assert not re.search(r"\$[{\d]", item.text_edit.new_text)


async def test_documentation_shows_the_source_and_when_to_use_it(editor):
    items = await inserted(editor, "/zq|")
    for item in of_scene(items, "致歉")[:3]:
        if item.documentation is None:
            item = await editor.request(t.COMPLETION_ITEM_RESOLVE, item)
        text = getattr(item.documentation, "value", item.documentation)
        assert re.search(r"出处|来源|依据|摘自", text), text
        assert re.search(r"什么时候|何时|适用|用于|用在|时用|场合", text), text


async def test_what_is_recommended_is_polite(editor):
    """None of the forms draws a finding when it stands as a message of its own."""
    uri, items = await complete(editor, "|")
    texts = [re.sub(r"\$\{\d+:([^}]*)\}|\$\d+", r"\1", item.text_edit.new_text).replace("\\", "") for item in items]
    checked = editor.open("untitled:all.txt", "\n".join(text.replace("\n", " ") for text in texts))
    bad = [d for d in await editor.diagnostics(checked) if not d.code.startswith("structure/")]
    assert bad == [], [editor.words(checked, d.range) for d in bad]


async def test_beyond_the_text_and_in_unknown_documents(editor):
    uri = editor.open("untitled:x.txt", "/")
    params = t.CompletionParams(t.TextDocumentIdentifier(uri), t.Position(9, 9), INVOKED)
    result = await editor.request(t.TEXT_DOCUMENT_COMPLETION, params)
    assert result is None or isinstance(result, (list, t.CompletionList))
    params = t.CompletionParams(t.TextDocumentIdentifier("untitled:nowhere"), t.Position(0, 0), INVOKED)
    with pytest.raises(JsonRpcException) as caught:
        await editor.request(t.TEXT_DOCUMENT_COMPLETION, params)
    assert caught.value.code == -32602


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("file:///x/a.md", "markdown", "# 话术\n\n- /zq|\n"),
        ("file:///x/a.txt", "plaintext", "顾客：在吗\n客服：/zq|\n"),
        ("file:///x/a.jsonl", "jsonl", '{"text": "/zq|"}\n'),
    ],
)
async def test_in_all_formats(editor, name, language, text):
    uri, items = await complete(editor, text, name=name, language=language)
    assert of_scene(filtered(editor, uri, items, text.index("|")), "致歉")


async def test_sorted_the_same_every_time(editor):
    lists = [await complete(editor, "/zq|") for _ in range(3)]
    keys = [[(item.sort_text, item.label) for item in items] for _, items in lists]
    assert keys[0] == keys[1] == keys[2]
