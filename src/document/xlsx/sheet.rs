//! One sheet: its rows, its cells, and the places of cells in the part. Must not know the package.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use super::super::segment::NotEditable;
use super::strings::{self, Format, RichText};
use super::xml::{Characters, Element, Xml};
use super::{Cell, Error, Kind, Row, Sheet};

/// The last row of a sheet.
const LAST_ROW: usize = 1_048_576;

/// How many columns a sheet has.
const COLUMNS: usize = 16_384;

/// How many cells with something in them are taken from one sheet.
const CELL_LIMIT: usize = 5_000_000;

/// How many arrays are told apart that reach over the same row.
const ARRAY_LIMIT: usize = 64;

const TOO_LONG: &str = "里的文字超过 16 MB，太长了；请拆开再检查";

/// What has to be known before a sheet is read.
pub(super) struct Context<'a> {
    /// The name of the sheet.
    pub(super) name: Rc<str>,
    /// Whether its tab is hidden.
    pub(super) hidden: bool,
    /// The shared strings of the workbook.
    pub(super) strings: &'a [RichText],
    /// The columns, by row, of the headers and totals of its tables.
    pub(super) table_rows: BTreeMap<usize, Vec<RangeInclusive<usize>>>,
}

/// A cell with its place.
pub(super) struct Found<'a> {
    /// The row, from one.
    pub(super) row: usize,
    /// The cell.
    pub(super) cell: &'a Cell,
    /// The text of the part.
    pub(super) source: &'a str,
    /// Its start tag.
    pub(super) tag: Element<'a>,
    /// The value of its attribute `t`.
    pub(super) kind: Range<usize>,
    /// What follows its value and is not text.
    pub(super) rest: Option<Range<usize>>,
    /// The byte behind the element.
    pub(super) end: usize,
    /// The format of its text.
    pub(super) format: Format,
    /// Whether the format's bytes are those of the shared strings, not of this part.
    pub(super) shared: bool,
}

/// A rectangle of cells: rows from one, columns from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) rows: RangeInclusive<usize>,
    pub(super) columns: RangeInclusive<usize>,
}

impl Area {
    /// The area of a reference such as `B2:D5` or `B2`.
    pub(super) fn parse(reference: &str) -> Option<Area> {
        let (from, to) = reference.split_once(':').unwrap_or((reference, reference));
        let (from, to) = (place(from)?, place(to)?);
        Some(Area { rows: from.0..=to.0, columns: from.1..=to.1 })
    }

    fn single(&self) -> bool {
        self.rows.start() == self.rows.end() && self.columns.start() == self.columns.end()
    }

    fn holds(&self, row: usize, column: usize) -> bool {
        self.rows.contains(&row) && self.columns.contains(&column)
    }

    fn with(&self, other: &Area) -> Area {
        let both = |one: &RangeInclusive<usize>, other: &RangeInclusive<usize>| {
            *one.start().min(other.start())..=*one.end().max(other.end())
        };
        Area { rows: both(&self.rows, &other.rows), columns: both(&self.columns, &other.columns) }
    }
}

/// The row, from one, and the column, from zero, of a reference such as `$B$12`, whether or not a sheet reaches so far.
fn place(reference: &str) -> Option<(usize, usize)> {
    let reference = reference.strip_prefix('$').unwrap_or(reference);
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = reference.split_at(letters);
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if letters.is_empty() || letters.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let column = letters
        .bytes()
        .fold(0, |column, byte| column * 26 + usize::from(byte.to_ascii_uppercase() - b'A' + 1));
    Some((digits.parse().ok().filter(|row| *row > 0)?, column - 1))
}

/// Reads a sheet, and gives each cell that has something in it to `each`.
pub(super) fn read(
    xml: &mut Xml<'_>,
    context: Context<'_>,
    each: &mut dyn FnMut(&Found<'_>) -> Result<(), Error>,
) -> Result<Sheet, Error> {
    let sheet = Sheet {
        name: context.name.clone(),
        hidden: context.hidden,
        rows: Vec::new(),
        hidden_columns: Vec::new(),
        merged: 0,
        formulas: 0,
        protected: false,
    };
    let mut reader =
        SheetReader { context, sheet, arrays: Vec::new(), cells: 0, characters: Characters::default(), each };
    while let Some(child) = xml.child()? {
        match child.name {
            "cols" => reader.columns(xml)?,
            "sheetData" => reader.rows(xml)?,
            "mergeCells" => {
                while xml.child()?.is_some() {
                    xml.skip()?;
                    reader.sheet.merged += 1;
                }
            }
            "sheetProtection" => {
                reader.sheet.protected |= xml.flag(&child, "sheet")?;
                xml.skip()?;
            }
            _ => {
                xml.skip()?;
            }
        }
    }
    Ok(reader.sheet)
}

struct SheetReader<'a, 'e> {
    context: Context<'a>,
    sheet: Sheet,
    /// The arrays of formulas that reach to the current row or below.
    arrays: Vec<Area>,
    cells: usize,
    characters: Characters,
    each: &'e mut dyn FnMut(&Found<'_>) -> Result<(), Error>,
}

/// What stands in a cell.
#[derive(Default)]
struct Content<'a> {
    value: Option<Rc<str>>,
    inline: Option<RichText>,
    formula: bool,
    reference: Option<Cow<'a, str>>,
    rest: Option<Range<usize>>,
    unknown: bool,
}

impl SheetReader<'_, '_> {
    fn columns(&mut self, xml: &mut Xml<'_>) -> Result<(), Error> {
        while let Some(column) = xml.child()? {
            if column.name == "col" && xml.flag(&column, "hidden")? {
                let number = |name| {
                    let value = xml.attribute(&column, name)?;
                    Ok(value.and_then(|value| value.trim().parse::<usize>().ok()))
                };
                if let (Some(first), Some(last)) = (number("min")?, number("max")?)
                    && (1..=COLUMNS).contains(&first)
                {
                    self.sheet.hidden_columns.push(first - 1..=last.min(COLUMNS) - 1);
                }
            }
            xml.skip()?;
        }
        Ok(())
    }

    fn rows(&mut self, xml: &mut Xml<'_>) -> Result<(), Error> {
        let mut last = 0;
        while let Some(row) = xml.child()? {
            if row.name != "row" {
                xml.skip()?;
                continue;
            }
            let number = match xml.attribute(&row, "r")? {
                None => last + 1,
                Some(number) => number.trim().parse().ok().filter(|number| *number > last).ok_or_else(|| {
                    let number: String = number.chars().take(20).collect();
                    self.file(&format!("第 {last} 行后面的行号“{number}”不对；请用 Excel 打开，另存一份再检查"))
                })?,
            };
            if number > LAST_ROW {
                return Err(
                    self.file(&format!("有第 {number} 行，超过了 Excel 的 {LAST_ROW} 行；请拆成几个文件再检查"))
                );
            }
            last = number;
            let hidden = xml.flag(&row, "hidden")?;
            let cells = self.cells(xml, number)?;
            if !cells.is_empty() {
                self.sheet.rows.push(Row { number, hidden, cells });
            }
        }
        Ok(())
    }

    fn cells(&mut self, xml: &mut Xml<'_>, row: usize) -> Result<Vec<Cell>, Error> {
        self.arrays.retain(|area| *area.rows.end() >= row);
        let mut cells = Vec::with_capacity(self.sheet.rows.last().map_or(4, |row| row.cells.len()));
        let mut next = 0;
        while let Some(tag) = xml.child()? {
            if tag.name != "c" {
                xml.skip()?;
                continue;
            }
            let mut column = next;
            let mut kind = "n";
            let mut rich_value = false;
            for attribute in xml.attributes(&tag) {
                let attribute = attribute?;
                let Cow::Borrowed(value) = attribute.value else {
                    continue;
                };
                match attribute.key.0 {
                    "r" => {
                        column = place(value)
                            .filter(|place| place.0 == row && place.1 >= next)
                            .map(|place| place.1)
                            .ok_or_else(|| {
                                let value: String = value.chars().take(20).collect();
                                self.file(&format!(
                                    "第 {row} 行里的单元格“{value}”位置不对；请用 Excel 打开，另存一份再检查"
                                ))
                            })?;
                    }
                    "t" => kind = value,
                    "vm" => rich_value = true,
                    _ => {}
                }
            }
            if column >= COLUMNS {
                return Err(self.cell_error(row, column, "超过了 Excel 的 16384 列；请拆成几个文件再检查"));
            }
            next = column + 1;
            let content = self.content(xml, kind, row, column)?;
            self.sheet.formulas += usize::from(content.formula);
            if let Some(area) = content.reference.as_deref().and_then(Area::parse).filter(|area| !area.single()) {
                self.array(area);
            }
            let Some((text, format, opaque)) = self.text(kind, &content, row, column)? else {
                continue;
            };
            let lock = if content.formula || self.arrays.iter().any(|area| area.holds(row, column)) {
                Some(NotEditable::Formula)
            } else if opaque || rich_value || content.unknown {
                Some(NotEditable::Opaque)
            } else if self.in_table_row(row, column) {
                Some(NotEditable::TableHeader)
            } else {
                (format == Format::Several).then_some(NotEditable::SeveralFormats)
            };
            self.cells += 1;
            if self.cells > CELL_LIMIT {
                return Err(self.file("有内容的单元格超过 500 万个，太多了；请拆成几个文件再检查"));
            }
            let cell =
                Cell { column, text, kind: if matches!(kind, "n" | "b") { Kind::Number } else { Kind::Text }, lock };
            let source = xml.source();
            if cell.kind == Kind::Text {
                (self.each)(&Found {
                    row,
                    cell: &cell,
                    source,
                    tag,
                    kind: super::xml::place(source, kind),
                    rest: content.rest,
                    end: xml.position(),
                    format,
                    shared: kind == "s",
                })?;
            }
            cells.push(cell);
        }
        cells.shrink_to_fit();
        Ok(cells)
    }

    /// Reads what stands in the cell last given.
    fn content<'x>(&mut self, xml: &mut Xml<'x>, kind: &str, row: usize, column: usize) -> Result<Content<'x>, Error> {
        let mut content = Content::default();
        while let Some(child) = xml.child()? {
            match child.name {
                "f" => {
                    content.formula = true;
                    if matches!(xml.attribute(&child, "t")?.as_deref(), Some("array" | "dataTable")) {
                        content.reference = xml.attribute(&child, "ref")?;
                    }
                    xml.skip()?;
                }
                "v" if matches!(kind, "s" | "str" | "n" | "b") => {
                    self.characters.clear();
                    xml.text(&mut self.characters)?;
                    if self.characters.too_long {
                        return Err(self.cell_error(row, column, TOO_LONG));
                    }
                    let (text, lone) = strings::unescape(&self.characters.text);
                    content.unknown = lone || self.characters.unknown;
                    content.value = Some(text);
                }
                "is" if kind == "inlineStr" => content.inline = Some(strings::rich_text(xml, &mut self.characters)?),
                "v" | "is" => {
                    xml.skip()?;
                }
                _ => {
                    xml.skip()?;
                    let start = content.rest.map_or(child.start, |rest| rest.start);
                    content.rest = Some(start..xml.position());
                }
            }
        }
        Ok(content)
    }

    /// The text of a cell of that kind, its format, and whether it cannot be written back; none if it has no text.
    fn text(
        &self,
        kind: &str,
        content: &Content<'_>,
        row: usize,
        column: usize,
    ) -> Result<Option<(Rc<str>, Format, bool)>, Error> {
        let rich = match kind {
            "s" => {
                let Some(value) = content.value.as_ref().filter(|value| !value.trim().is_empty()) else {
                    return Ok(None);
                };
                let index = value.trim().parse::<usize>().ok();
                Some(index.and_then(|index| self.context.strings.get(index)).ok_or_else(|| {
                    let value: String = value.chars().take(20).collect();
                    let what =
                        format!("指向第 {value} 条共享文字，但没有这一条，工作簿不完整；请用 Excel 修复后另存再检查");
                    self.cell_error(row, column, &what)
                })?)
            }
            "inlineStr" => content.inline.as_ref(),
            "b" => {
                let value = content.value.as_ref().map(|value| if value.trim() == "1" { "TRUE" } else { "FALSE" });
                return Ok(value.map(|value| (value.into(), Format::Plain, false)));
            }
            "str" | "n" => {
                let value = content.value.as_ref().filter(|value| !value.is_empty());
                return Ok(value.map(|value| (value.clone(), Format::Plain, false)));
            }
            _ => None,
        };
        match rich {
            Some(rich) if rich.too_long => Err(self.cell_error(row, column, TOO_LONG)),
            Some(rich) if !rich.text.is_empty() => Ok(Some((rich.text.clone(), rich.format, rich.opaque))),
            _ => Ok(None),
        }
    }

    /// Remembers an array of formulas. Where too many reach over one row, all of it between them counts as one.
    fn array(&mut self, area: Area) {
        if self.arrays.len() < ARRAY_LIMIT {
            self.arrays.push(area);
        } else if let Some(last) = self.arrays.last_mut() {
            *last = last.with(&area);
        }
    }

    fn in_table_row(&self, row: usize, column: usize) -> bool {
        let columns = self.context.table_rows.get(&row);
        columns.is_some_and(|columns| columns.iter().any(|columns| columns.contains(&column)))
    }

    fn file(&self, what: &str) -> Error {
        Error::File(format!("工作表“{}”{what}", self.context.name))
    }

    fn cell_error(&self, row: usize, column: usize, what: &str) -> Error {
        Error::cell(&self.context.name, row, column, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references() {
        let cases = [
            ("A1", Some((1, 0))),
            ("$B$12", Some((12, 1))),
            ("xfd1048576", Some((1_048_576, 16_383))),
            ("AAAA1", Some((1, 18_278))),
            ("A0", None),
            ("A", None),
            ("1", None),
            ("A-1", None),
            ("AAAAAAAAAAAAAAAA1", None),
            ("A99999999999999999999999", None),
            ("", None),
        ];
        for (reference, expected) in cases {
            assert_eq!(place(reference), expected, "{reference}");
        }
        assert_eq!(Area::parse("B2:D5"), Some(Area { rows: 2..=5, columns: 1..=3 }));
        assert_eq!(Area::parse("B2:D5:E6"), None);
    }
}
