//! The program `wanyan`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    wanyan::cli::run(std::env::args_os(), &wanyan::cli::Program)
}
