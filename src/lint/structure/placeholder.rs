//! Placeholders that nobody filled in and leftovers of templates: {姓名}, 【】, XX, ***.

use super::super::facts;
use super::Shape;
use crate::config::Policy;
use crate::text::{Prose, TextRange};

/// What a name in brackets speaks of when it stands for something to be filled in.
const FIELDS: [&str; 30] = [
    "姓名",
    "名字",
    "名称",
    "昵称",
    "称呼",
    "客户",
    "顾客",
    "用户",
    "买家",
    "先生",
    "女士",
    "订单",
    "单号",
    "编号",
    "号码",
    "电话",
    "手机",
    "地址",
    "日期",
    "时间",
    "金额",
    "数量",
    "商品",
    "型号",
    "快递",
    "链接",
    "公司名",
    "店名",
    "部门",
    "工号",
];

/// No placeholder is longer between its braces, in bytes.
const LONGEST: usize = 90;

/// The placeholders of a message.
pub(super) fn find(message: &str) -> Vec<Shape> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = message[at..].chars().next() {
        match length_at(message, at) {
            Some(length) => {
                found.push(Shape { range: TextRange::new(at, at + length), mending: None });
                at += length;
            }
            None => at += first.len_utf8(),
        }
    }
    found
}

/// The placeholders of a template, also those written in the ways of its project or of programs (`%s`, `%(name)s`).
pub(in crate::lint) fn all(message: &str, policy: &Policy) -> Vec<TextRange<Prose>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = message[at..].chars().next() {
        let own = facts::own_placeholder(&message[at..], policy).or_else(|| facts::formatted(&message[at..]));
        match own.or_else(|| length_at(message, at)) {
            Some(length) => {
                found.push(TextRange::new(at, at + length));
                at += length;
            }
            None => at += first.len_utf8(),
        }
    }
    found
}

/// The brackets of placeholders that have no partner: `{姓名`, `姓名}}`, `【订单号`.
pub(in crate::lint) fn unbalanced(message: &str) -> Vec<TextRange<Prose>> {
    let mut found = Vec::new();
    for (open, close) in [('{', '}'), ('【', '】')] {
        let mut opened: Vec<usize> = Vec::new();
        for (at, c) in message.char_indices() {
            if c == open {
                opened.push(at);
            } else if c == close && opened.pop().is_none() {
                found.push(TextRange::new(at, at + close.len_utf8()));
            }
        }
        found.extend(opened.into_iter().map(|at| TextRange::new(at, at + open.len_utf8())));
    }
    let named = message.match_indices("%(").filter(|(at, _)| !message[*at..].contains(')'));
    found.extend(named.map(|(at, mark)| TextRange::new(at, at + mark.len())));
    found.sort_by_key(|range| range.start());
    found
}

/// The bytes of the placeholder at `at`.
pub(super) fn length_at(message: &str, at: usize) -> Option<usize> {
    let rest = &message[at..];
    match rest.as_bytes().first()? {
        b'{' | b'$' | b'#' | b'[' | b'<' | 0xE3 => bracketed(rest),
        b'*' => stars(message, at),
        b'X' | b'x' | 0xC3 => crosses(message, at),
        _ => None,
    }
}

fn bracketed(rest: &str) -> Option<usize> {
    let (open, name, close) = facts::bracketed(rest)?;
    let whole = open.len() + name.len() + close.len();
    let short = name.len() <= LONGEST && !name.contains('\n');
    let empty = name.trim().is_empty();
    // Between braces any name will do. 【客户姓名】 is to be filled in; 【温馨提示】 and 【某某旗舰店】 are headings.
    let fits = open.ends_with('{') && !empty || empty && open == "【" || is_field(name);
    (short && fits).then_some(whole)
}

fn is_field(name: &str) -> bool {
    let name = name.trim().trim_start_matches("请填写").trim_start_matches("填写");
    let field = FIELDS
        .iter()
        .any(|field| name.ends_with(field) || name.starts_with(field) && name.chars().count() <= 5);
    // [姓名1] marks what was taken out of a record, not what is to be put in.
    let plain = !name.contains(|c: char| c.is_ascii_alphanumeric());
    field && plain && name.chars().count() <= 8 && !name.contains(['，', '。', '！', '？', ' '])
}

/// Three stars or more, but not those that hide a part of a number or a name (138****1234, 张**).
fn stars(message: &str, at: usize) -> Option<usize> {
    let length = message[at..].len() - message[at..].trim_start_matches('*').len();
    let before = message[..at].chars().next_back();
    let after = message[at + length..].chars().next();
    let hides = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || ('０'..='９').contains(&c));
    let markup = after.is_some_and(|c| c == '\n') && before.is_none_or(|c| c == '\n');
    (length >= 3 && !hides(before) && !hides(after) && !markup).then_some(length)
}

/// XX, xxx, ××: not within a word or a size (XXL).
fn crosses(message: &str, at: usize) -> Option<usize> {
    let rest = &message[at..];
    let first = rest.chars().next()?;
    if !matches!(first, 'X' | 'x' | '×') {
        return None;
    }
    let length = rest.len() - rest.trim_start_matches(first).len();
    let word = |c: Option<char>| {
        c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | '@' | '×' | '*'))
    };
    let alone = !word(message[..at].chars().next_back()) && !word(rest[length..].chars().next());
    (alone && length >= 2 * first.len_utf8()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_brackets_without_partner() {
        for (message, expected) in [
            ("{姓名}您好，{{单号}}，【温馨提示】", vec![]),
            ("{姓名您好", vec!["{"]),
            ("姓名}您好，{{单号}", vec!["}", "{"]),
            ("【订单号您好】】，%(name您好", vec!["】", "%("]),
        ] {
            let found: Vec<&str> = unbalanced(message).iter().map(|range| &message[range.as_range()]).collect();
            assert_eq!(found, expected, "{message}");
        }
    }

    #[test]
    fn finds_what_is_to_be_filled_in() {
        for (message, expected) in [
            ("{姓名}您好，单号{{order_id}}已发，共${n}件", vec!["{姓名}", "{{order_id}}", "${n}"]),
            ("尊敬的【客户姓名】：您的【】已到", vec!["【客户姓名】", "【】"]),
            ("【温馨提示】明天停水【某某旗舰店】", vec![]),
            ("***先生您好，XX日前有效，×月××日", vec!["***", "XX", "××"]),
            ("手机号138****1234，张**女士，XXL码，iPhoneXX", vec![]),
            ("[姓名]您好，[微笑]", vec!["[姓名]"]),
            ("您的订单（订单号）已发，型号X", vec![]),
            ("a{b", vec![]),
        ] {
            let found: Vec<&str> = find(message).iter().map(|shape| &message[shape.range.as_range()]).collect();
            assert_eq!(found, expected, "{message}");
        }
    }
}
