//! The words of HTML: how a message is put together of runs of text, and how text is written. Owns white space,
//! references, and which place allows what. Must not know elements.

use std::ops::Range;

use super::super::markdown::cut;
use super::super::segment::{PLACEHOLDER, Runs};
use super::super::{Address, Escape, ExtractOptions, NotEditable, Role, Segment, SourceMap, plain};
use super::tokens::Run;

/// Where on a page words stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a block: white space shows as one blank.
    #[default]
    Text,
    /// In the title of the page: the same, and there are no elements in it.
    Title,
    /// In `pre`: white space shows as it is.
    Pre,
    /// In `textarea`: the same, and there are no elements in it.
    TextArea,
    /// In an attribute between double quotes.
    DoubleQuoted,
    /// In an attribute between single quotes.
    SingleQuoted,
    /// In an attribute without quotes.
    Unquoted,
}

impl Place {
    /// Whether a run of white space shows as one blank.
    pub(super) fn collapses(self) -> bool {
        matches!(self, Place::Text | Place::Title)
    }
}

/// White space that has been read and not yet shown: what follows decides whether it does.
struct Blank {
    source: Range<usize>,
    /// Whether it is one space in one place, so that the blank it shows as stands in the source as it is.
    lone: bool,
}

/// The message that is being put together.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) runs: Runs,
    blank: Option<Blank>,
    pub(super) place: Place,
    /// Whether some of it is written in a way that had better not be edited.
    pub(super) unclear: bool,
    /// Whether it holds words that are not a customer's.
    pub(super) others: bool,
    pub(super) address: Option<Address>,
}

impl Draft {
    /// White space that shows as a blank at most.
    pub(super) fn blank(&mut self, shown: &str, source: Range<usize>) {
        if let Some(blank) = &mut self.blank {
            blank.lone = false;
            if blank.source.end == source.start {
                blank.source.end = source.end;
            }
        } else {
            let lone = shown == " " && source.len() == 1;
            self.blank = Some(Blank { source, lone });
        }
    }

    fn flush_blank(&mut self) {
        let Some(blank) = self.blank.take() else { return };
        if self.runs.text().is_empty() || self.runs.text().ends_with('\n') {
            return;
        }
        if blank.lone {
            self.runs.verbatim(" ", blank.source.start);
        } else {
            self.runs.whole(" ", blank.source);
        }
    }

    /// Words and white space that stand in the source as they are, from the byte `start` on.
    pub(super) fn words(&mut self, text: &str, start: usize) {
        let mut at = 0;
        while at < text.len() {
            let rest = &text.as_bytes()[at..];
            let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
            if blanks > 0 {
                self.blank(&text[at..at + blanks], start + at..start + at + blanks);
                at += blanks;
            } else {
                let word = rest.iter().take_while(|byte| !is_blank(**byte)).count();
                self.flush_blank();
                self.runs.verbatim(&text[at..at + word], start + at);
                at += word;
            }
        }
    }

    pub(super) fn whole(&mut self, shown: &str, source: Range<usize>) {
        self.flush_blank();
        self.runs.whole(shown, source);
    }

    /// A tag that breaks the line. White space around it does not show.
    pub(super) fn line_break(&mut self, source: Range<usize>, place: Place) {
        if place.collapses() {
            self.blank = None;
        }
        if !self.runs.text().is_empty() {
            self.whole("\n", source);
        }
    }

    /// Gives the message to `each` if it holds words. Where lines of it have speakers' labels, it is as many messages.
    pub(super) fn give<'a>(self, source: &'a str, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) {
        if !self.runs.text().contains(|c: char| !c.is_whitespace() && c != PLACEHOLDER) {
            return;
        }
        let escape = Escape::Html(self.place);
        let role = if self.others { Role::Agent } else { Role::Customer };
        let locked = self.unclear.then_some(NotEditable::Unmapped);
        let whole = Segment { address: self.address, locked, ..self.runs.segment(role, escape) };
        let mut starts = vec![(0, role)];
        if role == Role::Agent && matches!(self.place, Place::Text | Place::Pre | Place::TextArea) {
            for line in plain::lines(&whole.text, 0..whole.text.len()) {
                let (speaker, words) = plain::line_role(&whole.text[line.clone()], options);
                let label = whole.text[line.clone()][..words.start].trim();
                // The mark of a quotation in a letter of plain text means nothing here.
                if words.is_empty() || label.is_empty() || label.starts_with(['>', '＞']) {
                    continue;
                }
                if line.start == 0 {
                    starts.clear();
                }
                starts.push((line.start, speaker));
            }
        }
        if let [(0, role)] = starts[..]
            && !self.place.collapses()
        {
            each(Segment { role, ..whole });
            return;
        }
        let SourceMap::Pieces(pieces) = &whole.map else { return };
        for (index, (start, role)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(whole.text.len(), |(next, _)| *next);
            if let Some(part) = cut(source, &whole.text, pieces, *start..end, *role) {
                each(Segment { escape, locked, address: whole.address.clone(), ..part });
            }
        }
    }
}

/// What HTML calls white space.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0C' | b'\r')
}

/// Whether `run` may be edited and have edits beside it: it is text, a line end, or a reference with its semicolon.
/// Without one, what is written behind a reference could become a part of it.
pub(super) fn is_clear(source: &str, run: &Run, place: Place) -> bool {
    let raw = &source.as_bytes()[run.source.clone()];
    run.verbatim
        || raw == b"\r\n"
        || (raw.starts_with(b"&") && raw.ends_with(b";"))
        || (place.collapses() && raw == b"\r")
}

/// `text` as it is written in `place`, between what shows as `before` and `after`.
pub(in super::super) fn write(text: &str, before: &str, after: &str, place: Place) -> Result<String, NotEditable> {
    if text.contains('\0') || (place == Place::Unquoted && spoils_unquoted(text, before, after)) {
        return Err(NotEditable::Unwritable);
    }
    let holds_lines = matches!(place, Place::Pre | Place::TextArea);
    if text.contains(['\n', '\r']) && !holds_lines {
        return Err(NotEditable::LineBreak);
    }
    if place.collapses() && spoils_blanks(text, before, after) {
        return Err(NotEditable::Unwritable);
    }
    // A line feed right behind the start tag would not show.
    let first = text.chars().chain(after.chars()).next();
    if holds_lines && before.is_empty() && first == Some('\n') {
        return Err(NotEditable::LineBreak);
    }
    let joined = first.is_some_and(|first| joins(before, first));
    // At the end of a file this is text; whatever comes behind it makes it a tag or a comment.
    let opens = before.ends_with("</") && matches!(place, Place::Text | Place::Pre);
    // In an attribute `&not` is text only because of the letter behind it.
    let in_attribute = matches!(place, Place::DoubleQuoted | Place::SingleQuoted | Place::Unquoted);
    let name = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
    let unended = in_attribute && name > 0 && before[..before.len() - name].ends_with('&');
    if joined && (text.is_empty() || opens) || unended {
        return Err(NotEditable::Unwritable);
    }
    let mut result = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().chain(after.chars().next()).peekable();
    for index in 0..text.chars().count() {
        let c = chars.next().expect("the loop is as long as the text");
        let next = chars.peek().copied();
        match c {
            _ if joined && index == 0 => result.push_str(&format!("&#{};", u32::from(c))),
            '&' if next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#') => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '"' if place == Place::DoubleQuoted => result.push_str("&quot;"),
            '\'' if place == Place::SingleQuoted => result.push_str("&#39;"),
            '\u{a0}' => result.push_str("&nbsp;"),
            '\r' => result.push_str("&#13;"),
            _ => result.push(c),
        }
    }
    Ok(result)
}

/// Whether a blank of the result would not show, because it stands beside another one or at the end of a line.
fn spoils_blanks(text: &str, before: &str, after: &str) -> bool {
    // A line break at the edge of a message is no part of it.
    let (starts, ends) = (before.is_empty(), after.is_empty());
    if text.is_empty() && ((starts && after.starts_with('\n')) || (ends && before.ends_with('\n'))) {
        return true;
    }
    let mut previous = before.chars().next_back().unwrap_or('\n');
    for c in text.chars().chain([after.chars().next().unwrap_or('\n')]) {
        if matches!(c, '\t' | '\u{c}') || (c == ' ' && matches!(previous, ' ' | '\n')) || (c == '\n' && previous == ' ')
        {
            return true;
        }
        previous = c;
    }
    false
}

/// Whether the result would need quotes.
fn spoils_unquoted(text: &str, before: &str, after: &str) -> bool {
    let special = |c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | '=' | '<' | '>' | '`');
    let parts = [before, text, after];
    parts.iter().all(|part| part.is_empty()) || parts.iter().any(|part| part.contains(special))
}

/// Whether `next` behind `before` could become a part of a tag or of a reference that `before` looks like the start of.
fn joins(before: &str, next: char) -> bool {
    let name = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    if name.ends_with("</") {
        return true;
    }
    if before.ends_with('<') {
        return next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    }
    let reference = name.strip_suffix('#').unwrap_or(name).ends_with('&');
    reference && (next.is_ascii_alphanumeric() || matches!(next, '#' | ';'))
}
