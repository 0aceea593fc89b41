//! What the commands ask of the rest of the program. The commands know this and nothing behind it, so that they can be
//! tested with an engine made for the test.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Category, Severity};
use crate::document::{Format, MessageUnit, Reading};
use crate::lint::{FixLevel, Fixing};
use crate::report::explain::{RuleDoc, WrittenEntry};
use crate::report::{Finding, Problem, Reviewed};
use crate::workspace::Outcome;

/// How the text is to be read and judged, as the arguments say it. What they leave open, the configuration decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Overlays, in the order in which they are laid over the built-in lexicon.
    pub lexicons: Vec<PathBuf>,
    /// Where the configuration comes from.
    pub config: ConfigChoice,
    /// The format of all inputs; by extension and content where nothing is said.
    pub input: Option<Format>,
    /// The fields of JSON and its kin that hold messages, as dotted paths.
    pub fields: Vec<String>,
    /// The columns of tables that hold messages.
    pub columns: Vec<String>,
    /// The columns of tables that hold the customer's words.
    pub customer_columns: Vec<String>,
    /// The column of tables that says whose message it is.
    pub owner_column: Option<String>,
    /// The mark between the cells of a table in a text file.
    pub delimiter: Option<u8>,
    /// What one message is.
    pub unit: MessageUnit,
    /// More labels of the agent in transcripts.
    pub agents: Vec<String>,
    /// More labels of the customer in transcripts.
    pub customers: Vec<String>,
    /// How many threads work; as many as there are processors where nothing is said.
    pub threads: Option<NonZeroUsize>,
    /// Whether rewrites are made; not every report shows them.
    pub fixing: Fixing,
}

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// `wanyan.toml` beside the input or above it.
    #[default]
    Discover,
    /// Nowhere.
    None,
    /// This file.
    File(PathBuf),
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file; shown by its path.
    File(PathBuf),
    /// Standard input; shown, and its format told, by this name.
    Stdin {
        /// What `--stdin-filename` says.
        name: String,
    },
}

/// Takes what a check comes to: input by input, in their order; within one, findings in the order of the text.
pub trait CheckSink {
    /// A finding.
    ///
    /// # Errors
    /// Those of the writer; the check ends with them.
    fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()>;

    /// A problem; what it is about is not checked, the rest is.
    ///
    /// # Errors
    /// As above.
    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()>;

    /// Something to know about how an input was read, in Chinese.
    ///
    /// # Errors
    /// As above.
    fn note(&mut self, path: &str, note: &str) -> io::Result<()>;

    /// An input was read to its end, or given up.
    fn input_done(&mut self);
}

/// Takes what a review comes to: input by input, in their order; within one, messages in the order of the text.
pub trait ReviewSink {
    /// A message with findings.
    fn reviewed(&mut self, path: &str, reviewed: Reviewed);

    /// Something to know about how an input was read, in Chinese.
    ///
    /// # Errors
    /// Those of the writer; the review ends with them.
    fn note(&mut self, path: &str, note: &str) -> io::Result<()>;

    /// A problem; what it is about is not checked, the rest is.
    ///
    /// # Errors
    /// As above.
    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()>;

    /// An input was read to its end, or given up.
    fn input_done(&mut self);
}

/// An input after fixing, as it would be written.
#[derive(Clone, Copy, Debug)]
pub struct FixedInput<'a> {
    /// What was fixed.
    pub input: &'a Input,
    /// How it is shown.
    pub path: &'a str,
    /// Its bytes when it was read.
    pub before: &'a [u8],
    /// Its bytes after fixing, in its own encoding.
    pub after: &'a [u8],
    /// The decoded text of `before`.
    pub before_text: &'a str,
    /// The decoded text of `after`.
    pub after_text: &'a str,
    /// How many findings were mended.
    pub applied: usize,
    /// How many findings of severity error or warning are left.
    pub left: usize,
}

/// Takes what fixing comes to, in the order of the inputs.
pub trait FixSink {
    /// An input was read and fixed; also where nothing changed.
    ///
    /// # Errors
    /// Those of the writer; the run ends with them.
    fn fixed(&mut self, fixed: &FixedInput<'_>) -> io::Result<()>;

    /// A problem; what it is about is not fixed, the rest is.
    ///
    /// # Errors
    /// As above.
    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()>;
}

/// A file after accepted rows of a review sheet were put into it, as it would be written.
#[derive(Clone, Copy, Debug)]
pub struct AppliedFile<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its bytes when it was read.
    pub before: &'a [u8],
    /// Its bytes afterwards.
    pub after: &'a [u8],
    /// Its text when it was read.
    pub before_text: &'a str,
    /// Its text afterwards.
    pub after_text: &'a str,
    /// For each accepted row its number in the sheet, from one, and what became of it.
    pub outcomes: &'a [(usize, Outcome)],
}

/// Takes what a review sheet comes to.
pub trait ApplySink {
    /// A file, in the order of paths.
    ///
    /// # Errors
    /// Those of the writer; the run ends with them.
    fn applied(&mut self, file: &AppliedFile<'_>) -> io::Result<()>;

    /// Something wrong with a row of the sheet, or with a file.
    ///
    /// # Errors
    /// As above.
    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()>;

    /// So many rows were not accepted.
    fn declined(&mut self, rows: usize);
}

/// What one example of a lexicon came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleOutcome {
    /// The rule.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// Where the example stands: `file:line`.
    pub place: String,
    /// The key that it stands under: `bad`, `good` or `in`.
    pub key: &'static str,
    /// The example.
    pub text: String,
    /// What is wrong and what to do, in Chinese; nothing if it is as it should be.
    pub failure: Option<String>,
    /// The example after each rewrite that is offered there.
    pub rewrites: Vec<String>,
}

/// Why a command could not go on.
#[derive(Debug)]
pub enum RunError {
    /// What is asked cannot be done; says why and what to do, in Chinese.
    Refused(String),
    /// Output failed.
    Io(io::Error),
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        RunError::Io(error)
    }
}

/// Takes the name of an input, and what reading it came to or why it cannot be read.
pub type ShowReading<'s> = dyn FnMut(&str, Result<Reading, String>) -> io::Result<()> + 's;

/// The rest of the program.
pub trait Engine {
    /// Judges `inputs`.
    ///
    /// # Errors
    /// [`RunError::Refused`] where configuration or lexicon cannot be used; the errors of the sink.
    fn check(&self, selection: &Selection, inputs: &[Input], sink: &mut dyn CheckSink) -> Result<(), RunError>;

    /// Mends `inputs`. Writes nothing itself.
    ///
    /// # Errors
    /// As for `check`.
    fn fix(
        &self,
        selection: &Selection,
        level: FixLevel,
        inputs: &[Input],
        sink: &mut dyn FixSink,
    ) -> Result<(), RunError>;

    /// Reviews `inputs`: gives each message with findings of `least` severity or graver.
    ///
    /// # Errors
    /// As for `check`.
    fn review(
        &self,
        selection: &Selection,
        least: Severity,
        inputs: &[Input],
        sink: &mut dyn ReviewSink,
    ) -> Result<(), RunError>;

    /// Tells which parts of `inputs` are taken for messages: for each its name and what reading it came to, or why it
    /// cannot be read.
    ///
    /// # Errors
    /// As for `check`; those of `show`.
    fn layouts(&self, selection: &Selection, inputs: &[Input], show: &mut ShowReading<'_>) -> Result<(), RunError>;

    /// Puts the accepted rows of the review sheet at `sheet` into their files. Writes nothing itself.
    ///
    /// # Errors
    /// As for `check`; where the sheet cannot be read.
    fn apply(&self, selection: &Selection, sheet: &Path, sink: &mut dyn ApplySink) -> Result<(), RunError>;

    /// Shows the documentation of all rules, in the order of categories, then of entries.
    ///
    /// # Errors
    /// As for `check`; those of `show`.
    fn rules(
        &self,
        lexicons: &[PathBuf],
        show: &mut dyn FnMut(&[RuleDoc<'_>]) -> Result<(), RunError>,
    ) -> Result<(), RunError>;

    /// Runs the examples of these lexicon files, or of the built-in lexicon where there are none.
    ///
    /// # Errors
    /// As for `check`.
    fn test_lexicon(&self, files: &[PathBuf]) -> Result<Vec<ExampleOutcome>, RunError>;

    /// Writes all literals of the lexicon, one a line.
    ///
    /// # Errors
    /// As for `check`; those of `out`.
    fn write_literals(&self, lexicons: &[PathBuf], out: &mut dyn Write) -> Result<(), RunError>;

    /// The entry of that rule as it is written in its file.
    ///
    /// # Errors
    /// Where a lexicon cannot be used, or there is no such rule.
    fn written_entry(&self, lexicons: &[PathBuf], rule: &str) -> Result<WrittenEntry, RunError>;

    /// The JSON Schema of lexicon files.
    fn lexicon_schema(&self) -> String;
}

impl Input {
    /// The file, if it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Input::File(path) => Some(path),
            Input::Stdin { .. } => None,
        }
    }
}
