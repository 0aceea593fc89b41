//! Tables of records of one size each, read in place out of the program: of a big table a message touches a few places.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

/// What a table may hold.
pub trait Record: Copy {
    /// In how many bytes it is written.
    const SIZE: usize;

    /// Appends it.
    fn write(self, bytes: &mut Vec<u8>);

    /// Reads it from so many bytes.
    fn read(bytes: &[u8]) -> Self;
}

/// A table.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Records<'r, T> {
    #[serde(borrow)]
    bytes: Cow<'r, [u8]>,
    kind: PhantomData<T>,
}

impl<T: Record> Records<'_, T> {
    /// The record of that number.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn get(&self, number: usize) -> T {
        T::read(&self.bytes[number * T::SIZE..(number + 1) * T::SIZE])
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() / T::SIZE
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl<T: Record> FromIterator<T> for Records<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(records: I) -> Self {
        let mut bytes = Vec::new();
        for record in records {
            record.write(&mut bytes);
        }
        Records { bytes: Cow::Owned(bytes), kind: PhantomData }
    }
}

impl Record for u32 {
    const SIZE: usize = 4;

    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_read_from_where_they_lie() {
        let records: Records<'_, u32> = [7, 0x0102_0304, u32::MAX].into_iter().collect();
        let written: &'static [u8] = postcard::to_allocvec(&records).unwrap().leak();
        let read: Records<'_, u32> = postcard::from_bytes(written).unwrap();
        assert!(matches!(read.bytes, Cow::Borrowed(_)));
        assert_eq!((read.len(), read.get(1), read.get(2)), (3, 0x0102_0304, u32::MAX));
    }
}
