//! Which columns of a table hold replies, and what a row comes to. Must not know how the table was written.
//!
//! Columns are told by what the user names, else by usual headings, else by what stands in them: most of their cells are
//! Chinese sentences. Beside replies the customer's questions, the speaker, the time, the conversation and the owner are
//! known by their headings.

use std::borrow::Cow;

use super::fields::role_named;
use super::layout::{Basis, Column, Layout, Usage};
use super::{ExtractOptions, Moment, Role, Segment, Turn};
use crate::text::is_han;

/// How many rows are looked at to tell the columns.
pub(super) const SAMPLED_ROWS: usize = 100;

/// Words in the headings of columns with replies, the surest first.
const REPLIES: [&[&str]; 2] = [
    &[
        "话术",
        "回复",
        "答",
        "短语",
        "快捷语",
        "常用语",
        "客服",
        "坐席",
        "座席",
        "机器人",
        "卖家",
        "商家",
        "店家",
        "小二",
        "方案",
        "reply",
        "replies",
        "answer",
        "response",
        "output",
        "completion",
        "assistant",
        "agent",
        "seller",
        "bot",
        "script",
    ],
    &["内容", "文案", "正文", "消息", "文本", "content", "text", "message", "msg", "body", "utterance"],
];

/// Words in the headings of columns with what the customer says.
const CUSTOMERS: &[&str] = &[
    "问",
    "咨询",
    "客户",
    "用户",
    "买家",
    "顾客",
    "客人",
    "访客",
    "question",
    "query",
    "prompt",
    "input",
    "instruction",
    "customer",
    "user",
    "buyer",
    "client",
];

/// Words in headings of columns that tell something about a reply.
const ABOUT: &[&str] =
    &["编号", "序号", "时间", "日期", "时长", "次数", "数量", "条数", "状态", "备注", "姓名", "昵称"];

/// Ends of such headings.
const ABOUT_ENDS: &[&str] = &[
    "编码", "人", "员", "者", "类", "型", "类别", "标题", "名称", "来源", "率", "标签", "级别", "分组", "组", "名",
    "号", "id", "time", "date", "count", "type", "title", "name", "category", "tag", "tags", "source", "status",
];

/// Headings of columns that name people, besides replies themselves.
const OWNERS: &[&str] = &[
    "负责人",
    "客服",
    "客服姓名",
    "客服名称",
    "坐席",
    "座席",
    "作者",
    "创建人",
    "维护人",
    "编辑人",
    "归属人",
    "员工",
    "工号",
    "owner",
    "agent",
    "author",
    "staff",
];
const SPEAKERS: &[&str] = &[
    "角色",
    "发送方",
    "发送者",
    "发送人",
    "发言人",
    "发言者",
    "说话人",
    "说话者",
    "身份",
    "消息来源",
    "role",
    "speaker",
    "from",
    "sender",
];
const TIMES: &[&str] = &[
    "时间",
    "发送时间",
    "消息时间",
    "回复时间",
    "聊天时间",
    "日期",
    "time",
    "timestamp",
    "sent_at",
    "created_at",
    "date",
];
const CONVERSATIONS: &[&str] =
    &["会话", "会话id", "会话编号", "会话号", "对话id", "session", "session_id", "conversation", "conversation_id"];

/// The headings by which a review sheet is known.
pub(super) const REVIEW_HEADINGS: [&str; 3] = ["原文", "建议改为", "采纳"];

/// What stands in the columns of a table.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The columns, in order.
    pub(super) columns: Vec<Column>,
    /// How the columns with replies were told.
    pub(super) basis: Basis,
    /// Whether the first row holds headings.
    pub(super) heading: Heading,
    /// The columns that the user names and the table has not, with what they were to be.
    pub(super) missing: Vec<(String, Usage)>,
    speaker: Option<usize>,
    time: Option<usize>,
    conversation: Option<usize>,
    owner: Option<usize>,
}

/// What the first row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// The names of the columns.
    FirstRow,
    /// A row like the others.
    None,
}

impl Columns {
    /// What stands in the columns of a table that begins with `rows`.
    pub(super) fn of<S: AsRef<str>>(rows: &[Vec<S>], options: &ExtractOptions) -> Columns {
        let width = rows.iter().map(Vec::len).max().unwrap_or_default();
        let cell = |row: usize, column: usize| rows[row].get(column).map_or("", |cell| cell.as_ref().trim());
        let first: Vec<&str> = (0..width).map(|column| if rows.is_empty() { "" } else { cell(0, column) }).collect();
        let mut usages = vec![Usage::Other; width];
        let mut missing = Vec::new();
        let mut basis = Basis::Nothing;

        let mut names_heading = false;
        let mut named = |asked: &[String], usage: Usage, usages: &mut Vec<Usage>| {
            for name in asked {
                let by_heading = find(&first, name);
                names_heading |= by_heading.is_some();
                match by_heading.or_else(|| by_number(name, width)) {
                    Some(column) => usages[column] = usage,
                    None => missing.push((name.clone(), usage)),
                }
            }
        };
        named(&options.columns, Usage::Reply, &mut usages);
        named(&options.customer_columns, Usage::Customer, &mut usages);
        named(options.owner_column.as_slice(), Usage::Owner, &mut usages);

        if !options.columns.is_empty() {
            basis = Basis::Named;
        }
        // What the headings tell of the other columns.
        if REVIEW_HEADINGS.iter().all(|heading| first.contains(heading)) && options.columns.is_empty() {
            return Columns::of_review_sheet(&first);
        }
        let body = rows.get(1..).unwrap_or_default();
        let under = |column: usize| {
            let cells = body.iter().filter_map(move |row| row.get(column)).map(|cell| cell.as_ref().trim());
            cells.filter(|cell| !cell.is_empty())
        };
        let told = known_headings(&first, &mut usages, options, &|column| reads_as_replies(under(column)));
        if basis == Basis::Nothing && usages.contains(&Usage::Reply) {
            basis = Basis::Heading;
        }
        let heading = if names_heading || told || first_row_reads_as_heading(rows, width) {
            Heading::FirstRow
        } else {
            Heading::None
        };
        let body = if heading == Heading::FirstRow { rows.get(1..).unwrap_or_default() } else { rows };
        let texts = |column: usize| {
            body.iter()
                .filter_map(move |row| row.get(column))
                .map(|cell| cell.as_ref().trim())
                .filter(|cell| !cell.is_empty())
        };
        if basis == Basis::Nothing {
            for (column, usage) in usages.iter_mut().enumerate().filter(|(_, usage)| **usage == Usage::Other) {
                if reads_as_replies(texts(column)) {
                    *usage = Usage::Reply;
                    basis = Basis::Content;
                }
            }
        }
        let columns = usages.iter().enumerate().map(|(number, usage)| Column {
            name: (heading == Heading::FirstRow).then(|| first[number].to_owned()),
            usage: *usage,
            sample: texts(number).next().unwrap_or_default().chars().take(40).collect(),
        });
        let at = |wanted: Usage| usages.iter().position(|usage| *usage == wanted);
        Columns {
            columns: columns.collect(),
            basis,
            heading,
            missing,
            speaker: at(Usage::Speaker),
            time: at(Usage::Time),
            conversation: at(Usage::Conversation),
            owner: at(Usage::Owner),
        }
    }

    fn of_review_sheet(first: &[&str]) -> Columns {
        let column =
            |name: &&str| Column { name: Some((*name).to_owned()), usage: Usage::Other, sample: String::new() };
        Columns {
            columns: first.iter().map(column).collect(),
            basis: Basis::ReviewSheet,
            heading: Heading::FirstRow,
            missing: Vec::new(),
            speaker: None,
            time: None,
            conversation: None,
            owner: None,
        }
    }

    /// The columns with words, each with its number from zero and whose words they are.
    pub(super) fn with_words(&self) -> impl Iterator<Item = (usize, Role)> {
        self.columns.iter().enumerate().filter_map(|(number, column)| match column.usage {
            Usage::Reply => Some((number, Role::Agent)),
            Usage::Customer => Some((number, Role::Customer)),
            _ => None,
        })
    }

    /// For telling the user.
    pub(super) fn layout(&self, sheet: Option<String>) -> Layout {
        Layout::Table { sheet, columns: self.columns.clone(), basis: self.basis }
    }

    /// That a column of replies is asked for and missing, in Chinese; the others do not matter to what is found.
    pub(super) fn explain_missing(&self) -> Option<String> {
        let (missing, _) = self.missing.iter().find(|(_, usage)| *usage == Usage::Reply)?;
        let titles: Vec<String> =
            self.columns.iter().enumerate().map(|(number, column)| column.title(number)).collect();
        let close = titles
            .iter()
            .max_by(|one, other| strsim::jaro_winkler(missing, one).total_cmp(&strsim::jaro_winkler(missing, other)));
        let close = close.filter(|title| strsim::jaro_winkler(missing, title) > 0.6);
        let guess = close.map(|title| format!("您是不是想写“{title}”？")).unwrap_or_default();
        let all: Vec<&str> = titles.iter().map(String::as_str).take(20).collect();
        Some(format!("没有“{missing}”这一列。{guess}表里有：{}", all.join("、")))
    }

    /// Fills in what the other cells of its row say of a segment. `cell` gives the text of a column.
    pub(super) fn complete<'a>(
        &self,
        segment: &mut Segment<'a>,
        conversations: &mut Conversations,
        options: &ExtractOptions,
        cell: &dyn Fn(usize) -> Cow<'a, str>,
    ) {
        if segment.role == Role::Agent
            && let Some(speaker) = self.speaker
            && let Some(role) = role_named(&cell(speaker), options)
        {
            segment.role = role;
        }
        if let Some(owner) = self.owner {
            let owner = cell(owner);
            segment.owner = (!owner.trim().is_empty()).then_some(owner);
        }
        if self.speaker.is_some() || self.conversation.is_some() {
            let moment = self.time.and_then(|time| Moment::read(&cell(time)));
            let conversation = conversations.number(self.conversation.map(cell).as_deref());
            segment.turn = Some(Turn { conversation, moment });
        }
    }
}

/// Tells conversations apart by their names: rows of one follow each other.
#[derive(Default)]
pub(super) struct Conversations {
    last: Option<Box<str>>,
    count: usize,
}

impl Conversations {
    fn number(&mut self, name: Option<&str>) -> usize {
        if let Some(name) = name
            && self.last.as_deref() != Some(name)
        {
            self.last = Some(name.into());
            self.count += 1;
        }
        self.count
    }
}

/// The column of that heading.
fn find(first: &[&str], name: &str) -> Option<usize> {
    let name = name.trim();
    first
        .iter()
        .position(|heading| *heading == name)
        .or_else(|| first.iter().position(|heading| heading.eq_ignore_ascii_case(name)))
}

/// The column that is named by its number from one, or by its letters.
fn by_number(name: &str, width: usize) -> Option<usize> {
    let name = name.trim();
    let number = match name.parse::<usize>() {
        Ok(number) => number,
        Err(_) if name.len() <= 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            name.bytes().fold(0, |number, byte| number * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1)
        }
        Err(_) => return None,
    };
    (1..=width).contains(&number).then(|| number - 1)
}

/// Tells columns by their headings; whether any is known. `reads` tells whether a column reads as replies.
fn known_headings(
    first: &[&str],
    usages: &mut [Usage],
    options: &ExtractOptions,
    reads: &dyn Fn(usize) -> bool,
) -> bool {
    if first.is_empty() || !first.iter().all(|heading| may_be_heading(heading)) {
        return false;
    }
    let folded: Vec<String> = first.iter().map(|heading| fold(heading)).collect();
    let at = |letter: &str| folded.iter().position(|heading| heading == letter);
    // Q and A are known only together.
    let letters = at("q").zip(at("a"));
    let sure = letters.is_some() || folded.iter().any(|heading| meaning(heading) == Some((Usage::Reply, 0)));
    let mut told = false;
    for (column, heading) in folded.iter().enumerate() {
        if usages[column] != Usage::Other {
            continue;
        }
        let known = match letters {
            Some((question, _)) if column == question => Some(Usage::Customer),
            Some((_, answer)) if column == answer => Some(Usage::Reply),
            _ => match meaning(heading) {
                // 内容 is taken only where nothing speaks of replies.
                Some((Usage::Reply, rank)) if rank > 0 && sure => None,
                // Under 客服 there are names, or what they say.
                Some((Usage::Owner, _)) if reads(column) => Some(Usage::Reply),
                Some((known, _)) => Some(known),
                None => None,
            },
        };
        told |= known.is_some();
        match known {
            // What the user names is all that he wants.
            Some(Usage::Reply) if !options.columns.is_empty() => {}
            Some(known) => usages[column] = known,
            None => {}
        }
    }
    told
}

/// What a heading says of its column, and how sure that is: zero is the surest.
fn meaning(heading: &str) -> Option<(Usage, usize)> {
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    let names = [
        (SPEAKERS, Usage::Speaker),
        (TIMES, Usage::Time),
        (CONVERSATIONS, Usage::Conversation),
        (OWNERS, Usage::Owner),
    ];
    if let Some((_, known)) = names.iter().find(|(names, _)| names.contains(&heading)) {
        return Some((*known, 0));
    }
    if has(ABOUT) || ABOUT_ENDS.iter().any(|end| heading.ends_with(end)) {
        return None;
    }
    // 回答问题 is a reply, 问题描述 and 客户发言 are the customer's.
    let rank = REPLIES.iter().position(|words| has(words));
    match rank {
        Some(0) => Some((Usage::Reply, 0)),
        _ if has(CUSTOMERS) => Some((Usage::Customer, 0)),
        Some(rank) => Some((Usage::Reply, rank)),
        None => None,
    }
}

/// Whether a cell may be a heading and not something that is said: short, no sentence, nobody spoken to.
fn may_be_heading(cell: &str) -> bool {
    let longest = if cell.is_ascii() { 24 } else { 12 };
    let speaks = |c: char| "，。！？!?~～您你请吗呢亲哦呀啦".contains(c);
    cell.chars().count() <= longest && !cell.contains(speaks)
}

/// A heading without what decorates it: `【话术】*` is `话术`.
fn fold(heading: &str) -> String {
    let decoration =
        |c: char| c.is_whitespace() || matches!(c, '【' | '】' | '[' | ']' | '*' | '＊' | ':' | '：' | '\u{feff}');
    heading.trim_matches(decoration).to_lowercase()
}

/// Whether the first row names its columns though none of the names is known: it is short where the others are long.
fn first_row_reads_as_heading<S: AsRef<str>>(rows: &[Vec<S>], width: usize) -> bool {
    let Some((first, rest)) = rows.split_first() else { return false };
    if rest.is_empty() || first.len() < width || !first.iter().all(|cell| may_be_heading(cell.as_ref().trim())) {
        return false;
    }
    (0..width).any(|column| {
        let texts = || rest.iter().filter_map(|row| row.get(column)).map(|cell| cell.as_ref().trim());
        let long = texts().filter(|cell| !may_be_heading(cell)).count();
        let heading = first[column].as_ref().trim();
        !heading.is_empty() && long * 3 >= texts().count() * 2 && reads_as_replies(texts())
    })
}

/// Whether most of these texts are Chinese sentences.
fn reads_as_replies<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (mut count, mut prose, mut han) = (0_usize, 0_usize, 0_usize);
    for text in texts {
        let own = text.chars().filter(|c| is_han(*c)).count();
        count += 1;
        han += own;
        prose += usize::from(own >= 5 || own >= 2 && text.contains(['，', '。', '！', '？', '~', '～']));
    }
    count > 0 && prose * 2 > count && han >= count * 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usages(rows: &[&[&str]], columns: &[&str]) -> (String, Basis, Heading) {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.to_vec()).collect();
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let options = ExtractOptions { columns, ..ExtractOptions::default() };
        let found = Columns::of(&rows, &options);
        let letters = found.columns.iter().map(|column| match column.usage {
            Usage::Reply => 'R',
            Usage::Customer => 'C',
            Usage::Owner => 'O',
            Usage::Speaker => 'S',
            Usage::Time => 'T',
            Usage::Conversation => 'K',
            Usage::Other => '-',
        });
        (letters.collect(), found.basis, found.heading)
    }

    #[test]
    fn tells_columns() {
        use Basis::{Content, Heading as ByHeading, Named, Nothing};
        use Heading::{FirstRow, None as NoHeading};
        let hello = "您好，请问有什么可以帮您？";
        /// The rows, the columns asked for, what comes of them.
        type Case<'a> = (&'a [&'a [&'a str]], &'a [&'a str], (&'a str, Basis, Heading));
        let cases: &[Case<'_>] = &[
            (&[], &[], ("", Nothing, NoHeading)),
            (&[&["编号", "来源", "话术"], &["1", "a", hello]], &[], ("--R", ByHeading, FirstRow)),
            (&[&["问题", "内容", "备注"], &["能退吗", hello, ""]], &[], ("CR-", ByHeading, FirstRow)),
            (&[&["话术1", "话术2", "话术分类", "内容"]], &[], ("RR--", ByHeading, FirstRow)),
            (&[&["问", "答"], &["能退吗", hello]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["回复内容", "回复时间", "回复人"]], &[], ("RT-", ByHeading, FirstRow)),
            (&[&["会话ID", "角色", "时间", "消息内容"]], &[], ("KSTR", ByHeading, FirstRow)),
            (&[&["Category", " Reply ", "Owner"]], &[], ("-RO", ByHeading, FirstRow)),
            (&[&["标题", "模板"], &["退款", hello], &["换货", "亲，这边帮您换哦"]], &[], ("-R", Content, FirstRow)),
            (&[&["1", hello], &["2", "亲，这边马上帮您看一下"]], &[], ("-R", Content, NoHeading)),
            (&[&["a", "b"], &["1", "2"]], &[], ("--", Nothing, NoHeading)),
            (&[&["Q", "A"], &["能退吗", hello]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["标准问", "标准答"]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["用户说", "客服说"]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["问题描述", "解决方案", "问题类型"]], &[], ("CR-", ByHeading, FirstRow)),
            (&[&["知识标题", "知识内容"]], &[], ("-R", ByHeading, FirstRow)),
            (&[&["买家", "卖家"]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["instruction", "output"]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["客服", "会员话术"], &["小李", hello]], &[], ("OR", ByHeading, FirstRow)),
            (&[&["客户", "客服"], &["能退吗", hello]], &[], ("CR", ByHeading, FirstRow)),
            (&[&["请问您哪位"], &[hello]], &[], ("R", Content, NoHeading)),
            (&[&["话术", "内容"], &[hello, hello]], &["内容"], ("-R", Named, FirstRow)),
            (&[&[hello, hello]], &["2"], ("-R", Named, NoHeading)),
            (&[&[hello, hello]], &["A"], ("R-", Named, NoHeading)),
        ];
        for (rows, columns, (usage, basis, heading)) in cases {
            assert_eq!(usages(rows, columns), ((*usage).to_owned(), *basis, *heading), "{rows:?}");
        }
    }

    #[test]
    fn says_which_column_is_missing() {
        let options = ExtractOptions { columns: vec!["话木".to_owned()], ..ExtractOptions::default() };
        let found = Columns::of(&[vec!["编号", "话术"]], &options);
        assert_eq!(found.explain_missing().unwrap(), "没有“话木”这一列。您是不是想写“话术”？表里有：编号、话术");
    }
}
