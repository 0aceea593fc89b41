//! Replacements of ranges, and applying several of them at once.

use super::TextRange;

/// Put `replacement` in the place of `range`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit<C> {
    /// What is replaced; an empty range inserts.
    pub range: TextRange<C>,
    /// What stands there afterwards.
    pub replacement: String,
}

/// Two edits of one set touch the same place, so that there is no one result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlappingEdits;

/// Applies `edits`, in any order, to `text`, whose coordinates they are in.
///
/// # Errors
/// [`OverlappingEdits`] where two ranges overlap, or where two edits insert at one place.
///
/// # Panics
/// Never for ranges that lie in `text` on character boundaries.
pub fn apply_edits<C>(text: &str, edits: &[Edit<C>]) -> Result<String, OverlappingEdits> {
    let mut order: Vec<&Edit<C>> = edits.iter().collect();
    order.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut result = String::with_capacity(text.len() + 64);
    let mut done = 0;
    let mut last_start = None;
    for edit in order {
        if edit.range.start() < done || last_start == Some(edit.range.start()) {
            return Err(OverlappingEdits);
        }
        result.push_str(&text[done..edit.range.start()]);
        result.push_str(&edit.replacement);
        done = edit.range.end();
        last_start = Some(edit.range.start());
    }
    result.push_str(&text[done..]);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Prose;

    fn edit(start: usize, end: usize, replacement: &str) -> Edit<Prose> {
        Edit { range: TextRange::new(start, end), replacement: replacement.to_owned() }
    }

    #[test]
    fn applies_in_any_order() {
        assert_eq!(apply_edits("abcdef", &[edit(4, 5, "X"), edit(0, 1, "")]).unwrap(), "bcdXf");
        assert_eq!(apply_edits("ab", &[edit(2, 2, "!")]).unwrap(), "ab!");
        assert_eq!(apply_edits::<Prose>("ab", &[]).unwrap(), "ab");
    }

    #[test]
    fn refuses_overlaps() {
        assert_eq!(apply_edits("abc", &[edit(0, 2, "x"), edit(1, 3, "y")]), Err(OverlappingEdits));
        assert_eq!(apply_edits("abc", &[edit(1, 1, "x"), edit(1, 1, "y")]), Err(OverlappingEdits));
    }
}
