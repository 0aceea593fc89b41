//! A workbook as messages: which cells are, and edits of their words. Owns the cells as one text, each below the last behind
//! its address, so that ranges and differences are those of a text. Must not know the file format; [`xlsx`](super::xlsx) does.

use std::borrow::Cow;
use std::rc::Rc;

use super::table::{Columns, Conversations, SAMPLED_ROWS};
use super::xlsx::{Cell, Change, Kind, Row, Sheet, Workbook};
use super::{Address, Escape, ExtractOptions, Problem, Reading, Segment};
use crate::text::{Edit, OverlappingEdits, Source, apply_edits};

/// The cells of a workbook.
#[derive(Clone, Debug)]
pub struct Pages {
    workbook: Workbook,
    text: String,
    /// Where the words of each cell begin in the text, in the order of sheets, rows and cells.
    starts: Vec<usize>,
}

impl Pages {
    /// Those of `workbook`.
    #[must_use]
    pub fn new(workbook: Workbook) -> Pages {
        let mut text = String::new();
        let mut starts = Vec::new();
        for (sheet, row, cell) in cells(&workbook) {
            let address = Address::Sheet { sheet: Rc::clone(&sheet.name), row: row.number, column: cell.column };
            text.push_str(&address.to_string());
            text.push('\t');
            starts.push(text.len());
            text.push_str(&cell.text);
            text.push('\n');
        }
        Pages { workbook, text, starts }
    }

    /// The cells below each other: `话术!B12`, a tab, the words.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the messages to `each`, sheet by sheet, row by row. Columns are told for each sheet.
    pub fn extract<'a>(&'a self, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
        let mut reading = Reading { notes: self.workbook.notes.clone(), ..Reading::default() };
        let mut missing = Vec::new();
        let mut starts = self.starts.iter();
        for sheet in &self.workbook.sheets {
            let columns = Columns::of(&sample(sheet), options);
            missing.push(columns.explain_missing());
            if !columns.columns.is_empty() {
                reading.layouts.push(columns.layout(Some(sheet.name.to_string())));
            }
            let mut conversations = Conversations::default();
            for (index, row) in sheet.rows.iter().enumerate() {
                let heading = columns.is_above_body(index);
                for (cell, start) in row.cells.iter().zip(starts.by_ref()) {
                    let role = columns.with_words().find(|(number, _)| *number == cell.column);
                    let Some((_, role)) = role.filter(|_| !heading && cell.kind == Kind::Text) else { continue };
                    if cell.text.trim().is_empty() {
                        continue;
                    }
                    let mut segment = Segment { escape: Escape::Sheet, ..Segment::verbatim(&cell.text, *start, role) };
                    segment.locked = cell.lock;
                    segment.address =
                        Some(Address::Sheet { sheet: Rc::clone(&sheet.name), row: row.number, column: cell.column });
                    let words = |column: usize| {
                        let cell = row.cells.iter().find(|cell| cell.column == column);
                        Cow::Borrowed(cell.map_or("", |cell| &cell.text))
                    };
                    columns.complete(&mut segment, &mut conversations, options, &words);
                    each(segment);
                }
            }
        }
        // A column that is asked for may be in one sheet and not in the others.
        if let Some(missing) = missing.into_iter().collect::<Option<Vec<String>>>() {
            reading.problems.extend(missing.into_iter().next().map(|message| Problem { line: 1, message }));
        }
        reading
    }

    /// The rows of the first sheet.
    #[must_use]
    pub(super) fn rows(&self) -> Vec<(usize, Vec<String>)> {
        let rows = self.workbook.sheets.first().map(|sheet| sheet.rows.as_slice()).unwrap_or_default();
        rows.iter().map(|row| (row.number, texts(row).into_iter().map(str::to_owned).collect())).collect()
    }

    /// These cells after `edits` of their text.
    ///
    /// # Errors
    /// Where edits overlap.
    pub fn with_edits(&self, edits: &[Edit<Source>]) -> Result<Pages, OverlappingEdits> {
        let mut order: Vec<&Edit<Source>> = edits.iter().collect();
        order.sort_by_key(|edit| edit.range.start());
        let mut order = order.into_iter().peekable();
        let mut workbook = self.workbook.clone();
        let rows = workbook.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows);
        for (cell, start) in rows.flat_map(|row| &mut row.cells).zip(&self.starts) {
            let end = start + cell.text.len();
            let mut own: Vec<Edit<Source>> = Vec::new();
            while let Some(edit) = order.next_if(|edit| edit.range.start() <= end) {
                let range = edit.range.start() - start..edit.range.end() - start;
                own.push(Edit { range: range.into(), replacement: edit.replacement.clone() });
            }
            if !own.is_empty() {
                cell.text = apply_edits(&cell.text, &own)?.into();
            }
        }
        Ok(Pages::new(workbook))
    }

    /// What has changed since these cells were `before`.
    #[must_use]
    pub fn changes_since(&self, before: &Pages) -> Vec<Change> {
        let (now, then) = (&self.workbook.sheets, &before.workbook.sheets);
        let mut changes = Vec::new();
        for (number, (now, then)) in now.iter().zip(then).enumerate() {
            for (row, old) in now.rows.iter().zip(&then.rows) {
                let changed = row.cells.iter().zip(&old.cells).filter(|(cell, old)| cell.text != old.text);
                changes.extend(changed.map(|(cell, _)| Change {
                    sheet: number,
                    row: row.number,
                    column: cell.column,
                    text: cell.text.to_string(),
                }));
            }
        }
        changes
    }
}

/// All cells with their places.
fn cells(workbook: &Workbook) -> impl Iterator<Item = (&Sheet, &Row, &Cell)> {
    workbook
        .sheets
        .iter()
        .flat_map(|sheet| sheet.rows.iter().flat_map(move |row| row.cells.iter().map(move |cell| (sheet, row, cell))))
}

/// The first rows of a sheet, with empty cells where there are none.
fn sample(sheet: &Sheet) -> Vec<Vec<&str>> {
    sheet.rows.iter().take(SAMPLED_ROWS).map(texts).collect()
}

fn texts(row: &Row) -> Vec<&str> {
    let mut texts = vec![""; row.cells.last().map_or(0, |cell| cell.column + 1)];
    for cell in &row.cells {
        texts[cell.column] = &cell.text;
    }
    texts
}
