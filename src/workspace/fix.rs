//! Mending a text: fixes that do not touch each other are carried to the source and applied, then the text is judged
//! again, until nothing is left to apply. Nothing outside the edits changes, and the text keeps its shape.

use std::path::Path;

use super::check::Settings;
use crate::diagnostic::Fix;
use crate::document::{self, Format, Role};
use crate::lint::{FixLevel, Fixing, STEPS, Scratch, is_offence};
use crate::text::{Edit, Source, TextRange, apply_edits};

/// What mending came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text afterwards.
    pub text: String,
    /// How many findings were mended.
    pub applied: usize,
    /// How many errors and warnings are left.
    pub left: usize,
    /// What in the file could not be read: the line, from one, and what it is in Chinese.
    pub problems: Vec<document::Problem>,
}

/// Mends `text`, a file of that name.
///
/// # Errors
/// In Chinese, where an edit would change how the file is read; then nothing is to be written.
pub fn mend(settings: &Settings<'_>, name: &Path, text: &str, level: FixLevel) -> Result<Mended, String> {
    mend_within(settings, name, text, TextRange::new(0, text.len()), level)
}

/// As [`mend`], but only the messages that `within` touches: those at whose words it lies where it is empty.
///
/// # Errors
/// As [`mend`].
pub fn mend_within(
    settings: &Settings<'_>,
    name: &Path,
    text: &str,
    within: TextRange<Source>,
    level: FixLevel,
) -> Result<Mended, String> {
    let settings = &settings.for_file(name);
    let format = settings.format_of(name, text);
    let mut scratch = Scratch::default();
    let mut mended = Mended { text: text.to_owned(), applied: 0, left: 0, problems: Vec::new() };
    let mut within = within;
    for _ in 0..STEPS {
        let pass = run_pass(settings, format, &mended.text, within, level, &mut scratch);
        mended.left = pass.left;
        mended.problems = pass.problems;
        if pass.edits.is_empty() {
            break;
        }
        let changed =
            apply_edits(&mended.text, &pass.edits).map_err(|_| "改写之间互相重叠，没有改动这个文件".to_owned())?;
        if roles(settings, format, &changed) != roles(settings, format, &mended.text) {
            return Err("改写之后文件的结构会变，没有改动这个文件；请手工修改".to_owned());
        }
        // All edits lie inside the messages that were touched.
        if let Some(place) = pass.place {
            within = TextRange::new(place.start(), place.end() + changed.len() - mended.text.len());
        }
        mended.text = changed;
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
}

fn run_pass(
    settings: &Settings<'_>,
    format: Format,
    text: &str,
    within: TextRange<Source>,
    level: FixLevel,
    scratch: &mut Scratch,
) -> Pass {
    let mut pass = Pass { edits: Vec::new(), applied: 0, left: 0, problems: Vec::new(), place: None };
    let reading = document::extract(text, format, settings.extract, &mut |segment| {
        let place = segment.map.to_source(TextRange::new(0, segment.text.len()));
        let at_cursor = within.is_empty() && place.covers(within);
        if !at_cursor && !place.overlaps(within) {
            return;
        }
        pass.place = Some(match pass.place {
            Some(before) => TextRange::new(before.start().min(place.start()), before.end().max(place.end())),
            None => place,
        });
        let found = settings.linter.check_segment(&segment, Fixing::Make, scratch);
        pass.left += found.iter().filter(|diagnostic| is_offence(diagnostic.severity)).count();
        let can_be_written = |fix: &Fix| fix.edits.iter().all(|edit| segment.source_edit(edit).is_ok());
        let step = settings.linter.mend_step(&segment.text, &found, level, &can_be_written, scratch);
        pass.applied += step.applied;
        pass.edits.extend(step.edits.iter().filter_map(|edit| segment.source_edit(edit).ok()));
    });
    pass.problems = reading.problems;
    pass
}

fn roles(settings: &Settings<'_>, format: Format, text: &str) -> Vec<Role> {
    let mut roles = Vec::new();
    document::extract(text, format, settings.extract, &mut |segment| roles.push(segment.role));
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Policy;
    use crate::workspace::Project;

    #[test]
    fn only_what_is_touched_is_mended() {
        let project = Project::load(None, &[], &document::ExtractOptions::default(), &Policy::USUAL).unwrap();
        let settings = project.settings(None, Fixing::Make);
        let text = "不行\n您好，没办法\n别催了\n";
        let mend = |from: usize, to: usize| {
            let within = TextRange::new(from, to);
            mend_within(&settings, Path::new("a.txt"), text, within, FixLevel::Suggested).unwrap().text
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
