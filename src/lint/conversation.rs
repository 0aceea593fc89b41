//! A conversation as a whole: what is found only by hearing its turns one after the other.

use super::Linter;
use super::allow::AllowedPlaces;
use super::structure::{LateReply, RepeatedQuestions};
use crate::diagnostic::Diagnostic;
use crate::document::{Role, Segment};
use crate::lexicon::schema::Structure;
use crate::normalize::FoldedText;
use crate::text::{Prose, TextRange};

/// What has been heard of a conversation so far.
pub struct Conversation<'l> {
    linter: Linter<'l>,
    number: Option<usize>,
    late: LateReply,
    questions: RepeatedQuestions,
}

impl<'l> Conversation<'l> {
    /// One in which nothing has been said yet.
    #[must_use]
    pub fn new(linter: Linter<'l>) -> Self {
        Conversation { linter, number: None, late: LateReply::default(), questions: RepeatedQuestions::default() }
    }

    /// Hears the next message of a file; what is found in it because of what was said before. Messages that are no part of
    /// a conversation are not remembered, and another conversation begins anew.
    pub fn hear(&mut self, segment: &Segment<'_>) -> Vec<Diagnostic<'l>> {
        let Some(turn) = segment.turn else { return Vec::new() };
        if self.number != Some(turn.conversation) {
            *self = Conversation { number: Some(turn.conversation), ..Conversation::new(self.linter) };
        }
        let mut found = Vec::new();
        if self.late.hear(segment.role, turn.moment, self.linter.policy.limit(Structure::LateReply)) {
            found.extend(self.diagnostic(Structure::LateReply, &segment.text, first_line(&segment.text)));
        }
        if segment.role == Role::Agent {
            let limit = self.linter.policy.limit(Structure::RepeatedQuestion);
            if let Some(range) = self.questions.hear(&segment.text, limit) {
                found.extend(self.diagnostic(Structure::RepeatedQuestion, &segment.text, range));
            }
        }
        found
    }

    /// A finding of that kind in a message, if the lexicon has its entry and the project wants it.
    fn diagnostic(&self, structure: Structure, message: &str, range: TextRange<Prose>) -> Option<Diagnostic<'l>> {
        let tables = self.linter.lexicon.tables();
        let mut entries = tables.structures.iter().map(|number| &tables.entries[usize::from(*number)]);
        let entry = entries.find(|entry| entry.structure == Some(structure))?;
        let policy = self.linter.policy;
        if !policy.allowed.is_empty() {
            let folded = FoldedText::new(message);
            let mut allowed = AllowedPlaces::default();
            allowed.fill(policy, &folded);
            if allowed.cover(policy, &entry.rule, folded.to_folded(range)) {
                return None;
            }
        }
        Some(Diagnostic {
            rule: &entry.rule,
            severity: self.linter.severity(entry)?,
            range,
            mitigated_by: Vec::new(),
            cues: Vec::new(),
            raised_by: 0,
            fixes: Vec::new(),
        })
    }
}

fn first_line(text: &str) -> TextRange<Prose> {
    TextRange::new(0, text.find('\n').unwrap_or(text.len()))
}
