//! Findings for the tests of this layer.

use super::{Finding, Place};
use crate::diagnostic::{Applicability, Category, Diagnostic, Fix, Rule, Severity};
use crate::text::{Edit, TextRange};

/// A message that is the whole of a line, with one offence in it.
pub(super) struct Sample {
    rule: Rule,
    line: usize,
    message: String,
    offence: String,
    severity: Severity,
    mitigated_by: Vec<&'static str>,
    fixes: Vec<Fix>,
}

impl Sample {
    /// The offence is the first place of `message` with these words.
    pub(super) fn in_line(message: &str, offence: &str) -> Self {
        Sample {
            rule: Rule {
                id: "blunt-refusal/cannot-handle".to_owned(),
                category: Category::BluntRefusal,
                title: "生硬地说办不到".to_owned(),
                why: "只说办不到，不说原因也不给出路，客户会觉得被一口回绝。".to_owned(),
                advice: None,
                source: vec!["S2.12".to_owned(), "S3.9".to_owned()],
            },
            line: 1,
            message: message.to_owned(),
            offence: offence.to_owned(),
            severity: Severity::Warning,
            mitigated_by: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A refusal with a rewrite that a person chooses.
    pub(super) fn refusal() -> Self {
        let mut sample = Sample::in_line("您好，这个我们处理不了。", "这个我们处理不了");
        sample.line = 12;
        sample.fixes.push(Fix {
            title: "先致歉，再给出路".to_owned(),
            applicability: Applicability::Suggested,
            edits: vec![Edit {
                range: TextRange::new(9, 33),
                replacement: "很抱歉，这个暂时没能帮您处理好，我再帮您想想其他办法".to_owned(),
            }],
        });
        sample
    }

    /// A refusal that an apology and a reason soften, with advice and no rewrite.
    pub(super) fn mitigated() -> Self {
        let mut sample = Sample::in_line("抱歉，处理不了", "处理不了");
        sample.line = 3;
        sample.severity = Severity::Info;
        sample.mitigated_by = vec!["致歉", "理由"];
        sample.rule.advice = Some("先致歉，再说原因，最后给一个能做的办法。".to_owned());
        sample
    }

    /// Hands the finding over; it borrows from the sample.
    pub(super) fn with_finding<T>(&self, show: impl FnOnce(&Finding<'_>) -> T) -> T {
        let start = self.message.find(&self.offence).expect("the offence is in the message");
        let range = start..start + self.offence.len();
        let diagnostic = Diagnostic {
            rule: &self.rule,
            severity: self.severity,
            range: TextRange::from(range.clone()),
            mitigated_by: self.mitigated_by.clone(),
            cues: Vec::new(),
            raised_by: 0,
            fixes: self.fixes.clone(),
        };
        let column = |offset: usize| self.message[..offset].chars().count() + 1;
        show(&Finding {
            path: "草稿.txt",
            place: Place {
                line: self.line,
                column: column(range.start),
                end_line: self.line,
                end_column: column(range.end),
                bytes: 100 + range.start as u64..100 + range.end as u64,
            },
            address: None,
            owner: None,
            source_line: &self.message,
            underline: range,
            message_text: &self.message,
            diagnostic: &diagnostic,
        })
    }
}
