"""YAML and TOML: every way of writing a string, and edits that keep it a string."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml

from edits import Form, survives
from program import CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER

HEAD = "# 说明：你的\nversion: 1.0   # 号\nreplies:\n"


def form(name: str, item: str, refused: int, head: str = HEAD, line_end: str = "\n") -> Form:
    """`item` is how an entry is written: `%s` stands for the text."""

    def write(texts):
        entries = "".join(f"  # 第 {n} 条\n" + item % text for n, text in enumerate(texts))
        return (head + entries + "end: 你的\n").replace("\n", line_end).encode()

    def read(raw):
        value = yaml.safe_load(raw)
        texts = [entry.pop("text") for entry in value["replies"]]
        comments = raw.count("  # 第".encode()), raw.count("  # 后".encode()), raw.startswith(head[:20].encode())
        return texts, (value, comments)

    return Form(name, "a.yaml", write, read, refused=refused)


YAML_FORMS = [
    # Plain scalars cannot hold what reads as something else, nor lines; quotes would be another style.
    form("plain", "  - text: %s\n    n: 1\n", refused=40),
    form("single quotes", "  - text: '%s'  # 后\n    n: 1\n", refused=6),
    form("double quotes", '  - text: "%s"  # 后\n    n: 1\n', refused=0),
    form("in braces", "  - {n: 1, text: '%s'}\n", refused=6),
    form("plain in braces", "  - {text: %s, n: 1}\n", refused=40),
    form("double quotes in braces", '  - {"text":"%s","n":1}\n', refused=0),
    form("double quotes, Windows lines", '  - text: "%s"\n    n: 1\n', refused=0, line_end="\r\n"),
]


@pytest.mark.parametrize("form", YAML_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_in_yaml_reads_back(folder, form):
    survives(folder, form)


def block_form(style: str, refused: int) -> Form:
    def write(texts):
        return ("replies:\n" + "".join(f"  - text: {style}\n      {text}\n    n: 1\n" for text in texts)).encode()

    def read(raw):
        value = yaml.safe_load(raw)
        end = "" if "-" in style else "\n"
        texts = [entry.pop("text") for entry in value["replies"]]
        assert all(text.endswith(end) for text in texts)
        return [text[: len(text) - len(end)] for text in texts], value

    return Form(f"block {style}", "a.yaml", write, read, refused=refused)


@pytest.mark.parametrize("form", [block_form("|-", 8), block_form(">-", 8)], ids=lambda form: form.name)
def test_whatever_is_written_in_blocks_reads_back(folder, form):
    survives(folder, form)


# `@` stands for 你 before and 您 behind `wanyan fix`; 你 is no reply and stays.
YAML_RAW = {
    "all styles": "a:\n  text: @的包裹  # 你的\nb:\n  text: '@的 ''包裹'''\nc:\n  text: \"@的\\t\\\"包裹\\\"\\u4eb2\"\n",
    "literal": "text: |2-\n   @的包裹\n\n  @的订单\ntitle: x\n",
    "folded": "text: >+\n  @的包裹已经\n  寄出\n\n  @的订单\n\ntitle: x\n",
    "plain over lines": "text: @的包裹已经\n  寄出，\n\n  请查收\ntitle: x\n",
    "quoted over lines": "text: \"@的包裹 \\\n  已经寄出\n  请查收\"\n",
    "several documents": "%YAML 1.2\n---\ntext: @的包裹\n...\n---\ntext: '@的订单'\n",
    "anchors and merge keys": "base: &b\n  title: x\n  text: &t @的包裹\nother:\n  <<: *b\n  n: *t\n",
    "a list": "- @的包裹已经寄出了\n- \"@的订单已经发货了\"\n-  - @的发票已经开好了\n",
    "sets of keys": "? a\n: text: @的包裹\n? [b, c]\n: text: @的订单\n1: {text: @的发票}\nnull: x\n",
    "flow over lines": "{\n  text: [\n    \"@的包裹\",\n    '@的订单'  , @的发票 ]\n}\n",
    "tags that say it is text": "text: !!str @的包裹\n",
    "Windows lines": "a:\r\n  text: |\r\n    @的包裹\r\n  n: 1\r\n",
    "a byte order mark": "\ufefftext: @的包裹\n",
    "no line end": "text: @的包裹",
    "tabs and odd blanks": "text:   @的包裹 \t # 备注\n\n\n",
    "an indentless list": "text:\n- @的包裹\n- \"@的订单\"\nn: 1\n",
    "two places in one block": "text: |\n  @的包裹已寄出。\n  @的订单已发货。\n",
}


# Refused for care's sake: a blank before an escaped line end.
UNTOUCHED = {"quoted over lines"}


@pytest.mark.parametrize("name", YAML_RAW)
def test_yaml_stays_byte_for_byte(folder, name):
    before, after = (YAML_RAW[name].replace("@", who).encode() for who in "你您")
    if name in UNTOUCHED:
        after = before
    folder.write("a.yml", before)
    folder.run("fix", "a.yml", status=0)
    assert folder.text("a.yml") == after.decode()


TOML_RAW = {
    "basic": '[a]\ntext = "@的\\"包裹\\"\\u4eb2"  # 你的\n',
    "literal": "[a]\ntext = '@的\\包裹'\n",
    "basic of several lines": 'text = """\n@的 "包裹" \\\n   已经寄出\n@的订单"""\n',
    "literal of several lines": "text = '''@的'包裹'\n@的订单\n'''\n",
    "keys with dots": '"a.b".c.text = "@的包裹"\n',
    "inline tables and arrays": 'r = [{ text = "@的包裹", n = 1_000 }, { text = \'@的订单\' }]\nn = 1979-05-27T07:32:00Z\n',
    "arrays of tables": "[[r]]\ntext = '@的包裹'\n[[r]]\ntext = '@的订单'\n[[s]]\ntext='@的发票'\n",
    "Windows lines": "text = '''\r\n@的包裹\r\n'''\r\n",
    "a byte order mark": "\ufefftext = '@的包裹'\n",
    "no line end": "text = '@的包裹'",
}


@pytest.mark.parametrize("name", TOML_RAW)
def test_toml_stays_byte_for_byte(folder, name):
    before, after = (TOML_RAW[name].replace("@", who).encode() for who in "你您")
    folder.write("a.toml", before)
    folder.run("fix", "a.toml", status=0)
    assert folder.text("a.toml") == after.decode()


def toml_form(name: str, opening: str, refused: int, closing: str = "") -> Form:
    def write(texts):
        return ("# 头\nn = 0x1F\n" + "".join(f"[[replies]]\ntext = {opening}{text}{closing or opening}  # 后\nd = 1979-05-27\n" for text in texts)).encode()

    def read(raw):
        value = tomllib.loads(raw.decode())
        return [entry.pop("text") for entry in value["replies"]], (value, raw.count("# 后".encode()))

    return Form(name, "a.toml", write, read, refused=refused)


TOML_FORMS = [
    toml_form("basic", '"', refused=0),
    toml_form("literal", "'", refused=7),
    toml_form("basic of several lines", '"""', refused=0),
    toml_form("literal of several lines", "'''", refused=3),
]


@pytest.mark.parametrize("form", TOML_FORMS, ids=lambda form: form.name)
def test_whatever_is_written_in_toml_reads_back(folder, form):
    survives(folder, form)


PLACES = [
    ("a.yaml", f"replies:\n  - text: {FINE}\n  - text: {RUDE}\n", "replies[1].text"),
    ("a.yaml", f"售后:\n  退款:\n    回复: {RUDE}\n", "售后.退款.回复"),
    ("a.yaml", f"text:\n  - [{FINE}, {RUDE}]\n", "text[0][1]"),
    ("a.toml", f"[refund.wait]\ntext = '{RUDE}'\n", "refund.wait.text"),
    ("a.toml", f"[[r]]\ntext='{FINE}'\n[[r]]\ntext = ['{RUDE}']\n", "r[1].text[0]"),
]


@pytest.mark.parametrize("name, text, place", PLACES, ids=[place for *_, place in PLACES])
def test_places_are_paths(folder, name, text, place):
    folder.write(name, text)
    assert folder.places(name) == [(place, "处理不了")]
    for output in ("human", "concise"):
        assert place in folder.run("check", "--format", output, name).out


def test_paths_of_odd_keys_are_told_apart(folder):
    """A key with a dot in it is not a key within a key."""
    folder.write("a.yaml", f"'a.b':\n  text: {RUDE}\na:\n  b:\n    text: 这个我们真的处理不了\n'x y[0]': {{text: {SAFE}}}\n")
    places = [address for address, _ in folder.places("a.yaml", "--field", "text")] or [address for address, _ in folder.places("a.yaml")]
    assert len(set(places)) == len(places) >= 1


@pytest.mark.parametrize("name", ["a.yaml", "a.toml"])
def test_fields_that_are_named(folder, name):
    text = f"kefu:\n  answer1: {RUDE}\n  text: {SAFE}\n" if name == "a.yaml" else f'[kefu]\nanswer1 = "{RUDE}"\ntext = "{SAFE}"\n'
    folder.write(name, text)
    assert folder.places("--field", "kefu.answer1", name) == [("kefu.answer1", "处理不了")]
    folder.write("wanyan.toml", 'fields = ["kefu.text"]')
    assert folder.places(name) == [("kefu.text", "你的")]
    assert "kefu.answer1" in folder.run("columns", name).out


@pytest.mark.parametrize("name", ["a.yaml", "a.toml"])
def test_questions_are_the_customers_words(folder, name):
    text = f"- 问: {CUSTOMER}\n  答: {SAFE}\n" if name == "a.yaml" else f"[[faq]]\n问 = '{CUSTOMER}'\n答 = '{SAFE}'\n"
    if name == "a.toml":
        text = text.replace("问 =", '"问" =').replace("答 =", '"答" =')
    folder.write(name, text)
    assert [words for _, words in folder.places(name)] == ["你的"]


# A plain scalar that would read as another type, or end early.
TYPE_CHANGES = ["null", "~", "true", "no", "123", "1e3", "0x1F", "2024-01-01", "", "- 好", "a: b", "好 # 备注", "[好]", "{好}", "*好", "&好", "!好", "%好", "`好`", "好\n的", "'好'", '"好"', "? 好", ": 好", "---", "..."]


@pytest.mark.parametrize("wanted", TYPE_CHANGES)
def test_a_plain_scalar_stays_what_it_is(folder, wanted):
    """Either it is refused, or it reads back as that text."""
    folder.write("a.yaml", f"a: {{text: {RUDE}}}\nb: {FINE}\n")
    rows = folder.review("--field", "a.text", "a.yaml")
    rows[0] |= {"采纳": "是", "建议改为": wanted}
    folder.fill_in("审阅.csv", rows)
    before = folder.text("a.yaml")
    ran = folder.run("apply", "--field", "a.text", "审阅.csv")
    value = yaml.safe_load(folder.text("a.yaml"))
    assert value["b"] == FINE
    if ran.status == 0:
        assert value["a"]["text"] == wanted
    else:
        assert folder.text("a.yaml") == before
        assert "手工修改" in ran.errors or "空的" in ran.errors


@pytest.mark.parametrize("scalar", [f"!reply {RUDE}", f"!<tag:x> '{RUDE}'"])
def test_what_has_a_tag_is_shown_with_the_reason(folder, scalar):
    folder.write("a.yaml", f"text: {scalar}\n")
    [finding] = folder.findings("a.yaml", status=1)
    assert {fix["applicability"] for fix in finding["fixes"]} == {"display"}
    assert "YAML 标签" in json.dumps(finding, ensure_ascii=False)
    assert "YAML 标签" in folder.run("check", "a.yaml").out
    folder.run("fix", "--suggested", "a.yaml", status=1)
    assert folder.text("a.yaml") == f"text: {scalar}\n"


def test_an_alias_is_no_second_message(folder):
    folder.write("a.yaml", f"a: &x\n  text: {RUDE}\nb: *x\nc: [*x, *x]\n")
    assert folder.places("a.yaml") == [("a.text", "处理不了")]


def test_both_places_of_a_block_are_mended(folder):
    for style in ("|", ">", "|-"):
        folder.write("a.yaml", f"text: {style}\n  {SAFE}。\n  {RUDE}。\n")
        folder.run("fix", "--suggested", "a.yaml", status=0)
        text = yaml.safe_load(folder.text("a.yaml"))["text"]
        assert text.startswith(SAFE_AFTER + "。") and "处理不了" not in text, style
