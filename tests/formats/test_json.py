"""JSON and JSON Lines: which strings are replies, JSON Pointers, and strings that are written as they were."""

from __future__ import annotations

import json

import pytest

from edits import Form, survives
from program import CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER


def dumped(texts: list[str], **how) -> bytes:
    items = [{"id": n, "text": text, "备注": "你的", "n": 1.0, "tags": [None, True, {}]} for n, text in enumerate(texts)]
    return json.dumps({"version": 1e3, "replies": items}, ensure_ascii=how.pop("ensure_ascii", False), **how).encode()


def loaded(raw: bytes):
    value = json.loads(raw.decode("utf-8-sig"))
    # Texts beyond ASCII are only written where the file has such.
    return [item.pop("text") for item in value["replies"]], (value, raw.isascii(), raw.count(b"\n"))


def lines(texts: list[str], line_end: str = "\n", **how) -> bytes:
    return "".join(json.dumps({"id": n, "text": text}, **how) + line_end for n, text in enumerate(texts)).encode()


def lines_loaded(raw: bytes):
    values = [json.loads(line) for line in raw.decode().split("\n") if line]
    return [value.pop("text") for value in values], (values, raw.isascii(), raw.count(b"\r\n"), raw.count(b"\n"))


FORMS = [
    Form("compact", "a.json", lambda texts: dumped(texts, separators=(",", ":")), loaded),
    Form("indented", "a.json", lambda texts: dumped(texts, indent=4), loaded),
    Form("ASCII", "a.json", lambda texts: dumped(texts, ensure_ascii=True, indent=1), loaded),
    Form("a byte order mark", "a.json", lambda texts: b"\xef\xbb\xbf" + dumped(texts), loaded),
    Form("lines", "a.jsonl", lambda texts: lines(texts, ensure_ascii=False), lines_loaded),
    Form("lines in ASCII", "a.ndjson", lines, lines_loaded),
    Form("Windows lines", "a.jsonl", lambda texts: lines(texts, "\r\n", ensure_ascii=False), lines_loaded),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_whatever_is_written_reads_back(folder, form):
    survives(folder, form)


# `@` stands for 你 before and 您 behind `wanyan fix`; 你 is no reply and stays.
RAW = {
    "odd white space": ' {\t"text" :\r\n"@的包裹"  ,"title"\n:"你的"}\n\n',
    "numbers nobody can hold": '{"n":1e400,"m":12345678901234567890.10,"z":-0,"text":"@的包裹"}',
    "escapes around": r'{"text":"\u4eb2\/\"\\\n\t@的\u5305\u88f9\ud83d\ude00😀","title":"\u4f60的"}',
    "an escape that need not be": r'{"\u0074ext":"@的包裹"}',
    "keys in any order": '{"b":{"text":"@的包裹"},"a":{"text":"@的订单"}}',
    "an array of texts": '{"replies":{"text":["@的包裹","@的订单"]},"id":"你的"}',
    "a list": '["@的包裹已经寄出","@的订单已经发货"]',
    "half a surrogate pair": r'{"text":"@的包裹","x":"\ud83d"}',
    "texts under names of their own": '{"refund":{"ok":"@的退款已经到账了","wait":"@的退款在处理中，请稍等"},"title":"x"}',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("name", RAW)
def test_all_else_stays_byte_for_byte(folder, name, encoding):
    before, after = (RAW[name].replace("@", who).encode(encoding) for who in "你您")
    folder.write("a.json", before)
    folder.run("fix", "a.json", status=0)
    assert folder.read("a.json") == after


def test_escaped_words_are_found_and_mended(folder):
    """Nothing but escapes: the mended text is written so too."""
    folder.write("a.json", json.dumps({"text": SAFE, "title": "你的"}))
    assert folder.places("a.json") == [("/text", "你的")]
    folder.run("fix", "a.json", status=0)
    assert folder.text("a.json") == json.dumps({"text": SAFE_AFTER, "title": "你的"})


POINTERS = [
    ({"replies": [{"text": FINE}, {"text": RUDE}]}, "/replies/1/text"),
    ({"a/b": {"m~n": {"text": RUDE}}}, "/a~1b/m~0n/text"),
    ({"": {"text": RUDE}}, "//text"),
    ([[{"text": RUDE}]], "/0/0/text"),
    ({"text": ["x", RUDE]}, "/text/1"),
    ({"话术 库": {"回复": RUDE}}, "/话术 库/回复"),
    ({'"引号"': {"text": RUDE}}, '/"引号"/text'),
]


@pytest.mark.parametrize("value, pointer", POINTERS, ids=[pointer for _, pointer in POINTERS])
def test_places_are_json_pointers(folder, value, pointer):
    folder.write("a.json", json.dumps(value, ensure_ascii=False, indent=2))
    assert folder.places("a.json") == [(pointer, "处理不了")]
    for output in ("human", "concise"):
        assert pointer in folder.run("check", "--format", output, "a.json").out
    # In lines each line is a value of its own.
    folder.write("a.jsonl", '{"text": "好"}\n'.replace("好", FINE) + json.dumps(value, ensure_ascii=False))
    assert [(f["address"], f["line"]) for f in folder.findings("a.jsonl")] == [(pointer, 2)]


FIELDS = [
    ("replies.text", {"replies": [{"text": RUDE, "note": RUDE}]}, ["/replies/0/text"]),
    ("replies.1.text", {"replies": [{"text": RUDE}, {"text": RUDE}]}, ["/replies/1/text"]),
    ("正文.标准答", {"正文": {"标准答": RUDE, "text": RUDE}}, ["/正文/标准答"]),
    ("a", {"a": [RUDE, [SAFE]]}, ["/a/0", "/a/1/0"]),
    ("note", [{"note": RUDE, "text": RUDE}, {"text": RUDE}], ["/0/note"]),
]


@pytest.mark.parametrize("field, value, pointers", FIELDS, ids=[field for field, *_ in FIELDS])
def test_fields_that_are_named(folder, field, value, pointers):
    folder.write("a.json", json.dumps(value, ensure_ascii=False))
    assert [address for address, _ in folder.places("--field", field, "a.json") if address] == pointers
    folder.write("wanyan.toml", f'fields = ["{field}"]\n')
    assert [address for address, _ in folder.places("a.json")] == pointers


def test_a_field_that_is_nowhere_is_said(folder):
    folder.write("a.json", json.dumps({"text": RUDE}))
    ran = folder.run("check", "--field", "reply", "a.json", status=2)
    assert "reply" in ran.errors and "a.json" in ran.errors


def test_fields_that_were_chosen_are_said(folder):
    folder.write("a.json", json.dumps({"items": [{"title": "退款", "reply": RUDE}]}, ensure_ascii=False))
    assert "items.reply" in folder.run("check", "a.json").errors
    shown = folder.run("columns", "a.json", status=0).out
    assert "items.title" in shown
    [chosen] = [line for line in shown.splitlines() if "←" in line]
    assert "items.reply" in chosen


def test_the_choice_of_fields_is_that_of_before(folder):
    """What is written may change which fields would be chosen: here the note is most of the prose behind it."""
    folder.write("a.json", json.dumps([{"text": RUDE, "备注": FINE}], ensure_ascii=False))
    rows = folder.review("a.json")
    assert [row["位置"] for row in rows] == ["/0/text"]
    rows[0] |= {"采纳": "是", "建议改为": "好的"}
    folder.fill_in("审阅.csv", rows)
    folder.run("apply", "审阅.csv", status=0)
    assert json.loads(folder.text("a.json")) == [{"text": "好的", "备注": FINE}]


@pytest.mark.parametrize("asks, answers", [("问", "答"), ("问题", "答案"), ("question", "answer"), ("q", "a"), ("客户", "回复")])
def test_questions_are_the_customers_words(folder, asks, answers):
    folder.write("a.json", json.dumps([{asks: CUSTOMER, answers: SAFE}], ensure_ascii=False))
    assert folder.places("a.json") == [(f"/0/{answers}", "你的")]
    # Nor is it said to be checked, whatever else is said of it.
    said = folder.run("check", "a.json").errors.split("检查字段")[1].split("；")[0]
    assert answers in said and asks not in said


def test_whose_words_a_role_tells(folder):
    talk = [{"role": "user", "content": CUSTOMER}, {"role": "assistant", "content": RUDE}]
    folder.write("a.json", json.dumps({"messages": talk}, ensure_ascii=False))
    assert folder.places("a.json") == [("/messages/1/content", "处理不了")]


def test_a_line_that_is_broken_is_named_and_the_others_checked(folder):
    folder.write("a.jsonl", json.dumps({"text": RUDE}) + '\n{"text": \n' + json.dumps({"text": SAFE}) + "\n")
    ran = folder.run("check", "--format", "concise", "a.jsonl", status=2)
    assert "a.jsonl:1:" in ran.out and "a.jsonl:3:" in ran.out
    assert "a.jsonl:2" in ran.errors and "JSON" in ran.errors
    folder.run("fix", "a.jsonl", status=2)
    assert SAFE_AFTER in json.loads(folder.text("a.jsonl").splitlines()[2])["text"]


@pytest.mark.parametrize("broken", ['{"text": "不知道",}', "{'text': '不知道'}", '{"text": "不知道"', '{"text": NaN}', '{"a": "b\n"}', "{} {}", '{"text": "\\x"}'])
def test_broken_json_is_named(folder, broken):
    folder.write("a.json", "\n" + broken)
    folder.write("b.json", json.dumps({"text": RUDE}))
    ran = folder.run("check", "--format", "concise", "a.json", "b.json", status=2)
    assert "b.json:1:" in ran.out, "the other file is checked"
    assert "a.json:" in ran.errors and "JSON" in ran.errors
    assert folder.run("fix", "--suggested", "a.json", status=2) and folder.text("a.json") == "\n" + broken
