//! From findings to what the protocol shows. Must not know documents: places come in as lines and units.

use serde::Serialize;
use tower_lsp::ls_types::{DiagnosticSeverity, Position, Range};

use super::text::At;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lexicon::schema::Structure;

/// What the client shows of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiagnosticSupport {
    /// Links behind codes.
    pub code_description: bool,
    /// `data` comes back with code actions.
    pub data: bool,
    /// What is superfluous is shown faintly.
    pub unnecessary: bool,
}

/// A position as the protocol writes it.
#[must_use]
pub fn position(at: At) -> Position {
    Position { line: at.line, character: at.character }
}

/// A range as the protocol writes it.
#[must_use]
pub fn range(start: At, end: At) -> Range {
    Range { start: position(start), end: position(end) }
}

/// How grave a finding is, as the protocol counts it.
#[must_use]
pub fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// What a finding says: what it is and why, then what lowered or raised it.
#[must_use]
pub fn message(diagnostic: &Diagnostic<'_>) -> String {
    let mut message = format!("{}：{}", diagnostic.rule.title, diagnostic.rule.why);
    if let Some((first, others)) = diagnostic.mitigated_by.split_first() {
        let contexts = others.iter().fold((*first).to_owned(), |all, other| all + "、" + other);
        message += &format!("（这条消息里有{contexts}");
        if diagnostic.raised_by == 0 {
            message += &format!("，所以只作{}", diagnostic.severity.title());
        }
        message.push('）');
    }
    if diagnostic.raised_by > 0 {
        message += &format!(
            "（单看一处不重，但这条消息里有 {} 处，所以作{}）",
            diagnostic.raised_by,
            diagnostic.severity.title()
        );
    }
    message
}

/// The longest words that are sent along with a finding, in bytes: a whole file without line ends is no phrase.
const LONGEST_DATA: usize = 1024;

/// What comes back with a code action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Data {
    /// The words that were found: whoever finds others there has an older version.
    pub text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    severity: DiagnosticSeverity,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_description: Option<CodeDescription>,
    source: &'static str,
    message: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'static [u8],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
}

/// The protocol's tag of what can go.
const UNNECESSARY: &[u8] = &[1];

#[derive(Serialize)]
struct CodeDescription {
    href: String,
}

/// The finding as the protocol writes it, without its range and the opening brace: `"severity":2,…}`. `text` is the words
/// that were found, `link` the address of its rule's documentation.
#[must_use]
pub fn rest(diagnostic: &Diagnostic<'_>, text: &str, link: Option<String>, support: DiagnosticSupport) -> String {
    behind_brace(&Written {
        severity: severity(diagnostic.severity),
        code: &diagnostic.rule.id,
        code_description: link.map(|href| CodeDescription { href }),
        source: "wanyan",
        message: message(diagnostic),
        // Marks that pile up are the one thing that is too much by itself.
        tags: if support.unnecessary && diagnostic.rule.id == Structure::Punctuation.rule() {
            UNNECESSARY
        } else {
            &[]
        },
        data: (support.data && text.len() <= LONGEST_DATA).then(|| Data { text: text.to_owned() }),
    })
}

/// A problem that keeps something from being judged, in the same form.
#[must_use]
pub fn problem(message: &str, severity: DiagnosticSeverity) -> String {
    let message = message.to_owned();
    behind_brace(&Written {
        severity,
        code: "unreadable",
        code_description: None,
        source: "wanyan",
        message,
        tags: &[],
        data: None,
    })
}

fn behind_brace(written: &Written<'_>) -> String {
    // Strings and numbers can always be written.
    let json = serde_json::to_string(written).unwrap_or_default();
    json.get(1..).unwrap_or_default().to_owned()
}
