//! A parsed value with its strings as messages, for formats whose parser tells places. Must not know the format.

use std::borrow::Cow;

use super::Segment;

/// A value.
pub(super) enum Tree<'a> {
    /// A mapping, in the order of the source; a key may come twice.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
    /// A sequence.
    Array(Vec<Tree<'a>>),
    /// A string: a message of the agent, as far as is known here, with its map and its escape, without address.
    Text(Box<Segment<'a>>),
    /// A number.
    Number(f64),
    /// Anything else.
    Other,
}
