//! Markdown: a message a paragraph, heading, list item or table cell. Owns which parts of a page are words. Must not
//! parse Markdown itself; pulldown-cmark does.
//!
//! Code, link targets, images, HTML and front matter are no words. Where such a thing stands among words, one
//! placeholder stands for it in the prose, so that the words on its two sides do not touch. A block quote holds a
//! customer's words; so does a paragraph with a customer's label. An alert (`> [!NOTE]`) is the author's.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::segment::PLACEHOLDER;
use super::table::Grid;
use super::{Escape, ExtractOptions, Piece, Reading, Role, Segment, SourceMap, plain};
use crate::text::TextRange;

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
    let mut reading = Reading::default();
    let front = front_matter(text);
    let dialect =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM;
    let mut draft = Draft::new(text);
    let mut table: Option<Grid<'a>> = None;
    // Block quotes around this place: whether each is a customer's.
    let mut quotes: Vec<Role> = Vec::new();
    // Blocks and spans around this place that hold no words.
    let mut wordless = 0_usize;
    for (event, range) in Parser::new_ext(&text[front..], dialect).into_offset_iter() {
        let range = range.start + front..range.end + front;
        let role = quotes.iter().copied().find(|role| *role == Role::Customer).unwrap_or(Role::Agent);
        if wordless > 0 {
            match event {
                Event::Start(tag) if is_wordless(&tag) => wordless += 1,
                Event::End(tag) if ends_wordless(tag) => wordless -= 1,
                // Autolinks open as the other links do, and their end is not told apart.
                Event::Start(Tag::Link { .. }) => wordless += 1,
                Event::End(TagEnd::Link) => wordless -= 1,
                _ => {}
            }
            continue;
        }
        match event {
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {
                draft.push_whole(PLACEHOLDER, range);
                wordless = 1;
            }
            Event::Start(Tag::Image { .. }) => {
                draft.push_whole(PLACEHOLDER, range);
                wordless = 1;
            }
            Event::Start(tag) if is_wordless(&tag) => {
                draft.finish(role, options, &mut |segment| give(&mut table, segment, each));
                wordless = 1;
            }
            Event::Start(Tag::BlockQuote(kind)) => {
                draft.finish(role, options, &mut |segment| give(&mut table, segment, each));
                quotes.push(if kind.is_some() { Role::Agent } else { Role::Customer });
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                draft.finish(role, options, &mut |segment| give(&mut table, segment, each));
                quotes.pop();
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::Start(Tag::Table(_)) => {
                draft.finish(role, options, each);
                table = Some(Grid::default());
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                table.iter_mut().for_each(Grid::begin_row);
            }
            Event::Start(Tag::TableCell) => {
                table.iter_mut().for_each(Grid::begin_cell);
            }
            Event::End(TagEnd::Table) => {
                if let Some(table) = table.take() {
                    reading.layouts.extend(table.give(options, each));
                }
            }
            Event::Start(_) | Event::End(_) | Event::Rule => {
                draft.finish(role, options, &mut |segment| give(&mut table, segment, each))
            }
            Event::Text(words) => draft.push_text(&words, range),
            Event::SoftBreak | Event::HardBreak => draft.push_whole('\n', range),
            Event::InlineHtml(html) if is_break(&html) => draft.push_whole('\n', range),
            Event::Code(_) | Event::InlineHtml(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                draft.push_whole(PLACEHOLDER, range);
            }
            Event::Html(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }
    draft.finish(Role::Agent, options, each);
    reading
}

/// Puts a message into the table that is read, or gives it to `each` where that is none.
fn give<'a>(table: &mut Option<Grid<'a>>, segment: Segment<'a>, each: &mut dyn FnMut(Segment<'a>)) {
    match table {
        Some(table) => table.push(segment),
        None => each(segment),
    }
}

fn is_wordless(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) | Tag::Image { .. })
}

fn ends_wordless(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) | TagEnd::Image)
}

fn is_break(html: &str) -> bool {
    html.strip_prefix("<br").is_some_and(|rest| matches!(rest.trim(), ">" | "/>"))
}

/// Where the page begins behind its front matter: YAML between `---` lines or TOML between `+++` lines.
fn front_matter(text: &str) -> usize {
    let first = plain::line_at(text, 0);
    let fence = text[first.clone()].trim_end();
    if !matches!(fence, "---" | "+++") {
        return 0;
    }
    let mut next = plain::next_line(text, &first);
    while let Some(start) = next {
        let line = plain::line_at(text, start);
        let words = text[line.clone()].trim_end();
        next = plain::next_line(text, &line);
        if words == fence || (fence == "---" && words == "...") {
            return next.unwrap_or(text.len());
        }
    }
    0
}

/// The message that is being put together.
struct Draft<'a> {
    source: &'a str,
    prose: String,
    pieces: Vec<Piece>,
}

impl<'a> Draft<'a> {
    fn new(source: &'a str) -> Self {
        Draft { source, prose: String::new(), pieces: Vec::new() }
    }

    fn push(&mut self, prose: &str, source: Range<usize>) {
        if prose.is_empty() {
            return;
        }
        let verbatim = self.source.get(source.clone()) == Some(prose);
        let start = self.prose.len();
        self.prose.push_str(prose);
        let prose = TextRange::new(start, self.prose.len());
        let source = TextRange::from(source);
        match self.pieces.last_mut() {
            Some(last) if verbatim && last.verbatim && last.source.end() == source.start() => {
                last.prose = TextRange::new(last.prose.start(), prose.end());
                last.source = TextRange::new(last.source.start(), source.end());
            }
            _ => self.pieces.push(Piece { prose, source, verbatim }),
        }
    }

    /// Text as the parser gives it: the same as in the source, or a character from an entity. It leaves out the
    /// backslash before an escaped character.
    fn push_text(&mut self, words: &str, range: Range<usize>) {
        let behind = self.pieces.last().map_or(0, |piece| piece.source.end());
        let escaped = range.start > behind
            && self.source[..range.start].ends_with('\\')
            && words.starts_with(|c: char| c.is_ascii_punctuation())
            && self.source[range.clone()].starts_with(words);
        if escaped {
            // Punctuation of ASCII is one byte long.
            self.push(&words[..1], range.start - 1..range.start + 1);
            self.push(&words[1..], range.start + 1..range.end);
        } else {
            self.push(words, range);
        }
    }

    /// One character for the whole of `range`.
    fn push_whole(&mut self, shown: char, range: Range<usize>) {
        self.push(shown.encode_utf8(&mut [0; 4]), range);
    }

    /// Ends the message and gives it to `each` if it holds words. Where lines of it have speakers' labels, it is as
    /// many messages.
    fn finish(&mut self, role: Role, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) {
        let prose = std::mem::take(&mut self.prose);
        let pieces = std::mem::take(&mut self.pieces);
        if !prose.contains(|c: char| !c.is_whitespace() && c != PLACEHOLDER) {
            return;
        }
        let mut starts = vec![(0, role)];
        for line in plain::lines(&prose, 0..prose.len()) {
            let (speaker, words) = plain::line_role(&prose[line.clone()], options);
            let labelled = speaker != Role::Agent || !prose[line.start..line.start + words.start].trim().is_empty();
            if labelled && role == Role::Agent && !words.is_empty() {
                if line.start == 0 {
                    starts.clear();
                }
                starts.push((line.start, speaker));
            }
        }
        for (index, (start, role)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(prose.len(), |(next, _)| *next);
            if let Some(segment) = cut(self.source, &prose, &pieces, *start..end, *role) {
                each(segment);
            }
        }
    }
}

/// The part `range` of a message as a message of its own, without the line break at its end.
pub(super) fn cut<'a>(
    source: &'a str,
    prose: &str,
    pieces: &[Piece],
    range: Range<usize>,
    role: Role,
) -> Option<Segment<'a>> {
    let words = prose[range.clone()].trim_end_matches('\n');
    let range = range.start..range.start + words.len();
    if words.trim().is_empty() {
        return None;
    }
    let mut own = Vec::new();
    for piece in pieces {
        let start = piece.prose.start().max(range.start);
        let end = piece.prose.end().min(range.end);
        if start >= end {
            continue;
        }
        let prose = TextRange::new(start - range.start, end - range.start);
        let source = if piece.verbatim {
            let from = piece.source.start();
            TextRange::new(from + (start - piece.prose.start()), from + (end - piece.prose.start()))
        } else {
            piece.source
        };
        own.push(Piece { prose, source, verbatim: piece.verbatim });
    }
    let (text, map) = match own.as_slice() {
        [piece] if piece.verbatim => {
            (Cow::Borrowed(&source[piece.source.as_range()]), SourceMap::Verbatim(piece.source.start()))
        }
        _ => (Cow::Owned(words.to_owned()), SourceMap::Pieces(own)),
    };
    Some(Segment::new(text, role, map, Escape::Markdown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, NotEditable, extract};
    use crate::text::{Edit, apply_edits};

    fn segments(text: &str) -> Vec<Segment<'_>> {
        let mut segments = Vec::new();
        extract(text, Format::Markdown, &ExtractOptions::default(), &mut |segment| segments.push(segment));
        for segment in &segments {
            check(text, segment);
        }
        segments
    }

    /// Pieces cover the prose, ascend in the source, and are the same text where they say so.
    fn check(text: &str, segment: &Segment<'_>) {
        let pieces = match &segment.map {
            SourceMap::Verbatim(start) => {
                assert_eq!(&text[*start..start + segment.text.len()], segment.text);
                return;
            }
            SourceMap::Pieces(pieces) => pieces,
        };
        let (mut prose, mut source) = (0, 0);
        for piece in pieces {
            assert_eq!(piece.prose.start(), prose, "{text:?} {segment:?}");
            assert!(piece.source.start() >= source, "{text:?} {segment:?}");
            prose = piece.prose.end();
            source = piece.source.end();
            let shown = &segment.text[piece.prose.as_range()];
            assert_eq!(&text[piece.source.as_range()] == shown, piece.verbatim, "{text:?} {segment:?}");
        }
        assert_eq!(prose, segment.text.len(), "{text:?} {segment:?}");
    }

    #[test]
    fn takes_the_words() {
        use Role::{Agent, Customer, System};
        let cases: &[(&str, &[(Role, &str)])] = &[
            ("", &[]),
            ("不行", &[(Agent, "不行")]),
            (
                "# 标题 #\r\n\r\n第一行\r\n第二行  \r\n第三行\\\r\n四\r\n",
                &[(Agent, "标题"), (Agent, "第一行\n第二行\n第三行\n四")],
            ),
            ("亲，**不**_行_~~了~~[这里](http://a.cn \"题\")", &[(Agent, "亲，不行了这里")]),
            ("不`code`行", &[(Agent, "不\u{FFFC}行")]),
            ("不<b>行</b>", &[(Agent, "不\u{FFFC}行\u{FFFC}")]),
            ("不<br>行<br />了", &[(Agent, "不\n行\n了")]),
            ("不![图](a.png)行", &[(Agent, "不\u{FFFC}行")]),
            ("看<http://a.cn>吧", &[(Agent, "看\u{FFFC}吧")]),
            ("不&nbsp;行&amp;\\*了\\\\", &[(Agent, "不\u{a0}行&*了\\")]),
            ("```\n代码\n```\n\n    代码\n\n<div>\n标记\n</div>\n\n话", &[(Agent, "话")]),
            ("---\ntitle: 不行\n---\n话\n", &[(Agent, "话")]),
            ("+++\r\ntitle = '不行'\r\n+++\r\n话\r\n", &[(Agent, "话")]),
            ("话\n\n---\n\na: b\n\n---\n", &[(Agent, "话"), (Agent, "a: b")]),
            (
                "- 一\n- 二\n  三\n\n  四\n1. [x] 五\n   - 六\n",
                &[(Agent, "一"), (Agent, "二\n三"), (Agent, "四"), (Agent, "五"), (Agent, "六")],
            ),
            (
                "| 甲 | 乙 |\n|---|---|\n| 一\\|二 | `码` |\n| 三 | **四** |\n",
                &[(Agent, "甲"), (Agent, "乙"), (Agent, "一|二"), (Agent, "三"), (Agent, "四")],
            ),
            ("> 你们\n> 不行\n>\n> - 退钱\n\n好", &[(Customer, "你们\n不行"), (Customer, "退钱"), (Agent, "好")]),
            ("> [!NOTE]\n> 不行\n", &[(Agent, "不行")]),
            (
                "顾客：退钱\n客服：不行\n再说\n\n系统：完",
                &[(Customer, "顾客：退钱"), (Agent, "客服：不行\n再说"), (System, "系统：完")],
            ),
            ("**客户：** 退钱", &[(Customer, "客户： 退钱")]),
            ("😊\u{200b}不行", &[(Agent, "😊\u{200b}不行")]),
            ("![图](a.png)\n\n`码`\n", &[]),
            ("一\r二", &[(Agent, "一\n二")]),
        ];
        for (text, expected) in cases {
            let found = segments(text);
            let found: Vec<_> = found.iter().map(|segment| (segment.role, segment.text.as_ref())).collect();
            assert_eq!(found, *expected, "{text:?}");
        }
    }

    #[test]
    fn edits_round_trip() {
        // page, the words to replace, the replacement, the page afterwards
        let cases = [
            ("亲，**不行**哦", "不行", "好*的", Ok("亲，**好\\*的**哦")),
            ("亲，**不行**哦", "亲，不行", "好", Err(NotEditable::MarkupBetween)),
            ("亲，**不行**哦", "不行", "不行。", Err(NotEditable::MarkupBetween)),
            ("不`码`行", "不\u{FFFC}行", "好", Err(NotEditable::MarkupBetween)),
            ("不\\*行", "*", "_", Ok("不\\_行")),
            ("不&nbsp;行", "不\u{a0}行", "好", Ok("好")),
            ("不\r\n行", "不\n行", "好", Ok("好")),
            ("- 不\n  行", "不\n行", "好", Err(NotEditable::MarkupBetween)),
            ("- 不\r\n  行", "行", "好", Ok("- 不\r\n  好")),
            ("|甲|\n|-|\n|不|", "不", "a|b", Ok("|甲|\n|-|\n|a\\|b|")),
            ("不行", "不行", "1. 行", Ok("1\\. 行")),
            ("不行", "不", "不\n", Err(NotEditable::LineBreak)),
        ];
        for (page, words, replacement, expected) in cases {
            let edited = segments(page)
                .iter()
                .find_map(|segment| {
                    let at = segment.text.find(words)?;
                    let edit =
                        Edit { range: TextRange::new(at, at + words.len()), replacement: replacement.to_owned() };
                    let source = segment.source_edit(&edit);
                    if source.is_ok() {
                        let shown = apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap");
                        Some(source.map(|source| (source, shown)))
                    } else {
                        Some(source.map(|source| (source, String::new())))
                    }
                })
                .expect("the words are on the page");
            let edited = edited.map(|(source, shown)| {
                let result = apply_edits(page, &[source]).expect("one edit cannot overlap");
                // The page shows what the edit of the prose said.
                assert!(segments(&result).iter().any(|segment| segment.text == shown), "{result:?} {shown:?}");
                result
            });
            assert_eq!(edited, expected.map(str::to_owned), "{page:?} {words:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_sound_map(text in "[不行a1 \\\\*_`\\[\\]()<>&;#|~>\\-:\r\n\t!😊\u{200b}：客户]{0,60}") {
            segments(&text);
        }
    }
}
