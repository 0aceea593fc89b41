"""Which columns and fields are replies: by heading, by what stands there, by what the user says, by configuration."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from program import CUSTOMER, FINE, RUDE, SAFE

# Rows as a shop has them: what customers ask, what agents answer.
ASKED = ["你们家东西什么时候能到啊，急死了", "这个颜色不好看，能不能换一个", "收到的东西是坏的，你们管不管", "怎么还不发货，你们是不是骗人的"]
ANSWERED = [RUDE + "，您自己联系快递吧。", "亲，这边马上帮您看一下，请稍等。", "不知道，您看说明书吧。", FINE]


def table(rows, delimiter=",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def columns_with_findings(folder, *arguments) -> set[str]:
    return {finding["address"].split("“")[1].split("”")[0] for finding in folder.findings(*arguments)}


REPLIES = ["话术", "回复", "快捷短语", "快捷回复", "答复", "回答", "答案", "短语", "常用语", "标准答案", "回复内容", "话术内容", "客服回复", "客服话术", "推荐话术", "自动回复", "【话术】", "话术*", "内容", "文案", "正文", "消息内容", "reply", "Answer", "content", "RESPONSE"]


@pytest.mark.parametrize("heading", REPLIES)
def test_headings_of_replies(folder, heading):
    folder.write("a.csv", table([["编号", "分类", heading, "更新时间"], *([n, "售后", text, "2024-01-01"] for n, text in enumerate(ANSWERED))]))
    ran = folder.run("check", "--format", "concise", "a.csv", status=1)
    assert "按表头认出" in ran.errors and heading.strip("*") in ran.errors
    assert columns_with_findings(folder, "a.csv") == {heading}


QUESTIONS = [("问", "答"), ("问题", "答案"), ("常见问题", "标准答案"), ("客户问题", "客服回答"), ("提问", "回复"), ("Q", "A"), ("question", "answer"), ("用户问题", "话术"), ("标准问", "标准答"), ("买家", "卖家"), ("用户说", "客服说"), ("客户发言", "客服发言"), ("用户", "机器人"), ("问题描述", "解决方案"), ("相似问法", "标准回复"), ("prompt", "completion"), ("instruction", "output")]


@pytest.mark.parametrize("asks, answers", QUESTIONS, ids=["-".join(pair) for pair in QUESTIONS])
def test_questions_are_never_judged(folder, asks, answers):
    rows = [[asks, answers], *([f"{question}，{CUSTOMER}", answer] for question, answer in zip(ASKED, ANSWERED))]
    folder.write("a.csv", table(rows))
    assert columns_with_findings(folder, "a.csv") == {answers}
    before = folder.text("a.csv")
    folder.run("fix", "--suggested", "a.csv")
    after = list(csv.reader(io.StringIO(folder.text("a.csv"), newline="")))
    assert [row[0] for row in after] == [row[0] for row in rows]
    assert folder.text("a.csv") != before


TITLED = [["2024 年售后话术库", "", ""], ["", "", ""], ["编号", "客户问题", "回复"], ["1", CUSTOMER, RUDE], ["2", CUSTOMER, SAFE]]


@pytest.mark.parametrize("rows", [TITLED, TITLED[:1] + TITLED[2:]], ids=["with a blank row", "without"])
def test_a_title_above_the_headings(folder, rows):
    """As most workbooks have it."""
    folder.write("a.csv", table(rows))
    assert [words for _, words in folder.places("a.csv")] == ["处理不了", "你的"]
    assert columns_with_findings(folder, "a.csv") == {"回复"}
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.active.merge_cells("A1:C1")
    book.active.title = "售后"
    book.save(folder.path / "a.xlsx")
    assert [place for place, _ in folder.places("a.xlsx")] == [f"售后!C{len(rows) - 1}", f"售后!C{len(rows)}"]


def test_columns_of_the_same_heading_are_told_apart(folder):
    folder.write("a.csv", table([["话术", "话术"], [RUDE, RUDE]]))
    rows = folder.review("a.csv")
    assert len({row["位置"] for row in rows}) == 2
    for row, wanted in zip(rows, ["甲", "乙"]):
        row |= {"采纳": "是", "建议改为": wanted}
    folder.fill_in("审阅.csv", rows)
    folder.run("apply", "审阅.csv", status=0)
    assert folder.text("a.csv") == table([["话术", "话术"], ["甲", "乙"]])


def test_questions_in_their_own_column_are_said(folder):
    folder.write("a.csv", table([["问", "答"], [CUSTOMER, RUDE]]))
    said = folder.run("check", "a.csv").errors
    assert "“答”" in said and "“问”" in said and "不检查" in said


def test_without_headings_by_what_stands_there(folder):
    rows = [[n, "2024-01-01 10:00", "售后", text] for n, text in enumerate(ANSWERED)]
    folder.write("a.csv", table(rows))
    ran = folder.run("check", "--format", "concise", "a.csv", status=1)
    assert "按内容认出" in ran.errors and "D 列" in ran.errors
    assert "第 1 行" in ran.out, "the first row is a row"


def test_with_unknown_headings_by_what_stands_there(folder):
    rows = [["序", "门店用的", "类目"], *([n, text, "售后"] for n, text in enumerate(ANSWERED))]
    folder.write("a.csv", table(rows))
    assert columns_with_findings(folder, "a.csv") == {"门店用的"}


def test_where_nothing_reads_as_replies_it_is_said(folder):
    folder.write("a.csv", table([["编号", "数量"], [1, 2], [3, 4]]))
    ran = folder.run("check", "a.csv", status=0)
    assert "没有认出" in ran.errors and "--column" in ran.errors


@pytest.mark.parametrize("column", ["备用", "3", "C", "c", " 备用 "])
def test_a_column_that_is_named(folder, column):
    folder.write("a.csv", table([["编号", "话术", "备用"], [1, RUDE, SAFE]]))
    assert folder.places("--column", column, "a.csv") == [("第 2 行“备用”列", "你的")]
    assert "按您写明的" in folder.run("check", "--column", column, "a.csv").errors


def test_several_columns_and_the_customers(folder):
    folder.write("a.csv", table([["甲", "乙", "丙"], [RUDE, SAFE, CUSTOMER]]))
    assert columns_with_findings(folder, "--column", "甲", "--column", "乙", "a.csv") == {"甲", "乙"}
    ran = folder.run("check", "--column", "甲", "--customer-column", "丙", "a.csv")
    assert "“丙”当作客户的话" in ran.errors


def test_a_column_that_is_nowhere_is_said_with_a_guess(folder):
    folder.write("a.csv", table([["标准答案", "备注"], [RUDE, ""]]))
    folder.write("b.csv", table([["答案"], [RUDE]]))
    ran = folder.run("check", "--format", "concise", "--column", "答案", "a.csv", "b.csv", status=2)
    assert "a.csv" in ran.errors and "“答案”" in ran.errors and "标准答案" in ran.errors
    assert "b.csv:2:" in ran.out, "the other file is checked"


def test_who_speaks_in_a_table_of_messages(folder):
    rows = [["会话ID", "角色", "时间", "内容"], ["1", "买家", "2024-01-01 10:00:00", CUSTOMER], ["1", "客服", "2024-01-01 10:00:10", RUDE], ["1", "系统", "2024-01-01 10:00:20", "你的会话已结束"]]
    folder.write("a.csv", table(rows))
    assert folder.places("a.csv") == [("第 3 行“内容”列", "处理不了")]


def test_columns_shows_the_guess(folder):
    folder.write("a.csv", table([["问", "答", "负责人", "备注"], [CUSTOMER, RUDE, "小李", "x"]]))
    lines = folder.run("columns", "a.csv", status=0).out.splitlines()
    usage = {line.split()[1]: line.partition("←")[2] for line in lines if line.strip()[:1] in "ABCD" and line.startswith("  ")}
    assert "要检查" in usage["答"] and "不检查" in usage["问"] and "负责人" in usage["负责人"] and not usage["备注"]
    # And what stands in each, so that a person can tell.
    assert RUDE in lines[3] and lines[0] == "a.csv"


def test_columns_shows_what_the_options_say(folder):
    folder.write("a.csv", table([["甲", "乙"], [RUDE, SAFE]]))
    folder.write("wanyan.toml", 'columns = ["乙"]\n')
    shown = folder.run("columns", "a.csv", status=0).out
    assert [line.split()[1] for line in shown.splitlines() if "要检查" in line] == ["乙"]
    shown = folder.run("columns", "--column", "甲", "a.csv", status=0).out
    assert [line.split()[1] for line in shown.splitlines() if "要检查" in line] == ["甲"], "the command line goes before"


def test_columns_names_what_cannot_be_read(folder):
    folder.write("a.xlsx", "nonsense")
    folder.write("b.csv", table([["话术"], [RUDE]]))
    ran = folder.run("columns", "a.xlsx", "b.csv", "c.csv", status=2)
    assert "a.xlsx" in ran.errors and "c.csv" in ran.errors and "b.csv" in ran.out


CONFIG = """
columns = ["话术"]
[[overrides]]
files = ["旧/*.csv", "*.tsv"]
columns = ["答"]
customer-columns = ["题"]
owner-column = "谁写的"
delimiter = ";"
[[overrides]]
files = ["**/*.json"]
fields = ["data.reply"]
[[overrides]]
files = ["旧/例外.csv"]
columns = ["丙"]
customer-columns = []
[overrides.severity]
disrespectful-address = "error"
"""


def test_overrides_by_file(folder):
    folder.write("wanyan.toml", CONFIG)
    folder.write("新.csv", table([["话术", "答"], [SAFE, RUDE]]))
    folder.write("旧/一.csv", table([["题", "答", "谁写的", "话术"], [CUSTOMER, RUDE, "小李", SAFE]], ";"))
    folder.write("旧/例外.csv", table([["甲", "丙", "谁写的"], [RUDE, SAFE, ""]], ";"))
    folder.write("深/处/a.json", json.dumps({"data": {"reply": RUDE, "text": SAFE}}))
    found = {finding["path"].removeprefix("./"): finding for finding in folder.findings(".", status=1)}
    assert {path: finding["text"] for path, finding in found.items()} == {"新.csv": "你的", "旧/一.csv": "处理不了", "旧/例外.csv": "你的", "深/处/a.json": "处理不了"}
    assert found["旧/一.csv"]["owner"] == "小李"
    assert found["旧/例外.csv"]["severity"] == "error" and found["新.csv"]["severity"] == "info"
    # They hold for fixes too.
    folder.run("fix", ".")
    assert SAFE in folder.text("旧/一.csv") and SAFE not in folder.text("旧/例外.csv") and SAFE not in folder.text("新.csv")


def test_a_column_of_owners_or_customers_may_be_missing(folder):
    """Only without its replies a table cannot be checked; the options hold for many files."""
    folder.write("wanyan.toml", 'owner-column = "负责人"\ncustomer-columns = ["客户问题"]\n')
    folder.write("a.csv", table([["话术"], [SAFE]]))
    ran = folder.run("check", "a.csv", status=1)
    assert "没能检查" not in ran.errors


def test_overrides_count_from_the_configuration_file(folder):
    folder.write("wanyan.toml", '[[overrides]]\nfiles = ["子/*.csv"]\ncolumns = ["乙"]\n')
    folder.write("子/a.csv", table([["话术", "乙"], [RUDE, SAFE]]))
    below = type(folder)(folder.path / "子")
    assert below.places("a.csv") == [("第 2 行“乙”列", "你的")]
    assert folder.places("子/a.csv") == [("第 2 行“乙”列", "你的")]
    assert folder.places(str(folder.path / "子" / "a.csv")) == [("第 2 行“乙”列", "你的")]


@pytest.mark.parametrize(
    "config, words",
    [
        ('[[overrides]]\ncolumns = ["x"]\n', "files"),
        ('[[overrides]]\nfiles = ["*.csv"]\ncolumn = ["x"]\n', "columns"),
        ('delimiter = ";;"\n', "分隔符"),
        ('placeholder-forms = ["@"]\n', "占位符"),
        ('[[overrides]]\nfiles = ["[a"]\n', "[a"),
        ('[[overrides]]\nfiles = []\nlexicon = ["x"]\n', "lexicon"),
    ],
)
def test_what_is_wrong_in_the_configuration_is_said(folder, config, words):
    folder.write("wanyan.toml", config)
    folder.write("a.csv", table([["话术"], [RUDE]]))
    ran = folder.run("check", "a.csv", status=2)
    assert "wanyan.toml" in ran.errors and words in ran.errors


def test_quiet_does_not_say_what_was_chosen(folder):
    folder.write("a.csv", table([["话术"], [RUDE]]))
    assert folder.run("check", "-q", "a.csv").errors == ""


def test_an_option_of_tables_does_no_harm_elsewhere(folder):
    folder.write("a.txt", RUDE)
    folder.write("a.csv", table([["乙"], [RUDE]]))
    assert len(folder.findings("--column", "乙", "a.txt", "a.csv", status=1)) == 2
