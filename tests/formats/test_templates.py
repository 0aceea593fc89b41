"""What is found in canned replies beside each other, and the 600 real ones."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from program import FINE, RUDE, SAFE, TEMPLATES
from test_placeholders import table
from test_xlsx import by_openpyxl

DUPLICATE, LONG = "structure/duplicate-reply", "structure/long-reply"

SAME = [
    ("您好，请问有什么可以帮您？", "您好,请问有什么可以帮您"),
    ("您好！请问有什么可以帮您～", "您好，请问有什么可以帮您。"),
    ("已经为您登记了，请您放心", "已经为您登记了\n请您放心"),
    ("已经为您登记了，请您放心", "已经为您登记了 请您放心😊"),
    ("OK，已经为您登记了", "ok 已经为您登记了"),
]
OTHER = [
    ("您好，请问有什么可以帮您？", "您好，请问有什么可以帮到您？"),
    ("单号{订单号}已经为您登记了", "单号{运单号}已经为您登记了"),
    ("满100元减10元，请您留意", "满200元减10元，请您留意"),
    ("好的", "好的"),
]


def rules(folder, *arguments) -> list[tuple[str, str, str]]:
    return [(finding["rule"], finding["address"], finding["severity"]) for finding in folder.findings(*arguments)]


@pytest.mark.parametrize("one, other", SAME)
def test_the_same_but_for_punctuation(folder, one, other):
    folder.write("a.csv", table([one, FINE + "欢迎光临本店", other]))
    [found] = [finding for finding in folder.findings("a.csv", status=1) if finding["rule"] == DUPLICATE]
    assert found["address"] == "第 4 行“话术”列" and found["severity"] in ("hint", "info"), "as advice"
    assert "第 2 行“话术”列" in found["fixes"][0]["title"] and not found["fixes"][0]["edits"], "and where the other is"
    before = folder.text("a.csv")
    folder.run("fix", "--suggested", "a.csv", status=0)
    assert folder.text("a.csv") == before


@pytest.mark.parametrize("one, other", OTHER)
def test_replies_that_differ_in_words(folder, one, other):
    folder.write("a.csv", table([one, other]))
    assert DUPLICATE not in {rule for rule, *_ in rules(folder, "a.csv")}


def test_near_duplicates_over_sheets(folder):
    book = openpyxl.Workbook()
    for title in ("售前", "售后"):
        sheet = book.create_sheet(title)
        sheet.append(["话术"])
        sheet.append([FINE if title == "售前" else FINE.replace("？", "?")])
    del book["Sheet"]
    book.save(folder.path / "a.xlsx")
    assert [one[:2] for one in rules(folder, "a.xlsx")] == [(DUPLICATE, "售后!A2")]


def test_transcripts_and_drafts_repeat_themselves(folder):
    """In a conversation the same is said twice and that is fine."""
    folder.write("a.txt", f"客服：{FINE}\n顾客：在吗\n客服：{FINE}\n")
    rows = [["会话ID", "角色", "内容"], ["1", "客服", FINE], ["2", "客服", FINE]]
    folder.write("b.csv", "\n".join(",".join(row) for row in rows))
    for name in ("a.txt", "b.csv"):
        assert DUPLICATE not in {rule for rule, *_ in rules(folder, name)}


@pytest.mark.parametrize("limit, count, found", [(20, 20, False), (20, 21, True), (500, 400, False), (None, 2000, False)])
def test_longer_than_the_platform_takes(folder, limit, count, found):
    if limit:
        folder.write("wanyan.toml", f'[limits]\n"{LONG}" = {limit}\n')
    text = ("您好，" + "感谢您的支持，祝您愉快，" * 200)[:count]
    folder.write("a.csv", table([text]))
    severities = [severity for rule, _, severity in rules(folder, "a.csv") if rule == LONG]
    assert severities == (["info"] if found else [])


def test_the_limit_counts_characters_as_platforms_do(folder):
    """Not bytes; an emoji and a line feed are characters too."""
    folder.write("wanyan.toml", f'[limits]\n"{LONG}" = 10\n')
    folder.write("a.csv", table(["感谢您😀的支持啊哈\n", "感谢您😀的支持啊哈\n啦", "谢谢" * 5]))
    assert [address for rule, address, _ in rules(folder, "a.csv") if rule == LONG] == ["第 3 行“话术”列"]


def test_the_limit_of_each_platform_by_file(folder):
    folder.write("wanyan.toml", f'[[overrides]]\nfiles = ["淘宝/*"]\n[overrides.limits]\n"{LONG}" = 5\n')
    for name in ("淘宝/a.csv", "京东/a.csv"):
        folder.write(name, table([FINE]))
    paths = {finding["path"].removeprefix("./") for finding in folder.findings(".") if finding["rule"] == LONG}
    assert paths == {"淘宝/a.csv"}


def test_advice_can_be_switched_off(folder):
    folder.write("wanyan.toml", f'[severity]\n"{DUPLICATE}" = "off"\n')
    folder.write("a.csv", table([FINE, FINE]))
    folder.run("check", "a.csv", status=0)


# The 600 real ones. They may not be published: the tests know how many there are and what shape they have, no more.

real = pytest.mark.skipif(not TEMPLATES.exists(), reason="the real templates are not beside this checkout")


def parsed(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@real
def test_real_templates_are_read(folder):
    folder.write("a.csv", TEMPLATES.read_bytes())
    ran = folder.run("check", "--format", "concise", "a.csv", status=1)
    assert "检查“话术”" in ran.errors and "没能检查" not in ran.errors
    findings = folder.findings("a.csv")
    rows = parsed(TEMPLATES.read_bytes())
    for finding in findings:
        assert finding["text"] in rows[int(finding["address"].split()[1]) - 1][2]
    # Most replies that shops keep are fine.
    addresses = {finding["address"] for finding in findings if finding["severity"] in ("warning", "error")}
    assert len(addresses) < len(rows) / 4


@real
def test_real_templates_mended(folder):
    before = TEMPLATES.read_bytes()
    folder.write("a.csv", before)
    folder.run("fix", "--suggested", "a.csv")
    after = folder.read("a.csv")
    old, new = parsed(before), parsed(after)
    assert [row[:2] for row in new] == [row[:2] for row in old] and old != new
    # Rows that had no finding to mend are the same bytes, in their place.
    assert after.count(b"\n") == before.count(b"\n") and after[:3] == before[:3]
    lines = zip(before.split(b"\n"), after.split(b"\n"))
    assert all(one.split(b",")[:2] == other.split(b",")[:2] for one, other in lines)
    folder.run("fix", "--suggested", "a.csv")
    assert folder.read("a.csv") == after, "what has been mended stays so"


@real
def test_real_templates_say_the_same_in_every_format(folder):
    rows = parsed(TEMPLATES.read_bytes())
    folder.write("a.csv", TEMPLATES.read_bytes())
    folder.write("gb.csv", TEMPLATES.read_bytes().decode("utf-8-sig").encode("gb18030"))
    folder.write("a.xlsx", by_openpyxl([[cell.replace("\r\n", "\n") for cell in row] for row in rows]))
    folder.write("a.json", json.dumps([{"id": row[0], "话术": row[2]} for row in rows[1:]]))
    folder.write("a.yaml", "\n".join(f"- 话术: {json.dumps(row[2], ensure_ascii=False)}" for row in rows[1:]))
    found = {name: [(finding["rule"], finding["text"], finding["severity"]) for finding in folder.findings(name)] for name in ("a.csv", "gb.csv", "a.xlsx", "a.json", "a.yaml")}
    assert found["gb.csv"] == found["a.xlsx"] == found["a.json"] == found["a.yaml"] == found["a.csv"]


def test_a_pile_of_templates_is_quick(folder):
    """10,000 rows: in a second or so; the limit only tells what grows faster than its input."""
    folder.write("a.csv", table([RUDE if n % 50 == 0 else f"{FINE}{SAFE}，单号{n}" for n in range(10_000)]))
    assert len(folder.findings("--min-severity", "warning", "a.csv")) == 200
