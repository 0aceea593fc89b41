//! What a rewrite must not lose: numbers, dates, ids, names in Latin letters, links, placeholders.

use crate::config::Policy;

/// The facts in a text, in the order in which they stand: placeholders whole; runs of digits with the points, colons,
/// slashes and hyphens inside them; words in Latin letters; links.
pub(super) fn facts<'t>(text: &'t str, policy: &Policy) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let own = own_placeholder(&text[at..], policy);
        let length = own.or_else(|| placeholder(&text[at..])).or_else(|| word(&text[at..]));
        match length {
            Some(length) => {
                found.push(&text[at..at + length]);
                at += length;
            }
            None => at += first.len_utf8(),
        }
    }
    found
}

/// Whether `after` has every fact of `before`, as often.
pub(super) fn kept(before: &str, after: &str, policy: &Policy) -> bool {
    let mut left = facts(after, policy);
    facts(before, policy).into_iter().all(|fact| match left.iter().position(|other| *other == fact) {
        Some(at) => {
            left.remove(at);
            true
        }
        None => false,
    })
}

/// The bytes of the placeholder that the text begins with.
fn placeholder(text: &str) -> Option<usize> {
    if text.starts_with("***") {
        return Some(text.len() - text.trim_start_matches('*').len());
    }
    if let Some(length) = formatted(text) {
        return Some(length);
    }
    let (open, name, close) = bracketed(text)?;
    let short = name.chars().count() <= 30 && !name.contains('\n');
    short.then_some(open.len() + name.len() + close.len())
}

/// The bytes of the placeholder of a program's format that the text begins with: `%s`, `%d`, `%1$s`, `%(name)s`.
pub(super) fn formatted(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('%')?;
    let named = rest.strip_prefix('(').and_then(|name| {
        let end = name[..name.floor_char_boundary(LONGEST_NAME)].find(')')?;
        Some(end + 2)
    });
    let numbered = || {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[digits..].starts_with('$').then_some(digits + 1)
    };
    let before = named.or_else(numbered).unwrap_or(0);
    matches!(rest.as_bytes().get(before), Some(b's' | b'd' | b'@')).then_some(before + 2)
}

/// The bytes of the placeholder, written in a way of the project, that the text begins with.
pub(super) fn own_placeholder(text: &str, policy: &Policy) -> Option<usize> {
    policy.placeholder_forms.iter().find_map(|form| {
        let name = text.strip_prefix(form.open.as_str())?;
        let near = &name[..name.floor_char_boundary(LONGEST_NAME)];
        let end = near.find(form.close.as_str()).filter(|end| *end > 0 && !near[..*end].contains('\n'))?;
        Some(form.open.len() + end + form.close.len())
    })
}

/// The longest text, in bytes, between the brackets of a placeholder, with the closing one.
const LONGEST_NAME: usize = 256;

/// The brackets of a placeholder that the text begins with, and what stands between them: opening, inside, closing.
pub(super) fn bracketed(text: &str) -> Option<(&'static str, &str, &'static str)> {
    const PAIRS: [(&str, &str); 8] =
        [("{{", "}}"), ("${", "}"), ("#{", "}"), ("{", "}"), ("【", "】"), ("[", "]"), ("%(", ")s"), ("<", ">")];
    let (open, close) = PAIRS.into_iter().find(|(open, _)| text.starts_with(open))?;
    let inside = &text[open.len()..];
    let near = &inside[..inside.floor_char_boundary(LONGEST_NAME)];
    Some((open, &near[..near.find(close)?], close))
}

/// The bytes of the number or Latin word that the text begins with.
fn word(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ('０'..='９').contains(&c);
    let joins = |c: char| matches!(c, '.' | ':' | '：' | '/' | '-' | '_' | '@' | '?' | '=' | '&' | '%' | '#' | '+');
    if !text.chars().next().is_some_and(is_part) {
        return None;
    }
    let mut end = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if is_part(c) {
            end = at + c.len_utf8();
        } else if !joins(c) || !rest.peek().is_some_and(|(_, next)| is_part(*next) || *next == '/') {
            break;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_facts() {
        for (text, expected) in [
            ("订单{订单号}在10:30前发，见https://a.cn/x?y=1。", vec!["{订单号}", "10:30", "https://a.cn/x?y=1"]),
            ("满3.5元，２０２４-06-18 【姓名】[姓名x]", vec!["3.5", "２０２４-06-18", "【姓名】", "[姓名x]"]),
            ("***先生 {{name}} ${n} %s %(x)s <名字>", vec!["***", "{{name}}", "${n}", "%s", "%(x)s", "<名字>"]),
            ("APP里看，没有", vec!["APP"]),
            ("{没有关上 a<b", vec!["a", "b"]),
            ("", vec![]),
        ] {
            assert_eq!(facts(text, &Policy::USUAL), expected, "{text}");
        }
        let form = crate::config::PlaceholderForm::try_from("@*@".to_owned()).unwrap();
        let policy = Policy { placeholder_forms: vec![form], ..Policy::USUAL };
        assert_eq!(facts("@姓名@您好，%1$s，%d", &policy), ["@姓名@", "%1$s", "%d"]);
    }

    #[test]
    fn counts_facts() {
        let kept = |before, after| kept(before, after, &Policy::USUAL);
        assert!(kept("3 天", "约 3 天，最晚 5 天"));
        assert!(!kept("3 天 3 夜", "3 天"));
        assert!(!kept("{姓名}", "姓名"));
    }
}
