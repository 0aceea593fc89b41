//! What goes to the client. Owns the one writer: whole messages are queued and a thread of their own writes them, so that
//! a client that does not read holds nobody up. Must not know what the messages mean.
//!
//! Diagnostics of a document wait in a slot of their own: newer ones take the place of those that were not written yet.
//! Everything else keeps its order. Where a client has not read [`BACKLOG`] bytes, answers shrink to an error and notices
//! are dropped, so that memory is bounded by what the client asks for.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tower_lsp::jsonrpc::Id;

/// How many bytes may wait for a client before answers are refused.
const BACKLOG: usize = 64 << 20;

/// How many messages may wait before nothing more is taken.
const MOST_WAITING: usize = 1 << 20;

/// The largest buffer that is kept, in bytes.
const LARGEST_SPARE: usize = 4 << 20;

/// Room in front of a body for its header.
const HEADROOM: usize = 48;

/// A message in the making: its body is written into it, the header comes last.
pub struct Frame(Vec<u8>);

impl Frame {
    fn over(mut buffer: Vec<u8>) -> Frame {
        buffer.clear();
        buffer.resize(HEADROOM, b' ');
        Frame(buffer)
    }

    /// Where the body is written, at its end.
    pub fn body(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// Puts the header in front of the body; where the message begins.
    fn sealed(mut self) -> (Vec<u8>, usize) {
        let header = format!("Content-Length: {}\r\n\r\n", self.0.len() - HEADROOM);
        let start = HEADROOM - header.len(); // a header is never as long: the length has at most 20 digits of 48 - 20
        self.0[start..HEADROOM].copy_from_slice(header.as_bytes());
        (self.0, start)
    }
}

enum Item {
    Message {
        bytes: Vec<u8>,
        start: usize,
    },
    /// The diagnostics that wait in the slot of that document.
    Diagnostics(Arc<str>),
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    slots: HashMap<Arc<str>, (Vec<u8>, usize)>,
    bytes: usize,
    /// A buffer that was written and can be used again.
    spare: Option<Vec<u8>>,
    /// Nothing more is taken; what waits is still written.
    closed: bool,
    /// The writer has nothing left to do, or cannot write any more.
    idle: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
    emptied: Condvar,
}

/// A handle to the writer.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Shared>);

impl Outbox {
    /// Starts the thread that writes to `output`. It ends when the outbox is closed or the client is gone, which is told
    /// by `gone`.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(output: Box<dyn Write + Send>, gone: impl FnOnce() + Send + 'static) -> io::Result<Outbox> {
        let outbox = Outbox::default();
        let own = outbox.clone();
        std::thread::Builder::new().name("wanyan-writer".to_owned()).spawn(move || {
            if own.write_all(output).is_err() {
                gone();
            }
        })?;
        Ok(outbox)
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing that holds the lock leaves the queue half changed.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty message.
    #[must_use]
    pub fn frame(&self) -> Frame {
        Frame::over(self.queue().spare.take().unwrap_or_default())
    }

    /// Queues the diagnostics of a document, in the place of older ones.
    pub fn publish(&self, uri: &Arc<str>, frame: Frame) {
        let sealed = frame.sealed();
        let mut queue = self.queue();
        if queue.closed {
            return;
        }
        queue.bytes += sealed.0.len();
        match queue.slots.insert(Arc::clone(uri), sealed) {
            Some((old, _)) => queue.bytes -= old.len(),
            None => queue.items.push_back(Item::Diagnostics(Arc::clone(uri))),
        }
        drop(queue);
        self.0.filled.notify_one();
    }

    /// Queues a message that may not be lost unless the client has stopped reading for good.
    pub fn send(&self, frame: Frame) {
        let (bytes, start) = frame.sealed();
        let mut queue = self.queue();
        if queue.closed || queue.items.len() >= MOST_WAITING {
            return;
        }
        queue.bytes += bytes.len();
        queue.items.push_back(Item::Message { bytes, start });
        drop(queue);
        self.0.filled.notify_one();
    }

    /// Whether so much waits that nothing large shall be added.
    fn is_clogged(&self) -> bool {
        self.queue().bytes > BACKLOG
    }

    /// Queues the answer to the request `id`.
    pub fn answer<T: Serialize>(&self, id: &Id, result: Result<T, &tower_lsp::jsonrpc::Error>) {
        #[derive(Serialize)]
        struct Answer<'a, T> {
            jsonrpc: &'static str,
            id: &'a Id,
            #[serde(skip_serializing_if = "Option::is_none")]
            result: Option<T>,
            #[serde(skip_serializing_if = "Option::is_none")]
            error: Option<&'a tower_lsp::jsonrpc::Error>,
        }
        let (result, error) = match result {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        self.write(&Answer { jsonrpc: "2.0", id, result, error }, Some(id));
    }

    /// Queues a ready message; `asked` is the request that it answers.
    pub fn answer_with(&self, asked: &Id, frame: Frame) {
        if frame.0.len() > 4096 && self.is_clogged() {
            self.refuse(asked);
        } else {
            self.send(frame);
        }
    }

    /// Queues a notification. It is dropped where the client does not read.
    pub fn notify<T: Serialize>(&self, method: &str, params: &T) {
        #[derive(Serialize)]
        struct Notification<'a, T> {
            jsonrpc: &'static str,
            method: &'a str,
            params: &'a T,
        }
        if !self.is_clogged() {
            self.write(&Notification { jsonrpc: "2.0", method, params }, None);
        }
    }

    /// Queues a request to the client.
    pub fn request<T: Serialize>(&self, id: &str, method: &str, params: &T) {
        #[derive(Serialize)]
        struct Request<'a, T> {
            jsonrpc: &'static str,
            id: &'a str,
            method: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            params: Option<&'a T>,
        }
        // () stands for a request without parameters.
        let params = (size_of::<T>() > 0).then_some(params);
        self.write(&Request { jsonrpc: "2.0", id, method, params }, None);
    }

    fn write<T: Serialize>(&self, message: &T, asked: Option<&Id>) {
        let mut frame = self.frame();
        // What is written here are types of the protocol, whose keys are strings.
        if serde_json::to_writer(frame.body(), message).is_err() {
            return;
        }
        match asked {
            Some(id) => self.answer_with(id, frame),
            None => self.send(frame),
        }
    }

    fn refuse(&self, id: &Id) {
        let mut frame = self.frame();
        let id = serde_json::to_string(id).unwrap_or_else(|_| "null".to_owned());
        let refusal = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32803,"message":"客户端很久没有读取回复，请稍后再试"}}}}"#
        );
        frame.body().extend_from_slice(refusal.as_bytes());
        self.send(frame);
    }

    /// Takes nothing more, and waits until what was queued is written, or for `limit`.
    pub fn close(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let mut queue = self.queue();
        queue.closed = true;
        self.0.filled.notify_one();
        while !queue.idle {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            queue = self.0.emptied.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn write_all(&self, mut output: Box<dyn Write + Send>) -> io::Result<()> {
        let mut result = Ok(());
        while let Some((bytes, start)) = self.next() {
            let written = output.write_all(&bytes[start..]).and_then(|()| output.flush());
            if written.is_err() {
                let mut queue = self.queue();
                queue.closed = true;
                queue.items.clear();
                queue.slots.clear();
                result = written;
                break;
            }
            if bytes.capacity() <= LARGEST_SPARE {
                self.queue().spare = Some(bytes);
            }
        }
        self.queue().idle = true;
        self.0.emptied.notify_all();
        result
    }

    /// The next message to write; nothing when the outbox is closed and empty.
    fn next(&self) -> Option<(Vec<u8>, usize)> {
        let mut queue = self.queue();
        loop {
            let message = match queue.items.pop_front() {
                Some(Item::Message { bytes, start }) => Some((bytes, start)),
                Some(Item::Diagnostics(uri)) => queue.slots.remove(&uri),
                None if queue.closed => return None,
                None => {
                    queue = self.0.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            if let Some(message) = message {
                queue.bytes -= message.0.len();
                return Some(message);
            }
        }
    }
}
