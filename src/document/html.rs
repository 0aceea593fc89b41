//! HTML: a message a block of text or an attribute that is read. Owns the tree of open elements, addresses and speakers.
//! Must not read tags itself; html5gum does.
//!
//! The tree is built only as far as messages, addresses and speakers need it: ends that may be left out are known for
//! paragraphs, items, cells and options. Template marks such as `{{x}}` are text.

mod names;
#[cfg(test)]
mod tests;
pub(super) mod text;
mod tokens;

use std::collections::HashMap;
use std::ops::Range;

use super::segment::PLACEHOLDER;
use super::table::Grid;
use super::{Address, ExtractOptions, Problem, Reading, Role, Segment};
use crate::text::LineCounter;
use names::{
    SCOPES, closes_paragraph, implied_ends, is_block, is_code, is_hidden_input, is_placeholder, is_read, is_skipped,
    is_table_part, is_void, speaker,
};
use text::{Draft, Place, is_blank, is_clear};
use tokens::{Attribute, Run, StartTag, Token, tokens};

/// How deep elements are gone into. Browsers have the same limit.
const DEPTH_LIMIT: usize = 512;

/// How many steps an address has at most.
const ADDRESS_STEPS: usize = 4;

/// Gives the messages of `text` to `each`.
pub(super) fn extract<'a>(text: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
    let root = Element { name: String::new(), id: None, index: 0, role: Role::Agent, children: HashMap::new() };
    let mut page = Page {
        source: text,
        options,
        each,
        open: vec![root],
        skipped: None,
        drops_line_feed: false,
        draft: Draft::default(),
        asides: Vec::new(),
        tables: Vec::new(),
        reading: Reading::default(),
    };
    tokens(text, &mut |token| page.take(token));
    page.finish();
    page.end_tables(0);
    page.reading
}

/// An element that is open.
struct Element {
    name: String,
    id: Option<String>,
    /// Which of its parent's children of this name it is, from one.
    index: usize,
    role: Role,
    /// How many children of each name it has so far.
    children: HashMap<String, usize>,
}

/// An open element whose content is no words.
struct Skipped {
    /// Its place among the open elements.
    depth: usize,
    /// Where it begins, if something stands for it in the words around it.
    shown_from: Option<usize>,
}

struct Page<'a, 'o> {
    source: &'a str,
    options: &'o ExtractOptions,
    each: &'o mut dyn FnMut(Segment<'a>),
    /// The open elements from the outermost on, behind a root that has no name.
    open: Vec<Element>,
    skipped: Option<Skipped>,
    /// A line feed right behind the start tag of `pre` or `textarea` does not show.
    drops_line_feed: bool,
    draft: Draft,
    /// Attributes that are read and stand among the words of the draft: they come behind it.
    asides: Vec<Segment<'a>>,
    /// The open tables from the outermost on, each with its place among the open elements.
    tables: Vec<(usize, Grid<'a>)>,
    reading: Reading,
}

impl<'a> Page<'a, '_> {
    /// Takes the next token, and tells whether more are wanted.
    fn take(&mut self, token: Token) -> bool {
        let drops_line_feed = std::mem::take(&mut self.drops_line_feed);
        match token {
            Token::Text(runs) if self.skipped.is_none() => self.text(runs, drops_line_feed),
            Token::Text(_) | Token::Declaration(..) => {}
            Token::Start(tag) => {
                self.start(tag.source.start, &tag);
                if self.open.len() > DEPTH_LIMIT {
                    let message =
                        format!("标签嵌套超过 {DEPTH_LIMIT} 层，从这里起没有检查。请看看前面是不是有标签忘了关闭。");
                    self.problem(tag.source.start, message);
                    return false;
                }
            }
            Token::End(name, source) => self.end(&name, &source),
            Token::OpenTag(at) => {
                self.problem(at, "标签从这一行开始，到文件末尾都没有写完。请补上“>”。".to_owned());
            }
            Token::OpenComment(at) => {
                self.problem(
                    at,
                    "注释或声明从这一行开始，到文件末尾都没有结束，后面的内容没有检查。请补上“-->”或“>”。".to_owned(),
                );
            }
        }
        true
    }

    fn problem(&mut self, at: usize, message: String) {
        let line = LineCounter::new(self.source, 1).locate(at).line;
        self.reading.problems.push(Problem { line, message });
    }

    fn top(&mut self) -> &mut Element {
        self.open.last_mut().expect("the root is never closed")
    }

    fn start(&mut self, at: usize, tag: &StartTag) {
        let name = tag.name.as_str();
        if let Some(skipped) = &self.skipped {
            let depth = skipped.depth;
            let outer = self.open[depth].name.as_str();
            if is_code(outer) && is_block(name) && !self.preserves() {
                // Code is a part of a line: somebody forgot to end it.
                self.break_off(depth, at);
            } else {
                let closed = is_void(name) || (tag.self_closing && matches!(outer, "svg" | "math"));
                if !closed {
                    self.open.push(Element {
                        name: name.to_owned(),
                        id: None,
                        index: 0,
                        role: Role::Agent,
                        children: HashMap::new(),
                    });
                }
                return;
            }
        }
        if is_block(name) {
            self.finish();
            if closes_paragraph(name) {
                self.close_nearest(&["p"], SCOPES, at);
            }
            let (ended, scopes) = implied_ends(name);
            self.close_nearest(ended, scopes, at);
        }
        if name == "br" {
            let place = self.place();
            self.draft.line_break(tag.source.clone(), place);
            return;
        }
        let count = self.top().children.entry(name.to_owned()).or_default();
        *count += 1;
        let index = *count;
        let quoted = (name == "blockquote").then_some(Role::Customer);
        let role = speaker(tag, self.options).or(quoted).unwrap_or(self.top().role);
        let id = tag.attributes.iter().find(|attribute| attribute.name == "id").map(Attribute::text);
        let id = id.filter(|id| !id.trim().is_empty() && id.chars().count() <= 40);
        self.open.push(Element { name: name.to_owned(), id, index, role, children: HashMap::new() });
        match (name, self.tables.last_mut()) {
            ("table", _) => self.tables.push((self.open.len() - 1, Grid::default())),
            ("tr", Some((_, table))) => table.begin_row(),
            ("td" | "th", Some((_, table))) => table.begin_cell(),
            _ => {}
        }
        self.attributes(tag, role);
        // A component of Vue outside any element holds the words of the file.
        let skipped = is_skipped(name) && !(name == "template" && self.open.len() == 2);
        if is_void(name) || (tag.self_closing && !is_block(name)) {
            self.open.pop();
            if is_placeholder(name) && !is_hidden_input(tag) {
                self.placeholder(tag.source.clone());
            }
        } else if skipped {
            let shown_from = is_placeholder(name).then_some(at);
            self.skipped = Some(Skipped { depth: self.open.len() - 1, shown_from });
        }
        self.drops_line_feed = matches!(name, "pre" | "listing" | "textarea");
    }

    fn end(&mut self, name: &str, source: &Range<usize>) {
        if let Some(skipped) = &self.skipped {
            let depth = skipped.depth;
            let reach = if is_code(&self.open[depth].name) { 1 } else { depth };
            if !self.open[reach..].iter().any(|element| element.name == name) {
                return;
            }
        }
        if name == "br" {
            let place = self.place();
            self.draft.line_break(source.clone(), place);
            return;
        }
        if !matches!(name, "body" | "html") {
            let found = self.open.iter().rposition(|element| element.name == name);
            let scopes = |element: &Element| match name {
                _ if is_table_part(name) => matches!(element.name.as_str(), "table" | "template"),
                _ if is_block(name) => SCOPES.contains(&element.name.as_str()),
                _ => is_block(&element.name),
            };
            if let Some(depth) = found
                && !self.open[depth + 1..].iter().any(scopes)
            {
                if self.skipped.as_ref().is_some_and(|skipped| skipped.depth == depth) {
                    self.close(depth, source.end);
                } else {
                    self.break_off(depth, source.start);
                }
            }
        }
        if self.skipped.is_none() && is_block(name) {
            self.finish();
        }
    }

    /// Closes the nearest open element of one of these names, unless one of `scopes` is nearer.
    fn close_nearest(&mut self, names: &[&str], scopes: &[&str], at: usize) {
        let depth = self
            .open
            .iter()
            .rposition(|element| names.contains(&element.name.as_str()) || scopes.contains(&element.name.as_str()));
        if let Some(depth) = depth
            && names.contains(&self.open[depth].name.as_str())
        {
            self.break_off(depth, at);
        }
    }

    /// Closes the elements from `depth` on for a tag at the byte `at` that is not the end of something skipped.
    fn break_off(&mut self, depth: usize, at: usize) {
        let skipping = self.skipped.is_some();
        self.close(depth, at);
        // What is written behind code that nobody ended would be code.
        self.draft.unclear |= skipping && self.skipped.is_none();
    }

    /// Closes the elements from `depth` on. `at` is the byte up to which they reach.
    fn close(&mut self, depth: usize, at: usize) {
        if self.tables.last().is_some_and(|(place, _)| *place >= depth) {
            self.finish();
            self.end_tables(depth);
        }
        self.open.truncate(depth.max(1));
        if let Some(skipped) = self.skipped.take_if(|skipped| skipped.depth >= depth)
            && let Some(start) = skipped.shown_from
        {
            self.placeholder(start..at);
        }
    }

    fn preserves(&self) -> bool {
        self.open.iter().any(|element| matches!(element.name.as_str(), "pre" | "listing"))
    }

    fn place(&self) -> Place {
        match self.open.last().map_or("", |element| element.name.as_str()) {
            "title" => Place::Title,
            "textarea" => Place::TextArea,
            _ if self.preserves() => Place::Pre,
            _ => Place::Text,
        }
    }

    fn placeholder(&mut self, source: Range<usize>) {
        let place = self.place();
        self.begin(place);
        self.draft.whole(PLACEHOLDER.encode_utf8(&mut [0; 4]), source);
    }

    /// Notes down where the draft stands when its first words come.
    fn begin(&mut self, place: Place) {
        if self.draft.runs.text().is_empty() {
            self.draft.place = place;
            self.draft.address = Some(self.address(""));
        }
    }

    fn text(&mut self, mut runs: Vec<Run>, drops_line_feed: bool) {
        if drops_line_feed
            && let Some(first) = runs.first_mut()
            && first.shown.first() == Some(&b'\n')
        {
            first.shown.remove(0);
            // A run that is not verbatim shows as the one line feed.
            first.source.start = if first.verbatim { first.source.start + 1 } else { first.source.end };
        }
        let place = self.place();
        let customer = self.top().role == Role::Customer;
        for run in runs {
            if run.shown.is_empty() {
                continue;
            }
            self.draft.unclear |= !is_clear(self.source, &run, place);
            let Ok(shown) = std::str::from_utf8(&run.shown) else {
                let range =
                    self.source.floor_char_boundary(run.source.start)..self.source.ceil_char_boundary(run.source.end);
                self.begin(place);
                self.draft.whole(&String::from_utf8_lossy(&run.shown), range);
                continue;
            };
            let blank = shown.bytes().all(is_blank);
            if place.collapses() && blank {
                self.draft.blank(shown, run.source);
                continue;
            }
            self.begin(place);
            self.draft.others |= !blank && !customer;
            match (run.verbatim, place.collapses()) {
                (false, _) => self.draft.whole(shown, run.source),
                (true, false) => self.draft.runs.verbatim(shown, run.source.start),
                (true, true) => self.draft.words(shown, run.source.start),
            }
        }
    }

    fn attributes(&mut self, tag: &StartTag, role: Role) {
        for attribute in tag.attributes.iter().filter(|attribute| is_read(tag, attribute)) {
            let place = match self.source.as_bytes()[..attribute.start].last() {
                Some(b'"') => Place::DoubleQuoted,
                Some(b'\'') => Place::SingleQuoted,
                _ => Place::Unquoted,
            };
            let mut draft = Draft::default();
            draft.place = place;
            draft.others = role != Role::Customer;
            for run in &attribute.value {
                draft.unclear |= !is_clear(self.source, run, place);
                match std::str::from_utf8(&run.shown) {
                    Ok(shown) if run.verbatim => draft.runs.verbatim(shown, run.source.start),
                    Ok(shown) => draft.whole(shown, run.source.clone()),
                    Err(_) => draft.unclear = true,
                }
            }
            draft.address = Some(self.address(&attribute.name));
            let asides = &mut self.asides;
            draft.give(self.source, self.options, &mut |segment| asides.push(segment));
        }
        // Something that is seen begins the next message.
        if self.draft.runs.text().is_empty() && !is_placeholder(&tag.name) {
            self.asides.drain(..).for_each(&mut *self.each);
        }
    }

    /// Where the innermost block stands, or that attribute of the innermost element.
    fn address(&self, attribute: &str) -> Address {
        let mut steps = Vec::new();
        let innermost = self.open.len() - 1;
        for (depth, element) in self.open.iter().enumerate().skip(1).rev() {
            let named = depth == innermost && !attribute.is_empty();
            if !is_block(&element.name) && !named {
                continue;
            }
            if steps.len() == ADDRESS_STEPS {
                steps.push("…".to_owned());
                break;
            }
            if let Some(id) = &element.id {
                steps.push(format!("#{id}"));
                break;
            }
            match element.name.as_str() {
                "html" | "head" => {}
                name @ ("body" | "title") => steps.push(name.to_owned()),
                name => steps.push(format!("{name}[{}]", element.index)),
            }
        }
        if steps.is_empty() {
            steps.push("body".to_owned());
        }
        steps.reverse();
        let mut path = steps.join(" > ");
        if !attribute.is_empty() {
            path.push('@');
            path.push_str(attribute);
        }
        Address::Path(path.into())
    }

    /// Ends the message.
    fn finish(&mut self) {
        let Page { tables, each, .. } = self;
        let mut give = |segment: Segment<'a>| match tables.last_mut() {
            Some((_, table)) => table.push(segment),
            None => each(segment),
        };
        std::mem::take(&mut self.draft).give(self.source, self.options, &mut give);
        self.asides.drain(..).for_each(give);
    }

    /// Ends the tables that were opened at `depth` or deeper: their messages go to the table around them, or out.
    fn end_tables(&mut self, depth: usize) {
        while let Some((_, table)) = self.tables.pop_if(|(place, _)| *place >= depth) {
            let Page { tables, each, .. } = self;
            let layout = table.give(self.options, &mut |segment| match tables.last_mut() {
                Some((_, outer)) => outer.push(segment),
                None => each(segment),
            });
            self.reading.layouts.extend(layout);
        }
    }
}
