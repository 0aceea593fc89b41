//! JSON Lines: a JSON value a line, with messages in some of its strings. Owns where in a value messages are looked for
//! and who speaks them. Must not build the whole value: each level is cut into raw parts of the source, so that places
//! are known and numbers are never read.
//!
//! - Fields are dotted paths. An array is gone through, or a number in the path picks one of it (from zero).
//! - Without fields the usual names are looked for: of those present, the one nearest the top of the value, then the
//!   first in order; every string of that name is taken. A line that is a string is a message itself.
//! - A `role`, `speaker` or `from` beside a field, or above it, tells who speaks.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{ExtractOptions, Moment, Problem, Role, Segment, Turn, json_string, labels, plain};

/// The usual names of fields that hold messages.
const USUAL_NAMES: [&str; 8] = ["text", "reply", "content", "message", "answer", "话术", "回复", "内容"];

/// The usual names of fields that tell who speaks.
const ROLE_NAMES: [&str; 3] = ["role", "speaker", "from"];

/// The usual names of fields that tell when it was said.
const TIME_NAMES: [&str; 9] =
    ["time", "timestamp", "ts", "created_at", "createdAt", "sent_at", "date", "时间", "发送时间"];

/// How deep a value is gone into. Deeper, nothing is looked for.
const DEPTH_LIMIT: usize = 64;

/// How many different fields, and of how many lines, are remembered for a message about a field that is missing.
const SEEN_LIMIT: usize = 50;

/// The parts of an object, in the order of the source.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<'de>, M::Error> {
                let mut parts = Vec::new();
                while let Some(Key(key)) = map.next_key()? {
                    parts.push((key, map.next_value()?));
                }
                Ok(Object(parts))
            }
        }
        deserializer.deserialize_map(Parts)
    }
}

/// A value, one level deep.
enum Level<'a> {
    Object(Vec<(Cow<'a, str>, &'a RawValue)>),
    Array(Vec<&'a RawValue>),
    Text,
    Other,
}

/// Cuts `value` into its parts. One that cannot be (a key with half a surrogate pair) has none.
fn level(value: &RawValue) -> Level<'_> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Object<'_>>(raw).map_or(Level::Other, |object| Level::Object(object.0)),
        Some(b'[') => serde_json::from_str(raw).map_or(Level::Other, Level::Array),
        Some(b'"') => Level::Text,
        _ => Level::Other,
    }
}

/// A string that is a message.
struct Found<'a> {
    raw: &'a RawValue,
    speech: Speech,
}

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
        Err(error) => return Line::Broken(explain(1, line, &error)),
    };
    let (found, mut holds) = messages(value, &field_paths(options), options);
    if options.fields.is_empty() {
        holds.push(!found.is_empty());
    }
    give(line, 0, found, each);
    Line::Value(holds)
}

fn field_paths(options: &ExtractOptions) -> Vec<Vec<&str>> {
    options.fields.iter().map(|field| field.trim().split('.').collect()).collect()
}

/// The messages in a value, and which of `paths` lead to one.
fn messages<'a>(value: &'a RawValue, paths: &[Vec<&str>], options: &ExtractOptions) -> (Vec<Found<'a>>, Vec<bool>) {
    let mut found = Vec::new();
    if value.get().starts_with('"') {
        found.push(Found { raw: value, speech: Speech::default() });
        return (found, vec![true; paths.len()]);
    }
    if paths.is_empty() {
        usual(value, options, &mut found);
    }
    let mut hold = |path: &Vec<&str>| {
        let before = found.len();
        requested(value, path, Speech::default(), options, 0, &mut found);
        found.len() > before
    };
    let holds = paths.iter().map(&mut hold).collect();
    (found, holds)
}

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let paths = field_paths(options);
    let mut missing = vec![true; paths.len()];
    let mut none_found = true;
    let mut seen = BTreeSet::new();
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
                problems.push(Problem { line: index + 1, message: explain(index + 1, words, &error) });
                continue;
            }
        };
        first_line.get_or_insert(index + 1);
        let (found, holds) = messages(value, &paths, options);
        for (missing, holds) in missing.iter_mut().zip(holds) {
            *missing &= !holds;
        }
        none_found &= found.is_empty();
        let unsure = if paths.is_empty() { none_found } else { missing.contains(&true) };
        if unsure && seen.len() < SEEN_LIMIT && index < SEEN_LIMIT {
            fields(value, &mut String::new(), 0, &mut seen);
        }
        give(text, index, found, each);
    }
    let Some(line) = first_line else {
        return problems;
    };
    if paths.is_empty() && none_found {
        let message = format!(
            "没有找到存放话术的字段（默认查找 {}）；{}，请用字段选项写明要检查哪一个",
            USUAL_NAMES.join("、"),
            list(&seen)
        );
        problems.push(Problem { line, message });
    }
    for (field, _) in options.fields.iter().zip(&missing).filter(|(_, missing)| **missing) {
        let close = seen
            .iter()
            .map(|name| (strsim::jaro_winkler(field, name), name))
            .filter(|(likeness, _)| *likeness > 0.7)
            .max_by(|one, other| one.0.total_cmp(&other.0));
        let meant = close.map_or_else(String::new, |(_, name)| format!("您是不是想写“{name}”？"));
        problems
            .push(Problem { line, message: format!("没有一行有字段“{field}”。{meant}{}", list(&seen)) });
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Gives the strings found in one value, in the order of the source, each once. Each value is a conversation.
fn give<'a>(text: &'a str, conversation: usize, mut found: Vec<Found<'a>>, each: &mut dyn FnMut(Segment<'a>)) {
    // The raw values are slices of the text, so the distance of their addresses is their offset.
    let offset = |found: &Found<'_>| found.raw.get().as_ptr().addr() - text.as_ptr().addr();
    found.sort_by_key(offset);
    found.dedup_by_key(|found| offset(found));
    for found in found {
        let mut segment = json_string::segment(found.raw.get(), offset(&found), found.speech.role);
        segment.turn = Some(Turn { conversation, moment: found.speech.moment });
        if !segment.text.trim().is_empty() {
            each(segment);
        }
    }
}

/// The strings that `path` leads to.
fn requested<'a>(
    value: &'a RawValue,
    path: &[&str],
    speech: Speech,
    options: &ExtractOptions,
    depth: usize,
    found: &mut Vec<Found<'a>>,
) {
    if depth > DEPTH_LIMIT {
        return;
    }
    match (level(value), path) {
        (Level::Text, []) => found.push(Found { raw: value, speech }),
        (Level::Object(parts), [name, rest @ ..]) => {
            let speech = speech.within(&parts, options);
            for (_, part) in parts.iter().filter(|(key, _)| key == name) {
                requested(part, rest, speech, options, depth + 1, found);
            }
        }
        (Level::Array(parts), [index, rest @ ..]) if index.parse::<usize>().is_ok() => {
            if let Some(part) = index.parse().ok().and_then(|index: usize| parts.get(index)) {
                requested(part, rest, speech, options, depth + 1, found);
            }
        }
        (Level::Array(parts), path) => {
            for part in parts {
                requested(part, path, speech, options, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The strings of the usual name that is nearest the top.
fn usual<'a>(value: &'a RawValue, options: &ExtractOptions, found: &mut Vec<Found<'a>>) {
    let mut all = Vec::new();
    candidates(value, None, Speech::default(), options, (0, 0), &mut all);
    let best = all.iter().map(|(depth, name, _)| (*depth, *name)).min();
    if let Some((_, best)) = best {
        found.extend(all.into_iter().filter(|(_, name, _)| *name == best).map(|(_, _, found)| found));
    }
}

/// Every string under a usual name: how many objects deep, which name, where. `depth` counts objects, then all levels.
fn candidates<'a>(
    value: &'a RawValue,
    name: Option<usize>,
    speech: Speech,
    options: &ExtractOptions,
    depth: (usize, usize),
    all: &mut Vec<(usize, usize, Found<'a>)>,
) {
    if depth.1 > DEPTH_LIMIT {
        return;
    }
    match level(value) {
        Level::Text => {
            if let Some(name) = name {
                all.push((depth.0, name, Found { raw: value, speech }));
            }
        }
        Level::Array(parts) => {
            for part in parts {
                candidates(part, name, speech, options, (depth.0, depth.1 + 1), all);
            }
        }
        Level::Object(parts) => {
            let speech = speech.within(&parts, options);
            for (key, part) in &parts {
                let name = USUAL_NAMES.iter().position(|usual| key == usual);
                candidates(part, name, speech, options, (depth.0 + 1, depth.1 + 1), all);
            }
        }
        Level::Other => {}
    }
}

/// Who speaks, and when.
#[derive(Clone, Copy)]
struct Speech {
    role: Role,
    moment: Option<Moment>,
}

impl Default for Speech {
    fn default() -> Self {
        Speech { role: Role::Agent, moment: None }
    }
}

impl Speech {
    /// The speech in an object of those parts within this one.
    fn within(self, parts: &[(Cow<'_, str>, &RawValue)], options: &ExtractOptions) -> Speech {
        Speech { role: role_of(parts, options).unwrap_or(self.role), moment: moment_of(parts).or(self.moment) }
    }
}

/// When the words of an object were said, if it says so: a time stamp, or seconds or milliseconds since 1970.
fn moment_of(parts: &[(Cow<'_, str>, &RawValue)]) -> Option<Moment> {
    TIME_NAMES.iter().find_map(|name| {
        let (_, value) = parts.iter().find(|(key, _)| key == name)?;
        match serde_json::from_str::<serde_json::Value>(value.get()).ok()? {
            serde_json::Value::String(stamp) => Moment::read(&stamp),
            serde_json::Value::Number(number) => number.as_f64().map(|seconds| Moment::from_epoch(seconds as i64)),
            _ => None,
        }
    })
}

/// Who speaks in an object, if it says so.
fn role_of(parts: &[(Cow<'_, str>, &RawValue)], options: &ExtractOptions) -> Option<Role> {
    ROLE_NAMES.iter().find_map(|name| {
        let (_, value) = parts.iter().find(|(key, _)| key == name)?;
        let value: String = serde_json::from_str(value.get()).ok()?;
        match value.trim().to_ascii_lowercase().as_str() {
            "tool" | "function" | "developer" => Some(Role::System),
            "staff" | "service" | "gpt" | "model" | "robot" => Some(Role::Agent),
            _ => labels::known(&value, options),
        }
    })
}

/// The dotted paths of the strings in `value`.
fn fields(value: &RawValue, path: &mut String, depth: usize, seen: &mut BTreeSet<String>) {
    if depth > DEPTH_LIMIT || seen.len() >= SEEN_LIMIT {
        return;
    }
    match level(value) {
        Level::Text if !path.is_empty() => {
            seen.insert(path.clone());
        }
        Level::Array(parts) => {
            for part in parts {
                fields(part, path, depth + 1, seen);
            }
        }
        Level::Object(parts) => {
            for (key, part) in parts {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(&key);
                fields(part, path, depth + 1, seen);
                path.truncate(length);
            }
        }
        Level::Text | Level::Other => {}
    }
}

fn list(seen: &BTreeSet<String>) -> String {
    if seen.is_empty() {
        return "文件里没有见到任何文字字段".to_owned();
    }
    let names: Vec<&str> = seen.iter().map(String::as_str).take(12).collect();
    let more = if seen.len() > names.len() { "等" } else { "" };
    format!("见到的文字字段有：{}{more}", names.join("、"))
}

/// What is wrong with a line, in Chinese.
fn explain(number: usize, line: &str, error: &serde_json::Error) -> String {
    const MEANINGS: [(&str, &str); 11] = [
        ("EOF", "内容没有写完，可能缺少引号或括号"),
        ("trailing characters", "一个值后面还有多余的内容"),
        ("trailing comma", "最后一项后面多了逗号"),
        ("key must be a string", "这里应当是英文双引号括起来的字段名（或者前面多了逗号）"),
        ("expected `,` or `}`", "这里缺少逗号或右花括号"),
        ("expected `,` or `]`", "这里缺少逗号或右方括号"),
        ("expected `:`", "字段名后面缺少英文冒号"),
        ("control character", "引号里有没有转义的控制字符（如制表符）"),
        ("invalid escape", "反斜杠后面的转义写法不对"),
        ("invalid number", "数字写得不对"),
        ("expected value", "这里应当是一个值"),
    ];
    // The parser counts columns in bytes, from one; a reader counts characters.
    let bytes = error.column().saturating_sub(1).min(line.len());
    let column = line.char_indices().take_while(|(at, _)| *at < bytes).count() + 1;
    let text = error.to_string();
    let meaning = MEANINGS.iter().find(|(part, _)| text.contains(part)).map_or("格式有误", |(_, meaning)| meaning);
    format!("第 {number} 行不是有效的 JSON：第 {column} 列，{meaning}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, extract};
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
        (found, problems)
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
