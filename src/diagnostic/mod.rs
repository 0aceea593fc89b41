//! Layer 1: what a finding is. Owns severities, categories, the documentation of a rule, findings and fixes.
//! Must not know how findings are made or shown.

mod category;
mod fix;

pub use category::Category;
pub use fix::{Applicability, Fix};

use serde::{Deserialize, Serialize};

use crate::text::{Prose, TextRange};

/// How much a finding matters. Ordered from mild to grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A remark that an editor shows faintly.
    Hint,
    /// Advice; arguable wording, or wording that something in the message mitigates.
    Info,
    /// A reply that an inspector would ask the agent to reword.
    Warning,
    /// A reply that must not be sent.
    Error,
}

impl Severity {
    /// The name in files and machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The name that a Chinese reader sees.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Severity::Hint => "提示",
            Severity::Info => "建议",
            Severity::Warning => "警告",
            Severity::Error => "错误",
        }
    }
}

/// What is to be known of a rule by whoever meets one of its findings. All texts are simplified Chinese.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `category/entry`, such as `blunt-refusal/cannot-handle`.
    pub id: String,
    /// The category, the first half of the id.
    pub category: Category,
    /// What the rule finds, in a few words.
    pub title: String,
    /// Why that wording offends.
    pub why: String,
    /// What to do instead, where the rule says it in words.
    pub advice: Option<String>,
    /// Ids of the source passages that the rule rests on, such as `S2.12`.
    pub source: Vec<String>,
}

/// One finding in the prose of one message.
#[derive(Clone, Debug)]
pub struct Diagnostic<'r> {
    /// The rule that was broken.
    pub rule: &'r Rule,
    /// How grave it is here, mitigations considered.
    pub severity: Severity,
    /// The offending words: whole graphemes of the message.
    pub range: TextRange<Prose>,
    /// Titles of the contexts that lowered the severity, such as 致歉.
    pub mitigated_by: Vec<&'r str>,
    /// The weighted cues that made it, the weightiest first; none where a phrase did.
    pub cues: Vec<Cue>,
    /// How many mild findings in the message together raised its severity; zero where none did.
    pub raised_by: usize,
    /// Ways to mend it, the best first.
    pub fixes: Vec<Fix>,
}

/// A weighted cue that spoke for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Its words: `^` stands for the beginning of the sentence, `$` for its end, `0` for digits, `a` for letters.
    pub text: String,
    /// How much it spoke, in hundredths.
    pub weight: i32,
}
