//! TOML: a tree, its strings messages. Owns how its four kinds of strings are read and written in place. Must not parse
//! TOML itself; `toml_edit` does.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, TomlError, Value};
use toml_parser::lexer::{Token, TokenKind};

use super::segment::Runs;
use super::tree::Tree;
use super::{Escape, NotEditable, Piece, Problem, Role, Segment, SourceMap};
use crate::text::{Edit, LineCounter, Prose, TextRange};

/// How many brackets and parts of keys may stand within each other in one value.
const DEPTH_LIMIT: usize = 128;

/// How many beginnings of a broken file are tried.
const ATTEMPTS: usize = 8;

/// The kind of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TomlStyle {
    /// Between quotation marks.
    Basic,
    /// Between three quotation marks.
    MultiLineBasic {
        /// Whether a backslash at the end of a line swallows the blanks and line breaks behind it.
        continued: bool,
    },
    /// Between apostrophes.
    Literal,
    /// Between three apostrophes.
    MultiLineLiteral,
}

/// The tree of `text`, and what is wrong with it. Of a broken file there is what stands before the first mistake.
pub(super) fn parse(text: &str) -> (Option<Tree<'_>>, Vec<Problem>) {
    let (mut end, message) = if let Some(at) = too_deep(text) {
        (at, format!("嵌套超过 {DEPTH_LIMIT} 层，请减少层数"))
    } else {
        match Document::parse(text) {
            Ok(document) => return (Some(table(text, document.as_table())), Vec::new()),
            Err(error) => (place(text, &error), format!("不是有效的 TOML：{}", meaning(error.message()))),
        }
    };
    let place = LineCounter::new(text, 1).locate(end);
    let message =
        format!("第 {} 行第 {} 列，{message}；从这里起的内容没有检查，请改正后再试", place.line, place.column);
    let problems = vec![Problem { line: place.line, message }];
    end = line_start(text, end);
    for _ in 0..ATTEMPTS {
        if end == 0 {
            break;
        }
        if let Ok(document) = Document::parse(&text[..end]) {
            return (Some(table(text, document.as_table())), problems);
        }
        end = statement_start(text, end);
    }
    (None, problems)
}

/// Where the value in `text` is deeper than the limit. The parser bounds each key and the brackets, but not the keys in
/// all brackets together, and what it gives cannot even be dropped when it is deeper than the stack.
fn too_deep(text: &str) -> Option<usize> {
    // The open brackets, each with the parts of the key before it.
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    let (mut depth, mut parts) = (0, 0);
    for token in toml_parser::Source::new(text).lex() {
        let closes = match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                open.push((token.kind(), parts + 1));
                depth += parts + 1;
                parts = 0;
                continue;
            }
            TokenKind::RightSquareBracket => TokenKind::LeftSquareBracket,
            TokenKind::RightCurlyBracket => TokenKind::LeftCurlyBracket,
            TokenKind::Dot => {
                parts += 1;
                if depth + parts > DEPTH_LIMIT {
                    return Some(token.span().start());
                }
                continue;
            }
            TokenKind::Newline if open.is_empty() => {
                parts = 0;
                continue;
            }
            TokenKind::Comma => {
                parts = 0;
                continue;
            }
            _ => continue,
        };
        parts = 0;
        if open.last().is_some_and(|(opened, _)| *opened == closes) {
            depth -= open.pop().map_or(0, |(_, parts)| parts);
        }
    }
    None
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |last| last + 1)
}

/// The last place before the line that begins at `at` where a line begins as a key or a header does.
fn statement_start(text: &str, mut at: usize) -> usize {
    while at > 0 {
        let start = line_start(text, at - 1);
        let line = &text[start..at];
        at = start;
        if line.starts_with('[') || (line.contains('=') && !line.starts_with([' ', '\t', '#'])) {
            break;
        }
    }
    at
}

fn table<'a>(text: &'a str, table: &dyn TableLike) -> Tree<'a> {
    let mut entries: Vec<(&Key, &Item)> = table.iter().filter_map(|(name, _)| table.get_key_value(name)).collect();
    // The parser moves a table that is opened after its parts.
    entries.sort_by_key(|(key, _)| key.span().map_or(0, |span| span.start));
    let entries = entries.into_iter().map(|(key, entry)| (Cow::Owned(key.get().to_owned()), item(text, entry)));
    Tree::Object(entries.collect())
}

fn item<'a>(text: &'a str, item: &Item) -> Tree<'a> {
    match item {
        Item::None => Tree::Other,
        Item::Value(found) => value(text, found),
        Item::Table(found) => table(text, found),
        Item::ArrayOfTables(tables) => Tree::Array(tables.iter().map(|found| table(text, found)).collect()),
    }
}

fn value<'a>(text: &'a str, found: &Value) -> Tree<'a> {
    match found {
        Value::String(string) if !string.value().trim().is_empty() => match string.span() {
            Some(range) => Tree::Text(Box::new(segment(text, range, string.value()))),
            None => Tree::Other,
        },
        #[expect(clippy::cast_precision_loss, reason = "a number is only compared or read as a time")]
        Value::Integer(number) => Tree::Number(*number.value() as f64),
        Value::Float(number) => Tree::Number(*number.value()),
        Value::InlineTable(found) => table(text, found),
        Value::Array(values) => Tree::Array(values.iter().map(|found| value(text, found)).collect()),
        Value::String(_) | Value::Boolean(_) | Value::Datetime(_) => Tree::Other,
    }
}

/// The message that the string at `range`, which is `value`, is. Where the source does not read as the parser says, the
/// message is locked.
fn segment<'a>(text: &'a str, range: Range<usize>, value: &str) -> Segment<'a> {
    let read = read(&text[range.clone()], range.start);
    if let Some((runs, style)) = read
        && runs.text() == value
    {
        let segment = runs.segment(Role::Agent, Escape::Toml(style));
        return match segment.map {
            // One run, as most are, needs no copy of its words.
            SourceMap::Pieces(ref pieces) if pieces.len() == 1 && pieces[0].verbatim => {
                let source = pieces[0].source;
                Segment {
                    escape: segment.escape,
                    ..Segment::verbatim(&text[source.as_range()], source.start(), Role::Agent)
                }
            }
            _ => segment,
        };
    }
    let whole = Piece { prose: TextRange::new(0, value.len()), source: TextRange::from(range), verbatim: false };
    let text = Cow::Owned(value.to_owned());
    let map = SourceMap::Pieces(vec![whole]);
    Segment {
        locked: Some(NotEditable::Unmapped),
        ..Segment::new(text, Role::Agent, map, Escape::Toml(TomlStyle::Basic))
    }
}

/// Reads `raw`, a string with its quotes, that begins at the byte `start`.
fn read(raw: &str, start: usize) -> Option<(Runs, TomlStyle)> {
    let multi_line = |delimiter: &str| raw.strip_prefix(delimiter)?.strip_suffix(delimiter);
    let (inner, style) = if let Some(inner) = multi_line("\"\"\"") {
        (inner, TomlStyle::MultiLineBasic { continued: false })
    } else if let Some(inner) = multi_line("'''") {
        (inner, TomlStyle::MultiLineLiteral)
    } else if let Some(inner) = multi_line("\"") {
        (inner, TomlStyle::Basic)
    } else {
        (multi_line("'")?, TomlStyle::Literal)
    };
    let is_multi_line = matches!(style, TomlStyle::MultiLineBasic { .. } | TomlStyle::MultiLineLiteral);
    let first_line_end = match inner.as_bytes() {
        [b'\n', ..] if is_multi_line => 1,
        [b'\r', b'\n', ..] if is_multi_line => 2,
        _ => 0,
    };
    let mut runs = Runs::default();
    let mut at = first_line_end;
    let start = start + (raw.len() - inner.len()) / 2;
    if matches!(style, TomlStyle::Literal | TomlStyle::MultiLineLiteral) {
        runs.verbatim(&inner[at..], start + at);
        return Some((runs, style));
    }
    let mut is_continued = false;
    while at < inner.len() {
        let rest = &inner[at..];
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        runs.verbatim(&rest[..plain], start + at);
        at += plain;
        let rest = &rest[plain..];
        let Some(behind) = rest.strip_prefix('\\') else { break };
        let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        if behind.starts_with(white) {
            is_continued = true;
            at += 1 + behind.find(|c| !white(c)).unwrap_or(behind.len());
        } else {
            let (c, length) = escape(rest)?;
            runs.whole(c.encode_utf8(&mut [0; 4]), start + at..start + at + length);
            at += length;
        }
    }
    let style = if is_continued { TomlStyle::MultiLineBasic { continued: true } } else { style };
    Some((runs, style))
}

/// The character of the escape with which `text` begins, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    let digits = match text[1..].chars().next()? {
        'b' => return Some(('\u{8}', 2)),
        't' => return Some(('\t', 2)),
        'n' => return Some(('\n', 2)),
        'f' => return Some(('\u{c}', 2)),
        'r' => return Some(('\r', 2)),
        'e' => return Some(('\u{1b}', 2)),
        c @ ('"' | '\\') => return Some((c, 2)),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let code = text.get(2..2 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((c, 2 + digits))
}

/// What is written for `edit` of `segment`, a string of the kind `style`, in place of the source that it covers;
/// `replacement` is the edit's, with what else shows behind that source.
pub(super) fn write(
    style: TomlStyle,
    segment: &Segment<'_>,
    edit: &Edit<Prose>,
    replacement: &str,
) -> Result<String, NotEditable> {
    let (before, after) = (&segment.text[..edit.range.start()], &segment.text[edit.range.end()..]);
    if style == TomlStyle::Basic {
        return Ok(basic(replacement));
    }
    if style == TomlStyle::Literal && replacement.contains(['\n', '\r']) {
        return Err(NotEditable::LineBreak);
    }
    let is_literal = matches!(style, TomlStyle::Literal | TomlStyle::MultiLineLiteral);
    if is_literal && replacement.contains(|c: char| c == '\'' || (c.is_ascii_control() && !matches!(c, '\t' | '\n'))) {
        return Err(NotEditable::Unwritable);
    }
    if style == TomlStyle::Literal {
        return Ok(replacement.to_owned());
    }
    // Three quotes would end the string; two of them and one more may meet when what stands between them goes.
    let quote = if is_literal { '\'' } else { '"' };
    let quotes_meet =
        replacement.is_empty() && after.starts_with(quote) && (before.is_empty() || before.ends_with(quote));
    // The first line break behind the opening quotes is no part of the string.
    let written = if is_literal { Cow::Borrowed(replacement) } else { Cow::Owned(basic(replacement)) };
    let trimmed = before.is_empty()
        && if written.is_empty() { after.starts_with(['\n', '\r']) } else { written.starts_with('\n') };
    // A line break of two characters goes as a whole.
    let parted = before.ends_with('\r');
    if quotes_meet || trimmed || parted {
        return Err(NotEditable::Unwritable);
    }
    if style == (TomlStyle::MultiLineBasic { continued: true }) {
        check_continued(segment, edit, &written)?;
    }
    Ok(written.into_owned())
}

/// A backslash at the end of a line, which shows nothing, swallows the white space behind it.
fn check_continued(segment: &Segment<'_>, edit: &Edit<Prose>, written: &str) -> Result<(), NotEditable> {
    let start = edit.range.start();
    let is_behind = start == 0
        || matches!(&segment.map, SourceMap::Pieces(pieces) if pieces.windows(2).any(|pair| {
            pair[0].prose.end() == start && pair[0].source.end() != pair[1].source.start()
        }));
    let after = if written.is_empty() { &segment.text[edit.range.end()..] } else { written };
    let is_swallowed = is_behind && after.starts_with([' ', '\t', '\n', '\r']);
    if is_swallowed { Err(NotEditable::Unwritable) } else { Ok(()) }
}

/// `text` as the inside of a string between quotation marks.
fn basic(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                // Writing to a string cannot fail.
                let _ = write!(result, "\\u{:04X}", u32::from(c));
            }
            _ => result.push(c),
        }
    }
    result
}

/// Where `error` is, on a character boundary. The parser misses a closing delimiter at the end of the file; its reader
/// looks for the opening one.
fn place(text: &str, error: &TomlError) -> usize {
    let at = error.span().map_or(0, |span| span.start).min(text.len());
    let is_open = |token: &Token| {
        matches!(token.kind(), TokenKind::MlBasicString | TokenKind::MlLiteralString) && token.span().end() >= at
    };
    let string = toml_parser::Source::new(text).lex().find(is_open).map(|token| token.span().start());
    let at = string.filter(|start| at == text.len() && *start < at).unwrap_or(at);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What a complaint of the parser means.
fn meaning(complaint: &str) -> Cow<'static, str> {
    const MEANINGS: [(&str, &str); 31] = [
        ("duplicate key", "这个字段（或表）前面已经有了，请删去或改名"),
        ("cannot extend value", "前面已经给这个字段写了值，不能再在它下面添加字段"),
        ("string values must be quoted", "等号后面要写一个值，文字要用引号括起来"),
        ("invalid unquoted key", "字段名里有字母、数字、“-”和“_”以外的字符（如中文），要用引号括起来"),
        ("unquoted keys cannot be empty", "缺少字段名"),
        ("keys cannot be multi-line", "字段名不能用三个引号"),
        ("key with no value", "字段名后面缺少等号和值"),
        ("missing value", "等号后面缺少值"),
        ("missing key", "缺少字段名"),
        ("missing assignment", "字段名后面缺少等号"),
        ("extra assignment", "多了一个等号"),
        ("extra `=`", "多了一个等号"),
        ("unexpected `=` in array", "方括号里不能有等号"),
        ("missing comma", "各项之间缺少英文逗号，或者前面缺少右括号"),
        ("extra comma", "多了一个逗号"),
        ("unclosed array table", "表头缺少“]]”"),
        ("unclosed table", "表头缺少“]”"),
        ("unclosed array", "缺少右方括号“]”"),
        ("unclosed inline table", "缺少右花括号“}”"),
        ("escaped value", "反斜杠后面的转义写法不对；要写反斜杠本身，请写成两个，或者改用单引号"),
        ("unicode value", "转义 \\x、\\u 或 \\U 后面的十六进制数字不够"),
        ("multi-line basic string", "三个双引号括起来的文字没有闭合，或者里面有控制字符"),
        ("multi-line literal string", "三个单引号括起来的文字没有闭合，或者里面有控制字符"),
        ("basic string", "双引号没有在同一行闭合，或者里面有控制字符"),
        ("literal string", "单引号没有在同一行闭合，或者里面有控制字符"),
        ("opening quote", "引号不成对"),
        ("carriage return", "换行符不完整（只有回车，没有换行）"),
        ("recur", "嵌套得太深，请减少层数"),
        ("comment", "注释里有控制字符，或者注释没有单独成行"),
        ("number", "数字写得不对"),
        ("unexpected", "这里有多余的内容，一行只能写一个字段"),
    ];
    let known = MEANINGS.iter().find(|(part, _)| complaint.contains(part));
    known.map_or_else(|| format!("格式有误（{complaint}）").into(), |(_, meaning)| Cow::Borrowed(*meaning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply_edits;
    use proptest::prelude::*;

    fn texts<'t, 'a>(tree: &'t Tree<'a>, found: &mut Vec<&'t Segment<'a>>) {
        match tree {
            Tree::Object(entries) => entries.iter().for_each(|(_, tree)| texts(tree, found)),
            Tree::Array(trees) => trees.iter().for_each(|tree| texts(tree, found)),
            Tree::Text(segment) => found.push(segment),
            Tree::Number(_) | Tree::Other => {}
        }
    }

    fn segments(text: &str, each: &mut dyn FnMut(&Segment<'_>)) -> Vec<Problem> {
        let (tree, problems) = parse(text);
        let mut found = Vec::new();
        if let Some(tree) = &tree {
            texts(tree, &mut found);
        }
        found.into_iter().for_each(each);
        problems
    }

    /// A tree in a short notation.
    fn outline(tree: &Tree<'_>) -> String {
        match tree {
            Tree::Object(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, tree)| format!("{key}={}", outline(tree))).collect();
                format!("{{{}}}", entries.join(" "))
            }
            Tree::Array(trees) => format!("[{}]", trees.iter().map(outline).collect::<Vec<_>>().join(" ")),
            Tree::Text(segment) => format!("‹{}›", segment.text),
            Tree::Number(number) => format!("#{number}"),
            Tree::Other => "~".to_owned(),
        }
    }

    #[test]
    fn builds_trees() {
        let cases = [
            ("", "{}"),
            ("a = \"不行\" # 注\r\nb.c = '好😊'\nb.\"d e\" = 1\n", "{a=‹不行› b={c=‹好😊› d e=#1}}"),
            (
                "a = [\"一\", 2.5, true, 2024-01-01, {b = '二', c.d = '三'}, [' ']]",
                "{a=[‹一› #2.5 ~ ~ {b=‹二› c={d=‹三›}} [~]]}",
            ),
            ("[[话]]\n", "!"),
            ("[[a]]\nt = '一'\n[[a]]\nt = '二'\n[a.b]\nt = '三'\n", "{a=[{t=‹一›} {t=‹二› b={t=‹三›}}]}"),
            ("[z.y]\nt = '一'\n[b]\nt = '二'\n[z]\nt = '三'\n[a]\n", "{b={t=‹二›} z={y={t=‹一›} t=‹三›} a={}}"),
            ("\"话术\" = \"\"\"\n  不行\n亲\"\"\"", "{话术=‹  不行\n亲›}"),
        ];
        for (text, expected) in cases {
            let (tree, problems) = parse(text);
            if expected == "!" {
                assert!(tree.is_none() && problems.len() == 1, "{text}");
                continue;
            }
            assert_eq!(problems, [], "{text}");
            assert_eq!(tree.as_ref().map(outline).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn reads_every_kind() {
        let cases = [
            (r#"a = "不\b\t\n\f\r\"\\\e\x41\u4e0d\U0001F60A行""#, "不\u{8}\t\n\u{c}\r\"\\\u{1b}A不😊行"),
            (r"a = 'C:\n \u'", r"C:\n \u"),
            ("a = '''\r\n'不''行\\n\r\n亲'''''", "'不''行\\n\r\n亲''"),
            ("a = '''不\n'''", "不\n"),
            ("a = \"\"\"\n\"不\"\"行\\n\\\n\n   亲 \\  \r\n  的\n \"\"\"\"\"", "\"不\"\"行\n亲 的\n \"\""),
            ("a = \"\"\"\\\n  不\\\n  \"\"\"", "不"),
            ("a = \"\"\"\r\n不\r\n行\"\"\"", "不\r\n行"),
        ];
        for (text, expected) in cases {
            let mut found = Vec::new();
            let problems = segments(text, &mut |segment| {
                assert_eq!(segment.locked, None, "{text}");
                found.push(segment.text.clone().into_owned());
            });
            assert_eq!(problems, [], "{text}");
            assert_eq!(found, [expected], "{text}");
        }
    }

    #[test]
    fn edits() {
        use NotEditable::{LineBreak, MarkupBetween, Unwritable};
        /// The file, what is replaced in its message, by what, and the file afterwards.
        type Case<'a> = (&'a str, &'a str, &'a str, Result<&'a str, NotEditable>);
        let cases: &[Case<'_>] = &[
            ("a = \"不行\" # 注", "不行", "\"可\\\n\t\u{7f}😊", Ok("a = \"\\\"可\\\\\\n\\t\\u007F😊\" # 注")),
            ("a = \"不\\u884c\"", "行", "", Ok("a = \"不\"")),
            ("a = '不行'", "不行", "\"可\\以\"", Ok("a = '\"可\\以\"'")),
            ("a = '不行'", "不行", "it's", Err(Unwritable)),
            ("a = '不行'", "不行", "\u{7}", Err(Unwritable)),
            ("a = '不行'", "不行", "可\n以", Err(LineBreak)),
            ("a = '''不行'''", "不行", "可\n以", Ok("a = '''可\n以'''")),
            ("a = '''不行'''", "不行", "\n可以", Err(Unwritable)),
            ("a = '''不行'''", "行", "'", Err(Unwritable)),
            ("a = '''''不'行'''", "不", "", Err(Unwritable)),
            ("a = '''不\r\n行'''", "\n", "", Err(Unwritable)),
            ("a = '''不\r\n行'''", "不", "", Err(Unwritable)),
            ("a = '''不\r\n行'''", "\r\n", "，", Ok("a = '''不，行'''")),
            ("a = \"\"\"不\n行\"\"\"", "行", "\"\"\"\n", Ok("a = \"\"\"不\n\\\"\\\"\\\"\\n\"\"\"")),
            ("a = \"\"\"\"\"不\"行\"\"\"", "不", "", Err(Unwritable)),
            ("a = \"\"\"不 \\\n  行 的\"\"\"", "行", "", Err(Unwritable)),
            ("a = \"\"\"不 \\\n  行 的\"\"\"", "行", "可", Ok("a = \"\"\"不 \\\n  可 的\"\"\"")),
            ("a = \"\"\"不 \\\n  行 的\"\"\"", "不 行", "可", Err(MarkupBetween)),
        ];
        for (text, from, to, expected) in cases {
            let mut result = None;
            segments(text, &mut |segment| {
                let start = segment.text.find(from).expect("the case names what stands there");
                let edit = Edit { range: TextRange::new(start, start + from.len()), replacement: (*to).to_owned() };
                result = Some(segment.source_edit(&edit).map(|edit| apply_edits(text, &[edit]).expect("one edit")));
            });
            assert_eq!(result, Some(expected.map(str::to_owned)), "{text} {from} {to}");
        }
    }

    #[test]
    fn names_problems() {
        let cases = [
            ("a = '一'\nb = 不行\nc = '三'\n", 2, "要用引号括起来", 1),
            ("a = '一'\n话术 = '二'\n", 2, "字段名里有", 1),
            ("a = '一'\nb = \"二\nc = '三'\n", 2, "闭合", 1),
            ("a = '一'\nb = [\n '二',\n '三'\nc = '四'\n", 5, "右括号", 1),
            ("a = '一'\na = '二'\n", 2, "前面已经有了", 1),
            ("[a]\nb = '一'\n[a]\nb = '二'\n", 3, "前面已经有了", 1),
            ("a = '一'\nb = \"\"\"\n二 = 三\n四", 2, "没有闭合", 1),
            ("a = '一'\nb '二'\n", 2, "", 1),
            ("a = '一'\nb =\n", 2, "要写一个值", 1),
            ("a = '一'\nb = \"\\q\"\n", 2, "转义", 1),
            ("a = '一'\n[b\n", 2, "]", 1),
            ("a = '一' b = '二'\n", 1, "", 0),
        ];
        for (text, line, message, count) in cases {
            let mut found = 0;
            let problems = segments(text, &mut |_| found += 1);
            assert_eq!(problems.len(), 1, "{text} {problems:?}");
            assert!(problems[0].message.contains(message), "{text} {problems:?}");
            assert!(!problems[0].message.contains("格式有误"), "{text} {problems:?}");
            assert_eq!((problems[0].line, found), (line, count), "{text} {problems:?}");
        }
    }

    #[test]
    fn bounds_depth() {
        for (open, close) in [("[", "]"), ("{a = ", "}")] {
            let text = format!("a = {}'一'{}", open.repeat(20_000), close.repeat(20_000));
            assert_eq!(segments(&text, &mut |_| {}).len(), 1);
        }
        let dotted = format!("{}a = '一'", "a.".repeat(20_000));
        assert_eq!(segments(&dotted, &mut |_| {}).len(), 1);
        // Each key and each value within the parser's limits, and deep all the same.
        let key = format!("{}a", "a.".repeat(78));
        let text = format!("b = '一'\n[{key}]\n{key} = {}'二'{}", format!("{{{key} = ").repeat(70), "}".repeat(70));
        let mut found = 0;
        let problems = segments(&text, &mut |_| found += 1);
        assert_eq!((problems.len(), found), (1, 1), "{problems:?}");
    }

    /// What the parser tells of a file: its values in order, texts as they are.
    fn values(text: &str) -> Option<Vec<String>> {
        fn walk(item: &Item, out: &mut Vec<String>) {
            if let Some(table) = item.as_table_like() {
                for (key, item) in table.iter() {
                    out.push(format!("key {key}"));
                    walk(item, out);
                }
            } else if let Some(tables) = item.as_array_of_tables() {
                tables.iter().for_each(|table| walk(&Item::Table(table.clone()), out));
            } else if let Some(values) = item.as_array() {
                values.iter().for_each(|value| walk(&Item::Value(value.clone()), out));
            } else {
                out.push(item.as_str().map_or_else(|| "other".to_owned(), |text| format!("text {text}")));
            }
        }
        let document = Document::parse(text).ok()?;
        let mut out = Vec::new();
        walk(document.as_item(), &mut out);
        Some(out)
    }

    fn check_edits(text: &str, places: (usize, usize), replacement: &str) -> Result<(), TestCaseError> {
        let before = values(text);
        let mut failure = Ok(());
        segments(text, &mut |segment| {
            if failure.is_ok() {
                failure = check_edit(text, segment, places, replacement, before.as_deref());
            }
        });
        failure
    }

    fn check_edit(
        text: &str,
        segment: &Segment<'_>,
        places: (usize, usize),
        replacement: &str,
        before: Option<&[String]>,
    ) -> Result<(), TestCaseError> {
        if let SourceMap::Pieces(pieces) = &segment.map {
            let (mut prose, mut source) = (0, 0);
            for piece in pieces {
                prop_assert!(piece.prose.start() == prose && piece.source.start() >= source, "{text} {segment:?}");
                (prose, source) = (piece.prose.end(), piece.source.end());
                let (shown, written) = (&segment.text[piece.prose.as_range()], &text[piece.source.as_range()]);
                prop_assert!(!piece.verbatim || shown == written, "{text} {segment:?}");
            }
            prop_assert_eq!(prose, segment.text.len());
        }
        let offsets: Vec<usize> = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]).collect();
        let range = TextRange::new(offsets[places.0 % offsets.len()], offsets[places.1 % offsets.len()]);
        let edit = Edit { range, replacement: replacement.to_owned() };
        let (Ok(source), Some(before)) = (segment.source_edit(&edit), before) else {
            return Ok(());
        };
        let result = apply_edits(text, &[source]).expect("one edit cannot overlap");
        let shown = apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap");
        let after = values(&result).unwrap_or_default();
        prop_assert_eq!(before.len(), after.len(), "{:?} {:?} became {:?}", text, segment, result);
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        prop_assert_eq!(
            changed.len(),
            usize::from(shown != segment.text),
            "{:?} {:?} became {:?}",
            text,
            segment,
            result
        );
        if let Some((old, new)) = changed.first() {
            prop_assert_eq!(*old, &format!("text {}", segment.text));
            prop_assert_eq!(*new, &format!("text {shown}"), "{:?} {:?} became {:?}", text, segment, result);
        }
        Ok(())
    }

    const REPLACEMENTS: &str = "[不行a #\n\r\t'\"\\\\\u{7}😊]{0,4}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Any words, written as each kind of string, are read whole and unlocked, and edits come back from the parser.
        #[test]
        fn edits_round_trip(
            parts in prop::collection::vec(prop::sample::select(vec![
                "不行", "a", " ", "\n", "\r\n", "\\n", "\\\"", "\\\\", "\\u4e0d", "\\\n  ", "\\ \r\n\r\n \t", "'", "''", "\"", "\"\"", "😊", "#", "\t",
            ]), 0..8),
            quote in prop::sample::select(vec!["\"", "'", "\"\"\"", "'''"]),
            replacement in REPLACEMENTS,
            places in (0_usize..20, 0_usize..20),
        ) {
            let text = format!("# 注\na = '不变'\n[b]\nc = {quote}{}{quote} # 注\nd = ['不变', {{e = \"不变\"}}]\n", parts.concat());
            let mut is_locked = false;
            segments(&text, &mut |segment| is_locked |= segment.locked.is_some());
            prop_assert!(!is_locked, "{text:?}");
            check_edits(&text, places, &replacement)?;
        }

        /// Files put together of what TOML is made of, and any others.
        #[test]
        fn never_panics(
            parts in prop::collection::vec(prop::sample::select(vec![
                "a", "b", ".", " = ", "'不行'", "\"好\"", "\"\"\"", "'''", "\n", "[", "]", "[[", "]]", "{", "}", ", ", "#", "\\", "'", "\"", "1", "\r\n",
            ]), 0..14),
            strange in "\\PC{0,20}|[\\x00-\\xff]{0,20}",
            replacement in REPLACEMENTS,
        ) {
            check_edits(&parts.concat(), (0, 1), &replacement)?;
            check_edits(&strange, (0, 1), &replacement)?;
            check_edits(&(parts.concat() + &strange), (0, 1), &replacement)?;
        }
    }
}
