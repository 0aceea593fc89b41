//! What a configuration file and the lexicons that it names come to: everything that judging the files of a project
//! goes by. Must not know who asks: the command line and the language server load projects alike.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::by_file::{ByFile, FileRules};
use super::check::Settings;
use super::config::{load_documented, read_options};
use super::explain_io;
use crate::builtin;
use crate::completion::Forms;
use crate::config::{Options, Policy};
use crate::document::{ExtractOptions, Format};
use crate::lexicon::{Lexicon, Reference};
use crate::lint::{Fixing, Linter};

/// A loaded project.
pub struct Project {
    /// The configuration file; none where there is none.
    pub config: Option<PathBuf>,
    /// The lexicons laid over the built-in one, in their order.
    pub overlays: Vec<PathBuf>,
    /// The lexicon with the overlays laid over it.
    pub lexicon: Arc<Lexicon>,
    /// What the project says of the rules, and how files are taken apart.
    pub files: ByFile,
    /// What the lexicon quotes and recommends; that of the built-in one is read when it is asked for.
    reference: OnceLock<Arc<Reference>>,
    forms: OnceLock<Arc<Forms>>,
}

/// Something wrong in a file that a project is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file in which it is to be mended.
    pub file: PathBuf,
    /// Another file that it is about: one that is named there and missing.
    pub about: Option<PathBuf>,
    /// The line, from one, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do, in Chinese, without the file and the line.
    pub message: String,
    /// The same with both, as the command line prints it.
    pub(super) shown: String,
}

impl Fault {
    /// The files of which one has to change before it is mended.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.file).chain(&self.about)
    }

    /// A fault shown as `file:line：message`.
    pub(super) fn new(file: &Path, line: Option<usize>, message: String) -> Fault {
        let name = file.display();
        let shown = match line {
            Some(line) => format!("{name}:{line}：{message}"),
            None => format!("{name}：{message}"),
        };
        Fault { file: file.to_owned(), about: None, line, message, shown }
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
    /// besides; of what it does not say of the rules `usual` holds. The built-in lexicon takes a few milliseconds; one with overlays is compiled, which takes seconds.
    ///
    /// # Errors
    /// Everything that is wrong in the configuration, or else in the lexicons.
    pub fn load(
        config: Option<&Path>,
        lexicons: &[PathBuf],
        arguments: &ExtractOptions,
        usual: &Policy,
    ) -> Result<Project, Faults> {
        let options = match config {
            Some(file) => read_options(file)?,
            None => Options::default(),
        };
        let file = config.unwrap_or(Path::new(""));
        let files = ByFile::new(&options, file, arguments, usual)?;
        let mut overlays: Vec<PathBuf> = options.lexicon.iter().map(PathBuf::from).collect();
        overlays.extend(lexicons.iter().cloned());
        let (lexicon, reference) = if overlays.is_empty() {
            (built_in(), OnceLock::new())
        } else {
            let (lexicon, docs) = load_documented(&overlays).map_err(|faults| {
                // What the configuration names and is not there is to be mended where it is named.
                let named = options.lexicon.iter().map(Path::new);
                let missing: Vec<Fault> = named.filter_map(|named| unreadable_lexicon(file, named)).collect();
                if missing.is_empty() { faults } else { Faults(missing) }
            })?;
            (Arc::new(lexicon), OnceLock::from(Arc::new(docs.reference)))
        };
        // What the client says beside the file is looked at elsewhere.
        let own = ByFile::new(&options, file, arguments, &Policy::USUAL)?;
        if let Some(unknown) = own.policies().find_map(|policy| unknown(&policy, &lexicon)) {
            return Err(Fault::new(file, None, unknown).into());
        }
        Ok(Project { config: config.map(Path::to_owned), overlays, lexicon, files, reference, forms: OnceLock::new() })
    }

    /// What `policy` names that this project does not know, in Chinese.
    #[must_use]
    pub fn unknown(&self, policy: &Policy) -> Option<String> {
        unknown(policy, &self.lexicon)
    }

    /// The passages that the lexicon quotes, and the forms that it recommends.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        self.reference.get_or_init(|| Arc::new(builtin::reference()))
    }

    /// The recommended forms, ready to be found.
    #[must_use]
    pub fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Arc::new(Forms::new(self.reference().forms.clone())))
    }

    /// The judge of this project's messages.
    #[must_use]
    pub fn linter(&self) -> Linter<'_> {
        Linter::new(&self.lexicon).with_policy(&self.files.base().policy)
    }

    /// The judge of the messages of files with these rules.
    #[must_use]
    pub fn linter_by<'p>(&'p self, rules: &'p FileRules) -> Linter<'p> {
        Linter::new(&self.lexicon).with_policy(&rules.policy).for_drafts(rules.is_draft)
    }

    /// What a run goes by, all inputs taken as `format` where one is given.
    #[must_use]
    pub fn settings(&self, format: Option<Format>, fixing: Fixing) -> Settings<'_> {
        Settings { linter: self.linter(), format, extract: &self.files.base().extract, fixing, files: &self.files }
    }
}

fn unknown(policy: &Policy, lexicon: &Lexicon) -> Option<String> {
    // The tables are not read where nothing is named.
    let names_nothing = *policy == Policy { register: policy.register, ..Policy::USUAL };
    let rules = || lexicon.tables().entries.iter().map(|entry| entry.rule.id.as_str());
    if names_nothing { None } else { policy.unknown(rules()) }
}

/// That a lexicon which the configuration file `config` names cannot be opened, shown where it is named.
fn unreadable_lexicon(config: &Path, lexicon: &Path) -> Option<Fault> {
    let error = std::fs::File::open(lexicon).err()?;
    let named = lexicon.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = std::fs::read_to_string(config).unwrap_or_default();
    let line = text.lines().position(|line| line.contains(&named)).map(|index| index + 1);
    let message = format!("没能读取词库 {}：{}", lexicon.display(), explain_io(&error));
    Some(Fault { about: Some(lexicon.to_owned()), ..Fault::new(config, line, message) })
}

/// The built-in lexicon, of which one copy serves all projects without overlays.
fn built_in() -> Arc<Lexicon> {
    static BUILT_IN: OnceLock<Arc<Lexicon>> = OnceLock::new();
    Arc::clone(BUILT_IN.get_or_init(|| Arc::new(builtin::lexicon())))
}
