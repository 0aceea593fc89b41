//! Unified diffs, as `patch` and `git apply` read them.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

/// How many unchanged lines are shown around changed ones.
const CONTEXT: usize = 3;

/// Whether a diff is for a terminal or for a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffStyle {
    /// As it is.
    Plain,
    /// Lines in colour.
    Coloured,
}

impl DiffStyle {
    fn of(self, style: Style) -> Style {
        match self {
            DiffStyle::Plain => Style::new(),
            DiffStyle::Coloured => style,
        }
    }
}

/// Writes what turns `before` into `after`; nothing if they are equal.
///
/// # Errors
/// Those of the writer.
pub fn write_diff(out: &mut dyn Write, style: DiffStyle, path: &str, before: &str, after: &str) -> io::Result<()> {
    if before == after {
        return Ok(());
    }
    let bold = style.of(Style::new().bold());
    let place = style.of(AnsiColor::Cyan.on_default());
    let removed = style.of(AnsiColor::Red.on_default());
    let added = style.of(AnsiColor::Green.on_default());
    writeln!(out, "{bold}--- {path}{bold:#}\n{bold}+++ {path}{bold:#}")?;
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        writeln!(out, "{place}{}{place:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', removed),
                ChangeTag::Insert => ('+', added),
                ChangeTag::Equal => (' ', Style::new()),
            };
            // Only the line's end may follow the end of the style, or a carriage return would stay coloured.
            let line = change.value();
            let text = line.trim_end_matches(['\r', '\n']);
            write!(out, "{style}{sign}{text}{style:#}{}", &line[text.len()..])?;
            if change.missing_newline() {
                writeln!(out, "\n\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(style: DiffStyle, before: &str, after: &str) -> String {
        let mut out = Vec::new();
        write_diff(&mut out, style, "草稿.txt", before, after).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn diffs() {
        let cases = [
            ("一样\n", "一样\n", ""),
            (
                "一\n不行\n二\n",
                "一\n抱歉\n二\n",
                "--- 草稿.txt\n+++ 草稿.txt\n@@ -1,3 +1,3 @@\n 一\n-不行\n+抱歉\n 二\n",
            ),
            (
                "不行\r\n好\r\n",
                "抱歉\r\n好\r\n",
                "--- 草稿.txt\n+++ 草稿.txt\n@@ -1,2 +1,2 @@\n-不行\r\n+抱歉\r\n 好\r\n",
            ),
            (
                "不行",
                "抱歉",
                "--- 草稿.txt\n+++ 草稿.txt\n@@ -1 +1 @@\n-不行\n\\ No newline at end of file\n+抱歉\n\\ No newline at end of file\n",
            ),
        ];
        for (before, after, expected) in cases {
            assert_eq!(diff(DiffStyle::Plain, before, after), expected);
        }
    }

    #[test]
    fn colours() {
        let diff = diff(DiffStyle::Coloured, "不行\n", "抱歉\n");
        assert!(diff.contains("\u{1b}[31m-不行\u{1b}[0m\n\u{1b}[32m+抱歉\u{1b}[0m\n"), "{diff:?}");
    }
}
