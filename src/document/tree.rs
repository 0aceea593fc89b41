//! A parsed value with its strings as messages, for formats whose parser tells places. Must not know the format, nor which of
//! the strings are messages; [`fields`](super::fields) does.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::fields::{self, PathStyle, field_paths, of_file};
use super::layout::Layout;
use super::{Address, ExtractOptions, Problem, Reading, Segment, Turn};
use crate::text::TextRange;

/// A value.
pub(super) enum Tree<'a> {
    /// A mapping, in the order of the source; a key may come twice.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
    /// A sequence.
    Array(Vec<Tree<'a>>),
    /// A string: a message of the agent, as far as is known here, with its map and its escape, without address.
    Text(Box<Segment<'a>>),
    /// A number.
    Number(f64),
    /// Anything else.
    Other,
}

/// Gives the messages of a file that holds `trees` to `each`, in the order of the source.
pub(super) fn extract<'a>(
    trees: &[Tree<'a>],
    problems: Vec<Problem>,
    options: &ExtractOptions,
    each: &mut dyn FnMut(Segment<'a>),
) -> Reading {
    let paths = field_paths(options);
    let mut reading = Reading { problems, ..Reading::default() };
    let mut missing = vec![true; paths.len()];
    let (mut all, mut chosen, mut customer) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    let mut segments: Vec<Segment<'a>> = Vec::new();
    for (number, tree) in trees.iter().enumerate() {
        fields::fields(tree, options, &mut all);
        let choice = of_file(tree, &paths, options);
        for (missing, holds) in missing.iter_mut().zip(&choice.holds) {
            *missing &= !holds;
        }
        let (agents, customers) = fields::by_role(choice.found.iter(), PathStyle::Dotted);
        chosen.extend(agents);
        customer.extend(customers);
        for found in choice.found {
            let Tree::Text(segment) = found.node else { continue };
            let mut segment = Segment::clone(segment);
            segment.role = found.speech.role;
            if found.speech.is_told {
                segment.turn = Some(Turn { conversation: number, moment: found.speech.moment });
            }
            // Of several documents in a file the path tells which.
            let path = if trees.len() > 1 { format!("#{} {}", number + 1, found.path).into() } else { found.path };
            segment.address = (!path.is_empty()).then_some(Address::Path(path));
            segments.push(segment);
        }
    }
    for (field, _) in options.fields.iter().zip(missing).filter(|(_, missing)| *missing) {
        let message = format!("没有字段“{field}”。{}", fields::meant(field, &all));
        reading.problems.push(Problem { line: 1, message });
    }
    let (chosen, customer) = (chosen.into_iter().collect(), customer.into_iter().collect());
    reading.layouts.push(Layout::Fields { all, chosen, customer });
    let start = |segment: &Segment<'_>| segment.map.to_source(TextRange::new(0, segment.text.len())).start();
    segments.sort_by_key(start);
    segments.dedup_by_key(|segment| start(segment));
    segments.into_iter().filter(|segment| !segment.text.trim().is_empty()).for_each(each);
    reading
}
