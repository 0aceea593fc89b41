"""Commands: check the workspace, reload the lexicon, show an entry of the lexicon, explain a rule."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

import reference
from editor import PULL, path_of

RUDE = "这个我们处理不了。"
RULE = "dismissive/dont-know"
CANCELLED = {-32800, -32802}


def named(editor, *words: str) -> str:
    """The command whose name has these words in it."""
    commands = editor.server.execute_command_provider.commands
    [name] = [c for c in commands if all(word in c.lower() for word in words)]
    return name


async def execute(editor, name: str, *arguments, **more):
    return await editor.request(t.WORKSPACE_EXECUTE_COMMAND, t.ExecuteCommandParams(command=name, arguments=list(arguments), **more))


async def test_all_bear_the_name_of_the_program(editor):
    assert all(command.startswith("wanyan.") for command in editor.server.execute_command_provider.commands)


async def test_an_unknown_command_is_an_error(editor):
    for name in ("wanyan.nonsense", "", "other.command"):
        with pytest.raises(JsonRpcException) as caught:
            await execute(editor, name)
        assert caught.value.code in (-32602, -32601)


def said(editor, result) -> str:
    """What a command said, in whichever way it did."""
    messages = [m.message for m in editor.client.messages]
    shown = [path_of(d.uri).read_text() for d in editor.client.shown_documents if d.uri.startswith("file:")]
    return "\n".join([str(result or ""), *messages, *shown])


async def test_explains_a_rule(editor):
    text = said(editor, await execute(editor, named(editor, "explain"), RULE))
    for words in ("只说不知道", "客户会觉得没人愿意管", "不把情绪带进话里", "我先去核实"):
        assert words in text


async def test_shows_an_entry_of_the_lexicon(editor):
    text = said(editor, await execute(editor, named(editor, "entry"), RULE))
    assert "dont-know" in text
    assert "不知道" in text


@pytest.mark.parametrize("what", ["explain", "entry"])
@pytest.mark.parametrize("arguments", [[], ["no/such-rule"], [""], [17], [None], [{"a": 1}], [[]]])
async def test_what_cannot_be_explained_is_an_error(editor, what, arguments):
    with pytest.raises(JsonRpcException) as caught:
        await execute(editor, named(editor, what), *arguments)
    assert caught.value.code in (-32602, -32803)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.message), "in Chinese"


def write_files(folder, count: int, text: str) -> None:
    for number in range(count):
        (folder / f"{number}.txt").write_text(text)


async def test_checks_the_workspace(start, tmp_path):
    (tmp_path / "sub").mkdir()
    write_files(tmp_path, 3, RUDE)
    write_files(tmp_path / "sub", 2, f"{RUDE}\n{RUDE}\n")
    (tmp_path / "clean.txt").write_text("您好")
    editor = await start(folders=[tmp_path])
    opened = editor.open((tmp_path / "0.txt").as_uri(), "您好", version=3)
    await editor.diagnostics(opened)
    await execute(editor, named(editor, "check"), work_done_token="check")
    await editor.until(lambda: progress(editor, "check")[-1:] == ["end"], "the end of the progress")
    assert progress(editor, "check")[0] == "begin"
    last = {p.uri: len(p.diagnostics) for p in editor.received(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)}
    assert last.pop(opened) == 0, "of an open document its text in the editor counts"
    assert last.pop((tmp_path / "clean.txt").as_uri(), 0) == 0
    assert last == {
        (tmp_path / "1.txt").as_uri(): 1,
        (tmp_path / "2.txt").as_uri(): 1,
        (tmp_path / "sub" / "0.txt").as_uri(): 2,
        (tmp_path / "sub" / "1.txt").as_uri(): 2,
    }


def progress(editor, token) -> list[str]:
    return [p.value["kind"] for p in editor.received(t.PROGRESS) if p.token == token]


async def test_checks_again_what_has_been_mended(start, tmp_path):
    write_files(tmp_path, 2, RUDE)
    editor = await start(folders=[tmp_path])
    await execute(editor, named(editor, "check"))
    uri = (tmp_path / "1.txt").as_uri()
    await editor.until(lambda: editor.published(uri), "the diagnostics of a closed document")
    (tmp_path / "1.txt").write_text("您好")
    await execute(editor, named(editor, "check"))
    await editor.until(lambda: not editor.published(uri)[-1].diagnostics, "the clearing of the mended document")


async def test_a_server_starts_progress_itself(start, tmp_path):
    """Where the client gives no token, the server asks for one."""
    write_files(tmp_path, 3, RUDE)
    editor = await start(folders=[tmp_path])
    await execute(editor, named(editor, "check"))
    [created] = await editor.until(lambda: editor.received(t.WINDOW_WORK_DONE_PROGRESS_CREATE), "the question for a token")
    await editor.until(lambda: progress(editor, created.token)[-1:] == ["end"], "the end of the progress")


async def test_without_progress_where_the_client_has_none(start, tmp_path):
    write_files(tmp_path, 3, RUDE)
    editor = await start(folders=[tmp_path], capabilities={"window": None})
    await execute(editor, named(editor, "check"))
    uri = (tmp_path / "1.txt").as_uri()
    await editor.until(lambda: editor.published(uri), "the diagnostics of a closed document")
    assert editor.received(t.PROGRESS) == []
    assert editor.received(t.WINDOW_WORK_DONE_PROGRESS_CREATE) == []


@pytest.mark.parametrize("way", ["request", "progress"])
async def test_checking_can_be_cancelled(start, tmp_path, way):
    write_files(tmp_path, 1_000, f"{RUDE}\n" * 300)
    editor = await start(folders=[tmp_path])
    params = t.ExecuteCommandParams(command=named(editor, "check"), arguments=[], work_done_token="check")
    task = asyncio.ensure_future(editor.client.protocol.send_request_async(t.WORKSPACE_EXECUTE_COMMAND, params, msg_id="long"))
    await editor.until(lambda: progress(editor, "check"), "the beginning of the progress")
    if way == "request":
        editor.client.protocol.notify(t.CANCEL_REQUEST, t.CancelParams(id="long"))
    else:
        editor.client.window_work_done_progress_cancel(t.WorkDoneProgressCancelParams(token="check"))
    try:
        await asyncio.wait_for(task, 20)
    except JsonRpcException as error:
        assert error.code in CANCELLED
    await editor.until(lambda: progress(editor, "check")[-1] == "end", "the end of the progress")
    checked = len({p.uri for p in editor.received(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)})
    assert checked < 1_000
    document = editor.open("untitled:a.txt", RUDE)
    assert len(await editor.diagnostics(document)) == 1


async def test_others_are_served_while_the_workspace_is_checked(start, tmp_path):
    write_files(tmp_path, 1_000, f"{RUDE}\n" * 300)
    editor = await start(folders=[tmp_path])
    check = asyncio.ensure_future(execute(editor, named(editor, "check"), work_done_token="check"))
    await editor.until(lambda: progress(editor, "check"), "the beginning of the progress")
    document = editor.open("untitled:a.txt", RUDE)
    assert len(await editor.diagnostics(document)) == 1
    assert not progress(editor, "check")[-1] == "end", "the document did not wait"
    editor.client.window_work_done_progress_cancel(t.WorkDoneProgressCancelParams(token="check"))
    await editor.until(lambda: progress(editor, "check")[-1] == "end", "the end of the progress")
    await asyncio.gather(check, return_exceptions=True)


async def test_pulling_clients_are_told_to_pull(start, tmp_path):
    write_files(tmp_path, 3, RUDE)
    editor = await start(folders=[tmp_path], capabilities=PULL)
    await execute(editor, named(editor, "check"))
    await editor.until(lambda: editor.client.diagnostic_refresh_count, "the question to pull again")
    assert editor.received(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS) == []


async def test_a_workspace_without_folders(editor, start):
    lone = await start()
    await execute(lone, named(lone, "check"))


OVERLAY = """category = "dismissive"

[[entry]]
id = "house-word"
title = "店里不许说的词"
patterns = ["%s"]
why = "店里定的。"
source = ["S1.4"]

[[entry.rewrite]]
to = "我再帮您看看"
applicability = "suggested"

[entry.examples]
bad = ["%s"]
good = ["您好"]
in = ["您好，%s。", "亲，%s哦", "收到，图片看过了，%s，请知悉。"]
"""


def overlay(word: str) -> str:
    return OVERLAY % ((word,) * 5)


async def test_reloads_the_lexicon(start, tmp_path):
    """Nobody tells the server that the file has changed."""
    lexicon = tmp_path / "shop.toml"
    lexicon.write_text(overlay("紫色蘑菇走起"))
    (tmp_path / "wanyan.toml").write_text('lexicon = ["shop.toml"]\n')
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "a.txt").as_uri(), "紫色蘑菇走起\n绿色飞象漫步\n")
    await editor.diagnostics(document, until=lambda found: [d.range.start.line for d in found if d.code == "dismissive/house-word"] == [0])
    lexicon.write_text(overlay("绿色飞象漫步"))
    await execute(editor, named(editor, "reload"))
    await editor.diagnostics(document, until=lambda found: [d.range.start.line for d in found if d.code == "dismissive/house-word"] == [1])
    assert reference.check(editor.text(document), cwd=tmp_path)
