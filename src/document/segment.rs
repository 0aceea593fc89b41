//! One message, and the way from its prose back to the file. Must not know which format it was found in:
//! all that a format says about itself is in the map and in the escape.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use super::csv::{self, CellStyle, Written};
use super::html::text as html;
use super::time_stamp::Moment;
use super::toml::{self, TomlStyle};
use super::yaml::{self, YamlStyle};
use super::{android_strings, apple_strings, escape, po, properties};
use crate::text::{Edit, Prose, Source, TextRange, apply_edits};

/// Who speaks in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The agent, or nobody named: these words are judged.
    Agent,
    /// The customer; never judged.
    Customer,
    /// A machine's notice, or a third party; never judged.
    System,
}

/// How an edit's text is written in the place where the segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Escape {
    /// As it is; line breaks are welcome (a letter, a paragraph of a text file).
    Plain,
    /// As it is, within one line: a line break would end the message (a line of a text file, a turn of a transcript).
    Line,
    /// As the inside of a JSON string; `ascii` where the file writes other characters as `\u` escapes.
    Json { ascii: bool },
    /// As Markdown text: characters that would be read as markup get a backslash.
    Markdown,
    /// As a cell of a table in a text file.
    Cell(CellStyle),
    /// As text or as an attribute of HTML.
    Html(html::Place),
    /// As the inside of a string of a gettext catalogue.
    Po,
    /// As a value of Java properties; `ascii` where the file writes other characters as `\u` escapes, `folded` where
    /// the value is continued over several lines.
    Properties { ascii: bool, folded: bool },
    /// As text of an Android string resource.
    Android(android_strings::Place),
    /// As the inside of a string of a `.strings` file.
    AppleStrings,
    /// As a scalar of YAML.
    Yaml(YamlStyle),
    /// As a string of TOML.
    Toml(TomlStyle),
    /// As a cell of a workbook: as it is, with the line feeds of workbooks.
    Sheet,
}

/// A run of prose and the source that shows as it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The run of prose.
    pub prose: TextRange<Prose>,
    /// The source behind it. Of the same length where the two are the same text (`verbatim`);
    /// otherwise it goes as a whole (an escape, an entity).
    pub source: TextRange<Source>,
    /// Whether prose and source are the same bytes.
    pub verbatim: bool,
}

/// From the prose of a segment to its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceMap {
    /// The prose stands in the source as it is, from this byte on.
    Verbatim(usize),
    /// In pieces: ascending, covering the whole prose; the source between two pieces shows nothing.
    Pieces(Vec<Piece>),
}

/// One message.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// The words as their reader sees them.
    pub text: Cow<'a, str>,
    /// Who says them.
    pub role: Role,
    /// The way back to the source.
    pub map: SourceMap,
    /// How edits are written.
    pub escape: Escape,
    /// Where in a conversation it stands, if it is part of one.
    pub turn: Option<Turn>,
    /// Where its owner looks for it, in formats that have more than lines.
    pub address: Option<Address>,
    /// Whose message it is, where the file says so.
    pub owner: Option<Cow<'a, str>>,
    /// Why it must not be edited at all.
    pub locked: Option<NotEditable>,
}

/// Where the owner of a file looks for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A cell of a workbook: `话术!B12`.
    Sheet {
        /// The name of the sheet.
        sheet: Rc<str>,
        /// Its row, from one.
        row: usize,
        /// Its column, from zero.
        column: usize,
    },
    /// A cell of a table in a text file: `第 12 行“话术”列`.
    Row {
        /// Its row, from one; the header is a row. Not a line: cells may hold several.
        row: usize,
        /// How its column is called: `“话术”列`, ` B 列`.
        column: Rc<str>,
    },
    /// A value of a tree, or an entry of a list of texts, as its format names it: `/replies/3/text`, `refund.refuse`.
    Path(Box<str>),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Sheet { sheet, row, column } => write!(f, "{sheet}!{}{row}", column_letters(*column)),
            Address::Row { row, column } => write!(f, "第 {row} 行{column}"),
            Address::Path(path) => f.write_str(path),
        }
    }
}

/// The letters by which spreadsheet programs call the column of that number, from zero: A to Z, AA, AB…
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The place of a message in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The number of the conversation in its file.
    pub conversation: usize,
    /// When it was said, where the source tells.
    pub moment: Option<Moment>,
}

/// Why an edit cannot be carried to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEditable {
    /// Markup lies between or directly around the words that the edit replaces, and would be lost or broken.
    MarkupBetween,
    /// The replacement holds a line break, which would end the message here.
    LineBreak,
    /// What is written so holds no such text: no characters of this kind, or not in this place.
    Unwritable,
    /// The text would no longer be read as text, but as a number, a date or the like.
    ChangesType,
    /// A YAML tag tells the program that reads the file something about the text that is not known here.
    Tagged,
    /// The source does not read as its parser says, so that no word of it is known to have its place.
    Unmapped,
    /// A program looks the entry up by these very words.
    Key,
    /// The quotes around the words do not match.
    Unbalanced,
    /// A formula computes the cell, alone or as part of an array.
    Formula,
    /// The words of the cell have several formats, and an edit could not tell which to use.
    SeveralFormats,
    /// The header or totals row of an Excel table, whose words the table repeats elsewhere.
    TableHeader,
    /// The cell holds something besides words that cannot be written back.
    Opaque,
    /// The cell would hold more than Excel allows.
    TooLong,
}

impl NotEditable {
    /// Why, in a few words of Chinese.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            NotEditable::MarkupBetween => "中间隔着格式标记",
            NotEditable::LineBreak => "这里不能换行",
            NotEditable::Unwritable => "按这里的写法写不下这样的文字",
            NotEditable::ChangesType => "会变成别的类型",
            NotEditable::Tagged => "带有 YAML 标签",
            NotEditable::Unmapped => "这里的写法少见，对不上原文的位置",
            NotEditable::Key => "这是程序里的原文，要到程序里改",
            NotEditable::Unbalanced => "引号没有配对",
            NotEditable::Formula => "单元格里是公式",
            NotEditable::SeveralFormats => "单元格里有几种格式",
            NotEditable::TableHeader => "单元格是表格的标题或汇总",
            NotEditable::TooLong => "会超过 Excel 单元格的 32767 字",
            NotEditable::Opaque => "单元格里有写不回去的内容",
        }
    }
}

/// Stands in prose for something that is not words, such as a code span, so that the words around it do not touch.
pub(super) const PLACEHOLDER: char = '\u{FFFC}';

impl<'a> Segment<'a> {
    /// A message that stands in the source as it is, from the byte `start` on, and stays in its line.
    #[must_use]
    pub fn verbatim(text: &'a str, start: usize, role: Role) -> Self {
        Segment::new(Cow::Borrowed(text), role, SourceMap::Verbatim(start), Escape::Line)
    }

    /// A message of which nothing more is known.
    pub(super) fn new(text: Cow<'a, str>, role: Role, map: SourceMap, escape: Escape) -> Self {
        Segment { text, role, map, escape, turn: None, address: None, owner: None, locked: None }
    }

    /// A message of several `lines` (byte ranges of `source`, ascending, without line ends), joined by line feeds.
    /// What lies between two lines, such as the margin, is no part of it.
    pub(super) fn of_lines(source: &'a str, lines: &[Range<usize>], role: Role) -> Self {
        if let [line] = lines {
            return Segment::verbatim(&source[line.clone()], line.start, role);
        }
        let mut text = String::new();
        let mut pieces = Vec::new();
        let mut behind = None;
        for line in lines {
            if let Some(behind) = behind {
                pieces.push(Piece {
                    prose: TextRange::new(text.len(), text.len() + 1),
                    source: TextRange::new(behind, line.start),
                    verbatim: false,
                });
                text.push('\n');
            }
            if !line.is_empty() {
                pieces.push(Piece {
                    prose: TextRange::new(text.len(), text.len() + line.len()),
                    source: TextRange::new(line.start, line.end),
                    verbatim: true,
                });
                text.push_str(&source[line.clone()]);
            }
            behind = Some(line.end);
        }
        Segment::new(Cow::Owned(text), role, SourceMap::Pieces(pieces), Escape::Line)
    }

    /// Whether it is a canned reply: one of a file of records, and no part of a conversation.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.address.is_some() && self.turn.is_none() && self.role == Role::Agent
    }

    /// The edit of the source that does `edit` to the prose. Where the edit covers a part of something that goes as a
    /// whole (an entity of two characters), the rest of it is written out anew.
    ///
    /// # Errors
    /// [`NotEditable`] where the source cannot be edited so without breaking what stands there.
    ///
    /// # Panics
    /// If the range lies outside the prose or inside a character.
    pub fn source_edit(&self, edit: &Edit<Prose>) -> Result<Edit<Source>, NotEditable> {
        if let Some(reason) = self.locked {
            return Err(reason);
        }
        let breaks_line = edit.replacement.contains(['\n', '\r']);
        if breaks_line && matches!(self.escape, Escape::Line | Escape::Markdown) {
            return Err(NotEditable::LineBreak);
        }
        let covered = &self.text[edit.range.as_range()];
        if self.escape == Escape::Line && covered.contains('\n') {
            return Err(NotEditable::MarkupBetween);
        }
        let (range, replacement) = match &self.map {
            SourceMap::Verbatim(start) => {
                (TextRange::new(edit.range.start() + start, edit.range.end() + start), edit.replacement.clone())
            }
            SourceMap::Pieces(pieces) if edit.range.is_empty() => {
                (self.insertion(pieces, edit)?, edit.replacement.clone())
            }
            SourceMap::Pieces(pieces) => self.replacement(pieces, edit)?,
        };
        let (before, after) = (&self.text[..edit.range.start()], &self.text[edit.range.end()..]);
        let at_line_start = before.trim_start_matches([' ', '\t']).is_empty() || before.ends_with('\n');
        let replacement = match self.escape {
            Escape::Plain if self.text.contains("\r\n") => escape::with_crlf(replacement),
            Escape::Sheet if units(before) + units(&replacement) + units(after) > LONGEST_CELL => {
                return Err(NotEditable::TooLong);
            }
            Escape::Sheet => replacement.replace("\r\n", "\n").replace('\r', "\n"),
            Escape::Plain | Escape::Line => replacement,
            Escape::Json { ascii: true } => escape::json_ascii(&replacement),
            Escape::Json { ascii: false } => escape::json(&replacement),
            Escape::Markdown if at_line_start => escape::line_of_markdown(&replacement),
            Escape::Markdown => escape::markdown(&replacement),
            Escape::Html(place) => {
                let (before, after) = self.around(edit.range);
                html::write(&replacement, before, after, place)?
            }
            Escape::Po => po::write(&replacement),
            Escape::Properties { ascii, folded } => {
                let (before, after) = self.around(edit.range);
                properties::write(&replacement, before, after, ascii, folded)?
            }
            Escape::Android(place) => {
                let (before, after) = self.around(edit.range);
                android_strings::write(&replacement, before, after, place)?
            }
            Escape::AppleStrings => apple_strings::write(&replacement),
            Escape::Yaml(style) => yaml::write(style, self, edit, &replacement)?,
            Escape::Toml(style) => toml::write(style, self, edit, &replacement)?,
            Escape::Cell(style) => match csv::write(style, before, &replacement, after) {
                Written::Here(written) => written,
                Written::Cell(cell) => {
                    let whole = self.map.to_source(TextRange::new(0, self.text.len()));
                    return Ok(Edit { range: whole, replacement: cell });
                }
            },
        };
        Ok(Edit { range, replacement })
    }

    /// The prose before and behind what an edit of `range` writes: what goes as a whole is written as a whole.
    fn around(&self, range: TextRange<Prose>) -> (&str, &str) {
        let (mut start, mut end) = (range.start(), range.end());
        if let (SourceMap::Pieces(pieces), false) = (&self.map, range.is_empty()) {
            let head = pieces.get(pieces.partition_point(|piece| piece.prose.end() <= start));
            let tail = pieces[..pieces.partition_point(|piece| piece.prose.start() < end)].last();
            start = head.filter(|piece| !piece.verbatim).map_or(start, |piece| piece.prose.start());
            end = tail.filter(|piece| !piece.verbatim).map_or(end, |piece| piece.prose.end());
        }
        (&self.text[..start], &self.text[end..])
    }

    /// Whether `piece` is white space that goes as a whole. In formats that show runs of white space as one blank,
    /// more of the run may stand behind the markup that follows, and would show if this did not.
    fn is_joined_blank(&self, piece: &Piece) -> bool {
        matches!(self.escape, Escape::Html(_) | Escape::Android(_))
            && !piece.verbatim
            && matches!(&self.text[piece.prose.as_range()], " " | "\n")
    }

    /// The edits of the source that do `edits` to the prose, disjoint ones. Where one of them needs the whole message
    /// written anew, it is one edit.
    ///
    /// # Errors
    /// As [`Segment::source_edit`].
    ///
    /// # Panics
    /// As [`Segment::source_edit`].
    pub fn source_edits(&self, edits: &[Edit<Prose>]) -> Result<Vec<Edit<Source>>, NotEditable> {
        // What two edits may not do to a scalar together is told only where they are one.
        if let (Escape::Yaml(_) | Escape::Toml(_), [_, _, ..]) = (self.escape, edits)
            && let Some(edit) = joined(&self.text, edits)
            && let Ok(edit) = self.source_edit(&edit)
        {
            return Ok(vec![edit]);
        }
        let mut written = edits.iter().map(|edit| self.source_edit(edit)).collect::<Result<Vec<_>, _>>()?;
        written.sort_by_key(|edit| edit.range.start());
        let touching = written.windows(2).any(|pair| pair[0].range.overlaps(pair[1].range));
        match (touching, apply_edits(&self.text, edits)) {
            (true, Ok(replacement)) => {
                let all = TextRange::new(0, self.text.len());
                Ok(vec![self.source_edit(&Edit { range: all, replacement })?])
            }
            _ => Ok(written),
        }
    }

    /// Where an insertion goes. Between two pieces with markup between them it goes to the side on which the markup
    /// does not touch punctuation, because emphasis with punctuation just inside does not end before a Chinese word.
    fn insertion(&self, pieces: &[Piece], edit: &Edit<Prose>) -> Result<TextRange<Source>, NotEditable> {
        let at = edit.range.start();
        let next = pieces.partition_point(|piece| piece.prose.end() <= at);
        let (Some(before), Some(after)) = (next.checked_sub(1).map(|index| pieces[index]), pieces.get(next)) else {
            return Ok(self.map.to_source(edit.range));
        };
        if after.prose.start() < at {
            // Inside a piece: one that goes as a whole has no inside to edit.
            return if after.verbatim { Ok(self.map.to_source(edit.range)) } else { Err(NotEditable::MarkupBetween) };
        }
        let (left, right) = (before.source.end(), after.source.start());
        if self.is_joined_blank(&before) {
            return Ok(TextRange::new(right, right));
        }
        if left == right || self.escape != Escape::Markdown {
            return Ok(TextRange::new(left, left));
        }
        let is_word = |c: Option<char>| c.is_none_or(char::is_alphanumeric);
        if is_word(edit.replacement.chars().next_back()) {
            Ok(TextRange::new(left, left))
        } else if is_word(edit.replacement.chars().next()) {
            Ok(TextRange::new(right, right))
        } else {
            Err(NotEditable::MarkupBetween)
        }
    }

    /// What a replacement of at least one character covers in the source, and what stands there afterwards.
    fn replacement(&self, pieces: &[Piece], edit: &Edit<Prose>) -> Result<(TextRange<Source>, String), NotEditable> {
        let first = pieces.partition_point(|piece| piece.prose.end() <= edit.range.start());
        let behind = pieces.partition_point(|piece| piece.prose.start() < edit.range.end());
        let covered = &pieces[first..behind];
        let (Some(head), Some(tail)) = (covered.first(), covered.last()) else {
            return Err(NotEditable::MarkupBetween);
        };
        let gap = covered.windows(2).any(|pair| pair[0].source.end() != pair[1].source.start());
        let placeholder = covered
            .iter()
            .any(|piece| !piece.verbatim && self.text[piece.prose.as_range()].starts_with(PLACEHOLDER));
        // A line feed that is a tag.
        let line_break = matches!(self.escape, Escape::Html(html::Place::Text | html::Place::Pre))
            && covered.iter().any(|piece| !piece.verbatim && &self.text[piece.prose.as_range()] == "\n");
        let markup_behind = pieces.get(behind).is_some_and(|next| next.source.start() != tail.source.end());
        if gap || placeholder || line_break || (markup_behind && self.is_joined_blank(tail)) {
            return Err(NotEditable::MarkupBetween);
        }
        // The touched pieces as they will read.
        let kept_before = &self.text[head.prose.start()..edit.range.start()];
        let kept_after = &self.text[edit.range.end()..tail.prose.end()];
        if self.escape == Escape::Markdown {
            let markup_before = first > 0 && pieces[first - 1].source.end() != head.source.start();
            let old = &self.text[head.prose.start()..tail.prose.end()];
            let new = [kept_before, &edit.replacement, kept_after].concat();
            let spoils = |old: Option<char>, new: Option<char>| match new {
                Some(new) => !new.is_alphanumeric() && old.is_some_and(char::is_alphanumeric),
                None => true,
            };
            if (markup_before && spoils(old.chars().next(), new.chars().next()))
                || (markup_behind && spoils(old.chars().next_back(), new.chars().next_back()))
            {
                return Err(NotEditable::MarkupBetween);
            }
        }
        let range = self.map.to_source(edit.range);
        let before = if head.verbatim { "" } else { kept_before };
        let after = if tail.verbatim { "" } else { kept_after };
        Ok((range, [before, &edit.replacement, after].concat()))
    }
}

/// The longest text of a cell of a workbook, in UTF-16 units.
const LONGEST_CELL: usize = 32_767;

/// The length of `text` in UTF-16 units.
fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// One edit from the beginning of the first of `edits` to the end of the last; nothing where they overlap.
fn joined(text: &str, edits: &[Edit<Prose>]) -> Option<Edit<Prose>> {
    let start = edits.iter().map(|edit| edit.range.start()).min()?;
    let end = edits.iter().map(|edit| edit.range.end()).max()?;
    let after = apply_edits(text, edits).ok()?;
    let behind = text.len() - end;
    Some(Edit { range: TextRange::new(start, end), replacement: after[start..after.len() - behind].to_owned() })
}

/// The prose of a message and the way back, put together run by run in the order of the source.
#[derive(Default)]
pub(super) struct Runs {
    text: String,
    pieces: Vec<Piece>,
}

impl Runs {
    /// A run that stands in the source as it is, from the byte `start` on.
    pub(super) fn verbatim(&mut self, run: &str, start: usize) {
        if run.is_empty() {
            return;
        }
        let from = self.text.len();
        let end = start + run.len();
        self.text.push_str(run);
        if let Some(last) = self.pieces.last_mut()
            && last.verbatim
            && last.source.end() == start
        {
            last.prose = TextRange::new(last.prose.start(), self.text.len());
            last.source = TextRange::new(last.source.start(), end);
            return;
        }
        let prose = TextRange::new(from, self.text.len());
        self.pieces.push(Piece { prose, source: TextRange::new(start, end), verbatim: true });
    }

    /// A run of the source at `range` that shows as `shown`, which is not empty, and goes as a whole.
    pub(super) fn whole(&mut self, shown: &str, range: Range<usize>) {
        let from = self.text.len();
        self.text.push_str(shown);
        let prose = TextRange::new(from, self.text.len());
        self.pieces.push(Piece { prose, source: TextRange::new(range.start, range.end), verbatim: false });
    }

    /// The prose so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The message of these runs.
    pub(super) fn segment<'a>(self, role: Role, escape: Escape) -> Segment<'a> {
        Segment::new(Cow::Owned(self.text), role, SourceMap::Pieces(self.pieces), escape)
    }
}

impl SourceMap {
    /// The smallest range of the source that shows as `range` of the prose. An empty range between two pieces stands
    /// at the end of the first.
    #[must_use]
    pub fn to_source(&self, range: TextRange<Prose>) -> TextRange<Source> {
        match self {
            SourceMap::Verbatim(start) => TextRange::new(range.start() + start, range.end() + start),
            SourceMap::Pieces(pieces) if range.is_empty() => {
                let at = pieces.partition_point(|piece| piece.prose.end() < range.start());
                let place = match pieces.get(at) {
                    Some(piece) if piece.prose.end() == range.start() => piece.source.end(),
                    Some(piece) => source_offset(piece, range.start(), piece.source.start()),
                    None => pieces.last().map_or(0, |piece| piece.source.end()),
                };
                TextRange::new(place, place)
            }
            SourceMap::Pieces(pieces) => {
                let first = pieces.get(pieces.partition_point(|piece| piece.prose.end() <= range.start()));
                let behind = pieces.partition_point(|piece| piece.prose.start() < range.end());
                let last = behind.checked_sub(1).and_then(|index| pieces.get(index));
                match (first, last) {
                    (Some(first), Some(last)) => TextRange::new(
                        source_offset(first, range.start(), first.source.start()),
                        source_offset(last, range.end(), last.source.end()),
                    ),
                    _ => TextRange::new(0, 0),
                }
            }
        }
    }
}

/// The source offset of the prose offset `at`, which `piece` holds; `whole` where the piece goes as a whole.
fn source_offset(piece: &Piece, at: usize, whole: usize) -> usize {
    if piece.verbatim { piece.source.start() + (at - piece.prose.start().min(at)) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(prose: (usize, usize), source: (usize, usize), verbatim: bool) -> Piece {
        Piece { prose: TextRange::new(prose.0, prose.1), source: TextRange::new(source.0, source.1), verbatim }
    }

    fn edit(start: usize, end: usize, replacement: &str) -> Edit<Prose> {
        Edit { range: TextRange::new(start, end), replacement: replacement.to_owned() }
    }

    /// Applies the edit to the source, or tells why not.
    fn edited(source: &str, segment: &Segment<'_>, edit: &Edit<Prose>) -> Result<String, NotEditable> {
        let edit = segment.source_edit(edit)?;
        Ok(crate::text::apply_edits(source, &[edit]).expect("one edit cannot overlap"))
    }

    #[test]
    fn finds_the_source_of_prose() {
        // 亲**不**&amp;行
        let map = SourceMap::Pieces(vec![
            piece((0, 3), (0, 3), true),
            piece((3, 6), (5, 8), true),
            piece((6, 7), (10, 15), false),
            piece((7, 10), (15, 18), true),
        ]);
        let cases = [
            ((0, 3), (0, 3)),
            ((3, 6), (5, 8)),
            ((0, 6), (0, 8)),
            ((6, 7), (10, 15)),
            ((6, 10), (10, 18)),
            ((0, 10), (0, 18)),
            ((0, 0), (0, 0)),
            ((3, 3), (3, 3)),
            ((6, 6), (8, 8)),
            ((7, 7), (15, 15)),
            ((10, 10), (18, 18)),
        ];
        for (prose, source) in cases {
            assert_eq!(
                map.to_source(TextRange::new(prose.0, prose.1)),
                TextRange::new(source.0, source.1),
                "{prose:?}"
            );
        }
        assert_eq!(SourceMap::Verbatim(7).to_source(TextRange::new(1, 4)), TextRange::new(8, 11));
        assert_eq!(SourceMap::Pieces(Vec::new()).to_source(TextRange::new(0, 0)), TextRange::new(0, 0));
    }

    #[test]
    fn edits_lines_and_documents() {
        let source = "客服：不行\r\n";
        let line = Segment::verbatim("不行", 9, Role::Agent);
        assert_eq!(edited(source, &line, &edit(0, 6, "暂时不行😊")).unwrap(), "客服：暂时不行😊\r\n");
        assert_eq!(edited(source, &line, &edit(0, 0, "一\n二")), Err(NotEditable::LineBreak));
        assert_eq!(edited(source, &line, &edit(0, 0, "一\r二")), Err(NotEditable::LineBreak));
        let source = "一\r\n二";
        let letter = Segment { escape: Escape::Plain, ..Segment::verbatim(source, 0, Role::Agent) };
        assert_eq!(edited(source, &letter, &edit(5, 8, "三\n四")).unwrap(), "一\r\n三\r\n四");
    }

    #[test]
    fn edits_json() {
        // "\u4e0d\"行" between its quotes.
        let source = r#""\u4e0d\"行""#;
        let map = SourceMap::Pieces(vec![
            piece((0, 3), (1, 7), false),
            piece((3, 4), (7, 9), false),
            piece((4, 7), (9, 12), true),
        ]);
        let mut segment = Segment::new(Cow::Borrowed("不\"行"), Role::Agent, map, Escape::Json { ascii: false });
        assert_eq!(edited(source, &segment, &edit(3, 7, "\t\\\"\n\u{1}")).unwrap(), r#""\u4e0d\t\\\"\n\u0001""#);
        segment.escape = Escape::Json { ascii: true };
        assert_eq!(edited(source, &segment, &edit(4, 7, "好😊")).unwrap(), r#""\u4e0d\"\u597d\ud83d\ude0a""#);
        assert_eq!(edited(source, &segment, &edit(3, 3, "a")).unwrap(), r#""\u4e0da\"行""#);
    }

    #[test]
    fn keeps_the_rest_of_what_goes_as_a_whole() {
        // The entity &NotEqualTilde; shows as two characters.
        let source = "a&NotEqualTilde;b";
        let map = SourceMap::Pieces(vec![
            piece((0, 1), (0, 1), true),
            piece((1, 6), (1, 16), false),
            piece((6, 7), (16, 17), true),
        ]);
        let segment = Segment::new(Cow::Borrowed("a\u{2242}\u{338}b"), Role::Agent, map, Escape::Markdown);
        assert_eq!(edited(source, &segment, &edit(0, 4, "c")).unwrap(), "c\u{338}b");
        assert_eq!(edited(source, &segment, &edit(4, 7, "c")).unwrap(), "a\u{2242}c");
        assert_eq!(edited(source, &segment, &edit(4, 4, "c")), Err(NotEditable::MarkupBetween));
    }

    #[test]
    fn keeps_markup_whole() {
        // 亲**不行**吗
        let source = "亲**不行**吗";
        let map = SourceMap::Pieces(vec![
            piece((0, 3), (0, 3), true),
            piece((3, 9), (5, 11), true),
            piece((9, 12), (13, 16), true),
        ]);
        let segment = Segment::new(Cow::Borrowed("亲不行吗"), Role::Agent, map, Escape::Markdown);
        let cases = [
            (edit(3, 9, "可以"), Ok("亲**可以**吗")),
            (edit(3, 9, "a*b_c"), Ok("亲**a\\*b\\_c**吗")),
            (edit(0, 6, "可以"), Err(NotEditable::MarkupBetween)),
            (edit(3, 9, ""), Err(NotEditable::MarkupBetween)),
            (edit(3, 9, "不行。"), Err(NotEditable::MarkupBetween)),
            (edit(3, 9, "可\n以"), Err(NotEditable::LineBreak)),
            (edit(3, 3, "抱歉，"), Ok("亲**抱歉，不行**吗")),
            (edit(9, 9, "，抱歉"), Ok("亲**不行，抱歉**吗")),
            (edit(9, 9, "，抱歉。"), Err(NotEditable::MarkupBetween)),
            (edit(0, 3, "1. 亲"), Ok("1\\. 亲**不行**吗")),
            (edit(0, 3, "- 亲"), Ok("\\- 亲**不行**吗")),
            (edit(9, 12, "A&B &lt; - 1. |"), Ok("亲**不行**A\\&B \\&lt; - 1. \\|")),
        ];
        for (edit, expected) in cases {
            assert_eq!(edited(source, &segment, &edit), expected.map(str::to_owned), "{edit:?}");
        }
    }
}
