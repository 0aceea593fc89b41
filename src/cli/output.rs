//! Where output goes, and whether it is coloured.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::args::ColorWhen;
use crate::report::Palette;
use crate::report::screen::Inline;

/// Standard output and standard error.
pub struct Output {
    /// Standard output, buffered.
    pub out: Box<dyn Write>,
    /// Its colours.
    pub palette: Palette,
    /// Whether a person watches it.
    pub watcher: Watcher,
    /// Standard error.
    pub errors: Box<dyn Write>,
    /// Its colours.
    pub error_palette: Palette,
}

/// Who reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watcher {
    /// A terminal.
    Terminal,
    /// A file or a program.
    Program,
}

impl Output {
    /// The streams of the process. `auto` asks the terminal and NO_COLOR, CLICOLOR and CLICOLOR_FORCE.
    pub fn standard(color: ColorWhen) -> Self {
        let chosen = match color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        let on_stdout = resolve(chosen, AutoStream::choice(&io::stdout()));
        let on_stderr = resolve(chosen, AutoStream::choice(&io::stderr()));
        // Where there is no colour nothing has to be filtered, and the text goes straight through.
        let out: Box<dyn Write> = if on_stdout == ColorChoice::Never {
            Box::new(BufWriter::with_capacity(64 * 1024, io::stdout()))
        } else {
            Box::new(BufWriter::with_capacity(64 * 1024, AutoStream::new(io::stdout(), on_stdout)))
        };
        Output {
            out,
            palette: palette(on_stdout),
            watcher: if io::stdout().is_terminal() { Watcher::Terminal } else { Watcher::Program },
            errors: Box::new(AutoStream::new(io::stderr(), on_stderr)),
            error_palette: palette(on_stderr),
        }
    }

    /// Says on standard error why the program could not run. Where even that fails nothing is left to try.
    pub fn complain(&mut self, message: &str) {
        let style = self.error_palette.error;
        let mut lines = message.lines();
        let _ = writeln!(self.errors, "{style}错误{style:#}：{}", Inline(lines.next().unwrap_or_default()));
        for line in lines {
            let _ = writeln!(self.errors, "{}", Inline(line));
        }
    }
}

fn resolve(chosen: ColorChoice, found: ColorChoice) -> ColorChoice {
    if chosen == ColorChoice::Auto { found } else { chosen }
}

fn palette(choice: ColorChoice) -> Palette {
    if choice == ColorChoice::Never { Palette::plain() } else { Palette::coloured() }
}
