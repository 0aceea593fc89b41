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
        '- text: "\\ud83d\\ude00😀\\u60a8好，这个我们⟦\\u5904\\u7406不\\u4e86⟧。"\n'.replace("\\ud83d\\ude00", "")
        + "- 问题: 你的\n"
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
    told = [(f"file:///x/{case.file}", language) for language in ("plaintext", "unknown", "")]
    if case.language:
        told += [(f"file:///y/{case.file}", case.language), (f"untitled:{case.file.partition('.')[0]}", case.language)]
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
