//! The examples of a lexicon's entries are its tests: this runs them.

use super::fixes::{self, Verdict};
use super::judge::Judged;
use super::{Linter, Scratch, is_offence};
use crate::diagnostic::Applicability;
use crate::lexicon::rewrite::Piece;
use crate::lexicon::{Docs, Entry};

/// What one example came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The key under which it stands: `bad`, `good`, `in`; `rewrite` for a rewrite that no example uses.
    pub key: &'static str,
    /// Its line, from one.
    pub line: usize,
    /// The example.
    pub text: String,
    /// What is wrong and what to do, in Chinese; nothing if it is as it should be.
    pub failure: Option<String>,
    /// The example after each rewrite that is offered there, for reading aloud.
    pub rewrites: Vec<String>,
}

/// Runs the examples of the entry of that number.
#[must_use]
pub fn run(linter: Linter<'_>, docs: &Docs, number: usize) -> Vec<Outcome> {
    let Some(doc) = docs.entries.get(number) else { return Vec::new() };
    let entry = &linter.lexicon().tables().entries[number];
    let mut test = Test { linter, number, scratch: Scratch::default(), used: vec![false; entry.rewrites.len()] };
    let mut outcomes = Vec::new();
    for (key, examples) in [("bad", &doc.bad), ("good", &doc.good), ("in", &doc.sentences)] {
        for (line, text) in examples {
            let (failure, rewrites) = match key {
                "bad" => test.bad(text),
                "good" => (test.good(text), Vec::new()),
                _ => test.sentence(text),
            };
            outcomes.push(Outcome { key, line: *line, text: text.clone(), failure, rewrites });
        }
    }
    for (rewrite, used) in entry.rewrites.iter().zip(&test.used) {
        if !used {
            let text = rewrite.title.clone().unwrap_or_else(|| template_text(&rewrite.template));
            let failure = Some("这个改写在所有例句里都没有用上；请加一个用得上它的 in 例句，或删掉它".to_owned());
            outcomes.push(Outcome { key: "rewrite", line: doc.line, text, failure, rewrites: Vec::new() });
        }
    }
    outcomes
}

/// The message after each rewrite of that entry that is offered in it.
#[must_use]
pub fn rewrites(linter: Linter<'_>, number: usize, message: &str) -> Vec<String> {
    let used = vec![false; linter.lexicon().tables().entries[number].rewrites.len()];
    Test { linter, number, scratch: Scratch::default(), used }.try_rewrites(message).1
}

struct Test<'l> {
    linter: Linter<'l>,
    number: usize,
    scratch: Scratch,
    /// Which rewrites an example has used.
    used: Vec<bool>,
}

impl Test<'_> {
    fn entry(&self) -> &Entry {
        &self.linter.lexicon().tables().entries[self.number]
    }

    /// Judges a message with the first test that every message goes through, so that examples test that too.
    fn judge(&mut self, text: &str) {
        self.scratch.judged.clear();
        if self.linter.may_find_in(text) {
            self.linter.judge(text, &mut self.scratch);
        }
    }

    fn own(&self) -> Option<&Judged> {
        self.scratch.judged.iter().find(|found| usize::from(found.entry) == self.number)
    }

    fn bad(&mut self, text: &str) -> (Option<String>, Vec<String>) {
        self.judge(text);
        let failure = match self.own() {
            Some(found) if is_offence(found.severity) || found.severity >= self.entry().severity => None,
            Some(found) => {
                let title = found.severity.title();
                Some(format!("因语境缓和，只得到“{title}”；bad 例句里不要有致歉、原因等缓和的话，或者调整 mitigation"))
            }
            None => {
                let others = self.found();
                Some(format!("没有被查出{others}；请补充 patterns，检查 when、unless 和 exemptions，或换一个例句"))
            }
        };
        if failure.is_some() {
            return (failure, Vec::new());
        }
        self.try_rewrites(text)
    }

    fn good(&mut self, text: &str) -> Option<String> {
        self.judge(text);
        let wrong = self.own().is_some() || self.scratch.judged.iter().any(|found| is_offence(found.severity));
        wrong.then(|| format!("这句不该被查出{}；请收窄 patterns，或加 exemptions、unless", self.found()))
    }

    fn sentence(&mut self, text: &str) -> (Option<String>, Vec<String>) {
        self.judge(text);
        if self.own().is_none() {
            return (Some(format!("没有被查出{}；in 例句要含有本词条查的短语", self.found())), Vec::new());
        }
        let (failure, rewrites) = self.try_rewrites(text);
        let applied = self.entry().rewrites.iter().any(|rewrite| rewrite.applicability != Applicability::Display);
        if failure.is_none() && applied && rewrites.is_empty() {
            return (Some("没有可用的改写；请检查改写的 when、unless，或换一个例句".to_owned()), rewrites);
        }
        (failure, rewrites)
    }

    /// Tries the entry's rewrites: the first failure, and the message after each that is offered.
    fn try_rewrites(&mut self, text: &str) -> (Option<String>, Vec<String>) {
        self.judge(text);
        let Some(found) = self.own().cloned() else { return (None, Vec::new()) };
        let mut after = Scratch::default();
        let Scratch { matches, judged, .. } = &self.scratch;
        let attempts = fixes::attempts(self.linter, text, matches, &found, judged, &mut after);
        let mut failure = None;
        let mut results = Vec::new();
        for attempt in attempts {
            if self.entry().rewrites[attempt.rewrite].applicability == Applicability::Display {
                self.used[attempt.rewrite] = true;
                continue;
            }
            let wrong = match attempt.verdict {
                Verdict::Offered => {
                    self.used[attempt.rewrite] = true;
                    results.push(attempt.result);
                    continue;
                }
                Verdict::Idle => continue,
                Verdict::LosesFact => {
                    format!("改写会丢掉数字、名称、链接或占位符：「{}」；请用捕获把这些内容带进改写", attempt.result)
                }
                Verdict::StillOffends(other) => {
                    let rule = &self.linter.lexicon().tables().entries[usize::from(other)].rule.id;
                    format!("改写之后仍被 {rule} 查出：「{}」；请换一种说法，或调整那条规则", attempt.result)
                }
            };
            failure.get_or_insert(wrong);
        }
        (failure, results)
    }

    /// What was found instead, for messages.
    fn found(&self) -> String {
        let named: Vec<String> = self
            .scratch
            .judged
            .iter()
            .map(|found| {
                let words: String = self.scratch.matches.folded.chars()[found.range.as_range()].iter().collect();
                format!("{}「{words}」", self.linter.lexicon().tables().entries[usize::from(found.entry)].rule.id)
            })
            .collect();
        if named.is_empty() { String::new() } else { format!("（查出的是 {}）", named.join("、")) }
    }
}

fn template_text(template: &[Piece]) -> String {
    template
        .iter()
        .map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "…" })
        .collect()
}
