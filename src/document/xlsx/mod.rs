//! Excel workbooks (`.xlsx`, `.xlsm`, `.xltx`): bytes in, rows of cells out, and words of cells written back into the same
//! bytes. Owns what a workbook is to its readers. Must not know which cells are messages, nor where the bytes came from.
//!
//! - Parts are found by relationships, elements by namespace (transitional or strict, any prefix).
//! - A cell is locked where an edit of its words could not be written faithfully; see [`Cell::lock`].
//! - A changed cell is written as an inline string in place of its element. All other bytes of its part stay, and all
//!   other parts are copied as they are compressed.

mod error;
mod package;
mod read;
mod sheet;
mod strings;
mod write;
mod xml;

use std::ops::RangeInclusive;
use std::rc::Rc;

pub use error::Error;
pub use write::write;

use super::segment::{NotEditable, column_letters};

/// How many runs of hidden columns are named in a note.
const NAMED_COLUMNS: usize = 8;

/// What a workbook holds.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// Its sheets of cells, in the order of their tabs. Sheets that are charts are left out.
    pub sheets: Vec<Sheet>,
    /// What its owner should know, in Chinese: what is hidden, merged, protected.
    pub notes: Vec<String>,
}

/// A sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The name on its tab.
    pub name: Rc<str>,
    /// Whether its tab is hidden.
    pub hidden: bool,
    /// The rows in which something stands, ascending.
    pub rows: Vec<Row>,
    /// The columns that are hidden, from zero.
    pub hidden_columns: Vec<RangeInclusive<usize>>,
    /// How many ranges of cells are merged.
    merged: usize,
    /// How many cells are formulas.
    formulas: usize,
    /// Whether its cells are protected from being typed into.
    protected: bool,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number, from one.
    pub number: usize,
    /// Whether it is hidden, or filtered out.
    pub hidden: bool,
    /// The cells in which something stands, ascending.
    pub cells: Vec<Cell>,
}

/// A cell with words or a number.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its column, from zero.
    pub column: usize,
    /// Its words, its number as it is stored, or `TRUE` or `FALSE`. Cells with the same shared string share it.
    pub text: Rc<str>,
    /// What it holds.
    pub kind: Kind,
    /// Why its words must not be edited, if so.
    pub lock: Option<NotEditable>,
}

/// What a cell holds. Errors are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A number, a date, a time or a truth value; never written.
    Number,
}

/// Other words for a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the sheet among [`Workbook::sheets`], from zero.
    pub sheet: usize,
    /// The row, from one.
    pub row: usize,
    /// The column, from zero.
    pub column: usize,
    /// All of the new words.
    pub text: String,
}

/// Reads the workbook in `bytes`.
///
/// # Errors
/// [`Error`] if it is no workbook, is damaged, or is larger than can be taken.
pub fn read(bytes: &[u8]) -> Result<Workbook, Error> {
    let mut package = package::Package::open(bytes)?;
    let sheets = read::workbook(&mut package, &mut |_, _, _| Ok(()))?;
    let sheets: Vec<Sheet> = sheets.into_iter().map(|(sheet, _)| sheet).collect();
    let notes = sheets.iter().flat_map(notes).collect();
    Ok(Workbook { sheets, notes })
}

/// What the owner of a sheet should know.
fn notes(sheet: &Sheet) -> Vec<String> {
    let name = &sheet.name;
    let mut notes = Vec::new();
    if sheet.hidden {
        notes.push(format!("工作表“{name}”是隐藏的，也检查了"));
    }
    let rows = sheet.rows.iter().filter(|row| row.hidden).count();
    if rows > 0 {
        notes.push(format!("工作表“{name}”有 {rows} 行是隐藏的或被筛选掉了，也检查了"));
    }
    if !sheet.hidden_columns.is_empty() {
        let named = sheet.hidden_columns.iter().take(NAMED_COLUMNS).map(|columns| {
            let (first, last) = (column_letters(*columns.start()), column_letters(*columns.end()));
            if first == last { first } else { format!("{first}–{last}") }
        });
        let named = named.collect::<Vec<_>>().join("、");
        let more = if sheet.hidden_columns.len() > NAMED_COLUMNS { "等" } else { "" };
        notes.push(format!("工作表“{name}”的 {named}{more} 列是隐藏的，也检查了"));
    }
    if sheet.merged > 0 {
        notes.push(format!("工作表“{name}”有 {} 处合并单元格，按左上角的单元格检查", sheet.merged));
    }
    if sheet.protected {
        notes.push(format!("工作表“{name}”设了保护，照样检查和改写，保护不变"));
    }
    if sheet.formulas > 0 {
        notes.push(format!(
            "工作表“{name}”有 {} 个公式，不会改动；改了别处文字之后，请在 Excel 中按 Ctrl+Alt+F9 重新计算",
            sheet.formulas
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
