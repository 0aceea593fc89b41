//! Layer 2: phrases and rewrites as data. Reads lexicon files, checks and merges them, and compiles them once into
//! tables that the engine walks. Must not know files, documents or how a finding is judged or shown.
//!
//! The way of a phrase: [`schema`] (TOML as written) → [`pattern`] (finite patterns into literals) → [`compile`]
//! (a trie of literals and flat tables, which the build script writes into the program) → [`Lexicon`] (what is run).

pub mod compile;
pub mod compiled;
pub mod cues;
mod cut;
pub mod error;
pub mod frame;
mod frequency;
pub mod literals;
pub mod load;
pub mod pattern;
pub mod prefilter;
pub mod records;
pub mod rewrite;
pub mod schema;

pub use compiled::{Condition, Docs, Entry, Lexicon, Reference, Scope};
pub use error::{LexiconError, LexiconErrors};
pub use load::{Origin, SourceFile};

/// Whether a TOML text is a lexicon, or is becoming one: what stands in it is nobody's reply.
#[must_use]
pub fn is_lexicon(text: &str) -> bool {
    let begun = text.contains("[[entry]]") && (text.contains("[entry.examples]") || text.contains("category"));
    begun || text.contains("[[") && toml::from_str::<schema::LexiconFile>(text).is_ok()
}
