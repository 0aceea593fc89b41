//! Ranges that know the text they belong to, so that offsets of two texts cannot be mixed.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// Coordinates in the decoded text of a file, in UTF-8 bytes from its first character (a byte order mark not counted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {}

/// Coordinates in the prose of one message as its reader sees it, in UTF-8 bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prose {}

/// Coordinates in the folded form of a message, in characters from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folded {}

/// A half-open range in the coordinates `C`.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange<C> {
    start: usize,
    end: usize,
    coordinates: PhantomData<C>,
}

impl<C> TextRange<C> {
    /// The range from `start` up to, not including, `end`. A reversed pair is put right.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let (start, end) = if start <= end { (start, end) } else { (end, start) };
        TextRange { start, end, coordinates: PhantomData }
    }

    /// Where the range begins.
    #[must_use]
    pub fn start(self) -> usize {
        self.start
    }

    /// Where the range ends, exclusively.
    #[must_use]
    pub fn end(self) -> usize {
        self.end
    }

    /// How long the range is, in the unit of its coordinates.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the range takes up no room.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this range or is equal to it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two ranges share at least one place.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range `by` units further on.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        TextRange::new(self.start + by, self.end + by)
    }

    /// For slicing.
    #[must_use]
    pub fn as_range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl<C> Clone for TextRange<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for TextRange<C> {}

impl<C> fmt::Debug for TextRange<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl<C> From<Range<usize>> for TextRange<C> {
    fn from(range: Range<usize>) -> Self {
        TextRange::new(range.start, range.end)
    }
}
