//! `wanyan lexicon …`.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::LexiconCommand;
use super::engine::{Engine, ExampleOutcome, RunError};
use super::exit::Exit;
use super::output::Output;
use crate::diagnostic::Category;
use crate::report::Palette;
use crate::report::screen::Inline;

/// How much a test tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Failures,
    Everything,
}

pub fn run(args: &super::args::LexiconArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    match &args.command {
        LexiconCommand::Test { files, verbose } => {
            test(files, if *verbose { Detail::Everything } else { Detail::Failures }, engine, output)
        }
        LexiconCommand::Show { rule, lexicons } => {
            let entry = engine.written_entry(lexicons, rule.trim())?;
            let Palette { bold, dim, .. } = output.palette;
            let (file, line) = (Inline(&entry.file), entry.line);
            writeln!(output.out, "{bold}{}{bold:#}  {}", entry.id, Inline(&entry.title))?;
            writeln!(output.out, "{dim}{file}:{line}{dim:#}\n")?;
            for line in entry.text.lines() {
                writeln!(output.out, "{}", Inline(line))?;
            }
            Ok(Exit::Clean)
        }
        LexiconCommand::New { id } => {
            let template = template(id).map_err(RunError::Refused)?;
            output.out.write_all(template.as_bytes())?;
            Ok(Exit::Clean)
        }
        LexiconCommand::Literals { lexicons } => {
            engine.write_literals(lexicons, &mut output.out)?;
            Ok(Exit::Clean)
        }
        LexiconCommand::Schema => {
            output.out.write_all(engine.lexicon_schema().as_bytes())?;
            Ok(Exit::Clean)
        }
    }
}

fn test(files: &[PathBuf], detail: Detail, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    let outcomes = engine.test_lexicon(files)?;
    for outcome in &outcomes {
        write_outcome(&mut output.out, &output.palette, detail, outcome)?;
    }
    write_totals(&mut output.out, &output.palette, &outcomes)?;
    Ok(if outcomes.iter().any(|outcome| outcome.failure.is_some()) { Exit::Found } else { Exit::Clean })
}

fn write_outcome(out: &mut dyn Write, palette: &Palette, detail: Detail, outcome: &ExampleOutcome) -> io::Result<()> {
    let (mark, style) = match (&outcome.failure, detail) {
        (Some(_), _) => ("✗", palette.error),
        (None, Detail::Everything) => ("✓", palette.added),
        (None, Detail::Failures) => return Ok(()),
    };
    let ExampleOutcome { place, rule, key, text, failure, rewrites, .. } = outcome;
    write!(out, "{style}{mark}{style:#} {} {rule} {key}：{}", Inline(place), Inline(text))?;
    match failure {
        Some(failure) => writeln!(out, " —— {}", Inline(failure))?,
        None => writeln!(out)?,
    }
    if detail == Detail::Everything {
        for rewrite in rewrites {
            writeln!(out, "    → {}", Inline(rewrite))?;
        }
    }
    Ok(())
}

fn write_totals(out: &mut dyn Write, palette: &Palette, outcomes: &[ExampleOutcome]) -> io::Result<()> {
    for category in Category::ALL {
        let of_category = || outcomes.iter().filter(|outcome| outcome.category == category);
        let (all, failed) = (of_category().count(), of_category().filter(|outcome| outcome.failure.is_some()).count());
        if all == 0 {
            continue;
        }
        write!(out, "{} {}：{all} 个例子", category.title(), category.name())?;
        if failed > 0 {
            let style = palette.error;
            write!(out, "，{style}{failed} 个没有通过{style:#}")?;
        }
        writeln!(out)?;
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    match (outcomes.len(), failed) {
        (0, _) => writeln!(out, "没有例子。"),
        (all, 0) => writeln!(out, "{all} 个例子全部通过。"),
        (all, failed) => writeln!(out, "{all} 个例子，{failed} 个没有通过。"),
    }
}

/// A filled-in entry of that id, to start from.
fn template(id: &str) -> Result<String, String> {
    let names = || Category::ALL.map(Category::name).join("、");
    let Some((category, entry)) = id.split_once('/') else {
        return Err(format!("规则名要写成 类别/名字，如 dismissive/{id}\n类别有：{}", names()));
    };
    let Some(category) = Category::from_name(category) else {
        return Err(format!("没有类别“{category}”\n类别有：{}", names()));
    };
    let wrong = |character: char| !(character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-');
    if entry.is_empty() || entry.contains(wrong) {
        return Err(format!("名字“{entry}”只能用小写英文字母、数字和连字符，如 {}/no-idea", category.name()));
    }
    Ok(format!(
        r#"category = "{category}"          # {title}

[[entry]]
id = "{entry}"
title = "说办不办看心情"                # 发现了什么，几个字
patterns = ["(得|要|全)?看(我|我们)?的?心情"]   # ? 可有可无，(甲|乙) 任选，@we 词组，… 间隔
unless = ["question"]                # 这些情况下不算；可以不写
why = "说看心情，客户会觉得自己的事没人当回事。"   # 为什么不好
source = ["S1.4"]                    # 依据哪一段
advice = "说清楚什么时候处理，谁来处理。"

[[entry.rewrite]]
to = "，我会尽快帮您处理，有进展马上告诉您"
applicability = "suggested"          # safe 可自动改 | suggested 供选用 | display 仅供参考
unless = ["whole-clause"]            # 什么情况下不用这个改写；可以不写

[[entry.rewrite]]
to = "我会尽快帮您处理，有进展马上告诉您"
applicability = "suggested"
when = ["whole-clause"]

[entry.examples]
bad = ["看我心情", "发不发得看心情"]     # 每句都要查得出
good = ["天气好，您看着心情也会好些"]   # 每句都不能误报
in = ["您好，看心情。", "亲，这单的退款得看心情哦", "收到，图片看过了，处理要看我们心情，请知悉。"]   # 每个改写都放进这些句子里试
"#,
        category = category.name(),
        title = category.title(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_toml_with_its_id() {
        let text = template("dismissive/no-idea").unwrap();
        let value: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(value["category"].as_str(), Some("dismissive"));
        assert_eq!(value["entry"][0]["id"].as_str(), Some("no-idea"));
    }

    #[test]
    fn bad_ids_are_refused_with_a_way_out() {
        for (id, says) in
            [("no-idea", "类别/名字"), ("rude/x", "blunt-refusal、"), ("arguing/", "只能用"), ("arguing/不", "只能用")]
        {
            assert!(template(id).unwrap_err().contains(says), "{id}");
        }
    }

    #[test]
    fn totals() {
        let outcome = |category, failure: Option<&str>| ExampleOutcome {
            rule: "arguing/x".to_owned(),
            category,
            place: "arguing.toml:7".to_owned(),
            key: "bad",
            text: "不是".to_owned(),
            failure: failure.map(ToOwned::to_owned),
            rewrites: Vec::new(),
        };
        let outcomes = [
            outcome(Category::Arguing, None),
            outcome(Category::Arguing, Some("没有查出来")),
            outcome(Category::Insulting, None),
        ];
        let mut out = Vec::new();
        for outcome in &outcomes {
            write_outcome(&mut out, &Palette::plain(), Detail::Failures, outcome).unwrap();
        }
        write_totals(&mut out, &Palette::plain(), &outcomes).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "✗ arguing.toml:7 arguing/x bad：不是 —— 没有查出来\n争辩 arguing：2 个例子，1 个没有通过\n\
             辱骂贬损 insulting：1 个例子\n3 个例子，1 个没有通过。\n"
        );
    }
}
