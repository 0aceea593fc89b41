//! One line a finding, as editors' error lists and `grep` like it: `path:line:column: severity rule 标题：词`.

use std::io::{self, Write};

use super::screen::{Address, Inline, fit};
use super::{Finding, Reporter, Summary};

/// How many columns of the offending words are shown.
const TEXT_COLUMNS: usize = 60;

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConciseReporter;

impl Reporter for ConciseReporter {
    fn finding(&mut self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        let diagnostic = finding.diagnostic;
        let text = finding.text();
        let shown = &text[..fit(text, TEXT_COLUMNS).bytes];
        writeln!(
            out,
            "{}:{}:{}: {}{} {} {}：{}{}",
            Inline(finding.path),
            finding.place.line,
            finding.place.column,
            Address(finding.address),
            diagnostic.severity.name(),
            diagnostic.rule.id,
            Inline(&diagnostic.rule.title),
            Inline(shown),
            if shown.len() < text.len() { "…" } else { "" },
        )
    }

    fn finish(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::Sample;
    use super::*;

    #[test]
    fn one_line_a_finding() {
        let long = "不行".repeat(40);
        let cases = [
            (
                Sample::refusal(),
                "草稿.txt:12:4: warning blunt-refusal/cannot-handle 生硬地说办不到：这个我们处理不了\n".to_owned(),
            ),
            (
                Sample::in_line("不\n行", "不\n行"),
                "草稿.txt:1:1: warning blunt-refusal/cannot-handle 生硬地说办不到：不⏎行\n".to_owned(),
            ),
            (
                Sample::in_line(&long, &long),
                format!("草稿.txt:1:1: warning blunt-refusal/cannot-handle 生硬地说办不到：{}…\n", "不行".repeat(15)),
            ),
        ];
        for (sample, line) in cases {
            let mut out = Vec::new();
            sample.with_finding(|finding| ConciseReporter.finding(&mut out, finding).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }
}
