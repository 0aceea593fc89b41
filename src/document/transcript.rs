//! Conversations: a message a turn. Owns how turns are told from each other and who takes them; how the head of a
//! line reads is `speaker`'s.
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
use super::speaker::{self, Strength};
use super::{ExtractOptions, Problem, Role, Segment, Turn};

/// Whether `head`, the beginning of a text file, reads as a conversation: somebody known speaks, somebody else does
/// too, and a good part of the lines begins with a speaker.
#[must_use]
pub fn sniff_transcript(head: &str, options: &ExtractOptions) -> bool {
    let filled = plain::lines(head, 0..head.len()).filter(|line| !head[line.clone()].trim().is_empty()).count();
    let all: Vec<TurnHead> =
        plain::lines(head, 0..head.len()).filter_map(|line| TurnHead::of(&head[line], options)).collect();
    let cast = Cast::of(all.iter());
    let heads: Vec<&TurnHead> =
        all.iter().zip(&cast.roles).filter(|(_, role)| role.is_some()).map(|(head, _)| head).collect();
    let speaks = |strength| heads.iter().any(|head| head.strength == strength);
    let agent = speaks(Strength::Known(Role::Agent));
    let customer = speaks(Strength::Known(Role::Customer));
    let unknown = speaks(Strength::Name) || speaks(Strength::Perhaps);
    let two = [agent, customer, unknown].into_iter().filter(|speaks| *speaks).count() >= 2;
    two && heads.len() * 4 >= filled
}

/// The head of a line, as far as it matters for who takes which turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnHead {
    name: Box<str>,
    strength: Strength,
    /// Whether the words behind it greet somebody.
    greets: bool,
}

impl TurnHead {
    /// The head of `line`, if it has one.
    #[must_use]
    pub fn of(line: &str, options: &ExtractOptions) -> Option<TurnHead> {
        let head = speaker::head(line, options)?;
        Some(TurnHead { name: head.name.into(), strength: head.strength, greets: greets(&line[head.words..]) })
    }

    fn is_customer_account(&self) -> bool {
        !matches!(self.strength, Strength::Known(_)) && labels::is_account(&self.name)
    }
}

/// Who takes the turns of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Of each head in the text, who takes the turn that it begins; nothing where it begins none.
    pub roles: Vec<Option<Role>>,
    /// That nobody is known, in Chinese; where the first turn begins.
    pub problem: Option<String>,
}

impl Cast {
    /// Who is behind these heads, all that there are in a text.
    pub fn of<'h>(heads: impl Iterator<Item = &'h TurnHead> + Clone) -> Cast {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for head in heads.clone() {
            *count.entry(&head.name).or_default() += 1;
        }
        let begins = |head: &TurnHead| match head.strength {
            Strength::Known(_) => true,
            // 王女士：您好！ in the middle of a message greets her.
            Strength::Name => count[&*head.name] > 1 || !head.greets,
            Strength::Perhaps => count[&*head.name] > 1,
        };
        let kept = heads.clone().filter(|head| begins(head));
        let known = |role| kept.clone().any(|head| head.strength == Strength::Known(role));
        let accounts = kept.clone().any(TurnHead::is_customer_account);
        let (agents, customers) = (known(Role::Agent), known(Role::Customer) || accounts);
        let role = |head: &TurnHead| match head.strength {
            Strength::Known(role) => role,
            _ if agents || head.is_customer_account() => Role::Customer,
            _ => Role::Agent,
        };
        let roles = heads.map(|head| begins(head).then(|| role(head))).collect();
        let names: BTreeSet<&str> = kept.map(|head| &*head.name).collect();
        let problem = (!agents && !customers && !names.is_empty()).then(|| {
            let names: Vec<&str> = names.into_iter().take(5).collect();
            format!(
                "没有认出哪一方是客服（见到的称呼：{}），所以全部发言都检查了；请在 wanyan.toml 里用 agent-labels 写明客服的称呼",
                names.join("、")
            )
        });
        Cast { roles, problem }
    }
}

/// Gives the message of a turn, taken by `role`, to `each`, if it says anything. `lines` is where the turn stands in `text`:
/// from the line of its head to that of the next.
pub fn turn<'a>(
    text: &'a str,
    lines: Range<usize>,
    role: Role,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) {
    let line = plain::line_at(text, lines.start);
    let Some(head) = speaker::head(&text[line.clone()], options) else { return };
    let words = speaker::words(&text[line.clone()], &head);
    let mut turn = vec![line.start + words.start..line.start + words.end];
    let behind = plain::next_line(text, &line).map_or(lines.end, |next| next.min(lines.end));
    for line in plain::lines(text, behind..lines.end) {
        let words = &text[line.clone()];
        if !speaker::is_divider(words) && !quotes(words) {
            turn.push(trimmed(text, line));
        }
    }
    let moment = speaker::moment(&text[line], &head);
    give(text, turn, role, &mut |segment| {
        each(Segment { turn: Some(Turn { conversation: 0, moment }), ..segment });
    });
}

/// Gives the turns of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let heads: Vec<(usize, TurnHead)> = plain::lines(text, 0..text.len())
        .filter_map(|line| Some((line.start, TurnHead::of(&text[line], options)?)))
        .collect();
    let cast = Cast::of(heads.iter().map(|(_, head)| head));
    let turns: Vec<(usize, Role)> =
        heads.iter().zip(&cast.roles).filter_map(|((start, _), role)| Some((*start, (*role)?))).collect();
    let Some((first, _)) = turns.first() else {
        for line in plain::lines(text, 0..text.len()) {
            let (role, words) = plain::line_role(&text[line.clone()], options);
            let words = line.start + words.start..line.start + words.end;
            give(text, vec![words], role, each);
        }
        return Vec::new();
    };
    for line in plain::lines(text, 0..*first) {
        give(text, vec![trimmed(text, line)], Role::System, each);
    }
    for (index, (start, role)) in turns.iter().enumerate() {
        let end = turns.get(index + 1).map_or(text.len(), |(next, _)| *next);
        turn(text, *start..end, *role, options, each);
    }
    let line = plain::lines(text, 0..*first).count() + 1;
    cast.problem.into_iter().map(|message| Problem { line, message }).collect()
}

fn greets(words: &str) -> bool {
    let words = words.trim_start();
    words.starts_with("您好") || words.starts_with("感谢您")
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
        (turns, problems.problems)
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
