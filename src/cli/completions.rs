//! `wanyan completions SHELL`.

use std::io::Write;

use clap::CommandFactory;

use super::args::{Arguments, CompletionsArgs};
use super::engine::RunError;
use super::exit::Exit;
use super::output::Output;

pub fn run(args: &CompletionsArgs, output: &mut Output) -> Result<Exit, RunError> {
    // The generator stops the program where its writer fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "wanyan", &mut script);
    output.out.write_all(&script)?;
    Ok(Exit::Clean)
}
