//! String resources of Android: a message a string, an item of plurals or of an array. Owns which elements hold words,
//! Android's escapes, quotes and white space as aapt2 reads them. Must not read XML itself; quick-xml does.
//!
//! Entities of a document type are never looked up: a placeholder stands for them, and for `xliff:g`.

use std::ops::Range;

use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::segment::{PLACEHOLDER, Runs};
use super::{Address, Escape, NotEditable, Problem, Role, Segment};
use crate::text::LineCounter;

/// How words stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// As text of XML.
    Text,
    /// In a CDATA section.
    CData,
}

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, each: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    let mut reader = Reader::from_str(text);
    let mut file = Resources { text, each, depth: 0, group: None, draft: None };
    let mut lines = LineCounter::new(text, 1);
    let mut start = 0;
    loop {
        let event = reader.read_event();
        let end = position(text, reader.buffer_position());
        let message = match event {
            Ok(Event::Eof) if file.depth > 0 => {
                "文件末尾还有标签没有结束。请补上结束标签，例如“</resources>”。".to_owned()
            }
            Ok(Event::Eof) => return Vec::new(),
            Ok(event) if file.take(&event, start..end) => {
                start = end;
                continue;
            }
            Ok(_) => return Vec::new(),
            Err(error) => {
                start = position(text, reader.error_position());
                explain(&error)
            }
        };
        return vec![Problem { line: lines.locate(start).line, message }];
    }
}

/// The byte at which the reader is, on the boundary of a character.
fn position(text: &str, at: u64) -> usize {
    text.floor_char_boundary(usize::try_from(at).unwrap_or(text.len()))
}

/// What is wrong with the file.
fn explain(error: &Error) -> String {
    let rest = "从这里起没有检查。";
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("结束标签“</{found}>”和开始标签“<{expected}>”对不上，{rest}请改成一对。")
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            format!("结束标签“</{found}>”前面没有对应的开始标签，{rest}请删去它，或者补上开始标签。")
        }
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            format!("“&”没有写对，{rest}请写成“&amp;”。")
        }
        Error::Syntax(SyntaxError::UnclosedComment) => format!("注释没有结束，{rest}请补上“-->”。"),
        Error::Syntax(SyntaxError::UnclosedCData) => format!("CDATA 没有结束，{rest}请补上“]]>”。"),
        Error::Syntax(_) => format!("标签没有写完，{rest}请补上“>”；文字里的“<”要写成“&lt;”。"),
        _ => format!("这里不是正确的 XML，{rest}请检查标签和引号。"),
    }
}

/// `plurals` or an array around the place.
struct Group {
    name: String,
    plural: bool,
    /// How many items there were so far.
    items: usize,
}

struct Resources<'a, 'e> {
    text: &'a str,
    each: &'e mut dyn FnMut(Segment<'a>),
    /// How many elements are open.
    depth: usize,
    group: Option<Group>,
    draft: Option<Draft>,
}

impl Resources<'_, '_> {
    /// Takes what stands at `source`, and tells whether the file may hold messages at all.
    fn take(&mut self, event: &Event<'_>, source: Range<usize>) -> bool {
        match event {
            Event::Start(tag) => {
                if self.depth == 0 && tag.name().as_ref() != "resources" {
                    return false;
                }
                self.depth += 1;
                self.start(tag, source);
            }
            Event::Empty(tag) => {
                if self.depth == 0 {
                    return false;
                }
                self.depth += 1;
                self.start(tag, source.clone());
                self.end(source);
            }
            Event::End(_) => self.end(source),
            Event::Text(_) => self.characters(source, Place::Text),
            Event::CData(_) => {
                let inner = source.start + "<![CDATA[".len()..source.end - "]]>".len();
                self.characters(inner, Place::CData);
            }
            Event::GeneralRef(reference) => self.reference(reference, source),
            _ => self.markup(),
        }
        true
    }

    fn start(&mut self, tag: &BytesStart<'_>, source: Range<usize>) {
        let depth = self.depth;
        if let Some(draft) = &mut self.draft {
            if draft.gap.is_none() && tag.name().as_ref() == "xliff:g" {
                draft.gap = Some((depth, source.start));
            }
            self.markup();
            return;
        }
        let kind = tag.name();
        let address = match (depth, kind.as_ref(), &mut self.group) {
            (2, "string", _) => format!("string/{}", attribute(tag, "name")),
            (2, "item", _) if attribute(tag, "type") == "string" => format!("string/{}", attribute(tag, "name")),
            (2, "plurals" | "string-array" | "array", group) => {
                let plural = kind.as_ref() == "plurals";
                let name = format!("{}/{}", kind.as_ref(), attribute(tag, "name"));
                *group = Some(Group { name, plural, items: 0 });
                return;
            }
            (3, "item", Some(group)) => {
                group.items += 1;
                let item = if group.plural { attribute(tag, "quantity") } else { group.items.to_string() };
                format!("{}[{item}]", group.name)
            }
            _ => return,
        };
        self.draft = Some(Draft { depth, address, items: Vec::new(), gap: None, in_text: false, in_cdata: false });
    }

    fn end(&mut self, source: Range<usize>) {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        self.markup();
        if let Some(draft) = &mut self.draft
            && let Some((_, start)) = draft.gap.take_if(|(gap, _)| *gap == depth)
        {
            draft.items.push(Item::Placeholder(start..source.end));
        }
        if let Some(draft) = self.draft.take_if(|draft| draft.depth == depth) {
            draft.give(self.each);
        }
        if depth == 2 {
            self.group = None;
        }
    }

    fn markup(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.items.push(Item::Markup);
        }
    }

    /// The draft, unless the place is in a part of it that is no words.
    fn words(&mut self) -> Option<&mut Draft> {
        self.draft.as_mut().filter(|draft| draft.gap.is_none())
    }

    fn characters(&mut self, source: Range<usize>, place: Place) {
        let text = self.text;
        let Some(draft) = self.words() else { return };
        match place {
            Place::Text => draft.in_text |= !text[source.clone()].trim().is_empty(),
            Place::CData => draft.in_cdata = true,
        }
        let mut chars = text[source.clone()].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let start = source.start + at;
            draft.items.push(if c == '\r' {
                let pair = chars.next_if(|(_, next)| *next == '\n').is_some();
                Item::Written('\n', start..start + 1 + usize::from(pair))
            } else {
                Item::Char(c, start..start + c.len_utf8())
            });
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>, source: Range<usize>) {
        let Some(draft) = self.words() else { return };
        draft.in_text = true;
        let c = match reference.as_ref() {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        draft.items.push(match c {
            Some(c) => Item::Written(c, source),
            None => Item::Placeholder(source),
        });
    }
}

/// The value of an attribute, or nothing.
fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map_or_else(String::new, |attribute| {
        attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_default().into_owned()
    })
}

/// A part of a string as XML gives it.
enum Item {
    /// A character that stands in the source as it is, and where.
    Char(char, Range<usize>),
    /// A character that is written in another way, and where: a reference, a line end.
    Written(char, Range<usize>),
    /// Something that is not words.
    Placeholder(Range<usize>),
    /// A tag or a comment.
    Markup,
}

impl Item {
    fn char(&self) -> Option<(char, &Range<usize>)> {
        match self {
            Item::Char(c, source) | Item::Written(c, source) => Some((*c, source)),
            Item::Placeholder(_) | Item::Markup => None,
        }
    }
}

/// The message that is being put together.
struct Draft {
    /// The depth of its element.
    depth: usize,
    address: String,
    items: Vec<Item>,
    /// The depth and the beginning of the element that is no words.
    gap: Option<(usize, usize)>,
    in_text: bool,
    in_cdata: bool,
}

impl Draft {
    fn give<'a>(self, each: &mut dyn FnMut(Segment<'a>)) {
        let mut shown = Shown::default();
        let mut at = 0;
        while at < self.items.len() {
            at += shown.take(&self.items[at..]);
        }
        let Shown { runs, quoted, unclear, .. } = shown;
        let prose = runs.text();
        let first = self.items.iter().filter_map(Item::char).map(|(c, _)| c).find(|c| !is_blank(*c));
        let reference = matches!(first, Some('@' | '?')) && prose.bytes().all(|byte| byte.is_ascii_graphic());
        if reference || !prose.contains(|c: char| !c.is_whitespace() && c != PLACEHOLDER) {
            return;
        }
        // A quote without its partner would change what is written behind it.
        let unclear = unclear || quoted || (self.in_text && self.in_cdata);
        let place = if self.in_cdata { Place::CData } else { Place::Text };
        let locked = unclear.then_some(NotEditable::Unmapped);
        let address = Some(Address::Path(self.address.into()));
        each(Segment { address, locked, ..runs.segment(Role::Agent, Escape::Android(place)) });
    }
}

/// A string as Android shows it.
#[derive(Default)]
struct Shown {
    runs: Runs,
    /// Whether the place is between quotes, where white space shows as it is.
    quoted: bool,
    /// White space that shows if more follows, and whether it is one space in one place.
    blank: Option<(Range<usize>, bool)>,
    unclear: bool,
}

impl Shown {
    /// Takes the first of `items`, and what belongs to it. Returns how many these are.
    fn take(&mut self, items: &[Item]) -> usize {
        let (c, source) = match &items[0] {
            Item::Char(c, source) | Item::Written(c, source) => (*c, source.clone()),
            Item::Placeholder(source) => {
                self.whole(PLACEHOLDER, source.clone());
                return 1;
            }
            Item::Markup => return 1,
        };
        match c {
            '"' => self.quoted = !self.quoted,
            '\\' => return self.escape(source.start, items),
            _ if !self.quoted && is_blank(c) => self.blank(c, source),
            _ if matches!(items[0], Item::Char(..)) => {
                self.flush_blank();
                self.runs.verbatim(c.encode_utf8(&mut [0; 4]), source.start);
            }
            _ => self.whole(c, source),
        }
        1
    }

    fn blank(&mut self, c: char, source: Range<usize>) {
        match &mut self.blank {
            None => self.blank = Some((source.clone(), c == ' ' && source.len() == 1)),
            Some((before, lone)) => {
                *lone = false;
                if before.end == source.start {
                    before.end = source.end;
                }
            }
        }
    }

    fn flush_blank(&mut self) {
        match self.blank.take() {
            Some((source, true)) if !self.runs.text().is_empty() => self.runs.verbatim(" ", source.start),
            Some((source, false)) if !self.runs.text().is_empty() => self.runs.whole(" ", source),
            _ => {}
        }
    }

    fn whole(&mut self, c: char, source: Range<usize>) {
        self.flush_blank();
        self.runs.whole(c.encode_utf8(&mut [0; 4]), source);
    }

    /// Takes a backslash and what it stands before.
    fn escape(&mut self, start: usize, items: &[Item]) -> usize {
        let Some((kind, source)) = items.get(1).and_then(Item::char) else {
            self.unclear = true;
            return 1;
        };
        let (c, count) = match kind {
            'n' => ('\n', 2),
            't' => ('\t', 2),
            'u' => {
                let (c, count) = wide(items);
                self.unclear |= c == char::REPLACEMENT_CHARACTER;
                (c, count)
            }
            '@' | '?' | '#' | '"' | '\'' | '\\' => (kind, 2),
            _ => {
                self.unclear = true;
                (kind, 2)
            }
        };
        let last = items.get(count - 1).and_then(Item::char).map_or(source, |(_, last)| last);
        self.whole(c, start..last.end);
        count
    }
}

/// The character of the `\uXXXX`, or of the pair of them, at the start of `items`, and how many of them it takes.
fn wide(items: &[Item]) -> (char, usize) {
    let Some(first) = unit(items) else { return (char::REPLACEMENT_CHARACTER, 2) };
    if let Some(c) = char::from_u32(first) {
        return (c, 6);
    }
    let second = items.get(6..).and_then(unit).filter(|second| first < 0xDC00 && (0xDC00..0xE000).contains(second));
    match second.and_then(|second| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))) {
        Some(c) => (c, 12),
        None => (char::REPLACEMENT_CHARACTER, 6),
    }
}

fn unit(items: &[Item]) -> Option<u32> {
    let [backslash, letter, digits @ ..] = items.get(..6)? else { return None };
    if backslash.char()?.0 != '\\' || letter.char()?.0 != 'u' {
        return None;
    }
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + digit.char()?.0.to_digit(16)?))
}

/// What Android calls white space.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// `text` as it is written in `place`, between what shows as `before` and `after`.
pub(super) fn write(text: &str, before: &str, after: &str, place: Place) -> Result<String, NotEditable> {
    let next_after = after.chars().next();
    if text.is_empty() {
        // A blank at the edge or beside another one would not show.
        let left = before.chars().next_back().is_none_or(|c| c == ' ');
        let right = next_after.is_none_or(|c| c == ' ');
        let marks = before.is_empty() && matches!(next_after, Some('@' | '?'));
        let blank = before.ends_with(' ') || after.starts_with(' ');
        if marks || (left && right && blank) {
            return Err(NotEditable::Unwritable);
        }
    }
    // Something like `@string/name` is the name of another resource.
    let mut whole = before.bytes().chain(text.bytes()).chain(after.bytes());
    if before.starts_with(['@', '?']) && whole.all(|byte| byte.is_ascii_graphic()) {
        return Err(NotEditable::Unwritable);
    }
    if place == Place::CData {
        let tail = before.len() - before.bytes().rev().take_while(|byte| *byte == b']').take(2).count();
        let head = after.char_indices().nth(2).map_or(after.len(), |(at, _)| at);
        if [&before[tail..], text, &after[..head]].concat().contains("]]>") {
            return Err(NotEditable::Unwritable);
        }
    }
    let mut result = String::with_capacity(text.len() + 8);
    let mut previous = before.chars().next_back();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = rest.clone().next().or(next_after);
        match c {
            '\n' => result.push_str("\\n"),
            '\t' => result.push_str("\\t"),
            '\'' | '"' | '\\' => {
                result.push('\\');
                result.push(c);
            }
            '@' | '?' if previous.is_none() => {
                result.push('\\');
                result.push(c);
            }
            ' ' if previous.is_none_or(is_blank) || next.is_none_or(is_blank) => result.push_str("\\u0020"),
            '&' if place == Place::Text => result.push_str("&amp;"),
            '<' if place == Place::Text => result.push_str("&lt;"),
            '>' if place == Place::Text => result.push_str("&gt;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => result.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => result.push(c),
        }
        previous = Some(c);
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::samples::{check_maps, try_edit};

    fn read(text: &str) -> (Vec<Segment<'_>>, Vec<Problem>) {
        let mut segments = Vec::new();
        let problems = extract(text, &mut |segment| segments.push(segment));
        check_maps(text, &segments);
        (segments, problems)
    }

    fn page(inside: &str) -> String {
        format!("<?xml version=\"1.0\"?>\n<resources xmlns:xliff=\"urn:x\">\n{inside}\n</resources>\n")
    }

    #[test]
    fn takes_the_strings() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("<string name=\"a\">不行😊</string>", &[("string/a", "不行😊")]),
            ("<string name='a' translatable=\"false\">\r\n  不 \n 行\r\n</string>", &[("string/a", "不 行")]),
            ("<string name='a'>\"  不\n  行's \"</string>", &[("string/a", "  不\n  行's ")]),
            (
                "<string name='a'>\\'\\\"\\\\\\n\\t\\@\\?\\u4e0d\\ud83d\\ude0a</string>",
                &[("string/a", "'\"\\\n\t@?不😊")],
            ),
            ("<string name='a'>&lt;不&gt;&amp;&#34343;&#x884C;\\&apos;</string>", &[("string/a", "<不>&蘧行'")]),
            ("<string name='a'>不 <b> 行</b><!-- 注 -->了</string>", &[("string/a", "不 行了")]),
            (
                "<string name='a'>共<xliff:g id='n'>%d<b>x</b></xliff:g>件&x;</string>",
                &[("string/a", "共\u{FFFC}件\u{FFFC}")],
            ),
            ("<string name='a'><![CDATA[不<b>行</b>&amp;\\n]]></string>", &[("string/a", "不<b>行</b>&amp;\n")]),
            (
                "<plurals name='x'><item quantity='one'>一</item><item quantity='other'>二</item></plurals><item>三</item>",
                &[("plurals/x[one]", "一"), ("plurals/x[other]", "二")],
            ),
            (
                "<string-array name='y'><item>一</item><item/><item>三</item></string-array>",
                &[("string-array/y[1]", "一"), ("string-array/y[3]", "三")],
            ),
            ("<item type='string' name='a'>不</item><item type='id' name='b'>行</item>", &[("string/a", "不")]),
            ("<string name='a'>@string/b</string><string name='c'>?attr/d</string><color name='e'>#fff</color>", &[]),
        ];
        for (inside, expected) in cases {
            let text = page(inside);
            let (segments, problems) = read(&text);
            let found: Vec<_> = segments
                .iter()
                .map(|segment| (segment.address.as_ref().map(Address::to_string), segment.text.as_ref()))
                .collect();
            let expected: Vec<_> = expected.iter().map(|(path, text)| (Some((*path).to_owned()), *text)).collect();
            assert_eq!(found, expected, "{text:?}");
            assert_eq!(problems, [], "{text:?}");
        }
        let (segments, problems) = read("<html><string name='a'>不行</string></html>");
        assert!(segments.is_empty() && problems.is_empty());
    }

    #[test]
    fn tells_what_is_wrong() {
        let cases = [
            ("<resources>\n<string name='a'>好</string>\n<string name='b'>不</strin>", 3, "</strin>"),
            ("<resources>\n<string name='a'>好</string>\n<string name='b'>A&B</string>", 3, "&amp;"),
            ("<resources>\n<string name='a'>好</string>\n<!-- ", 3, "注释"),
            ("<resources>\n<string name='a'>好</string>\n<string name='b'", 3, "标签"),
            ("<resources>\n<string name='a'>好</string>\n", 3, "</resources>"),
        ];
        for (text, line, words) in cases {
            let (segments, problems) = read(text);
            assert_eq!(segments.len(), 1, "{text:?}");
            assert_eq!(problems.len(), 1, "{text:?}");
            assert_eq!(problems[0].line, line, "{text:?} {problems:?}");
            assert!(problems[0].message.contains(words), "{problems:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_has_a_sound_map(
            text in "(<resources>|</resources>|<string name='a'>|</string>|<b>|</b>|<!\\[CDATA\\[|\\]\\]>|\\]|<!--|-->|<|>|&|;|&lt;|\"|\\\\|u4e0d| |\r|\n|不|😊){0,30}",
        ) {
            read(&text);
            read(&page(&format!("<string name='a'>{text}</string>")));
        }

        #[test]
        fn edits_round_trip(
            value in "(\\\\n|\\\\t|\\\\'|\\\\\\\\|\\\\u4e0d|\\\\u0020|&lt;|&amp;|&#32;|&quot;|&x;|\"|<b>a</b>|<i> </i>|<b> 不</b>|<!-- x -->|a|@|\\?|不|😊| |\n  |\r\n|\\]|<!\\[CDATA\\[|\\]\\]>){0,9}",
            replacement in "[不行a@?&<>'\"\\\\\n\r\t\u{0}\\]😊 ]{0,4}",
            places in (0_usize..14, 0_usize..14),
            cdata in proptest::bool::ANY,
        ) {
            let value = if cdata { format!("<![CDATA[{}]]>", value.replace("]]>", "")) } else { value };
            let page = page(&format!("<string name='a'>{value}</string>\n<string name='z'>好</string>"));
            let (segments, problems) = read(&page);
            if problems.is_empty() && segments.len() == 2 {
                let texts = |page: &str| {
                    read(page).0.iter().map(|segment| segment.text.to_string()).collect::<Vec<_>>()
                };
                try_edit(&page, &segments, 0, places, &replacement, &texts)?;
            }
        }
    }
}
