//! The first test of every message: may any phrase be in it at all?
//!
//! Ordinary chat holds a phrase in one line of fifty or less, so most of the time goes into finding out that there is
//! none. For each literal of the rarest part of a phrase one *window* of two or three of its characters is chosen, the
//! rarer the better; a line in which no window is found has no phrase. Where a phrase has another part that can be asked
//! for, both must be on the line. The test looks at each pair of neighbouring characters as
//! they are written (so the table holds each window's traditional, full-width and upper-case forms), skips what folding
//! skips, and asks the exact windows only where a bit says that the pair may end one. It never misses a phrase and
//! may let a text through that has none: the engine judges those in full.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::frequency::likelihood;
use crate::normalize::{fold_char, forms, is_han};

/// The pairs that the bit table tells apart, as a power of two.
const PAIR_BITS: u32 = 18;

/// How many phrases of two parts are told apart; of more, the rarer ones are asked for by their anchor alone.
const MAX_PAIRED: usize = 4096;

/// An anchor that stands in fewer places of polite replies than this is asked for alone: asking twice would gain nothing.
const RARE: f64 = 2e-5;

/// A line of at most so many bytes is let through where whole messages of one character are looked for.
const SHORT_LINE: usize = 48;

/// Neighbouring folded characters; the first is zero where there are only two.
type Window = (char, char, char);

/// What a phrase asks of a line.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The literals of its rarest part.
    pub(super) anchor: Vec<Vec<char>>,
    /// Those of the rarest other part that can be asked for.
    pub(super) partner: Option<Vec<Vec<char>>>,
}

/// The phrases of two parts, by number, whose anchor and whose other part a window is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Sides {
    anchors: Vec<u16>,
    partners: Vec<u16>,
}

/// The sides that a line has shown so far, a bit for each phrase.
struct Seen {
    anchors: [u64; MAX_PAIRED / 64],
    partners: [u64; MAX_PAIRED / 64],
    any: bool,
}

impl Seen {
    fn new() -> Self {
        Seen { anchors: [0; MAX_PAIRED / 64], partners: [0; MAX_PAIRED / 64], any: false }
    }

    fn clear(&mut self) {
        if self.any {
            *self = Seen::new();
        }
    }

    /// Notes the sides of a window, and says whether a phrase has now shown both.
    fn add(&mut self, sides: &Sides) -> bool {
        self.any = true;
        let mut both = false;
        let sides = sides.anchors.iter().map(|phrase| (phrase, true)).chain(sides.partners.iter().map(|phrase| (phrase, false)));
        for (phrase, is_anchor) in sides {
            let (word, bit) = (usize::from(*phrase) / 64, 1u64 << (phrase % 64));
            let (own, other) =
                if is_anchor { (&mut self.anchors, &self.partners) } else { (&mut self.partners, &self.anchors) };
            own[word] |= bit;
            both |= other[word] & bit != 0;
        }
        both
    }
}

/// Which texts are worth a full look.
#[derive(Clone, Debug)]
pub struct Prefilter {
    /// One bit for each hashed pair of characters as written.
    pairs: Vec<u64>,
    /// The windows, folded and hashed by [`hash`], in a table with open addressing; zero is empty.
    windows: Vec<u32>,
    /// For each place of that table what the window says: zero that the line is to be judged, another number that of its
    /// [`Sides`], from one.
    kinds: Vec<u16>,
    sides: Vec<Sides>,
    /// Whether short lines are let through.
    short_lines: bool,
}

/// Up to three folded characters in one number, never zero. Two windows of the same number cost a full look, no more.
fn hash(first: char, second: char, third: char) -> u32 {
    let packed = u64::from(u32::from(first)) << 42 | u64::from(u32::from(second)) << 21 | u64::from(u32::from(third));
    ((packed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32).max(1)
}

#[inline(always)]
fn pair_index(left: u32, right: u32) -> usize {
    (left.wrapping_mul(0x9E37_79B1).wrapping_add(right).wrapping_mul(0x85EB_CA6B) >> (32 - PAIR_BITS)) as usize
}

impl Prefilter {
    /// A filter for texts that meet one of `demands`, whose literals are folded, with variants spelled out.
    /// Literals without a window are left out.
    #[must_use]
    pub(super) fn new(demands: &[Demand], short_lines: bool) -> Self {
        let windows_of = |literals: &[Vec<char>]| -> Vec<Window> {
            literals.iter().filter_map(|literal| choose_window(literal)).map(|(window, _)| window).collect()
        };
        let mut known: BTreeMap<Window, Sides> = BTreeMap::new();
        let mut decisive: BTreeSet<Window> = BTreeSet::new();
        // The more frequent its rarest part, the more there is to be gained by asking for another one.
        let mut paired: Vec<(&Demand, &Vec<Vec<char>>)> = Vec::new();
        for demand in demands {
            match &demand.partner {
                Some(partner) => paired.push((demand, partner)),
                None => decisive.extend(windows_of(&demand.anchor)),
            }
        }
        let frequency = |demand: &Demand| cost(demand.anchor.iter().map(Vec::as_slice)).unwrap_or(1.0);
        paired.sort_by(|(left, _), (right, _)| frequency(right).total_cmp(&frequency(left)));
        for (number, (demand, partner)) in paired.into_iter().enumerate() {
            if number >= MAX_PAIRED || frequency(demand) < RARE {
                decisive.extend(windows_of(&demand.anchor));
                continue;
            }
            let phrase = number as u16; // less than MAX_PAIRED
            for window in windows_of(&demand.anchor) {
                known.entry(window).or_default().anchors.push(phrase);
            }
            for window in windows_of(partner) {
                known.entry(window).or_default().partners.push(phrase);
            }
        }
        let mut sides: Vec<Sides> = Vec::new();
        let mut all: BTreeMap<Window, u16> = BTreeMap::new();
        let mut numbers: BTreeMap<Sides, usize> = BTreeMap::new();
        for (window, own) in known {
            if decisive.contains(&window) {
                continue;
            }
            let number = *numbers.entry(own).or_insert_with_key(|own| {
                sides.push(own.clone());
                sides.len() - 1
            });
            // With too many kinds of windows the rest is decisive: that lets more through, and misses nothing.
            all.insert(window, u16::try_from(number + 1).unwrap_or(0));
        }
        all.extend(decisive.into_iter().map(|window| (window, 0)));
        let mut pairs = vec![0u64; 1 << (PAIR_BITS - 6)];
        let size = (all.len() * 2).next_power_of_two().max(64);
        let mut table = vec![0u32; size];
        let mut kinds = vec![0u16; size];
        for (&(first, second, third), &kind) in &all {
            for left in forms(second) {
                for right in forms(third) {
                    let index = pair_index(u32::from(left), u32::from(right));
                    pairs[index >> 6] |= 1 << (index & 63);
                }
            }
            let hashed = hash(first, second, third);
            let mut slot = hashed as usize & (size - 1);
            while table[slot] != 0 && table[slot] != hashed {
                slot = (slot + 1) & (size - 1);
            }
            // Two windows of one number: the line is judged where either is found.
            kinds[slot] = if table[slot] == 0 { kind } else { 0 };
            table[slot] = hashed;
        }
        Prefilter { pairs, windows: table, kinds, sides, short_lines }
    }

    /// How many windows it looks for.
    #[must_use]
    pub fn window_count(&self) -> usize {
        self.windows.iter().filter(|window| **window != 0).count()
    }

    /// The form in which it is written into the program: whether short lines count, how many windows there are room for,
    /// the bits, the windows, their kinds, the sides.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.short_lines), self.windows.len().trailing_zeros() as u8];
        bytes.extend(self.pairs.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.windows.iter().flat_map(|window| window.to_le_bytes()));
        bytes.extend(self.kinds.iter().flat_map(|kind| kind.to_le_bytes()));
        // Serialising plain data into a growing vector has no way to fail.
        bytes.extend(postcard::to_allocvec(&self.sides).unwrap_or_default());
        bytes
    }

    /// Reads what [`Prefilter::to_bytes`] wrote; nothing for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([short_lines, room], rest) = bytes.split_first_chunk()?;
        let room = 1usize.checked_shl(u32::from(*room))?;
        let (pairs, rest) = rest.split_at_checked(8 << (PAIR_BITS - 6))?;
        let (windows, rest) = rest.split_at_checked(room.checked_mul(4)?)?;
        let (kinds, sides) = rest.split_at_checked(room * 2)?;
        let sides: Vec<Sides> = postcard::from_bytes(sides).ok()?;
        let windows: Vec<u32> = windows.as_chunks().0.iter().map(|window| u32::from_le_bytes(*window)).collect();
        let kinds: Vec<u16> = kinds.as_chunks().0.iter().map(|kind| u16::from_le_bytes(*kind)).collect();
        let in_range = |sides: &Sides| sides.anchors.iter().chain(&sides.partners).all(|phrase| usize::from(*phrase) < MAX_PAIRED);
        let well_formed = windows.contains(&0) && sides.iter().all(in_range) && kinds.iter().all(|kind| usize::from(*kind) <= sides.len());
        well_formed.then(|| Prefilter {
            pairs: pairs.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect(),
            windows,
            kinds,
            sides,
            short_lines: *short_lines != 0,
        })
    }

    /// What the table says of a window. It always has an empty place, so the search ends.
    fn kind(&self, window: u32) -> Option<u16> {
        let mask = self.windows.len() - 1;
        let mut slot = window as usize & mask;
        loop {
            match self.windows[slot] {
                0 => return None,
                found if found == window => return Some(self.kinds[slot]),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// Whether the pair decides that the line is to be judged, alone or with what was `seen` on it before.
    #[cold]
    fn decides(&self, before: u32, left: u32, right: u32, seen: &mut Seen) -> bool {
        let fold = |code: u32| char::from_u32(code).map_or('\0', fold_char);
        // Folding counts a run of one character once, so what stands before a run is not known here.
        if before == left && before != 0 {
            return true;
        }
        let (left, right) = (fold(left), fold(right));
        let two = self.kind(hash('\0', left, right));
        let three = if before == 0 { None } else { self.kind(hash(fold(before), left, right)) };
        [two, three].into_iter().flatten().any(|kind| match usize::from(kind).checked_sub(1) {
            Some(number) => seen.add(&self.sides[number]),
            None => true,
        })
    }

    /// The offset in bytes of a place, at `from` or later, on whose line a phrase may be; `None` if there is none.
    /// `from` is the start of a line.
    #[must_use]
    pub fn find(&self, text: &str, from: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let pairs: &[u64; 1 << (PAIR_BITS - 6)] = self.pairs.as_slice().try_into().ok()?;
        let mut at = from;
        let mut line_start = from;
        // The two characters before `at`, zero where there are none on this line.
        let (mut before, mut left) = (0u32, 0u32);
        let mut seen = Seen::new();
        while at < bytes.len() {
            let lead = bytes[at];
            let right;
            if lead >= 0xe3 && lead < 0xf0 && at + 2 < bytes.len() {
                // Han, and the marks and full-width forms beside them; the marks count no more than ASCII's do.
                right = (u32::from(lead) & 0x0f) << 12 | (u32::from(bytes[at + 1]) & 0x3f) << 6 | (u32::from(bytes[at + 2]) & 0x3f);
                at += 3;
                if is_wide_mark(right) {
                    let behind_digit = at >= 4 && bytes[at - 4].is_ascii_digit();
                    if is_clause_end(right) || matches!(right, 0xff0c | 0xff1a) && !behind_digit {
                        seen.clear();
                    }
                    continue;
                }
            } else if lead < 0x80 {
                at += 1;
                if lead == b'\n' {
                    if self.short_lines && at - line_start <= SHORT_LINE && at - line_start > 1 {
                        return Some(line_start);
                    }
                    line_start = at;
                    (before, left) = (0, 0);
                    seen.clear();
                    continue;
                }
                if !lead.is_ascii_alphanumeric() && lead != b'%' {
                    // Fillers and marks: what stands on both sides may make a pair. The parts of a phrase stand in one
                    // clause, which a mark behind a digit may not end (3,000, 10:30).
                    let ends_clause = matches!(lead, b',' | b';' | b':' | b'!' | b'?');
                    if ends_clause && !(at >= 2 && bytes[at - 2].is_ascii_digit()) {
                        seen.clear();
                    }
                    continue;
                }
                right = u32::from(lead);
            } else {
                // Symbols, emoji and rare characters are no part of a phrase; they may be fillers.
                at += if lead < 0xe0 { 2 } else if lead < 0xf0 { 3 } else { 4 };
                continue;
            }
            let index = pair_index(left, right);
            if pairs[index >> 6] >> (index & 63) & 1 != 0 && self.decides(before, left, right, &mut seen) {
                return Some(at - 1);
            }
            (before, left) = (left, right);
        }
        if self.short_lines && line_start < bytes.len() && bytes.len() - line_start <= SHORT_LINE {
            return Some(line_start);
        }
        None
    }
}

/// Whether a mark of three bytes ends a clause wherever it stands: 、。！；？. Behind a digit ， and ： may not.
#[inline(always)]
fn is_clause_end(code: u32) -> bool {
    matches!(code, 0x3001 | 0x3002 | 0xff01 | 0xff1b | 0xff1f)
}

/// Whether a character of three bytes, from U+3000 on, is a mark and no part of a word.
#[inline(always)]
fn is_wide_mark(code: u32) -> bool {
    code < 0x3400 || code >= 0xff00 && !matches!(code, 0xff05 | 0xff10..=0xff19 | 0xff21..=0xff3a | 0xff41..=0xff5a)
}

/// The window of a literal that the fewest polite texts will hold, and roughly how likely it is at a given place in one:
/// three characters where it has as many, else two. Marks do not count.
pub(super) fn choose_window(literal: &[char]) -> Option<(Window, f64)> {
    let words: Vec<char> = literal.iter().copied().filter(|c| is_word(*c)).collect();
    if words.len() < 2 {
        return None;
    }
    words
        .windows(words.len().min(3))
        .map(|window| match window {
            [first, second, third] => ((*first, *second, *third), likelihood(window)),
            _ => (('\0', window[0], window[1]), likelihood(window)),
        })
        .min_by(|(_, left), (_, right)| left.total_cmp(right))
}

/// Roughly how often polite texts hold one of these literals; nothing where one of them has no window.
pub(super) fn cost<'l>(literals: impl IntoIterator<Item = &'l [char]>) -> Option<f64> {
    let windows: Option<BTreeMap<Window, u64>> = literals
        .into_iter()
        // Likelihoods as bits: a map of windows needs no order of floats.
        .map(|literal| choose_window(literal).map(|(window, likelihood)| (window, likelihood.to_bits())))
        .collect();
    windows.map(|windows| windows.into_values().map(f64::from_bits).sum())
}

/// Whether [`Prefilter::find`] takes the character for a part of a word.
fn is_word(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || c == '%'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(literals: &[&str]) -> Prefilter {
        let anchor = literals.iter().map(|literal| literal.chars().collect()).collect();
        Prefilter::new(&[Demand { anchor, partner: None }], false)
    }

    #[test]
    fn finds_what_folding_would_find() {
        let filter = filter(&["不行", "的没办法", "没办法", "滚蛋", "sb", "100%有效", "是的,但是吧"]);
        for text in ["不行", "這个沒辦法", "滚.蛋", "不 行", "不\u{200b}行", "不😊行", "Ｓb", "是 S B 吗", "100％有效", "亲\n不行", "真的没没没办法", "是的，但是吧"] {
            assert!(filter.find(text, 0).is_some(), "{text}");
        }
        for text in ["", "您好", "不\n行", "没办", "行不"] {
            assert_eq!(filter.find(text, 0), None, "{text}");
        }
        assert_eq!(filter.find("不行\n不行\n", 7), Some(12));
    }

    #[test]
    fn asks_for_both_parts() {
        let words = |words: &[&str]| -> Vec<Vec<char>> { words.iter().map(|word| word.chars().collect()).collect() };
        let demand = Demand { anchor: words(&["退款"]), partner: Some(words(&["一定", "保证"])) };
        let filter = Prefilter::new(&[demand], false);
        for (text, passes) in [("退款", false), ("一定", false), ("一定\n退款", false), ("保证能退款", true), ("退款一定到", true)] {
            assert_eq!(filter.find(text, 0).is_some(), passes, "{text}");
        }
        let read = Prefilter::from_bytes(&filter.to_bytes()).unwrap();
        assert!(read.find("保证能退款", 0).is_some() && read.find("退款", 0).is_none());
        assert!(Prefilter::from_bytes(&filter.to_bytes()[..99]).is_none());
    }

    #[test]
    fn lets_short_lines_through_where_asked() {
        let short = Prefilter::new(&[], true);
        assert_eq!(short.find("哦\n", 0), Some(0));
        let long = "您".repeat(40);
        assert_eq!(short.find(&format!("{long}\n哦"), 0), Some(long.len() + 1));
        assert_eq!(short.find(&long, 0), None);
    }
}
