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
use crate::document::Format;
use crate::lexicon::Reference;
use crate::lexicon::schema::Form;
use crate::report::hover::{Markup, write_form};

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
    let typed = Typed {
        text: &before[before.len() - offer.replaced..],
        range: Range { start: at(start), end: at(spot) },
        in_json: document.known_format() == Some(Format::JsonLines),
    };
    let reference = rules.project.reference();
    let items = offer.forms.iter().enumerate();
    let items = items.map(|(rank, form)| item(form, rank, &typed, reference, state.session.abilities)).collect();
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: true, items })))
}

/// What a chosen form takes the place of.
struct Typed<'t> {
    text: &'t str,
    range: Range,
    /// Whether it stands in a string of JSON.
    in_json: bool,
}

fn item(form: &Form, rank: usize, typed: &Typed<'_>, reference: &Reference, abilities: Abilities) -> CompletionItem {
    let has_slots = form_pieces(&form.text).any(|piece| matches!(piece, FormPiece::Slot(_)));
    let is_snippet = abilities.snippets && has_slots;
    let escaped = |text: &str| if typed.in_json { in_json(text) } else { text.to_owned() };
    let new_text = if is_snippet { escaped_snippet(&form.text, &escaped) } else { escaped(&form.text) };
    let markup = if abilities.markdown_completion { Markup::Markdown } else { Markup::Plain };
    let mut documentation = Vec::new();
    let passage = reference.passages.iter().find(|passage| passage.id == form.source);
    // A vector takes everything.
    let _ = write_form(&mut documentation, markup, form, passage);
    CompletionItem {
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
    }
}

/// A form as a snippet: its slots are places to stop at, those of one name the same.
pub(super) fn snippet(text: &str) -> String {
    escaped_snippet(text, &str::to_owned)
}

/// As [`snippet`], where words and slots are written as `escaped` writes them.
fn escaped_snippet(text: &str, escaped: &dyn Fn(&str) -> String) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut snippet = String::new();
    for piece in form_pieces(text) {
        match piece {
            FormPiece::Text(words) => snippet += &literally(&escaped(words)),
            FormPiece::Slot(name) => {
                let number = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    names.push(name);
                    names.len() - 1
                });
                snippet += &format!("${{{}:{}}}", number + 1, literally(&escaped(name)));
            }
        }
    }
    snippet + "$0"
}

/// Text in which a snippet sees nothing of its own.
fn literally(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// Text as it stands between the quotation marks of a JSON string.
fn in_json(text: &str) -> String {
    // Strings can always be written, and are written between two quotation marks.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
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
        assert_eq!(escaped_snippet("\"{a}\"\n", &in_json), "\\\\\"${1:a}\\\\\"\\\\n$0");
        assert_eq!(in_json("说\"好\"\\"), "说\\\"好\\\"\\\\");
    }
}
