//! From the bytes of a file to its content and back, whatever holds it: a text in its encoding, or a workbook.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::check::{MOST_AT_ONCE, Settings, TOO_LARGE};
use super::decode::{Bom, Encoding, decode, encode};
use super::explain_io;
use crate::config::FILE_NAMES;
use crate::document::workbook::Pages;
use crate::document::{Content, Format, xlsx};
use crate::lexicon::is_lexicon;

/// Reads the file at `path`.
///
/// # Errors
/// In Chinese, why it cannot be read; also where it is larger than is read at once.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_AT_ONCE).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 == MOST_AT_ONCE => Err(TOO_LARGE.to_owned()),
        Ok(_) => Ok(bytes),
        Err(error) => Err(explain_io(&error)),
    }
}

/// Whether a file is a configuration or a lexicon of wanyan's: what stands in it is nobody's reply.
#[must_use]
pub fn is_own(name: &Path, format: Format, text: &str) -> bool {
    let is_config = name.file_name().is_some_and(|name| FILE_NAMES.iter().any(|own| name == *own));
    format == Format::Toml && (is_config || is_lexicon(text))
}

/// Whether a file is a workbook, or something that spreadsheet programs write and that is to be told from one: by what is
/// said, by its name, or by its first bytes (a zip archive, or the container of old Office files).
#[must_use]
pub fn is_workbook(settings: &Settings<'_>, name: &Path, head: &[u8]) -> bool {
    const ZIP: &[u8] = b"PK\x03\x04";
    const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0];
    match settings.format {
        Some(said) => said == Format::Xlsx,
        None => {
            Format::from_path(name) == Some(Format::Xlsx) || head.starts_with(ZIP) || head.starts_with(COMPOUND_FILE)
        }
    }
}

/// A file that was read.
pub struct SourceFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What stands in it.
    pub content: Content,
    form: Form,
}

/// What holds the content.
#[derive(Clone, Copy, Debug)]
enum Form {
    Text { encoding: Encoding, bom: Bom },
    Workbook,
}

/// Why a file cannot be read: the line, from one, where it is known, and what it is in Chinese.
pub type Unreadable = (Option<usize>, String);

impl SourceFile {
    /// Reads `bytes`, the file of that name. `settings` are those of the file.
    ///
    /// # Errors
    /// Where it is neither a text in an encoding that is known, nor the workbook that its name says.
    pub fn read(bytes: Vec<u8>, name: &Path, settings: &Settings<'_>) -> Result<SourceFile, Unreadable> {
        if is_workbook(settings, name, &bytes) {
            let workbook = xlsx::read(&bytes).map_err(|error| (None, error.to_string()))?;
            return Ok(SourceFile { bytes, content: Content::Workbook(Pages::new(workbook)), form: Form::Workbook });
        }
        let decoded = decode(&bytes).map_err(|error| (Some(error.line), error.to_string()))?;
        let form = Form::Text { encoding: decoded.encoding, bom: decoded.bom };
        let format = settings.format_of(name, &decoded.text);
        let text = decoded.text.into_owned();
        let content = if is_own(name, format, &text) { Content::Other(text) } else { Content::Text { text, format } };
        Ok(SourceFile { bytes, content, form })
    }

    /// The bytes of the file with `changed` in the place of its content.
    ///
    /// # Errors
    /// In Chinese, where they cannot be written without changing something else.
    pub fn written(&self, changed: &Content) -> Result<Vec<u8>, String> {
        match (self.form, &self.content, changed) {
            (Form::Text { encoding, bom }, Content::Text { text, .. }, Content::Text { text: changed, .. }) => {
                if text == changed {
                    return Ok(self.bytes.clone());
                }
                if encoding == Encoding::Gb18030 && !encode(text, encoding, bom).is_ok_and(|same| same == self.bytes) {
                    let message = "文件里有些字符在这种编码里有两种写法，写回会改动别处，所以没有改；请先另存为 UTF-8";
                    return Err(message.to_owned());
                }
                encode(changed, encoding, bom).map_err(|error| error.to_string())
            }
            (_, Content::Workbook(before), Content::Workbook(after)) => {
                let changes = after.changes_since(before);
                if changes.is_empty() {
                    return Ok(self.bytes.clone());
                }
                xlsx::write(&self.bytes, &changes).map_err(|error| error.to_string())
            }
            // Nothing in it is ever edited.
            _ => Ok(self.bytes.clone()),
        }
    }
}
