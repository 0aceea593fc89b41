//! Why a workbook cannot be read or written, for its owner. Must not know how that was found out.

use std::fmt;

use super::super::segment::column_letters;

/// What keeps a workbook from being read or written. Shown, it is a sentence in Chinese that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The whole file: no workbook, an old one, encrypted, cut off.
    File(String),
    /// A part of the package.
    Part {
        /// Its name in the package.
        part: String,
        /// What is wrong with it.
        what: String,
    },
    /// The XML of a part.
    Xml {
        /// Its name in the package.
        part: String,
        /// The line, from one.
        line: usize,
        /// The character in the line, from one.
        column: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// A cell, as its owner calls it.
    Cell {
        /// `话术!B12`.
        cell: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Error {
    pub(super) fn file(what: &str) -> Error {
        Error::File(what.to_owned())
    }

    pub(super) fn part(part: &str, what: &str) -> Error {
        Error::Part { part: part.to_owned(), what: what.to_owned() }
    }

    pub(super) fn cell(sheet: &str, row: usize, column: usize, what: &str) -> Error {
        Error::Cell { cell: format!("{sheet}!{}{row}", column_letters(column)), what: what.to_owned() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File(what) => f.write_str(what),
            Error::Part { part, what } => write!(f, "工作簿里的 {part} {what}"),
            Error::Xml { part, line, column, what } => {
                write!(
                    f,
                    "工作簿里的 {part} 第 {line} 行第 {column} 个字符处{what}；请用 Excel 或 WPS 打开，另存一份再检查"
                )
            }
            Error::Cell { cell, what } => write!(f, "单元格 {cell} {what}"),
        }
    }
}

impl std::error::Error for Error {}
