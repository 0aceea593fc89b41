//! stub
use super::{ExtractOptions, Problem, Segment};
pub(super) fn extract<'a>(_: &'a str, _: &ExtractOptions, _: &mut dyn FnMut(Segment<'a>)) -> Vec<Problem> {
    Vec::new()
}
