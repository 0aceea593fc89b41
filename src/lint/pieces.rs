//! Messages of inhuman length, judged piece by piece: what stands around a finding is looked at for each one, so that the
//! time for one message may grow with the square of its length.

use std::ops::Range;

/// The longest message, in bytes, that is judged as a whole: some two thousand seven hundred Han characters.
pub(super) const LONGEST: usize = 8 * 1024;

/// The pieces of a message, none longer than [`LONGEST`]: cut behind the end of a sentence, else behind a mark or a blank,
/// else between two characters.
pub(super) fn pieces(message: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = &message[from..];
        if rest.is_empty() {
            return None;
        }
        // The last two are of a length, so that none is so short that it would read as a message of its own.
        let limit = if rest.len() > LONGEST && rest.len() < 2 * LONGEST { rest.len() / 2 } else { LONGEST };
        let most = &rest[..rest.floor_char_boundary(limit)];
        let behind = |is_end: fn(char) -> bool| {
            most.rfind(is_end).and_then(|at| Some(at + most[at..].chars().next()?.len_utf8()))
        };
        let length = if most.len() == rest.len() {
            rest.len()
        } else {
            behind(|c| matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | '\n'))
                .or_else(|| behind(|c| matches!(c, '，' | ',' | '、' | '：') || c.is_whitespace()))
                .unwrap_or(most.len())
        };
        from += length;
        Some(from - length..from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_behind_sentences() {
        let sentence = "这个我们处理不了。";
        let message = sentence.repeat(2000);
        let found: Vec<&str> = pieces(&message).map(|range| &message[range]).collect();
        assert_eq!(found.concat(), message);
        assert!(found.iter().all(|piece| piece.len() <= LONGEST && piece.ends_with('。')));
        let runs_on = "好".repeat(LONGEST);
        assert_eq!(pieces(&runs_on).map(|range| range.len()).sum::<usize>(), runs_on.len());
        assert_eq!(pieces("").count(), 0);
        assert_eq!(pieces("您好").collect::<Vec<_>>(), [Range { start: 0, end: 6 }]);
    }
}
