//! Sentences that a customer in a hurry does not read to the end (S0.1).

use super::Shape;
use crate::text::{TextRange, is_han};

/// Sentences of more than `most` Han characters. A blank between Han characters pauses too, as chat writers use it.
pub(super) fn find(message: &str, most: u32) -> Vec<Shape> {
    let mut found = Vec::new();
    let (mut start, mut count) = (0, 0);
    for (at, c) in message.char_indices().chain([(message.len(), '\n')]) {
        if is_han(c) {
            count += 1;
        } else if pauses(c) {
            if count > most {
                let sentence = &message[start..at];
                let head = at - sentence.trim_start().len();
                found.push(Shape { range: TextRange::new(head, at), mending: None });
            }
            (start, count) = (at + c.len_utf8(), 0);
        }
    }
    found
}

/// Whether a message of that many bytes is too short to hold such a sentence.
pub(super) fn too_short(bytes: usize, most: u32) -> bool {
    bytes <= 3 * most as usize // each Han character has three bytes at least
}

fn pauses(c: char) -> bool {
    c.is_whitespace() || matches!(c, '。' | '！' | '!' | '？' | '?' | '；' | ';' | '…' | '~' | '～')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_sentences() {
        let long = "您先打开手机上的应用，再点右下角的我的".repeat(3);
        let message = format!("您好。{long}。谢谢！");
        let found = find(&message, 50);
        assert_eq!(found.len(), 1);
        assert_eq!(&message[found[0].range.as_range()], long);
        assert!(find(&message, 60).is_empty());
        assert!(find(&message.replace('，', " "), 50).is_empty());
        assert!(find("", 1).is_empty());
    }
}
