//! The documentation of a rule, rendered from one description: for the terminal, and as Markdown for the docs page and
//! for editors. Whatever is to be known of a rule is said here and nowhere else.

use std::io::{self, Write};

use super::Palette;
use super::screen::Inline;
use crate::diagnostic::{Category, Rule, Severity};
use crate::lexicon::schema::Passage;
use crate::lexicon::{Docs, Lexicon};
use crate::lint::{Linter, examples};

/// How many examples the documentation of a rule shows.
const SHOWN_EXAMPLES: usize = 5;

/// An offending message and what the rule's rewrites make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example<'a> {
    /// The offending message.
    pub before: &'a str,
    /// The same message after each rewrite that is offered there.
    pub after: Vec<String>,
}

/// Everything that the documentation of a rule says.
#[derive(Clone, Debug)]
pub struct RuleDoc<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The severity of its findings where nothing mitigates them.
    pub severity: Severity,
    /// The passages that `rule.source` names.
    pub passages: Vec<&'a Passage>,
    /// Messages that it finds.
    pub examples: Vec<Example<'a>>,
    /// Messages that it leaves alone.
    pub good: Vec<&'a str>,
    /// Its patterns, as they are written in the lexicon.
    pub patterns: Vec<&'a str>,
}

impl<'a> RuleDoc<'a> {
    /// That of the entry of that number, its rewrites tried on its examples.
    ///
    /// # Panics
    /// Where the lexicon has no entry of that number.
    #[must_use]
    pub fn new(lexicon: &'a Lexicon, docs: &'a Docs, number: usize) -> Self {
        let entry = &lexicon.tables().entries[number];
        let own = &docs.entries[number];
        let linter = Linter::new(lexicon);
        let shown = own.sentences.iter().chain(&own.bad).take(SHOWN_EXAMPLES);
        RuleDoc {
            rule: &entry.rule,
            severity: entry.severity,
            passages: docs.reference.passages_of(&entry.rule.source).collect(),
            examples: shown
                .map(|(_, text)| Example { before: text, after: examples::rewrites(linter, number, text) })
                .collect(),
            good: own.good.iter().take(SHOWN_EXAMPLES).map(|(_, text)| text.as_str()).collect(),
            patterns: own.patterns.iter().map(String::as_str).collect(),
        }
    }
}

/// Writes the documentation of one rule for a terminal.
///
/// # Errors
/// Those of the writer.
pub fn write_text(out: &mut dyn Write, palette: &Palette, doc: &RuleDoc<'_>) -> io::Result<()> {
    let Palette { bold, dim, error, added, .. } = *palette;
    let style = palette.severity(doc.severity);
    let rule = doc.rule;
    writeln!(out, "{bold}{}{bold:#}  {}", rule.id, Inline(&rule.title))?;
    writeln!(out, "{}，{style}{}{style:#}", rule.category.title(), doc.severity.title())?;
    writeln!(out, "\n{bold}为什么{bold:#}\n  {}", Inline(&rule.why))?;
    if let Some(advice) = &rule.advice {
        writeln!(out, "\n{bold}怎么改{bold:#}\n  {}", Inline(advice))?;
    }
    if !doc.examples.is_empty() {
        writeln!(out, "\n{bold}例子{bold:#}")?;
        for example in &doc.examples {
            writeln!(out, "  {error}✗{error:#} {}", Inline(example.before))?;
            for after in &example.after {
                writeln!(out, "    {added}→{added:#} {}", Inline(after))?;
            }
        }
    }
    if !doc.good.is_empty() {
        writeln!(out, "\n{bold}这样说没有问题{bold:#}")?;
        for good in &doc.good {
            writeln!(out, "  {added}✓{added:#} {}", Inline(good))?;
        }
    }
    if !doc.passages.is_empty() {
        writeln!(out, "\n{bold}依据{bold:#}")?;
        for passage in &doc.passages {
            writeln!(out, "  {} {}（{}）", passage.id, Inline(&passage.title), Inline(&passage.document))?;
            writeln!(out, "    {}", Inline(&passage.text))?;
        }
    }
    if !doc.patterns.is_empty() {
        writeln!(out, "\n{bold}句式{bold:#}")?;
        for pattern in &doc.patterns {
            writeln!(out, "  {dim}{}{dim:#}", Inline(pattern))?;
        }
    }
    Ok(())
}

/// Writes the documentation of one rule as Markdown, under a heading of the given level.
///
/// # Errors
/// Those of the writer.
pub fn write_markdown(out: &mut dyn Write, heading: Heading, doc: &RuleDoc<'_>) -> io::Result<()> {
    let rule = doc.rule;
    writeln!(out, "{} `{}` {}\n", heading.marks(), rule.id, Escaped(&rule.title))?;
    writeln!(out, "{}，{}\n", rule.category.title(), doc.severity.title())?;
    writeln!(out, "**为什么**：{}", Escaped(&rule.why))?;
    if let Some(advice) = &rule.advice {
        writeln!(out, "\n**怎么改**：{}", Escaped(advice))?;
    }
    if !doc.examples.is_empty() {
        writeln!(out, "\n**例子**\n")?;
        for example in &doc.examples {
            writeln!(out, "- ✗ {}", Escaped(example.before))?;
            for after in &example.after {
                writeln!(out, "  - → {}", Escaped(after))?;
            }
        }
    }
    if !doc.good.is_empty() {
        writeln!(out, "\n**这样说没有问题**\n")?;
        for good in &doc.good {
            writeln!(out, "- ✓ {}", Escaped(good))?;
        }
    }
    if !doc.passages.is_empty() {
        writeln!(out, "\n**依据**\n")?;
        for passage in &doc.passages {
            writeln!(
                out,
                "- {} {}（{}）：{}",
                passage.id,
                Escaped(&passage.title),
                Escaped(&passage.document),
                Escaped(&passage.text)
            )?;
        }
    }
    Ok(())
}

/// An entry as it is written in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenEntry {
    /// The id of its rule.
    pub id: String,
    /// What it finds, in a few words.
    pub title: String,
    /// The file, as its reader knows it.
    pub file: String,
    /// The line on which it begins there, from one.
    pub line: usize,
    /// Its lines.
    pub text: String,
}

/// Writes an entry as Markdown: where it stands, and its lines.
///
/// # Errors
/// Those of the writer.
pub fn write_entry_markdown(out: &mut dyn Write, entry: &WrittenEntry) -> io::Result<()> {
    let WrittenEntry { id, title, file, line, text } = entry;
    writeln!(out, "# `{id}` {}\n\n{}:{line}\n", Escaped(title), Escaped(file))?;
    // A fence longer than any in the text.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    writeln!(out, "{fence}toml\n{text}\n{fence}")
}

/// The level of a Markdown heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// `#`, where the rule stands alone.
    First,
    /// `###`, on a page with all of them.
    Third,
}

impl Heading {
    fn marks(self) -> &'static str {
        match self {
            Heading::First => "#",
            Heading::Third => "###",
        }
    }
}

/// Writes the docs page of all `docs`, by category, in the order given within one.
///
/// # Errors
/// Those of the writer.
pub fn write_markdown_page(out: &mut dyn Write, docs: &[RuleDoc<'_>]) -> io::Result<()> {
    writeln!(out, "# 婉言的规则\n")?;
    writeln!(out, "共 {} 条。本页由 `wanyan rules --format md` 生成，请勿手改。", docs.len())?;
    for category in Category::ALL {
        let mut of_category = docs.iter().filter(|doc| doc.rule.category == category).peekable();
        if of_category.peek().is_none() {
            continue;
        }
        writeln!(out, "\n## {} {}", category.title(), category.name())?;
        for doc in of_category {
            out.write_all(b"\n")?;
            write_markdown(out, Heading::Third, doc)?;
        }
    }
    Ok(())
}

/// Writes one line a rule, by category.
///
/// # Errors
/// Those of the writer.
pub fn write_list(out: &mut dyn Write, palette: &Palette, docs: &[RuleDoc<'_>]) -> io::Result<()> {
    let (bold, dim) = (palette.bold, palette.dim);
    let longest = docs.iter().map(|doc| doc.rule.id.len()).max().unwrap_or_default();
    for category in Category::ALL {
        let mut of_category = docs.iter().filter(|doc| doc.rule.category == category).peekable();
        if of_category.peek().is_none() {
            continue;
        }
        writeln!(out, "{bold}{}{bold:#} {dim}{}{dim:#}", category.title(), category.name())?;
        for doc in of_category {
            let style = palette.severity(doc.severity);
            writeln!(
                out,
                "  {:longest$}  {style}{}{style:#}  {}",
                doc.rule.id,
                doc.severity.title(),
                Inline(&doc.rule.title)
            )?;
        }
    }
    writeln!(out, "共 {} 条规则。用 wanyan explain <规则> 看说明和例子。", docs.len())
}

/// Writes all rules as one JSON array.
///
/// # Errors
/// Those of the writer.
pub fn write_json(out: &mut dyn Write, docs: &[RuleDoc<'_>]) -> io::Result<()> {
    let rules: Vec<_> = docs
        .iter()
        .map(|doc| {
            serde_json::json!({
                "id": doc.rule.id,
                "category": doc.rule.category,
                "category_title": doc.rule.category.title(),
                "severity": doc.severity,
                "title": doc.rule.title,
                "why": doc.rule.why,
                "advice": doc.rule.advice,
                "source": doc.rule.source,
                "patterns": doc.patterns,
                "examples": doc.examples.iter().map(|example| {
                    serde_json::json!({ "before": example.before, "after": example.after })
                }).collect::<Vec<_>>(),
                "good": doc.good,
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &rules)?;
    out.write_all(b"\n")
}

/// Text for a Markdown line: no character of it is markup.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        for character in self.0.chars() {
            match character {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' => {
                    f.write_char('\\')?;
                    f.write_char(character)?;
                }
                '\n' => f.write_str(" ⏎ ")?,
                '\r' => {}
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Rule {
        Rule {
            id: "dismissive/whatever".to_owned(),
            category: Category::Dismissive,
            title: "随便打发".to_owned(),
            why: "客户会觉得*没人管*。".to_owned(),
            advice: Some("说清您能做什么。".to_owned()),
            source: vec!["S1.4".to_owned()],
        }
    }

    fn passage() -> Passage {
        Passage {
            id: "S1.4".to_owned(),
            title: "不淡漠".to_owned(),
            document: "情绪控制".to_owned(),
            text: "不把情绪带进话里。".to_owned(),
        }
    }

    fn doc<'a>(rule: &'a Rule, passage: &'a Passage) -> RuleDoc<'a> {
        RuleDoc {
            rule,
            severity: Severity::Warning,
            passages: vec![passage],
            examples: vec![Example {
                before: "随便你", after: vec!["都听您的，您看哪种合适？".to_owned()]
            }],
            good: vec!["您随便看看"],
            patterns: vec!["随便@you"],
        }
    }

    #[test]
    fn text() {
        let mut out = Vec::new();
        write_text(&mut out, &Palette::plain(), &doc(&rule(), &passage())).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
dismissive/whatever  随便打发
敷衍冷淡，警告

为什么
  客户会觉得*没人管*。

怎么改
  说清您能做什么。

例子
  ✗ 随便你
    → 都听您的，您看哪种合适？

这样说没有问题
  ✓ 您随便看看

依据
  S1.4 不淡漠（情绪控制）
    不把情绪带进话里。

句式
  随便@you
"
        );
    }

    #[test]
    fn markdown_escapes_what_it_quotes() {
        let mut out = Vec::new();
        write_markdown_page(&mut out, &[doc(&rule(), &passage())]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\
# 婉言的规则

共 1 条。本页由 `wanyan rules --format md` 生成，请勿手改。

## 敷衍冷淡 dismissive

### `dismissive/whatever` 随便打发

敷衍冷淡，警告

**为什么**：客户会觉得\\*没人管\\*。

**怎么改**：说清您能做什么。

**例子**

- ✗ 随便你
  - → 都听您的，您看哪种合适？

**这样说没有问题**

- ✓ 您随便看看

**依据**

- S1.4 不淡漠（情绪控制）：不把情绪带进话里。
"
        );
    }

    #[test]
    fn an_entry_is_shown_as_it_is_written() {
        let entry = WrittenEntry {
            id: "dismissive/whatever".to_owned(),
            title: "随便*打发*".to_owned(),
            file: "my_words.toml".to_owned(),
            line: 3,
            text: "[[entry]]\nwhy = '```'".to_owned(),
        };
        let mut out = Vec::new();
        write_entry_markdown(&mut out, &entry).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "# `dismissive/whatever` 随便\\*打发\\*\n\nmy\\_words.toml:3\n\n````toml\n[[entry]]\nwhy = '```'\n````\n"
        );
    }

    #[test]
    fn lists() {
        let (rule, passage) = (rule(), passage());
        let mut out = Vec::new();
        write_list(&mut out, &Palette::plain(), &[doc(&rule, &passage)]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "敷衍冷淡 dismissive\n  dismissive/whatever  警告  随便打发\n共 1 条规则。用 wanyan explain <规则> 看说明和例子。\n"
        );
        let mut out = Vec::new();
        write_json(&mut out, &[doc(&rule, &passage)]).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value[0]["examples"][0]["before"], "随便你");
        assert_eq!(value[0]["category"], "dismissive");
    }
}
