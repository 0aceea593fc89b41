//! Layer 1: formats. Turns the decoded text of a file into segments of prose, each one message with its role and
//! the way back to the source. Must not know the lexicon, nor where the text came from. A new format is one file.

mod escape;
mod json_string;
pub mod jsonl;
mod labels;
mod markdown;
pub mod plain;
mod segment;
mod speaker;
pub use speaker::is_anothers;
mod time_stamp;
pub mod transcript;

use std::path::Path;

pub use segment::{Escape, NotEditable, Piece, Role, Segment, SourceMap, Turn};
pub use time_stamp::Moment;
pub use transcript::sniff_transcript;

/// How a file holds its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A text file: a message a line, or one letter.
    Plain,
    /// Markdown: a message a paragraph.
    Markdown,
    /// A conversation: a message a turn.
    Transcript,
    /// A JSON value a line.
    JsonLines,
}

impl Format {
    /// All formats, in the order of documents.
    pub const ALL: [Format; 4] = [Format::Plain, Format::Markdown, Format::Transcript, Format::JsonLines];

    /// The name in options and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Plain => "plain",
            Format::Markdown => "markdown",
            Format::Transcript => "transcript",
            Format::JsonLines => "jsonl",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that the extension of `path` tells.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "txt" | "text" | "log" => Some(Format::Plain),
            "md" | "markdown" => Some(Format::Markdown),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }
}

/// What is one message in a text file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageUnit {
    /// The whole text if it is a letter, else each line.
    #[default]
    Auto,
    /// Each line.
    Line,
    /// Each run of lines that are not blank.
    Paragraph,
    /// The whole text.
    Document,
}

/// What the user says about his files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractOptions {
    /// Names before agents' words, besides the usual ones; a colon behind them may be left out.
    pub agent_labels: Vec<String>,
    /// Names before customers' words, besides the usual ones.
    pub customer_labels: Vec<String>,
    /// Names before notices that nobody is to judge, besides the usual ones.
    pub system_labels: Vec<String>,
    /// Where the messages stand in JSON Lines: dotted paths such as `turns.text`. None: the usual names.
    pub fields: Vec<String>,
    /// What is one message in a text file.
    pub message: MessageUnit,
}

/// Something in a file that keeps (a part of) it from being judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
}

/// Gives the messages of `text` to `each`, in the order of the source, and returns what could not be read.
/// Messages without any visible character are left out.
pub fn extract<'a>(
    text: &'a str,
    format: Format,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) -> Vec<Problem> {
    match format {
        Format::Plain => {
            plain::extract(text, options, each);
            Vec::new()
        }
        Format::Markdown => {
            markdown::extract(text, options, each);
            Vec::new()
        }
        Format::Transcript => transcript::extract(text, options, each),
        Format::JsonLines => jsonl::extract(text, options, each),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_formats() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("html"), None);
        let cases = [
            ("a.txt", Some(Format::Plain)),
            ("话术/回复.TEXT", Some(Format::Plain)),
            ("a.log", Some(Format::Plain)),
            ("a.md", Some(Format::Markdown)),
            ("a.b.markdown", Some(Format::Markdown)),
            ("a.jsonl", Some(Format::JsonLines)),
            ("a.ndjson", Some(Format::JsonLines)),
            ("a.json", None),
            ("txt", None),
        ];
        for (path, format) in cases {
            assert_eq!(Format::from_path(Path::new(path)), format, "{path}");
        }
    }
}
