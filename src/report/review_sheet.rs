//! Review sheets: one row for each message with findings, to be looked through by a person, filled in and handed back. Owns
//! the headings by which a sheet is known again, and how it is written as CSV and as a workbook.

use std::io::{self, Write};

use rust_xlsxwriter::{DataValidation, Format, FormatAlign, Workbook, XlsxError};

use crate::diagnostic::Severity;

/// What a row of a review sheet holds, in the order of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The file, as it was named.
    Path,
    /// The line or row, from one.
    Line,
    /// Where the file's owner looks for it; empty where there are only lines.
    Address,
    /// Whose message it is.
    Owner,
    /// The message.
    Text,
    /// What was found in it.
    Findings,
    /// Why that offends.
    Why,
    /// The gravest severity.
    Severity,
    /// The message as it could be; a person may change it.
    Suggestion,
    /// Whether it is to be so; a person fills it in.
    Accepted,
}

impl Field {
    /// All, in the order of columns.
    pub const ALL: [Field; 10] = [
        Field::Path,
        Field::Line,
        Field::Address,
        Field::Owner,
        Field::Text,
        Field::Findings,
        Field::Why,
        Field::Severity,
        Field::Suggestion,
        Field::Accepted,
    ];

    /// The heading of its column.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Field::Path => "文件",
            Field::Line => "行",
            Field::Address => "位置",
            Field::Owner => "负责人",
            Field::Text => "原文",
            Field::Findings => "问题",
            Field::Why => "为什么",
            Field::Severity => "级别",
            Field::Suggestion => "建议改为",
            Field::Accepted => "采纳",
        }
    }
}

/// A message with findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// The line on which it begins, or its row, from one.
    pub line: usize,
    /// Where the file's owner looks for it.
    pub address: Option<String>,
    /// Whose message it is.
    pub owner: Option<String>,
    /// Its words.
    pub text: String,
    /// What was found: the titles of the rules with the words, in order.
    pub findings: String,
    /// Why they offend.
    pub why: String,
    /// The gravest.
    pub severity: Severity,
    /// How many findings it has.
    pub count: usize,
    /// The message with all rewrites that go together; nothing where there are none or they cannot be written there.
    pub suggestion: Option<String>,
}

impl Reviewed {
    /// What stands in the cell of that column. `path` is the file, as it was named.
    fn cell(&self, path: &str, field: Field) -> String {
        match field {
            Field::Path => path.to_owned(),
            Field::Line => self.line.to_string(),
            Field::Address => self.address.clone().unwrap_or_default(),
            Field::Owner => self.owner.clone().unwrap_or_default(),
            Field::Text => self.text.clone(),
            Field::Findings => self.findings.clone(),
            Field::Why => self.why.clone(),
            Field::Severity => self.severity.title().to_owned(),
            Field::Suggestion => self.suggestion.clone().unwrap_or_default(),
            Field::Accepted => String::new(),
        }
    }
}

/// Writes the sheet as CSV, with the byte order mark by which Excel knows UTF-8.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(out: &mut dyn Write, rows: &[(String, Reviewed)]) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(Field::ALL.map(Field::heading))?;
    for (path, row) in rows {
        writer.write_record(Field::ALL.map(|field| guarded(row.cell(path, field))))?;
    }
    writer.flush()
}

/// What spreadsheet programs take for the beginning of a formula.
const FORMULA_MARKS: [char; 4] = ['=', '+', '-', '@'];

/// A cell of a table in text that no program takes for a formula: a tab before it keeps it words.
fn guarded(cell: String) -> String {
    if cell.starts_with(FORMULA_MARKS) { format!("\t{cell}") } else { cell }
}

/// A cell as it was before [`write_csv`] guarded it.
#[must_use]
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\t').filter(|words| words.starts_with(FORMULA_MARKS)).unwrap_or(cell)
}

/// How wide each column is, in characters of Excel's.
const WIDTHS: [f64; Field::ALL.len()] = [18.0, 6.0, 16.0, 10.0, 42.0, 30.0, 36.0, 6.0, 42.0, 8.0];

/// Writes the sheet as a workbook: the heading stays in sight, 采纳 is chosen from a list.
///
/// # Errors
/// Those of the writer; a message that is longer than a cell may be.
pub fn write_xlsx(out: &mut dyn Write, rows: &[(String, Reviewed)]) -> io::Result<()> {
    let bytes = workbook(rows).map_err(|error| io::Error::other(format!("没能写出 Excel 文件：{error}")))?;
    out.write_all(&bytes)
}

fn workbook(rows: &[(String, Reviewed)]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let heading = Format::new().set_bold().set_background_color("DDEBF7").set_align(FormatAlign::VerticalCenter);
    let words = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = workbook.add_worksheet().set_name("审阅")?;
    for ((field, width), column) in Field::ALL.into_iter().zip(WIDTHS).zip(0_u16..) {
        sheet.set_column_width(column, width)?;
        sheet.write_with_format(0, column, field.heading(), &heading)?;
    }
    for ((path, row), number) in rows.iter().zip(1_u32..) {
        for (field, column) in Field::ALL.into_iter().zip(0_u16..) {
            match field {
                Field::Line => sheet.write_with_format(number, column, row.line as f64, &words)?,
                _ => sheet.write_string_with_format(number, column, row.cell(path, field), &words)?,
            };
        }
    }
    let accepted = Field::ALL.len() as u16 - 1;
    let choice = DataValidation::new().allow_list_strings(&["是", "否"])?;
    sheet.add_data_validation(1, accepted, rows.len().max(1) as u32, accepted, &choice)?;
    sheet.autofilter(0, 0, rows.len() as u32, accepted)?;
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<(String, Reviewed)> {
        let row = Reviewed {
            line: 3,
            address: Some("话术!B3".to_owned()),
            owner: None,
            text: "不行,\"=1\"".to_owned(),
            findings: "生硬：“不行”\n又一处".to_owned(),
            why: "生硬".to_owned(),
            severity: Severity::Warning,
            count: 2,
            suggestion: Some("抱歉".to_owned()),
        };
        vec![("话术.xlsx".to_owned(), row)]
    }

    #[test]
    fn a_table_reads_back() {
        let mut out = Vec::new();
        write_csv(&mut out, &rows()).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), Field::ALL.map(Field::heading));
        let row: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(row[4..6], ["不行,\"=1\"", "生硬：“不行”\n又一处"]);
        assert_eq!(row[7..], ["警告", "抱歉", ""]);
    }

    #[test]
    fn words_are_no_formula() {
        for words in ["=1+1", "-你的", "@小王", "+86", "您好", ""] {
            let cell = guarded(words.to_owned());
            assert!(!cell.starts_with(FORMULA_MARKS), "{words}");
            assert_eq!(unguarded(&cell), words);
        }
        assert_eq!(unguarded("\t您好"), "\t您好");
    }

    #[test]
    fn a_workbook_reads_back() {
        let mut out = Vec::new();
        write_xlsx(&mut out, &rows()).unwrap();
        let workbook = crate::document::xlsx::read(&out).unwrap();
        let texts: Vec<&str> = workbook.sheets[0].rows[1].cells.iter().map(|cell| &*cell.text).collect();
        assert_eq!(texts[..4], ["话术.xlsx", "3", "话术!B3", "不行,\"=1\""]);
    }
}
