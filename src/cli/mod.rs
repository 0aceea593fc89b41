//! Layer 5: the command line. Owns the arguments, the help, the exit codes and where output goes.
//! Must not know how findings are made: that is behind [`Engine`], which the commands are given.

mod apply;
mod args;
mod check;
mod columns;
mod completions;
mod engine;
mod exit;
mod explain;
mod fix;
mod inputs;
mod lexicon;
#[cfg(feature = "lsp")]
mod lsp;
mod output;
mod program;
mod review;
mod rules;
#[cfg(test)]
mod tests;
mod usage_error;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use output::Output;

pub use engine::{
    AppliedFile, ApplySink, CheckSink, ConfigChoice, Engine, ExampleOutcome, FixSink, FixedInput, Input, ReviewSink,
    RunError, Selection, ShowReading,
};
pub use exit::Exit;
pub use program::Program;

/// Runs the program with these arguments (the program's name first) and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>, engine: &dyn Engine) -> ExitCode {
    let parsed = Arguments::command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches))
        .map_err(|error| usage_error::show(&error));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(exit) => return exit.into(),
    };
    let mut output = Output::standard(arguments.color);
    let result = dispatch(&arguments, engine, &mut output);
    // What is still buffered may meet the broken pipe only now.
    let flushed = output.out.flush();
    match result.and_then(|exit| flushed.map(|()| exit).map_err(RunError::from)) {
        Ok(exit) => exit.into(),
        Err(error) => report_failure(error, &mut output).into(),
    }
}

fn dispatch(arguments: &Arguments, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    match &arguments.command {
        Command::Check(check) => check::run(check, engine, output),
        Command::Fix(fix) => fix::run(fix, engine, output),
        Command::Apply(apply) => apply::run(apply, engine, output),
        Command::Columns(columns) => columns::run(columns, engine, output),
        Command::Explain(explain) => explain::run(explain, engine, output),
        Command::Rules(rules) => rules::run(rules, engine, output),
        Command::Lexicon(lexicon) => lexicon::run(lexicon, engine, output),
        #[cfg(feature = "lsp")]
        Command::Lsp(lsp) => lsp::run(lsp, output),
        Command::Completions(completions) => completions::run(completions, output),
    }
}

/// Says what went wrong. A reader who has seen enough and closed the pipe is no failure.
fn report_failure(error: RunError, output: &mut Output) -> Exit {
    let message = match error {
        RunError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => return Exit::Clean,
        RunError::Io(error) => format!("没能写出结果：{}", crate::workspace::explain_io(&error)),
        RunError::Refused(message) => message,
    };
    output.complain(&message);
    Exit::CouldNotRun
}
