//! Where a match stands: the tests that entries, mitigations and rewrites name.

use super::matcher::Matches;
use crate::lexicon::compiled::{Condition, Scope, Tables};
use crate::lexicon::frame::{ADDRESSES, OPENERS};
use crate::normalize::Joint;
use crate::text::sentence::{clause_around, ends_clause, sentence_around};
use crate::text::{Folded, TextRange, is_han};

/// How far before a match a negation takes its force, in characters.
const NEGATION_REACH: usize = 3;

/// The tests for one match.
pub(super) struct Place<'m> {
    tables: &'m Tables,
    matches: &'m Matches,
    chars: &'m [char],
    /// The match, with the particles it took in.
    range: TextRange<Folded>,
    /// Whether contexts inside the match count.
    inside: bool,
}

impl<'m> Place<'m> {
    pub(super) fn new(tables: &'m Tables, matches: &'m Matches, range: TextRange<Folded>) -> Self {
        Place { tables, matches, chars: matches.folded.chars(), range, inside: false }
    }

    /// The same place where contexts inside the match count too: of what cues find no word is known to be what offends.
    pub(super) fn with_inside(self, inside: bool) -> Self {
        Place { inside, ..self }
    }

    /// Whether all of `when` and none of `unless` hold.
    pub(super) fn allows(&self, when: &[Condition], unless: &[Condition]) -> bool {
        when.iter().all(|condition| self.holds(*condition)) && !unless.iter().any(|condition| self.holds(*condition))
    }

    /// Whether the condition holds.
    pub(super) fn holds(&self, condition: Condition) -> bool {
        match condition {
            Condition::WholeMessage => {
                self.is_bare(0..self.range.start(), Bare::Address)
                    && self.is_bare(self.range.end()..self.chars.len(), Bare::Address)
            }
            Condition::WholeClause => self.begins_clause() && self.ends_clause(),
            Condition::ClauseStart => self.begins_clause(),
            Condition::ClauseEnd => self.ends_clause(),
            Condition::MessageStart => self.is_bare(0..self.range.start(), Bare::Address),
            Condition::Question => self.is_question(),
            Condition::Quoted => self.is_quoted(),
            Condition::Negated => self.is_negated(),
            Condition::Context(context, scope) => self.context(context, scope),
        }
    }

    /// The clause around the match, or the clauses that it reaches into.
    pub(super) fn clause(&self) -> TextRange<Folded> {
        clause_around(self.chars, self.range)
    }

    /// The clause, cut also where a space or emoji stands between Han characters, as chat writers use them.
    pub(super) fn clause_by_blanks(&self) -> TextRange<Folded> {
        let clause = self.clause();
        let loose = |at: usize| self.matches.folded.joint(at) == Joint::Loose;
        let mut start = self.range.start();
        while start > clause.start() && !loose(start) && self.chars[start - 1] != ' ' {
            start -= 1;
        }
        let mut end = self.range.end();
        while end < clause.end() && !loose(end) && self.chars[end] != ' ' {
            end += 1;
        }
        TextRange::new(start, end)
    }

    fn begins_clause(&self) -> bool {
        self.is_bare(self.clause_by_blanks().start()..self.range.start(), Bare::Opener)
    }

    fn ends_clause(&self) -> bool {
        let end = self.clause().end();
        if self.range.end() < end && self.matches.folded.joint(self.range.end()) == Joint::Loose {
            return true;
        }
        if self.chars.get(self.range.end()) == Some(&' ') {
            return true;
        }
        self.is_bare(self.range.end()..end, Bare::Address)
    }

    /// Whether nothing stands there but punctuation, emoji, and words of address (or openers).
    fn is_bare(&self, range: std::ops::Range<usize>, bare: Bare) -> bool {
        let mut rest = &self.chars[range];
        while let Some(&first) = rest.first() {
            let word = ADDRESSES
                .iter()
                .chain(OPENERS.iter().filter(|_| bare == Bare::Opener))
                .find(|word| starts_with(rest, word));
            match word {
                Some(word) => rest = &rest[word.chars().count()..],
                None if !first.is_alphanumeric() => rest = &rest[1..],
                None => return false,
            }
        }
        true
    }

    fn is_question(&self) -> bool {
        let sentence = sentence_around(self.chars, self.range);
        if self.chars.get(sentence.end()) == Some(&'?') {
            return true;
        }
        let clause = self.clause();
        let last = self.chars[clause.as_range()].iter().rev().find(|c| is_han(**c));
        matches!(last, Some('吗' | '么' | '呢' | '嘛'))
    }

    fn is_quoted(&self) -> bool {
        self.matches.quoted.iter().any(|span| span.covers(self.range))
    }

    /// Whether it lies in a link, which is no prose: `https://…` or `www.…` up to a blank or a mark that ends a clause.
    pub(super) fn is_in_link(&self) -> bool {
        let before = &self.chars[..self.range.start()];
        // The link may stand behind words without a blank, and ends at a comma.
        let start = before
            .iter()
            .rposition(|c| c.is_whitespace() || matches!(c, '。' | '!' | ';' | '、' | ','))
            .map_or(0, |at| at + 1);
        let word = &before[start..];
        let holds = |mark: &[char]| word.windows(mark.len()).any(|window| window == mark);
        holds(&[':', '/', '/']) || holds(&['w', 'w', 'w', '.'])
    }

    fn is_negated(&self) -> bool {
        let Some(negation) = self.tables.negation else { return false };
        let clause = self.clause();
        self.matches.contexts.iter().any(|(context, range)| {
            *context == negation
                && range.start() >= clause.start()
                && range.end() <= self.range.start()
                && self.range.start() - range.end() <= NEGATION_REACH
        })
    }

    fn context(&self, context: u16, scope: Scope) -> bool {
        let within = match scope {
            Scope::Message => TextRange::new(0, self.chars.len()),
            Scope::Sentence => sentence_around(self.chars, self.range),
            Scope::Clause => self.clause(),
            Scope::Before => TextRange::new(self.clause().start(), self.range.start()),
            Scope::After => TextRange::new(self.range.end(), self.clause().end()),
        };
        self.matches.contexts.iter().any(|(found, range)| {
            *found == context && within.covers(*range) && (self.inside || !self.range.covers(*range))
        })
    }

    /// Where the match ends with the final particles, and a closing 亲, that only the end of the clause follows.
    pub(super) fn end_with_particles(&self) -> usize {
        let mut end = self.range.end();
        while self.chars.get(end).is_some_and(|c| self.tables.particles.binary_search(c).is_ok()) {
            end += 1;
        }
        for _ in 0..2 {
            if self.chars.get(end) == Some(&'亲') {
                end += 1;
            }
        }
        let rest_of_clause = end == self.chars.len()
            || ends_clause(self.chars, end)
            || !self.chars[end].is_alphanumeric()
            || self.matches.folded.joint(end) == Joint::Loose;
        if rest_of_clause { end } else { self.range.end() }
    }
}

/// What may stand beside a match without counting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bare {
    /// Words of address and greeting.
    Address,
    /// These, and words that open a clause.
    Opener,
}

fn starts_with(chars: &[char], word: &str) -> bool {
    let mut rest = chars.iter();
    word.chars().all(|c| rest.next() == Some(&c))
}
