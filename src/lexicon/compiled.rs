//! The lexicon as it is run: all literals and flat tables of what each of them stands for.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::cues::Cues;
use super::literals::Literals;
use super::pattern::{Edge, MAX_PARTS};
use super::prefilter::Prefilter;
use super::records::{Record, Records};
use super::rewrite::Piece;
use super::schema::{Form, Passage, Replace, Structure};
use crate::diagnostic::{Applicability, Rule, Severity};

/// A test of the place in which a phrase stands. See `docs/lexicon-format.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// It is the whole message.
    WholeMessage,
    /// It is a whole clause.
    WholeClause,
    /// It begins its clause.
    ClauseStart,
    /// It ends its clause.
    ClauseEnd,
    /// It begins the message.
    MessageStart,
    /// Its sentence is a question.
    Question,
    /// It is quoted.
    Quoted,
    /// It is negated.
    Negated,
    /// The context of that number is found there.
    Context(u16, Scope),
}

/// Where a context is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// In the whole message.
    Message,
    /// In the same sentence.
    Sentence,
    /// In the same clause.
    Clause,
    /// In the same clause before the match.
    Before,
    /// In the same clause after the match.
    After,
}

/// What a phrase belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// It is an offence of this entry.
    Entry(u16),
    /// Nothing inside it is an offence of this entry.
    EntryExemption(u16),
    /// Nothing inside it is an offence of the entries that this exemption is for.
    Exemption(u16),
    /// It is an ordinary word.
    Ordinary,
    /// It belongs to this context.
    Context(u16),
    /// Nothing inside it belongs to this context.
    ContextExemption(u16),
}

impl Owner {
    /// Its kind and its number.
    fn parts(self) -> (u8, u16) {
        match self {
            Owner::Entry(entry) => (0, entry),
            Owner::EntryExemption(entry) => (1, entry),
            Owner::Exemption(exemption) => (2, exemption),
            Owner::Context(context) => (3, context),
            Owner::ContextExemption(context) => (4, context),
            Owner::Ordinary => (5, 0),
        }
    }

    fn of_parts(kind: u8, number: u16) -> Owner {
        match kind {
            0 => Owner::Entry(number),
            1 => Owner::EntryExemption(number),
            2 => Owner::Exemption(number),
            3 => Owner::Context(number),
            4 => Owner::ContextExemption(number),
            _ => Owner::Ordinary,
        }
    }
}

/// A phrase: parts with gaps between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// What it belongs to.
    pub owner: Owner,
    /// The part that polite texts hold least: the others are looked for only where it is.
    pub anchor: u8,
    /// One fewer than there are parts.
    count: u8,
    gaps: [u8; MAX_PARTS - 1],
}

impl Phrase {
    /// A phrase with these gaps, of which there are fewer than [`MAX_PARTS`].
    pub(super) fn new(owner: Owner, anchor: u8, gaps: &[u8]) -> Phrase {
        let mut phrase = Phrase { owner, anchor, count: 0, gaps: [0; MAX_PARTS - 1] };
        for (place, gap) in phrase.gaps.iter_mut().zip(gaps) {
            *place = *gap;
            phrase.count += 1;
        }
        phrase
    }

    /// The most characters of each gap; one fewer than there are parts.
    #[must_use]
    pub fn gaps(&self) -> &[u8] {
        &self.gaps[..usize::from(self.count)]
    }
}

impl Record for Phrase {
    const SIZE: usize = 5 + MAX_PARTS - 1;

    fn write(self, bytes: &mut Vec<u8>) {
        let (kind, number) = self.owner.parts();
        let [low, high] = number.to_le_bytes();
        bytes.extend([kind, low, high, self.anchor, self.count]);
        bytes.extend(self.gaps);
    }

    fn read(bytes: &[u8]) -> Self {
        let owner = Owner::of_parts(bytes[0], u16::from_le_bytes([bytes[1], bytes[2]]));
        let (anchor, count) = (bytes[3], bytes[4]);
        let mut gaps = [0; MAX_PARTS - 1];
        gaps.copy_from_slice(&bytes[5..]);
        Phrase { owner, anchor, count, gaps }
    }
}

/// A literal stands for this part of this phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Use {
    /// The phrase.
    pub phrase: u32,
    /// Its part, from zero.
    pub part: u8,
    /// Which set of marks.
    pub marks: u16,
}

impl Record for Use {
    const SIZE: usize = 7;

    fn write(self, bytes: &mut Vec<u8>) {
        self.phrase.write(bytes);
        bytes.push(self.part);
        bytes.extend(self.marks.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Use { phrase: u32::read(bytes), part: bytes[4], marks: u16::from_le_bytes([bytes[5], bytes[6]]) }
    }
}

/// For each literal the parts of phrases that it stands for, sorted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Uses<'t> {
    /// For each literal where its uses begin; one more at the end.
    #[serde(borrow)]
    starts: Records<'t, u32>,
    #[serde(borrow)]
    uses: Records<'t, Use>,
}

impl Uses<'_> {
    /// The uses of each literal, sorted; of all literals no more than four thousand million.
    pub(super) fn new(of_literals: &[Vec<Use>]) -> Self {
        let ends = of_literals.iter().scan(0, |end, uses| {
            *end += uses.len();
            Some(u32::try_from(*end).unwrap_or(u32::MAX))
        });
        Uses { starts: std::iter::once(0).chain(ends).collect(), uses: of_literals.iter().flatten().copied().collect() }
    }

    /// The uses of a literal; none beyond the last that has any.
    pub fn of(&self, literal: u32) -> impl Iterator<Item = Use> {
        self.range(literal).map(|number| self.uses.get(number))
    }

    /// That literal as that part of that phrase, if it is one.
    #[must_use]
    pub fn as_part(&self, literal: u32, phrase: u32, part: u8) -> Option<Use> {
        let Range { mut start, mut end } = self.range(literal);
        while start < end {
            let middle = usize::midpoint(start, end);
            let found = self.uses.get(middle);
            match (found.phrase, found.part).cmp(&(phrase, part)) {
                Ordering::Less => start = middle + 1,
                Ordering::Equal => return Some(found),
                Ordering::Greater => end = middle,
            }
        }
        None
    }

    fn range(&self, literal: u32) -> Range<usize> {
        let literal = literal as usize;
        if literal + 1 >= self.starts.len() {
            return 0..0;
        }
        self.starts.get(literal) as usize..self.starts.get(literal + 1) as usize
    }
}

/// Where a capture begins or ends in a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SlotMark {
    /// The slot.
    pub slot: u8,
    /// Which edge: false for the start.
    pub is_end: bool,
    /// Before which character of the literal.
    pub at: u8,
}

impl SlotMark {
    pub(super) fn new(slot: u8, edge: Edge, at: u8) -> Self {
        SlotMark { slot, is_end: edge == Edge::End, at }
    }
}

/// One way to mend a finding, ready to be filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// The template.
    pub template: Vec<Piece>,
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// What is replaced.
    pub replace: Replace,
    /// A title other than the text.
    pub title: Option<String>,
    /// All must hold.
    pub when: Vec<Condition>,
    /// None may hold.
    pub unless: Vec<Condition>,
    /// Where it holds the rewrite comes first, elsewhere last.
    pub tone: Option<Condition>,
}

/// A phrase family, ready to be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its documentation.
    pub rule: Rule,
    /// The severity where nothing mitigates it.
    pub severity: Severity,
    /// All must hold.
    pub when: Vec<Condition>,
    /// None may hold. Quotation is among them unless `when` asks for it.
    pub unless: Vec<Condition>,
    /// Any one lowers the severity.
    pub soften: Vec<Condition>,
    /// To what it is lowered.
    pub soften_to: Severity,
    /// Any whole group clears the finding.
    pub clear: Vec<Vec<Condition>>,
    /// The contexts that any of its conditions names, each once.
    pub asks: Vec<u16>,
    /// How many captures it has.
    pub slots: u8,
    /// Ways to mend it, the best first.
    pub rewrites: Vec<Rewrite>,
    /// Whether it stands for what weighted cues find in its category.
    pub cues: bool,
    /// What looks for it, where it has neither phrases nor cues.
    pub structure: Option<Structure>,
}

/// A named set of phrases whose presence means something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Its name in conditions.
    pub name: String,
    /// Its name for readers.
    pub title: String,
    /// Whether what it lowers stays low among several.
    pub forgives: bool,
}

/// A variant spelling and what it is read as: as many characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The spelling, folded.
    pub from: Vec<char>,
    /// What is meant.
    pub to: Vec<char>,
}

/// Phrases, and the literals that they are made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PhraseTable<'t> {
    /// The phrases.
    #[serde(borrow)]
    pub phrases: Records<'t, Phrase>,
    /// What each literal stands for as the anchor of a phrase; those that are anchors have the lowest numbers.
    #[serde(borrow)]
    pub anchors: Uses<'t>,
    /// What each literal stands for as another part.
    #[serde(borrow)]
    pub others: Uses<'t>,
}

/// The flat tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tables {
    /// In the order of files and of entries in them.
    pub entries: Vec<Entry>,
    /// The entries that look at structure, by number.
    pub structures: Vec<u16>,
    /// In the order of their names.
    pub contexts: Vec<Context>,
    /// The context that [`Condition::Negated`] looks for.
    pub negation: Option<u16>,
    /// For each exemption the entries that it is for; none means all.
    pub exemptions: Vec<Option<Vec<u16>>>,
    /// The phrases of entries.
    #[serde(borrow)]
    pub offences: PhraseTable<'static>,
    /// Exemptions, ordinary words and contexts: looked for only where an offence is found.
    #[serde(borrow)]
    pub others: PhraseTable<'static>,
    /// Sets of marks.
    pub marks: Vec<Vec<SlotMark>>,
    /// Sorted by `from`.
    pub variants: Vec<Variant>,
    /// Sentence-final particles, which a match takes in: the single characters of the word set `particle`, sorted.
    pub particles: Vec<char>,
}

/// What people ask about a lexicon and the engine does not need.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Docs {
    /// For each entry its patterns and examples.
    pub entries: Vec<EntryDocs>,
    /// Kept apart from the rest in the program, for those who need nothing else.
    #[serde(skip)]
    pub reference: Reference,
    /// The literals that the prefilter stands for, sorted.
    pub literals: Vec<String>,
    /// Rules that an overlay switched off, and why.
    pub disabled: Vec<(String, String)>,
}

/// What a lexicon quotes and recommends.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Passages of the source documents, in their order.
    pub passages: Vec<Passage>,
    /// Recommended forms, in their order.
    pub forms: Vec<Form>,
}

impl Reference {
    /// The passages of those ids, in the order of the lexicon.
    pub fn passages_of<'r>(&'r self, ids: &'r [String]) -> impl Iterator<Item = &'r Passage> {
        self.passages.iter().filter(|passage| ids.contains(&passage.id))
    }
}

/// What people ask about an entry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EntryDocs {
    /// The file that it stands in.
    pub file: String,
    /// The files that say something of it: its own, and those of extensions.
    pub touched_by: Vec<String>,
    /// Its line there, from one.
    pub line: usize,
    /// As written.
    pub patterns: Vec<String>,
    /// Examples that are findings, with their lines.
    pub bad: Vec<(usize, String)>,
    /// Examples that are none, with their lines.
    pub good: Vec<(usize, String)>,
    /// Sentences in which rewrites are tried, with their lines.
    pub sentences: Vec<(usize, String)>,
}

/// A lexicon that can be run. The tables of a prebuilt one are read when the first message needs them:
/// most files hold no offence, and the prefilter alone says so.
pub struct Lexicon {
    /// The first test of every message.
    pub prefilter: Prefilter,
    /// Weighted cues.
    pub cues: Cues,
    body: OnceLock<Body>,
    /// The sections that `body` is read from; empty where it is there from the start.
    sections: [&'static [u8]; 3],
}

struct Body {
    tables: Tables,
    literals: AllLiterals,
}

/// The literals of each phrase table, in its order.
pub struct AllLiterals {
    /// Those of [`Tables::offences`].
    pub offences: Literals,
    /// Those of [`Tables::others`].
    pub others: Literals,
}

/// The compiled form cannot be read: it was cut or made by another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Lexicon {
    pub(super) fn new(prefilter: Prefilter, cues: Cues, tables: Tables, literals: AllLiterals) -> Self {
        Lexicon { prefilter, cues, body: OnceLock::from(Body { tables, literals }), sections: [&[]; 3] }
    }

    /// The form in which the build script writes it into the program: five sections, each after its length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Serialising plain data into a growing vector has no way to fail.
        let tables = postcard::to_allocvec(self.tables()).unwrap_or_default();
        let AllLiterals { offences, others } = self.literals();
        let (prefilter, cues) = (self.prefilter.to_bytes(), self.cues.to_bytes());
        for section in [&prefilter, &cues, &tables, offences.bytes(), others.bytes()] {
            bytes.extend((section.len() as u64).to_le_bytes());
            bytes.extend_from_slice(section);
        }
        bytes
    }

    /// Reads what [`Lexicon::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Unreadable`] for anything that is not cut in that way. What the sections hold is not looked at before it is
    /// needed: a test of the program holds that its own are whole.
    pub fn from_bytes(bytes: &'static [u8]) -> Result<Lexicon, Unreadable> {
        let (prefilter, rest) = section(bytes)?;
        let (cues, rest) = section(rest)?;
        let (tables, rest) = section(rest)?;
        let (offences, rest) = section(rest)?;
        let (others, _) = section(rest)?;
        let prefilter = Prefilter::from_bytes(prefilter).ok_or(Unreadable)?;
        let cues = Cues::from_bytes(cues).ok_or(Unreadable)?;
        Ok(Lexicon { prefilter, cues, body: OnceLock::new(), sections: [tables, offences, others] })
    }

    /// The flat tables.
    ///
    /// # Panics
    /// Where the bytes given to [`Lexicon::from_bytes`] were damaged inside a section.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.body().tables
    }

    /// All literals.
    ///
    /// # Panics
    /// As [`Lexicon::tables`].
    #[must_use]
    pub fn literals(&self) -> &AllLiterals {
        &self.body().literals
    }

    fn body(&self) -> &Body {
        self.body.get_or_init(|| {
            let [tables, offences, others] = self.sections;
            let literals = |bytes| Literals::from_bytes(bytes).expect("the build script wrote these literals");
            Body {
                tables: postcard::from_bytes(tables).expect("the build script wrote these tables"),
                literals: AllLiterals { offences: literals(offences), others: literals(others) },
            }
        })
    }

    /// The entry of a rule, and its number.
    #[must_use]
    pub fn entry(&self, rule: &str) -> Option<(usize, &Entry)> {
        self.tables().entries.iter().enumerate().find(|(_, entry)| entry.rule.id == rule)
    }
}

fn section(bytes: &'static [u8]) -> Result<(&'static [u8], &'static [u8]), Unreadable> {
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(Unreadable)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| Unreadable)?;
    rest.split_at_checked(length).ok_or(Unreadable)
}
