//! What holds for each file of a project: what holds for all, with the overrides whose patterns its path fits. Owns one
//! [`FileRules`] for each set of overrides that was asked for.

use std::path::Path;
use std::sync::OnceLock;

use super::config::FileSet;
use super::project::Fault;
use crate::config::{Options, Override, Policy};
use crate::document::ExtractOptions;

/// What reading and judging a file goes by.
#[derive(Clone, Debug)]
pub struct FileRules {
    /// How it is taken apart.
    pub extract: ExtractOptions,
    /// What is said of the rules.
    pub policy: Policy,
    /// Whether it is about to be sent.
    pub is_draft: bool,
}

/// Which of the sets of files a file belongs to; a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Membership(u64);

/// The rules of all files of a project.
pub struct ByFile {
    /// The configuration's own.
    base: FileRules,
    /// What the arguments say about reading, before everything else.
    arguments: ExtractOptions,
    drafts: FileSet,
    overrides: Vec<(FileSet, Override)>,
    made: Made,
}

/// Rules made so far: a list that only grows, so that what is in it can be lent.
#[derive(Default)]
struct Made(OnceLock<Box<(Membership, FileRules, Made)>>);

/// How many overrides a configuration may have: a bit of [`Membership`] each, and one for drafts.
const MOST_OVERRIDES: usize = 63;

impl ByFile {
    /// Those of `options`, read from the file `config`; `arguments` go before them, and `usual` holds where nothing is said.
    ///
    /// # Errors
    /// Naming the pattern that cannot be read.
    pub fn new(options: &Options, config: &Path, arguments: &ExtractOptions, usual: &Policy) -> Result<ByFile, Fault> {
        if options.overrides.len() > MOST_OVERRIDES {
            let message = format!("[[overrides]] 最多写 {MOST_OVERRIDES} 段");
            return Err(Fault::new(config, None, message));
        }
        let base =
            FileRules { extract: options.extract_options(arguments), policy: options.policy(usual), is_draft: false };
        let set = |one: &Override| Ok((FileSet::new(&one.files, "[[overrides]] 的 files", config)?, one.clone()));
        Ok(ByFile {
            base,
            arguments: arguments.clone(),
            drafts: FileSet::new(&options.drafts, "drafts", config)?,
            overrides: options.overrides.iter().map(set).collect::<Result<_, Fault>>()?,
            made: Made::default(),
        })
    }

    /// What holds where nothing is said of a file.
    #[must_use]
    pub fn base(&self) -> &FileRules {
        &self.base
    }

    /// Which sets the file of that name belongs to. Asks the file system where there are any.
    #[must_use]
    pub fn membership(&self, name: &Path) -> Membership {
        let overrides = self.overrides.iter().map(|(files, _)| files);
        let sets = std::iter::once(&self.drafts).chain(overrides).enumerate();
        Membership(sets.fold(0, |bits, (number, files)| bits | u64::from(files.hold(name)) << number))
    }

    /// What holds for the files of these sets.
    #[must_use]
    pub fn rules(&self, membership: Membership) -> &FileRules {
        if membership == Membership::default() {
            return &self.base;
        }
        let mut made = &self.made;
        loop {
            let (known, rules, rest) =
                &**made.0.get_or_init(|| Box::new((membership, self.make(membership), Made::default())));
            if *known == membership {
                return rules;
            }
            made = rest;
        }
    }

    fn make(&self, membership: Membership) -> FileRules {
        let holds = |number: usize| membership.0 >> number & 1 == 1;
        let mut both = (self.base.extract.clone(), self.base.policy.clone());
        for (number, (_, own)) in self.overrides.iter().enumerate() {
            if holds(number + 1) {
                both = own.over(&both, &self.arguments);
            }
        }
        FileRules { extract: both.0, policy: both.1, is_draft: holds(0) }
    }

    /// What is said of the rules anywhere, for telling names that are not known.
    pub fn policies(&self) -> impl Iterator<Item = Policy> {
        let own = self.overrides.iter().enumerate().map(|(number, _)| self.make(Membership(1 << (number + 1))).policy);
        std::iter::once(self.base.policy.clone()).chain(own)
    }
}
