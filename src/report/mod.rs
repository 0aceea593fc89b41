//! Layer 4: how findings are shown. One file an output format; each writes to the `io::Write` that it is given.
//! Must not know files, terminals, the environment or the clock: whoever calls says whether there is colour, how wide
//! a line may be, and how long the run took. Must not know how findings are made.

mod concise;
pub mod explain;
pub mod hover;
mod human;
mod json;
mod notes;
mod palette;
#[cfg(feature = "files")]
pub mod review_sheet;
mod rewrite;
pub mod screen;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;
use std::time::Duration;

use crate::diagnostic::{Applicability, Category, Diagnostic, Severity};

pub use concise::ConciseReporter;
pub use human::HumanReporter;
pub use json::{JsonEdit, JsonFinding, JsonFix, JsonLinesReporter, JsonReporter, finding_schema};
pub use palette::Palette;
#[cfg(feature = "files")]
pub use review_sheet::{Field, Reviewed};

/// Where in its file a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line on which it begins, from one.
    pub line: usize,
    /// The column at which it begins, from one, in characters (Unicode scalar values).
    pub column: usize,
    /// The line on which it ends, from one.
    pub end_line: usize,
    /// The column before which it ends, from one, in characters.
    pub end_column: usize,
    /// Its bytes in the file as it is stored: in the file's own encoding, a byte order mark counted.
    pub bytes: Range<u64>,
}

/// A finding together with everything that showing it needs.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// The file, as the user named it or as it was found.
    pub path: &'a str,
    /// Where in the file.
    pub place: Place,
    /// Where the file's owner looks for it, in formats that have more than lines: `话术!B12`, `/replies/3/text`.
    pub address: Option<&'a str>,
    /// Whose message it is, where the file says so.
    pub owner: Option<&'a str>,
    /// The line of the file on which it begins, without its end.
    pub source_line: &'a str,
    /// What of `source_line` is to be underlined, in bytes of that line; a finding that goes on in the next line
    /// ends here with this one.
    pub underline: Range<usize>,
    /// The decoded prose of the whole message.
    pub message_text: &'a str,
    /// The finding itself, with its range and its fixes in coordinates of `message_text`.
    pub diagnostic: &'a Diagnostic<'a>,
}

impl<'a> Finding<'a> {
    /// The offending words as they stand in the decoded message.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.message_text.get(self.diagnostic.range.as_range()).unwrap_or_default()
    }
}

/// Something that kept a file, or a part of it, from being checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem<'a> {
    /// The file or folder.
    pub path: &'a str,
    /// The line, from one, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do, in Chinese.
    pub message: &'a str,
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many files were checked.
    pub files: usize,
    /// How many findings there are of each severity, at `Severity as usize`.
    severities: [usize; 4],
    /// How many findings there are of each category, at `Category as usize`.
    categories: [usize; Category::ALL.len()],
    /// How many findings there are of each rule, by its id.
    rules: BTreeMap<String, usize>,
    /// How many findings have a safe fix.
    pub fixable_safe: usize,
    /// How many findings have no safe fix but a suggested one.
    pub fixable_suggested: usize,
    /// How many problems were met.
    pub problems: usize,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Summary {
    /// Counts one finding in.
    pub fn count(&mut self, diagnostic: &Diagnostic<'_>) {
        self.severities[diagnostic.severity as usize] += 1;
        self.categories[diagnostic.rule.category as usize] += 1;
        match self.rules.get_mut(&diagnostic.rule.id) {
            Some(count) => *count += 1,
            None => {
                self.rules.insert(diagnostic.rule.id.clone(), 1);
            }
        }
        match diagnostic.fixes.iter().map(|fix| fix.applicability).max() {
            Some(Applicability::Safe) => self.fixable_safe += 1,
            Some(Applicability::Suggested) => self.fixable_suggested += 1,
            Some(Applicability::Display) | None => {}
        }
    }

    /// How many findings there are in all.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.severities.iter().sum()
    }

    /// How many findings there are of that severity.
    #[must_use]
    pub fn of_severity(&self, severity: Severity) -> usize {
        self.severities[severity as usize]
    }

    /// How many findings there are of that category.
    #[must_use]
    pub fn of_category(&self, category: Category) -> usize {
        self.categories[category as usize]
    }

    /// The rules that were broken and how often, the most frequent first, then by id.
    #[must_use]
    pub fn by_rule(&self) -> Vec<(&str, usize)> {
        let mut rules: Vec<(&str, usize)> = self.rules.iter().map(|(id, count)| (id.as_str(), *count)).collect();
        rules.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        rules
    }
}

/// An output format. The calls come in this order: findings, file by file, then `finish` once.
///
/// The writer should be buffered; a reporter writes in small pieces.
pub trait Reporter {
    /// Shows one finding.
    ///
    /// # Errors
    /// Those of the writer.
    fn finding(&mut self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()>;

    /// Shows a problem. The caller gives a writer that is not the one of the findings (standard error), so that what
    /// machines read stays what it is; therefore all formats show it alike.
    ///
    /// # Errors
    /// Those of the writer.
    fn problem(&mut self, errors: &mut dyn Write, problem: &Problem<'_>) -> io::Result<()> {
        write_problem(errors, &Palette::plain(), problem)
    }

    /// Shows something to know about how a file was read; where it goes as a problem does.
    ///
    /// # Errors
    /// Those of the writer.
    fn note(&mut self, errors: &mut dyn Write, path: &str, note: &str) -> io::Result<()> {
        write_note(errors, &Palette::plain(), path, note)
    }

    /// Ends the report.
    ///
    /// # Errors
    /// Those of the writer.
    fn finish(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()>;
}

/// Writes a problem as one line.
///
/// # Errors
/// Those of the writer.
pub fn write_problem(out: &mut dyn Write, palette: &Palette, problem: &Problem<'_>) -> io::Result<()> {
    let (bold, error) = (palette.bold, palette.error);
    write!(out, "{error}没能检查{error:#} {bold}{}", screen::Inline(problem.path))?;
    if let Some(line) = problem.line {
        write!(out, ":{line}")?;
    }
    writeln!(out, "{bold:#}：{}", screen::Inline(problem.message))
}

/// Writes something to know about how a file was read, as one line.
///
/// # Errors
/// Those of the writer.
pub fn write_note(out: &mut dyn Write, palette: &Palette, path: &str, note: &str) -> io::Result<()> {
    let bold = palette.bold;
    writeln!(out, "{bold}{}{bold:#}：{}", screen::Inline(path), screen::Inline(note))
}

/// Writes how often each category and rule was found.
///
/// # Errors
/// Those of the writer.
pub fn write_statistics(out: &mut dyn Write, palette: &Palette, summary: &Summary) -> io::Result<()> {
    let bold = palette.bold;
    if summary.findings() == 0 {
        return Ok(());
    }
    writeln!(out, "{bold}按类别{bold:#}")?;
    for category in Category::ALL {
        let count = summary.of_category(category);
        if count > 0 {
            writeln!(out, "{count:>7}  {} {}", category.title(), category.name())?;
        }
    }
    writeln!(out, "{bold}按规则{bold:#}")?;
    for (rule, count) in summary.by_rule() {
        writeln!(out, "{count:>7}  {rule}")?;
    }
    Ok(())
}

#[cfg(test)]
mod fixtures;

#[cfg(test)]
mod tests {
    use super::fixtures::Sample;
    use super::*;

    #[test]
    fn a_summary_counts_by_every_view() {
        let samples = [Sample::refusal(), Sample::refusal(), Sample::mitigated()];
        let mut summary = Summary::default();
        for sample in &samples {
            sample.with_finding(|finding| summary.count(finding.diagnostic));
        }
        assert_eq!(summary.findings(), 3);
        assert_eq!(summary.of_severity(Severity::Warning), 2);
        assert_eq!(summary.of_severity(Severity::Info), 1);
        assert_eq!(summary.of_category(Category::BluntRefusal), 3);
        assert_eq!(summary.by_rule(), [("blunt-refusal/cannot-handle", 3)]);
        assert_eq!((summary.fixable_safe, summary.fixable_suggested), (0, 2));
    }

    #[test]
    fn statistics_and_problems() {
        let mut summary = Summary::default();
        Sample::refusal().with_finding(|finding| summary.count(finding.diagnostic));
        let mut out = Vec::new();
        write_statistics(&mut out, &Palette::plain(), &summary).unwrap();
        let problem = Problem { path: "a\u{1b}b.txt", line: Some(3), message: "不是有效的 JSON" };
        write_problem(&mut out, &Palette::plain(), &problem).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "按类别\n      1  生硬拒绝 blunt-refusal\n按规则\n      1  blunt-refusal/cannot-handle\n\
             没能检查 a␛b.txt:3：不是有效的 JSON\n"
        );
    }
}
