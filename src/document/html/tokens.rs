//! HTML cut into tags and runs of text, each with its place in the source. Owns the bookkeeping around the tokenizer of
//! html5gum. Must not know which elements hold words.
//!
//! The tokenizer tells its position whenever it gives out characters, so the map comes from the parser itself: a run
//! shows what the parser says and stands where the parser was.

use std::collections::{HashSet, VecDeque};
use std::ops::Range;

use html5gum::{Emitter, Error, State, Tokenizer, naive_next_state};

/// A piece of text as the parser gives it and the bytes of the source behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// What shows. Whole characters once the token is given out.
    pub(super) shown: Vec<u8>,
    /// The bytes of the source.
    pub(super) source: Range<usize>,
    /// Whether the two are the same.
    pub(super) verbatim: bool,
}

/// An attribute of a start tag.
#[derive(Debug)]
pub(super) struct Attribute {
    /// Its name in lower case.
    pub(super) name: String,
    /// Its value.
    pub(super) value: Vec<Run>,
    /// Where the value begins, behind the quote.
    pub(super) start: usize,
}

impl Attribute {
    /// The value as the parser gives it.
    pub(super) fn text(&self) -> String {
        let shown: Vec<u8> = self.value.iter().flat_map(|run| run.shown.iter().copied()).collect();
        String::from_utf8_lossy(&shown).into_owned()
    }
}

/// A start tag.
#[derive(Debug)]
pub(super) struct StartTag {
    /// The name in lower case.
    pub(super) name: String,
    /// The attributes in the order of the source, without repeated ones.
    pub(super) attributes: Vec<Attribute>,
    /// Whether it ends with `/>`.
    pub(super) self_closing: bool,
    /// The bytes of the tag.
    pub(super) source: Range<usize>,
}

/// What a page is cut into. Comments and document types are left out.
#[derive(Debug)]
pub(super) enum Token {
    /// Text between two tags; comments in it lie between runs.
    Text(Vec<Run>),
    /// A start tag.
    Start(StartTag),
    /// An end tag, by its name in lower case and its bytes.
    End(String, Range<usize>),
    /// The file ends inside the tag that begins at this byte.
    OpenTag(usize),
    /// The file ends inside the comment or the document type that begins at this byte.
    OpenComment(usize),
    /// A declaration such as `<!if x>` begins at this byte; so many elements of SVG or `MathML` are open.
    Declaration(usize, usize),
}

/// Cuts `source` into tokens. `each` returns whether it wants more.
pub(super) fn tokens(source: &str, each: &mut dyn FnMut(Token) -> bool) {
    let mut start = 0;
    let mut foreign = 0;
    'restart: loop {
        let recorder = Recorder::new(source.as_bytes(), start, foreign);
        for token in Tokenizer::new_with_emitter(&source[start..], recorder) {
            let Ok(token) = token;
            if let Token::Declaration(at, depth) = token {
                // The standard has it that such a thing is a comment up to the next `>`; html5gum 0.9 takes it for
                // character data up to `]]>`. So the page is read on behind it.
                let Some(length) = memchr::memchr(b'>', &source.as_bytes()[at..]) else {
                    each(Token::OpenComment(at));
                    return;
                };
                start = at + length + 1;
                foreign = depth;
                continue 'restart;
            }
            if !each(token) {
                return;
            }
        }
        return;
    }
}

/// A tag that is being read.
#[derive(Default)]
struct Tag {
    end: bool,
    name: Vec<u8>,
    attributes: Vec<Attribute>,
    seen: HashSet<String>,
    self_closing: bool,
}

/// Listens to the tokenizer and notes down places.
struct Recorder<'a> {
    source: &'a [u8],
    /// Where the tokenizer is.
    position: usize,
    /// Up to here the source was given out.
    done: usize,
    /// Where the last `<` stands.
    open: usize,
    text: Vec<Run>,
    tag: Tag,
    attribute_name: Vec<u8>,
    value: Vec<Run>,
    value_start: usize,
    last_start: Vec<u8>,
    /// How many elements of SVG or `MathML` are open.
    foreign: usize,
    tokens: VecDeque<Token>,
}

impl<'a> Recorder<'a> {
    fn new(source: &'a [u8], start: usize, foreign: usize) -> Self {
        Recorder {
            source,
            position: start,
            done: start,
            open: start,
            text: Vec::new(),
            tag: Tag::default(),
            attribute_name: Vec::new(),
            value: Vec::new(),
            value_start: start,
            last_start: Vec::new(),
            foreign,
            tokens: VecDeque::new(),
        }
    }

    fn flush_text(&mut self) {
        if !self.text.is_empty() {
            self.tokens.push_back(Token::Text(std::mem::take(&mut self.text)));
        }
    }

    fn flush_attribute(&mut self) {
        let name = String::from_utf8_lossy(&std::mem::take(&mut self.attribute_name)).into_owned();
        let value = std::mem::take(&mut self.value);
        if !name.is_empty() && !self.tag.end && self.tag.seen.insert(name.clone()) {
            self.tag.attributes.push(Attribute { name, value, start: self.value_start });
        }
    }
}

/// Adds characters that the tokenizer gave out when it had read the source up to `end`.
fn push(runs: &mut Vec<Run>, shown: &[u8], source: &[u8], done: &mut usize, end: usize) {
    let mut start = (*done).min(end);
    // The second half of a line end that shows as one line feed: it belongs to the first half.
    if source[..start].ends_with(b"\r")
        && source[start..end].strip_prefix(b"\n").is_some_and(|rest| rest == shown)
        && let Some(last) = runs.last_mut()
        && last.source.end == start
    {
        last.source.end += 1;
        start += 1;
    }
    // What turns out to be no end tag is given out in parts, all of them when the last is read.
    let part = !shown.starts_with(b"&") && source[start..end].starts_with(shown);
    let end = if part { start + shown.len() } else { end };
    *done = end;
    if shown.is_empty() {
        return;
    }
    let verbatim = &source[start..end] == shown;
    if let Some(last) = runs.last_mut()
        && verbatim
        && last.verbatim
        && last.source.end == start
    {
        last.shown.extend_from_slice(shown);
        last.source.end = end;
        return;
    }
    runs.push(Run { shown: shown.to_vec(), source: start..end, verbatim });
}

impl Emitter for Recorder<'_> {
    type Token = Token;

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start = name.unwrap_or_default().to_vec();
    }

    fn emit_eof(&mut self) {
        self.flush_text();
    }

    fn emit_error(&mut self, error: Error) {
        match error {
            Error::EofInTag => {
                self.flush_text();
                self.tokens.push_back(Token::OpenTag(self.open));
            }
            Error::EofInComment | Error::EofInDoctype => {
                self.flush_text();
                self.tokens.push_back(Token::OpenComment(self.open));
            }
            _ => {}
        }
    }

    fn pop_token(&mut self) -> Option<Token> {
        self.tokens.pop_front()
    }

    fn init_string(&mut self) {
        self.done = self.position;
    }

    fn emit_string(&mut self, shown: &[u8]) {
        push(&mut self.text, shown, self.source, &mut self.done, self.position);
    }

    fn init_start_tag(&mut self) {
        self.tag = Tag::default();
    }

    fn init_end_tag(&mut self) {
        self.tag = Tag { end: true, ..Tag::default() };
    }

    fn init_comment(&mut self) {
        let rest = &self.source[self.open..];
        if rest.starts_with(b"<!") && !rest.starts_with(b"<!--") && !rest.starts_with(b"<![CDATA[") {
            self.flush_text();
            self.tokens.push_back(Token::Declaration(self.open, self.foreign));
        }
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.flush_attribute();
        self.flush_text();
        let tag = std::mem::take(&mut self.tag);
        let source = self.open..self.position;
        self.done = self.position;
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let foreign = matches!(name.as_str(), "svg" | "math");
        if tag.end {
            self.foreign -= usize::from(foreign).min(self.foreign);
            self.last_start.clear();
            self.tokens.push_back(Token::End(name, source));
            return None;
        }
        self.foreign += usize::from(foreign && !tag.self_closing);
        let Tag { attributes, self_closing, .. } = tag;
        self.tokens.push_back(Token::Start(StartTag { name, attributes, self_closing, source }));
        // In SVG and `MathML`, elements of these names hold markup as all others do.
        let state = if self.foreign > 0 { None } else { naive_next_state(&tag.name) };
        self.last_start = tag.name;
        state
    }

    fn emit_current_comment(&mut self) {
        self.done = self.position;
    }

    fn emit_current_doctype(&mut self) {
        self.done = self.position;
    }

    fn set_self_closing(&mut self) {
        self.tag.self_closing = true;
    }

    fn set_force_quirks(&mut self) {}

    fn push_tag_name(&mut self, name: &[u8]) {
        self.tag.name.extend_from_slice(name);
    }

    fn push_comment(&mut self, _: &[u8]) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn init_doctype(&mut self) {}

    fn init_attribute(&mut self) {
        self.flush_attribute();
    }

    fn init_attribute_value(&mut self) {
        self.value_start = self.position;
        self.done = self.position;
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        self.attribute_name.extend_from_slice(name);
    }

    fn push_attribute_value(&mut self, shown: &[u8]) {
        push(&mut self.value, shown, self.source, &mut self.done, self.position);
    }

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn start_open_tag(&mut self) {
        self.open = self.position.saturating_sub(1);
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.tag.end && !self.last_start.is_empty() && self.tag.name == self.last_start
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.foreign > 0
    }

    fn move_position(&mut self, offset: isize) {
        self.position = self.position.saturating_add_signed(offset);
    }
}
