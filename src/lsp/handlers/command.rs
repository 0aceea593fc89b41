//! Commands: check the workspace, load configuration and lexicons again, explain a rule, show its entry, list the
//! recommended forms.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::oneshot::Sender;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, MessageType};

use super::super::from_proto;
use super::super::main_loop::State;
use super::completion::snippet;
use super::scan::{Checked, Ticket};
use crate::lexicon::error::did_you_mean;
use crate::lexicon::{Docs, Lexicon};
use crate::report::explain::{Heading, RuleDoc, write_entry_markdown, write_markdown};
use crate::workspace::{load_documented, written_entry};

/// Checks every file of the workspace; the answer counts files and findings.
pub const CHECK_WORKSPACE: &str = "wanyan.checkWorkspace";
/// Loads configuration files and lexicons again.
pub const RELOAD_LEXICON: &str = "wanyan.reloadLexicon";
/// Shows the entry of a rule as it is written; its argument is the id of the rule.
pub const SHOW_ENTRY: &str = "wanyan.showLexiconEntry";
/// Explains a rule; its argument is the id of the rule.
pub const EXPLAIN_RULE: &str = "wanyan.explainRule";
/// Lists the recommended forms by scene, with what they are searched by.
pub const RECOMMENDED_FORMS: &str = "wanyan.recommendedForms";

/// All commands.
pub const COMMANDS: [&str; 5] = [CHECK_WORKSPACE, RELOAD_LEXICON, SHOW_ENTRY, EXPLAIN_RULE, RECOMMENDED_FORMS];

/// Where the answer of a command goes.
pub type Answer = Sender<Result<Option<Value>>>;

/// Commands that are under way, and what they left.
#[derive(Default)]
pub struct Commands {
    /// Checks of the workspace, by their progress.
    checks: HashMap<String, Ticket>,
    last_check: u64,
    /// Files that are not open and were sent findings.
    published: BTreeSet<Arc<str>>,
}

/// `workspace/executeCommand`.
pub fn execute(state: &mut State, params: ExecuteCommandParams, answer: Answer) {
    match params.command.as_str() {
        CHECK_WORKSPACE => {
            let token = params.work_done_progress_params.work_done_token;
            let token = token.and_then(|token| serde_json::to_value(token).ok());
            check_workspace(state, token, answer);
        }
        RELOAD_LEXICON => {
            state.reload_all();
            state.log(MessageType::INFO, "已重新加载配置和词库");
            reply(answer, Ok(None));
        }
        SHOW_ENTRY => document_rule(state, &params.arguments, answer, show_entry),
        EXPLAIN_RULE => document_rule(state, &params.arguments, answer, explain_rule),
        RECOMMENDED_FORMS => recommended_forms(state, &params.arguments, answer),
        other => {
            let guess = did_you_mean(other, COMMANDS).map(|best| format!("，是不是想说 {best}？"));
            let message = format!("没有命令 {other}{}", guess.unwrap_or_default());
            reply(answer, Err(Error::invalid_params(message)));
        }
    }
}

/// The client's `window/workDoneProgress/cancel`.
pub fn cancel(state: &State, token: &Value) {
    if let Some(ticket) = state.commands.checks.get(&token.to_string()) {
        ticket.cancel();
    }
}

fn reply(answer: Answer, result: Result<Option<Value>>) {
    // Nobody waits for what was cancelled.
    let _ = answer.send(result);
}

/// Answers with all recommended forms, none while the lexicon is loaded for the first time. The argument, if any, is the
/// address of a document whose project's lexicon is meant.
fn recommended_forms(state: &mut State, arguments: &[Value], answer: Answer) {
    let path = arguments.first().and_then(Value::as_str).and_then(from_proto::path).or_else(|| first_file(state));
    let Some(rules) = state.rules_of(path.as_deref()) else { return reply(answer, Ok(Some(json!([])))) };
    let forms = rules.project.forms().all().map(|(form, scene, text)| {
        json!({
            "scene": form.scene,
            "text": form.text,
            "snippet": snippet(&form.text),
            "when": form.when,
            "source": form.source,
            "pinyin": text.pinyin,
            "initials": text.initials,
            "scenePinyin": scene.pinyin,
            "sceneInitials": scene.initials,
        })
    });
    reply(answer, Ok(Some(forms.collect())));
}

/// What a rule's documentation comes to.
type Shown = fn(&Lexicon, &Docs, usize) -> std::result::Result<Value, String>;

/// Reads the lexicon's documentation, which takes seconds where there are overlays, and answers with what `show` makes of
/// the rule that the arguments name: its id, and, if wanted, the address of a document whose project's lexicon is meant.
fn document_rule(state: &mut State, arguments: &[Value], answer: Answer, show: Shown) {
    let named = arguments.first().and_then(|first| first.as_str().or_else(|| first.get("rule")?.as_str()));
    let Some(rule) = named.map(|rule| rule.trim().to_owned()) else {
        let message = "请给出规则名，例如 [\"blunt-refusal/no-way\"]";
        return reply(answer, Err(Error::invalid_params(message)));
    };
    let uri = arguments.get(1).and_then(Value::as_str);
    let path = uri.and_then(from_proto::path).or_else(|| first_file(state));
    let overlays: Vec<PathBuf> =
        state.rules_of(path.as_deref()).map(|rules| rules.project.overlays.clone()).unwrap_or_default();
    state.work(move || {
        let documented = load_documented(&overlays).map_err(|faults| faults.to_string());
        let shown = documented.and_then(|(lexicon, docs)| match lexicon.entry(&rule) {
            Some((number, _)) => show(&lexicon, &docs, number),
            None => {
                let rules = lexicon.tables().entries.iter().map(|entry| entry.rule.id.as_str());
                let guess = did_you_mean(&rule, rules).map(|best| format!("，是不是想说“{best}”？"));
                Err(format!("没有规则“{rule}”{}", guess.unwrap_or_default()))
            }
        });
        reply(answer, shown.map(Some).map_err(Error::invalid_params));
    });
}

/// A file of the workspace's first folder, there or not.
fn first_file(state: &State) -> Option<PathBuf> {
    let folder = state.session.folders.iter().find_map(|folder| folder.path.as_deref())?;
    Some(folder.join("wanyan.txt"))
}

fn explain_rule(lexicon: &Lexicon, docs: &Docs, number: usize) -> std::result::Result<Value, String> {
    let doc = RuleDoc::new(lexicon, docs, number);
    let mut markdown = Vec::new();
    // A vector takes everything.
    let _ = write_markdown(&mut markdown, Heading::First, &doc);
    Ok(json!({ "rule": doc.rule.id, "title": doc.rule.title, "markdown": String::from_utf8_lossy(&markdown) }))
}

fn show_entry(lexicon: &Lexicon, docs: &Docs, number: usize) -> std::result::Result<Value, String> {
    let entry = written_entry(lexicon, docs, number)?;
    let mut markdown = Vec::new();
    // A vector takes everything.
    let _ = write_entry_markdown(&mut markdown, &entry);
    Ok(json!({
        "rule": entry.id,
        "title": entry.title,
        "file": entry.file,
        "line": entry.line,
        "text": entry.text,
        "markdown": String::from_utf8_lossy(&markdown),
    }))
}

/// A check of the workspace that is under way.
struct Check {
    answer: Option<Answer>,
    files: usize,
    findings: usize,
    published: BTreeSet<Arc<str>>,
}

/// The progress of a check.
#[derive(Clone)]
struct Progress {
    token: Value,
    /// Whether the client knows of it.
    begun: Arc<AtomicBool>,
}

impl Progress {
    fn begin(&self, state: &State) {
        let begin = json!({ "kind": "begin", "title": "婉言：检查工作区", "cancellable": true, "percentage": 0 });
        state.progress(&self.token, &begin);
        self.begun.store(true, Ordering::Relaxed);
    }

    fn send(&self, state: &State, value: &Value) {
        if self.begun.load(Ordering::Relaxed) {
            state.progress(&self.token, value);
        }
    }
}

fn check_workspace(state: &mut State, token: Option<Value>, answer: Answer) {
    let ticket = Ticket::default();
    let given = token.is_some();
    state.commands.last_check += 1;
    let token = token.unwrap_or_else(|| json!(format!("wanyan-check-{}", state.commands.last_check)));
    let key = token.to_string();
    state.commands.checks.insert(key.clone(), ticket.clone());
    let progress = Progress { token, begun: Arc::default() };
    if given {
        progress.begin(state);
    } else if state.session.abilities.progress {
        // Whether the client answers or not, the check goes on.
        let (created, key) = (progress.clone(), key.clone());
        let params = json!({ "token": progress.token });
        state.request("window/workDoneProgress/create", &params, move |state, result| {
            if result.is_ok() && state.commands.checks.contains_key(&key) {
                created.begin(state);
            }
        });
    }
    let check = Check { answer: Some(answer), files: 0, findings: 0, published: BTreeSet::new() };
    let check = Arc::new(Mutex::new(check));
    let scan_ticket = ticket.clone();
    let (shared, each_ticket, each_progress) = (Arc::clone(&check), ticket.clone(), progress.clone());
    let mut total = 0;
    let each = move |state: &mut State, checked: Checked| {
        let mut check = locked(&shared);
        if check.answer.as_ref().is_none_or(Sender::is_closed) {
            each_ticket.cancel();
        }
        check.files += 1;
        check.findings += checked.count;
        total = total.max(checked.left + check.files);
        let percentage = 100 - 100 * checked.left / total.max(1);
        let message = format!("{} 个文件，{} 处", check.files, check.findings);
        each_progress.send(state, &json!({ "kind": "report", "message": message, "percentage": percentage }));
        let is_open = state.documents.contains_key(&checked.uri);
        // Open documents were sent theirs, and who asks for diagnostics is sent none.
        if !is_open && !state.session.abilities.pulls_diagnostics {
            if checked.items != b"[]" {
                publish(state, &checked.uri, &checked.items);
                check.published.insert(checked.uri);
            } else if state.commands.published.contains(&checked.uri) {
                publish(state, &checked.uri, b"[]");
            }
        }
    };
    let done = move |state: &mut State| {
        state.commands.checks.remove(&key);
        let cancelled = ticket.is_cancelled();
        let mut check = locked(&check);
        let before = std::mem::take(&mut state.commands.published);
        let published = std::mem::take(&mut check.published);
        if cancelled {
            state.commands.published = before.union(&published).cloned().collect();
        } else {
            // Files that are gone.
            for uri in before.difference(&published).filter(|uri| !state.documents.contains_key(*uri)) {
                publish(state, uri, b"[]");
            }
            state.commands.published = published;
        }
        state.watch();
        let (files, findings) = (check.files, check.findings);
        let message = if cancelled {
            format!("检查已取消：看了 {files} 个文件，发现 {findings} 处")
        } else {
            format!("共检查 {files} 个文件，发现 {findings} 处")
        };
        progress.send(state, &json!({ "kind": "end", "message": message }));
        // Who asks for diagnostics learns by asking again.
        state.refresh_pulls();
        state.log(MessageType::INFO, &message);
        if let Some(answer) = check.answer.take() {
            let result = json!({ "files": files, "findings": findings, "cancelled": cancelled, "message": message });
            reply(answer, Ok(Some(result)));
        }
    };
    state.scan(scan_ticket, each, done);
}

/// Checks files again that changed on disk, if they were sent findings and are not open.
pub fn files_changed(state: &mut State, files: &[PathBuf]) {
    let shown = |file: &PathBuf| Some(Arc::<str>::from(tower_lsp::ls_types::Uri::from_file_path(file)?.as_str()));
    for uri in files.iter().filter_map(shown) {
        if !state.documents.contains_key(&uri) {
            check_again(state, &uri);
        }
    }
}

/// Sends a file that is not open its findings again, if it was sent any; whether it was.
pub fn check_again(state: &mut State, uri: &str) -> bool {
    let Some(uri) = state.commands.published.get(uri).cloned() else { return false };
    match from_proto::path(&uri).filter(|file| file.is_file()) {
        Some(file) => state.scan_files(vec![file], |state, checked| {
            if !state.documents.contains_key(&checked.uri) {
                publish(state, &checked.uri, &checked.items);
            }
        }),
        None => {
            publish(state, &uri, b"[]");
            state.commands.published.remove(&uri);
        }
    }
    true
}

impl Commands {
    /// The ends of the names of files that are not open and were sent findings.
    pub fn shown_extensions(&self) -> BTreeSet<String> {
        let extension = |uri: &Arc<str>| from_proto::path(uri)?.extension()?.to_str().map(str::to_owned);
        self.published.iter().filter_map(extension).collect()
    }
}

fn locked(check: &Mutex<Check>) -> MutexGuard<'_, Check> {
    check.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends the diagnostics of a file that is not open.
fn publish(state: &State, uri: &Arc<str>, items: &[u8]) {
    state.send_items(uri, uri, None, |out| out.extend_from_slice(items));
}
