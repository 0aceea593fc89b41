//! The fast ways against slow ones that are plainly right, over texts made at random from the lexicon's own literals.
#![cfg(feature = "cli")]

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use proptest::prelude::*;
use wanyan::builtin;
use wanyan::config::{Options, Policy};
use wanyan::document::{ExtractOptions, Format, MessageUnit, Role, plain};
use wanyan::lexicon::{Docs, Lexicon};
use wanyan::lint::{Fixing, Linter, Scratch};
use wanyan::normalize::{FoldedText, fold_char};
use wanyan::text::{Prose, TextRange};
use wanyan::workspace::{Buffers, ByFile, Event, Settings};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(builtin::lexicon);
static DOCS: LazyLock<Docs> = LazyLock::new(builtin::docs);

/// All that offends by its examples.
static BAD: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    DOCS.entries
        .iter()
        .flat_map(|entry| entry.bad.iter().chain(&entry.sentences))
        .map(|(_, text)| text.as_str())
        .collect()
});

/// The searcher that the program's own are held against.
static REFERENCE: LazyLock<AhoCorasick> = LazyLock::new(|| AhoCorasick::new(&DOCS.literals).unwrap());

const POLITE: [&str; 16] = [
    "您好",
    "亲",
    "麻烦您稍等",
    "已经为您安排好了",
    "我",
    "您",
    "这个",
    "退款",
    "抱歉",
    "感谢您的理解",
    "3.5折",
    "10:30",
    "ABC-123",
    "可以的",
    "哦",
    "了",
];
const FILLERS: [&str; 14] =
    [" ", "　", ".", "*", "※", "😊", "\u{200b}", "\u{fe0f}", "~", "…", "\t", "👍🏻", "·", "e\u{301}"];
const MARKS: [&str; 12] = ["，", "。", "！", "？", "、", "；", ",", "!", "“", "”", "《", "》"];

/// A piece of text: a literal, sometimes with a filler in it or in other characters, an example, politeness, or marks.
fn piece() -> impl Strategy<Value = String> {
    let literal = || (0..DOCS.literals.len()).prop_map(|number| DOCS.literals[number].clone());
    let one_of = |pieces: &'static [&'static str]| proptest::sample::select(pieces).prop_map(str::to_owned);
    prop_oneof![
        4 => literal(),
        3 => (literal(), proptest::sample::select(&FILLERS[..]), any::<proptest::sample::Index>()).prop_map(|(literal, filler, at)| {
            let mut chars: Vec<char> = literal.chars().collect();
            let at = at.index(chars.len() + 1);
            chars.splice(at..at, filler.chars());
            chars.into_iter().collect()
        }),
        2 => (literal(), any::<proptest::sample::Index>(), 1..4usize).prop_map(|(literal, at, times)| {
            let chars: Vec<char> = literal.chars().collect();
            let at = at.index(chars.len());
            chars.iter().enumerate().flat_map(|(index, c)| vec![*c; if index == at { times } else { 1 }]).collect()
        }),
        2 => literal().prop_map(|literal| {
            // The last form is a traditional or a full-width one, where there are any.
            literal.chars().map(|c| wanyan::normalize::forms(c).pop().unwrap_or(c)).collect()
        }),
        2 => proptest::sample::select(BAD.as_slice()).prop_map(str::to_owned),
        4 => one_of(&POLITE),
        3 => one_of(&MARKS),
        1 => one_of(&FILLERS),
    ]
}

fn message() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 1..10).prop_map(|pieces| pieces.concat())
}

/// A message that may have several lines, so that phrases are cut by line ends too.
fn lines() -> impl Strategy<Value = String> {
    let end = prop_oneof![8 => Just(""), 1 => Just("\n"), 1 => Just("\r\n")];
    proptest::collection::vec((piece(), end), 1..16)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, end)| piece + end).collect())
}

fn folded(text: &str) -> String {
    FoldedText::new(text).chars().iter().collect()
}

/// Whether an entry is there for whole messages of one character, which no literal announces.
fn is_tiny(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).count() < 8
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// The prefilter misses nothing: where something is found in a message, the message has a candidate.
    #[test]
    fn the_prefilter_misses_nothing(message in prop_oneof![message(), lines()]) {
        let linter = Linter::new(&LEXICON);
        let found = linter.check(&message, Fixing::Skip, &mut Scratch::default());
        if !found.is_empty() {
            let rules: Vec<&str> = found.iter().map(|finding| finding.rule.id.as_str()).collect();
            prop_assert!(linter.may_find_in(&message), "{rules:?} in {message:?}");
        }
    }

    /// The prefilter misses no line: where something is found in a line, judged alone, the
    /// candidates hold a place on that very line: whoever goes from candidate to candidate comes by it.
    #[test]
    fn the_prefilter_misses_no_line(text in lines()) {
        let linter = Linter::new(&LEXICON);
        let mut visited = BTreeSet::new();
        let mut candidates = linter.candidates();
        let mut from = Some(0);
        while let Some(at) = from.and_then(|from| candidates.next(&text, from)) {
            let line = plain::line_at(&text, text.floor_char_boundary(at));
            visited.insert(line.start);
            from = plain::next_line(&text, &line);
        }
        let mut next = Some(0);
        while let Some(start) = next {
            let line = plain::line_at(&text, start);
            let found = linter.check(&text[line.clone()], Fixing::Skip, &mut Scratch::default());
            prop_assert!(found.is_empty() || visited.contains(&line.start), "{:?} in {:?}", &text[line], text);
            next = plain::next_line(&text, &line);
        }
    }

    /// The literals that `wanyan lexicon literals` prints stand for the whole lexicon: in the folded text of every
    /// message in which something is found, aho-corasick finds one of them. Variant spellings are among the literals,
    /// so folding is all that the text needs. Entries for whole messages of one character have no literal; messages
    /// so short are left out. The other way round nothing holds: a literal may be one part of a phrase whose other
    /// parts are missing, or stand in an exemption.
    #[test]
    fn every_finding_holds_a_literal(message in message()) {
        let mut found = Linter::new(&LEXICON).check(&message, Fixing::Skip, &mut Scratch::default());
        // What cues find has no literal, nor what is found in the structure.
        let by_words = |id: &str| LEXICON.tables().entries.iter().any(|entry| entry.rule.id == id && entry.structure.is_none());
        found.retain(|finding| finding.cues.is_empty() && by_words(&finding.rule.id));
        if !found.is_empty() && !is_tiny(&message) {
            let rules: Vec<&str> = found.iter().map(|finding| finding.rule.id.as_str()).collect();
            prop_assert!(REFERENCE.is_match(&folded(&message)), "{rules:?} in {message:?}");
        }
    }

    /// The engine finds what aho-corasick finds, at the same places. What exactly is equal: the printed
    /// literals that are spelt right (variant spellings are put right in the text before the engine looks, so its trie
    /// does not hold them) against those of its matches that are one of these literals (it holds more:
    /// literals that contain another, and parts of phrases that are not their rarest).
    #[test]
    fn the_trie_equals_aho_corasick(message in prop_oneof![message(), lines()]) {
        let text = folded(&message);
        let expected: BTreeSet<(usize, usize)> = RIGHT
            .searcher
            .find_overlapping_iter(text.as_str())
            .map(|found| (found.start(), found.end()))
            .collect();
        let found: BTreeSet<(usize, usize)> =
            offences_in(&text).filter(|(start, end)| RIGHT.literals.contains(&text[*start..*end])).collect();
        prop_assert_eq!(found, expected, "in {:?}", text);
    }
}

/// The printed literals that are not variant spellings.
struct Right {
    literals: BTreeSet<&'static str>,
    searcher: AhoCorasick,
}

static RIGHT: LazyLock<Right> = LazyLock::new(|| {
    let is_held = |literal: &&str| offences_in(literal).any(|found| found == (0, literal.len()));
    let literals: BTreeSet<&str> = DOCS.literals.iter().map(String::as_str).filter(is_held).collect();
    Right { searcher: AhoCorasick::new(&literals).unwrap(), literals }
});

/// The literals of offences in a text, in bytes.
fn offences_in(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let chars: Vec<char> = text.chars().collect();
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut found = Vec::new();
    LEXICON.literals().offences.find(&chars, &mut Vec::new(), |_, range| {
        found.push((places[range.start], places[range.end]));
    });
    found.into_iter()
}

/// Whether a literal has a variant spelling in it, or is or has at its end a piece of one that differs from what is right.
fn is_variant(literal: &str) -> bool {
    let chars: Vec<char> = literal.chars().collect();
    LEXICON.tables().variants.iter().any(|variant| {
        let (from, to) = (&variant.from, &variant.to);
        let differ = |range: std::ops::Range<usize>| from[range.clone()] != to[range];
        let piece = |at: usize| from[at..].starts_with(&chars) && differ(at..at + chars.len());
        chars.windows(from.len()).any(|window| window == from)
            || (0..from.len()).any(piece)
            || (1..from.len()).any(|cut| {
                chars.ends_with(&from[..cut]) && differ(0..cut)
                    || chars.starts_with(&from[cut..]) && differ(cut..from.len())
            })
    })
}

#[test]
fn the_trie_holds_every_literal_but_variant_spellings() {
    let missing: Vec<&String> = DOCS
        .literals
        .iter()
        .filter(|literal| !RIGHT.literals.contains(literal.as_str()) && !is_variant(literal))
        .collect();
    assert!(missing.is_empty(), "{:?}", &missing[..missing.len().min(20)]);
    assert!(RIGHT.literals.len() > 1000, "only {}", RIGHT.literals.len());
    assert!(DOCS.literals.iter().all(|literal| literal.chars().all(|c| fold_char(c) == c)));
}

/// Gives its bytes in portions of odd sizes.
struct Portions<'a> {
    rest: &'a [u8],
    sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
}

impl Read for Portions<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.sizes.next().unwrap_or(1).min(buffer.len()).min(self.rest.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        Ok(count)
    }
}

/// A finding for comparison: its line, its bytes in the file, its rule and its message.
type Brief = (usize, u64, u64, String, String);

fn in_pieces(text: &str, sizes: Vec<usize>) -> Vec<Brief> {
    let arguments = ExtractOptions { message: MessageUnit::Line, ..ExtractOptions::default() };
    let files = ByFile::new(&Options::default(), Path::new(""), &arguments, &Policy::USUAL).unwrap();
    let settings = Settings {
        linter: Linter::new(&LEXICON),
        format: Some(Format::Plain),
        extract: &files.base().extract,
        fixing: Fixing::Skip,
        files: &files,
    };
    let mut found = Vec::new();
    let mut reader = Portions { rest: text.as_bytes(), sizes: sizes.into_iter().cycle() };
    settings
        .check_reader(&mut reader, Path::new("大.txt"), &mut Buffers::default(), &mut |event| {
            match event {
                Event::Finding(finding) => found.push((
                    finding.place.line,
                    finding.place.bytes.start,
                    finding.place.bytes.end,
                    finding.diagnostic.rule.id.clone(),
                    finding.message,
                )),
                Event::Problem(line, message) => panic!("line {line:?}: {message}"),
                Event::Note(note) => panic!("{note}"),
            }
            Ok(())
        })
        .unwrap();
    found
}

/// Line by line over the whole text, each line judged whether or not the prefilter lets it through.
fn line_by_line(text: &str) -> Vec<Brief> {
    let mut found = Vec::new();
    let mut scratch = Scratch::default();
    // The same message is the same whatever its line: a debug build is slow.
    let mut known: HashMap<&str, Vec<(TextRange<Prose>, &str)>> = HashMap::new();
    let (body, mark) = text.strip_prefix('\u{feff}').map_or((text, 0), |body| (body, '\u{feff}'.len_utf8()));
    let (mut number, mut next) = (0, Some(0));
    while let Some(start) = next {
        number += 1;
        let line = plain::line_at(body, start);
        let (role, words) = plain::line_role(&body[line.clone()], &ExtractOptions::default());
        let at = line.start + words.start;
        let message = &body[at..line.start + words.end];
        if role == Role::Agent {
            let judged = known.entry(message).or_insert_with(|| {
                let found = Linter::new(&LEXICON).check(message, Fixing::Skip, &mut scratch);
                found.iter().map(|finding| (finding.range, finding.rule.id.as_str())).collect()
            });
            for (range, rule) in judged {
                let bytes = [range.start(), range.end()].map(|offset| (mark + at + offset) as u64);
                found.push((number, bytes[0], bytes[1], (*rule).to_owned(), message.to_owned()));
            }
        }
        next = plain::next_line(body, &line);
    }
    found
}

/// More than one piece of the reader (256 KiB), and what comes after it.
const LARGE: usize = 300 * 1024;

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of a file are cut where the reader stops, in the middle of lines and of characters: nothing of that shows.
    #[test]
    fn a_file_read_in_pieces_is_the_file(
        some in proptest::collection::vec(message(), 20..60),
        sizes in proptest::collection::vec(1usize..90_000, 1..5),
        long in 0usize..3,
        end in prop_oneof![Just("\n"), Just("\r\n")],
        mark in any::<bool>(),
    ) {
        let mut text = if mark { "\u{feff}".to_owned() } else { String::new() };
        while text.len() < LARGE {
            for message in &some {
                text.push_str(&message.replace(['\n', '\r'], ""));
                text.push_str(end);
                // Most lines of a large file are harmless, and a debug build is slow.
                for _ in 0..60 {
                    text.push_str("您好，已经为您安排好了，感谢您的理解。");
                    text.push_str(end);
                }
            }
        }
        if long == 0 {
            // One line longer than a piece.
            text.push_str(&"x".repeat(LARGE));
            text.push_str("，滚蛋");
            text.push_str(end);
        }
        text.push_str("不行");
        let found = in_pieces(&text, sizes);
        let expected = line_by_line(&text);
        prop_assert!(!found.is_empty());
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!(found.len(), expected.len());
    }
}
