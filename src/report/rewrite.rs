//! A fix as people see it: the words in their clause before, and after.

use std::io::{self, Write};

use super::Palette;
use super::screen::{Inline, fit, fit_end};
use crate::diagnostic::{Applicability, Fix};
use crate::text::{Edit, Prose};

/// How many columns of the clause are shown on either side of the edits.
const CONTEXT: usize = 24;
/// How many columns of replaced words are shown; whoever wants more looks at the line above.
const REPLACED: usize = 60;

/// Where a clause ends, for showing one; the engine has a finer notion.
const CLAUSE_ENDS: [char; 17] =
    ['，', '。', '！', '？', '；', '：', '、', '…', '\n', '\r', ',', '!', '?', ';', '~', '～', ' '];

/// What is said of how far a fix may be trusted.
#[must_use]
pub(super) fn applicability_note(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "可自动修改",
        Applicability::Suggested => "供选用，请确认后再改",
        Applicability::Display => "仅供参考",
    }
}

/// Writes `before → after` for `fix` in `message`, on one line without its end.
///
/// # Errors
/// Those of the writer.
pub(super) fn write_change(out: &mut dyn Write, palette: &Palette, message: &str, fix: &Fix) -> io::Result<()> {
    let mut edits: Vec<&Edit<Prose>> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let (Some(first), Some(last)) = (edits.first(), edits.last()) else {
        return write!(out, "{}", Inline(&fix.title));
    };
    let (start, end) = (first.range.start(), last.range.end());
    let (Some(head), Some(tail)) = (message.get(..start), message.get(end..)) else {
        return write!(out, "{}", Inline(&fix.title));
    };
    let left = Context::before(head);
    let right = Context::after(tail);

    let (error, added) = (palette.error, palette.added);
    left.write_before(out)?;
    // Columns that are left for the replaced words; none once they were cut.
    let mut room = Some(REPLACED);
    walk(message, &edits, |piece| {
        let (Piece::Kept(text) | Piece::Removed(text), Some(limit)) = (piece, room) else { return Ok(()) };
        let fitting = fit(text, limit);
        let shown = Inline(&text[..fitting.bytes]);
        match piece {
            Piece::Removed(_) => write!(out, "{error}{shown}{error:#}")?,
            _ => write!(out, "{shown}")?,
        }
        room = Some(limit - fitting.columns);
        if fitting.bytes < text.len() {
            room = None;
            out.write_all("…".as_bytes())?;
        }
        Ok(())
    })?;
    right.write_after(out)?;

    out.write_all(" → ".as_bytes())?;
    left.write_before(out)?;
    walk(message, &edits, |piece| match piece {
        Piece::Kept(text) => write!(out, "{}", Inline(text)),
        Piece::Removed(_) => Ok(()),
        Piece::Added(text) => write!(out, "{added}{}{added:#}", Inline(text)),
    })?;
    right.write_after(out)
}

/// What comes of one stretch of text under edits.
#[derive(Clone, Copy)]
enum Piece<'a> {
    /// Text between two edits.
    Kept(&'a str),
    /// Text that an edit takes out.
    Removed(&'a str),
    /// Text that it puts in.
    Added(&'a str),
}

/// The pieces from the first edit to the last; `edits` ascending. Edits that overlap are passed over.
fn walk<'a>(
    message: &'a str,
    edits: &[&'a Edit<Prose>],
    mut piece: impl FnMut(Piece<'a>) -> io::Result<()>,
) -> io::Result<()> {
    let mut done = edits.first().map_or(0, |edit| edit.range.start());
    for edit in edits {
        let (Some(kept), Some(removed)) = (message.get(done..edit.range.start()), message.get(edit.range.as_range()))
        else {
            continue;
        };
        for (part, text) in [(Piece::Kept(kept), kept), (Piece::Removed(removed), removed)] {
            if !text.is_empty() {
                piece(part)?;
            }
        }
        if !edit.replacement.is_empty() {
            piece(Piece::Added(&edit.replacement))?;
        }
        done = edit.range.end();
    }
    Ok(())
}

/// The rest of the clause on one side of the edits.
#[derive(Clone, Copy)]
struct Context<'a> {
    text: &'a str,
    /// Whether more of the clause is there than is shown.
    cut: Cut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Whole,
    Shortened,
}

impl<'a> Context<'a> {
    /// Of the text before the edits.
    fn before(head: &'a str) -> Self {
        let near = &head[head.len() - fit_end(head, CONTEXT).bytes..];
        match near.char_indices().rev().find(|(_, character)| CLAUSE_ENDS.contains(character)) {
            Some((at, character)) => Context { text: &near[at + character.len_utf8()..], cut: Cut::Whole },
            None => Context { text: near, cut: if near.len() < head.len() { Cut::Shortened } else { Cut::Whole } },
        }
    }

    /// Of the text after the edits.
    fn after(tail: &'a str) -> Self {
        let near = &tail[..fit(tail, CONTEXT).bytes];
        match near.find(CLAUSE_ENDS) {
            Some(at) => Context { text: &near[..at], cut: Cut::Whole },
            None => Context { text: near, cut: if near.len() < tail.len() { Cut::Shortened } else { Cut::Whole } },
        }
    }

    fn write_before(self, out: &mut dyn Write) -> io::Result<()> {
        if self.cut == Cut::Shortened {
            out.write_all("…".as_bytes())?;
        }
        write!(out, "{}", Inline(self.text))
    }

    fn write_after(self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}", Inline(self.text))?;
        if self.cut == Cut::Shortened {
            out.write_all("…".as_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextRange;

    fn change(message: &str, edits: &[(&str, &str)]) -> String {
        let edits = edits
            .iter()
            .map(|(old, new)| {
                let start = message.find(old).unwrap();
                Edit { range: TextRange::new(start, start + old.len()), replacement: (*new).to_owned() }
            })
            .collect();
        let fix = Fix { title: "改写".to_owned(), applicability: Applicability::Safe, edits };
        let mut out = Vec::new();
        write_change(&mut out, &Palette::plain(), message, &fix).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn shows_the_clause_before_and_after() {
        let long = "一二三四五六七八九十".repeat(10);
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Case<'_>; 8] = [
            ("您好，这个处理不了，谢谢", &[("处理不了", "暂时没能处理好")], "这个处理不了 → 这个暂时没能处理好"),
            ("不行", &[("不行", "很抱歉，暂时不可以")], "不行 → 很抱歉，暂时不可以"),
            ("你等着，你别催", &[("你等", "请您稍等"), ("别催", "放心")], "你等着，你别催 → 请您稍等着，你放心"),
            ("好，快点说", &[("快点", "")], "快点说 → 说"),
            ("一行\n不行\n二行", &[("不行", "抱歉")], "不行 → 抱歉"),
            ("一行不行", &[("一行不行", "一\n二")], "一行不行 → 一⏎二"),
            ("好", &[], "改写"),
            ("好滚吧😊", &[("滚吧", "再见")], "好滚吧😊 → 好再见😊"),
        ];
        for (message, edits, shown) in cases {
            assert_eq!(change(message, edits), shown, "{message}");
        }
        assert_eq!(
            change(&format!("{long}不行{long}"), &[("不行", "抱歉")]),
            "…九十一二三四五六七八九十不行一二三四五六七八九十一二… → …九十一二三四五六七八九十抱歉一二三四五六七八九十一二…"
        );
        assert_eq!(
            change(&long, &[(&long, "抱歉")]),
            "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十… → 抱歉"
        );
    }
}
