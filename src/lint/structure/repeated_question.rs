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

/// The questions of the agent in a conversation.
#[derive(Debug, Default)]
pub(in crate::lint) struct RepeatedQuestions {
    asked: Vec<(BTreeSet<char>, u32)>,
}

impl RepeatedQuestions {
    /// Hears a turn of the agent; the question in it that has now been asked `limit` times.
    pub(in crate::lint) fn hear(&mut self, words: &str, limit: u32) -> Option<TextRange<Prose>> {
        let mut found = None;
        for range in questions(words) {
            let key = key(&words[range.as_range()]);
            if key.len() < LEAST_WORDS {
                continue;
            }
            let count = match self.asked.iter_mut().find(|(other, _)| alike(other, &key)) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    self.asked.push((key, 1));
                    1
                }
            };
            if count >= limit {
                found.get_or_insert(range);
            }
        }
        found
    }
}

/// The clauses that ask.
fn questions(words: &str) -> Vec<TextRange<Prose>> {
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

fn key(question: &str) -> BTreeSet<char> {
    let mut bare: String = question.chars().map(fold_char).collect();
    for filler in FILLERS {
        bare = bare.replace(filler, "");
    }
    bare.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether two questions share nearly all their words.
fn alike(one: &BTreeSet<char>, other: &BTreeSet<char>) -> bool {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    shared * 5 >= all * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_asked_again() {
        let mut questions = RepeatedQuestions::default();
        assert_eq!(questions.hear("您好，请问有什么可以帮您？", 3), None);
        assert_eq!(questions.hear("请问您的订单号是多少？", 3), None);
        assert_eq!(questions.hear("好的。亲，订单号是多少呢", 3), None);
        assert_eq!(questions.hear("您的收货地址是哪里？", 3), None);
        let again = "抱歉，麻烦您，订单号是多少？";
        let found = questions.hear(again, 3).unwrap();
        assert_eq!(&again[found.as_range()], "订单号是多少");
        for _ in 0..4 {
            assert_eq!(questions.hear("请问还有什么可以帮您的吗？", 3), None);
        }
    }
}
