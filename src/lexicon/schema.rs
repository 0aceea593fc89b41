//! Lexicon files as they are written. The JSON Schema that editors use is generated from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Applicability, Category, Severity};

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it begins, in bytes of the file.
    pub at: usize,
    /// The number of its file, where that is not the file of the entry that holds it.
    pub file: Option<usize>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<T>::deserialize(deserializer)?;
        Ok(Located { at: spanned.span().start, file: None, value: spanned.into_inner() })
    }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }
}

/// A wanyan lexicon file (婉言词库).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "wanyan lexicon")]
pub struct LexiconFile {
    /// The category of the entries in this file. Needed where there are `[[entry]]` tables.
    pub category: Option<Category>,
    /// What mitigates findings of this category.
    pub mitigation: Option<Mitigation>,
    /// Word sets: a name and the words; `@name` in patterns.
    #[serde(default)]
    pub words: BTreeMap<String, Located<Vec<String>>>,
    /// Phrase families.
    #[serde(default)]
    pub entry: Vec<Located<EntrySource>>,
    /// Ordinary words: a hit that overlaps one without containing it dies.
    #[serde(default)]
    pub ordinary: Vec<Located<String>>,
    /// Phrases inside which nothing is a hit.
    #[serde(default)]
    pub exemption: Vec<Located<ExemptionSource>>,
    /// Contexts that conditions and mitigations name.
    #[serde(default)]
    pub context: BTreeMap<String, Located<ContextSource>>,
    /// Variant and wrong spellings, and what they are read as; of the same number of characters.
    #[serde(default)]
    pub variants: BTreeMap<String, Located<String>>,
    /// Weighted cues: short pieces of a sentence that speak for or against an offence.
    #[serde(default)]
    pub cue: Vec<Located<CueSource>>,
    /// Recommended forms.
    #[serde(default)]
    pub form: Vec<Located<Form>>,
    /// Passages of the source documents.
    #[serde(default)]
    pub passage: Vec<Located<Passage>>,
    /// Overlays: additions to entries that exist.
    #[serde(default)]
    pub extend: Vec<Located<ExtendSource>>,
    /// Overlays: entries that take the place of existing ones; the id is the whole rule id.
    #[serde(default)]
    pub replace: Vec<Located<EntrySource>>,
    /// Overlays: entries that are switched off.
    #[serde(default)]
    pub disable: Vec<Located<DisableSource>>,
}

impl LexiconFile {
    /// The JSON Schema of lexicon files, indented, with a line end. `schemas/lexicon.schema.json` holds the same.
    #[must_use]
    pub fn json_schema_text() -> String {
        json_schema_text::<LexiconFile>()
    }
}

/// The JSON Schema of a type, indented, with a line end.
pub fn json_schema_text<T: JsonSchema>() -> String {
    let schema = schemars::schema_for!(T);
    // A schema is a JSON value: writing it out has no way to fail.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A weighted cue: one that is known already takes the new weight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CueSource {
    /// One to three words: Han characters, `0` for digits, `a` for letters; `^` for the beginning of the sentence and `$`
    /// for its end.
    pub text: String,
    /// Its weight in hundredths; below zero it speaks for politeness, zero silences the cue.
    pub weight: i16,
    /// The category that it speaks for.
    pub category: Option<Category>,
}

/// One phrase family.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntrySource {
    /// Lower-case letters, digits and hyphens; unique in its category. In `[[replace]]` the whole rule id.
    pub id: String,
    /// What the entry finds, in a few words.
    pub title: String,
    /// Phrase patterns. None where `cues` says how it is found.
    #[serde(default)]
    pub patterns: Vec<Located<String>>,
    /// Whether the entry stands for what weighted cues find in its category, in place of patterns.
    #[serde(default)]
    pub cues: bool,
    /// What looks for the entry in place of patterns, where words alone cannot tell.
    pub structure: Option<Structure>,
    /// Phrases: a hit of this entry inside one of them dies.
    #[serde(default)]
    pub exemptions: Vec<Located<String>>,
    /// Conditions that must all hold.
    #[serde(default)]
    pub when: Vec<Located<String>>,
    /// Conditions of which none may hold.
    #[serde(default)]
    pub unless: Vec<Located<String>>,
    /// The severity; by default that of the category.
    pub severity: Option<Severity>,
    /// What mitigates this entry's findings, in place of the category's policy.
    pub mitigation: Option<Mitigation>,
    /// Why the wording offends.
    pub why: String,
    /// Ids of the passages that the entry rests on.
    pub source: Vec<Located<String>>,
    /// What to do instead, in words. Needed where there is no rewrite.
    pub advice: Option<String>,
    /// Ways to mend it, the best first.
    #[serde(default)]
    pub rewrite: Vec<Located<RewriteSource>>,
    /// Examples; they are the entry's tests.
    pub examples: Examples,
}

/// What is looked for in the structure of a message or a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Structure {
    /// 你 and 您 for the same person in one message.
    MixedAddress,
    /// Placeholders that nobody filled in.
    Placeholder,
    /// Runs of marks that shout or stare: ！！！, ？？, 。。。
    Punctuation,
    /// A sentence of many Han characters.
    LongSentence,
    /// A question of the agent's that is asked again and again in one conversation.
    RepeatedQuestion,
    /// A reply that comes long after the customer spoke.
    LateReply,
    /// A placeholder of a template that is opened and not closed, or closed and not opened.
    UnbalancedPlaceholder,
    /// A placeholder of a template that is none of those that the project names.
    UnknownPlaceholder,
    /// A template that is longer than its platform takes.
    LongReply,
    /// A template that says the same as an earlier one of its file.
    DuplicateReply,
}

impl Structure {
    /// Those that have a limit.
    pub const LIMITED: [Structure; 4] =
        [Structure::LongSentence, Structure::RepeatedQuestion, Structure::LateReply, Structure::LongReply];

    /// Whether it is seen in a message by itself, and not only because of what it is a part of: a conversation, or a file
    /// of templates.
    #[must_use]
    pub fn is_seen_alone(self) -> bool {
        matches!(
            self,
            Structure::MixedAddress | Structure::Placeholder | Structure::Punctuation | Structure::LongSentence
        )
    }

    /// The id of the rule that it makes findings of.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Structure::MixedAddress => "structure/mixed-address",
            Structure::Placeholder => "structure/placeholder",
            Structure::Punctuation => "structure/punctuation",
            Structure::LongSentence => "structure/long-sentence",
            Structure::RepeatedQuestion => "structure/repeated-question",
            Structure::LateReply => "structure/late-reply",
            Structure::UnbalancedPlaceholder => "structure/unbalanced-placeholder",
            Structure::UnknownPlaceholder => "structure/unknown-placeholder",
            Structure::LongReply => "structure/long-reply",
            Structure::DuplicateReply => "structure/duplicate-reply",
        }
    }

    /// The limit where the configuration names none: the most Han characters of a sentence; how often a question is asked
    /// when it becomes a finding; the most seconds before a reply; the most characters of a template, zero for any number.
    /// Nothing where there is nothing to limit.
    #[must_use]
    pub fn usual_limit(self) -> Option<u32> {
        match self {
            Structure::MixedAddress
            | Structure::Placeholder
            | Structure::Punctuation
            | Structure::UnbalancedPlaceholder
            | Structure::UnknownPlaceholder
            | Structure::DuplicateReply => None,
            Structure::LongReply => Some(0),
            Structure::LongSentence => Some(80),
            Structure::RepeatedQuestion => Some(3),
            Structure::LateReply => Some(180),
        }
    }
}

/// A template that takes the place of the offending words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewriteSource {
    /// The text, with slots in braces.
    pub to: String,
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// What is replaced.
    #[serde(default)]
    pub replace: Replace,
    /// A title for the menu of fixes; by default the text itself.
    pub title: Option<String>,
    /// The context that shows the register which the wording suits, such as `formal`: where it stands in the message the
    /// rewrite comes before all others, elsewhere behind them.
    pub tone: Option<Located<String>>,
    /// Conditions that must all hold.
    #[serde(default)]
    pub when: Vec<Located<String>>,
    /// Conditions of which none may hold.
    #[serde(default)]
    pub unless: Vec<Located<String>>,
}

/// What a rewrite replaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Replace {
    /// The offending words.
    #[default]
    Match,
    /// The clause around them.
    Clause,
    /// The sentence around them.
    Sentence,
    /// The whole message.
    Message,
}

/// Examples of an entry; each is a test.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Messages in which the entry must be found.
    pub bad: Vec<Located<String>>,
    /// Messages in which it must not be found, nor any other offence.
    #[serde(default)]
    pub good: Vec<Located<String>>,
    /// Whole sentences holding the offence, in which every rewrite is tried; at least three where there are rewrites.
    #[serde(default, rename = "in")]
    pub sentences: Vec<Located<String>>,
}

/// What lowers or clears a finding.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mitigation {
    /// Conditions of which any one lowers the severity.
    #[serde(default)]
    pub soften: Vec<Located<String>>,
    /// To what it is lowered; `info` by default.
    pub soften_to: Option<Severity>,
    /// Groups of conditions; where one whole group holds there is no finding.
    #[serde(default)]
    pub clear: Vec<Vec<Located<String>>>,
}

/// Phrases inside which nothing is a hit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionSource {
    /// Phrase patterns.
    pub patterns: Vec<Located<String>>,
    /// Categories or rule ids that it is for; all by default.
    #[serde(default)]
    pub rules: Vec<Located<String>>,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// A set of phrases whose presence means something.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextSource {
    /// Its name for readers.
    pub title: String,
    /// Whether a finding that it lowers stays low also where it is one of several in its message.
    #[serde(default)]
    pub forgives: bool,
    /// Phrase patterns.
    pub patterns: Vec<Located<String>>,
    /// Phrases inside which it is not meant.
    #[serde(default)]
    pub exemptions: Vec<Located<String>>,
}

/// A recommended form of words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its id.
    pub id: String,
    /// The scene, such as 致歉.
    pub scene: String,
    /// The words, with slots in braces.
    pub text: String,
    /// The passage that it rests on.
    pub source: String,
    /// When to use it.
    #[serde(default)]
    pub when: String,
}

/// A passage of a source document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Its id, such as `S2.12`.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The document.
    pub document: String,
    /// What it asks, in plain words.
    pub text: String,
}

/// Additions to an entry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendSource {
    /// The whole rule id.
    pub id: String,
    /// More patterns.
    #[serde(default)]
    pub patterns: Vec<Located<String>>,
    /// More exemptions.
    #[serde(default)]
    pub exemptions: Vec<Located<String>>,
    /// Rewrites, put before the existing ones.
    #[serde(default)]
    pub rewrite: Vec<Located<RewriteSource>>,
    /// More examples.
    pub examples: Option<ExtendExamples>,
}

/// Further examples of an entry that exists.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendExamples {
    /// As in an entry.
    #[serde(default)]
    pub bad: Vec<Located<String>>,
    /// As in an entry.
    #[serde(default)]
    pub good: Vec<Located<String>>,
    /// As in an entry.
    #[serde(default, rename = "in")]
    pub sentences: Vec<Located<String>>,
}

/// An entry that is switched off.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisableSource {
    /// The whole rule id.
    pub id: String,
    /// Why; needed.
    pub reason: String,
}
