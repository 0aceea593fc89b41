//! Weighted cues: short pieces of a sentence, each with a weight; what no phrase foresees is found by their sum.
//!
//! The features are 1- to 3-grams of the words of a sentence. A word is a Han character, `0` for digits or `a` for
//! letters; what repeats counts once, marks do not count, and `^` and `$` stand before the first and behind the last
//! word. `lexicon/cues/train.py` cuts sentences in the same way and learns the weights, which are hundredths of the
//! natural logarithm of the odds.

use std::collections::BTreeMap;

use super::prefilter::hash;
use crate::diagnostic::Category;
use crate::normalize::fold_char;
use crate::text::is_han;

/// A sentence of so many hundredths or more is a finding of its category's severity. Calibrated so that of ordinary
/// lines of real chats about two in a thousand reach it.
pub const WARNING: i32 = 90;

/// A sentence of so many hundredths or more is a hint.
pub const HINT: i32 = 45;

/// The bit of a cue's value that says that it is keen.
const KEEN: u32 = 1 << 31;

/// A sentence of fewer words says too little: what is curt is for phrases to find.
const LEAST_WORDS: usize = 4;

/// The bits of the first test, as a power of two.
const TABLE_BITS: u32 = 18;

/// Before the first word of a sentence.
pub const BEGIN: char = '^';

/// Behind the last word of a sentence.
pub const END: char = '$';

/// How much something speaks for each category, in the order of [`Category::ALL`]: in tenths of a natural logarithm, below
/// zero against it.
pub type Leanings = [i8; Category::ALL.len()];

/// How many words of four bytes hold leanings.
const LEANING_WORDS: usize = size_of::<Leanings>() / 4;

/// One cue as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cue {
    /// Its weight, in hundredths.
    pub weight: i32,
    /// Whether it makes its sentence heard: it is two or three Han characters that ordinary chat hardly holds. The first
    /// test of texts looks for these as it looks for phrases, so that most sentences need not be added up.
    pub keen: bool,
    /// The categories that it speaks for.
    pub leanings: Leanings,
}

/// All cues, by their text; under the empty text stands what is added for every sentence.
pub type CueSet = BTreeMap<String, Cue>;

/// Cues ready to be added up.
#[derive(Clone, Debug, Default)]
pub struct Cues {
    bias: i32,
    /// One bit for each hashed cue: what most words ask for.
    bits: Vec<u32>,
    /// Hashed cues and their values, in a table with open addressing; a hash of zero is empty. Its size is a power of two.
    table: Vec<[u32; 2]>,
    /// The sorts of leanings; the first is that of every sentence.
    leanings: Vec<Leanings>,
}

/// What a folded character counts as in a cue; nothing for marks.
#[inline(always)]
#[must_use]
pub fn cue_word(folded: char) -> Option<char> {
    match folded {
        _ if is_han(folded) => Some(folded),
        '0'..='9' => Some('0'),
        'a'..='z' => Some('a'),
        _ => None,
    }
}

/// Whether a folded character ends a sentence whose cues are added up.
#[inline(always)]
#[must_use]
pub fn ends_cue_sentence(folded: char) -> bool {
    matches!(folded, '\n' | '。' | '!' | '?' | ';' | '…')
}

impl Cues {
    /// Makes the table of `cues`; texts of more than three words are left out.
    #[must_use]
    pub(super) fn new(cues: &CueSet) -> Self {
        let bias = cues.get("").map_or(0, |cue| cue.weight);
        let spoken: Vec<(u32, &Cue)> = cues
            .iter()
            .filter_map(|(text, cue)| {
                let chars: Vec<char> = text.chars().collect();
                let hashed = match chars[..] {
                    [third] => hash('\0', '\0', third),
                    [second, third] => hash('\0', second, third),
                    [first, second, third] => hash(first, second, third),
                    _ => return None,
                };
                (cue.weight != 0).then_some((hashed, cue))
            })
            .collect();
        if spoken.is_empty() {
            return Cues::default();
        }
        let size = (spoken.len() * 3 / 2).next_power_of_two();
        let mut table = vec![[0u32; 2]; size];
        let mut leanings: Vec<Leanings> = vec![cues.get("").map(|cue| cue.leanings).unwrap_or_default()];
        let mut numbers: BTreeMap<Leanings, u32> = BTreeMap::new();
        for (hashed, cue) in spoken {
            let mut slot = hashed as usize & (size - 1);
            while table[slot][0] != 0 && table[slot][0] != hashed {
                slot = (slot + 1) & (size - 1);
            }
            let number = *numbers.entry(cue.leanings).or_insert_with(|| {
                leanings.push(cue.leanings);
                leanings.len() as u32 - 1
            });
            let weight = cue.weight.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
            let keen = if cue.keen { KEEN } else { 0 };
            // There are fewer sorts of leanings than cues, and far fewer of these than fifteen bits tell apart.
            table[slot] = [hashed, u32::from(weight as u16) | (number & 0x7fff) << 16 | keen];
        }
        Cues::of(bias, table, leanings)
    }

    fn of(bias: i32, table: Vec<[u32; 2]>, leanings: Vec<Leanings>) -> Self {
        let mut bits = vec![0u32; 1 << (TABLE_BITS - 5)];
        for [hashed, _] in table.iter().filter(|[hashed, _]| *hashed != 0) {
            let (word, bit) = bit_of(*hashed);
            bits[word] |= bit;
        }
        Cues { bias, bits, table, leanings }
    }

    /// The form in which they are written into the program: the bias, the size of the table, the table, the leanings.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = [self.bias as u32, self.table.len() as u32];
        let words = head.iter().chain(self.table.as_flattened()).flat_map(|word| word.to_le_bytes());
        words.chain(self.leanings.as_flattened().iter().map(|much| *much as u8)).collect()
    }

    /// Reads what [`Cues::to_bytes`] wrote; nothing for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let words: Vec<u32> = bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let ([bias, size], rest) = words.split_first_chunk()?;
        if *size == 0 {
            return Some(Cues::default());
        }
        let (table, leanings) = rest.split_at_checked((*size as usize).checked_mul(2)?)?;
        let table = table.as_chunks().0.to_vec();
        let leaning = |words: &[u32; LEANING_WORDS]| -> Leanings {
            let mut bytes = words.iter().flat_map(|word| word.to_le_bytes());
            std::array::from_fn(|_| bytes.next().unwrap_or_default() as i8)
        };
        let leanings: Vec<Leanings> = leanings.as_chunks().0.iter().map(leaning).collect();
        // The search for a cue ends at an empty place.
        let fits = size.is_power_of_two() && table.iter().any(|[hashed, _]| *hashed == 0);
        (fits && !leanings.is_empty()).then(|| Cues::of(*bias as i32, table, leanings))
    }

    /// The value of a cue: its weight in the lower half, the number of its leanings in the upper one.
    #[inline(always)]
    fn value(&self, hashed: u32) -> Option<u32> {
        let (word, bit) = bit_of(hashed);
        if self.bits[word] & bit == 0 {
            return None;
        }
        let mask = self.table.len() - 1;
        let mut slot = hashed as usize & mask;
        loop {
            match self.table[slot] {
                // A third of the table is empty at least.
                [0, _] => return None,
                [found, value] if found == hashed => return Some(value),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// The values of the cues of one, two and three words that end with `third`.
    #[inline(always)]
    fn ending(&self, first: char, second: char, third: char) -> [Option<u32>; 3] {
        let one = if third == END { None } else { self.value(hash('\0', '\0', third)) };
        let two = self.value(hash('\0', second, third));
        let three = if first == '\0' { None } else { self.value(hash(first, second, third)) };
        [one, two, three]
    }

    /// Whether a sentence with a window of that hash is to be heard.
    #[must_use]
    pub(super) fn is_keen(&self, window: u32) -> bool {
        !self.is_empty() && self.value(window).is_some_and(|value| value & KEEN != 0)
    }

    /// The hashes of the cues that make a sentence heard.
    pub(super) fn keen(&self) -> impl Iterator<Item = u32> {
        self.table.iter().filter(|[_, value]| value & KEEN != 0).map(|[hashed, _]| *hashed)
    }

    /// The score of [`Cues::listen`], quickly: `words` are [`cue_word`]s, of which runs count once.
    fn score(&self, words: impl Iterator<Item = char>) -> i32 {
        let (mut first, mut left) = ('\0', BEGIN);
        let (mut score, mut count, mut is_heard) = (self.bias, 0, false);
        for word in words {
            if word == left {
                continue;
            }
            for value in self.ending(first, left, word).into_iter().flatten() {
                score += weight(value);
                is_heard |= value & KEEN != 0;
            }
            count += 1;
            (first, left) = (left, word);
        }
        score += self.ending(first, left, END).into_iter().flatten().map(weight).sum::<i32>();
        if is_heard && count >= LEAST_WORDS { score } else { i32::MIN }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// What speaks in a sentence of these words, which are [`cue_word`]s, none twice in a row.
    #[must_use]
    pub fn listen(&self, words: &[char]) -> Verdict {
        let leanings = self.leanings.first().map(|own| own.map(i32::from)).unwrap_or_default();
        let mut verdict = Verdict { score: self.bias, leanings, spoken: Vec::new(), parts: vec![0; words.len()] };
        if self.is_empty() || words.len() < LEAST_WORDS {
            return Verdict { score: i32::MIN, ..verdict };
        }
        let mut is_heard = false;
        let framed: Vec<char> = [BEGIN].into_iter().chain(words.iter().copied()).chain([END]).collect();
        for at in 1..framed.len() {
            let first = at.checked_sub(2).map_or('\0', |before| framed[before]);
            for (length, value) in (1..).zip(self.ending(first, framed[at - 1], framed[at])) {
                let Some(value) = value else { continue };
                let weight = weight(value);
                verdict.score += weight;
                let range = at + 1 - length..at + 1;
                is_heard |= value & KEEN != 0;
                // The marks of the edges are no words: the weight goes to those beside them.
                let own: Vec<usize> = range.clone().filter(|at| (1..=words.len()).contains(at)).collect();
                for word in &own {
                    verdict.parts[word - 1] += weight / own.len() as i32;
                }
                let own = self.leanings.get((value >> 16 & 0x7fff) as usize);
                for (sum, much) in verdict.leanings.iter_mut().zip(own.into_iter().flatten()) {
                    *sum += i32::from(*much);
                }
                verdict.spoken.push(Spoken { text: framed[range].iter().collect(), weight });
            }
        }
        if is_heard { verdict } else { Verdict { score: i32::MIN, ..verdict } }
    }
}

/// The word of the bits in which a hash has its bit, and that bit.
#[inline(always)]
fn bit_of(hashed: u32) -> (usize, u32) {
    let index = hashed >> (32 - TABLE_BITS);
    (index as usize >> 5, 1 << (index & 31))
}

/// What the cues say of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The sum of all weights and the bias, in hundredths.
    pub score: i32,
    /// How much it speaks for each category, in the order of [`Category::ALL`].
    pub leanings: [i32; Category::ALL.len()],
    /// The cues that spoke, in the order in which they end.
    pub spoken: Vec<Spoken>,
    /// For each word its share of the sum.
    pub parts: Vec<i32>,
}

/// A cue that was found in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Its text, with the marks of edges.
    pub text: String,
    /// Its weight, in hundredths.
    pub weight: i32,
}

/// The weight in a cue's value.
#[inline(always)]
fn weight(value: u32) -> i32 {
    i32::from(value as u16 as i16)
}

/// Whether the cues of any sentence of `text` make a hint at least.
#[must_use]
pub fn speak(cues: &Cues, text: &str) -> bool {
    let mut rest = text;
    while !cues.is_empty() && !rest.is_empty() {
        let (speaks, end) = speak_around(cues, rest, 0);
        if speaks {
            return true;
        }
        // What ended the sentence is one character.
        let mark = rest[end..].chars().next().map_or(0, char::len_utf8);
        rest = &rest[end + mark..];
    }
    false
}

/// Whether the cues of the sentence around the byte `at` make a hint at least, and where that sentence ends.
pub(super) fn speak_around(cues: &Cues, text: &str, at: usize) -> (bool, usize) {
    let ends = |c: char| ends_cue_sentence(fold_char(c));
    let start = text[..at].char_indices().rev().find(|(_, c)| ends(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    let end = text[at..].char_indices().find(|(_, c)| ends(*c)).map_or(text.len(), |(to, _)| at + to);
    let words = text[start..end].chars().filter_map(|c| cue_word(fold_char(c)));
    (cues.score(words) >= HINT, end)
}

/// The words of a cue as an overlay writes it; nothing where it has none or more than three.
#[must_use]
pub fn normal_form(text: &str) -> Option<String> {
    let mut words: Vec<char> = Vec::new();
    for c in text.chars().map(fold_char) {
        let word = if matches!(c, BEGIN | END) { Some(c) } else { cue_word(c) };
        words.extend(word.filter(|word| words.last() != Some(word)));
    }
    let inner = words.iter().filter(|word| !matches!(**word, BEGIN | END)).count();
    let well_placed = words.iter().enumerate().all(|(at, word)| match *word {
        BEGIN => at == 0,
        END => at + 1 == words.len(),
        _ => true,
    });
    (inner > 0 && words.len() <= 3 && well_placed).then(|| words.into_iter().collect())
}

/// Whether a cue of that form may make its sentence heard.
#[must_use]
pub fn can_be_keen(text: &str) -> bool {
    (2..=3).contains(&text.chars().count()) && text.chars().all(is_han)
}

/// Reads a learned file: a cue a line, its weight, a star where it is keen, and its leanings as `category:much`, separated
/// by tabs.
///
/// # Errors
/// The first line that is not so, from one, and what is wrong with it in Chinese.
pub fn parse_learned(text: &str) -> Result<CueSet, (usize, String)> {
    let mut cues = CueSet::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("# ") {
            continue;
        }
        let cue = parse_line(line).ok_or_else(|| {
            (number, "应当是“线索<制表符>权重<制表符>*<制表符>类别:倾向 …”，中间的 * 可以没有".to_owned())
        })?;
        cues.insert(cue.0, cue.1);
    }
    Ok(cues)
}

fn parse_line(line: &str) -> Option<(String, Cue)> {
    let mut fields = line.split('\t');
    let (text, weight, keen, leanings) = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?, fields.next()?);
    let keen = match keen {
        "" => false,
        "*" if can_be_keen(text) => true,
        _ => return None,
    };
    let mut cue = Cue { weight, keen, leanings: Leanings::default() };
    for leaning in leanings.split(' ').filter(|one| !one.is_empty()) {
        let (category, much) = leaning.split_once(':')?;
        cue.leanings[Category::from_name(category)? as usize] = much.parse().ok()?;
    }
    Some((text.to_owned(), cue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cues() -> Cues {
        let learned = "# x\n\t-50\t\targuing:-4\n铁定\t200\t*\toverpromising:32 arguing:3\n^您\t-30\t\t\n您铁定\t10\t\t\n定$\t5\t\t\n";
        Cues::new(&parse_learned(learned).unwrap())
    }

    #[test]
    fn adds_up_what_speaks() {
        let words: Vec<char> = "您铁定送达".chars().collect();
        let verdict = cues().listen(&words);
        assert_eq!(verdict.score, 200 - 30 + 10 - 50);
        assert_eq!(verdict.parts, [-30 + 3, 103, 103, 0, 0]);
        let spoken: Vec<&str> = verdict.spoken.iter().map(|spoken| spoken.text.as_str()).collect();
        assert_eq!(spoken, ["^您", "铁定", "您铁定"]);
        assert_eq!(verdict.leanings[Category::Arguing as usize], 3 - 4);
        assert_eq!(verdict.leanings[Category::Overpromising as usize], 32);
        assert!(Cues::default().listen(&words).score < 0);
    }

    #[test]
    fn hears_only_where_a_keen_cue_speaks() {
        let score = |text: &str| {
            let score = cues().listen(&text.chars().collect::<Vec<char>>()).score;
            assert_eq!(cues().score(text.chars()), score);
            score
        };
        assert!(score("您铁定送达") > 0);
        assert_eq!(score("您说定送达"), i32::MIN);
        assert_eq!(score("铁定"), i32::MIN, "too few words");
    }

    #[test]
    fn reads_what_it_wrote() {
        let bytes = cues().to_bytes();
        let read = Cues::from_bytes(&bytes).unwrap();
        let words: Vec<char> = "他铁定送达".chars().collect();
        assert_eq!(read.listen(&words), cues().listen(&words));
        assert!(Cues::from_bytes(&bytes[..40]).is_none());
        assert_eq!(parse_learned("好\t1\n").unwrap_err().0, 1);
    }

    #[test]
    fn knows_the_form_of_a_cue() {
        for (text, form) in [
            ("鐵定", Some("铁定")),
            ("^您看看", Some("^您看")),
            ("2024年", Some("0年")),
            ("吧$", Some("吧$")),
            ("将就着使", None),
            ("^", None),
            ("吧^", None),
            ("，", None),
        ] {
            assert_eq!(normal_form(text).as_deref(), form, "{text}");
        }
    }
}
