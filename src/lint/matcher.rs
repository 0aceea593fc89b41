//! Which phrases are in a message: one walk over its folded characters finds all literals, and a join puts those
//! together that have gaps between them.

use super::Linter;
use super::allow::AllowedPlaces;
use super::quotes::find_quoted;
use crate::config::Policy;
use crate::lexicon::Lexicon;
use crate::lexicon::compiled::{Owner, Phrase, PhraseTable, Tables, Use};
use crate::lexicon::literals::Literals;
use crate::normalize::{FoldedText, Joint};
use crate::text::sentence::ends_clause;
use crate::text::{Folded, TextRange};

/// A literal of this length may have loose joints anywhere; a shorter one only between all its characters.
const LONG_LITERAL: usize = 4;

/// No literal is longer, in characters.
const LONGEST_LITERAL: usize = 255;

/// A literal that was found.
#[derive(Clone, Copy, Debug)]
struct Hit {
    literal: u32,
    range: TextRange<Folded>,
}

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
    /// Its parts, without the gaps; those that touch are one.
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
    /// What stands between quotation marks.
    pub(super) quoted: Vec<TextRange<Folded>>,
    /// What the project allows.
    pub(super) allowed: AllowedPlaces,
    hits: Vec<Hit>,
    /// The message as literals are spelled.
    spelled: Vec<u8>,
    /// The contexts that a found offence may ask for, by number.
    asked: Vec<bool>,
    context_exemptions: Vec<(u16, TextRange<Folded>)>,
}

impl Matches {
    /// Finds in `message` what is quoted or allowed and nothing else, in the place of what was here.
    pub(super) fn fill_quoted(&mut self, policy: &Policy, message: &str) {
        self.clear();
        self.folded.fill(message);
        self.allowed.fill(policy, &self.folded);
        find_quoted(message, policy, &self.folded, &mut self.quoted);
    }

    fn clear(&mut self) {
        self.offences.clear();
        self.exemptions.clear();
        self.ordinary.clear();
        self.contexts.clear();
        self.hits.clear();
        self.context_exemptions.clear();
        self.quoted.clear();
    }

    /// Finds everything in `message`, in the place of what was here; what is no offence only where there is one, or where
    /// `cues_speak`, and what is quoted also where `structure_asks`.
    pub(super) fn fill(&mut self, linter: Linter<'_>, message: &str, cues_speak: bool, structure_asks: bool) {
        let lexicon = linter.lexicon;
        self.clear();
        self.folded.fill(message);
        self.allowed.fill(linter.policy, &self.folded);
        put_variants_right(lexicon, &mut self.folded);
        let (tables, literals) = (lexicon.tables(), lexicon.literals());
        self.find(tables, &tables.offences, &literals.offences);
        // Nearly every message that is looked at in full holds no offence after all, and is done with here.
        if self.offences.is_empty() && !cues_speak {
            if structure_asks {
                find_quoted(message, linter.policy, &self.folded, &mut self.quoted);
            }
            return;
        }
        find_quoted(message, linter.policy, &self.folded, &mut self.quoted);
        self.ask(tables, cues_speak);
        self.find(tables, &tables.others, &literals.others);
        let exempted = std::mem::take(&mut self.context_exemptions);
        self.contexts
            .retain(|(context, range)| !exempted.iter().any(|(of, around)| of == context && around.covers(*range)));
        self.context_exemptions = exempted;
    }

    /// Notes which contexts what was found may ask for; the others need not be put together.
    fn ask(&mut self, tables: &Tables, cues_speak: bool) {
        self.asked.clear();
        self.asked.resize(tables.contexts.len(), false);
        let by_cues = tables.entries.iter().filter(|entry| entry.cues && cues_speak);
        let by_phrases = self.offences.iter().map(|offence| &tables.entries[usize::from(offence.entry)]);
        for context in by_phrases.chain(by_cues).flat_map(|entry| &entry.asks) {
            self.asked[usize::from(*context)] = true;
        }
    }

    /// Whether a phrase of that owner can matter.
    fn matters(&self, owner: Owner) -> bool {
        match owner {
            Owner::Context(context) | Owner::ContextExemption(context) => self.asked[usize::from(context)],
            Owner::EntryExemption(entry) => self.offences.iter().any(|offence| offence.entry == entry),
            Owner::Entry(_) | Owner::Exemption(_) | Owner::Ordinary => true,
        }
    }

    /// Finds the phrases of one table: all its literals in one walk, then, from their anchors outwards, the phrases.
    fn find(&mut self, tables: &Tables, table: &PhraseTable<'_>, literals: &Literals) {
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        let chars = self.folded.chars();
        literals.find(chars, &mut self.spelled, |literal, range| {
            let range = TextRange::new(range.start, range.end);
            if !cuts_latin_word(chars, range) {
                hits.push(Hit { literal, range });
            }
        });
        hits.sort_unstable_by_key(|hit| (hit.range.end(), hit.range.start()));
        let mut chain: Vec<PartHit> = Vec::new();
        for hit in &hits {
            for found in table.anchors.of(hit.literal) {
                let phrase = table.phrases.get(found.phrase as usize);
                if !self.matters(phrase.owner) {
                    continue;
                }
                chain.clear();
                chain.push(PartHit { found, range: hit.range });
                let gaps = phrase.gaps();
                let whole = gaps.is_empty()
                    || self.extend_back(table, &hits, gaps, &mut chain)
                        && self.extend_on(table, &hits, gaps, &mut chain);
                if whole {
                    self.add(tables, &phrase, &chain);
                }
            }
        }
        self.hits = hits;
    }

    /// Puts the nearest earlier parts before the chain, the longest of equally near ones, until its first part is the phrase's first.
    fn extend_back(&self, table: &PhraseTable<'_>, hits: &[Hit], gaps: &[u8], chain: &mut Vec<PartHit>) -> bool {
        let PartHit { found, range } = chain[0];
        let Some(part) = found.part.checked_sub(1) else { return true };
        let reach = range.start().saturating_sub(usize::from(gaps[usize::from(part)]));
        let near = hits.partition_point(|hit| hit.range.end() < reach)
            ..hits.partition_point(|hit| hit.range.end() <= range.start());
        let mut before: Vec<PartHit> = hits[near]
            .iter()
            .filter_map(|hit| {
                Some(PartHit { found: table.others.as_part(hit.literal, found.phrase, part)?, range: hit.range })
            })
            .collect();
        before.sort_by_key(|hit| (std::cmp::Reverse(hit.range.end()), hit.range.start()));
        for hit in before {
            if self.crosses_clause(hit.range.end(), range.start()) {
                return false;
            }
            chain.insert(0, hit);
            if self.extend_back(table, hits, gaps, chain) {
                return true;
            }
            chain.remove(0);
        }
        false
    }

    /// Puts the nearest later parts behind the chain, the longest of equally near ones, until its last part is the phrase's last.
    fn extend_on(&self, table: &PhraseTable<'_>, hits: &[Hit], gaps: &[u8], chain: &mut Vec<PartHit>) -> bool {
        let PartHit { found, range } = chain[chain.len() - 1];
        let Some(gap) = gaps.get(usize::from(found.part)) else { return true };
        let reach = range.end() + usize::from(*gap);
        let behind = hits.partition_point(|hit| hit.range.end() <= range.end());
        let mut next: Vec<PartHit> = hits[behind..]
            .iter()
            .take_while(|hit| hit.range.end() <= reach + LONGEST_LITERAL)
            .filter(|hit| (range.end()..=reach).contains(&hit.range.start()))
            .filter_map(|hit| {
                let found = table.others.as_part(hit.literal, found.phrase, found.part + 1)?;
                Some(PartHit { found, range: hit.range })
            })
            .collect();
        next.sort_by_key(|hit| (hit.range.start(), std::cmp::Reverse(hit.range.end())));
        for hit in next {
            if self.crosses_clause(range.end(), hit.range.start()) {
                return false;
            }
            chain.push(hit);
            if self.extend_on(table, hits, gaps, chain) {
                return true;
            }
            chain.pop();
        }
        false
    }

    fn crosses_clause(&self, from: usize, to: usize) -> bool {
        (from..to).any(|index| ends_clause(self.folded.chars(), index))
    }

    fn add(&mut self, tables: &Tables, phrase: &Phrase, parts: &[PartHit]) {
        let owner = phrase.owner;
        let range = TextRange::new(parts[0].range.start(), parts[parts.len() - 1].range.end());
        match owner {
            Owner::Entry(entry) => {
                let words: Vec<_> = words(phrase, parts).collect();
                if words.iter().all(|range| self.reads_as_word(*range)) {
                    let captures = captures(tables, parts);
                    self.offences.push(Offence { entry, range, captures, parts: words });
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

/// The ranges of the parts, of those that touch as one.
fn words<'p>(phrase: &'p Phrase, parts: &'p [PartHit]) -> impl Iterator<Item = TextRange<Folded>> + 'p {
    let mut from = 0;
    (0..parts.len()).filter_map(move |last| {
        if phrase.gaps().get(last) == Some(&0) {
            return None;
        }
        let range = TextRange::new(parts[from].range.start(), parts[last].range.end());
        from = last + 1;
        Some(range)
    })
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
    // Nearly no character begins a variant: one bit for each low byte of a first character says so.
    let mut begins = [false; 256];
    for first in variants.iter().filter_map(|variant| variant.from.first()) {
        begins[u32::from(*first) as usize & 0xff] = true;
    }
    let mut index = 0;
    while index < folded.chars().len() {
        let first = folded.chars()[index];
        if !begins[u32::from(first) as usize & 0xff] {
            index += 1;
            continue;
        }
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
fn captures(tables: &Tables, parts: &[PartHit]) -> Vec<(u8, TextRange<Folded>)> {
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut captured: Vec<(u8, TextRange<Folded>)> = Vec::new();
    for part in parts {
        for mark in &tables.marks[usize::from(part.found.marks)] {
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
