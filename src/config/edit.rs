//! Edits of a `wanyan.toml` as text: an allowed phrase more, a rule switched off. Comments and layout stay as they are.
//! Must not know where the file is.

use toml_edit::{Document, Item, Table, TableLike};

use super::ConfigError;
use crate::diagnostic::Rule;
use crate::text::{Edit, Source, TextRange, line_of};

/// What stands for a reason until somebody writes one.
pub const REASON_STUB: &str = "请写明原因";

/// The edit of `text` (empty for a file that is still to be made) by which `phrase` is allowed, for `rule` alone where one
/// is given, with [`REASON_STUB`] for a reason.
///
/// # Errors
/// Where `text` is no TOML, or `allow` in it is something else than a list of tables.
pub fn allow_phrase(text: &str, phrase: &str, rule: Option<&str>) -> Result<Edit<Source>, ConfigError> {
    let file = File::parse(text)?;
    let mut keys = vec![("phrase", phrase)];
    keys.extend(rule.map(|rule| ("rule", rule)));
    keys.push(("reason", REASON_STUB));
    let assignments = || keys.iter().map(|(key, value)| format!("{key} = {}", quoted(value)));
    let lines: Vec<String> =
        std::iter::once("[[allow]]".to_owned()).chain(assignments()).map(|line| line + "\n").collect();
    match file.document.as_table().get("allow") {
        None => Ok(file.append(&lines.concat())),
        Some(Item::ArrayOfTables(tables)) => {
            let last = tables.iter().last().and_then(end_of);
            Ok(match last {
                Some(last) => file.insert_line(file.line_end(last), &format!("\n{}", lines.concat())),
                None => file.append(&lines.concat()),
            })
        }
        Some(Item::Value(toml_edit::Value::Array(array))) => {
            let inline = format!("{{ {} }}", assignments().collect::<Vec<_>>().join(", "));
            let behind = array.iter().last().and_then(|value| value.span()).map(|span| span.end);
            insert_in_brackets(array.span(), behind, &inline)
        }
        Some(other) => Err(file.misplaced("allow", "写成 [[allow]]", other)),
    }
}

/// The edit of `text` (empty for a file that is still to be made) by which a rule is off, with [`REASON_STUB`] in a
/// comment. An edit of nothing where it is off already.
///
/// # Errors
/// Where `text` is no TOML, or `severity` in it is no table.
pub fn switch_off(text: &str, rule: &Rule) -> Result<Edit<Source>, ConfigError> {
    let file = File::parse(text)?;
    let entry = format!("{} = \"off\"", quoted(&rule.id));
    let comment = format!("  # {}：{REASON_STUB}", on_one_line(&rule.title));
    let Some(item) = file.document.as_table().get("severity") else {
        return Ok(file.append(&format!("[severity]\n{entry}{comment}\n")));
    };
    let Some(table) = item.as_table_like() else {
        return Err(file.misplaced("severity", "写成 [severity]", item));
    };
    if let Some(known) = table.get(&rule.id) {
        if known.as_str() == Some("off") {
            return Ok(Edit { range: TextRange::new(0, 0), replacement: String::new() });
        }
        let Some(span) = known.span() else { return Err(file.misplaced("severity", "写成 [severity]", known)) };
        let rest = &text[span.end..file.line_end(span.end)];
        let comment = if item.is_table() && rest.trim().is_empty() { comment.as_str() } else { "" };
        let range = TextRange::new(span.start, span.end);
        return Ok(Edit { range, replacement: format!("\"off\"{comment}") });
    }
    let last = end_of_values(table);
    match item {
        Item::Table(table) if table.is_dotted() => {
            // severity.x = "…": one more of these, where the last one is.
            let last = last.ok_or_else(|| file.misplaced("severity", "写成 [severity]", item))?;
            Ok(file.insert_line(file.line_end(last), &format!("severity.{entry}{comment}\n")))
        }
        Item::Table(table) => {
            let behind = last.or_else(|| table.span().map(|header| header.end));
            Ok(match behind {
                Some(behind) => file.insert_line(file.line_end(behind), &format!("{entry}{comment}\n")),
                None => file.append(&format!("[severity]\n{entry}{comment}\n")),
            })
        }
        _ => insert_in_brackets(item.span(), last, &entry),
    }
}

/// A configuration file and where things stand in it.
struct File<'t> {
    text: &'t str,
    document: Document<&'t str>,
    line_end: &'static str,
}

impl<'t> File<'t> {
    fn parse(text: &'t str) -> Result<Self, ConfigError> {
        let document = Document::parse(text).map_err(|error| ConfigError {
            line: error.span().map(|span| line_of(text, span.start)),
            message: format!("配置文件写法有误，请先改好：{}", error.message()),
        })?;
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(File { text, document, line_end })
    }

    /// Where the line that holds the byte `at` ends, its line end not counted.
    fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        at + rest.find('\n').map_or(rest.len(), |end| end - usize::from(rest[..end].ends_with('\r')))
    }

    /// Puts whole `lines` (each with a line feed) behind the line that ends at `at`.
    fn insert_line(&self, at: usize, lines: &str) -> Edit<Source> {
        let lines = lines.strip_suffix('\n').unwrap_or(lines);
        let replacement = format!("\n{lines}").replace('\n', self.line_end);
        Edit { range: TextRange::new(at, at), replacement }
    }

    /// Puts a table at the end of the file, after an empty line.
    fn append(&self, table: &str) -> Edit<Source> {
        let gap = match self.text.trim_start_matches('\u{feff}') {
            "" => "",
            text if text.ends_with("\n\n") || text.ends_with("\n\r\n") => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let replacement = format!("{gap}{table}").replace('\n', self.line_end);
        Edit { range: TextRange::new(self.text.len(), self.text.len()), replacement }
    }

    fn misplaced(&self, key: &str, instead: &str, item: &Item) -> ConfigError {
        let line = item.span().map(|span| line_of(self.text, span.start));
        ConfigError { line, message: format!("配置文件里的 {key} 写法有误，请先{instead}") }
    }
}

/// Puts `element` last into the brackets at `brackets`, behind what ends at `behind`, if there is anything.
fn insert_in_brackets(
    brackets: Option<std::ops::Range<usize>>,
    behind: Option<usize>,
    element: &str,
) -> Result<Edit<Source>, ConfigError> {
    let Some(brackets) = brackets else {
        return Err(ConfigError {
            line: None, message: "配置文件里看不出要改的地方，请手工修改".to_owned()
        });
    };
    let (at, replacement) = match behind {
        Some(behind) => (behind, format!(", {element}")),
        None => (brackets.start + 1, format!(" {element}")),
    };
    Ok(Edit { range: TextRange::new(at, at), replacement })
}

/// Where the last value of a table ends; where its header does, if it has none.
fn end_of(table: &Table) -> Option<usize> {
    end_of_values(table).or_else(|| table.span().map(|header| header.end))
}

fn end_of_values(table: &dyn TableLike) -> Option<usize> {
    table.iter().filter_map(|(_, value)| value.span()).map(|span| span.end).max()
}

/// A TOML string of that value.
fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;
    use crate::config::Level;
    use crate::diagnostic::Category;
    use crate::text::apply_edits;

    fn rule() -> Rule {
        Rule {
            id: "arguing/told-you".to_owned(),
            category: Category::Arguing,
            title: "说早就告诉过".to_owned(),
            why: String::new(),
            advice: None,
            source: Vec::new(),
        }
    }

    fn applied(text: &str, edit: Result<Edit<Source>, ConfigError>) -> String {
        let after = apply_edits(text, &[edit.unwrap()]).unwrap();
        if let Err(error) = Options::parse(&after) {
            panic!("{}\n{after}", error.message);
        }
        after
    }

    #[test]
    fn allows_a_phrase() {
        let entry = "[[allow]]\nphrase = \"不行\"\nrule = \"arguing\"\nreason = \"请写明原因\"\n";
        for (text, after) in [
            ("", entry.to_owned()),
            ("# 注释\nmessage = 'line'  # 一行\n", format!("# 注释\nmessage = 'line'  # 一行\n\n{entry}")),
            ("message = 'line'", format!("message = 'line'\n\n{entry}")),
            ("message = 'line'\r\n", format!("message = 'line'\n\n{entry}").replace('\n', "\r\n")),
            (
                "[[allow]] # 甲\nphrase = 'a'\nreason = '''b\nc''' # 乙\n\n# 丙\n[severity]\n",
                format!("[[allow]] # 甲\nphrase = 'a'\nreason = '''b\nc''' # 乙\n\n{entry}\n# 丙\n[severity]\n"),
            ),
            (
                "allow = [{ phrase = 'a', reason = 'b' }, ] # 甲\n[severity]\n",
                "allow = [{ phrase = 'a', reason = 'b' }, { phrase = \"不行\", rule = \"arguing\", reason = \"请写明原因\" }, ] # 甲\n[severity]\n"
                    .to_owned(),
            ),
            (
                "allow = []\n",
                "allow = [ { phrase = \"不行\", rule = \"arguing\", reason = \"请写明原因\" }]\n".to_owned(),
            ),
            ("\u{feff}", format!("\u{feff}{entry}")),
        ] {
            assert_eq!(applied(text, allow_phrase(text, "不行", Some("arguing"))), after, "{text}");
        }
        let odd = "a\"b\\c\nd'''\u{1}";
        let options = Options::parse(&applied("", allow_phrase("", odd, None))).unwrap();
        assert_eq!(options.allow[0].phrase.as_ref(), odd);
        assert_eq!(options.allow[0].rule, None);
    }

    #[test]
    fn switches_a_rule_off() {
        let line = "\"arguing/told-you\" = \"off\"  # 说早就告诉过：请写明原因\n";
        for (text, after) in [
            ("", format!("[severity]\n{line}")),
            ("message = 'line'\n\n", format!("message = 'line'\n\n[severity]\n{line}")),
            ("[severity]", format!("[severity]\n{}", line.trim_end())),
            (
                "[severity] # 甲\n# 乙\narguing = 'hint' # 丙\n\n[limits]\n",
                format!("[severity] # 甲\n# 乙\narguing = 'hint' # 丙\n{line}\n[limits]\n"),
            ),
            ("[severity]\r\n\r\n[limits]\r\n", format!("[severity]\n{line}\n[limits]\n").replace('\n', "\r\n")),
            (
                "[severity]\n'arguing/told-you' = 'info'\n",
                "[severity]\n'arguing/told-you' = \"off\"  # 说早就告诉过：请写明原因\n".to_owned(),
            ),
            (
                "[severity]\n'arguing/told-you' = 'info' # 甲\n",
                "[severity]\n'arguing/told-you' = \"off\" # 甲\n".to_owned(),
            ),
            ("[severity]\n'arguing/told-you' = 'off'\n", "[severity]\n'arguing/told-you' = 'off'\n".to_owned()),
            (
                "severity = { arguing = 'hint' }\n",
                "severity = { arguing = 'hint', \"arguing/told-you\" = \"off\" }\n".to_owned(),
            ),
            ("severity = {}\n", "severity = { \"arguing/told-you\" = \"off\"}\n".to_owned()),
            (
                "severity.arguing = 'hint'\nmessage = 'line'\n",
                format!("severity.arguing = 'hint'\nseverity.{line}message = 'line'\n"),
            ),
            ("\u{feff}[severity]\n\n", format!("\u{feff}[severity]\n{line}\n")),
        ] {
            let result = applied(text, switch_off(text, &rule()));
            assert_eq!(result, after, "{text}");
            assert_eq!(Options::parse(&result).unwrap().severity["arguing/told-you"], Level::Off, "{text}");
        }
    }

    #[test]
    fn says_why_a_file_cannot_be_edited() {
        for (text, line, says) in [
            ("\nlexicon = [\n", Some(2), "写法有误，请先改好"),
            ("allow = 'a'\n", Some(1), "[[allow]]"),
            ("[allow]\nphrase = 'a'\n", Some(1), "[[allow]]"),
        ] {
            let error = allow_phrase(text, "不行", None).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.message.contains(says), "{}", error.message);
        }
        assert!(switch_off("severity = 3", &rule()).unwrap_err().message.contains("[severity]"));
    }
}
