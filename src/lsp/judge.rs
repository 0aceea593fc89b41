//! Judging lines and turns of a document that do not depend on each other, many of them on several threads. Must not know
//! what was judged before.

use std::num::NonZeroUsize;
use std::ops::Range;

use super::documents::{Rules, line_starts, spot};
use super::findings::{Shown, problem, shown};
use super::text::{Ruler, Spot, Text};
use super::turns::Told;
use crate::diagnostic::Diagnostic;
use crate::document::{ExtractOptions, Role, Segment, jsonl, plain, transcript};
use crate::lint::{Conversation, Fixing, Heard, Linter, Scratch, Utterance};
use crate::workspace::in_order;

/// Of a line of JSON Lines which fields it holds; nothing where it is no value.
pub type Fields = Option<Box<[bool]>>;

/// Takes a message, with the way from offsets in its source to places in the text.
type EachMessage<'e> = dyn FnMut(&Segment<'_>, &dyn Fn(usize) -> Spot) + 'e;

/// How many lines or turns a thread takes at once. Fewer are not worth a thread.
const PIECE: usize = 2000;

/// Does `work` for all of `range`, in pieces whose results come in their order.
pub fn spread<T: Send>(
    range: Range<usize>,
    scratch: &mut Scratch,
    work: impl Fn(Range<usize>, &mut Scratch) -> T + Sync,
) -> Vec<T> {
    let pieces = range.len().div_ceil(PIECE);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    if pieces <= 1 || threads == NonZeroUsize::MIN {
        return vec![work(range, scratch)];
    }
    let piece = |index: usize| range.start + index * PIECE..(range.start + (index + 1) * PIECE).min(range.end);
    let mut all = Vec::with_capacity(pieces);
    let Ok(()) = in_order(
        pieces,
        threads,
        |index, scratch: &mut Scratch| work(piece(index), scratch),
        |_, result| {
            all.push(result);
            Ok::<(), std::convert::Infallible>(())
        },
    );
    all
}

/// What judging a part of a document goes by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The text of the document.
    pub text: &'a Text,
    /// What its findings depend on besides.
    pub rules: &'a Rules,
    /// The judge of its messages.
    pub linter: Linter<'a>,
    /// How it is taken apart.
    pub extract: &'a ExtractOptions,
}

impl Judge<'_> {
    /// What is found in the lines of `range`, each a message.
    pub fn lines(self, range: Range<usize>, scratch: &mut Scratch) -> Vec<Shown> {
        let mut found = Vec::new();
        let mut ruler = Ruler::new(self.text, self.rules.encoding);
        for number in self.candidates(range) {
            let line = self.text.line(number);
            let content = &line[plain::line_at(line, 0)];
            let (role, words) = plain::line_role(content, self.extract);
            if role != Role::Agent || words.is_empty() {
                continue;
            }
            let segment = Segment::verbatim(&content[words.clone()], words.start, role);
            let at = |byte: usize| Spot { line: number, byte };
            for diagnostic in self.linter.check_segment(&segment, Fixing::Skip, scratch) {
                show(&mut ruler, &diagnostic, &segment, &at, self.rules, &mut found);
            }
        }
        found
    }

    /// The lines of `range` on which something may be found. Many that were not edited are gone through at once.
    fn candidates(self, range: Range<usize>) -> Vec<usize> {
        let Some(text) = self.text.untouched(&range).filter(|_| range.len() > 1) else { return range.collect() };
        let mut candidates = self.linter.candidates();
        let mut found = Vec::new();
        let (mut line, mut from) = (range.start, 0);
        while let Some(at) = candidates.next(text, from) {
            while from + self.text.line(line).len() <= at && line + 1 < range.end {
                from += self.text.line(line).len();
                line += 1;
            }
            found.push(line);
            from += self.text.line(line).len();
            line += 1;
            if line >= range.end {
                break;
            }
        }
        found
    }

    /// What is found in the lines of `range`, each a JSON value, and which fields each holds.
    pub fn json_lines(self, range: Range<usize>, scratch: &mut Scratch) -> (Vec<Shown>, Vec<Fields>) {
        let (mut found, mut holds) = (Vec::new(), Vec::with_capacity(range.len()));
        let mut ruler = Ruler::new(self.text, self.rules.encoding);
        for number in range {
            let line = self.text.line(number);
            let content = &line[plain::line_at(line, 0)];
            let at = |byte: usize| Spot { line: number, byte };
            let mut conversation = Conversation::new(self.linter);
            let read = jsonl::read_line(content, self.extract, &mut |segment| {
                let all = self.linter.check_heard(conversation.hear(&segment), &segment, Fixing::Skip, scratch);
                for diagnostic in &all {
                    show(&mut ruler, diagnostic, &segment, &at, self.rules, &mut found);
                }
            });
            holds.push(match read {
                jsonl::Line::Blank => None,
                jsonl::Line::Broken(message) => {
                    found.push(problem(self.text, number, &message, 1, self.rules));
                    None
                }
                jsonl::Line::Value(holds) => Some(holds.into()),
            });
        }
        (found, holds)
    }

    /// What is found in each of `turns` by itself, and what is said in it that matters later.
    pub fn turns(self, turns: &[(Range<usize>, Role)], scratch: &mut Scratch) -> (Vec<Shown>, Vec<Told>) {
        let (mut found, mut told) = (Vec::new(), Vec::new());
        let mut ruler = Ruler::new(self.text, self.rules.encoding);
        for (lines, role) in turns {
            self.with_turn(lines.clone(), *role, &mut |segment, at| {
                if let Some(utterance) = Utterance::of(segment) {
                    told.push(Told { line: lines.start, utterance, heard: Heard::default() });
                }
                for diagnostic in self.linter.check_segment(segment, Fixing::Skip, scratch) {
                    show(&mut ruler, &diagnostic, segment, at, self.rules, &mut found);
                }
            });
        }
        found.sort_by_key(|shown| shown.line);
        (found, told)
    }

    /// Gives the message of the turn in `lines` to `each`, with the way from its source to the text.
    pub fn with_turn(self, lines: Range<usize>, role: Role, each: &mut EachMessage<'_>) {
        let first = lines.start;
        let source = self.text.lines(lines);
        let starts = line_starts(&source);
        transcript::turn(&source, 0..source.len(), role, self.extract, &mut |segment| {
            each(&segment, &|offset| spot(&starts, first, offset));
        });
    }
}

/// Adds a finding in `segment` to `found`, if it is grave enough; `at` leads from the segment's source to the text that
/// `ruler` measures.
pub fn show(
    ruler: &mut Ruler<'_>,
    diagnostic: &Diagnostic<'_>,
    segment: &Segment<'_>,
    at: &dyn Fn(usize) -> Spot,
    rules: &Rules,
    found: &mut Vec<Shown>,
) {
    if diagnostic.severity >= rules.least {
        let rest = rules.rest(diagnostic, segment);
        let source = segment.map.to_source(diagnostic.range);
        found.push(shown(ruler, at(source.start()), at(source.end()), &rest));
    }
}
