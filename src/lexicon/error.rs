//! Errors of lexicon files. They belong to the author of the file: where, what, and what to do.

use std::fmt;

/// One thing that is wrong in a lexicon file. The texts are simplified Chinese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconError {
    /// The file, as its reader knows it.
    pub file: String,
    /// The line, from one, where it is known.
    pub line: Option<usize>,
    /// The rule id, context or word set at fault, where there is one.
    pub entry: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for LexiconError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": ")?;
        if let Some(entry) = &self.entry {
            write!(f, "{entry}：")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  怎么办：{help}")?;
        }
        Ok(())
    }
}

/// All errors of a set of lexicon files; never empty where it is returned as an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconErrors(pub Vec<LexiconError>);

impl fmt::Display for LexiconErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LexiconErrors {}

/// The candidate that `name` was probably meant to be.
#[must_use]
pub fn did_you_mean<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| {
            // Of short names, two letters that changed places leave little that is alike.
            let slip = name.len() > 2 && strsim::osa_distance(name, candidate) == 1;
            (strsim::jaro_winkler(name, candidate) + if slip { 0.2 } else { 0.0 }, candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.75)
        // The first of equally likely ones, so that the answer does not depend on the sort.
        .fold(None, |best: Option<(f64, &str)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, candidate)| candidate)
}
