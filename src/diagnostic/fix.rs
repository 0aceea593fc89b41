//! Ways to mend a finding, and choosing those that can be applied together.

use serde::{Deserialize, Serialize};

use crate::text::{Edit, Prose};

/// How far a fix may be trusted. Ordered from mere advice to what may be applied unattended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Advice only; never applied.
    Display,
    /// Adds content such as an apology or a way out; a person chooses.
    Suggested,
    /// The same meaning in better manners; may be applied unattended.
    Safe,
}

impl Applicability {
    /// The name in files and machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Display => "display",
            Applicability::Suggested => "suggested",
            Applicability::Safe => "safe",
        }
    }
}

/// One way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words of Chinese.
    pub title: String,
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// The edits to the message's prose; disjoint.
    pub edits: Vec<Edit<Prose>>,
}
