//! Layer 2: `wanyan.toml` as it is written. Must not know where files are: paths in it are as written, and whoever
//! found the file resolves them. What a run goes by is made of it in `workspace`.

pub mod edit;
mod policy;

use std::collections::BTreeMap;
use std::str::FromStr;

pub use policy::{Allowed, Level, PlaceholderForm, Platform, Policy, Register};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::document::{ExtractOptions, MessageUnit};
use crate::lexicon::error::did_you_mean;
use crate::lexicon::schema::json_schema_text;
use crate::text::line_of;

/// The names under which a configuration file is looked for, the first one first.
pub const FILE_NAMES: [&str; 2] = ["wanyan.toml", ".wanyan.toml"];

/// Defines a table with the keys that hold for all files, or in `[[overrides]]` for some of them, besides its own keys.
/// (Serde cannot both flatten a structure into another and refuse unknown keys.)
macro_rules! table_with_file_keys {
    ($(#[$about:meta])* pub struct $name:ident { $($own:tt)* }) => {
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        $(#[$about])*
        pub struct $name {
            $($own)*
            /// Fields of JSON, YAML and their kin that hold messages.
            #[schemars(description = "JSON、YAML 等文件里哪些字段是回复，如 reply.text。不写就自动判断。")]
            pub fields: Option<Vec<String>>,
            /// Columns of tables that hold messages.
            #[schemars(description = "CSV、Excel 等表格里哪些列是回复，写表头、序号（从 1 数）或字母。不写就自动判断。")]
            pub columns: Option<Vec<String>>,
            /// Columns of tables with the customer's words.
            #[schemars(description = "表格里哪些列是客户的话（如问答表的问题列）；客户的话不检查。")]
            pub customer_columns: Option<Vec<String>>,
            /// The column of tables that says whose reply it is.
            #[schemars(description = "表格里哪一列写着这条话术归谁负责，会写进审阅表。")]
            pub owner_column: Option<String>,
            /// The mark between the cells of a table in a text file.
            #[schemars(description = "CSV 里单元格之间的分隔符，一个字符，如 ; 。不写就自动判断。")]
            pub delimiter: Option<Delimiter>,
            /// What one message is in a text file.
            #[schemars(
                description = "文本文件里多大一块算一条消息：auto（默认：信整封算一条，其余一行一条）、line、paragraph、document。"
            )]
            pub message: Option<MessageUnit>,
            /// How grave findings are: by the id of a rule or the name of a category.
            #[serde(default)]
            #[schemars(description = "类别或规则的级别：off、hint、info、warning、error。规则写的比类别写的优先。")]
            pub severity: BTreeMap<String, Level>,
            /// Which of a finding's rewrites come first.
            #[schemars(description = "先给哪种语气的改写：auto（默认，看消息本身）、chat（聊天）、formal（书面）。")]
            pub register: Option<Register>,
            /// From what number on rules of structure speak, by their id: characters, times or seconds.
            #[serde(default)]
            #[schemars(description = "结构类规则从多少起提示：字数、次数或秒数。")]
            pub limits: BTreeMap<String, u32>,
            /// Where templates are sent from, for how long they may be.
            #[schemars(
                description = "话术从哪里发出去：qianniu 千牛、jingmai 京麦、sms 短信；超过一条消息的字数就提示。要别的字数，在 [limits] 里写 structure/long-reply。"
            )]
            pub platform: Option<Platform>,
            /// Placeholders that the platform fills in.
            #[schemars(description = "平台会自动填上的占位符，如 {姓名}；写了以后，模板里出现别的占位符就会提示。")]
            pub placeholders: Option<Vec<String>>,
            /// How placeholders of this project are written besides the usual ways.
            #[schemars(description = "本项目占位符的写法，用 * 代表名字，如 @*@。常见的 {x}、${x}、【x】、%s 等不用写。")]
            pub placeholder_forms: Option<Vec<PlaceholderForm>>,
        }

        impl $name {
            /// What these options say about reading files, laid over `below`.
            fn extract_over(&self, below: &ExtractOptions) -> ExtractOptions {
                ExtractOptions {
                    fields: self.fields.clone().unwrap_or_else(|| below.fields.clone()),
                    columns: self.columns.clone().unwrap_or_else(|| below.columns.clone()),
                    customer_columns: self.customer_columns.clone().unwrap_or_else(|| below.customer_columns.clone()),
                    owner_column: self.owner_column.clone().or_else(|| below.owner_column.clone()),
                    delimiter: self.delimiter.map(|delimiter| delimiter.0).or(below.delimiter),
                    message: self.message.unwrap_or(below.message),
                    ..below.clone()
                }
            }

            /// What these options say of the rules, laid over `below`.
            fn policy_over(&self, below: &Policy) -> Policy {
                Policy {
                    severity: laid_over(&below.severity, &self.severity),
                    limits: laid_over(&below.limits, &self.limits),
                    allowed: below.allowed.clone(),
                    register: self.register.unwrap_or(below.register),
                    platform: self.platform.or(below.platform),
                    placeholders: self.placeholders.clone().or_else(|| below.placeholders.clone()),
                    placeholder_forms: self.placeholder_forms.clone().unwrap_or_else(|| below.placeholder_forms.clone()),
                }
            }
        }
    };
}

table_with_file_keys! {
    /// A configuration file as written. Unknown keys are refused.
    #[schemars(title = "wanyan.toml", description = "婉言（wanyan）的配置。都可以不写。")]
    pub struct Options {
        /// Overlays, relative to the file.
        #[serde(default)]
        #[schemars(description = "叠加在内置词库上的词库文件，路径从这个文件算起。")]
        pub lexicon: Vec<String>,
        /// Names before agents' words in transcripts.
        #[serde(default)]
        #[schemars(description = "聊天记录里客服的名字，如 小美。")]
        pub agent_labels: Vec<String>,
        /// Names before customers' words.
        #[serde(default)]
        #[schemars(description = "聊天记录里客户的名字；客户的话不检查。")]
        pub customer_labels: Vec<String>,
        /// Names before notices that nobody judges.
        #[serde(default)]
        #[schemars(description = "聊天记录里系统通知的名字；通知不检查。")]
        pub system_labels: Vec<String>,
        /// Phrases inside which nothing is found.
        #[serde(default)]
        #[schemars(description = "放行的词句：里面什么都不报。")]
        pub allow: Vec<AllowSource>,
        /// Files that are about to be sent, as patterns in the manner of `.gitignore`, relative to the file: what nobody
        /// filled in is a warning there.
        #[serde(default)]
        #[schemars(description = "马上要发出去的文件，写法同 .gitignore：里面没填的占位符报警告。")]
        pub drafts: Vec<String>,
        /// What holds for some files besides; of several that hold for a file the later ones go before.
        #[serde(default)]
        #[schemars(description = "只对一部分文件生效的设置；几段都符合时，后面的优先。")]
        pub overrides: Vec<Override>,
    }
}

table_with_file_keys! {
    /// What holds for some files.
    #[schemars(description = "只对一部分文件生效的设置。")]
    pub struct Override {
        /// The files, as patterns in the manner of `.gitignore`, relative to the configuration file.
        #[schemars(description = "对哪些文件生效，写法同 .gitignore，路径从这个文件算起。")]
        pub files: Vec<String>,
    }
}

/// The mark between cells, one character of ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct Delimiter(pub u8);

impl TryFrom<String> for Delimiter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Delimiter::from_str(&text)
    }
}

impl FromStr for Delimiter {
    type Err = String;

    /// # Errors
    /// In Chinese, where it is no single character of ASCII that may stand between cells.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            [b'\\', b't'] => Ok(Delimiter(b'\t')),
            [mark] if mark.is_ascii() && !matches!(mark, b'"' | b'\n' | b'\r' | 0) => Ok(Delimiter(*mark)),
            _ => Err(format!("分隔符“{text}”不行，要写一个英文符号，如 , ; | 或 \\t（制表符）")),
        }
    }
}

/// A phrase that is allowed in a project, as written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(description = "放行的一个词句。")]
pub struct AllowSource {
    /// The words; a finding inside them is not reported.
    #[schemars(with = "String", description = "放行的词句。")]
    pub phrase: Spanned<String>,
    /// The id of a rule or the name of a category; every rule where nothing is said.
    #[schemars(description = "只对这条规则或这个类别放行；不写就对所有规则放行。")]
    pub rule: Option<String>,
    /// Why; needed, so that whoever comes later knows.
    #[schemars(with = "String", description = "为什么放行，必填。")]
    pub reason: Spanned<String>,
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
    /// The JSON Schema of configuration files, indented, with a line end. `schemas/wanyan.schema.json` holds the same.
    #[must_use]
    pub fn json_schema_text() -> String {
        json_schema_text::<Options>()
    }

    /// Reads a configuration file.
    ///
    /// # Errors
    /// Where it is no TOML, or holds a key or a value that is not known.
    pub fn parse(text: &str) -> Result<Options, ConfigError> {
        let options: Options = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
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
            } else if original.starts_with("missing field") {
                format!("缺少必填项 {name}，例如 {}", example_of(name))
            } else {
                format!("配置文件写法有误：{original}")
            };
            ConfigError { line, message }
        })?;
        options.allow.iter().try_for_each(|allow| allow.check(text))?;
        Ok(options)
    }

    /// What these options say of the rules; `usual` holds where they say nothing.
    #[must_use]
    pub fn policy(&self, usual: &Policy) -> Policy {
        let own = self.allow.iter().filter_map(|allow| Allowed::new(allow.phrase.as_ref(), allow.rule.clone()));
        let mut policy = self.policy_over(usual);
        policy.allowed.extend(own);
        policy
    }

    /// What these options say about reading files, with what the arguments add.
    #[must_use]
    pub fn extract_options(&self, arguments: &ExtractOptions) -> ExtractOptions {
        let both = |own: &[String], more: &[String]| own.iter().chain(more).cloned().collect();
        let own = ExtractOptions {
            agent_labels: both(&self.agent_labels, &arguments.agent_labels),
            customer_labels: both(&self.customer_labels, &arguments.customer_labels),
            system_labels: both(&self.system_labels, &arguments.system_labels),
            ..self.extract_over(&ExtractOptions::default())
        };
        own.with_arguments(arguments)
    }
}

impl Override {
    /// What holds for its files where `below` holds for the others. The arguments go before both.
    #[must_use]
    pub fn over(&self, below: &(ExtractOptions, Policy), arguments: &ExtractOptions) -> (ExtractOptions, Policy) {
        (self.extract_over(&below.0).with_arguments(arguments), self.policy_over(&below.1))
    }
}

impl ExtractOptions {
    /// These with what the arguments say in its place; labels are as they are.
    fn with_arguments(self, arguments: &ExtractOptions) -> ExtractOptions {
        let or = |said: &Vec<String>, own: Vec<String>| if said.is_empty() { own } else { said.clone() };
        ExtractOptions {
            fields: or(&arguments.fields, self.fields),
            columns: or(&arguments.columns, self.columns),
            customer_columns: or(&arguments.customer_columns, self.customer_columns),
            owner_column: arguments.owner_column.clone().or(self.owner_column),
            delimiter: arguments.delimiter.or(self.delimiter),
            // Auto is what the arguments say where they say nothing.
            message: match arguments.message {
                MessageUnit::Auto => self.message,
                said => said,
            },
            ..self
        }
    }
}

impl AllowSource {
    /// # Errors
    /// Where something needed is blank; `text` is the whole file.
    fn check(&self, text: &str) -> Result<(), ConfigError> {
        let refuse =
            |at: usize, message: &str| Err(ConfigError { line: Some(line_of(text, at)), message: message.to_owned() });
        if Allowed::new(self.phrase.as_ref(), None).is_none() {
            return refuse(self.phrase.span().start, "[[allow]] 的 phrase 是空的，请写上要放行的词句");
        }
        if self.reason.as_ref().trim().is_empty() {
            let message = format!("[[allow]] 要写明原因，例如 {}", example_of("reason"));
            return refuse(self.reason.span().start, &message);
        }
        Ok(())
    }
}

fn laid_over<T: Copy>(usual: &BTreeMap<String, T>, own: &BTreeMap<String, T>) -> BTreeMap<String, T> {
    usual.iter().chain(own).map(|(name, said)| (name.clone(), *said)).collect()
}

/// How a key that is needed may be filled in.
fn example_of(key: &str) -> &'static str {
    match key {
        "phrase" => "phrase = \"不行动\"",
        _ => "reason = \"产品名，已与质检确认\"",
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

    #[test]
    fn an_allowed_phrase_has_words_and_a_reason() {
        let options = Options::parse("[[allow]]\nphrase = '不行'\nrule = 'arguing'\nreason = '店名'\n").unwrap();
        let policy = options.policy(&Policy::USUAL);
        assert_eq!(policy.allowed, [Allowed::new("不行", Some("arguing".to_owned())).unwrap()]);
        for (text, line, says) in [
            ("\n[[allow]]\nphrase = '不行'\nreason = ' '\n", 4, "要写明原因"),
            ("[[allow]]\nphrase = ''\nreason = '店名'\n", 2, "phrase 是空的"),
            ("[[allow]]\nphrase = '不行'\n", 1, "缺少必填项 reason"),
            ("[[allow]]\nphrases = '不行'\n", 2, "是不是想写 phrase"),
        ] {
            let error = Options::parse(text).unwrap_err();
            assert_eq!(error.line, Some(line), "{text}");
            assert!(error.message.contains(says), "{}", error.message);
        }
    }
}
