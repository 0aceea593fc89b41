//! How text is written in the places that hold it. Must not know segments.

/// `text` with line ends of two characters.
pub(super) fn with_crlf(text: String) -> String {
    if text.contains('\n') { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
}

/// `text` as the inside of a JSON string.
pub(super) fn json(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_json(&mut result, c);
    }
    result
}

/// The same, all other characters as `\u` escapes.
pub(super) fn json_ascii(text: &str) -> String {
    let mut result = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii() {
            push_json(&mut result, c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                result.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    result
}

fn push_json(result: &mut String, c: char) {
    match c {
        '"' => result.push_str("\\\""),
        '\\' => result.push_str("\\\\"),
        '\n' => result.push_str("\\n"),
        '\r' => result.push_str("\\r"),
        '\t' => result.push_str("\\t"),
        '\0'..='\u{1F}' => result.push_str(&format!("\\u{:04x}", u32::from(c))),
        _ => result.push(c),
    }
}

/// `text` as Markdown that shows as it.
pub(super) fn markdown(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let markup = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '|' => true,
            '&' => chars.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '#'),
            _ => false,
        };
        if markup {
            result.push('\\');
        }
        result.push(c);
    }
    result
}

/// The same for text at the start of a line, where a heading, a list or an underline could begin.
pub(super) fn line_of_markdown(text: &str) -> String {
    let escaped = markdown(text.trim_start_matches([' ', '\t']));
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match escaped.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => Some(digits),
        Some(b'#' | b'+' | b'-' | b'=') if digits == 0 => Some(0),
        _ => None,
    };
    match marker {
        Some(at) => format!("{}\\{}", &escaped[..at], &escaped[at..]),
        None => escaped,
    }
}
