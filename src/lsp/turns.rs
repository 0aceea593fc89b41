//! The turns of an open conversation: which lines begin them, who takes them, and what was said that matters later. Owns
//! which turns an edit touches. Must not know findings.
//!
//! Who takes a turn depends on all heads of the text, and what is heard on all turns before. Both are kept, and gone
//! through again only where an edit changed a head, or what a turn leaves to the later ones.

use std::ops::Range;

use super::text::{Change, Text};
use crate::document::transcript::{Cast, TurnHead};
use crate::document::{ExtractOptions, Role, plain};
use crate::lint::{Conversation, Heard, Utterance};

/// The turns of a conversation.
#[derive(Default)]
pub struct Turns {
    /// All lines with a head, ascending.
    heads: Vec<HeadAt>,
    /// All turns in which something was said, ascending.
    told: Vec<Told>,
    /// That nobody in it is known.
    pub problem: Option<String>,
}

struct HeadAt {
    line: usize,
    head: TurnHead,
    /// Who takes the turn that begins here; nothing where none does.
    role: Option<Role>,
}

/// What was said in a turn, as far as it matters later.
pub struct Told {
    /// The line with which the turn begins.
    pub line: usize,
    /// What the conversation remembers of it.
    pub utterance: Utterance,
    /// What is found in it because of what was said before.
    pub heard: Heard,
}

/// Moves what is behind a change, and what is inside it to its beginning.
fn moved(line: usize, change: Change) -> usize {
    let Change { first, removed, added } = change;
    if line >= first + removed { line - removed + added } else { line.min(first) }
}

impl Turns {
    /// Moves the turns behind a change. What is inside it is looked at again by [`Turns::follow`].
    pub fn note(&mut self, change: Change) {
        self.heads.iter_mut().for_each(|head| head.line = moved(head.line, change));
        self.told.iter_mut().for_each(|told| told.line = moved(told.line, change));
    }

    /// Takes that the lines `stale` changed: the lines, from the beginning of a turn to that of another, that are to be
    /// judged again. Nothing where the text has no turns.
    pub fn follow(
        &mut self,
        text: &Text,
        stale: &[Range<usize>],
        options: &ExtractOptions,
    ) -> Option<Vec<Range<usize>>> {
        let mut same = true;
        for range in stale {
            let behind = |line: usize| self.heads.partition_point(|head| head.line < line);
            let old = behind(range.start)..behind(range.end);
            let mut new = Vec::new();
            for line in range.start..range.end.min(text.line_count()) {
                let whole = text.line(line);
                if let Some(head) = TurnHead::of(&whole[plain::line_at(whole, 0)], options) {
                    new.push(HeadAt { line, head, role: None });
                }
            }
            let before = &self.heads[old.clone()];
            if before.iter().map(|head| &head.head).eq(new.iter().map(|head| &head.head)) {
                new.iter_mut().zip(before).for_each(|(new, old)| new.role = old.role);
            } else {
                same = false;
            }
            self.heads.splice(old, new);
        }
        let count = text.line_count();
        if !same {
            let cast = Cast::of(self.heads.iter().map(|head| &head.head));
            let is_stale = |line: usize| stale.iter().any(|range| range.contains(&line));
            let mut elsewhere = false;
            for (head, role) in self.heads.iter_mut().zip(cast.roles) {
                elsewhere |= head.role != role && !is_stale(head.line);
                head.role = role;
            }
            self.problem = cast.problem;
            if elsewhere {
                return self.begins(0..count).next().map(|_| vec![0..count]);
            }
        }
        self.begins(0..count).next()?;
        let mut extents: Vec<Range<usize>> = Vec::new();
        for range in stale {
            // The turn before reaches further or less far where a head came or went.
            let start = self.begin_before(if same { range.start } else { range.start.saturating_sub(1) });
            let end = self.begins(range.end..count).next().map_or(count, |(line, _)| line);
            match extents.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => extents.push(start..end),
            }
        }
        Some(extents)
    }

    /// The line with which the turn begins that reaches to `line`; the first line of the text before all turns.
    fn begin_before(&self, line: usize) -> usize {
        let behind = self.heads.partition_point(|head| head.line <= line);
        self.heads[..behind].iter().rev().find(|head| head.role.is_some()).map_or(0, |head| head.line)
    }

    /// The lines of `range` that begin a turn, and who takes it.
    fn begins(&self, range: Range<usize>) -> impl Iterator<Item = (usize, Role)> {
        let start = self.heads.partition_point(|head| head.line < range.start);
        let heads = self.heads[start..].iter().take_while(move |head| head.line < range.end);
        heads.filter_map(|head| Some((head.line, head.role?)))
    }

    /// The turns that begin in `range`, which ends with a turn: their lines, and who takes them.
    pub fn within(&self, range: Range<usize>) -> Vec<(Range<usize>, Role)> {
        let begins: Vec<(usize, Role)> = self.begins(range.clone()).collect();
        let end = |index: usize| begins.get(index + 1).map_or(range.end, |(line, _)| *line);
        begins.iter().enumerate().map(|(index, (line, role))| (*line..end(index), *role)).collect()
    }

    /// The line of the first turn.
    #[must_use]
    pub fn first(&self) -> Option<usize> {
        self.begins(0..usize::MAX).next().map(|(line, _)| line)
    }

    /// The lines of the turn that begins at `line`, and who takes it.
    #[must_use]
    pub fn at(&self, line: usize, count: usize) -> Option<(Range<usize>, Role)> {
        let (begin, role) = self.begins(line..line + 1).next()?;
        let end = self.begins(line + 1..count).next().map_or(count, |(line, _)| line);
        Some((begin..end, role))
    }

    /// Puts `new` in the place of what was told in the lines `range`. Whether the turns behind may hear something else.
    pub fn tell(&mut self, range: &Range<usize>, mut new: Vec<Told>) -> bool {
        let behind = |line: usize| self.told.partition_point(|told| told.line < line);
        let old = behind(range.start)..behind(range.end);
        let before = &self.told[old.clone()];
        let same = before.len() == new.len()
            && before.iter().zip(&new).all(|(before, new)| before.utterance.same(&new.utterance));
        if same {
            new.iter_mut().zip(before).for_each(|(new, before)| new.heard = before.heard);
        }
        self.told.splice(old, new);
        !same
    }

    /// Goes through the whole conversation.
    pub fn hear(&mut self, mut conversation: Conversation<'_>) {
        for told in &mut self.told {
            told.heard = conversation.take(&told.utterance);
        }
    }

    /// What is heard in the lines `range`.
    pub fn heard(&self, range: &Range<usize>) -> impl Iterator<Item = &Told> {
        let start = self.told.partition_point(|told| told.line < range.start);
        let end = range.end;
        self.told[start..]
            .iter()
            .take_while(move |told| told.line < end)
            .filter(|told| !told.heard.is_nothing())
    }
}
