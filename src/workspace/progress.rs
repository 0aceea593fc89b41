//! A progress bar on standard error: only on a terminal, and only for runs that take long enough to wonder.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far a run is. Costs next to nothing until it shows.
#[derive(Debug)]
pub struct Progress {
    total: u64,
    done: u64,
    start: Instant,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nobody would see it.
    Never,
    /// The run is young.
    Waiting,
    /// It is on the screen.
    Shown(ProgressBar),
}

impl Progress {
    /// Of a run over `total` files that starts now, for whoever sits at standard error.
    #[must_use]
    pub fn on_stderr(total: usize) -> Self {
        let state = if io::stderr().is_terminal() { State::Waiting } else { State::Never };
        Progress { total: total as u64, done: 0, start: Instant::now(), state }
    }

    /// No progress is shown.
    #[must_use]
    pub fn hidden() -> Self {
        Progress { total: 0, done: 0, start: Instant::now(), state: State::Never }
    }

    /// One more file is done.
    pub fn advance(&mut self) {
        self.done += 1;
        match &self.state {
            State::Never => {}
            State::Shown(bar) => bar.set_position(self.done),
            State::Waiting if self.start.elapsed() >= PATIENCE => {
                let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
                // The template is a constant without mistakes; if it had one, the default would do.
                if let Ok(style) = ProgressStyle::with_template("已检查 {pos}/{len} 个文件 {wide_bar} 剩余 {eta}")
                {
                    bar.set_style(style);
                }
                bar.set_position(self.done);
                self.state = State::Shown(bar);
            }
            State::Waiting => {}
        }
    }

    /// Writes something to the terminal with the bar out of the way; what is written should be flushed and end its line.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.state {
            State::Shown(bar) => bar.suspend(write),
            State::Never | State::Waiting => write(),
        }
    }

    /// Whether the bar is on the screen, so that output to a terminal must be flushed while it is suspended.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        matches!(self.state, State::Shown(_))
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let State::Shown(bar) = &self.state {
            bar.finish_and_clear();
        }
        self.state = State::Never;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_bar_never_shows() {
        let mut progress = Progress::hidden();
        progress.advance();
        assert!(!progress.is_shown());
        assert_eq!(progress.suspend(|| 7), 7);
        progress.finish();
    }
}
