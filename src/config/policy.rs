//! How grave the findings of each rule are in this project, from what number on rules with a limit speak, and which
//! phrases are allowed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Category, Rule, Severity};
use crate::lexicon::error::did_you_mean;
use crate::lexicon::schema::Structure;
use crate::normalize::FoldedText;

/// What a project says of the severity of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It finds nothing.
    Off,
    /// As [`Severity::Hint`].
    Hint,
    /// As [`Severity::Info`].
    Info,
    /// As [`Severity::Warning`].
    Warning,
    /// As [`Severity::Error`].
    Error,
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Hint => Some(Severity::Hint),
            Level::Info => Some(Severity::Info),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

/// Which of a finding's rewrites come first, where they differ in tone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Register {
    /// Those of the message's own tone.
    #[default]
    Auto,
    /// Those of a chat.
    Chat,
    /// Those of a letter.
    Formal,
}

impl Register {
    /// The context of the lexicon that stands for it; nothing where the message decides.
    #[must_use]
    pub fn context(self) -> Option<&'static str> {
        match self {
            Register::Auto => None,
            Register::Chat => Some("chat"),
            Register::Formal => Some("formal"),
        }
    }
}

/// Where templates are sent from, for how long they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// 千牛, of Taobao and Tmall.
    #[serde(alias = "千牛")]
    Qianniu,
    /// 京麦, of JD.
    #[serde(alias = "京麦")]
    Jingmai,
    /// Text messages of mobile phones.
    #[serde(alias = "短信")]
    Sms,
}

impl Platform {
    /// The most characters of a message. A text message of more than 70, its signature counted, is charged as several. The
    /// two shop platforms publish no figure: theirs are on the safe side, and `[limits]` goes before them.
    #[must_use]
    pub fn longest_reply(self) -> u32 {
        match self {
            Platform::Qianniu | Platform::Jingmai => 500,
            Platform::Sms => 70,
        }
    }
}

/// A phrase inside which nothing is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Its folded characters, at least one.
    folded: Vec<char>,
    /// The id of the rule or the name of the category that it is allowed for; every rule where nothing is said.
    pub rule: Option<String>,
}

impl Allowed {
    /// That phrase, compared with messages in folded form; nothing where it holds no character to compare.
    #[must_use]
    pub fn new(phrase: &str, rule: Option<String>) -> Option<Allowed> {
        let folded = FoldedText::new(phrase.trim()).chars().to_vec();
        (!folded.is_empty()).then_some(Allowed { folded, rule })
    }

    /// The characters to look for in the folded form of a message.
    #[must_use]
    pub fn folded(&self) -> &[char] {
        &self.folded
    }

    /// Whether it is allowed for that rule.
    #[must_use]
    pub fn is_for(&self, rule: &Rule) -> bool {
        self.rule.as_deref().is_none_or(|named| named == rule.id || named == rule.category.name())
    }
}

/// What a project says of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// By the id of a rule or the name of a category.
    pub severity: BTreeMap<String, Level>,
    /// By the id of a rule of the category `structure`.
    pub limits: BTreeMap<String, u32>,
    /// Phrases inside which nothing is found.
    pub allowed: Vec<Allowed>,
    /// Which rewrites come first.
    pub register: Register,
    /// Where templates are sent from.
    pub platform: Option<Platform>,
    /// The placeholders that are known; where nothing is said all are.
    pub placeholders: Option<Vec<String>>,
    /// How placeholders are written here besides the usual ways.
    pub placeholder_forms: Vec<PlaceholderForm>,
}

/// A way of writing placeholders: what stands before the name and behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub struct PlaceholderForm {
    /// Not empty.
    pub open: String,
    /// Not empty.
    pub close: String,
}

impl TryFrom<String> for PlaceholderForm {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once('*') {
            Some((open, close)) if !open.is_empty() && !close.is_empty() => {
                Ok(PlaceholderForm { open: open.to_owned(), close: close.to_owned() })
            }
            _ => Err(format!("占位符的写法“{text}”不行：要用 * 代表名字，前后都有记号，如 @*@")),
        }
    }
}

impl Policy {
    /// What holds where a project says nothing.
    pub const USUAL: Policy = Policy {
        severity: BTreeMap::new(),
        limits: BTreeMap::new(),
        allowed: Vec::new(),
        register: Register::Auto,
        platform: None,
        placeholders: None,
        placeholder_forms: Vec::new(),
    };

    /// The severity of a rule's findings, `own` where nothing is said; nothing where the rule is off. What is said of a
    /// rule goes before what is said of its category.
    #[must_use]
    pub fn severity(&self, rule: &Rule, own: Severity) -> Option<Severity> {
        if self.severity.is_empty() {
            return Some(own);
        }
        let said = self.severity.get(&rule.id).or_else(|| self.severity.get(rule.category.name()));
        said.map_or(Some(own), |level| level.severity())
    }

    /// The limit of a rule of structure; zero where it has none.
    #[must_use]
    pub fn limit(&self, structure: Structure) -> u32 {
        let usual = match (structure, self.platform) {
            (Structure::LongReply, Some(platform)) => platform.longest_reply(),
            _ => structure.usual_limit().unwrap_or_default(),
        };
        self.limits.get(structure.rule()).copied().unwrap_or(usual)
    }

    /// What in it is not known: neither a rule of `known` nor a category, or no limit of a rule. In Chinese.
    #[must_use]
    pub fn unknown<'r>(&self, known: impl Iterator<Item = &'r str> + Clone) -> Option<String> {
        let names = Category::ALL.map(Category::name);
        let graded = self.severity.keys().map(|name| ("[severity]", name));
        let allowed = self.allowed.iter().filter_map(|allowed| Some(("[[allow]]", allowed.rule.as_ref()?)));
        let unknown = graded
            .chain(allowed)
            .find(|(_, name)| !names.contains(&name.as_str()) && !known.clone().any(|id| id == *name));
        if let Some((table, name)) = unknown {
            let guess = did_you_mean(name, known.chain(names));
            let guess = guess.map(|best| format!("，是不是想写 {best}？")).unwrap_or_default();
            return Some(format!("{table} 里的 {name} 不是规则，也不是类别{guess}（所有规则：wanyan rules）"));
        }
        let limited: Vec<&str> = Structure::LIMITED.iter().map(|structure| structure.rule()).collect();
        let name = self.limits.keys().find(|name| !limited.contains(&name.as_str()))?;
        Some(format!("[limits] 里的 {name} 没有可以调的限度；可以调的有：{}", limited.join("、")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, category: Category) -> Rule {
        let text = String::new();
        Rule { id: id.to_owned(), category, title: text.clone(), why: text, advice: None, source: Vec::new() }
    }

    #[test]
    fn the_rule_goes_before_its_category() {
        let policy = Policy {
            severity: BTreeMap::from([
                ("arguing".to_owned(), Level::Info),
                ("arguing/a".to_owned(), Level::Off),
                ("arguing/b".to_owned(), Level::Error),
            ]),
            limits: BTreeMap::from([("structure/late-reply".to_owned(), 60)]),
            ..Policy::USUAL
        };
        let severity = |id| policy.severity(&rule(id, Category::Arguing), Severity::Warning);
        assert_eq!(severity("arguing/a"), None);
        assert_eq!(severity("arguing/b"), Some(Severity::Error));
        assert_eq!(severity("arguing/c"), Some(Severity::Info));
        assert_eq!(policy.severity(&rule("insulting/a", Category::Insulting), Severity::Error), Some(Severity::Error));
        assert_eq!((policy.limit(Structure::LateReply), policy.limit(Structure::LongSentence)), (60, 80));
    }

    #[test]
    fn tells_what_is_not_known() {
        let of = |name: &str| Policy { severity: BTreeMap::from([(name.to_owned(), Level::Off)]), ..Policy::USUAL };
        let known = ["arguing/told-you"];
        assert_eq!(of("arguing").unknown(known.into_iter()), None);
        assert_eq!(of("arguing/told-you").unknown(known.into_iter()), None);
        assert!(of("arguing/told-yuo").unknown(known.into_iter()).unwrap().contains("是不是想写 arguing/told-you"));
        let for_rule = |rule: &str| Policy {
            allowed: vec![Allowed::new("不行", Some(rule.to_owned())).unwrap()],
            ..Policy::USUAL
        };
        assert_eq!(for_rule("arguing").unknown(known.into_iter()), None);
        let unknown = for_rule("arguing/told-yuo").unknown(known.into_iter()).unwrap();
        assert!(unknown.starts_with("[[allow]]") && unknown.contains("是不是想写 arguing/told-you"), "{unknown}");
        let limits = BTreeMap::from([("structure/placeholder".to_owned(), 1)]);
        let policy = Policy { limits, ..Policy::USUAL };
        assert!(policy.unknown(known.into_iter()).unwrap().contains("structure/late-reply"));
    }

    #[test]
    fn an_allowed_phrase_is_kept_in_folded_form() {
        let allowed = Allowed::new(" 沒辦法ＡＢ ", None).unwrap();
        assert_eq!(allowed.folded().iter().collect::<String>(), "没办法ab");
        assert_eq!(Allowed::new(" \u{200b} ", None), None);
        let of = |named: &str| Allowed::new("不行", Some(named.to_owned())).unwrap();
        let rule = rule("arguing/a", Category::Arguing);
        assert!(allowed.is_for(&rule) && of("arguing").is_for(&rule) && of("arguing/a").is_for(&rule));
        assert!(!of("arguing/b").is_for(&rule) && !of("insulting").is_for(&rule));
    }
}
