//! Text files: a message a line, a paragraph, or one letter. Owns the cutting into lines that a streaming scanner
//! shares, and the guess whether a text is a letter. Must not know how speakers are named (`speaker` does).

use std::ops::Range;

use super::speaker;
use super::{Escape, ExtractOptions, MessageUnit, Role, Segment};

/// The line of `text` on which the byte `offset` lies, without its `\n` or `\r\n`. A lone `\r` ends no line.
/// An offset on a line's end belongs to that line; one beyond the text, to the last line.
#[must_use]
pub fn line_at(text: &str, offset: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
    match memchr::memchr(b'\n', &bytes[offset..]) {
        Some(length) => {
            let end = offset + length;
            start..if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
        }
        None => start..bytes.len(),
    }
}

/// Where the line behind `line`, one of [`line_at`], begins; `None` behind the last line end.
#[must_use]
pub fn next_line(text: &str, line: &Range<usize>) -> Option<usize> {
    let start = match text.as_bytes().get(line.end..) {
        Some([b'\n', ..]) => line.end + 1,
        Some([b'\r', b'\n', ..]) => line.end + 2,
        _ => return None,
    };
    (start < text.len()).then_some(start)
}

/// Who speaks in `line`, a line of a text file, and where the words stand in it: behind the mark of a quotation or
/// the label of a speaker, without the white space around them.
#[must_use]
pub fn line_role(line: &str, options: &ExtractOptions) -> (Role, Range<usize>) {
    let (role, start) = if let Some(quoted) = quotation(line) {
        (Role::Customer, quoted)
    } else if let Some((role, words)) = speaker::known_label(line, options) {
        (role, words)
    } else {
        (Role::Agent, 0)
    };
    let words = line[start..].trim_start();
    let start = line.len() - words.len();
    (role, start..start + words.trim_end().len())
}

/// Where the words begin behind the marks of a quotation (`>`, `＞`).
fn quotation(line: &str) -> Option<usize> {
    let words = line.trim_start();
    let quoted = words.trim_start_matches(['>', '＞', ' ', '\t']);
    (words.starts_with(['>', '＞'])).then(|| line.len() - quoted.len())
}

/// Gives the messages of a text file to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) {
    match options.message {
        MessageUnit::Auto if is_letter(text, options) => document(text, 0..text.len(), options, each),
        MessageUnit::Auto | MessageUnit::Line => {
            for line in lines(text, 0..text.len()) {
                let (role, words) = line_role(&text[line.clone()], options);
                if !words.is_empty() {
                    let start = line.start + words.start;
                    each(Segment::verbatim(&text[start..line.start + words.end], start, role));
                }
            }
        }
        MessageUnit::Paragraph => {
            let mut start = 0;
            for line in lines(text, 0..text.len()) {
                if text[line.clone()].trim().is_empty() {
                    document(text, start..line.start, options, each);
                    start = line.end;
                }
            }
            document(text, start..text.len(), options, each);
        }
        MessageUnit::Document => document(text, 0..text.len(), options, each),
    }
}

/// The lines of `text` within `range`.
pub(super) fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let text = &text[..range.end];
    let mut next = (range.start < range.end).then_some(range.start);
    std::iter::from_fn(move || {
        let line = line_at(text, next?);
        let line = line.start.max(range.start)..line.end;
        next = next_line(text, &line);
        Some(line)
    })
}

/// Gives the text of `range` as one message; lines of others in it are messages of their own.
fn document<'a>(text: &'a str, range: Range<usize>, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) {
    let words = text[range.clone()].trim();
    if words.is_empty() {
        return;
    }
    // Trimming keeps a part of the text, so that its place can be reckoned.
    let start = range.start + (text[range.clone()].len() - text[range].trim_start().len());
    let range = start..start + words.len();
    let mut own = Vec::new();
    let mut others = Vec::new();
    let mut labelled = false;
    for line in lines(text, range) {
        let (role, words) = line_role(&text[line.clone()], options);
        let words = line.start + words.start..line.start + words.end;
        if role != Role::Agent {
            others.push((role, words));
        } else if text[line.start..words.start].trim().is_empty() {
            own.push(line);
        } else {
            labelled = true;
            own.push(words);
        }
    }
    if others.is_empty() && !labelled {
        each(Segment { escape: Escape::Plain, ..Segment::verbatim(words, start, Role::Agent) });
        return;
    }
    // The message begins where its first words stand; whoever is quoted before it comes first.
    let first = own.iter().position(|line| !line.is_empty());
    let last = own.iter().rposition(|line| !line.is_empty());
    let mut message = match (first, last) {
        (Some(first), Some(last)) => Some(Segment::of_lines(text, &own[first..=last], Role::Agent)),
        _ => None,
    };
    let begins = first.map_or(usize::MAX, |first| own[first].start);
    for (role, words) in others {
        if words.start > begins
            && let Some(message) = message.take()
        {
            each(message);
        }
        if !words.is_empty() {
            each(Segment::verbatim(&text[words.clone()], words.start, role));
        }
    }
    if let Some(message) = message {
        each(message);
    }
}

/// The longest text, in bytes, that is looked at as a letter.
pub const LETTER_LIMIT: usize = 16 * 1024;

/// Whether `text` is one letter rather than a list of messages: it greets somebody in its first line and nobody
/// afterwards, or it closes as letters do.
#[must_use]
pub fn is_letter(text: &str, options: &ExtractOptions) -> bool {
    if text.len() > LETTER_LIMIT {
        return false;
    }
    let lines: Vec<&str> = lines(text, 0..text.len()).map(|line| &text[line]).collect();
    let filled: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let Some((first, rest)) = filled.split_first() else {
        return false;
    };
    if rest.is_empty() || filled.iter().any(|line| speaker::known_label(line, options).is_some()) {
        return false;
    }
    if rest.iter().any(|line| greets(line)) {
        return false;
    }
    closes(&filled) || salutes(first) && rest.len() <= LETTER_LINES
}

/// The most lines, blank ones not counted, that a letter has which is known by its salutation alone.
const LETTER_LINES: usize = 60;

/// The longest salutation and the longest line of a signature, in characters.
const SHORT_LINE: usize = 24;

/// Whether a line begins as a message of its own does.
fn greets(line: &str) -> bool {
    const GREETINGS: [&str; 10] =
        ["您好", "你好", "亲，", "亲,", "亲亲", "亲爱的", "尊敬的", "亲您好", "哈喽", "欢迎光临"];
    GREETINGS.iter().any(|greeting| line.starts_with(greeting)) || salutes(line)
}

/// Whether a line is a salutation and nothing else.
fn salutes(line: &str) -> bool {
    let name = line.trim_end_matches(['：', ':', '！', '!', '，', ',', '~', '～', ' ']);
    let ends = &line[name.len()..];
    let characters = name.chars().count();
    if characters == 0 || characters > SHORT_LINE || name.contains(['。', '？', '?', '；', '！']) {
        return false;
    }
    let colon = ends.contains([':', '：']);
    let honorific = |name: &str| HONORIFICS.iter().any(|honorific| name.ends_with(honorific));
    // 致电… is no salutation, 致全体用户： is one.
    let formal = ["尊敬的", "亲爱的", "敬爱的", "尊贵的", "Dear ", "致"]
        .iter()
        .any(|opening| name.starts_with(opening))
        && !name.contains(['，', ','])
        && (colon || !ends.is_empty() && !name.starts_with('致'));
    let greeted = ["您好", "你好"].iter().any(|greeting| {
        name.strip_suffix(greeting).is_some_and(|name| {
            let name = name.trim_end_matches(['，', ',', ' ', '、', '：', ':']);
            !name.contains(['，', ',']) && (honorific(name) || colon && !name.is_empty())
        })
    });
    formal || greeted || colon && honorific(name)
}

/// What stands behind the name of somebody addressed.
const HONORIFICS: [&str; 12] =
    ["先生", "女士", "小姐", "老师", "同学", "客户", "顾客", "用户", "会员", "朋友", "家长", "业主"];

/// Whether the text ends as a letter: 此致, 敬礼, or a wish with a signature behind it.
fn closes(filled: &[&str]) -> bool {
    let tail = &filled[filled.len().saturating_sub(6)..];
    let bare = |line: &str| line.trim_end_matches(['！', '!', '。', '，', '~', '～', ' ']).to_owned();
    let formula = tail.iter().any(|line| ["此致", "敬礼", "此致敬礼", "此致 敬礼"].contains(&bare(line).as_str()));
    let Some(wish) = tail.iter().rposition(|line| {
        let line = bare(line);
        ["祝", "顺祝", "谨祝", "敬祝", "顺颂"].iter().any(|word| line.starts_with(word))
            && line.chars().count() <= SHORT_LINE
    }) else {
        return formula;
    };
    let signature = &tail[wish + 1..];
    formula || !signature.is_empty() && signature.iter().all(|line| signs(line))
}

/// Whether a line belongs to a signature: the house, the agent, the date.
fn signs(line: &str) -> bool {
    const SIGNERS: [&str; 12] =
        ["部", "中心", "客服", "公司", "团队", "店", "敬上", "谨上", "日", "小组", "经理", "工号"];
    let name = line.trim_start_matches(['—', '-', '–', ' ']);
    let dashed = line.starts_with(['—', '–', '-']);
    name.chars().count() <= SHORT_LINE
        && !name.contains(['。', '，', '？', '！', ','])
        && (dashed || SIGNERS.iter().any(|signer| name.ends_with(signer)) || name.starts_with("客服"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, NotEditable, SourceMap, extract};
    use crate::text::{Edit, TextRange};

    fn options(message: MessageUnit) -> ExtractOptions {
        ExtractOptions { message, customer_labels: vec!["小王:".to_owned()], ..ExtractOptions::default() }
    }

    fn segments(text: &str, message: MessageUnit) -> Vec<Segment<'_>> {
        let mut segments = Vec::new();
        let problems = extract(text, Format::Plain, &options(message), &mut |segment| segments.push(segment));
        assert!(problems.problems.is_empty());
        for segment in &segments {
            let whole = segment.map.to_source(TextRange::new(0, segment.text.len()));
            if matches!(segment.map, SourceMap::Verbatim(_)) {
                assert_eq!(&text[whole.as_range()], segment.text);
            }
        }
        segments
    }

    fn shown(text: &str, message: MessageUnit) -> Vec<(Role, String)> {
        segments(text, message)
            .into_iter()
            .map(|segment| (segment.role, segment.text.into_owned()))
            .collect()
    }

    #[test]
    fn finds_lines() {
        // text, offset, line, start of the next
        let cases = [
            ("", 0, 0..0, None),
            ("一", 1, 0..3, None),
            ("一\n", 0, 0..3, None),
            ("一\n二", 3, 0..3, Some(4)),
            ("一\r\n二", 0, 0..3, Some(5)),
            ("一\r\n二", 4, 0..3, Some(5)),
            ("一\r\n二", 5, 5..8, None),
            ("一\r二", 0, 0..7, None),
            ("\r\n\r\n", 0, 0..0, Some(2)),
            ("\r\n\r\n", 2, 2..2, None),
            ("\n\n一", 1, 1..1, Some(2)),
            ("😊\r\n", 99, 6..6, None),
        ];
        for (text, offset, line, next) in cases {
            assert_eq!(line_at(text, offset), line, "{text:?} {offset}");
            assert_eq!(next_line(text, &line), next, "{text:?} {offset}");
        }
    }

    #[test]
    fn tells_who_speaks() {
        let cases = [
            ("您好", Role::Agent, "您好"),
            ("  您好\t", Role::Agent, "您好"),
            ("> 你们怎么回事", Role::Customer, "你们怎么回事"),
            (" ＞＞你们怎么回事", Role::Customer, "你们怎么回事"),
            ("顾客：退钱", Role::Customer, "退钱"),
            ("买家: 退钱", Role::Customer, "退钱"),
            ("小王：退钱", Role::Customer, "退钱"),
            ("小王8：退钱", Role::Customer, "退钱"),
            ("客服：不行", Role::Agent, "不行"),
            ("系统：会话结束", Role::System, "会话结束"),
            ("注意：不行", Role::Agent, "注意：不行"),
            ("买家须知：不行", Role::Agent, "买家须知：不行"),
            ("尊敬的客户：您好", Role::Agent, "尊敬的客户：您好"),
            ("客服：", Role::Agent, ""),
            ("", Role::Agent, ""),
            ("10:30 到", Role::Agent, "10:30 到"),
            ("\u{200b}您好", Role::Agent, "\u{200b}您好"),
        ];
        for (line, role, words) in cases {
            let (found, range) = line_role(line, &options(MessageUnit::Line));
            assert_eq!((found, &line[range]), (role, words), "{line:?}");
        }
    }

    #[test]
    fn lines_are_those_of_the_scanner() {
        let texts = [
            "",
            "\n",
            "一\r\n\r\n 二 \n> 三\r四\n买家：五\n客服:六😊",
            "您好\n",
            "\u{feff}一\n\u{3000}二\u{3000}\r\n\u{200b}\n",
        ];
        for text in texts {
            let options = options(MessageUnit::Line);
            let mut expected = Vec::new();
            let mut next = Some(0);
            while let Some(offset) = next {
                let line = line_at(text, offset);
                let (role, words) = line_role(&text[line.clone()], &options);
                if !words.is_empty() {
                    expected.push((role, text[line.clone()][words.clone()].to_owned(), line.start + words.start));
                }
                next = next_line(text, &line);
            }
            let found: Vec<_> = segments(text, MessageUnit::Line)
                .into_iter()
                .map(|segment| {
                    let start = segment.map.to_source(TextRange::new(0, 0)).start();
                    (segment.role, segment.text.into_owned(), start)
                })
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn cuts_paragraphs_and_documents() {
        let text = "\r\n 一\r\n二 \r\n \r\n> 三\r\n四\r\n";
        let agent = |text: &str| (Role::Agent, text.to_owned());
        let customer = |text: &str| (Role::Customer, text.to_owned());
        assert_eq!(shown(text, MessageUnit::Paragraph), [agent("一\r\n二"), customer("三"), agent("四")]);
        assert_eq!(shown(text, MessageUnit::Document), [agent("一\n二 \n \n四"), customer("三")]);
        assert_eq!(shown("一\n二\n", MessageUnit::Document), [agent("一\n二")]);
        assert_eq!(shown(" \n\u{3000}\n", MessageUnit::Document), []);
        assert_eq!(shown("", MessageUnit::Paragraph), []);
        assert_eq!(shown("> 三", MessageUnit::Document), [customer("三")]);
    }

    #[test]
    fn knows_letters() {
        let letters = [
            "尊敬的客户：\n您的订单已发出。\n不便之处请谅解。\n",
            "\u{3000}\n亲爱的会员，\r\n\r\n您的积分快到期了。\r\n",
            "王女士，您好！\n退款已处理。\n",
            "王女士：您好！\n退款已处理。\n",
            "张先生您好：\n退款已处理。\n",
            "关于退款\n我们查过了。\n此致\n敬礼！\n某某公司",
            "关于退款\n我们查过了。\n祝您生活愉快！\n某某旗舰店客服部\n2024年6月18日",
            "关于退款\n我们查过了。\n顺祝商祺\n——小李",
        ];
        for text in letters {
            assert_eq!(segments(text, MessageUnit::Auto).len(), 1, "{text:?}");
        }
        let lists = [
            "您好\n请稍等\n已发货",
            "您好！\n请稍等",
            "亲，您好\n请稍等",
            "尊敬的客户：\n请稍等\n尊敬的客户：\n已发货",
            "王女士，您好！\n您好，请稍等。",
            "王女士，您好！您的货已发出。\n请稍等。",
            "请稍等\n已发货\n祝您生活愉快",
            "祝您生活愉快\n不行",
            "尊敬的客户：\n买家：不行\n请稍等",
        ];
        for text in lists {
            assert!(segments(text, MessageUnit::Auto).len() > 1, "{text:?}");
        }
        let long = format!("尊敬的客户：\n{}", "您的订单已发出。\n".repeat(1000));
        assert_eq!(segments(&long, MessageUnit::Auto).len(), 1001);
    }

    #[test]
    fn edits_within_its_message() {
        let text = "> 问\r\n不\r\n行";
        let message = segments(text, MessageUnit::Document).pop().unwrap();
        let edit = |start, end| Edit { range: TextRange::new(start, end), replacement: "好".to_owned() };
        assert_eq!(message.source_edit(&edit(0, 3)).unwrap().range, TextRange::new(7, 10));
        assert_eq!(message.source_edit(&edit(4, 7)).unwrap().range, TextRange::new(12, 15));
        assert_eq!(message.source_edit(&edit(0, 7)), Err(NotEditable::MarkupBetween));
    }
}
