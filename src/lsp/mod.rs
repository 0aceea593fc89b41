//! Layer 5: the language server. Owns what of the protocol is offered and how a session goes. Must not know how findings
//! are made.
//!
//! ```text
//! stdin ─ transport ─ server ──(tasks)──▶ main_loop ──(frames)──▶ outbox ─ stdout
//!                                         State: session, documents, projects
//! ```
//!
//! Three threads: one reads and hands over, one owns all state and does one task after the other, one writes. None waits
//! for the client.
//!
//! # How a handler works
//!
//! - A feature is a file in `handlers/` with a function `fn hover(state: &mut State, params: HoverParams) ->
//!   jsonrpc::Result<Option<Hover>>`. In `server`, the trait's method is `self.ask(move |state| hover(state, params)).await`.
//! - `state.update(uri)` brings the findings of an open document up to its text; it is `false` where there is no such
//!   document (`main_loop::unknown_document` is the error) or its lexicon is still being loaded.
//! - `state.documents.get(uri)` is the document: its text, its version, its `rules` (project with lexicon and policy, severity,
//!   encoding). `document.text.spot(from_proto::at(position), encoding)` tells line and byte of a position.
//! - `document.messages(lines, rules, Fixing::Make, &mut |message| …)` gives each message that touches these lines, as
//!   `documents::Message`: the `segment`, what is `found` in it with fixes, `message.offset(at)` from a position into its
//!   source, `message.range(…)` of an edit of `segment.source_edits(…)` back to the protocol.
//! - To the client: `state.request(method, &params, |state, answer| …)` (`workspace/applyEdit` …; never waited for),
//!   `state.show`, `state.log`, `state.progress(token, &value)`, `state.scan(…)` for all files of the workspace.
//! - What the client can do is in `state.session.abilities`; what the server offers is declared in `capabilities`.

mod capabilities;
mod documents;
#[cfg(test)]
mod documents_tests;
mod encoding;
mod findings;
mod from_proto;
mod handlers;
mod judge;
mod main_loop;
mod outbox;
mod projects;
mod server;
mod session;
mod text;
mod to_proto;
mod transport;
mod turns;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub use encoding::Encoding;
use main_loop::Actor;
use outbox::Outbox;
pub use server::Ended;
use server::Front;

use crate::workspace::Parent;

/// How long the last messages may take to be written.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often is looked whether the client's process is still there.
const PARENT_INTERVAL: Duration = Duration::from_millis(500);

/// How much is read at once, in bytes.
const READ_SIZE: usize = 256 << 10;

/// How much a pipe shall hold, in bytes: the findings of a long document go through in one piece.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 1 << 20;

/// Serves one client over standard input and output.
///
/// # Errors
/// Where the system gives no thread.
pub fn serve_stdio() -> io::Result<Ended> {
    let (input, output) = standard_files()?;
    serve(Box::new(BufReader::with_capacity(READ_SIZE, input)), Box::new(output))
}

/// Standard input and output as they are: the standard library's would hold lines back and lock.
#[cfg(unix)]
fn standard_files() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;
    let (input, output) = (io::stdin().as_fd().try_clone_to_owned()?, io::stdout().as_fd().try_clone_to_owned()?);
    #[cfg(target_os = "linux")]
    for pipe in [&input, &output] {
        // Where it is no pipe, or the system wants it small, it stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_SIZE);
    }
    Ok((input.into(), output.into()))
}

/// As above.
#[cfg(windows)]
fn standard_files() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    Ok((io::stdin().as_handle().try_clone_to_owned()?.into(), io::stdout().as_handle().try_clone_to_owned()?.into()))
}

/// Listens at `address`, which must be on this machine, says where by `listening`, and serves the first client.
///
/// # Errors
/// Where that is not possible.
pub fn serve_tcp(address: SocketAddr, listening: &mut dyn FnMut(SocketAddr) -> io::Result<()>) -> io::Result<Ended> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "not a loopback address"));
    }
    let listener = TcpListener::bind(address)?;
    listening(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let output = stream.try_clone()?;
    serve(Box::new(BufReader::with_capacity(READ_SIZE, stream)), Box::new(output))
}

/// Serves one client. Ends when it says so, when the input ends, or when its process does.
///
/// # Errors
/// Where the system gives no thread.
pub fn serve(mut input: Box<dyn BufRead + Send>, output: Box<dyn Write + Send>) -> io::Result<Ended> {
    let (ended, end) = mpsc::channel();
    let by_output = ended.clone();
    let outbox = Outbox::start(output, move || {
        // Whoever listens may have ended before.
        let _ = by_output.send(Ended::Abruptly);
    })?;
    let actor = Actor::start(outbox.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let handle = runtime.handle().clone();
    let (parent, parents) = mpsc::channel();
    let front = Front::new(actor, outbox.clone(), parent, handle);
    let by_input = ended.clone();
    thread::Builder::new().name("wanyan-reader".to_owned()).stack_size(16 << 20).spawn(move || {
        // Whoever listens is there until this arrives.
        let _ = by_input.send(front.serve(&mut *input));
    })?;
    thread::Builder::new().name("wanyan-parent".to_owned()).spawn(move || {
        if let Ok(id) = parents.recv() {
            let parent = Parent::new(id);
            while parent.is_alive() {
                thread::sleep(PARENT_INTERVAL);
            }
            let _ = ended.send(Ended::Abruptly);
        }
    })?;
    thread::Builder::new().name("wanyan-answers".to_owned()).spawn(move || {
        runtime.block_on(std::future::pending::<()>());
    })?;
    let ended = end.recv().unwrap_or(Ended::Abruptly);
    outbox.close(FAREWELL);
    Ok(ended)
}
