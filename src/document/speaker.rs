//! Who speaks: the label at the head of a line, with the time stamps that chat programs put around it. Owns the usual
//! labels as data. Must not know what a conversation is ([`super::transcript`] puts the heads together).
//!
//! A label is told from a field of a message (注意：, 退货地址：, 客服电话：) by its own words: whatever ends as fields
//! do is none, however it begins.

use std::ops::Range;

use super::{ExtractOptions, Role};

/// Labels, simplified, lower case. What may stand attached to them (a number, a name) is told by [`attached`].
const LABELS: &[(&str, Role)] = &[
    ("客服", Role::Agent),
    ("坐席", Role::Agent),
    ("座席", Role::Agent),
    ("卖家", Role::Agent),
    ("商家", Role::Agent),
    ("商户", Role::Agent),
    ("店家", Role::Agent),
    ("店主", Role::Agent),
    ("店长", Role::Agent),
    ("店铺", Role::Agent),
    ("店小二", Role::Agent),
    ("小二", Role::Agent),
    ("掌柜", Role::Agent),
    ("人工", Role::Agent),
    ("售前", Role::Agent),
    ("售中", Role::Agent),
    ("售后", Role::Agent),
    ("专员", Role::Agent),
    ("顾问", Role::Agent),
    ("接线员", Role::Agent),
    ("话务员", Role::Agent),
    ("工作人员", Role::Agent),
    ("客户经理", Role::Agent),
    ("客户代表", Role::Agent),
    // What a robot says is written by the house and read by the customer: it is judged like an agent's words.
    ("机器人", Role::Agent),
    ("智能助手", Role::Agent),
    ("小助手", Role::Agent),
    ("agent", Role::Agent),
    ("seller", Role::Agent),
    ("operator", Role::Agent),
    ("assistant", Role::Agent),
    ("bot", Role::Agent),
    ("cs", Role::Agent),
    ("顾客", Role::Customer),
    ("顧客", Role::Customer),
    ("客户", Role::Customer),
    ("客戶", Role::Customer),
    ("买家", Role::Customer),
    ("買家", Role::Customer),
    ("用户", Role::Customer),
    ("用戶", Role::Customer),
    ("客人", Role::Customer),
    ("消费者", Role::Customer),
    ("访客", Role::Customer),
    ("游客", Role::Customer),
    ("来访者", Role::Customer),
    ("来电人", Role::Customer),
    ("投诉人", Role::Customer),
    ("customer", Role::Customer),
    ("buyer", Role::Customer),
    ("client", Role::Customer),
    ("guest", Role::Customer),
    ("visitor", Role::Customer),
    ("user", Role::Customer),
    ("human", Role::Customer),
    ("系统", Role::System),
    ("系統", Role::System),
    ("system", Role::System),
    ("賣家", Role::Agent),
    ("商家客服", Role::Agent),
    ("坐席员", Role::Agent),
    ("乘客", Role::Customer),
    ("旅客", Role::Customer),
    ("业主", Role::Customer),
    ("患者", Role::Customer),
    ("家长", Role::Customer),
];

/// Labels of systems' notices that would else read as a field.
const SYSTEM_NOTICES: &[&str] =
    &["系统消息", "系统提示", "系统通知", "系统公告", "平台消息", "平台通知", "官方通知", "平台提示"];

/// What a field of a message ends in, and so no speaker does.
const FIELD_ENDINGS: &[&str] = &[
    "注意",
    "事项",
    "提示",
    "提醒",
    "说明",
    "须知",
    "备注",
    "地址",
    "电话",
    "热线",
    "微信",
    "手机",
    "邮箱",
    "邮件",
    "号码",
    "单号",
    "编号",
    "账号",
    "帐号",
    "订单号",
    "名",
    "姓名",
    "名称",
    "时间",
    "日期",
    "时效",
    "期限",
    "方式",
    "方法",
    "方案",
    "步骤",
    "流程",
    "原因",
    "结果",
    "内容",
    "问题",
    "链接",
    "网址",
    "官网",
    "网站",
    "服务",
    "政策",
    "规则",
    "规定",
    "条件",
    "要求",
    "标准",
    "范围",
    "协议",
    "体验",
    "权益",
    "等级",
    "费",
    "费用",
    "金额",
    "价格",
    "单价",
    "总价",
    "运费",
    "余额",
    "数量",
    "重量",
    "毛重",
    "净重",
    "尺寸",
    "尺码",
    "规格",
    "型号",
    "颜色",
    "材质",
    "成分",
    "产地",
    "品牌",
    "包装",
    "配置",
    "参数",
    "功能",
    "特点",
    "优点",
    "缺点",
    "建议",
    "意见",
    "反馈表",
    "公司",
    "快递",
    "物流",
    "城市",
    "地区",
    "区域",
    "部门",
    "职位",
    "端",
    "秀",
    "群",
    "版",
    "日",
    "谢谢",
    "感谢",
    "抱歉",
    "您好",
    "你好",
    "好的",
    "朋友",
    "们",
    "亲",
    "亲爱的",
    "亲亲",
    "温馨",
    "如下",
    "例如",
    "比如",
    "即",
    "总结",
    "其中",
    "另外",
    "此外",
    "优惠",
    "活动",
    "赠品",
    "套餐",
    "发票",
    "抬头",
    "税号",
    "银行",
    "户名",
    "安装",
    "高度",
    "宽度",
    "长度",
    "温度",
    "白色",
    "黑色",
    "红色",
    "黄色",
    "蓝色",
    "绿色",
    "灰色",
    "粉色",
    "尺码表",
    "周期",
    "进度",
    "状态",
    "关键词",
    "标题",
    "主题",
    "附件",
    "来源",
    "渠道",
    "平台",
    "门店",
    "网点",
    "首先",
    "其次",
    "最后",
    "第一",
    "第二",
    "第三",
    "方向",
    "上午",
    "下午",
    "晚上",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "今天",
    "明天",
    "http",
    "https",
    "ftp",
    "app",
    "id",
    "qq",
    "tel",
    "email",
    "wifi",
    "ps",
    "sku",
    "url",
    "vip",
    "usb",
    "ip",
    "imei",
    "sn",
    "note",
    "tips",
    "re",
    "fw",
];

/// Words that stand in sentences and salutations but in no label.
const NO_LABEL_WORDS: &[&str] = &[
    "请", "您", "你", "我", "联系", "咨询", "让", "的", "可以", "可", "由", "给", "致", "各位", "尊", "敬", "亲爱",
    "广大", "所有", "新老", "不", "会", "在", "了", "吗",
];

/// What stands behind a label where somebody's words are reported: 商家回复：, 顾客留言：.
const SAYING: &[&str] =
    &["说", "问", "答", "回复", "回答", "答复", "回应", "留言", "评价", "评论", "追评", "反馈", "诉求"];

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
    let reach = &line.as_bytes()[..line.len().min(HEAD_BYTES)];
    // The last byte of a full-width colon, and the first of the brackets 【 and ［.
    let marked =
        memchr::memchr3_iter(b':', 0x9A, b'[', reach).next().is_some() || line.trim_start().starts_with(['【', '（']);
    if !marked {
        return None;
    }
    match head(line, options)? {
        Head { strength: Strength::Known(role), words, .. } => Some((role, words)),
        _ => None,
    }
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

fn closing(open: char) -> Option<char> {
    match open {
        '[' => Some(']'),
        '【' => Some('】'),
        '（' => Some('）'),
        '(' => Some(')'),
        '<' => Some('>'),
        _ => None,
    }
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

fn in_names(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '·' | '.' | '@' | '#' | '(' | ')' | '（' | '）' | ' ')
}

/// The role of `name` if it is a known label: one of the options' or a usual one, perhaps with a number or a name.
pub(super) fn known(name: &str, options: &ExtractOptions) -> Option<Role> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '【' | '】' | '[' | ']'));
    if name.is_empty() {
        return None;
    }
    let own = [
        (&options.agent_labels, Role::Agent),
        (&options.customer_labels, Role::Customer),
        (&options.system_labels, Role::System),
    ];
    for (labels, role) in own {
        for label in labels {
            let label = label.trim().trim_end_matches([':', '：']).trim_end();
            if !label.is_empty() && name.strip_prefix(label).is_some_and(|rest| rest.is_empty() || numbered(rest)) {
                return Some(role);
            }
        }
    }
    if SYSTEM_NOTICES.contains(&name) {
        return Some(Role::System);
    }
    let lower;
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        lower = name.to_ascii_lowercase();
        &lower
    } else {
        name
    };
    // The longest label wins: 客户经理 is no customer.
    let mut best: Option<(&str, Role)> = None;
    for (label, role) in LABELS {
        if best.is_none_or(|(best, _)| best.len() < label.len()) && labelled(name, label) {
            best = Some((label, *role));
        }
    }
    best.map(|(_, role)| role)
}

/// Whether `name` is `label` with something attached in front or behind.
fn labelled(name: &str, label: &str) -> bool {
    if let Some(rest) = name.strip_prefix(label) {
        return rest.is_empty() || attached(rest) && (!label.is_ascii() || numbered(rest));
    }
    if let Some(rest) = name.strip_suffix(label) {
        // 小美客服, 匿名用户; english ones need a space.
        return !label.is_ascii()
            && rest.chars().all(in_names)
            && rest.chars().count() <= 12
            && !reads_as_sentence(rest);
    }
    // 王敏（客服）
    let inner = name.trim_end_matches([')', '）', ']', '】']);
    inner.len() < name.len()
        && inner
            .rsplit_once(['(', '（', '[', '【'])
            .is_some_and(|(_, inner)| inner == label || inner.strip_prefix(label).is_some_and(numbered))
}

/// Whether `rest` is a number, or stands apart from the label by a mark.
fn numbered(rest: &str) -> bool {
    let marked = rest.starts_with(['-', '_', '(', '（', '·', '#', '.', '@', ' ', '—', '/', '|'])
        && rest.chars().count() <= 12
        && !reads_as_sentence(rest);
    marked
        || rest.chars().count() <= 8
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.trim_end_matches('号').bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether `rest` can stand attached to a label: a number, or the name of a person.
fn attached(rest: &str) -> bool {
    numbered(rest)
        || SAYING.contains(&rest)
        || rest.chars().count() <= 4
            && rest.chars().all(in_names)
            && !reads_as_sentence(rest)
            && !FIELD_ENDINGS.iter().any(|ending| rest.ends_with(ending))
}

fn reads_as_sentence(text: &str) -> bool {
    NO_LABEL_WORDS.iter().any(|word| text.contains(word))
}

/// Surnames with which few other words begin.
const SURNAMES: &str = "张王李赵刘陈杨吴周徐孙朱胡郭林罗郑梁宋唐韩冯邓曹彭肖田董袁潘蒋蔡杜苏魏吕丁沈姚卢姜崔谭陆汪廖贾韦傅邹孟熊秦邱尹薛闫侯陶黎贺郝龚邵覃戴";

/// How much an unknown `name` looks like one; `None` where it cannot be one.
fn name_strength(name: &str, dated: Dated) -> Option<Strength> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '【' | '】' | '[' | ']'));
    let count = name.chars().count();
    if count == 0 || count > NAME_CHARS || !name.chars().all(|c| in_names(c) || matches!(c, ':' | '：')) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if reads_as_sentence(name)
        || FIELD_ENDINGS.iter().any(|ending| lower == *ending || !ending.is_ascii() && lower.ends_with(ending))
    {
        return None;
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
    } else if count >= 2 && !digits || dated == Dated::ByTime {
        Some(Strength::Perhaps)
    } else {
        None
    }
}

/// Whether an unknown name is that of a customer's account on a market place: tb12345678, jd_4f5e6, 小**3.
pub(super) fn is_account(name: &str) -> bool {
    let name = name.trim();
    name.contains("**")
        || ["tb", "jd_", "wxid_"].iter().any(|prefix| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= 4 && rest.bytes().any(|byte| byte.is_ascii_digit()))
        })
}

/// Whether `line` is nothing but a time stamp or a rule.
pub(super) fn is_divider(line: &str) -> bool {
    let line = line.trim();
    let rule =
        line.chars().count() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '—' | '─' | '*' | '_' | ' ' | '·'));
    rule || time_stamp(line).is_some_and(|length| length == line.len())
}

/// The length of the time stamp with which `text` begins, with its brackets: a time of day, perhaps with a date, or a
/// date in brackets.
fn time_stamp(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if let Some(close) = closing(first) {
        let inner = &text[first.len_utf8()..];
        let length = inner.find(close).filter(|length| *length <= 48)?;
        let whole = inner[..length].trim();
        let stamp = bare_stamp(whole).or_else(|| date(whole))?;
        return (stamp == whole.len()).then_some(first.len_utf8() + length + close.len_utf8());
    }
    bare_stamp(text)
}

/// A time of day, perhaps with a date.
fn bare_stamp(text: &str) -> Option<usize> {
    let dated = date(text).or_else(|| {
        const DAYS: [&str; 3] = ["今天", "昨天", "前天"];
        const WEEK: [&str; 3] = ["星期", "周", "礼拜"];
        let day = DAYS.iter().find(|day| text.starts_with(**day)).map(|day| day.len());
        day.or_else(|| {
            let week = WEEK.iter().find(|week| text.starts_with(**week))?;
            let number = text[week.len()..].chars().next().filter(|c| "一二三四五六日天".contains(*c))?;
            Some(week.len() + number.len_utf8())
        })
    });
    let Some(length) = dated else {
        return time(text);
    };
    let rest = &text[length..];
    let between = rest.len() - rest.trim_start_matches([' ', '\t', 'T', ',', '，']).len();
    let time = time(&rest[between..])?;
    Some(length + between + time)
}

fn has_date(stamp: &str) -> bool {
    date(stamp.trim_start_matches(['[', '【', '(', '（', '<', ' '])).is_some()
}

/// 2024-01-02, 2024/1/2, 2024.1.2, 2024年1月2日, 1月2日, 01-02, 1/2.
fn date(text: &str) -> Option<usize> {
    let (first, length) = number(text, 1..=4)?;
    let mark = text[length..].chars().next()?;
    let (end_mark, from) = match (first, mark) {
        (4, '-' | '/' | '.' | '年') => {
            let from = length + mark.len_utf8();
            let (_, month) = number(&text[from..], 1..=2)?;
            let next = text[from + month..].chars().next()?;
            let same = if mark == '年' { next == '月' } else { next == mark };
            (mark, same.then_some(from + month + next.len_utf8())?)
        }
        (1 | 2, '-' | '/' | '月') => (mark, length + mark.len_utf8()),
        _ => return None,
    };
    let (_, day) = number(&text[from..], 1..=2)?;
    let end = from + day;
    match end_mark {
        '年' | '月' => text[end..].starts_with(['日', '号']).then_some(end + '日'.len_utf8()),
        _ => Some(end),
    }
}

/// 10:20, 10:20:30, 10:20:30.123, 上午10:20, 10:20 PM, 10:20:30+08:00.
fn time(text: &str) -> Option<usize> {
    const PARTS: [&str; 7] = ["上午", "下午", "中午", "晚上", "凌晨", "AM", "PM"];
    let mut at = PARTS.iter().find(|part| text.starts_with(**part)).map_or(0, |part| part.len());
    at += text[at..].len() - text[at..].trim_start_matches(' ').len();
    at += number(&text[at..], 1..=2)?.1;
    at += text[at..].chars().next().filter(|c| matches!(c, ':' | '：'))?.len_utf8();
    at += number(&text[at..], 2..=2)?.1;
    if let Some(rest) = text[at..].strip_prefix([':', '：'])
        && let Some((_, seconds)) = number(rest, 2..=2)
    {
        at = text.len() - rest.len() + seconds;
        if let Some(rest) = text[at..].strip_prefix(['.', ','])
            && let Some((_, fraction)) = number(rest, 1..=6)
        {
            at = text.len() - rest.len() + fraction;
        }
    }
    let rest = text[at..].trim_start_matches(' ');
    if let Some(rest) = ["AM", "PM", "am", "pm"].iter().find_map(|part| rest.strip_prefix(part)) {
        at = text.len() - rest.len();
    } else if let Some(rest) = text[at..].strip_prefix('Z') {
        at = text.len() - rest.len();
    } else if let Some(rest) = text[at..].strip_prefix(['+', '-'])
        && let Some((_, hours)) = number(rest, 2..=2)
        && let Some((_, minutes)) = number(rest[hours..].trim_start_matches(':'), 2..=2)
    {
        at = text.len() - rest[hours..].trim_start_matches(':').len() + minutes;
    }
    Some(at)
}

/// The digits at the start of `text`, if there are as many as `count` allows: how many, and how many bytes.
fn number(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<(usize, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    count.contains(&digits).then_some((digits, digits))
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
        type Case = (&'static str, Option<(&'static str, Strength, &'static str)>);
        let cases: &[Case] = &[
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
    fn reads_time_stamps() {
        let stamps = [
            "10:20",
            "10:20:30",
            "9：05",
            "10:20:30.123",
            "上午10:20",
            "下午 3:20",
            "10:20 PM",
            "2024-01-02 10:20",
            "2024/1/2 10:20:30",
            "2024.1.2 10:20",
            "2024年1月2日 10:20:30",
            "1月2日 10:20",
            "01-02 10:20",
            "[2024-01-02 10:20:30]",
            "（10:20）",
            "【2024/1/2】",
            "(6/18 10:21:33)",
            "昨天 10:20",
            "星期一 10:20",
            "周五10:20",
            "2024-01-02T10:20:30Z",
            "2024-01-02T10:20:30.5+08:00",
        ];
        for stamp in stamps {
            assert_eq!(time_stamp(stamp), Some(stamp.len()), "{stamp}");
        }
        for other in ["", "10", "10:2", "2024-01-02", "[客服]", "[", "10点20", "1/2", "12345:20", "：10:20", "周10:20"]
        {
            assert_eq!(time_stamp(other), None, "{other}");
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
