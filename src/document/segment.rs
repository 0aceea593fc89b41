//! One message, and the way from its prose back to the file.

use std::borrow::Cow;

use crate::text::{Edit, Prose, Source, TextRange};

/// Who speaks in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The agent, or nobody named: these words are judged.
    Agent,
    /// The customer; never judged.
    Customer,
    /// A machine's notice, or a third party; never judged.
    System,
}

/// How an edit's text is written in the place where the segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Escape {
    /// As it is.
    Plain,
    /// As the inside of a JSON string; `ascii` where the file writes other characters as `\u` escapes.
    Json { ascii: bool },
    /// As Markdown text: characters that would be read as markup get a backslash.
    Markdown,
}

/// A run of prose and the source that shows as it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The run of prose.
    pub prose: TextRange<Prose>,
    /// The source behind it. Of the same length where the two are the same text (`verbatim`);
    /// otherwise it goes as a whole (an escape, an entity).
    pub source: TextRange<Source>,
    /// Whether prose and source are the same bytes.
    pub verbatim: bool,
}

/// From the prose of a segment to its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceMap {
    /// The prose stands in the source as it is, from this byte on.
    Verbatim(usize),
    /// In pieces: ascending, covering the whole prose; the source between two pieces shows nothing.
    Pieces(Vec<Piece>),
}

/// One message.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// The words as their reader sees them.
    pub text: Cow<'a, str>,
    /// Who says them.
    pub role: Role,
    /// The way back to the source.
    pub map: SourceMap,
    /// How edits are written.
    pub escape: Escape,
}

/// Why an edit cannot be carried to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEditable {
    /// Markup lies between the words that the edit replaces, and would be lost.
    MarkupBetween,
    /// The replacement holds a line break, which would end the message here.
    LineBreak,
}
