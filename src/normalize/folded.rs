//! The folded form of one message, with the way back to its prose.

use super::{fold_char, is_filler, is_invisible};
use crate::text::is_han;
use crate::text::{Folded, Prose, TextRange};

/// How many fillers in a row may stand inside a word.
const MAX_FILLERS: usize = 3;

/// What was left out before a folded character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// Nothing: the two characters touch, or only invisible ones stood between.
    #[default]
    Tight,
    /// Spaces, a tilde or emoji: things that people also put between clauses.
    Loose,
    /// A dot, star or other mark that nobody puts between clauses.
    Marked,
}

/// Folded characters and where each comes from. Can be filled again and again without new memory.
#[derive(Clone, Debug, Default)]
pub struct FoldedText {
    chars: Vec<char>,
    /// For each character its bytes in the prose; a run that was counted once has the bytes of the whole run.
    spans: Vec<(u32, u32)>,
    /// What was left out before each character.
    joints: Vec<Joint>,
}

impl FoldedText {
    /// Folds `prose`.
    #[must_use]
    pub fn new(prose: &str) -> Self {
        let mut folded = FoldedText::default();
        folded.fill(prose);
        folded
    }

    /// Folds `prose` in the place of what was here. Prose beyond 4 GiB is cut there.
    pub fn fill(&mut self, prose: &str) {
        self.chars.clear();
        self.spans.clear();
        self.joints.clear();
        // Fillers after a Han character, kept until the next character says whether they lie inside a word.
        let mut pending: Vec<(char, u32, u32)> = Vec::new();
        let mut run = 0usize;
        for (at, character) in prose.char_indices() {
            let Ok(start) = u32::try_from(at) else { break };
            let Ok(end) = u32::try_from(at + character.len_utf8()) else { break };
            if is_invisible(character) {
                continue;
            }
            if is_filler(character) && self.chars.last().copied().is_some_and(is_han) {
                pending.push((character, start, end));
                continue;
            }
            let folded = fold_char(character);
            let mut joint = Joint::Tight;
            if !pending.is_empty() {
                if is_han(folded) && pending.len() <= MAX_FILLERS {
                    joint = joint_of(&pending);
                } else {
                    for (filler, start, end) in pending.iter().copied() {
                        self.push(fold_char(filler), (start, end), Joint::Tight);
                    }
                    run = 0;
                }
                pending.clear();
            }
            if is_han(folded) && self.chars.last() == Some(&folded) && joint == Joint::Tight {
                run += 1;
                if run == 3 {
                    // The run so far becomes one character.
                    self.chars.pop();
                    self.spans.pop();
                    self.joints.pop();
                }
                if run >= 3 {
                    if let Some(span) = self.spans.last_mut() {
                        span.1 = end;
                    }
                    continue;
                }
            } else {
                run = 1;
            }
            self.push(folded, (start, end), joint);
        }
        for (filler, start, end) in pending {
            self.push(fold_char(filler), (start, end), Joint::Tight);
        }
    }

    fn push(&mut self, folded: char, span: (u32, u32), joint: Joint) {
        self.chars.push(folded);
        self.spans.push(span);
        self.joints.push(joint);
    }

    /// The folded characters.
    #[must_use]
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// What was left out before the character at `index`; nothing for an index beyond the text.
    #[must_use]
    pub fn joint(&self, index: usize) -> Joint {
        self.joints.get(index).copied().unwrap_or_default()
    }

    /// Changes the character at `index`, keeping where it comes from.
    pub fn replace_char(&mut self, index: usize, character: char) {
        if let Some(place) = self.chars.get_mut(index) {
            *place = character;
        }
    }

    /// The characters that come from those bytes of the prose.
    #[must_use]
    pub fn to_folded(&self, range: TextRange<Prose>) -> TextRange<Folded> {
        let start = self.spans.partition_point(|span| span.1 as usize <= range.start());
        let end = self.spans.partition_point(|span| (span.0 as usize) < range.end());
        TextRange::new(start.min(end), end)
    }

    /// The bytes of the prose from which the characters of `range` come, with what was left out between them.
    /// An empty range lies where its character begins, or where the text ends.
    #[must_use]
    pub fn to_prose(&self, range: TextRange<Folded>) -> TextRange<Prose> {
        let begin = |index: usize| match self.spans.get(index) {
            Some(span) => span.0 as usize,
            None => self.spans.last().map_or(0, |span| span.1 as usize),
        };
        if range.is_empty() {
            return TextRange::new(begin(range.start()), begin(range.start()));
        }
        let last = (range.end() - 1).min(self.spans.len().saturating_sub(1));
        let end = self.spans.get(last).map_or(0, |span| span.1 as usize);
        TextRange::new(begin(range.start()), end)
    }
}

fn joint_of(fillers: &[(char, u32, u32)]) -> Joint {
    let loose = |filler: char| {
        matches!(filler, ' ' | '\t' | '\u{a0}' | '\u{3000}' | '~' | '～')
            || filler >= '\u{2000}'
                && !matches!(filler, '※' | '●' | '○' | '\u{2500}'..='\u{25ff}' | '•' | '‧' | '∙' | '⋅' | '・')
                && !('\u{ff00}'..='\u{ffef}').contains(&filler)
    };
    if fillers.iter().all(|(filler, _, _)| loose(*filler)) { Joint::Loose } else { Joint::Marked }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(prose: &str) -> String {
        FoldedText::new(prose).chars().iter().collect()
    }

    #[test]
    fn folds_what_hides_a_word() {
        for (prose, folded) in [
            ("神 经 病", "神经病"),
            ("滚.蛋", "滚蛋"),
            ("不※行", "不行"),
            ("不\u{200b}行", "不行"),
            ("不😊行", "不行"),
            ("不行行行", "不行"),
            ("不知道啊啊啊啊", "不知道啊"),
            ("谢谢", "谢谢"),
            ("沒辦法", "没办法"),
            ("ＡＰＰ不行", "app不行"),
            ("3.5 折", "3.5 折"),
            ("好 a 吧", "好 a 吧"),
            ("不....行", "不....行"),
            ("好，不", "好,不"),
            ("行 ", "行 "),
            ("", ""),
        ] {
            assert_eq!(text(prose), folded, "{prose}");
        }
    }

    #[test]
    fn knows_the_way_back() {
        let prose = "a神 经.病病病b";
        let folded = FoldedText::new(prose);
        assert_eq!(folded.chars().iter().collect::<String>(), "a神经病b");
        let range = folded.to_prose(TextRange::new(1, 4));
        assert_eq!(&prose[range.as_range()], "神 经.病病病");
        assert_eq!([folded.joint(1), folded.joint(2), folded.joint(3)], [Joint::Tight, Joint::Loose, Joint::Marked]);
        assert_eq!(folded.to_folded(range), TextRange::new(1, 4));
        assert_eq!(folded.to_folded(TextRange::new(5, 8)), TextRange::new(2, 3));
        assert_eq!(folded.to_prose(TextRange::new(5, 5)), TextRange::new(prose.len(), prose.len()));
    }
}
