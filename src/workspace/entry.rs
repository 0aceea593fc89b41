//! An entry of a lexicon as it is written in its file.

use std::fs;

use super::explain_io;
use crate::builtin;
use crate::lexicon::{Docs, Lexicon};
use crate::report::explain::WrittenEntry;

/// The entry of that number, read from the file that it was compiled from.
///
/// # Errors
/// In Chinese, where that file cannot be read any more.
///
/// # Panics
/// Where the lexicon has no entry of that number.
pub fn written_entry(lexicon: &Lexicon, docs: &Docs, number: usize) -> Result<WrittenEntry, String> {
    let rule = &lexicon.tables().entries[number].rule;
    let own = &docs.entries[number];
    let built_in = builtin::files().into_iter().find(|file| file.name == own.file);
    let text = match built_in {
        Some(file) => file.text,
        None => fs::read_to_string(&own.file)
            .map_err(|error| format!("没能读取词库 {}：{}", own.file, explain_io(&error)))?,
    };
    Ok(WrittenEntry {
        id: rule.id.clone(),
        title: rule.title.clone(),
        file: own.file.clone(),
        line: own.line,
        text: table_at(&text, own.line),
    })
}

/// The table that begins on that line, from one, with those below it that belong to it.
fn table_at(text: &str, line: usize) -> String {
    let mut lines = text.lines().skip(line.saturating_sub(1));
    let mut table: Vec<&str> = lines.next().into_iter().collect();
    let key = table.first().map_or("", |header| header.trim().trim_matches(['[', ']']));
    let belongs = |header: &str| header.trim_start_matches('[').starts_with(&format!("{key}."));
    table.extend(lines.take_while(|line| !line.starts_with('[') || belongs(line)));
    // What stands above the next table is a remark on that one.
    while table.last().is_some_and(|line| line.trim().is_empty() || line.starts_with('#')) {
        table.pop();
    }
    table.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_whole_table() {
        let text = "# a\n[[entry]]\nid = 'x' # b\n\n[[entry.rewrite]]\nto = ''\n[entry.examples]\nbad = []\n\n# c\n[[entry]]\nid = 'y'\n";
        assert_eq!(
            table_at(text, 2),
            "[[entry]]\nid = 'x' # b\n\n[[entry.rewrite]]\nto = ''\n[entry.examples]\nbad = []"
        );
        assert_eq!(table_at(text, 11), "[[entry]]\nid = 'y'");
        assert_eq!(table_at(text, 99), "");
    }

    #[test]
    fn every_built_in_entry_is_found() {
        let (lexicon, docs) = (builtin::lexicon(), builtin::docs());
        for number in 0..docs.entries.len() {
            let entry = written_entry(&lexicon, &docs, number).unwrap();
            assert!(entry.text.starts_with("[[entry]]"), "{}: {}", entry.id, entry.text);
            let id = entry.id.split_once('/').unwrap().1;
            assert!(entry.text.contains(&format!("id = \"{id}\"")), "{}: {}", entry.id, entry.text);
            assert_eq!(entry.text.matches("[[entry]]").count(), 1, "{}", entry.id);
        }
    }
}
