//! Words that may stand beside a phrase without counting: with them it is still the whole message, or the beginning of
//! its clause.

/// Words of address and greeting that do not count as words of the message or clause.
pub const ADDRESSES: [&str; 8] = ["亲爱的", "亲亲", "亲", "您好", "你好", "哈喽", "hi", "hello"];

/// Words that may stand before the beginning of what a clause says.
pub const OPENERS: [&str; 18] = [
    "但是",
    "不过",
    "可是",
    "所以",
    "那么",
    "这个",
    "那个",
    "这边",
    "我们这边",
    "我这边",
    "其实",
    "而且",
    "那",
    "但",
    "可",
    "就",
    "这",
    "嗯",
];
