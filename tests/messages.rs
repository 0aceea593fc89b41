//! The labelled messages under `lexicon/cues/messages`: what is found in them, and that it does not grow worse.
//!
//! The phrases and the cues were written and learned with these messages before one's eyes, so the figures say how well
//! they are covered and not how well unseen ones would be. `cargo test --test messages -- --nocapture` prints them.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use wanyan::builtin;
use wanyan::lint::{Fixing, Linter, Scratch, is_offence};

#[derive(Deserialize)]
struct Message {
    id: String,
    text: String,
    verdict: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    span: String,
}

#[derive(Default)]
struct Count {
    hits: usize,
    misses: usize,
    false_alarms: usize,
    clean: usize,
    right_category: usize,
    right_span: usize,
}

impl Count {
    fn precision(&self) -> f64 {
        self.hits as f64 / (self.hits + self.false_alarms).max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.hits as f64 / (self.hits + self.misses).max(1) as f64
    }
}

fn messages() -> Vec<(String, Message)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicon/cues/messages");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let writer = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let message: Message =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{writer}: {error}: {line}"));
            all.push((writer.clone(), message));
        }
    }
    all
}

#[test]
fn messages_are_well_formed() {
    let mut ids = BTreeMap::new();
    for (writer, message) in messages() {
        assert!(ids.insert(message.id.clone(), writer.clone()).is_none(), "{} is there twice", message.id);
        match message.verdict.as_str() {
            "clean" => assert!(message.span.is_empty(), "{}", message.id),
            "flag" => {
                for span in message.span.split('|') {
                    assert!(!span.is_empty() && message.text.contains(span), "{}: {span}", message.id);
                }
            }
            other => panic!("{}: {other}", message.id),
        }
    }
    assert!(ids.len() >= 9000, "only {} messages", ids.len());
}

#[test]
fn messages_are_judged_as_well_as_before() {
    let lexicon = builtin::lexicon();
    let linter = Linter::new(&lexicon);
    let mut scratch = Scratch::default();
    let mut by_writer: BTreeMap<String, Count> = BTreeMap::new();
    let mut by_category: BTreeMap<String, Count> = BTreeMap::new();
    let mut total = Count::default();
    for (writer, message) in messages() {
        let mut found = linter.check(&message.text, Fixing::Skip, &mut scratch);
        found.retain(|finding| is_offence(finding.severity));
        let categories: Vec<&str> = message.category.split(',').collect();
        let spans: Vec<_> = message
            .span
            .split('|')
            .filter_map(|span| message.text.find(span).map(|at| at..at + span.len()))
            .collect();
        let flagged = message.verdict == "flag";
        let right_category = found.iter().any(|finding| categories.contains(&finding.rule.category.name()));
        let right_span = found.iter().any(|finding| {
            spans.iter().any(|span| finding.range.start() < span.end && span.start < finding.range.end())
        });
        let of_category = match (flagged, found.first()) {
            (true, _) => categories[0].to_owned(),
            (false, Some(finding)) => finding.rule.category.name().to_owned(),
            (false, None) => String::new(),
        };
        let mut counts = vec![by_writer.entry(writer).or_default(), &mut total];
        if !of_category.is_empty() {
            counts.push(by_category.entry(of_category).or_default());
        }
        for count in counts {
            match (flagged, found.is_empty()) {
                (true, false) => {
                    count.hits += 1;
                    count.right_category += usize::from(right_category);
                    count.right_span += usize::from(right_span);
                }
                (true, true) => count.misses += 1,
                (false, false) => count.false_alarms += 1,
                (false, true) => count.clean += 1,
            }
        }
    }
    let show = |name: &str, count: &Count| {
        let hits = count.hits.max(1) as f64;
        println!(
            "{name:22} precision {:.3} recall {:.3} category {:.2} span {:.2} ({} hits, {} misses, {} false alarms, {} clean)",
            count.precision(),
            count.recall(),
            count.right_category as f64 / hits,
            count.right_span as f64 / hits,
            count.hits,
            count.misses,
            count.false_alarms,
            count.clean,
        );
    };
    by_writer.iter().chain(&by_category).for_each(|(name, count)| show(name, count));
    show("all", &total);
    // A little below what was measured when this was written.
    assert!(total.precision() >= 0.99, "precision {:.3}", total.precision());
    assert!(total.recall() >= 0.94, "recall {:.3}", total.recall());
    for (category, count) in &by_category {
        let least = if category == "disrespectful-address" { 0.5 } else { 0.85 };
        assert!(count.recall() >= least, "{category}: recall {:.3}", count.recall());
        assert!(count.precision() >= 0.95, "{category}: precision {:.3}", count.precision());
    }
}

/// A form is what a supervisor recommends: whoever fills in its slots may send it.
#[test]
fn no_recommended_form_draws_a_finding() {
    use wanyan::completion::{FormPiece, form_pieces};

    let lexicon = builtin::lexicon();
    let linter = Linter::new(&lexicon);
    let mut scratch = Scratch::default();
    let mut wrong = Vec::new();
    for form in builtin::reference().forms {
        let filled: String = form_pieces(&form.text)
            .map(|piece| match piece {
                FormPiece::Text(text) => text,
                FormPiece::Slot("称呼") => "王女士",
                FormPiece::Slot("时长") => "十分钟",
                FormPiece::Slot("时间") => "今天下午五点",
                FormPiece::Slot("办法" | "办法一") => "换一件新的",
                FormPiece::Slot(name) => name,
            })
            .collect();
        let found = linter.check(&filled, Fixing::Skip, &mut scratch);
        wrong.extend(found.iter().map(|found| format!("{}: {filled}: {}", form.id, found.rule.id)));
        assert!(!form.when.is_empty(), "{} does not say when to use it", form.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
