//! Findings by weighted cues: sentences that no phrase foresees, whose words together speak for an offence.

use super::conditions::Place;
use super::judge::{Judged, mitigate};
use super::matcher::Matches;
use super::{Linter, is_offence};
use crate::diagnostic::{Category, Severity};
use crate::lexicon::Entry;
use crate::lexicon::cues::{self, Cues, Spoken, Verdict, cue_word, ends_cue_sentence};
use crate::normalize::fold_char;
use crate::text::{Prose, TextRange};

/// The most cues that a finding names.
const MOST_NAMED: usize = 4;

/// A sentence whose cues speak for an offence.
struct Sentence {
    verdict: Verdict,
    /// For each of its words where it stands.
    places: Vec<TextRange<Prose>>,
}

/// The sentences that are hints at least, without the words that lie in `skipped`.
fn sentences(cues: &Cues, message: &str, skipped: &[TextRange<Prose>]) -> Vec<Sentence> {
    if cues.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut words: Vec<char> = Vec::new();
    let mut places: Vec<TextRange<Prose>> = Vec::new();
    for (at, c) in message.char_indices().chain([(message.len(), '\n')]) {
        let folded = fold_char(c);
        if ends_cue_sentence(folded) {
            let verdict = cues.listen(&words);
            if verdict.score >= cues::HINT {
                found.push(Sentence { verdict, places: std::mem::take(&mut places) });
            }
            words.clear();
            places.clear();
        } else if let Some(word) = cue_word(folded) {
            let place = TextRange::new(at, at + c.len_utf8());
            if skipped.iter().any(|range| range.covers(place)) {
                continue;
            }
            match places.last_mut() {
                Some(last) if words.last() == Some(&word) => *last = TextRange::new(last.start(), place.end()),
                _ => {
                    words.push(word);
                    places.push(place);
                }
            }
        }
    }
    found
}

/// Adds to `judged` what the cues find besides the phrases.
pub(super) fn judge(linter: Linter<'_>, message: &str, matches: &Matches, judged: &mut Vec<Judged>) {
    let (lexicon, tables) = (linter.lexicon, linter.lexicon.tables());
    // What is quoted is not the agent's, what a phrase has found needs no second finding, and what is allowed or not minded,
    // be it for the phrase that stands there, is meant: none of it speaks here.
    let found = judged.iter().filter(|other| is_offence(other.severity)).map(|other| other.range);
    let by_cues = tables.entries.iter().filter(|entry| entry.cues);
    let by_phrases = matches.offences.iter().map(|offence| &tables.entries[usize::from(offence.entry)]);
    let allowed = matches.allowed.for_any(linter.policy, by_cues.chain(by_phrases).map(|entry| &entry.rule));
    let is_minded = |entry: &Entry| linter.severity(entry).is_some_and(|severity| severity >= entry.severity);
    let not_minded = matches.offences.iter().filter(|found| !is_minded(&tables.entries[usize::from(found.entry)]));
    let not_minded = not_minded.map(|found| found.range);
    let skipped = matches.quoted.iter().copied().chain(found).chain(allowed).chain(not_minded);
    let skipped: Vec<TextRange<Prose>> = skipped.map(|range| matches.folded.to_prose(range)).collect();
    for Sentence { verdict, places } in sentences(&lexicon.cues, message, &skipped) {
        let own = heaviest(&verdict.parts);
        let span = matches.folded.to_folded(TextRange::new(places[own.start].start(), places[own.end - 1].end()));
        let entry = by_leaning(&verdict, |category| {
            let stands_for = |entry: &Entry| entry.cues && entry.rule.category == category;
            tables.entries.iter().position(|entry| stands_for(entry) && linter.severity(entry).is_some())
        });
        let Some(number) = entry else { continue };
        let entry = &tables.entries[number];
        let place = Place::new(tables, matches, span);
        let allowed = matches.allowed.cover(linter.policy, &entry.rule, span);
        if allowed || place.is_in_link() || !place.allows(&entry.when, &entry.unless) {
            continue;
        }
        let Some((severity, mitigated_by)) =
            linter.severity(entry).and_then(|severity| mitigate(entry, severity, &place))
        else {
            continue;
        };
        let severity = if verdict.score >= cues::WARNING { severity } else { severity.min(Severity::Hint) };
        let mut spoken: Vec<Spoken> = verdict.spoken.into_iter().filter(|spoken| spoken.weight > 0).collect();
        spoken.sort_by_key(|spoken| std::cmp::Reverse(spoken.weight));
        spoken.truncate(MOST_NAMED);
        // No word is known to be harmless or to be what offends: it has no parts, and every fact in what is replaced must
        // be kept.
        judged.push(Judged { mitigated_by, cues: spoken, ..Judged::new(number, span, severity) });
    }
    judged.sort_by_key(|finding| (finding.range.start(), finding.range.end()));
}

/// The stretch of words whose shares add up to most.
fn heaviest(parts: &[i32]) -> std::ops::Range<usize> {
    let (mut best, mut most) = (0..parts.len(), i32::MIN);
    let (mut start, mut sum) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        if sum < 0 {
            (start, sum) = (at, 0);
        }
        sum += part;
        if sum > most {
            (best, most) = (start..at + 1, sum);
        }
    }
    best
}

/// What `find` gives for the category that the cues speak for most, of those for which it gives something.
fn by_leaning<T>(verdict: &Verdict, find: impl Fn(Category) -> Option<T>) -> Option<T> {
    let mut categories = Category::ALL;
    categories.sort_by_key(|category| std::cmp::Reverse(verdict.leanings[*category as usize]));
    categories.into_iter().find_map(find)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_heaviest_words() {
        assert_eq!(heaviest(&[-5, 3, 4, -1, 2, -9, 6]), 1..5);
        assert_eq!(heaviest(&[-5, -2]), 1..2);
        assert_eq!(heaviest(&[]), 0..0);
    }

    #[test]
    fn follows_the_leanings() {
        let mut verdict = Verdict { score: 0, leanings: Default::default(), spoken: Vec::new(), parts: Vec::new() };
        verdict.leanings[Category::Overpromising as usize] = 30;
        verdict.leanings[Category::Arguing as usize] = 25;
        assert_eq!(by_leaning(&verdict, Some), Some(Category::Overpromising));
        let known = |category| (category != Category::Overpromising).then_some(category);
        assert_eq!(by_leaning(&verdict, known), Some(Category::Arguing));
    }
}
