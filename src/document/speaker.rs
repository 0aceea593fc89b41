//! Who speaks: the label at the head of a line, with the time stamps that chat programs put around it. Must not know
//! which labels there are ([`super::labels`] does) nor what a conversation is ([`super::transcript`] puts the heads
//! together).

use std::ops::Range;

use super::labels::{FIELD_ENDINGS, SURNAMES, in_names, known, reads_as_sentence};
use super::time_stamp::{Moment, closing, has_date, time_stamp};
use super::{ExtractOptions, Role};

/// How sure a head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// The label is one of the known.
    Known(Role),
    /// A name that looks like one by itself, or has a full time stamp.
    Name,
    /// Could be a name; is one if it comes again.
    Perhaps,
}

/// The head of somebody's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// The name, without brackets and time stamps.
    pub(super) name: &'a str,
    /// How sure it is.
    pub(super) strength: Strength,
    /// Where the words begin in the line, in bytes.
    pub(super) words: usize,
}

/// The role that a known label with a colon gives to `line`, and where its words begin. Made to be quick on lines
/// without one.
pub(super) fn known_label(line: &str, options: &ExtractOptions) -> Option<(Role, usize)> {
    if !has_colon(&line.as_bytes()[..line.len().min(HEAD_BYTES)]) && !line.trim_start().starts_with(['【', '[', '（'])
    {
        return None;
    }
    match head(line, options)? {
        Head { strength: Strength::Known(role), words, .. } => Some((role, words)),
        _ => None,
    }
}

/// Whether a line of a message holds another's words: quoted as in an e-mail (`> …`), or behind a label that says so
/// (客户：…).
#[must_use]
pub fn is_anothers(line: &str) -> bool {
    line.trim_start().starts_with(['>', '＞'])
        || known_label(line, &ExtractOptions::default()).is_some_and(|(role, _)| role != Role::Agent)
}

/// Whether a colon of either width comes before the first full-width mark that no label holds.
fn has_colon(bytes: &[u8]) -> bool {
    for at in memchr::memchr2_iter(b':', 0xEF, bytes) {
        match &bytes[at..] {
            // ： in UTF-8.
            [b':', ..] | [0xEF, 0xBC, 0x9A, ..] => return true,
            // ，！？；
            [0xEF, 0xBC, 0x8C | 0x81 | 0x9F | 0x9B, ..] => return false,
            _ => {}
        }
    }
    false
}

/// How far into a line a head reaches at most, in bytes.
const HEAD_BYTES: usize = 120;

/// The longest name, in characters.
const NAME_CHARS: usize = 20;

/// The head of `line`, if it has one.
pub(super) fn head<'a>(line: &'a str, options: &ExtractOptions) -> Option<Head<'a>> {
    let at = line.len() - line.trim_start_matches([' ', '\t', '\u{3000}', '\u{feff}', '\u{200b}']).len();
    let stamp = time_stamp(&line[at..]);
    let start = match stamp {
        Some(length) => {
            let behind = &line[at + length..];
            let apart = line[..at + length].ends_with([']', '】', ')', '）', '>']);
            let separator = separator(behind);
            if separator == 0 && !apart && !behind.starts_with(['[', '【', '(', '（', '<']) {
                return None;
            }
            at + length + separator
        }
        None => at,
    };
    let rest = &line[start..];
    if let Some(head) = bracketed(line, start, stamp.is_some(), options) {
        return Some(head);
    }
    let mut before = None;
    for (count, (offset, c)) in rest.char_indices().enumerate() {
        if count > NAME_CHARS {
            return None;
        }
        let behind = &rest[offset + c.len_utf8()..];
        match c {
            ':' | '：' => {
                let name = rest[..offset].trim_end();
                let digits = before.is_some_and(|c: char| c.is_ascii_digit())
                    && behind.starts_with(|c: char| c.is_ascii_digit());
                if digits && c == ':' && name.bytes().all(|byte| byte.is_ascii_digit()) || behind.starts_with("//") {
                    return None;
                }
                let known = known(name, options);
                if known.is_none() && sub_account(behind) {
                    before = Some(c);
                    continue;
                }
                // A stamp may follow the colon too.
                let spaces = behind.len() - behind.trim_start().len();
                let late = time_stamp(&behind[spaces..])
                    .filter(|length| !ends_in_digit(name) && behind[spaces + length..].trim().is_empty());
                let words = line.len() - behind.len() + late.map_or(0, |length| spaces + length);
                let dated = if stamp.is_some() || late.is_some() { Dated::Fully } else { Dated::No };
                return found(name, known, dated, words);
            }
            ' ' | '\t' | '\u{3000}' | '(' | '（' | '[' | '【' => {
                let name = rest[..offset].trim_end();
                let place = if c.is_whitespace() { behind.trim_start() } else { &rest[offset..] };
                if name.is_empty() {
                    return None;
                }
                if let Some(length) = time_stamp(place) {
                    let stamp = &place[..length];
                    let after = place[length..].trim_start();
                    let words = after.strip_prefix([':', '：']);
                    let dated = if has_date(stamp) { Dated::Fully } else { Dated::ByTime };
                    if words.is_some() || after.is_empty() {
                        let words = line.len() - words.unwrap_or(after).len();
                        let known = known(name, options).or_else(|| name.contains([':', '：']).then_some(Role::Agent));
                        return found(name, known, dated, words);
                    }
                    let known = known(name, options)?;
                    return found(name, Some(known), dated, line.len() - after.len());
                }
                if (stamp.is_some() || c == '\t')
                    && c.is_whitespace()
                    && let Some(role) = known(name, options)
                {
                    let after = behind.trim_start();
                    if !after.starts_with([':', '：']) {
                        return found(name, Some(role), Dated::Fully, line.len() - after.len());
                    }
                }
            }
            '，' | '。' | '！' | '？' | '；' | '、' | ',' | '!' | '?' | ';' | '“' | '”' | '"' | '/' | '=' | '~' =>
            {
                return None;
            }
            _ => {}
        }
        before = Some(c);
    }
    // 2024-06-18 10:21:33 小李, alone on its line.
    let name = rest.trim_end();
    if stamp.is_none() || name.is_empty() {
        return None;
    }
    let date = if has_date(&line[at..start]) { Dated::ByTime } else { Dated::No };
    found(name, known(name, options), date, line.len())
}

/// When the words behind `head` were said, as far as the stamp beside the name tells.
pub(super) fn moment(line: &str, head: &Head<'_>) -> Option<Moment> {
    let before = &line[..head.words];
    before.char_indices().find_map(|(at, _)| {
        let length = time_stamp(&before[at..])?;
        Moment::read(&before[at..at + length])
    })
}

/// How a name is dated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dated {
    No,
    ByTime,
    Fully,
}

fn found<'a>(name: &'a str, known: Option<Role>, dated: Dated, words: usize) -> Option<Head<'a>> {
    let strength = match known {
        Some(role) => Strength::Known(role),
        None => name_strength(name, dated)?,
    };
    Some(Head { name, strength, words })
}

/// 【客服001】：, [客服] and the like, at `start` of `line`.
fn bracketed<'a>(line: &'a str, start: usize, stamped: bool, options: &ExtractOptions) -> Option<Head<'a>> {
    let rest = &line[start..];
    let open = rest.chars().next()?;
    let close = closing(open)?;
    let inner = &rest[open.len_utf8()..];
    let length = inner.find(close).filter(|length| *length <= NAME_CHARS * 4)?;
    let name = inner[..length].trim();
    let mut after = &inner[length + close.len_utf8()..];
    let mut dated = if stamped { Dated::Fully } else { Dated::No };
    if let Some(length) = time_stamp(after.trim_start()) {
        after = &after.trim_start()[length..];
        dated = Dated::Fully;
    }
    let words = after.trim_start().strip_prefix([':', '：']);
    let known = known(name, options);
    if words.is_none() && known.is_none() && dated == Dated::No {
        return None;
    }
    found(name, known, dated, line.len() - words.unwrap_or(after).len())
}

/// The bytes of white space and dashes between a time stamp and a name.
fn separator(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\u{3000}', '-', '|', '—']).len()
}

fn ends_in_digit(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether `behind` a colon the rest of a sub-account's name and a full time stamp stand: 旗舰店:小美 2024-06-18 10:21:33.
fn sub_account(behind: &str) -> bool {
    let Some(end) = behind.find([' ', '\t', '(', '（', '[']) else {
        return false;
    };
    let (name, rest) = behind.split_at(end);
    let rest = rest.trim_start();
    let plain = !name.is_empty() && name.chars().count() <= NAME_CHARS / 2 && name.chars().all(in_names);
    plain
        && time_stamp(rest).is_some_and(|length| {
            has_date(&rest[..length]) && rest[length..].trim_matches([':', '：', ' ', '\t']).is_empty()
        })
}

/// How much an unknown `name` looks like one; `None` where it cannot be one.
fn name_strength(name: &str, dated: Dated) -> Option<Strength> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '【' | '】' | '[' | ']'));
    let count = name.chars().count();
    if count == 0 || count > NAME_CHARS || !name.chars().all(|c| in_names(c) || matches!(c, ':' | '：')) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let sentence = reads_as_sentence(name);
    if sentence && dated == Dated::No
        || FIELD_ENDINGS.iter().any(|ending| lower == *ending || !ending.is_ascii() && lower.ends_with(ending))
    {
        return None;
    }
    if sentence {
        // 快乐的鱼 10:21:33 is a name if it comes again.
        return Some(Strength::Perhaps);
    }
    if dated == Dated::Fully {
        return Some(Strength::Name);
    }
    let mut chars = name.chars();
    let surname = chars.next().is_some_and(|c| SURNAMES.contains(c)) && (2..=3).contains(&count);
    let honorific = count <= 5 && ["先生", "女士", "小姐"].iter().any(|honorific| name.ends_with(honorific));
    let letters = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let account = name.contains('*')
        || letters
            && count >= 4
            && !name.contains(' ')
            && name.bytes().any(|byte| byte.is_ascii_digit() || byte == b'_')
            && name.is_ascii();
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    if surname || honorific || account {
        Some(Strength::Name)
    } else if dated == Dated::ByTime || count >= 2 && !digits {
        Some(Strength::Perhaps)
    } else {
        None
    }
}

/// Whether `line` is nothing but a time stamp or a rule.
pub(super) fn is_divider(line: &str) -> bool {
    let line = line.trim();
    let rule =
        line.chars().count() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '—' | '─' | '*' | '_' | ' ' | '·'));
    rule || time_stamp(line).is_some_and(|length| length == line.len())
}

/// Where in `line` the words behind `head` stand, without the white space around them.
pub(super) fn words(line: &str, head: &Head<'_>) -> Range<usize> {
    let words = line[head.words..].trim_start();
    let start = line.len() - words.len();
    start..start + words.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_heads() {
        use Role::{Agent, Customer, System};
        use Strength::{Known, Name, Perhaps};
        /// The line; its name, how sure it is, and the words.
        type Case<'a> = (&'a str, Option<(&'a str, Strength, &'a str)>);
        let cases: &[Case<'_>] = &[
            ("客服：您好", Some(("客服", Known(Agent), "您好"))),
            ("客服: 您好", Some(("客服", Known(Agent), "您好"))),
            ("客服小美：您好", Some(("客服小美", Known(Agent), "您好"))),
            ("【客服001】：您好", Some(("客服001", Known(Agent), "您好"))),
            ("【客服】您好", Some(("客服", Known(Agent), "您好"))),
            ("坐席8012：您好", Some(("坐席8012", Known(Agent), "您好"))),
            ("坐席8012号：您好", Some(("坐席8012号", Known(Agent), "您好"))),
            ("小美客服：您好", Some(("小美客服", Known(Agent), "您好"))),
            ("王敏（客服）：您好", Some(("王敏（客服）", Known(Agent), "您好"))),
            ("客户经理小王：您好", Some(("客户经理小王", Known(Agent), "您好"))),
            ("商家回复：谢谢", Some(("商家回复", Known(Agent), "谢谢"))),
            ("Agent 3: hi", Some(("Agent 3", Known(Agent), "hi"))),
            ("CUSTOMER：hi", Some(("CUSTOMER", Known(Customer), "hi"))),
            ("顾客A：在吗", Some(("顾客A", Known(Customer), "在吗"))),
            ("匿名用户：在吗", Some(("匿名用户", Known(Customer), "在吗"))),
            ("系统提示：会话结束", Some(("系统提示", Known(System), "会话结束"))),
            ("[2024-01-02 10:20:30] 客服: 您好", Some(("客服", Known(Agent), "您好"))),
            ("10:20 客服：您好", Some(("客服", Known(Agent), "您好"))),
            ("10:20 客服 您好", Some(("客服", Known(Agent), "您好"))),
            ("2024/1/2 10:20:30 顾客：在吗", Some(("顾客", Known(Customer), "在吗"))),
            ("（2024年1月2日 上午10:20）顾客：在吗", Some(("顾客", Known(Customer), "在吗"))),
            ("2024-01-02T10:20:30+08:00 客服：好", Some(("客服", Known(Agent), "好"))),
            ("客服（10:20:30）：您好", Some(("客服", Known(Agent), "您好"))),
            ("客服 10:20：您好", Some(("客服", Known(Agent), "您好"))),
            ("客服 10:20 您好", Some(("客服", Known(Agent), "您好"))),
            ("客服小美 [2024-01-02 10:20]: 您好", Some(("客服小美", Known(Agent), "您好"))),
            ("客服-小李 10:21:33", Some(("客服-小李", Known(Agent), ""))),
            ("客服：2024-06-18 10:21:33", Some(("客服", Known(Agent), ""))),
            ("小李 2024-06-18 10:21:33", Some(("小李", Name, ""))),
            ("小李(2024-06-18 10:21:33)", Some(("小李", Name, ""))),
            ("2024-06-18 10:21:33 小李", Some(("小李", Perhaps, ""))),
            ("tb12345678 (2024-06-18 10:21:33)：在吗", Some(("tb12345678", Name, "在吗"))),
            ("某某旗舰店:小美 2024-06-18 10:21:33", Some(("某某旗舰店:小美", Known(Agent), ""))),
            ("某某旗舰店:小美 (2024-06-18 10:21:33):", Some(("某某旗舰店:小美", Known(Agent), ""))),
            ("张三：在吗", Some(("张三", Name, "在吗"))),
            ("王女士：在吗", Some(("王女士", Name, "在吗"))),
            ("t***1：在吗", Some(("t***1", Name, "在吗"))),
            ("快乐的鱼 10:21:33", Some(("快乐的鱼", Perhaps, ""))),
            ("快乐的鱼：在吗", None),
            ("快乐小猪：在吗", Some(("快乐小猪", Perhaps, "在吗"))),
            ("阿美：您好", Some(("阿美", Known(Agent), "您好"))),
            ("阿美2号：您好", Some(("阿美2号", Known(Agent), "您好"))),
            ("\u{3000}客服：您好", Some(("客服", Known(Agent), "您好"))),
            ("客服：", Some(("客服", Known(Agent), ""))),
            // No speakers.
            ("注意：不行", None),
            ("温馨提示：不行", None),
            ("退货地址：北京", None),
            ("客服电话：400-800", None),
            ("客服工作时间：9:00-18:00", None),
            ("售后服务：七天", None),
            ("买家须知：不退", None),
            ("用户名：abc", None),
            ("请联系客服：400", None),
            ("尊敬的客户：您好", None),
            ("各位买家：您好", None),
            ("亲爱的用户：您好", None),
            ("客户您好：不行", None),
            ("顾客朋友们：好", None),
            ("客服会在10:30回复您：好", None),
            ("http://a.cn/b", None),
            ("https://a.cn", None),
            ("10:30", None),
            ("10:30到店", None),
            ("2024-06-18 10:21:33", None),
            ("亲：不行", None),
            ("您好：不行", None),
            ("不行，客服：好", None),
            ("订单号：123", None),
            ("", None),
            ("：", None),
            ("客服", None),
            ("人工", None),
        ];
        let options = ExtractOptions { agent_labels: vec!["阿美：".to_owned()], ..ExtractOptions::default() };
        for (line, expected) in cases {
            let found = head(line, &options);
            let found = found.as_ref().map(|head| (head.name, head.strength, &line[words(line, head)]));
            assert_eq!(found, *expected, "{line:?}");
        }
    }

    #[test]
    fn dividers() {
        for line in ["----", "======", "- - - -", " 10:20 ", "[2024-01-02 10:20:30]", "————"] {
            assert!(is_divider(line), "{line}");
        }
        for line in ["", "--", "10:20 到", "不行"] {
            assert!(!is_divider(line), "{line}");
        }
    }
}
