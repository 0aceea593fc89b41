//! What is quoted: an agent who repeats a customer's words or the title of a page does not offend with them. Nor does the name
//! of a placeholder, which nobody reads.

use super::structure::placeholder;
use crate::config::Policy;
use crate::document::is_anothers;
use crate::normalize::FoldedText;
use crate::text::{Folded, TextRange};

/// Pairs of quotation marks, folded.
const QUOTES: [(char, char); 7] =
    [('“', '”'), ('「', '」'), ('『', '』'), ('《', '》'), ('〈', '〉'), ('‘', '’'), ('"', '"')];

/// Fills `spans` with what of `message` is quoted: first what stands between marks, then whole lines, then the names of
/// placeholders.
pub(super) fn find_quoted(message: &str, policy: &Policy, folded: &FoldedText, spans: &mut Vec<TextRange<Folded>>) {
    spans.clear();
    find_between_marks(folded.chars(), spans);
    find_quoted_lines(message, folded, spans);
    find_names_of_placeholders(message, policy, folded, spans);
}

fn find_names_of_placeholders(message: &str, policy: &Policy, folded: &FoldedText, spans: &mut Vec<TextRange<Folded>>) {
    let may_hold = memchr::memchr3(b'{', b'[', b'<', message.as_bytes()).is_some()
        || message.contains(['【', '%'])
        || !policy.placeholder_forms.is_empty();
    if !may_hold {
        return;
    }
    for range in placeholder::all(message, policy) {
        let marks = |c: char| !c.is_alphanumeric();
        let inner = message[range.as_range()].trim_matches(marks);
        let start = range.end() - message[range.as_range()].trim_start_matches(marks).len();
        if !inner.is_empty() {
            spans.push(folded.to_folded(TextRange::new(start, start + inner.len())));
        }
    }
}

/// Adds to `spans` what stands between quotation marks of one kind, in the order of kinds. Quotations do not go beyond a
/// line; one that is not closed on its line is none.
fn find_between_marks(chars: &[char], spans: &mut Vec<TextRange<Folded>>) {
    for (open, close) in QUOTES {
        let mut opened = None;
        for (index, c) in chars.iter().enumerate() {
            match opened {
                _ if *c == '\n' => opened = None,
                Some(start) if *c == close => {
                    spans.push(TextRange::new(start, index));
                    opened = None;
                }
                None if *c == open => opened = Some(index + 1),
                _ => {}
            }
        }
    }
}

/// Adds to `spans` the lines of `message` that hold another's words.
fn find_quoted_lines(message: &str, folded: &FoldedText, spans: &mut Vec<TextRange<Folded>>) {
    let mut start = 0;
    for line in message.split_inclusive('\n') {
        if is_anothers(line) {
            spans.push(folded.to_folded(TextRange::new(start, start + line.len())));
        }
        start += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_lines_of_others() {
        let message = "您好，\n> 你们就是骗子！\n客户：凭什么不退？\n很抱歉，\n说明：请稍等";
        let folded = FoldedText::new(message);
        let mut spans = Vec::new();
        find_quoted_lines(message, &folded, &mut spans);
        let found: Vec<&str> = spans.iter().map(|span| message[folded.to_prose(*span).as_range()].trim_end()).collect();
        assert_eq!(found, ["> 你们就是骗子！", "客户：凭什么不退？"]);
    }

    #[test]
    fn finds_names_in_placeholders() {
        let form = crate::config::PlaceholderForm::try_from("@*@".to_owned()).unwrap();
        let policy = Policy { placeholder_forms: vec![form], ..Policy::USUAL };
        let message = "{{你的名字}}您好，【你的昵称】的@不知道@，【温馨提示】";
        let folded = FoldedText::new(message);
        let mut spans = Vec::new();
        find_names_of_placeholders(message, &policy, &folded, &mut spans);
        let found: Vec<&str> = spans.iter().map(|span| &message[folded.to_prose(*span).as_range()]).collect();
        assert_eq!(found, ["你的名字", "你的昵称", "不知道"]);
    }

    #[test]
    fn finds_what_stands_between_marks() {
        for (text, quoted) in [
            ("您说的“不行”我看到了", vec!["不行"]),
            ("“好”和“不好”", vec!["好", "不好"]),
            ("\"甲\"乙\"丙\"", vec!["甲", "丙"]),
            ("“没有结束", vec![]),
            ("“到行尾\n就不算”", vec![]),
            ("《“双”标题》", vec!["双", "“双”标题"]),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let mut spans = Vec::new();
            find_between_marks(&chars, &mut spans);
            let found: Vec<String> = spans.iter().map(|span| chars[span.as_range()].iter().collect()).collect();
            assert_eq!(found, quoted, "{text}");
        }
    }
}
