"""The review sheet: written for a supervisor, filled in, handed back, applied."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from program import CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER, TEMPLATES, refused_rows
from test_xlsx import by_openpyxl, values

HEADINGS = ["文件", "行", "位置", "负责人", "原文", "问题", "为什么", "级别", "建议改为", "采纳"]
SHEETS = ["审阅.csv", "审阅.xlsx"]
ROWS = [["编号", "话术", "负责人"], ["1", RUDE + "。", "小李"], ["2", FINE, "小李"], ["3", SAFE, "小王"], ["4", "不知道，\n您看着办吧", ""]]


def table(rows) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


FILES = {
    "话术.csv": (table(ROWS).encode(), lambda raw: [row[1] for row in csv.reader(io.StringIO(raw.decode(), newline=""))][1:]),
    "话术.xlsx": (by_openpyxl(ROWS), lambda raw: [row[1] for row in values(raw)][1:]),
    "话术.json": (
        json.dumps([{"id": i, "话术": text, "owner": who} for i, text, who in ROWS[1:]], ensure_ascii=False).encode(),
        lambda raw: [item["话术"] for item in json.loads(raw)],
    ),
    "话术.txt": ("\n".join(row[1].replace("\n", "") for row in ROWS[1:]).encode(), lambda raw: raw.decode().split("\n")),
}


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", FILES)
def test_there_and_back(folder, name, sheet):
    raw, read = FILES[name]
    before = read(raw)
    folder.write(name, raw)
    rows = folder.review(name, sheet=sheet)
    assert list(rows[0]) == HEADINGS
    assert [row["原文"].rstrip("\n") for row in rows] == [before[0], before[2], before[3]]
    assert all(row["文件"] == name and row["问题"] and row["为什么"] and row["级别"] in ("错误", "警告", "建议", "提示") for row in rows)
    assert {row["采纳"] for row in rows} == {""}
    assert rows[1]["建议改为"] == SAFE_AFTER
    # One as suggested, one as the supervisor wants it, one not at all.
    rows[0] |= {"采纳": "是"}
    rows[1] |= {"采纳": "是", "建议改为": "您的包裹已经寄出，请留意“短信”"}
    rows[2] |= {"采纳": "否"}
    folder.fill_in(sheet, rows)
    ran = folder.run("apply", sheet, status=0)
    assert "2 行" in ran.errors and "1 行没有采纳" in ran.errors
    assert read(folder.read(name)) == [rows[0]["建议改为"], before[1], "您的包裹已经寄出，请留意“短信”", before[3]]
    # A second time there is nothing left to do.
    mended = folder.read(name)
    assert "原来就是这样" in folder.run("apply", sheet, status=0).errors
    assert folder.read(name) == mended


def test_places_and_owners(folder):
    for name, (raw, _) in FILES.items():
        folder.write(name, raw)
    rows = {(row["文件"].removeprefix("./"), row["原文"].rstrip("\n")): row for row in folder.review(".")}
    text = RUDE + "。"
    assert rows["话术.csv", text]["位置"] == "第 2 行“话术”列"
    assert rows["话术.xlsx", text]["位置"] == "Sheet!B2" or rows["话术.xlsx", text]["位置"].endswith("!B2")
    assert rows["话术.json", text]["位置"] == "/0/话术"
    assert rows["话术.txt", text]["行"] == "1"
    assert rows["话术.csv", text]["负责人"] == rows["话术.xlsx", text]["负责人"] == "小李"
    assert rows["话术.csv", SAFE]["负责人"] == "小王"


def test_the_workbook_is_ready_to_fill_in(folder):
    folder.write("话术.csv", FILES["话术.csv"][0])
    folder.run("check", "--format", "xlsx", "--output", "审阅.xlsx", "话术.csv", status=1)
    sheet = openpyxl.load_workbook(folder.path / "审阅.xlsx").active
    [choice] = sheet.data_validations.dataValidation
    assert "是" in choice.formula1 and "否" in choice.formula1 and "J2" in choice.cells
    assert sheet.freeze_panes == "A2"
    assert all(cell.data_type == "s" for cell in next(sheet.iter_rows(max_row=1)))


def test_texts_are_no_formulas_in_the_sheet(folder):
    """What begins with = or + in a reply is a text for whoever opens the sheet, and comes back as it was."""
    folder.write("a.csv", table([["话术"], ["=HYPERLINK(1)，不知道"], ["+不知道"]]))
    folder.run("check", "--format", "xlsx", "--output", "审阅.xlsx", "a.csv", status=1)
    for row in openpyxl.load_workbook(folder.path / "审阅.xlsx").active.iter_rows(min_row=2):
        assert {cell.data_type for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("sheet", SHEETS)
def test_what_no_longer_matches_is_said_and_left(folder, sheet):
    folder.write("a.csv", table([["话术"], [RUDE], [SAFE], ["不知道"]]))
    rows = folder.review("a.csv", sheet=sheet)
    for row in rows:
        row["采纳"] = "是"
    folder.fill_in(sheet, rows)
    folder.write("a.csv", table([["话术"], ["这句改过了"], [SAFE], ["不知道"]]))
    ran = folder.run("apply", sheet, status=1)
    assert refused_rows(ran.errors) == {2}
    assert "不再匹配" in ran.errors
    after = folder.text("a.csv").splitlines()
    assert after[1] == "这句改过了" and after[2] == SAFE_AFTER and after[3] != "不知道"


def test_a_text_that_has_moved_is_found(folder):
    folder.write("a.csv", table([["话术"], [RUDE], ["不知道"]]))
    rows = folder.review("a.csv")
    for row in rows:
        row |= {"采纳": "是", "建议改为": "好的" + row["原文"][:2]}
    folder.fill_in("审阅.csv", rows)
    folder.write("a.csv", table([["话术"], [FINE], ["不知道"], [FINE], [RUDE]]))
    folder.run("apply", "审阅.csv", status=0)
    assert folder.text("a.csv") == table([["话术"], [FINE], ["好的不知"], [FINE], ["好的这个"]])


@pytest.mark.parametrize("name, text", [("a.csv", table([["话术"], [RUDE], [RUDE], [RUDE]])), ("a.jsonl", 3 * (json.dumps({"text": RUDE}, ensure_ascii=False) + "\n")), ("a.txt", 3 * (RUDE + "\n")), ("a.yaml", "---\n".join([f"text: {RUDE}\n"] * 3))], ids=["csv", "jsonl", "txt", "yaml"])
def test_rows_with_the_same_text_are_told_apart(folder, name, text):
    folder.write(name, text)
    rows = folder.review(name)
    assert len(rows) == 3
    for row, (accepted, wanted) in zip(rows, [("否", ""), ("是", "第二条"), ("是", "第三条")]):
        row |= {"采纳": accepted, "建议改为": wanted}
    folder.fill_in("审阅.csv", rows)
    folder.run("apply", "审阅.csv", status=0)
    parts = text.split(RUDE)
    assert folder.text(name) == parts[0] + RUDE + parts[1] + "第二条" + parts[2] + "第三条" + parts[3]


@pytest.mark.parametrize("said, taken", [("是", True), (" 是 ", True), ("y", True), ("√", True), ("否", False), ("", False), ("N", False)])
def test_ways_of_saying_yes_and_no(folder, said, taken):
    folder.write("a.csv", table([["话术"], [SAFE]]))
    rows = folder.review("a.csv")
    rows[0]["采纳"] = said
    folder.fill_in("审阅.csv", rows)
    folder.run("apply", "审阅.csv", status=0)
    assert (SAFE_AFTER in folder.text("a.csv")) == taken


@pytest.mark.parametrize("said, taken", [(True, True), (False, False), (1, True), (0, False), (None, False)])
def test_yes_and_no_as_cells_of_excel(folder, said, taken):
    folder.write("a.csv", table([["话术"], [SAFE]]))
    folder.review("a.csv", sheet="审阅.xlsx")
    book = openpyxl.load_workbook(folder.path / "审阅.xlsx")
    book.active["J2"] = said
    book.save(folder.path / "审阅.xlsx")
    folder.run("apply", "审阅.xlsx", status=0)
    assert (SAFE_AFTER in folder.text("a.csv")) == taken


@pytest.mark.parametrize("name, text, wanted", [("a.txt", f"{RUDE}\n{SAFE}\n", "两\n行"), ("a.txt", f"{RUDE}\n{SAFE}\n", "  前后有空格  "), ("a.md", f"- {RUDE}\n- {SAFE}\n", " 前后有空格 "), ("a.md", f"- {RUDE}\n- {SAFE}\n", "两\n行"), ("a.yaml", f"- {RUDE}\n- {SAFE}\n", "null"), ("a.toml", f"r = ['{RUDE}', '{SAFE}']\n", "'")])
def test_a_row_that_cannot_be_written_leaves_the_others(folder, name, text, wanted):
    folder.write(name, text)
    rows = folder.review(name)
    for row in rows:
        row["采纳"] = "是"
    rows[0]["建议改为"] = wanted
    folder.fill_in("审阅.csv", rows)
    ran = folder.run("apply", "审阅.csv", status=1)
    assert refused_rows(ran.errors) == {2} and "手工修改" in ran.errors
    assert folder.text(name) == text.replace(SAFE, SAFE_AFTER)


def test_the_sheet_goes_to_standard_output(folder):
    folder.write("a.csv", table([["话术"], [SAFE]]))
    folder.run("check", "--format", "csv", "--output", "b.csv", "a.csv", status=1)
    assert folder.run("check", "--format", "csv", "a.csv", status=1).out.encode() == folder.read("b.csv")


def test_what_is_not_understood_is_said(folder):
    folder.write("a.csv", table([["话术"], [SAFE], [RUDE], ["不知道"]]))
    rows = folder.review("a.csv")
    rows[0]["采纳"], rows[1]["采纳"], rows[2]["采纳"] = "再议", "是", "是"
    rows[1]["建议改为"] = " "
    folder.fill_in("审阅.csv", rows)
    ran = folder.run("apply", "审阅.csv", status=2)
    assert "再议" in ran.errors and "空的" in ran.errors
    assert folder.text("a.csv").splitlines()[1:3] == [SAFE, RUDE]
    assert "不知道" not in folder.text("a.csv"), "the other rows are applied"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_as_other_programs_save_it(folder, encoding, delimiter):
    folder.write("a.csv", table([["话术"], [f"{SAFE}；请查收"], [RUDE]]))
    rows = folder.review("a.csv")
    for row in rows:
        row["采纳"] = "是"
    out = io.StringIO(newline="")
    # Columns in another order, one more, and the sheet is sorted the other way round.
    names = ["采纳", "主管备注", *HEADINGS[:-1]]
    writer = csv.DictWriter(out, names, delimiter=delimiter, restval="好；的")
    writer.writeheader()
    writer.writerows(reversed(rows))
    folder.write("审阅.csv", out.getvalue().encode(encoding))
    folder.run("apply", "审阅.csv", status=0)
    assert folder.text("a.csv").startswith(f"话术\r\n{SAFE_AFTER}；请查收\r\n") and RUDE not in folder.text("a.csv")


@pytest.mark.parametrize("name, content", [("a.csv", "一,二\n三,四\n"), ("a.csv", ""), ("a.xlsx", "no workbook"), ("a.json", "[]"), ("nowhere.csv", None)])
def test_what_is_no_review_sheet_is_refused(folder, name, content):
    if content is not None:
        folder.write(name, content)
    ran = folder.run("apply", name, status=2)
    assert name in ran.errors and not ran.out


def test_files_that_are_gone_are_said_and_the_others_done(folder):
    for name in ("a.csv", "b.csv"):
        folder.write(name, table([["话术"], [SAFE]]))
    rows = folder.review("a.csv", "b.csv")
    for row in rows:
        row["采纳"] = "是"
    folder.fill_in("审阅.csv", rows)
    (folder.path / "a.csv").unlink()
    ran = folder.run("apply", "审阅.csv", status=2)
    assert "a.csv" in ran.errors
    assert SAFE_AFTER in folder.text("b.csv")


def test_a_difference_first(folder):
    folder.write("a.csv", table([["话术"], [SAFE]]))
    rows = folder.review("a.csv")
    rows[0]["采纳"] = "是"
    folder.fill_in("审阅.csv", rows)
    assert f"+{SAFE_AFTER}" in folder.run("apply", "--diff", "审阅.csv").out
    assert SAFE in folder.text("a.csv")


def test_the_columns_that_were_named_are_named_again(folder):
    folder.write("a.csv", table([["话术", "备用"], [FINE, SAFE]]))
    rows = folder.review("a.csv", "--column", "备用")
    assert [row["位置"] for row in rows] == ["第 2 行“备用”列"]
    rows[0]["采纳"] = "是"
    folder.fill_in("审阅.csv", rows)
    folder.run("apply", "--column", "备用", "审阅.csv", status=0)
    assert folder.text("a.csv") == table([["话术", "备用"], [FINE, SAFE_AFTER]])


def test_nothing_found_gives_an_empty_sheet(folder):
    folder.write("a.csv", table([["话术"], [FINE]]))
    for sheet in SHEETS:
        assert folder.review("a.csv", sheet=sheet) == []
        folder.run("check", "--format", sheet[3:], "--output", sheet, "a.csv", status=0)
        folder.run("apply", sheet, status=0)


def test_customers_are_not_in_the_sheet(folder):
    folder.write("a.csv", table([["问", "答"], [CUSTOMER, RUDE]]))
    assert [row["位置"] for row in folder.review("a.csv")] == ["第 2 行“答”列"]


def test_the_sheet_in_the_folder_that_is_checked(folder):
    """It is made of the others, and is not checked itself the next time either."""
    folder.write("a.csv", table([["话术"], [RUDE]]))
    for sheet in SHEETS:
        first = folder.review(".", sheet=sheet)
        assert {row["文件"].removeprefix("./") for row in first} == {"a.csv"}
        assert folder.review(".", sheet=sheet) == first
    assert {finding["path"].removeprefix("./") for finding in folder.findings(".")} == {"a.csv"}


@pytest.mark.skipif(not TEMPLATES.exists(), reason="the real templates are not beside this checkout")
@pytest.mark.parametrize("sheet", SHEETS)
def test_real_templates(folder, sheet):
    before = TEMPLATES.read_bytes()
    folder.write("话术.csv", before)
    rows = folder.review("话术.csv", sheet=sheet)
    assert rows and all(row["位置"].endswith("“话术”列") for row in rows)
    wanted = {}
    for row in rows:
        if row["建议改为"]:
            row["采纳"] = "是"
            wanted[int(row["位置"].split()[1])] = row["建议改为"]
    folder.fill_in(sheet, rows)
    folder.run("apply", sheet, status=0)
    old, new = (list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))) for raw in (before, folder.read("话术.csv")))
    expected = [[*row[:2], wanted.get(number, row[2])] for number, row in enumerate(old, 1)]
    assert new == expected
    # The suggestions are what `fix --suggested` makes, and no finding is left that could be mended.
    folder.write("b.csv", before)
    folder.run("fix", "--suggested", "b.csv")
    assert folder.read("b.csv") == folder.read("话术.csv")
