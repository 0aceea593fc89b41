//! The framework: routing of requests, the stages of a session, cancelling. The only file that touches it, apart from its
//! types of the protocol and of JSON-RPC.
//!
//! Its transport is not used: that ends at the first message that it cannot read, runs four requests at a time and lets
//! notifications wait behind them, and stops reading when the client does. Here messages are read one after the other and
//! each is handed on before the next is read: what comes with every keystroke goes straight to the owner of the state,
//! everything else through the framework's service, whose handlers are polled at once, so that they hand over in the order
//! in which they were called.

use std::borrow::Cow;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Waker};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tower::Service;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidSaveTextDocumentParams, ExecuteCommandParams, Hover, HoverParams, InitializeParams, InitializeResult,
    InitializedParams,
};
use tower_lsp::{LanguageServer, LspService};

use super::capabilities::capabilities;
use super::documents::Document;
use super::from_proto::{self, Changed, Named, Opened};
use super::handlers::{code_action, command, completion, hover};
use super::main_loop::{Actor, State};
use super::outbox::Outbox;
use super::session::Session;
use super::transport::{self, Incoming};

/// How the session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client asked for it, in the order that the protocol wants.
    Orderly,
    /// Without `shutdown`: the client is gone, or said `exit` at once.
    Abruptly,
}

/// What the framework calls.
struct Server {
    actor: Actor,
    parent: Sender<u32>,
}

impl Server {
    /// Has the owner of the state answer a request.
    async fn ask<T: Send + 'static>(&self, work: impl FnOnce(&mut State) -> Result<T> + Send + 'static) -> Result<T> {
        let (sender, answer) = oneshot::channel();
        self.actor.post(move |state| {
            // Nobody waits for what was cancelled.
            if !sender.is_closed() {
                let _ = sender.send(work(state));
            }
        });
        // Without an answer the work panicked, which was reported.
        answer.await.unwrap_or_else(|_| Err(Error::internal_error()))
    }
}

impl LanguageServer for Server {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let session = Session::new(&params);
        let result = InitializeResult {
            capabilities: capabilities(&session),
            server_info: Some(tower_lsp::ls_types::ServerInfo {
                name: "wanyan".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        };
        if let Some(parent) = session.parent {
            // Nobody watches where that is not possible.
            let _ = self.parent.send(parent);
        }
        self.actor.post(move |state| state.session = session);
        Ok(result)
    }

    async fn initialized(&self, _: InitializedParams) {
        self.actor.post(State::begin);
    }

    async fn shutdown(&self) -> Result<()> {
        // What was asked before is answered first.
        self.ask(|_| Ok(())).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask(move |state| hover::hover(state, &params)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.ask(move |state| completion::complete(state, &params)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(move |state| code_action::code_actions(state, &params)).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        self.ask(move |state| code_action::resolve(state, action)).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let (sender, answer) = oneshot::channel();
        self.actor.post(move |state| command::execute(state, params, sender));
        answer.await.unwrap_or_else(|_| Err(Error::internal_error()))
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        // Clients that watch no files still tell of what they save.
        if let Some(file) = from_proto::path(params.text_document.uri.as_str())
            && file.extension().is_some_and(|extension| extension == "toml")
        {
            self.actor.post(move |state| state.files_changed(&[file]));
        }
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.actor.post(move |state| {
            if state.session.abilities.configuration {
                state.ask_for_settings();
            } else if let Some(settings) = params.settings.get("wanyan").filter(|settings| settings.is_object()) {
                state.session.set(settings);
                state.settings_changed();
            }
        });
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.actor.post(move |state| {
            params.event.removed.iter().for_each(|folder| state.session.remove_folder(folder));
            params.event.added.iter().for_each(|folder| state.session.add_folder(folder));
            state.ask_for_settings();
            state.settings_changed();
        });
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        let files: Vec<PathBuf> =
            params.changes.iter().filter_map(|change| from_proto::path(change.uri.as_str())).collect();
        self.actor.post(move |state| state.files_changed(&files));
    }
}

/// A message, as far as it tells where it goes.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default, deserialize_with = "present")]
    id: Option<Value>,
    #[serde(default, borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    error: Option<&'a RawValue>,
}

/// An id that is there is one, even `null`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Where in the life of a session the protocol is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begun,
    Running,
    ShutDown,
}

/// Reads messages and hands them on.
pub struct Front {
    service: LspService<Server>,
    actor: Actor,
    outbox: Outbox,
    runtime: tokio::runtime::Handle,
    stage: Stage,
}

impl Front {
    /// A session that has not begun. The client's process is sent to `parent` when it is known; answers that have to wait
    /// are waited for in `runtime`.
    #[must_use]
    pub fn new(actor: Actor, outbox: Outbox, parent: Sender<u32>, runtime: tokio::runtime::Handle) -> Front {
        let own = actor.clone();
        // The owner of the state talks to the client itself, so that the framework's socket is not used.
        let (service, _) = LspService::new(|_| Server { actor: own, parent });
        Front { service, actor, outbox, runtime, stage: Stage::Begun }
    }

    /// Reads until the session ends.
    pub fn serve(mut self, input: &mut dyn BufRead) -> Ended {
        loop {
            match transport::read(input) {
                Ok(Some(Incoming::Body(body))) => {
                    if let Some(ended) = self.take(&body) {
                        return ended;
                    }
                }
                Ok(Some(Incoming::Malformed(wrong))) => self.refuse(&Value::Null, ErrorCode::ParseError, &wrong),
                Ok(None) | Err(_) if self.stage == Stage::ShutDown => return Ended::Orderly,
                Ok(None) | Err(_) => return Ended::Abruptly,
            }
        }
    }

    fn refuse(&self, id: &Value, code: ErrorCode, message: &str) {
        let id = serde_json::from_value(id.clone()).unwrap_or(Id::Null);
        self.outbox.answer::<()>(&id, Err(&Error { code, message: message.to_owned().into(), data: None }));
    }

    /// Hands a message on; says when it was the last.
    fn take(&mut self, body: &[u8]) -> Option<Ended> {
        let envelope: Envelope<'_> = match serde_json::from_slice(body) {
            Ok(envelope) => envelope,
            Err(error) => {
                let code = if error.is_data() { ErrorCode::InvalidRequest } else { ErrorCode::ParseError };
                self.refuse(&Value::Null, code, &error.to_string());
                return None;
            }
        };
        let Some(method) = envelope.method.as_deref() else {
            self.take_answer(&envelope);
            return None;
        };
        if method == "exit" {
            return Some(if self.stage == Stage::ShutDown { Ended::Orderly } else { Ended::Abruptly });
        }
        if self.stage == Stage::Running && self.take_quickly(method, &envelope) {
            return None;
        }
        self.call(method, &envelope, body);
        None
    }

    fn take_answer(&self, envelope: &Envelope<'_>) {
        let Some(Value::String(id)) = envelope.id.clone() else {
            // The error of a message that the client could not read has no id.
            if envelope.result.is_none() && envelope.error.is_none() {
                self.refuse(envelope.id.as_ref().unwrap_or(&Value::Null), ErrorCode::InvalidRequest, "no method");
            }
            return;
        };
        let value = |raw: Option<&RawValue>| raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let result = match value(envelope.error) {
            Some(error) if error != Value::Null => Err(error),
            _ => Ok(value(envelope.result).unwrap_or(Value::Null)),
        };
        self.actor.post(move |state| state.take_answer(&id, result));
    }

    /// Hands on what comes with every keystroke, without the framework; whether `method` was one of these.
    fn take_quickly(&self, method: &str, envelope: &Envelope<'_>) -> bool {
        match method {
            "textDocument/didOpen" => self.note(envelope, |state, params: Opened| {
                let opened = params.text_document;
                let document = Document::open(&opened.uri, &opened.language_id, Some(opened.version), opened.text);
                state.documents.insert(document.uri.clone(), document);
            }),
            "textDocument/didChange" => self.note(envelope, change),
            "textDocument/didClose" => {
                self.note(envelope, |state, params: Named| {
                    state.close(&from_proto::address(&params.text_document.uri))
                });
            }
            "window/workDoneProgress/cancel" => self.note(envelope, |state, params: Value| {
                command::cancel(state, params.get("token").unwrap_or(&Value::Null));
            }),
            "textDocument/diagnostic" => self.ask(envelope, State::pull),
            "workspace/diagnostic" => self.ask(envelope, State::pull_workspace),
            _ => return false,
        }
        true
    }

    /// Hands a notification on; one that cannot be read is logged.
    fn note<T: DeserializeOwned + Send + 'static>(
        &self,
        envelope: &Envelope<'_>,
        work: impl FnOnce(&mut State, T) + Send + 'static,
    ) {
        match parameters(envelope) {
            Ok(params) => self.actor.post(move |state| work(state, params)),
            Err(error) => {
                if let Some(id) = &envelope.id {
                    return self.refuse(id, ErrorCode::InvalidRequest, "this is a notification");
                }
                let method = envelope.method.as_deref().unwrap_or_default().to_owned();
                self.actor.post(move |state| {
                    state.log(tower_lsp::ls_types::MessageType::ERROR, &format!("没能读懂 {method}：{error}"));
                });
            }
        }
    }

    /// Hands a request on.
    fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        envelope: &Envelope<'_>,
        work: impl FnOnce(&mut State, Id, T) + Send + 'static,
    ) {
        // Without an id there is nobody to answer.
        let Some(own) = &envelope.id else { return };
        let Ok(id) = serde_json::from_value::<Id>(own.clone()) else {
            return self.refuse(&Value::Null, ErrorCode::InvalidRequest, "an id is a number or a string");
        };
        match parameters(envelope) {
            Ok(params) => self.actor.post(move |state| work(state, id, params)),
            Err(error) => self.refuse(own, ErrorCode::InvalidParams, &error.to_string()),
        }
    }

    /// A message for the framework, which takes only addresses as the standard wants them; the addresses that were changed.
    fn request(body: &[u8]) -> serde_json::Result<(Request, Vec<Renamed>)> {
        let mut message: Value = serde_json::from_slice(body)?;
        let mut renamed = Vec::new();
        if let Some(params) = message.get_mut("params") {
            make_addresses_fit(params, &mut renamed);
        }
        Ok((serde_json::from_value(message)?, renamed))
    }

    /// Has the framework handle a message.
    fn call(&mut self, method: &str, envelope: &Envelope<'_>, body: &[u8]) {
        if method == "$/cancelRequest"
            && let Ok(params) = parameters::<Value>(envelope)
            && let Some(Ok(id)) = params.get("id").map(|id| serde_json::from_value::<Id>(id.clone()))
        {
            self.actor.post(move |state| state.cancel_pull(&id));
        }
        if let Some(id) = envelope.id.as_ref().filter(|_| method.starts_with("$/")) {
            return self.refuse(id, ErrorCode::MethodNotFound, "no such method");
        }
        let (request, renamed) = match Self::request(body) {
            Ok(request) => request,
            Err(error) => {
                let id = envelope.id.as_ref().unwrap_or(&Value::Null);
                return self.refuse(id, ErrorCode::InvalidRequest, &error.to_string());
            }
        };
        if method == "shutdown" && self.stage == Stage::Running && envelope.id.is_some() {
            self.stage = Stage::ShutDown;
        }
        let mut answer = self.service.call(request);
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => {
                let answer = answer.unwrap_or_default();
                if method == "initialize" && self.stage == Stage::Begun && answer.as_ref().is_some_and(Response::is_ok)
                {
                    self.stage = Stage::Running;
                }
                respond(&self.outbox, answer, &renamed);
            }
            Poll::Pending => {
                let outbox = self.outbox.clone();
                let waiting = async move { respond(&outbox, answer.await.unwrap_or_default(), &renamed) };
                self.runtime.spawn(waiting);
            }
        }
    }
}

fn respond(outbox: &Outbox, answer: Option<Response>, renamed: &[Renamed]) {
    if let Some(answer) = answer {
        let (id, mut result) = answer.into_parts();
        if let Ok(value) = &mut result {
            renamed.iter().for_each(|renamed| renamed.put_back(value));
        }
        outbox.answer(&id, result.as_ref());
    }
}

/// Writes the addresses of folders and files as the standard wants them.
fn make_addresses_fit(value: &mut Value, renamed: &mut Vec<Renamed>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| make_addresses_fit(value, renamed)),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(uri) if ["uri", "rootUri", "scopeUri"].contains(&name.as_str()) => {
                        if let Cow::Owned(fit) = from_proto::address(uri) {
                            let written = std::mem::replace(uri, fit.clone());
                            renamed.push(Renamed { fit, written });
                        }
                    }
                    field => make_addresses_fit(field, renamed),
                }
            }
        }
        _ => {}
    }
}

/// An address that the client does not write as the standard wants it.
struct Renamed {
    fit: String,
    written: String,
}

impl Renamed {
    /// Writes the address as the client does.
    fn put_back(&self, value: &mut Value) {
        match value {
            Value::String(text) if *text == self.fit => text.clone_from(&self.written),
            Value::Array(values) => values.iter_mut().for_each(|value| self.put_back(value)),
            Value::Object(fields) => {
                if let Some(field) = fields.remove(&self.fit) {
                    fields.insert(self.written.clone(), field);
                }
                fields.values_mut().for_each(|value| self.put_back(value));
            }
            _ => {}
        }
    }
}

fn parameters<T: DeserializeOwned>(envelope: &Envelope<'_>) -> serde_json::Result<T> {
    serde_json::from_str(envelope.params.map_or("null", RawValue::get))
}

/// Applies the changes of a document, in their order. Changes of one that is not open are logged; so are those of a version
/// that is not newer, which are applied all the same, since the client has them.
fn change(state: &mut State, params: Changed) {
    let encoding = state.session.encoding;
    let uri = params.text_document.uri;
    let Some(document) = state.documents.get_mut(&*from_proto::address(&uri)) else {
        return state.log(tower_lsp::ls_types::MessageType::WARNING, &format!("没有打开的文档有了改动：{uri}"));
    };
    let old = document.version;
    for change in params.content_changes {
        match change.range {
            None => document.replace_all(change.text),
            Some(range) => document.replace(range.start.at(), range.end.at(), &change.text, encoding),
        }
    }
    document.version = params.text_document.version.or(old);
    if let (Some(old), Some(new)) = (old, params.text_document.version)
        && new <= old
    {
        state.log(tower_lsp::ls_types::MessageType::WARNING, &format!("{uri} 的版本从 {old} 变成了 {new}"));
    }
}
