//! Marks in a row (S1.4, S1.6.1): ！！！ shouts, ？？ stares, 。。。 sulks.

use super::{Mending, Shape};
use crate::diagnostic::Applicability;
use crate::text::{Edit, TextRange};

/// From how many in a row on a mark is a finding: one that shouts, one that asks, one that ends.
const SHOUTS: usize = 3;
const STARES: usize = 2;
const SULKS: usize = 2;

/// The runs of marks, each with one mark in its place.
pub(super) fn find(message: &str) -> Vec<Shape> {
    let mut found = Vec::new();
    let mut rest = message.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !is_mark(first) {
            continue;
        }
        let (mut end, mut asks, mut count) = (start + first.len_utf8(), is_question(first), 1);
        while let Some((at, next)) = rest.next_if(|(_, next)| same_kind(first, *next)) {
            end = at + next.len_utf8();
            asks |= is_question(next);
            count += 1;
        }
        let run = &message[start..end];
        let enough = if first == '。' {
            SULKS
        } else if asks {
            STARES
        } else {
            SHOUTS
        };
        if count < enough {
            continue;
        }
        // ？！ is one mark to many writers.
        if asks && count == 2 && run.chars().any(|c| !is_question(c)) {
            continue;
        }
        let replacement = match first {
            // Within a message 。。。 is a pause.
            '。' if !message[end..].trim_start_matches([' ', '\u{3000}']).is_empty()
                && !message[end..].starts_with('\n') =>
            {
                '，'
            }
            '。' => '。',
            _ => run.chars().find(|c| !asks || is_question(*c)).unwrap_or(first),
        };
        let range = TextRange::new(start, end);
        let edit = Edit { range, replacement: replacement.to_string() };
        let mending =
            Mending {
                title: format!("改为“{replacement}”"), applicability: Applicability::Safe, edits: vec![edit]
            };
        found.push(Shape { range, mending: Some(mending) });
    }
    found
}

fn is_question(c: char) -> bool {
    matches!(c, '?' | '？')
}

fn is_mark(c: char) -> bool {
    is_question(c) || matches!(c, '!' | '！' | '。')
}

fn same_kind(first: char, next: char) -> bool {
    is_mark(next) && (first == '。') == (next == '。')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply_edits;

    #[test]
    fn finds_rows_of_marks() {
        for (message, mended) in [
            ("已经说了！！！", "已经说了！"),
            ("什么意思？？？", "什么意思？"),
            ("在吗??", "在吗?"),
            ("亲。。。这个没货了。。。", "亲，这个没货了。"),
            ("真的吗？！", "真的吗？！"),
            ("真的吗？！！", "真的吗？"),
            ("谢谢您！！", "谢谢您！！"),
            ("稍等……", "稍等……"),
            ("好的。。。\n再见。。", "好的。\n再见。"),
        ] {
            let found = find(message);
            let edits: Vec<_> = found.into_iter().flat_map(|shape| shape.mending.unwrap().edits).collect();
            assert_eq!(apply_edits(message, &edits).unwrap(), mended);
        }
    }
}
