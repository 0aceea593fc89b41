//! The recommended forms, offered while one types. The server finds them (pinyin is nothing that an editor knows), so the
//! list is said to be incomplete and each item to match what was typed.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList, CompletionParams,
    CompletionResponse, CompletionTextEdit, CompletionTriggerKind, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, Range, TextEdit,
};

use super::super::from_proto;
use super::super::main_loop::{State, unknown_document};
use super::super::session::Abilities;
use super::super::text::Spot;
use super::super::to_proto;
use crate::completion::{Asking, FormPiece, TRIGGERS, form_pieces};
use crate::document::Segment;
use crate::lexicon::Reference;
use crate::lexicon::schema::Form;
use crate::lint::Fixing;
use crate::report::hover::{Markup, write_form};
use crate::text::{Edit, Prose, Source, TextRange};

/// So many bytes before the cursor are looked at, at most.
const LOOKED_AT: usize = 256;

/// `textDocument/completion`.
///
/// # Errors
/// Where the document is not open.
pub fn complete(state: &mut State, params: &CompletionParams) -> Result<Option<CompletionResponse>> {
    let place = &params.text_document_position;
    let uri = place.text_document.uri.as_str();
    let is_current = state.update(uri);
    let Some(document) = state.documents.get(uri) else { return Err(unknown_document(uri)) };
    let Some(rules) = document.rules.as_ref().filter(|rules| is_current && rules.is_on && document.is_judged()) else {
        return Ok(None);
    };
    let spot = document.text.spot(from_proto::at(place.position), rules.encoding);
    let line = &document.text.line(spot.line)[..spot.byte];
    let row = &line[line.rfind('\r').map_or(0, |at| at + 1)..];
    let before = &row[row.ceil_char_boundary(row.len().saturating_sub(LOOKED_AT))..];
    let by_trigger = params.context.as_ref().is_some_and(|context| {
        let trigger = context.trigger_character.as_deref().unwrap_or_default();
        context.trigger_kind == CompletionTriggerKind::TRIGGER_CHARACTER && trigger.starts_with(TRIGGERS)
    });
    let asking = if by_trigger { Asking::ByTrigger } else { Asking::Openly };
    let Some(offer) = rules.project.forms().complete(before, asking) else { return Ok(None) };
    let start = Spot { line: spot.line, byte: spot.byte - offer.replaced };
    let at = |spot| to_proto::position(document.text.at(spot, rules.encoding));
    let typed =
        Typed { text: &before[before.len() - offer.replaced..], range: Range { start: at(start), end: at(spot) } };
    let reference = rules.project.reference();
    let items = |write: &Write<'_>| -> Vec<CompletionItem> {
        let forms = offer.forms.iter().enumerate();
        forms
            .filter_map(|(rank, form)| item(form, rank, &typed, write, reference, state.session.abilities))
            .collect()
    };
    let mut made = None;
    document.messages(spot.line..spot.line + 1, rules, Fixing::Skip, &mut |message| {
        let offset = message.offset(from_proto::at(place.position));
        let source = TextRange::new(offset - offer.replaced.min(offset), offset);
        if let Some(prose) = prose_of(message.segment, typed.text, source).filter(|_| made.is_none()) {
            made = Some(items(&|text| {
                let edit = Edit { range: prose, replacement: text.to_owned() };
                let written = message.segment.source_edit(&edit).ok()?;
                (written.range == source).then_some(written.replacement)
            }));
        }
    });
    let items = made.unwrap_or_else(|| items(&|text| Some(text.to_owned())));
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: true, items })))
}

/// How words are written where the form goes; nothing where they cannot be.
type Write<'w> = dyn Fn(&str) -> Option<String> + 'w;

/// Where in the prose of a message `typed` stands, whose place in the source is `source`.
fn prose_of(segment: &Segment<'_>, typed: &str, source: TextRange<Source>) -> Option<TextRange<Prose>> {
    let starts = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]);
    let ranges = starts.filter(|at| segment.text[*at..].starts_with(typed));
    let mut ranges = ranges.map(|at| TextRange::new(at, at + typed.len()));
    ranges.find(|range| segment.map.to_source(*range) == source)
}

/// What a chosen form takes the place of.
struct Typed<'t> {
    text: &'t str,
    range: Range,
}

/// The item of a form; nothing where it cannot be written.
fn item(
    form: &Form,
    rank: usize,
    typed: &Typed<'_>,
    write: &Write<'_>,
    reference: &Reference,
    abilities: Abilities,
) -> Option<CompletionItem> {
    let has_slots = form_pieces(&form.text).any(|piece| matches!(piece, FormPiece::Slot(_)));
    let is_snippet = abilities.snippets && has_slots;
    let new_text = if is_snippet { snippet_as(&form.text, write)? } else { write(&form.text)? };
    let markup = if abilities.markdown_completion { Markup::Markdown } else { Markup::Plain };
    let mut documentation = Vec::new();
    let passage = reference.passages.iter().find(|passage| passage.id == form.source);
    // A vector takes everything.
    let _ = write_form(&mut documentation, markup, form, passage);
    Some(CompletionItem {
        label: form.text.clone(),
        label_details: Some(CompletionItemLabelDetails { detail: None, description: Some(form.scene.clone()) }),
        kind: Some(if is_snippet { CompletionItemKind::SNIPPET } else { CompletionItemKind::TEXT }),
        detail: Some(form.scene.clone()),
        documentation: Some(Documentation::MarkupContent(MarkupContent {
            kind: match markup {
                Markup::Markdown => MarkupKind::Markdown,
                Markup::Plain => MarkupKind::PlainText,
            },
            value: String::from_utf8_lossy(&documentation).into_owned(),
        })),
        sort_text: Some(format!("{rank:04}")),
        filter_text: (!typed.text.is_empty()).then(|| typed.text.to_owned()),
        insert_text_format: Some(if is_snippet { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: typed.range, new_text })),
        ..CompletionItem::default()
    })
}

/// A form as a snippet: its slots are places to stop at, those of one name the same.
pub(super) fn snippet(text: &str) -> String {
    // What is written as it is can be written.
    snippet_as(text, &|text| Some(text.to_owned())).unwrap_or_default()
}

/// As [`snippet`], where words and slots are written as `write` does; nothing where they cannot be.
fn snippet_as(text: &str, write: &Write<'_>) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    let mut snippet = String::new();
    for piece in form_pieces(text) {
        match piece {
            FormPiece::Text(words) => snippet += &literally(&write(words)?),
            FormPiece::Slot(name) => {
                let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
                snippet += &format!("${{{}:{}}}", number + 1, literally(&write(name)?));
            }
        }
    }
    Some(snippet + "$0")
}

/// Text in which a snippet sees nothing of its own.
fn literally(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_places_to_stop_at() {
        for (text, expected) in [
            ("{称呼}，等{时长}", "${1:称呼}，等${2:时长}$0"),
            ("{称呼}，{称呼}", "${1:称呼}，${1:称呼}$0"),
            ("好的", "好的$0"),
            ("a\\b$c}", "a\\\\b\\$c\\}$0"),
        ] {
            assert_eq!(snippet(text), expected);
        }
        let doubled = |text: &str| (!text.contains('\n')).then(|| text.replace('"', "\"\""));
        assert_eq!(snippet_as("\"{a}\"", &doubled).unwrap(), "\"\"${1:a}\"\"$0");
        assert_eq!(snippet_as("{a}\n", &doubled), None);
    }
}
