//! The owner of all state: one thread that does one thing after the other. Reading hands tasks to it in the order of the
//! messages; when none are waiting, documents that changed are judged and their findings go out.
//!
//! So an edit that arrives while another is waiting is applied before anything is judged, and nothing that is stale is
//! published. Requests to the client are never waited for: what to do with the answer is kept, with a time limit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc;
use tower_lsp::ls_types::{MessageType, ShowMessageParams, Uri};

use super::documents::{Document, Rules};
use super::from_proto;
use super::handlers::command::{self, Commands};
use super::handlers::diagnostics::Pulls;
use super::outbox::Outbox;
use super::projects::{Key, Load, Projects, loads_at_once};
use super::session::Session;
use crate::config::FILE_NAMES;
use crate::lint::Scratch;
use crate::workspace::{Fault, modified};

/// How long tasks are taken one after the other before documents are judged in between.
const LONGEST_BATCH: Duration = Duration::from_millis(30);

/// How long documents wait for the client's settings.
const SETTINGS_LIMIT: Duration = Duration::from_millis(500);

/// How often files are looked at that the client does not watch.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// How long any other answer of the client is waited for.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// Something to do with the state.
pub type Task = Box<dyn FnOnce(&mut State) + Send>;

/// The way to the state, from any thread.
#[derive(Clone)]
pub struct Actor(Sender<Task>);

impl Actor {
    /// Starts the thread that owns the state. It ends when every handle to it is gone, or with the program.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(outbox: Outbox) -> std::io::Result<Actor> {
        let (sender, receiver) = mpsc::channel();
        let actor = Actor(sender);
        let own = actor.clone();
        std::thread::Builder::new()
            .name("wanyan-main".to_owned())
            .stack_size(16 << 20)
            .spawn(move || run(State::new(own, outbox), &receiver))?;
        Ok(actor)
    }

    /// Hands over something to do. It is done after everything that was handed over before.
    pub fn post(&self, task: impl FnOnce(&mut State) + Send + 'static) {
        // The owner is gone only when the program ends.
        let _ = self.0.send(Box::new(task));
    }
}

/// What becomes of the client's answer; an error where it refuses or does not answer in time.
type Answered = Box<dyn FnOnce(&mut State, Result<Value, Value>)>;

struct Pending {
    until: Instant,
    answered: Answered,
}

/// Everything that the server knows.
pub struct State {
    /// For handing results of other threads back.
    pub actor: Actor,
    /// What goes to the client.
    pub outbox: Outbox,
    /// What was agreed on.
    pub session: Session,
    /// The open documents, by their addresses.
    pub documents: HashMap<Arc<str>, Document>,
    /// Requests for diagnostics that wait.
    pub pulls: Pulls,
    /// Commands that are under way.
    pub commands: Commands,
    projects: Projects,
    pending: BTreeMap<String, Pending>,
    last_request: u64,
    last_revision: u64,
    /// Until when documents wait for the client's settings.
    settings_due: Option<Instant>,
    /// The faults of configuration files and lexicons, by the address under which they are shown.
    faults: BTreeMap<String, Vec<Fault>>,
    /// The patterns of files that the client watches.
    watched: Option<BTreeSet<String>>,
    /// When files are looked at next, of a client that does not watch them, and when they were changed last.
    look_at: Option<Instant>,
    stamps: BTreeMap<PathBuf, Option<SystemTime>>,
    has_panicked: bool,
    scratch: Scratch,
}

fn run(mut state: State, tasks: &Receiver<Task>) {
    loop {
        let first = match state.next_deadline() {
            None => tasks.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => tasks.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match first {
            Ok(task) => state.guard(task),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let begun = Instant::now();
        while begun.elapsed() < LONGEST_BATCH {
            let Ok(task) = tasks.try_recv() else { break };
            state.guard(task);
        }
        state.guard(State::expire);
        state.guard(State::settle);
    }
}

impl State {
    fn new(actor: Actor, outbox: Outbox) -> State {
        State {
            actor,
            outbox,
            session: Session::default(),
            documents: HashMap::new(),
            pulls: Pulls::default(),
            commands: Commands::default(),
            projects: Projects::default(),
            pending: BTreeMap::new(),
            last_request: 0,
            last_revision: 0,
            settings_due: None,
            faults: BTreeMap::new(),
            watched: None,
            look_at: None,
            stamps: BTreeMap::new(),
            has_panicked: false,
            scratch: Scratch::default(),
        }
    }

    /// Does `task`; a panic in it is reported and goes no further.
    fn guard(&mut self, task: impl FnOnce(&mut State)) {
        if catch_unwind(AssertUnwindSafe(|| task(self))).is_err() {
            self.report_panic();
        }
    }

    /// Says, once, that something went wrong inside.
    pub fn report_panic(&mut self) {
        // What a panic left half done is not used again.
        self.scratch = Scratch::default();
        self.log(MessageType::ERROR, "婉言内部出错，这一次操作没有完成");
        if !std::mem::replace(&mut self.has_panicked, true) {
            self.show(
                MessageType::ERROR,
                "婉言内部出错，有一处没能检查；其余照常工作。麻烦把触发问题的文字反馈给我们（wanyan --version 可以看版本）",
            );
        }
    }

    /// Shows a message to the user.
    pub fn show(&self, typ: MessageType, message: &str) {
        self.outbox.notify("window/showMessage", &ShowMessageParams { typ, message: message.to_owned() });
    }

    /// Writes a line to the client's log.
    pub fn log(&self, typ: MessageType, message: &str) {
        self.outbox.notify("window/logMessage", &ShowMessageParams { typ, message: message.to_owned() });
    }

    /// Asks the client something; `answered` is called with the result, or with an error after a while.
    pub fn request<T: Serialize>(
        &mut self,
        method: &str,
        params: &T,
        answered: impl FnOnce(&mut State, Result<Value, Value>) + 'static,
    ) {
        self.last_request += 1;
        let id = format!("wanyan-{}", self.last_request);
        self.outbox.request(&id, method, params);
        let until = Instant::now() + ANSWER_LIMIT;
        self.pending.insert(id, Pending { until, answered: Box::new(answered) });
    }

    /// Takes an answer of the client. One to nothing that was asked is passed over.
    pub fn take_answer(&mut self, id: &str, result: Result<Value, Value>) {
        if let Some(pending) = self.pending.remove(id) {
            (pending.answered)(self, result);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.pending
            .values()
            .map(|pending| pending.until)
            .chain(self.settings_due)
            .chain(self.look_at)
            .min()
    }

    fn expire(&mut self) {
        if self.pending.is_empty() && self.settings_due.is_none() && self.look_at.is_none() {
            return;
        }
        let now = Instant::now();
        if self.look_at.is_some_and(|due| due <= now) {
            self.look_for_changes();
        }
        let late: Vec<String> =
            self.pending.iter().filter(|(_, pending)| pending.until <= now).map(|(id, _)| id.clone()).collect();
        for id in late {
            self.take_answer(&id, Err(Value::String("the client did not answer in time".to_owned())));
        }
        if self.settings_due.is_some_and(|due| due <= now) {
            self.settings_due = None;
            self.log(MessageType::WARNING, "编辑器没有回答 workspace/configuration，先按默认设置检查");
        }
    }

    /// What the client asks for after the session has begun.
    pub fn begin(&mut self) {
        if let Some(locale) = self.session.locale.as_ref().filter(|locale| !locale.starts_with("zh")) {
            self.log(MessageType::INFO, &format!("wanyan speaks Chinese; the editor's language is {locale}."));
        }
        let abilities = self.session.abilities;
        if abilities.registers_configuration {
            self.register("wanyan-configuration", "workspace/didChangeConfiguration", &json!({ "section": "wanyan" }));
        }
        self.watch();
        self.ask_for_settings();
    }

    /// Registers something with the client.
    fn register(&mut self, id: &str, method: &str, options: &Value) {
        let registration = json!({ "registrations": [{ "id": id, "method": method, "registerOptions": options }] });
        let what = method.to_owned();
        self.request("client/registerCapability", &registration, move |state, answer| {
            if let Err(error) = answer {
                state.log(MessageType::WARNING, &format!("编辑器没有接受 {what} 的登记：{error}"));
            }
        });
    }

    /// Asks for the settings of each folder and of the rest.
    pub fn ask_for_settings(&mut self) {
        if !self.session.abilities.configuration {
            return;
        }
        let asked: Vec<String> = self.session.folders.iter().map(|folder| folder.uri.clone()).collect();
        let scoped = asked.iter().map(|uri| json!({ "scopeUri": uri, "section": "wanyan" }));
        let items: Vec<Value> = scoped.chain([json!({ "section": "wanyan" })]).collect();
        if self.documents.values().all(Document::is_stale) {
            self.settings_due = Some(Instant::now() + SETTINGS_LIMIT);
        }
        self.request("workspace/configuration", &json!({ "items": items }), move |state, answer| {
            state.settings_due = None;
            let Ok(Value::Array(values)) = answer else { return };
            state.session.take_settings(&asked, &values);
            state.settings_changed();
        });
    }

    /// Has everything judged again by the settings as they are now, where they are others for a document.
    pub fn settings_changed(&mut self) {
        let uris: Vec<Arc<str>> = self.documents.keys().cloned().collect();
        for uri in &uris {
            self.reconsider(uri);
        }
        let mut paths: Vec<Option<PathBuf>> = uris.iter().map(|uri| from_proto::path(uri)).collect();
        // A file right in the folder stands for it.
        paths.extend(
            self.session.folders.iter().map(|folder| folder.path.as_ref().map(|path| path.join("wanyan.toml"))),
        );
        let keys: BTreeSet<Key> = paths.iter().map(|path| self.key_of(path.as_deref())).collect();
        self.projects.retain(&keys);
        self.show_faults();
    }

    /// Has a document judged again if it goes by something else than before.
    fn reconsider(&mut self, uri: &Arc<str>) {
        let Some(old) = self.documents.get(uri).map(|document| document.rules.clone()) else { return };
        let now = self.find_rules(uri);
        let Some(document) = self.documents.get_mut(uri) else { return };
        let same = match (&old, &now) {
            (Some(old), Some(now)) => old.same(now),
            (None, _) => true,
            // It goes by another project, which is not there yet: until then by the last.
            (Some(_), None) => false,
        };
        if !same {
            document.forget();
        }
    }

    /// What a document goes by; nothing while that is being loaded, or where nothing is to be judged.
    fn find_rules(&mut self, uri: &str) -> Option<Rules> {
        let path = from_proto::path(uri);
        self.rules_of(path.as_deref())
    }

    /// What a file, or a document without one, goes by; nothing while that is being loaded.
    pub fn rules_of(&mut self, path: Option<&Path>) -> Option<Rules> {
        let key = self.key_of(path);
        let mut loads = Vec::new();
        self.projects.get(&key, &mut loads);
        self.start(loads);
        let project = self.projects.get(&key, &mut Vec::new())?;
        let settings = self.session.settings_of(path);
        Some(Rules {
            project,
            is_on: settings.enable,
            least: settings.least,
            encoding: self.session.encoding,
            support: self.session.abilities.diagnostics,
            rule_url: settings.rule_url.clone(),
        })
    }

    fn key_of(&mut self, path: Option<&Path>) -> Key {
        let settings = self.session.settings_of(path);
        let folder = self.session.folders.iter().find_map(|folder| folder.path.as_deref());
        self.projects.key(path, folder, settings)
    }

    /// Does what is quick to load at once, and the rest on threads of their own.
    fn start(&mut self, loads: Vec<Load>) {
        for load in loads {
            if loads_at_once(&load) {
                let result = load.run();
                self.loaded(&load, result);
                continue;
            }
            let actor = self.actor.clone();
            let work = move || {
                let result = catch_unwind(AssertUnwindSafe(|| load.run()));
                actor.post(move |state| match result {
                    Ok(result) => {
                        state.loaded(&load, result);
                        state.settings_changed();
                    }
                    Err(_) => state.report_panic(),
                });
            };
            if std::thread::Builder::new().name("wanyan-loader".to_owned()).spawn(work).is_err() {
                self.log(MessageType::ERROR, "系统没有余力加载词库");
            }
        }
    }

    fn loaded(&mut self, load: &Load, result: Result<crate::workspace::Project, crate::workspace::Faults>) {
        if let Some(unknown) = result.as_ref().ok().and_then(|project| load.unknown(project)) {
            self.show(MessageType::WARNING, &format!("编辑器的设置 wanyan.severity：{unknown}"));
        }
        if self.projects.loaded(load, result) {
            self.show_faults();
            self.watch();
        }
    }

    /// Takes that these files changed on disk.
    pub fn files_changed(&mut self, files: &[PathBuf]) {
        let mut loads = Vec::new();
        if self.projects.files_changed(files, &mut loads) {
            self.start(loads);
            self.settings_changed();
            self.refresh_pulls();
        }
        command::files_changed(self, files);
    }

    /// Loads every configuration and lexicon again.
    pub fn reload_all(&mut self) {
        let mut loads = Vec::new();
        self.projects.reload_all(&mut loads);
        self.start(loads);
        self.settings_changed();
        self.refresh_pulls();
    }

    /// Asks a client that pulls to pull again.
    pub fn refresh_pulls(&mut self) {
        if self.session.abilities.pulls_diagnostics && self.session.abilities.refreshes_diagnostics {
            self.request("workspace/diagnostic/refresh", &(), |_, _| {});
        }
    }

    /// Shows what is wrong in configuration files and lexicons where it is wrong, and takes back what is mended.
    fn show_faults(&mut self) {
        let address = |path: &Path| Some(Uri::from_file_path(path)?.as_str().to_owned());
        let open: BTreeMap<PathBuf, Arc<str>> = self
            .documents
            .keys()
            .filter_map(|uri| Some((crate::workspace::absolute(&from_proto::path(uri)?), Arc::clone(uri))))
            .collect();
        let now: BTreeMap<String, Vec<Fault>> = self
            .projects
            .faults()
            .into_iter()
            .filter_map(|(path, faults)| {
                Some((open.get(&path).map(|uri| uri.to_string()).or_else(|| address(&path))?, faults))
            })
            .collect();
        if now == self.faults {
            return;
        }
        let before = std::mem::replace(&mut self.faults, now);
        if let Some((_, faults)) = self.faults.iter().find(|(uri, faults)| before.get(*uri) != Some(faults)) {
            let first = faults.first().map(|fault| format!("{}：{}", fault.file.display(), fault.message));
            let message = format!("{}\n修好之前，先按上一次能用的配置检查。", first.unwrap_or_default());
            self.log(MessageType::WARNING, &message);
            if self.session.abilities.pulls_diagnostics {
                self.show(MessageType::WARNING, &message);
            }
        }
        if self.session.abilities.pulls_diagnostics {
            self.refresh_pulls();
            return;
        }
        let touched: BTreeSet<String> = before.keys().chain(self.faults.keys()).cloned().collect();
        for uri in touched {
            if before.get(&uri) != self.faults.get(&uri) {
                self.publish(&uri);
            }
        }
    }

    /// What is wrong in the file of that address.
    #[must_use]
    pub fn faults_of(&self, uri: &str) -> &[Fault] {
        self.faults.get(uri).map(Vec::as_slice).unwrap_or_default()
    }

    /// The addresses of files with faults.
    pub fn faulty(&self) -> impl Iterator<Item = &str> {
        self.faults.keys().map(String::as_str)
    }

    /// The files that matter, and those that would if they were there, with the times of their last changes.
    fn stamps(&self) -> BTreeMap<PathBuf, Option<SystemTime>> {
        let folders = self.session.folders.iter().filter_map(|folder| folder.path.as_ref());
        let possible = folders.flat_map(|folder| FILE_NAMES.map(|name| folder.join(name)));
        self.projects
            .files()
            .into_iter()
            .chain(possible)
            .map(|file| (modified(&file), file))
            .map(|(at, file)| (file, at))
            .collect()
    }

    /// Looks whether files changed, for a client that does not watch them.
    fn look_for_changes(&mut self) {
        self.look_at = Some(Instant::now() + LOOK_INTERVAL);
        let now = self.stamps();
        let before = std::mem::replace(&mut self.stamps, now);
        let changed: Vec<PathBuf> = self
            .stamps
            .iter()
            .filter(|(file, at)| before.get(*file).is_some_and(|before| before != *at))
            .map(|(file, _)| file.clone())
            .collect();
        if !changed.is_empty() {
            self.files_changed(&changed);
        }
    }

    /// Has the client watch configuration files and lexicons; where it does not, they are looked at now and then.
    pub fn watch(&mut self) {
        if !self.session.abilities.registers_watchers {
            if self.look_at.is_none() {
                self.stamps = self.stamps();
            }
            self.look_at.get_or_insert_with(|| Instant::now() + LOOK_INTERVAL);
            return;
        }
        let outside = self.projects.files().into_iter().filter(|file| self.session.folder_of(file).is_none());
        let outside = outside.map(|file| file.to_string_lossy().into_owned());
        // Lexicons may have any name, but they are TOML.
        let inside = std::iter::once("toml".to_owned()).chain(self.commands.shown_extensions());
        let patterns: BTreeSet<String> = inside.map(|extension| format!("**/*.{extension}")).chain(outside).collect();
        if self.watched.as_ref() == Some(&patterns) {
            return;
        }
        if self.watched.is_some() {
            let gone =
                json!({ "unregisterations": [{ "id": "wanyan-files", "method": "workspace/didChangeWatchedFiles" }] });
            self.request("client/unregisterCapability", &gone, |_, _| {});
        }
        let watchers: Vec<Value> = patterns.iter().map(|pattern| json!({ "globPattern": pattern })).collect();
        self.register("wanyan-files", "workspace/didChangeWatchedFiles", &json!({ "watchers": watchers }));
        self.watched = Some(patterns);
    }

    /// Brings the findings of a document up to its text; whether they are. Whoever asks something of a document does not
    /// wait for the client's settings: it is judged again when these come.
    pub fn update(&mut self, uri: &str) -> bool {
        let Some(document) = self.documents.get(uri) else { return false };
        if !document.is_stale() {
            return true;
        }
        if document.rules.is_none() {
            let rules = self.find_rules(uri);
            if let Some(document) = self.documents.get_mut(uri) {
                document.rules = rules;
            }
        }
        self.last_revision += 1;
        let (scratch, revision) = (&mut self.scratch, self.last_revision);
        let Some(document) = self.documents.get_mut(uri) else { return false };
        let Some(rules) = document.rules.clone() else { return false };
        let judged = catch_unwind(AssertUnwindSafe(|| document.update(&rules, scratch)));
        document.revision = revision;
        if judged.is_err() {
            document.give_up();
            self.report_panic();
        }
        true
    }

    /// Judges what changed, and sends what is found.
    fn settle(&mut self) {
        if self.settings_due.is_some() {
            return;
        }
        let pushes = !self.session.abilities.pulls_diagnostics;
        // A request may have had a document judged already.
        let is_due = |document: &&Document| document.is_stale() || pushes && document.sent != document.revision;
        let due: Vec<Arc<str>> = self.documents.values().filter(is_due).map(|document| document.uri.clone()).collect();
        for uri in due {
            if self.update(&uri) && pushes {
                self.publish(&uri);
            }
        }
        self.answer_pulls();
    }

    /// Sends the diagnostics of a document, or of a file with faults.
    pub fn publish(&mut self, uri: &str) {
        let document = self.documents.get(uri);
        let known = document.map_or_else(|| Arc::from(uri), |document| Arc::clone(&document.uri));
        let address = document.map_or(uri, |document| &document.address);
        let version = document.and_then(|document| document.version);
        self.send_items(&known, address, version, |out| self.write_items(uri, out));
        if let Some(document) = self.documents.get_mut(uri) {
            document.sent = document.revision;
        }
    }

    /// Sends diagnostics, an array that `write` writes, of what is known by `uri` and written `address` by the client.
    pub fn send_items(&self, uri: &Arc<str>, address: &str, version: Option<i32>, write: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = self.outbox.frame();
        let out = frame.body();
        out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"uri":"#);
        write_string(out, address);
        if let Some(version) = version {
            out.extend_from_slice(format!(r#","version":{version}"#).as_bytes());
        }
        out.extend_from_slice(br#","diagnostics":"#);
        write(out);
        out.extend_from_slice(b"}}");
        self.outbox.publish(uri, frame);
    }

    /// Whether the client's settings are still to come.
    #[must_use]
    pub fn waits_for_settings(&self) -> bool {
        self.settings_due.is_some()
    }

    /// Writes the diagnostics of an open document, or of a file with faults, as an array.
    pub fn write_items(&self, uri: &str, out: &mut Vec<u8>) {
        let faults = self.faults_of(uri);
        match self.documents.get(uri) {
            Some(document) => document.write(out),
            None => out.extend_from_slice(b"[]"),
        }
        if faults.is_empty() {
            return;
        }
        out.pop();
        let mut separator = if out.ends_with(b"[") { "" } else { "," };
        for fault in faults {
            out.extend_from_slice(separator.as_bytes());
            out.extend_from_slice(super::handlers::diagnostics::fault(fault).as_bytes());
            separator = ",";
        }
        out.push(b']');
    }

    /// Takes a document out.
    pub fn close(&mut self, uri: &str) {
        let Some(document) = self.documents.remove(uri) else { return };
        if !self.session.abilities.pulls_diagnostics && !command::check_again(self, uri) {
            self.publish(&document.address);
        }
    }
}

/// Writes a string of JSON.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(serde_json::to_string(text).unwrap_or_default().as_bytes());
}

/// The error of a request about a document that is not open.
#[must_use]
pub fn unknown_document(uri: &str) -> jsonrpc::Error {
    jsonrpc::Error::invalid_params(format!("文档没有打开：{uri}"))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::*;

    #[test]
    fn a_panic_is_told_once_and_the_rest_goes_on() {
        let (mut output, input) = io::pipe().unwrap();
        let outbox = Outbox::start(Box::new(input), || {}).unwrap();
        let actor = Actor::start(outbox.clone()).unwrap();
        for _ in 0..3 {
            actor.post(|_| panic!("a bug"));
        }
        let (sender, done) = mpsc::channel();
        actor.post(move |state| {
            state.documents.insert("a".into(), Document::open("a", "plaintext", Some(1), "不行".to_owned()));
            state.update("a");
            sender.send(state.documents["a"].count()).unwrap();
        });
        assert!(done.recv().unwrap() > 0);
        outbox.close(Duration::from_secs(60));
        drop((outbox, actor));
        let mut written = vec![0; 1 << 16];
        let length = output.read(&mut written).unwrap();
        let written = String::from_utf8_lossy(&written[..length]);
        assert_eq!(written.matches("window/showMessage").count(), 1, "{written}");
        assert_eq!(written.matches("window/logMessage").count(), 3, "{written}");
    }
}
