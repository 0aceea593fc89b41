//! What the client sends, as far as the framework does not read it: the messages of every keystroke, and addresses.
//! Must not know documents.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tower_lsp::ls_types::{Position, Uri};

use super::text::At;

/// `textDocument/didOpen`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    /// The document.
    pub text_document: OpenedDocument,
}

/// A document that is opened.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedDocument {
    /// Its address.
    pub uri: String,
    /// The client's name of its kind.
    #[serde(default)]
    pub language_id: String,
    /// Its version.
    pub version: i32,
    /// All of it.
    pub text: String,
}

/// `textDocument/didChange`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The document, with the version that it has afterwards.
    pub text_document: VersionedDocument,
    /// What changed, one after the other.
    pub content_changes: Vec<ContentChange>,
}

/// A document and its version.
#[derive(Debug, Deserialize)]
pub struct VersionedDocument {
    /// Its address.
    pub uri: String,
    /// Its version, where the client counts.
    #[serde(default)]
    pub version: Option<i32>,
}

/// One change.
#[derive(Debug, Deserialize)]
pub struct ContentChange {
    /// What is replaced; all where nothing is said.
    #[serde(default)]
    pub range: Option<ChangedRange>,
    /// What stands there afterwards.
    pub text: String,
}

/// A range that may be reversed.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ChangedRange {
    /// One end.
    pub start: Wide,
    /// The other.
    pub end: Wide,
}

/// A position whose numbers may be larger than any line or column.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Wide {
    line: u64,
    character: u64,
}

impl Wide {
    /// The position, or the last there can be.
    #[must_use]
    pub fn at(self) -> At {
        let fit = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        At { line: fit(self.line), character: fit(self.character) }
    }
}

/// Anything that names a document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// The document.
    pub text_document: NamedDocument,
}

/// A document by its address.
#[derive(Debug, Deserialize)]
pub struct NamedDocument {
    /// Its address.
    pub uri: String,
}

/// The position that a request asks about.
#[must_use]
pub fn at(position: Position) -> At {
    At { line: position.line, character: position.character }
}

/// An address as the standard wants it: some clients leave Chinese names and blanks in it as they are.
#[must_use]
pub fn address(uri: &str) -> Cow<'_, str> {
    let is_fit = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
    if uri.bytes().all(is_fit) {
        return Cow::Borrowed(uri);
    }
    let mut fit = String::with_capacity(uri.len() * 2);
    for byte in uri.bytes() {
        if is_fit(byte) {
            fit.push(char::from(byte));
        } else {
            fit.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(fit)
}

/// The file that an address names; nothing where it is none on this machine.
#[must_use]
pub fn path(uri: &str) -> Option<PathBuf> {
    if !uri.get(..5)?.eq_ignore_ascii_case("file:") {
        return None;
    }
    match uri.parse::<Uri>() {
        Ok(parsed) => parsed.to_file_path().map(|path| path.into_owned()),
        // Some clients leave Chinese names as they are.
        Err(_) => uri.get(7..).map(PathBuf::from),
    }
}

/// What a document is called, for telling its format: its file, or the last part of an address that names none.
#[must_use]
pub fn name(uri: &str) -> PathBuf {
    path(uri).unwrap_or_else(|| {
        let bare = uri.split(['?', '#']).next().unwrap_or_default();
        let name = bare.rsplit(['/', ':', '\\']).next().unwrap_or_default();
        Path::new(name).to_owned()
    })
}
