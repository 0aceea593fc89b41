//! Conversations: a message a turn. Owns how turns are told from each other and who takes them; how the head of a
//! line reads is [`super::speaker`]'s.
//!
//! - A turn reaches from its head to the next head. Its lines are joined; labels, time stamps and rules are no prose.
//! - A head whose label is known (客服, 买家, a label of the options) always counts. An unknown name counts if it
//!   looks like a person's or an account's, or has a full time stamp, or comes at least twice; so 注意： or 退货方式：
//!   in the middle of a message begins no turn.
//! - Whoever is unknown in a conversation in which agents are known is a customer: agents are labelled by the house,
//!   customers bring their own names, and to judge a customer's words is the worse mistake. Where customers are known
//!   but no agent is, the unknown are the agents. Where nobody is known, all words are judged and a problem says how
//!   to name the speakers.
//! - What stands before the first head belongs to the export, not to a speaker, and is not judged. A text without any
//!   head is judged line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::labels;
use super::plain;
use super::speaker::{self, Head, Strength};
use super::{ExtractOptions, Problem, Role, Segment, Turn};

/// Whether `head`, the beginning of a text file, reads as a conversation: somebody known speaks, somebody else does
/// too, and a good part of the lines begins with a speaker.
#[must_use]
pub fn sniff_transcript(head: &str, options: &ExtractOptions) -> bool {
    let filled = plain::lines(head, 0..head.len()).filter(|line| !head[line.clone()].trim().is_empty()).count();
    let heads = heads(head, options);
    let speaks = |strength| heads.iter().any(|(_, head)| head.strength == strength);
    let agent = speaks(Strength::Known(Role::Agent));
    let customer = speaks(Strength::Known(Role::Customer));
    let unknown = speaks(Strength::Name) || speaks(Strength::Perhaps);
    let two = [agent, customer, unknown].into_iter().filter(|speaks| *speaks).count() >= 2;
    two && heads.len() * 4 >= filled
}

/// Gives the turns of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let heads = heads(text, options);
    let Some((first, _)) = heads.first() else {
        for line in plain::lines(text, 0..text.len()) {
            let (role, words) = plain::line_role(&text[line.clone()], options);
            let words = line.start + words.start..line.start + words.end;
            give(text, vec![words], role, each);
        }
        return Vec::new();
    };
    let known = |role| heads.iter().any(|(_, head)| head.strength == Strength::Known(role));
    let accounts = heads.iter().any(|(_, head)| is_customer_account(head));
    let (agents, customers) = (known(Role::Agent), known(Role::Customer) || accounts);
    let role_of = |head: &Head<'_>| match head.strength {
        Strength::Known(role) => role,
        _ if agents || is_customer_account(head) => Role::Customer,
        _ => Role::Agent,
    };

    for line in plain::lines(text, 0..first.start) {
        give(text, vec![trimmed(text, line)], Role::System, each);
    }
    for (index, (line, head)) in heads.iter().enumerate() {
        let end = heads.get(index + 1).map_or(text.len(), |(next, _)| next.start);
        let words = speaker::words(&text[line.clone()], head);
        let words = line.start + words.start..line.start + words.end;
        let mut turn = vec![words];
        let behind = plain::next_line(text, line).map_or(end, |next| next.min(end));
        for line in plain::lines(text, behind..end) {
            let words = &text[line.clone()];
            if !speaker::is_divider(words) && !quotes(words) {
                turn.push(trimmed(text, line));
            }
        }
        let moment = speaker::moment(&text[line.clone()], head);
        give(text, turn, role_of(head), &mut |segment| {
            each(Segment { turn: Some(Turn { conversation: 0, moment }), ..segment });
        });
    }

    if agents || customers {
        return Vec::new();
    }
    let names: BTreeSet<&str> = heads.iter().map(|(_, head)| head.name).collect();
    let names: Vec<&str> = names.into_iter().take(5).collect();
    let line = plain::lines(text, 0..first.start).count() + 1;
    let message = format!(
        "没有认出哪一方是客服（见到的称呼：{}），所以全部发言都检查了；请在 wanyan.toml 里用 agent-labels 写明客服的称呼",
        names.join("、")
    );
    vec![Problem { line, message }]
}

/// The lines that begin a turn, with their heads.
fn heads<'a>(text: &'a str, options: &ExtractOptions) -> Vec<(Range<usize>, Head<'a>)> {
    let mut heads: Vec<(Range<usize>, Head<'a>)> = Vec::new();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for line in plain::lines(text, 0..text.len()) {
        if let Some(head) = speaker::head(&text[line.clone()], options) {
            *count.entry(head.name).or_default() += 1;
            heads.push((line, head));
        }
    }
    heads.retain(|(line, head)| match head.strength {
        Strength::Known(_) => true,
        // 王女士：您好！ in the middle of a message greets her.
        Strength::Name => count[head.name] > 1 || !greets(&text[line.clone()][head.words..]),
        Strength::Perhaps => count[head.name] > 1,
    });
    heads
}

fn greets(words: &str) -> bool {
    let words = words.trim_start();
    words.starts_with("您好") || words.starts_with("感谢您")
}

fn is_customer_account(head: &Head<'_>) -> bool {
    !matches!(head.strength, Strength::Known(_)) && labels::is_account(head.name)
}

/// Whether a line within a turn is somebody else's, quoted: `> …`, 「张三：…」.
fn quotes(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(['>', '＞']) || line.starts_with('「') && line.ends_with('」') && line.contains([':', '：'])
}

fn trimmed(text: &str, line: Range<usize>) -> Range<usize> {
    let words = text[line.clone()].trim_start();
    let start = line.end - words.len();
    start..start + words.trim_end().len()
}

/// Gives the lines of a turn, as far as they hold something, as one message.
fn give<'a>(text: &'a str, mut lines: Vec<Range<usize>>, role: Role, each: &mut dyn FnMut(Segment<'a>)) {
    while lines.last().is_some_and(Range::is_empty) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    if blank < lines.len() {
        each(Segment::of_lines(text, &lines[blank..], role));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, NotEditable, extract};
    use crate::text::{Edit, TextRange};

    fn options() -> ExtractOptions {
        ExtractOptions { agent_labels: vec!["阿美:".to_owned()], ..ExtractOptions::default() }
    }

    fn turns(text: &str) -> (Vec<(Role, String)>, Vec<Problem>) {
        let mut turns = Vec::new();
        let problems = extract(text, Format::Transcript, &options(), &mut |segment| {
            turns.push((segment.role, segment.text.into_owned()));
        });
        (turns, problems)
    }

    #[test]
    fn takes_turns_apart() {
        use Role::{Agent, Customer, System};
        let cases: &[(&str, &[(Role, &str)])] = &[
            ("", &[]),
            ("客服：您好", &[(Agent, "您好")]),
            ("顾客：在吗\r\n客服：您好\r\n  请稍等\r\n", &[(Customer, "在吗"), (Agent, "您好\n请稍等")]),
            (
                "[2024-01-02 10:20:30] 客服: 不行😊\n[2024-01-02 10:20:31] 张三: 你们怎么这样\n",
                &[(Agent, "不行😊"), (Customer, "你们怎么这样")],
            ),
            (
                "客服-小李 10:21:33\n不行\n注意：不退\n退货地址：北京\n见 http://a.cn/b\n10:30 前到\n\n买家 10:22:00\n在吗\n",
                &[(Agent, "不行\n注意：不退\n退货地址：北京\n见 http://a.cn/b\n10:30 前到"), (Customer, "在吗")],
            ),
            (
                "某某旗舰店:小美 2024-06-18 10:21:33\n亲，不行\ntb12345678 2024-06-18 10:22:33\n哦\n",
                &[(Agent, "亲，不行"), (Customer, "哦")],
            ),
            (
                "小李 2024-06-18 10:21:33\n不行\n\ntb12345678 2024-06-18 10:22:33\n哦\n",
                &[(Agent, "不行"), (Customer, "哦")],
            ),
            (
                "会话编号：123\n客服：一\n------\n10:20\n二\n> 三\n「张三：四」\n五\n系统：结束",
                &[(System, "会话编号：123"), (Agent, "一\n二\n五"), (System, "结束")],
            ),
            (
                "快乐小猪：在吗\n客服：王女士：您好\n王女士：您好，请看\n快乐小猪：哦",
                &[(Customer, "在吗"), (Agent, "王女士：您好\n王女士：您好，请看"), (Customer, "哦")],
            ),
            ("阿美：一\n张三：二", &[(Agent, "一"), (Customer, "二")]),
            ("买家：一\n小美：二\n小美：三", &[(Customer, "一"), (Agent, "二"), (Agent, "三")]),
            ("没有标签\n不行", &[(Agent, "没有标签"), (Agent, "不行")]),
            ("客服：\n\n一\n\n二\n\n", &[(Agent, "一\n\n二")]),
            ("客服：一\r二", &[(Agent, "一\r二")]),
        ];
        for (text, expected) in cases {
            let (found, problems) = turns(text);
            let found: Vec<_> = found.iter().map(|(role, words)| (*role, words.as_str())).collect();
            assert_eq!(found, *expected, "{text:?}");
            assert_eq!(problems, [], "{text:?}");
        }
    }

    #[test]
    fn says_when_nobody_is_known() {
        let (found, problems) = turns("张三：一\n李四：二\n");
        assert_eq!(found, [(Role::Agent, "一".to_owned()), (Role::Agent, "二".to_owned())]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].line, 1);
        assert!(problems[0].message.contains("张三、李四"), "{}", problems[0].message);
    }

    #[test]
    fn edits_stay_in_their_line() {
        let text = "客服：不行\r\n  就这样\r\n顾客：哦";
        let mut turns = Vec::new();
        extract(text, Format::Transcript, &options(), &mut |segment| turns.push(segment));
        let edit = |start, end, replacement: &str| Edit {
            range: TextRange::new(start, end),
            replacement: replacement.to_owned(),
        };
        let turn = &turns[0];
        assert_eq!(turn.text, "不行\n就这样");
        assert_eq!(turn.source_edit(&edit(0, 6, "好")).unwrap().range, TextRange::new(9, 15));
        assert_eq!(turn.source_edit(&edit(7, 16, "好")).unwrap().range, TextRange::new(19, 28));
        assert_eq!(turn.source_edit(&edit(3, 10, "好")), Err(NotEditable::MarkupBetween));
        assert_eq!(turn.source_edit(&edit(0, 6, "好\n的")), Err(NotEditable::LineBreak));
        assert_eq!(turn.source_edit(&edit(16, 16, "。")).unwrap().range, TextRange::new(28, 28));
        assert_eq!(turns[1].source_edit(&edit(0, 3, "好")).unwrap().range, TextRange::new(39, 42));
    }

    #[test]
    fn sniffs() {
        let conversations = [
            "顾客：在吗\n客服：您好\n",
            "小李 2024-06-18 10:21:33\n不行\n\n客服小美 2024-06-18 10:22:33\n哦\n",
            "客服：您好\r\n一\r\n二\r\n张三：在吗\r\n",
        ];
        for text in conversations {
            assert!(sniff_transcript(text, &options()), "{text:?}");
        }
        let others = [
            "",
            "您好\n不行",
            "客服：您好\n客服：不行",
            "注意：不行\n地址：北京",
            "客服电话：1\n买家须知：2",
            "顾客：在吗\n客服：您好\n一\n二\n三\n四\n五\n六\n七\n",
        ];
        for text in others {
            assert!(!sniff_transcript(text, &options()), "{text:?}");
        }
    }
}
