//! What a configuration file and the lexicons that it names come to: everything that judging the files of a project
//! goes by. Must not know who asks: the command line and the language server load projects alike.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::check::Settings;
use super::config::{Drafts, load_lexicon, read_options};
use crate::builtin;
use crate::config::{Options, Policy};
use crate::document::{ExtractOptions, Format};
use crate::lexicon::Lexicon;
use crate::lint::{Fixing, Linter};

/// A loaded project.
#[derive(Clone)]
pub struct Project {
    /// The configuration file; none where there is none.
    pub config: Option<PathBuf>,
    /// The lexicons laid over the built-in one, in their order.
    pub overlays: Vec<PathBuf>,
    /// The lexicon with the overlays laid over it.
    pub lexicon: Arc<Lexicon>,
    /// What the project says of the rules.
    pub policy: Policy,
    /// How files are taken apart.
    pub extract: ExtractOptions,
    /// Which files are about to be sent.
    pub drafts: Drafts,
}

/// Something wrong in a file that a project is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: PathBuf,
    /// The line, from one, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do, in Chinese, without the file and the line.
    pub message: String,
    /// The same with both, as the command line prints it.
    pub(super) shown: String,
}

impl Fault {
    /// A fault shown as `file:line：message`.
    pub(super) fn new(file: &Path, line: Option<usize>, message: String) -> Fault {
        let name = file.display();
        let shown = match line {
            Some(line) => format!("{name}:{line}：{message}"),
            None => format!("{name}：{message}"),
        };
        Fault { file: file.to_owned(), line, message, shown }
    }
}

/// Why a project could not be loaded; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            write!(f, "{separator}{}", fault.shown)?;
        }
        Ok(())
    }
}

impl Project {
    /// Loads the project of the configuration file `config`, with `lexicons` and what `arguments` say about reading files
    /// besides. The built-in lexicon takes a few milliseconds; one with overlays is compiled, which takes seconds.
    ///
    /// # Errors
    /// Everything that is wrong in the configuration, or else in the lexicons.
    pub fn load(config: Option<&Path>, lexicons: &[PathBuf], arguments: &ExtractOptions) -> Result<Project, Faults> {
        let options = match config {
            Some(file) => read_options(file)?,
            None => Options::default(),
        };
        let file = config.unwrap_or(Path::new(""));
        let drafts = Drafts::new(&options.drafts, file)?;
        let mut overlays: Vec<PathBuf> = options.lexicon.iter().map(PathBuf::from).collect();
        overlays.extend(lexicons.iter().cloned());
        let lexicon = if overlays.is_empty() { built_in() } else { Arc::new(load_lexicon(&overlays)?) };
        let policy = options.policy();
        if policy != Policy::USUAL {
            let rules = lexicon.tables().entries.iter().map(|entry| entry.rule.id.as_str());
            if let Some(unknown) = policy.unknown(rules) {
                return Err(Fault::new(file, None, unknown).into());
            }
        }
        Ok(Project {
            config: config.map(Path::to_owned),
            overlays,
            lexicon,
            policy,
            extract: options.extract_options(arguments),
            drafts,
        })
    }

    /// The judge of this project's messages.
    #[must_use]
    pub fn linter(&self) -> Linter<'_> {
        Linter::new(&self.lexicon).with_policy(&self.policy)
    }

    /// What a run goes by, all inputs taken as `format` where one is given.
    #[must_use]
    pub fn settings(&self, format: Option<Format>, fixing: Fixing) -> Settings<'_> {
        Settings { linter: self.linter(), format, extract: self.extract.clone(), fixing, drafts: self.drafts.clone() }
    }
}

/// The built-in lexicon, of which one copy serves all projects without overlays.
fn built_in() -> Arc<Lexicon> {
    static BUILT_IN: OnceLock<Arc<Lexicon>> = OnceLock::new();
    Arc::clone(BUILT_IN.get_or_init(|| Arc::new(builtin::lexicon())))
}
