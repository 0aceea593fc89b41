"""Placeholders: recognised in every way of writing them, never edited, counted before and after."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import pytest

from program import FINE, RUDE, SAFE, SAFE_AFTER
from test_xlsx import by_openpyxl

USUAL = ["{姓名}", "{name}", "{{姓名}}", "{{ order.id }}", "${姓名}", "${name}", "#{姓名}", "#{name}", "<姓名>", "<客户姓名>", "[姓名]", "【姓名】", "【订单号】", "【】", "%s", "%d", "%1$s", "%(name)s", "***", "{0}", "{你的名字}", "【你的昵称】", "<你的姓名>"]
OWN = ["@昵称@", "@你的@", "@不知道@"]
CONFIG = 'placeholder-forms = ["@*@"]\n'


def table(texts) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["话术"], *([text] for text in texts)])
    return out.getvalue()


def texts(folder, name="a.csv") -> list[str]:
    return [row[0] for row in csv.reader(io.StringIO(folder.text(name), newline=""))][1:]


@pytest.mark.parametrize("placeholder", USUAL + OWN)
def test_never_edited(folder, placeholder):
    """Neither beside an edit, nor within one, nor where its own words offend."""
    before = [
        f"{placeholder}，{SAFE}{placeholder}",
        f"{SAFE}，单号{placeholder}，请查收",
        f"{placeholder}您好，{RUDE}",
        f"{RUDE}，{placeholder}。",
        f"赶紧把{placeholder}发过来",
        f"{placeholder}你的{placeholder}包裹，这个我们{placeholder}处理不了",
    ]
    folder.write("wanyan.toml", CONFIG)
    folder.write("a.csv", table(before))
    folder.run("fix", "--suggested", "a.csv")
    after = texts(folder)
    assert [text.count(placeholder) for text in after] == [text.count(placeholder) for text in before]
    assert after[1].startswith(SAFE_AFTER)
    assert after[2] != before[2], "a placeholder does not keep the rest from being mended"
    assert not [finding for finding in folder.findings("a.csv") if finding["text"] in placeholder and finding["category"] != "structure"]


def test_a_fix_never_loses_or_adds_one(folder):
    """Every fix that is offered, for messages with many of them."""
    folder.write("wanyan.toml", CONFIG)
    every = USUAL + OWN
    before = [f"{first}{RUDE}{second}，赶紧把{second}发过来，你的{first}单号{third}不知道" for first, second, third in zip(every, every[5:] + every[:5], every[11:] + every[:11])]
    folder.write("a.csv", table(before))
    count = 0
    for finding in folder.findings("a.csv", status=1):
        message = before[int(finding["address"].split()[1]) - 2]
        for fix in finding["fixes"]:
            if fix["edits"] and finding["rule"] != "structure/unknown-placeholder":
                count += 1
                assert {one: fix["result"].count(one) for one in every} == {one: message.count(one) for one in every}, (message, fix)
    assert count > 20


@pytest.mark.parametrize("known", [["{姓名}", "{{订单号}}"], []])
def test_unknown_ones(folder, known):
    listed = ", ".join(json.dumps(one, ensure_ascii=False) for one in known)
    folder.write("wanyan.toml", f"placeholders = [{listed}]\n{CONFIG}")
    folder.write("a.csv", table([f"{{姓名}}您好，单号{{{{订单号}}}}，{one}" for one in USUAL[1:] + OWN]))
    found = Counter()
    for finding in folder.findings("a.csv", status=1):
        if finding["rule"] == "structure/unknown-placeholder":
            found[finding["text"]] += 1
    expected = Counter(one for one in USUAL[1:] + OWN if one not in known)
    if not known:
        expected["{姓名}"] += len(USUAL[1:] + OWN)
        expected["{{订单号}}"] += len(USUAL[1:] + OWN)
    assert found == expected


def test_without_a_list_none_is_unknown(folder):
    folder.write("a.csv", table([f"您好，{one}" for one in USUAL]))
    assert not [finding for finding in folder.findings("a.csv") if finding["rule"] == "structure/unknown-placeholder"]


def test_a_misspelt_one_is_mended_where_that_is_chosen(folder):
    folder.write("wanyan.toml", 'placeholders = ["{姓名}", "{订单号}"]\n')
    folder.write("a.csv", table(["{姓民}您好，单号{订单号}"]))
    [finding] = folder.findings("a.csv", status=1)
    assert finding["fixes"][0]["applicability"] == "suggested" and finding["fixes"][0]["result"] == "{姓名}您好，单号{订单号}"
    folder.run("fix", "a.csv", status=1)
    assert texts(folder) == ["{姓民}您好，单号{订单号}"]


UNBALANCED = {
    "{姓名您好": ["{"],
    "姓名}您好": ["}"],
    "{{姓名}您好": ["{"],
    "{姓名}}您好": ["}"],
    "【订单号已发货": ["【"],
    "订单号】已发货": ["】"],
    "%(name您好": ["%("],
    "${姓名您好": ["{"],
    "{姓名}和{订单号": ["{"],
    "{姓名}您好，【订单号】%(x)s {{a}} ${b} #{c}": [],
    "【温馨提示】您好": [],
    "您好（请看这里": [],
    "1) 先看 2) 再说": [],
}


@pytest.mark.parametrize("text", UNBALANCED)
def test_brackets_without_partner(folder, text):
    folder.write("a.csv", table([text + "，感谢您的支持"]))
    found = [finding["text"] for finding in folder.findings("a.csv") if finding["rule"] == "structure/unbalanced-placeholder"]
    assert [one.strip("$") for one in found] == UNBALANCED[text]


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.toml", "a.csv", "a.xlsx"])
def test_in_every_format_of_templates(folder, name):
    text = "{姓名您好，{昵称}请查收"
    content = {
        "a.json": json.dumps({"text": text}),
        "a.yaml": f"text: '{text}'\n",
        "a.toml": f"text = '{text}'\n",
        "a.csv": table([text]),
        "a.xlsx": by_openpyxl([["话术"], [text]]),
    }[name]
    folder.write("wanyan.toml", 'placeholders = ["{姓名}"]\n')
    folder.write(name, content)
    rules = {finding["rule"]: finding["severity"] for finding in folder.findings(name, status=1)}
    assert rules == {"structure/unbalanced-placeholder": "warning", "structure/unknown-placeholder": "warning"}


def test_drafts_with_placeholders_are_no_templates(folder):
    """A text about to be sent has nothing to be filled in: that is another rule."""
    folder.write("wanyan.toml", 'drafts = ["*.txt"]\n')
    folder.write("a.txt", "{姓名}您好，您的单号是{单号}\n")
    assert {finding["rule"] for finding in folder.findings("a.txt")} == {"structure/placeholder"}
    folder.write("a.csv", table(["{姓名}您好，您的单号是{单号}"]))
    folder.run("check", "a.csv", status=0)


def test_fine_templates_stay_fine(folder):
    folder.write("wanyan.toml", CONFIG)
    folder.write("a.csv", table([f"{one}，{FINE}" for one in USUAL + OWN]))
    found = [finding for finding in folder.findings("a.csv") if finding["rule"] != "structure/duplicate-reply"]
    assert found == []
