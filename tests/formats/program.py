"""The program under test, run in a folder of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl

BINARY = os.environ.get("WANYAN_BIN", "wanyan")
FIXTURES = Path(__file__).parent / "fixtures"
TEMPLATES = Path(__file__).parents[3] / "shared" / "eval" / "dev" / "templates.csv"

# One finding with a rewrite to choose, one with a rewrite that is safe, none.
RUDE = "这个我们处理不了"
SAFE, SAFE_AFTER = "你的包裹已经寄出", "您的包裹已经寄出"
FINE = "您好，请问有什么可以帮您？"
# What a customer may say, and nobody judges.
CUSTOMER = "你们是不是有病，不知道就别回"


@dataclass
class Ran:
    status: int
    out: str
    errors: str


class Folder:
    """A folder with files, in which the program runs."""

    def __init__(self, path: Path):
        self.path = path

    def write(self, name: str, content: str | bytes) -> str:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def run(self, *arguments: str, status: int | None = None, stdin: bytes = b"") -> Ran:
        """Runs the program; `status` is how it has to end."""
        ran = subprocess.run([BINARY, *arguments], cwd=self.path, input=stdin, capture_output=True, timeout=120, check=False)
        result = Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
        assert "panicked" not in result.errors, result.errors
        assert status is None or result.status == status, f"{arguments}: status {result.status}\n{result.out}\n{result.errors}"
        return result

    def findings(self, *arguments: str, status: int | None = None) -> list[dict]:
        return json.loads(self.run("check", "--format", "json", *arguments, status=status).out)

    def places(self, *arguments: str, status: int | None = None) -> list[tuple[str | None, str]]:
        """Where something is found, and what."""
        return [(finding["address"], finding["text"]) for finding in self.findings(*arguments, status=status)]

    def review(self, *arguments: str, sheet: str = "审阅.csv") -> list[dict]:
        """Makes a review sheet in CSV or as a workbook and reads its rows."""
        kind = sheet.rsplit(".", 1)[1]
        self.run("check", "--format", kind, "--output", sheet, *arguments)
        return self.rows(sheet)

    def rows(self, sheet: str) -> list[dict]:
        if sheet.endswith(".csv"):
            return list(csv.DictReader(io.StringIO(self.read(sheet).decode("utf-8-sig"), newline="")))
        heading, *rows = openpyxl.load_workbook(self.path / sheet).active.iter_rows(values_only=True)
        return [{name: "" if cell is None else str(cell) for name, cell in zip(heading, row)} for row in rows]

    def fill_in(self, sheet: str, rows: list[dict]) -> None:
        """Hands a sheet back with the cells of `rows` in it, as a supervisor's program would write it."""
        if sheet.endswith(".csv"):
            out = io.StringIO(newline="")
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            self.write(sheet, out.getvalue().encode("utf-8-sig"))
            return
        book = openpyxl.load_workbook(self.path / sheet)
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row.values(), 1):
                cell = book.active.cell(number, column)
                if str(cell.value or "") != value:
                    cell.value = value
                    # A text that begins with = is no formula where a person has typed it behind an apostrophe.
                    if value:
                        cell.data_type = "s"
        book.save(self.path / sheet)


@cache
def formats() -> frozenset[str]:
    """The formats that `--input` takes."""
    ran = subprocess.run([BINARY, "check", "--input", "?"], capture_output=True, timeout=60, check=False)
    return frozenset(re.findall(r"[a-z][a-z-]+", ran.stderr.decode().split("：", 2)[2].split("\n")[0]))


def refused_rows(errors: str) -> set[int]:
    """The rows of a review sheet that `apply` says it did not write, by their number in the sheet."""
    return {int(number) for number in re.findall(r"第 (\d+) 行（", errors)}
