//! Findings for programs: `jsonl`, one object a line, and `json`, the same objects as one array.
//!
//! The shape is documented by `schemas/finding.schema.json`, which is made from [`JsonFinding`]; a test holds the two equal.
//! Keys may be added in later versions; none is renamed or removed without a new major version.

use std::borrow::Cow;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Finding, Reporter, Summary};
use crate::diagnostic::{Applicability, Category, Fix, Severity};
use crate::lexicon::schema::json_schema_text;
use crate::text::apply_edits;

/// One finding of `wanyan check --format jsonl` or `--format json`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "wanyan finding", deny_unknown_fields)]
pub struct JsonFinding<'a> {
    /// The file, as it was named on the command line or found in a folder.
    pub path: Cow<'a, str>,
    /// The line on which the offending words begin, from 1.
    pub line: usize,
    /// The column at which they begin, from 1, in the unit that `column_unit` names.
    pub column: usize,
    /// The line on which they end, from 1.
    pub end_line: usize,
    /// The column before which they end, from 1, in the unit that `column_unit` names.
    pub end_column: usize,
    /// What columns count.
    pub column_unit: ColumnUnit,
    /// Where the file's owner looks for the message, in formats that have more than lines: `话术!B12`, `第 12 行“话术”列`,
    /// `/replies/3/text`.
    pub address: Option<Cow<'a, str>>,
    /// Whose message it is, where the file says so.
    pub owner: Option<Cow<'a, str>>,
    /// The first byte of the offending words in the file as it is stored.
    pub byte_start: u64,
    /// The byte after the last one, in the file as it is stored.
    pub byte_end: u64,
    /// The rule: `category/entry`.
    pub rule: Cow<'a, str>,
    /// The category of the rule.
    pub category: Category,
    /// How grave it is here, mitigations considered.
    pub severity: Severity,
    /// What was found, in a few words of Chinese.
    pub message: Cow<'a, str>,
    /// The offending words as they stand in the decoded message.
    pub text: Cow<'a, str>,
    /// Why they offend, in Chinese.
    pub why: Cow<'a, str>,
    /// What to do instead, in Chinese, where the rule says it in words.
    pub advice: Option<Cow<'a, str>>,
    /// Ids of the passages that the rule rests on.
    pub source: Vec<Cow<'a, str>>,
    /// Titles of the contexts in the message that lowered the severity.
    pub mitigated_by: Vec<Cow<'a, str>>,
    /// How many mild findings in the message together raised its severity; zero where none did.
    pub raised_by: usize,
    /// The weighted cues that made it, the weightiest first; empty where a phrase did.
    pub cues: Vec<JsonCue<'a>>,
    /// Ways to mend it, the best first.
    pub fixes: Vec<JsonFix<'a>>,
}

/// A weighted cue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cue")]
pub struct JsonCue<'a> {
    /// Its words: `^` stands for the beginning of the sentence, `$` for its end, `0` for digits, `a` for letters.
    pub text: Cow<'a, str>,
    /// How much it spoke, in hundredths.
    pub weight: i32,
}

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnUnit {
    /// Unicode scalar values.
    Character,
}

/// One way to mend a finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "fix", deny_unknown_fields)]
pub struct JsonFix<'a> {
    /// What it does, in a few words of Chinese.
    pub title: Cow<'a, str>,
    /// How far it may be trusted: `safe` may be applied unattended, `suggested` is for a person to choose, `display` is advice only.
    pub applicability: Applicability,
    /// The edits, disjoint and ascending.
    pub edits: Vec<JsonEdit<'a>>,
    /// The whole decoded message after this one fix.
    pub result: String,
}

/// One replacement in the decoded message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "edit", deny_unknown_fields)]
pub struct JsonEdit<'a> {
    /// The first byte that is replaced, in UTF-8 bytes from the beginning of the decoded message.
    pub start: usize,
    /// The byte after the last one that is replaced; equal to `start` where text is only put in.
    pub end: usize,
    /// What stands there afterwards.
    pub replacement: Cow<'a, str>,
}

impl<'a> From<&Finding<'a>> for JsonFinding<'a> {
    fn from(finding: &Finding<'a>) -> Self {
        let diagnostic = finding.diagnostic;
        let rule = diagnostic.rule;
        let place = &finding.place;
        JsonFinding {
            path: finding.path.into(),
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
            column_unit: ColumnUnit::Character,
            address: finding.address.map(Cow::from),
            owner: finding.owner.map(Cow::from),
            byte_start: place.bytes.start,
            byte_end: place.bytes.end,
            rule: rule.id.as_str().into(),
            category: rule.category,
            severity: diagnostic.severity,
            message: rule.title.as_str().into(),
            text: finding.text().into(),
            why: rule.why.as_str().into(),
            advice: rule.advice.as_deref().map(Cow::from),
            source: rule.source.iter().map(|id| id.as_str().into()).collect(),
            mitigated_by: diagnostic.mitigated_by.iter().map(|title| Cow::from(*title)).collect(),
            raised_by: diagnostic.raised_by,
            cues: diagnostic.cues.iter().map(|cue| JsonCue { text: (&cue.text).into(), weight: cue.weight }).collect(),
            fixes: diagnostic.fixes.iter().filter_map(|fix| json_fix(finding.message_text, fix)).collect(),
        }
    }
}

/// A fix whose edits overlap has no result and cannot be applied; it is left out.
fn json_fix<'a>(message: &str, fix: &'a Fix) -> Option<JsonFix<'a>> {
    let result = apply_edits(message, &fix.edits).ok()?;
    let mut edits: Vec<JsonEdit<'a>> = fix
        .edits
        .iter()
        .map(|edit| JsonEdit {
            start: edit.range.start(),
            end: edit.range.end(),
            replacement: edit.replacement.as_str().into(),
        })
        .collect();
    edits.sort_by_key(|edit| edit.start);
    Some(JsonFix { title: fix.title.as_str().into(), applicability: fix.applicability, edits, result })
}

/// The JSON Schema of one finding, as `schemas/finding.schema.json` holds it.
#[must_use]
pub fn finding_schema() -> String {
    json_schema_text::<JsonFinding<'_>>()
}

/// One object a line.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonLinesReporter;

impl Reporter for JsonLinesReporter {
    fn finding(&mut self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &JsonFinding::from(finding))?;
        out.write_all(b"\n")
    }

    fn finish(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}

/// One array of the same objects; valid also where nothing was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonReporter {
    /// How many findings were written.
    written: usize,
}

impl Reporter for JsonReporter {
    fn finding(&mut self, out: &mut dyn Write, finding: &Finding<'_>) -> io::Result<()> {
        out.write_all(if self.written == 0 { b"[\n" } else { b",\n" })?;
        self.written += 1;
        serde_json::to_writer(&mut *out, &JsonFinding::from(finding))?;
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        out.write_all(if self.written == 0 { b"[]\n" } else { b"\n]\n" })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixtures::Sample;
    use super::*;

    fn write(reporter: &mut dyn Reporter, samples: &[Sample]) -> String {
        let mut out = Vec::new();
        for sample in samples {
            sample.with_finding(|finding| reporter.finding(&mut out, finding).unwrap());
        }
        reporter.finish(&mut out, &Summary::default()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_holds_everything() {
        let text = write(&mut JsonLinesReporter, &[Sample::refusal()]);
        assert_eq!(text.matches('\n').count(), 1);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            value,
            json!({
                "path": "草稿.txt",
                "line": 12,
                "column": 4,
                "end_line": 12,
                "end_column": 12,
                "column_unit": "character",
                "byte_start": 109,
                "byte_end": 133,
                "rule": "blunt-refusal/cannot-handle",
                "category": "blunt-refusal",
                "severity": "warning",
                "message": "生硬地说办不到",
                "text": "这个我们处理不了",
                "why": "只说办不到，不说原因也不给出路，客户会觉得被一口回绝。",
                "address": null,
                "owner": null,
                "advice": null,
                "source": ["S2.12", "S3.9"],
                "mitigated_by": [],
                "raised_by": 0,
                "cues": [],
                "fixes": [{
                    "title": "先致歉，再给出路",
                    "applicability": "suggested",
                    "edits": [{
                        "start": 9,
                        "end": 33,
                        "replacement": "很抱歉，这个暂时没能帮您处理好，我再帮您想想其他办法",
                    }],
                    "result": "您好，很抱歉，这个暂时没能帮您处理好，我再帮您想想其他办法。",
                }],
            })
        );
    }

    #[test]
    fn the_array_is_valid_with_any_number_of_findings() {
        for count in 0..3 {
            let samples: Vec<Sample> = (0..count).map(|_| Sample::mitigated()).collect();
            let text = write(&mut JsonReporter::default(), &samples);
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value.as_array().map(Vec::len), Some(count));
        }
    }

    #[test]
    fn lines_stay_lines_whatever_the_message_holds() {
        let odd = "不行\u{2028}\"\\\u{1}\r\n啊";
        let text = write(&mut JsonLinesReporter, &[Sample::in_line(odd, odd)]);
        assert_eq!(text.lines().count(), 1);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["text"], odd);
    }

    #[test]
    fn the_schema_is_the_one_on_disk_and_findings_obey_it() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/finding.schema.json");
        if std::env::var_os("WANYAN_BLESS").is_some() {
            std::fs::write(path, finding_schema()).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == finding_schema(),
            "{path} is out of date: run `WANYAN_BLESS=1 cargo test schema` and look at the change"
        );
        let schema: Value = serde_json::from_str(&finding_schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let samples = [Sample::refusal(), Sample::mitigated(), Sample::in_line("不行", "不行")];
        for line in write(&mut JsonLinesReporter, &samples).lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(validator.is_valid(&value), "{line}");
        }
        assert!(!validator.is_valid(&json!({ "path": "x" })));
    }
}
