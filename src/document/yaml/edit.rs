//! How an edit is written into a scalar of YAML. Owns what each style can hold, and what would be read as another type
//! or as structure. Must not know the source: the map tells where lines are folded.

use std::fmt::Write;

use super::schema::{Resolved, resolve};
use crate::document::{NotEditable, Segment, SourceMap};
use crate::text::{Edit, Prose, TextRange};

/// The style of a scalar, as far as it matters for what can be written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YamlStyle {
    /// Without quotes, where structure comes from indentation.
    Plain,
    /// Without quotes, between brackets.
    PlainInFlow,
    /// Between apostrophes.
    SingleQuoted,
    /// Between quotation marks.
    DoubleQuoted {
        /// Whether the file writes other characters than those of ASCII as escapes.
        ascii: bool,
        /// Whether it goes over several lines.
        folded: bool,
    },
    /// A block whose line breaks stay (`|`).
    Literal,
    /// A block whose line breaks are folded (`>`).
    Folded,
}

/// What is written for `edit` of `segment`, whose style is `style`, in place of the source that it covers; `replacement`
/// is the edit's, with what else shows behind that source.
pub(in crate::document) fn write(
    style: YamlStyle,
    segment: &Segment<'_>,
    edit: &Edit<Prose>,
    replacement: &str,
) -> Result<String, NotEditable> {
    if let YamlStyle::DoubleQuoted { ascii, folded } = style {
        if folded {
            // An escaped line break shows nothing, so each end of the prose may lie at one.
            let line = Line { folded_before: true, folded_after: true, ..Line::around(segment, edit.range) };
            line.check_fold(&edit.replacement)?;
            check_markers(segment, edit)?;
        }
        return Ok(double_quoted(replacement, ascii));
    }
    if replacement.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(NotEditable::LineBreak);
    }
    // A tab in a plain scalar is right by YAML 1.2, and many readers of YAML 1.1 refuse the file.
    let spoils = matches!(style, YamlStyle::Plain | YamlStyle::PlainInFlow) && replacement.contains('\t');
    if replacement.chars().any(is_unprintable) || spoils {
        return Err(NotEditable::Unwritable);
    }
    check_markers(segment, edit)?;
    let line = Line::around(segment, edit.range);
    match style {
        YamlStyle::Literal | YamlStyle::Folded => {
            check_block(style, segment, edit, &line)?;
            Ok(replacement.to_owned())
        }
        YamlStyle::SingleQuoted => {
            line.check_fold(&edit.replacement)?;
            Ok(replacement.replace('\'', "''"))
        }
        _ => {
            line.check_fold(&edit.replacement)?;
            let (before, after) = around(segment, edit.range);
            check_plain(style, &[before, &edit.replacement, after].concat())?;
            Ok(replacement.to_owned())
        }
    }
}

/// The prose before and behind `range`.
fn around<'s>(segment: &'s Segment<'_>, range: TextRange<Prose>) -> (&'s str, &'s str) {
    (&segment.text[..range.start()], &segment.text[range.end()..])
}

/// The line of the source in which an edit stands, as its prose.
struct Line<'s> {
    /// The prose of the line before the edit.
    before: &'s str,
    /// The prose of the line behind the edit.
    after: &'s str,
    /// Whether another line is folded to its beginning.
    folded_before: bool,
    /// Whether another line is folded to its end.
    folded_after: bool,
}

impl<'s> Line<'s> {
    fn around(segment: &'s Segment<'_>, range: TextRange<Prose>) -> Self {
        let (before, after) = around(segment, range);
        let mut line = Line { before, after, folded_before: false, folded_after: false };
        let SourceMap::Pieces(pieces) = &segment.map else {
            return line;
        };
        let mut start = 0;
        let mut end = segment.text.len();
        for (index, piece) in pieces.iter().enumerate() {
            // An escaped blank passes for a fold, which is only more careful.
            if !piece.verbatim && segment.text[piece.prose.as_range()].trim().is_empty() {
                if piece.prose.end() <= range.start() {
                    (start, line.folded_before) = (piece.prose.end(), true);
                } else if piece.prose.start() >= range.end() && !line.folded_after {
                    (end, line.folded_after) = (piece.prose.start(), true);
                }
            }
            let gap = pieces.get(index + 1).is_some_and(|next| next.source.start() != piece.source.end());
            let at = piece.prose.end();
            if gap && at <= range.start() && at < range.end() {
                (start, line.folded_before) = (at, true);
            } else if gap && at >= range.end() && !line.folded_after {
                // An insertion at the gap is written before it.
                (end, line.folded_after) = (at, true);
            }
        }
        line.before = &segment.text[start..range.start()];
        line.after = &segment.text[range.end().min(end)..end];
        line
    }

    fn with(&self, replacement: &str) -> String {
        [self.before, replacement, self.after].concat()
    }

    /// Folding eats the blanks at the end of a line and at the beginning of the next one, and a line without anything
    /// else stands for a line break.
    fn check_fold(&self, replacement: &str) -> Result<(), NotEditable> {
        let line = self.with(replacement);
        let spoilt = (self.folded_before && line.starts_with([' ', '\t']))
            || (self.folded_after && line.ends_with([' ', '\t']))
            || ((self.folded_before || self.folded_after) && line.is_empty());
        if spoilt { Err(NotEditable::Unwritable) } else { Ok(()) }
    }
}

/// At the beginning of a line `---` and `...` end the document. Where lines begin is not known here, so such a word is
/// never written, nor cut out of a longer one.
fn check_markers(segment: &Segment<'_>, edit: &Edit<Prose>) -> Result<(), NotEditable> {
    let (before, after) = around(segment, edit.range);
    let white = |c: char| c.is_ascii_whitespace();
    let head = before.rsplit(white).next().unwrap_or_default();
    let tail = after.split(white).next().unwrap_or_default();
    let words = [head, &edit.replacement, tail].concat();
    if words.split(white).any(|word| matches!(word, "---" | "...")) { Err(NotEditable::Unwritable) } else { Ok(()) }
}

/// A block keeps its lines, and what tells their indentation and their folding.
fn check_block(
    style: YamlStyle,
    segment: &Segment<'_>,
    edit: &Edit<Prose>,
    line: &Line<'_>,
) -> Result<(), NotEditable> {
    let range = edit.range;
    let joins_lines = matches!(&segment.map, SourceMap::Pieces(pieces) if pieces.iter().any(|piece| {
        !piece.verbatim && piece.prose.start() < range.end() && piece.prose.end() > range.start()
    }));
    let old = line.with(&segment.text[range.as_range()]);
    if joins_lines || old.is_empty() {
        return Err(NotEditable::MarkupBetween);
    }
    let new = line.with(&edit.replacement);
    let is_blank = |line: &str| line.starts_with([' ', '\t']);
    let (before, _) = around(segment, range);
    let is_first = before[..before.len() - line.before.len()].trim().is_empty();
    // The first line tells the indentation, and blanks at a line's beginning tell that it is not folded.
    let shifts = (is_first && line.before.is_empty() && is_blank(&new))
        || (is_blank(&new) != is_blank(&old) && (is_first || style == YamlStyle::Folded));
    if shifts || new.trim_matches([' ', '\t']).is_empty() { Err(NotEditable::Unwritable) } else { Ok(()) }
}

/// Without quotes, everything that looks like something else is.
fn check_plain(style: YamlStyle, prose: &str) -> Result<(), NotEditable> {
    if resolve(prose) != Resolved::Text {
        return Err(NotEditable::ChangesType);
    }
    let white = |c: char| matches!(c, ' ' | '\t' | '\n');
    let indicates = match prose.as_bytes() {
        [b'-', next, ..] => *next == b'-' || next.is_ascii_whitespace(),
        [first, ..] => b"-?:,[]{}#&*!|>'\"%@`".contains(first),
        [] => true,
    };
    let key = prose.ends_with(':') || prose.split(':').skip(1).any(|rest| rest.starts_with(white));
    let comment = prose.split('#').rev().skip(1).any(|head| head.ends_with(white));
    // The parser takes a lone hyphen before a bracket or a comma for the indicator.
    let hyphen = prose.strip_suffix('-').is_some_and(|head| head.ends_with(white));
    let bracket = style == YamlStyle::PlainInFlow && (prose.contains([',', '[', ']', '{', '}']) || hyphen);
    if indicates || key || comment || bracket || prose.starts_with(white) || prose.ends_with(white) {
        return Err(NotEditable::Unwritable);
    }
    Ok(())
}

/// Whether YAML wants the character written as an escape.
fn is_unprintable(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// `text` as the inside of a double quoted scalar.
fn double_quoted(text: &str, ascii: bool) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            '\u{2028}' => result.push_str("\\L"),
            '\u{2029}' => result.push_str("\\P"),
            _ if !is_unprintable(c) && (c.is_ascii() || !ascii) => result.push(c),
            // Writing to a string cannot fail.
            _ => {
                let code = u32::from(c);
                let _ = match code {
                    0..0x100 => write!(result, "\\x{code:02X}"),
                    0x100..0x10000 => write!(result, "\\u{code:04X}"),
                    _ => write!(result, "\\U{code:08X}"),
                };
            }
        }
    }
    result
}
