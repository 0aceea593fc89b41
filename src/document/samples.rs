//! What the tests of several formats ask of their messages. Only for tests.

use proptest::test_runner::TestCaseError;

use super::{Segment, SourceMap};
use crate::text::{Edit, TextRange, apply_edits};

/// Pieces cover the prose, ascend in the source, and are the same text where they say so; messages ascend as well.
pub(super) fn check_maps(source: &str, segments: &[Segment<'_>]) {
    let mut start = 0;
    for segment in segments {
        let pieces = match &segment.map {
            SourceMap::Verbatim(at) => {
                assert_eq!(&source[*at..at + segment.text.len()], segment.text);
                assert!(*at >= start, "{source:?} {segment:?}");
                start = *at;
                continue;
            }
            SourceMap::Pieces(pieces) => pieces,
        };
        let (mut prose, mut behind) = (0, start);
        start = pieces.first().map_or(start, |piece| piece.source.start());
        for piece in pieces {
            assert_eq!(piece.prose.start(), prose, "{source:?} {segment:?}");
            assert!(piece.source.start() >= behind, "{source:?} {segment:?}");
            prose = piece.prose.end();
            behind = piece.source.end();
            let (shown, raw) = (&segment.text[piece.prose.as_range()], &source[piece.source.as_range()]);
            assert!(!piece.verbatim || shown == raw, "{source:?} {segment:?}");
        }
        assert_eq!(prose, segment.text.len(), "{source:?} {segment:?}");
    }
}

/// Edits the message `chosen` between two of its characters, unless that is refused, and asks that `texts` reads it back
/// as edited and all others as before. A message without visible characters is left out.
pub(super) fn try_edit(
    source: &str,
    segments: &[Segment<'_>],
    chosen: usize,
    places: (usize, usize),
    replacement: &str,
    texts: &dyn Fn(&str) -> Vec<String>,
) -> Result<(), TestCaseError> {
    let Some(segment) = segments.get(chosen) else { return Ok(()) };
    let offsets: Vec<usize> = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]).collect();
    let range = TextRange::new(offsets[places.0 % offsets.len()], offsets[places.1 % offsets.len()]);
    let edit = Edit { range, replacement: replacement.to_owned() };
    let Ok(written) = segment.source_edit(&edit) else { return Ok(()) };
    let result = apply_edits(source, std::slice::from_ref(&written)).expect("one edit cannot overlap");
    let shown = apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap");
    let mut expected: Vec<String> = segments.iter().map(|segment| segment.text.to_string()).collect();
    if shown.contains(|c: char| !c.is_whitespace() && c != '\u{fffc}') {
        expected[chosen] = shown;
    } else {
        expected.remove(chosen);
    }
    proptest::prop_assert_eq!(texts(&result), expected, "{:?} {:?} {:?}", source, written, result);
    Ok(())
}
