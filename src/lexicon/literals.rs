//! The literals of a phrase table, found wherever they begin. The double-array trie is read in place out of the program.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

use yada::DoubleArray;
use yada::builder::DoubleArrayBuilder;

/// Begins what is spelled in UTF-8.
const OTHER: u8 = 0xff;

/// Stands for the character NUL: no key of a double array may hold a zero.
const NUL: u8 = 0xfe;

/// The block of Han characters that nearly all are of.
const HAN: RangeInclusive<u32> = 0x4e00..=0x9fff;

/// How many Han characters have their first byte in common.
const HAN_ROW: u32 = 250;

/// The first byte of the first Han character.
const HAN_BYTE: u32 = 0x80;

/// Literals by number.
pub struct Literals(DoubleArray<Cow<'static, [u8]>>);

impl Literals {
    /// Puts the literals together, which come in the order of their numbers, each once and none empty.
    ///
    /// # Errors
    /// In Chinese, where there are too many.
    pub(super) fn new<'l>(literals: impl Iterator<Item = &'l [char]>) -> Result<Literals, String> {
        let mut keys: Vec<(Vec<u8>, u32)> = Vec::new();
        for literal in literals {
            let mut key = Vec::new();
            spell(literal, &mut key);
            keys.push((key, u32::try_from(keys.len()).map_err(|_| "词库的字串太多".to_owned())?));
        }
        if keys.is_empty() {
            // A double array cannot be empty; nothing is spelled like this.
            keys.push((vec![OTHER, NUL], 0));
        }
        keys.sort_unstable();
        let bytes = DoubleArrayBuilder::build(&keys).map_err(|error| format!("词库的字串太多：{error}"))?;
        Literals::read(Cow::Owned(bytes)).ok_or_else(|| "词库的字串太多".to_owned())
    }

    /// Reads what [`Literals::bytes`] gave, in place.
    pub(super) fn from_bytes(bytes: &'static [u8]) -> Option<Literals> {
        Literals::read(Cow::Borrowed(bytes))
    }

    fn read(bytes: Cow<'static, [u8]>) -> Option<Literals> {
        DoubleArray::new(bytes).ok().map(Literals)
    }

    /// The form in which they are kept in the program.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.0
    }

    /// Calls `found` with the number of each literal in `text` and the characters, from zero, that it takes: in the order
    /// in which they begin, and the shorter first. `spelled` is room to work in.
    pub fn find(&self, text: &[char], spelled: &mut Vec<u8>, mut found: impl FnMut(u32, Range<usize>)) {
        spelled.clear();
        spell(text, spelled);
        let mut at = 0;
        for (index, c) in text.iter().enumerate() {
            let (mut end, mut reached) = (index, 0);
            for (literal, bytes) in self.0.common_prefix_search(&spelled[at..]) {
                while reached < bytes {
                    reached += length(text[end]);
                    end += 1;
                }
                found(literal, index..end);
            }
            at += length(*c);
        }
    }
}

/// Writes characters as bytes, none of them zero: ASCII as it is, Han characters in two bytes, others in UTF-8 behind
/// [`OTHER`]. No character is spelled as another one begins.
fn spell(characters: &[char], spelled: &mut Vec<u8>) {
    for c in characters {
        let code = u32::from(*c);
        if HAN.contains(&code) {
            let (row, place) = ((code - HAN.start()) / HAN_ROW, (code - HAN.start()) % HAN_ROW);
            // 84 rows of 250 places: both fit into a byte.
            spelled.extend([(HAN_BYTE + row) as u8, (1 + place) as u8]);
        } else if *c == '\0' {
            spelled.push(NUL);
        } else {
            if !c.is_ascii() {
                spelled.push(OTHER);
            }
            spelled.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// In how many bytes a character is spelled.
fn length(c: char) -> usize {
    match c {
        c if c.is_ascii() => 1,
        c if HAN.contains(&u32::from(c)) => 2,
        c => 1 + c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[&str], text: &str) -> Vec<(u32, usize)> {
        let lengths: Vec<usize> = literals.iter().map(|literal| literal.chars().count()).collect();
        let literals: Vec<Vec<char>> = literals.iter().map(|literal| literal.chars().collect()).collect();
        let literals = Literals::new(literals.iter().map(Vec::as_slice)).unwrap();
        let text: Vec<char> = text.chars().collect();
        let mut all = Vec::new();
        literals.find(&text, &mut Vec::new(), |literal, range| {
            assert_eq!(range.len(), lengths[literal as usize]);
            all.push((literal, range.start));
        });
        all
    }

    #[test]
    fn finds_all_that_begin_anywhere() {
        let literals = ["a", "é一", "一", "不", "不行", "行", "行不行", "\u{9fff}", "😊"];
        assert_eq!(found(&literals, "行不行"), [(5, 0), (6, 0), (3, 1), (4, 1), (5, 2)]);
        assert_eq!(
            found(&literals, "a\0不\0😊é一\u{9fff}a"),
            [(0, 0), (3, 2), (8, 4), (1, 5), (2, 6), (7, 7), (0, 8),]
        );
        assert_eq!(found(&literals, ""), []);
        assert_eq!(found(&[], "\0\0\u{ff}\u{fe}不行"), []);
    }
}
