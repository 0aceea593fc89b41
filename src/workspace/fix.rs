//! Mending a text: fixes that do not touch each other are carried to the source and applied, then the text is judged
//! again, until nothing is left to apply. Nothing outside the edits changes, and the text keeps its shape.

use std::path::Path;

use super::check::Settings;
use crate::diagnostic::Fix;
use crate::document::{self, Format, Role};
use crate::lint::{FixLevel, Fixing, STEPS, Scratch, is_offence};
use crate::text::{Edit, Source, apply_edits};

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
    let settings = &*settings.for_file(name);
    let format = settings.format_of(name, text);
    let mut scratch = Scratch::default();
    let mut mended = Mended { text: text.to_owned(), applied: 0, left: 0, problems: Vec::new() };
    for _ in 0..STEPS {
        let pass = run_pass(settings, format, &mended.text, level, &mut scratch);
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
}

fn run_pass(settings: &Settings<'_>, format: Format, text: &str, level: FixLevel, scratch: &mut Scratch) -> Pass {
    let mut pass = Pass { edits: Vec::new(), applied: 0, left: 0, problems: Vec::new() };
    pass.problems = document::extract(text, format, &settings.extract, &mut |segment| {
        let found = settings.linter.check_segment(&segment, Fixing::Make, scratch);
        pass.left += found.iter().filter(|diagnostic| is_offence(diagnostic.severity)).count();
        let can_be_written = |fix: &Fix| fix.edits.iter().all(|edit| segment.source_edit(edit).is_ok());
        let step = settings.linter.mend_step(&segment.text, &found, level, &can_be_written, scratch);
        pass.applied += step.applied;
        pass.edits.extend(step.edits.iter().filter_map(|edit| segment.source_edit(edit).ok()));
    });
    pass
}

fn roles(settings: &Settings<'_>, format: Format, text: &str) -> Vec<Role> {
    let mut roles = Vec::new();
    document::extract(text, format, &settings.extract, &mut |segment| roles.push(segment.role));
    roles
}
