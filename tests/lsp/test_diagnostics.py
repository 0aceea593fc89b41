"""Diagnostics: what they hold, pushed or pulled and never both, result ids, the workspace."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pytest_lsp import client_capabilities

import reference
from editor import PULL, path_of

RUDE = "这个我们处理不了。"
POLITE = "您好，已经为您登记退款，预计 3 个工作日内到账。"
MIXED = f"您好，请问有什么可以帮您？\n{RUDE}\n你的意见我们记下了，订单 {{订单号}}。\n你是不是神 经 病啊\n赶紧把单号发过来！！！！\n"
CANCELLED = {-32800, -32802}


@pytest.fixture(params=["push", "pull"])
def mode(request) -> dict:
    """The capabilities of an editor that takes diagnostics in one way or the other."""
    return PULL if request.param == "pull" else {}


async def test_what_a_diagnostic_holds(start, tmp_path, uri, mode):
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open(uri(), MIXED)
    diagnostics = await editor.diagnostics(document)
    assert reference.of_diagnostics(diagnostics) == reference.findings(MIXED, "utf-16")
    expected = {(f["rule"], f["text"]): f for f in reference.check(MIXED)}
    assert len({d.severity for d in diagnostics}) >= 3
    for diagnostic in diagnostics:
        finding = expected[diagnostic.code, editor.words(document, diagnostic.range)]
        assert finding["message"] in diagnostic.message
        assert diagnostic.source == "wanyan"
        # The package names no repository yet, so that there is no page to link to.
        assert diagnostic.code_description is None or diagnostic.code_description.href.startswith("https://")
        assert diagnostic.data is not None
        expected_tags = (t.DiagnosticTag.Unnecessary,) if diagnostic.code == "structure/punctuation" else None
        assert tuple(diagnostic.tags or ()) == (expected_tags or ())


async def test_what_the_client_does_not_know_is_left_out(start):
    editor = await start(capabilities={"textDocument": {"publishDiagnostics": None}})
    uri = editor.open("untitled:a.txt", RUDE)
    [diagnostic] = await editor.diagnostics(uri)
    assert diagnostic.code == "blunt-refusal/cannot-do-it"
    assert diagnostic.code_description is None
    assert diagnostic.data is None


@pytest.mark.parametrize("profile", ["neovim", "neovim@v0.9.1", "visual_studio_code", "emacs"])
async def test_real_editors(start, tmp_path, uri, profile):
    """The capabilities that real editors sent; pytest-lsp objects to whatever goes beyond them."""
    from lsprotocol.converters import get_converter

    given = get_converter().unstructure(client_capabilities(profile))
    editor = await start(folders=[tmp_path], capabilities=only(given))
    document = editor.open(uri(), "😀" + MIXED)
    assert reference.of_diagnostics(await editor.diagnostics(document)) == reference.findings("😀" + MIXED, editor.encoding)
    fixes = await editor.quick_fixes(document, "处理不了")
    assert "这个我们" in fixes[0][1] and "处理不了" not in fixes[0][1]
    editor.apply(fixes[0][0].edit)
    found = reference.of_diagnostics(await editor.diagnostics(document))
    assert found == reference.findings(editor.text(document), editor.encoding)


def only(given: dict) -> dict:
    """Laid over the usual capabilities, leaves nothing but `given`."""
    from editor import CAPABILITIES

    def over(base, given):
        result = dict(given)
        for key, value in base.items():
            if key not in given:
                result[key] = None
            elif isinstance(value, dict) and isinstance(given[key], dict):
                result[key] = over(value, given[key])
        return result

    return over(CAPABILITIES, given)


async def test_clean_and_empty_documents_are_published_too(editor, uri):
    for number, text in enumerate(["", "\n", "\r\n\r\n", POLITE]):
        document = editor.open(uri(f"{number}.txt"), text)
        assert await editor.diagnostics(document) == []


# Pushed


async def test_pushed_with_the_version(editor, uri):
    document = editor.open(uri(), RUDE, version=41)
    assert len(await editor.diagnostics(document)) == 1
    editor.rewrite(document, POLITE)
    assert await editor.diagnostics(document) == []
    assert [p.version for p in editor.published(document)] == [41, 42]


async def test_who_gets_pushed_is_not_offered_to_pull(editor, uri):
    assert editor.server.diagnostic_provider is None
    await editor.diagnostics(editor.open(uri(), RUDE))
    registered = [r.method for p in editor.received(t.CLIENT_REGISTER_CAPABILITY) for r in p.registrations]
    assert t.TEXT_DOCUMENT_DIAGNOSTIC not in registered


async def test_cleared_when_closed(editor, uri):
    document = editor.open(uri(), RUDE)
    await editor.diagnostics(document)
    editor.close(document)
    await editor.until(lambda: not editor.published(document)[-1].diagnostics, "the clearing of the closed document")


# Pulled


@pytest.fixture
async def puller(start, tmp_path):
    editor = await start(folders=[tmp_path], capabilities=PULL)
    yield editor
    assert editor.received(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS) == [], "who pulls is never pushed"


async def test_pulled(puller, uri):
    provider = puller.server.diagnostic_provider
    assert provider.workspace_diagnostics is True
    assert provider.inter_file_dependencies is False
    document = puller.open(uri(), MIXED)
    report = await puller.pull(document)
    assert report.kind == "full"
    assert report.result_id
    assert reference.of_diagnostics(report.items) == reference.findings(MIXED, "utf-16")


async def test_unchanged_results_are_not_sent_again(puller, uri):
    document = puller.open(uri(), MIXED)
    first = await puller.pull(document)
    again = await puller.pull(document, first.result_id)
    assert again.kind == "unchanged"
    assert again.result_id == first.result_id
    puller.replace(document, RUDE, POLITE)
    second = await puller.pull(document, first.result_id)
    assert second.kind == "full"
    assert second.result_id != first.result_id
    assert len(second.items) < len(first.items)
    # Back again: what the client holds counts, which is the second.
    puller.replace(document, POLITE, RUDE)
    third = await puller.pull(document, second.result_id)
    assert third.kind == "full"
    assert third.items == first.items


@pytest.mark.parametrize("previous", ["", "nonsense", "0", "😀"])
async def test_unknown_result_ids_give_full_results(puller, uri, previous):
    document = puller.open(uri(), RUDE)
    report = await puller.pull(document, previous)
    assert report.kind == "full"
    assert len(report.items) == 1


async def test_result_ids_belong_to_a_document(puller, uri):
    one, other = puller.open(uri("1.txt"), RUDE), puller.open(uri("2.txt"), POLITE)
    first = await puller.pull(one)
    report = await puller.pull(other, first.result_id)
    assert report.kind == "full"
    assert not report.items


async def test_pulled_right_behind_a_change(puller, uri):
    document = puller.open(uri(), "您好\n")
    for line in range(30):
        puller.edit(document, (0, 0, RUDE + "\n"))
        assert len((await puller.pull(document)).items) == line + 1


async def test_a_document_that_nobody_opened(puller, uri, tmp_path):
    (tmp_path / "there.txt").write_text(RUDE)
    # What is on the disk, or nothing, or a proper error; but an answer.
    for name, count in (("there.txt", 1), ("nowhere.txt", 0)):
        try:
            report = await puller.pull(uri(name))
            assert len(report.items) in (0, count)
        except JsonRpcException as error:
            assert error.message


# The workspace


@pytest.fixture
def files(tmp_path) -> dict[str, str]:
    """Texts in the folder by their addresses."""
    texts = {
        "rude.txt": RUDE,
        "polite.txt": POLITE,
        "sub/话术.md": f"# 话术\n\n{RUDE}\n",
        "sub/记录.jsonl": '{"text": "这个我们处理不了。"}\n',
        "open.txt": POLITE,
        "notes.rs": RUDE,
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return {(tmp_path / name).as_uri(): text for name, text in texts.items()}


async def workspace(editor, previous=(), **more) -> t.WorkspaceDiagnosticReport:
    params = t.WorkspaceDiagnosticParams(previous_result_ids=list(previous), **more)
    return await editor.request(t.WORKSPACE_DIAGNOSTIC, params)


def counts(items) -> dict[str, int]:
    return {path_of(item.uri).name: len(item.items) for item in items if item.kind == "full"}


async def test_the_workspace(puller, uri, files):
    puller.open(uri("open.txt"), f"{RUDE}\n{RUDE}\n", version=5)
    report = await workspace(puller)
    found = counts(report.items)
    assert found["rude.txt"] == found["话术.md"] == found["记录.jsonl"] == 1
    assert found["open.txt"] == 2, "of an open document its text in the editor counts"
    assert found.get("polite.txt", 0) == 0
    assert "notes.rs" not in found
    versions = {path_of(item.uri).name: item.version for item in report.items}
    assert versions["open.txt"] == 5
    assert versions["rude.txt"] is None
    for item in report.items:
        if item.uri in files and item.uri != uri("open.txt"):
            name = path_of(item.uri).name
            assert reference.of_diagnostics(item.items) == reference.findings(files[item.uri], "utf-16", name)


async def test_the_workspace_again(puller, uri, files):
    first = await workspace(puller)
    known = [t.PreviousResultId(item.uri, item.result_id) for item in first.items if item.result_id]
    assert known
    again = await workspace(puller, known)
    assert counts(again.items) == {}
    assert {i.result_id for i in again.items} <= {k.value for k in known}
    puller.write(path_of(uri("rude.txt")), POLITE)
    changed = await workspace(puller, known)
    assert counts(changed.items) == {"rude.txt": 0}


async def test_a_file_that_has_gone_has_no_diagnostics(puller, uri, files):
    first = await workspace(puller)
    known = [t.PreviousResultId(item.uri, item.result_id) for item in first.items if item.result_id]
    puller.write(path_of(uri("rude.txt")), None)
    again = await workspace(puller, known)
    assert counts(again.items).get("rude.txt", 0) == 0


async def test_the_workspace_in_parts_with_progress(puller, files):
    report = await workspace(puller, partial_result_token="parts", work_done_token="work")
    parts = [p.value for p in puller.received(t.PROGRESS) if p.token == "parts"]
    values = [p.value for p in puller.received(t.PROGRESS) if p.token == "work"]
    kinds = [value["kind"] for value in values]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert set(kinds[1:-1]) <= {"report"}
    assert values[0]["title"]
    if parts:
        assert not report.items, "what was sent in parts is not sent again"
    sent = {path_of(i["uri"]).name for part in parts for i in part["items"]} | set(counts(report.items))
    assert {"rude.txt", "话术.md", "记录.jsonl"} <= sent


async def test_the_workspace_can_be_cancelled(puller, tmp_path):
    for number in range(400):
        (tmp_path / f"{number}.txt").write_text(f"{RUDE}{number}\n" * 200)
    params = t.WorkspaceDiagnosticParams(previous_result_ids=[])
    task = asyncio.ensure_future(puller.client.protocol.send_request_async(t.WORKSPACE_DIAGNOSTIC, params, msg_id="long"))
    await asyncio.sleep(0)
    puller.client.protocol.notify(t.CANCEL_REQUEST, t.CancelParams(id="long"))
    # Meanwhile and afterwards, others are served.
    document = puller.open("untitled:a.txt", RUDE)
    assert len((await puller.pull(document)).items) == 1
    try:
        report = await asyncio.wait_for(task, 20)
        assert len(report.items) == 400, "what is not cancelled is complete"
    except JsonRpcException as error:
        assert error.code in CANCELLED


async def test_folders_come_and_go(start, tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / f"{folder.name}.txt").write_text(RUDE)
    editor = await start(folders=folders[:1], capabilities=PULL)
    assert counts((await workspace(editor)).items) == {"one.txt": 1}
    both = [t.WorkspaceFolder(uri=folder.as_uri(), name=folder.name) for folder in folders]

    def change(added, removed):
        event = t.WorkspaceFoldersChangeEvent(added=added, removed=removed)
        editor.client.workspace_did_change_workspace_folders(t.DidChangeWorkspaceFoldersParams(event))

    change([both[1]], [])
    assert counts((await workspace(editor)).items) == {"one.txt": 1, "two.txt": 1}
    change([], [both[0]])
    assert counts((await workspace(editor)).items) == {"two.txt": 1}
    change([], [both[1], both[0]])
    assert counts((await workspace(editor)).items) == {}


async def test_ignored_files_are_left_out(puller, tmp_path, files):
    (tmp_path / ".gitignore").write_text("sub/\n")
    assert set(counts((await workspace(puller)).items)) & {"话术.md", "记录.jsonl", "rude.txt"} == {"rude.txt"}
