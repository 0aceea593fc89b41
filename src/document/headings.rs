//! What the headings of tables say of their columns. Owns the words by which columns of replies, questions, owners, speakers
//! and times are known. Must not know where a table stands.

use super::layout::Usage;

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

/// What a row says of the columns if it is the heading. `reads` tells whether a column reads as replies.
pub(super) fn known_headings(row: &[&str], reads: &dyn Fn(usize) -> bool) -> Vec<Usage> {
    if !row.iter().all(|heading| may_be_heading(heading)) {
        return vec![Usage::Other; row.len()];
    }
    let folded: Vec<String> = row.iter().map(|heading| fold(heading)).collect();
    let at = |letter: &str| folded.iter().position(|heading| heading == letter);
    // Q and A are known only together.
    let letters = at("q").zip(at("a"));
    let sure = letters.is_some() || folded.iter().any(|heading| meaning(heading) == Some((Usage::Reply, 0)));
    let usage = |(column, heading): (usize, &String)| match letters {
        Some((question, _)) if column == question => Usage::Customer,
        Some((_, answer)) if column == answer => Usage::Reply,
        _ => match meaning(heading) {
            // 内容 is taken only where nothing speaks of replies.
            Some((Usage::Reply, rank)) if rank > 0 && sure => Usage::Other,
            // Under 客服 there are names, or what they say.
            Some((Usage::Owner, _)) if reads(column) => Usage::Reply,
            Some((known, _)) => known,
            None => Usage::Other,
        },
    };
    folded.iter().enumerate().map(usage).collect()
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
pub(super) fn may_be_heading(cell: &str) -> bool {
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
