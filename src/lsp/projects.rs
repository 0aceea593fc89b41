//! The projects of the workspace: which configuration a document goes by, loading it, and loading it again when its files
//! change. A broken one leaves the last good one in force. Must not know documents.
//!
//! Without overlays a project is loaded on the spot (the built-in lexicon is shared); with overlays it is compiled on a
//! thread of its own, and documents that wait for it show nothing new until it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::session::ClientSettings;
use crate::config::{Level, Policy, Register};
use crate::document::ExtractOptions;
use crate::workspace::{Fault, Faults, Project, absolute, find_options};

/// What a project is loaded from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// Lexicons and labels that the client adds.
    lexicons: Vec<PathBuf>,
    agents: Vec<String>,
    customers: Vec<String>,
    /// What the client says of the rules.
    severity: BTreeMap<String, Level>,
    register: Register,
}

impl Key {
    fn arguments(&self) -> ExtractOptions {
        ExtractOptions {
            agent_labels: self.agents.clone(),
            customer_labels: self.customers.clone(),
            ..ExtractOptions::default()
        }
    }

    /// Loads the project. May take seconds where there are overlays.
    fn load(&self) -> Result<Project, Faults> {
        Project::load(self.config.as_deref(), &self.lexicons, &self.arguments(), &self.policy())
    }

    /// What the client says of the rules.
    fn policy(&self) -> Policy {
        Policy { severity: self.severity.clone(), register: self.register, ..Policy::USUAL }
    }
}

/// A project and how it stands.
#[derive(Default)]
struct Entry {
    /// The last good one; nothing while it is loaded for the first time.
    good: Option<Arc<Project>>,
    /// What is wrong with the files now.
    faults: Vec<Fault>,
    /// The number of the load that is under way.
    loading: Option<u64>,
}

/// What became of looking up or reloading projects.
pub struct Load {
    /// What is to be loaded.
    pub key: Key,
    /// The number of this load; older ones of the same project are stale.
    pub number: u64,
}

impl Load {
    /// What the client says of rules that there are not, in Chinese.
    #[must_use]
    pub fn unknown(&self, project: &Project) -> Option<String> {
        project.unknown(&self.key.policy())
    }

    /// Does it.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn run(&self) -> Result<Project, Faults> {
        self.key.load()
    }
}

/// All projects.
#[derive(Default)]
pub struct Projects {
    entries: BTreeMap<Key, Entry>,
    /// The configuration file of each folder that was asked about.
    configs: BTreeMap<PathBuf, Option<PathBuf>>,
    loads: u64,
    usual: Option<Arc<Project>>,
}

impl Projects {
    /// What a document of that file goes by; of `folder`, the workspace's first, where it has none.
    pub fn key(&mut self, path: Option<&Path>, folder: Option<&Path>, settings: &ClientSettings) -> Key {
        let config = match (&settings.config_file, path.and_then(Path::parent).or(folder)) {
            (Some(file), _) => Some(file.clone()),
            (None, Some(start)) => self.configs.entry(start.to_owned()).or_insert_with(|| find_options(start)).clone(),
            (None, None) => None,
        };
        Key {
            config,
            lexicons: settings.lexicons.clone(),
            agents: settings.labels.agent_labels.clone(),
            customers: settings.labels.customer_labels.clone(),
            severity: settings.severity.clone(),
            register: settings.register,
        }
    }

    /// The project in force; nothing while it is loaded for the first time. What is to be loaded is added to `loads`.
    pub fn get(&mut self, key: &Key, loads: &mut Vec<Load>) -> Option<Arc<Project>> {
        if !self.entries.contains_key(key) {
            self.reload(key.clone(), loads);
        }
        self.entries.get(key).and_then(|entry| entry.good.clone())
    }

    /// Begins to load a project.
    fn reload(&mut self, key: Key, loads: &mut Vec<Load>) {
        self.loads += 1;
        let entry = self.entries.entry(key.clone()).or_default();
        entry.loading = Some(self.loads);
        loads.push(Load { key, number: self.loads });
    }

    /// Takes what a load came to; whether anything changed by it.
    pub fn loaded(&mut self, load: &Load, result: Result<Project, Faults>) -> bool {
        let Some(entry) = self.entries.get_mut(&load.key).filter(|entry| entry.loading == Some(load.number)) else {
            return false;
        };
        entry.loading = None;
        match result {
            Ok(project) => {
                entry.good = Some(Arc::new(project));
                entry.faults.clear();
            }
            Err(faults) => {
                entry.faults = faults.0;
                if entry.good.is_none() {
                    entry.good = Some(Self::usual(&mut self.usual));
                }
            }
        }
        true
    }

    fn usual(usual: &mut Option<Arc<Project>>) -> Arc<Project> {
        let load = || {
            Arc::new(
                Project::load(None, &[], &ExtractOptions::default(), &Policy::USUAL)
                    .expect("without files there is nothing that could be wrong"),
            )
        };
        Arc::clone(usual.get_or_insert_with(load))
    }

    /// Has everything loaded again that these files are part of; whether anything is. A configuration file that comes or
    /// goes changes which one is found.
    pub fn files_changed(&mut self, files: &[PathBuf], loads: &mut Vec<Load>) -> bool {
        let names = crate::config::FILE_NAMES;
        let is_config = |file: &PathBuf| file.file_name().is_some_and(|name| names.iter().any(|known| name == *known));
        let mut changed = false;
        if files.iter().any(is_config) {
            self.configs.clear();
            changed = true;
        }
        let touched = |entry: &Entry, key: &Key| {
            let overlays = entry.good.iter().flat_map(|project| &project.overlays);
            let faulty = entry.faults.iter().flat_map(Fault::files);
            let mut own = key.config.iter().chain(overlays).chain(faulty).chain(&key.lexicons);
            own.any(|own| files.iter().any(|file| same(own, file)))
        };
        let keys: Vec<Key> =
            self.entries.iter().filter(|(key, entry)| touched(entry, key)).map(|(key, _)| key.clone()).collect();
        changed |= !keys.is_empty();
        for key in keys {
            self.reload(key, loads);
        }
        changed
    }

    /// Has everything loaded again.
    pub fn reload_all(&mut self, loads: &mut Vec<Load>) {
        self.configs.clear();
        let keys: Vec<Key> = self.entries.keys().cloned().collect();
        for key in keys {
            self.reload(key, loads);
        }
    }

    /// Keeps only the projects of `keys`.
    pub fn retain(&mut self, keys: &BTreeSet<Key>) {
        self.entries.retain(|key, _| keys.contains(key));
    }

    /// Everything that is wrong, by file.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<PathBuf, Vec<Fault>> {
        let mut faults: BTreeMap<PathBuf, Vec<Fault>> = BTreeMap::new();
        for fault in self.entries.values().flat_map(|entry| &entry.faults) {
            let of_file = faults.entry(absolute(&fault.file)).or_default();
            if !of_file.contains(fault) {
                of_file.push(fault.clone());
            }
        }
        faults
    }

    /// The files that are part of projects, for watching: configuration files and lexicons.
    #[must_use]
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        for (key, entry) in &self.entries {
            let overlays = entry.good.iter().flat_map(|project| &project.overlays);
            let faulty = entry.faults.iter().flat_map(Fault::files);
            files.extend(
                key.config.iter().chain(overlays).chain(faulty).chain(&key.lexicons).map(|file| absolute(file)),
            );
        }
        files
    }
}

/// Whether loading is a matter of milliseconds: there is nothing to compile.
#[must_use]
pub fn loads_at_once(load: &Load) -> bool {
    if !load.key.lexicons.is_empty() {
        return false;
    }
    match &load.key.config {
        None => true,
        Some(file) => crate::workspace::read_options(file).map_or(true, |options| options.lexicon.is_empty()),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || absolute(one) == absolute(other)
}
