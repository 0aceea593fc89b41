//! A file as a whole: what is found only by hearing its messages one after the other, the turns of a conversation or the
//! templates of a collection.

use super::Linter;
use super::allow::AllowedPlaces;
use super::structure::{LateReply, Question, RepeatedQuestions, asked_in};
use super::templates::{self, Templates};
use crate::diagnostic::Diagnostic;
use crate::document::{Moment, Role, Segment};
use crate::lexicon::schema::Structure;
use crate::normalize::FoldedText;
use crate::text::{Prose, TextRange};

/// What has been heard of a conversation so far.
pub struct Conversation<'l> {
    linter: Linter<'l>,
    number: Option<usize>,
    late: LateReply,
    questions: RepeatedQuestions,
    templates: Templates,
}

/// What a conversation remembers of one of its messages.
#[derive(Clone, Debug)]
pub struct Utterance {
    role: Role,
    moment: Option<Moment>,
    questions: Vec<Question>,
}

impl Utterance {
    /// That of a message; nothing where it is no part of a conversation.
    #[must_use]
    pub fn of(segment: &Segment<'_>) -> Option<Utterance> {
        let turn = segment.turn?;
        let questions = if segment.role == Role::Agent { asked_in(&segment.text) } else { Vec::new() };
        Some(Utterance { role: segment.role, moment: turn.moment, questions })
    }

    /// Whether a conversation goes on behind the one as behind the other, wherever in them the words stand.
    #[must_use]
    pub fn same(&self, other: &Utterance) -> bool {
        self.role == other.role
            && self.moment == other.moment
            && self
                .questions
                .iter()
                .map(|question| &question.key)
                .eq(other.questions.iter().map(|question| &question.key))
    }
}

/// What was found in a message because of what was said before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// It is a late reply.
    late: bool,
    /// The number of the question in it that was asked too often.
    again: Option<usize>,
}

impl Heard {
    /// Whether nothing was.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Heard::default()
    }
}

impl<'l> Conversation<'l> {
    /// One in which nothing has been said yet.
    #[must_use]
    pub fn new(linter: Linter<'l>) -> Self {
        Conversation {
            linter,
            number: None,
            late: LateReply::default(),
            questions: RepeatedQuestions::default(),
            templates: Templates::default(),
        }
    }

    /// Hears the next message of a file; what is found in it because of what was said before. Messages that are no part of
    /// a conversation are not remembered, and another conversation begins anew.
    pub fn hear(&mut self, segment: &Segment<'_>) -> Vec<Diagnostic<'l>> {
        if segment.is_template() {
            let found = self.templates.hear(self.linter, segment);
            let diagnostic = |found: templates::Found| {
                let diagnostic = self.linter.of_structure(found.kind, &segment.text, found.range)?;
                Some(Diagnostic { fixes: found.fixes, ..diagnostic })
            };
            return found.into_iter().filter_map(diagnostic).collect();
        }
        let (Some(turn), Some(utterance)) = (segment.turn, Utterance::of(segment)) else { return Vec::new() };
        if self.number != Some(turn.conversation) {
            let templates = std::mem::take(&mut self.templates);
            *self = Conversation { number: Some(turn.conversation), templates, ..Conversation::new(self.linter) };
        }
        let heard = self.take(&utterance);
        self.linter.heard(heard, &utterance, &segment.text)
    }

    /// Hears the next message of this conversation.
    pub fn take(&mut self, utterance: &Utterance) -> Heard {
        let policy = self.linter.policy;
        Heard {
            late: self.late.hear(utterance.role, utterance.moment, policy.limit(Structure::LateReply)),
            again: self.questions.hear(&utterance.questions, policy.limit(Structure::RepeatedQuestion)),
        }
    }
}

impl<'l> Linter<'l> {
    /// What was heard in the message `text` as findings, those that the lexicon has and the project wants.
    #[must_use]
    pub fn heard(self, heard: Heard, utterance: &Utterance, text: &str) -> Vec<Diagnostic<'l>> {
        let late = heard.late.then(|| (Structure::LateReply, first_line(text)));
        let again = heard.again.and_then(|number| utterance.questions.get(number));
        let again = again.map(|question| (Structure::RepeatedQuestion, question.range));
        late.into_iter()
            .chain(again)
            .filter_map(|(kind, range)| self.of_structure(kind, text, range))
            .collect()
    }

    /// A finding of that kind in a message, if the lexicon has its entry and the project wants it.
    fn of_structure(self, structure: Structure, message: &str, range: TextRange<Prose>) -> Option<Diagnostic<'l>> {
        let tables = self.lexicon.tables();
        let mut entries = tables.structures.iter().map(|number| &tables.entries[usize::from(*number)]);
        let entry = entries.find(|entry| entry.structure == Some(structure))?;
        let policy = self.policy;
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
            severity: self.severity(entry)?,
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
