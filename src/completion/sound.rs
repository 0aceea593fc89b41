//! What a form is found by: its characters in folded form, with their readings.

use pinyin::ToPinyinMulti;

use super::pieces::{FormPiece, form_pieces};
use crate::normalize::fold_char;

/// The characters of a text that one can type, without its marks and slots.
#[derive(Clone, Debug, Default)]
pub(super) struct Sounds(pub(super) Vec<Sound>);

/// One character.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    /// In folded form.
    pub(super) folded: char,
    /// Each way to read it, in letters without tones, each once.
    pub(super) readings: Vec<&'static str>,
    /// Whether it begins a clause.
    pub(super) starts_clause: bool,
}

/// The sounds of a text with slots.
pub(super) fn sounds(text: &str) -> Sounds {
    let mut sounds = Vec::new();
    let mut starts_clause = true;
    for piece in form_pieces(text) {
        let FormPiece::Text(words) = piece else {
            starts_clause = true;
            continue;
        };
        for c in words.chars() {
            if !c.is_alphanumeric() {
                starts_clause = true;
                continue;
            }
            let folded = fold_char(c);
            sounds.push(Sound { folded, readings: readings(folded), starts_clause });
            starts_clause = false;
        }
    }
    Sounds(sounds)
}

/// How a text is typed in pinyin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// The commonest reading of each character, without tones and blanks, with v for ü.
    pub pinyin: String,
    /// The first letters of these readings.
    pub initials: String,
}

impl Sounds {
    /// How they are typed in pinyin; letters and digits stand for themselves.
    pub(super) fn spelling(&self) -> Spelling {
        let mut spelling = Spelling::default();
        for Sound { folded, readings, .. } in &self.0 {
            let reading = readings.first().map_or_else(|| folded.to_string(), |read| read.replace('ü', "v"));
            spelling.initials.extend(reading.chars().next());
            spelling.pinyin += &reading;
        }
        spelling
    }
}

fn readings(character: char) -> Vec<&'static str> {
    let mut readings = Vec::new();
    if let Some(all) = character.to_pinyin_multi() {
        for reading in all {
            if !readings.contains(&reading.plain()) {
                readings.push(reading.plain());
            }
        }
    }
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_slots_and_marks() {
        let sounds = sounds("{称呼}，银行A：绿");
        let letters: String = sounds.0.iter().map(|sound| sound.folded).collect();
        assert_eq!(letters, "银行a绿");
        assert_eq!(sounds.0.iter().map(|sound| sound.starts_clause).collect::<Vec<_>>(), [true, false, false, true]);
        assert!(sounds.0[1].readings.contains(&"hang") && sounds.0[1].readings.contains(&"xing"));
        assert!(sounds.0[2].readings.is_empty());
        assert!(sounds.0[3].readings.contains(&"lü"));
    }

    #[test]
    fn a_text_is_spelled_in_letters() {
        let of = |pinyin: &str, initials: &str| Spelling { pinyin: pinyin.to_owned(), initials: initials.to_owned() };
        assert_eq!(sounds("致歉").spelling(), of("zhiqian", "zq"));
        assert_eq!(sounds("{称呼}，绿色A1").spelling(), of("lvsea1", "lsa1"));
    }
}
