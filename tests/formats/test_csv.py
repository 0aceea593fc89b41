"""CSV and TSV: marks between cells, quotes, cells of several lines, encodings, and edits that go back in place."""

from __future__ import annotations

import csv
import io

import pytest

from edits import Form, survives
from program import CUSTOMER, FINE, RUDE, SAFE, SAFE_AFTER


def table(rows, delimiter=",", line_end="\r\n", quoting=csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


def parsed(raw: bytes, encoding="utf-8", delimiter=",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode(encoding), newline=""), delimiter=delimiter))


def form(name, encoding="utf-8", delimiter=",", line_end="\r\n", quoting=csv.QUOTE_MINIMAL, extension="csv") -> Form:
    def write(texts):
        rows = [["编号", "话术", "备注"], *([f"T{n}", text, f"备注{delimiter}\"{n}\"\n换行"] for n, text in enumerate(texts))]
        return table(rows, delimiter, line_end, quoting).encode(encoding)

    def read(raw):
        heading, *rows = parsed(raw, encoding, delimiter)
        # The byte order mark and the ends of the lines are as they were too.
        return [row[1] for row in rows], (heading, [[row[0], *row[2:]] for row in rows], raw[:3], raw[-2:])

    return Form(name, f"话术.{extension}", write, read)


FORMS = [
    form("usual"),
    form("all quoted", quoting=csv.QUOTE_ALL),
    form("semicolons", delimiter=";"),
    form("bars", delimiter="|"),
    form("tabs", delimiter="\t", extension="tsv"),
    form("tabs in .csv", delimiter="\t"),
    form("line feeds", line_end="\n"),
    form("with a byte order mark", encoding="utf-8-sig"),
    form("GB18030", encoding="gb18030"),
    form("UTF-16", encoding="utf-16", delimiter="\t"),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_whatever_is_written_reads_back(folder, form):
    survives(folder, form)


# `@` stands for 你 before and 您 behind `wanyan fix`; 你 is no reply and stays.
RAW = {
    "bare": "话术,备注\n@的包裹已寄出,你的\n",
    "no line end at the end": "话术,备注\r\n@的包裹已寄出,你的",
    "mixed line ends": "话术,备注\r\n@的包裹已寄出,你的\n@的订单已发,你的\r\n",
    "quoted": '"话术","备注"\r\n"@的""包裹""已寄出，\r\n@的订单,也发了","你的, ""备注"""\r\n',
    "needless quotes": '话术,备注\n"@的包裹已寄出",你的\n@的包裹已经寄出了," 你的 "\n',
    "a quote inside a bare cell": '话术,备注\n@的 5" 屏已寄出,你的 5"\n',
    "blank lines and spaces": "\n话术 , 备注\n\n @的包裹已寄出 , 你的 \n\n",
    "short and long rows": "编号,话术,备注\n1,@的包裹已寄出\n2\n3,@的订单已发,你的,多出来\n",
    "empty cells": '编号,话术,备注\n,@的包裹已寄出,\n,"",\n"",,""\n',
    "Excel's line": "sep=;\r\n话术;备注\r\n@的包裹,已寄出;你的,\r\n",
    "semicolons": "话术;备注\n@的包裹,已寄出;你的,备注\n@的订单;你的\n",
    "bars": "话术|备注\n@的包裹,已寄出|你的\n@的订单|你的\n",
    "two columns of replies": "话术1,话术2,标题\n@的包裹已寄出,@的订单已发,你的\n",
    "emoji and rare characters": "话术,备注\n😀@的包裹𠮷已寄出👨‍👩‍👧,你的\n",
    "a column of questions": "问,答\n你的包裹呢,@的包裹已寄出\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", RAW)
def test_all_else_stays_byte_for_byte(folder, name, encoding):
    before, after = (RAW[name].replace("@", who).encode(encoding) for who in "你您")
    folder.write("话术.csv", before)
    folder.run("fix", "话术.csv", status=0)
    assert folder.read("话术.csv") == after


def test_tsv_takes_quotes_as_excel_does(folder):
    folder.write("a.tsv", '话术\t备注\n"你的\t包裹"\t"x"\n')
    folder.run("fix", "a.tsv", status=0)
    assert folder.text("a.tsv") == '话术\t备注\n"您的\t包裹"\t"x"\n'


def test_places_are_row_and_column(folder):
    folder.write("话术.csv", table([["编号", "话术"], ["1", FINE + "\n" + FINE], ["2", RUDE], ["3", f"{FINE}\n{RUDE}"]]))
    found = folder.findings("话术.csv", status=1)
    assert [finding["address"] for finding in found] == ["第 3 行“话术”列", "第 4 行“话术”列"]
    # Rows of the table, but lines of the file.
    assert [(finding["line"], finding["column"]) for finding in found] == [(4, 7), (6, 5)]
    for output in ("human", "concise"):
        shown = folder.run("check", "--format", output, "话术.csv", status=1).out
        assert "第 3 行“话术”列" in shown and ":4:7" in shown


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_any_mark_between_cells(folder, delimiter):
    """The usual ones are seen; any other is said."""
    folder.write("a.csv", table([["编号", "话术", "备注"], ["1", RUDE, CUSTOMER], ["2", SAFE, CUSTOMER]], delimiter))
    said = [] if delimiter in ",;\t|" else ["--delimiter", delimiter]
    assert [address for address, _ in folder.places("a.csv", *said, status=1)] == ["第 2 行“话术”列", "第 3 行“话术”列"]
    folder.run("fix", "a.csv", *said, status=1)
    assert parsed(folder.read("a.csv"), delimiter=delimiter)[2] == ["2", SAFE_AFTER, CUSTOMER]


def test_the_mark_is_told_from_commas_in_chinese_prose(folder):
    rows = [["编号", "话术"], *([str(n), f"您好,第{n}件,已经发出,请查收,{RUDE}"] for n in range(5))]
    folder.write("a.csv", table(rows, ";"))
    assert [address for address, _ in folder.places("a.csv")] == [f"第 {n} 行“话术”列" for n in range(2, 7)]


@pytest.mark.parametrize("wrong", ["", "ab", "，", '"', "\n"])
def test_an_impossible_mark_is_refused(folder, wrong):
    folder.write("a.csv", "话术\n不知道\n")
    ran = folder.run("check", "--delimiter", wrong, "a.csv", status=2)
    assert "分隔符" in ran.errors or "--delimiter" in ran.errors


def test_from_standard_input(folder):
    raw = table([["话术", "备注"], [SAFE, CUSTOMER]]).encode("gb18030")
    for how in (["--input", "csv"], ["--stdin-filename", "a.csv"]):
        found = folder.run("check", "--format", "json", *how, "-", stdin=raw, status=1)
        assert "第 2 行“话术”列" in found.out


def test_unterminated_rows_are_no_hindrance(folder):
    """A file cut off in the middle of a row still has its rows checked."""
    folder.write("a.csv", "编号,话术,备注\n1,不知道,x\n2,不知")
    assert folder.places("a.csv", status=1) == [("第 2 行“话术”列", "不知道")]


@pytest.mark.parametrize("name", ["libreoffice-utf8.csv", "libreoffice-gb18030.csv", "libreoffice-semicolons.csv"])
def test_files_of_libreoffice(folder, fixture_file, name):
    fixture_file(name)
    encoding = "gb18030" if "gb18030" in name else "utf-8-sig"
    delimiter = ";" if "semicolons" in name else ","
    before = parsed(folder.read(name), encoding, delimiter)
    addresses = [address for address, _ in folder.places(name, status=1)]
    assert addresses == ["第 2 行“话术”列", "第 3 行“话术”列", "第 4 行“话术”列"]
    folder.run("fix", "--suggested", name, status=0)
    after = parsed(folder.read(name), encoding, delimiter)
    assert [row[:2] + row[3:] for row in after] == [row[:2] + row[3:] for row in before]
    assert after[2][2] == before[2][2].replace("你的", "您的")
    assert folder.places(name) == []
