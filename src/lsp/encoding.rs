//! In what units the protocol counts characters.

use tower_lsp::ls_types::PositionEncodingKind;

/// The negotiated unit of positions within a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16: characters beyond U+FFFF count twice. What holds where nothing is said.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The first of those `offered`, in the order in which the client prefers them, that is known here.
    #[must_use]
    pub fn choose(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        let known = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
        let named = |kind: &PositionEncodingKind| known.into_iter().find(|encoding| encoding.kind() == *kind);
        offered.unwrap_or_default().iter().find_map(named).unwrap_or_default()
    }

    /// The protocol's name of it.
    #[must_use]
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How many units `text` is long.
    #[must_use]
    pub fn units(self, text: &str) -> u32 {
        let units = match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        };
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The byte of `row` before which `units` units stand; its end where it has fewer. Inside a character, the beginning
    /// of that character.
    #[must_use]
    pub fn byte_of(self, row: &str, units: u32) -> usize {
        let wanted = units as usize;
        if self == Encoding::Utf8 {
            return row.floor_char_boundary(wanted.min(row.len()));
        }
        let mut counted = 0;
        for (byte, c) in row.char_indices() {
            counted += if self == Encoding::Utf16 { c.len_utf16() } else { 1 };
            if counted > wanted {
                return byte;
            }
        }
        row.len()
    }
}
