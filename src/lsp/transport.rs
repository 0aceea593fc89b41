//! Messages of the protocol as they come in: a header that tells the length, and a body. Must not know what is in a body.
//!
//! The framework's own transport ends at the first message that it cannot read, and its answers wait for each other and
//! for the client to read; so only its service is used (see [`super::server`]).

use std::io::{self, BufRead, Read};

/// The longest body that is read, in bytes. Longer ones are skipped.
const LONGEST: usize = 1 << 30;

/// The longest line of a header, in bytes.
const LONGEST_LINE: u64 = 4096;

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// The body of a message.
    Body(Vec<u8>),
    /// Something that is no message; what is wrong with it.
    Malformed(String),
}

/// Reads the next message; nothing at the end of the input.
///
/// # Errors
/// Those of the reader.
pub fn read(input: &mut dyn BufRead) -> io::Result<Option<Incoming>> {
    let mut length = None;
    let mut wrong = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            match (length, wrong) {
                // Blank lines between messages are passed over.
                (None, None) => {
                    wrong = None;
                    continue;
                }
                (None, Some(wrong)) => return Ok(Some(Incoming::Malformed(wrong))),
                (Some(length), _) => return read_body(input, length),
            }
        }
        match text.split_once(':') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("content-length") => {
                match value.trim().parse::<usize>() {
                    Ok(parsed) => length = Some(parsed),
                    Err(_) => wrong = Some(format!("Content-Length is no number: {}", value.trim())),
                }
            }
            // Content-Type, and what later versions may add.
            Some((name, _)) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) => {}
            // Something else, such as the rest of a body that was longer than its header said: the next header may begin
            // behind it on the same line.
            _ => {
                wrong = Some("a header was expected".to_owned());
                length = None;
            }
        }
        if length.is_none()
            && let Some(at) = text.find("Content-Length:").filter(|at| *at > 0)
            && let Ok(parsed) = text[at + "Content-Length:".len()..].trim().parse::<usize>()
        {
            length = Some(parsed);
        }
    }
}

fn read_body(input: &mut dyn BufRead, length: usize) -> io::Result<Option<Incoming>> {
    if length > LONGEST {
        let skipped = io::copy(&mut input.take(length as u64), &mut io::sink())?;
        let message = format!("a message of {length} bytes is too long");
        return Ok((skipped == length as u64).then_some(Incoming::Malformed(message)));
    }
    // Room that is never written to costs nothing; but a header may say anything.
    let mut body = Vec::with_capacity(length.min(64 << 20));
    let read = input.take(length as u64).read_to_end(&mut body)?;
    Ok((read == length).then_some(Incoming::Body(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &str) -> Vec<Incoming> {
        let mut input = input.as_bytes();
        std::iter::from_fn(|| read(&mut input).unwrap()).collect()
    }

    #[test]
    fn reads_messages_and_goes_on_behind_what_is_none() {
        let body = |text: &str| Incoming::Body(text.as_bytes().to_vec());
        let is_malformed = |incoming: &Incoming| matches!(incoming, Incoming::Malformed(_));
        assert_eq!(all("Content-Length: 2\r\n\r\n{}Content-Length: 0\r\n\r\n"), [body("{}"), body("")]);
        assert_eq!(all("content-length:2\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n{}"), [body("{}")]);
        assert_eq!(all("\r\n\nContent-Length: 2\n\n{}"), [body("{}")]);
        assert_eq!(all("Content-Length: 5\r\n\r\n{}"), []);
        let found = all("Content-Length: x\r\n\r\nContent-Length: 2\r\n\r\n{}");
        assert!(is_malformed(&found[0]) && found[1] == body("{}"), "{found:?}");
        let found = all("Content-Length: 2\r\n\r\n{} }Content-Length: 2\r\n\r\n[]");
        assert_eq!(found.last(), Some(&body("[]")), "{found:?}");
        let found = all("nonsense\r\n\r\nContent-Length: 2\r\n\r\n[]");
        assert!(is_malformed(&found[0]) && found[1] == body("[]"), "{found:?}");
    }
}
