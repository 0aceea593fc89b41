//! What stands in a file, whatever its format: taken apart into messages, and edited. Must not know encodings or files.

use super::csv;
#[cfg(feature = "files")]
use super::workbook::Pages;
use super::{ExtractOptions, Format, Reading, Segment, extract, without_giants};
use crate::text::{Edit, OverlappingEdits, Source, apply_edits};

/// The content of a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text.
    Text {
        /// The text.
        text: String,
        /// How it holds messages.
        format: Format,
    },
    /// A workbook.
    #[cfg(feature = "files")]
    Workbook(Pages),
    /// A text in which nobody speaks.
    Other(String),
}

impl Content {
    /// The text that ranges of the source are in: of a workbook its cells, one below the other.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Content::Text { text, .. } | Content::Other(text) => text,
            #[cfg(feature = "files")]
            Content::Workbook(pages) => pages.text(),
        }
    }

    /// Gives the messages to `each`, as [`extract`] does.
    pub fn extract<'a>(&'a self, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Reading {
        match self {
            Content::Text { text, format } => extract(text, *format, options, each),
            #[cfg(feature = "files")]
            Content::Workbook(pages) => without_giants(pages.text(), each, |each| pages.extract(options, each)),
            Content::Other(_) => Reading::default(),
        }
    }

    /// The rows of a table, of a workbook those of its first sheet: each with its number, from one, and its cells. Other
    /// files have none.
    #[must_use]
    pub fn rows(&self) -> Vec<(usize, Vec<String>)> {
        match self {
            Content::Text { text, format: Format::Csv } => csv::rows(text, None),
            Content::Text { text, format: Format::Tsv } => csv::rows(text, Some(b'\t')),
            Content::Text { .. } | Content::Other(_) => Vec::new(),
            #[cfg(feature = "files")]
            Content::Workbook(pages) => pages.rows(),
        }
    }

    /// The content after `edits`, which lie inside messages.
    ///
    /// # Errors
    /// Where they overlap.
    pub fn with_edits(&self, edits: &[Edit<Source>]) -> Result<Content, OverlappingEdits> {
        match self {
            Content::Text { text, format } => Ok(Content::Text { text: apply_edits(text, edits)?, format: *format }),
            #[cfg(feature = "files")]
            Content::Workbook(pages) => pages.with_edits(edits).map(Content::Workbook),
            Content::Other(text) => apply_edits(text, edits).map(Content::Other),
        }
    }
}
