//! The text of a form: words, and slots to fill.

/// A piece of a form's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormPiece<'t> {
    /// Words.
    Text(&'t str),
    /// A slot, by its name without the braces.
    Slot(&'t str),
}

/// The pieces of a form's text, in their order. A brace without its other is text.
pub fn form_pieces(text: &str) -> impl Iterator<Item = FormPiece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, behind)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'))
            && !name.is_empty()
            && !name.contains('{')
        {
            rest = behind;
            return Some(FormPiece::Slot(name));
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find('{').map_or(rest.len(), |at| first + at);
        let (words, behind) = rest.split_at(end);
        rest = behind;
        Some(FormPiece::Text(words))
    })
}

#[cfg(test)]
mod tests {
    use super::FormPiece::{Slot, Text};
    use super::*;

    #[test]
    fn cuts_out_slots() {
        let cases: [(&str, &[FormPiece<'_>]); 6] = [
            ("", &[]),
            ("您好", &[Text("您好")]),
            ("{称呼}，您好", &[Slot("称呼"), Text("，您好")]),
            ("等{时长}，{办法}", &[Text("等"), Slot("时长"), Text("，"), Slot("办法")]),
            ("{}a{b", &[Text("{}a"), Text("{b")]),
            ("{a{b}}", &[Text("{a"), Slot("b"), Text("}")]),
        ];
        for (text, pieces) in cases {
            assert_eq!(form_pieces(text).collect::<Vec<_>>(), pieces, "{text}");
        }
    }
}
