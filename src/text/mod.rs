//! Layer 0: places in text. Owns ranges, edits, line counting and the cutting into clauses and sentences.
//! Must not know what a lexicon, a document format or a file is.

mod edit;
mod han;
mod line_index;
mod range;
pub mod sentence;

pub use edit::{Edit, OverlappingEdits, apply_edits};
pub use han::is_han;
pub use line_index::{LineColumn, LineCounter, line_of};
pub use range::{Folded, Prose, Source, TextRange};
