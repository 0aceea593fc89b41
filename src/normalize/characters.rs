//! Classes of characters that folding tells apart.

/// Whether it shows nothing: zero-width characters, joiners, direction marks, variation selectors, the soft hyphen.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}'
    )
}

/// Whether people put it between Han characters to spell a word out or to hide it (神 经 病, 滚.蛋, 不※行).
/// Marks that end a clause (，。！？；：、…) are none, nor are brackets, quotation marks and slashes.
#[must_use]
pub fn is_filler(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\u{a0}' | '\u{3000}' | '.' | '*' | '-' | '_' | '~' | '`' | '^' | '+' | '=' | '|' | '#' | '\'' | '&'
            | '．' | '＊' | '－' | '＿' | '～' | '｀' | '＾' | '＋' | '＝' | '｜' | '＃' | '＆'
            | '·' | '•' | '・' | '‧' | '∙' | '⋅' | '●' | '○' | '※' | '×'
            | '\u{2000}'..='\u{200a}' | '\u{2500}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}'
    )
}
