//! Mending a message: of the fixes of its findings those that go together, so that nothing new is found afterwards. One
//! step for the fixer of files, which extracts anew between steps; all steps at once for whoever has one message.

use super::{Fixing, Linter, Scratch, is_offence};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::text::{Edit, Prose, apply_edits};

/// How often a message is gone through at most. Each step mends something, and a mended place is mended for good, so more
/// than a few are needed only where fixes lie close together.
pub const STEPS: usize = 12;

/// Of so many findings at most the fixes are tried one after the other in one step.
const TRIED_SINGLY: usize = 48;

/// Which fixes are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixLevel {
    /// Safe ones.
    Safe,
    /// Safe ones, and the first suggested one of each finding that has no safe one.
    Suggested,
}

impl FixLevel {
    /// The fixes of a finding that this level applies, the one to be preferred first.
    pub fn of<'d>(self, diagnostic: &'d Diagnostic<'_>) -> impl Iterator<Item = &'d Fix> {
        let wanted: &[Applicability] = match self {
            FixLevel::Safe => &[Applicability::Safe],
            FixLevel::Suggested => &[Applicability::Safe, Applicability::Suggested],
        };
        wanted
            .iter()
            .flat_map(|applicability| diagnostic.fixes.iter().filter(|fix| fix.applicability == *applicability))
    }
}

/// What one step of mending comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The edits to the message, all or none; disjoint.
    pub edits: Vec<Edit<Prose>>,
    /// How many findings they mend.
    pub applied: usize,
}

/// A message that was made polite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polished {
    /// The message afterwards.
    pub text: String,
    /// How many findings were mended; zero where the text is as it was.
    pub applied: usize,
    /// How many errors and warnings are left.
    pub left: usize,
}

impl Linter<'_> {
    /// The fixes of `found`, the findings of `message`, that can be applied together: for each finding the first that
    /// `can_be_written`, touches no other, and leaves nothing to be found that was not found before.
    pub fn mend_step(
        self,
        message: &str,
        found: &[Diagnostic<'_>],
        level: FixLevel,
        can_be_written: &dyn Fn(&Fix) -> bool,
        scratch: &mut Scratch,
    ) -> Step {
        let preferred: Vec<&Fix> =
            found.iter().filter_map(|diagnostic| level.of(diagnostic).find(|fix| can_be_written(fix))).collect();
        let all = preferred.iter().fold(Step::default(), |step, fix| step.with(fix).unwrap_or(step));
        if all.applied == 0 || self.finds_nothing_new(message, found, &all, scratch) {
            return all;
        }
        // Together, or in the light of what the conditions of a rewrite do not see, they make something new.
        let mut step = Step::default();
        for diagnostic in found.iter().take(TRIED_SINGLY) {
            let mut candidates = level.of(diagnostic).filter(|fix| can_be_written(fix));
            let next = candidates.find_map(|fix| {
                let with = step.with(fix)?;
                self.finds_nothing_new(message, found, &with, scratch).then_some(with)
            });
            step = next.unwrap_or(step);
        }
        step
    }

    /// The message with all its preferred rewrites: steps until nothing is left to mend. Facts are kept, as each rewrite
    /// keeps them, and nothing is found afterwards that was not found before.
    pub fn polish(self, message: &str, level: FixLevel, scratch: &mut Scratch) -> Polished {
        let mut polished = Polished { text: message.to_owned(), applied: 0, left: 0 };
        for _ in 0..STEPS {
            let found = self.check_quickly(&polished.text, Fixing::Make, scratch);
            polished.left = found.iter().filter(|diagnostic| is_offence(diagnostic.severity)).count();
            let step = self.mend_step(&polished.text, &found, level, &|_| true, scratch);
            let Ok(text) = apply_edits(&polished.text, &step.edits) else { break };
            if step.applied == 0 || text == polished.text {
                break;
            }
            polished.text = text;
            polished.applied += step.applied;
        }
        polished
    }

    /// Whether every rule that finds something after that step found as much before. Something mild that has a safe fix may
    /// come in (你, where a 您 was put beside it): the next step mends it.
    fn finds_nothing_new(self, message: &str, found: &[Diagnostic<'_>], step: &Step, scratch: &mut Scratch) -> bool {
        let Ok(result) = apply_edits(message, &step.edits) else { return false };
        let are_fine = |after: &[Diagnostic<'_>]| {
            let mut before: Vec<&str> = found.iter().map(|diagnostic| diagnostic.rule.id.as_str()).collect();
            after.iter().all(|left| {
                let known = before.iter().position(|rule| *rule == left.rule.id);
                known.map(|at| before.swap_remove(at)).is_some()
                    || !is_offence(left.severity) && FixLevel::Safe.of(left).next().is_some()
            })
        };
        are_fine(&self.check_quickly(&result, Fixing::Skip, scratch))
            || are_fine(&self.check_quickly(&result, Fixing::Make, scratch))
    }
}

impl Step {
    /// This step with one fix more; nothing where it touches another.
    fn with(&self, fix: &Fix) -> Option<Step> {
        let touches = |edit: &Edit<Prose>| {
            let at = |other: &Edit<Prose>| other.range.start() == edit.range.start();
            self.edits.iter().any(|other| edit.range.overlaps(other.range) || at(other))
        };
        if fix.edits.is_empty() || fix.edits.iter().any(touches) {
            return None;
        }
        Some(Step { edits: [self.edits.as_slice(), &fix.edits].concat(), applied: self.applied + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;
    use crate::lint::facts;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            range: (*start..*end).into(),
            replacement: (*text).to_owned(),
        };
        Fix { title: String::new(), applicability: Applicability::Safe, edits: edits.iter().map(edit).collect() }
    }

    #[test]
    fn a_fix_is_taken_whole_or_not_at_all() {
        let step = Step::default().with(&fix(&[(0, 3, "a"), (6, 9, "b")])).unwrap();
        assert_eq!((step.edits.len(), step.applied), (2, 1));
        assert_eq!(step.with(&fix(&[(3, 6, "c"), (8, 9, "d")])), None);
        assert_eq!(step.with(&fix(&[(6, 6, "d")])), None, "two edits at one place have no order");
        assert_eq!(step.with(&fix(&[])), None);
        assert_eq!(step.with(&fix(&[(3, 6, "c")])).unwrap().applied, 2);
    }

    #[test]
    fn a_message_is_made_polite_in_one_step() {
        let lexicon = builtin::lexicon();
        let linter = Linter::new(&lexicon);
        let mut scratch = Scratch::default();
        for message in [
            "这个我们处理不了，你自己看着办",
            "不知道，你去问快递，订单123456789不归我们管，别催了",
            "亲，这单20240618001不能退，规定就是这样，你爱买不买",
            "都说了没货，你怎么还问？？？",
            "您好，{订单号}不能改地址。不行。没办法",
            "刚才不是跟你说过了吗，怎么还问",
            "您好，很高兴为您服务",
            "",
        ] {
            let before = linter.check_quickly(message, Fixing::Skip, &mut scratch);
            let polished = linter.polish(message, FixLevel::Suggested, &mut scratch);
            let after = linter.check_quickly(&polished.text, Fixing::Skip, &mut scratch);
            let offences = |found: &[Diagnostic<'_>]| found.iter().filter(|found| is_offence(found.severity)).count();
            assert_eq!(offences(&after), polished.left, "{message} → {}", polished.text);
            assert!(after.len() <= before.len(), "{message} → {}", polished.text);
            assert_eq!(polished.applied == 0, polished.text == message, "{message} → {}", polished.text);
            assert!(
                facts::kept(message, &polished.text, &crate::config::Policy::USUAL),
                "{message} → {}",
                polished.text
            );
            let again = linter.polish(&polished.text, FixLevel::Suggested, &mut scratch);
            assert_eq!(again.text, polished.text, "{message}");
        }
    }

    #[test]
    fn only_safe_fixes_are_applied_where_no_more_is_asked_for() {
        let lexicon = builtin::lexicon();
        let linter = Linter::new(&lexicon);
        let mut scratch = Scratch::default();
        let polished = linter.polish("这个我们处理不了", FixLevel::Safe, &mut scratch);
        assert_eq!((polished.text.as_str(), polished.applied, polished.left), ("这个我们处理不了", 0, 1));
    }
}
