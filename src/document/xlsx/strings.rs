//! Texts of a workbook: shared strings, rich text, and the escapes of characters that XML does not hold.
//! Must not know sheets.

use std::char::{REPLACEMENT_CHARACTER, decode_utf16};
use std::fmt::Write;
use std::ops::Range;
use std::rc::Rc;

use super::Error;
use super::xml::{Characters, Xml};

/// How many shared strings are taken.
const STRING_LIMIT: usize = 4_000_000;

/// How the words of a text are formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// As the cell is.
    Plain,
    /// All by the run properties that stand in these bytes of the part; no part has more than a `u32` counts.
    Run { start: u32, end: u32 },
    /// In several ways.
    Several,
}

/// A text and its format.
#[derive(Clone, Debug)]
pub(super) struct RichText {
    pub(super) text: Rc<str>,
    pub(super) format: Format,
    /// It holds something that cannot be written back.
    pub(super) opaque: bool,
    /// It was too long to take.
    pub(super) too_long: bool,
}

/// Reads the texts of the part of shared strings.
pub(super) fn shared_strings(xml: &mut Xml<'_>) -> Result<Vec<RichText>, Error> {
    let mut strings = Vec::new();
    let mut characters = Characters::default();
    while let Some(child) = xml.child()? {
        if child.name != "si" {
            xml.skip()?;
            continue;
        }
        if strings.len() == STRING_LIMIT {
            return Err(Error::file("工作簿里的文字超过 400 万条，太多了；请拆成几个文件再检查"));
        }
        strings.push(rich_text(xml, &mut characters)?);
    }
    Ok(strings)
}

/// Reads the text of the element last given, a shared string or the text of a cell. Phonetic runs are no text.
pub(super) fn rich_text(xml: &mut Xml<'_>, characters: &mut Characters) -> Result<RichText, Error> {
    characters.clear();
    let mut foreign = false;
    let mut first: Option<Option<Range<usize>>> = None;
    let mut several = false;
    while let Some(child) = xml.child()? {
        let mut properties = None;
        let before = characters.text.len();
        match child.name {
            "t" => xml.text(characters)?,
            "r" => {
                while let Some(part) = xml.child()? {
                    match part.name {
                        "t" => xml.text(characters)?,
                        "rPr" => {
                            foreign |= !xml.skip()?;
                            properties = Some(part.start..xml.position());
                        }
                        _ => foreign |= !xml.skip()?,
                    }
                }
            }
            _ => {
                xml.skip()?;
            }
        }
        if characters.text.len() > before {
            let raw = |range: &Option<Range<usize>>| range.clone().map(|range| &xml.source()[range]);
            match &first {
                Some(first) => several |= raw(first) != raw(&properties),
                None => first = Some(properties),
            }
        }
    }
    let format = match first.flatten() {
        _ if several => Format::Several,
        None => Format::Plain,
        Some(range) => match (u32::try_from(range.start), u32::try_from(range.end)) {
            (Ok(start), Ok(end)) => Format::Run { start, end },
            _ => Format::Several,
        },
    };
    let (text, lone) = unescape(&characters.text);
    Ok(RichText { text, format, opaque: foreign || lone || characters.unknown, too_long: characters.too_long })
}

/// `text` with its `_xHHHH_` escapes of UTF-16 units undone, and whether one was half of a pair alone, which shows as
/// U+FFFD.
pub(super) fn unescape(text: &str) -> (Rc<str>, bool) {
    if memchr::memmem::find(text.as_bytes(), b"_x").is_none() {
        return (Rc::from(text), false);
    }
    let mut result = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut lone = false;
    let mut flush = |units: &mut Vec<u16>, result: &mut String| {
        for c in decode_utf16(units.drain(..)) {
            lone |= c.is_err();
            result.push(c.unwrap_or(REPLACEMENT_CHARACTER));
        }
    };
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(unit) = escaped_unit(rest) {
            units.push(unit);
            rest = &rest[7..];
        } else {
            flush(&mut units, &mut result);
            result.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    flush(&mut units, &mut result);
    (Rc::from(result), lone)
}

/// The unit of the `_xHHHH_` with which `text` begins.
fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.as_bytes().strip_prefix(b"_x")?.get(..5)?.strip_suffix(b"_")?;
    digits
        .iter()
        .try_fold(0, |unit, byte| Some(unit << 4 | u16::try_from(char::from(*byte).to_digit(16)?).ok()?))
}

/// `text` as the character data of a text element. What XML does not hold, and what would be read as an escape, is
/// escaped.
pub(super) fn escape(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '_' if escaped_unit(&text[at..]).is_some() => result.push_str("_x005F_"),
            '\t' | '\n' => result.push(c),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                write!(result, "_x{:04X}_", u32::from(c)).expect("a string takes whatever is written");
            }
            _ => result.push(c),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_escapes() {
        let cases = [
            ("", "", false),
            ("不行😊", "不行😊", false),
            ("不_x000D_\n行", "不\r\n行", false),
            ("_x0041_x0042_", "Ax0042_", false),
            ("_x005F_x0041_", "_x0041_", false),
            ("_xD83D__xde0a_", "😊", false),
            ("_xD83D_不", "\u{FFFD}不", true),
            ("_x00G1_ _x123_ _X0041_ _x", "_x00G1_ _x123_ _X0041_ _x", false),
            ("_x00亲_", "_x00亲_", false),
            ("_x+041_", "_x+041_", false),
        ];
        for (raw, text, lone) in cases {
            assert_eq!(unescape(raw), (Rc::from(text), lone), "{raw}");
        }
    }

    #[test]
    fn escapes() {
        let cases = [
            ("a<b>&c\n\t", "a&lt;b&gt;&amp;c\n\t"),
            ("不\r行\0", "不_x000D_行_x0000_"),
            ("_x0041_", "_x005F_x0041_"),
            ("__x0041__x_", "__x005F_x0041__x_"),
        ];
        for (text, raw) in cases {
            assert_eq!(escape(text), raw, "{text:?}");
        }
    }
}
