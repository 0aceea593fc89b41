//! Han characters.

/// Whether it is a Chinese character of the basic plane's main blocks, where all words of manners stand.
#[must_use]
pub fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}
