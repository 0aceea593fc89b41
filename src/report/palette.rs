//! The styles of everything that is printed for people.

use anstyle::{AnsiColor, Style};

use crate::diagnostic::Severity;

/// The styles. Each is written as `{style}text{style:#}`; those of the plain palette write nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Paths, headings.
    pub bold: Style,
    /// Gutters, rule ids and other things of less weight.
    pub dim: Style,
    /// Errors, and what is taken out.
    pub error: Style,
    /// Warnings.
    pub warning: Style,
    /// Advice.
    pub info: Style,
    /// What is put in.
    pub added: Style,
}

impl Palette {
    /// No colour at all.
    #[must_use]
    pub const fn plain() -> Self {
        let none = Style::new();
        Palette { bold: none, dim: none, error: none, warning: none, info: none, added: none }
    }

    /// The sixteen colours that every terminal has.
    #[must_use]
    pub const fn coloured() -> Self {
        Palette {
            bold: Style::new().bold(),
            dim: Style::new().dimmed(),
            error: AnsiColor::Red.on_default().bold(),
            warning: AnsiColor::Yellow.on_default().bold(),
            info: AnsiColor::Cyan.on_default().bold(),
            added: AnsiColor::Green.on_default(),
        }
    }

    /// The style of a severity.
    #[must_use]
    pub const fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
            Severity::Hint => self.dim,
        }
    }
}
