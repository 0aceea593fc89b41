//! Traditional to simplified, one character at a time.
//!
//! The table is made from the character dictionary of OpenCC (Apache-2.0), by `cargo test simplify_table`, which also
//! holds it equal; [`EXTRA`] adds what OpenCC leaves to phrases and what writers of chat need.

use std::collections::HashMap;
use std::sync::LazyLock;

include!("simplify_pairs.rs");

/// Pairs that the dictionary leaves alone because phrases decide: in the words of manners the second is meant.
const EXTRA: &str = "著着妳你衹只祇只裏里";

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// For each character of the main block its simplified form.
static SIMPLIFIED: [u16; (LAST - FIRST + 1) as usize] = build_table();

const fn build_table() -> [u16; (LAST - FIRST + 1) as usize] {
    let mut table = [0u16; (LAST - FIRST + 1) as usize];
    let mut index = 0;
    while index < table.len() {
        table[index] = (FIRST as usize + index) as u16;
        index += 1;
    }
    table = add_pairs(table, PAIRS.as_bytes());
    add_pairs(table, EXTRA.as_bytes())
}

/// Every character of the strings above takes three bytes.
const fn add_pairs(mut table: [u16; (LAST - FIRST + 1) as usize], pairs: &[u8]) -> [u16; (LAST - FIRST + 1) as usize] {
    let mut at = 0;
    while at + 6 <= pairs.len() {
        let from = three_bytes(pairs, at);
        let to = three_bytes(pairs, at + 3);
        if from >= FIRST && from <= LAST {
            table[(from - FIRST) as usize] = to as u16;
        }
        at += 6;
    }
    table
}

const fn three_bytes(bytes: &[u8], at: usize) -> u32 {
    ((bytes[at] as u32 & 0x0f) << 12) | ((bytes[at + 1] as u32 & 0x3f) << 6) | (bytes[at + 2] as u32 & 0x3f)
}

/// The simplified form of a character; others come back as they are.
#[must_use]
#[inline]
pub fn simplify(character: char) -> char {
    let code = u32::from(character);
    if (FIRST..=LAST).contains(&code) {
        // The table holds characters of the basic plane outside the surrogates only.
        return char::from_u32(u32::from(SIMPLIFIED[(code - FIRST) as usize])).unwrap_or(character);
    }
    if matches!(code, 0x2e80..=0x2fdf | 0x3400..=0x4dbf | 0xf900..=0xfaff) {
        return pairs().find(|(from, _)| *from == character).map_or(character, |(_, to)| to);
    }
    character
}

/// For each simplified character the others that are turned into it.
static TRADITIONAL: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut forms: HashMap<char, Vec<char>> = HashMap::new();
    for (from, to) in pairs().filter(|(from, to)| from != to) {
        forms.entry(to).or_default().push(from);
    }
    forms
});

/// The other characters that [`simplify`] turns into `simplified`.
pub fn traditional_forms(simplified: char) -> impl Iterator<Item = char> {
    TRADITIONAL.get(&simplified).into_iter().flatten().copied()
}

fn pairs() -> impl Iterator<Item = (char, char)> {
    let mut characters = PAIRS.chars().chain(EXTRA.chars());
    std::iter::from_fn(move || Some((characters.next()?, characters.next()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrous_opencc::{OpenCC, config::BuiltinConfig};

    #[test]
    fn simplify_table_agrees_with_opencc() {
        let to_simplified = OpenCC::from_config(BuiltinConfig::T2s).expect("OpenCC's own dictionary loads");
        let mut expected = String::new();
        for code in (0x2e80..0x2fe0).chain(0x3400..0xa000).chain(0xf900..0xfb00) {
            let Some(character) = char::from_u32(code) else { continue };
            let result = to_simplified.convert(&character.to_string());
            let mut characters = result.chars();
            if let (Some(simple), None) = (characters.next(), characters.next())
                && simple != character
                && u32::from(simple) <= 0xffff
            {
                expected.push(character);
                expected.push(simple);
            }
        }
        if std::env::var_os("WANYAN_BLESS").is_some() {
            let text =
                format!("/// Character and simplified character by turns.\nconst PAIRS: &str = \"{expected}\";\n");
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/normalize/simplify_pairs.rs"), text)
                .expect("the source folder can be written");
        }
        assert!(PAIRS == expected, "run WANYAN_BLESS=1 cargo test simplify_table");
    }

    #[test]
    fn all_pairs_take_three_bytes_each() {
        for character in PAIRS.chars().chain(EXTRA.chars()) {
            assert_eq!(character.len_utf8(), 3, "{character}");
        }
    }
}
