"""Code actions: quick fixes, everything safe at once, a whole message, and edits of the project's settings."""

from __future__ import annotations

import tomllib

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

import positions
import reference
from editor import PULL, path_of

RUDE = "这个我们处理不了，赶紧把单号发过来！"
SAFE = "你的意见😀我们记下了，你的订单已发货。"
TEXT = f"您好，请稍等。\n{RUDE}\r\n{SAFE}\n你的包裹😀已经寄出。\n"

FORMATS = {
    "plain": ("a.txt", "plaintext", TEXT),
    "transcript": ("a.txt", "plaintext", f"顾客：{RUDE}{SAFE}\n客服：{RUDE}\n{SAFE}\n顾客：你的\n客服：{SAFE}\n"),
    "markdown": ("a.md", "markdown", f"# 话术\n\n- {RUDE}\n- {SAFE}\n\n> {RUDE}\n\n`你的` {SAFE}\n"),
    "jsonl": ("a.jsonl", "jsonl", f'{{"text": "{RUDE}"}}\n{{"text": "\\ud83d\\ude00{SAFE}\\n\\"你的\\u8ba2\\u5355"}}\n'),
    "letter": ("a.txt", "plaintext", f"尊敬的王女士：\n\n{RUDE}\n\n{SAFE}\n\n此致\n敬礼\n"),
}


def kinds(actions) -> set[str]:
    return {str(getattr(action.kind, "value", action.kind)) for action in actions}


def whole(editor, uri: str) -> tuple[int, int]:
    return (0, len(editor.text(uri)))


# Quick fixes


async def test_each_rewrite_is_a_quick_fix(editor, uri):
    document = editor.open(uri(), TEXT)
    await editor.diagnostics(document)
    for finding in reference.check(TEXT):
        fixes = await editor.quick_fixes(document, (finding["start"], finding["end"]))
        expected = [fix for fix in finding["fixes"] if fix["edits"]]
        assert len(fixes) == len(expected)
        for (action, made), fix in zip(fixes, expected):
            assert fix["title"] in action.title or fix["edits"][0]["replacement"] in action.title
            assert fix["edits"][0]["replacement"] in made
            assert action.diagnostics
            assert {editor.words(document, d.range) for d in action.diagnostics} == {finding["text"]}
        assert [bool(action.is_preferred) for action, _ in fixes] == [True] + [False] * (len(expected) - 1)


@pytest.fixture(params=positions.ENCODINGS)
async def documents(request, start):
    """An editor in each encoding, with a document of each format: its name, its address, its text."""
    editor = await start(capabilities={"general": {"positionEncodings": [request.param]}})
    opened = [(file, editor.open(f"untitled:{n}/{file}", text, language), text) for n, (file, language, text) in enumerate(FORMATS.values())]
    return editor, opened


async def test_quick_fixes_mend_in_all_formats(documents):
    editor, opened = documents
    for file, document, text in opened:
        for finding in reference.check(text, file):
            fixes = await editor.quick_fixes(document, (finding["start"], finding["end"]))
            made = [made for _, made in fixes]
            expected = [fix for fix in finding["fixes"] if fix["edits"]]
            assert len(made) == len(set(made)) == len(expected), (text, finding["text"])
            for text_after, fix in zip(made, expected):
                # What surrounds the offending words stays; the replacement is written as the format wants it.
                assert text_after.startswith(text[: finding["start"]]) and text_after.endswith(text[finding["end"] :])
                assert fix["edits"][0]["replacement"] in text_after


@pytest.mark.parametrize("offset", [0, 2, 4])
async def test_at_the_cursor(editor, uri, offset):
    """At the beginning, inside, and at the end of the offending words."""
    document = editor.open(uri(), "这个我们处理不了。")
    await editor.diagnostics(document)
    [(_, made), *_] = await editor.quick_fixes(document, 4 + offset)
    assert made.startswith("这个我们") and made.endswith("。") and "处理不了" not in made


async def test_none_beside_a_finding(editor, uri):
    document = editor.open(uri(), "这个我们处理不了。")
    await editor.diagnostics(document)
    for where in (0, (0, 3), 9, (9, 9)):
        assert not await editor.code_actions(document, where, only=["quickfix"], diagnostics=[]), where


async def test_quick_fixes_of_all_findings_in_a_selection(editor, uri):
    document = editor.open(uri(), TEXT)
    await editor.diagnostics(document)
    made = {made for _, made in await editor.quick_fixes(document, whole(editor, document))}
    expected = sum(len([f for f in finding["fixes"] if f["edits"]]) for finding in reference.check(TEXT))
    assert len(made) == expected


@pytest.mark.parametrize("keep", ["data", "code description", "nothing"])
async def test_clients_that_send_less_back(editor, uri, keep):
    """`data` is only sent back by clients that say so, and some send no diagnostics at all."""
    document = editor.open(uri(), RUDE)
    sent = [t.Diagnostic(range=d.range, message=d.message) for d in await editor.diagnostics(document)]
    for lean, full in zip(sent, await editor.diagnostics(document)):
        if keep != "nothing":
            lean.code, lean.source = full.code, full.source
        if keep == "data":
            lean.data = full.data
    actions = await editor.code_actions(document, "处理不了", only=["quickfix"], diagnostics=sent[:1])
    assert any(action.title.startswith("改为") for action in actions)


async def test_diagnostics_of_others_and_stale_ones_do_no_harm(editor, uri):
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    place = t.Range(t.Position(7, 70), t.Position(90, 3))
    odd = [
        t.Diagnostic(range=place, message="?", code="no/such-rule", source="wanyan", data={"nonsense": [1]}),
        t.Diagnostic(range=place, message="?", code=17, source="spell", data="text"),
        t.Diagnostic(range=editor.place(document, "处理不了"), message="?", source="wanyan", data=None),
    ]
    actions = await editor.code_actions(document, "处理不了", only=["quickfix"], diagnostics=odd)
    assert any(action.title.startswith("改为") for action in actions)


async def test_fixes_carry_versions_and_are_resolved_lazily(editor, uri):
    document = editor.open(uri(), RUDE, version=30)
    await editor.diagnostics(document)
    actions = await editor.code_actions(document, "处理不了", only=["quickfix"])
    assert all(action.edit is None and action.data is not None for action in actions)
    resolved = await editor.resolved(actions[0])
    [change] = resolved.edit.document_changes
    assert change.text_document.version == 30
    # What else the action says stays.
    assert (resolved.title, resolved.kind, resolved.is_preferred) == (actions[0].title, actions[0].kind, True)


async def test_clients_without_resolving_get_edits_at_once(start, tmp_path, uri):
    more = {"textDocument": {"codeAction": {"resolveSupport": None, "dataSupport": None}}}
    editor = await start(folders=[tmp_path], capabilities=more)
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    actions = await editor.code_actions(document, "处理不了")
    assert actions
    assert all(action.edit or action.command or action.disabled for action in actions)
    assert any("处理不了" not in made for action in actions if action.edit for made in editor.preview(action.edit).values())


async def test_clients_without_document_changes(start, tmp_path, uri):
    editor = await start(folders=[tmp_path], capabilities={"workspace": {"workspaceEdit": None}})
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    fixes = await editor.quick_fixes(document, "处理不了")
    assert fixes
    assert all(action.edit.changes for action, _ in fixes)


async def test_clients_without_literals_get_no_literals(start, tmp_path, uri):
    editor = await start(folders=[tmp_path], capabilities={"textDocument": {"codeAction": {"codeActionLiteralSupport": None}}})
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    assert not [a for a in await editor.code_actions(document, "处理不了") if isinstance(a, t.CodeAction)]


async def test_an_action_that_was_offered_for_an_older_text(editor, uri):
    """Its edit is refused, or it is one of the text as it is now; never an old place in the new text."""
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    stale = (await editor.code_actions(document, "处理不了", only=["quickfix"]))[0]
    editor.edit(document, (0, 0, "您好，请稍等。\n"))
    try:
        resolved = await editor.resolved(stale)
    except JsonRpcException as error:
        assert error.code == -32801, "ContentModified"
        return
    if resolved.edit:
        [change] = resolved.edit.document_changes
        if change.text_document.version == editor.documents[document].version:
            made = editor.preview(resolved.edit)[document]
            assert made == "您好，请稍等。\n" + reference.check(RUDE)[0]["fixes"][0]["result"]


@pytest.mark.parametrize("change", ["the finding has gone", "the document is closed"])
async def test_an_action_whose_finding_has_gone(editor, uri, change):
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    stale = (await editor.code_actions(document, "处理不了", only=["quickfix"]))[0]
    if change == "the document is closed":
        editor.close(document)
    else:
        editor.rewrite(document, "您好")
    try:
        resolved = await editor.resolved(stale)
        assert not resolved.edit or resolved.edit.document_changes[0].text_document.version == 1
    except JsonRpcException as error:
        assert error.code in (-32801, -32602, -32803)


# By kind


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.rewrite.wanyan"}),
        (["refactor.rewrite"], {"refactor.rewrite.wanyan"}),
        (["refactor.rewrite.wanyan"], {"refactor.rewrite.wanyan"}),
        (["source"], {"source.fixAll.wanyan"}),
        (["source.fixAll"], {"source.fixAll.wanyan"}),
        (["source.fixAll.wanyan"], {"source.fixAll.wanyan"}),
        (["source.fixAll", "refactor"], {"source.fixAll.wanyan", "refactor.rewrite.wanyan"}),
        (["source.fixAll.eslint"], set()),
        (["source.organizeImports"], set()),
        (["refactor.extract"], set()),
        (["quick"], set()),
        (["source.fixAll.wanyan.more"], set()),
    ],
)
async def test_only_what_is_asked_for(editor, uri, only, expected):
    document = editor.open(uri(), SAFE)
    await editor.diagnostics(document)
    assert kinds(await editor.code_actions(document, "你的", only=only)) == expected


# Everything safe


async def test_fix_all(documents):
    editor, opened = documents
    for file, document, text in opened:
        [action] = await editor.code_actions(document, whole(editor, document), only=["source.fixAll.wanyan"])
        made = editor.preview((await editor.resolved(action)).edit)
        assert made == {document: reference.fixed(text, file)}
        assert made[document] != text


async def test_fix_all_works_on_save(editor, uri):
    """As VS Code does it: the whole document, no diagnostics, no wait since the last keystroke; until nothing is left."""
    document = editor.open(uri(), "")
    editor.edit(document, (0, 0, TEXT))
    actions = await editor.code_actions(document, whole(editor, document), only=["source.fixAll"], diagnostics=[])
    editor.apply((await editor.resolved(actions[0])).edit)
    assert editor.text(document) == reference.fixed(TEXT)
    actions = await editor.code_actions(document, whole(editor, document), only=["source.fixAll"], diagnostics=[])
    for action in actions:
        assert editor.preview((await editor.resolved(action)).edit) in ({}, {document: editor.text(document)})


async def test_fix_all_takes_the_whole_document_wherever_the_cursor_is(editor, uri):
    document = editor.open(uri(), TEXT)
    [action] = await editor.code_actions(document, 0, only=["source.fixAll.wanyan"])
    assert editor.preview((await editor.resolved(action)).edit) == {document: reference.fixed(TEXT)}


async def test_nothing_safe_no_fix_all(editor, uri):
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    assert not await editor.code_actions(document, whole(editor, document), only=["source.fixAll.wanyan"])


# A whole message


async def rewritten(editor, document, where) -> str | None:
    actions = await editor.code_actions(document, where, only=["refactor.rewrite.wanyan"], diagnostics=[])
    assert len(actions) <= 1
    for action in actions:
        return editor.preview((await editor.resolved(action)).edit)[document]
    return None


async def test_everything_made_polite(documents):
    editor, opened = documents
    for file, document, text in opened:
        assert await rewritten(editor, document, whole(editor, document)) == reference.fixed(text, file, suggested=True)


async def test_the_message_under_the_cursor_is_made_polite(editor, uri):
    document = editor.open(uri(), f"{RUDE}\n{RUDE}\n")
    expected = f"{reference.fixed(RUDE, suggested=True)}\n{RUDE}\n"
    for where in (0, 3, 5, 9, len(RUDE) - 1, len(RUDE), (2, 7)):
        assert await rewritten(editor, document, where) == expected, where


async def test_the_messages_of_a_selection_are_made_polite(editor, uri):
    document = editor.open(uri(), f"{RUDE}\n{RUDE}\n{RUDE}\n{RUDE}\n")
    polite = reference.fixed(RUDE, suggested=True)
    selection = (len(RUDE) + 4, 2 * len(RUDE) + 6)
    assert await rewritten(editor, document, selection) == f"{RUDE}\n{polite}\n{polite}\n{RUDE}\n"


async def test_nothing_to_make_polite(editor, uri):
    document = editor.open(uri(), f"您好，请稍等。\n{RUDE}\n\n顾客：{RUDE}\n")
    for where in ("请稍等", "\n\n", "顾客"):
        assert await rewritten(editor, document, where if where != "\n\n" else editor.text(document).index(where) + 1) is None


# The project's settings


async def settings_action(editor, document, where, *words: str) -> t.CodeAction | None:
    """The action whose title has one of the words and that edits the settings."""
    for action in await editor.code_actions(document, where):
        if any(word in action.title for word in words) and action.disabled is None:
            action = await editor.resolved(action)
            assert all(path_of(uri).name in ("wanyan.toml", ".wanyan.toml") for uri in editor.preview(action.edit))
            return action
    return None


async def allow(editor, document, where):
    return await settings_action(editor, document, where, "放行", "允许")


async def turn_off(editor, document, where):
    return await settings_action(editor, document, where, "关掉")


EXISTING = '# 我们店的设置\nagent-labels = ["小美"]   # 客服\n\n[severity]\n"structure/punctuation" = "off"\n\n[limits]\n"structure/long-sentence" = 60\n'


@pytest.fixture(params=["push", "pull"])
def mode(request) -> dict:
    return PULL if request.param == "pull" else {}


@pytest.mark.parametrize("before", [None, "", EXISTING, EXISTING.replace("\n", "\r\n")], ids=["new", "empty", "full", "CR LF"])
async def test_turn_a_rule_off(start, tmp_path, uri, mode, before):
    config = tmp_path / "wanyan.toml"
    if before is not None:
        config.write_text(before, newline="")
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open(uri(), RUDE)
    assert len(await editor.diagnostics(document)) == 2
    action = await turn_off(editor, document, "处理不了")
    made = editor.preview(action.edit)[config.as_uri()]
    assert '"blunt-refusal/cannot-do-it" = "off"' in made
    assert_kept(before, made)
    editor.apply(action.edit)
    left = await editor.diagnostics(document, until=lambda found: "blunt-refusal/cannot-do-it" not in [d.code for d in found])
    assert "commanding/hurry-up" in [d.code for d in left]
    assert reference.of_diagnostics(left) == reference.findings(RUDE, "utf-16", cwd=tmp_path)


def assert_kept(before: str | None, after: str) -> None:
    """Every line that was there is there, in the same order, and a reason is asked for."""
    left = iter(after.splitlines())
    for line in (before or "").splitlines():
        assert line in left, f"{line!r} is gone from {after!r}"
    assert any(word in after for word in ("理由", "原因", "为什么", "reason")), "a stub for the reason"


@pytest.mark.parametrize("before", [None, "", EXISTING], ids=["new", "empty", "full"])
async def test_allow_a_phrase(start, tmp_path, uri, mode, before):
    config = tmp_path / "wanyan.toml"
    if before is not None:
        config.write_text(before)
    editor = await start(folders=[tmp_path], capabilities=mode)
    other = "这个我们办不了。"
    document = editor.open(uri(), f"{RUDE}\n{other}\n")
    found = await editor.diagnostics(document)
    assert len(found) == 3
    action = await allow(editor, document, "处理不了")
    made = editor.preview(action.edit)[config.as_uri()]
    assert "处理不了" in made
    assert_kept(before, made)
    editor.apply(action.edit)
    # Whatever came of the change: the file is watched, so the next diagnostics go by it.
    left = await editor.diagnostics(document, until=lambda now: now != tuple(found) and now != found)
    assert reference.of_diagnostics(left) == reference.findings(editor.text(document), "utf-16", cwd=tmp_path)
    # The phrase is allowed, not the rule, and other phrases are not.
    assert [editor.words(document, d.range) for d in left] == ["赶紧把单号发过来", "办不了"]


async def test_allow_two_phrases_and_turn_two_rules_off(editor, uri, tmp_path):
    document = editor.open(uri(), f"{RUDE}\n您为什么不早说？\n保证明天送到！\n")
    assert len(await editor.diagnostics(document)) == 4
    steps = [(allow, "处理不了"), (turn_off, "赶紧把单号发过来"), (allow, "保证明天送到"), (turn_off, "为什么不早说")]
    for make, where in steps:
        rule = reference_rule(editor, document, where)
        action = await make(editor, document, where)
        editor.apply(action.edit)
        await editor.diagnostics(document, until=lambda found, rule=rule: rule not in [d.code for d in found])
    settings = (tmp_path / "wanyan.toml").read_text()
    assert settings.count("[[allow]]") == 2
    assert settings.count('= "off"') == 2
    left = reference.findings(editor.text(document), "utf-16", cwd=tmp_path)
    assert reference.of_diagnostics(editor.seen[document]) == left


def reference_rule(editor, document, where: str) -> str:
    """The rule of the finding at some words."""
    return next(d.code for d in editor.seen[document] if where in editor.words(document, d.range))


async def test_the_nearest_settings_are_edited(start, tmp_path):
    inner = tmp_path / "shop" / "texts"
    inner.mkdir(parents=True)
    (tmp_path / "wanyan.toml").write_text("# 外面\n")
    (tmp_path / "shop" / ".wanyan.toml").write_text("# 里面\n")
    editor = await start(folders=[tmp_path])
    document = editor.open((inner / "a.txt").as_uri(), RUDE)
    await editor.diagnostics(document)
    action = await turn_off(editor, document, "处理不了")
    assert list(editor.preview(action.edit)) == [(tmp_path / "shop" / ".wanyan.toml").as_uri()]


async def test_new_settings_go_into_the_folder_of_the_document(start, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    (two / "sub").mkdir(parents=True)
    one.mkdir()
    editor = await start(folders=[one, two])
    document = editor.open((two / "sub" / "a.txt").as_uri(), RUDE)
    await editor.diagnostics(document)
    action = await allow(editor, document, "处理不了")
    assert list(editor.preview(action.edit)) == [(two / "wanyan.toml").as_uri()]
    assert isinstance(action.edit.document_changes[0], t.CreateFile)


async def test_settings_that_are_open_and_not_saved(editor, uri, tmp_path):
    """What the editor shows is edited, not what the disk holds."""
    config = tmp_path / "wanyan.toml"
    config.write_text("# 旧\n")
    settings = editor.open(config.as_uri(), "# 旧\n", "toml", version=3)
    editor.edit(settings, (0, 0, "# 新😀，还没有保存\n[severity]\nstructure = 'off'\n"))
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    action = await turn_off(editor, document, "处理不了")
    made = editor.preview(action.edit)[settings]
    assert '"blunt-refusal/cannot-do-it" = "off"' in made
    assert_kept(editor.text(settings), made)


async def test_clients_that_create_no_files(start, tmp_path, uri):
    more = {"workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": None}}}
    editor = await start(folders=[tmp_path], capabilities=more)
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    # Not offered, or in some other way; but nothing that the client cannot do.
    for action in await editor.code_actions(document, "处理不了"):
        for change in (await editor.resolved(action)).edit.document_changes or []:
            assert not isinstance(change, t.CreateFile)


async def test_broken_settings_are_not_edited_blindly(start, tmp_path, uri):
    config = tmp_path / "wanyan.toml"
    config.write_text("[severity\n")
    editor = await start(folders=[tmp_path])
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    try:
        action = await turn_off(editor, document, "处理不了")
    except JsonRpcException as error:
        assert error.message
    else:
        if action:
            assert_kept("[severity\n", editor.preview(action.edit)[config.as_uri()])


async def test_an_odd_rule_id_or_phrase_is_quoted(editor, uri, tmp_path):
    """A phrase with quotation marks and a backslash in it must not break the settings."""
    text = '你是不是"神\\经"病啊'
    document = editor.open(uri(), text)
    found = await editor.diagnostics(document)
    assert found
    action = await allow(editor, document, text)
    made = editor.preview(action.edit)[(tmp_path / "wanyan.toml").as_uri()]
    assert tomllib.loads(made)["allow"][0]["phrase"] in text
