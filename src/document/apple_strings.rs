//! `.strings` files of iOS and macOS: a message a value, its key the address. Owns entries, comments and escapes. Must
//! not judge what a value says.

use super::segment::Runs;
use super::{Address, Escape, NotEditable, Problem, Role, Segment};
use crate::text::LineCounter;

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let mut lines = LineCounter::new(text, 1);
    let mut problems = Vec::new();
    let mut reader = Reader { text, at: 0 };
    loop {
        match reader.entry() {
            Ok(Some((key, value))) => {
                if !value.runs.text().trim().is_empty() {
                    let locked = value.unclear.then_some(NotEditable::Unmapped);
                    let address = Some(Address::Path(key.into()));
                    each(Segment { address, locked, ..value.runs.segment(Role::Agent, Escape::AppleStrings) });
                }
            }
            Ok(None) => return problems,
            Err(Broken { at, message }) => {
                problems.push(Problem { line: lines.locate(at).line, message: message.to_owned() });
                // Never before the place of the mistake, so that this ends.
                let from = reader.at.max(at);
                let Some(length) = memchr::memchr(b';', &text.as_bytes()[from..]) else { return problems };
                reader.at = from + length + 1;
            }
        }
    }
}

/// What is wrong at this byte.
struct Broken {
    at: usize,
    message: &'static str,
}

/// A string as it shows.
#[derive(Default)]
struct Shown {
    runs: Runs,
    unclear: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    /// The next key with its value; `None` at the end of the file.
    fn entry(&mut self) -> Result<Option<(String, Shown)>, Broken> {
        self.skip_blanks()?;
        if self.at == self.text.len() {
            return Ok(None);
        }
        let missing_key = "这里应该是键：写成 \"键\" = \"内容\"; 的样子。";
        let key = self.string(missing_key)?.runs.text().to_owned();
        self.skip_blanks()?;
        // A key alone stands for itself and holds no words of its own.
        let value = if self.takes('=') {
            self.skip_blanks()?;
            self.string("等号后面应该是写在英文双引号里的内容。")?
        } else {
            Shown::default()
        };
        let behind = self.at;
        self.skip_blanks()?;
        if self.takes(';') {
            return Ok(Some((key, value)));
        }
        Err(Broken {
            at: behind, message: "这一条的末尾缺少英文分号“;”，或者等号没有写对，没有检查。请改好。"
        })
    }

    fn takes(&mut self, c: char) -> bool {
        let found = self.text[self.at..].starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    /// Passes over white space and comments.
    fn skip_blanks(&mut self) -> Result<(), Broken> {
        loop {
            let rest = &self.text[self.at..];
            let words = rest.trim_start();
            self.at = self.text.len() - words.len();
            if words.starts_with("//") {
                self.at += memchr::memchr2(b'\n', b'\r', words.as_bytes()).unwrap_or(words.len());
            } else if words.starts_with("/*") {
                let Some(length) = words.find("*/") else {
                    let at = std::mem::replace(&mut self.at, self.text.len());
                    return Err(Broken {
                        at, message: "注释从这一行开始，到文件末尾都没有结束。请补上“*/”。"
                    });
                };
                self.at += length + 2;
            } else {
                return Ok(());
            }
        }
    }

    /// A string between quotes, or a word without them.
    fn string(&mut self, otherwise: &'static str) -> Result<Shown, Broken> {
        let mut shown = Shown::default();
        let start = self.at;
        let rest = &self.text[start..];
        let word = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$' | b':' | b'/'))
            .count();
        if word > 0 {
            shown.runs.verbatim(&rest[..word], start);
            // What is written here might need quotes.
            shown.unclear = true;
            self.at += word;
            return Ok(shown);
        }
        if !self.takes('"') {
            return Err(Broken { at: start, message: otherwise });
        }
        loop {
            let rest = &self.text[self.at..];
            let Some(plain) = memchr::memchr2(b'"', b'\\', rest.as_bytes()) else {
                self.at = self.text.len();
                let message = "引号从这一行开始，到文件末尾都没有写完。请补上后面的英文双引号。";
                return Err(Broken { at: start, message });
            };
            shown.runs.verbatim(&rest[..plain], self.at);
            self.at += plain;
            if self.takes('"') {
                return Ok(shown);
            }
            let (c, length, clear) = escape(&rest[plain..]);
            shown.unclear |= !clear;
            shown.runs.whole(c.encode_utf8(&mut [0; 4]), self.at..self.at + length);
            self.at += length;
        }
    }
}

/// The character of the escape at the start of `text`, its length in bytes, and whether all readers agree on it.
fn escape(text: &str) -> (char, usize, bool) {
    let simple = match text[1..].chars().next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('v') => '\u{b}',
        Some(c @ ('"' | '\'' | '\\' | '\n')) => c,
        Some('u' | 'U') => return wide(text),
        // Octal numbers are of an encoding of NeXTSTEP; other letters stand for themselves for some readers only.
        Some(c) => return (c, 1 + c.len_utf8(), false),
        None => return ('\\', 1, false),
    };
    (simple, 2, true)
}

fn wide(text: &str) -> (char, usize, bool) {
    let Some(first) = unit(text) else { return (char::REPLACEMENT_CHARACTER, 2, false) };
    if let Some(c) = char::from_u32(first) {
        return (c, 6, true);
    }
    let second = text.get(6..).and_then(unit).filter(|second| first < 0xDC00 && (0xDC00..0xE000).contains(second));
    match second.and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))) {
        Some(c) => (c, 12, true),
        None => (char::REPLACEMENT_CHARACTER, 6, false),
    }
}

/// The unit of the `\UXXXX` at the start of `text`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\U").or_else(|| text.strip_prefix("\\u"))?.as_bytes().get(..4)?;
    digits.iter().try_fold(0, |unit, byte| Some(unit * 16 + char::from(*byte).to_digit(16)?))
}

/// `text` as the inside of a string.
pub(super) fn write(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\0'..='\u{1f}' => result.push_str(&format!("\\U{:04x}", u32::from(c))),
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
    fn takes_the_values() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            (
                "/* \"a\" = \"b\"; */\r\n\"a.b\" = \"不行😊\";\r\n// 注\r\nkey=\"好\" ;",
                &[("a.b", "不行😊"), ("key", "好")],
            ),
            ("\"a\\\"b\"=\"\\\"\\\\\\n\\t\\r\\U4e0d\\u884C\\Ud83d\\UDE0A\";", &[("a\"b", "\"\\\n\t\r不行😊")]),
            ("\"a\"=\"不\n行;\";", &[("a", "不\n行;")]),
            ("\"a\";\"b\"=\"\";\"c\" /* = */ = /* ; */ \"不//行/*\" // ;\n;", &[("c", "不//行/*")]),
        ];
        for (text, expected) in cases {
            let (segments, problems) = read(text);
            let found: Vec<_> = segments
                .iter()
                .map(|segment| (segment.address.as_ref().map(Address::to_string), segment.text.as_ref()))
                .collect();
            let expected: Vec<_> = expected.iter().map(|(key, value)| (Some((*key).to_owned()), *value)).collect();
            assert_eq!(found, expected, "{text:?}");
            assert_eq!(problems, [], "{text:?}");
        }
    }

    #[test]
    fn goes_on_behind_what_is_broken() {
        let cases = [
            ("\"a\" = \"一\"\n\"b\" = \"二\";\n\"c\" = \"好\";", 1, "分号", 1),
            ("\"c\" = \"好\";\n\"a\" = 一;\n\"c\" = \"好\";", 2, "等号后面", 2),
            ("\"c\" = \"好\";\n\n，\"a\" = \"一\";", 3, "键", 1),
            ("\"c\" = \"好\";\n\"a\" = \"一;\n", 2, "引号", 1),
            ("\"c\" = \"好\";\n/* \"a\" = \"一\";\n", 2, "注释", 1),
            ("\"c\" = \"好\";\n\"a\"", 2, "分号", 1),
        ];
        for (text, line, words, messages) in cases {
            let (segments, problems) = read(text);
            assert_eq!(problems.len(), 1, "{text:?} {problems:?}");
            assert_eq!(problems[0].line, line, "{text:?} {problems:?}");
            assert!(problems[0].message.contains(words), "{problems:?}");
            assert_eq!(segments.len(), messages, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_has_a_sound_map(text in "(a|=|;|\"| |\\\\|\\\\U4e0d|u|0|\n|\r|/|\\*|不|😊){0,40}") {
            read(&text);
        }

        #[test]
        fn edits_round_trip(
            value in "(\\\\n|\\\\t|\\\\\"|\\\\\\\\|\\\\U4e0d|\\\\ud83d\\\\ude0a|\\\\1|\\\\U4|\n|\r\n|a|;|/\\*|不|😊| |'){0,9}",
            replacement in "[不行a=;/*\"\\\\\n\r\t\u{0}😊 ]{0,4}",
            places in (0_usize..14, 0_usize..14),
        ) {
            let page = format!("/* 注 */\n\"k\" = \"{value}\";\n\"z\" = \"好\";\n");
            let texts = |page: &str| {
                read(page).0.iter().map(|segment| segment.text.to_string()).collect::<Vec<_>>()
            };
            try_edit(&page, &read(&page).0, 0, places, &replacement, &texts)?;
        }
    }
}
