//! Editing messages so that nothing else changes: after the edits the content is read again, and every message must be as it
//! is meant to be. Where one is not, the others are edited without it.

use crate::document::{Content, ExtractOptions, Layout, Role};
use crate::text::{Edit, Source};

/// The edits of one message.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Which message of its content it is, from zero.
    pub(super) message: usize,
    /// The edits, all or none.
    pub(super) edits: Vec<Edit<Source>>,
    /// The words of the message afterwards.
    pub(super) after: String,
}

/// Does `changes` to `content`, at most one for each message. Gives the content afterwards, and the numbers of the
/// messages that are as they were, because their file would be read otherwise.
pub(super) fn do_changes(content: &Content, options: &ExtractOptions, changes: &[Change]) -> (Content, Vec<usize>) {
    let before = messages(content, options);
    if let Some(changed) = changed(content, options, &before, &changes.iter().collect::<Vec<_>>()) {
        return (changed, Vec::new());
    }
    // Which fields hold messages is told by what stands in them, and must not be told otherwise because of an edit.
    let chosen = with_chosen_fields(content, options);
    let fixed = chosen.filter(|options| messages(content, options) == before);
    let options = fixed.as_ref().unwrap_or(options);
    let all: Vec<&Change> = changes.iter().collect();
    let sound = sound_ones(content, options, &before, &all);
    let refused = changes
        .iter()
        .map(|change| change.message)
        .filter(|message| !sound.iter().any(|change| change.message == *message));
    let refused = refused.collect();
    (changed(content, options, &before, &sound).unwrap_or_else(|| content.clone()), refused)
}

/// Those of `changes` that can be done together: tried by halves.
fn sound_ones<'c>(
    content: &Content,
    options: &ExtractOptions,
    before: &[(Role, String)],
    changes: &[&'c Change],
) -> Vec<&'c Change> {
    if changes.is_empty() || changed(content, options, before, changes).is_some() {
        return changes.to_vec();
    }
    if changes.len() == 1 {
        return Vec::new();
    }
    let (one, other) = changes.split_at(changes.len() / 2);
    let one = sound_ones(content, options, before, one);
    let other = sound_ones(content, options, before, other);
    let both = [one.as_slice(), &other].concat();
    if changed(content, options, before, &both).is_some() { both } else { one }
}

/// The content after `changes`; nothing where it would not be read as it is meant.
fn changed(
    content: &Content,
    options: &ExtractOptions,
    before: &[(Role, String)],
    changes: &[&Change],
) -> Option<Content> {
    let edits: Vec<Edit<Source>> = changes.iter().flat_map(|change| change.edits.iter().cloned()).collect();
    let changed = content.with_edits(&edits).ok()?;
    let mut expected = before.to_vec();
    for change in changes {
        expected.get_mut(change.message)?.1.clone_from(&change.after);
    }
    (messages(&changed, options) == expected).then_some(changed)
}

/// The options with the fields that are chosen in `content`; nothing where it has none.
fn with_chosen_fields(content: &Content, options: &ExtractOptions) -> Option<ExtractOptions> {
    let reading = content.extract(options, &mut |_| {});
    reading.layouts.into_iter().find_map(|layout| match layout {
        Layout::Fields { chosen, customer, .. } => {
            let fields = chosen.into_iter().chain(customer).collect();
            Some(ExtractOptions { fields, ..options.clone() })
        }
        Layout::Table { .. } => None,
    })
}

/// All messages with their roles.
fn messages(content: &Content, options: &ExtractOptions) -> Vec<(Role, String)> {
    let mut messages = Vec::new();
    content.extract(options, &mut |segment| messages.push((segment.role, segment.text.into_owned())));
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    #[test]
    fn what_would_change_the_file_is_left_out() {
        let text = "一\n二\n三\n";
        let content = Content::Text { text: text.to_owned(), format: Format::Plain };
        let change = |message: usize, after: &str| Change {
            message,
            edits: vec![Edit { range: (message * 4..message * 4 + 3).into(), replacement: after.to_owned() }],
            after: after.to_owned(),
        };
        let changes = [change(0, "甲"), change(1, "乙\n丙"), change(2, "丁")];
        let (changed, refused) = do_changes(&content, &ExtractOptions::default(), &changes);
        assert_eq!((changed.text(), refused.as_slice()), ("甲\n二\n丁\n", [1].as_slice()));
    }

    #[test]
    fn fields_stay_chosen() {
        let text = "[{\"text\":\"这个我们处理不了。\",\"备注\":\"好的，马上为您处理。\"}]";
        let content = Content::Text { text: text.to_owned(), format: Format::Json };
        let start = text.find("这个").expect("it is there");
        let range = start..start + "这个我们处理不了。".len();
        let change = Change {
            message: 0,
            edits: vec![Edit { range: range.into(), replacement: "好".to_owned() }],
            after: "好".to_owned(),
        };
        let (changed, refused) = do_changes(&content, &ExtractOptions::default(), &[change]);
        assert_eq!(refused, Vec::<usize>::new());
        assert!(changed.text().starts_with("[{\"text\":\"好\""));
    }
}
