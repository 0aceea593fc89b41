//! The report for people: each finding with its line, why it matters and what to write instead.
//!
//! ```text
//! 草稿.txt:3:6 警告 blunt-refusal/cannot-handle 生硬地说办不到
//!   3 │ 您好，这个我们处理不了。
//!     │           ^^^^^^^^^^^^
//!   为什么：只说办不到，不说原因也不给出路，客户会觉得被一口回绝。
//!   怎么改：
//!     · 这个我们处理不了 → 很抱歉，这个暂时没能帮您处理好（供选用，请确认后再改）
//! ```

use std::io::{self, Write};
use std::ops::Range;
use std::time::Duration;

use super::notes::notes;
use super::rewrite::{applicability_note, write_change};
use super::screen::{Address, Inline, fit, fit_end};
use super::{Finding, Palette, Problem, Reporter, Summary, write_note, write_problem};
use crate::diagnostic::Severity;

/// How many columns a line of text takes at most where nobody says otherwise.
const DEFAULT_COLUMNS: usize = 100;
/// Fewer columns than this show too little to be of use.
const FEWEST_COLUMNS: usize = 40;
/// Runs shorter than this do not say how long they took.
const WORTH_TELLING: Duration = Duration::from_secs(1);

const CARETS: [u8; 64] = [b'^'; 64];
const SPACES: [u8; 64] = [b' '; 64];

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct HumanReporter {
    palette: Palette,
    /// How many columns of text are shown of a line, gutter not counted.
    columns: usize,
}

impl HumanReporter {
    /// In these colours, for a screen of ordinary width.
    #[must_use]
    pub fn new(palette: Palette) -> Self {
        HumanReporter { palette, columns: DEFAULT_COLUMNS }
    }

    /// For a screen of that many columns.
    #[must_use]
    pub fn with_columns(self, columns: usize) -> Self {
        HumanReporter { columns: columns.max(FEWEST_COLUMNS), ..self }
    }

    fn write_line(&self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        let Palette { dim, .. } = self.palette;
        let style = self.palette.severity(finding.diagnostic.severity);
        let window = Window::around(finding.source_line, &finding.underline, self.columns);
        let number = finding.place.line;
        let gutter = decimal_digits(number);

        write!(out, "  {dim}{number} │{dim:#} ")?;
        write!(out, "{}", window.left_mark())?;
        write!(out, "{}", Inline(window.left))?;
        write!(out, "{style}{}{style:#}", Inline(window.offence))?;
        write!(out, "{}", Inline(window.right))?;
        writeln!(out, "{}", window.right_mark())?;

        out.write_all(b"  ")?;
        repeat(out, &SPACES, gutter)?;
        write!(out, "{dim} │{dim:#} ")?;
        repeat(out, &SPACES, window.left_columns)?;
        write!(out, "{style}")?;
        repeat(out, &CARETS, window.offence_columns.max(1))?;
        if finding.place.end_line > finding.place.line {
            out.write_all("…".as_bytes())?;
        }
        writeln!(out, "{style:#}")
    }

    fn write_advice(&self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        let Palette { bold, dim, .. } = self.palette;
        let diagnostic = finding.diagnostic;
        writeln!(out, "  {bold}为什么{bold:#}：{}", Inline(&diagnostic.rule.why))?;
        for note in notes(diagnostic) {
            writeln!(out, "  {bold}{}{bold:#}：{}", note.title, note.text)?;
        }
        match &diagnostic.rule.advice {
            Some(advice) => writeln!(out, "  {bold}怎么改{bold:#}：{}", Inline(advice))?,
            None if diagnostic.fixes.is_empty() => {}
            None => writeln!(out, "  {bold}怎么改{bold:#}：")?,
        }
        for fix in &diagnostic.fixes {
            out.write_all("    · ".as_bytes())?;
            write_change(out, &self.palette, finding.message_text, fix)?;
            writeln!(out, "{dim}（{}）{dim:#}", applicability_note(fix.applicability))?;
        }
        Ok(())
    }
}

impl Reporter for HumanReporter {
    fn finding(&mut self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        let Palette { bold, dim, .. } = self.palette;
        let diagnostic = finding.diagnostic;
        let style = self.palette.severity(diagnostic.severity);
        writeln!(
            out,
            "{bold}{}:{}:{}{bold:#} {}{style}{}{style:#} {dim}{}{dim:#} {}",
            Inline(finding.path),
            finding.place.line,
            finding.place.column,
            Address(finding.address),
            diagnostic.severity.title(),
            diagnostic.rule.id,
            Inline(&diagnostic.rule.title),
        )?;
        self.write_line(out, finding)?;
        self.write_advice(out, finding)?;
        out.write_all(b"\n")
    }

    fn problem(&mut self, errors: &mut dyn Write, problem: &Problem<'_>) -> io::Result<()> {
        write_problem(errors, &self.palette, problem)
    }

    fn note(&mut self, errors: &mut dyn Write, path: &str, note: &str) -> io::Result<()> {
        write_note(errors, &self.palette, path, note)
    }

    fn finish(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
        if summary.files == 0 {
            return match summary.problems {
                0 => writeln!(out, "没有找到可以检查的文件。"),
                problems => writeln!(out, "没有检查任何文件：{problems} 处没能检查。"),
            };
        }
        write!(out, "共检查 {} 个文件，", summary.files)?;
        if summary.findings() == 0 {
            out.write_all("没有发现问题".as_bytes())?;
        } else {
            write!(out, "发现 {} 处：", summary.findings())?;
            let mut separator = "";
            for severity in [Severity::Error, Severity::Warning, Severity::Info, Severity::Hint] {
                let count = summary.of_severity(severity);
                if count > 0 {
                    let style = self.palette.severity(severity);
                    write!(out, "{separator}{style}{} {count}{style:#}", severity.title())?;
                    separator = "，";
                }
            }
            match (summary.fixable_safe, summary.fixable_suggested) {
                (0, 0) => {}
                (safe, 0) => write!(out, "；其中 {safe} 处可自动修改（wanyan fix）")?,
                (0, suggested) => write!(out, "；其中 {suggested} 处有改写供选用（wanyan fix --suggested）")?,
                (safe, suggested) => write!(
                    out,
                    "；其中 {safe} 处可自动修改（wanyan fix），另 {suggested} 处有改写供选用（wanyan fix --suggested）"
                )?,
            }
        }
        if summary.problems > 0 {
            write!(out, "；{} 处没能检查", summary.problems)?;
        }
        if summary.elapsed >= WORTH_TELLING {
            write!(out, "；用时 {:.1} 秒", summary.elapsed.as_secs_f64())?;
        }
        out.write_all("。\n".as_bytes())
    }
}

/// What is shown of a line.
#[derive(Debug, PartialEq, Eq)]
struct Window<'a> {
    left: &'a str,
    offence: &'a str,
    right: &'a str,
    /// Whether the line goes on at these ends.
    more_left: More,
    more_right: More,
    /// The columns before the offence, the mark of the cut among them.
    left_columns: usize,
    offence_columns: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum More {
    Nothing,
    Text,
}

impl More {
    fn of(shown: &str, all: &str) -> More {
        if shown.len() < all.len() { More::Text } else { More::Nothing }
    }

    fn mark(self) -> &'static str {
        match self {
            More::Nothing => "",
            More::Text => "…",
        }
    }

    fn columns(self) -> usize {
        usize::from(self == More::Text)
    }
}

impl<'a> Window<'a> {
    /// The part of `line` around `offence` that fits into `columns`. Reads no more of the line than it may show,
    /// so that lines of megabytes cost no more than others.
    fn around(line: &'a str, offence: &Range<usize>, columns: usize) -> Self {
        let (head, offence, tail) =
            match (line.get(..offence.start), line.get(offence.clone()), line.get(offence.end..)) {
                (Some(head), Some(offence), Some(tail)) => (head, offence, tail),
                // A range that does not belong to the line: show the line and point to its beginning.
                _ => ("", "", line),
            };
        // The two marks of a cut take a column each.
        let room = columns.saturating_sub(2);
        let shown = fit(offence, room);
        if shown.bytes < offence.len() {
            let more_left = if head.is_empty() { More::Nothing } else { More::Text };
            return Window {
                left: "",
                offence: &offence[..shown.bytes],
                right: "",
                more_left,
                more_right: More::Text,
                left_columns: more_left.columns(),
                offence_columns: shown.columns,
            };
        }
        let rest = room - shown.columns;
        // The right side may take what the left one leaves, and the other way round; both full, they share.
        let right_needs = fit(tail, rest).columns;
        let left = fit_end(head, rest - right_needs.min(rest / 2));
        let right = fit(tail, rest - left.columns);
        let (left_text, right_text) = (&head[head.len() - left.bytes..], &tail[..right.bytes]);
        let (more_left, more_right) = (More::of(left_text, head), More::of(right_text, tail));
        Window {
            left: left_text,
            offence,
            right: right_text,
            more_left,
            more_right,
            left_columns: left.columns + more_left.columns(),
            offence_columns: shown.columns,
        }
    }

    fn left_mark(&self) -> &'static str {
        self.more_left.mark()
    }

    fn right_mark(&self) -> &'static str {
        self.more_right.mark()
    }
}

fn decimal_digits(number: usize) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Writes `count` bytes of the pattern, which is one character repeated.
fn repeat(out: &mut dyn Write, pattern: &[u8; 64], mut count: usize) -> io::Result<()> {
    while count > 0 {
        let now = count.min(pattern.len());
        out.write_all(&pattern[..now])?;
        count -= now;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::Sample;
    use super::super::screen::width;
    use super::*;

    fn report(sample: &Sample, palette: Palette) -> String {
        let mut out = Vec::new();
        let mut reporter = HumanReporter::new(palette).with_columns(60);
        sample.with_finding(|finding| reporter.finding(&mut out, finding).unwrap());
        String::from_utf8(out).unwrap()
    }

    /// The line and its underline only.
    fn picture(line: &str, offence: &str) -> String {
        let report = report(&Sample::in_line(line, offence), Palette::plain());
        report.lines().skip(1).take(2).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_whole_finding() {
        assert_eq!(
            report(&Sample::refusal(), Palette::plain()),
            "\
草稿.txt:12:4 警告 blunt-refusal/cannot-handle 生硬地说办不到
  12 │ 您好，这个我们处理不了。
     │       ^^^^^^^^^^^^^^^^
  为什么：只说办不到，不说原因也不给出路，客户会觉得被一口回绝。
  怎么改：
    · 这个我们处理不了 → 很抱歉，这个暂时没能帮您处理好，我再帮您想想其他办法（供选用，请确认后再改）

"
        );
    }

    #[test]
    fn mitigation_and_advice_are_said() {
        assert_eq!(
            report(&Sample::mitigated(), Palette::plain()),
            "\
草稿.txt:3:4 建议 blunt-refusal/cannot-handle 生硬地说办不到
  3 │ 抱歉，处理不了
    │       ^^^^^^^^
  为什么：只说办不到，不说原因也不给出路，客户会觉得被一口回绝。
  已缓和：这条消息里有致歉、理由，所以只作建议
  怎么改：先致歉，再说原因，最后给一个能做的办法。

"
        );
    }

    #[test]
    fn colours_wrap_whole_pieces_and_nothing_is_left_on() {
        let report = report(&Sample::refusal(), Palette::coloured());
        assert!(report.contains("\u{1b}[1m\u{1b}[33m这个我们处理不了\u{1b}[0m"), "{report}");
        for line in report.lines() {
            let resets = line.matches("\u{1b}[0m").count();
            assert!(
                line.matches('\u{1b}').count() == 0 || (resets > 0 && line.rfind("\u{1b}[0m") == line.rfind('\u{1b}'))
            );
        }
    }

    #[test]
    fn the_underline_stands_under_the_offence() {
        let cases = [
            ("不行", "不行", "  1 │ 不行\n    │ ^^^^"),
            ("OK 不行", "不行", "  1 │ OK 不行\n    │    ^^^^"),
            ("😊👨‍👩‍👧不行啊", "不行", "  1 │ 😊👨‍👩‍👧不行啊\n    │     ^^^^"),
            ("\t不行\t啊", "不行", "  1 │     不行    啊\n    │     ^^^^"),
            ("\u{1b}[2J不行", "不行", "  1 │ ␛[2J不行\n    │     ^^^^"),
            ("滚\u{200b}蛋吧", "滚\u{200b}蛋", "  1 │ 滚<U+200B>蛋吧\n    │ ^^^^^^^^^^^^"),
            ("e\u{301}不行", "不行", "  1 │ e\u{301}不行\n    │  ^^^^"),
            ("ＯＫ！不行", "不行", "  1 │ ＯＫ！不行\n    │       ^^^^"),
        ];
        for (line, offence, shown) in cases {
            assert_eq!(picture(line, offence), shown, "{line:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_offence() {
        let ten = "一二三四五六七八九十";
        let long = ten.repeat(1000);
        // In the middle, at the beginning, at the end.
        assert_eq!(
            picture(&format!("{long}不行{long}"), "不行"),
            format!("  1 │ …八九十{ten}不行{ten}一二三四…\n    │ {}^^^^", " ".repeat(27))
        );
        assert_eq!(picture(&format!("不行{long}"), "不行"), format!("  1 │ 不行{ten}{ten}一二三四五六七…\n    │ ^^^^"));
        assert_eq!(
            picture(&format!("{long}不行"), "不行"),
            format!("  1 │ …四五六七八九十{ten}{ten}不行\n    │ {}^^^^", " ".repeat(55))
        );
        // An offence that is longer than the window itself.
        let shown = picture(&format!("好{long}好"), &long);
        assert_eq!(shown, format!("  1 │ …{ten}{ten}一二三四五六七八九…\n    │  {}", "^".repeat(58)));
        for line in shown.lines() {
            assert!(width(line) <= 60 + 6);
        }
    }

    #[test]
    fn no_line_and_no_range_frighten_it() {
        for (line, underline) in [("", 0..0), ("", 3..9), ("不行", 1..2), ("不行", 6..6)] {
            let window = Window::around(line, &underline, 60);
            assert!(window.offence_columns <= 60);
        }
    }

    #[test]
    fn summaries() {
        let finish = |summary: &Summary| {
            let mut out = Vec::new();
            HumanReporter::new(Palette::plain()).finish(&mut out, summary).unwrap();
            String::from_utf8(out).unwrap()
        };
        let mut summary = Summary::default();
        assert_eq!(finish(&summary), "没有找到可以检查的文件。\n");
        summary.problems = 1;
        assert_eq!(finish(&summary), "没有检查任何文件：1 处没能检查。\n");
        summary.files = 3;
        assert_eq!(finish(&summary), "共检查 3 个文件，没有发现问题；1 处没能检查。\n");
        summary.problems = 0;
        for sample in [Sample::refusal(), Sample::mitigated(), Sample::refusal()] {
            sample.with_finding(|finding| summary.count(finding.diagnostic));
        }
        assert_eq!(
            finish(&summary),
            "共检查 3 个文件，发现 3 处：警告 2，建议 1；其中 2 处有改写供选用（wanyan fix --suggested）。\n"
        );
        summary.fixable_safe = 1;
        summary.fixable_suggested = 0;
        summary.elapsed = Duration::from_millis(1540);
        assert_eq!(
            finish(&summary),
            "共检查 3 个文件，发现 3 处：警告 2，建议 1；其中 1 处可自动修改（wanyan fix）；用时 1.5 秒。\n"
        );
    }

    /// The bound holds for the optimised program; without optimisation it is given ten times as long.
    #[test]
    fn ten_thousand_findings_are_written_quickly() {
        let sample = Sample::refusal();
        let mut out = Vec::with_capacity(8 << 20);
        let mut reporter = HumanReporter::new(Palette::coloured());
        let start = std::time::Instant::now();
        for _ in 0..10_000 {
            sample.with_finding(|finding| reporter.finding(&mut out, finding).unwrap());
        }
        let limit = Duration::from_millis(if cfg!(debug_assertions) { 3000 } else { 100 });
        assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    }
}
