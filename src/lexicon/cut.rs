//! Where a stretch of a pattern is cut in two, so that its words are added up and not multiplied: `(您|你)(自己|自个儿)…`
//! need not stand as a literal for each way to read it. The parts of such a cut touch; the engine joins them as it joins
//! what stands on both sides of a gap.

use super::pattern::Literal;

/// A stretch of no more literals than this stays whole.
const WHOLE: usize = 16;

/// What a cut costs, in literals: a cut must spare more than that.
const COST: usize = 8;

/// What it costs, in literals, that a part may be empty: the phrase is then kept with it and without it.
const COST_OF_EMPTY: usize = 16;

/// How many characters the shortest literal of one part must have at least, where the whole stretch has them: by that
/// part the phrase is looked for.
const TELLING: usize = 3;

/// Before which of the pieces of a stretch it is cut, in ascending order; at most `most` cuts. Each piece is given by its
/// literals. Where something stands before or behind the stretch, as `neighbours` says, no part there may be empty: the
/// edge of a capture may be left to it.
pub(super) fn cuts(pieces: &[Vec<Literal>], neighbours: [bool; 2], most: usize) -> Vec<usize> {
    let whole = pieces.iter().fold(1usize, |count, piece| count.saturating_mul(piece.len()));
    if whole <= WHOLE {
        return Vec::new();
    }
    let telling = shortest(pieces).min(TELLING);
    // The best way to cut what comes before each piece, for each number of cuts, without and with a telling part.
    let mut best: Vec<Vec<[Option<Way>; 2]>> = vec![vec![[None, None]; most + 2]; pieces.len() + 1];
    best[0][0][0] = Some(Way { cost: 0, cuts: Vec::new() });
    for end in 1..=pieces.len() {
        for start in 0..end {
            let part = &pieces[start..end];
            let shortest = shortest(part);
            let empty = part.iter().flatten().filter(|literal| literal.text.is_empty());
            let at_edge = neighbours[0] && start == 0 || neighbours[1] && end == pieces.len();
            if shortest == 0 && at_edge {
                continue;
            }
            let marked = shortest == 0 && empty.into_iter().any(|literal| !literal.marks.is_empty());
            if marked || start > 0 && may_run(pieces, start) {
                continue;
            }
            let cost = if shortest == 0 { COST + COST_OF_EMPTY } else { COST };
            let count = part.iter().fold(1usize, |count, piece| count.saturating_mul(piece.len()));
            for parts in 0..=most {
                for told in [false, true] {
                    let Some(way) = &best[start][parts][usize::from(told)] else { continue };
                    let mut way = way.clone();
                    way.cost = way.cost.saturating_add(count).saturating_add(cost);
                    if start > 0 {
                        way.cuts.push(start);
                    }
                    let place = &mut best[end][parts + 1][usize::from(told || shortest >= telling)];
                    if place.as_ref().is_none_or(|known| way.cost < known.cost) {
                        *place = Some(way);
                    }
                }
            }
        }
    }
    let ways = best[pieces.len()].iter().filter_map(|told| told[1].as_ref());
    ways.min_by_key(|way| way.cost).map(|way| way.cuts.clone()).unwrap_or_default()
}

/// A way to cut the beginning of a stretch.
#[derive(Clone, Debug)]
struct Way {
    cost: usize,
    cuts: Vec<usize>,
}

/// The fewest characters of what the pieces spell.
fn shortest(pieces: &[Vec<Literal>]) -> usize {
    let of = |piece: &Vec<Literal>| piece.iter().map(|literal| literal.text.len()).min().unwrap_or_default();
    pieces.iter().map(of).sum()
}

/// Whether the same character may end what stands before a cut and begin what stands behind it: a run of one character
/// is folded, which must not fall between two parts.
fn may_run(pieces: &[Vec<Literal>], cut: usize) -> bool {
    let ends = edge(pieces[..cut].iter().rev(), |literal| literal.text.last().copied());
    let begins = edge(pieces[cut..].iter(), |literal| literal.text.first().copied());
    ends.iter().any(|c| begins.contains(c))
}

/// The characters at the edge of a row of pieces, the nearest first, of which any may be empty.
fn edge<'p>(pieces: impl Iterator<Item = &'p Vec<Literal>>, of: fn(&Literal) -> Option<char>) -> Vec<char> {
    let mut found = Vec::new();
    for piece in pieces {
        found.extend(piece.iter().filter_map(of));
        if piece.iter().all(|literal| !literal.text.is_empty()) {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(words: &str) -> Vec<Literal> {
        let literal = |word: &str| Literal { text: word.chars().collect(), marks: Vec::new() };
        words.split('|').map(literal).collect()
    }

    #[test]
    fn cuts_where_it_spares_much() {
        let many = "看看|查查|找找|搜搜|问问|翻翻|瞧瞧|试试";
        let stretch = |pieces: &[&str]| pieces.iter().map(|words| piece(words)).collect::<Vec<_>>();
        assert_eq!(cuts(&stretch(&["您|你", "去|来", "看|查"]), [false; 2], 7), [0; 0], "small");
        assert_eq!(cuts(&stretch(&["您自己|你自己", many, "一下吧|一下呗|就行", "啊|哦|呢"]), [false; 2], 7), [2]);
        assert_eq!(cuts(&stretch(&["您自己|你自己", many, many, many]), [false; 2], 0), [0; 0], "no cut left");
        // A part that may be empty costs more than one that may not.
        assert_eq!(cuts(&stretch(&["您自己|你自己|", many, "去就行|去得了|就行了|就好了|完了吧"]), [false; 2], 7), [2]);
        assert_eq!(
            cuts(&stretch(&["找|问|跟|管", "他|她|它|他们|她们", "要去|认去|算去|闹去|扯去|讨去|"]), [false; 2], 7),
            [2]
        );
        // No cut between 看 and 看.
        assert_eq!(cuts(&stretch(&["您自己看|你自己看|您自个看", many, "吧|啊|呢|呗"]), [false; 2], 7), [2]);
    }

    #[test]
    fn leaves_a_part_that_tells() {
        let two = "不行|不能|不可|不许|不准|不得|不让|不给";
        let stretch: Vec<_> = [two, two, "的|了|啊"].into_iter().map(piece).collect();
        let cut = cuts(&stretch, [false; 2], 7);
        assert!(cut.iter().all(|at| *at != 1) || cut.len() == 1, "{cut:?}");
        let parts: Vec<usize> = [&[0], cut.as_slice(), &[3]]
            .concat()
            .windows(2)
            .map(|at| shortest(&stretch[at[0]..at[1]]))
            .collect();
        assert!(parts.iter().any(|length| *length >= TELLING), "{parts:?}");
    }
}
