//! stub
use super::{ExtractOptions, Segment};
pub(super) fn extract<'a>(_: &'a str, _: &ExtractOptions, _: &mut dyn FnMut(Segment<'a>)) {}
