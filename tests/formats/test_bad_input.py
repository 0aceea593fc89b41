"""Files that are broken, hostile or not what they say: a message in Chinese that names file and place, the others checked, memory bounded."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import tempfile
import zipfile

import pytest

from program import BINARY, FINE, FIXTURES, RUDE, Folder
from test_xlsx import by_openpyxl

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
WORKBOOK = (FIXTURES / "xlsxwriter.xlsx").read_bytes()


def repacked(change) -> bytes:
    """A workbook with parts that are replaced, or left out where `change` gives nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = change(part.filename, old.read(part))
            if data is not None:
                new.writestr(part, data)
    return out.getvalue()


def only(name: str, change) -> bytes:
    return repacked(lambda part, data: change(data) if part == name else data)


def damaged(name: str) -> bytes:
    """A workbook with another byte in the middle of that part, as bad media make it."""
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as package:
        part = package.getinfo(name)
    at = part.header_offset + 30 + len(name) + part.compress_size // 2
    return WORKBOOK[:at] + bytes([WORKBOOK[at] ^ 0xFF]) + WORKBOOK[at + 1 :]


SHEET, SHARED = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"

# The file; what it holds; what has to be in the message besides the name; the line, where there are lines.
BROKEN = {
    "truncated in the middle": ("a.xlsx", WORKBOOK[: len(WORKBOOK) // 2], ["不完整"], None),
    "truncated at the end": ("a.xlsx", WORKBOOK[:-8], ["不完整"], None),
    "empty workbook": ("a.xlsx", b"", ["空"], None),
    "text named as a workbook": ("a.xlsx", "话术\n不知道\n".encode(), ["不是 Excel 工作簿"], None),
    "another archive": ("a.xlsx", repacked(lambda name, data: data if name.endswith(".png") else None), [], None),
    "with a password": ("a.xlsx", (FIXTURES / "password.xlsx").read_bytes(), ["密码"], None),
    "old workbook": ("a.xlsx", OLE + bytes(3000), [".xls", "另存为"], None),
    "old workbook by its own name": ("a.xls", OLE + bytes(3000), ["另存为"], None),
    "no sheet": ("a.xlsx", only(SHEET, lambda data: None), [], None),
    "broken sheet": ("a.xlsx", only(SHEET, lambda data: data[: len(data) // 2]), ["sheet1.xml"], None),
    "broken texts": ("a.xlsx", only(SHARED, lambda data: data.replace(b"</si>", b"<si>")), ["sharedStrings.xml"], None),
    "a text that is not there": ("a.xlsx", only(SHARED, lambda data: b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'), ["!"], None),
    "a damaged part": ("a.xlsx", damaged(SHEET), [], None),
    "a document type": ("a.xlsx", only(SHARED, lambda data: data.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY a "b">]><sst', 1).replace(b"<t>", b"<t>&a;", 1)), None, None),
    "UTF-8 broken in CSV": ("a.csv", "话术,a\n不知道,1\n".encode() + b"\xe4\xb8\xff\xff,2\n", ["UTF-8", "3"], 3),
    "UTF-8 broken in JSON": ("a.json", b'{\n"text": "\xff\xfe\xff"}', ["UTF-8"], 2),
    "UTF-8 broken in JSON Lines": ("a.jsonl", b'{"text": "x"}\n{"text": "\xc3("}\n', ["UTF-8"], 2),
    "UTF-8 broken in YAML": ("a.yaml", "text: 不知道\nb: ".encode() + b"\xff\xff\n", ["UTF-8"], 2),
    "UTF-8 broken in TOML": ("a.toml", "text = '不知道'\nb = '".encode() + b"\xe4\xb8'\n", ["UTF-8"], 2),
    "zeros": ("a.csv", "话术\n不知\0道\n".encode(), ["零字节"], 2),
    "a quote that stays open": ("a.csv", '话术,a\n不知道,1\n"没有,2\n好的,3\n'.encode(), ["引号"], 3),
    "a quote that stays open beside the replies": ("a.csv", '话术,a\n不知道,1\n没有,"2\n好的,3\n'.encode(), ["引号"], 3),
    "a quote in the middle": ("a.csv", '话术,a\n不知道,1\n"没"有,2\n'.encode(), ["引号", "“话术”列"], 3),
    "JSON with a key twice": ("a.json", '{"text": "不知道",\n"text": "没有"}'.encode(), ["text", "两次"], 2),
    "YAML with a key twice": ("a.yaml", "text: 不知道\na: 1\ntext: 没有\n".encode(), ["text", "1"], 3),
    "TOML with a key twice": ("a.toml", "text = '不知道'\na = 1\ntext = '没有'\n".encode(), ["字段"], 3),
    "YAML with an alias to nothing": ("a.yaml", "text: 不知道\nb: *nothing\n".encode(), ["引用"], 2),
    "YAML with a tab": ("a.yaml", "a:\n\ttext: 不知道\n".encode(), ["制表符"], 2),
    "YAML with an open bracket": ("a.yaml", "text: 不知道\nb: [1, 2\nc: 3\n".encode(), [], None),
    "YAML with an open quote": ("a.yaml", 'text: 不知道\nb: "没有\nc: 3\n'.encode(), ["引号"], None),
    "JSON cut off": ("a.json", '{"text": "不知道",\n"b":'.encode(), ["JSON"], 2),
    "TOML without a value": ("a.toml", "text = '不知道'\nb =\n".encode(), ["TOML"], 2),
    "TOML with an open quote": ("a.toml", "text = '不知道'\nb = '没有\n".encode(), ["引号"], 2),
    "YAML too deep": ("a.yaml", b"a: " + b"[" * 100_000, ["深"], 1),
    "TOML too deep": ("a.toml", b"a = " + b"[" * 100_000, ["深"], 1),
    "JSON too deep": ("a.json", b"[" * 500 + '{"text": "不知道"}'.encode() + b"]" * 500, ["层"], None),
    "JSON much too deep": ("a.json", b"[" * 200_000 + b"]" * 200_000, ["层"], None),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_the_others_are_checked(folder, case):
    name, content, words, line = BROKEN[case]
    folder.write(name, content)
    folder.write("b.csv", f"话术\n{RUDE}\n")
    if words is None:
        # Nothing need be said where it is read all the same; nothing may be taken from outside.
        folder.run("check", name, "b.csv")
        return
    ran = folder.run("check", "--format", "concise", name, "b.csv", status=2)
    assert "b.csv:2:" in ran.out
    [message] = [one for one in ran.errors.splitlines() if one.startswith("没能检查")]
    place = f"{name}:{line}：" if line else name
    assert place in message, message
    assert all(word in message for word in words), message
    assert any("\u4e00" <= character <= "\u9fff" for character in message)
    # Nor is it written to.
    for arguments in (["fix", "--suggested"], ["columns"], ["check", "--format", "csv"]):
        assert folder.run(*arguments, name).status in (1, 2)
    if name.endswith((".xlsx", ".xls")):
        assert folder.read(name) == content


@pytest.mark.parametrize("case", ["UTF-8 broken in CSV", "JSON cut off", "YAML with an open quote", "truncated in the middle"])
def test_a_broken_file_does_not_stop_a_folder(folder, case):
    name, content, *_ = BROKEN[case]
    folder.write(f"甲/{name}", content)
    for number in range(3):
        folder.write(f"乙/{number}.csv", f"话术\n{RUDE}\n")
    assert len(folder.findings(".", status=2)) >= 3
    rows = folder.review(".")
    assert len([row for row in rows if "乙" in row["文件"]]) == 3
    assert folder.run("fix", "--suggested", ".").status == 2
    assert all(RUDE not in folder.text(f"乙/{number}.csv") for number in range(3))


def test_rows_before_a_fault_are_checked(folder):
    """Where a format can be read on, what is sound is judged."""
    folder.write("a.csv", '话术,a\n不知道,1\n"没"有,2\n你自己看物流,3\n')
    assert [place.split("“")[0].strip() for place, _ in folder.places("a.csv", status=2)] == ["第 2 行", "第 4 行"]
    folder.write("a.yaml", "text: 不知道\nb: [1\n")
    folder.write("a.toml", "text = '不知道'\nb = \n")
    assert [words for _, words in folder.places("a.toml", status=2)] == ["不知道"]


def test_rows_that_a_quote_has_swallowed_are_said(folder):
    """Two stray quotes in a column of notes: five replies between them are in nobody's cell."""
    folder.write("a.csv", '话术,备注\n好的,"急\n不知道,1\n不知道,2\n不知道,3\n您好,"缓\n')
    ran = folder.run("check", "a.csv")
    assert ran.status == 2 and "引号" in ran.errors


def measured(folder: Folder, *arguments: str) -> tuple[int, str, int]:
    """How the program ends, what it says, how many megabytes it took at most."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([BINARY, *arguments], cwd=folder.path, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        return process.returncode, errors.read().decode(), usage.ru_maxrss // 1024


def test_a_cell_of_600_megabytes(folder):
    chunk = ("好的，" * 100_000).encode()
    with open(folder.path / "a.csv", "wb") as out:
        out.write('话术\n"'.encode())
        for _ in range(600 * 1024 * 1024 // len(chunk)):
            out.write(chunk)
        out.write(b'"\n')
    folder.write("b.csv", f"话术\n{RUDE}\n")
    try:
        status, errors, megabytes = measured(folder, "check", "a.csv", "b.csv")
    finally:
        (folder.path / "a.csv").unlink()
    assert status == 2 and "a.csv" in errors and "太大" in errors
    assert megabytes < 1024


def bomb(part_name: str, opening: bytes, filler: bytes, megabytes: int) -> bytes:
    """A workbook that is small until one unpacks it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for part in old.infolist():
            if part.filename != part_name:
                new.writestr(part, old.read(part))
        with new.open(part_name, "w", force_zip64=True) as big:
            big.write(opening)
            for _ in range(megabytes):
                big.write(filler * ((1 << 20) // len(filler)))
    return out.getvalue()


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOMBS = {
    "blanks in a sheet": (SHEET, b"<worksheet " + MAIN + b"><sheetData>", b" "),
    "one text": (SHARED, b"<sst " + MAIN + b"><si><t>", b"a"),
    "many texts": (SHARED, b"<sst " + MAIN + b">", b"<si><t/></si>"),
    "many cells": (SHEET, b"<worksheet " + MAIN + b"><sheetData>", b"<row><c/></row>"),
    "an attribute": (SHEET, b"<worksheet " + MAIN + b' a="', b"a"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zip_bomb(folder, name):
    folder.write("a.xlsx", bomb(*BOMBS[name], megabytes=300))
    folder.write("b.csv", f"话术\n{RUDE}\n")
    status, errors, megabytes = measured(folder, "check", "a.xlsx", "b.csv")
    assert status == 2 and "a.xlsx" in errors
    assert megabytes < 1024


def test_a_lying_size_in_the_archive(folder):
    """What the directory says of a part's size is not believed."""
    raw = bytearray(bomb(SHARED, b"<sst " + MAIN + b"><si><t>", b"a", megabytes=300))
    directory = raw.rfind(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    folder.write("a.xlsx", bytes(raw))
    status, errors, megabytes = measured(folder, "check", "a.xlsx")
    assert status == 2 and "a.xlsx" in errors and megabytes < 1024


def test_many_aliases_are_no_bomb(folder):
    levels = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9))
    folder.write("a.yaml", f"a: &a [{RUDE}, {FINE}]\n{levels}")
    status, _, megabytes = measured(folder, "check", "a.yaml")
    assert status == 1 and megabytes < 300


def test_a_file_of_many_rows(folder):
    rows = [["编号", "话术"], *([n, f"{FINE}单号{n}"] for n in range(20_000))]
    folder.write("a.json", json.dumps([{"id": n, "text": text} for n, text in rows[1:]], ensure_ascii=False))
    folder.write("a.xlsx", by_openpyxl(rows))
    for name in ("a.json", "a.xlsx"):
        status, errors, megabytes = measured(folder, "check", name)
        assert status == 0 and megabytes < 500, errors


@pytest.mark.parametrize("name", ["xlsxwriter.xlsx", "strict.xlsx", "libreoffice-gb18030.csv"])
def test_any_byte_may_be_wrong(folder, name):
    """A file with one byte changed is read or refused, and never written over with less than it held."""
    sound = (FIXTURES / name).read_bytes()
    chance = random.Random(name)
    for _ in range(40):
        raw = bytearray(sound)
        raw[chance.randrange(len(raw))] = chance.randrange(256)
        folder.write(name, bytes(raw))
        ran = folder.run("fix", "--suggested", name)
        assert ran.status in (0, 1, 2)
        if ran.status == 2 and "没能检查" in ran.errors and name.endswith(".xlsx"):
            assert folder.read(name) == bytes(raw)


@pytest.mark.parametrize("name", ["没有.csv", "没有.xlsx"])
def test_what_is_not_there_is_named(folder, name):
    folder.write("b.csv", f"话术\n{RUDE}\n")
    ran = folder.run("check", "--format", "concise", name, "b.csv", status=2)
    assert name in ran.errors and "b.csv:2:" in ran.out


def test_the_exit_status(folder):
    folder.write("clean.csv", f"话术\n{FINE}\n")
    folder.write("found.csv", f"话术\n{RUDE}\n")
    folder.write("broken.xlsx", b"PK")
    for files, status in ((["clean.csv"], 0), (["clean.csv", "found.csv"], 1), (["clean.csv", "broken.xlsx"], 2), (["found.csv", "broken.xlsx"], 2)):
        folder.run("check", *files, status=status)
        folder.run("check", "--format", "csv", *files, status=status)
    folder.run("check", "--exit-zero", "found.csv", status=0)
    folder.run("check", "--exit-zero", "broken.xlsx", status=2)


def test_a_file_that_may_not_be_written(folder):
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    folder.write("a.csv", "话术\n你的包裹\n")
    os.chmod(folder.path / "a.csv", 0o444)
    os.chmod(folder.path, 0o555)
    ran = folder.run("fix", "a.csv", status=2)
    assert "a.csv" in ran.errors
