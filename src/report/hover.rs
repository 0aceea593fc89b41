//! One finding as Markdown, for an editor that shows it beside the words: what, why, the source passage, before → after.

use std::io::{self, Write};

use super::Palette;
use super::explain::Escaped;
use super::notes::notes;
use super::rewrite::{applicability_note, write_change};
use crate::diagnostic::Diagnostic;
use crate::lexicon::schema::Passage;

/// Writes what is to be known of `diagnostic`, a finding in `message`; `passages` are those that its rule rests on.
///
/// # Errors
/// Those of the writer.
pub fn write_hover<'p>(
    out: &mut dyn Write,
    message: &str,
    diagnostic: &Diagnostic<'_>,
    passages: impl IntoIterator<Item = &'p Passage>,
) -> io::Result<()> {
    let rule = diagnostic.rule;
    let (category, severity) = (rule.category.title(), diagnostic.severity.title());
    writeln!(out, "**{}**（{category}，{severity}）`{}`", Escaped(&rule.title), rule.id)?;
    writeln!(out, "\n**为什么**：{}", Escaped(&rule.why))?;
    for note in notes(diagnostic) {
        writeln!(out, "\n**{}**：{}", note.title, Escaped(&note.text))?;
    }
    match &rule.advice {
        Some(advice) => writeln!(out, "\n**怎么改**：{}", Escaped(advice))?,
        None if diagnostic.fixes.is_empty() => {}
        None => writeln!(out, "\n**怎么改**：")?,
    }
    if !diagnostic.fixes.is_empty() {
        out.write_all(b"\n")?;
    }
    for fix in &diagnostic.fixes {
        let mut change = Vec::new();
        write_change(&mut change, &Palette::plain(), message, fix)?;
        let change = String::from_utf8_lossy(&change);
        writeln!(out, "- {}（{}）", Escaped(&change), applicability_note(fix.applicability))?;
    }
    let mut passages = passages.into_iter().peekable();
    if passages.peek().is_some() {
        writeln!(out, "\n**依据**\n")?;
    }
    for Passage { id, title, document, text } in passages {
        writeln!(out, "- {id} {}（{}）：{}", Escaped(title), Escaped(document), Escaped(text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::Sample;
    use super::*;

    fn hover(sample: &Sample) -> String {
        let passage = Passage {
            id: "S2.12".to_owned(),
            title: "婉转拒绝".to_owned(),
            document: "投诉处理技巧".to_owned(),
            text: "婉转地表示，*有礼貌地*说明理由。".to_owned(),
        };
        let mut out = Vec::new();
        sample.with_finding(|finding| {
            write_hover(&mut out, finding.message_text, finding.diagnostic, [&passage]).unwrap();
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn says_what_why_and_what_instead() {
        assert_eq!(
            hover(&Sample::refusal()),
            "\
**生硬地说办不到**（生硬拒绝，警告）`blunt-refusal/cannot-handle`

**为什么**：只说办不到，不说原因也不给出路，客户会觉得被一口回绝。

**怎么改**：

- 这个我们处理不了 → 很抱歉，这个暂时没能帮您处理好，我再帮您想想其他办法（供选用，请确认后再改）

**依据**

- S2.12 婉转拒绝（投诉处理技巧）：婉转地表示，\\*有礼貌地\\*说明理由。
"
        );
    }

    #[test]
    fn says_what_softens_it() {
        let text = hover(&Sample::mitigated());
        assert!(text.contains("\n**已缓和**：这条消息里有致歉、理由，所以只作建议\n"), "{text}");
        assert!(text.contains("\n**怎么改**：先致歉，再说原因，最后给一个能做的办法。\n"), "{text}");
    }
}
