//! The kinds of offence, as the labelling guide of the project defines them, and advice on structure.

use serde::{Deserialize, Serialize};

use super::Severity;

/// A kind of offence. The order is the order of documents and summaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// A bare no, with neither apology nor reason nor a way out.
    BluntRefusal,
    /// The fault or the work is pushed to the customer or somebody else.
    BlameShifting,
    /// Disputing with the customer.
    Arguing,
    /// Reproachful questions.
    Interrogating,
    /// Shrugging, with no help.
    Dismissive,
    /// Abuse and contempt.
    Insulting,
    /// Unconditional guarantees of what the agent does not control.
    Overpromising,
    /// Orders and pressing.
    Commanding,
    /// Asserting the customer's fault or motive without knowing.
    Prejudging,
    /// "Yes, but": a concession that negates the customer's point.
    Adversative,
    /// 你 for 您, and rude forms of address.
    DisrespectfulAddress,
    /// No offence by its words: what the whole reply lacks, or how it is set down.
    Structure,
}

impl Category {
    /// All categories, in their order.
    pub const ALL: [Category; 12] = [
        Category::BluntRefusal,
        Category::BlameShifting,
        Category::Arguing,
        Category::Interrogating,
        Category::Dismissive,
        Category::Insulting,
        Category::Overpromising,
        Category::Commanding,
        Category::Prejudging,
        Category::Adversative,
        Category::DisrespectfulAddress,
        Category::Structure,
    ];

    /// The name in rule ids and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Category::BluntRefusal => "blunt-refusal",
            Category::BlameShifting => "blame-shifting",
            Category::Arguing => "arguing",
            Category::Interrogating => "interrogating",
            Category::Dismissive => "dismissive",
            Category::Insulting => "insulting",
            Category::Overpromising => "overpromising",
            Category::Commanding => "commanding",
            Category::Prejudging => "prejudging",
            Category::Adversative => "adversative",
            Category::DisrespectfulAddress => "disrespectful-address",
            Category::Structure => "structure",
        }
    }

    /// The name that a Chinese reader sees.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Category::BluntRefusal => "生硬拒绝",
            Category::BlameShifting => "推卸责任",
            Category::Arguing => "争辩",
            Category::Interrogating => "质问",
            Category::Dismissive => "敷衍冷淡",
            Category::Insulting => "辱骂贬损",
            Category::Overpromising => "随口承诺",
            Category::Commanding => "命令催促",
            Category::Prejudging => "主观臆断",
            Category::Adversative => "转折否认",
            Category::DisrespectfulAddress => "称呼不敬",
            Category::Structure => "行文结构",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|category| category.name() == name)
    }

    /// The severity of its findings where neither the entry nor a mitigation says otherwise.
    #[must_use]
    pub fn default_severity(self) -> Severity {
        match self {
            Category::Insulting => Severity::Error,
            Category::DisrespectfulAddress | Category::Structure => Severity::Info,
            _ => Severity::Warning,
        }
    }
}
