//! From a file to its findings. Plain text in UTF-8 is read in pieces, of which only lines that may hold something are
//! looked at; everything else is read whole, decoded and taken apart by its format.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use super::by_file::ByFile;
use super::decode::{self, Decoded, Encoding};
use super::explain_io;
use super::source::{SourceFile, is_own, is_workbook};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::document::{
    self, Address, Content, ExtractOptions, Format, Layout, MessageUnit, Reading, Role, Segment, plain,
    sniff_transcript,
};
use crate::lint::{Conversation, Fixing, Linter, Scratch};
use crate::report::Place;
use crate::text::LineCounter;

/// How much is read at once. A line that is longer is read whole.
const PIECE: usize = 256 * 1024;

/// A text of at most this length may be one letter: it is never read in pieces.
const LETTER: usize = 16 * 1024;

/// The largest file that is read whole, in bytes.
pub(super) const MOST_AT_ONCE: u64 = 512 * 1024 * 1024;

/// What is said of a larger one.
pub(super) const TOO_LARGE: &str = "文件超过 512 MB，太大了，没有检查；请拆成几个文件";

/// How much of a text is looked at to tell whether it is a conversation, in bytes.
pub const SNIFFED: usize = 64 * 1024;

/// What a run goes by.
#[derive(Clone, Copy)]
pub struct Settings<'l> {
    /// The judge.
    pub linter: Linter<'l>,
    /// The format of all inputs; by name and content where nothing is said.
    pub format: Option<Format>,
    /// How they are taken apart.
    pub extract: &'l ExtractOptions,
    /// Whether rewrites are made.
    pub fixing: Fixing,
    /// What holds for which files.
    pub files: &'l ByFile,
}

/// A finding, with everything that showing it needs.
#[derive(Debug)]
pub struct Found<'l> {
    /// Where in the file.
    pub place: Place,
    /// Where the file's owner looks for it, in formats that have more than lines.
    pub address: Option<String>,
    /// Whose message it is, where the file says so.
    pub owner: Option<String>,
    /// The line on which it begins.
    pub source_line: String,
    /// What of that line is underlined, in bytes.
    pub underline: Range<usize>,
    /// The prose of the message.
    pub message: String,
    /// The finding.
    pub diagnostic: Diagnostic<'l>,
}

/// What checking a file comes to, in the order of the file.
#[derive(Debug)]
pub enum Event<'l> {
    /// A finding.
    Finding(Box<Found<'l>>),
    /// Something that could not be read; the line, from one, where it is known, and what it is in Chinese.
    Problem(Option<usize>, String),
    /// Something to know about how the file was read, in Chinese.
    Note(String),
}

/// Takes events; an error ends the file.
pub type Sink<'s, 'l> = dyn FnMut(Event<'l>) -> io::Result<()> + 's;

/// Memory that one file leaves for the next.
#[derive(Default)]
pub struct Buffers {
    bytes: Vec<u8>,
    scratch: Scratch,
}

impl<'l> Settings<'l> {
    /// Checks the file at `path`.
    ///
    /// # Errors
    /// Those of `sink`. What is wrong with the file is an event.
    pub fn check_file(&self, path: &Path, buffers: &mut Buffers, sink: &mut Sink<'_, 'l>) -> io::Result<()> {
        match File::open(path) {
            Ok(mut file) => self.check_reader(&mut file, path, buffers, sink),
            Err(error) => sink(Event::Problem(None, explain_io(&error))),
        }
    }

    /// Checks what `reader` gives; `name` tells the format.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn check_reader(
        &self,
        reader: &mut dyn Read,
        name: &Path,
        buffers: &mut Buffers,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut buffers.bytes);
        bytes.clear();
        let result = self.for_file(name).check_bytes(reader, name, &mut bytes, &mut buffers.scratch, sink);
        // A file that was one giant line shall not hold its memory for the rest of the run.
        bytes.shrink_to(4 * PIECE);
        buffers.bytes = bytes;
        result
    }

    /// These settings for the file of that name.
    #[must_use]
    pub fn for_file(&self, name: &Path) -> Self {
        let rules = self.files.rules(self.files.membership(name));
        let linter = self.linter.with_policy(&rules.policy).for_drafts(rules.is_draft);
        Settings { linter, extract: &rules.extract, ..*self }
    }

    fn check_bytes(
        &self,
        reader: &mut dyn Read,
        name: &Path,
        bytes: &mut Vec<u8>,
        scratch: &mut Scratch,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        let read = read_up_to(reader, bytes, PIECE);
        let ended = match read {
            Ok(count) => count < PIECE,
            Err(error) => return sink(Event::Problem(None, explain_io(&error))),
        };
        if !ended && self.reads_in_pieces(name, bytes) {
            return self.check_pieces(reader, bytes, scratch, sink);
        }
        if !ended {
            match reader.take(MOST_AT_ONCE).read_to_end(bytes) {
                Ok(read) if read as u64 == MOST_AT_ONCE => {
                    return sink(Event::Problem(None, TOO_LARGE.to_owned()));
                }
                Ok(_) => {}
                Err(error) => return sink(Event::Problem(None, explain_io(&error))),
            }
        }
        if is_workbook(self, name, bytes) {
            return match SourceFile::read(std::mem::take(bytes), name, self) {
                Ok(file) => self.check_workbook(&file.content, scratch, sink),
                Err((line, message)) => sink(Event::Problem(line, message)),
            };
        }
        match decode::decode(bytes) {
            Ok(decoded) => self.check_decoded(&decoded, name, scratch, sink),
            Err(error) => sink(Event::Problem(Some(error.line), error.to_string())),
        }
    }

    /// The format of a text by what is said, by its name, and by its content.
    #[must_use]
    pub fn format_of(&self, name: &Path, text: &str) -> Format {
        match self.format.or_else(|| Format::from_path(name)) {
            Some(Format::Plain) if self.format.is_some() => Format::Plain,
            Some(Format::Plain) | None => {
                let head = &text[..text.floor_char_boundary(SNIFFED)];
                if sniff_transcript(head, self.extract) { Format::Transcript } else { Format::Plain }
            }
            Some(known) => known,
        }
    }

    /// Whether a file that begins with `head`, longer than one piece, is plain text whose messages are lines.
    fn reads_in_pieces(&self, name: &Path, head: &[u8]) -> bool {
        let by_lines = matches!(self.extract.message, MessageUnit::Auto | MessageUnit::Line) && head.len() > LETTER;
        let plain = matches!(self.format.or_else(|| Format::from_path(name)), Some(Format::Plain) | None);
        if !by_lines || !plain || !matches!(decode::detect(head), Ok((Encoding::Utf8, _))) {
            return false;
        }
        let sniffed = &head[..SNIFFED.min(head.len())];
        let valid = match simdutf8::compat::from_utf8(sniffed) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&sniffed[..error.valid_up_to()]).unwrap_or_default(),
        };
        self.format_of(name, valid) == Format::Plain
    }

    /// Checks plain text line by line; `bytes` holds its first piece.
    fn check_pieces(
        &self,
        reader: &mut dyn Read,
        bytes: &mut Vec<u8>,
        scratch: &mut Scratch,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mut piece = Piece { offset: 0, line: 1 };
        if bytes.starts_with(MARK) {
            bytes.drain(..MARK.len());
            piece.offset = MARK.len() as u64;
        }
        loop {
            let whole = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
            match simdutf8::basic::from_utf8(&bytes[..whole]) {
                Ok(text) => self.check_lines(text, &piece, scratch, sink)?,
                Err(_) => return self.report_undecodable(&bytes[..whole], &piece, scratch, sink),
            }
            piece.offset += whole as u64;
            piece.line += memchr::memchr_iter(b'\n', &bytes[..whole]).count();
            bytes.copy_within(whole.., 0);
            bytes.truncate(bytes.len() - whole);
            match read_up_to(reader, bytes, PIECE) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => return sink(Event::Problem(Some(piece.line), explain_io(&error))),
            }
        }
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => self.check_lines(text, &piece, scratch, sink),
            Err(_) => self.report_undecodable(bytes, &piece, scratch, sink),
        }
    }

    /// Judges the lines before the bad bytes, and says where these are.
    fn report_undecodable(
        &self,
        bytes: &[u8],
        piece: &Piece,
        scratch: &mut Scratch,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let whole = memchr::memrchr(b'\n', &bytes[..good]).map_or(0, |at| at + 1);
        self.check_lines(std::str::from_utf8(&bytes[..whole]).unwrap_or_default(), piece, scratch, sink)?;
        let line = piece.line + memchr::memchr_iter(b'\n', &bytes[..good]).count();
        let offset = piece.offset + good as u64 + 1;
        let message = format!(
            "第 {offset} 个字节处（第 {line} 行）不是有效的 UTF-8，从这一行起没有检查；请把文件另存为 UTF-8 再试"
        );
        sink(Event::Problem(Some(line), message))
    }

    /// Judges the lines of `text`, one piece of a file, that may hold something.
    fn check_lines(&self, text: &str, piece: &Piece, scratch: &mut Scratch, sink: &mut Sink<'_, 'l>) -> io::Result<()> {
        let mut lines = LineCounter::new(text, piece.line);
        let mut candidates = self.linter.candidates();
        let mut from = 0;
        while let Some(at) = candidates.next(text, from) {
            let line = plain::line_at(text, text.floor_char_boundary(at));
            let (role, words) = plain::line_role(&text[line.clone()], self.extract);
            let start = line.start + words.start;
            let segment = Segment::verbatim(&text[start..line.start + words.end], start, role);
            if segment.role == Role::Agent {
                let found = self.linter.check_quickly(&segment.text, self.fixing, scratch);
                self.report(&segment, found, &mut lines, &|offset| piece.offset + offset as u64, sink)?;
            }
            match plain::next_line(text, &line) {
                Some(next) => from = next,
                None => break,
            }
        }
        Ok(())
    }

    /// Judges a file that was read whole.
    fn check_decoded(
        &self,
        decoded: &Decoded<'_>,
        name: &Path,
        scratch: &mut Scratch,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        let text: &str = &decoded.text;
        // Where the prose stands in the text as it is, the text tells whether anything may be found.
        let verbatim =
            matches!(self.format.or_else(|| Format::from_path(name)), None | Some(Format::Plain | Format::Transcript));
        let format = if verbatim && !self.linter.may_find_in(text) {
            // In a conversation it also matters what was said before, and when.
            match self.format_of(name, text) {
                Format::Transcript => Format::Transcript,
                _ => return Ok(()),
            }
        } else {
            self.format_of(name, text)
        };
        if is_own(name, format, text) {
            return Ok(());
        }
        let mut lines = LineCounter::new(text, 1);
        let mut conversation = Conversation::new(self.linter);
        let mut result = Ok(());
        let reading = document::extract(text, format, self.extract, &mut |segment| {
            if result.is_err() {
                return;
            }
            let found = self.linter.check_heard(conversation.hear(&segment), &segment, self.fixing, scratch);
            result = self.report(&segment, found, &mut lines, &|offset| decoded.byte_offset(offset), sink);
        });
        result?;
        tell(reading, sink)
    }

    /// Judges a workbook. Lines are rows there, and columns are counted in the words of the cell.
    fn check_workbook(&self, content: &Content, scratch: &mut Scratch, sink: &mut Sink<'_, 'l>) -> io::Result<()> {
        let mut conversation = Conversation::new(self.linter);
        let mut result = Ok(());
        let mut reading = content.extract(self.extract, &mut |segment| {
            let Some(Address::Sheet { row, .. }) = segment.address else { return };
            let found = self.linter.check_heard(conversation.hear(&segment), &segment, self.fixing, scratch);
            for mut diagnostic in found {
                if result.is_err() {
                    return;
                }
                show_what_cannot_be_written(&segment, &mut diagnostic);
                let range = diagnostic.range.as_range();
                let line = segment.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
                let line_end = segment.text[line..].find('\n').map_or(segment.text.len(), |length| line + length);
                let column = |at: usize| segment.text[..at].chars().count() + 1;
                result = sink(Event::Finding(Box::new(Found {
                    place: Place {
                        line: row,
                        column: column(range.start),
                        end_line: row,
                        end_column: column(range.end),
                        bytes: range.start as u64..range.end as u64,
                    },
                    address: segment.address.as_ref().map(ToString::to_string),
                    owner: segment.owner.as_deref().map(str::to_owned),
                    underline: range.start - line..range.end.min(line_end) - line,
                    source_line: segment.text[line..line_end].to_owned(),
                    message: segment.text.to_string(),
                    diagnostic,
                })));
            }
        });
        result?;
        // A workbook as a whole has no lines.
        let problems = std::mem::take(&mut reading.problems);
        tell(reading, sink)?;
        problems.into_iter().try_for_each(|problem| sink(Event::Problem(None, problem.message)))
    }

    /// Hands on what was found in a segment of the agent's words.
    fn report(
        &self,
        segment: &Segment<'_>,
        found: Vec<Diagnostic<'l>>,
        lines: &mut LineCounter<'_>,
        byte_offset: &dyn Fn(usize) -> u64,
        sink: &mut Sink<'_, 'l>,
    ) -> io::Result<()> {
        for mut diagnostic in found {
            show_what_cannot_be_written(segment, &mut diagnostic);
            let source = segment.map.to_source(diagnostic.range);
            let begin = lines.locate(source.start());
            let source_line = lines.line_text().to_owned();
            let line_start = lines.line_start();
            let end = lines.locate(source.end());
            let underline = source.start() - line_start..(source.end() - line_start).min(source_line.len());
            sink(Event::Finding(Box::new(Found {
                place: Place {
                    line: begin.line,
                    column: begin.column,
                    end_line: end.line,
                    end_column: end.column,
                    bytes: byte_offset(source.start())..byte_offset(source.end()),
                },
                address: segment.address.as_ref().map(ToString::to_string),
                owner: segment.owner.as_deref().map(str::to_owned),
                underline: underline.start.min(underline.end)..underline.end,
                source_line,
                message: segment.text.to_string(),
                diagnostic,
            })))?;
        }
        Ok(())
    }
}

/// Hands on what reading a file came to besides its messages.
fn tell(reading: Reading, sink: &mut Sink<'_, '_>) -> io::Result<()> {
    for note in reading.layouts.iter().filter_map(Layout::summary).chain(reading.notes) {
        sink(Event::Note(note))?;
    }
    let mut problems = reading.problems.into_iter();
    problems.try_for_each(|problem| sink(Event::Problem(Some(problem.line), problem.message)))
}

/// A piece of a file.
struct Piece {
    /// Where it begins, in bytes of the file.
    offset: u64,
    /// The line that it begins with, from one.
    line: usize,
}

/// Turns fixes whose edits cannot be carried to the source into advice.
pub fn show_what_cannot_be_written(segment: &Segment<'_>, diagnostic: &mut Diagnostic<'_>) {
    for fix in &mut diagnostic.fixes {
        if let Err(reason) = segment.source_edits(&fix.edits) {
            fix.title.push_str(&format!("（这里不能自动改：{}）", reason.reason()));
            fix.applicability = Applicability::Display;
            fix.edits.clear();
        }
    }
}

/// Reads until `limit` more bytes are there or nothing is left; says how many came.
fn read_up_to(reader: &mut dyn Read, bytes: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
    let start = bytes.len();
    bytes.resize(start + limit, 0);
    let mut filled = start;
    let result = loop {
        match reader.read(&mut bytes[filled..]) {
            Ok(0) => break Ok(filled - start),
            Ok(count) => {
                filled += count;
                if filled == bytes.len() {
                    break Ok(limit);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    bytes.truncate(filled);
    result
}
