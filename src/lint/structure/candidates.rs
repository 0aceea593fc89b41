//! The first test for the structure of messages: on which lines of a text something may be found, by searches that
//! cost little. A line that holds nothing is never looked at again.

use std::sync::LazyLock;

use aho_corasick::packed;
use memchr::memmem;

use super::mixed_address::{FAMILIAR, POLITE};
use super::{long_sentence, placeholder};
use crate::document::plain::{line_at, next_line};

/// Rows of marks in full width; those in half width are looked for by their bytes.
const ROWS: [&str; 5] = ["！！！", "？？", "。。", "！？", "？！"];
static ROW_SEARCHER: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| packed::Searcher::new(ROWS));

/// Brackets in full width that may hold a placeholder, and crosses.
const BRACKET: &str = "【";
const CROSSES: &str = "××";

/// Whether the structure of a whole text, or of any message in it, may hold a finding.
pub(in crate::lint) fn asks(text: &str, longest_sentence: u32) -> bool {
    text.contains(FAMILIAR) && text.contains(POLITE)
        || SEARCHES.iter().any(|search| search(text, 0).is_some())
        || long_line(text, 0, longest_sentence).is_some()
}

type Search = fn(&str, usize) -> Option<usize>;

/// The searches that need nothing but the text, the place from which on, and give the place of what they find.
const SEARCHES: [Search; 6] = [rows, half_width_rows, brackets, half_width_brackets, crosses, half_width_crosses];

fn rows(text: &str, from: usize) -> Option<usize> {
    let haystack = &text.as_bytes()[from..];
    match &*ROW_SEARCHER {
        Some(searcher) => searcher.find(haystack).map(|found| from + found.start()),
        // Without vector instructions there is no such searcher.
        None => {
            let found = ROWS.iter().filter_map(|row| memmem::find(haystack, row.as_bytes()));
            found.min().map(|at| from + at)
        }
    }
}

fn half_width_rows(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b'!', b'?', &bytes[from..]).map(|at| from + at).find(|at| {
        matches!(bytes.get(at + 1), Some(b'!' | b'?'))
            || bytes[at + 1..].starts_with("！".as_bytes())
            || bytes[at + 1..].starts_with("？".as_bytes())
    })
}

fn brackets(text: &str, from: usize) -> Option<usize> {
    placeholder_at(text, from, memmem::find_iter(&text.as_bytes()[from..], BRACKET.as_bytes()))
}

fn half_width_brackets(text: &str, from: usize) -> Option<usize> {
    placeholder_at(text, from, memchr::memchr3_iter(b'{', b'[', b'<', &text.as_bytes()[from..]))
}

fn crosses(text: &str, from: usize) -> Option<usize> {
    placeholder_at(text, from, memmem::find_iter(&text.as_bytes()[from..], CROSSES.as_bytes()))
}

fn half_width_crosses(text: &str, from: usize) -> Option<usize> {
    placeholder_at(text, from, memchr::memchr3_iter(b'X', b'x', b'*', &text.as_bytes()[from..]))
}

/// The first of `places`, counted from `from`, at which a placeholder begins.
fn placeholder_at(text: &str, from: usize, mut places: impl Iterator<Item = usize>) -> Option<usize> {
    places.find(|at| placeholder::length_at(text, from + at).is_some()).map(|at| from + at)
}

/// A line on which 你 stands with 您.
fn mixed_address(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = memmem::find(&text.as_bytes()[at..], FAMILIAR.as_bytes()) {
        let line = line_at(text, at + found);
        if text[line.clone()].contains(POLITE) {
            return Some(at + found);
        }
        at = line.end;
    }
    None
}

/// A line that may hold a sentence of more than `most` Han characters.
fn long_line(text: &str, from: usize, most: u32) -> Option<usize> {
    let mut next = Some(from);
    while let Some(start) = next {
        let line = line_at(text, start);
        if !long_sentence::too_short(line.len(), most) && !long_sentence::find(&text[line.clone()], most).is_empty() {
            return Some(start);
        }
        next = next_line(text, &line);
    }
    None
}

/// Where a search is that goes over a text once, asked again and again from a later place on.
#[derive(Clone, Copy)]
pub(in crate::lint) enum Next {
    Unknown,
    At(usize),
    Never,
}

impl Next {
    /// The first place from `from` on, asked for only where it is not known yet.
    pub(in crate::lint) fn from(&mut self, from: usize, search: impl FnOnce(usize) -> Option<usize>) -> Option<usize> {
        let stale = match self {
            Next::Unknown => true,
            Next::At(at) => *at < from,
            Next::Never => false,
        };
        if stale {
            *self = search(from).map_or(Next::Never, Next::At);
        }
        match self {
            Next::At(at) => Some(*at),
            _ => None,
        }
    }
}

/// The lines of a text on which something may be found, from its beginning on. Each search goes over the text once.
pub(in crate::lint) struct LineCandidates {
    searches: [Next; SEARCHES.len()],
    mixed: Next,
    long: Next,
    longest_sentence: u32,
}

impl LineCandidates {
    pub(in crate::lint) fn new(longest_sentence: u32) -> Self {
        LineCandidates {
            searches: [Next::Unknown; SEARCHES.len()],
            mixed: Next::Unknown,
            long: Next::Unknown,
            longest_sentence,
        }
    }

    /// A place on the first line from `from`, the start of a line, on which something may be found.
    pub(in crate::lint) fn next(&mut self, text: &str, from: usize) -> Option<usize> {
        let found = self
            .searches
            .iter_mut()
            .zip(SEARCHES)
            .filter_map(|(next, search)| next.from(from, |from| search(text, from)));
        let first = found.min();
        let mixed = self.mixed.from(from, |from| mixed_address(text, from));
        let long = self.long.from(from, |from| long_line(text, from, self.longest_sentence));
        [first, mixed, long].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_line_that_asks() {
        let long = "长".repeat(90);
        let lines =
            ["您好", "您好，你的货到了", "什么？？", "{姓名}", &long, "好的！！！", "XX先生", "在", "【】", "a!!b"];
        let text = lines.join("\n");
        let mut candidates = LineCandidates::new(80);
        let (mut from, mut found) = (0, Vec::new());
        while let Some(at) = candidates.next(&text, from) {
            let line = text[..at].matches('\n').count();
            found.push(line);
            match text[at..].find('\n') {
                Some(length) => from = at + length + 1,
                None => break,
            }
        }
        assert_eq!(found, [1, 2, 3, 4, 5, 6, 8, 9]);
        assert!(asks(&text, 80) && !asks("您好\n在", 80));
        assert!(asks("您好\n你的货到了", 80), "one message may have many lines");
    }
}
