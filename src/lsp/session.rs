//! What client and server agreed on, and what the client asked for since. Must not know documents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tower_lsp::ls_types::{InitializeParams, WorkspaceFolder};

use super::Encoding;
use super::from_proto;
use super::to_proto::DiagnosticSupport;
use crate::config::{Level, Register};
use crate::diagnostic::Severity;
use crate::document::ExtractOptions;

/// What the client can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// It asks for diagnostics, so that none are pushed.
    pub pulls_diagnostics: bool,
    /// It asks again when told to.
    pub refreshes_diagnostics: bool,
    /// It answers `workspace/configuration`.
    pub configuration: bool,
    /// It takes registrations of `workspace/didChangeConfiguration` and of `workspace/didChangeWatchedFiles`.
    pub registers_configuration: bool,
    /// See there.
    pub registers_watchers: bool,
    /// It shows progress that the server begins.
    pub progress: bool,
    /// It takes `workspace/applyEdit`.
    pub apply_edit: bool,
    /// It takes edits with versions, and such as create files.
    pub document_changes: bool,
    /// It takes edits that create files.
    pub creates_files: bool,
    /// It knows code actions as more than commands.
    pub code_action_literals: bool,
    /// It resolves edits of code actions when they are chosen.
    pub resolves_code_action_edits: bool,
    /// It marks one code action as the preferred one.
    pub preferred_code_actions: bool,
    /// It shows actions that are disabled with a reason.
    pub disabled_code_actions: bool,
    /// It keeps `data` of code actions until they are resolved.
    pub code_action_data: bool,
    /// It knows placeholders in completions.
    pub snippets: bool,
    /// It shows Markdown in hovers.
    pub markdown_hover: bool,
    /// It shows Markdown in the documentation of completions.
    pub markdown_completion: bool,
    /// What it shows of findings.
    pub diagnostics: DiagnosticSupport,
}

/// What the user set in the editor, under the section `wanyan`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// Whether anything is judged.
    pub enable: bool,
    /// The configuration file that is used instead of those that are found upwards from each file.
    pub config_file: Option<PathBuf>,
    /// Lexicons laid over all others.
    pub lexicons: Vec<PathBuf>,
    /// The mildest finding that is shown.
    pub least: Severity,
    /// Names of agents and customers, besides those of the configuration file.
    pub labels: ExtractOptions,
    /// How grave findings are, by rule or category, where the configuration file does not say.
    pub severity: BTreeMap<String, Level>,
    /// Which rewrites come first, where the configuration file does not say.
    pub register: Register,
    /// The address of a rule's documentation, with `{rule}` in the place of its id; without one findings have no link.
    pub rule_url: Option<Arc<str>>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        ClientSettings {
            enable: true,
            config_file: None,
            lexicons: Vec::new(),
            least: Severity::Hint,
            labels: ExtractOptions::default(),
            severity: BTreeMap::new(),
            register: Register::Auto,
            rule_url: None,
        }
    }
}

impl ClientSettings {
    /// Reads what a client sends, with relative paths from `folder`. What is missing or of another kind is as usual.
    #[must_use]
    pub fn read(value: &Value, folder: Option<&Path>) -> ClientSettings {
        let usual = ClientSettings::default();
        let path = |value: &Value| {
            let text = value.as_str().filter(|text| !text.trim().is_empty())?;
            Some(folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text)))
        };
        let list = |name: &str| value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let strings = |name: &str| list(name).iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let least = match value.get("minSeverity").and_then(Value::as_str) {
            Some("error") => Severity::Error,
            Some("warning") => Severity::Warning,
            Some("info") => Severity::Info,
            _ => Severity::Hint,
        };
        let severity = value.get("severity").and_then(Value::as_object).into_iter().flatten();
        let level = |(name, level): (&String, &Value)| Some((name.clone(), Level::deserialize(level).ok()?));
        ClientSettings {
            enable: value.get("enable").and_then(Value::as_bool).unwrap_or(usual.enable),
            config_file: value.get("configFile").and_then(path),
            lexicons: list("lexicons").iter().filter_map(path).collect(),
            least,
            labels: ExtractOptions {
                agent_labels: strings("agentLabels"),
                customer_labels: strings("customerLabels"),
                ..ExtractOptions::default()
            },
            severity: severity.filter_map(level).collect(),
            rule_url: value.get("ruleUrl").and_then(Value::as_str).filter(|url| !url.is_empty()).map(Arc::from),
            register: value.get("register").and_then(|named| Register::deserialize(named).ok()).unwrap_or_default(),
        }
    }
}

/// A folder of the workspace.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its address, as the client writes it.
    pub uri: String,
    /// Where it lies, if on this machine.
    pub path: Option<PathBuf>,
    /// What the user set for it.
    pub settings: ClientSettings,
}

/// The session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The unit of columns.
    pub encoding: Encoding,
    /// What the client can do.
    pub abilities: Abilities,
    /// The language of the client's surface, such as `zh-cn`.
    pub locale: Option<String>,
    /// The client's process.
    pub parent: Option<u32>,
    /// The folders of the workspace.
    pub folders: Vec<Folder>,
    /// What the user set for everything outside the folders.
    pub settings: ClientSettings,
}

impl Session {
    /// The session that a client asks for.
    #[must_use]
    pub fn new(params: &InitializeParams) -> Session {
        let encodings = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let initial = params.initialization_options.as_ref().map(|options| options.get("wanyan").unwrap_or(options));
        let mut session = Session {
            encoding: Encoding::choose(encodings),
            abilities: abilities(params),
            locale: params.locale.clone(),
            parent: params.process_id,
            folders: Vec::new(),
            settings: ClientSettings::default(),
        };
        #[allow(deprecated)] // what older clients say instead of folders
        let root = params.root_uri.as_ref().map(|uri| uri.as_str().to_owned());
        match &params.workspace_folders {
            Some(folders) => folders.iter().for_each(|folder| session.add_folder(folder)),
            None => root.into_iter().for_each(|uri| session.add(uri)),
        }
        if let Some(initial) = initial {
            session.set(initial);
        }
        session
    }

    /// Adds a folder to the workspace.
    pub fn add_folder(&mut self, folder: &WorkspaceFolder) {
        self.add(folder.uri.as_str().to_owned());
    }

    fn add(&mut self, uri: String) {
        if self.folders.iter().all(|folder| folder.uri != uri) {
            let path = from_proto::path(&uri);
            self.folders.push(Folder { uri, path, settings: self.settings.clone() });
        }
    }

    /// Takes a folder out of the workspace.
    pub fn remove_folder(&mut self, folder: &WorkspaceFolder) {
        self.folders.retain(|own| own.uri != folder.uri.as_str());
    }

    /// Takes settings that hold everywhere.
    pub fn set(&mut self, value: &Value) {
        let first = self.folders.iter().find_map(|folder| folder.path.clone());
        self.settings = ClientSettings::read(value, first.as_deref());
        for folder in &mut self.folders {
            folder.settings = ClientSettings::read(value, folder.path.as_deref());
        }
    }

    /// Takes the answers to `workspace/configuration`: one for each of the folders `asked`, and one for the rest.
    pub fn take_settings(&mut self, asked: &[String], values: &[Value]) {
        if let Some(value) = values.get(asked.len()).filter(|value| value.is_object()) {
            self.set(value);
        }
        for (uri, value) in asked.iter().zip(values).filter(|(_, value)| value.is_object()) {
            if let Some(folder) = self.folders.iter_mut().find(|folder| folder.uri == *uri) {
                folder.settings = ClientSettings::read(value, folder.path.as_deref());
            }
        }
    }

    /// The folder of the workspace in which a file lies, the innermost.
    #[must_use]
    pub fn folder_of(&self, path: &Path) -> Option<&Folder> {
        self.folders
            .iter()
            .filter(|folder| folder.path.as_ref().is_some_and(|folder| path.starts_with(folder)))
            .max_by_key(|folder| folder.path.as_ref().map(|path| path.components().count()))
    }

    /// What the user set for a document: its folder's settings; those of the first folder for one that has no file.
    #[must_use]
    pub fn settings_of(&self, path: Option<&Path>) -> &ClientSettings {
        let folder = match path {
            Some(path) => self.folder_of(path),
            None => self.folders.first(),
        };
        folder.map_or(&self.settings, |folder| &folder.settings)
    }
}

fn abilities(params: &InitializeParams) -> Abilities {
    use tower_lsp::ls_types::{DiagnosticTag, MarkupKind, ResourceOperationKind};
    let capabilities = &params.capabilities;
    let workspace = capabilities.workspace.as_ref();
    let document = capabilities.text_document.as_ref();
    let publish = document.and_then(|document| document.publish_diagnostics.as_ref());
    let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
    let actions = document.and_then(|document| document.code_action.as_ref());
    let completion = document.and_then(|document| document.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    let hover = document.and_then(|document| document.hover.as_ref());
    let pulls = document.is_some_and(|document| document.diagnostic.is_some());
    let says = |said: Option<bool>| said.unwrap_or(false);
    let resolves = actions.and_then(|actions| actions.resolve_support.as_ref());
    Abilities {
        pulls_diagnostics: pulls,
        refreshes_diagnostics: workspace
            .and_then(|workspace| workspace.diagnostics.as_ref())
            .is_some_and(|diagnostics| says(diagnostics.refresh_support)),
        configuration: says(workspace.and_then(|workspace| workspace.configuration)),
        registers_configuration: workspace
            .and_then(|workspace| workspace.did_change_configuration.as_ref())
            .is_some_and(|configuration| says(configuration.dynamic_registration)),
        registers_watchers: workspace
            .and_then(|workspace| workspace.did_change_watched_files.as_ref())
            .is_some_and(|watched| says(watched.dynamic_registration)),
        progress: says(capabilities.window.as_ref().and_then(|window| window.work_done_progress)),
        apply_edit: says(workspace.and_then(|workspace| workspace.apply_edit)),
        document_changes: edits.is_some_and(|edits| says(edits.document_changes)),
        creates_files: edits
            .and_then(|edits| edits.resource_operations.as_ref())
            .is_some_and(|operations| operations.contains(&ResourceOperationKind::Create)),
        code_action_literals: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
        resolves_code_action_edits: resolves
            .is_some_and(|resolves| resolves.properties.iter().any(|property| property == "edit")),
        preferred_code_actions: actions.is_some_and(|actions| says(actions.is_preferred_support)),
        disabled_code_actions: actions.is_some_and(|actions| says(actions.disabled_support)),
        code_action_data: actions.is_some_and(|actions| says(actions.data_support)),
        snippets: item.is_some_and(|item| says(item.snippet_support)),
        markdown_hover: hover
            .and_then(|hover| hover.content_format.as_ref())
            .is_some_and(|formats| formats.first() == Some(&MarkupKind::Markdown)),
        markdown_completion: item
            .and_then(|item| item.documentation_format.as_ref())
            .is_some_and(|formats| formats.first() == Some(&MarkupKind::Markdown)),
        diagnostics: DiagnosticSupport {
            // Whoever pulls takes all of it.
            code_description: pulls || publish.is_some_and(|publish| says(publish.code_description_support)),
            unnecessary: publish
                .and_then(|publish| publish.tag_support.as_ref())
                .is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY)),
            data: pulls || publish.is_some_and(|publish| says(publish.data_support)),
        },
    }
}
