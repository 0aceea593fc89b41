//! A scalar of YAML as prose with its map. Reads the raw source a second time, beside the parser, and is believed only
//! where it comes to the same string. Must not know the tree around the scalar.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::edit::YamlStyle;
use crate::document::segment::Runs;
use crate::document::{Escape, NotEditable, Piece, Role, Segment, SourceMap};
use crate::text::TextRange;

/// Whether a node stands between brackets, where commas and brackets end a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Structure comes from indentation.
    Block,
    /// Structure comes from brackets.
    Flow,
}

/// Whether an anchor or a tag stands before a node; its range begins with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Properties {
    /// One or both do.
    Present,
    /// Neither does.
    Absent,
}

/// A scalar as the parser gives it.
pub(super) struct Scalar<'a> {
    /// The string that it is.
    pub(super) value: Cow<'a, str>,
    /// How it is written.
    pub(super) style: ScalarStyle,
    /// Where it stands, in bytes. The end may lie beyond blanks, line breaks and a comment; the start of a block scalar
    /// without properties is its first character, not its header.
    pub(super) range: Range<usize>,
    /// What stands before it.
    pub(super) properties: Properties,
    /// Where it stands.
    pub(super) context: Context,
}

/// The message that `scalar`, in which something is visible, is. Where the source does not read as the parser says, the
/// message is locked.
pub(super) fn segment<'a>(text: &'a str, scalar: Scalar<'a>) -> Segment<'a> {
    let start = match scalar.properties {
        Properties::Present => behind_properties(text, scalar.range.start),
        Properties::Absent => scalar.range.start,
    };
    let read = match scalar.style {
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            flow_scalar(text, start..scalar.range.end, &scalar)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => block_scalar(text, start..scalar.range.end, &scalar),
    };
    if let Some((runs, style)) = read
        && runs.text() == scalar.value
    {
        let segment = runs.segment(Role::Agent, Escape::Yaml(style));
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
    let end = scalar.range.start + text[scalar.range.clone()].trim_end().len();
    let whole = Piece {
        prose: TextRange::new(0, scalar.value.len()),
        source: TextRange::new(scalar.range.start, end),
        verbatim: false,
    };
    let map = SourceMap::Pieces(vec![whole]);
    let escape = Escape::Yaml(YamlStyle::SingleQuoted);
    Segment { locked: Some(NotEditable::Unmapped), ..Segment::new(scalar.value, Role::Agent, map, escape) }
}

/// The offset behind the anchor and the tag that begin at `at`, and the blanks, line breaks and comments around them.
fn behind_properties(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let ends_property = |c: char| is_white(c) || matches!(c, ',' | '[' | ']' | '{' | '}');
        let length = match rest.chars().next() {
            Some('#') => rest.find(['\n', '\r']),
            Some('!') if rest.starts_with("!<") => rest.find('>').map(|last| last + 1),
            Some('&' | '!') => rest.find(ends_property),
            Some(c) if is_white(c) => Some(c.len_utf8()),
            _ => return at,
        };
        at += length.unwrap_or(rest.len());
    }
}

fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The length of the line break with which `text` begins, or zero.
fn line_break(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// How many line breaks `white` holds.
fn line_breaks(white: &str) -> usize {
    white.bytes().filter(|byte| matches!(byte, b'\r' | b'\n')).count() - white.matches("\r\n").count()
}

/// Reads a plain or quoted scalar, whose line breaks are folded.
fn flow_scalar(text: &str, range: Range<usize>, scalar: &Scalar<'_>) -> Option<(Runs, YamlStyle)> {
    let raw = text.get(range.clone())?;
    let quote = match scalar.style {
        ScalarStyle::SingleQuoted => Some('\''),
        ScalarStyle::DoubleQuoted => Some('"'),
        _ => None,
    };
    let mut at = quote.map_or(0, char::len_utf8);
    if quote.is_some_and(|quote| !raw.starts_with(quote)) {
        return None;
    }
    let mut runs = Runs::default();
    let (mut folded, mut wide_escapes) = (false, false);
    loop {
        let rest = &raw[at..];
        if quote.is_none() && runs.text().len() >= scalar.value.len() {
            break;
        }
        let first = rest.chars().next()?;
        let here = range.start + at;
        let length = match first {
            _ if is_white(first) => {
                let length = rest.find(|c| !is_white(c)).unwrap_or(rest.len());
                match line_breaks(&rest[..length]) {
                    0 => runs.verbatim(&rest[..length], here),
                    1 => runs.whole(" ", here..here + length),
                    more => runs.whole(&"\n".repeat(more - 1), here..here + length),
                }
                folded |= line_breaks(&rest[..length]) > 0;
                length
            }
            '\'' if quote == Some('\'') && rest.starts_with("''") => {
                runs.whole("'", here..here + 2);
                2
            }
            '\\' if quote == Some('"') && line_break(&rest[1..]) > 0 => {
                let length = rest[1..].find(|c| !is_white(c)).map_or(rest.len(), |white| white + 1);
                // The escaped break itself shows nothing, an empty line behind it does.
                let more = line_breaks(&rest[..length]) - 1;
                if more > 0 {
                    runs.whole(&"\n".repeat(more), here..here + length);
                }
                folded = true;
                length
            }
            '\\' if quote == Some('"') => {
                let (c, length) = escape(rest)?;
                wide_escapes |= !c.is_ascii();
                runs.whole(c.encode_utf8(&mut [0; 4]), here..here + length);
                length
            }
            _ if quote == Some(first) => break,
            _ => {
                let special = |c: char| is_white(c) || matches!(c, '\\' | '\'' | '"');
                let tail = &rest[first.len_utf8()..];
                let length = first.len_utf8() + tail.find(special).unwrap_or(tail.len());
                runs.verbatim(&rest[..length], here);
                length
            }
        };
        at += length;
    }
    let style = match (quote, scalar.context) {
        (Some('\''), _) => YamlStyle::SingleQuoted,
        (Some(_), _) => YamlStyle::DoubleQuoted { ascii: wide_escapes && raw[..at].is_ascii(), folded },
        (None, Context::Block) => YamlStyle::Plain,
        (None, Context::Flow) => YamlStyle::PlainInFlow,
    };
    Some((runs, style))
}

/// The character of the escape with which `text` begins, and its length.
fn escape(text: &str) -> Option<(char, usize)> {
    let simple = match text[1..].chars().next()? {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        c @ (' ' | '"' | '/' | '\\') => c,
        'x' => return hex(text, 2),
        'u' => return hex(text, 4),
        'U' => return hex(text, 8),
        _ => return None,
    };
    Some((simple, 2))
}

/// The character of `digits` hexadecimal digits behind two bytes of `text`.
fn hex(text: &str, digits: usize) -> Option<(char, usize)> {
    let code = text.get(2..2 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    Some((c, 2 + digits))
}

/// Reads a block scalar: lines without their indentation; the folded ones joined.
fn block_scalar(text: &str, range: Range<usize>, scalar: &Scalar<'_>) -> Option<(Runs, YamlStyle)> {
    let value = scalar.value.as_ref();
    let first = match scalar.properties {
        Properties::Absent => range.start,
        Properties::Present => behind_header(text, range.clone(), value)?,
    };
    let line_start = text[..first].rfind(['\n', '\r']).map_or(0, |last| last + 1);
    let indentation = &text[line_start..first];
    if indentation.bytes().any(|byte| byte != b' ') {
        return None;
    }
    let is_blank = |line: &str| line.starts_with([' ', '\t']);
    let mut runs = Runs::default();
    let empty_lines = leading_empty_lines(text, line_start);
    if empty_lines < line_start {
        runs.whole(&"\n".repeat(line_breaks(&text[empty_lines..line_start])), empty_lines..first);
    }
    let mut at = first;
    loop {
        let line = &text[at..range.end.max(at)];
        let line = &line[..line.find(['\n', '\r']).unwrap_or(line.len())];
        runs.verbatim(line, at);
        let line_end = at + line.len();
        let (next, breaks) = next_content(text, line_end, indentation.len());
        if next >= range.end || breaks == 0 {
            // What the parser keeps of the last line breaks depends on the header; none of them can be edited.
            let kept = value.get(runs.text().len()..)?;
            if !kept.is_empty() && kept.bytes().all(|byte| byte == b'\n') {
                runs.whole(kept, line_end..next.min(range.end).max(line_end));
            }
            break;
        }
        let folds = scalar.style == ScalarStyle::Folded && !is_blank(line) && !is_blank(&text[next..]);
        match breaks {
            1 if folds => runs.whole(" ", line_end..next),
            _ => runs.whole(&"\n".repeat(breaks - usize::from(folds)), line_end..next),
        }
        at = next;
    }
    Some((runs, if scalar.style == ScalarStyle::Folded { YamlStyle::Folded } else { YamlStyle::Literal }))
}

/// The first character of the block scalar `value` whose header begins the range.
fn behind_header(text: &str, range: Range<usize>, value: &str) -> Option<usize> {
    let raw = text.get(range.clone()).filter(|raw| raw.starts_with(['|', '>']))?;
    let header = raw.find(['\n', '\r'])?;
    let body = &raw[header..];
    let white = body.find(|c| !matches!(c, ' ' | '\n' | '\r'))?;
    // Blanks that are words may stand before the first other character of the first line.
    let words = value.trim_start_matches('\n');
    let blanks = words.len() - words.trim_start_matches(' ').len();
    (range.start + header + white).checked_sub(blanks)
}

/// Where the run of empty lines before the line that begins at `line_start` begins. The header ends it.
fn leading_empty_lines(text: &str, line_start: usize) -> usize {
    let mut at = line_start;
    loop {
        let above = &text[..at];
        let ends = ["\r\n", "\n", "\r"];
        let Some(above) = ends.iter().find_map(|end| above.strip_suffix(end)) else {
            return at;
        };
        let above = above.trim_end_matches(' ');
        if !above.ends_with(['\n', '\r']) {
            return at;
        }
        at = above.len();
    }
}

/// Where the next line with content begins behind the line end at `at`, without at most `indent` blanks, and how many
/// line breaks lie between.
fn next_content(text: &str, mut at: usize, indent: usize) -> (usize, usize) {
    let mut breaks = 0;
    loop {
        let length = line_break(&text[at..]);
        if length == 0 {
            return (at, breaks);
        }
        breaks += 1;
        at += length;
        at += text[at..].bytes().take(indent).take_while(|byte| *byte == b' ').count();
    }
}
