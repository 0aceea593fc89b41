//! One finding for an editor that shows it beside the words: what, why, the source passage, before → after. And one
//! recommended form: when to use it, and its source.

use std::io::{self, Write};

use super::Palette;
use super::explain::Escaped;
use super::notes::notes;
use super::rewrite::{applicability_note, write_change};
use super::screen::Inline;
use crate::diagnostic::Diagnostic;
use crate::lexicon::schema::{Form, Passage};

/// How text is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// As Markdown.
    Markdown,
    /// Not at all.
    Plain,
}

impl Markup {
    /// Text without markup of its own, on one line.
    fn text(self, text: &str) -> String {
        match self {
            Markup::Markdown => Escaped(text).to_string(),
            Markup::Plain => Inline(text).to_string(),
        }
    }

    /// A title.
    fn bold(self, text: &str) -> String {
        match self {
            Markup::Markdown => format!("**{}**", Escaped(text)),
            Markup::Plain => Inline(text).to_string(),
        }
    }

    /// An id.
    fn code(self, text: &str) -> String {
        match self {
            Markup::Markdown => format!("`{text}`"),
            Markup::Plain => format!(" {text}"),
        }
    }

    fn passage(self, passage: &Passage) -> String {
        let Passage { id, title, document, text } = passage;
        format!("{id} {}（{}）：{}", self.text(title), self.text(document), self.text(text))
    }
}

/// Writes what is to be known of `diagnostic`, a finding in `message`; `passages` are those that its rule rests on.
///
/// # Errors
/// Those of the writer.
pub fn write_hover<'p>(
    out: &mut dyn Write,
    markup: Markup,
    message: &str,
    diagnostic: &Diagnostic<'_>,
    passages: impl IntoIterator<Item = &'p Passage>,
) -> io::Result<()> {
    let rule = diagnostic.rule;
    let (category, severity) = (rule.category.title(), diagnostic.severity.title());
    writeln!(out, "{}（{category}，{severity}）{}", markup.bold(&rule.title), markup.code(&rule.id))?;
    writeln!(out, "\n{}：{}", markup.bold("为什么"), markup.text(&rule.why))?;
    for note in notes(diagnostic) {
        writeln!(out, "\n{}：{}", markup.bold(note.title), markup.text(&note.text))?;
    }
    match &rule.advice {
        Some(advice) => writeln!(out, "\n{}：{}", markup.bold("怎么改"), markup.text(advice))?,
        None if diagnostic.fixes.is_empty() => {}
        None => writeln!(out, "\n{}：", markup.bold("怎么改"))?,
    }
    if !diagnostic.fixes.is_empty() {
        out.write_all(b"\n")?;
    }
    for fix in &diagnostic.fixes {
        let mut change = Vec::new();
        write_change(&mut change, &Palette::plain(), message, fix)?;
        let change = String::from_utf8_lossy(&change);
        writeln!(out, "- {}（{}）", markup.text(&change), applicability_note(fix.applicability))?;
    }
    let mut passages = passages.into_iter().peekable();
    if passages.peek().is_some() {
        writeln!(out, "\n{}\n", markup.bold("依据"))?;
    }
    for passage in passages {
        writeln!(out, "- {}", markup.passage(passage))?;
    }
    Ok(())
}

/// Writes when a recommended form is used, and on what it rests.
///
/// # Errors
/// Those of the writer.
pub fn write_form(out: &mut dyn Write, markup: Markup, form: &Form, passage: Option<&Passage>) -> io::Result<()> {
    writeln!(out, "{}：{}", markup.bold(&form.scene), markup.text(&form.text))?;
    if !form.when.is_empty() {
        writeln!(out, "\n{}：{}", markup.bold("什么时候用"), markup.text(&form.when))?;
    }
    let source = passage.map_or_else(|| markup.text(&form.source), |passage| markup.passage(passage));
    writeln!(out, "\n{}：{source}", markup.bold("依据"))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::Sample;
    use super::*;

    fn passage() -> Passage {
        Passage {
            id: "S2.12".to_owned(),
            title: "婉转拒绝".to_owned(),
            document: "投诉处理技巧".to_owned(),
            text: "婉转地表示，*有礼貌地*说明理由。".to_owned(),
        }
    }

    fn hover(sample: &Sample, markup: Markup) -> String {
        let mut out = Vec::new();
        sample.with_finding(|finding| {
            write_hover(&mut out, markup, finding.message_text, finding.diagnostic, [&passage()]).unwrap();
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn says_what_why_and_what_instead() {
        assert_eq!(
            hover(&Sample::refusal(), Markup::Markdown),
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
        let text = hover(&Sample::mitigated(), Markup::Markdown);
        assert!(text.contains("\n**已缓和**：这条消息里有致歉、理由，所以只作建议\n"), "{text}");
        assert!(text.contains("\n**怎么改**：先致歉，再说原因，最后给一个能做的办法。\n"), "{text}");
    }

    #[test]
    fn says_the_same_without_markup() {
        let text = hover(&Sample::refusal(), Markup::Plain);
        assert!(
            text.starts_with("生硬地说办不到（生硬拒绝，警告） blunt-refusal/cannot-handle\n\n为什么：只说"),
            "{text}"
        );
        assert!(
            text.ends_with("依据\n\n- S2.12 婉转拒绝（投诉处理技巧）：婉转地表示，*有礼貌地*说明理由。\n"),
            "{text}"
        );
    }

    #[test]
    fn a_form_says_when_and_why() {
        let form = Form {
            id: "a".to_owned(),
            scene: "致歉".to_owned(),
            text: "{称呼}，对不起".to_owned(),
            source: "S2.12".to_owned(),
            when: "客户不高兴时".to_owned(),
        };
        let mut out = Vec::new();
        write_form(&mut out, Markup::Markdown, &form, Some(&passage())).unwrap();
        write_form(&mut out, Markup::Plain, &form, None).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "**致歉**：{称呼}，对不起\n\n**什么时候用**：客户不高兴时\n\n\
             **依据**：S2.12 婉转拒绝（投诉处理技巧）：婉转地表示，\\*有礼貌地\\*说明理由。\n\
             致歉：{称呼}，对不起\n\n什么时候用：客户不高兴时\n\n依据：S2.12\n"
        );
    }
}
