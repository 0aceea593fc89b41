//! The first test of every message: may any phrase be in it at all?
//!
//! Ordinary chat holds a phrase in one line of fifty or less, so most of the time goes into finding out that there is
//! none. For each literal of the rarest part of a phrase one *window* of two or three of its characters is chosen, the
//! rarer the better; a line in which no window is found has no phrase. Where the phrase goes on before or behind that
//! part, a character that the next part may begin (or the one before may end) with must stand near enough. The test looks at each pair of neighbouring characters as
//! they are written (so the table holds each window's traditional, full-width and upper-case forms), skips what folding
//! skips, and asks the exact windows only where a bit says that the pair may end one. It never misses a phrase and
//! may let a text through that has none: the engine judges those in full.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::frequency::likelihood;
use crate::normalize::{fold_char, forms, is_han};

/// The pairs that the bit table tells apart, as a power of two.
const PAIR_BITS: u32 = 18;

/// A line of at most so many bytes is let through where whole messages of one character are looked for.
const SHORT_LINE: usize = 48;

/// Neighbouring folded characters; the first is zero where there are only two.
type Window = (char, char, char);

/// What a phrase asks of a line.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The literals of its rarest part.
    pub(super) anchor: Vec<Vec<char>>,
    /// The characters that the part before it may end with, and how far before the anchor they may stand.
    pub(super) before: Option<(BTreeSet<char>, u8)>,
    /// The characters that the part behind it may begin with, and how far behind.
    pub(super) behind: Option<(BTreeSet<char>, u8)>,
}

/// What must stand near a window: a character of the set of that number, at most so many characters away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Surrounding {
    before: Option<(u16, u8)>,
    behind: Option<(u16, u8)>,
}

/// Which texts are worth a full look.
#[derive(Clone, Debug)]
pub struct Prefilter {
    /// One bit for each hashed pair of characters as written.
    pairs: Vec<u64>,
    /// The windows, folded and hashed by [`hash`], in a table with open addressing; zero is empty.
    windows: Vec<u32>,
    /// For each place of that table what the window says: zero that the line is to be judged, another number that of its
    /// surroundings, from one.
    kinds: Vec<u16>,
    /// Surroundings of which one must be there.
    surroundings: Vec<Vec<Surrounding>>,
    /// Sets of folded characters, each sorted.
    sets: Vec<Vec<char>>,
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
    pub(super) fn new<'d>(demands: &'d [Demand], short_lines: bool) -> Self {
        let mut sets: Vec<Vec<char>> = Vec::new();
        let mut numbers: BTreeMap<&BTreeSet<char>, u16> = BTreeMap::new();
        let mut wanted: BTreeMap<Window, BTreeSet<Surrounding>> = BTreeMap::new();
        let mut decisive: BTreeSet<Window> = BTreeSet::new();
        for demand in demands {
            let mut number = |asked: &'d Option<(BTreeSet<char>, u8)>| {
                let (set, reach) = asked.as_ref()?;
                let number = *numbers.entry(set).or_insert_with(|| {
                    sets.push(set.iter().copied().collect());
                    (sets.len() - 1) as u16 // fewer than there are patterns
                });
                Some((number, *reach))
            };
            let surrounding = Surrounding { before: number(&demand.before), behind: number(&demand.behind) };
            for (window, _) in demand.anchor.iter().filter_map(|literal| choose_window(literal)) {
                if surrounding.before.is_none() && surrounding.behind.is_none() {
                    decisive.insert(window);
                } else {
                    wanted.entry(window).or_default().insert(surrounding);
                }
            }
        }
        let mut surroundings: Vec<Vec<Surrounding>> = Vec::new();
        let mut known: BTreeMap<Vec<Surrounding>, u16> = BTreeMap::new();
        let mut all: BTreeMap<Window, u16> = BTreeMap::new();
        for (window, asked) in wanted {
            let number = *known.entry(asked.into_iter().collect()).or_insert_with_key(|asked| {
                surroundings.push(asked.clone());
                // With too many kinds of windows the rest is decisive: that lets more through, and misses nothing.
                u16::try_from(surroundings.len()).unwrap_or(0)
            });
            all.insert(window, number);
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
        Prefilter { pairs, windows: table, kinds, surroundings, sets, short_lines }
    }

    /// How many windows it looks for.
    #[must_use]
    pub fn window_count(&self) -> usize {
        self.windows.iter().filter(|window| **window != 0).count()
    }

    /// The form in which it is written into the program: whether short lines count, how many windows there are room for,
    /// the bits, the windows, their kinds, what must surround them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.short_lines), self.windows.len().trailing_zeros() as u8];
        bytes.extend(self.pairs.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.windows.iter().flat_map(|window| window.to_le_bytes()));
        bytes.extend(self.kinds.iter().flat_map(|kind| kind.to_le_bytes()));
        // Serialising plain data into a growing vector has no way to fail.
        bytes.extend(postcard::to_allocvec(&(&self.surroundings, &self.sets)).unwrap_or_default());
        bytes
    }

    /// Reads what [`Prefilter::to_bytes`] wrote; nothing for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([short_lines, room], rest) = bytes.split_first_chunk()?;
        let room = 1usize.checked_shl(u32::from(*room))?;
        let (pairs, rest) = rest.split_at_checked(8 << (PAIR_BITS - 6))?;
        let (windows, rest) = rest.split_at_checked(room.checked_mul(4)?)?;
        let (kinds, rest) = rest.split_at_checked(room * 2)?;
        let (surroundings, sets): (Vec<Vec<Surrounding>>, Vec<Vec<char>>) = postcard::from_bytes(rest).ok()?;
        let windows: Vec<u32> = windows.as_chunks().0.iter().map(|window| u32::from_le_bytes(*window)).collect();
        let kinds: Vec<u16> = kinds.as_chunks().0.iter().map(|kind| u16::from_le_bytes(*kind)).collect();
        let asked = surroundings.iter().flatten().flat_map(|asked| [asked.before, asked.behind]).flatten();
        let well_formed = windows.contains(&0)
            && kinds.iter().all(|kind| usize::from(*kind) <= surroundings.len())
            && asked.map(|(set, _)| usize::from(set)).all(|set| set < sets.len());
        well_formed.then(|| Prefilter {
            pairs: pairs.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect(),
            windows,
            kinds,
            surroundings,
            sets,
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

    /// Whether the pair that ends at the byte `at` says that the line is to be judged.
    #[cold]
    fn decides(&self, before: u32, left: u32, right: u32, text: &str, at: usize) -> bool {
        let fold = |code: u32| char::from_u32(code).map_or('\0', fold_char);
        let (first, left, right) = (fold(before), fold(left), fold(right));
        // Folding counts a run of one character once, so what stands before a run is not known here.
        if first == left && is_han(left) {
            return true;
        }
        let two = self.kind(hash('\0', left, right));
        let three = if first == '\0' { None } else { self.kind(hash(first, left, right)) };
        [two, three].into_iter().flatten().any(|kind| match usize::from(kind).checked_sub(1) {
            Some(number) => self.surroundings[number].iter().any(|asked| self.is_there(asked, text, at)),
            None => true,
        })
    }

    fn is_there(&self, asked: &Surrounding, text: &str, at: usize) -> bool {
        let near = |side: Option<(u16, u8)>, chars: &mut dyn Iterator<Item = char>| match side {
            Some((set, reach)) => self.is_near(&self.sets[usize::from(set)], reach, chars),
            None => true,
        };
        near(asked.behind, &mut text[at..].chars()) && near(asked.before, &mut text[..at].chars().rev())
    }

    /// Whether one of the set comes within so many characters of words. Marks do not count, nor do the further
    /// characters of a run; the line ends the search, and so does a mark that ends a clause wherever it stands.
    fn is_near(&self, set: &[char], reach: u8, chars: &mut dyn Iterator<Item = char>) -> bool {
        let mut left = reach;
        let mut last = '\0';
        for c in chars {
            let c = fold_char(c);
            // Between digits a comma or a colon is a part of the number.
            if matches!(c, '\n' | '。' | '!' | '?' | ';' | '、') || matches!(c, ',' | ':') && !last.is_ascii_digit() {
                return false;
            }
            if !is_word(c) || c == last {
                continue;
            }
            if set.binary_search(&c).is_ok() {
                return true;
            }
            last = c;
            match left.checked_sub(1) {
                Some(fewer) => left = fewer,
                None => return false,
            }
        }
        false
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
        while at < bytes.len() {
            let lead = bytes[at];
            let right;
            if (0xe3..0xf0).contains(&lead) && at + 2 < bytes.len() {
                // Han, and the marks and full-width forms beside them; the marks count no more than ASCII's do.
                right = (u32::from(lead) & 0x0f) << 12
                    | (u32::from(bytes[at + 1]) & 0x3f) << 6
                    | (u32::from(bytes[at + 2]) & 0x3f);
                at += 3;
                if is_wide_mark(right) {
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
                    continue;
                }
                if !lead.is_ascii_alphanumeric() && lead != b'%' {
                    // Fillers and marks: what stands on both sides may make a pair.
                    continue;
                }
                right = u32::from(lead);
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
            let index = pair_index(left, right);
            if pairs[index >> 6] >> (index & 63) & 1 != 0 && self.decides(before, left, right, text, at) {
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

/// Whether a character of three bytes, from U+3000 on, is a mark or shows nothing, and is no part of a word.
#[inline(always)]
fn is_wide_mark(code: u32) -> bool {
    code < 0x3400 || code >= 0xfb00 && !matches!(code, 0xff05 | 0xff10..=0xff19 | 0xff21..=0xff3a | 0xff41..=0xff5a)
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
pub(super) fn is_word(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || c == '%'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(literals: &[&str]) -> Prefilter {
        let anchor = literals.iter().map(|literal| literal.chars().collect()).collect();
        Prefilter::new(&[Demand { anchor, before: None, behind: None }], false)
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
            assert!(filter.find(text, 0).is_some(), "{text}");
        }
        for text in ["", "您好", "不\n行", "没办", "行不"] {
            assert_eq!(filter.find(text, 0), None, "{text}");
        }
        assert_eq!(filter.find("不行\n不行\n", 7), Some(12));
    }

    #[test]
    fn asks_for_the_surroundings() {
        let anchor = vec!["退款".chars().collect()];
        let demand = Demand { anchor, before: Some((['定', '证'].into(), 4)), behind: None };
        let filter = Prefilter::new(&[demand], false);
        for (text, passes) in [
            ("退款", false),
            ("一定", false),
            ("一定\n退款", false),
            ("保证能退款", true),
            ("一定 “给您” 退款", true),
            ("退款一定到", false),
            ("一定在很久很久以后退款", false),
        ] {
            assert_eq!(filter.find(text, 0).is_some(), passes, "{text}");
        }
        let read = Prefilter::from_bytes(&filter.to_bytes()).expect("it was just written");
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
