//! Text on a screen: what may be shown of it, how many columns it takes, and what of it fits.
//!
//! A column is the width of one ASCII character; a Chinese character takes two. A tab is shown as four spaces.
//! Characters that would move the cursor, hide, or turn the direction of writing are shown by name.

use std::fmt::{self, Write as _};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns a tab takes.
const TAB: usize = 4;

/// Where a finding's owner looks for it, with a blank behind it; nothing where there is only a line.
pub struct Address<'a>(pub Option<&'a str>);

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |address| write!(f, "{} ", Inline(address)))
    }
}

/// Text for the inside of a line: nothing in it can break the line or the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Inline<'a>(pub &'a str);

impl fmt::Display for Inline<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = 0;
        for (at, character) in self.0.char_indices() {
            if plain_width(character).is_some() {
                continue;
            }
            if let Some(shown) = Shown::instead_of(character) {
                f.write_str(&self.0[written..at])?;
                write!(f, "{shown}")?;
                written = at + character.len_utf8();
            }
        }
        f.write_str(&self.0[written..])
    }
}

/// What is shown instead of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// Spaces for a tab.
    Tab,
    /// A picture of a control character; one column.
    Picture(char),
    /// The code point in angle brackets.
    Code(char),
}

impl Shown {
    fn instead_of(character: char) -> Option<Shown> {
        Some(match character {
            '\t' => Shown::Tab,
            '\n' => Shown::Picture('⏎'),
            // The pictures of the control characters stand in their order from U+2400 on, so this is one of them.
            '\0'..='\u{1f}' => Shown::Picture(char::from_u32(0x2400 + u32::from(character)).unwrap_or('?')),
            '\u{7f}' => Shown::Picture('␡'),
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' => Shown::Code(character),
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            Shown::Tab => TAB,
            Shown::Picture(_) => 1,
            Shown::Code(character) => "<U+>".len() + if u32::from(character) > 0xffff { 5 } else { 4 },
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Shown::Tab => f.write_str("    "),
            Shown::Picture(picture) => f.write_char(picture),
            Shown::Code(character) => write!(f, "<U+{:04X}>", u32::from(character)),
        }
    }
}

/// The width of the characters that ordinary messages are made of; nothing combines with them but what is not here.
fn plain_width(character: char) -> Option<usize> {
    match character {
        ' '..='~' => Some(1),
        '\u{4e00}'..='\u{9fff}' | '\u{3001}'..='\u{3020}' | '\u{ff01}'..='\u{ff60}' => Some(2),
        _ => None,
    }
}

/// How many columns one grapheme takes as it is shown.
fn grapheme_width(grapheme: &str) -> usize {
    let mut characters = grapheme.chars();
    match (characters.next(), characters.next()) {
        (None, _) => 0,
        (Some(one), None) => match plain_width(one) {
            Some(width) => width,
            None => Shown::instead_of(one).map_or_else(|| grapheme.width(), Shown::width),
        },
        // CR LF is the only grapheme of several characters with a control character in it.
        (Some('\r'), Some(_)) => 2,
        _ => grapheme.width(),
    }
}

/// How many columns `text` takes as [`Inline`] shows it.
#[must_use]
pub fn width(text: &str) -> usize {
    fit(text, usize::MAX).columns
}

/// A part of a text that fits into a number of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Its length in bytes; whole graphemes.
    pub bytes: usize,
    /// The columns that it takes.
    pub columns: usize,
}

/// The longest beginning of `text` that fits into `limit` columns. Reads no more of the text than that.
#[must_use]
pub fn fit(text: &str, limit: usize) -> Fit {
    let mut fit = Fit { bytes: 0, columns: 0 };
    // Ordinary characters are graphemes of their own, unless a combining one follows; so the last is left to the slow way.
    for character in text.chars() {
        let Some(width) = plain_width(character) else {
            let Fit { bytes, columns } = fit;
            if bytes > 0 {
                let last = text[..bytes].chars().next_back().unwrap_or_default();
                fit = Fit { bytes: bytes - last.len_utf8(), columns: columns - plain_width(last).unwrap_or_default() };
            }
            return fit_graphemes(text, fit, limit);
        };
        if fit.columns + width > limit {
            return fit;
        }
        fit.bytes += character.len_utf8();
        fit.columns += width;
    }
    fit
}

fn fit_graphemes(text: &str, mut fit: Fit, limit: usize) -> Fit {
    for grapheme in text[fit.bytes..].graphemes(true) {
        let width = grapheme_width(grapheme);
        if fit.columns + width > limit {
            break;
        }
        fit.bytes += grapheme.len();
        fit.columns += width;
    }
    fit
}

/// The longest end of `text` that fits into `limit` columns. Reads little more of the text than that.
#[must_use]
pub fn fit_end(text: &str, limit: usize) -> Fit {
    let mut fit = Fit { bytes: 0, columns: 0 };
    for character in text.chars().rev() {
        let Some(width) = plain_width(character) else { return fit_graphemes_end(text, limit) };
        if fit.columns + width > limit {
            break;
        }
        fit.bytes += character.len_utf8();
        fit.columns += width;
    }
    fit
}

fn fit_graphemes_end(text: &str, limit: usize) -> Fit {
    let mut fit = Fit { bytes: 0, columns: 0 };
    for grapheme in text.graphemes(true).rev() {
        let width = grapheme_width(grapheme);
        if fit.columns + width > limit {
            break;
        }
        fit.bytes += grapheme.len();
        fit.columns += width;
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths() {
        for (text, columns) in [
            ("", 0),
            ("abc", 3),
            ("不行，", 6),
            ("a不b", 4),
            ("😊", 2),
            ("👨‍👩‍👧", 2),
            ("👍🏽", 2),
            ("e\u{301}", 1),
            ("行\u{fe0f}", 2),
            ("\t", 4),
            ("\u{1b}[31m", 5),
            ("滚\u{200b}蛋", 12),
            ("\r\n", 2),
            ("ｶﾞ", 2),
            ("𠮷野", 4),
        ] {
            assert_eq!(width(text), columns, "{text:?}");
            let shown = Inline(text).to_string();
            assert!(!shown.chars().any(char::is_control), "{text:?}");
            assert_eq!(shown.width(), columns, "{text:?} shown as {shown:?}");
        }
    }

    #[test]
    fn fits_whole_graphemes_only() {
        for (text, limit, beginning, end) in [
            ("不行啊", 5, "不行", "行啊"),
            ("不行啊", 6, "不行啊", "不行啊"),
            ("ab😊", 3, "ab", "b😊"),
            ("a👨‍👩‍👧b", 2, "a", "b"),
            ("ae\u{301}", 1, "a", "e\u{301}"),
            ("e\u{301}a", 1, "e\u{301}", "a"),
            ("不行", 0, "", ""),
            ("不行", 1, "", ""),
        ] {
            assert_eq!(&text[..fit(text, limit).bytes], beginning, "{text:?} {limit}");
            assert_eq!(&text[text.len() - fit_end(text, limit).bytes..], end, "{text:?} {limit}");
        }
    }

    #[test]
    fn nothing_dangerous_is_shown_as_it_is() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a␛[2Jb"),
            ("滚\u{200b}蛋", "滚<U+200B>蛋"),
            ("x\u{202e}y", "x<U+202E>y"),
            ("一\n二\t三", "一⏎二    三"),
            ("\u{9b}0m", "<U+009B>0m"),
            ("ok", "ok"),
        ] {
            assert_eq!(Inline(text).to_string(), shown);
        }
    }
}
