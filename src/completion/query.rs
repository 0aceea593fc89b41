//! Comparing what was typed with a form.

use super::sound::{Sound, Sounds};
use crate::normalize::fold_char;
use crate::text::is_han;

/// How well a form answers a query; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Its whole scene was typed.
    Scene,
    /// The beginning of its scene.
    SceneStart,
    /// Something else of its scene.
    SceneInside,
    /// The beginning of its text.
    TextStart,
    /// The beginning of a clause.
    ClauseStart,
    /// Something else of its text, written out.
    TextInside,
    /// When it is used.
    When,
}

impl Rank {
    /// The worst.
    pub(super) const LAST: Rank = Rank::When;
}

/// What was typed, folded.
pub(super) struct Query(Vec<char>);

/// What a query met.
#[derive(Clone, Copy)]
struct Met {
    /// How many sounds.
    sounds: usize,
    /// Of how many of them only a beginning was typed.
    guessed: usize,
}

impl Query {
    pub(super) fn new(typed: &str) -> Query {
        Query(typed.chars().map(fold_char).filter(|c| c.is_alphanumeric()).collect())
    }

    /// How well a form of that scene, text and use answers, and how many syllables of it had to be guessed.
    pub(super) fn rank(&self, scene: &Sounds, text: &Sounds, when: &str) -> Option<(Rank, usize)> {
        let query = self.0.as_slice();
        if query.is_empty() {
            return Some((Rank::Scene, 0));
        }
        let scene = scene.0.as_slice();
        for at in 0..scene.len() {
            if let Some(met) = meet(query, &scene[at..]) {
                let rank = match at {
                    0 if met.sounds == scene.len() => Rank::Scene,
                    0 => Rank::SceneStart,
                    _ => Rank::SceneInside,
                };
                // One letter inside a scene says nothing.
                if at == 0 || query.len() > 1 || is_han(query[0]) {
                    return Some((rank, met.guessed));
                }
            }
        }
        let text = text.0.as_slice();
        let mut best: Option<(Rank, usize)> = None;
        for at in 0..text.len() {
            let Some(met) = meet(query, &text[at..]) else { continue };
            let rank = match at {
                0 => Rank::TextStart,
                _ if text[at].starts_clause => Rank::ClauseStart,
                // Initials are found everywhere; what is written out but for its end is meant.
                _ if met.guessed == 0 || met.guessed == 1 && met.sounds > 2 => Rank::TextInside,
                _ => continue,
            };
            let found = (rank, met.guessed);
            best = Some(best.map_or(found, |best| best.min(found)));
        }
        let used = || {
            let folded: Vec<char> = when.chars().map(fold_char).collect();
            query.len() > 1 && query.iter().all(|c| is_han(*c)) && folded.windows(query.len()).any(|part| part == query)
        };
        best.or_else(|| used().then_some((Rank::When, 0)))
    }
}

/// Whether the query is what the sounds begin with: of each the character itself, a reading, or the beginning of one. Of
/// several ways, that which guesses least.
fn meet(query: &[char], sounds: &[Sound]) -> Option<Met> {
    if query.is_empty() {
        return Some(Met { sounds: 0, guessed: 0 });
    }
    let (first, rest) = sounds.split_first()?;
    let mut best: Option<Met> = None;
    let mut consider = |length: usize, guessed: usize| {
        if let Some(met) = meet(&query[length..], rest) {
            let met = Met { sounds: met.sounds + 1, guessed: met.guessed + guessed };
            if best.is_none_or(|best| met.guessed < best.guessed) {
                best = Some(met);
            }
        }
    };
    if query[0] == first.folded {
        consider(1, 0);
    }
    // Readings that begin alike would be followed twice.
    let mut followed = 0u64;
    for reading in &first.readings {
        let whole = reading.chars().count();
        let common = reading.chars().zip(query).take_while(|(letter, typed)| is_typed_as(*letter, **typed)).count();
        for length in 1..=common {
            let bit = 1u64 << (2 * length.min(30) + usize::from(length == whole));
            if followed & bit == 0 {
                followed |= bit;
                consider(length, usize::from(length < whole));
            }
        }
    }
    best
}

/// Whether a letter of a reading is typed so: ü also as v or u.
fn is_typed_as(letter: char, typed: char) -> bool {
    letter == typed || letter == 'ü' && matches!(typed, 'v' | 'u')
}
