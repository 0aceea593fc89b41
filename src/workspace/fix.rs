//! Mending a text: fixes that do not touch each other are carried to the source and applied, then the text is judged
//! again, until nothing is left to apply. Nothing outside the edits changes, and the text keeps its shape.

use super::check::Settings;
use crate::diagnostic::Fix;
use crate::document::{self, Content, Role};
use crate::lint::{Conversation, FixLevel, Fixing, STEPS, Scratch, is_offence};
use crate::text::{Edit, Source, TextRange, apply_edits};

/// What mending came to.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The content afterwards.
    pub content: Content,
    /// How many findings were mended.
    pub applied: usize,
    /// How many errors and warnings are left.
    pub left: usize,
    /// What in the file could not be read: the line, from one, and what it is in Chinese.
    pub problems: Vec<document::Problem>,
}

/// Mends `content`; `settings` are those of its file.
///
/// # Errors
/// In Chinese, where an edit would change how the file is read; then nothing is to be written.
pub fn mend(settings: &Settings<'_>, content: Content, level: FixLevel) -> Result<Mended, String> {
    let whole = TextRange::new(0, content.text().len());
    mend_within(settings, content, whole, level)
}

/// As [`mend`], but only the messages that `within` touches: those at whose words it lies where it is empty.
///
/// # Errors
/// As [`mend`].
pub fn mend_within(
    settings: &Settings<'_>,
    content: Content,
    within: TextRange<Source>,
    level: FixLevel,
) -> Result<Mended, String> {
    let mut scratch = Scratch::default();
    let mut mended = Mended { content, applied: 0, left: 0, problems: Vec::new() };
    let mut within = within;
    for _ in 0..STEPS {
        let pass = run_pass(settings, &mended.content, within, level, &mut scratch);
        mended.left = pass.left;
        mended.problems = pass.problems;
        if pass.edits.is_empty() {
            break;
        }
        let changed = mended
            .content
            .with_edits(&pass.edits)
            .map_err(|_| "改写之间互相重叠，没有改动这个文件".to_owned())?;
        if !pass.expected.iter().eq(&messages(settings, &changed)) {
            return Err("改写之后文件的结构会变，没有改动这个文件；请手工修改".to_owned());
        }
        // All edits lie inside the messages that were touched.
        if let Some(place) = pass.place {
            within = TextRange::new(place.start(), place.end() + changed.text().len() - mended.content.text().len());
        }
        mended.content = changed;
        mended.applied += pass.applied;
    }
    Ok(mended)
}

struct Pass {
    edits: Vec<Edit<Source>>,
    applied: usize,
    left: usize,
    problems: Vec<document::Problem>,
    /// From the first message that was looked at to the end of the last.
    place: Option<TextRange<Source>>,
    /// All messages as they are to be read behind the edits.
    expected: Vec<(Role, String)>,
}

fn run_pass(
    settings: &Settings<'_>,
    content: &Content,
    within: TextRange<Source>,
    level: FixLevel,
    scratch: &mut Scratch,
) -> Pass {
    let mut pass =
        Pass { edits: Vec::new(), applied: 0, left: 0, problems: Vec::new(), place: None, expected: Vec::new() };
    let mut conversation = Conversation::new(settings.linter);
    let reading = content.extract(settings.extract, &mut |segment| {
        let heard = conversation.hear(&segment);
        let place = segment.map.to_source(TextRange::new(0, segment.text.len()));
        let at_cursor = within.is_empty() && place.covers(within);
        if !at_cursor && !place.overlaps(within) {
            pass.expected.push((segment.role, segment.text.into_owned()));
            return;
        }
        pass.place = Some(match pass.place {
            Some(before) => TextRange::new(before.start().min(place.start()), before.end().max(place.end())),
            None => place,
        });
        let found = settings.linter.check_heard(heard, &segment, Fixing::Make, scratch);
        pass.left += found.iter().filter(|diagnostic| is_offence(diagnostic.severity)).count();
        let can_be_written = |fix: &Fix| segment.source_edits(&fix.edits).is_ok();
        let step = settings.linter.mend_step(&segment.text, &found, level, &can_be_written, scratch);
        let after = apply_edits(&segment.text, &step.edits);
        match (segment.source_edits(&step.edits), after) {
            (Ok(edits), Ok(after)) => {
                pass.applied += step.applied;
                pass.edits.extend(edits);
                pass.expected.push((segment.role, after));
            }
            _ => pass.expected.push((segment.role, segment.text.into_owned())),
        }
    });
    pass.problems = reading.problems;
    pass
}

/// All messages with their roles.
fn messages(settings: &Settings<'_>, content: &Content) -> Vec<(Role, String)> {
    let mut messages = Vec::new();
    content.extract(settings.extract, &mut |segment| messages.push((segment.role, segment.text.into_owned())));
    messages
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
            mend_within(&settings, content, within, FixLevel::Suggested).unwrap().content.text().to_owned()
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
