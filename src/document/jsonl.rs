//! JSON Lines: a JSON value a line. Owns what a broken line and a missing field come to. Must not know which strings of a
//! value are messages; `fields` does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::fields::{self, PathStyle, USUAL_NAMES, field_paths, of_record};
use super::json::Lines;
use super::{ExtractOptions, Layout, Problem, Reading, Segment, json, plain};

/// How many lines are looked at to tell which fields there are.
const LOOKED_AT: usize = 50;

/// What one line came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// It is blank.
    Blank,
    /// It is no JSON; what is wrong, in Chinese, the line being counted as the first.
    Broken(String),
    /// It is a value; which of the fields it holds, or with the usual names whether it holds one of them.
    Value(Vec<bool>),
}

/// Gives the messages of `line`, a line of JSON Lines without its end, to `each`. Lines do not depend on each other, except
/// that a field which no line holds is a problem, and that each is a conversation of its own.
pub fn read_line<'a>(line: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Line {
    if line.trim().is_empty() {
        return Line::Blank;
    }
    let value = match serde_json::from_str::<&RawValue>(line) {
        Ok(value) => value,
        Err(error) => return Line::Broken(broken(1, line, &error)),
    };
    let mut choice = of_record(value, &field_paths(options), options);
    if options.fields.is_empty() {
        choice.holds.push(!choice.found.is_empty());
    }
    json::give(line, Lines::Conversations(0), choice.found, each);
    Line::Value(choice.holds)
}

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
    let paths = field_paths(options);
    let mut missing = vec![true; paths.len()];
    let mut none_found = true;
    let mut seen = BTreeMap::new();
    let (mut chosen, mut customer) = (BTreeSet::new(), BTreeSet::new());
    let mut problems = Vec::new();
    let mut first_line = None;
    for (index, line) in plain::lines(text, 0..text.len()).enumerate() {
        let words = &text[line.clone()];
        if words.trim().is_empty() {
            continue;
        }
        let value = match serde_json::from_str::<&RawValue>(words) {
            Ok(value) => value,
            Err(error) => {
                problems.push(Problem { line: index + 1, message: broken(index + 1, words, &error) });
                continue;
            }
        };
        first_line.get_or_insert(index + 1);
        let choice = of_record(value, &paths, options);
        for (missing, holds) in missing.iter_mut().zip(choice.holds) {
            *missing &= !holds;
        }
        none_found &= choice.found.is_empty();
        if index < LOOKED_AT {
            fields::fields(value, options, &mut seen);
            let (agents, customers) = fields::by_role(choice.found.iter(), PathStyle::Pointer);
            chosen.extend(agents);
            customer.extend(customers);
        }
        json::give(text, Lines::Conversations(index), choice.found, each);
    }
    let Some(line) = first_line else {
        return problems.into();
    };
    if paths.is_empty() && none_found {
        let message = format!(
            "没有找到存放话术的字段（默认查找 {}）；{}，请用字段选项写明要检查哪一个",
            USUAL_NAMES.join("、"),
            fields::list(seen.keys())
        );
        problems.push(Problem { line, message });
    }
    for (field, _) in options.fields.iter().zip(&missing).filter(|(_, missing)| **missing) {
        problems.push(Problem {
            line, message: format!("没有一行有字段“{field}”。{}", fields::meant(field, &seen))
        });
    }
    problems.sort_by_key(|problem| problem.line);
    customer.retain(|field| !chosen.contains(field));
    let (chosen, customer) = (chosen.into_iter().collect(), customer.into_iter().collect());
    Reading { problems, layouts: vec![Layout::Fields { all: seen, chosen, customer }], notes: Vec::new() }
}

/// What is wrong with a line, in Chinese.
fn broken(number: usize, line: &str, error: &serde_json::Error) -> String {
    // The parser counts columns in bytes, from one; a reader counts characters.
    let bytes = error.column().saturating_sub(1).min(line.len());
    let column = line.char_indices().take_while(|(at, _)| *at < bytes).count() + 1;
    format!("第 {number} 行不是有效的 JSON：第 {column} 列，{}", json::meaning(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, Role, extract};
    use crate::text::{Edit, TextRange};

    fn read(text: &str, fields: &[&str]) -> (Vec<(Role, String)>, Vec<Problem>) {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let options = ExtractOptions { fields, ..ExtractOptions::default() };
        let mut found = Vec::new();
        let mut last = 0;
        let problems = extract(text, Format::JsonLines, &options, &mut |segment| {
            let start = segment.map.to_source(TextRange::new(0, segment.text.len())).start();
            assert!(start >= last, "messages ascend");
            last = start;
            found.push((segment.role, segment.text.into_owned()));
        });
        (found, problems.problems)
    }

    #[test]
    fn finds_messages() {
        use Role::{Agent, Customer, System};
        /// The file, the fields asked for, the messages.
        type Case<'a> = (&'a str, &'a [&'a str], &'a [(Role, &'a str)]);
        let cases: &[Case<'_>] = &[
            ("", &[], &[]),
            ("\n \r\n", &[], &[]),
            ("{\"text\":\"不行😊\",\"id\":1}\r\n{\"text\":\"好\"}", &[], &[(Agent, "不行😊"), (Agent, "好")]),
            ("\"不行\"\n \"好\" ", &[], &[(Agent, "不行"), (Agent, "好")]),
            ("\"不行\"", &["text"], &[(Agent, "不行")]),
            ("{\"content\":\"二\",\"reply\":\"一\"}", &[], &[(Agent, "一")]),
            ("{\"话术\":\"一\"}\n{\"\\u5185容\":\"二\"}", &[], &[(Agent, "一"), (Agent, "二")]),
            ("{\"content\":\"一\",\"meta\":{\"text\":\"二\"}}", &[], &[(Agent, "一")]),
            ("{\"text\":3,\"reply\":\"一\"}", &[], &[(Agent, "一")]),
            (
                "{\"turns\":[{\"role\":\"customer\",\"text\":\"一\"},{\"text\":\"二\",\"role\":\"agent\"},{\"from\":\"系统\",\"text\":\"三\"}]}",
                &[],
                &[(Customer, "一"), (Agent, "二"), (System, "三")],
            ),
            (
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"t\",\"text\":\"一\"}]},{\"role\":\"assistant\",\"content\":[{\"text\":\"二\"}]}]}",
                &[],
                &[(Customer, "一"), (Agent, "二")],
            ),
            ("{\"speaker\":\"买家\",\"a\":{\"b\":[\"一\",\"二\"]}}", &["a.b"], &[(Customer, "一"), (Customer, "二")]),
            ("{\"a\":[[{\"b\":\"一\"}],{\"b\":\"二\"},3]}", &["a.b"], &[(Agent, "一"), (Agent, "二")]),
            ("{\"a\":[\"一\",\"二\"]}", &["a.1"], &[(Agent, "二")]),
            ("{\"b\":\"二\",\"a\":\"一\"}", &["a", "b", "a"], &[(Agent, "二"), (Agent, "一")]),
            ("{\"1\":{\"a\":\"一\"}}", &["1.a"], &[(Agent, "一")]),
            ("{\"text\":\" \"}", &[], &[]),
            ("{\"text\":\"\\ud83d\\n\"}", &[], &[(Agent, "\u{FFFD}\n")]),
        ];
        for (text, fields, expected) in cases {
            let (found, problems) = read(text, fields);
            let found: Vec<_> = found.iter().map(|(role, words)| (*role, words.as_str())).collect();
            assert_eq!(found, *expected, "{text}");
            assert_eq!(problems, [], "{text}");
        }
    }

    #[test]
    fn reports_bad_lines_and_goes_on() {
        let text = "{\"text\":\"一\"}\n{\"text\":不}\r\n\n{\"文\":1,}\n{\"text\":\"二\"";
        let (found, problems) = read(text, &[]);
        assert_eq!(found, [(Role::Agent, "一".to_owned())]);
        let problems: Vec<_> = problems.iter().map(|problem| (problem.line, problem.message.as_str())).collect();
        assert_eq!(
            problems,
            [
                (2, "第 2 行不是有效的 JSON：第 9 列，这里应当是一个值"),
                (4, "第 4 行不是有效的 JSON：第 8 列，这里应当是英文双引号括起来的字段名（或者前面多了逗号）"),
                (5, "第 5 行不是有效的 JSON：第 11 列，内容没有写完，可能缺少引号或括号"),
            ]
        );
        let (_, problems) = read("{\"text\":\"一\"} x\n[1 2]\n{\"a\" 1}\n{a:1}\n\"\t\"\n\"\\x\"\nnul", &["text"]);
        assert_eq!(problems.len(), 7);
        assert!(problems.iter().filter(|problem| problem.message.contains("格式有误")).count() <= 1, "{problems:?}");
    }

    #[test]
    fn reports_fields_that_are_missing() {
        let (found, problems) = read("{\"reply_text\":\"一\",\"a\":[{\"b\":\"二\"}],\"n\":1}", &["replytext", "a.b"]);
        assert_eq!(found, [(Role::Agent, "二".to_owned())]);
        assert_eq!(
            problems,
            [Problem {
                line: 1,
                message: "没有一行有字段“replytext”。您是不是想写“reply_text”？见到的文字字段有：a.b、reply_text"
                    .to_owned()
            }]
        );
        let (_, problems) = read("\n{\"标题\":\"一\"}", &[]);
        assert_eq!(problems[0].line, 2);
        assert!(problems[0].message.contains("见到的文字字段有：标题"), "{}", problems[0].message);
    }

    #[test]
    fn goes_no_deeper_than_its_limit() {
        let deep = format!("{}\"一\"{}", "[".repeat(100_000), "]".repeat(100_000));
        let (found, _) = read(&format!("{{\"text\":{deep}}}"), &[]);
        assert_eq!(found, []);
    }

    #[test]
    fn edits_stay_json() {
        let text = "{\"id\":1}\r\n{\"text\":\"\\u4e0d\\u884c\"}\r\n";
        let mut edits = Vec::new();
        extract(text, Format::JsonLines, &ExtractOptions::default(), &mut |segment| {
            let edit = Edit { range: TextRange::new(0, 6), replacement: "好\"".to_owned() };
            edits.push(segment.source_edit(&edit).unwrap());
        });
        let result = crate::text::apply_edits(text, &edits).unwrap();
        assert_eq!(result, "{\"id\":1}\r\n{\"text\":\"\\u597d\\\"\"}\r\n");
    }
}
