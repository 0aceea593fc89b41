"""HTML, gettext PO, Java properties, string files of Android and Apple, tables in Markdown."""

from __future__ import annotations

import html.parser
import re
import tempfile
import xml.etree.ElementTree as ElementTree

import javaproperties
import markdown_it
import polib
import pytest

from edits import Form, survives
from program import CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER, formats

# HTML


class Reader(html.parser.HTMLParser):
    """The texts of the elements with that name, or the values of an attribute; and everything else."""

    def __init__(self, name: str, attribute: str | None = None):
        super().__init__(convert_charrefs=True)
        self.name, self.attribute, self.texts, self.others, self.inside = name, attribute, [], [], False

    def handle_starttag(self, tag, attributes):
        self.inside = tag == self.name
        values = dict(attributes)
        if self.inside:
            self.texts.append(values.pop(self.attribute) if self.attribute else "")
        self.others.append((tag, sorted(values.items())))

    def handle_endtag(self, tag):
        self.inside = False
        self.others.append(tag)

    def handle_data(self, data):
        if self.inside and not self.attribute:
            self.texts[-1] += data
        else:
            self.others.append(data)

    def handle_comment(self, data):
        self.others.append(("comment", data))


def html_form(name: str, item: str, element: str, attribute: str | None = None, refused: int = 0) -> Form:
    def write(texts):
        items = "".join(item % {"text": text, "n": n} for n, text in enumerate(texts))
        return f"<!DOCTYPE html>\n<html><head><title>x</title><style>p{{}}</style></head>\n<body><!-- 你的 -->\n{items}</body></html>\n".encode()

    def read(raw):
        reader = Reader(element, attribute)
        reader.feed(raw.decode())
        # Between tags a browser shows a run of white space as one blank, and none at the ends.
        shown = [re.sub(r"[ \t\r\n]+", " ", text).strip(" ") for text in reader.texts] if element == "p" else reader.texts
        return shown, reader.others

    return Form(f"HTML {name}", "a.html", write, read, refused=refused)


HTML_FORMS = [
    html_form("paragraphs", '<p class=a id="p%(n)s" data-x=\'1\'>%(text)s</p>\n', "p", refused=8),
    html_form("without end tags", "<p>%(text)s\n", "p", refused=8),
    html_form("textareas", "<textarea rows=2>%(text)s</textarea>\n", "textarea"),
    html_form("attributes", '<img src="x" alt="%(text)s">\n', "img", "alt", refused=3),
    html_form("attributes in single quotes", "<img alt='%(text)s' src=x>\n", "img", "alt", refused=3),
]


@pytest.mark.needs("html")
@pytest.mark.parametrize("form", HTML_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_in_html_reads_back(folder, form):
    survives(folder, form)


# `@` stands for 你 before and 您 behind `wanyan fix`; 你 is no reply and stays.
HTML_RAW = {
    "page": "<!doctype html>\n<HTML><Head><title>@的订单</title><script>var 你的='你的';</script><style>/* 你的 */</style></head>\n<BODY class=你的>\n<!-- 你的 --><h1>@的&nbsp;订单</h1>\n<p\n>@的 <b>包裹</b>已&#x5bc4;出<p>@的订单\n</body>",
    "fragment": "@的包裹<br>@的订单<hr/>\n",
    "templates": '<div v-if="你的">{{ 你的.名字 }}，@的包裹</div>\n{% if 你的 %}<p>@的订单</p>{% endif %}\n',
    "lists and tables": "<ul><li>@的包裹<li>@的订单</ul><table><tr><td>@的发票<td>@的退款</table>",
    "attributes": "<input placeholder=\"@的包裹\" name='你的' value='@的订单'><img alt=@的发票 src=你的>",
    "code and pre": "<pre>@的包裹\n  @的订单</pre><p><code>你的</code>，@的包裹</p>",
    "the customer's": '<div class="msg customer">你的包裹</div><div data-role="customer"><p>你的包裹</p></div><blockquote>你的包裹</blockquote><p>@的包裹</p>',
    "Windows lines": "<p>@的包裹</p>\r\n<p>@的\r\n订单</p>\r\n",
}


@pytest.mark.needs("html")
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("name", HTML_RAW)
def test_html_stays_byte_for_byte(folder, name, encoding):
    before, after = (HTML_RAW[name].replace("@", who).encode(encoding) for who in "你您")
    folder.write("a.html", before)
    folder.run("fix", "a.html", status=0)
    assert folder.read("a.html").decode(encoding) == after.decode(encoding)


@pytest.mark.needs("html")
def test_places_in_html(folder):
    folder.write("a.html", f'<body><p>{FINE}</p><p>{RUDE}</p><ul id="refund"><li>x<li><b>不知道</b></ul><p title="{SAFE}">好</p></body>')
    addresses = [address for address, _ in folder.places("a.html", status=1) if address]
    assert addresses[0].endswith("p[2]") and "#refund" in addresses[1] and "li[2]" in addresses[1] and "title" in addresses[2]
    assert addresses[1] in folder.run("check", "a.html").out


@pytest.mark.needs("html")
def test_an_edit_across_tags_is_shown_with_the_reason(folder):
    folder.write("a.html", "<p>这个我们<b>处理</b>不了</p>")
    assert "格式标记" in folder.run("check", "a.html", status=1).out
    folder.run("fix", "--suggested", "a.html", status=1)
    assert folder.text("a.html") == "<p>这个我们<b>处理</b>不了</p>"


@pytest.mark.needs("html")
@pytest.mark.parametrize("asks, answers", [("问", "答"), ("客户问题", "标准回复")])
def test_questions_in_tables_of_html_are_never_judged(folder, asks, answers):
    folder.write("a.html", f"<table><tr><th>{asks}</th><th>{answers}</th></tr><tr><td>{CUSTOMER}</td><td>{RUDE}</td></tr></table>")
    assert [words for _, words in folder.places("a.html")] == ["处理不了"]


# Gettext

PO_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def po_form(name: str, entry: str) -> Form:
    def write(texts):
        return (PO_HEAD + "".join(entry % {"text": text, "n": n} for n, text in enumerate(texts))).encode()

    def read(raw):
        # From a file: of a text in memory polib takes U+2028 for the end of a line.
        with tempfile.NamedTemporaryFile(suffix=".po") as file:
            file.write(raw)
            file.flush()
            book = polib.pofile(file.name, encoding="utf-8")
        texts = [entry.msgstr_plural[1] if entry.msgid_plural else entry.msgstr for entry in book]
        others = [(entry.msgid, entry.msgctxt, entry.comment, entry.flags, entry.occurrences, entry.msgstr_plural.get(0)) for entry in book]
        return texts, (others, book.metadata)

    return Form(f"PO {name}", "a.po", write, read)


PO_FORMS = [
    po_form("one line", '#. 你的\n#: a.c:%(n)s\n#, c-format\nmsgid "key%(n)s"\nmsgstr "%(text)s"\n\n'),
    po_form("several lines", 'msgctxt "c"\nmsgid "key%(n)s"\nmsgstr ""\n"%(text)s"\n\n'),
    po_form("plurals", 'msgid "key%(n)s"\nmsgid_plural "keys"\nmsgstr[0] "您好"\nmsgstr[1] "%(text)s"\n\n'),
]


@pytest.mark.needs("po")
@pytest.mark.parametrize("form", PO_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_in_po_reads_back(folder, form):
    survives(folder, form)


@pytest.mark.needs("po")
def test_po_stays_byte_for_byte(folder):
    raw = PO_HEAD + '# 你的\n#, fuzzy\n#| msgid "你的"\nmsgid "你的"\nmsgstr ""\n"@的\\"包裹\\"\\n"\n  "@的\\t订单"\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "@的包裹"\nmsgstr[1]   "@的 %d 个包裹"\n\n#~ msgid "old"\n#~ msgstr "你的"\n'
    before, after = (raw.replace("@", who) for who in "你您")
    folder.write("a.po", before)
    folder.run("fix", "a.po", status=0)
    assert folder.text("a.po") == after


@pytest.mark.needs("po")
def test_places_and_faults_in_po(folder):
    folder.write("a.po", PO_HEAD + f'msgctxt "售后"\nmsgid "refuse"\nmsgstr "{RUDE}"\n\nmsgid "open\nmsgstr "好"\n\nmsgid "n"\nmsgid_plural "ns"\nmsgstr[1] "{SAFE}"\n')
    found = folder.places("a.po", status=2)
    assert "refuse" in found[0][0] and "售后" in found[0][0] and "[1]" in found[-1][0]
    assert "a.po:10" in folder.run("check", "a.po").errors


@pytest.mark.needs("po")
def test_untranslated_english_is_not_judged(folder):
    folder.write("a.pot", PO_HEAD + 'msgid "No way"\nmsgstr ""\n')
    folder.run("check", "a.pot", status=0)


# Java properties


def properties_form(name: str, item: str, refused: int = 0) -> Form:
    def write(texts):
        if name == "ascii":
            texts = [text.encode("ascii", "backslashreplace").decode() for text in texts]
        head = "# x\n" if name == "ascii" else "# 你的\n! x\n"
        return (head + "".join(item % {"text": text, "n": n} for n, text in enumerate(texts))).encode()

    def read(raw):
        values = javaproperties.loads(raw.decode())
        return list(values.values()), (list(values), raw.isascii(), raw.count(b"\r\n"))

    return Form(f"properties {name}", "a.properties", write, read, refused=refused)


PROPERTIES_FORMS = [
    properties_form("usual", "key.%(n)s=%(text)s\n"),
    properties_form("blanks and colons", "  key%(n)s : %(text)s\n"),
    properties_form("Windows lines", "key%(n)s %(text)s\r\n"),
    properties_form("ascii", "key%(n)s=%(text)s\n"),
]


@pytest.mark.needs("properties")
@pytest.mark.parametrize("form", PROPERTIES_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_in_properties_reads_back(folder, form):
    survives(folder, form)


@pytest.mark.needs("properties")
def test_properties_stay_byte_for_byte(folder):
    raw = "# 你的\n!你的\n\n你的=@的包裹\nb\\ c\\=d : @的\\t订单 \\\n     @的发票\\u4eb2\ne @的\\\\包裹\nempty\nf=\n"
    before, after = (raw.replace("@", who) for who in "你您")
    folder.write("a.properties", before)
    folder.run("fix", "a.properties", status=0)
    assert folder.text("a.properties") == after


@pytest.mark.needs("properties")
def test_places_and_faults_in_properties(folder):
    folder.write("a.properties", f"refund.refuse={RUDE}\nx=1\nrefund.refuse={SAFE}\nbad=\\u12\n")
    ran = folder.run("check", "--format", "concise", "a.properties", status=2)
    assert "refund.refuse" in ran.out
    assert "a.properties:3" in ran.errors and "第 1 行" in ran.errors and "a.properties:4" in ran.errors


# Android


def android_text(raw: str) -> str:
    """What `getString` gives for the text of an element: quotes keep white space, backslashes are undone."""
    out, quoted, at = [], False, 0
    while at < len(raw):
        c = raw[at]
        if c == "\\" and at + 1 < len(raw):
            after = raw[at + 1]
            if after == "u":
                out.append(chr(int(raw[at + 2 : at + 6], 16)))
                at += 6
                continue
            out.append({"n": "\n", "t": "\t"}.get(after, after))
            at += 2
            continue
        if c == '"':
            quoted = not quoted
        elif c.isspace() and c in " \t\r\n" and not quoted:
            if not out or out[-1] != "\0":
                out.append("\0")
        else:
            out.append(c)
        at += 1
    return "".join(out).strip("\0").replace("\0", " ")


def android_form(name: str, item: str, tag: str, refused: int = 0) -> Form:
    def write(texts):
        items = "".join(item % {"text": text, "n": n} for n, text in enumerate(texts))
        return f'<?xml version="1.0" encoding="utf-8"?>\n<!-- 你的 -->\n<resources>\n{items}</resources>\n'.encode()

    def read(raw):
        root = ElementTree.fromstring(raw)
        elements = [element for element in root.iter(tag) if element.text and element.text.strip()]
        return [android_text(element.text) for element in elements], ([(element.tag, element.attrib) for element in root.iter()], raw.count(b"<!--"))

    return Form(f"Android {name}", "strings.xml", write, read, refused=refused)


ANDROID_FORMS = [
    android_form("strings", '  <string name="s%(n)s">%(text)s</string>\n', "string", refused=3),
    android_form("arrays", '  <string-array name="a%(n)s"><item>%(text)s</item></string-array>\n', "item", refused=3),
    android_form("quoted", '  <string name="s%(n)s">"%(text)s"</string>\n', "string", refused=3),
]


@pytest.mark.needs("android-strings")
@pytest.mark.parametrize("form", ANDROID_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_for_android_reads_back(folder, form):
    survives(folder, form)


@pytest.mark.needs("android-strings")
def test_android_stays_byte_for_byte(folder):
    raw = (
        "<?xml version='1.0' encoding='utf-8'?>\n<resources xmlns:x='urn:oasis:names:tc:xliff:document:1.2'>\n  <!-- 你的 -->\n"
        "  <string name=\"你的\"  translatable='false'>@的 <b>包裹</b>\\'s &amp; <x:g id='n' example='你的'>%1$s</x:g></string>\n"
        '  <string name="c"><![CDATA[@的<包裹>]]></string>\n  <plurals name="p"><item quantity="other">@的 %d 个包裹</item></plurals>\n'
        '  <string-array name="l"><item>@的\\n订单</item><item/></string-array>\n</resources>\n'
    )
    before, after = (raw.replace("@", who) for who in "你您")
    folder.write("strings.xml", before)
    folder.run("fix", "strings.xml", status=0)
    assert folder.text("strings.xml") == after


@pytest.mark.needs("android-strings")
def test_places_for_android_and_other_xml(folder):
    folder.write("strings.xml", f'<resources><string name="refuse">{RUDE}</string><plurals name="p"><item quantity="other">{SAFE}</item></plurals><string-array name="l"><item>好</item><item>不知道</item></string-array></resources>')
    assert [address for address, _ in folder.places("strings.xml") if "l[1]" not in address] == ["string/refuse", "plurals/p[other]", "string-array/l[2]"]
    folder.write("other.xml", f"<project><name>{RUDE}</name></project>")
    folder.run("check", "other.xml", status=0)
    folder.write("strings.xml", f"<resources>\n<string name='a'>{RUDE}</wrong>\n</resources>")
    assert "strings.xml:2" in folder.run("check", "strings.xml", status=2).errors


# Apple


def apple_entries(text: str) -> list[tuple[str, str]]:
    string = r'"((?:[^"\\]|\\.)*)"'
    undone = {"n": "\n", "t": "\t", "r": "\r"}
    without_comments = re.sub(rf"{string}|/\*.*?\*/|//[^\n]*", lambda m: m[0] if m[0].startswith('"') else "", text, flags=re.S)
    assert re.fullmatch(rf"(\s*(?:{string}|\w+)\s*=\s*{string}\s*;)*\s*", without_comments, flags=re.S), without_comments

    def value(raw):
        return re.sub(r"\\(?:[Uu]([0-9a-fA-F]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else undone.get(m[2], m[2]), raw, flags=re.S)

    return [(m[1] or m[2], value(m[3])) for m in re.finditer(rf"(?:{string}|(\w+))\s*=\s*{string}\s*;", without_comments, flags=re.S)]


def apple_read(raw):
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    entries = apple_entries(text)
    return [value for _, value in entries], ([key for key, _ in entries], text.count("/*"), raw[:2] == b"\xff\xfe")


APPLE_FORMS = [
    Form("Apple UTF-8", "Localizable.strings", lambda texts: "".join(f'/* 你的 "x" */\n"key{n}" = "{text}";\n' for n, text in enumerate(texts)).encode(), apple_read),
    Form("Apple UTF-16", "Localizable.strings", lambda texts: "".join(f'key{n}="{text}"; // 你的\n' for n, text in enumerate(texts)).encode("utf-16"), apple_read),
]


@pytest.mark.needs("apple-strings")
@pytest.mark.parametrize("form", APPLE_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_for_apple_reads_back(folder, form):
    survives(folder, form)


@pytest.mark.needs("apple-strings")
def test_places_and_faults_for_apple(folder):
    folder.write("a.strings", f'"refuse" = "{RUDE}";\n"open" = "好"\n"x" = "y";\nbare = "{SAFE}";\n')
    ran = folder.run("check", "--format", "concise", "a.strings", status=2)
    assert "refuse" in ran.out and "bare" in ran.out
    assert "a.strings:2" in ran.errors


# Tables in Markdown


def markdown_form(name: str, item: str, refused: int) -> Form:
    parser = markdown_it.MarkdownIt("commonmark").enable("table")

    def write(texts):
        return ("# 头\n\n| 编号 | 话术 | 备注 |\n|---|:--|---|\n" + "".join(item % {"text": text, "n": n} for n, text in enumerate(texts)) + "\n尾\n").encode()

    def read(raw):
        rows = []
        tokens = parser.parse(raw.decode())
        for token, inline in zip(tokens, tokens[1:]):
            if token.type == "td_open":
                rows.append("".join(child.content if child.type in ("text", "text_special") else f"<{child.type}>" for child in inline.children))
        return rows[1::3], (rows[::3], rows[2::3], [token.type for token in tokens])

    return Form(f"Markdown {name}", "a.md", write, read, refused=refused)


@pytest.mark.parametrize("form", [markdown_form("with bars", "| %(n)s | %(text)s | 你的 `x` |\n", 6), markdown_form("tight", "|%(n)s|%(text)s|x|\n", 6)], ids=lambda form: form.name)
def test_whatever_is_written_in_tables_of_markdown_reads_back(folder, form):
    survives(folder, form)


@pytest.mark.parametrize("asks, answers", [("问", "答"), ("客户问题", "标准回复"), ("Q", "A")])
def test_questions_in_tables_of_markdown_are_never_judged(folder, asks, answers):
    folder.write("a.md", f"# 常见问题\n\n| {asks} | {answers} |\n|---|---|\n| {CUSTOMER} | {RUDE} |\n\n{SAFE}\n")
    assert [words for _, words in folder.places("a.md")] == ["处理不了", "你的"]


def test_places_in_tables_of_markdown(folder):
    folder.write("a.md", f"| 场景 | 话术 |\n|---|---|\n| 退款 | {FINE} |\n| 催单 | {RUDE} |\n")
    [(address, _)] = folder.places("a.md")
    assert address and "话术" in address
    folder.write("b.md", f"| 甲 | 乙 |\n|---|---|\n| {RUDE} | {SAFE} |\n")
    assert [words for _, words in folder.places("--column", "乙", "b.md")] == ["你的"]


def test_tables_of_markdown_stay_byte_for_byte(folder):
    raw = "|场景|话术|\n|:-:|--:|\n| `你的` | @的 \\| 包裹 **@的** |\n|x|@的订单 \n\n```\n你的\n```\n"
    before, after = (raw.replace("@", who) for who in "你您")
    folder.write("a.md", before)
    folder.run("fix", "a.md", status=0)
    assert folder.text("a.md") == after


def test_every_format_is_in_the_help(folder):
    shown = folder.run("check", "--help", status=0).out
    missing = [name for name in formats() if not re.search(rf"\b{name}\b", shown)]
    assert not missing and {"csv", "xlsx", "json", "yaml", "toml"} <= formats()


def test_folders_take_every_format_by_its_extension(folder):
    names = ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.yaml", "a.yml", "a.toml", "a.md"]
    texts = {"csv": f"话术\n{SAFE}\n", "tsv": f"话术\n{SAFE}\n", "toml": f"text='{SAFE}'", "yaml": f"text: {SAFE}", "yml": f"text: {SAFE}", "md": SAFE}
    for name in names:
        folder.write(name, texts.get(name.split(".")[1], f'{{"text": "{SAFE}"}}'))
    folder.run("fix", ".", status=0)
    assert all(SAFE_AFTER in folder.text(name) for name in names)
