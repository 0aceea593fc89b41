//! Which phrases are in a message: one walk of the automaton over its folded characters, and a join where there are gaps.

use crate::lexicon::Lexicon;
use crate::lexicon::compiled::{Owner, Use};
use crate::normalize::{FoldedText, Joint};
use crate::text::sentence::ends_clause;
use crate::text::{Folded, TextRange};

/// A literal of this length may have loose joints anywhere; a shorter one only between all its characters.
const LONG_LITERAL: usize = 4;

/// A part of a phrase that was found.
#[derive(Clone, Copy, Debug)]
struct PartHit {
    found: Use,
    range: TextRange<Folded>,
}

/// An offence that was found, before it is judged.
#[derive(Clone, Debug)]
pub(super) struct Offence {
    /// The number of its entry.
    pub(super) entry: u16,
    /// From its first part to its last.
    pub(super) range: TextRange<Folded>,
    /// What its captures took, by slot.
    pub(super) captures: Vec<(u8, TextRange<Folded>)>,
    /// Its parts, without the gaps.
    pub(super) parts: Vec<TextRange<Folded>>,
}

/// All that was found in a message.
#[derive(Default)]
pub(super) struct Matches {
    pub(super) folded: FoldedText,
    pub(super) offences: Vec<Offence>,
    /// Phrases that cover hits: the owner says whose.
    pub(super) exemptions: Vec<(Owner, TextRange<Folded>)>,
    pub(super) ordinary: Vec<TextRange<Folded>>,
    /// Contexts by number.
    pub(super) contexts: Vec<(u16, TextRange<Folded>)>,
    parts: Vec<PartHit>,
    context_exemptions: Vec<(u16, TextRange<Folded>)>,
}

impl Matches {
    /// Finds everything in `message`, in the place of what was here.
    pub(super) fn fill(&mut self, lexicon: &Lexicon, message: &str) {
        self.folded.fill(message);
        self.offences.clear();
        self.exemptions.clear();
        self.ordinary.clear();
        self.contexts.clear();
        self.parts.clear();
        self.context_exemptions.clear();
        put_variants_right(lexicon, &mut self.folded);
        self.walk(lexicon);
        self.join(lexicon);
        let exempted = std::mem::take(&mut self.context_exemptions);
        self.contexts.retain(|(context, range)| !exempted.iter().any(|(of, around)| of == context && around.covers(*range)));
        self.context_exemptions = exempted;
    }

    fn walk(&mut self, lexicon: &Lexicon) {
        let tables = lexicon.tables();
        let mut stepper = lexicon.automaton().find_overlapping_stepper();
        for index in 0..self.folded.chars().len() {
            stepper.consume(self.folded.chars()[index]);
            for found in stepper.matches() {
                let literal = found.value() as usize;
                let length = usize::from(tables.lengths[literal]);
                let range = TextRange::new(index + 1 - length, index + 1);
                if cuts_latin_word(self.folded.chars(), range) {
                    continue;
                }
                let uses = tables.use_starts[literal] as usize..tables.use_starts[literal + 1] as usize;
                for &found in &tables.uses[uses] {
                    let phrase = &tables.phrases[found.phrase as usize];
                    if !phrase.gaps.is_empty() {
                        self.parts.push(PartHit { found, range });
                    } else {
                        self.add(lexicon, phrase.owner, &[PartHit { found, range }]);
                    }
                }
            }
        }
    }

    /// Puts the parts of phrases with gaps together: for each first part the nearest next ones.
    fn join(&mut self, lexicon: &Lexicon) {
        if self.parts.is_empty() {
            return;
        }
        let mut parts = std::mem::take(&mut self.parts);
        parts.sort_by_key(|hit| (hit.found.phrase, hit.found.part, hit.range.start(), hit.range.end()));
        let mut chain: Vec<PartHit> = Vec::new();
        for run in parts.chunk_by(|a, b| a.found.phrase == b.found.phrase) {
            let phrase = &lexicon.tables().phrases[run[0].found.phrase as usize];
            if usize::from(run[run.len() - 1].found.part) != phrase.gaps.len() {
                continue;
            }
            for first in run.iter().take_while(|hit| hit.found.part == 0) {
                chain.clear();
                chain.push(*first);
                if self.complete(&phrase.gaps, run, &mut chain) {
                    self.add(lexicon, phrase.owner, &chain);
                }
            }
        }
        self.parts = parts;
    }

    /// Extends the chain to a whole phrase, nearest parts first. The number of parts is small and bounded.
    fn complete(&self, gaps: &[u8], run: &[PartHit], chain: &mut Vec<PartHit>) -> bool {
        let done = chain.len();
        let Some(&gap) = gaps.get(done - 1) else { return true };
        let from = chain[done - 1].range.end();
        let next = run.iter().filter(|hit| usize::from(hit.found.part) == done);
        for hit in next {
            let start = hit.range.start();
            if start < from || start > from + usize::from(gap) {
                continue;
            }
            if (from..start).any(|index| ends_clause(self.folded.chars(), index)) {
                break;
            }
            chain.push(*hit);
            if self.complete(gaps, run, chain) {
                return true;
            }
            chain.pop();
        }
        false
    }

    fn add(&mut self, lexicon: &Lexicon, owner: Owner, parts: &[PartHit]) {
        let range = TextRange::new(parts[0].range.start(), parts[parts.len() - 1].range.end());
        match owner {
            Owner::Entry(entry) => {
                if parts.iter().all(|part| self.reads_as_word(part.range)) {
                    let captures = captures(lexicon, parts);
                    self.offences.push(Offence { entry, range, captures, parts: parts.iter().map(|part| part.range).collect() });
                }
            }
            Owner::EntryExemption(_) | Owner::Exemption(_) => self.exemptions.push((owner, range)),
            Owner::Ordinary => self.ordinary.push(range),
            Owner::Context(context) => self.contexts.push((context, range)),
            Owner::ContextExemption(context) => self.context_exemptions.push((context, range)),
        }
    }

    /// Whether characters that were written apart may be read as one word: spelled out (神 经 病) or hidden (滚.蛋), but
    /// not the end of one clause and the beginning of the next with a space between them.
    fn reads_as_word(&self, range: TextRange<Folded>) -> bool {
        let inner = range.start() + 1..range.end();
        let mut joints = 0;
        let mut loose = 0;
        for index in inner.clone() {
            match self.folded.joint(index) {
                Joint::Tight => {}
                Joint::Marked => joints += 1,
                Joint::Loose => {
                    joints += 1;
                    loose += 1;
                }
            }
        }
        loose == 0 || joints == inner.len() || range.len() >= LONG_LITERAL
    }
}

/// Whether the range begins or ends inside a word of Latin letters or a number (tm in html).
fn cuts_latin_word(chars: &[char], range: TextRange<Folded>) -> bool {
    let joined = |left: usize, right: usize| {
        let latin = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
        latin(left) && latin(right)
    };
    range.start() > 0 && joined(range.start() - 1, range.start()) || joined(range.end() - 1, range.end())
}

/// Reads variant and wrong characters as what is meant.
fn put_variants_right(lexicon: &Lexicon, folded: &mut FoldedText) {
    let variants = &lexicon.tables().variants;
    if variants.is_empty() {
        return;
    }
    let mut index = 0;
    while index < folded.chars().len() {
        let first = folded.chars()[index];
        let from = variants.partition_point(|variant| variant.from.first() < Some(&first));
        let found = variants[from..]
            .iter()
            .take_while(|variant| variant.from.first() == Some(&first))
            .filter(|variant| folded.chars()[index..].starts_with(&variant.from))
            .max_by_key(|variant| variant.from.len());
        if let Some(variant) = found {
            for (offset, right) in variant.to.iter().enumerate() {
                folded.replace_char(index + offset, *right);
            }
            index += variant.to.len();
        } else {
            index += 1;
        }
    }
}

/// What the captures of a phrase took; of a slot that is captured twice, the first that took something.
fn captures(lexicon: &Lexicon, parts: &[PartHit]) -> Vec<(u8, TextRange<Folded>)> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut captured: Vec<(u8, TextRange<Folded>)> = Vec::new();
    for part in parts {
        for mark in &lexicon.tables().marks[usize::from(part.found.marks)] {
            let at = part.range.start() + usize::from(mark.at);
            if !mark.is_end {
                open.push((mark.slot, at));
                continue;
            }
            let Some(begun) = open.iter().rposition(|(slot, _)| *slot == mark.slot) else { continue };
            let (slot, start) = open.remove(begun);
            let range = TextRange::new(start, at);
            match captured.iter_mut().find(|(known, _)| *known == slot) {
                Some((_, known)) if known.is_empty() => *known = range,
                Some(_) => {}
                None => captured.push((slot, range)),
            }
        }
    }
    captured
}
