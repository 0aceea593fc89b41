//! What the words alone do not tell: how a message is set down, and how a conversation goes. One file a rule; each has an
//! entry of the same name in `lexicon/structure/`, which says how grave it is, why, and on what passage it rests.
//!
//! Rules of the same kind that words can tell (a refusal without a way out, a wait without an end) are phrases there and
//! need no code.

mod candidates;
mod late_reply;
mod long_sentence;
mod mixed_address;
pub(super) mod placeholder;
mod punctuation;
mod repeated_question;

pub(super) use candidates::{LineCandidates, Next, asks};
pub(super) use late_reply::LateReply;
pub(super) use repeated_question::{Question, RepeatedQuestions, asked_in};

use super::Linter;
use super::judge::Judged;
use super::matcher::Matches;
use crate::diagnostic::{Applicability, Category, Severity};
use crate::lexicon::schema::Structure;
use crate::text::{Edit, Prose, TextRange};

/// A finding in the structure of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Where.
    pub(super) range: TextRange<Prose>,
    /// How it is mended, where that is known.
    pub(super) mending: Option<Mending>,
}

/// How a finding in the structure is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mending {
    /// What it does, in a few words of Chinese.
    pub(super) title: String,
    /// How far it may be trusted.
    pub(super) applicability: Applicability,
    /// The edits, all or none.
    pub(super) edits: Vec<Edit<Prose>>,
}

/// Adds to `judged` what is found in the structure of a message.
pub(super) fn judge(linter: Linter<'_>, message: &str, matches: &Matches, judged: &mut Vec<Judged>) {
    // What is quoted is not the agent's, and a link is no prose.
    let quoted = matches.quoted.iter().map(|range| matches.folded.to_prose(*range));
    let foreign: Vec<TextRange<Prose>> = quoted.chain(links(message)).collect();
    let tables = linter.lexicon.tables();
    for number in tables.structures.iter().map(|number| usize::from(*number)) {
        let entry = &tables.entries[number];
        let Some(kind) = entry.structure else { continue };
        let Some(severity) = linter.severity(entry) else { continue };
        for shape in find(linter, kind, message, &foreign) {
            if foreign.iter().any(|range| range.covers(shape.range)) {
                continue;
            }
            let range = matches.folded.to_folded(shape.range);
            if matches.allowed.cover(linter.policy, &entry.rule, range) {
                continue;
            }
            if kind == Structure::MixedAddress {
                drop_single_addresses(linter, matches, &shape, judged);
            }
            let mut found = Judged::new(number, range, severity);
            if kind == Structure::Placeholder && linter.drafts {
                found.severity = severity.max(Severity::Warning);
            }
            found.shape = Some(shape);
            judged.push(found);
        }
    }
    judged.sort_by_key(|finding| (finding.range.start(), finding.range.end()));
}

/// Drops advice on a single 你 where one finding speaks for all of them.
fn drop_single_addresses(linter: Linter<'_>, matches: &Matches, shape: &Shape, judged: &mut Vec<Judged>) {
    let edits = shape.mending.iter().flat_map(|mending| &mending.edits);
    let places: Vec<_> = edits.map(|edit| matches.folded.to_folded(edit.range)).collect();
    judged.retain(|other| {
        let entry = &linter.lexicon.tables().entries[usize::from(other.entry)];
        let single = entry.rule.category == Category::DisrespectfulAddress && other.severity <= Severity::Info;
        !(single && places.iter().any(|place| place.overlaps(other.range)))
    });
}

fn find(linter: Linter<'_>, kind: Structure, message: &str, foreign: &[TextRange<Prose>]) -> Vec<Shape> {
    match kind {
        Structure::MixedAddress => mixed_address::find(message, foreign).into_iter().collect(),
        Structure::Placeholder => placeholder::find(message),
        Structure::Punctuation => punctuation::find(message),
        Structure::LongSentence => long_sentence::find(message, linter.policy.limit(kind)),
        // These are seen in a conversation, or in a file of templates.
        Structure::RepeatedQuestion
        | Structure::LateReply
        | Structure::UnbalancedPlaceholder
        | Structure::UnknownPlaceholder
        | Structure::LongReply
        | Structure::DuplicateReply => Vec::new(),
    }
}

/// The links of a message: `https://…` and `www.…` with what stands before them without a blank, up to a blank or a mark
/// that ends a clause.
fn links(message: &str) -> impl Iterator<Item = TextRange<Prose>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '，' | '。' | '！' | '；' | '、' | ';');
    ["://", "www."].into_iter().flat_map(move |mark| {
        message.match_indices(mark).map(move |(at, _)| {
            let start = message[..at].rfind(ends).map_or(0, |before| message.ceil_char_boundary(before + 1));
            let end = message[at..].find(ends).map_or(message.len(), |length| at + length);
            TextRange::new(start, end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links() {
        let message = "见 https://a.cn/x?id=你，或www.b.cn/你 你好";
        let found: Vec<&str> = links(message).map(|range| &message[range.as_range()]).collect();
        assert_eq!(found, ["https://a.cn/x?id=你", "或www.b.cn/你"]);
    }
}
