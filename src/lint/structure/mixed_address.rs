//! 你 and 您 for the same person in one message (S1.6.1, S3.2): the agent wavers between two tones.

use super::{Mending, Shape};
use crate::diagnostic::Applicability;
use crate::text::{Edit, Prose, TextRange};

pub(super) const FAMILIAR: &str = "你";
pub(super) const POLITE: &str = "您";

/// What 你 belongs to when it is nobody in particular, or somebody else.
const ELSEWHERE: [&str; 12] = [
    "你们",
    "迷你",
    "你我",
    "你追我赶",
    "你来我往",
    "你情我愿",
    "你争我",
    "你一言",
    "你侬我侬",
    "谢你吉言",
    "借你吉言",
    "爱你",
];

/// The 你 of a message that also says 您, and the mending that says 您 throughout; neither counts in what is `foreign`.
pub(super) fn find(message: &str, foreign: &[TextRange<Prose>]) -> Option<Shape> {
    if !(message.contains(FAMILIAR) && message.contains(POLITE)) {
        return None;
    }
    let own = |at: usize, word: &str| {
        let place = TextRange::new(at, at + word.len());
        !foreign.iter().any(|span| span.covers(place))
    };
    message.match_indices(POLITE).find(|(at, word)| own(*at, word))?;
    let places: Vec<usize> = message
        .match_indices(FAMILIAR)
        .filter(|(at, word)| own(*at, word) && !is_elsewhere(message, *at))
        .map(|(at, _)| at)
        .collect();
    let first = *places.first()?;
    let edits = places
        .iter()
        .map(|at| Edit { range: TextRange::new(*at, at + FAMILIAR.len()), replacement: POLITE.to_owned() })
        .collect();
    let mending = Mending { title: "整条都称“您”".to_owned(), applicability: Applicability::Safe, edits };
    Some(Shape { range: TextRange::new(first, first + FAMILIAR.len()), mending: Some(mending) })
}

fn is_elsewhere(message: &str, at: usize) -> bool {
    ELSEWHERE.iter().any(|phrase| {
        phrase.find(FAMILIAR).is_some_and(|inside| {
            at.checked_sub(inside)
                .and_then(|start| message.get(start..))
                .is_some_and(|rest| rest.starts_with(phrase))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::quotes::find_quoted;
    use super::*;
    use crate::normalize::FoldedText;
    use crate::text::apply_edits;

    #[test]
    fn finds_what_wavers() {
        for (message, mended) in [
            ("您好，你的快递到了，你方便的时候来取", Some("您好，您的快递到了，您方便的时候来取")),
            ("你好，请问有什么可以帮您", Some("您好，请问有什么可以帮您")),
            ("您的快递到了", None),
            ("你的快递到了", None),
            ("您说的“你等着”我查到了录音，向您道歉", None),
            ("您好，这款迷你音箱有货，你们公司可以月结", None),
            ("“您”字要说出口，不要说你", None),
            ("> 你们怎么还不发货\n您好，今天就发", None),
        ] {
            let (folded, mut quoted) = (FoldedText::new(message), Vec::new());
            find_quoted(message, &crate::config::Policy::USUAL, &folded, &mut quoted);
            let quoted: Vec<_> = quoted.into_iter().map(|range| folded.to_prose(range)).collect();
            let found = find(message, &quoted);
            let result = found.map(|shape| {
                let edits = shape.mending.map(|mending| mending.edits).unwrap_or_default();
                apply_edits(message, &edits).unwrap()
            });
            assert_eq!(result.as_deref(), mended, "{message}");
        }
    }
}
