//! Writes words into cells. Owns how a changed cell looks in XML, and that nothing else changed. Must not know
//! how a workbook is put together.

use std::collections::BTreeMap;
use std::ops::Range;

use super::package::Package;
use super::read;
use super::sheet::Found;
use super::strings::{self, Format};
use super::{Change, Error, Sheet};

/// How many UTF-16 units Excel takes in a cell.
const CELL_LIMIT: usize = 32_767;

/// A cell: the number of its sheet, its row, its column.
type Place = (usize, usize, usize);

/// The workbook `original` with those changes. Only the parts of sheets with changes differ, and in them only the changed
/// cells; the result was read again and found so.
///
/// # Errors
/// [`Error`] if the workbook cannot be read, or a change cannot be made; then nothing is changed.
pub fn write(original: &[u8], changes: &[Change]) -> Result<Vec<u8>, Error> {
    let mut wanted: BTreeMap<Place, &Change> = BTreeMap::new();
    for change in changes {
        if wanted.insert((change.sheet, change.row, change.column), change).is_some() {
            return Err(Error::file("同一个单元格不能改两次，没有改动原文件"));
        }
    }
    let mut package = Package::open(original)?;
    let mut made: BTreeMap<Place, (Range<usize>, String)> = BTreeMap::new();
    let mut refused: BTreeMap<Place, &str> = BTreeMap::new();
    let sheets = read::workbook(&mut package, &mut |sheet, found, shared| {
        let place = (sheet, found.row, found.cell.column);
        if let Some(change) = wanted.get(&place) {
            match refusal(found, &change.text) {
                Some(reason) => {
                    refused.insert(place, reason);
                }
                None => {
                    made.insert(place, (found.tag.start..found.end, element(found, shared, &change.text)));
                }
            }
        }
        Ok(())
    })?;
    if let Some(place) = wanted.keys().find(|place| !made.contains_key(place)) {
        let name = sheets.get(place.0).map_or("？", |(sheet, _)| &sheet.name);
        let reason = refused.get(place).copied().unwrap_or("里没有文字");
        let reason = reason.strip_prefix("单元格").unwrap_or(reason);
        return Err(Error::cell(name, place.1, place.2, &format!("{reason}，不能改，没有改动原文件")));
    }
    // Opened anew, for a sheet that is written is inflated twice, and that is not to count against the limit.
    let mut package = Package::open(original)?;
    let mut parts = BTreeMap::new();
    for (number, (_, part)) in sheets.iter().enumerate() {
        let edits = made.range((number, 0, 0)..(number + 1, 0, 0)).map(|(_, edit)| edit);
        if edits.clone().next().is_some() {
            parts.insert(part.as_str(), apply(&package.text(part)?, edits).into_bytes());
        }
    }
    let result = package.rewrite(&parts)?;
    let before: Vec<&Sheet> = sheets.iter().map(|(sheet, _)| sheet).collect();
    verify(&before, &result, &wanted)?;
    Ok(result)
}

/// Why a cell cannot hold `text`, if so.
fn refusal(found: &Found<'_>, text: &str) -> Option<&'static str> {
    if let Some(lock) = found.cell.lock {
        Some(lock.reason())
    } else if text.is_empty() {
        Some("的文字不能删光")
    } else {
        (text.encode_utf16().count() > CELL_LIMIT).then_some("放不下超过 32767 个字符的文字")
    }
}

/// The element of a cell with another text. A text of one format keeps it.
fn element(found: &Found<'_>, shared: &str, text: &str) -> String {
    let source = found.source;
    let prefix = found.tag.prefix;
    let whole = &source[found.tag.start..found.end];
    let mut result = String::with_capacity(whole.len() + text.len() + 64);
    result.push_str(&source[found.tag.start..found.kind.start]);
    result.push_str("inlineStr");
    result.push_str(&source[found.kind.end..found.tag.tag_end]);
    result.extend(["<", prefix, "is>"]);
    let words = format!("<{prefix}t xml:space=\"preserve\">{}</{prefix}t>", strings::escape(text));
    if let Format::Run { start, end } = found.format {
        let from = if found.shared { shared } else { source };
        let properties = &from[start as usize..end as usize];
        let own = properties.find("rPr").map_or("", |at| properties[..at].trim_start_matches('<'));
        let properties = with_prefix(properties, own, prefix);
        result.extend(["<", prefix, "r>", &properties, &words, "</", prefix, "r>"]);
    } else {
        result.push_str(&words);
    }
    result.extend(["</", prefix, "is>"]);
    if let Some(rest) = &found.rest {
        result.push_str(&source[rest.clone()]);
    }
    result.push_str(&whole[whole.rfind("</").expect("a cell with text has an end tag")..]);
    result
}

/// Run properties with the prefix `to` on their names instead of `from`. Within them `<` stands nowhere but before tags.
fn with_prefix(properties: &str, from: &str, to: &str) -> String {
    let mut result = String::with_capacity(properties.len() + 16);
    for tag in properties.split_inclusive('<') {
        let (slash, name) = tag.strip_prefix('/').map_or(("", tag), |name| ("/", name));
        match name.strip_prefix(from) {
            Some(name) if !result.is_empty() && !name.starts_with(['!', '?']) => result.extend([slash, to, name]),
            _ => result.push_str(tag),
        }
    }
    result
}

/// The text of a part with those edits, which ascend.
fn apply<'e>(part: &str, edits: impl Iterator<Item = &'e (Range<usize>, String)>) -> String {
    let text = read::bare(part);
    let mut result = part[..part.len() - text.len()].to_owned();
    result.reserve(part.len());
    let mut at = 0;
    for (range, element) in edits {
        result.push_str(&text[at..range.start]);
        result.push_str(element);
        at = range.end;
    }
    result.push_str(&text[at..]);
    result
}

/// Whether `result` reads as `before` with the changes made, and nothing else.
fn verify(before: &[&Sheet], result: &[u8], changes: &BTreeMap<Place, &Change>) -> Result<(), Error> {
    let wrong = || Error::file("写好的工作簿读回来和预想的不一样，没有改动原文件；请把这个文件报告给 wanyan 的开发者");
    let after = super::read(result)?;
    let mut left = changes.len();
    let same_count = before.len() == after.sheets.len();
    let same = same_count
        && before.iter().zip(&after.sheets).enumerate().all(|(number, (before, after))| {
            let facts = |sheet: &Sheet| {
                let Sheet { name, hidden, hidden_columns, merged, formulas, protected, rows } = sheet;
                (name.clone(), *hidden, hidden_columns.clone(), *merged, *formulas, *protected, rows.len())
            };
            facts(before) == facts(after)
                && before.rows.iter().zip(&after.rows).all(|(before, after)| {
                    let head = (before.number, before.hidden, before.cells.len());
                    head == (after.number, after.hidden, after.cells.len())
                        && before.cells.iter().zip(&after.cells).all(|(old, new)| {
                            let change = changes.get(&(number, before.number, old.column));
                            left -= usize::from(change.is_some());
                            let text = change.map_or(&*old.text, |change| &change.text);
                            (old.column, old.kind, old.lock, text) == (new.column, new.kind, new.lock, &*new.text)
                        })
                })
        });
    if same && left == 0 { Ok(()) } else { Err(wrong()) }
}
