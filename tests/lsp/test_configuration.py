"""Settings: `wanyan.toml` found upwards, the client's own, files that change, files that are broken."""

from __future__ import annotations

import time
from fnmatch import fnmatch

import pytest
from lsprotocol import types as t

import reference
from editor import PULL
from test_commands import overlay

RUDE = "您为什么不早说？保证明天送到！"
RULE = "interrogating/why-not-tell-earlier"
OFF = f'[severity]\n"{RULE}" = "off"\n'


@pytest.fixture(params=["push", "pull"])
def mode(request) -> dict:
    return PULL if request.param == "pull" else {}


def rules(diagnostics) -> list[str]:
    return [d.code for d in diagnostics]


def without_rule(diagnostics) -> bool:
    return rules(diagnostics) == ["overpromising/sure-arrival"]


def with_rule(diagnostics) -> bool:
    return rules(diagnostics) == [RULE, "overpromising/sure-arrival"]


# Found upwards


@pytest.mark.parametrize("place", ["", "shop", "shop/texts"])
@pytest.mark.parametrize("name", ["wanyan.toml", ".wanyan.toml"])
async def test_found_upwards(start, tmp_path, mode, place, name):
    folder = tmp_path / "shop" / "texts"
    folder.mkdir(parents=True)
    (tmp_path / place / name).write_text(OFF)
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open((folder / "a.txt").as_uri(), RUDE)
    assert without_rule(await editor.diagnostics(document))


async def test_above_the_folder_of_the_workspace(start, tmp_path):
    (tmp_path / "wanyan.toml").write_text(OFF)
    (tmp_path / "shop").mkdir()
    editor = await start(folders=[tmp_path / "shop"])
    assert without_rule(await editor.diagnostics(editor.open((tmp_path / "shop" / "a.txt").as_uri(), RUDE)))


async def test_the_nearest_counts(start, tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "wanyan.toml").write_text(OFF)
    (tmp_path / "shop" / "wanyan.toml").write_text("")
    editor = await start(folders=[tmp_path])
    outer = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    inner = editor.open((tmp_path / "shop" / "a.txt").as_uri(), RUDE)
    assert without_rule(await editor.diagnostics(outer))
    assert with_rule(await editor.diagnostics(inner))


async def test_each_folder_has_its_own(start, tmp_path):
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (folders[1] / "wanyan.toml").write_text(OFF)
    editor = await start(folders=folders)
    documents = [editor.open((folder / "a.txt").as_uri(), RUDE) for folder in folders]
    found = [rules(await editor.diagnostics(document)) for document in documents]
    assert [len(rules) for rules in found] == [2, 1, 2]


async def test_untitled_documents_go_by_the_folder(start, tmp_path):
    (tmp_path / "wanyan.toml").write_text(OFF)
    editor = await start(folders=[tmp_path])
    assert without_rule(await editor.diagnostics(editor.open("untitled:Untitled-1", RUDE)))


SETTINGS = {
    'agent-labels = ["小美"]\ncustomer-labels = ["赵六"]\n': ("a.txt", "plaintext", f"赵六：{RUDE}\n小美：{RUDE}\n赵六：哦\n"),
    'fields = ["answer"]\n': ("a.jsonl", "jsonl", '{"answer": "这个我们处理不了", "text": "你的"}\n'),
    'message = "document"\n': ("a.txt", "plaintext", "这个我们处理不了。\n很抱歉，我帮您换一个好吗？\n"),
    '[severity]\nblunt-refusal = "error"\ncommanding = "hint"\n': ("a.txt", "plaintext", "这个我们处理不了，赶紧把单号发过来！"),
    '[limits]\n"structure/long-sentence" = 10\n': ("a.txt", "plaintext", "您好您的订单已经为您登记好了请您留意查收短信通知谢谢您。"),
    'drafts = ["*.txt"]\n': ("a.txt", "plaintext", "您好，{姓名}"),
}


@pytest.mark.parametrize("settings", SETTINGS)
async def test_every_setting_counts(start, tmp_path, settings):
    name, language, text = SETTINGS[settings]
    (tmp_path / "wanyan.toml").write_text(settings)
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / name).as_uri(), text, language)
    found = reference.of_diagnostics(await editor.diagnostics(document))
    assert found == reference.findings(text, "utf-16", name, cwd=tmp_path)
    assert found != reference.findings(text, "utf-16", name)


# Changes


async def test_watches_its_files(start, tmp_path):
    editor = await start(folders=[tmp_path])

    def globs():
        registrations = [r for p in editor.received(t.CLIENT_REGISTER_CAPABILITY) for r in p.registrations]
        return [w for r in registrations if r.method == t.WORKSPACE_DID_CHANGE_WATCHED_FILES for w in r.register_options["watchers"]]

    watchers = await editor.until(globs, "the registration of the watchers")
    patterns = [w["globPattern"] if isinstance(w["globPattern"], str) else w["globPattern"]["pattern"] for w in watchers]

    def watched(name: str) -> bool:
        # Good enough for braces that nobody nests.
        return any(fnmatch("x/" + name, alternative) for p in patterns for alternative in braces(p))

    assert watched("wanyan.toml")
    assert watched(".wanyan.toml")


def braces(pattern: str) -> list[str]:
    head, opening, rest = pattern.partition("{")
    if not opening:
        return [pattern]
    inside, _, tail = rest.partition("}")
    return [made for part in inside.split(",") for made in braces(head + part + tail)]


async def test_nothing_is_registered_where_the_client_cannot(start, tmp_path):
    more = {"workspace": {"didChangeWatchedFiles": None, "didChangeConfiguration": None, "configuration": None}}
    editor = await start(folders=[tmp_path], capabilities=more)
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    assert editor.received(t.CLIENT_REGISTER_CAPABILITY) == []
    assert editor.received(t.WORKSPACE_CONFIGURATION) == []


async def test_settings_come_change_and_go(start, tmp_path, mode):
    config = tmp_path / "wanyan.toml"
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    editor.write(config, OFF)
    await editor.diagnostics(document, until=without_rule)
    editor.write(config, '[severity]\n"overpromising/sure-arrival" = "off"\n')
    await editor.diagnostics(document, until=lambda found: rules(found) == [RULE])
    editor.write(config, None)
    await editor.diagnostics(document, until=with_rule)
    if mode:
        assert editor.client.diagnostic_refresh_count >= 3, "who pulls is told to pull again"


async def test_nearer_settings_come_and_go(start, tmp_path):
    (tmp_path / "wanyan.toml").write_text(OFF)
    (tmp_path / "shop").mkdir()
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "shop" / "a.txt").as_uri(), RUDE)
    assert without_rule(await editor.diagnostics(document))
    editor.write(tmp_path / "shop" / "wanyan.toml", "")
    await editor.diagnostics(document, until=with_rule)
    editor.write(tmp_path / "shop" / "wanyan.toml", None)
    await editor.diagnostics(document, until=without_rule)


async def test_other_documents_keep_their_diagnostics(start, tmp_path):
    """A change of settings publishes anew, and never clears."""
    config = tmp_path / "wanyan.toml"
    editor = await start(folders=[tmp_path])
    documents = [editor.open((tmp_path / f"{n}.txt").as_uri(), RUDE) for n in range(5)]
    for document in documents:
        await editor.diagnostics(document)
    editor.write(config, OFF)
    for document in documents:
        await editor.diagnostics(document, until=without_rule)
        assert all(p.diagnostics for p in editor.published(document))


# Broken


async def errors_of(editor, uri: str, until=bool) -> list[t.Diagnostic]:
    """The diagnostics in a file that nobody opened."""
    if not editor.pulls:
        await editor.until(lambda: editor.published(uri) and until(editor.published(uri)[-1].diagnostics), f"a problem in {uri}")
        return list(editor.published(uri)[-1].diagnostics)
    for _ in range(100):
        report = await editor.request(t.WORKSPACE_DIAGNOSTIC, t.WorkspaceDiagnosticParams(previous_result_ids=[]))
        found = [d for item in report.items if item.uri == uri for d in item.items]
        if until(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"no problem in {uri}")


BROKEN = {
    "no TOML": (f"{OFF}\nfields = [\n", 3, None),
    "an unknown key": ("# 😀\nagent-label = []\n", 1, "agent-labels"),
    "an unknown value": ('\n\n\nmessage = "lines"\n', 3, "line"),
    "a wrong type": ("\nfields = 3\n", 1, None),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_file_leaves_the_last_good_one_in_force(start, tmp_path, mode, case):
    text, line, hint = BROKEN[case]
    config = tmp_path / "wanyan.toml"
    config.write_text(OFF)
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert without_rule(await editor.diagnostics(document))
    editor.write(config, text)
    [problem] = await errors_of(editor, config.as_uri())
    assert problem.severity == t.DiagnosticSeverity.Error
    assert problem.source == "wanyan"
    assert problem.range.start.line in (line, line + 1) if case == "no TOML" else problem.range.start.line == line
    assert hint is None or hint in problem.message
    editor.edit(document, (0, 0, "您好，"))
    assert without_rule(await editor.diagnostics(document))
    editor.write(config, '[severity]\n"overpromising/sure-arrival" = "off"\n')
    await editor.diagnostics(document, until=lambda found: rules(found) == [RULE])
    assert await errors_of(editor, config.as_uri(), until=lambda found: not found) == []


async def test_broken_from_the_beginning(start, tmp_path, mode):
    config = tmp_path / "wanyan.toml"
    config.write_text("nonsense = 1\n")
    editor = await start(folders=[tmp_path], capabilities=mode)
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document)), "the defaults are in force"
    [problem] = await errors_of(editor, config.as_uri())
    assert "nonsense" in problem.message
    editor.write(config, OFF)
    await editor.diagnostics(document, until=without_rule)


async def test_a_broken_file_that_goes(start, tmp_path):
    config = tmp_path / "wanyan.toml"
    config.write_text("nonsense = 1\n")
    editor = await start(folders=[tmp_path])
    editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    await errors_of(editor, config.as_uri())
    editor.write(config, None)
    assert await errors_of(editor, config.as_uri(), until=lambda found: not found) == []


async def test_a_file_that_is_no_text(start, tmp_path):
    config = tmp_path / "wanyan.toml"
    config.write_bytes(b"\xff\xfe\x00")
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    assert await errors_of(editor, config.as_uri())


# Lexicons


def house(found) -> list[int]:
    return [d.range.start.line for d in found if d.code == "dismissive/house-word"]


@pytest.fixture
def shop(tmp_path):
    """A lexicon of the house, and the settings that name it."""
    lexicon = tmp_path / "词库" / "shop.toml"
    lexicon.parent.mkdir()
    lexicon.write_text(overlay("紫色蘑菇走起"))
    (tmp_path / "wanyan.toml").write_text('lexicon = ["词库/shop.toml"]\n')
    return lexicon


async def test_lexicons_are_loaded_and_reloaded(start, tmp_path, shop):
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "a.txt").as_uri(), f"紫色蘑菇走起\n绿色飞象漫步\n{RUDE}\n")
    await editor.diagnostics(document, until=lambda found: house(found) == [0])
    editor.write(shop, overlay("绿色飞象漫步"))
    # A lexicon takes a while to be put together; nobody waits for it.
    started = time.monotonic()
    editor.edit(document, (0, 0, "您好\n"))
    assert len(await editor.diagnostics(document)) == 3
    assert time.monotonic() - started < 1
    await editor.diagnostics(document, until=lambda found: house(found) == [2])
    # A broken one leaves the last good one in force, and says what is wrong where it is.
    editor.write(shop, overlay("绿色飞象漫步").replace('title = "', 'titel = "'))
    [problem, *_] = await errors_of(editor, shop.as_uri())
    assert problem.severity == t.DiagnosticSeverity.Error
    assert problem.range.start.line >= 2
    editor.edit(document, (0, 0, "您好\n"))
    assert house(await editor.diagnostics(document)) == [3]


async def test_a_lexicon_that_is_not_there(start, tmp_path):
    config = tmp_path / "wanyan.toml"
    config.write_text('# 词库\nlexicon = ["nowhere.toml"]\n')
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    [problem] = await errors_of(editor, config.as_uri())
    assert "nowhere.toml" in problem.message


# The client's own settings


async def test_asks_for_its_section(start, tmp_path):
    editor = await start(folders=[tmp_path])
    [first, *_] = await editor.until(lambda: editor.received(t.WORKSPACE_CONFIGURATION), "the question for the settings")
    assert {item.section for item in first.items} == {"wanyan"}


async def test_asks_again_when_they_change(start, tmp_path):
    editor = await start(folders=[tmp_path])
    await editor.until(lambda: editor.received(t.WORKSPACE_CONFIGURATION), "the question for the settings")
    mark = editor.mark
    editor.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings=None))
    await editor.until(lambda: editor.received(t.WORKSPACE_CONFIGURATION, mark), "another question for the settings")


OWN = {
    "enable": ({"enable": False}, []),
    "minSeverity": ({"minSeverity": "warning"}, ["处理不了", "处理不了"]),
    "severity": ({"severity": {"disrespectful-address": "off"}}, ["处理不了", "处理不了"]),
    "customerLabels": ({"customerLabels": ["赵六"], "agentLabels": ["小美"]}, ["处理不了", "你的"]),
    "none": ({}, ["处理不了", "处理不了", "你的"]),
}


@pytest.mark.parametrize("way", ["asked", "initial", "sent"])
@pytest.mark.parametrize("setting", OWN)
async def test_settings_of_the_client(start, tmp_path, setting, way):
    """Asked for by the server, given in the handshake, or sent with a change."""
    settings, expected = OWN[setting]
    more = {} if way == "asked" else {"workspace": {"configuration": None}}
    given = {"settings": settings} if way == "asked" else {"initialization_options": settings} if way == "initial" else {}
    editor = await start(folders=[tmp_path], capabilities=more, **given)
    if way == "sent":
        editor.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings={"wanyan": settings}))
    text = "赵六：这个我们处理不了\n小美：这个我们处理不了，你的订单\n"
    document = editor.open((tmp_path / "a.txt").as_uri(), text)
    await editor.diagnostics(document, until=lambda found: [editor.words(document, d.range) for d in found if reference.is_finding(d)] == expected)


async def test_settings_of_the_client_change(start, tmp_path):
    editor = await start(folders=[tmp_path])
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    (tmp_path / "other.toml").write_text(OFF)
    for settings, holds in (({"configFile": str(tmp_path / "other.toml")}, without_rule), ({"configFile": "other.toml"}, without_rule), ({"enable": False}, lambda f: not f), ({}, with_rule)):
        editor.client.set_configuration(settings, section="wanyan")
        editor.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings=None))
        await editor.diagnostics(document, until=holds)


async def test_settings_differ_by_folder(start, tmp_path):
    """The server asks for each folder's own."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    editor = await start(folders=folders)
    editor.client.set_configuration({"wanyan": {"enable": False}}, scope_uri=folders[1].as_uri())
    editor.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings=None))
    documents = [editor.open((folder / "a.txt").as_uri(), RUDE) for folder in folders]
    await editor.diagnostics(documents[1], until=lambda found: not found)
    assert with_rule(await editor.diagnostics(documents[0]))


@pytest.mark.parametrize("settings", [{}, None, 3, "x", [], {"wanyan": 7}, {"wanyan": {"nonsense": 1}}, {"other": {}}])
async def test_odd_settings_do_no_harm(start, tmp_path, settings):
    more = {"workspace": {"configuration": None}}
    editor = await start(folders=[tmp_path], capabilities=more, initialization_options=settings)
    document = editor.open((tmp_path / "a.txt").as_uri(), RUDE)
    assert with_rule(await editor.diagnostics(document))
    editor.client.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings=settings))
    editor.edit(document, (0, 0, "您好，"))
    assert with_rule(await editor.diagnostics(document))
