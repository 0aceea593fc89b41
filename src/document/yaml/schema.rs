//! What a plain scalar is, by its looks alone. Owns the types of the YAML 1.2 core schema and of YAML 1.1, because the
//! file's owner may use either: words are only what both take for a string. Must not know where a scalar stands.

/// The type that a plain scalar would be read as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolved {
    /// A string by both schemas.
    Text,
    /// A number by one of them.
    Number(f64),
    /// Null, a boolean, a date or another type by one of them.
    Other,
}

/// The words that are null or booleans by one of the schemas, in lower case, and the two indicators of YAML 1.1.
const WORDS: [&str; 12] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", "<<", "="];

/// The type of the plain scalar `text`.
pub(super) fn resolve(text: &str) -> Resolved {
    if text.is_empty() || is_word(text) || is_timestamp(text) || is_sexagesimal(text) {
        return Resolved::Other;
    }
    number(text).map_or(Resolved::Text, Resolved::Number)
}

/// The schemas know these words in lower case, in upper case and with a capital.
fn is_word(text: &str) -> bool {
    let tail = text.get(1..).unwrap_or_default();
    let one_case = tail.bytes().all(|byte| !byte.is_ascii_uppercase())
        || (text.starts_with(|c: char| c.is_ascii_uppercase()) && tail.bytes().all(|byte| !byte.is_ascii_lowercase()));
    one_case && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether `text` begins as a date of YAML 1.1 and holds nothing that a time could not hold. More than the schema says,
/// which does no harm.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let all_digits = |part: Option<&str>, most: usize| {
        part.is_some_and(|part| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.as_bytes().get(4) == Some(&b'-')
        && all_digits(parts.next(), 4)
        && all_digits(parts.next(), 2)
        && parts.next().is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.bytes().all(|byte| byte.is_ascii_digit() || b":.+-TtZz \t".contains(&byte))
        })
}

/// Whether `text` is a number to the base of sixty of YAML 1.1, as a time of day is.
fn is_sexagesimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.contains(':')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b":._".contains(&byte))
}

fn number(text: &str) -> Option<f64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        "." => return Some(0.0),
        _ => {}
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    let radix = |prefix: &str, radix: u32| {
        let rest = digits.strip_prefix(prefix).filter(|rest| !rest.starts_with(['+', '-']))?;
        u32::from_str_radix(rest, radix).map(f64::from).or_else(|_| wide(rest, radix)).ok()
    };
    let value = radix("0x", 16)
        .or_else(|| radix("0o", 8))
        .or_else(|| radix("0b", 2))
        // A leading zero meant base eight in YAML 1.1.
        .or_else(|| radix("0", 8))
        // What begins with a digit or a dot is no word that Rust reads as a number.
        .or_else(|| digits.parse().ok())?;
    Some(sign * value)
}

/// The value of more digits than fit into an integer.
fn wide(digits: &str, radix: u32) -> Result<f64, ()> {
    let mut value = 0.0;
    for c in digits.chars() {
        value = value * f64::from(radix) + f64::from(c.to_digit(radix).ok_or(())?);
    }
    if digits.is_empty() { Err(()) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves() {
        let other = "|~|null|Null|NULL|true|True|FALSE|yes|Yes|NO|on|Off|y|N|<<|=|2001-12-14|2001-1-1|12:30:45|190:20.5\
            |2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43.10 -5|12:30|-1:30";
        for text in other.split('|') {
            assert_eq!(resolve(text), Resolved::Other, "{text}");
        }
        let numbers = [
            ("0", 0.0),
            ("-12", -12.0),
            ("+1_000", 1000.0),
            ("3.5", 3.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("1.5E-1", 0.15),
            ("0x1F", 31.0),
            ("0o17", 15.0),
            ("017", 15.0),
            ("089", 89.0),
            ("0b11", 3.0),
            ("0x1000000000", 68_719_476_736.0),
            ("-.inf", f64::NEG_INFINITY),
            (".", 0.0),
        ];
        for (text, value) in numbers {
            assert_eq!(resolve(text), Resolved::Number(value), "{text}");
        }
        assert!(matches!(resolve(".NaN"), Resolved::Number(value) if value.is_nan()));
        let texts = "不行|nUll|yEs|TruE|nan|inf|infinity|0x|0b2|1 2|1,5|2001-12|2001-12-14不|12:30见|-|+|_1|1.2.3|v1|😊|是|0x-1|--1";
        for text in texts.split('|') {
            assert_eq!(resolve(text), Resolved::Text, "{text}");
        }
    }
}
