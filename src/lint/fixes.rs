//! Rewrites: templates filled from the match's own parts, kept only where nothing is lost and nothing offends afterwards.

use super::conditions::Place;
use super::facts;
use super::judge::Judged;
use super::matcher::Matches;
use super::script;
use super::structure::placeholder;
use super::{Linter, Scratch, is_offence};
use crate::config::Policy;
use crate::diagnostic::{Applicability, Fix};
use crate::lexicon::compiled::{Condition, Rewrite};
use crate::lexicon::rewrite::Piece;
use crate::lexicon::schema::Replace;
use crate::text::sentence::{sentence_around, whole_graphemes};
use crate::text::{Edit, Folded, Prose, TextRange, apply_edits};

/// What became of one rewrite of a finding.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// The number of the rewrite in its entry.
    pub(super) rewrite: usize,
    /// What it would change.
    pub(super) edit: Edit<Prose>,
    /// The message afterwards.
    pub(super) result: String,
    /// Whether it may be offered.
    pub(super) verdict: Verdict,
}

/// Whether a rewrite may be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may.
    Offered,
    /// It changes nothing, or the same as an earlier one.
    Idle,
    /// It would lose a number, a name, a link or a placeholder.
    LosesFact,
    /// Its result draws this entry's finding again or a new one; the number of that entry.
    StillOffends(u16),
}

/// The rewrites of `finding` that may be offered, the best first. `judged` are all findings of the message.
pub(super) fn fixes(
    linter: Linter<'_>,
    message: &str,
    matches: &Matches,
    finding: &Judged,
    judged: &[Judged],
    after: &mut Scratch,
) -> Vec<Fix> {
    let entry = &linter.lexicon.tables().entries[usize::from(finding.entry)];
    let mut made = Vec::new();
    if let Some(mending) = finding.shape.as_ref().and_then(|shape| shape.mending.clone()) {
        made.push(Fix { title: mending.title, applicability: mending.applicability, edits: mending.edits });
    }
    for attempt in attempts(linter, message, matches, finding, judged, after) {
        let rewrite = &entry.rewrites[attempt.rewrite];
        if rewrite.applicability == Applicability::Display {
            let title = rewrite.title.clone().unwrap_or(attempt.edit.replacement);
            made.push(Fix { title, applicability: Applicability::Display, edits: Vec::new() });
        } else if attempt.verdict == Verdict::Offered {
            let title = match &rewrite.title {
                Some(title) => title.clone(),
                None => format!("改为“{}”", attempt.edit.replacement.trim()),
            };
            let fix = Fix { title, applicability: rewrite.applicability, edits: vec![attempt.edit] };
            made.push(with_placeholders(linter, message, fix));
        }
    }
    made
}

/// A rewrite with what it says about placeholders that it brings in: they are to be filled in before the message is sent,
/// and where the project names those that its platform fills in, no other may come in.
fn with_placeholders(linter: Linter<'_>, message: &str, mut fix: Fix) -> Fix {
    let policy = linter.policy;
    let brought = fix.edits.iter().flat_map(|edit| {
        let ranges = placeholder::all(&edit.replacement, policy).into_iter();
        ranges.map(|range| edit.replacement[range.as_range()].to_owned())
    });
    let brought: Vec<String> = brought.filter(|placeholder| !message.contains(placeholder.as_str())).collect();
    if brought.is_empty() {
        return fix;
    }
    let named = brought.join("、");
    match &policy.placeholders {
        Some(known) if brought.iter().any(|placeholder| !known.contains(placeholder)) => {
            fix.title.push_str(&format!("（要用到占位符 {named}，placeholders 里没有）"));
            fix.applicability = Applicability::Display;
            fix.edits.clear();
        }
        Some(_) => {}
        None => {
            fix.title.push_str(&format!("（发出前要填 {named}）"));
            fix.applicability = fix.applicability.min(Applicability::Suggested);
        }
    }
    fix
}

/// An edit that cuts no placeholder in two: a clause may seem to begin or end in one.
fn beside_placeholders(policy: &Policy, message: &str, mut edit: Edit<Prose>) -> Edit<Prose> {
    for placeholder in placeholder::all(message, policy) {
        let (start, end) = (edit.range.start(), edit.range.end());
        if placeholder.start() < start && start < placeholder.end() {
            edit.range = TextRange::new(placeholder.end().min(end), end);
        } else if placeholder.start() < end && end < placeholder.end() {
            edit.range = TextRange::new(start, placeholder.start().max(start));
        }
    }
    edit
}

/// Tries the rewrites of `finding` whose conditions hold.
pub(super) fn attempts(
    linter: Linter<'_>,
    message: &str,
    matches: &Matches,
    finding: &Judged,
    judged: &[Judged],
    after: &mut Scratch,
) -> Vec<Attempt> {
    let tables = linter.lexicon.tables();
    let entry = &tables.entries[usize::from(finding.entry)];
    let place = Place::new(tables, matches, finding.range).with_inside(!finding.cues.is_empty());
    let traditional = script::is_traditional(message);
    let mut tried: Vec<Attempt> = Vec::new();
    for (number, rewrite) in in_register(linter, &entry.rewrites, &place) {
        if !place.allows(&rewrite.when, &rewrite.unless) {
            continue;
        }
        let edit = edit(&place, message, matches, finding, rewrite, traditional);
        let edit = beside_placeholders(linter.policy, message, edit);
        let Ok(result) = apply_edits(message, std::slice::from_ref(&edit)) else { continue };
        let replaced = &message[edit.range.as_range()];
        // The words of the phrase itself are what is to go; everything else that is replaced may hold a fact.
        let mut besides = replaced.to_owned();
        for part in finding.parts.iter().rev() {
            let part = matches.folded.to_prose(*part);
            let inside = part.start().saturating_sub(edit.range.start())..part.end().saturating_sub(edit.range.start());
            if besides.get(inside.clone()).is_some() {
                besides.replace_range(inside, "，");
            }
        }
        let verdict = if replaced == edit.replacement || tried.iter().any(|other| other.edit == edit) {
            Verdict::Idle
        } else if !facts::kept(&besides, &edit.replacement, linter.policy) {
            Verdict::LosesFact
        } else {
            match offence_after(linter, finding, judged, &result, after) {
                Some(offending) => Verdict::StillOffends(offending),
                None => Verdict::Offered,
            }
        };
        tried.push(Attempt { rewrite: number, edit, result, verdict });
    }
    tried
}

/// The rewrites by number: first those of the register that is asked for, or else of the message's own, last those of
/// another one.
fn in_register<'e>(linter: Linter<'_>, rewrites: &'e [Rewrite], place: &Place<'_>) -> Vec<(usize, &'e Rewrite)> {
    let contexts = &linter.lexicon.tables().contexts;
    let suits = |tone: Condition| match (linter.policy.register.context(), tone) {
        (Some(named), Condition::Context(context, _)) => contexts[usize::from(context)].name == named,
        _ => place.holds(tone),
    };
    let mut ordered: Vec<(usize, &Rewrite)> = rewrites.iter().enumerate().collect();
    ordered.sort_by_key(|(_, rewrite)| match rewrite.tone {
        Some(tone) if suits(tone) => 0,
        None => 1,
        Some(_) => 2,
    });
    ordered
}

/// The entry of a finding in `result` that is this one again or that was not there before.
fn offence_after(
    linter: Linter<'_>,
    finding: &Judged,
    judged: &[Judged],
    result: &str,
    after: &mut Scratch,
) -> Option<u16> {
    // Most results are polite, which the first test of all messages says quickly.
    linter.next_by_words(result, 0)?;
    linter.judge(result, after);
    // What cues only hint at stands in many harmless sentences, and structure is another matter.
    let counts = |other: &&Judged| other.cues.is_empty() && other.shape.is_none() || is_offence(other.severity);
    let mut before: Vec<u16> = judged.iter().filter(counts).map(|other| other.entry).collect();
    if let Some(own) = before.iter().position(|entry| *entry == finding.entry) {
        before.swap_remove(own);
    }
    for left in after.judged.iter().filter(counts) {
        match before.iter().position(|entry| *entry == left.entry) {
            Some(at) => {
                before.swap_remove(at);
            }
            None => return Some(left.entry),
        }
    }
    None
}

/// The edit that a rewrite makes.
fn edit(
    place: &Place<'_>,
    message: &str,
    matches: &Matches,
    finding: &Judged,
    rewrite: &Rewrite,
    traditional: bool,
) -> Edit<Prose> {
    let chars = matches.folded.chars();
    let to_prose = |range: TextRange<Folded>| matches.folded.to_prose(range);
    let own = whole_graphemes(message, to_prose(finding.range));
    let range = match rewrite.replace {
        Replace::Match => own,
        Replace::Clause => widened(own, to_prose(place.clause_by_blanks())),
        // Of what cues find only the clauses are known: what else the sentence says stays.
        Replace::Sentence if !finding.cues.is_empty() => widened(own, to_prose(place.clause())),
        Replace::Sentence => widened(own, to_prose(sentence_around(chars, finding.range))),
        Replace::Message => TextRange::new(0, message.len()),
    };
    // Blanks around what is replaced stay where they are.
    let range = if rewrite.replace == Replace::Match { range } else { without_blanks(message, range, own) };
    let mut replacement = String::new();
    for piece in &rewrite.template {
        match piece {
            Piece::Text(text) if traditional => replacement.push_str(&script::to_traditional(text)),
            Piece::Text(text) => replacement.push_str(text),
            Piece::Before => replacement.push_str(&message[range.start()..own.start()]),
            Piece::Match => replacement.push_str(&message[own.as_range()]),
            Piece::After => replacement.push_str(&message[own.end()..range.end()]),
            Piece::Slot(slot) => {
                let captured = finding.captures.iter().find(|(of, range)| of == slot && !range.is_empty());
                if let Some((_, captured)) = captured {
                    replacement.push_str(&message[to_prose(*captured).as_range()]);
                }
            }
        }
    }
    end_as_it_reads(message, Edit { range, replacement })
}

/// The edit with one mark at its end: that which follows in the message, unless a question has become a statement or a
/// statement a question.
fn end_as_it_reads(message: &str, edit: Edit<Prose>) -> Edit<Prose> {
    let Edit { range, mut replacement } = edit;
    let behind = &message[range.end()..];
    if !behind.chars().next().is_some_and(is_mark) {
        return Edit { range, replacement };
    }
    let asks_outright = replacement.ends_with(['?', '？']);
    replacement.truncate(replacement.trim_end_matches(is_mark).len());
    let run = behind.len() - behind.trim_start_matches(['?', '？', '!', '！', '。', '.']).len();
    let asked = behind[..run].contains(['?', '？']);
    let mark = if asked {
        let asks = asks_outright || may_ask(replacement.rsplit(is_mark).next().unwrap_or_default());
        (!asks).then_some('。')
    } else {
        (asks_outright && run > 0).then_some('？')
    };
    match mark {
        Some(mark) if !replacement.is_empty() => {
            replacement.push(mark);
            Edit { range: TextRange::new(range.start(), range.end() + run), replacement }
        }
        _ => Edit { range, replacement },
    }
}

/// Whether a clause may be a question: it ends in a particle, or has a word that asks and that the speaker does not put
/// into a promise (我帮您看看怎么办).
fn may_ask(clause: &str) -> bool {
    let clause = script::to_simplified(clause);
    let by_word = ASKING.iter().filter_map(|word| clause.find(word)).min();
    clause.ends_with(['吗', '么', '呢', '嘛', '吧'])
        || by_word
            .is_some_and(|at| !clause[..at].contains('我') || YOUR_TURN.iter().any(|head| clause.starts_with(head)))
}

/// How a clause begins that leaves it to the customer, whatever the speaker does in it.
const YOUR_TURN: &[&str] = &["您看", "您想", "您希望", "您觉得", "您方便", "请问"];

/// Words with which a clause may be a question.
const ASKING: &[&str] = &[
    "什么",
    "怎么",
    "怎样",
    "如何",
    "哪",
    "几点",
    "几号",
    "多少",
    "多久",
    "是否",
    "能否",
    "可否",
    "是不是",
    "有没有",
    "能不能",
    "可不可以",
    "方不方便",
    "好不好",
    "行不行",
    "要不要",
    "需不需要",
    "为何",
    "谁",
];

fn is_mark(c: char) -> bool {
    matches!(c, '，' | '。' | '！' | '？' | '；' | '：' | '、' | '…' | ',' | '.' | '!' | '?' | ';' | '~' | '～')
}

fn widened(own: TextRange<Prose>, around: TextRange<Prose>) -> TextRange<Prose> {
    TextRange::new(own.start().min(around.start()), own.end().max(around.end()))
}

fn without_blanks(message: &str, range: TextRange<Prose>, own: TextRange<Prose>) -> TextRange<Prose> {
    let head = &message[range.start()..own.start()];
    let tail = &message[own.end()..range.end()];
    TextRange::new(own.start() - head.trim_start().len(), own.end() + tail.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_as_it_reads() {
        let cases = [
            ("你不会看吗？", "您看这里就可以", "您看这里就可以。"),
            ("你不会看吗？？！", "我跟您说一下怎么看", "我跟您说一下怎么看。"),
            ("你不会看吗？", "您看是哪一步不清楚", "您看是哪一步不清楚？"),
            ("你不要动？", "您说的情况我来看看怎么改善", "您说的情况我来看看怎么改善。"),
            ("你不会看嗎？", "請問方便說一下單號嗎？", "請問方便說一下單號嗎？"),
            ("不知道。", "我帮您问一下，您看可以吗？", "我帮您问一下，您看可以吗？"),
            ("不知道！", "我帮您问一下。", "我帮您问一下！"),
            ("不知道，", "我帮您问一下。", "我帮您问一下，"),
            ("不知道", "我帮您问一下。", "我帮您问一下。"),
        ];
        for (message, replacement, expected) in cases {
            let end = message.trim_end_matches(is_mark).len();
            let made = super::end_as_it_reads(
                message,
                Edit { range: TextRange::new(0, end), replacement: replacement.to_owned() },
            );
            assert_eq!(apply_edits(message, &[made]).unwrap(), expected, "{message}");
        }
    }
}
