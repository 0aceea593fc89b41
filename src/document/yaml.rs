//! YAML: a tree a document, its strings messages. Owns how the parser's events become trees, and what its complaints
//! mean. Must not parse YAML itself; saphyr-parser does. Aliases are not followed, so no file grows when it is read.

mod edit;
mod scalar;
mod schema;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};

pub use edit::YamlStyle;
pub(super) use edit::write;
use scalar::{Context, Properties, Scalar};
use schema::{Resolved, resolve};

use super::tree::Tree;
use super::{NotEditable, Problem};

/// How many collections may stand within each other. Deeper, nothing is looked for.
const DEPTH_LIMIT: usize = 128;

/// How many characters of a key a message quotes.
const QUOTED_KEY: usize = 30;

/// The trees of the documents in `text`, and what is wrong with it. Of a broken file there is what stands before the
/// first mistake.
pub(super) fn parse(text: &str) -> (Vec<Tree<'_>>, Vec<Problem>) {
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.event(event, span),
            Err(error) => {
                builder.broken(&error);
                break;
            }
        }
    }
    builder.problems.sort_by_key(|problem| problem.line);
    (builder.documents, builder.problems)
}

/// A collection whose end has not come.
struct Open<'a> {
    context: Context,
    items: Items<'a>,
}

enum Items<'a> {
    Sequence(Vec<Tree<'a>>),
    Mapping {
        entries: Vec<(Cow<'a, str>, Tree<'a>)>,
        /// The key that waits for its value.
        key: Option<Cow<'a, str>>,
        /// The keys so far and their lines.
        seen: HashMap<Cow<'a, str>, usize>,
    },
}

/// A collection that is passed over with all that is in it.
struct Skipped {
    /// How many collections are open in it, itself included.
    depth: usize,
    start: usize,
}

/// A text that ended on the line `line` just before the event to come.
struct Fresh {
    line: usize,
}

struct Builder<'a> {
    text: &'a str,
    offsets: Offsets<'a>,
    documents: Vec<Tree<'a>>,
    open: Vec<Open<'a>>,
    skipped: Option<Skipped>,
    fresh: Option<Fresh>,
    problems: Vec<Problem>,
    is_too_deep: bool,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        Builder {
            text,
            offsets: Offsets::new(text),
            documents: Vec::new(),
            open: Vec::new(),
            skipped: None,
            fresh: None,
            problems: Vec::new(),
            is_too_deep: false,
        }
    }

    fn event(&mut self, event: Event<'a>, span: Span) {
        self.fresh = None;
        if let Some(skipped) = &mut self.skipped {
            match event {
                Event::SequenceStart(..) | Event::MappingStart(..) => skipped.depth += 1,
                Event::SequenceEnd | Event::MappingEnd => skipped.depth -= 1,
                _ => {}
            }
            if skipped.depth == 0 {
                let end = self.offsets.range(span);
                // Behind the closing bracket the parser counts in what follows up to the line's end.
                let is_bracket = self.text[end.start..].starts_with([']', '}']);
                let range = skipped.start..if is_bracket { end.start + 1 } else { end.end };
                self.skipped = None;
                self.passed_over(range, span.end);
            }
            return;
        }
        match event {
            Event::SequenceStart(..) => self.start(Items::Sequence(Vec::new()), span),
            Event::MappingStart(..) => {
                self.start(Items::Mapping { entries: Vec::new(), key: None, seen: HashMap::new() }, span);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(_) => {
                let range = self.offsets.range(span);
                self.passed_over(range, span.start);
            }
            Event::Scalar(value, ..) if self.awaits_key() => self.key(value, span.start),
            Event::Scalar(value, style, anchor, tag) => {
                let properties = if anchor > 0 || tag.is_some() { Properties::Present } else { Properties::Absent };
                let context = self.context();
                let scalar = Scalar { value, style, range: self.offsets.range(span), properties, context };
                let tree = self.scalar(scalar, tag.as_deref());
                self.fresh = matches!(tree, Tree::Text(_)).then_some(Fresh { line: span.end.line() });
                self.add(tree);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
    }

    /// Where the next node stands.
    fn context(&self) -> Context {
        self.open.last().map_or(Context::Block, |open| open.context)
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { items: Items::Mapping { key: None, .. }, .. }))
    }

    fn start(&mut self, items: Items<'a>, span: Span) {
        let range = self.offsets.range(span);
        if self.open.len() == DEPTH_LIMIT && !self.is_too_deep {
            self.is_too_deep = true;
            let message = format!(
                "从第 {} 行起嵌套超过 {DEPTH_LIMIT} 层，更深的内容没有检查；请减少嵌套的层数",
                span.start.line()
            );
            self.problems.push(Problem { line: span.start.line(), message });
        }
        if self.open.len() == DEPTH_LIMIT || self.awaits_key() {
            self.skipped = Some(Skipped { depth: 1, start: range.start });
            return;
        }
        // A block begins with its first entry, so there is no bracket in the range of its start.
        let bracket = self.text[range].ends_with(['[', '{']);
        let context = if bracket { Context::Flow } else { self.context() };
        self.open.push(Open { context, items });
    }

    fn end(&mut self) {
        let tree = match self.open.pop().map(|open| open.items) {
            Some(Items::Sequence(trees)) => Tree::Array(trees),
            Some(Items::Mapping { entries, .. }) => Tree::Object(entries),
            None => return,
        };
        self.add(tree);
    }

    /// A node without messages that stands in `range`, as a key or as a value.
    fn passed_over(&mut self, range: Range<usize>, mark: Marker) {
        if self.awaits_key() {
            self.key(Cow::Borrowed(self.text[range].trim_end()), mark);
        } else {
            self.add(Tree::Other);
        }
    }

    fn key(&mut self, name: Cow<'a, str>, mark: Marker) {
        let Some(Open { items: Items::Mapping { key, seen, .. }, .. }) = self.open.last_mut() else {
            return;
        };
        // Several merges in one mapping are usual.
        if name != "<<"
            && let Some(first) = seen.insert(name.clone(), mark.line())
        {
            let mut short: String = name.chars().take(QUOTED_KEY).collect();
            if short.len() < name.len() {
                short.push('…');
            }
            let line = mark.line();
            let message =
                format!("第 {first} 行和第 {line} 行的字段同名，都叫“{short}”；多数程序只认其中一个，请删去或改名");
            self.problems.push(Problem { line, message });
        }
        *key = Some(name);
    }

    fn add(&mut self, tree: Tree<'a>) {
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.documents.push(tree),
            Some(Items::Sequence(trees)) => trees.push(tree),
            Some(Items::Mapping { entries, key, .. }) => entries.extend(key.take().map(|key| (key, tree))),
        }
    }

    fn scalar(&self, scalar: Scalar<'a>, tag: Option<&Tag>) -> Tree<'a> {
        let looks = if scalar.style == ScalarStyle::Plain { resolve(&scalar.value) } else { Resolved::Text };
        let name = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix));
        let standard = name.as_deref().and_then(|name| name.strip_prefix("tag:yaml.org,2002:"));
        let resolved = match (standard, resolve(&scalar.value)) {
            (None, _) => looks,
            (Some("str"), _) => Resolved::Text,
            (Some("int" | "float"), number @ Resolved::Number(_)) => number,
            (Some(_), _) => Resolved::Other,
        };
        match resolved {
            Resolved::Number(number) => Tree::Number(number),
            Resolved::Text if !scalar.value.trim().is_empty() => {
                let mut segment = scalar::segment(self.text, scalar);
                if tag.is_some() && standard.is_none() {
                    segment.locked = Some(NotEditable::Tagged);
                }
                Tree::Text(Box::new(segment))
            }
            _ => Tree::Other,
        }
    }

    /// Closes what is open at the parser's first complaint.
    fn broken(&mut self, error: &ScanError) {
        let mark = error.marker();
        // A text that the mistake follows on its line may have taken in what was meant as something else.
        if self.fresh.take().is_some_and(|fresh| mark.line() <= fresh.line) {
            match self.open.last_mut().map(|open| &mut open.items) {
                None => drop(self.documents.pop()),
                Some(Items::Sequence(trees)) => drop(trees.pop()),
                Some(Items::Mapping { entries, .. }) => drop(entries.pop()),
            }
        }
        self.skipped = None;
        while let Some(open) = self.open.last() {
            if open.context == Context::Flow {
                // Where a bracket is missing, the words behind it have taken in the lines that follow.
                self.open.pop();
                self.add(Tree::Other);
            } else {
                self.end();
            }
        }
        let (line, column) = (mark.line(), mark.col() + 1);
        let message = format!(
            "第 {line} 行不是有效的 YAML：第 {column} 列，{}；从这里起的内容没有检查，请改正后再试",
            meaning(error.info())
        );
        self.problems.push(Problem { line, message });
    }
}

/// What a complaint of the parser means.
fn meaning(info: &str) -> Cow<'static, str> {
    const MEANINGS: [(&str, &str); 33] = [
        ("tab", "这里用了制表符缩进，YAML 只能用空格缩进"),
        (
            "mapping values are not allowed",
            "冒号放错了地方：文字里有“冒号加空格”时要用引号括起来，上一行的缩进或引号也可能不对",
        ),
        ("mapping keys are not allowed", "这里不能有字段，可能是缩进不对"),
        ("block sequence entries are not allowed", "这里不能用“- ”开始列表，请换行写，并检查缩进"),
        ("found unexpected end of stream", "引号没有闭合，直到文件结尾也没有找到另一半"),
        ("found unexpected document indicator", "引号没有闭合就遇到了“---”或“...”"),
        ("invalid trailing content", "引号后面还有多余的内容；引号里的单引号要写成两个，双引号前要加反斜杠"),
        ("invalid indentation in quoted scalar", "引号里换行后的缩进不够，应当比字段名缩得更多"),
        ("found unknown escape character", "反斜杠后面的转义写法不对；要写反斜杠本身，请写成两个"),
        ("expected hexadecimal number", "转义 \\x、\\u 或 \\U 后面的十六进制数字不够"),
        ("invalid Unicode character escape", "转义所写的编码不是一个字符"),
        ("simple key", "这一行或上一行缺少冒号（冒号后面要有空格），或者缩进不对"),
        ("did not find expected key", "这里应当是一个字段（如“名称: 内容”），请检查缩进"),
        ("did not find expected '-' indicator", "这里应当是列表的下一项（“- ”开头），请检查缩进"),
        ("expected ',' or '}'", "花括号里的各项之间缺少英文逗号，或者缺少右花括号"),
        ("expected ',' or ']'", "方括号里的各项之间缺少英文逗号，或者缺少右方括号"),
        ("did not find expected node content", "这里缺少内容，可能多了逗号或少了括号"),
        ("misplaced bracket", "多了一个右括号，或者左右括号对不上"),
        ("found unknown anchor", "引用（*）的名称在前面没有定义（&）；文字以星号开头时要用引号括起来"),
        ("anchor or alias", "“&”或“*”后面缺少名称；文字以它们开头时要用引号括起来"),
        ("indentation for anchor", "锚点（&）的缩进不对"),
        ("wrongly indented line in block scalar", "多行文字（| 或 >）里有一行缩进不够"),
        ("indentation indicator", "“|”或“>”后面的缩进数字不能是 0"),
        ("scanning a block scalar", "“|”或“>”后面不能直接写文字，请换行再写"),
        ("comment intercepting", "几行连着的文字中间夹了注释，请把注释移开或用引号括起文字"),
        ("comments must be separated", "注释的“#”前面要有空格"),
        ("indentation", "缩进不对，请与同级的行对齐"),
        ("unexpected character", "文字不能以 % @ ` 这几个符号开头，请用引号括起来"),
        ("plain scalar", "这里的文字写法不对，请用引号括起来"),
        ("unprintable", "有不可见的控制字符（NUL），请删去"),
        ("byte order mark", "文件中间有 BOM 字符（多半是几个文件拼接留下的），请删去"),
        ("recursion limit", "括号嵌套得太深，请减少层数"),
        ("tag", "标签（!）写得不对；文字以感叹号开头时要用引号括起来"),
    ];
    const LATER: [(&str, &str); 4] = [
        ("directive", "“%”开头的指令写得不对"),
        ("document", "文档的分隔写法不对：上一份文档结束后，要以“---”开始下一份"),
        ("unexpected eof", "内容没有写完"),
        ("handle", "标签（!）的前缀没有声明"),
    ];
    let known = MEANINGS.iter().chain(&LATER).find(|(part, _)| info.contains(part));
    known.map_or_else(|| format!("格式有误（{info}）").into(), |(_, meaning)| Cow::Borrowed(*meaning))
}

/// From the characters in which the parser counts to bytes.
struct Offsets<'a> {
    text: &'a str,
    /// The offset of each [`Self::STEP`]th character.
    steps: Vec<usize>,
}

impl<'a> Offsets<'a> {
    const STEP: usize = 64;

    fn new(text: &'a str) -> Self {
        Offsets { text, steps: text.char_indices().step_by(Self::STEP).map(|(at, _)| at).collect() }
    }

    fn byte(&self, character: usize) -> usize {
        let Some(step) = self.steps.get(character / Self::STEP) else {
            return self.text.len();
        };
        let rest = self.text[*step..].char_indices().nth(character % Self::STEP);
        rest.map_or(self.text.len(), |(at, _)| step + at)
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Escape, Segment, SourceMap};
    use crate::text::{Edit, TextRange, apply_edits};
    use proptest::prelude::*;

    /// The messages of trees, in their order.
    fn texts<'t, 'a>(trees: &'t [Tree<'a>], found: &mut Vec<&'t Segment<'a>>) {
        for tree in trees {
            match tree {
                Tree::Object(entries) => entries.iter().for_each(|(_, tree)| texts(std::slice::from_ref(tree), found)),
                Tree::Array(trees) => texts(trees, found),
                Tree::Text(segment) => found.push(segment),
                Tree::Number(_) | Tree::Other => {}
            }
        }
    }

    fn segments(text: &str, each: &mut dyn FnMut(&Segment<'_>)) -> Vec<Problem> {
        let (trees, problems) = parse(text);
        let mut found = Vec::new();
        texts(&trees, &mut found);
        found.into_iter().for_each(each);
        problems
    }

    /// A tree in a short notation: a text in ‹›, locked with a star.
    fn shown(tree: &Tree<'_>) -> String {
        match tree {
            Tree::Object(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, tree)| format!("{key}={}", shown(tree))).collect();
                format!("{{{}}}", entries.concat())
            }
            Tree::Array(trees) => format!("[{}]", trees.iter().map(shown).collect::<Vec<_>>().concat()),
            Tree::Text(segment) => format!("‹{}›{}", segment.text, if segment.locked.is_some() { "*" } else { "" }),
            Tree::Number(number) => format!("#{number}"),
            Tree::Other => "~".to_owned(),
        }
    }

    fn outline(text: &str) -> String {
        let (trees, problems) = parse(text);
        assert_eq!(problems, [], "{text}");
        trees.iter().map(|tree| shown(tree) + ";").collect::<Vec<_>>().concat()
    }

    #[test]
    fn builds_trees() {
        let cases = [
            ("", ""),
            ("# 只有注释\n", ""),
            ("不行", "‹不行›;"),
            ("a: 不行 # 注释\nb: 好😊\r\nc: 3\n", "{a=‹不行›b=‹好😊›c=#3};"),
            ("- 一\n-\n- ~\n- 2024-01-01\n- yes\n- '是'\n", "[‹一›~~~~‹是›];"),
            (
                "a:\n- x\n- b: 二\n  c: [三, '四' , \"五\", {六: 七, 八}, 九: 十]\n",
                "{a=[‹x›{b=‹二›c=[‹三›‹四›‹五›{六=‹七›八=~}{九=‹十›}]}]};",
            ),
            ("- &x 不行\n- *x\n- <<: *x\n  <<: *x\n", "[‹不行›~{<<=~<<=~}];"),
            (
                "- !!str 12\n- !!int 12\n- !!binary aGk=\n- !mine 不行\n- ! 不行\n- !!str\n  不行\n",
                "[‹12›#12~‹不行›*‹不行›*‹不行›];",
            ),
            ("%YAML 1.2\n---\na: 一\n...\n---\n二\n--- |\n 三\n", "{a=‹一›};‹二›;‹三\n›;"),
            (
                "? [a, b] # c\n: 一\n? |\n  键\n: 二\n1: 三\n~ : 四\n? - x\n  - y\n: 五\n",
                "{[a, b]=‹一›键\n=‹二›1=‹三›~=‹四›- x\n  - y=‹五›};",
            ),
            ("a: ' '\nb: |+\n\n\nc: \"\\_\"\n", "{a=~b=~c=~};"),
            ("a:\t不行\n", "{a=‹不行›};"),
        ];
        for (text, expected) in cases {
            assert_eq!(outline(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_every_style() {
        let cases = [
            ("- 不行\n  的\n\n  亲\n- 末", "不行 的\n亲"),
            ("- 不行   \r\n  的\r\n\r\n\r\n  亲\r\n- 末", "不行 的\n\n亲"),
            ("- 'it''s 不行'   # 注\n- 末", "it's 不行"),
            ("- '不\n\n  行 \n   的 '\n- 末", "不\n行 的 "),
            (
                "- \"不\\n行\\t\\\"\\\\\\/\\0\\a\\b\\e\\f\\v\\r\\N\\_\\L\\P\\x41\\u4e0d\\U0001F60A\\ \"\n- 末",
                "不\n行\t\"\\/\0\u{7}\u{8}\u{1b}\u{c}\u{b}\r\u{85}\u{a0}\u{2028}\u{2029}A不😊 ",
            ),
            ("- \"不 \\\n   \\ 行\\\n\n   的\n   亲\"\n- 末", "不  行\n的 亲"),
            ("- |\n  不行\n   的\n\n  亲\n- 末", "不行\n 的\n\n亲\n"),
            ("- |-\r\n  不行\r\n  亲\r\n- 末", "不行\n亲"),
            ("- |+ # 注释\n\n  不行\n\n- 末", "\n不行\n\n"),
            ("- |2-\n    不行\n   亲\n- 末", "  不行\n 亲"),
            ("- >\n  不行\n  的\n\n  亲\n   缩\n   进\n  末\n\n- 末", "不行 的\n亲\n 缩\n 进\n末\n"),
            ("- >-\n\n  \n  不行\n  的\n- 末", "\n\n不行 的"),
            ("- !!str &a |\n  不行\n- 末", "不行\n"),
            ("- &a # 注释\n  !!str >2-\n     不行\n   亲\n- 末", "   不行\n 亲"),
            ("- !<tag:yaml.org,2002:str> '不行'\n- 末", "不行"),
            ("--- |\n不行\n亲", "不行\n亲\n"),
            ("{a: 不行\n  的, b: 末}", "不行 的"),
        ];
        for (text, expected) in cases {
            let mut found = Vec::new();
            let problems = segments(text, &mut |segment| {
                assert_eq!(segment.locked, None, "{text}");
                found.push(segment.text.clone().into_owned());
            });
            assert_eq!(problems, [], "{text}");
            assert_eq!(found.first().map(String::as_str), Some(expected), "{text}");
        }
    }

    /// The places of the first message of `text` edited, or why not.
    fn edited(text: &str, from: &str, to: &str) -> Result<String, NotEditable> {
        let mut result = None;
        segments(text, &mut |segment| {
            if result.is_none() {
                let start = segment.text.find(from).expect("the case names what stands there");
                let edit = Edit { range: TextRange::new(start, start + from.len()), replacement: to.to_owned() };
                result = Some(segment.source_edit(&edit).map(|edit| apply_edits(text, &[edit]).expect("one edit")));
            }
        });
        result.expect("there is a message")
    }

    #[test]
    fn edits() {
        use NotEditable::{ChangesType, LineBreak, MarkupBetween, Tagged, Unwritable};
        /// The file, what is replaced in its first message, by what, and the file afterwards.
        type Case<'a> = (&'a str, &'a str, &'a str, Result<&'a str, NotEditable>);
        let cases: &[Case<'_>] = &[
            ("a: 不行 # 注", "不行", "可以", Ok("a: 可以 # 注")),
            ("a: 不行", "不行", "", Err(ChangesType)),
            ("a: 不行", "不行", "12", Err(ChangesType)),
            ("a: 不行", "不行", "No", Err(ChangesType)),
            ("a: 不行", "不行", "2024-01-02", Err(ChangesType)),
            ("a: 不行", "不行", "可以\n的", Err(LineBreak)),
            ("a: 不行", "不行", "注: 可以", Err(Unwritable)),
            ("a: 不行", "不行", "可以 #1", Err(Unwritable)),
            ("a: 不行", "不行", "可以:", Err(Unwritable)),
            ("a: 不行", "不行", "https://a.b/c#d", Ok("a: https://a.b/c#d")),
            ("a: 不行", "不行", "- 可以", Err(Unwritable)),
            ("a: 不行", "不行", "-可以", Ok("a: -可以")),
            ("a: 不行", "不行", "@可以", Err(Unwritable)),
            ("a: 不行", "不行", "\"可以\"", Err(Unwritable)),
            ("a: 不行", "不行", " 可以", Err(Unwritable)),
            ("a: 不行", "不行", "可,以]", Ok("a: 可,以]")),
            ("[不行]", "不行", "可,以", Err(Unwritable)),
            ("[不行]", "不行", "可，以", Ok("[可，以]")),
            ("不行\n亲", "亲", "---", Err(Unwritable)),
            ("- 不 行\n  亲", "行", "", Err(Unwritable)),
            ("- 不行\n  亲", "不行 亲", "可以", Ok("- 可以")),
            ("- 不行\n  亲", "亲", "#", Err(Unwritable)),
            ("- 不行\n  的\n  亲", "的", "", Err(Unwritable)),
            ("- 不行\n\n  亲", "\n", "", Ok("- 不行亲")),
            ("- '不行'", "不行", "it's #: 1", Ok("- 'it''s #: 1'")),
            ("- '不行'", "不行", "", Ok("- ''")),
            ("- '不行'", "不行", "可\u{7}以", Err(Unwritable)),
            ("- '不行\n  亲'", "不行", "可以 ", Err(Unwritable)),
            ("- \"不行\"", "不行", "\"可\\\n\u{7}\u{feff}😊\"", Ok("- \"\\\"可\\\\\\n\\x07\\uFEFF😊\\\"\"")),
            ("- \"\\u4e0d\\u884C\"", "行", "好😊a", Ok("- \"\\u4e0d\\u597D\\U0001F60Aa\"")),
            ("- \"不\\\n  行 的\"", "行", "", Err(Unwritable)),
            ("- \"不\\\n  行 的\"", "的", "了", Ok("- \"不\\\n  行 了\"")),
            ("- \"不\\\n  行 的\"", "不行", "可以", Err(MarkupBetween)),
            ("- |\n  不行\n  亲\n", "不行", "it's # : - 可以", Ok("- |\n  it's # : - 可以\n  亲\n")),
            ("- |\n  不行\n  亲\n", "亲", " 可以", Ok("- |\n  不行\n   可以\n")),
            ("- |\n  不行\n  亲\n", "不行", " 可以", Err(Unwritable)),
            ("- |\n  不行\n  亲\n", "不行", "", Err(Unwritable)),
            ("- |\n  不行\n  亲\n", "不行\n亲", "可以", Err(MarkupBetween)),
            ("- |\n  不行\n  亲\n", "亲\n", "可以", Err(MarkupBetween)),
            ("- |\n  不行\n", "不行", "可\n以", Err(LineBreak)),
            ("- >\n  不行\n  亲\n", "亲", " 可以", Err(Unwritable)),
            ("- >\n  不行\n  亲\n", "行 亲", "可以", Err(MarkupBetween)),
            ("- >\n  不行\n  亲\n", "亲", "可以", Ok("- >\n  不行\n  可以\n")),
            ("- !mine 不行", "不行", "可以", Err(Tagged)),
            ("- !!str 不行", "不行", "可以", Ok("- !!str 可以")),
            ("- &a 不行\n- *a", "不行", "可以", Ok("- &a 可以\n- *a")),
        ];
        for (text, from, to, expected) in cases {
            assert_eq!(edited(text, from, to), expected.map(str::to_owned), "{text} {from} {to}");
        }
    }

    #[test]
    fn names_problems() {
        let cases = [
            (
                "a: 一\nb: 二\na: 三\n",
                2 + 1,
                "第 1 行和第 3 行的字段同名，都叫“a”；多数程序只认其中一个，请删去或改名",
                3,
            ),
            ("a: 一\nb: \"没闭合\n", 2, "第 2 行不是有效的 YAML：第 4 列，引号没有闭合", 1),
            ("a: 一\nb:\n\t- 二\n", 3, "制表符", 1),
            ("a: 一\nb: 二: 三\n", 2, "冒号放错了地方", 1),
            ("- 一\n- a: 二\n   b: 三\n", 3, "冒号放错了地方", 1),
            ("- 一\n- [二, 三\n", 3, "方括号", 1),
            ("- 一\n- [二, 三\n- 四, 五\n", 4, "方括号", 1),
            ("- 一\n- {a: 二\n- 五\n", 4, "花括号", 1),
            ("- 一\n- *x\n", 2, "没有定义", 1),
            ("- 一\n---\n- 二\n--- '\n", 4, "引号没有闭合", 2),
            ("- 一\n- '二'三\n", 2, "引号后面还有多余的内容", 1),
            ("- 一\n- %二\n", 2, "不能以", 1),
            ("a: 一\n二\nc: 三\n", 3, "缺少冒号", 1),
            ("- 一\n- \"\\q\"\n", 2, "转义写法不对", 1),
            ("- 一\n- |\n    二\n   三\n", 4, "", 1),
        ];
        for (text, line, message, count) in cases {
            let mut found = 0;
            let problems = segments(text, &mut |_| found += 1);
            assert_eq!(problems.len(), 1, "{text} {problems:?}");
            assert!(problems[0].message.contains(message), "{text} {problems:?}");
            assert!(!problems[0].message.contains("格式有误"), "{text} {problems:?}");
            assert_eq!((problems[0].line, found), (line, count), "{text} {problems:?}");
        }
    }

    #[test]
    fn bounds_depth_and_time() {
        let wide = format!("[{}]", "[一], ".repeat(50_000));
        assert_eq!(segments(&wide, &mut |_| {}), []);
        let keys: Vec<String> = (0..50_000).map(|number| format!("k{number}: 一, ")).collect();
        assert_eq!(segments(&format!("{{{}}}", keys.concat()), &mut |_| {}), []);
        let lines = format!("a: |\n{}", "\n  一\n".repeat(50_000));
        assert_eq!(segments(&lines, &mut |_| {}), []);
        let mut found = 0;
        let deep = format!("- 一\n- {}二\n- 三\n", "- ".repeat(20_000));
        assert_eq!(segments(&deep, &mut |_| found += 1).len(), 1);
        assert_eq!(found, 2);
        for deep in ["[", "{", "{a: ", "? ", "- - ? ", "[? ", "a: |\n\n", "- &a ", "!a "] {
            segments(&deep.repeat(20_000), &mut |_| {});
        }
    }

    /// What the parser tells of a file, apart from places: each node a line, texts with a mark.
    fn events(text: &str) -> Option<Vec<String>> {
        let mut result = Vec::new();
        for event in Parser::new_from_str(text) {
            result.push(match event.ok()?.0 {
                Event::Scalar(value, style, anchor, tag) => {
                    let is_text = style != ScalarStyle::Plain || tag.is_some() || resolve(&value) == Resolved::Text;
                    format!("{is_text} {style:?} {anchor} {tag:?} {value}")
                }
                event => format!("{event:?}"),
            });
        }
        Some(result)
    }

    /// Edits each message and looks at what the parser makes of the result.
    fn check_edits(text: &str, places: (usize, usize), replacement: &str) -> Result<(), TestCaseError> {
        let before = events(text);
        let mut failure = Ok(());
        segments(text, &mut |segment| {
            if failure.is_ok() {
                failure = check_segment(text, segment)
                    .and_then(|()| check_edit(text, segment, places, replacement, before.as_deref()));
            }
        });
        failure
    }

    fn check_segment(text: &str, segment: &Segment<'_>) -> Result<(), TestCaseError> {
        let SourceMap::Pieces(pieces) = &segment.map else {
            let SourceMap::Verbatim(start) = segment.map else { unreachable!() };
            prop_assert!(text[start..].starts_with(segment.text.as_ref()));
            return Ok(());
        };
        let (mut prose, mut source) = (0, 0);
        for piece in pieces {
            prop_assert!(piece.prose.start() == prose && piece.source.start() >= source, "{text} {segment:?}");
            (prose, source) = (piece.prose.end(), piece.source.end());
            let (shown, written) = (&segment.text[piece.prose.as_range()], &text[piece.source.as_range()]);
            prop_assert!(!piece.verbatim || shown == written, "{text} {segment:?}");
        }
        prop_assert_eq!(prose, segment.text.len());
        Ok(())
    }

    fn check_edit(
        text: &str,
        segment: &Segment<'_>,
        places: (usize, usize),
        replacement: &str,
        before: Option<&[String]>,
    ) -> Result<(), TestCaseError> {
        let offsets: Vec<usize> = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]).collect();
        let range = TextRange::new(offsets[places.0 % offsets.len()], offsets[places.1 % offsets.len()]);
        let edit = Edit { range, replacement: replacement.to_owned() };
        let (Ok(source), Some(before)) = (segment.source_edit(&edit), before) else {
            return Ok(());
        };
        let result = apply_edits(text, &[source]).expect("one edit cannot overlap");
        let shown = apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap");
        let after = events(&result);
        prop_assert!(after.is_some(), "{text:?} {segment:?} became {result:?}");
        let after = after.unwrap_or_default();
        prop_assert_eq!(before.len(), after.len(), "{:?} {:?} became {:?}", text, segment, result);
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        if shown == segment.text {
            prop_assert!(changed.is_empty(), "{text:?} {segment:?} became {result:?}");
        } else {
            prop_assert_eq!(changed.len(), 1, "{:?} {:?} became {:?}", text, segment, result);
            let expected = changed[0].0.strip_suffix(segment.text.as_ref()).map(|head| format!("{head}{shown}"));
            prop_assert_eq!(Some(changed[0].1), expected.as_ref(), "{:?} {:?} became {:?}", text, segment, result);
        }
        Ok(())
    }

    const REPLACEMENTS: &str = "[不行a1: #,\\-\n\r\t'\"\\\\\\]\\[|>&!.\u{7}😊\u{2028}]{0,4}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Any words, written in each style by rule, are read whole and unlocked, and edits come back from the parser.
        #[test]
        fn edits_round_trip(
            lines in prop::collection::vec("[不行a: #'\"\\\\😊,.\\-]{1,6}", 1..4),
            style in 0..8,
            ends in prop::sample::select(vec!["\n", "\r\n"]),
            replacement in REPLACEMENTS,
            places in (0_usize..20, 0_usize..20),
        ) {
            let value = lines.join(" ");
            let double = value.replace('\\', "\\\\").replace('"', "\\\"");
            let block = |header: &str| {
                lines.iter().fold(header.to_owned(), |text, line| format!("{text}{ends}    不{line}"))
            };
            let scalar = match style {
                0 => value.clone(),
                1 => format!("'{}'", value.replace('\'', "''")),
                2 => format!("\"{double}\""),
                3 => format!("\"{}\"", value.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect::<Vec<_>>().concat()),
                4 => format!("'{}'", lines.join(&format!("{ends}    ")).replace('\'', "''")),
                5 => format!("\"{}\"", double.replace(' ', &format!("\\{ends}   \\ "))),
                6 => block("|"),
                _ => block(">-"),
            };
            let text = format!("# 注释{ends}前: 不变{ends}中: {scalar}{ends}后:{ends}  - 不变{ends}  - [不变, '不变']{ends}");
            let mut is_locked = false;
            segments(&text, &mut |segment| is_locked |= segment.locked.is_some());
            prop_assert!(!is_locked, "{text:?}");
            check_edits(&text, places, &replacement)?;
        }

        /// Files put together of what YAML is made of.
        #[test]
        fn edits_round_trip_in_any_file(
            parts in prop::collection::vec(prop::sample::select(vec![
                "不行", "a", "亲 好", ": ", "- ", "? ", "\n", "\n", "\n  ", "\n    ", "\r\n  ", "\n\n", " ", "\t", "'", "''", "\"",
                "\\n", "\\\n", "\\ ", "\\u4e0d", "|", "|-\n", "|+\n  ", ">\n  ", ">2-\n   ", "|\n\n  ", "[", "]", "{", "}", ", ",
                "#", " # 注\n", "&a ", "*a", "!!str ", "!x ", "---\n", "--- ", "...\n", "1", "yes", "😊", "键: ", "键: |\n  ", "- >\n   ",
                "键: '", "键: \"", "\u{feff}", "%YAML 1.2\n", "<<: ", "\r", "\u{85}",
            ]), 0..14),
            replacement in REPLACEMENTS,
            places in (0_usize..20, 0_usize..20),
        ) {
            check_edits(&parts.concat(), places, &replacement)?;
        }

        /// No characters are too strange.
        #[test]
        fn never_panics(text in "\\PC{0,40}|[\\x00-\\xff]{0,40}|[-:?,\\[\\]{}#&*!|>'\"%@` \n\r\ta不]{0,40}") {
            check_edits(&text, (0, 3), "好")?;
        }
    }

    #[test]
    fn knows_the_style() {
        let mut found = Vec::new();
        segments("[一, '二', \"三\", \"\\u56db\"]\n", &mut |segment| found.push(segment.escape));
        let double = |ascii| Escape::Yaml(YamlStyle::DoubleQuoted { ascii, folded: false });
        assert_eq!(
            found,
            [Escape::Yaml(YamlStyle::PlainInFlow), Escape::Yaml(YamlStyle::SingleQuoted), double(false), double(true)]
        );
    }
}
