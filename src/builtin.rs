//! Layer 2: the built-in lexicon, as the build script compiled it. The bytes lie in the program; nothing is built at start.

use crate::lexicon::{Docs, Lexicon, Origin, Reference, SourceFile};

static LEXICON: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.bin"));
static DOCS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon-docs.bin"));
static REFERENCE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon-reference.bin"));
static FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/lexicon-files.rs"));

/// The built-in lexicon.
///
/// # Panics
/// Never: a test reads it whole.
#[must_use]
pub fn lexicon() -> Lexicon {
    Lexicon::from_bytes(LEXICON).expect("the build script wrote these bytes")
}

/// Its documentation.
///
/// # Panics
/// Never: a test reads it.
#[must_use]
pub fn docs() -> Docs {
    let docs: Docs = postcard::from_bytes(DOCS).expect("the build script wrote these bytes");
    Docs { reference: reference(), ..docs }
}

/// What it quotes and recommends: a small part of its documentation, without reading the rest.
///
/// # Panics
/// Never: a test reads it.
#[must_use]
pub fn reference() -> Reference {
    postcard::from_bytes(REFERENCE).expect("the build script wrote these bytes")
}

/// The files that it was compiled from, for laying others over them.
#[must_use]
pub fn files() -> Vec<SourceFile> {
    FILES
        .iter()
        .map(|(name, text)| SourceFile { name: (*name).to_owned(), text: (*text).to_owned(), origin: Origin::BuiltIn })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_whole() {
        let lexicon = super::lexicon();
        assert_eq!(lexicon.tables().entries.len(), super::docs().entries.len());
        assert!(!lexicon.literals().offences.bytes().is_empty() && !lexicon.literals().others.bytes().is_empty());
    }

    #[test]
    fn is_what_its_files_compile_to() {
        let (compiled, docs) =
            crate::lexicon::compile::compile(&super::files()).expect("the build script compiled them");
        assert!(compiled.to_bytes() == super::LEXICON, "the same files give the same bytes");
        assert_eq!(docs.entries.len(), super::docs().entries.len());
        assert_eq!(docs.reference, super::docs().reference);
    }
}
