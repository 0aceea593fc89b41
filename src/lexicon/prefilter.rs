//! The first test of every message: may any phrase be in it at all?
//!
//! Ordinary chat holds a phrase in one line of fifty or less, so most of the time goes into finding out that there is
//! none. For each phrase one *window* of two or three characters that all its literals hold is chosen, the rarer the
//! better; a text in which no window is found has no phrase. The test looks at each pair of neighbouring characters as
//! they are written (so the table holds each window's traditional, full-width and upper-case forms), skips what folding
//! skips, and asks the exact windows only where a bit says that the pair may end one. It never misses a phrase and
//! may let a text through that has none: the engine judges those in full.

use std::collections::BTreeSet;

use crate::normalize::{fold_char, forms, is_han};

/// The pairs that the bit table tells apart, as a power of two.
const PAIR_BITS: u32 = 18;

/// A line of at most so many bytes is let through where whole messages of one character are looked for.
const SHORT_LINE: usize = 48;

/// Frequent characters of polite replies, the most frequent first: a window that ends in them tells little.
const FREQUENT: &str = "您我的不了是一到有没在以们给可这天上好能看点下时就先发来个要话谢前会费已还单退过行歉说用机回问也收对请抱出号人开再提电里后分次定换款打日今理接跟周两吗小保得意实帮元都经手去明三方着把系晚卡位复件门等家证月起查报么面工同信确大成果按原关补急多核那别改新师间价想内自路重约办事和免期现道票便记录结账码清进水交错口放第修车通公";

/// Which texts are worth a full look.
#[derive(Clone, Debug)]
pub struct Prefilter {
    /// One bit for each hashed pair of characters as written.
    pairs: Vec<u64>,
    /// The windows, folded and hashed by [`hash`], in a table with open addressing; zero is empty.
    windows: Vec<u32>,
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
    /// A filter for texts that hold one of `literals` (folded, variants spelled out), each of two characters or more.
    #[must_use]
    pub fn new<'l>(literals: impl IntoIterator<Item = &'l [char]>, short_lines: bool) -> Self {
        let windows: BTreeSet<(char, char, char)> = literals.into_iter().filter_map(choose_window).collect();
        let mut pairs = vec![0u64; 1 << (PAIR_BITS - 6)];
        let size = (windows.len() * 2).next_power_of_two().max(64);
        let mut table = vec![0u32; size];
        for &(first, second, third) in &windows {
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
            table[slot] = hashed;
        }
        Prefilter { pairs, windows: table, short_lines }
    }

    /// How many windows it looks for.
    #[must_use]
    pub fn window_count(&self) -> usize {
        self.windows.iter().filter(|window| **window != 0).count()
    }

    /// The form in which it is written into the program: whether short lines count, the bits, the windows.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.short_lines)];
        bytes.extend(self.pairs.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.windows.iter().flat_map(|window| window.to_le_bytes()));
        bytes
    }

    /// Reads what [`Prefilter::to_bytes`] wrote; nothing for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (short_lines, rest) = bytes.split_first()?;
        let (pairs, windows) = rest.split_at_checked(8 << (PAIR_BITS - 6))?;
        let (pairs, _) = pairs.as_chunks();
        let (windows, odd) = windows.as_chunks();
        let well_formed = odd.is_empty() && windows.len().is_power_of_two() && windows.contains(&[0; 4]);
        well_formed.then(|| Prefilter {
            pairs: pairs.iter().map(|word| u64::from_le_bytes(*word)).collect(),
            windows: windows.iter().map(|window| u32::from_le_bytes(*window)).collect(),
            short_lines: *short_lines != 0,
        })
    }

    /// The table always has an empty slot, so the search ends.
    fn has_window(&self, window: u32) -> bool {
        let mask = self.windows.len() - 1;
        let mut slot = window as usize & mask;
        loop {
            match self.windows[slot] {
                0 => return false,
                found if found == window => return true,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    #[cold]
    fn ends_window(&self, before: u32, left: u32, right: u32) -> bool {
        let fold = |code: u32| char::from_u32(code).map_or('\0', fold_char);
        // Folding counts a run of one character once, so what stands before a run is not known here.
        let in_run = before == left && before != 0;
        let (left, right) = (fold(left), fold(right));
        in_run || self.has_window(hash('\0', left, right)) || before != 0 && self.has_window(hash(fold(before), left, right))
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
            if lead >= 0xe3 && lead < 0xf0 && at + 2 < bytes.len() {
                // Han, and the marks and full-width forms beside them; the marks count no more than ASCII's do.
                right = (u32::from(lead) & 0x0f) << 12 | (u32::from(bytes[at + 1]) & 0x3f) << 6 | (u32::from(bytes[at + 2]) & 0x3f);
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
                at += if lead < 0xe0 { 2 } else if lead < 0xf0 { 3 } else { 4 };
                continue;
            }
            let index = pair_index(left, right);
            if pairs[index >> 6] >> (index & 63) & 1 != 0 && self.ends_window(before, left, right) {
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

/// Whether a character of three bytes, from U+3000 on, is a mark and no part of a word.
#[inline(always)]
fn is_wide_mark(code: u32) -> bool {
    code < 0x3400 || code >= 0xff00 && !matches!(code, 0xff05 | 0xff10..=0xff19 | 0xff21..=0xff3a | 0xff41..=0xff5a)
}

/// The window of a literal that the fewest polite texts will hold: three characters where it has as many, else two.
/// Marks do not count.
pub(super) fn choose_window(literal: &[char]) -> Option<(char, char, char)> {
    let rank = |c: char| FREQUENT.chars().position(|frequent| frequent == c).map_or(0, |at| 200 - at.min(199));
    let words: Vec<char> = literal.iter().copied().filter(|c| is_word(*c)).collect();
    match words.as_slice() {
        [] | [_] => None,
        [left, right] => Some(('\0', *left, *right)),
        longer => longer
            .windows(3)
            .min_by_key(|window| (rank(window[1]) * rank(window[2]), rank(window[0])))
            .map(|window| (window[0], window[1], window[2])),
    }
}

/// Whether [`Prefilter::find`] takes the character for a part of a word.
fn is_word(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || c == '%'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(literals: &[&str]) -> Prefilter {
        let chars: Vec<Vec<char>> = literals.iter().map(|literal| literal.chars().collect()).collect();
        Prefilter::new(chars.iter().map(Vec::as_slice), false)
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
    fn lets_short_lines_through_where_asked() {
        let short = Prefilter::new(std::iter::empty(), true);
        assert_eq!(short.find("哦\n", 0), Some(0));
        let long = "您".repeat(40);
        assert_eq!(short.find(&format!("{long}\n哦"), 0), Some(long.len() + 1));
        assert_eq!(short.find(&long, 0), None);
    }
}
