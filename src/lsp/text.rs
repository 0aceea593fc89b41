//! The text of an open document: lines that an edit replaces without moving the rest. Owns the way from positions of the
//! protocol to bytes and back. Must not know what a message or a finding is.
//!
//! A *line* here is what the formats know: it ends with `\n` or with the text. The protocol also ends a line at a lone
//! `\r`; texts that hold one are rare, so they are counted, and only where there are any are lines looked through for them.

use std::ops::Range;

use super::Encoding;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The line, from zero.
    pub line: usize,
    /// The byte in it, from zero.
    pub byte: usize,
}

/// A position as the protocol counts it: both from zero, `character` in units of the negotiated encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The line; a lone `\r` ends one too.
    pub line: u32,
    /// The units before it in its line.
    pub character: u32,
}

/// Which lines an edit replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first of them.
    pub first: usize,
    /// How many there were.
    pub removed: usize,
    /// How many there are now.
    pub added: usize,
}

/// A line, with its end.
enum Line {
    /// As it was when the document was opened: this part of `base`, in bytes.
    Opened { start: u32, length: u32 },
    /// Written since.
    Written(Box<str>),
}

/// The text of a document.
pub struct Text {
    base: String,
    /// Never empty. Each but the last ends with `\n`; the last does not.
    lines: Vec<Line>,
    bytes: usize,
    /// How many `\r` there are without a `\n` behind them.
    lone_returns: usize,
}

impl Text {
    /// Takes a text apart.
    ///
    /// Texts of 4 GiB and more are no matter: the transport takes none that long.
    #[must_use]
    pub fn new(base: String) -> Text {
        let mut lines = Vec::with_capacity(base.len() / 64 + 1);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', base.as_bytes()) {
            lines.push(opened(start..end + 1));
            start = end + 1;
        }
        lines.push(opened(start..base.len()));
        let lone_returns = lone_returns(&base);
        Text { bytes: base.len(), base, lines, lone_returns }
    }

    /// How many lines there are; at least one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// How long the text is, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// The line of that number, from zero, with its end; nothing behind the last.
    #[must_use]
    pub fn line(&self, number: usize) -> &str {
        match self.lines.get(number) {
            None => "",
            Some(Line::Written(text)) => text,
            Some(Line::Opened { start, length }) => &self.base[*start as usize..(*start + *length) as usize],
        }
    }

    /// The lines of `range` as one text.
    #[must_use]
    pub fn lines(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        for number in range {
            text.push_str(self.line(number));
        }
        text
    }

    /// The lines of `range` as they lie in memory, if they are all as they were when the document was opened.
    #[must_use]
    pub fn untouched(&self, range: &Range<usize>) -> Option<&str> {
        let mut whole: Option<Range<usize>> = None;
        for line in self.lines.get(range.clone())? {
            let Line::Opened { start, length } = line else { return None };
            let (start, end) = (*start as usize, (*start + *length) as usize);
            match &mut whole {
                None => whole = Some(start..end),
                Some(whole) if whole.end == start => whole.end = end,
                Some(_) => return None,
            }
        }
        self.base.get(whole?)
    }

    /// The first whole lines that together have at least `bytes` bytes, or all.
    #[must_use]
    pub fn head(&self, bytes: usize) -> (usize, String) {
        let mut text = String::new();
        let mut count = 0;
        while text.len() < bytes && count < self.lines.len() {
            text.push_str(self.line(count));
            count += 1;
        }
        (count, text)
    }

    /// The whole text.
    #[must_use]
    pub fn whole(&self) -> String {
        let mut text = String::with_capacity(self.bytes);
        for number in 0..self.lines.len() {
            text.push_str(self.line(number));
        }
        text
    }

    /// Where the position `at` stands. One behind the end of its line is taken for that end, one behind the last line for
    /// the end of the text, and one inside a character for its beginning.
    #[must_use]
    pub fn spot(&self, at: At, encoding: Encoding) -> Spot {
        let wanted = at.line as usize;
        let (line, start) = if self.lone_returns == 0 { (wanted, 0) } else { self.line_of(wanted) };
        if line >= self.lines.len() {
            let last = self.lines.len() - 1;
            return Spot { line: last, byte: self.line(last).len() };
        }
        let rest = &self.line(line)[start..];
        let row = &rest[..row_length(rest)];
        Spot { line, byte: start + encoding.byte_of(row, at.character) }
    }

    /// The line that holds the protocol's line `wanted`, and the byte in it at which that begins.
    fn line_of(&self, wanted: usize) -> (usize, usize) {
        let mut before = 0;
        for number in 0..self.lines.len() {
            let text = self.line(number);
            let rows = 1 + lone_returns(text);
            if wanted < before + rows {
                let mut start = 0;
                for _ in before..wanted {
                    start += row_length(&text[start..]) + 1; // a lone return ends each of these
                }
                return (number, start);
            }
            before += rows;
        }
        (self.lines.len(), 0)
    }

    /// The protocol's number of the line `line`: that of its first row.
    #[must_use]
    pub fn row_of(&self, line: usize) -> usize {
        if self.lone_returns == 0 {
            return line;
        }
        line + (0..line).map(|number| lone_returns(self.line(number))).sum::<usize>()
    }

    /// Whether the protocol counts the lines otherwise than this text.
    #[must_use]
    pub fn has_lone_returns(&self) -> bool {
        self.lone_returns > 0
    }

    /// The position of a place.
    #[must_use]
    pub fn at(&self, spot: Spot, encoding: Encoding) -> At {
        let (rows, character) = row_and_character(self.line(spot.line), spot.byte, encoding);
        At { line: (self.row_of(spot.line) + rows) as u32, character }
    }

    /// Puts `replacement` in the place of what stands between two places, in either order.
    pub fn replace(&mut self, one: Spot, other: Spot, replacement: &str) -> Change {
        let (start, end) = if one <= other { (one, other) } else { (other, one) };
        let (head, tail) = (self.line(start.line), self.line(end.line));
        let (head, tail) = (&head[..start.byte.min(head.len())], &tail[end.byte.min(tail.len())..]);
        let old_bytes: usize = (start.line..=end.line).map(|line| self.line(line).len()).sum();
        let old_returns: usize = (start.line..=end.line).map(|line| lone_returns(self.line(line))).sum();
        let new = [head, replacement, tail].concat();
        self.bytes = self.bytes - old_bytes + new.len();
        self.lone_returns = self.lone_returns - old_returns + lone_returns(&new);
        let removed = end.line + 1 - start.line;
        if removed == 1 && !replacement.contains('\n') {
            self.lines[start.line] = Line::Written(new.into());
            return Change { first: start.line, removed, added: 1 };
        }
        let mut written: Vec<Line> = new.split_inclusive('\n').map(|line| Line::Written(line.into())).collect();
        // Behind a line end that ends the text stands one more, empty line.
        if end.line + 1 == self.lines.len() && (new.is_empty() || new.ends_with('\n')) {
            written.push(Line::Written("".into()));
        }
        let added = written.len();
        self.lines.splice(start.line..=end.line, written);
        Change { first: start.line, removed, added }
    }
}

fn opened(range: Range<usize>) -> Line {
    Line::Opened { start: range.start as u32, length: range.len() as u32 }
}

/// How many `\r` in `text` have no `\n` behind them.
fn lone_returns(text: &str) -> usize {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count()
}

/// How long the first row of `text`, as the protocol ends rows, is without its end, in bytes.
fn row_length(text: &str) -> usize {
    memchr::memchr2(b'\r', b'\n', text.as_bytes()).unwrap_or(text.len())
}

/// How many of the protocol's rows end in `line` before `byte`, and how many units stand between the last of these ends
/// and `byte`.
#[must_use]
pub fn row_and_character(line: &str, byte: usize, encoding: Encoding) -> (usize, u32) {
    Mark::default().moved(line, byte, encoding).counted()
}

/// A place in a line up to which rows and units are counted.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    byte: usize,
    rows: usize,
    units: u32,
}

impl Mark {
    fn counted(self) -> (usize, u32) {
        (self.rows, self.units)
    }

    /// The same further on in `line`.
    fn moved(self, line: &str, byte: usize, encoding: Encoding) -> Mark {
        let byte = line.floor_char_boundary(byte);
        let bytes = line.as_bytes();
        let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        let Mark { byte: mut start, mut rows, mut units } = self;
        for at in memchr::memchr2_iter(b'\r', b'\n', &bytes[self.byte..byte]).map(|at| self.byte + at).filter(ends) {
            rows += 1;
            units = 0;
            start = at + 1;
        }
        units = units.saturating_add(encoding.units(&line[start..byte]));
        Mark { byte, rows, units }
    }
}

/// Counts rows and units for places that are asked in the order of the text, so that a long line is gone through once.
#[derive(Clone, Copy)]
pub struct Ruler<'t> {
    text: &'t Text,
    encoding: Encoding,
    line: usize,
    mark: Mark,
}

impl<'t> Ruler<'t> {
    /// A ruler at the beginning of `text`.
    #[must_use]
    pub fn new(text: &'t Text, encoding: Encoding) -> Ruler<'t> {
        Ruler { text, encoding, line: 0, mark: Mark::default() }
    }

    /// As [`row_and_character`], of a place in the text.
    pub fn measure(&mut self, spot: Spot) -> (usize, u32) {
        if spot.line != self.line || spot.byte < self.mark.byte {
            (self.line, self.mark) = (spot.line, Mark::default());
        }
        self.mark = self.mark.moved(self.text.line(spot.line), spot.byte, self.encoding);
        self.mark.counted()
    }

    /// How many of the protocol's rows begin between the lines `first` and `last`.
    #[must_use]
    pub fn rows_between(&self, first: usize, last: usize) -> usize {
        let lone = |line| if self.text.has_lone_returns() { lone_returns(self.text.line(line)) } else { 0 };
        last - first + (first..last).map(lone).sum::<usize>()
    }
}
