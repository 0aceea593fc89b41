//! Layer 3: judging. Finds the phrases of a lexicon in one message, decides by what stands around them whether they
//! offend, and makes the rewrites. Must not know files, formats of documents or of reports.
//!
//! A message goes through `matcher` (which phrases are there), `conditions` (where they stand), `judge` (what
//! offends and how much) and, where fixes are asked for, `fixes`.

mod conditions;
mod conversation;
mod cues;
pub mod examples;
mod facts;
mod fixes;
mod judge;
mod matcher;
mod quotes;
mod structure;

pub use conversation::{Conversation, Heard, Utterance};

use crate::config::Policy;
use crate::diagnostic::{Cue, Diagnostic, Severity};
use crate::document::{Role, Segment, plain};
use crate::lexicon::cues::speak;
use crate::lexicon::schema::Structure;
use crate::lexicon::{Entry, Lexicon};
use crate::text::sentence::whole_graphemes;
use judge::Judged;
use matcher::Matches;
use structure::{LineCandidates, Next};

/// Whether rewrites are made along with findings; they cost more than finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixing {
    /// Findings only.
    Skip,
    /// Findings and the rewrites of each.
    Make,
}

/// Judges messages by one lexicon.
#[derive(Clone, Copy)]
pub struct Linter<'l> {
    lexicon: &'l Lexicon,
    policy: &'l Policy,
    /// Whether the messages are about to be sent.
    drafts: bool,
}

static USUAL: Policy = Policy::USUAL;

/// The places in a text at which it is worth looking, from its beginning on.
pub struct Candidates<'l> {
    linter: Linter<'l>,
    by_words: Next,
    by_structure: LineCandidates,
}

impl Candidates<'_> {
    /// The offset in bytes of a place, at `from` or later, on whose line something may be found; lines before it hold
    /// nothing. `from` is the start of a line, and not before that of the last call; `text` is the same each time.
    pub fn next(&mut self, text: &str, from: usize) -> Option<usize> {
        let by_words = self.by_words.from(from, |from| self.linter.next_by_words(text, from));
        let by_structure = self.by_structure.next(text, from);
        [by_words, by_structure].into_iter().flatten().min()
    }
}

/// Memory that one message leaves for the next.
#[derive(Default)]
pub struct Scratch {
    matches: Matches,
    judged: Vec<Judged>,
    /// For the results of rewrites.
    after: Option<Box<Scratch>>,
}

impl<'l> Linter<'l> {
    /// A linter for that lexicon, as strict as its entries say.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Linter { lexicon, policy: &USUAL, drafts: false }
    }

    /// A linter that goes by what a project says of the rules.
    #[must_use]
    pub fn with_policy(self, policy: &'l Policy) -> Self {
        Linter { policy, ..self }
    }

    /// A linter for messages that are about to be sent, or not.
    #[must_use]
    pub fn for_drafts(self, drafts: bool) -> Self {
        Linter { drafts, ..self }
    }

    /// The lexicon that it judges by.
    #[must_use]
    pub fn lexicon(self) -> &'l Lexicon {
        self.lexicon
    }

    /// The lines of a text on which something may be found.
    #[must_use]
    pub fn candidates(self) -> Candidates<'l> {
        let by_structure = LineCandidates::new(self.policy.limit(Structure::LongSentence));
        Candidates { linter: self, by_words: Next::Unknown, by_structure }
    }

    /// The offset in bytes of a place, at `from` or later, on whose line words may offend; lines before it hold none.
    /// `from` is the start of a line.
    fn next_by_words(self, text: &str, from: usize) -> Option<usize> {
        self.lexicon.prefilter.find(&self.lexicon.cues, text, from)
    }

    /// Whether anything may be found in `text`, taken as one message or as many.
    #[must_use]
    pub fn may_find_in(self, text: &str) -> bool {
        self.next_by_words(text, 0).is_some() || self.structure_asks(text)
    }

    fn structure_asks(self, text: &str) -> bool {
        structure::asks(text, self.policy.limit(Structure::LongSentence))
    }

    /// How grave the findings of an entry are in this project; nothing where it is off.
    fn severity(self, entry: &Entry) -> Option<Severity> {
        self.policy.severity(&entry.rule, entry.severity)
    }

    /// The findings in a segment, in the order in which they stand. Only the agent's words are judged.
    pub fn check_segment(self, segment: &Segment<'_>, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if segment.role == Role::Agent { self.check_quickly(&segment.text, fixing, scratch) } else { Vec::new() }
    }

    /// As [`Linter::check`], with the first test of all messages before it.
    pub fn check_quickly(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if message.len() > LONGEST_MESSAGE {
            return in_pieces(message, |piece| self.check_quickly(piece, fixing, scratch));
        }
        if self.next_by_words(message, 0).is_some() {
            return self.check(message, fixing, scratch);
        }
        if !self.structure_asks(message) {
            return Vec::new();
        }
        scratch.matches.fill_quoted(message);
        scratch.judged.clear();
        structure::judge(self, message, &scratch.matches, &mut scratch.judged);
        self.diagnostics(message, fixing, scratch)
    }

    /// The findings in one message, in the order in which they stand.
    pub fn check(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if message.len() > LONGEST_MESSAGE {
            return in_pieces(message, |piece| self.check(piece, fixing, scratch));
        }
        self.judge(message, scratch);
        self.diagnostics(message, fixing, scratch)
    }

    /// What was judged, as it is shown.
    fn diagnostics(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        let mut diagnostics = Vec::with_capacity(scratch.judged.len());
        let judged = std::mem::take(&mut scratch.judged);
        for finding in &judged {
            let entry = &self.lexicon.tables().entries[usize::from(finding.entry)];
            let made = match fixing {
                Fixing::Skip => Vec::new(),
                Fixing::Make => {
                    let mut after = scratch.after.take().unwrap_or_default();
                    let made = fixes::fixes(self, message, &scratch.matches, finding, &judged, &mut after);
                    scratch.after = Some(after);
                    made
                }
            };
            diagnostics.push(Diagnostic {
                rule: &entry.rule,
                severity: finding.severity,
                range: match &finding.shape {
                    Some(shape) => shape.range,
                    None => whole_graphemes(message, scratch.matches.folded.to_prose(finding.range)),
                },
                mitigated_by: finding
                    .mitigated_by
                    .iter()
                    .filter_map(|context| self.lexicon.tables().contexts.get(usize::from(*context)))
                    .map(|context| context.title.as_str())
                    .collect(),
                cues: finding.cues.iter().map(|cue| Cue { text: cue.text.clone(), weight: cue.weight }).collect(),
                raised_by: finding.raised_by,
                fixes: made,
            });
        }
        scratch.judged = judged;
        diagnostics
    }

    /// Fills `scratch` with what stands in the message.
    fn judge(self, message: &str, scratch: &mut Scratch) {
        let cues_speak = speak(&self.lexicon.cues, message);
        let structure_asks = self.structure_asks(message);
        scratch.matches.fill(self.lexicon, message, cues_speak, structure_asks);
        judge::judge(self, &scratch.matches, &mut scratch.judged);
        if cues_speak {
            cues::judge(self, message, &scratch.matches, &mut scratch.judged);
        }
        judge::raise(self, &mut scratch.judged);
        if structure_asks {
            structure::judge(self, message, &scratch.matches, &mut scratch.judged);
        }
    }
}

/// The longest message that is judged as a whole, in bytes. What stands in the same message is looked at for each finding,
/// so that nothing longer could be judged in time; what is longer is no reply either, but a file without line ends.
const LONGEST_MESSAGE: usize = plain::LETTER_LIMIT;

/// How many findings are looked for in such a message.
const MOST_FINDINGS: usize = 10_000;

/// The findings in a message of any length: those of its pieces, which end with a sentence where there is one.
fn in_pieces<'l>(message: &str, mut check: impl FnMut(&str) -> Vec<Diagnostic<'l>>) -> Vec<Diagnostic<'l>> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < message.len() && found.len() < MOST_FINDINGS {
        let rest = &message[start..];
        // The last two are of a length, so that none is so short that it would read as a message of its own.
        let even = if rest.len() < 2 * LONGEST_MESSAGE { rest.len() / 2 } else { LONGEST_MESSAGE };
        let room = rest.floor_char_boundary(if rest.len() <= LONGEST_MESSAGE { rest.len() } else { even });
        let end = if room == rest.len() {
            room
        } else {
            let last = |marks: &[char]| rest[..room].rfind(marks).map(|at| rest.ceil_char_boundary(at + 1));
            last(&['。', '！', '？', '!', '?', '\n']).or_else(|| last(&['；', '，', ';', ','])).unwrap_or(room)
        };
        for mut diagnostic in check(&rest[..end]) {
            diagnostic.range = diagnostic.range.shifted(start);
            for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
                edit.range = edit.range.shifted(start);
            }
            found.push(diagnostic);
        }
        start += end;
    }
    found
}

/// Whether a finding is one that an inspector would ask to have reworded, and not mere advice.
#[must_use]
pub fn is_offence(severity: Severity) -> bool {
    severity >= Severity::Warning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_without_end_are_judged_in_pieces() {
        let lexicon = crate::builtin::lexicon();
        let linter = Linter::new(&lexicon);
        let mut scratch = Scratch::default();
        let message = "这个我们处理不了。亲，请稍等😊".repeat(4000);
        let mut found = linter.check_quickly(&message, Fixing::Make, &mut scratch);
        // What stands at the end of the message is another matter.
        let rule = found[0].rule;
        found.retain(|diagnostic| diagnostic.rule == rule);
        assert_eq!(found.len(), 4000);
        for (number, diagnostic) in found.iter().enumerate() {
            assert_eq!(diagnostic.range.start() / "这个我们处理不了。亲，请稍等😊".len(), number);
            assert!(
                message.is_char_boundary(diagnostic.range.start()) && message.is_char_boundary(diagnostic.range.end())
            );
        }
        assert!(
            found
                .iter()
                .flat_map(|diagnostic| &diagnostic.fixes)
                .all(|fix| fix.edits.iter().all(|edit| edit.range.end() <= message.len()))
        );
        assert!(linter.check_quickly(&"好".repeat(100_000), Fixing::Make, &mut scratch).len() <= 100);
    }
}
