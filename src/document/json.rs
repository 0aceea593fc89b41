//! JSON: one value a file. Owns the cutting of a value into raw parts of the source, so that places are known and numbers
//! are never read. Must not know which strings are messages; [`fields`] does.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{self, Choice, DEPTH_LIMIT, Found, Level, Node, PathStyle, field_paths, of_file};
use super::layout::Layout;
use super::{Address, ExtractOptions, Problem, Reading, Segment, Turn, json_string};
use crate::text::line_of;

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

impl<'a> Node<'a> for &'a RawValue {
    const PATH: PathStyle = PathStyle::Pointer;

    /// Cuts the value into its parts. One that cannot be (a key with half a surrogate pair) has none.
    fn level(self) -> Level<'a, Self> {
        let raw = self.get();
        match raw.as_bytes().first() {
            Some(b'{') => {
                serde_json::from_str::<Object<'_>>(raw).map_or(Level::Other, |object| Level::Object(object.0))
            }
            Some(b'[') => serde_json::from_str(raw).map_or(Level::Other, Level::Array),
            Some(b'"') => Level::Text,
            _ => Level::Other,
        }
    }

    fn string(self) -> Option<Cow<'a, str>> {
        if !self.get().starts_with('"') {
            return None;
        }
        match serde_json::from_str::<Key<'a>>(self.get()) {
            Ok(words) => Some(words.0),
            // Half a surrogate pair: shown as it is shown in the message.
            Err(_) => Some(json_string::segment(self.get(), 0, super::Role::Agent).text),
        }
    }

    fn number(self) -> Option<f64> {
        serde_json::from_str(self.get()).ok()
    }
}

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
    if text.trim().is_empty() {
        return Reading::default();
    }
    let value = match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => value,
        Err(error) => return Reading::broken(broken(text, &error)),
    };
    let mut reading = Reading::default();
    duplicates(text, value, 0, &mut reading.problems);
    let choice = of_file(value, &field_paths(options), options);
    reading.note_fields(value, &choice, options);
    give(text, Lines::File, choice.found, each);
    reading
}

/// What a value is of its file.
#[derive(Clone, Copy)]
pub(super) enum Lines {
    /// All of it: a conversation where it says who speaks, else templates.
    File,
    /// A line, which is the conversation of that number.
    Conversations(usize),
}

/// Gives the strings found in one value, in the order of the source, each once.
pub(super) fn give<'a>(
    text: &'a str,
    lines: Lines,
    mut found: Vec<Found<&'a RawValue>>,
    each: &mut dyn FnMut(Segment<'a>),
) {
    found.sort_by_key(|found| offset(text, found.node));
    found.dedup_by_key(|found| offset(text, found.node));
    for found in found {
        let mut segment = json_string::segment(found.node.get(), offset(text, found.node), found.speech.role);
        if let Lines::Conversations(conversation) = lines {
            segment.turn = Some(Turn { conversation, moment: found.speech.moment });
        } else if found.speech.is_told {
            segment.turn = Some(Turn { conversation: 0, moment: found.speech.moment });
        }
        if !found.path.is_empty() {
            segment.address = Some(Address::Path(found.path));
        }
        if !segment.text.trim().is_empty() {
            each(segment);
        }
    }
}

/// Where a value stands: the raw values are slices of the text, so the distance of their addresses is their offset.
fn offset(text: &str, value: &RawValue) -> usize {
    value.get().as_ptr().addr() - text.as_ptr().addr()
}

/// Says which keys come twice in one object: programs that read the file take one of the values and lose the others.
fn duplicates(text: &str, value: &RawValue, depth: usize, problems: &mut Vec<Problem>) {
    if depth > DEPTH_LIMIT {
        let line = line_of(text, offset(text, value));
        let message = format!("这里嵌套超过 {DEPTH_LIMIT} 层，更里面的没有检查");
        if problems.last().is_none_or(|last| last.message != message) {
            problems.push(Problem { line, message });
        }
        return;
    }
    match value.level() {
        Level::Array(parts) => parts.into_iter().for_each(|part| duplicates(text, part, depth + 1, problems)),
        Level::Object(parts) => {
            let mut seen = HashSet::new();
            for (key, part) in &parts {
                if !seen.insert(key) {
                    let line = line_of(text, offset(text, part));
                    let message = format!("字段“{key}”在同一个对象里写了两次，读取的程序只会用其中一个；请删掉一个");
                    problems.push(Problem { line, message });
                }
            }
            parts.into_iter().for_each(|(_, part)| duplicates(text, part, depth + 1, problems));
        }
        Level::Text | Level::Other => {}
    }
}

fn broken(text: &str, error: &serde_json::Error) -> Problem {
    let line = error.line().max(1);
    let words = text.split('\n').nth(line - 1).unwrap_or_default();
    // The parser counts columns in bytes, from one; a reader counts characters.
    let bytes = words.floor_char_boundary(error.column().saturating_sub(1));
    let column = words[..bytes].chars().count() + 1;
    let comment = words[bytes..].starts_with("//") || words[bytes..].starts_with("/*");
    let meaning = if comment { "JSON 里不能写注释" } else { meaning(error) };
    Problem { line, message: format!("不是有效的 JSON：第 {column} 列，{meaning}；这个文件没有检查") }
}

/// What the parser says, in Chinese.
pub(super) fn meaning(error: &serde_json::Error) -> &'static str {
    const MEANINGS: [(&str, &str); 12] = [
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
        ("recursion limit", "括号套得太深"),
    ];
    let text = error.to_string();
    MEANINGS.iter().find(|(part, _)| text.contains(part)).map_or("格式有误", |(_, meaning)| meaning)
}

impl Reading {
    /// That nothing could be read.
    pub(super) fn broken(problem: Problem) -> Reading {
        Reading { problems: vec![problem], ..Reading::default() }
    }

    /// Says which fields of a value that is a whole file were chosen, and which that were asked for are missing.
    pub(super) fn note_fields<'a, N: Node<'a>>(&mut self, value: N, choice: &Choice<N>, options: &ExtractOptions) {
        let mut seen = BTreeMap::new();
        fields::fields(value, options, &mut seen);
        for (field, _) in options.fields.iter().zip(&choice.holds).filter(|(_, holds)| !**holds) {
            let message = format!("没有字段“{field}”。{}", fields::meant(field, &seen));
            self.problems.push(Problem { line: 1, message });
        }
        let (chosen, customer) = fields::by_role(choice.found.iter(), N::PATH);
        let (chosen, customer) = (chosen.into_iter().collect(), customer.into_iter().collect());
        self.layouts.push(Layout::Fields { all: seen, chosen, customer });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, Role, extract};
    use crate::text::{Edit, TextRange};

    fn read(text: &str, fields: &[&str]) -> (Vec<(Role, String, String)>, Reading) {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let options = ExtractOptions { fields, ..ExtractOptions::default() };
        let mut found = Vec::new();
        let reading = extract(text, Format::Json, &options, &mut |segment| {
            let address = segment.address.as_ref().map(ToString::to_string).unwrap_or_default();
            found.push((segment.role, segment.text.to_string(), address));
        });
        (found, reading)
    }

    #[test]
    fn finds_messages_of_records_and_of_maps() {
        use Role::{Agent, Customer};
        /// The file, the fields asked for, the messages with their places.
        type Case<'a> = (&'a str, &'a [&'a str], &'a [(Role, &'a str, &'a str)]);
        let cases: &[Case<'_>] = &[
            ("", &[], &[]),
            ("\"不行\"", &[], &[(Agent, "不行", "")]),
            ("[\"不行\",\n\"好的\"]", &[], &[(Agent, "不行", "/0"), (Agent, "好的", "/1")]),
            (
                "{\"replies\":[{\"title\":\"退款\",\"text\":\"不行\"},{\"title\":\"换货\",\"text\":\"好，马上\"}]}",
                &[],
                &[(Agent, "不行", "/replies/0/text"), (Agent, "好，马上", "/replies/1/text")],
            ),
            // Names of entries, of which one happens to be a usual name of a field.
            (
                "{\"refuse\":\"您好，这个不行。\",\"message\":\"消息\",\"a/b\":\"您好，稍等。\",\"x\":\"en\"}",
                &[],
                &[
                    (Agent, "您好，这个不行。", "/refuse"),
                    (Agent, "消息", "/message"),
                    (Agent, "您好，稍等。", "/a~1b"),
                ],
            ),
            (
                "[{\"question\":\"能退吗？\",\"reply2\":\"不能退。\"}]",
                &[],
                &[(Customer, "能退吗？", "/0/question"), (Agent, "不能退。", "/0/reply2")],
            ),
            (
                "{\"a\":{\"b\":[\"一\",\"二\"]},\"text\":\"三\"}",
                &["a.b"],
                &[(Agent, "一", "/a/b/0"), (Agent, "二", "/a/b/1")],
            ),
        ];
        for (text, fields, expected) in cases {
            let (found, reading) = read(text, fields);
            let found: Vec<_> = found.iter().map(|(role, text, at)| (*role, text.as_str(), at.as_str())).collect();
            assert_eq!(found, *expected, "{text}");
            assert_eq!(reading.problems, [], "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let problem = |text: &str, fields: &[&str]| {
            let reading = read(text, fields).1;
            reading.problems.into_iter().map(|problem| (problem.line, problem.message)).next().unwrap()
        };
        assert_eq!(
            problem("{\n  \"文\": 不\n}", &[]),
            (2, "不是有效的 JSON：第 8 列，这里应当是一个值；这个文件没有检查".to_owned())
        );
        assert_eq!(problem("{\n// 注\n}", &[]).1, "不是有效的 JSON：第 1 列，JSON 里不能写注释；这个文件没有检查");
        assert_eq!(problem("{\"a\":\"一\",\n\"b\":2,\n\"a\":\"二\"}", &[]).0, 3);
        assert!(problem("{\"text\":\"一\"}", &["txt"]).1.contains("您是不是想写“text”"));
        assert!(problem(&"[".repeat(1000), &[]).1.contains("括号"));
    }

    #[test]
    fn edits_stay_json() {
        let text = "{\n  \"id\": 1.50,\n  \"text\": \"\\u4e0d\\u884c\"\n}\n";
        let mut edits = Vec::new();
        extract(text, Format::Json, &ExtractOptions::default(), &mut |segment| {
            let edit = Edit { range: TextRange::new(0, 6), replacement: "好\"".to_owned() };
            edits.push(segment.source_edit(&edit).unwrap());
        });
        let result = crate::text::apply_edits(text, &edits).unwrap();
        assert_eq!(result, text.replace("\\u4e0d\\u884c", "\\u597d\\\""));
    }
}
