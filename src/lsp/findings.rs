//! Findings as they are sent: JSON without the numbers of the lines, so that one moves with its line at no cost. Must not
//! know how findings are made.

use std::ops::Range;

use tower_lsp::ls_types::DiagnosticSeverity;

use super::Encoding;
use super::documents::Rules;
use super::text::{Change, Ruler, Spot, Text, row_and_character};
use super::to_proto;
use crate::document::plain;

/// A finding as it is sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Shown {
    /// The line of the text on which it begins.
    pub line: usize,
    /// The protocol's line on which it begins and that on which it ends, counted from the first row of `line`.
    rows: (u32, u32),
    /// What stands behind the number of the first line, up to that of the last, and what stands behind that.
    json: Box<str>,
    /// The length of the first part of `json`, in bytes.
    split: u32,
}

impl Shown {
    /// The rule that it is a finding of; nothing where it is a problem.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        // Within strings quotation marks are escaped.
        self.json.split_once(r#""code":""#)?.1.split('"').next()
    }
}

/// Moves the findings behind a change, and drops those inside it. `found` is in the order of its lines.
pub fn note(found: &mut Vec<Shown>, change: Change) {
    let Change { first, removed, added } = change;
    let start = found.partition_point(|shown| shown.line < first);
    let end = found.partition_point(|shown| shown.line < first + removed);
    found.drain(start..end);
    if added != removed {
        for shown in &mut found[start..] {
            shown.line = shown.line - removed + added;
        }
    }
}

/// Puts `new` in the place of what was found in `lines`.
pub fn put(found: &mut Vec<Shown>, lines: &Range<usize>, new: Vec<Shown>) {
    let start = found.partition_point(|shown| shown.line < lines.start);
    let end = found.partition_point(|shown| shown.line < lines.end);
    found.splice(start..end, new);
}

/// Writes `one` and `other`, each in the order of their places, as an array of the protocol's diagnostics.
pub fn write(text: &Text, one: &[Shown], other: &[Shown], out: &mut Vec<u8>) {
    out.push(b'[');
    let mut rows = Rows { text, line: 0, row: 0 };
    for (index, shown) in merged(one, other).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let row = rows.of(shown.line);
        let (head, tail) = shown.json.split_at(shown.split as usize);
        out.extend_from_slice(br#"{"range":{"start":{"line":"#);
        write_number(out, row + shown.rows.0 as usize);
        out.extend_from_slice(head.as_bytes());
        write_number(out, row + shown.rows.1 as usize);
        out.extend_from_slice(tail.as_bytes());
    }
    out.push(b']');
}

/// Two lists in one, in the order of lines; on one line those of the first come first.
fn merged<'s>(one: &'s [Shown], other: &'s [Shown]) -> impl Iterator<Item = &'s Shown> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(first), Some(second)) if first.line > second.line => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

/// The protocol's numbers of lines that are asked in ascending order.
struct Rows<'t> {
    text: &'t Text,
    line: usize,
    row: usize,
}

impl Rows<'_> {
    fn of(&mut self, line: usize) -> usize {
        if !self.text.has_lone_returns() {
            return line;
        }
        while self.line < line {
            self.row += 1 + row_ends_within(self.text.line(self.line));
            self.line += 1;
        }
        self.row
    }
}

/// How many rows of the protocol end in `line` before its own end.
fn row_ends_within(line: &str) -> usize {
    let (rows, _) = row_and_character(line, line.len(), Encoding::Utf8);
    rows - usize::from(line.ends_with('\n'))
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A problem of a line, ready to be sent; where the message says the number of its line, `said`, that goes: the line may
/// get another.
#[must_use]
pub fn problem(text: &Text, line: usize, message: &str, said: usize, rules: &Rules) -> Shown {
    let end = plain::line_at(text.line(line), 0).end;
    let bare = message.strip_prefix(&format!("第 {said} 行")).map(|rest| format!("这一行{rest}"));
    let rest = to_proto::problem(bare.as_deref().unwrap_or(message), DiagnosticSeverity::INFORMATION);
    shown(&mut Ruler::new(text, rules.encoding), Spot { line, byte: 0 }, Spot { line, byte: end }, &rest)
}

/// A finding between two places of the text that `ruler` measures, ready to be sent.
pub fn shown(ruler: &mut Ruler<'_>, start: Spot, end: Spot, rest: &str) -> Shown {
    let (first_row, first) = ruler.measure(start);
    // The next finding may begin before this one ends.
    let (last_row, last) = { *ruler }.measure(end);
    let last_row = last_row + ruler.rows_between(start.line, end.line);
    let head = format!(r#","character":{first}}},"end":{{"line":"#);
    let json = format!(r#"{head},"character":{last}}}}},{rest}"#);
    Shown { line: start.line, rows: (first_row as u32, last_row as u32), split: head.len() as u32, json: json.into() }
}
