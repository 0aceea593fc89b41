//! Java properties: a message a value, its key the address. Owns lines, keys and escapes as `java.util.Properties` reads
//! them. Must not judge what a value says.

use std::collections::HashMap;

use super::segment::Runs;
use super::{Address, Escape, NotEditable, Problem, Role, Segment};
use crate::text::LineCounter;

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let mut lines = LineCounter::new(text, 1);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut problems = Vec::new();
    let mut next = 0;
    while next < text.len() {
        let Some(logical) = Logical::read(text, &mut next) else { continue };
        let line = lines.locate(logical.chars[0].0).line;
        let (key, from) = logical.cut();
        let read = logical.show(0..key).and_then(|key| Ok((key, logical.show(from..logical.chars.len())?)));
        let (key, value) = match read {
            Ok(read) => read,
            Err(Malformed(at)) => {
                let message = "“\\u”后面要有四位十六进制数字，例如 \\u4e0d。这一条没有检查，请改好。".to_owned();
                problems.push(Problem { line: lines.locate(at).line, message });
                continue;
            }
        };
        let key = key.runs.text().to_owned();
        if !value.runs.text().trim().is_empty() {
            let written_ascii = logical.chars[from..].iter().all(|(_, c)| c.is_ascii());
            let ascii = written_ascii && !value.runs.text().is_ascii();
            let escape = Escape::Properties { ascii, folded: logical.folded };
            let locked = value.unclear.then_some(NotEditable::Unmapped);
            let address = Some(Address::Path(key.as_str().into()));
            each(Segment { address, locked, ..value.runs.segment(Role::Agent, escape) });
        }
        if let Some(first) = seen.insert(key.clone(), line) {
            let message = format!("键“{key}”和第 {first} 行的重复了，程序只用后面的一个。请删去其中一个。");
            problems.push(Problem { line, message });
        }
    }
    problems
}

/// A line with those that continue it, without their ends, margins and the backslashes between them.
struct Logical {
    /// Its characters with their places in the source. Never empty.
    chars: Vec<(usize, char)>,
    /// Whether it is of several lines.
    folded: bool,
}

/// Words as they show.
#[derive(Default)]
struct Shown {
    runs: Runs,
    unclear: bool,
}

/// A `\u` without four digits at this byte.
struct Malformed(usize);

impl Logical {
    /// Reads the line that begins at the byte `next`, and moves it behind it; `None` for a comment or a blank line.
    fn read(text: &str, next: &mut usize) -> Option<Self> {
        let mut chars = Vec::new();
        let mut first = true;
        loop {
            let rest = &text[*next..];
            let length = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
            let line = &rest[..length];
            let words = line.trim_start_matches(is_blank);
            let start = *next + line.len() - words.len();
            let end = &rest[length..];
            *next += length + if end.starts_with("\r\n") { 2 } else { usize::from(!end.is_empty()) };
            if first && words.starts_with(['#', '!']) {
                return None;
            }
            let backslashes = words.len() - words.trim_end_matches('\\').len();
            let continues = backslashes % 2 == 1;
            let words = &words[..words.len() - usize::from(continues)];
            chars.extend(words.char_indices().map(|(at, c)| (start + at, c)));
            if !continues || *next >= text.len() {
                return (!chars.is_empty()).then_some(Logical { chars, folded: !first });
            }
            first = false;
        }
    }

    /// Where the key ends and where the value begins, among the characters.
    fn cut(&self) -> (usize, usize) {
        let at = |index: usize| self.chars.get(index).map(|(_, c)| *c);
        let mut key = 0;
        while let Some(c) = at(key) {
            if matches!(c, '=' | ':') || is_blank(c) {
                break;
            }
            key += if c == '\\' { 2 } else { 1 };
        }
        let key = key.min(self.chars.len());
        let blanks = |from: usize| from + self.chars[from..].iter().take_while(|(_, c)| is_blank(*c)).count();
        let mut value = blanks(key);
        if matches!(at(value), Some('=' | ':')) {
            value = blanks(value + 1);
        }
        (key, value)
    }

    /// What the characters of `range` show.
    fn show(&self, range: std::ops::Range<usize>) -> Result<Shown, Malformed> {
        let mut shown = Shown::default();
        let mut at = range.start;
        while at < range.end {
            let (start, c) = self.chars[at];
            if c != '\\' {
                shown.runs.verbatim(c.encode_utf8(&mut [0; 4]), start);
                at += 1;
                continue;
            }
            let next = self.chars.get(at + 1).filter(|_| at + 1 < range.end);
            let (c, length) = match next.map(|(_, c)| *c) {
                None => break,
                Some('u') => {
                    let wide = self.wide(at)?;
                    shown.unclear |= wide.is_none();
                    wide.unwrap_or((char::REPLACEMENT_CHARACTER, 6))
                }
                Some('t') => ('\t', 2),
                Some('n') => ('\n', 2),
                Some('r') => ('\r', 2),
                Some('f') => ('\u{c}', 2),
                Some(c) => (c, 2),
            };
            let (last, last_char) = self.chars[at + length - 1];
            shown.runs.whole(c.encode_utf8(&mut [0; 4]), start..last + last_char.len_utf8());
            at += length;
        }
        Ok(shown)
    }

    /// The character of the `\uXXXX`, or of the pair of them, at `at`, and how many characters it takes; `None` for half
    /// a pair.
    fn wide(&self, at: usize) -> Result<Option<(char, usize)>, Malformed> {
        let first = self.unit(at).ok_or(Malformed(self.chars[at].0))?;
        if let Some(c) = char::from_u32(first) {
            return Ok(Some((c, 6)));
        }
        let second = self.unit(at + 6).filter(|second| first < 0xDC00 && (0xDC00..0xE000).contains(second));
        let pair = second.and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
        Ok(pair.map(|c| (c, 12)))
    }

    fn unit(&self, at: usize) -> Option<u32> {
        let [(_, '\\'), (_, 'u'), digits @ ..] = self.chars.get(at..at + 6)? else { return None };
        digits.iter().try_fold(0, |unit, (_, c)| Some(unit * 16 + c.to_digit(16)?))
    }
}

/// What Java's properties call white space within a line.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

/// `text` as it is written in a value, between what shows as `before` and `after`; `folded` where the value stands in
/// several lines, so that any place may be the beginning of one.
pub(super) fn write(text: &str, before: &str, after: &str, ascii: bool, folded: bool) -> Result<String, NotEditable> {
    let leads = before.is_empty() || folded;
    let spoiled = |c: char| is_blank(c) || (before.is_empty() && matches!(c, '=' | ':'));
    if leads && text.is_empty() && after.starts_with(spoiled) {
        return Err(NotEditable::Unwritable);
    }
    let mut result = String::with_capacity(text.len() + 8);
    for (index, c) in text.char_indices() {
        match c {
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\u{c}' => result.push_str("\\f"),
            ' ' | '=' | ':' if leads && index == 0 => {
                result.push('\\');
                result.push(c);
            }
            _ if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    result.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => result.push(c),
        }
    }
    Ok(result)
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

    fn entries(text: &str) -> Vec<(String, String)> {
        let (segments, _) = read(text);
        let path = |segment: &Segment<'_>| segment.address.as_ref().map_or_else(String::new, Address::to_string);
        segments.iter().map(|segment| (path(segment), segment.text.to_string())).collect()
    }

    #[test]
    fn takes_the_values() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("# 注 = 不\n  ! 注\n\na = 不行 \r\nb:好\rc\t\u{c}了", &[("a", "不行 "), ("b", "好"), ("c", "了")]),
            ("a.b\\ c\\=d=\\:不\\行", &[("a.b c=d", ":不行")]),
            ("a = = 不\nb : : 行\nc   d", &[("a", "= 不"), ("b", ": 行"), ("c", "d")]),
            ("a=不\\\n   行\\\\\\\r\n\t了\\\\\nb=好", &[("a", "不行\\了\\"), ("b", "好")]),
            ("a=不\\\n#行", &[("a", "不#行")]),
            ("a=不\\\n\nb=行", &[("a", "不"), ("b", "行")]),
            ("\\\n\nb=行", &[("b", "行")]),
            ("a=不\\", &[("a", "不")]),
            ("a=\\u4e0d\\u884C\\ud83d\\ude0a!", &[("a", "不行😊!")]),
            ("a=\\u4e\\\n  0d", &[("a", "不")]),
            ("a=\\t\\n\\r\\f\\\"x\\", &[("a", "\t\n\r\u{c}\"x")]),
            ("\\u0061=\\\\u4e0d", &[("a", "\\u4e0d")]),
            ("a\nb=\nc=  ", &[]),
            ("=不", &[("", "不")]),
            ("😊=\u{200b}👍🏽\t", &[("😊", "\u{200b}👍🏽\t")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
            assert_eq!(entries(text), expected, "{text:?}");
            assert_eq!(read(text).1, [], "{text:?}");
        }
    }

    #[test]
    fn tells_what_is_wrong() {
        let cases = [
            ("a=1\nb=\\u4e\nc=好", 2, "十六进制", 2),
            ("a=1\n\\u00zz=1\nc=好", 2, "十六进制", 2),
            ("a=不\nb=\\\n\\u+123\nc=好", 3, "十六进制", 2),
            ("a=不\n\na=好", 3, "第 1 行", 2),
        ];
        for (text, line, words, messages) in cases {
            let (segments, problems) = read(text);
            assert_eq!(problems.len(), 1, "{text:?}");
            assert_eq!(problems[0].line, line, "{text:?}");
            assert!(problems[0].message.contains(words), "{problems:?}");
            assert_eq!(segments.len(), messages, "{text:?}");
        }
        let (segments, _) = read("a=\\ud83d不");
        assert_eq!(segments[0].locked, Some(NotEditable::Unmapped));
        assert_eq!(segments[0].text, "\u{fffd}不");
    }

    #[test]
    fn writes_as_the_file_does() {
        let edited = |text: &str, at: (usize, usize), replacement: &str| {
            let (segments, _) = read(text);
            let edit = crate::text::Edit {
                range: crate::text::TextRange::new(at.0, at.1),
                replacement: replacement.to_owned(),
            };
            let source = segments[0].source_edit(&edit)?;
            Ok(crate::text::apply_edits(text, &[source]).expect("one edit cannot overlap"))
        };
        assert_eq!(edited("a=\\u4E0D!", (0, 3), "好😊\n"), Ok("a=\\u597d\\ud83d\\ude0a\\n!".to_owned()));
        assert_eq!(edited("# 注\na=\\u4E0D!", (0, 3), "好"), Ok("# 注\na=\\u597d!".to_owned()));
        assert_eq!(edited("a=不行", (0, 3), " \\= "), Ok("a=\\ \\\\= 行".to_owned()));
        assert_eq!(edited("a=不 行", (0, 3), ""), Err(NotEditable::Unwritable));
        assert_eq!(edited("a=不\\\n  行", (0, 6), "好"), Err(NotEditable::MarkupBetween));
        assert_eq!(edited("a=不\\\n  行", (3, 6), " 好"), Ok("a=不\\\n  \\ 好".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn anything_has_a_sound_map(text in "(a|=|:| |\t|\\\\|\\\\u4e0d|u|0|\n|\r|#|!|不|😊|\u{c}){0,40}") {
            read(&text);
        }

        #[test]
        fn edits_round_trip(
            separator in "( |=|:| = )",
            value in "(\\\\n|\\\\t|\\\\ |\\\\\\\\|\\\\u4e0d|\\\\ud83d\\\\ude0a|\\\\\n|\\\\\r\n  |\\\\\n \\\\\n|a|=|:|#|不|😊| |'){0,9}",
            replacement in "[不行a=:#!\\\\\n\r\t\u{c}\u{0}😊 ]{0,4}",
            places in (0_usize..14, 0_usize..14),
            head in "(#不\n|#\n)",
        ) {
            let page = format!("{head}k{separator}{value}\nz=ok\n");
            let texts = |page: &str| {
                read(page).0.iter().map(|segment| segment.text.to_string()).collect::<Vec<_>>()
            };
            try_edit(&page, &read(&page).0, 0, places, &replacement, &texts)?;
        }
    }
}
