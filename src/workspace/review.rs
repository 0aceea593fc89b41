//! Reviewing files: one row for each message with findings, with all of its rewrites, for a person to look through. Must not
//! know how sheets are written.

use std::path::Path;

use super::check::Settings;
use super::source::{SourceFile, Unreadable};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Reading, Role, Segment};
use crate::lint::{Conversation, FixLevel, Fixing, STEPS, Scratch};
use crate::report::Reviewed;
use crate::text::{TextRange, apply_edits};

/// Reviews the file of that name with these bytes.
///
/// # Errors
/// Where it cannot be read.
pub fn review(
    settings: &Settings<'_>,
    name: &Path,
    bytes: Vec<u8>,
    least: Severity,
) -> Result<(Vec<Reviewed>, Reading), Unreadable> {
    let settings = settings.for_file(name);
    let file = SourceFile::read(bytes, name, &settings)?;
    let text = file.content.text();
    let mut lines = crate::text::LineCounter::new(text, 1);
    let mut conversation = Conversation::new(settings.linter);
    let mut scratch = Scratch::default();
    let mut rows = Vec::new();
    let reading = file.content.extract(settings.extract, &mut |segment| {
        let heard = conversation.hear(&segment);
        if segment.role != Role::Agent {
            return;
        }
        let mut found = settings.linter.check_heard(heard, &segment, Fixing::Skip, &mut scratch);
        found.retain(|diagnostic| diagnostic.severity >= least);
        let Some(severity) = found.iter().map(|diagnostic| diagnostic.severity).max() else { return };
        let line = match segment.address {
            Some(crate::document::Address::Sheet { row, .. }) => row,
            _ => lines.locate(segment.map.to_source(TextRange::new(0, 0)).start()).line,
        };
        rows.push(Reviewed {
            line,
            address: segment.address.as_ref().map(ToString::to_string),
            owner: segment.owner.as_deref().map(str::to_owned),
            text: segment.text.to_string(),
            findings: findings(&segment, &found),
            why: why(&found),
            severity,
            count: found.len(),
            suggestion: suggestion(&settings, &segment, &mut scratch),
        });
    });
    Ok((rows, reading))
}

/// The titles of what was found, with the words.
fn findings(segment: &Segment<'_>, found: &[Diagnostic<'_>]) -> String {
    let one = |diagnostic: &Diagnostic<'_>| {
        format!("{}：“{}”", diagnostic.rule.title, &segment.text[diagnostic.range.as_range()])
    };
    found.iter().map(one).collect::<Vec<String>>().join("\n")
}

/// Why, each reason once.
fn why(found: &[Diagnostic<'_>]) -> String {
    let mut reasons: Vec<&str> = Vec::new();
    for diagnostic in found {
        if !reasons.contains(&diagnostic.rule.why.as_str()) {
            reasons.push(&diagnostic.rule.why);
        }
    }
    reasons.join("\n")
}

/// The message with all rewrites that can be written where it stands.
fn suggestion(settings: &Settings<'_>, segment: &Segment<'_>, scratch: &mut Scratch) -> Option<String> {
    let mut text = segment.text.to_string();
    for _ in 0..STEPS {
        let found = settings.linter.check_quickly(&text, Fixing::Make, scratch);
        let step = settings.linter.mend_step(&text, &found, FixLevel::Suggested, &|_| true, scratch);
        match apply_edits(&text, &step.edits) {
            Ok(after) if step.applied > 0 && after != text => text = after,
            _ => break,
        }
    }
    (text != segment.text && super::apply::written(segment, &text).is_ok()).then_some(text)
}
