//! Gettext catalogues (PO and POT): a message a translation. Owns entries, their strings and escapes. Must not judge
//! what a string says.
//!
//! The words are in `msgstr`. Of an entry without translation the `msgid` is judged if it is Chinese, and never edited:
//! the program looks the entry up by it. The header and obsolete entries hold no messages.

use std::collections::HashMap;
use std::ops::Range;

use super::segment::Runs;
use super::{Address, Escape, NotEditable, Problem, Role, Segment, plain};

/// How many characters of a `msgid` an address shows.
const ADDRESS_LENGTH: usize = 20;

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let mut catalogue = Catalogue { each, seen: HashMap::new(), entry: Entry::default(), problems: Vec::new() };
    for (index, line) in plain::lines(text, 0..text.len()).enumerate() {
        catalogue.line(text, line, index + 1);
    }
    catalogue.finish();
    catalogue.problems
}

/// A string, perhaps of several parts.
#[derive(Default)]
struct Words {
    runs: Runs,
    unclear: bool,
}

/// The keyword to which the next string belongs.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Field {
    #[default]
    None,
    /// The name of a catalogue, for which nothing is kept.
    Domain,
    Context,
    Id,
    Plural,
    Translation,
}

#[derive(Default)]
struct Entry {
    /// The line of its first keyword.
    line: usize,
    field: Field,
    context: Option<Words>,
    id: Option<Words>,
    plural: Option<Words>,
    /// Each with its number, where it has one.
    translations: Vec<(Option<String>, Words)>,
    /// Whether something was wrong with it, and the rest of it is passed over.
    broken: bool,
}

struct Catalogue<'a, 'e> {
    each: &'e mut dyn FnMut(Segment<'a>),
    /// The lines of the entries by context and id.
    seen: HashMap<(Option<String>, String), usize>,
    entry: Entry,
    problems: Vec<Problem>,
}

impl Catalogue<'_, '_> {
    fn line(&mut self, text: &str, range: Range<usize>, number: usize) {
        let line = &text[range.clone()];
        if line.trim().is_empty() && self.entry.broken {
            self.finish();
        }
        let mut at = 0;
        loop {
            at += line[at..].len() - line[at..].trim_start().len();
            let rest = &line[at..];
            let keyword = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            if rest.is_empty() || rest.starts_with('#') {
                return;
            }
            if keyword > 0 {
                let (number_of, length) = plural_number(&rest[keyword..]);
                self.keyword(&rest[..keyword], number_of, number);
                at += keyword + length;
            } else if let Some(inner) = rest.strip_prefix('"') {
                let Some(length) = string_end(inner) else {
                    self.broken(number, "引号没有写完：这一行的字符串缺少后面的英文引号。请补上。".to_owned());
                    return;
                };
                self.string(&inner[..length], range.start + at + 1, number);
                at += length + 2;
            } else {
                let c = rest.chars().next().unwrap_or_default();
                self.broken(number, format!("这里不该有“{c}”：字符串要写在英文引号里，注释要以 # 开头。"));
                return;
            }
        }
    }

    fn broken(&mut self, line: usize, message: String) {
        if !self.entry.broken {
            self.problems.push(Problem { line, message });
        }
        self.entry.broken = true;
    }

    fn keyword(&mut self, keyword: &str, number: Option<&str>, line: usize) {
        let entry = &self.entry;
        let begins = match keyword {
            "domain" => true,
            "msgctxt" => entry.context.is_some() || entry.id.is_some() || entry.broken,
            "msgid" => entry.id.is_some() || (entry.broken && entry.context.is_none()),
            _ => false,
        };
        if begins {
            self.finish();
        }
        let entry = &mut self.entry;
        if entry.line == 0 {
            entry.line = line;
        }
        if entry.broken {
            return;
        }
        match keyword {
            "domain" => entry.field = Field::Domain,
            "msgctxt" => {
                entry.context = Some(Words::default());
                entry.field = Field::Context;
            }
            "msgid" => {
                entry.id = Some(Words::default());
                entry.field = Field::Id;
            }
            "msgid_plural" | "msgstr" if entry.id.is_none() => {
                self.broken(line, format!("{keyword} 前面没有 msgid。请补上 msgid，或者删去这一条。"));
            }
            "msgid_plural" => {
                entry.plural = Some(Words::default());
                entry.field = Field::Plural;
            }
            "msgstr" => {
                entry.translations.push((number.map(str::to_owned), Words::default()));
                entry.field = Field::Translation;
            }
            _ => {
                let message =
                    format!("不认识的关键字“{keyword}”。PO 文件里只能用 msgctxt、msgid、msgid_plural 和 msgstr。");
                self.broken(line, message);
            }
        }
    }

    /// Adds the inside of a string, which begins at the byte `start`.
    fn string(&mut self, inner: &str, start: usize, line: usize) {
        let entry = &mut self.entry;
        if entry.broken {
            return;
        }
        let words = match entry.field {
            Field::None => None,
            Field::Domain => return,
            Field::Context => entry.context.as_mut(),
            Field::Id => entry.id.as_mut(),
            Field::Plural => entry.plural.as_mut(),
            Field::Translation => entry.translations.last_mut().map(|(_, words)| words),
        };
        match words {
            Some(words) => words.add(inner, start),
            None => self.broken(line, "这个字符串前面没有 msgid 或 msgstr。请补上关键字。".to_owned()),
        }
    }

    /// Ends the entry and gives its messages.
    fn finish(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let Some(id) = entry.id else {
            if entry.context.is_some() && !entry.broken {
                let message = "msgctxt 后面没有 msgid。请补上 msgid，或者删去这一条。".to_owned();
                self.problems.push(Problem { line: entry.line, message });
            }
            return;
        };
        if entry.broken {
            return;
        }
        if entry.translations.is_empty() {
            let message = "msgid 后面没有 msgstr。没有译文也要写上 msgstr \"\"。".to_owned();
            self.problems.push(Problem { line: entry.line, message });
        }
        let context = entry.context.map(|context| context.runs.text().to_owned());
        let name = id.runs.text().to_owned();
        if let Some(first) = self.seen.insert((context.clone(), name.clone()), entry.line) {
            let message = format!("msgid “{}”和第 {first} 行的重复了。请删去其中一条。", shortened(&name));
            self.problems.push(Problem { line: entry.line, message });
        }
        if name.is_empty() && context.is_none() {
            return;
        }
        let context = context.map_or_else(String::new, |context| format!("msgctxt \"{}\" ", shortened(&context)));
        let address = format!("{context}msgid \"{}\"", shortened(&name));
        if entry.translations.iter().all(|(_, words)| words.runs.text().is_empty()) {
            for words in [Some(id), entry.plural].into_iter().flatten() {
                if words.runs.text().contains(is_han) {
                    let address = Address::Path(address.as_str().into());
                    (self.each)(Segment { locked: Some(NotEditable::Key), ..words.segment(address) });
                }
            }
            return;
        }
        for (number, words) in entry.translations {
            if words.runs.text().trim().is_empty() {
                continue;
            }
            let number = number.map_or_else(String::new, |number| format!("[{number}]"));
            (self.each)(words.segment(Address::Path(format!("{address}{number}").into())));
        }
    }
}

impl Words {
    fn segment<'a>(self, address: Address) -> Segment<'a> {
        let locked = self.unclear.then_some(NotEditable::Unmapped);
        Segment { address: Some(address), locked, ..self.runs.segment(Role::Agent, Escape::Po) }
    }

    fn add(&mut self, inner: &str, start: usize) {
        let mut at = 0;
        while at < inner.len() {
            let rest = &inner[at..];
            let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
            if plain > 0 {
                self.runs.verbatim(&rest[..plain], start + at);
                at += plain;
            } else {
                let (c, length, clear) = escape(rest);
                self.unclear |= !clear;
                self.runs.whole(c.encode_utf8(&mut [0; 4]), start + at..start + at + length);
                at += length;
            }
        }
    }
}

/// The character of the escape at the start of `text`, its length in bytes, and whether text may be written behind it
/// without changing it.
fn escape(text: &str) -> (char, usize, bool) {
    let simple = match text[1..].chars().next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('v') => '\u{b}',
        Some('f') => '\u{c}',
        Some(c @ ('"' | '\\')) => c,
        Some('0'..='7' | 'x') => return numbered(text),
        Some(c) => return (c, 1 + c.len_utf8(), false),
        None => return ('\\', 1, false),
    };
    (simple, 2, true)
}

/// The character of one or, in UTF-8, of several escapes that give bytes.
fn numbered(text: &str) -> (char, usize, bool) {
    let mut bytes = Vec::new();
    let mut length = 0;
    let mut clear = true;
    while bytes.len() < 4
        && let Some((byte, digits, whole)) = byte(&text[length..])
    {
        bytes.push(byte);
        length += digits;
        clear &= whole;
        if let Ok(c) = std::str::from_utf8(&bytes) {
            return (c.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER), length, clear);
        }
    }
    // `\x` without digits, or what is no UTF-8.
    let length = byte(text).map_or(2, |(_, length, _)| length);
    (char::REPLACEMENT_CHARACTER, length, false)
}

/// The byte of an escape such as `\344` or `\xe4`, its length, and whether no digit behind it could belong to it.
fn byte(text: &str) -> Option<(u8, usize, bool)> {
    let digits = text.strip_prefix('\\')?;
    if let Some(digits) = digits.strip_prefix('x') {
        let count = digits.bytes().take_while(u8::is_ascii_hexdigit).take(2).count();
        // Some readers take more than two digits.
        return u8::from_str_radix(&digits[..count], 16).ok().map(|byte| (byte, count + 2, false));
    }
    let count = digits.bytes().take_while(|byte| matches!(byte, b'0'..=b'7')).take(3).count();
    u8::from_str_radix(&digits[..count], 8).ok().map(|byte| (byte, count + 1, count == 3))
}

/// The number in brackets at the start of `text`, and the length of both.
fn plural_number(text: &str) -> (Option<&str>, usize) {
    let number = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(number, _)| number);
    match number {
        Some(number) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            (Some(number), number.len() + 2)
        }
        _ => (None, 0),
    }
}

/// Where the string ends whose inside begins `text`.
fn string_end(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', text.as_bytes().get(from..)?)?;
        if text.as_bytes()[at] == b'"' {
            return Some(at);
        }
        from = at + 2;
    }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(ADDRESS_LENGTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(ADDRESS_LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// `text` as the inside of a string.
pub(super) fn write(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\t' => result.push_str("\\t"),
            '\r' => result.push_str("\\r"),
            '\0'..='\u{1f}' => result.push_str(&format!("\\{:03o}", u32::from(c))),
            _ => result.push(c),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::samples::{check_maps, try_edit};

    fn read(text: &str) -> (Vec<Segment<'_>>, Vec<Problem>) {
        let mut segments = Vec::new();
        let problems = extract(text, &mut |segment| segments.push(segment));
        check_maps(text, &segments);
        (segments, problems)
    }

    #[test]
    fn takes_the_translations() {
        let header = "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\n";
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("# 注\n#, fuzzy\n#| msgid \"旧\"\nmsgid \"no\"\nmsgstr \"不行\"\n", &[("msgid \"no\"", "不行")]),
            ("msgid \"no\"\r\nmsgstr \"\"\r\n\"不\\n\"\r\n  \"行😊\"\r\n", &[("msgid \"no\"", "不\n行😊")]),
            (
                "msgctxt \"菜单\"\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"一\"\nmsgstr[1] \"二\"",
                &[("msgctxt \"菜单\" msgid \"a\"[0]", "一"), ("msgctxt \"菜单\" msgid \"a\"[1]", "二")],
            ),
            ("msgid \"a\"\nmsgstr \"一\"\n#~ msgid \"b\"\n#~ msgstr \"二\"\n", &[("msgid \"a\"", "一")]),
            ("msgid \"hello\"\nmsgstr \"\"\nmsgid \"不行\"\nmsgstr \"\"\n", &[("msgid \"不行\"", "不行")]),
            ("msgid\"a\" \"b\" msgstr\"一\" \"二\"", &[("msgid \"ab\"", "一二")]),
            (
                "msgid \"a\"\nmsgstr \"\\\\\\\"\\t\\r\\a\\b\\f\\v\\101\\x42\\344\\270\\215\"",
                &[("msgid \"a\"", "\\\"\t\r\u{7}\u{8}\u{c}\u{b}AB不")],
            ),
            (
                "msgid \"一二三四五六七八九十一二三四五六七八九十多\\n\"\nmsgstr \"好\"",
                &[("msgid \"一二三四五六七八九十一二三四五六七八九十…\"", "好")],
            ),
            ("domain \"x\"\nmsgid \"a\"\nmsgstr \" \\n\"", &[]),
        ];
        for (text, expected) in cases {
            for text in [(*text).to_owned(), format!("{header}{text}")] {
                let (segments, problems) = read(&text);
                let found: Vec<_> = segments
                    .iter()
                    .map(|segment| (segment.address.as_ref().map(Address::to_string), segment.text.as_ref()))
                    .collect();
                let expected: Vec<_> =
                    expected.iter().map(|(address, text)| (Some((*address).to_owned()), *text)).collect();
                assert_eq!(found, expected, "{text:?}");
                assert_eq!(problems, [], "{text:?}");
            }
        }
    }

    #[test]
    fn goes_on_behind_what_is_broken() {
        let good = "\nmsgid \"ok\"\nmsgstr \"好\"\n";
        let cases = [
            ("msgid \"a\nmsgstr \"一\"\n", 1, "引号"),
            ("msgid \"a\"\nmsgstr \"一\\\"\n", 2, "引号"),
            ("\nmsgstr \"一\"\n", 2, "没有 msgid"),
            ("msgid \"a\"\nmsgtxt \"一\"\nmsgstr \"二\"\n", 2, "msgtxt"),
            ("msgid \"a\"\n不行\n", 2, "不"),
            ("msgid \"ok\"\nmsgstr \"\"\n", 4, "第 1 行"),
            ("msgid \"a\"\n", 1, "没有 msgstr"),
            ("msgctxt \"a\"\n", 1, "没有 msgid"),
            ("\"a\"\n", 1, "前面没有"),
        ];
        for (text, line, words) in cases {
            let text = format!("{text}{good}");
            let (segments, problems) = read(&text);
            assert_eq!(segments.last().map(|segment| segment.text.as_ref()), Some("好"), "{text:?}");
            // A context without id is taken for that of the next entry.
            if words != "没有 msgid" || line == 2 {
                assert_eq!(problems.len(), 1, "{text:?} {problems:?}");
                assert_eq!(problems[0].line, line, "{text:?} {problems:?}");
                assert!(problems[0].message.contains(words), "{problems:?}");
            }
        }
    }

    #[test]
    fn never_edits_keys() {
        let (segments, _) = read("msgid \"不行\"\nmsgstr \"\"\n");
        assert_eq!(segments[0].locked, Some(NotEditable::Key));
    }

    proptest::proptest! {
        #[test]
        fn anything_has_a_sound_map(text in "(msgid|msgstr|msgctxt|msgid_plural|\\[0\\]| |\"|\\\\|\n|\r|#|~|n|x4|7|不|😊){0,40}") {
            read(&text);
        }

        #[test]
        fn edits_round_trip(
            parts in proptest::collection::vec("(\\\\n|\\\\t|\\\\\"|\\\\\\\\|\\\\101|\\\\1|\\\\x4|\\\\xe4|a|1|不|😊| |'){0,6}", 1..4),
            replacement in "[不行a1\"\\\\\n\r\t\u{0}😊 ]{0,4}",
            places in (0_usize..14, 0_usize..14),
        ) {
            let strings: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
            let page = format!("msgid \"k\"\nmsgstr {}\n\nmsgid \"z\"\nmsgstr \"好\"\n", strings.join("\n"));
            let texts = |page: &str| read(page).0.iter().map(|segment| segment.text.to_string()).collect::<Vec<_>>();
            try_edit(&page, &read(&page).0, 0, places, &replacement, &texts)?;
        }
    }
}
