"""Edits that must survive being written into a file: whatever a supervisor may type, into whatever a message stands in.

A form is a way of writing texts into a file, and of reading them back with a library that users have. All texts of a file are
rude, so that the review sheet has a row for each; each row asks for another text; behind that each text must be the one asked for, or,
where `apply` says that it could not be written, the old one. What is not a text must be as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from program import RUDE, Folder, refused_rows

WANTED = [
    "好的，马上为您核实",
    "含\"双引号\"和'单引号'的话",
    "“中文引号”，逗号, 分号; 竖线| 制表符\t到此",
    "第一行\n第二行",
    "第一行\n\n第三行",
    "末尾换行\n",
    "  前后有空格  ",
    "反斜杠 \\ 和 \\n 和 C:\\temp",
    "冒号: 井号 # 注释",
    "- 列表一样",
    "# 标题一样",
    "=1+1",
    "@名字",
    "+86 138",
    "-5",
    "123",
    "1.50",
    "2024-01-01",
    "true",
    "null",
    "~",
    "yes",
    "是的",
    "[一]",
    "{二}",
    "*三*",
    "&四",
    "!五",
    "|六",
    ">七",
    "%八",
    "`九`",
    "\"十",
    "'十一",
    "<b>粗</b> & <br>",
    "&lt;已转义&gt; &amp; &#39;",
    "]]>",
    "'''",
    "\"\"\"",
    "$变量 ${x} #{y}",
    "{{x}} {姓名} 【订单号】 %s %(x)s",
    "😀👨‍👩‍👧 表情",
    "𠮷野家",
    "全角　空格\u00a0不换行",
    "零宽\u200b字符",
    "_x000D_ _x0041_",
    "\\u4f60\\u597d",
    "%20 %%",
    "a=b",
    "a:b",
    "!",
    "?",
    "--- ",
    "...",
    "sep=;",
    "\u2028行分隔",
    "长" * 300,
]


@dataclass(frozen=True)
class Form:
    """How texts get into a file and out of it again."""

    name: str
    file: str
    write: Callable[[list[str]], bytes]
    # The texts, and everything else that the library sees.
    read: Callable[[bytes], tuple[list[str], Any]]
    # At most so many of the texts may be refused; what a form has no way to write has to be counted here.
    refused: int = 0
    needs: tuple[str, ...] = ()


def survives(folder: Folder, form: Form, sheet: str = "审阅.csv") -> None:
    before = form.write([RUDE + "。" for _ in WANTED])
    old, others = form.read(before)
    assert len(old) == len(WANTED), "the form itself"
    folder.write(form.file, before)
    rows = folder.review(form.file, sheet=sheet)
    assert len(rows) == len(WANTED), "a row for each text"
    for row, wanted in zip(rows, WANTED):
        row |= {"采纳": "是", "建议改为": wanted}
    folder.fill_in(sheet, rows)
    ran = folder.run("apply", sheet)
    refused = refused_rows(ran.errors)
    assert ran.status == (1 if refused else 0), ran.errors
    texts, others_after = form.read(folder.read(form.file))
    assert others_after == others, "what is no message stays"
    expected = [(one if number in refused else wanted) for number, (one, wanted) in enumerate(zip(old, WANTED), 2)]
    # A line separator at an end shows nothing, and readers of Markdown take it for a blank.
    bare = [text.strip("\u2028") for text in texts]
    wrong = [(got, wanted) for got, wanted in zip(bare, expected, strict=True) if got != wanted.strip("\u2028")]
    assert not wrong, f"{form.name}: read back and wanted"
    assert len(refused) <= form.refused, [WANTED[number - 2] for number in sorted(refused)]
