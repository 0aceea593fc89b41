//! What an editor offers where something is found: each rewrite, all safe ones, the whole message made polite, and edits of
//! `wanyan.toml` that allow the phrase or switch the rule off.
//!
//! An action names what it would do ([`Wish`]); its edit is made when it is chosen, or at once for clients that cannot ask
//! for it then.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Diagnostic, NumberOrString,
    Range, TextEdit, Uri, WorkspaceEdit,
};

use super::super::documents::{Document, Message, Rules};
use super::super::from_proto;
use super::super::main_loop::{State, unknown_document};
use super::super::text::Spot;
use super::edits;
use crate::config::edit::{allow_phrase, switch_off};
use crate::diagnostic::{Applicability, Fix};
use crate::document::Content;
use crate::lint::{FixLevel, Fixing};
use crate::text::{Edit, Source, TextRange};
use crate::workspace::mend_within;

/// All safe rewrites of a document.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.wanyan");
/// A message made polite.
pub const POLISH: CodeActionKind = CodeActionKind::new("refactor.rewrite.wanyan");

/// Of a longer selection only so many lines, from the first finding on, are looked at for what can be offered.
const MOST_LINES: usize = 400;
/// No more findings are offered something at once.
const MOST_FINDINGS: usize = 60;
/// So many lines of a document are tried for a safe rewrite.
const MOST_TRIED: usize = 50;
/// So many characters of a phrase are shown in a title.
const SHOWN_PHRASE: usize = 16;

/// What an action would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
enum Wish {
    /// The rewrite of that title, of the finding of that rule at that place.
    Fix { range: Range, rule: String, title: String },
    /// All safe rewrites.
    FixAll,
    /// The messages there made polite.
    Polish { range: Range },
    /// That phrase allowed.
    Allow { phrase: String },
    /// That rule switched off.
    SwitchOff { rule: String },
}

/// What comes back when an action is chosen.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Data {
    uri: String,
    /// The document's version when it was offered.
    version: Option<i32>,
    wish: Wish,
}

/// An action that may be offered.
struct Offered {
    title: String,
    kind: CodeActionKind,
    is_preferred: bool,
    diagnostics: Vec<Diagnostic>,
    wish: Wish,
}

/// `textDocument/codeAction`.
///
/// # Errors
/// Where the document is not open.
pub fn code_actions(state: &mut State, params: &CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let uri = &params.text_document.uri;
    let is_current = state.update(uri.as_str());
    let Some(document) = state.documents.get(uri.as_str()) else { return Err(unknown_document(uri.as_str())) };
    let abilities = state.session.abilities;
    let Some(rules) = document.rules.as_ref().filter(|_| is_current && abilities.code_action_literals) else {
        return Ok(None);
    };
    let mut offered = offer(document, rules, params);
    if edits::config_path(state, uri.as_str()).is_none() {
        offered.retain(|action| !matches!(action.wish, Wish::Allow { .. } | Wish::SwitchOff { .. }));
    }
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| only.iter().any(|only| is_kind_of(kind, only)))
    };
    let is_lazy = abilities.resolves_code_action_edits && abilities.code_action_data;
    let version = document.version;
    let mut actions = Vec::new();
    for Offered { title, kind, is_preferred, diagnostics, wish } in offered {
        if !wanted(&kind) {
            continue;
        }
        let data = Data { uri: uri.as_str().to_owned(), version, wish };
        let edit = if is_lazy {
            None
        } else {
            // What cannot be done is not offered.
            match edit_of(state, &data) {
                Ok(edit) if !edits::is_empty(&edit) => Some(edit),
                _ => continue,
            }
        };
        actions.push(CodeActionOrCommand::CodeAction(CodeAction {
            title,
            kind: Some(kind),
            diagnostics: (!diagnostics.is_empty()).then_some(diagnostics),
            is_preferred: (is_preferred && abilities.preferred_code_actions).then_some(true),
            // Plain data can always be written.
            data: if is_lazy { serde_json::to_value(&data).ok() } else { None },
            edit,
            ..CodeAction::default()
        }));
    }
    Ok(Some(actions))
}

/// `codeAction/resolve`.
///
/// # Errors
/// Where the action is none of this server's, where its document has changed since, or where it cannot be done.
pub fn resolve(state: &mut State, mut action: CodeAction) -> Result<CodeAction> {
    if action.edit.is_some() {
        return Ok(action);
    }
    let data = action.data.clone().unwrap_or_default();
    let data: Data = serde_json::from_value(data).map_err(|error| Error::invalid_params(error.to_string()))?;
    if !state.update(&data.uri) {
        return Err(unknown_document(&data.uri));
    }
    action.edit = Some(edit_of(state, &data)?);
    Ok(action)
}

/// Whether `kind` is the kind `asked` or one below it.
fn is_kind_of(kind: &CodeActionKind, asked: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
}

/// What can be offered there, the best first.
fn offer(document: &Document, rules: &Rules, params: &CodeActionParams) -> Vec<Offered> {
    let (one, other) = (from_proto::at(params.range.start), from_proto::at(params.range.end));
    let (start, end) = (one.min(other), one.max(other));
    let [first, last] = [start, end].map(|at| document.text.spot(at, rules.encoding).line);
    // What lies before the first finding has nothing to offer.
    let found = || document.found().map(|(line, _)| line).filter(|line| (first..=last).contains(line)).min();
    let first = if last - first > MOST_LINES { found().unwrap_or(first) } else { first };
    let last = last.min(first + MOST_LINES);
    let mut fixes = Vec::new();
    let mut config: Vec<Offered> = Vec::new();
    let mut polished = 0;
    let mut findings = 0;
    document.messages(first..last + 1, rules, Fixing::Make, &mut |message| {
        let touched = TextRange::new(message.offset(start), message.offset(end));
        if touches(message, touched) && message.found.iter().any(|found| FixLevel::Suggested.of(found).next().is_some())
        {
            polished += 1;
        }
        for diagnostic in &message.found {
            let source = message.source_range(diagnostic);
            if source.start() > touched.end() || source.end() < touched.start() || findings >= MOST_FINDINGS {
                continue;
            }
            findings += 1;
            let (range, rule) = (message.range(source), diagnostic.rule);
            let same = |known: &&Diagnostic| {
                let of_rule = matches!(&known.code, Some(NumberOrString::String(code)) if *code == rule.id);
                of_rule && known.range == range
            };
            let diagnostics: Vec<Diagnostic> = params.context.diagnostics.iter().filter(same).cloned().collect();
            for (number, fix) in FixLevel::Suggested.of(diagnostic).enumerate() {
                fixes.push(Offered {
                    title: fix.title.clone(),
                    kind: CodeActionKind::QUICKFIX,
                    is_preferred: number == 0,
                    diagnostics: diagnostics.clone(),
                    wish: Wish::Fix { range, rule: rule.id.clone(), title: fix.title.clone() },
                });
            }
            let phrase = message.segment.text[diagnostic.range.as_range()].trim().to_owned();
            let mut add = |title: String, wish: Wish| {
                if let Some(known) = config.iter_mut().find(|known| known.wish == wish) {
                    known.diagnostics.extend(diagnostics.iter().cloned());
                    return;
                }
                let kind = CodeActionKind::QUICKFIX;
                config.push(Offered { title, kind, is_preferred: false, diagnostics: diagnostics.clone(), wish });
            };
            if !phrase.is_empty() {
                let title = format!("在本项目里放行“{}”（写进 wanyan.toml）", shortened(&phrase));
                add(title, Wish::Allow { phrase });
            }
            let title = format!("关掉规则 {}（写进 wanyan.toml）", rule.id);
            add(title, Wish::SwitchOff { rule: rule.id.clone() });
        }
    });
    // A client that names findings means these, whatever its range takes in besides.
    if fixes.iter().chain(&config).any(|offered| !offered.diagnostics.is_empty()) {
        fixes.retain(|offered| !offered.diagnostics.is_empty());
        config.retain(|offered| !offered.diagnostics.is_empty());
    }
    if polished > 0 {
        let title = match polished {
            1 => "把整条消息改得委婉".to_owned(),
            _ if last - first == MOST_LINES => "把选中的消息都改得委婉".to_owned(),
            count => format!("把选中的 {count} 条消息改得委婉"),
        };
        let wish = Wish::Polish { range: params.range };
        fixes.push(Offered { title, kind: POLISH, is_preferred: false, diagnostics: Vec::new(), wish });
    }
    fixes.extend(config);
    if has_safe_fix(document, rules) {
        let title = "修改全部可自动修改的地方".to_owned();
        fixes.push(Offered { title, kind: FIX_ALL, is_preferred: false, diagnostics: Vec::new(), wish: Wish::FixAll });
    }
    fixes
}

/// Whether anything in the document has a safe rewrite.
fn has_safe_fix(document: &Document, rules: &Rules) -> bool {
    let entries = &rules.project.lexicon.tables().entries;
    let may_be_safe = |rule: &str| {
        let entry = entries.iter().find(|entry| entry.rule.id == rule);
        // What structure mends is known only when it is found.
        entry.is_some_and(|entry| {
            entry.structure.is_some()
                || entry.rewrites.iter().any(|rewrite| rewrite.applicability == Applicability::Safe)
        })
    };
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut lines: Vec<usize> = document
        .found()
        .filter(|(_, rule)| *known.entry(rule).or_insert_with(|| may_be_safe(rule)))
        .map(|(line, _)| line)
        .collect();
    lines.dedup();
    lines.into_iter().take(MOST_TRIED).any(|line| {
        let mut safe = false;
        document.messages(line..line + 1, rules, Fixing::Make, &mut |message| {
            safe |= message.found.iter().any(|found| FixLevel::Safe.of(found).next().is_some());
        });
        safe
    })
}

/// Whether a selection, or the cursor, lies on the message.
fn touches(message: &Message<'_, '_>, selected: TextRange<crate::text::Source>) -> bool {
    let place = message.segment.map.to_source(TextRange::new(0, message.segment.text.len()));
    place.overlaps(selected) || selected.is_empty() && place.covers(selected)
}

fn shortened(phrase: &str) -> String {
    let line = phrase.replace(['\n', '\r'], " ");
    match line.char_indices().nth(SHOWN_PHRASE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The edit that fulfils a wish.
fn edit_of(state: &State, data: &Data) -> Result<WorkspaceEdit> {
    let gone = || unknown_document(&data.uri);
    let document = state.documents.get(data.uri.as_str()).ok_or_else(gone)?;
    let rules = document.rules.as_ref().ok_or_else(gone)?;
    let uri: Uri = data.uri.parse().map_err(|_| gone())?;
    if let Wish::Allow { .. } | Wish::SwitchOff { .. } = data.wish {
        let path = edits::config_path(state, &data.uri).ok_or_else(gone)?;
        return match &data.wish {
            Wish::Allow { phrase } => edits::of_config(state, &path, &|text| allow_phrase(text, phrase, None)),
            Wish::SwitchOff { rule } => {
                let known = rules.project.lexicon.entry(rule);
                let (_, entry) = known.ok_or_else(|| Error::invalid_params(format!("没有规则“{rule}”")))?;
                edits::of_config(state, &path, &|text| switch_off(text, &entry.rule))
            }
            _ => Err(gone()),
        };
    }
    if document.version != data.version {
        return Err(changed());
    }
    let edits = match &data.wish {
        Wish::Fix { range, rule, title } => fix_edits(document, rules, *range, rule, title).ok_or_else(changed)?,
        Wish::Polish { range } => {
            let at = |position| document.text.spot(from_proto::at(position), rules.encoding);
            mended(document, rules, Some((at(range.start), at(range.end))), FixLevel::Suggested)
        }
        _ => mended(document, rules, None, FixLevel::Safe),
    };
    Ok(edits::of_document(state, uri, document.version, edits))
}

/// The document is not the one for which the action was offered.
fn changed() -> Error {
    Error { code: ErrorCode::ContentModified, message: "文字已经改过，请重新选择".into(), data: None }
}

/// The edits of one rewrite.
fn fix_edits(document: &Document, rules: &Rules, range: Range, rule: &str, title: &str) -> Option<Vec<TextEdit>> {
    let line = document.text.spot(from_proto::at(range.start), rules.encoding).line;
    let mut made = None;
    document.messages(line..line + 1, rules, Fixing::Make, &mut |message| {
        let mut found = message.found.iter().filter(|found| found.rule.id == rule);
        let Some(found) = found.find(|found| message.range(message.source_range(found)) == range) else { return };
        let is_it = |fix: &&Fix| fix.title == title && fix.applicability != Applicability::Display;
        let Some(fix) = found.fixes.iter().find(is_it) else { return };
        let edits = message.segment.source_edits(&fix.edits).ok();
        made = edits.map(|edits| {
            let edit = |edit: Edit<Source>| TextEdit { range: message.range(edit.range), new_text: edit.replacement };
            edits.into_iter().map(edit).collect()
        });
    });
    made
}

/// The edits by which the document, or what lies between two places in either order, is mended.
fn mended(document: &Document, rules: &Rules, between: Option<(Spot, Spot)>, level: FixLevel) -> Vec<TextEdit> {
    let before = document.text.whole();
    let byte = |spot: Spot| (0..spot.line).map(|line| document.text.line(line).len()).sum::<usize>() + spot.byte;
    let within = match between {
        Some((one, other)) => TextRange::new(byte(one), byte(other)),
        None => TextRange::new(0, before.len()),
    };
    let settings = rules.project.settings(document.known_format(), Fixing::Make).for_file(&document.name);
    let format = settings.format_of(&document.name, &before);
    let content = Content::Text { text: before, format };
    let mended = mend_within(&settings, content.clone(), within, level);
    edits::between(content.text(), mended.content.text(), rules.encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_a_tree() {
        let kind = |text: &'static str| CodeActionKind::new(text);
        assert!(is_kind_of(&FIX_ALL, &kind("source.fixAll.wanyan")));
        assert!(is_kind_of(&FIX_ALL, &kind("source.fixAll")) && is_kind_of(&FIX_ALL, &kind("source")));
        assert!(is_kind_of(&FIX_ALL, &kind("")));
        assert!(!is_kind_of(&FIX_ALL, &kind("source.fix")) && !is_kind_of(&FIX_ALL, &kind("source.fixAll.wanyan.x")));
        assert!(!is_kind_of(&CodeActionKind::QUICKFIX, &kind("source.fixAll")));
    }

    #[test]
    fn titles_stay_short() {
        assert_eq!(shortened("不行\n吗"), "不行 吗");
        assert_eq!(shortened(&"不".repeat(20)), format!("{}…", "不".repeat(16)));
    }
}
