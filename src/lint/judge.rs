//! What offends, and how much: exemptions, conditions, the choice among overlapping hits, mitigations.

use super::conditions::Place;
use super::matcher::{Matches, Offence};
use super::structure::Shape;
use super::{Linter, is_offence};
use crate::diagnostic::{Category, Severity};
use crate::lexicon::compiled::{Condition, Entry, Owner, Tables};
use crate::lexicon::cues::Spoken;
use crate::text::{Folded, TextRange};

/// How many mild findings in one message make an offence.
const TOGETHER: usize = 2;

/// A finding, in the coordinates of the folded message.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// The number of its entry.
    pub(super) entry: u16,
    /// The offending words, with the particles after them.
    pub(super) range: TextRange<Folded>,
    /// What its captures took.
    pub(super) captures: Vec<(u8, TextRange<Folded>)>,
    /// The words of the phrase itself, without its gaps.
    pub(super) parts: Vec<TextRange<Folded>>,
    /// How grave it is here.
    pub(super) severity: Severity,
    /// Contexts that lowered it, by number.
    pub(super) mitigated_by: Vec<u16>,
    /// The cues that made it, the weightiest first; none where a phrase did.
    pub(super) cues: Vec<Spoken>,
    /// How many mild findings in the message together raised it; zero where none did.
    pub(super) raised_by: usize,
    /// What is found in the structure of the message, in its exact place; none where words made the finding.
    pub(super) shape: Option<Shape>,
}

impl Judged {
    /// A finding in that range, with nothing else known of it.
    pub(super) fn new(entry: usize, range: TextRange<Folded>, severity: Severity) -> Self {
        Judged {
            entry: entry as u16, // there are no more than u16 counts
            range,
            captures: Vec::new(),
            parts: Vec::new(),
            severity,
            mitigated_by: Vec::new(),
            cues: Vec::new(),
            raised_by: 0,
            shape: None,
        }
    }
}

/// Fills `judged` with the findings of a message, in the order in which they stand.
pub(super) fn judge(linter: Linter<'_>, matches: &Matches, judged: &mut Vec<Judged>) {
    judged.clear();
    if matches.offences.is_empty() {
        return;
    }
    let tables = linter.lexicon.tables();
    let mut hits: Vec<(&Offence, TextRange<Folded>)> = Vec::new();
    for offence in &matches.offences {
        let entry = &tables.entries[usize::from(offence.entry)];
        if linter.severity(entry).is_none() || is_exempt(tables, matches, offence) {
            continue;
        }
        let bare = Place::new(tables, matches, offence.range);
        let range = TextRange::new(offence.range.start(), bare.end_with_particles());
        let place = Place::new(tables, matches, range);
        // A gap may reach into a quotation: then the words of the last part are quoted.
        let end = offence.parts.last().copied().unwrap_or(range);
        let quoted_end =
            entry.unless.contains(&Condition::Quoted) && Place::new(tables, matches, end).holds(Condition::Quoted);
        if !quoted_end && !place.is_in_link() && place.allows(&entry.when, &entry.unless) {
            hits.push((offence, range));
        }
    }
    // What offends before what is advice on structure, the longest first, then the earlier entry, then the earlier place:
    // so the choice below is the same each time.
    hits.sort_by_key(|(offence, _)| {
        let gives_way = tables.entries[usize::from(offence.entry)].rule.category == Category::Structure;
        (gives_way, std::cmp::Reverse(offence.range.len()), offence.entry, offence.range.start())
    });
    // Each with whether it offends; what was cleared takes its place too.
    let mut taken: Vec<(TextRange<Folded>, Option<Severity>, Category)> = Vec::new();
    for (offence, range) in hits {
        let entry = &tables.entries[usize::from(offence.entry)];
        let Some(severity) = linter.severity(entry) else { continue };
        let category = entry.rule.category;
        let mut overlapped = taken.iter().filter(|(other, ..)| other.overlaps(range)).peekable();
        let overlaps = overlapped.peek().is_some();
        if overlaps {
            // Of one category the longer phrase knows better, also where it is mild; of another, the graver one stands.
            let milder = |(_, of, other): &(_, Option<Severity>, Category)| {
                *other != category && of.is_some_and(|of| !is_offence(of))
            };
            if !is_offence(severity) || !overlapped.all(milder) {
                continue;
            }
        }
        // What is allowed for one rule shall not come back as a finding of another that it stood before.
        let bare = without_particles(tables, matches, offence.range);
        if matches.allowed.cover(linter.policy, &entry.rule, bare) {
            taken.push((range, None, category));
            continue;
        }
        let mitigated = mitigate(entry, severity, &Place::new(tables, matches, range));
        let Some((severity, mitigated_by)) = mitigated else {
            taken.push((range, None, category));
            continue;
        };
        if overlaps && !is_offence(severity) {
            continue;
        }
        judged.retain(|other| !other.range.overlaps(range));
        taken.push((range, Some(severity), category));
        judged.push(Judged {
            captures: offence.captures.clone(),
            parts: offence.parts.clone(),
            mitigated_by,
            ..Judged::new(usize::from(offence.entry), range, severity)
        });
    }
    judged.sort_by_key(|finding| (finding.range.start(), finding.range.end()));
}

/// The range without the particles at its end, which are no matter to whoever allows a phrase; of a particle all of it.
fn without_particles(tables: &Tables, matches: &Matches, range: TextRange<Folded>) -> TextRange<Folded> {
    let chars = &matches.folded.chars()[range.as_range()];
    let is_word = |c: &char| tables.particles.binary_search(c).is_err();
    let length = chars.iter().rposition(is_word).map_or(chars.len(), |last| last + 1);
    TextRange::new(range.start(), range.start() + length)
}

/// Raises the first of several mild findings, each of which alone would pass: together they make the tone of the message.
/// Structure and forms of address are no matter of tone, and an apology for one of them is taken for the others too.
pub(super) fn raise(linter: Linter<'_>, judged: &mut [Judged]) {
    let tables = linter.lexicon.tables();
    if judged.iter().any(|finding| is_offence(finding.severity)) {
        return;
    }
    let entry = |finding: &Judged| &tables.entries[usize::from(finding.entry)];
    let tone = |finding: &Judged| {
        !matches!(entry(finding).rule.category, Category::Structure | Category::DisrespectfulAddress)
    };
    let forgiven =
        |finding: &Judged| finding.mitigated_by.iter().any(|context| tables.contexts[usize::from(*context)].forgives);
    let count = judged.iter().filter(|finding| tone(finding)).count();
    if count < TOGETHER || judged.iter().any(|finding| tone(finding) && forgiven(finding)) {
        return;
    }
    let Some(first) = judged.iter_mut().find(|finding| tone(finding)) else { return };
    let wanted = linter.policy.severity(&tables.entries[usize::from(first.entry)].rule, Severity::Warning);
    if let Some(severity) = wanted.filter(|severity| *severity > first.severity) {
        first.severity = severity;
        first.raised_by = count;
    }
}

fn is_exempt(tables: &Tables, matches: &Matches, offence: &Offence) -> bool {
    let covered = matches.exemptions.iter().any(|(owner, around)| {
        around.covers(offence.range)
            && match owner {
                Owner::EntryExemption(entry) => *entry == offence.entry,
                Owner::Exemption(number) => match &tables.exemptions[usize::from(*number)] {
                    Some(entries) => entries.binary_search(&offence.entry).is_ok(),
                    None => true,
                },
                _ => false,
            }
    });
    covered
        || offence
            .parts
            .iter()
            .any(|part| matches.ordinary.iter().any(|word| word.overlaps(*part) && !part.covers(*word)))
}

/// The severity, `severity` before mitigation, and what lowered it; nothing where the finding is cleared.
pub(super) fn mitigate(entry: &Entry, severity: Severity, place: &Place<'_>) -> Option<(Severity, Vec<u16>)> {
    if entry
        .clear
        .iter()
        .any(|group| !group.is_empty() && group.iter().all(|condition| place.holds(*condition)))
    {
        return None;
    }
    let softened: Vec<Condition> = entry.soften.iter().copied().filter(|condition| place.holds(*condition)).collect();
    if softened.is_empty() || severity <= entry.soften_to {
        return Some((severity, Vec::new()));
    }
    let contexts = softened.iter().filter_map(|condition| match condition {
        Condition::Context(context, _) => Some(*context),
        _ => None,
    });
    Some((entry.soften_to, contexts.collect()))
}
