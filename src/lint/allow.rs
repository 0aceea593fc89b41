//! The allow list of a project: a finding whose words lie inside an occurrence of an allowed phrase is none. Costs nothing
//! where the list is empty.

use crate::config::Policy;
use crate::diagnostic::Rule;
use crate::normalize::FoldedText;
use crate::text::{Folded, TextRange};

/// Where allowed phrases stand in a message.
#[derive(Debug, Default)]
pub(super) struct AllowedPlaces(Vec<AllowedPlace>);

#[derive(Clone, Copy, Debug)]
struct AllowedPlace {
    /// The number of the phrase in the policy.
    phrase: usize,
    range: TextRange<Folded>,
}

impl AllowedPlaces {
    /// Finds them in `folded`, in the place of what was here. Variant spellings in it are not put right yet: what is
    /// allowed is what was written.
    pub(super) fn fill(&mut self, policy: &Policy, folded: &FoldedText) {
        self.0.clear();
        let chars = folded.chars();
        for (phrase, allowed) in policy.allowed.iter().enumerate() {
            let wanted = allowed.folded();
            let starts = chars.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
            let range = |start| TextRange::new(start, start + wanted.len());
            self.0.extend(starts.map(|(start, _)| AllowedPlace { phrase, range: range(start) }));
        }
    }

    /// Whether words of that rule in `range` lie inside one that is allowed for it.
    pub(super) fn cover(&self, policy: &Policy, rule: &Rule, range: TextRange<Folded>) -> bool {
        self.0.iter().any(|place| place.range.covers(range) && policy.allowed[place.phrase].is_for(rule))
    }

    /// Those places that are allowed for one of `rules`.
    pub(super) fn for_any<'s, 'r: 's>(
        &'s self,
        policy: &'s Policy,
        rules: impl Iterator<Item = &'r Rule> + Clone + 's,
    ) -> impl Iterator<Item = TextRange<Folded>> + 's {
        let is_for_one =
            move |place: &&AllowedPlace| rules.clone().any(|rule| policy.allowed[place.phrase].is_for(rule));
        self.0.iter().filter(is_for_one).map(|place| place.range)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fixing, Linter, Scratch};
    use crate::builtin;
    use crate::config::{Allowed, Policy};

    fn policy(list: &[(&str, Option<&str>)]) -> Policy {
        let allowed = list.iter().map(|(phrase, rule)| Allowed::new(phrase, rule.map(ToOwned::to_owned)).unwrap());
        Policy { allowed: allowed.collect(), ..Policy::USUAL }
    }

    #[test]
    fn nothing_is_found_inside_an_allowed_phrase() {
        let lexicon = builtin::lexicon();
        let rules = |policy: &Policy, message: &str| -> Vec<String> {
            let linter = Linter::new(&lexicon).with_policy(policy);
            let found = linter.check_quickly(message, Fixing::Skip, &mut Scratch::default());
            found.into_iter().map(|diagnostic| diagnostic.rule.id.clone()).collect()
        };
        let none = policy(&[]);
        for (message, phrase) in [
            ("这个我们处理不了", "处理不了"),
            ("这个我们處理不了。", "处理不了"),
            ("这个我们处理不了。", "處理不了"),
            ("ＴＭＤ，稍等", "tmd"),
            ("没办法呢", "没办法"),
            ("欢迎光临滚蛋牛肉店", "滚蛋牛肉"),
            ("您好，您的包裹在【姓名】处", "【姓名】"),
            ("您的包裹今天到了！！！", "！！！"),
        ] {
            let before = rules(&none, message);
            assert!(!before.is_empty(), "{message}");
            assert_eq!(rules(&policy(&[(phrase, None)]), message), [""; 0], "{message}");
            let rule = before[0].clone();
            let category = rule.split('/').next().unwrap();
            assert_eq!(rules(&policy(&[(phrase, Some(&rule))]), message), [""; 0], "{message}, {rule}");
            assert_eq!(rules(&policy(&[(phrase, Some(category))]), message), [""; 0], "{message}, {category}");
            let other = if category == "adversative" { "insulting" } else { "adversative" };
            assert_eq!(rules(&policy(&[(phrase, Some(other))]), message), before, "{message}, {other}");
            // Elsewhere in the message the words still count.
            assert_eq!(rules(&policy(&[(&format!("{phrase}甲乙"), None)]), message), before, "{message}");
        }
        let twice = "处理不了，欢迎光临处理不了小店";
        let allowed = policy(&[("处理不了小店", None)]);
        assert_eq!(rules(&allowed, twice).len(), rules(&none, "处理不了").len());
    }

    #[test]
    fn words_that_are_allowed_give_no_cues() {
        let lexicon = builtin::lexicon();
        let message = "爱要不要，反正就这样";
        let none = Policy::USUAL;
        let check = |policy: &Policy| {
            let linter = Linter::new(&lexicon).with_policy(policy);
            linter.check(message, Fixing::Skip, &mut Scratch::default()).len()
        };
        assert!(check(&none) > 0);
        assert_eq!(check(&policy(&[(message, None)])), 0);
    }
}
