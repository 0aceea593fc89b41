//! Diagnostics that the client asks for: of a document and of the workspace. Clients that do not ask are sent them (see
//! [`State::publish`]); no client gets both.
//!
//! A report has an id that changes with what it says: `r…` counts the times that an open document was judged, `h…` is a
//! hash of the diagnostics of a file that is not open.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Id};
use tower_lsp::ls_types::DiagnosticSeverity;

use super::super::documents::Document;
use super::super::from_proto::{self, NamedDocument};
use super::super::main_loop::{State, unknown_document, write_string};
use super::super::to_proto;
use super::scan::{Checked, Ticket};
use crate::workspace::{Fault, read_text};

/// `textDocument/diagnostic`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPull {
    text_document: NamedDocument,
    #[serde(default)]
    previous_result_id: Option<String>,
}

/// `workspace/diagnostic`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkspacePull {
    #[serde(default)]
    previous_result_ids: Vec<Previous>,
    #[serde(default)]
    work_done_token: Option<Value>,
    #[serde(default)]
    partial_result_token: Option<Value>,
}

/// What the client has of a document.
#[derive(Debug, Deserialize)]
struct Previous {
    uri: String,
    value: String,
}

/// Requests that are not answered yet.
#[derive(Default)]
pub struct Pulls {
    /// Documents whose project is still being loaded.
    waiting: Vec<(Id, DocumentPull)>,
    /// The workspace.
    scans: HashMap<Id, Ticket>,
}

impl State {
    /// Answers with the diagnostics of a document, as soon as its project is there.
    pub fn pull(&mut self, id: Id, params: DocumentPull) {
        if let Some((id, params)) = self.try_pull(id, params) {
            self.pulls.waiting.push((id, params));
        }
    }

    /// Tries again what had to wait.
    pub fn answer_pulls(&mut self) {
        for (id, params) in std::mem::take(&mut self.pulls.waiting) {
            self.pull(id, params);
        }
    }

    /// Takes back a request for diagnostics; one that is answered already is passed over.
    pub fn cancel_pull(&mut self, id: &Id) {
        if let Some(at) = self.pulls.waiting.iter().position(|(waiting, _)| waiting == id) {
            self.pulls.waiting.remove(at);
            self.outbox.answer::<()>(id, Err(&Error::request_cancelled()));
        }
        if let Some(ticket) = self.pulls.scans.get(id) {
            ticket.cancel();
        }
    }

    /// Answers, or gives the request back where it has to wait.
    fn try_pull(&mut self, id: Id, params: DocumentPull) -> Option<(Id, DocumentPull)> {
        let uri = &*from_proto::address(&params.text_document.uri);
        let previous = params.previous_result_id.as_deref();
        if self.documents.contains_key(uri) {
            if self.waits_for_settings() || !self.update(uri) {
                return Some((id, params));
            }
            let document = self.documents.get(uri)?;
            let faults = self.faults_of(uri);
            let mut result = format!("r{}", document.revision);
            if !faults.is_empty() {
                result += &format!("-{:x}", hash(&fault_items(faults)));
            }
            self.report(&id, &result, previous, |state, out| state.write_items(uri, out));
            return None;
        }
        match self.items_of_file(uri) {
            Some(Ok(items)) => {
                let result = format!("h{:x}", hash(&items));
                self.report(&id, &result, previous, |_, out| out.extend_from_slice(&items));
                None
            }
            Some(Err(())) => Some((id, params)),
            None => {
                self.outbox.answer::<()>(&id, Err(&unknown_document(uri)));
                None
            }
        }
    }

    /// The diagnostics of a file that is not open; nothing where there is none, and an error where its project is still
    /// being loaded.
    fn items_of_file(&mut self, uri: &str) -> Option<Result<Vec<u8>, ()>> {
        let faults = self.faults_of(uri);
        if !faults.is_empty() {
            return Some(Ok(fault_items(faults)));
        }
        let path = from_proto::path(uri)?;
        let text = read_text(&path).ok()?;
        let Some(rules) = self.rules_of(Some(&path)) else { return Some(Err(())) };
        let mut document = Document::open(uri, "", None, text);
        document.update(&rules, &mut crate::lint::Scratch::default());
        let mut items = Vec::new();
        document.write(&mut items);
        Some(Ok(items))
    }

    fn report(&self, id: &Id, result: &str, previous: Option<&str>, write: impl FnOnce(&State, &mut Vec<u8>)) {
        let mut frame = self.outbox.frame();
        let out = frame.body();
        begin_answer(out, id);
        if previous == Some(result) {
            out.extend_from_slice(format!(r#"{{"kind":"unchanged","resultId":"{result}"}}}}"#).as_bytes());
        } else {
            out.extend_from_slice(format!(r#"{{"kind":"full","resultId":"{result}","items":"#).as_bytes());
            write(self, out);
            out.extend_from_slice(b"}}");
        }
        self.outbox.answer_with(id, frame);
    }

    /// Answers with the diagnostics of all files of the workspace: piece by piece where the client takes partial results.
    pub fn pull_workspace(&mut self, id: Id, params: WorkspacePull) {
        let ticket = Ticket::default();
        self.pulls.scans.insert(id.clone(), ticket.clone());
        let progress = params.work_done_token;
        if let Some(token) = &progress {
            self.progress(
                token,
                &json!({ "kind": "begin", "title": "婉言：检查工作区", "cancellable": true, "percentage": 0 }),
            );
        }
        let previous: BTreeMap<String, String> =
            params.previous_result_ids.into_iter().map(|previous| (previous.uri, previous.value)).collect();
        let (partial, shared) = (params.partial_result_token, Arc::new(std::sync::Mutex::new(Reports::default())));
        let reports = Arc::clone(&shared);
        let (each_previous, each_progress, each_partial) = (previous.clone(), progress.clone(), partial.clone());
        let mut total = 0;
        let each = move |state: &mut State, checked: Checked| {
            total = total.max(checked.left + 1);
            let report = state.workspace_report(&checked, each_previous.get(&*checked.uri).map(String::as_str));
            let mut reports = reports.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            reports.seen.insert(checked.uri.to_string());
            match &each_partial {
                Some(token) => state.progress(token, &json!({ "items": [report] })),
                None => reports.items.push(report),
            }
            if let Some(token) = &each_progress {
                let percentage = 100 - 100 * checked.left / total;
                state.progress(token, &json!({ "kind": "report", "message": &*checked.uri, "percentage": percentage }));
            }
        };
        let done = move |state: &mut State| {
            let cancelled = state.pulls.scans.remove(&id).is_some_and(|ticket| ticket.is_cancelled());
            let mut reports = std::mem::take(&mut *shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            if !cancelled {
                for rest in state.rest_of_workspace(&reports.seen, &previous) {
                    match &partial {
                        Some(token) => state.progress(token, &json!({ "items": [rest] })),
                        None => reports.items.push(rest),
                    }
                }
            }
            if let Some(token) = &progress {
                state.progress(token, &json!({ "kind": "end" }));
            }
            if cancelled {
                state.outbox.answer::<()>(&id, Err(&Error::request_cancelled()));
            } else {
                state.outbox.answer(&id, Ok(json_items(&reports.items)));
            }
        };
        self.scan(ticket, each, done);
    }

    /// The report of one file.
    fn workspace_report(&mut self, checked: &Checked, previous: Option<&str>) -> Box<RawValue> {
        let result = match self.documents.get(&checked.uri) {
            Some(document) if document.version == checked.version => format!("r{}", document.revision),
            _ => format!("h{:x}", hash(&checked.items)),
        };
        report_of(&checked.uri, checked.version, &result, previous, &checked.items)
    }

    /// What was not found in any folder: files with faults, and files that the client knows of but are gone.
    fn rest_of_workspace(
        &mut self,
        seen: &BTreeSet<String>,
        previous: &BTreeMap<String, String>,
    ) -> Vec<Box<RawValue>> {
        let faulty: BTreeSet<String> = self.faulty().map(str::to_owned).collect();
        let mut reports = Vec::new();
        for uri in faulty.iter().filter(|uri| !seen.contains(*uri)) {
            let items = fault_items(self.faults_of(uri));
            let version = self.documents.get(uri.as_str()).and_then(|document| document.version);
            let result = format!("h{:x}", hash(&items));
            reports.push(report_of(uri, version, &result, previous.get(uri).map(String::as_str), &items));
        }
        for (uri, value) in previous.iter().filter(|(uri, _)| !seen.contains(*uri) && !faulty.contains(*uri)) {
            let items = b"[]";
            reports.push(report_of(uri, None, &format!("h{:x}", hash(items)), Some(value), items));
        }
        reports
    }

    /// Tells how far something got.
    pub fn progress<T: Serialize>(&self, token: &Value, value: &T) {
        #[derive(Serialize)]
        struct Progress<'a, T> {
            token: &'a Value,
            value: &'a T,
        }
        self.outbox.notify("$/progress", &Progress { token, value });
    }
}

/// What is reported of the workspace.
#[derive(Default)]
struct Reports {
    seen: BTreeSet<String>,
    items: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
struct Items<'a> {
    items: &'a [Box<RawValue>],
}

fn json_items(items: &[Box<RawValue>]) -> Items<'_> {
    Items { items }
}

fn report_of(uri: &str, version: Option<i32>, result: &str, previous: Option<&str>, items: &[u8]) -> Box<RawValue> {
    let mut out = br#"{"uri":"#.to_vec();
    write_string(&mut out, uri);
    let version = version.map_or("null".to_owned(), |version| version.to_string());
    out.extend_from_slice(format!(r#","version":{version},"resultId":"{result}","kind":"#).as_bytes());
    if previous == Some(result) {
        out.extend_from_slice(br#""unchanged"}"#);
    } else {
        out.extend_from_slice(br#""full","items":"#);
        out.extend_from_slice(items);
        out.push(b'}');
    }
    let text = String::from_utf8(out).unwrap_or_default();
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

fn begin_answer(out: &mut Vec<u8>, id: &Id) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(serde_json::to_string(id).unwrap_or_default().as_bytes());
    out.extend_from_slice(br#","result":"#);
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// A fault as the protocol's diagnostic: all of its line, or the first where none is known.
#[must_use]
pub fn fault(fault: &Fault) -> String {
    let line = fault.line.unwrap_or(1).saturating_sub(1);
    let rest = to_proto::problem(&fault.message, DiagnosticSeverity::ERROR);
    let next = line + 1;
    format!(r#"{{"range":{{"start":{{"line":{line},"character":0}},"end":{{"line":{next},"character":0}}}},{rest}"#)
}

fn fault_items(faults: &[Fault]) -> Vec<u8> {
    format!("[{}]", faults.iter().map(fault).collect::<Vec<_>>().join(",")).into_bytes()
}
