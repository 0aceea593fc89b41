//! `wanyan rules`.

use super::args::{RulesArgs, RulesFormat};
use super::engine::{Engine, RunError};
use super::exit::Exit;
use super::output::Output;
use crate::report::explain::{RuleDoc, write_json, write_list, write_markdown_page};

pub fn run(args: &RulesArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    engine.rules(&args.lexicons, &mut |docs| {
        let chosen: Vec<RuleDoc<'_>> = docs
            .iter()
            .filter(|doc| args.category.is_none_or(|category| doc.rule.category == category))
            .cloned()
            .collect();
        match args.format {
            RulesFormat::Text => write_list(&mut output.out, &output.palette, &chosen)?,
            RulesFormat::Md => write_markdown_page(&mut output.out, &chosen)?,
            RulesFormat::Json => write_json(&mut output.out, &chosen)?,
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}
