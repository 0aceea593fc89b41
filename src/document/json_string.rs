//! A JSON string as prose with its map. Must not know where in a file it stands, apart from its offset.

use super::segment::Runs;
use super::{Escape, NotEditable, Role, Segment};

/// The message in `raw`, a valid JSON string with its quotes, that begins at the byte `start` of the source.
pub(super) fn segment(raw: &str, start: usize, role: Role) -> Segment<'_> {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
    let start = start + usize::from(inner.len() < raw.len());
    if !inner.contains('\\') {
        let escape = Escape::Json { ascii: false };
        return Segment { escape, ..Segment::verbatim(inner, start, role) };
    }
    let mut runs = Runs::default();
    let mut wide_escapes = false;
    let mut at = 0;
    while at < inner.len() {
        let rest = &inner[at..];
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        if plain > 0 {
            runs.verbatim(&rest[..plain], start + at);
            at += plain;
        } else {
            let (c, length) = escape(rest);
            wide_escapes |= !c.is_ascii();
            runs.whole(c.encode_utf8(&mut [0; 4]), start + at..start + at + length);
            at += length;
        }
    }
    let broken = runs.text().contains(char::REPLACEMENT_CHARACTER) && !inner.contains(char::REPLACEMENT_CHARACTER);
    let segment = runs.segment(role, Escape::Json { ascii: wide_escapes && inner.is_ascii() });
    // Half a surrogate pair cannot be written again as it was.
    Segment { locked: broken.then_some(NotEditable::Unmapped), ..segment }
}

/// The character of the escape with which `text` begins, and its length in bytes. What no escape is, or a surrogate
/// without its partner, shows as U+FFFD.
fn escape(text: &str) -> (char, usize) {
    let kind = text[1..].chars().next();
    let simple = match kind {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('u') => return unicode_escape(text),
        Some(c @ ('"' | '\\' | '/')) => c,
        Some(c) => return (char::REPLACEMENT_CHARACTER, 1 + c.len_utf8()),
        None => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

fn unicode_escape(text: &str) -> (char, usize) {
    let Some(first) = hex(text) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if let Some(c) = char::from_u32(first) {
        return (c, 6);
    }
    let pair = text.get(6..).and_then(hex).filter(|second| first < 0xDC00 && (0xDC00..0xE000).contains(second));
    match pair.and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))) {
        Some(c) => (c, 12),
        None => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The unit of the `\uXXXX` at the start of `text`.
fn hex(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Edit, TextRange, apply_edits};

    #[test]
    fn unescapes() {
        let cases = [
            (r#""""#, "", false),
            (r#""不行😊""#, "不行😊", false),
            (r#""不\n行\"\\\/\t\r\b\f""#, "不\n行\"\\/\t\r\u{8}\u{c}", false),
            (r#""\u4e0d\u884C""#, "不行", true),
            (r#""\u4e0d行""#, "不行", false),
            (r#""a\nb""#, "a\nb", false),
            (r#""\ud83d\ude0a!""#, "😊!", true),
            (r#""\ud83d\ud83d\ude0a""#, "\u{FFFD}😊", true),
            (r#""\ude0a\u0041""#, "\u{FFFD}A", true),
            (r#""\ud83d""#, "\u{FFFD}", true),
            (r#""\ud83dx""#, "\u{FFFD}x", true),
        ];
        for (raw, text, ascii) in cases {
            let segment = segment(raw, 7, Role::Agent);
            assert_eq!(segment.text, text, "{raw}");
            assert_eq!(segment.escape, Escape::Json { ascii }, "{raw}");
        }
    }

    proptest::proptest! {
        /// Whatever is edited, the string holds afterwards what the edit of the prose gives.
        #[test]
        fn edits_round_trip(
            text in "[不行a\"\\\\/\n\r\t\u{1}😊\u{200b}]{0,12}",
            replacement in "[不行a\"\\\\\n\u{0}😊]{0,4}",
            places in (0_usize..13, 0_usize..13),
            written in 0..3,
        ) {
            let plain = serde_json::to_string(&text).expect("a string can be written");
            let ascii: String = plain
                .chars()
                .map(|c| if c.is_ascii() { c.to_string() } else {
                    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()
                })
                .collect();
            let raw = match written { 0 => plain, 1 => ascii, _ => plain.replace('a', "\\u0061") };
            let segment = segment(&raw, 0, Role::Agent);
            proptest::prop_assert_eq!(segment.text.as_ref(), text.as_str());
            let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let range = TextRange::new(offsets[places.0 % offsets.len()], offsets[places.1 % offsets.len()]);
            let edit = Edit { range, replacement };
            let source = segment.source_edit(&edit).expect("JSON strings hold anything");
            let result = apply_edits(&raw, &[source]).expect("one edit cannot overlap");
            let shown = apply_edits(&text, &[edit]).expect("one edit cannot overlap");
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&result).expect("still a string"), shown);
        }
    }
}
