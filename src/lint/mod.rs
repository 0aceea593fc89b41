//! Layer 3: judging. Finds the phrases of a lexicon in one message, decides by what stands around them whether they
//! offend, and makes the rewrites. Must not know files, formats of documents or of reports.
//!
//! A message goes through `matcher` (which phrases are there), `conditions` (where they stand), `judge` (what
//! offends and how much) and, where fixes are asked for, `fixes`.

mod conditions;
mod cues;
pub mod examples;
mod facts;
mod fixes;
mod judge;
mod matcher;
mod quotes;

use crate::diagnostic::{Cue, Diagnostic, Severity};
use crate::document::{Role, Segment};
use crate::lexicon::Lexicon;
use crate::lexicon::cues::speak;
use crate::text::sentence::whole_graphemes;
use judge::Judged;
use matcher::Matches;

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
    /// A linter for that lexicon.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Linter { lexicon }
    }

    /// The lexicon that it judges by.
    #[must_use]
    pub fn lexicon(self) -> &'l Lexicon {
        self.lexicon
    }

    /// The offset in bytes of a place, at `from` or later, on whose line something may be found; lines before it hold
    /// nothing. `from` is the start of a line.
    #[must_use]
    pub fn next_candidate(self, text: &str, from: usize) -> Option<usize> {
        self.lexicon.prefilter.find(&self.lexicon.cues, text, from)
    }

    /// Whether something may be found in a segment. Only the agent's words are judged.
    #[must_use]
    pub fn is_candidate(self, segment: &Segment<'_>) -> bool {
        segment.role == Role::Agent && self.next_candidate(&segment.text, 0).is_some()
    }

    /// The findings in a segment, in the order in which they stand. Only the agent's words are judged.
    pub fn check_segment(self, segment: &Segment<'_>, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        if self.is_candidate(segment) { self.check(&segment.text, fixing, scratch) } else { Vec::new() }
    }

    /// The findings in one message, in the order in which they stand.
    pub fn check(self, message: &str, fixing: Fixing, scratch: &mut Scratch) -> Vec<Diagnostic<'l>> {
        self.judge(message, scratch);
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
                range: whole_graphemes(message, scratch.matches.folded.to_prose(finding.range)),
                mitigated_by: finding
                    .mitigated_by
                    .iter()
                    .filter_map(|context| self.lexicon.tables().contexts.get(usize::from(*context)))
                    .map(|context| context.title.as_str())
                    .collect(),
                cues: finding.cues.iter().map(|cue| Cue { text: cue.text.clone(), weight: cue.weight }).collect(),
                fixes: made,
            });
        }
        scratch.judged = judged;
        diagnostics
    }

    /// Fills `scratch` with what stands in the message.
    fn judge(self, message: &str, scratch: &mut Scratch) {
        let cues_speak = speak(&self.lexicon.cues, message);
        scratch.matches.fill(self.lexicon, message, cues_speak);
        judge::judge(self.lexicon, &scratch.matches, &mut scratch.judged);
        if cues_speak {
            cues::judge(self.lexicon, message, &scratch.matches, &mut scratch.judged);
        }
    }
}

/// Whether a finding is one that an inspector would ask to have reworded, and not mere advice.
#[must_use]
pub fn is_offence(severity: Severity) -> bool {
    severity >= Severity::Warning
}
