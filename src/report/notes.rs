//! What is to be said of one finding besides its rule: the cues that made it, what softens it, what raises it.

use crate::diagnostic::{Cue, Diagnostic};

/// One remark.
pub(super) struct Note {
    /// What it is about.
    pub(super) title: &'static str,
    /// The remark; nothing in it breaks a line.
    pub(super) text: String,
}

/// The remarks on a finding, in the order in which they are read.
pub(super) fn notes(diagnostic: &Diagnostic<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    if !diagnostic.cues.is_empty() {
        let cues: Vec<String> = diagnostic.cues.iter().map(show_cue).collect();
        notes.push(Note { title: "线索", text: cues.join("、") });
    }
    let severity = diagnostic.severity.title();
    if !diagnostic.mitigated_by.is_empty() {
        // Several of them raise each other again.
        let end = if diagnostic.raised_by == 0 { format!("，所以只作{severity}") } else { String::new() };
        let text = format!("这条消息里有{}{end}", diagnostic.mitigated_by.join("、"));
        notes.push(Note { title: "已缓和", text });
    }
    if diagnostic.raised_by > 0 {
        let text = format!("单看一处不重，但这条消息里有 {} 处，所以作{severity}", diagnostic.raised_by);
        notes.push(Note { title: "合起来", text });
    }
    notes
}

/// A cue and its weight; the marks of the sentence's edges in words.
fn show_cue(cue: &Cue) -> String {
    let begins = if cue.text.starts_with('^') { "句首" } else { "" };
    let ends = if cue.text.ends_with('$') { "句尾" } else { "" };
    let words = cue.text.trim_matches(['^', '$']);
    format!("{begins}{ends}“{words}” {:+.1}", f64::from(cue.weight) / 100.0)
}
