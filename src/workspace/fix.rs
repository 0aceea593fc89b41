//! Mending a text: fixes that do not touch each other are carried to the source and applied, then the text is judged
//! again, until nothing is left to apply. Nothing outside the edits changes, and the text keeps its shape.

use std::path::Path;

use super::check::Settings;
use crate::diagnostic::{Applicability, Diagnostic, Fix, choose_edits};
use crate::document::{self, Format, Role, Segment};
use crate::lint::{Fixing, Scratch, is_offence};
use crate::text::{Edit, Prose, Source, apply_edits};

/// How often a text is gone through at most. Each pass mends something, and a mended place is mended for good, so more
/// than a few are needed only where fixes lie close together.
const PASSES: usize = 12;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixLevel {
    /// Safe ones.
    Safe,
    /// Safe ones, and the first suggested one of each finding that has no safe one.
    Suggested,
}

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
    for _ in 0..PASSES {
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
        let chosen: Vec<&Fix> = found.iter().filter_map(|diagnostic| choose(&segment, diagnostic, level)).collect();
        for fixes in [chosen.as_slice(), chosen.get(..1).unwrap_or_default()] {
            let edits = choose_edits(fixes.iter().copied());
            if edits.is_empty() {
                break;
            }
            let whole = fixes.iter().filter(|fix| fix.edits.iter().all(|edit| edits.contains(edit))).count();
            // Each fix was tried alone; together they may still make something new, then only the first is applied.
            if fixes.len() == 1 || is_better(settings, &segment.text, &edits, found.len() - whole, scratch) {
                pass.applied += whole;
                pass.edits.extend(edits.iter().filter_map(|edit| segment.source_edit(edit).ok()));
                break;
            }
        }
    });
    pass
}

/// The fix of a finding that this level applies.
fn choose<'d>(segment: &Segment<'_>, diagnostic: &'d Diagnostic<'_>, level: FixLevel) -> Option<&'d Fix> {
    let can_be_written = |fix: &&Fix| fix.edits.iter().all(|edit| segment.source_edit(edit).is_ok());
    let of = |applicability: Applicability| {
        diagnostic.fixes.iter().filter(|fix| fix.applicability == applicability).find(can_be_written)
    };
    let safe = of(Applicability::Safe);
    match level {
        FixLevel::Safe => safe,
        FixLevel::Suggested => safe.or_else(|| of(Applicability::Suggested)),
    }
}

/// Whether at most `most` findings are left after these edits.
fn is_better(
    settings: &Settings<'_>,
    message: &str,
    edits: &[Edit<Prose>],
    most: usize,
    scratch: &mut Scratch,
) -> bool {
    let Ok(result) = apply_edits(message, edits) else { return false };
    settings.linter.check(&result, Fixing::Skip, scratch).len() <= most
}

fn roles(settings: &Settings<'_>, format: Format, text: &str) -> Vec<Role> {
    let mut roles = Vec::new();
    document::extract(text, format, &settings.extract, &mut |segment| roles.push(segment.role));
    roles
}
