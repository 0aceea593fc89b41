//! Taking a review sheet back: its accepted rows go into their files where the message still stands as it was. Owns what a
//! filled-in sheet may look like; what changed in the meantime is told and left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::{Algorithm, DiffOp, TextDiff};

use super::check::Settings;
use super::sound::{Change, do_changes};
use super::source::{SourceFile, Unreadable};
use crate::document::{Content, Format, NotEditable, Role, Segment};
use crate::report::Field;
use crate::report::review_sheet::unguarded;
use crate::text::{Edit, Prose, Source, TextRange};

/// A row that a person filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its row in the sheet, from one.
    pub row: usize,
    /// Where in the file it stood.
    pub address: Option<String>,
    /// The line where it began.
    pub line: Option<usize>,
    /// The message as it was.
    pub text: String,
    /// The message as it shall be.
    pub replacement: String,
}

/// A review sheet that came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The accepted rows of each file, in the order of the sheet.
    pub files: BTreeMap<PathBuf, Vec<Accepted>>,
    /// How many rows were not accepted.
    pub declined: usize,
    /// What is wrong with single rows: its number, from one, and what it is in Chinese.
    pub problems: Vec<(usize, String)>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The message is as the sheet says.
    Applied,
    /// It was so already.
    AsIs,
    /// Nothing was changed; why, in Chinese.
    Refused(String),
}

/// Reads the review sheet of that name.
///
/// # Errors
/// Where it cannot be read, or is no review sheet.
pub fn read_sheet(name: &Path, bytes: Vec<u8>, settings: &Settings<'_>) -> Result<Sheet, Unreadable> {
    let format = Format::from_path(name);
    if !matches!(format, Some(Format::Csv | Format::Tsv | Format::Xlsx)) {
        return Err((None, "审阅表要是 wanyan check --format csv 或 xlsx 写出的 .csv 或 .xlsx 文件".to_owned()));
    }
    let file = SourceFile::read(bytes, name, settings)?;
    let mut rows = file.content.rows().into_iter();
    let (_, heading) = rows.next().unwrap_or_default();
    let column = |field: Field| heading.iter().position(|cell| cell.trim() == field.heading());
    let needed = |field: Field| {
        let missing = || format!("不是审阅表，或者表头改过：第一行没有“{}”这一列", field.heading());
        column(field).ok_or_else(|| (Some(1), missing()))
    };
    let (path, text) = (needed(Field::Path)?, needed(Field::Text)?);
    let (suggestion, accepted) = (needed(Field::Suggestion)?, needed(Field::Accepted)?);
    let (line, address) = (column(Field::Line), column(Field::Address));
    let mut sheet = Sheet::default();
    for (row, cells) in rows {
        let cell = |column: usize| cells.get(column).map_or("", |cell| unguarded(cell));
        match is_accepted(cell(accepted)) {
            None => {
                let said = cell(accepted).trim();
                let message = format!("“采纳”一栏写的“{said}”看不懂，请写 是 或 否；这一行没有动");
                sheet.problems.push((row, message));
            }
            Some(false) => sheet.declined += usize::from(!cell(path).is_empty()),
            Some(true) if cell(path).trim().is_empty() => {
                sheet.problems.push((row, "没有写是哪个文件，这一行没有动".to_owned()));
            }
            Some(true) if cell(suggestion).trim().is_empty() => {
                sheet.problems.push((row, "采纳了，但“建议改为”是空的，这一行没有动".to_owned()));
            }
            Some(true) => {
                let said = |column: Option<usize>| column.map(cell).filter(|cell| !cell.is_empty());
                sheet.files.entry(PathBuf::from(cell(path).trim())).or_default().push(Accepted {
                    row,
                    address: said(address).map(str::to_owned),
                    line: said(line).and_then(|line| line.trim().parse().ok()),
                    text: cell(text).to_owned(),
                    replacement: cell(suggestion).to_owned(),
                });
            }
        }
    }
    Ok(sheet)
}

/// What a person means by what stands in the column 采纳; nothing where that cannot be told.
fn is_accepted(said: &str) -> Option<bool> {
    match said.trim().to_lowercase().as_str() {
        "" | "否" | "不" | "不采纳" | "n" | "no" | "false" | "0" | "×" | "✗" | "x" | "-" => Some(false),
        "是" | "采纳" | "同意" | "可以" | "改" | "y" | "yes" | "true" | "1" | "√" | "✓" | "✔" | "☑" | "ok" => {
            Some(true)
        }
        _ => None,
    }
}

/// Puts the accepted rows of one file into its content. For each row what became of it.
#[must_use]
pub fn apply(settings: &Settings<'_>, content: &Content, accepted: &[Accepted]) -> (Content, Vec<Outcome>) {
    let mut places: Vec<Option<usize>> = vec![None; accepted.len()];
    let messages = messages(settings, content);
    for (number, row) in accepted.iter().enumerate() {
        places[number] = find(&messages, row, &places[..number]);
    }
    let mut outcomes: Vec<Outcome> =
        places.iter().zip(accepted).map(|(place, row)| expected(*place, &messages, row)).collect();
    let mut changes: Vec<Change> = Vec::new();
    let mut number = 0;
    content.extract(settings.extract, &mut |segment| {
        let own = number;
        number += 1;
        let mut rows =
            (0..accepted.len()).filter(|row| places[*row] == Some(own) && outcomes[*row] == Outcome::Applied);
        let Some(row) = rows.next() else { return };
        let others: Vec<usize> = rows.collect();
        let after = with_line_ends_of(&segment.text, &accepted[row].replacement);
        match written(&segment, &after) {
            Ok(edits) => changes.push(Change { message: own, edits, after }),
            Err(reason) => outcomes[row] = Outcome::Refused(format!("写不进去：{}，请手工修改", reason.reason())),
        }
        for other in others {
            outcomes[other] = if accepted[other].replacement == accepted[row].replacement {
                Outcome::AsIs
            } else {
                Outcome::Refused(format!("和审阅表第 {} 行改的是同一条话，只用了那一行", accepted[row].row))
            };
        }
    });
    let (changed, refused) = do_changes(content, settings.extract, &changes);
    for (outcome, _) in outcomes
        .iter_mut()
        .zip(&places)
        .filter(|(outcome, place)| **outcome == Outcome::Applied && place.is_some_and(|place| refused.contains(&place)))
    {
        *outcome = Outcome::Refused("写进去会改变文件的结构，没有写；请手工修改".to_owned());
    }
    (changed, outcomes)
}

/// A message of the file as it is now.
struct Message {
    text: String,
    address: Option<String>,
    line: usize,
}

fn messages(settings: &Settings<'_>, content: &Content) -> Vec<Message> {
    let mut lines = crate::text::LineCounter::new(content.text(), 1);
    let mut messages = Vec::new();
    content.extract(settings.extract, &mut |segment| {
        let line = lines.locate(segment.map.to_source(TextRange::new(0, 0)).start()).line;
        let text = if segment.role == Role::Agent { segment.text.to_string() } else { String::new() };
        messages.push(Message { text, address: segment.address.as_ref().map(ToString::to_string), line });
    });
    messages
}

/// The message that a row is about: the one in its place that is not taken, or else the only one with its words.
fn find(messages: &[Message], row: &Accepted, taken: &[Option<usize>]) -> Option<usize> {
    let is_it = |message: &Message| same(&message.text, &row.text) || same(&message.text, &row.replacement);
    let at_address = |message: &Message| message.address == row.address;
    let on_line = |message: &Message| row.line == Some(message.line);
    // Of lines that are a value each, the address is the same for all.
    let places: [&dyn Fn(&Message) -> bool; 2] =
        [&|message| at_address(message) && on_line(message), &|message| row.address.is_some() && at_address(message)];
    let in_place = places.iter().find_map(|is_there| {
        let mut there = messages
            .iter()
            .enumerate()
            .filter(|(_, message)| is_there(message) && is_it(message))
            .map(|(number, _)| number);
        there.clone().find(|number| !taken.contains(&Some(*number))).or_else(|| there.next())
    });
    in_place.or_else(|| {
        let mut others = messages.iter().enumerate().filter(|(_, message)| same(&message.text, &row.text));
        match (others.next(), others.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        }
    })
}

/// What is to become of a row that was found at `place`.
fn expected(place: Option<usize>, messages: &[Message], row: &Accepted) -> Outcome {
    match place {
        None => Outcome::Refused("原文已经变了或者不在了，不再匹配".to_owned()),
        Some(place) if same(&messages[place].text, &row.replacement) => Outcome::AsIs,
        Some(_) => Outcome::Applied,
    }
}

/// Whether two texts are the same, however their lines end: spreadsheet programs write these their own way.
fn same(one: &str, other: &str) -> bool {
    one == other || one.replace("\r\n", "\n").trim_end() == other.replace("\r\n", "\n").trim_end()
}

fn with_line_ends_of(message: &str, replacement: &str) -> String {
    let plain = replacement.replace("\r\n", "\n");
    if message.contains("\r\n") { plain.replace('\n', "\r\n") } else { plain }
}

/// The edits that make the message `replacement`: only what differs is touched, so that markup between the words stays.
pub(super) fn written(segment: &Segment<'_>, replacement: &str) -> Result<Vec<Edit<Source>>, NotEditable> {
    let text: &str = &segment.text;
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_chars(text, replacement);
    let starts = |text: &str| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect::<Vec<usize>>();
    let (old_starts, new_starts) = (starts(text), starts(replacement));
    let mut edits: Vec<Edit<Prose>> = Vec::new();
    let mut joins = false;
    for op in diff.ops() {
        if matches!(op, DiffOp::Equal { .. }) {
            joins = false;
            continue;
        }
        let old = op.old_range();
        let range = TextRange::new(old_starts[old.start], old_starts[old.end]);
        let new = &replacement[new_starts[op.new_range().start]..new_starts[op.new_range().end]];
        match edits.last_mut() {
            Some(last) if joins => {
                last.range = TextRange::new(last.range.start(), range.end());
                last.replacement.push_str(new);
            }
            _ => edits.push(Edit { range, replacement: new.to_owned() }),
        }
        joins = true;
    }
    let whole = Edit { range: TextRange::new(0, text.len()), replacement: replacement.to_owned() };
    segment.source_edits(&edits).or_else(|reason| segment.source_edits(&[whole]).map_err(|_| reason))
}
