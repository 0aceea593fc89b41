//! Layer 3: judging. Finds the phrases of a lexicon in one message, decides by what stands around them whether they
//! offend, and makes the rewrites. Must not know files, formats of documents or of reports.
//!
//! A message goes through `matcher` (which phrases are there), `conditions` (where they stand), `judge` (what
//! offends and how much) and, where fixes are asked for, `fixes`.

mod allow;
mod conditions;
mod conversation;
mod cues;
pub mod examples;
mod facts;
mod fixes;
mod judge;
mod matcher;
mod mend;
mod pieces;
mod quotes;
mod script;
mod structure;
mod templates;

pub use conversation::{Conversation, Heard, Utterance};
pub use mend::{FixLevel, Polished, STEPS, Step};

use crate::config::Policy;
use crate::diagnostic::{Cue, Diagnostic, Severity};
use crate::document::{Role, Segment};
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

    /// As [`Linter::check_segment`], with what was `heard` in the segment because of what was said before.
    pub fn check_heard(
        self,
        heard: Vec<Diagnostic<'l>>,
        segment: &Segment<'_>,
        fixing: Fixing,
        scratch: &mut Scratch,
    ) -> Vec<Diagnostic<'l>> {
        let mut found = heard;
        found.extend(self.check_segment(segment, fixing, scratch));
        if segment.is_template() && !self.drafts {
            // There they are what a template is for.
            found.retain(|diagnostic| diagnostic.rule.id != Structure::Placeholder.rule());
        }
        found.sort_by_key(|diagnostic| (diagnostic.range.start(), diagnostic.range.end()));
        found
    }

    /// As [`Linter::check`], with the first test of all messages before it.
    pub fn check_quickly(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if self.next_by_words(message, 0).is_some() || message.len() > pieces::LONGEST {
            return self.check(message, fixing, scratch);
        }
        if !self.structure_asks(message) {
            return Vec::new();
        }
        scratch.matches.fill_quoted(self.policy, message);
        scratch.judged.clear();
        structure::judge(self, message, &scratch.matches, &mut scratch.judged);
        self.diagnostics(message, fixing, scratch)
    }

    /// The findings in one message, in the order in which they stand.
    pub fn check(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if message.len() > pieces::LONGEST {
            return self.check_pieces(message, fixing, scratch);
        }
        self.judge(message, scratch);
        self.diagnostics(message, fixing, scratch)
    }

    fn check_pieces(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        let mut all = Vec::new();
        for piece in pieces::pieces(message) {
            for mut found in self.check_quickly(&message[piece.clone()], fixing, scratch) {
                found.range = found.range.shifted(piece.start);
                for edit in found.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
                    edit.range = edit.range.shifted(piece.start);
                }
                all.push(found);
            }
        }
        all
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
        scratch.matches.fill(self, message, cues_speak, structure_asks);
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

/// Whether a finding is one that an inspector would ask to have reworded, and not mere advice.
#[must_use]
pub fn is_offence(severity: Severity) -> bool {
    severity >= Severity::Warning
}
