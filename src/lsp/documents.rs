//! The open documents: their texts, and what is found in them. Owns which lines have to be judged again after an edit.
//! Must not know the client: findings are kept as the JSON that is sent, without their line numbers.
//!
//! - Text files with a message a line: an edit has the lines that it touched judged again; the findings of the others move
//!   with their lines.
//! - JSON Lines are judged likewise, and conversations turn by turn ([`Turns`]).
//! - Everything else is taken apart anew, and only messages that were not there before are judged ([`Known`]).
//!
//! How a text file is taken apart depends on its text: a short one may be a letter, and one that reads as a conversation
//! is one. That is decided anew at each edit that could change it, so that the findings are always those of a fresh open
//! (a property test holds this).

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::Encoding;
use super::findings::{self, Shown, problem, put, shown};
use super::from_proto;
use super::judge::{Judge, show, spread};
use super::text::{At, Change, Ruler, Spot, Text};
use super::to_proto::{self, DiagnosticSupport};
use super::turns::Turns;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{self, ExtractOptions, Format, MessageUnit, Role, Segment, plain, sniff_transcript};
use crate::lint::{Conversation, Fixing, Linter, Scratch};
use crate::text::{Source, TextRange};
use crate::workspace::{Membership, Project, SNIFFED, is_own, show_what_cannot_be_written};

/// What the findings of a document depend on besides its text.
#[derive(Clone)]
pub struct Rules {
    /// Its project.
    pub project: Arc<Project>,
    /// Whether anything is judged.
    pub is_on: bool,
    /// The mildest finding that is shown.
    pub least: Severity,
    /// In what units columns are counted.
    pub encoding: Encoding,
    /// What the client shows.
    pub support: DiagnosticSupport,
    /// The address of a rule's documentation, with `{rule}` in the place of its id.
    pub rule_url: Option<Arc<str>>,
}

impl Rules {
    /// Whether documents that go by the others have the same findings.
    #[must_use]
    pub fn same(&self, other: &Rules) -> bool {
        Arc::ptr_eq(&self.project, &other.project)
            && (self.is_on, self.least, self.encoding, self.support, &self.rule_url)
                == (other.is_on, other.least, other.encoding, other.support, &other.rule_url)
    }

    /// A finding as the protocol writes it, without its range and the opening brace.
    #[must_use]
    pub fn rest(&self, diagnostic: &Diagnostic<'_>, segment: &Segment<'_>) -> String {
        let link = self.rule_url.as_deref().filter(|_| self.support.code_description);
        let link = link.map(|url| url.replace("{rule}", &diagnostic.rule.id));
        to_proto::rest(diagnostic, &segment.text[diagnostic.range.as_range()], link, self.support)
    }
}

/// An open document.
pub struct Document {
    /// Its address, by which it is known.
    pub uri: Arc<str>,
    /// Its address, as the client writes it.
    pub address: Box<str>,
    /// Its name, for telling its format and whether it is a draft.
    pub name: PathBuf,
    /// Its version, where the client counts.
    pub version: Option<i32>,
    /// Its text.
    pub text: Text,
    kind: Kind,
    /// How it was taken apart the last time; nothing where it is to be judged from the beginning.
    plan: Option<Plan>,
    /// How many lines at the beginning decided whether it reads as a conversation, and whether it does.
    sniffed: Option<(usize, bool)>,
    /// The lines that are to be judged again: ascending and apart.
    stale: Vec<Range<usize>>,
    /// What is found, in the order of its lines.
    found: Vec<Shown>,
    /// What is found besides, because of the text as a whole.
    besides: Vec<Shown>,
    /// Of a conversation: its turns; nothing where it has none.
    turns: Option<Turns>,
    /// Of JSON Lines: which fields each line holds; nothing where it is no value. Empty for other formats.
    holds: Vec<Option<Box<[bool]>>>,
    known: Known,
    /// What of its project's rules holds for it.
    membership: Membership,
    /// What the findings depend on besides; nothing where that is to be found out again.
    pub rules: Option<Rules>,
    /// Judging this text went wrong, so that it is not tried again.
    failed: bool,
    /// Changes whenever the findings may have.
    pub revision: u64,
    /// The revision whose findings were sent last.
    pub sent: u64,
}

/// What a document is, by what the client calls it and by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// In that format.
    Known(Format),
    /// A text file: lines, a letter or a conversation.
    Text,
    /// Nothing that is judged.
    Foreign,
}

impl Kind {
    fn of(language: &str, name: &Path) -> Kind {
        match language.to_ascii_lowercase().as_str() {
            _ if Format::from_path(name) == Some(Format::Xlsx) => Kind::Foreign,
            "markdown" => Kind::Known(Format::Markdown),
            // Many editors call JSON Lines JSON.
            "json" | "jsonc" | "json with comments" => match Format::from_path(name) {
                Some(Format::JsonLines) => Kind::Known(Format::JsonLines),
                _ => Kind::Known(Format::Json),
            },
            // Rainbow CSV has an id for each mark between cells; the text tells the mark.
            "csv" | "csv (semicolon)" | "csv (pipe)" | "csv (whitespace)" | "dynamic csv" | "csv_semicolon"
            | "csv_pipe" => Kind::Known(Format::Csv),
            "tsv" => Kind::Known(Format::Tsv),
            "yaml" | "yml" => Kind::Known(Format::Yaml),
            "toml" => Kind::Known(Format::Toml),
            "html" => Kind::Known(Format::Html),
            "po" | "gettext" | "pot" => Kind::Known(Format::Po),
            "properties" | "java-properties" | "jproperties" => Kind::Known(Format::Properties),
            "jsonl" | "jsonlines" | "json-lines" | "json lines" | "ndjson" => Kind::Known(Format::JsonLines),
            "transcript" | "wanyan-transcript" => Kind::Known(Format::Transcript),
            language => match Format::from_path(name) {
                Some(Format::Plain) => Kind::Text,
                Some(format) => Kind::Known(format),
                None if ["plaintext", "text", "plain", "txt", "log", ""].contains(&language) => Kind::Text,
                None => Kind::Foreign,
            },
        }
    }
}

/// How a document is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// A message a line; lines do not depend on each other.
    Lines,
    /// A JSON value a line; that a field is missing depends on all of them.
    JsonLines,
    /// A turn after the other.
    Turns,
    /// As a whole, in that format.
    Whole(Format),
    /// Not at all.
    Nothing,
}

/// What was found in the messages of the last version that was taken apart as a whole, by their words and role.
#[derive(Default)]
struct Known(HashMap<(Role, IsTemplate, Box<str>), Rc<[Judged]>>);

/// Whether a message is a canned reply, in which something else is found than in the same words of a conversation.
type IsTemplate = bool;

/// A finding without its place.
struct Judged {
    range: TextRange<crate::text::Prose>,
    rest: Box<str>,
}

/// A message of a document and what is found in it, while a request looks at it.
pub struct Message<'m, 'l> {
    /// The message. Its source is `source`.
    pub segment: &'m Segment<'m>,
    /// What is found in it, in the order of its words; fixes that cannot be written are advice.
    pub found: Vec<Diagnostic<'l>>,
    /// The part of the document that was taken apart, whole lines.
    pub source: &'m str,
    /// The number of the first of these lines in the document, from zero.
    pub first_line: usize,
    document: &'m Document,
    starts: &'m [usize],
    encoding: Encoding,
}

impl Message<'_, '_> {
    /// Where a range of the source stands in the document, as the protocol writes it.
    #[must_use]
    pub fn range(&self, range: TextRange<Source>) -> tower_lsp::ls_types::Range {
        let at = |offset| self.document.text.at(spot(self.starts, self.first_line, offset), self.encoding);
        to_proto::range(at(range.start()), at(range.end()))
    }

    /// The byte of the source at which a position stands: before or behind it where the position lies outside.
    #[must_use]
    pub fn offset(&self, at: At) -> usize {
        let spot = self.document.text.spot(at, self.encoding);
        match spot.line.checked_sub(self.first_line) {
            None => 0,
            Some(line) => self.starts.get(line).map_or(self.source.len(), |start| start + spot.byte),
        }
    }

    /// Where in the source a finding stands.
    #[must_use]
    pub fn source_range(&self, diagnostic: &Diagnostic<'_>) -> TextRange<Source> {
        self.segment.map.to_source(diagnostic.range)
    }
}

/// Where the lines of `text` begin, in bytes.
pub fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect()
}

/// The place at `offset` of a text whose lines begin at `starts`, the first of them being the line `first_line`.
pub fn spot(starts: &[usize], first_line: usize, offset: usize) -> Spot {
    let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
    Spot { line: first_line + line, byte: offset - starts.get(line).copied().unwrap_or_default() }
}

impl Document {
    /// A document as it is opened; nothing is judged yet.
    #[must_use]
    pub fn open(uri: &str, language: &str, version: Option<i32>, text: String) -> Document {
        let name = from_proto::name(uri);
        Document {
            uri: from_proto::address(uri).into(),
            address: uri.into(),
            kind: match Kind::of(language, &name) {
                Kind::Known(Format::Toml) if is_own(&name, Format::Toml, &text) => Kind::Foreign,
                kind => kind,
            },
            name,
            version,
            text: Text::new(text),
            plan: None,
            sniffed: None,
            stale: Vec::new(),
            found: Vec::new(),
            besides: Vec::new(),
            turns: None,
            holds: Vec::new(),
            known: Known::default(),
            membership: Membership::default(),
            rules: None,
            failed: false,
            revision: 0,
            sent: 0,
        }
    }

    /// Replaces all of the text.
    pub fn replace_all(&mut self, text: String) {
        self.text = Text::new(text);
        self.forget();
    }

    /// Replaces what stands between two positions, in either order.
    pub fn replace(&mut self, one: At, other: At, replacement: &str, encoding: Encoding) {
        let (one, other) = (self.text.spot(one, encoding), self.text.spot(other, encoding));
        let change = self.text.replace(one, other, replacement);
        self.note(change);
    }

    /// Has everything judged again at the next [`Document::update`], because something else than the text changed.
    pub fn forget(&mut self) {
        self.plan = None;
        self.failed = false;
        self.rules = None;
        self.sniffed = None;
        self.stale.clear();
        self.known.0.clear();
    }

    /// Leaves this text as it is, because judging it went wrong.
    pub fn give_up(&mut self) {
        self.forget();
        self.failed = true;
    }

    /// The format that its language or its name tells; what a text file holds is told by its text.
    #[must_use]
    pub fn known_format(&self) -> Option<Format> {
        match self.kind {
            Kind::Known(format) => Some(format),
            Kind::Text | Kind::Foreign => None,
        }
    }

    /// Whether the findings are older than the text.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        !self.failed && (self.plan.is_none() || !self.stale.is_empty())
    }

    /// Whether documents of this kind are judged.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.kind != Kind::Foreign
    }

    /// Moves what is behind the change, and marks what is inside it.
    fn note(&mut self, change: Change) {
        let Change { first, removed, added } = change;
        self.failed = false;
        if self.sniffed.is_some_and(|(lines, _)| first < lines) {
            self.sniffed = None;
        }
        if self.plan.is_none() {
            return;
        }
        let behind = first + removed;
        findings::note(&mut self.found, change);
        findings::note(&mut self.besides, change);
        if let Some(turns) = &mut self.turns {
            turns.note(change);
        }
        if !self.holds.is_empty() {
            self.holds.splice(first..behind, std::iter::repeat_n(None, added));
        }
        let mut joined = first..first + added;
        let mut stale = Vec::with_capacity(self.stale.len() + 1);
        for range in self.stale.drain(..) {
            let move_on = |line: usize| if line >= behind { line - removed + added } else { line.min(first) };
            if range.end < first {
                stale.push(range);
            } else if range.start > behind {
                stale.push(range.start - removed + added..range.end - removed + added);
            } else {
                joined = joined.start.min(move_on(range.start))..joined.end.max(move_on(range.end));
            }
        }
        stale.push(joined);
        stale.sort_by_key(|range| range.start);
        self.stale = stale;
    }

    /// How the text is to be taken apart now.
    fn decide(&mut self, extract: &ExtractOptions) -> Plan {
        match self.kind {
            Kind::Foreign => return Plan::Nothing,
            Kind::Known(Format::Plain) => {}
            Kind::Known(Format::JsonLines) => return Plan::JsonLines,
            Kind::Known(Format::Transcript) => return Plan::Turns,
            Kind::Known(Format::Toml) if is_own(&self.name, Format::Toml, &self.text.whole()) => return Plan::Nothing,
            Kind::Known(format) => return Plan::Whole(format),
            Kind::Text => {
                let text = &self.text;
                let (_, reads) = *self.sniffed.get_or_insert_with(|| {
                    let (lines, head) = text.head(SNIFFED);
                    // The last of these lines is looked at whole, so that what is behind it does not count.
                    (lines, sniff_transcript(&head[..head.floor_char_boundary(SNIFFED)], extract))
                });
                if reads {
                    return Plan::Turns;
                }
            }
        }
        let is_letter = || self.text.len() <= plain::LETTER_LIMIT && plain::is_letter(&self.text.whole(), extract);
        match extract.message {
            MessageUnit::Line => Plan::Lines,
            MessageUnit::Auto if !is_letter() => Plan::Lines,
            _ => Plan::Whole(Format::Plain),
        }
    }

    /// Brings the findings up to the text.
    pub fn update(&mut self, rules: &Rules, scratch: &mut Scratch) {
        if self.plan.is_none() {
            self.membership = rules.project.files.membership(&self.name);
        }
        let own = rules.project.files.rules(self.membership);
        let plan = if rules.is_on { self.decide(&own.extract) } else { Plan::Nothing };
        let same = self.plan == Some(plan);
        if !same {
            self.found.clear();
            self.besides.clear();
            self.turns = None;
            self.holds.clear();
            if plan == Plan::JsonLines {
                self.holds.resize(self.text.line_count(), None);
            }
            self.stale = vec![0..self.text.line_count()];
        }
        let linter = rules.project.linter_by(own);
        match plan {
            Plan::Nothing => self.found.clear(),
            Plan::Lines => {
                self.known.0.clear();
                for range in std::mem::take(&mut self.stale) {
                    self.judge_lines(range, linter, rules, scratch);
                }
            }
            Plan::JsonLines => {
                self.known.0.clear();
                for range in std::mem::take(&mut self.stale) {
                    self.judge_json_lines(range, linter, rules, scratch);
                }
                self.look_for_missing_fields(rules);
            }
            Plan::Turns => self.judge_turns(linter, rules, scratch),
            Plan::Whole(format) => self.judge_whole(format, linter, rules, scratch),
        }
        self.stale.clear();
        self.plan = Some(plan);
    }

    /// Judges the lines of `range`, of which nothing is found yet.
    fn judge_lines(&mut self, range: Range<usize>, linter: Linter<'_>, rules: &Rules, scratch: &mut Scratch) {
        let range = range.start..range.end.min(self.text.line_count());
        let judge =
            Judge { text: &self.text, rules, linter, extract: &rules.project.files.rules(self.membership).extract };
        let found = spread(range.clone(), scratch, |lines, scratch| judge.lines(lines, scratch));
        put(&mut self.found, &range, found.into_iter().flatten().collect());
    }

    /// As [`Document::judge_lines`], for JSON Lines.
    fn judge_json_lines(&mut self, range: Range<usize>, linter: Linter<'_>, rules: &Rules, scratch: &mut Scratch) {
        let range = range.start..range.end.min(self.text.line_count());
        let judge =
            Judge { text: &self.text, rules, linter, extract: &rules.project.files.rules(self.membership).extract };
        let (mut found, mut holds) = (Vec::new(), Vec::new());
        for (shown, held) in spread(range.clone(), scratch, |lines, scratch| judge.json_lines(lines, scratch)) {
            found.extend(shown);
            holds.extend(held);
        }
        self.holds.splice(range.clone(), holds);
        put(&mut self.found, &range, found);
    }

    /// Says, once for the whole text, that no line holds a field.
    fn look_for_missing_fields(&mut self, rules: &Rules) {
        self.besides.clear();
        let extract = &rules.project.files.rules(self.membership).extract;
        let fields = extract.fields.len().max(1);
        let mut values = self.holds.iter().flatten().peekable();
        let mut missing = vec![true; fields];
        if values.peek().is_none() {
            return;
        }
        for holds in values {
            for (missing, holds) in missing.iter_mut().zip(holds) {
                *missing &= !holds;
            }
            if !missing.contains(&true) {
                return;
            }
        }
        let reading = document::extract(&self.text.whole(), Format::JsonLines, extract, &mut |_| {});
        for one in reading.problems {
            let number = one.line.saturating_sub(1);
            // Lines that are broken were shown where they were read.
            if self.holds.get(number).is_some_and(Option::is_some) {
                self.besides.push(problem(&self.text, number, &one.message, one.line, rules));
            }
        }
    }

    /// Judges the turns that the stale lines touch.
    fn judge_turns(&mut self, linter: Linter<'_>, rules: &Rules, scratch: &mut Scratch) {
        let extract = &rules.project.files.rules(self.membership).extract;
        let count = self.text.line_count();
        // Where there were no turns before, all lines are to be looked at.
        let stale = if self.turns.is_some() { std::mem::take(&mut self.stale) } else { vec![0..count] };
        let mut turns = self.turns.take().unwrap_or_default();
        let had_problem = turns.problem.is_some();
        let Some(extents) = turns.follow(&self.text, &stale, extract) else {
            self.besides.clear();
            return self.judge_whole(Format::Transcript, linter, rules, scratch);
        };
        let mut replay = had_problem || turns.problem.is_some();
        let judge =
            Judge { text: &self.text, rules, linter, extract: &rules.project.files.rules(self.membership).extract };
        for extent in &extents {
            let within = turns.within(extent.clone());
            let (mut found, mut told) = (Vec::new(), Vec::new());
            for (shown, said) in spread(0..within.len(), scratch, |some, scratch| judge.turns(&within[some], scratch)) {
                found.extend(shown);
                told.extend(said);
            }
            put(&mut self.found, extent, found);
            replay |= turns.tell(extent, told);
        }
        let extents = if replay {
            turns.hear(Conversation::new(linter));
            vec![0..count]
        } else {
            extents
        };
        for extent in extents {
            let mut heard = Vec::new();
            let mut ruler = Ruler::new(&self.text, rules.encoding);
            for told in turns.heard(&extent) {
                let Some((lines, role)) = turns.at(told.line, count) else { continue };
                judge.with_turn(lines, role, &mut |segment, at| {
                    for diagnostic in linter.heard(told.heard, &told.utterance, &segment.text) {
                        show(&mut ruler, &diagnostic, segment, at, rules, &mut heard);
                    }
                });
            }
            if let (Some(message), Some(line)) = (&turns.problem, turns.first()) {
                heard.push(problem(&self.text, line, message, line + 1, rules));
            }
            heard.sort_by_key(|shown| shown.line);
            put(&mut self.besides, &extent, heard);
        }
        self.turns = Some(turns);
    }

    /// Takes the text apart and judges the messages that are new.
    fn judge_whole(&mut self, format: Format, linter: Linter<'_>, rules: &Rules, scratch: &mut Scratch) {
        let whole = self.text.whole();
        let starts = line_starts(&whole);
        let mut known = Known::default();
        let mut found = Vec::new();
        let mut conversation = Conversation::new(linter);
        let mut ruler = Ruler::new(&self.text, rules.encoding);
        let extract = &rules.project.files.rules(self.membership).extract;
        let reading = document::extract(&whole, format, extract, &mut |segment| {
            let judge = |diagnostic: &Diagnostic<'_>| Judged {
                range: diagnostic.range,
                rest: rules.rest(diagnostic, &segment).into(),
            };
            let shows = |diagnostic: &Diagnostic<'_>| diagnostic.severity >= rules.least;
            let heard: Vec<Judged> = conversation.hear(&segment).iter().filter(|d| shows(d)).map(judge).collect();
            if segment.role != Role::Agent {
                return;
            }
            let own = self.known.of(&segment, &mut known, || {
                linter
                    .check_heard(Vec::new(), &segment, Fixing::Skip, scratch)
                    .iter()
                    .filter(|d| shows(d))
                    .map(judge)
                    .collect()
            });
            let mut all: Vec<&Judged> = heard.iter().chain(own.iter()).collect();
            all.sort_by_key(|judged| (judged.range.start(), judged.range.end()));
            for judged in all {
                let source = segment.map.to_source(judged.range);
                let at = |offset| spot(&starts, 0, offset);
                found.push(shown(&mut ruler, at(source.start()), at(source.end()), &judged.rest));
            }
        });
        // What is wrong with the syntax of a program's file its own language server says; a table has none.
        let tells = matches!(format, Format::Plain | Format::Markdown | Format::Transcript | Format::Csv | Format::Tsv);
        for one in reading.problems.into_iter().filter(|_| tells) {
            found.push(problem(&self.text, one.line.saturating_sub(1), &one.message, one.line, rules));
        }
        found.sort_by_key(|shown| shown.line);
        self.known = known;
        self.found = found;
    }

    /// Gives the messages of the lines `lines` to `each`, with what is found in them now; with their rewrites where
    /// `fixing` says so.
    pub fn messages(&self, lines: Range<usize>, rules: &Rules, fixing: Fixing, each: &mut dyn FnMut(&Message<'_, '_>)) {
        let by_lines = match self.plan {
            None | Some(Plan::Nothing) => return,
            Some(Plan::Lines | Plan::JsonLines) => true,
            Some(Plan::Turns | Plan::Whole(_)) => false,
        };
        let count = self.text.line_count();
        let (first_line, source) = if by_lines {
            (lines.start.min(count), self.text.lines(lines.start.min(count)..lines.end.min(count)))
        } else {
            (0, self.text.whole())
        };
        let format = match self.plan {
            Some(Plan::Whole(format)) => format,
            Some(Plan::JsonLines) => Format::JsonLines,
            Some(Plan::Turns) => Format::Transcript,
            _ => Format::Plain,
        };
        let own = rules.project.files.rules(self.membership);
        let mut extract = own.extract.clone();
        if by_lines {
            extract.message = MessageUnit::Line;
        }
        let starts = line_starts(&source);
        let linter = rules.project.linter_by(own);
        let mut scratch = Scratch::default();
        let mut conversation = Conversation::new(linter);
        document::extract(&source, format, &extract, &mut |segment| {
            let heard = conversation.hear(&segment);
            let place = segment.map.to_source(TextRange::new(0, segment.text.len()));
            let (begin, end) = (spot(&starts, first_line, place.start()), spot(&starts, first_line, place.end()));
            if begin.line >= lines.end || end.line < lines.start {
                return;
            }
            let mut found = linter.check_heard(heard, &segment, fixing, &mut scratch);
            found.retain(|diagnostic| diagnostic.severity >= rules.least);
            for diagnostic in &mut found {
                show_what_cannot_be_written(&segment, diagnostic);
            }
            each(&Message {
                segment: &segment,
                found,
                source: &source,
                first_line,
                document: self,
                starts: &starts,
                encoding: rules.encoding,
            });
        });
    }

    /// How many findings there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.found.len() + self.besides.len()
    }

    /// For each finding its line and its rule.
    pub fn found(&self) -> impl Iterator<Item = (usize, &str)> {
        self.found.iter().chain(&self.besides).filter_map(|shown| Some((shown.line, shown.rule()?)))
    }

    /// Writes the findings as an array of the protocol's diagnostics.
    pub fn write(&self, out: &mut Vec<u8>) {
        findings::write(&self.text, &self.found, &self.besides, out);
    }
}

impl Known {
    /// What is found in `segment`: what was found the last time, or else what `judge` says.
    fn of(&mut self, segment: &Segment<'_>, next: &mut Known, judge: impl FnOnce() -> Rc<[Judged]>) -> Rc<[Judged]> {
        let key = (segment.role, segment.is_template(), Box::from(&*segment.text));
        if let Some(judged) = next.0.get(&key) {
            return Rc::clone(judged);
        }
        let judged = self.0.remove(&key).unwrap_or_else(judge);
        next.0.insert(key, Rc::clone(&judged));
        judged
    }
}
