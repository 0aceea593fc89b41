//! Tables with a row a line and a mark between cells (RFC 4180). Owns the mark, the cells' places and their quotes. Must not
//! cut rows itself, `csv-core` does; nor know which columns hold replies, [`table`](super::table) does.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use csv_core::ReadFieldResult;

use super::segment::{Runs, column_letters};
use super::table::{Columns, Conversations, SAMPLED_ROWS};
use super::{Address, Escape, ExtractOptions, NotEditable, Problem, Reading, Role, Segment};
use crate::text::line_of;

/// How many problems of a table are told.
const MOST_PROBLEMS: usize = 50;

/// The marks that may stand between cells, where nothing is said.
const USUAL_DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How a cell is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellStyle {
    /// In quotes; a quote is written twice.
    Quoted,
    /// As it is. Quotes are put around it where what is written needs them.
    Bare {
        /// The mark between cells.
        delimiter: u8,
    },
}

/// Gives the messages of `text` to `each`. The mark is told by the text where neither `delimiter` nor the options say it.
pub(super) fn extract<'a>(
    text: &'a str,
    delimiter: Option<u8>,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) -> Reading {
    let (start, said) = separator_line(text);
    let delimiter = options.delimiter.or(said).or(delimiter).unwrap_or_else(|| sniff(&text[start..]));
    let mut reading = Reading::default();
    let sample = Records::new(text, start, delimiter).sample();
    let columns = Columns::of(&sample, options);
    if let Some(message) = columns.explain_missing() {
        reading.problems.push(Problem { line: 1, message });
    }
    reading.layouts.push(columns.layout(None));
    let labels = columns.labels();
    let names: Vec<(usize, Role, Rc<str>)> =
        columns.with_words().map(|(number, role)| (number, role, Rc::clone(&labels[number]))).collect();
    let mut conversations = Conversations::default();
    let mut records = Records::new(text, start, delimiter);
    let mut index = 0;
    while records.advance() {
        for (number, field) in records.fields.iter().enumerate().filter(|(_, field)| !records.is_sound(field)) {
            let line = line_of(text, field.source.start);
            if records.unclosed != Some(line) && reading.problems.len() < MOST_PROBLEMS {
                let column = labels
                    .get(number)
                    .map_or_else(|| format!(" {} 列", column_letters(number)), |label| label.to_string());
                let message = format!(
                    "第 {} 行{column}的引号没有配对：单元格里的引号要写成两个，整个单元格再用引号括起来",
                    records.row
                );
                reading.problems.push(Problem { line, message });
            }
        }
        index += 1;
        if columns.is_above_body(index - 1) {
            continue;
        }
        for (number, role, name) in &names {
            let Some(field) = records.fields.get(*number) else { continue };
            let mut segment = records.segment(field, *role);
            if segment.text.trim().is_empty() {
                continue;
            }
            segment.address = Some(Address::Row { row: records.row, column: Rc::clone(name) });
            let cell =
                |number: usize| records.fields.get(number).map_or(Cow::Borrowed(""), |field| records.shown(field));
            columns.complete(&mut segment, &mut conversations, options, &cell);
            each(segment);
        }
    }
    if let Some(line) = records.unclosed {
        let message = "从这里开始的引号一直没有配对，后面的内容都被当成了一个单元格；请补上引号".to_owned();
        reading.problems.push(Problem { line, message });
    }
    reading.problems.sort_by_key(|problem| problem.line);
    reading
}

/// The rows of a table, each with its number, from one.
pub(super) fn rows(text: &str, delimiter: Option<u8>) -> Vec<(usize, Vec<String>)> {
    let (start, said) = separator_line(text);
    let delimiter = said.or(delimiter).unwrap_or_else(|| sniff(&text[start..]));
    let mut records = Records::new(text, start, delimiter);
    let mut rows = Vec::new();
    while records.advance() {
        rows.push((records.row, records.fields.iter().map(|field| records.shown(field).into_owned()).collect()));
    }
    rows
}

/// What is written into a cell for `replacement`, between the prose `before` and `after` it: its text, or the whole cell.
pub(super) fn write(style: CellStyle, before: &str, replacement: &str, after: &str) -> Written {
    match style {
        CellStyle::Quoted => Written::Here(replacement.replace('"', "\"\"")),
        CellStyle::Bare { delimiter } => {
            let special = |byte: &u8| *byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r');
            if replacement.as_bytes().iter().any(special) {
                let whole = [before, replacement, after].concat();
                Written::Cell(format!("\"{}\"", whole.replace('"', "\"\"")))
            } else {
                Written::Here(replacement.to_owned())
            }
        }
    }
}

/// What an edit comes to.
pub(super) enum Written {
    /// This, in the place of the edit.
    Here(String),
    /// This, in the place of the whole cell.
    Cell(String),
}

/// Excel's line `sep=;` at the beginning: where the table begins, and the mark that it names.
fn separator_line(text: &str) -> (usize, Option<u8>) {
    let line = text.lines().next().unwrap_or_default();
    match line.strip_prefix("sep=").map(str::as_bytes) {
        Some([mark]) => {
            let behind = text[line.len()..].len() - text[line.len()..].trim_start_matches(['\r', '\n']).len();
            (line.len() + behind, Some(*mark))
        }
        _ => (0, None),
    }
}

/// The mark that cuts the first rows most evenly into most cells.
fn sniff(text: &str) -> u8 {
    let head = &text[..text.floor_char_boundary(64 * 1024)];
    let score = |delimiter: u8| {
        let mut records = Records::new(head, 0, delimiter);
        let mut widths = Vec::new();
        while widths.len() < 30 && records.advance() {
            widths.push(records.fields.len());
        }
        let first = widths.first().copied().unwrap_or_default();
        let even = widths.iter().filter(|width| **width == first).count();
        if first < 2 { (0, 0) } else { (even * 100 / widths.len(), first) }
    };
    // Of equals the first of the list: a comma.
    let best = USUAL_DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter));
    best.filter(|best| score(*best) > (0, 0)).unwrap_or(b',')
}

/// A cell: where its source stands, without the marks around it.
#[derive(Clone, Debug)]
struct Field {
    source: Range<usize>,
    /// Where its text stands in [`Records::shown`].
    shown: Range<usize>,
}

/// The rows of a table, one at a time.
struct Records<'a> {
    text: &'a str,
    at: usize,
    delimiter: u8,
    core: csv_core::Reader,
    /// The number of this row, from one; blank lines count.
    row: usize,
    fields: Vec<Field>,
    /// The texts of the cells of this row, one behind the other.
    shown: Vec<u8>,
    /// The line on which a quote begins that the file never closes.
    unclosed: Option<usize>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, start: usize, delimiter: u8) -> Self {
        let core = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Records { text, at: start, delimiter, core, row: 0, fields: Vec::new(), shown: vec![0; 4096], unclosed: None }
    }

    /// The first rows.
    fn sample(mut self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        while rows.len() < SAMPLED_ROWS && self.advance() {
            rows.push(self.fields.iter().map(|field| self.shown(field).into_owned()).collect());
        }
        rows
    }

    /// Goes on to the next row; whether there is one.
    fn advance(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        self.fields.clear();
        self.row += 1;
        if self.at > 0 && bytes[self.at - 1] == b'\r' && bytes.get(self.at) == Some(&b'\n') {
            self.at += 1;
        }
        while let Some(b'\r' | b'\n') = bytes.get(self.at) {
            self.at += if bytes[self.at..].starts_with(b"\r\n") { 2 } else { 1 };
            self.row += 1;
        }
        let mut filled = 0;
        loop {
            let (start, from) = (self.at, filled);
            let ended = loop {
                let (result, read, written) = self.core.read_field(&bytes[self.at..], &mut self.shown[filled..]);
                self.at += read;
                filled += written;
                match result {
                    ReadFieldResult::OutputFull => self.shown.resize(self.shown.len() * 2, 0),
                    // Told again with nothing to read, the reader ends what it has begun.
                    ReadFieldResult::InputEmpty => {}
                    ReadFieldResult::Field { record_end } => break Some(record_end),
                    ReadFieldResult::End => break None,
                }
            };
            let Some(record_end) = ended else { return !self.fields.is_empty() };
            let consumed = &bytes[start..self.at];
            let mark = match consumed.last() {
                Some(b'\n') if record_end && consumed.ends_with(b"\r\n") => 2,
                Some(b'\n' | b'\r') if record_end => 1,
                Some(_) if !record_end => 1,
                _ => 0,
            };
            let source = start..self.at - mark;
            let quotes = memchr::memchr_iter(b'"', &bytes[source.clone()]).count();
            if bytes[source.clone()].starts_with(b"\"") && quotes % 2 == 1 && self.at == bytes.len() {
                self.unclosed = Some(line_of(self.text, start));
            }
            self.fields.push(Field { source, shown: from..filled });
            if record_end {
                return true;
            }
        }
    }

    /// The text of a cell.
    fn shown(&self, field: &Field) -> Cow<'a, str> {
        let source = &self.text[field.source.clone()];
        let shown = &self.shown[field.shown.clone()];
        if source.as_bytes() == shown {
            Cow::Borrowed(source)
        } else {
            Cow::Owned(String::from_utf8_lossy(shown).into_owned())
        }
    }

    /// Whether the quotes of a cell that begins with one are as they should be.
    fn is_sound(&self, field: &Field) -> bool {
        let source = &self.text.as_bytes()[field.source.clone()];
        !source.starts_with(b"\"")
            || source.len() > 1
                && source.ends_with(b"\"")
                && memchr::memchr_iter(b'"', source).count().is_multiple_of(2)
    }

    /// The message in a cell; one that must not be edited where the quotes are not as they should be.
    fn segment(&self, field: &Field, role: Role) -> Segment<'a> {
        let source = &self.text[field.source.clone()];
        let start = field.source.start;
        let shown = &self.shown[field.shown.clone()];
        if !source.starts_with('"') {
            let escape = Escape::Cell(CellStyle::Bare { delimiter: self.delimiter });
            return Segment { escape, ..Segment::verbatim(source, start, role) };
        }
        let escape = Escape::Cell(CellStyle::Quoted);
        let inner = source.strip_prefix('"').and_then(|source| source.strip_suffix('"'));
        if let Some(inner) = inner
            && inner.as_bytes() == shown
            && !inner.contains('"')
        {
            return Segment { escape, ..Segment::verbatim(inner, start + 1, role) };
        }
        let mut runs = Runs::default();
        let mut at = start + 1;
        let mut rest = inner.unwrap_or_default();
        while let Some(quote) = rest.find("\"\"") {
            runs.verbatim(&rest[..quote], at);
            runs.whole("\"", at + quote..at + quote + 2);
            at += quote + 2;
            rest = &rest[quote + 2..];
        }
        runs.verbatim(rest, at);
        if inner.is_some() && runs.text().as_bytes() == shown {
            return runs.segment(role, escape);
        }
        let mut runs = Runs::default();
        let shown = String::from_utf8_lossy(shown);
        if !shown.is_empty() {
            runs.whole(&shown, field.source.clone());
        }
        Segment { locked: Some(NotEditable::Unbalanced), ..runs.segment(role, escape) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, Turn, extract};
    use crate::text::{Edit, TextRange, apply_edits};

    fn read(text: &str) -> (Vec<(Role, String, String)>, Reading) {
        let mut found = Vec::new();
        let reading = extract(text, Format::Csv, &ExtractOptions::default(), &mut |segment| {
            let address = segment.address.as_ref().map(ToString::to_string).unwrap_or_default();
            found.push((segment.role, segment.text.to_string(), address));
        });
        (found, reading)
    }

    /// The table as another reader sees it.
    fn parsed(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn finds_cells() {
        use Role::{Agent, Customer};
        /// The table; the messages with their places.
        type Case<'a> = (&'a str, &'a [(Role, &'a str, &'a str)]);
        let cases: &[Case<'_>] = &[
            ("", &[]),
            ("话术\n", &[]),
            (
                "编号,话术\r\n1,不行😊\r\n2,\"亲,\n\"\"稍等\"\"\"\r\n",
                &[(Agent, "不行😊", "第 2 行“话术”列"), (Agent, "亲,\n\"稍等\"", "第 3 行“话术”列")],
            ),
            (
                "问题\t答案\n能退吗\t不能\n\n\t好的",
                &[
                    (Customer, "能退吗", "第 2 行“问题”列"),
                    (Agent, "不能", "第 2 行“答案”列"),
                    (Agent, "好的", "第 4 行“答案”列"),
                ],
            ),
            ("sep=;\r\n话术;备注\r\n一,二;三", &[(Agent, "一,二", "第 2 行“话术”列")]),
            ("话术|a\n一|二\n三|四\n", &[(Agent, "一", "第 2 行“话术”列"), (Agent, "三", "第 3 行“话术”列")]),
            ("话术\n\"\"\n\" \"\n a\"b \n", &[(Agent, " a\"b ", "第 4 行“话术”列")]),
            (
                "1,您好，请问有什么可以帮您？\n2,亲，这边马上帮您看一下",
                &[
                    (Agent, "您好，请问有什么可以帮您？", "第 1 行 B 列"),
                    (Agent, "亲，这边马上帮您看一下", "第 2 行 B 列"),
                ],
            ),
        ];
        for (text, expected) in cases {
            let (found, reading) = read(text);
            let found: Vec<_> = found.iter().map(|(role, text, at)| (*role, text.as_str(), at.as_str())).collect();
            assert_eq!(found, *expected, "{text:?}");
            assert_eq!(reading.problems, [], "{text:?}");
        }
    }

    #[test]
    fn knows_conversations_and_owners() {
        let text = "会话ID,角色,时间,内容,客服\n1,买家,2024-01-01 10:00:00,在吗,\n1,客服,2024-01-01 10:09:00,在的,小李\n2,客服,,您好,小王\n";
        let mut found = Vec::new();
        extract(text, Format::Csv, &ExtractOptions::default(), &mut |segment| {
            found.push((segment.role, segment.turn, segment.owner.map(Cow::into_owned)));
        });
        let moment = |stamp| crate::document::Moment::read(stamp);
        let turn = |conversation, moment| Some(Turn { conversation, moment });
        assert_eq!(
            found,
            [
                (Role::Customer, turn(1, moment("2024-01-01 10:00:00")), None),
                (Role::Agent, turn(1, moment("2024-01-01 10:09:00")), Some("小李".to_owned())),
                (Role::Agent, turn(2, None), Some("小王".to_owned())),
            ]
        );
    }

    #[test]
    fn says_where_quotes_are_wrong() {
        let (found, reading) = read("话术,a\n一,1\n\"二,2\n三,3\n");
        assert_eq!(found.len(), 2, "{found:?}");
        let problems: Vec<_> = reading.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(problems, [3], "{reading:?}");
        let (_, reading) = read("话术,a\n\"一\"二,1\n三,3\n");
        assert_eq!(reading.problems[0].line, 2);
        assert!(reading.problems[0].message.contains("第 2 行“话术”列"), "{reading:?}");
    }

    #[test]
    fn quotes_a_cell_that_needs_it() {
        let text = "话术,a\n亲不行的,1\n";
        extract(text, Format::Csv, &ExtractOptions::default(), &mut |segment| {
            let edit = Edit { range: TextRange::new(3, 9), replacement: "好,\"\n".to_owned() };
            let edit = segment.source_edit(&edit).unwrap();
            assert_eq!(apply_edits(text, &[edit]).unwrap(), "话术,a\n\"亲好,\"\"\n的\",1\n");
        });
    }

    proptest::proptest! {
        /// Whatever is edited, the cell holds afterwards what the edit of the prose gives, and all others are as before.
        #[test]
        fn edits_round_trip(
            cells in proptest::collection::vec("[不行a\"\n\r,; 😊]{0,6}", 1..8),
            replacement in "[不a\"\n\r,;😊]{0,4}",
            which in 0_usize..8,
            places in (0_usize..7, 0_usize..7),
            always in proptest::bool::ANY,
            delimiter in proptest::sample::select(vec![b',', b';', b'\t']),
        ) {
            let quote = |cell: &String| {
                let needed = cell.contains(['"', '\n', '\r', char::from(delimiter)]) || cell.is_empty();
                if always || needed { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
            };
            let mark = char::from(delimiter);
            let rows: Vec<String> = cells.iter().map(|cell| format!("1{mark}{}{mark}x", quote(cell))).collect();
            let text = format!("编号{mark}话术{mark}备注\r\n{}\r\n", rows.join("\r\n"));
            let options = ExtractOptions { delimiter: Some(delimiter), ..ExtractOptions::default() };
            let mut edits = Vec::new();
            let mut shown = None;
            let row = which % cells.len();
            extract(&text, Format::Csv, &options, &mut |segment| {
                let Some(Address::Row { row: number, .. }) = segment.address else { return };
                assert_eq!(segment.text.as_ref(), cells[number - 2].as_str());
                if number - 2 != row {
                    return;
                }
                let offsets: Vec<usize> = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]).collect();
                let (a, b) = (offsets[places.0 % offsets.len()], offsets[places.1 % offsets.len()]);
                let edit = Edit { range: TextRange::new(a.min(b), a.max(b)), replacement: replacement.clone() };
                edits.push(segment.source_edit(&edit).expect("cells hold anything"));
                shown = Some(apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap"));
            });
            let result = apply_edits(&text, &edits).expect("one edit cannot overlap");
            let mut expected = parsed(&text, delimiter);
            if let Some(shown) = shown {
                expected[row + 1][1] = shown;
            }
            proptest::prop_assert_eq!(parsed(&result, delimiter), expected);
        }

        #[test]
        fn takes_anything(text in "[\"a不,;\t|\r\n]{0,40}") {
            let reading = extract(&text, Format::Csv, &ExtractOptions::default(), &mut |segment| {
                let place = segment.map.to_source(TextRange::new(0, segment.text.len()));
                assert!(text.is_char_boundary(place.start()) && text.is_char_boundary(place.end()));
            });
            proptest::prop_assert!(reading.layouts.len() == 1);
        }
    }
}
