//! Replies that come long after the customer spoke (S1.1), where the turns of a conversation carry times.

use crate::document::{Moment, Role};

/// Who has waited for a reply, and since when.
#[derive(Debug, Default)]
pub(in crate::lint) struct LateReply {
    waiting_since: Option<Moment>,
}

impl LateReply {
    /// Hears a turn; whether it is a reply that comes more than `most` seconds after the first thing the customer said
    /// without one.
    pub(in crate::lint) fn hear(&mut self, role: Role, moment: Option<Moment>, most: u32) -> bool {
        match role {
            Role::Customer => {
                if self.waiting_since.is_none() {
                    self.waiting_since = moment;
                }
                false
            }
            Role::Agent => {
                let waited = self.waiting_since.take().zip(moment).and_then(|(since, now)| now.seconds_after(since));
                waited.is_some_and(|seconds| seconds > i64::from(most))
            }
            Role::System => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_from_the_first_unanswered_word() {
        let at = |stamp: &str| Moment::read(stamp);
        let mut late = LateReply::default();
        assert!(!late.hear(Role::Agent, at("10:00:00"), 60));
        assert!(!late.hear(Role::Customer, at("10:00:10"), 60));
        assert!(!late.hear(Role::Customer, at("10:01:00"), 60));
        assert!(!late.hear(Role::System, at("10:01:05"), 60));
        assert!(late.hear(Role::Agent, at("10:01:11"), 60));
        assert!(!late.hear(Role::Agent, at("10:09:00"), 60), "the customer has been answered");
        assert!(!late.hear(Role::Customer, None, 60));
        assert!(!late.hear(Role::Agent, at("12:00:00"), 60));
    }
}
