"""Workbooks: every sheet is read, cells are named as Excel names them, and an edit changes its cell and nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils.escape import unescape

from edits import Form, survives
from program import BINARY, CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER

CHECK_WRITTEN = Path(__file__).parent / "check_written.py"


def by_openpyxl(rows, name="话术") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(rows, name="话术", **options) -> bytes:
    """With `constant_memory` texts stand in their cells, else in the table of shared ones."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def values(raw: bytes) -> list[list]:
    """What the first sheet holds. Texts in their cells keep their escapes in openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    return [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]


def form(name: str, make) -> Form:
    def read(raw):
        heading, *rows = values(raw)
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = {part.filename: package.read(part) for part in package.infolist() if part.filename != "xl/worksheets/sheet1.xml"}
        return [row[1] for row in rows], (heading, [[row[0], row[2]] for row in rows], parts)

    return Form(name, "话术.xlsx", lambda texts: make([["编号", "话术", "备注"], *([n, text, CUSTOMER] for n, text in enumerate(texts))]), read)


FORMS = [
    form("openpyxl", by_openpyxl),
    form("shared texts", by_xlsxwriter),
    form("texts in their cells", lambda rows: by_xlsxwriter(rows, constant_memory=True, in_memory=False)),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_whatever_is_written_reads_back(folder, form):
    survives(folder, form)


FIXTURES = ["openpyxl.xlsx", "xlsxwriter.xlsx", "extra.xlsx", "streamed.xlsx", "libreoffice.xlsx"]


@pytest.mark.parametrize("name", FIXTURES)
def test_every_other_cell_and_part_is_as_before(folder, fixture_file, name):
    """As openpyxl reads them: texts, styles, widths, formulas, comments, pictures, sheets; and the parts of the package."""
    fixture_file(name)
    before = folder.read(name)
    changes = {}
    for finding in folder.findings(name, status=1):
        sheet, cell = finding["address"].rsplit("!", 1)
        fixes = [fix for fix in finding["fixes"] if fix["edits"]]
        if fixes:
            assert (sheet, cell) not in changes, "one finding a cell"
            changes[sheet, cell] = fixes[0]["result"]
    assert changes
    folder.run("fix", "--suggested", name, status=0)
    folder.write("before.xlsx", before)
    folder.write("changes.json", json.dumps([{"sheet": sheet, "cell": cell, "text": text} for (sheet, cell), text in changes.items()]))
    paths = [str(folder.path / one) for one in ("before.xlsx", name, "changes.json")]
    check = subprocess.run([sys.executable, CHECK_WRITTEN, *paths], capture_output=True, text=True, timeout=60, check=False)
    assert check.returncode == 0, check.stdout + check.stderr
    # What has been mended stays so: a second run writes nothing.
    mended = folder.read(name)
    folder.run("fix", "--suggested", name, status=0)
    assert folder.read(name) == mended


@pytest.mark.parametrize("name", [*FIXTURES, "strict.xlsx"])
def test_looking_leaves_the_file_alone(folder, fixture_file, name):
    fixture_file(name)
    before = folder.read(name)
    for arguments in (["check"], ["columns"], ["fix", "--suggested", "--diff"], ["check", "--format", "csv"]):
        folder.run(*arguments, name)
    assert folder.read(name) == before


def test_every_sheet_is_read(folder, fixture_file):
    sheets = {address.rsplit("!", 1)[0] for address, _ in folder.places(fixture_file("openpyxl.xlsx"), status=1)}
    assert sheets == {"话术", "旧话术", "表 & 格"}
    sheets = {address.rsplit("!", 1)[0] for address, _ in folder.places(fixture_file("libreoffice.xlsx"), status=1)}
    assert sheets == {"售后 话术", "旧的"}


@pytest.mark.parametrize(
    "name, said",
    [
        ("openpyxl.xlsx", ["“旧话术”是隐藏的", "F 列是隐藏的", "1 行是隐藏的", "合并单元格", "公式", "保护"]),
        ("xlsxwriter.xlsx", ["“很隐藏”是隐藏的", "合并单元格", "公式"]),
        ("libreoffice.xlsx", ["“旧的”是隐藏的", "D 列是隐藏的", "合并单元格", "公式"]),
    ],
)
def test_what_is_hidden_or_merged_is_said(folder, fixture_file, name, said):
    fixture_file(name)
    for ran in (folder.run("check", name), folder.run("columns", name)):
        for words in said:
            assert words in ran.out + ran.errors
    assert "隐藏" not in folder.run("check", "-q", name).errors


def test_places_are_sheet_and_cell(folder):
    rows = [["编号", "场景", "话术"], *([n, "x", FINE] for n in range(8)), [9, "x", f"{FINE}\n{RUDE}"]]
    folder.write("a.xlsx", by_openpyxl(rows, "售后 '话术'"))
    [finding] = [finding for finding in folder.findings("a.xlsx", status=1) if finding["category"] != "structure"]
    assert finding["address"] == "售后 '话术'!C10"
    assert finding["text"] == "处理不了"
    for output in ("human", "concise"):
        assert "售后 '话术'!C10" in folder.run("check", "--format", output, "a.xlsx").out


def test_columns_far_to_the_right(folder):
    row = [""] * 30
    folder.write("a.xlsx", by_openpyxl([[*row, "话术"], [*row, RUDE]]))
    assert folder.places("a.xlsx") == [("话术!AE2", "处理不了")]


def test_columns_by_name_number_and_letter(folder):
    rows = [["内容", "备用", "说明"], [RUDE, SAFE, FINE]]
    folder.write("a.xlsx", by_openpyxl(rows))
    for column in ("备用", "2", "B", "b"):
        assert folder.places("a.xlsx", "--column", column) == [("话术!B2", "你的")]


def locked_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet, bold = book.add_worksheet("话术"), book.add_format({"bold": True})
    sheet.write_row("A1", ["话术", "备注"])
    sheet.write_formula("A2", '="这个我们"&"处理不了"', None, RUDE)
    sheet.write_rich_string("A3", "抱歉，这个我们", bold, "处理不了", "。")
    sheet.write("A4", "这个我们真的处理不了")
    sheet.write_array_formula("A5:A6", '{=B1:B2&"处理不了"}', None, "我们这边处理不了")
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("cell, reason", [("A2", "公式"), ("A3", "几种格式"), ("A5", "公式")])
def test_what_cannot_be_written_is_shown_with_the_reason(folder, cell, reason):
    folder.write("a.xlsx", locked_workbook())
    [finding] = [f for f in folder.findings("a.xlsx") if f["address"] == f"话术!{cell}" and f["category"] == "blunt-refusal"]
    assert finding["fixes"] and all(fix["applicability"] == "display" and not fix["edits"] for fix in finding["fixes"])
    assert reason in json.dumps(finding, ensure_ascii=False)
    shown = folder.run("check", "a.xlsx").out.split("\n\n")
    [shown] = [one for one in shown if f"话术!{cell} " in one and "blunt-refusal" in one]
    assert reason in shown


def test_what_cannot_be_written_stays(folder):
    folder.write("a.xlsx", locked_workbook())
    folder.run("fix", "--suggested", "a.xlsx", status=1)
    book = openpyxl.load_workbook(folder.path / "a.xlsx", rich_text=True).active
    assert book["A2"].value == '="这个我们"&"处理不了"'
    assert isinstance(book["A3"].value, CellRichText) and str(book["A3"].value) == "抱歉，这个我们处理不了。"
    assert book["A5"].value.ref == "A5:A6"
    assert "处理不了" not in str(book["A4"].value)


def test_one_format_in_a_rich_cell_is_kept(folder, fixture_file):
    """All of B7 is bold by its run: either it is left alone, or it is still bold."""
    name = fixture_file("openpyxl.xlsx")
    book = openpyxl.load_workbook(folder.path / name, rich_text=True)
    [block] = book["话术"]["B7"].value
    font = repr(block.font)
    book["话术"]["B7"].value[0].text = SAFE
    book.save(folder.path / "a.xlsx")
    folder.run("fix", "a.xlsx")
    [block] = openpyxl.load_workbook(folder.path / "a.xlsx", rich_text=True)["话术"]["B7"].value
    assert repr(block.font) == font and block.text in (SAFE, SAFE_AFTER)


def test_a_shared_text_changes_only_where_it_is_a_reply(folder):
    """Both cells of a row point to the same shared text."""
    folder.write("a.xlsx", by_xlsxwriter([["话术", "客户原话"], [SAFE, SAFE], [SAFE, SAFE]]))
    folder.run("fix", "a.xlsx", status=0)
    assert values(folder.read("a.xlsx"))[1:] == [[SAFE_AFTER, SAFE], [SAFE_AFTER, SAFE]]


def test_the_longest_cell_of_excel_is_not_exceeded(folder):
    """32,767 is what a cell takes."""
    long = RUDE + "。" + "－" * (32_767 - len(RUDE) - 1)
    folder.write("a.xlsx", by_openpyxl([["话术"], [long], [SAFE]]))
    folder.run("fix", "--suggested", "a.xlsx")
    texts = [row[0] for row in values(folder.read("a.xlsx"))]
    assert texts[1] == long, "what does not fit is not written, and not cut"
    assert texts[2] == SAFE_AFTER, "that a cell is full is no reason to leave the others"


def test_through_standard_input_and_output(folder):
    raw = by_openpyxl([["话术"], [SAFE]])
    for how in (["--input", "xlsx"], ["--stdin-filename", "a.xlsx"]):
        assert "话术!A2" in folder.run("check", "--format", "concise", *how, "-", stdin=raw, status=1).out
    command = [BINARY, "fix", "--input", "xlsx", "-"]
    out = subprocess.run(command, input=raw, capture_output=True, cwd=folder.path, timeout=60, check=True).stdout
    assert values(out)[1] == [SAFE_AFTER]


def test_the_difference_is_shown_by_cell(folder):
    folder.write("a.xlsx", by_openpyxl([["话术"], [SAFE], [FINE]]))
    before = folder.read("a.xlsx")
    out = folder.run("fix", "--diff", "a.xlsx", status=1).out
    assert "-" in out and f"话术!A2\t{SAFE}" in out and f"话术!A2\t{SAFE_AFTER}" in out
    assert folder.read("a.xlsx") == before


def test_macros_and_templates_by_their_extension(folder):
    for extension in ("xlsm", "xltx", "XLSX"):
        name = folder.write(f"a.{extension}", by_openpyxl([["话术"], [SAFE]]))
        folder.run("fix", name, status=0)
        assert values(folder.read(name))[1] == [SAFE_AFTER]


def test_numbers_dates_and_blanks_are_no_replies(folder):
    folder.write("a.xlsx", by_openpyxl([["话术"], [12.5], [None], ["  "], [True], ["=1+1"], [RUDE]]))
    assert folder.places("a.xlsx") == [("话术!A7", "处理不了")]


def test_lock_files_of_open_workbooks_are_left_out(folder):
    """Excel puts ~$名字.xlsx beside a workbook that is open."""
    folder.write("a.xlsx", by_openpyxl([["话术"], [FINE]]))
    folder.write("~$a.xlsx", b"\x03WPS" + bytes(161))
    folder.run("check", ".", status=0)
