//! `wanyan lsp`: starts the language server.

use std::io::Write;

use super::args::LspArgs;
use super::engine::RunError;
use super::exit::Exit;
use super::output::Output;
use crate::lsp::{Ended, serve_stdio, serve_tcp};

/// Serves one editor until it leaves.
///
/// # Errors
/// Where the address cannot be listened at, or the system gives no thread.
pub(super) fn run(arguments: &LspArgs, output: &mut Output) -> Result<Exit, RunError> {
    let ended = match arguments.tcp {
        None => serve_stdio(),
        Some(address) => serve_tcp(address, &mut |address| {
            writeln!(output.errors, "在 {address} 等编辑器连上来")?;
            output.errors.flush()
        }),
    };
    let ended = ended
        .map_err(|error| RunError::Refused(format!("语言服务器没能启动：{}", crate::workspace::explain_io(&error))))?;
    // The protocol knows these two codes.
    Ok(match ended {
        Ended::Orderly => Exit::Clean,
        Ended::Abruptly => Exit::Found,
    })
}
