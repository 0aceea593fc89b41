//! What is shown beside a finding: what, why, the source passage, before → after. Elsewhere nothing.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, Range};

use super::super::from_proto;
use super::super::main_loop::{State, unknown_document};
use crate::lint::Fixing;
use crate::report::hover::{Markup, write_hover};

/// `textDocument/hover`.
///
/// # Errors
/// Where the document is not open.
pub fn hover(state: &mut State, params: &HoverParams) -> Result<Option<Hover>> {
    let place = &params.text_document_position_params;
    let uri = place.text_document.uri.as_str();
    let is_current = state.update(uri);
    let Some(document) = state.documents.get(uri) else { return Err(unknown_document(uri)) };
    let Some(rules) = document.rules.as_ref().filter(|_| is_current) else { return Ok(None) };
    let at = from_proto::at(place.position);
    let line = document.text.spot(at, rules.encoding).line;
    let markup = if state.session.abilities.markdown_hover { Markup::Markdown } else { Markup::Plain };
    let mut shown: Option<(String, Range)> = None;
    document.messages(line..line + 1, rules, Fixing::Make, &mut |message| {
        let offset = message.offset(at);
        for diagnostic in &message.found {
            let source = message.source_range(diagnostic);
            if !(source.start()..source.end()).contains(&offset) {
                continue;
            }
            let mut text = Vec::new();
            let passages = rules.project.reference().passages_of(&diagnostic.rule.source);
            // A vector takes everything.
            let _ = write_hover(&mut text, markup, &message.segment.text, diagnostic, passages);
            let text = String::from_utf8_lossy(&text);
            match &mut shown {
                None => shown = Some((text.into_owned(), message.range(source))),
                Some((shown, _)) => {
                    shown.push_str("\n---\n\n");
                    shown.push_str(&text);
                }
            }
        }
    });
    Ok(shown.map(|(value, range)| {
        let kind = match markup {
            Markup::Markdown => MarkupKind::Markdown,
            Markup::Plain => MarkupKind::PlainText,
        };
        Hover { contents: HoverContents::Markup(MarkupContent { kind, value }), range: Some(range) }
    }))
}
