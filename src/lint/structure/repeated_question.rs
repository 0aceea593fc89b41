//! The same question asked again and again (S3.3): whoever has answered twice feels that nobody listens.

use std::collections::BTreeSet;

use crate::normalize::fold_char;
use crate::text::{Prose, TextRange};

/// Words without which a question is still the same one.
const FILLERS: [&str; 22] = [
    "请问", "麻烦", "这边", "一下", "方便", "提供", "告诉", "告知", "发我", "给我", "说下", "再", "还是", "下", "您",
    "你", "亲", "呢", "哦", "哈", "啊", "的",
];

/// What makes a clause a question where no mark does.
const ASKING: [&str; 12] =
    ["吗", "什么", "多少", "哪个", "哪里", "哪款", "哪种", "是否", "有没有", "是不是", "能不能", "怎么"];

/// Offers of help and closing words are asked at every turn, and do not ask for anything.
const OFFERS: [&str; 13] = [
    "帮您",
    "帮到",
    "帮你",
    "帮助",
    "可以帮",
    "为您",
    "其他问题",
    "别的问题",
    "其它问题",
    "还在线",
    "在吗",
    "评价",
    "满意",
];

/// Fewer words ask for nothing that could be told again.
const LEAST_WORDS: usize = 3;

/// A question of the agent: where it stands in his message, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) struct Question {
    /// Its clause.
    pub(in crate::lint) range: TextRange<Prose>,
    /// Its characters without fillers, ascending, each once.
    pub(in crate::lint) key: Box<[char]>,
}

/// The questions in a message that could be asked again.
pub(in crate::lint) fn asked_in(words: &str) -> Vec<Question> {
    let mut asked: Vec<Question> = clauses(words)
        .into_iter()
        .map(|range| Question { range, key: key(&words[range.as_range()]) })
        .collect();
    asked.retain(|question| question.key.len() >= LEAST_WORDS);
    asked
}

/// The questions of the agent in a conversation.
#[derive(Debug, Default)]
pub(in crate::lint) struct RepeatedQuestions {
    asked: Vec<(Box<[char]>, u32)>,
}

impl RepeatedQuestions {
    /// Hears the questions of a turn of the agent; the number of the first that has now been asked `limit` times.
    pub(in crate::lint) fn hear(&mut self, questions: &[Question], limit: u32) -> Option<usize> {
        let mut found = None;
        for (number, question) in questions.iter().enumerate() {
            let count = match self.asked.iter_mut().find(|(other, _)| alike(other, &question.key)) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    self.asked.push((question.key.clone(), 1));
                    1
                }
            };
            if count >= limit {
                found.get_or_insert(number);
            }
        }
        found
    }
}

/// The clauses that ask.
fn clauses(words: &str) -> Vec<TextRange<Prose>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in words.char_indices().chain([(words.len(), '\n')]) {
        if !matches!(c, '?' | '？' | '，' | ',' | '。' | '！' | '!' | '；' | ';' | '~' | '\n' | '\r') {
            continue;
        }
        let clause = &words[start..at];
        let asks = matches!(c, '?' | '？') || ASKING.iter().any(|word| clause.contains(word));
        if asks && !OFFERS.iter().any(|offer| clause.contains(offer)) {
            let head = at - clause.trim_start().len();
            if head < at {
                found.push(TextRange::new(head, at));
            }
        }
        start = at + c.len_utf8();
    }
    found
}

fn key(question: &str) -> Box<[char]> {
    let mut bare: String = question.chars().map(fold_char).collect();
    for filler in FILLERS {
        bare = bare.replace(filler, "");
    }
    let characters: BTreeSet<char> = bare.chars().filter(|c| c.is_alphanumeric()).collect();
    characters.into_iter().collect()
}

/// Whether two questions, each ascending, share nearly all their words.
fn alike(one: &[char], other: &[char]) -> bool {
    let (short, long) = if one.len() < other.len() { (one.len(), other.len()) } else { (other.len(), one.len()) };
    // Even if the longer one had all of the shorter one.
    if short * 5 < long * 4 {
        return false;
    }
    let (mut at, mut shared) = (0, 0);
    for c in one {
        while other.get(at).is_some_and(|other| other < c) {
            at += 1;
        }
        shared += usize::from(other.get(at) == Some(c));
    }
    let all = one.len() + other.len() - shared;
    shared * 5 >= all * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_asked_again() {
        let mut questions = RepeatedQuestions::default();
        let mut hear = |words: &str| {
            let asked = asked_in(words);
            questions.hear(&asked, 3).map(|number| asked[number].range)
        };
        assert_eq!(hear("您好，请问有什么可以帮您？"), None);
        assert_eq!(hear("请问您的订单号是多少？"), None);
        assert_eq!(hear("好的。亲，订单号是多少呢"), None);
        assert_eq!(hear("您的收货地址是哪里？"), None);
        let again = "抱歉，麻烦您，订单号是多少？";
        let found = hear(again).unwrap();
        assert_eq!(&again[found.as_range()], "订单号是多少");
        for _ in 0..4 {
            assert_eq!(hear("请问还有什么可以帮您的吗？"), None);
        }
    }
}
