//! Lines and columns of byte offsets.

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line, counted from one.
    pub line: usize,
    /// The column, counted from one, in characters (Unicode scalar values).
    pub column: usize,
}

/// Gives lines and columns for offsets that are asked in ascending order, and counts each byte once only.
#[derive(Debug)]
pub struct LineCounter<'a> {
    text: &'a str,
    /// Up to here newlines are counted; always the start of `line`.
    line_start: usize,
    line: usize,
}

impl<'a> LineCounter<'a> {
    /// Starts at the beginning of `text`, which is line `first_line` (from one).
    #[must_use]
    pub fn new(text: &'a str, first_line: usize) -> Self {
        LineCounter { text, line_start: 0, line: first_line }
    }

    /// The place of the byte `offset`. An offset before the last one asked is counted anew from the start of the text.
    ///
    /// # Panics
    /// If `offset` is beyond the text or inside a character.
    pub fn locate(&mut self, offset: usize) -> LineColumn {
        if offset < self.line_start {
            let back = memchr::memchr_iter(b'\n', &self.text.as_bytes()[offset..self.line_start]).count();
            self.line -= back;
            self.line_start = memchr::memrchr(b'\n', &self.text.as_bytes()[..offset]).map_or(0, |at| at + 1);
        }
        let between = &self.text.as_bytes()[self.line_start..offset];
        let newlines = memchr::memchr_iter(b'\n', between).count();
        if newlines > 0 {
            self.line += newlines;
            // A newline was just counted there, so one is found.
            self.line_start += memchr::memrchr(b'\n', between).map_or(0, |at| at + 1);
        }
        LineColumn { line: self.line, column: self.text[self.line_start..offset].chars().count() + 1 }
    }

    /// The line, without its end, on which the last located offset stands.
    #[must_use]
    pub fn line_text(&self) -> &'a str {
        let rest = &self.text[self.line_start..];
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest[..end].strip_suffix('\r').unwrap_or(&rest[..end])
    }

    /// The offset at which that line begins.
    #[must_use]
    pub fn line_start(&self) -> usize {
        self.line_start
    }
}

/// The line, from one, of that byte; of the end where the text is shorter.
#[must_use]
pub fn line_of(text: &str, at: usize) -> usize {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_forwards_and_backwards() {
        let text = "一二\r\n😊三\n\nx";
        let mut lines = LineCounter::new(text, 1);
        let at = |line, column| LineColumn { line, column };
        assert_eq!(lines.locate(3), at(1, 2));
        assert_eq!(lines.line_text(), "一二");
        assert_eq!(lines.locate(12), at(2, 2));
        assert_eq!(lines.line_text(), "😊三");
        assert_eq!(lines.locate(17), at(4, 1));
        assert_eq!(lines.locate(16), at(3, 1));
        assert_eq!(lines.locate(0), at(1, 1));
        assert_eq!(lines.locate(text.len()), at(4, 2));
    }
}
