//! Layer 1: formats. Turns the decoded text of a file into segments of prose, each one message with its role and
//! the way back to the source. Must not know the lexicon, nor where the text came from. A new format is one file.

mod segment;

pub use segment::{Escape, NotEditable, Piece, Role, Segment, SourceMap};
