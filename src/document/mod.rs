//! Layer 1: formats. Turns the decoded text of a file into segments of prose, each one message with its role and
//! the way back to the source. Must not know the lexicon, nor where the text came from. A new format is one file.

mod android_strings;
mod apple_strings;
mod content;
mod csv;
mod escape;
mod fields;
mod headings;
mod html;
mod json;
mod json_string;
pub mod jsonl;
mod labels;
mod layout;
mod markdown;
pub mod plain;
mod po;
mod properties;
#[cfg(test)]
mod samples;
mod segment;
mod speaker;
mod table;
mod time_stamp;
mod toml;
pub mod transcript;
mod tree;
#[cfg(feature = "files")]
pub mod workbook;
#[cfg(feature = "files")]
pub mod xlsx;
mod yaml;

use std::path::Path;

use crate::text::{TextRange, line_of};

pub use content::Content;
pub use csv::CellStyle;
pub use layout::{Basis, Column, Layout, Usage};
pub use segment::{Address, Escape, NotEditable, Piece, Role, Segment, SourceMap, Turn, column_letters};
pub use speaker::is_anothers;
pub use time_stamp::Moment;
pub use toml::TomlStyle;
pub use transcript::sniff_transcript;
pub use yaml::YamlStyle;

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
    /// One JSON value.
    Json,
    /// A table with commas, semicolons, tabs or bars between its cells.
    Csv,
    /// A table with tabs between its cells.
    Tsv,
    /// YAML, with any number of documents.
    Yaml,
    /// TOML.
    Toml,
    /// HTML: a message a block of text.
    Html,
    /// A gettext catalogue: a message a translation.
    Po,
    /// Java properties: a message a value.
    Properties,
    /// String resources of Android: a message a string.
    AndroidStrings,
    /// `.strings` of iOS and macOS: a message a value.
    AppleStrings,
    /// A workbook of Excel.
    Xlsx,
}

impl Format {
    /// All formats, in the order of documents.
    pub const ALL: [Format; 15] = [
        Format::Plain,
        Format::Markdown,
        Format::Transcript,
        Format::JsonLines,
        Format::Json,
        Format::Csv,
        Format::Tsv,
        Format::Yaml,
        Format::Toml,
        Format::Html,
        Format::Po,
        Format::Properties,
        Format::AndroidStrings,
        Format::AppleStrings,
        Format::Xlsx,
    ];

    /// The name in options and output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Plain => "plain",
            Format::Markdown => "markdown",
            Format::Transcript => "transcript",
            Format::JsonLines => "jsonl",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Yaml => "yaml",
            Format::Toml => "toml",
            Format::Html => "html",
            Format::Po => "po",
            Format::Properties => "properties",
            Format::AndroidStrings => "android-strings",
            Format::AppleStrings => "apple-strings",
            Format::Xlsx => "xlsx",
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
            "json" => Some(Format::Json),
            "csv" => Some(Format::Csv),
            "tsv" | "tab" => Some(Format::Tsv),
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            "html" | "htm" | "xhtml" => Some(Format::Html),
            "po" | "pot" => Some(Format::Po),
            "properties" => Some(Format::Properties),
            "xml" => Some(Format::AndroidStrings),
            "strings" => Some(Format::AppleStrings),
            "xlsx" | "xlsm" | "xltx" | "xltm" => Some(Format::Xlsx),
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
    /// Where the messages stand in JSON, YAML and their kin: dotted paths such as `turns.text`. None: the usual names.
    pub fields: Vec<String>,
    /// The columns of tables with replies, by heading, number or letters. None: told by headings and content.
    pub columns: Vec<String>,
    /// The columns of tables with the customer's words, besides those with usual headings.
    pub customer_columns: Vec<String>,
    /// The column of tables that names whose reply it is.
    pub owner_column: Option<String>,
    /// The mark between the cells of a table in a text file. None: told by the text.
    pub delimiter: Option<u8>,
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

/// What reading a file comes to, besides its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Which columns or fields were taken, in files that have such.
    pub layouts: Vec<Layout>,
    /// What else the user ought to know, in Chinese.
    pub notes: Vec<String>,
}

impl From<Vec<Problem>> for Reading {
    fn from(problems: Vec<Problem>) -> Self {
        Reading { problems, ..Reading::default() }
    }
}

/// The longest message of a record, in bytes. What is longer is no reply of anybody's.
const LONGEST_MESSAGE: usize = 1024 * 1024;

/// Gives the messages of `text` to `each`, in the order of the source. Messages without any visible character are left out;
/// those of records that are far too long for a reply are a problem.
pub fn extract<'a>(
    text: &'a str,
    format: Format,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) -> Reading {
    without_giants(text, each, |each| extract_all(text, format, options, each))
}

/// Has `extract` give its messages to `each`, without those of records that are too long, which become problems.
fn without_giants<'a>(
    text: &str,
    each: &mut dyn FnMut(Segment<'a>),
    extract: impl FnOnce(&mut dyn FnMut(Segment<'a>)) -> Reading,
) -> Reading {
    let mut problems = Vec::new();
    let mut reading = extract(&mut |segment| match &segment.address {
        Some(address) if segment.text.len() > LONGEST_MESSAGE => {
            let start = segment.map.to_source(TextRange::new(0, 0)).start();
            let message = format!("{address} 有 {} MB，不像一条话术，没有检查", segment.text.len() / LONGEST_MESSAGE);
            problems.push(Problem { line: line_of(text, start), message });
        }
        _ => each(segment),
    });
    reading.problems.extend(problems);
    reading.problems.sort_by_key(|problem| problem.line);
    reading
}

fn extract_all<'a>(
    text: &'a str,
    format: Format,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) -> Reading {
    match format {
        Format::Plain => {
            plain::extract(text, options, each);
            Reading::default()
        }
        Format::Markdown => markdown::extract(text, options, each),
        Format::Transcript => transcript::extract(text, options, each).into(),
        Format::JsonLines => jsonl::extract(text, options, each),
        Format::Json => json::extract(text, options, each),
        Format::Csv => csv::extract(text, None, options, each),
        Format::Tsv => csv::extract(text, Some(b'\t'), options, each),
        Format::Yaml => {
            let (trees, problems) = yaml::parse(text);
            tree::extract(&trees, problems, options, each)
        }
        Format::Toml => {
            let (tree, problems) = toml::parse(text);
            tree::extract(tree.as_slice(), problems, options, each)
        }
        Format::Html => html::extract(text, options, each),
        Format::Po => po::extract(text, each).into(),
        Format::Properties => properties::extract(text, each).into(),
        Format::AndroidStrings => android_strings::extract(text, each).into(),
        Format::AppleStrings => apple_strings::extract(text, each).into(),
        // A workbook is no text; see [`Content`].
        Format::Xlsx => Reading::default(),
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
        assert_eq!(Format::from_name("docx"), None);
        let cases = [
            ("a.txt", Some(Format::Plain)),
            ("话术/回复.TEXT", Some(Format::Plain)),
            ("a.log", Some(Format::Plain)),
            ("a.md", Some(Format::Markdown)),
            ("a.b.markdown", Some(Format::Markdown)),
            ("a.jsonl", Some(Format::JsonLines)),
            ("a.ndjson", Some(Format::JsonLines)),
            ("a.JSON", Some(Format::Json)),
            ("a.csv", Some(Format::Csv)),
            ("a.HTML", Some(Format::Html)),
            ("messages.pot", Some(Format::Po)),
            ("messages_zh.properties", Some(Format::Properties)),
            ("values/strings.xml", Some(Format::AndroidStrings)),
            ("zh.lproj/Localizable.strings", Some(Format::AppleStrings)),
            ("a.docx", None),
            ("txt", None),
        ];
        for (path, format) in cases {
            assert_eq!(Format::from_path(Path::new(path)), format, "{path}");
        }
    }
}
