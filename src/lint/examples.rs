//! The examples of a lexicon's entries are its tests: this runs them.

use super::fixes::{self, Verdict};
use super::{Linter, Scratch, is_offence};
use crate::diagnostic::Applicability;
use crate::lexicon::Docs;

/// An example that does not do what its entry says. The texts are simplified Chinese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// The file of the entry.
    pub file: String,
    /// The line of the example, from one.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A rewrite in a sentence, for reading aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The sentence before.
    pub before: String,
    /// The sentence after.
    pub after: String,
    /// How far the rewrite may be trusted.
    pub applicability: Applicability,
}

/// What the examples of one entry came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many examples were run.
    pub examples: usize,
    /// Those that failed, in their order.
    pub failures: Vec<Failure>,
    /// Rewrites in their sentences.
    pub trials: Vec<Trial>,
}

/// Runs the examples of the entry of that number.
#[must_use]
pub fn run(linter: Linter<'_>, docs: &Docs, number: usize) -> Outcome {
    let entry = &linter.lexicon().tables.entries[number];
    let Some(doc) = docs.entries.get(number) else { return Outcome::default() };
    let mut scratch = Scratch::default();
    let mut outcome = Outcome { examples: doc.bad.len() + doc.good.len() + doc.sentences.len(), ..Outcome::default() };
    let failure = |line: usize, message: String, help: &str| Failure {
        rule: entry.rule.id.clone(),
        file: doc.file.clone(),
        line,
        message,
        help: help.to_owned(),
    };
    for (line, text) in &doc.bad {
        linter.judge_candidate(text, &mut scratch);
        let own = scratch.judged.iter().find(|found| usize::from(found.entry) == number);
        match own {
            Some(found) if is_offence(found.severity) || found.severity >= entry.severity => {}
            Some(found) => {
                let message = format!("bad 例句「{text}」因语境缓和，只得到“{}”", found.severity.title());
                outcome.failures.push(failure(*line, message, "bad 例句里不要有致歉、原因等缓和的话，或者调整 mitigation"));
            }
            None => {
                let others = rules(linter, &scratch);
                let message = format!("bad 例句「{text}」没有被查出{others}");
                outcome.failures.push(failure(*line, message, "请补充 patterns，检查 when、unless 和 exemptions，或换一个例句"));
            }
        }
    }
    for (line, text) in &doc.good {
        linter.judge_candidate(text, &mut scratch);
        let wrong = scratch.judged.iter().find(|found| usize::from(found.entry) == number || is_offence(found.severity));
        if wrong.is_some() {
            let message = format!("good 例句「{text}」被查出了{}", rules(linter, &scratch));
            outcome.failures.push(failure(*line, message, "请收窄 patterns，或加 exemptions、unless"));
        }
    }
    let mut offered = vec![false; entry.rewrites.len()];
    let applied = entry.rewrites.iter().any(|rewrite| rewrite.applicability != Applicability::Display);
    let tried = doc.sentences.iter().map(|example| (example, true)).chain(doc.bad.iter().map(|example| (example, false)));
    for ((line, text), is_sentence) in tried {
        linter.judge_candidate(text, &mut scratch);
        let Some(found) = scratch.judged.iter().find(|found| usize::from(found.entry) == number).cloned() else {
            if is_sentence {
                let message = format!("in 例句「{text}」没有被查出{}", rules(linter, &scratch));
                outcome.failures.push(failure(*line, message, "in 例句要含有本词条查的短语"));
            }
            continue;
        };
        let mut after = Scratch::default();
        let attempts = fixes::attempts(linter, text, &scratch.matches, &found, &scratch.judged, &mut after);
        let mut any = false;
        for attempt in attempts {
            let rewrite = &entry.rewrites[attempt.rewrite];
            if rewrite.applicability == Applicability::Display {
                offered[attempt.rewrite] = true;
                continue;
            }
            match attempt.verdict {
                Verdict::Offered => {
                    any = true;
                    offered[attempt.rewrite] = true;
                    outcome.trials.push(Trial { before: text.clone(), after: attempt.result, applicability: rewrite.applicability });
                }
                Verdict::Idle => any = true,
                Verdict::LosesFact => {
                    let message = format!("改写会丢掉数字、名称、链接或占位符：「{text}」→「{}」", attempt.result);
                    outcome.failures.push(failure(*line, message, "请用捕获把这些内容带进改写"));
                }
                Verdict::StillOffends(other) => {
                    let rule = &linter.lexicon().tables.entries[usize::from(other)].rule.id;
                    let message = format!("改写之后仍被 {rule} 查出：「{text}」→「{}」", attempt.result);
                    outcome.failures.push(failure(*line, message, "请换一种说法，或调整那条规则"));
                }
            }
        }
        if applied && is_sentence && !any {
            let message = format!("in 例句「{text}」没有可用的改写");
            outcome.failures.push(failure(*line, message, "请检查改写的 when、unless，或换一个例句"));
        }
    }
    for (rewrite, offered) in entry.rewrites.iter().zip(offered) {
        if !offered {
            let title = rewrite.title.clone().unwrap_or_else(|| template_text(&rewrite.template));
            let message = format!("改写「{title}」在所有例句里都没有用上");
            outcome.failures.push(failure(doc.line, message, "请加一个用得上它的 in 例句，或删掉它"));
        }
    }
    outcome
}

impl Linter<'_> {
    /// As [`Linter::check`] would, with the first test of every message, so that examples test that too.
    fn judge_candidate(self, text: &str, scratch: &mut Scratch) {
        scratch.judged.clear();
        if self.next_candidate(text, 0).is_some() {
            self.judge(text, scratch);
        }
    }
}

fn rules(linter: Linter<'_>, scratch: &Scratch) -> String {
    if scratch.judged.is_empty() {
        return String::new();
    }
    let named: Vec<String> = scratch
        .judged
        .iter()
        .map(|found| {
            let words: String = scratch.matches.folded.chars()[found.range.as_range()].iter().collect();
            format!("{}「{words}」", linter.lexicon().tables.entries[usize::from(found.entry)].rule.id)
        })
        .collect();
    format!("（查出的是 {}）", named.join("、"))
}

fn template_text(template: &[crate::lexicon::rewrite::Piece]) -> String {
    use crate::lexicon::rewrite::Piece;
    template.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "…" }).collect()
}
