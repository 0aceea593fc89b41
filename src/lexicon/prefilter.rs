//! The first test of every message: may any phrase be in it at all?
//!
//! Ordinary chat holds a phrase in one line of fifty or less, so most of the time goes into finding out that there is
//! none. For each literal of the rarest part of a phrase, its *anchor*, one *window* of two or three of its characters
//! is chosen, the rarer the better. The test folds character by character, skips all that is no part of a word, and
//! asks for windows only where a table of bits says that one may end. Where a window is found, the rest of the literal
//! must stand around it, and where the phrase goes on before or behind the anchor, the next part must begin (or the one
//! before end) near enough. It never misses a phrase and may let a text through that has none: the engine judges those
//! in full.
//!
//! What it asks is kept in one image of 32-bit words, read in place out of the program: a short run touches little of
//! it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::cues::{self, Cues};
use super::frequency::likelihood;
use crate::normalize::{fold_char, simplify};
use crate::text::is_han;

/// The windows that the table of bits tells apart, as a power of two.
const TABLE_BITS: u32 = 20;

/// A table of bits.
type Bits = [u64; 1 << (TABLE_BITS - 6)];

/// A line of at most so many bytes may be a whole message of one character.
const SHORT_LINE: usize = 48;

/// The most words of a literal that are compared on each side of its window.
const MOST_REST: usize = 15;

/// The most words that are looked at on one side: a window, the rest of its literal, a gap, the edge of the next part.
const MOST_WORDS: usize = 40;

/// The most characters that are read on one side for one window: a line of a million fillers is rather judged in full.
const MOST_CHARS: u32 = 400;

/// Neighbouring folded characters; the first is zero where there are only two.
type Window = (char, char, char);

/// How a literal begins, or ends: up to three words from its edge inwards, zero where there are none. A word is one
/// character, or one that is repeated.
type Edge = (char, char, char);

/// How far from an anchor the part beside it may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reach {
    /// The most characters between them.
    pub(super) gap: u8,
    /// Whether the end of a clause may lie between their words: where it is written into one of them.
    pub(super) crosses_clause: bool,
}

/// What must stand on one side of an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Anything.
    Open,
    /// Another part of the phrase.
    Part {
        /// How its literals end where it stands before the anchor, begin where it stands behind.
        edges: BTreeSet<Edge>,
        /// Where it may stand.
        reach: Reach,
    },
    /// The edge of the clause (a mark, a blank or the end of the line), with only words that frame before it.
    ClauseEdge,
    /// The edge of the line, with only words that frame before it.
    LineEdge,
}

/// What a phrase asks of a line.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The literals of its rarest part.
    pub(super) anchor: Vec<Vec<char>>,
    /// What must stand before the anchor.
    pub(super) before: Side,
    /// What must stand behind it.
    pub(super) behind: Side,
}

impl Demand {
    /// Whether the anchor alone is enough.
    pub(super) fn is_open(&self) -> bool {
        self.before == Side::Open && self.behind == Side::Open
    }
}

/// What a window asks of the words around it. In their order, asks that compare the same words stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ask {
    /// How many words before and behind the window belong to the literal.
    rest: (u8, u8),
    /// The hash of these words.
    hash: u32,
    /// What must stand before the literal: the number of a part, from one; or zero, [`CLAUSE_EDGE`], [`LINE_EDGE`].
    before: u16,
    /// What must stand behind it.
    behind: u16,
}

/// Where the sections of the image begin, in words of 32 bits.
#[derive(Clone, Copy, Debug)]
struct Sections {
    /// A table with open addressing whose size is a power of two, two words a place: a hashed window, zero where it is
    /// empty, and where its asks begin, in words.
    windows: usize,
    /// Two words an ask: the bits [`REST_BITS`] of its hash, with the counts of its words, 4 bits each, and [`LAST`]; the
    /// numbers of what stands before and behind, 16 bits each.
    asks: usize,
    /// Three words for each part beside an anchor: where its edges begin, and in the highest 8 bits how far it may stand;
    /// a bit for each word that one of its edges may be. One more at the end.
    parts: usize,
    /// The hashed edges, sorted for each part.
    edges: usize,
    /// The characters that are whole messages, sorted.
    lone: usize,
    /// The characters of words that frame, sorted.
    frame: usize,
    /// The end of the image.
    end: usize,
}

impl Sections {
    fn at([windows, asks, parts, edges, lone, frame, end]: [usize; HEAD]) -> Self {
        Sections { windows, asks, parts, edges, lone, frame, end }
    }
}

/// The sign of a window's last ask.
const LAST: u32 = 1 << 8;

/// The bits of an ask's hash that are kept and compared.
const REST_BITS: u32 = !0x1ff;

/// In the place of a part's number: the edge of the clause must be there.
const CLAUSE_EDGE: u16 = u16::MAX;

/// In the place of a part's number: the edge of the line must be there.
const LINE_EDGE: u16 = u16::MAX - 1;

/// The words of the image's head: where the sections begin, and where the last ends.
const HEAD: usize = 7;

/// Which texts are worth a full look.
#[derive(Clone, Debug)]
pub struct Prefilter {
    /// One bit for each hashed window.
    bits: Box<Bits>,
    image: Cow<'static, [u8]>,
    sections: Sections,
}

/// Up to three folded characters in one number, never zero. Two windows of the same number cost a full look, no more.
#[inline(always)]
pub(super) fn hash(first: char, second: char, third: char) -> u32 {
    let [first, second, third] = [first, second, third].map(u32::from);
    let mixed = first.wrapping_mul(0x2C1B_3C6D).wrapping_add(second.wrapping_mul(0x297A_2D39));
    mixed.wrapping_add(third.wrapping_mul(0x9E37_79B1)).max(1)
}

/// The hash of the words of a literal around its window: those before it, from right to left, then those behind it.
fn rest_hash<'c>(words: impl Iterator<Item = &'c char>) -> u32 {
    words.fold(0, |hash: u32, word| (hash.rotate_left(5) ^ u32::from(*word)).wrapping_mul(0x9E37_79B1))
}

/// The word of 32 bits of that number; zero beyond the end.
fn word(image: &[u8], number: usize) -> u32 {
    image.as_chunks().0.get(number).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// One of 64 bits for a word.
fn word_bit(word: char) -> u64 {
    1 << (u32::from(word).wrapping_mul(0x9E37_79B1) >> 26)
}

fn empty_bits() -> Box<Bits> {
    Box::new([0; 1 << (TABLE_BITS - 6)])
}

fn set_bit(bits: &mut Bits, hash: u32) {
    let index = (hash >> (32 - TABLE_BITS)) as usize;
    bits[index >> 6] |= 1 << (index & 63);
}

#[inline(always)]
fn has_bit(bits: &Bits, hash: u32) -> bool {
    let index = (hash >> (32 - TABLE_BITS)) as usize;
    bits[index >> 6] >> (index & 63) & 1 != 0
}

/// The characters of words, each run of one counted once; `last` stands before them.
fn words(chars: impl Iterator<Item = char>, mut last: char) -> impl Iterator<Item = char> {
    chars.filter(|c| is_word(*c)).filter(move |c| std::mem::replace(&mut last, *c) != *c)
}

/// The edge of a literal whose characters come from that edge inwards; nothing where it has no word.
pub(super) fn edge(chars: impl Iterator<Item = char>) -> Option<Edge> {
    let mut words = words(chars, '\0').fuse();
    Some((words.next()?, words.next().unwrap_or('\0'), words.next().unwrap_or('\0')))
}

impl Prefilter {
    /// A filter for texts that meet one of `demands`, or are whole messages of one of the characters `lone`. Literals are
    /// folded, with variants spelled out; those without a window are left out. `frame` has all characters of the words
    /// that do not count as words of a message or clause; it also looks for the cues that make a sentence heard.
    #[must_use]
    pub(super) fn new(demands: &[Demand], lone: &BTreeSet<char>, frame: &BTreeSet<char>, cues: &Cues) -> Self {
        let mut parts: Vec<(&BTreeSet<Edge>, Reach)> = Vec::new();
        let mut numbers: BTreeMap<(&BTreeSet<Edge>, Reach), u16> = BTreeMap::new();
        let mut asked: BTreeMap<u32, BTreeSet<Ask>> = BTreeMap::new();
        let mut bits = empty_bits();
        for demand in demands {
            let [before, behind] = [&demand.before, &demand.behind].map(|side| match side {
                Side::Open => (0, 0),
                Side::ClauseEdge => (CLAUSE_EDGE, 0),
                Side::LineEdge => (LINE_EDGE, 0),
                Side::Part { edges, reach } => {
                    let number = *numbers.entry((edges, *reach)).or_insert_with(|| {
                        parts.push((edges, *reach));
                        // With too many the rest is not asked for: that lets more through, and misses nothing.
                        u16::try_from(parts.len()).ok().filter(|number| *number < LINE_EDGE).unwrap_or(0)
                    });
                    (number, usize::from(reach.gap))
                }
            });
            for literal in &demand.anchor {
                let Some((window, at)) = choose_window(literal) else { continue };
                let (first, second, third) = window;
                let chars: Vec<char> = literal.iter().copied().filter(|c| is_word(*c)).collect();
                let begin = if first == '\0' { second } else { first };
                let width = if first == '\0' { 2 } else { 3 };
                let left: Vec<char> = words(chars[..at].iter().rev().copied(), begin).take(MOST_REST).collect();
                let right: Vec<char> = words(chars[at + width..].iter().copied(), third).take(MOST_REST).collect();
                // What lies too far away is not asked for.
                let near = |(number, gap): (u16, usize), rest: usize| {
                    if rest < MOST_REST && rest + gap + 8 < MOST_WORDS { number } else { 0 }
                };
                set_bit(&mut bits, hash(first, second, third));
                asked.entry(hash(first, second, third)).or_default().insert(Ask {
                    rest: (left.len() as u8, right.len() as u8), // at most MOST_REST
                    hash: rest_hash(left.iter().chain(&right)),
                    before: near(before, left.len()),
                    behind: near(behind, right.len()),
                });
            }
        }
        for cue in cues.keen() {
            set_bit(&mut bits, cue);
        }
        let (image, sections) = lay_out(&asked, &parts, lone, frame);
        Prefilter { bits, image: Cow::Owned(image), sections }
    }

    /// The form in which it is written into the program: the table of bits, then the image.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.bits.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend_from_slice(&self.image);
        bytes
    }

    /// Reads what [`Prefilter::to_bytes`] wrote; nothing where the head cannot be right. A damaged image makes it let
    /// through too little or too much, no more.
    #[must_use]
    pub fn from_bytes(bytes: &'static [u8]) -> Option<Self> {
        let (words, image) = bytes.split_at_checked(size_of::<Bits>())?;
        let mut bits = empty_bits();
        for (word, bytes) in bits.iter_mut().zip(words.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        let mut head = [0; HEAD];
        for (number, begin) in head.iter_mut().enumerate() {
            *begin = word(image, number) as usize;
        }
        let sections = Sections::at(head);
        let in_order = head.is_sorted() && sections.windows == HEAD && sections.end * 4 == image.len();
        let whole_table = (sections.asks - sections.windows).is_power_of_two();
        (in_order && whole_table).then_some(Prefilter { bits, image: Cow::Borrowed(image), sections })
    }

    fn word(&self, at: usize) -> u32 {
        word(&self.image, at)
    }

    /// Where the asks of a window begin.
    fn asks(&self, window: u32) -> Option<usize> {
        let Sections { windows, asks, .. } = self.sections;
        let mask = (asks - windows) / 2 - 1;
        let mut slot = window as usize & mask;
        // The table always has an empty place; the count of turns is for a damaged one.
        for _ in 0..=mask {
            match self.word(windows + 2 * slot) {
                0 => return None,
                found if found == window => return Some(self.word(windows + 2 * slot + 1) as usize),
                _ => slot = (slot + 1) & mask,
            }
        }
        None
    }

    /// Whether the three words that end at the byte `at` say that the line is to be judged; `is_run` where the same word
    /// stands more than once before the last.
    #[cold]
    fn decides(&self, (first, left, right): Window, is_run: bool, text: &str, at: usize) -> bool {
        let two = self.asks(hash('\0', left, right));
        let three = if first == '\0' { None } else { self.asks(hash(first, left, right)) };
        if two.is_none() && three.is_none() && !is_run {
            return false;
        }
        let mut before = Walk::new(text[..at].chars().rev().take_while(|c| *c != '\n'));
        let mut behind = Walk::new(text[at..].chars().take_while(|c| *c != '\n'));
        behind.take(right);
        // Where the walk to the left comes by `left`.
        let second = usize::from(left != right);
        if two.is_some_and(|asks| self.is_met(asks, second, &mut before, &mut behind))
            || three
                .is_some_and(|asks| self.is_met(asks, second + usize::from(first != left), &mut before, &mut behind))
        {
            return true;
        }
        // Of a run, a window may begin before it.
        let beyond = if is_run { before.word(second + 1) } else { None };
        let run = beyond.and_then(|beyond| self.asks(hash(beyond, left, right)));
        run.is_some_and(|asks| self.is_met(asks, second + 1, &mut before, &mut behind))
            || before.left == 0
            || behind.left == 0
    }

    /// Whether the words around a window are what one of its asks wants. Both walks begin with the window's last word; the
    /// one to the left comes by its first at `begin`.
    fn is_met<B, F>(&self, asks: usize, begin: usize, before: &mut Walk<B>, behind: &mut Walk<F>) -> bool
    where
        B: Iterator<Item = char>,
        F: Iterator<Item = char>,
    {
        let mut at = asks;
        let mut compared = None;
        let mut rest = None;
        loop {
            let [ask, near] = [0, 1].map(|offset| self.word(at + offset));
            let [left, right] = [ask, ask >> 4].map(|count| (count & 0xf) as usize);
            if compared != Some((left, right)) {
                compared = Some((left, right));
                let there = before.word(begin + left).is_some() && behind.word(right).is_some();
                rest = there.then(|| {
                    let (before, behind) = (&before.words[begin + 1..=begin + left], &behind.words[1..=right]);
                    rest_hash(before.iter().chain(behind))
                });
            }
            if rest.is_some_and(|rest| (rest ^ ask) & REST_BITS == 0)
                && self.is_there(near as u16, before, begin + left)
                && self.is_there((near >> 16) as u16, behind, right)
            {
                return true;
            }
            if ask & LAST != 0 || at >= self.sections.end {
                return false;
            }
            at += 2;
        }
    }

    /// Whether what that number asks for stands beyond the word `last`, at which a walk leaves the literal.
    fn is_there<I: Iterator<Item = char>>(&self, number: u16, walk: &mut Walk<I>, last: usize) -> bool {
        match number {
            0 => true,
            CLAUSE_EDGE => self.is_framed(walk, last, true),
            LINE_EDGE => self.is_framed(walk, last, false),
            _ => self.is_near(usize::from(number) - 1, walk, last),
        }
    }

    /// Whether only words that frame stand between the word `last` and the end of the line, or the next mark.
    fn is_framed<I: Iterator<Item = char>>(&self, walk: &mut Walk<I>, last: usize, to_mark: bool) -> bool {
        let Sections { frame, end, .. } = self.sections;
        for at in last + 1..MOST_WORDS {
            match walk.word(at) {
                None => return true,
                Some(_) if to_mark && walk.marked >> at & 1 != 0 => return true,
                Some(word) if self.holds([frame, end], u32::from(word)) => {}
                Some(_) => return false,
            }
        }
        true
    }

    /// Whether the part of that number, from zero, begins near enough beyond the word `last`.
    fn is_near<I: Iterator<Item = char>>(&self, part: usize, walk: &mut Walk<I>, last: usize) -> bool {
        let [this, low, high, next] = [0, 1, 2, 3].map(|more| self.word(self.sections.parts + 3 * part + more));
        let first_words = u64::from(low) | u64::from(high) << 32;
        let edges = [this, next].map(|word| self.sections.edges + (word & 0x00ff_ffff) as usize);
        let (gap, crosses_clause) = ((this >> 25) as usize, this >> 24 & 1 != 0);
        for at in last..=last + 1 + gap {
            let Some(word) = walk.word(at) else { return false };
            if at == last {
                // Of a run that the literal ends with, the rest may begin the part: whether it is one, the next word says.
                walk.word(at + 1);
                if walk.repeated >> at & 1 == 0 {
                    continue;
                }
            } else if !crosses_clause && walk.ended >> at & 1 != 0 {
                return false;
            }
            if first_words & word_bit(word) == 0 {
                continue;
            }
            let [second, third] = [1, 2].map(|more| walk.word(at + more).unwrap_or('\0'));
            let found = [('\0', '\0'), (second, '\0'), (second, third)];
            if found.into_iter().any(|(second, third)| self.holds(edges, hash(word, second, third))) {
                return true;
            }
        }
        false
    }

    /// Whether a sorted stretch of the image holds that word of 32 bits.
    fn holds(&self, [mut from, mut to]: [usize; 2], wanted: u32) -> bool {
        while from < to {
            let middle = from.midpoint(to);
            match self.word(middle).cmp(&wanted) {
                Ordering::Equal => return true,
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
            }
        }
        false
    }

    /// Whether a short line may be a whole message of one character.
    #[cold]
    fn is_lone(&self, line: &str) -> bool {
        let Sections { lone, frame, .. } = self.sections;
        line.chars().any(|c| self.holds([lone, frame], u32::from(fold_char(c))))
    }

    /// The offset in bytes of a place, at `from` or later, on whose line a phrase may be; `None` if there is none.
    /// `from` is the start of a line. The cues are added up on the way.
    #[must_use]
    pub fn find(&self, cues: &Cues, text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let short_lines = self.sections.lone < self.sections.frame;
        // Where the last sentence ended that was listened to.
        let mut heard = from;
        let mut at = from;
        let mut line_start = from;
        // The two words before `at`, zero where there are none on this line.
        let (mut first, mut left) = ('\0', '\0');
        while at < bytes.len() {
            let lead = bytes[at];
            let right;
            if (0xe3..0xf0).contains(&lead) && at + 2 < bytes.len() {
                let code = (u32::from(lead) & 0x0f) << 12
                    | (u32::from(bytes[at + 1]) & 0x3f) << 6
                    | (u32::from(bytes[at + 2]) & 0x3f);
                at += 3;
                match code {
                    // The marks of Chinese, and what shows nothing.
                    0x3000..0x3400 => continue,
                    0x4e00..=0x9fff => right = char::from_u32(code).map_or('\0', simplify),
                    _ => match char::from_u32(code).map(fold_char) {
                        Some(c) if is_word(c) => right = c,
                        _ => continue,
                    },
                }
            } else if lead < 0x80 {
                at += 1;
                if lead == b'\n' {
                    if short_lines && at - line_start <= SHORT_LINE && self.is_lone(&text[line_start..at]) {
                        return Some(line_start);
                    }
                    line_start = at;
                    (first, left) = ('\0', '\0');
                    continue;
                }
                if !lead.is_ascii_alphanumeric() && lead != b'%' {
                    // Fillers and marks: what stands on both sides may make a pair.
                    continue;
                }
                right = char::from(lead.to_ascii_lowercase());
            } else {
                // Symbols, emoji and rare characters are no part of a phrase; they may be fillers.
                at += if lead < 0xe0 {
                    2
                } else if lead < 0xf0 {
                    3
                } else {
                    4
                };
                continue;
            }
            let may_end = has_bit(&self.bits, hash('\0', left, right)) | has_bit(&self.bits, hash(first, left, right));
            // Folding counts a run of three or more once, and cues any run.
            let is_run = first == left && left != '\0';
            if may_end || is_run {
                if self.decides((first, left, right), is_run, text, at) {
                    return Some(at - 1);
                }
                if at > heard && is_keen(cues, (first, left, right), is_run, text, at) {
                    let (speaks, end) = cues::speak_around(cues, text, at);
                    if speaks {
                        return Some(at - 1);
                    }
                    heard = end;
                }
            }
            (first, left) = (left, right);
        }
        let is_lone = short_lines && bytes.len() - line_start <= SHORT_LINE && self.is_lone(&text[line_start..]);
        is_lone.then_some(line_start)
    }
}

/// Whether a cue ends at the byte `at` for which its sentence is to be heard.
#[cold]
fn is_keen(cues: &Cues, (first, left, right): Window, is_run: bool, text: &str, at: usize) -> bool {
    if cues.is_keen(hash('\0', left, right)) || first != '\0' && cues.is_keen(hash(first, left, right)) {
        return true;
    }
    // A cue may begin before a run.
    let beyond = if is_run { Walk::new(text[..at].chars().rev()).word(1 + usize::from(left != right)) } else { None };
    beyond.is_some_and(|beyond| cues.is_keen(hash(beyond, left, right)))
}

/// The words to one side of a place, from it outwards, folded; read as far as they are asked for.
struct Walk<I> {
    chars: I,
    words: [char; MOST_WORDS],
    count: usize,
    /// A bit for each word that is there more than once in a row.
    repeated: u64,
    /// A bit for each word before which, on the way from the place, a clause ends.
    ended: u64,
    clause_ends: bool,
    /// A bit for each word before which, on the way from the place, something that is no word stands.
    marked: u64,
    is_marked: bool,
    /// How many characters may still be read; with none left nothing is known of what comes.
    left: u32,
}

impl<I: Iterator<Item = char>> Walk<I> {
    fn new(chars: I) -> Self {
        Walk {
            chars,
            words: ['\0'; MOST_WORDS],
            count: 0,
            repeated: 0,
            ended: 0,
            clause_ends: false,
            marked: 0,
            is_marked: false,
            left: MOST_CHARS,
        }
    }

    /// Goes on by one word.
    fn take(&mut self, word: char) {
        match self.count.checked_sub(1) {
            Some(last) if self.words[last] == word => self.repeated |= 1 << last,
            _ if self.count < MOST_WORDS => {
                self.words[self.count] = word;
                self.ended |= u64::from(self.clause_ends) << self.count;
                self.marked |= u64::from(self.is_marked) << self.count;
                self.clause_ends = false;
                self.is_marked = false;
                self.count += 1;
            }
            _ => {}
        }
    }

    /// The word of that number, from zero; nothing where the line or the walk ends before it.
    fn word(&mut self, number: usize) -> Option<char> {
        while self.count <= number && self.count < MOST_WORDS {
            self.left = self.left.checked_sub(1)?;
            let c = fold_char(self.chars.next()?);
            self.is_marked |= !is_word(c);
            match c {
                '。' | '!' | '?' | ';' | '、' => self.clause_ends = true,
                // Between digits a comma or a colon is a part of the number.
                ',' | ':' => {
                    let number = self.count > 0 && self.words[self.count - 1].is_ascii_digit();
                    self.clause_ends |= !number;
                }
                _ if is_word(c) => self.take(c),
                _ => {}
            }
        }
        (number < self.count).then(|| self.words[number])
    }
}

/// Lays the image out.
fn lay_out(
    asked: &BTreeMap<u32, BTreeSet<Ask>>,
    parts: &[(&BTreeSet<Edge>, Reach)],
    lone: &BTreeSet<char>,
    frame: &BTreeSet<char>,
) -> (Vec<u8>, Sections) {
    let size = (asked.len() * 3 / 2).next_power_of_two().max(64);
    let mut windows = vec![0u32; 2 * size];
    let asks_begin = HEAD + 2 * size;
    let mut asks: Vec<u32> = Vec::new();
    for (window, asked) in asked {
        let mut slot = *window as usize & (size - 1);
        while windows[2 * slot] != 0 {
            slot = (slot + 1) & (size - 1);
        }
        windows[2 * slot] = *window;
        windows[2 * slot + 1] = (asks_begin + asks.len()) as u32; // an image of 16 GiB fits into no program
        for ask in asked {
            let counts = u32::from(ask.rest.0) | u32::from(ask.rest.1) << 4; // at most MOST_REST
            asks.extend([ask.hash & REST_BITS | counts, u32::from(ask.before) | u32::from(ask.behind) << 16]);
        }
        let last = asks.len() - 2;
        asks[last] |= LAST;
    }
    let mut begins: Vec<u32> = Vec::new();
    let mut edges: Vec<u32> = Vec::new();
    for (all, reach) in parts {
        // A gap so wide that it is cut here was not asked for.
        let first_words = all.iter().fold(0, |bits, (word, ..)| bits | word_bit(*word));
        let place = edges.len() as u32 | u32::from(reach.crosses_clause) << 24 | u32::from(reach.gap) << 25;
        begins.extend([place, first_words as u32, (first_words >> 32) as u32]);
        let hashed: BTreeSet<u32> = all.iter().map(|(word, second, third)| hash(*word, *second, *third)).collect();
        edges.extend(hashed);
    }
    begins.push(edges.len() as u32);
    let [lone, frame] = [lone, frame].map(|chars| chars.iter().map(|c| u32::from(*c)).collect::<Vec<u32>>());
    let sections = [&windows, &asks, &begins, &edges, &lone, &frame];
    let mut head = [HEAD as u32; HEAD];
    for (number, section) in sections.iter().enumerate() {
        head[number + 1] = head[number] + section.len() as u32;
    }
    let words = head.iter().chain(sections.into_iter().flatten());
    (words.flat_map(|word| word.to_le_bytes()).collect(), Sections::at(head.map(|begin| begin as usize)))
}

/// The window of a literal that the fewest polite texts will hold, and at which of its words it begins: three characters
/// where it has as many, else two. Marks do not count.
fn choose_window(literal: &[char]) -> Option<(Window, usize)> {
    let words: Vec<char> = literal.iter().copied().filter(|c| is_word(*c)).collect();
    let rarest = words
        .windows(words.len().clamp(2, 3))
        .enumerate()
        .min_by(|(_, left), (_, right)| likelihood(left).total_cmp(&likelihood(right)));
    rarest.map(|(at, window)| match window {
        [first, second, third] => ((*first, *second, *third), at),
        _ => (('\0', window[0], window[1]), at),
    })
}

/// Roughly how often polite texts hold one of these literals; nothing where one of them has no window.
pub(super) fn cost<'l>(literals: impl IntoIterator<Item = &'l [char]>) -> Option<f64> {
    let windows: Option<BTreeMap<Window, u64>> = literals
        .into_iter()
        // Likelihoods as bits: a map of windows needs no order of floats.
        .map(|literal| {
            let ((first, second, third), _) = choose_window(literal)?;
            let window = [first, second, third];
            let window = if first == '\0' { &window[1..] } else { &window[..] };
            Some(((first, second, third), likelihood(window).to_bits()))
        })
        .collect();
    windows.map(|windows| windows.into_values().map(f64::from_bits).sum())
}

/// Whether [`Prefilter::find`] takes the character for a part of a word.
pub(super) fn is_word(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || c == '%'
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: BTreeSet<char> = BTreeSet::new();

    fn filter(literals: &[&str]) -> Prefilter {
        let anchor = literals.iter().map(|literal| literal.chars().collect()).collect();
        Prefilter::new(&[Demand { anchor, before: Side::Open, behind: Side::Open }], &NONE, &NONE, &Cues::default())
    }

    #[test]
    fn finds_what_folding_would_find() {
        let filter = filter(&["不行", "的没办法", "没办法", "滚蛋", "sb", "100%有效", "是的,但是吧"]);
        for text in [
            "不行",
            "這个沒辦法",
            "滚.蛋",
            "不 行",
            "不\u{200b}行",
            "不😊行",
            "Ｓb",
            "是 S B 吗",
            "100％有效",
            "亲\n不行",
            "真的没没没办法",
            "是的，但是吧",
        ] {
            assert!(filter.find(&Cues::default(), text, 0).is_some(), "{text}");
        }
        for text in ["", "您好", "不\n行", "没办", "行不"] {
            assert_eq!(filter.find(&Cues::default(), text, 0), None, "{text}");
        }
        assert_eq!(filter.find(&Cues::default(), "不行\n不行\n", 7), Some(12));
    }

    #[test]
    fn asks_for_the_surroundings() {
        let anchor = vec!["退款".chars().collect()];
        let edges = [('定', '一', '\0'), ('证', '保', '\0'), ('准', '\0', '\0')].into();
        let demand = Demand {
            anchor,
            before: Side::Part { edges, reach: Reach { gap: 4, crosses_clause: false } },
            behind: Side::Open,
        };
        let filter = Prefilter::new(&[demand], &NONE, &NONE, &Cues::default());
        for (text, passes) in [
            ("退款", false),
            ("一定", false),
            ("一定\n退款", false),
            ("保证能退款", true),
            ("保准能退款", true),
            ("验证能退款", false),
            ("保证10,000元退款", true),
            ("保证，退款", false),
            ("一定 “给您” 退款", true),
            ("退款一定到", false),
            ("一定在很久很久以后退款", false),
        ] {
            assert_eq!(filter.find(&Cues::default(), text, 0).is_some(), passes, "{text}");
        }
        let bytes: &'static [u8] = filter.to_bytes().leak();
        let read = Prefilter::from_bytes(bytes).expect("it was just written");
        assert!(
            read.find(&Cues::default(), "保证能退款", 0).is_some() && read.find(&Cues::default(), "退款", 0).is_none()
        );
        assert!(Prefilter::from_bytes(&bytes[..99]).is_none());
        assert!(Prefilter::from_bytes(&bytes[..bytes.len() - 4]).is_none());
    }

    #[test]
    fn asks_for_the_whole_literal() {
        let filter = filter(&["没有任何办法", "看看说明书去"]);
        for text in ["没有任何办法", "真没有，任何 办法", "没没没有任何办法法法", "看看说明书去", "看看看说明书去"]
        {
            assert!(filter.find(&Cues::default(), text, 0).is_some(), "{text}");
        }
        for text in ["没有任何问题", "没有任何", "有任何办法", "没有任\n何办法", "说明书去"] {
            assert_eq!(filter.find(&Cues::default(), text, 0), None, "{text}");
        }
    }

    #[test]
    fn asks_for_the_edges() {
        let anchor = || vec!["没有".chars().collect()];
        let clause = Demand { anchor: anchor(), before: Side::ClauseEdge, behind: Side::ClauseEdge };
        let line = Demand { anchor: anchor(), before: Side::LineEdge, behind: Side::LineEdge };
        let frame = ['亲', '了'].into();
        let [clause, line] = [clause, line].map(|demand| Prefilter::new(&[demand], &NONE, &frame, &Cues::default()));
        for (text, of_clause, of_line) in [
            ("没有", true, true),
            ("亲，没有了。", true, true),
            ("收到\n没有\n好", true, true),
            ("您看，没有 了", true, false),
            ("还没有", false, false),
            ("没有收到", false, false),
        ] {
            assert_eq!(clause.find(&Cues::default(), text, 0).is_some(), of_clause, "{text}");
            assert_eq!(line.find(&Cues::default(), text, 0).is_some(), of_line, "{text}");
        }
    }

    #[test]
    fn lets_short_lines_through_where_asked() {
        let short = Prefilter::new(&[], &['哦'].into(), &NONE, &Cues::default());
        assert_eq!(short.find(&Cues::default(), "好\n哦\n", 0), Some("好\n".len()));
        let long = "您".repeat(40);
        assert_eq!(short.find(&Cues::default(), &format!("{long}\n哦"), 0), Some(long.len() + 1));
        assert_eq!(short.find(&Cues::default(), &long, 0), None);
    }
}
