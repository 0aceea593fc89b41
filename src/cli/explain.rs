//! `wanyan explain RULE`.

use super::args::ExplainArgs;
use super::engine::{Engine, RunError};
use super::exit::Exit;
use super::output::Output;
use crate::report::explain::{RuleDoc, write_text};

/// How alike a name must be to be offered instead.
const ALIKE: f64 = 0.7;

pub fn run(args: &ExplainArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    engine.rules(&args.lexicons, &mut |docs| {
        let asked = args.rule.trim().to_lowercase();
        let found = find(&asked, docs);
        if found.is_empty() {
            return Err(RunError::Refused(unknown(&args.rule, &asked, docs)));
        }
        for (at, doc) in found.iter().enumerate() {
            if at > 0 {
                writeln!(output.out, "\n────────\n")?;
            }
            write_text(&mut output.out, &output.palette, doc)?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

/// The rule of that id; else those whose second half it is; else those of the category of that name, in English or Chinese.
fn find<'d, 'a>(asked: &str, docs: &'d [RuleDoc<'a>]) -> Vec<&'d RuleDoc<'a>> {
    let of = |matches: &dyn Fn(&RuleDoc<'_>) -> bool| docs.iter().filter(|doc| matches(doc)).collect::<Vec<_>>();
    let by_id = of(&|doc| doc.rule.id == asked);
    if !by_id.is_empty() {
        return by_id;
    }
    let by_entry = of(&|doc| doc.rule.id.split_once('/').is_some_and(|(_, entry)| entry == asked));
    if !by_entry.is_empty() {
        return by_entry;
    }
    of(&|doc| doc.rule.category.name() == asked || doc.rule.category.title() == asked)
}

fn unknown(written: &str, asked: &str, docs: &[RuleDoc<'_>]) -> String {
    let nearest = docs
        .iter()
        .map(|doc| {
            let entry = doc.rule.id.split_once('/').map_or("", |(_, entry)| entry);
            let alike = strsim::jaro_winkler(asked, &doc.rule.id).max(strsim::jaro_winkler(asked, entry));
            (alike, doc.rule.id.as_str())
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
    match nearest {
        Some((_, id)) => format!("没有规则“{written}”，是不是想说“{id}”？\n所有规则：wanyan rules"),
        None => format!("没有规则“{written}”。\n所有规则：wanyan rules"),
    }
}
