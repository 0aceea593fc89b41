//! Canned replies: what is found in them only because they are templates, each by itself or beside the others of its file.
//! Placeholders that do not close or that nobody knows, replies longer than their platform takes, and replies that differ
//! from another one in punctuation only.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Linter;
use super::structure::placeholder;
use crate::config::Policy;
use crate::diagnostic::{Applicability, Fix};
use crate::document::Segment;
use crate::lexicon::error::did_you_mean;
use crate::lexicon::schema::Structure;
use crate::text::{Edit, Prose, TextRange};

/// Replies with fewer letters and characters than this are the same by chance (好的, 在的).
const SHORTEST_COMPARED: usize = 6;

/// The templates of a file heard so far.
#[derive(Default)]
pub(super) struct Templates {
    /// Where the first reply with these letters and characters stands.
    first: HashMap<u64, Box<str>>,
}

/// Something found in a template.
pub(super) struct Found {
    pub(super) kind: Structure,
    pub(super) range: TextRange<Prose>,
    pub(super) fixes: Vec<Fix>,
}

impl Templates {
    /// Hears the next template of the file.
    pub(super) fn hear(&mut self, linter: Linter<'_>, segment: &Segment<'_>) -> Vec<Found> {
        let text: &str = &segment.text;
        let policy = linter.policy;
        let mut found: Vec<Found> = placeholder::unbalanced(text)
            .into_iter()
            .map(|range| Found { kind: Structure::UnbalancedPlaceholder, range, fixes: Vec::new() })
            .collect();
        if let Some(known) = &policy.placeholders {
            found.extend(unknown(text, policy, known));
        }
        let limit = policy.limit(Structure::LongReply) as usize;
        if limit > 0 && text.chars().count() > limit {
            let from = text.char_indices().nth(limit).map_or(text.len(), |(at, _)| at);
            let range = TextRange::new(from, text.len());
            found.push(Found { kind: Structure::LongReply, range, fixes: Vec::new() });
        }
        found.extend(self.duplicate(segment));
        found
    }

    /// That the reply says the same as an earlier one of the file.
    fn duplicate(&mut self, segment: &Segment<'_>) -> Option<Found> {
        let mut hasher = DefaultHasher::new();
        let mut count = 0;
        for c in segment.text.chars().filter(|c| c.is_alphanumeric()) {
            c.to_lowercase().for_each(|c| c.hash(&mut hasher));
            count += 1;
        }
        if count < SHORTEST_COMPARED {
            return None;
        }
        let address = segment.address.as_ref()?.to_string();
        match self.first.entry(hasher.finish()) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(address.into());
                None
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                let title = format!("和{}的话术一样（最多差在标点），留一条就好", spaced(entry.get()));
                let fix = Fix { title, applicability: Applicability::Display, edits: Vec::new() };
                let end = segment.text.find('\n').unwrap_or(segment.text.len());
                Some(Found { kind: Structure::DuplicateReply, range: TextRange::new(0, end), fixes: vec![fix] })
            }
        }
    }
}

/// An address between Chinese words: with blanks where it is none itself.
fn spaced(address: &str) -> String {
    if address.starts_with('第') { address.to_owned() } else { format!(" {address} ") }
}

/// The placeholders of a template that are not `known`.
fn unknown<'t>(text: &'t str, policy: &'t Policy, known: &'t [String]) -> impl Iterator<Item = Found> + 't {
    let placeholders = placeholder::all(text, policy).into_iter();
    placeholders
        .filter(|range| !known.iter().any(|known| *known == text[range.as_range()]))
        .map(|range| {
            let guess = did_you_mean(&text[range.as_range()], known.iter().map(String::as_str));
            let fix = guess.map(|best| Fix {
                title: format!("改为“{best}”"),
                applicability: Applicability::Suggested,
                edits: vec![Edit { range, replacement: best.to_owned() }],
            });
            Found { kind: Structure::UnknownPlaceholder, range, fixes: fix.into_iter().collect() }
        })
}
