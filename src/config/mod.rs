//! Layer 2: `wanyan.toml` as it is written. Must not know where files are: paths in it are as written, and whoever
//! found the file resolves them. What a run goes by is made of it in `workspace`.

mod policy;

use std::collections::BTreeMap;

pub use policy::{Level, Policy};
use serde::Deserialize;

use crate::document::{ExtractOptions, MessageUnit};
use crate::lexicon::error::did_you_mean;

/// The names under which a configuration file is looked for, the first one first.
pub const FILE_NAMES: [&str; 2] = ["wanyan.toml", ".wanyan.toml"];

/// A configuration file as written. Unknown keys are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Overlays, relative to the file.
    #[serde(default)]
    pub lexicon: Vec<String>,
    /// Names before agents' words in transcripts.
    #[serde(default)]
    pub agent_labels: Vec<String>,
    /// Names before customers' words.
    #[serde(default)]
    pub customer_labels: Vec<String>,
    /// Names before notices that nobody judges.
    #[serde(default)]
    pub system_labels: Vec<String>,
    /// Fields of JSON Lines that hold messages.
    #[serde(default)]
    pub fields: Vec<String>,
    /// What one message is in a text file.
    pub message: Option<MessageUnit>,
    /// How grave findings are: by the id of a rule or the name of a category.
    #[serde(default)]
    pub severity: BTreeMap<String, Level>,
    /// From what number on rules of structure speak, by their id: characters, times or seconds.
    #[serde(default)]
    pub limits: BTreeMap<String, u32>,
    /// Files that are about to be sent, as patterns in the manner of `.gitignore`, relative to the file: what nobody filled
    /// in is a warning there.
    #[serde(default)]
    pub drafts: Vec<String>,
}

/// Why a configuration file cannot be used. The texts are simplified Chinese.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The line, from one, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl Options {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// Where it is no TOML, or holds a key or a value that is not known.
    pub fn parse(text: &str) -> Result<Options, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let original = error.message();
            let quoted: Vec<&str> = original.split('`').skip(1).step_by(2).collect();
            let known = quoted.get(1..).unwrap_or_default();
            let name = quoted.first().copied().unwrap_or_default();
            let guess = did_you_mean(name, known.iter().copied())
                .map(|best| format!("是不是想写 {best}？"))
                .unwrap_or_default();
            let message = if original.starts_with("unknown field") {
                format!("不认识的配置项 {name}。{guess}可以用的有：{}", known.join("、"))
            } else if original.starts_with("unknown variant") {
                format!("不认识的值 {name}。{guess}可以用的有：{}", known.join("、"))
            } else {
                format!("配置文件写法有误：{original}")
            };
            ConfigError { line, message }
        })
    }

    /// What these options say of the rules.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy { severity: self.severity.clone(), limits: self.limits.clone() }
    }

    /// What these options say about reading files, with what the arguments add.
    #[must_use]
    pub fn extract_options(&self, arguments: &ExtractOptions) -> ExtractOptions {
        let both = |own: &[String], more: &[String]| own.iter().chain(more).cloned().collect();
        // Auto is what the arguments say where they say nothing.
        let message = match arguments.message {
            MessageUnit::Auto => self.message.unwrap_or_default(),
            said => said,
        };
        ExtractOptions {
            agent_labels: both(&self.agent_labels, &arguments.agent_labels),
            customer_labels: both(&self.customer_labels, &arguments.customer_labels),
            system_labels: both(&self.system_labels, &arguments.system_labels),
            fields: if arguments.fields.is_empty() { self.fields.clone() } else { arguments.fields.clone() },
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_options() {
        let options = Options::parse("lexicon = ['a.toml']\nagent-labels = ['小美']\nmessage = 'paragraph'\n").unwrap();
        assert_eq!(options.lexicon, ["a.toml"]);
        let extract = options
            .extract_options(&ExtractOptions { agent_labels: vec!["小李".to_owned()], ..ExtractOptions::default() });
        assert_eq!(extract.agent_labels, ["小美", "小李"]);
        assert_eq!(extract.message, MessageUnit::Paragraph);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let error = Options::parse("\nagent-label = []\n").unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(error.message.contains("是不是想写 agent-labels"), "{}", error.message);
        assert!(Options::parse("message = 'lines'").unwrap_err().message.contains("是不是想写 line"));
        assert!(Options::parse("lexicon = [").unwrap_err().message.contains("写法有误"));
    }
}
