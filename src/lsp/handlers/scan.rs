//! Checking files of the workspace, one after the other, while everything else goes on. Open documents are judged as
//! they stand in the editor; the others are read on a thread of their own.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tower_lsp::ls_types::Uri;

use super::super::documents::{Document, Rules};
use super::super::from_proto;
use super::super::main_loop::State;
use crate::document::Format;
use crate::lint::Scratch;
use crate::workspace::{Walk, absolute, discover, read_text};

/// A file that was checked.
pub struct Checked {
    /// Its address: that of the open document, if it is open.
    pub uri: Arc<str>,
    /// The version of the open document.
    pub version: Option<i32>,
    /// Its diagnostics, as an array of JSON.
    pub items: Vec<u8>,
    /// How many they are.
    pub count: usize,
    /// How many files come after it.
    pub left: usize,
}

/// A check that is under way: told from others by its address.
#[derive(Clone, Default)]
pub struct Ticket(Arc<AtomicBool>);

impl Ticket {
    /// Has the check end before the next file.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long a project that is being loaded is waited for before looking again.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

type Each = Box<dyn FnMut(&mut State, Checked) + Send>;
type Done = Box<dyn FnOnce(&mut State) + Send>;

struct Scan {
    waiting: VecDeque<Item>,
    ticket: Ticket,
    each: Each,
    done: Done,
}

/// What is to be checked.
enum Item {
    /// An open document.
    Open(Arc<str>),
    /// A file that is not open.
    File(PathBuf),
}

impl State {
    /// Checks all files of the workspace. Each goes to `each` as soon as it is checked; `done` comes last, also when
    /// `ticket` was cancelled.
    pub fn scan(
        &mut self,
        ticket: Ticket,
        each: impl FnMut(&mut State, Checked) + Send + 'static,
        done: impl FnOnce(&mut State) + Send + 'static,
    ) {
        let folders: Vec<PathBuf> = self.session.folders.iter().filter_map(|folder| folder.path.clone()).collect();
        let mut open: Vec<Arc<str>> =
            self.documents.values().filter(|d| d.is_judged()).map(|d| d.uri.clone()).collect();
        open.sort();
        let opened: Vec<PathBuf> =
            open.iter().filter_map(|uri| from_proto::path(uri)).map(|path| absolute(&path)).collect();
        let actor = self.actor.clone();
        let (each, done): (Each, Done) = (Box::new(each), Box::new(done));
        self.work(move || {
            let files = discover(&folders, &Walk::default()).files;
            // No editor shows a workbook as text.
            let is_text = |file: &PathBuf| Format::from_path(file) != Some(Format::Xlsx);
            let closed = files.into_iter().filter(|file| is_text(file) && !opened.contains(&absolute(file)));
            let closed = closed.map(Item::File);
            let waiting = open.into_iter().map(Item::Open).chain(closed).collect();
            actor.post(move |state| state.scan_next(Scan { waiting, ticket, each, done }));
        });
    }

    /// Checks these files as they are on disk. Each goes to `each` as soon as it is checked.
    pub fn scan_files(&mut self, files: Vec<PathBuf>, each: impl FnMut(&mut State, Checked) + Send + 'static) {
        let waiting = files.into_iter().map(Item::File).collect();
        self.scan_next(Scan { waiting, ticket: Ticket::default(), each: Box::new(each), done: Box::new(|_| {}) });
    }

    /// Does something on a thread of its own.
    pub fn work(&mut self, work: impl FnOnce() + Send + 'static) {
        let actor = self.actor.clone();
        let guarded = move || {
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                actor.post(State::report_panic);
            }
        };
        if std::thread::Builder::new().name("wanyan-worker".to_owned()).spawn(guarded).is_err() {
            self.report_panic();
        }
    }

    fn scan_next(&mut self, mut scan: Scan) {
        if scan.ticket.is_cancelled() {
            return (scan.done)(self);
        }
        let Some(item) = scan.waiting.pop_front() else { return (scan.done)(self) };
        let left = scan.waiting.len();
        let actor = self.actor.clone();
        let file = match item {
            Item::Open(uri) if !self.documents.contains_key(&uri) => return self.scan_next(scan),
            Item::Open(uri) if self.update(&uri) => {
                let mut items = Vec::new();
                self.write_items(&uri, &mut items);
                let (version, count) = self.documents.get(&uri).map_or((None, 0), |d| (d.version, d.count()));
                (scan.each)(self, Checked { uri, version, items, count, left });
                // Whatever came meanwhile comes first.
                return actor.post(move |state| state.scan_next(scan));
            }
            Item::Open(uri) => Err(Item::Open(uri)),
            Item::File(file) => self.rules_of(Some(&file)).map(|rules| (file.clone(), rules)).ok_or(Item::File(file)),
        };
        match file {
            // Its project is still being loaded: it waits behind the others, and the last one for a moment.
            Err(item) => {
                scan.waiting.push_back(item);
                self.work(move || {
                    std::thread::sleep(RETRY_INTERVAL);
                    actor.post(move |state| state.scan_next(scan));
                });
            }
            Ok((file, rules)) => self.work(move || {
                let checked = catch_unwind(AssertUnwindSafe(|| check(&file, &rules, left)));
                actor.post(move |state| {
                    match checked {
                        Ok(Some(checked)) => (scan.each)(state, checked),
                        Ok(None) => {}
                        Err(_) => state.report_panic(),
                    }
                    state.scan_next(scan);
                });
            }),
        }
    }
}

/// Checks a file that is not open; nothing where it has no address.
fn check(file: &std::path::Path, rules: &Rules, left: usize) -> Option<Checked> {
    let uri: Arc<str> = Uri::from_file_path(file)?.as_str().into();
    let mut items = Vec::new();
    let mut count = 0;
    match read_text(file) {
        Ok(text) => {
            let mut document = Document::open(&uri, "", None, text);
            document.update(rules, &mut Scratch::default());
            document.write(&mut items);
            count = document.count();
        }
        Err(message) => {
            let rest = super::super::to_proto::problem(&message, tower_lsp::ls_types::DiagnosticSeverity::INFORMATION);
            let range = r#"[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"#;
            items.extend_from_slice(format!("{range}{rest}]").as_bytes());
        }
    }
    Some(Checked { uri, version: None, items, count, left })
}
