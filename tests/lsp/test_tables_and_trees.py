"""Tables, trees of fields and translations: where findings stand in escaped text, and what edits make of it.

What is expected is marked in the texts: ⟦ ⟧ stand around what is found. What edits make is read back by Python's own
readers, or by the few lines below where Python has none.
"""

from __future__ import annotations

import csv
import functools
import html
import io
import json
import re
import tomllib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Callable

import pytest
from lsprotocol import types as t

import positions
import reference
from editor import PULL
from test_code_actions import rewritten, whole
from test_completion import complete, edit_range
from test_hover import hover

# Readers: the strings of a document, in their order, the customers' among them.


def table(delimiter: str) -> Callable[[str], list[str]]:
    return lambda text: [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) for cell in row]


def strings(value) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [one for key, inner in value.items() for one in (key, *strings(inner))]
        case list():
            return [one for inner in value for one in strings(inner)]
    return []


def read_json_lines(text: str) -> list[str]:
    return [one for line in text.splitlines() for one in strings(json.loads(line))]


def quoted(source: str) -> str:
    """A string between two quotation marks, as C has it."""
    return json.loads(re.sub(r"\\'", "'", source))


def read_yaml(text: str) -> list[str]:
    """The values of the simple file below."""
    read = []
    for entry in re.split(r"(?m)^- ", text)[1:]:
        value = entry.split(": ", 1)[1].removesuffix("\n")
        match value[0]:
            case '"':
                read.append(json.loads(value))
            case "'":
                assert value[-1] == "'"
                read.append(value[1:-1].replace("''", "'"))
            case "|":
                read.append("".join(line.removeprefix("    ") + "\n" for line in value.split("\n")[1:]))
            case _:
                assert not re.search(r": | #|^[-\[{&*!|>%@`\"']", value)
                read.append(value)
    return read


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.read += [f"<{tag}>", *(value for _, value in attrs)]

    def handle_endtag(self, tag):
        self.read.append(f"</{tag}>")

    def handle_data(self, data):
        self.read += [data.strip()] if data.strip() else []


def read_html(text: str) -> list[str]:
    page = Page()
    page.feed(text)
    page.close()
    return page.read


def read_po(text: str) -> list[str]:
    read = []
    for line in text.splitlines():
        if found := re.fullmatch(r'(msg\w+(?:\[\d\])?) (".*")', line):
            read += [found[1], quoted(found[2])]
        elif line.startswith('"'):
            read[-1] += quoted(line)
    return read


def read_properties(text: str) -> list[str]:
    read = []
    for line in re.sub(r"\\\n[ \t]*", "", text).splitlines():
        if line and line[0] not in "#!":
            key, value = re.split(r"\s*[=:]\s*", line, maxsplit=1)
            units = re.sub(r"\\u([0-9a-fA-F]{4})", lambda unit: chr(int(unit[1], 16)), value)
            plain = re.sub(r"\\(.)", lambda one: {"n": "\n", "t": "\t"}.get(one[1], one[1]), units)
            read += [key, plain.encode("utf-16", "surrogatepass").decode("utf-16")]
    return read


def read_android(text: str) -> list[str]:
    def plain(value: str) -> str:
        assert not re.search(r"""(?<!\\)['"]""", value), "bare quotation marks are taken away by Android"
        value = re.sub(r"\\u([0-9a-fA-F]{4})", lambda unit: chr(int(unit[1], 16)), value)
        return re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), value)

    return [plain(element.text.strip()) for element in ElementTree.fromstring(text.encode()).iter() if not len(element)]


def read_apple(text: str) -> list[str]:
    pairs = re.findall(r'("(?:[^"\\]|\\.)*") = ("(?:[^"\\]|\\.)*");', text)
    return [quoted(re.sub(r"\\U", r"\\u", one)) for pair in pairs for one in pair]


def read_markdown(text: str) -> list[str]:
    cells = [cell for line in text.splitlines() for cell in re.split(r"(?<!\\)\|", line)]
    return [re.sub(r"\\([|*])", r"\1", html.unescape(cell.strip())) for cell in cells if cell.strip()]


# Documents


@dataclass(frozen=True)
class Case:
    language: str | None
    """The language id by which it is known; nothing where only the name tells it."""
    file: str
    marked: str
    read: Callable[[str], list[str]]

    @property
    def text(self) -> str:
        return re.sub("[⟦⟧]", "", self.marked)

    @property
    def places(self) -> list[tuple[int, int]]:
        """What is to be found, in characters."""
        starts = [found.start() - 2 * n for n, found in enumerate(re.finditer("⟦", self.marked))]
        return list(zip(starts, [found.start() - 2 * n - 1 for n, found in enumerate(re.finditer("⟧", self.marked))], strict=True))

    def ranges(self, encoding: str = "utf-16") -> list[t.Range]:
        return [positions.range_of(self.text, *place, encoding) for place in self.places]

    @property
    def messages(self) -> list[tuple[int, str, list[str]]]:
        """The messages in which something is found: the number of their string, it itself, and what is found."""
        parts = [(n, one) for n, one in enumerate(self.read(self.marked)) if "⟦" in one]
        return [(n, re.sub("[⟦⟧]", "", one), re.findall("(?s)⟦(.*?)⟧", one)) for n, one in parts]

    def with_strings(self, changed: dict[int, str]) -> list[str]:
        return [changed.get(n, one) for n, one in enumerate(self.read(self.text))]


CSV = (
    "问,话术,备注\r\n"
    '你们处理不了吗,"😀他说，⟦赶紧把""单号""发过来⟧！",你的\r\n'
    '😀你的,"😀第一行\n😀⟦你的⟧,""订单""⟦你的⟧包裹",\r\n'
    "你的,😀您好，这个我们⟦处理不了⟧。,😀\r\n"
)
CASES = {
    "CSV": Case("csv", "a.csv", CSV, table(",")),
    "CSV with semicolons": Case(
        "csv", "b.csv", '客户;"回复";序号\n你的;"😀;他说，⟦赶紧把""单号""发过来⟧！";1\n您好;😀⟦你的⟧订单\"\";3\n您好;😀您好，这个我们⟦处理不了⟧。;2\n', table(";")
    ),
    "TSV": Case("tsv", "a.tsv", '问\t答\n你的\t"😀\t他说，⟦赶紧把""单号""发过来⟧！"\n您好\t😀⟦你的⟧订单\n你的\t😀您好，这个"我们⟦处理不了⟧。\n', table("\t")),
    "JSON": Case(
        "json",
        "a.json",
        '{\n\t"replies": [\n'
        '\t\t{"question": "你的", "text": "\\ud83d\\ude00😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。"},\n'
        '\t\t{"text": "😀他说，⟦赶紧把\\"单号\\"发过来⟧！", "你的": 1}, {"text": "😀第一行\\n⟦\\u4f60的⟧\\/⟦你的⟧订单"}\n'
        '\t], "note": "你的"\n}\n',
        lambda text: strings(json.loads(text)),
    ),
    "JSON Lines": Case(
        "jsonl",
        "a.jsonl",
        '{"q": "你的", "text": "\\ud83d\\ude00😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。"}\n'
        '{"text": "😀他说，⟦赶紧把\\"单号\\"发过来⟧！"}\n{"id": 1, "text": "😀第一行\\n⟦\\u4f60的⟧\\/⟦你的⟧订单"}\n',
        read_json_lines,
    ),
    "YAML": Case(
        "yaml",
        "a.yaml",
        "# 你的\n"
        '- text: "😀他说，⟦赶紧把\\"单号\\"发过来⟧！"\n'
        '- text: "😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。"\n'
        "- 问题: 你的\n"
        "- text: '😀⟦你的⟧''包裹'''\n"
        "- text: 😀这件⟦你的⟧包裹\n"
        "- text: |\n    😀第一行\n    ⟦你的⟧订单\n    ⟦你的⟧: # 包裹\n",
        read_yaml,
    ),
    "TOML": Case(
        "toml",
        "a.toml",
        "# 你的\n[refund]\n"
        'text = "\\U0001f600😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。"\n'
        'question = "你的"\n[send]\ntext = "😀他说，⟦赶紧把\\"单号\\"发过来⟧！"\n'
        "[list]\ntext = ['😀⟦你的⟧\"包裹\\', '''\n😀\n⟦你的⟧'订单''', \"\"\"\n😀包裹\\\n   ⟦你的⟧\"邮件\"\"\"\"]\n",
        lambda text: strings(tomllib.loads(text)),
    ),
    "HTML": Case(
        "html",
        "a.html",
        '<!-- 你的 --><h1 class="你的">😀您好，这个我们⟦处理&#x4E0D;&#20102;⟧。</h1>\n'
        '<p>&#128512;😀他说，⟦赶紧把&quot;单号&quot;发过来⟧！</p><script>"你的"</script>\n'
        '<p>&nbsp;😀&nbsp;⟦你的⟧&nbsp;&amp;&lt;⟦你的⟧&nbsp;<b>包裹</b></p>\n'
        '<blockquote>你的</blockquote><img alt="😀⟦你的⟧&quot;订单&quot;" src=a.png>\n',
        read_html,
    ),
    "PO": Case(
        "po",
        "a.po",
        '# 你的\nmsgid "refuse"\nmsgstr "😀他说，⟦赶紧把\\"单号\\"发过来⟧！"\n\n'
        'msgctxt "你的"\nmsgid "你的"\nmsgstr ""\n"😀第一行\\n"\n"😀⟦你的⟧\\t⟦你的⟧订单"\n\n'
        'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "😀您好，这个我们⟦处理不了⟧。"\n',
        read_po,
    ),
    "properties": Case(
        "properties",
        "a.properties",
        "# 你的\na.b = \\ud83d\\ude00😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。\n"
        'c:😀他说，\\\n    ⟦赶紧把"单号"发过来⟧！\n你的=😀\\n⟦\\u4f60\\u7684⟧\\=⟦你的⟧订单\n',
        read_properties,
    ),
    "Android": Case(
        None,
        "strings.xml",
        '<?xml version="1.0" encoding="utf-8"?>\n<resources><!-- 你的 -->\n'
        '  <string name="你的">😀他说，⟦赶紧把\\"单号\\"发过来⟧！</string>\n'
        '  <plurals name="b"><item quantity="other">😀\\u60a8好，这个我们⟦\\u5904\\u7406不&#20102;⟧。</item></plurals>\n'
        '  <string-array name="c"><item>😀\\n⟦\\u4f60的⟧\\\'⟦你的⟧&amp;&lt;订单</item></string-array>\n</resources>\n',
        read_android,
    ),
    "Apple": Case(
        None,
        "Localizable.strings",
        '/* 你的 */\n"你的" = "😀他说，⟦赶紧把\\"单号\\"发过来⟧！";\n'
        '"b" = "😀\\U60a8好，这个我们⟦\\U5904\\U7406不\\U4e86⟧。"; // 你的\n"c" = "😀\\n⟦\\U4f60的⟧\'⟦你的⟧订单";\n',
        read_apple,
    ),
    "Markdown": Case(
        "markdown",
        "a.md",
        "| 问 | 答 |\n|---|---|\n| 你的 | 😀他说，⟦赶紧把&quot;单号&quot;发过来⟧！ |\n| 你的 | 😀\\|您好，这个我们⟦处理&#19981;了⟧。 |\n\n"
        "> 你的\n\n😀\\*&nbsp;⟦你的⟧订单\n\n`你的`\n",
        read_markdown,
    ),
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


# What is expected of a message: the command line says it of its words alone.


@functools.cache
def judged(message: str) -> list[dict]:
    return reference.check(json.dumps({"text": message}), "a.jsonl")


@functools.cache
def mended(message: str, suggested: bool = False) -> str:
    return json.loads(reference.fixed(json.dumps({"text": message}), "a.jsonl", suggested=suggested))["text"]


@pytest.fixture
def open_case(editor, uri):
    return lambda case: editor.open(uri(case.file), case.text, case.language or "plaintext")


def ranges(diagnostics) -> list[t.Range]:
    assert all(reference.is_finding(d) for d in diagnostics), diagnostics
    return sorted((d.range for d in diagnostics), key=lambda place: (place.start.line, place.start.character))


# Where findings stand


@each
def test_the_readers_read(case):
    """Else the tests below would show nothing."""
    assert [words for *_, found in case.messages for words in found]
    assert len(case.places) == sum(len(found) for *_, found in case.messages)
    for _, message, found in case.messages:
        assert sorted(one["text"] for one in judged(message)) == sorted(found)


@each
async def test_by_language_id_and_by_name(editor, case):
    # An address of its own for each, so that what is awaited is never what was said of another.
    told = [(f"file:///{language or 'none'}/{case.file}", language) for language in ("plaintext", "unknown", "")]
    if case.language:
        told += [(f"file:///known/{case.file}", case.language), ("untitled:Untitled-1", case.language)]
    expected = reference.findings(case.text, "utf-16", case.file)
    for uri, language in told:
        editor.open(uri, case.text, language)
        found = await editor.diagnostics(uri)
        assert ranges(found) == case.ranges(), language
        assert reference.of_diagnostics(found) == expected
        editor.close(uri)


@pytest.mark.parametrize("pulls", [False, True], ids=["push", "pull"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
async def test_in_other_encodings(start, encoding, pulls):
    editor = await start(capabilities={"general": {"positionEncodings": [encoding]}, **(PULL if pulls else {})})
    for case in CASES.values():
        uri = editor.open(f"untitled:{case.file}", case.text, case.language or "plaintext")
        assert ranges(await editor.diagnostics(uri)) == case.ranges(encoding), case.file
        [action] = await editor.code_actions(uri, 0, only=["source.fixAll.wanyan"])
        made = editor.preview((await editor.resolved(action)).edit)[uri]
        assert case.read(made) == case.with_strings({n: mended(message) for n, message, _ in case.messages})


async def test_pulled(start):
    editor = await start(capabilities=PULL)
    for case in CASES.values():
        uri = editor.open(f"file:///x/{case.file}", case.text, case.language or "plaintext")
        report = await editor.pull(uri)
        assert ranges(report.items) == case.ranges(), case.file
        again = await editor.pull(uri, report.result_id)
        assert isinstance(again, t.RelatedUnchangedDocumentDiagnosticReport)
        at = editor.text(uri).index("你的", case.places[-1][0] if "你的" in case.text[case.places[-1][0] :] else case.places[0][0])
        editor.edit(uri, (at, at + 1, "您"))
        assert reference.of_diagnostics((await editor.pull(uri, report.result_id)).items) == reference.findings(editor.text(uri), "utf-16", case.file)


# What edits make


@each
async def test_quick_fixes_read_back(editor, open_case, case):
    document = open_case(case)
    await editor.diagnostics(document)
    places = iter(case.places)
    for n, message, _ in case.messages:
        findings = sorted(judged(message), key=lambda finding: finding["start"])
        for finding in findings:
            place = next(places)
            fixes = await editor.quick_fixes(document, place)
            results = [fix["result"] for fix in finding["fixes"] if fix["edits"]]
            assert results
            assert [case.read(made) for _, made in fixes] == [case.with_strings({n: result}) for result in results]
            for _, made in fixes:
                assert made.startswith(case.text[: place[0]]) and made.endswith(case.text[place[1] :])


@each
async def test_fix_all(editor, open_case, case):
    document = open_case(case)
    [action] = await editor.code_actions(document, 0, only=["source.fixAll.wanyan"])
    editor.apply((await editor.resolved(action)).edit)
    made = editor.text(document)
    assert case.read(made) == case.with_strings({n: mended(message) for n, message, _ in case.messages})
    assert made == reference.fixed(case.text, case.file) != case.text
    assert not await editor.code_actions(document, 0, only=["source.fixAll.wanyan"])


@each
async def test_the_message_under_the_cursor_is_made_polite(editor, open_case, case):
    document = open_case(case)
    places = iter(case.places)
    for n, message, found in case.messages:
        place = [next(places) for _ in found][0]
        for where in (place[0], place[1] - 1):
            made = await rewritten(editor, document, where)
            assert case.read(made) == case.with_strings({n: mended(message, True)})
    everything = await rewritten(editor, document, whole(editor, document))
    assert case.read(everything) == case.with_strings({n: mended(message, True) for n, message, _ in case.messages})


@each
async def test_hover(editor, open_case, case):
    document = open_case(case)
    told = iter(one for *_, found in case.messages for one in found)
    for (start, end), words in zip(case.places, told):
        for at in (start, (start + end) // 2, end - 1):
            shown = await hover(editor, document, at)
            assert shown.range == editor.place(document, (start, end))
            assert words.replace("\\", "\\\\") in shown.contents.value or words in shown.contents.value
        assert await hover(editor, document, start - 1) is None


# In the middle of typing


@pytest.mark.parametrize("step", [7, 40])
async def test_typed_bit_by_bit(start, step):
    """After each edit the findings are those of a document that is opened like this, also where the syntax is broken."""
    editor = await start(capabilities=PULL)
    for name, case in CASES.items():
        typed = editor.open(f"file:///typed/{case.file}", "", case.language or "plaintext")
        for at in range(0, len(case.text), step):
            editor.edit(typed, (at, at, case.text[at : at + step]))
            fresh = editor.open(f"file:///fresh/{at}/{case.file}", editor.text(typed), case.language or "plaintext")
            assert await editor.diagnostics(typed) == await editor.diagnostics(fresh), (name, editor.text(typed))
        assert ranges(editor.seen[typed]) == case.ranges()


async def test_the_headings_are_typed(start):
    """Each character may choose other columns."""
    editor = await start(capabilities=PULL)
    uri = editor.open("file:///x/a.csv", ",\n你的😀,您好\n😀处理不了,😀你的\n", "csv")
    seen = []
    for column, heading in ((1, "机器人回复"), (0, "客户问题")):
        for n, character in enumerate(heading):
            at = n + (editor.text(uri).index(",") + 1 if column else 0)
            editor.edit(uri, (at, at, character))
            found = reference.of_diagnostics(await editor.diagnostics(uri))
            assert found == reference.findings(editor.text(uri), "utf-16", "a.csv"), editor.text(uri)
            seen.append({editor.words(uri, d.range) for d in editor.seen[uri]})
    assert seen[-1] == {"你的"}
    editor.replace(uri, "客户问题,机器人回复", "话术,备注")
    assert {editor.words(uri, d.range) for d in await editor.diagnostics(uri)} == {"你的", "处理不了"}
    assert {d.range.start.line for d in editor.seen[uri]} == {1, 2}
    editor.replace(uri, "话术,备注", "备注,话术")
    assert [(d.range.start.line, editor.words(uri, d.range)) for d in await editor.diagnostics(uri)] == [(2, "你的")]


async def test_a_column_of_speakers_makes_a_conversation(editor, uri):
    """The messages are the same, what they are is not."""
    document = editor.open(uri("a.csv"), "序号,话术\n客户,{姓名您好\n客服,{姓名您好\n", "csv")
    unbalanced = ["structure/unbalanced-placeholder"] * 2
    assert [d.code for d in await editor.diagnostics(document)] == unbalanced
    editor.replace(document, "序号", "角色")
    assert await editor.diagnostics(document) == []
    editor.replace(document, "角色", "序号")
    assert [d.code for d in await editor.diagnostics(document)] == unbalanced


BROKEN = [
    ("a.json", '{"text": "😀处理不了"}\n', '"}', '"'),
    ("a.yaml", "text: ['😀处理不了']\n", "]", ""),
    ("a.toml", 'text = "😀处理不了"\n', '"\n', "\n"),
    ("a.po", 'msgid "a"\nmsgstr "😀处理不了"\n', '了"', "了"),
    ("strings.xml", '<resources><string name="a">😀处理不了</string></resources>\n', "</resources>", "</reso"),
    ("a.strings", '"a" = "😀处理不了";\n', '";', ""),
    ("a.html", "<p>😀处理不了</p>\n", "</p>", "</"),
]


async def test_broken_syntax_is_no_finding(editor, uri):
    """The editor's own server for the language says it."""
    for file, text, old, broken in BROKEN:
        document = editor.open(uri(file), text)
        assert ranges(await editor.diagnostics(document)) == [editor.place(document, "处理不了")], file
        editor.replace(document, old, broken)
        assert all(reference.is_finding(d) for d in await editor.diagnostics(document)), file
        await editor.code_actions(document, whole(editor, document))
        editor.rewrite(document, text)
        assert ranges(await editor.diagnostics(document)) == [editor.place(document, "处理不了")], file


async def test_quotes_without_partner_are_told(editor, uri):
    """No other server says it of a table, and the cell is never edited."""
    document = editor.open(uri("a.csv"), '话术,备注\n😀您好,1\n"你的,2\n您好,3\n', "csv")
    [problem] = [d for d in await editor.diagnostics(document) if not reference.is_finding(d)]
    assert problem.range.start.line == 2 and "引号" in problem.message
    assert not await editor.quick_fixes(document, "你的")
    assert not await editor.code_actions(document, 0, only=["source.fixAll.wanyan"])
    editor.replace(document, "你的", '你的"')
    assert ranges(await editor.diagnostics(document)) == [editor.place(document, "你的")]


# Which files, which columns


OVERRIDES = """columns = ["答"]

[[overrides]]
files = ["知识库/*.csv"]
columns = ["标准"]
customer-columns = ["相似"]
severity = { blunt-refusal = "hint" }

[[overrides]]
files = ["*.json"]
fields = ["items.body"]
"""


@pytest.mark.parametrize("pulls", [False, True], ids=["push", "pull"])
async def test_overrides(start, tmp_path, pulls):
    (tmp_path / "知识库").mkdir()
    config = tmp_path / "wanyan.toml"
    config.write_text(OVERRIDES)
    editor = await start(folders=[tmp_path], capabilities=PULL if pulls else {})
    rows = "相似,标准,答\n你的,😀处理不了,你的\n"
    inside = editor.open((tmp_path / "知识库" / "a.csv").as_uri(), rows, "csv")
    outside = editor.open((tmp_path / "a.csv").as_uri(), rows, "csv")
    tree = editor.open((tmp_path / "a.json").as_uri(), '{"text": "你的", "items": [{"body": "😀你的"}]}', "json")
    assert ranges(await editor.diagnostics(inside)) == [editor.place(inside, "处理不了")]
    assert [d.severity for d in editor.seen[inside]] == [t.DiagnosticSeverity.Hint]
    at = rows.rindex("你的")
    assert ranges(await editor.diagnostics(outside)) == [editor.place(outside, (at, at + 2))]
    at = editor.text(tree).rindex("你的")
    assert ranges(await editor.diagnostics(tree)) == [editor.place(tree, (at, at + 2))]
    editor.write(config, OVERRIDES.replace("知识库/*.csv", "别处/*.csv"))
    left = await editor.diagnostics(inside, until=lambda found: [d.severity for d in found] != [t.DiagnosticSeverity.Hint])
    at = rows.rindex("你的")
    assert ranges(left) == [editor.place(inside, (at, at + 2))]


LEXICON = '''category = "dismissive"

[[entry]]
id = "house-word"
title = "这个我们处理不了"

[entry.examples]
bad = ["这个我们处理不了"]
'''


NEVER = [
    ("wanyan.toml", "toml", 'text = "处理不了"\n'),
    (".wanyan.toml", "toml", 'text = "处理不了"\n'),
    ("wanyan.toml", "plaintext", 'text = "处理不了"\n'),
    ("词库.toml", "toml", LEXICON),
    ("词库.toml", "plaintext", LEXICON),
    ("a.xlsx", "plaintext", "处理不了\n"),
    ("a.XLSM", "", "处理不了\n"),
    ("strings.xml", "xml", "<other><string>处理不了</string></other>\n"),
    ("审阅.csv", "csv", "文件,行,位置,负责人,原文,问题,为什么,级别,建议改为,采纳\na.txt,1,,,处理不了,x,y,警告,好,\n"),
    ("a.csv", "csv", ""),
    ("a.json", "json", ""),
    ("a.html", "html", ""),
]


async def test_never_judged(editor, tmp_path):
    for n, (file, language, text) in enumerate(NEVER):
        document = editor.open((tmp_path / str(n) / file).as_uri(), text, language)
        assert await editor.diagnostics(document) == [], file
        assert not await editor.code_actions(document, whole(editor, document)), file


async def test_a_lexicon_becomes_a_draft_and_back(start, uri):
    editor = await start(capabilities=PULL)
    document = editor.open(uri("a.toml"), 'text = "处理不了"\n', "toml")
    assert len(await editor.diagnostics(document)) == 1
    editor.rewrite(document, LEXICON)
    assert await editor.diagnostics(document) == []
    editor.rewrite(document, 'text = "处理不了"\n')
    assert len(await editor.diagnostics(document)) == 1


async def test_a_format_that_the_editor_calls_json(editor, uri):
    text = '{"text": "😀处理不了"}\n{"text": "😀你的"}\n'
    for file, language in (("a.jsonl", "json"), ("a.ndjson", "json"), ("b.jsonl", "jsonc")):
        document = editor.open(uri(file), text, language)
        assert ranges(await editor.diagnostics(document)) == [editor.place(document, words) for words in ("处理不了", "你的")]


async def test_lines_that_end_in_the_old_way(editor, uri):
    """Rows that end with CR alone, and one within a cell."""
    document = editor.open(uri("a.csv"), '问,话术\r你的,😀处理不了\r你的,"😀a\r你的"\r', "csv")
    assert [str(place) for place in ranges(await editor.diagnostics(document))] == ["1:5-1:9", "3:0-3:2"]


# Completion


CELLS = [
    ("a.csv", "问,话术\n你的,😀/zq|\n", table(",")),
    ("b.csv", '问,话术\n你的,"😀""您好"",/zq|"\n', table(",")),
    ("a.tsv", "问\t话术\n你的\t😀，/zq|\n", table("\t")),
    ("a.json", '{"text": "\\ud83d\\ude00，/zq|"}\n', lambda text: strings(json.loads(text))),
    ("a.jsonl", '{"text": "/zq|"}\n', read_json_lines),
    ("a.yaml", '- text: "/zq|"\n', read_yaml),
    ("b.yaml", "- text: '😀，/zq|'\n", read_yaml),
    ("a.toml", 'text = "/zq|"\n', lambda text: strings(tomllib.loads(text))),
    ("a.html", '<p>/zq|</p>\n', read_html),
    ("b.html", '<img alt="😀，/zq|">\n', read_html),
    ("a.po", 'msgid "a"\nmsgstr "/zq|"\n', read_po),
    ("a.properties", "a=/zq|\n", read_properties),
    ("strings.xml", '<resources><string name="a">/zq|</string></resources>\n', read_android),
    ("a.strings", '"a" = "/zq|";\n', read_apple),
]


@pytest.mark.parametrize("snippets", [True, False], ids=["snippets", "no snippets"])
async def test_completion_within_a_string(start, snippets):
    """What is inserted can be read there, and what stands around it stays."""
    editor = await start(capabilities={"textDocument": {"completion": {"completionItem": {"snippetSupport": snippets}}}})
    for file, text, read in CELLS:
        uri, items = await complete(editor, text, name=f"file:///x/{file}", language="unknown")
        bare = text.replace("|", "")
        assert len(items) > 5, file
        for item in items:
            assert editor.words(uri, edit_range(item)) == "/zq"
            new = item.text_edit.new_text
            if item.insert_text_format == t.InsertTextFormat.Snippet:
                new = re.sub(r"\$\{\d+:([^}]*)\}", r"{\1}", new).removesuffix("$0")
            made = positions.apply_edits(bare, [t.TextEdit(edit_range(item), new)], editor.encoding)
            assert read(made) == [one.replace("/zq", item.label) for one in read(bare)], file


async def test_end_tags_call_no_forms(editor):
    """A slash there is no trigger."""
    asked = t.CompletionContext(trigger_kind=t.CompletionTriggerKind.TriggerCharacter, trigger_character="/")
    for n, text in enumerate(["<p>您好</|", "<br/|"]):
        assert not (await complete(editor, text, asked, name=f"file:///x/{n}.html", language="html"))[1]
