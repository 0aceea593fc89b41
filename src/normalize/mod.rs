//! Layer 1: folding. Turns prose into the form that phrases are matched in, with the way back: half width, lower case,
//! simplified characters; no invisible characters; no fillers between Han characters; a run of three or more of one Han
//! character counted once. Must not know phrases, formats or findings.

mod characters;
mod folded;
mod simplify;

pub use characters::{is_filler, is_invisible};
pub use folded::{FoldedText, Joint};
pub use simplify::{simplify, traditional_forms};

/// The folded form of one character, taken by itself. Several characters fold to themselves.
#[must_use]
pub fn fold_char(character: char) -> char {
    match character {
        'A'..='Z' => character.to_ascii_lowercase(),
        '\u{0}'..='\u{7f}' => character,
        '\u{ff01}'..='\u{ff5e}' => {
            // Full-width forms stand in the order of ASCII, 0xFEE0 further on.
            let ascii = (u32::from(character) - 0xfee0) as u8;
            char::from(ascii).to_ascii_lowercase()
        }
        '\u{3000}' => ' ',
        _ => simplify(character),
    }
}

/// All characters that fold to `folded`, itself included.
#[must_use]
pub fn forms(folded: char) -> Vec<char> {
    let mut all = vec![folded];
    if folded.is_ascii_lowercase() {
        all.push(folded.to_ascii_uppercase());
    }
    if folded.is_ascii_graphic() {
        let narrow: Vec<char> = all.clone();
        all.extend(narrow.into_iter().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)));
    }
    if folded == ' ' {
        all.push('\u{3000}');
    }
    all.extend(traditional_forms(folded));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_case_and_script() {
        for (from, to) in [
            ('Ａ', 'a'),
            ('ｚ', 'z'),
            ('，', ','),
            ('？', '?'),
            ('\u{3000}', ' '),
            ('沒', '没'),
            ('辦', '办'),
            ('妳', '你'),
            ('行', '行'),
            ('😊', '😊'),
        ] {
            assert_eq!(fold_char(from), to, "{from}");
        }
    }

    #[test]
    fn every_form_folds_back() {
        for folded in ['a', '不', '没', '办', ',', '1', ' '] {
            for form in forms(folded) {
                assert_eq!(fold_char(form), folded, "{form}");
            }
        }
        assert!(forms('没').contains(&'沒'));
        assert!(forms('s').contains(&'Ｓ'));
    }
}
