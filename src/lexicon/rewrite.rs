//! Rewrite templates: text with slots in braces.

use serde::{Deserialize, Serialize};

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// These words.
    Text(String),
    /// What the capture of that number took.
    Slot(u8),
    /// What stands before the match in the part that is replaced.
    Before,
    /// The match itself.
    Match,
    /// What stands after it.
    After,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// A brace without its partner.
    Unbalanced,
    /// A slot that the patterns do not have.
    UnknownSlot(String),
}

/// Reads a template. `slots` are the names of the captures, by number. `{{` stands for a brace, and so does `}}`.
///
/// # Errors
/// Where a brace is open or a slot unknown.
pub fn parse(template: &str, slots: &[String]) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.peek() == Some(&'{') => {
                rest.next();
                text.push('{');
            }
            '}' if rest.peek() == Some(&'}') => {
                rest.next();
                text.push('}');
            }
            '}' => return Err(TemplateError::Unbalanced),
            '{' => {
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(other) if other != '{' => name.push(other),
                        _ => return Err(TemplateError::Unbalanced),
                    }
                }
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(match name.as_str() {
                    "before" => Piece::Before,
                    "match" => Piece::Match,
                    "after" => Piece::After,
                    _ => match slots.iter().position(|slot| *slot == name).and_then(|at| u8::try_from(at).ok()) {
                        Some(slot) => Piece::Slot(slot),
                        None => return Err(TemplateError::UnknownSlot(name)),
                    },
                });
            }
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_templates() {
        let slots = ["verb".to_owned(), "obj".to_owned()];
        let text = |t: &str| Piece::Text(t.to_owned());
        assert_eq!(
            parse("抱歉，{before}{obj}暂时{verb}不了{{x}}", &slots).unwrap(),
            [text("抱歉，"), Piece::Before, Piece::Slot(1), text("暂时"), Piece::Slot(0), text("不了{x}")]
        );
        assert_eq!(parse("{谁}", &slots), Err(TemplateError::UnknownSlot("谁".to_owned())));
        assert_eq!(parse("{verb", &slots), Err(TemplateError::Unbalanced));
        assert_eq!(parse("verb}", &slots), Err(TemplateError::Unbalanced));
    }
}
