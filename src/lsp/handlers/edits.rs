//! Edits of a workspace, in the form that the client takes.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tower_lsp::jsonrpc::Error;
use tower_lsp::ls_types::{
    CreateFile, CreateFileOptions, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, ResourceOp, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::super::Encoding;
use super::super::from_proto;
use super::super::main_loop::State;
use super::super::text::{Spot, Text};
use super::super::to_proto;
use crate::config::{ConfigError, FILE_NAMES};
use crate::text::{Edit, Source};
use crate::workspace::{absolute, find_options, read_if_there};

/// The edit of one document: with its version where the client takes that.
#[must_use]
pub fn of_document(state: &State, uri: Uri, version: Option<i32>, edits: Vec<TextEdit>) -> WorkspaceEdit {
    if state.session.abilities.document_changes {
        let changes = DocumentChanges::Edits(vec![document_edit(uri, version, edits)]);
        return WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() };
    }
    #[allow(clippy::mutable_key_type)] // an address is compared by its text
    let changes = HashMap::from([(uri, edits)]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn document_edit(uri: Uri, version: Option<i32>, edits: Vec<TextEdit>) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    }
}

/// Whether an edit changes nothing.
#[must_use]
pub fn is_empty(edit: &WorkspaceEdit) -> bool {
    let has_changes = edit.changes.as_ref().is_some_and(|changes| changes.values().any(|edits| !edits.is_empty()));
    let has_document_changes = match &edit.document_changes {
        Some(DocumentChanges::Edits(edits)) => edits.iter().any(|edit| !edit.edits.is_empty()),
        Some(DocumentChanges::Operations(operations)) => !operations.is_empty(),
        None => false,
    };
    !has_changes && !has_document_changes
}

/// The edits, line by line, that make `after` of the text before.
#[must_use]
pub fn between(before: &str, after: &str, encoding: Encoding) -> Vec<TextEdit> {
    let text = Text::new(before.to_owned());
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    if old.len() != new.len() {
        let (range, replacement) = trimmed(before, after);
        return vec![edit(&text, spot(before, range.start), spot(before, range.end), replacement, encoding)];
    }
    let lines = old.into_iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
    lines
        .map(|(line, (old, new))| {
            let (range, replacement) = trimmed(old, new);
            let at = |byte| Spot { line, byte };
            edit(&text, at(range.start), at(range.end), replacement, encoding)
        })
        .collect()
}

fn edit(text: &Text, start: Spot, end: Spot, replacement: &str, encoding: Encoding) -> TextEdit {
    let range = to_proto::range(text.at(start, encoding), text.at(end, encoding));
    TextEdit { range, new_text: replacement.to_owned() }
}

/// Where that byte of `text` stands.
fn spot(text: &str, byte: usize) -> Spot {
    let before = &text.as_bytes()[..byte];
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Spot { line: memchr::memchr_iter(b'\n', before).count(), byte: byte - start }
}

/// What of `old` is replaced to make `new` of it, and by what: nothing that is the same at either end.
fn trimmed<'n>(old: &str, new: &'n str) -> (Range<usize>, &'n str) {
    let same = |pair: &((usize, char), (usize, char))| pair.0.1 == pair.1.1;
    let head = old.char_indices().zip(new.char_indices()).take_while(same).map(|((_, c), _)| c.len_utf8()).sum();
    let (old_rest, new_rest): (&str, &str) = (&old[head..], &new[head..]);
    let tail: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c.len_utf8())
        .sum();
    (head..old.len() - tail, &new_rest[..new_rest.len() - tail])
}

/// A configuration file to be edited.
struct Config {
    uri: Uri,
    /// As it stands in the editor or on disk; nothing where it is still to be made.
    text: Option<String>,
    version: Option<i32>,
}

/// The configuration file that a document goes by, or that which is to be made for it; nothing where there is no folder
/// for one.
#[must_use]
pub fn config_path(state: &State, uri: &str) -> Option<PathBuf> {
    let rules = state.documents.get(uri)?.rules.as_ref()?;
    if let Some(config) = &rules.project.config {
        return Some(absolute(config));
    }
    let path = from_proto::path(uri);
    // One that could not be used yet, or that nobody told of.
    if let Some(found) = path.as_deref().and_then(Path::parent).and_then(find_options) {
        return Some(found);
    }
    let folder = match &path {
        Some(path) => state.session.folder_of(path).and_then(|folder| folder.path.as_deref()).or(path.parent()),
        None => state.session.folders.iter().find_map(|folder| folder.path.as_deref()),
    };
    Some(folder?.join(FILE_NAMES[0]))
}

/// The edit of the configuration file at `path` that `edit` makes of its text.
///
/// # Errors
/// Where the file cannot be read or edited; in Chinese.
pub fn of_config(
    state: &State,
    path: &Path,
    edit: &dyn Fn(&str) -> std::result::Result<Edit<Source>, ConfigError>,
) -> std::result::Result<WorkspaceEdit, Error> {
    let shown = path.display();
    let refuse = |message: String| Error {
        code: tower_lsp::jsonrpc::ErrorCode::InvalidRequest,
        message: message.into(),
        data: None,
    };
    let Config { uri, text, version } = config(state, path).map_err(|message| refuse(format!("{shown}：{message}")))?;
    let is_new = text.is_none();
    let text = text.unwrap_or_default();
    let edit = edit(&text).map_err(|error| {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        refuse(format!("{shown}{line}：{}", error.message))
    })?;
    let lines = Text::new(text.clone());
    let (start, end) = (spot(&text, edit.range.start()), spot(&text, edit.range.end()));
    let edits = if edit.range.is_empty() && edit.replacement.is_empty() {
        Vec::new()
    } else {
        vec![self::edit(&lines, start, end, &edit.replacement, state.session.encoding)]
    };
    let abilities = state.session.abilities;
    if !(is_new && abilities.document_changes && abilities.creates_files) {
        return Ok(of_document(state, uri, version, edits));
    }
    let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(true) };
    let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
    let operations = vec![
        DocumentChangeOperation::Op(ResourceOp::Create(create)),
        DocumentChangeOperation::Edit(document_edit(uri, None, edits)),
    ];
    let changes = DocumentChanges::Operations(operations);
    Ok(WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() })
}

fn config(state: &State, path: &Path) -> std::result::Result<Config, String> {
    let is_open = |uri: &str| from_proto::path(uri).is_some_and(|open| absolute(&open) == absolute(path));
    let open = state.documents.values().find(|document| is_open(&document.uri));
    if let Some(document) = open
        && let Ok(uri) = document.uri.parse()
    {
        return Ok(Config { uri, text: Some(document.text.whole()), version: document.version });
    }
    let uri = Uri::from_file_path(path).ok_or("这个路径写不成地址")?;
    Ok(Config { uri, text: read_if_there(path)?, version: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_replaced() {
        let shown = |before: &str, after: &str| -> Vec<(u32, u32, u32, String)> {
            between(before, after, Encoding::Utf16)
                .into_iter()
                .map(|edit| {
                    let (start, end) = (edit.range.start, edit.range.end);
                    assert_eq!(start.line, end.line, "{before}");
                    (start.line, start.character, end.character, edit.new_text)
                })
                .collect()
        };
        assert_eq!(shown("a\nb\n", "a\nb\n"), []);
        assert_eq!(
            shown("😊不行\r\n您好\n没办法", "😊不可以\r\n您好\n暂时没办法"),
            [(0, 3, 4, "可以".to_owned()), (2, 0, 0, "暂时".to_owned())]
        );
        assert_eq!(shown("aa", "aaa"), [(0, 2, 2, "a".to_owned())]);
        assert_eq!(shown("甲", "一\n二"), [(0, 0, 1, "一\n二".to_owned())]);
    }
}
