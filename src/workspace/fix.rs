//! Mending a text: fixes that do not touch each other are carried to the source and applied, then the text is judged
//! again, until nothing is left to apply. Nothing outside the edits changes, and the text keeps its shape.

use std::collections::BTreeSet;

use super::check::Settings;
use super::sound::{Change, do_changes};
use crate::diagnostic::Fix;
use crate::document::{self, Content};
use crate::lint::{Conversation, FixLevel, Fixing, STEPS, Scratch, is_offence};
use crate::text::{Source, TextRange, apply_edits};

/// What mending came to.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The content afterwards.
    pub content: Content,
    /// How many findings were mended.
    pub applied: usize,
    /// How many errors and warnings are left.
    pub left: usize,
    /// How many messages could not be mended, because their file would be read otherwise.
    pub refused: usize,
    /// What in the file could not be read: the line, from one, and what it is in Chinese.
    pub problems: Vec<document::Problem>,
}

/// Mends `content`; `settings` are those of its file.
#[must_use]
pub fn mend(settings: &Settings<'_>, content: Content, level: FixLevel) -> Mended {
    let whole = TextRange::new(0, content.text().len());
    mend_within(settings, content, whole, level)
}

/// As [`mend`], but only the messages that `within` touches: those at whose words it lies where it is empty.
#[must_use]
pub fn mend_within(settings: &Settings<'_>, content: Content, within: TextRange<Source>, level: FixLevel) -> Mended {
    let mut scratch = Scratch::default();
    let mut mended = Mended { content, applied: 0, left: 0, refused: 0, problems: Vec::new() };
    let mut within = within;
    let mut refused = BTreeSet::new();
    for _ in 0..STEPS {
        let mut pass = run_pass(settings, &mended.content, within, level, &mut scratch);
        mended.left = pass.left;
        mended.problems = pass.problems;
        pass.changes.retain(|(change, _)| !refused.contains(&change.message));
        if pass.changes.is_empty() {
            break;
        }
        let changes: Vec<Change> = pass.changes.iter().map(|(change, _)| change.clone()).collect();
        let (changed, unsound) = do_changes(&mended.content, settings.extract, &changes);
        refused.extend(unsound);
        let done = pass.changes.iter().filter(|(change, _)| !refused.contains(&change.message));
        mended.applied += done.map(|(_, findings)| findings).sum::<usize>();
        // All edits lie inside the messages that were touched.
        if let Some(place) = pass.place {
            within = TextRange::new(place.start(), place.end() + changed.text().len() - mended.content.text().len());
        }
        mended.content = changed;
    }
    mended.refused = refused.len();
    mended
}

struct Pass {
    /// The changes, each with how many findings it mends.
    changes: Vec<(Change, usize)>,
    left: usize,
    problems: Vec<document::Problem>,
    /// From the first message that was looked at to the end of the last.
    place: Option<TextRange<Source>>,
}

fn run_pass(
    settings: &Settings<'_>,
    content: &Content,
    within: TextRange<Source>,
    level: FixLevel,
    scratch: &mut Scratch,
) -> Pass {
    let mut pass = Pass { changes: Vec::new(), left: 0, problems: Vec::new(), place: None };
    let mut conversation = Conversation::new(settings.linter);
    let mut count = 0;
    let reading = content.extract(settings.extract, &mut |segment| {
        let message = count;
        count += 1;
        let heard = conversation.hear(&segment);
        let place = segment.map.to_source(TextRange::new(0, segment.text.len()));
        let at_cursor = within.is_empty() && place.covers(within);
        if !at_cursor && !place.overlaps(within) {
            return;
        }
        pass.place = Some(match pass.place {
            Some(before) => TextRange::new(before.start().min(place.start()), before.end().max(place.end())),
            None => place,
        });
        // With what is no finding in a template, so that it is not taken for something new behind a rewrite.
        let mut found = heard;
        found.extend(settings.linter.check_segment(&segment, Fixing::Make, scratch));
        pass.left += found.iter().filter(|diagnostic| is_offence(diagnostic.severity)).count();
        let can_be_written = |fix: &Fix| segment.source_edits(&fix.edits).is_ok();
        let step = settings.linter.mend_step(&segment.text, &found, level, &can_be_written, scratch);
        let after = apply_edits(&segment.text, &step.edits);
        if let (1.., Ok(edits), Ok(after)) = (step.applied, segment.source_edits(&step.edits), after) {
            pass.changes.push((Change { message, edits, after }, step.applied));
        }
    });
    pass.problems = reading.problems;
    pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Policy;
    use crate::document::Format;
    use crate::workspace::Project;

    #[test]
    fn only_what_is_touched_is_mended() {
        let project = Project::load(None, &[], &document::ExtractOptions::default(), &Policy::USUAL).unwrap();
        let settings = project.settings(None, Fixing::Make);
        let text = "不行\n您好，没办法\n别催了\n";
        let mend = |from: usize, to: usize| {
            let within = TextRange::new(from, to);
            let content = Content::Text { text: text.to_owned(), format: Format::Plain };
            mend_within(&settings, content, within, FixLevel::Suggested).content.text().to_owned()
        };
        let changed = |after: &str| -> Vec<bool> { text.lines().zip(after.lines()).map(|(a, b)| a != b).collect() };
        let second = text.find("您好").unwrap();
        assert_eq!(changed(&mend(0, 0)), [true, false, false]);
        assert_eq!(changed(&mend(6, 6)), [true, false, false]);
        assert_eq!(changed(&mend(0, 7)), [true, false, false], "the line end is no part of the next line");
        assert_eq!(changed(&mend(second, second)), [false, true, false]);
        assert_eq!(changed(&mend(3, second + 3)), [true, true, false]);
        assert_eq!(changed(&mend(0, text.len())), [true, true, true]);
        assert_eq!(mend(text.len(), text.len()), text);
    }
}
