//! Clauses and sentences of folded Chinese prose, and whole graphemes.

use unicode_segmentation::GraphemeCursor;

use super::{Folded, Prose, TextRange};

/// Whether the character at `index` ends a clause. Points and colons between digits (3.5, 10:30) do not.
#[must_use]
pub fn ends_clause(chars: &[char], index: usize) -> bool {
    match chars[index] {
        ';' | '、' => true,
        ',' | ':' => !between_digits(chars, index),
        _ => ends_sentence(chars, index),
    }
}

/// Whether the character at `index` ends a sentence.
#[must_use]
pub fn ends_sentence(chars: &[char], index: usize) -> bool {
    match chars[index] {
        '。' | '!' | '?' | ';' | '…' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => true,
        '.' => {
            let next = chars.get(index + 1);
            next.is_none_or(|c| c.is_whitespace() || *c == '.') && !between_digits(chars, index)
        }
        _ => false,
    }
}

fn between_digits(chars: &[char], index: usize) -> bool {
    let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
    index > 0 && digit(chars.get(index - 1)) && digit(chars.get(index + 1))
}

/// The clause around `range`, without the mark that ends it.
#[must_use]
pub fn clause_around(chars: &[char], range: TextRange<Folded>) -> TextRange<Folded> {
    around(chars, range, ends_clause)
}

/// The sentence around `range`, without the mark that ends it.
#[must_use]
pub fn sentence_around(chars: &[char], range: TextRange<Folded>) -> TextRange<Folded> {
    around(chars, range, ends_sentence)
}

fn around(chars: &[char], range: TextRange<Folded>, ends: fn(&[char], usize) -> bool) -> TextRange<Folded> {
    let mut start = range.start().min(chars.len());
    while start > 0 && !ends(chars, start - 1) {
        start -= 1;
    }
    let mut end = range.end().min(chars.len());
    while end < chars.len() && !ends(chars, end) {
        end += 1;
    }
    TextRange::new(start, end)
}

/// The smallest range around `range` that cuts no grapheme of `prose` in two.
#[must_use]
pub fn whole_graphemes(prose: &str, range: TextRange<Prose>) -> TextRange<Prose> {
    // Between two Han characters or marks there is always a boundary: the usual case costs nothing.
    let plain = |at: usize| match prose[at..].chars().next() {
        None => true,
        Some(next) => {
            matches!(next, '\u{3000}'..='\u{3029}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}' | ' '..='~')
        }
    };
    let mut start = range.start();
    while start > 0 && !plain(start) && !is_boundary(prose, start) {
        start = previous_char(prose, start);
    }
    let mut end = range.end();
    while end < prose.len() && !plain(end) && !is_boundary(prose, end) {
        end += prose[end..].chars().next().map_or(1, char::len_utf8);
    }
    TextRange::new(start, end)
}

fn previous_char(prose: &str, at: usize) -> usize {
    at - prose[..at].chars().next_back().map_or(1, char::len_utf8)
}

fn is_boundary(prose: &str, at: usize) -> bool {
    // With the whole text given in one chunk the cursor asks for no context, so it cannot fail.
    GraphemeCursor::new(at, prose.len(), true).is_boundary(prose, 0).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_clauses_and_sentences() {
        let chars: Vec<char> = "亲,满3,000减3.5元,10:30前不行!好的".chars().collect();
        let slice = |range: TextRange<Folded>| chars[range.as_range()].iter().collect::<String>();
        let at = chars.iter().position(|c| *c == '不').unwrap();
        let hit = TextRange::new(at, at + 2);
        assert_eq!(slice(clause_around(&chars, hit)), "10:30前不行");
        assert_eq!(slice(sentence_around(&chars, hit)), "亲,满3,000减3.5元,10:30前不行");
        assert_eq!(slice(clause_around(&chars, TextRange::new(3, 4))), "满3,000减3.5元");
    }

    #[test]
    fn keeps_graphemes_whole() {
        let prose = "不行\u{fe0f}\u{301}了e\u{301}";
        let range = whole_graphemes(prose, TextRange::new(0, 6));
        assert_eq!(&prose[range.as_range()], "不行\u{fe0f}\u{301}");
        let inner = prose.len() - 2;
        let range = whole_graphemes(prose, TextRange::new(inner, prose.len()));
        assert_eq!(&prose[range.as_range()], "e\u{301}");
    }
}
