//! XML, element by element, with the places of elements in their part. Owns the depth to which elements may nest, which
//! namespaces count, and how character data is read. Must not know what the elements mean.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::attributes::{Attribute, Attributes};
use quick_xml::events::{BytesRef, Event};

use super::Error;

/// How deep elements may nest.
const DEPTH_LIMIT: usize = 256;

/// How many prefixes may mean the same namespace. Every element's prefix is looked for among them.
const PREFIX_LIMIT: usize = 16;

/// How many bytes of character data one text may have; fewer in tests, which would take long.
const TEXT_LIMIT: usize = if cfg!(test) { 1 } else { 16 } << 20;

/// Stands for a reference whose meaning is not known.
const UNKNOWN: char = '\u{FFFC}';

/// A part, read from its beginning. Its reader asks for [`Xml::child`] after child, and of each that is given asks for the
/// children, the text, or to skip it, before it asks for the next.
pub(super) struct Xml<'a> {
    part: &'a str,
    source: &'a str,
    reader: Reader<&'a [u8]>,
    depth: usize,
    /// The prefixes that the root binds to its own namespace; the empty one is the default.
    prefixes: Vec<&'a str>,
}

/// The start of an element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    /// The name without prefix; empty if the element is not of the root's namespace.
    pub(super) name: &'a str,
    /// The prefix with its colon, or nothing.
    pub(super) prefix: &'a str,
    /// The tag without its angle brackets and without the slash of an element that is empty.
    content: &'a str,
    /// The byte of the part with which the tag begins.
    pub(super) start: usize,
    /// The byte behind the tag.
    pub(super) tag_end: usize,
}

/// Character data, put together.
#[derive(Default)]
pub(super) struct Characters {
    /// What was read.
    pub(super) text: String,
    /// It holds a reference that nobody can resolve.
    pub(super) unknown: bool,
    /// It is longer than can be taken, and cut.
    pub(super) too_long: bool,
}

impl Characters {
    /// Empties it for the next text.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.unknown = false;
        self.too_long = false;
    }

    fn push(&mut self, text: &str) {
        if self.text.len() + text.len() > TEXT_LIMIT {
            self.too_long = true;
        } else {
            self.text.push_str(text);
        }
    }

    fn push_reference(&mut self, reference: &BytesRef<'_>) {
        let c = resolve(reference);
        self.unknown |= c.is_none();
        self.push(c.unwrap_or(UNKNOWN).encode_utf8(&mut [0; 4]));
    }
}

/// The character that a reference stands for.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

impl<'a> Xml<'a> {
    /// Begins to read `source`, the text of the part of that name, whose root has to be `root` of one of the
    /// `namespaces`. `None` if it is something else.
    pub(super) fn open(part: &'a str, source: &'a str, root: &str, namespaces: &[&str]) -> Result<Option<Self>, Error> {
        Ok(Xml::open_root(part, source, root, namespaces)?.map(|(xml, _)| xml))
    }

    /// The same, with the root.
    pub(super) fn open_root(
        part: &'a str,
        source: &'a str,
        root: &str,
        namespaces: &[&str],
    ) -> Result<Option<(Self, Element<'a>)>, Error> {
        let mut reader = Reader::from_str(source);
        reader.config_mut().expand_empty_elements = true;
        let mut xml = Xml { part, source, reader, depth: 0, prefixes: Vec::new() };
        let Some(element) = xml.child()? else {
            return Err(xml.error("没有内容"));
        };
        let local = local(element.content).1;
        let own = element.prefix.trim_end_matches(':');
        let mut bindings = Vec::new();
        for attribute in xml.attributes(&element) {
            let attribute = attribute?;
            let name = attribute.key.0;
            if let Some(prefix) = name.strip_prefix("xmlns:").or_else(|| (name == "xmlns").then_some(""))
                && let Cow::Borrowed(value) = attribute.value
            {
                bindings.push((prefix, value));
            }
        }
        let namespace = bindings.iter().find(|(prefix, _)| *prefix == own).map(|(_, value)| *value);
        let Some(namespace) = namespace.filter(|value| namespaces.contains(value) && local == root) else {
            return Ok(None);
        };
        let others = bindings.into_iter().filter(|(prefix, value)| *value == namespace && *prefix != own);
        xml.prefixes = std::iter::once(own).chain(others.map(|(prefix, _)| prefix)).take(PREFIX_LIMIT).collect();
        Ok(Some((xml, element)))
    }

    /// The text of the part.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// The byte of the part up to which it was read.
    pub(super) fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position())
            .expect("the part is in memory")
            .min(self.source.len())
    }

    /// The next child of the element last given and not yet left; none leaves it.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Error> {
        loop {
            let start = self.position();
            match self.event()? {
                Event::Start(tag) => {
                    let tag_end = self.position();
                    let content = &self.source[start + 1..tag_end - 1];
                    let content = content.strip_suffix('/').unwrap_or(content);
                    let (prefix, name) = local(&content[..tag.name().0.len()]);
                    let known = self.prefixes.contains(&prefix.trim_end_matches(':'));
                    return Ok(Some(Element { name: if known { name } else { "" }, prefix, content, start, tag_end }));
                }
                Event::End(_) | Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Leaves the element last given; whether all that is in it is of the root's namespace.
    pub(super) fn skip(&mut self) -> Result<bool, Error> {
        let outside = self.depth - 1;
        let mut own = true;
        while self.depth > outside {
            if let Some(child) = self.child()? {
                own &= !child.name.is_empty();
            }
        }
        Ok(own)
    }

    /// Adds the character data of the element last given to `characters`, and leaves it.
    pub(super) fn text(&mut self, characters: &mut Characters) -> Result<(), Error> {
        let outside = self.depth - 1;
        while self.depth > outside {
            let event = self.event()?;
            if self.depth > outside + 1 {
                continue;
            }
            match event {
                Event::Text(text) => characters.push(&text.xml10_content()),
                Event::CData(text) => characters.push(&text.xml10_content()),
                Event::GeneralRef(reference) => characters.push_reference(&reference),
                _ => {}
            }
        }
        Ok(())
    }

    fn event(&mut self) -> Result<Event<'a>, Error> {
        let event = self.reader.read_event().map_err(|error| {
            let at = usize::try_from(self.reader.error_position()).unwrap_or(0);
            self.error_at(
                at,
                match error {
                    quick_xml::Error::Syntax(_) => "，标记没有写完",
                    quick_xml::Error::IllFormed(_) => "，标记没有配对",
                    _ => "，XML 格式有误",
                },
            )
        })?;
        match event {
            Event::Start(_) if self.depth == DEPTH_LIMIT => return Err(self.error("，标记嵌套得太深")),
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(self.error("，内容没有写完")),
            _ => {}
        }
        Ok(event)
    }

    /// The attributes of an element, which are not looked through for doubles: that would take quadratic time.
    pub(super) fn attributes(
        &self,
        element: &Element<'a>,
    ) -> impl Iterator<Item = Result<Attribute<'a>, Error>> + use<'a, '_> {
        let start = element.start;
        let name = element.content.find(|c: char| c.is_ascii_whitespace()).unwrap_or(element.content.len());
        let mut attributes = Attributes::new(element.content, name);
        attributes.with_checks(false);
        attributes.map(move |attribute| attribute.map_err(|_| self.error_at(start, "，标记的属性写得不对")))
    }

    /// The value of the attribute of that name, as it is meant.
    pub(super) fn attribute(&self, element: &Element<'a>, name: &str) -> Result<Option<Cow<'a, str>>, Error> {
        for attribute in self.attributes(element) {
            let attribute = attribute?;
            if attribute.key.0 == name {
                return Ok(Some(value(attribute.value)));
            }
        }
        Ok(None)
    }

    /// The attribute of that local name with whatever prefix.
    pub(super) fn prefixed_attribute(&self, element: &Element<'a>, name: &str) -> Result<Option<Cow<'a, str>>, Error> {
        for attribute in self.attributes(element) {
            let attribute = attribute?;
            if attribute.key.0.split_once(':').is_some_and(|(_, local)| local == name) {
                return Ok(Some(value(attribute.value)));
            }
        }
        Ok(None)
    }

    /// Whether the attribute of that name says yes.
    pub(super) fn flag(&self, element: &Element<'a>, name: &str) -> Result<bool, Error> {
        Ok(matches!(self.attribute(element, name)?.as_deref(), Some("1" | "true" | "on")))
    }

    /// An error at the place up to which the part was read.
    fn error(&self, what: &'static str) -> Error {
        self.error_at(self.position(), what)
    }

    fn error_at(&self, at: usize, what: &'static str) -> Error {
        let before = &self.source.as_bytes()[..at.min(self.source.len())];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = before[line_start..].iter().filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
        Error::Xml { part: self.part.to_owned(), line, column, what }
    }
}

/// Where `inner`, a part of `outer`, stands in it.
pub(super) fn place(outer: &str, inner: &str) -> Range<usize> {
    let start = inner.as_ptr().addr() - outer.as_ptr().addr();
    start..start + inner.len()
}

/// A name parted into the prefix with its colon and the rest.
fn local(name: &str) -> (&str, &str) {
    let name = &name[..name.find(|c: char| c.is_ascii_whitespace()).unwrap_or(name.len())];
    name.split_at(memchr::memchr(b':', name.as_bytes()).map_or(0, |at| at + 1))
}

/// The value of an attribute, its references resolved.
fn value(raw: Cow<'_, str>) -> Cow<'_, str> {
    if !raw.contains('&') {
        return raw;
    }
    let mut result = String::with_capacity(raw.len());
    let mut rest = &*raw;
    while let Some(at) = rest.find('&') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(end) = rest.find(';') else {
            break;
        };
        result.push(resolve(&BytesRef::new(&rest[..end])).unwrap_or(UNKNOWN));
        rest = &rest[end + 1..];
    }
    result.push_str(rest);
    Cow::Owned(result)
}
