//! After any edits, text and findings are those of a fresh open.

use std::sync::Arc;

use proptest::prelude::*;

use super::Encoding;
use super::documents::{Document, Rules};
use super::text::At;
use super::to_proto::DiagnosticSupport;
use crate::config::Policy;
use crate::diagnostic::Severity;
use crate::document::{ExtractOptions, MessageUnit};
use crate::lint::{Fixing, Scratch};
use crate::workspace::Project;

fn rules(encoding: Encoding, message: MessageUnit) -> Rules {
    let arguments = ExtractOptions { message, ..ExtractOptions::default() };
    Rules {
        project: Arc::new(Project::load(None, &[], &arguments, &Policy::USUAL).unwrap()),
        is_on: true,
        least: Severity::Hint,
        encoding,
        support: DiagnosticSupport { code_description: false, data: true, unnecessary: true },
        rule_url: None,
    }
}

fn written(document: &Document) -> String {
    let mut out = Vec::new();
    document.write(&mut out);
    String::from_utf8(out).unwrap()
}

/// What a document of that name and text comes to when it is opened.
fn fresh((name, language): (&str, &str), text: &str, rules: &Rules) -> String {
    let mut document = Document::open(name, language, Some(1), text.to_owned());
    document.update(rules, &mut Scratch::default());
    let items = written(&document);
    assert!(serde_json::from_str::<serde_json::Value>(&items).is_ok(), "{items}");
    items
}

/// The byte of a position by the letter of the protocol: lines end at `\n`, `\r\n` and `\r`.
fn byte_of(text: &str, at: At, encoding: Encoding) -> usize {
    let mut line = 0;
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut index = 0;
    while line < at.line {
        match bytes.get(index) {
            None => return text.len(),
            Some(b'\r') if bytes.get(index + 1) == Some(&b'\n') => index += 2,
            Some(b'\r' | b'\n') => index += 1,
            Some(_) => {
                index += 1;
                continue;
            }
        }
        line += 1;
        start = index;
    }
    let row = text[start..].split(['\r', '\n']).next().unwrap_or_default();
    let mut units = 0;
    for (offset, c) in row.char_indices() {
        units += match encoding {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > at.character as usize {
            return start + offset;
        }
    }
    start + row.len()
}

/// Pieces of texts in which much happens.
const PIECES: [&str; 36] = [
    "不行",
    "没办法",
    "你自己看",
    "客服：",
    "顾客：",
    "张三：",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "😊",
    "e\u{301}",
    "👩‍👩‍👧",
    "您好，",
    "亲，",
    "这个我们处理不了",
    "不归我管。",
    "此致\n敬礼\n",
    "尊敬的客户：\n",
    "> ",
    "\0",
    "\u{feff}",
    "**",
    "- ",
    "{\"text\": \"不行\"}\n",
    "{\"role\":\"客服\",\"text\":\"你怎么不早说\"}",
    "\"",
    "\\u4e0d",
    "{",
    "订单号是多少？",
    "2024-06-18 10:21:33 ",
    "客服 10:20 ",
    "𠮷",
    "\u{200b}",
    "，",
    "随便你！",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(PIECES.as_slice()).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..most).prop_map(|pieces| pieces.concat())
}

fn position() -> impl Strategy<Value = At> {
    let line = prop_oneof![8 => 0..12u32, 1 => Just(u32::MAX)];
    let character = prop_oneof![8 => 0..20u32, 1 => Just(u32::MAX)];
    (line, character).prop_map(|(line, character)| At { line, character })
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop::sample::select([Encoding::Utf8, Encoding::Utf16, Encoding::Utf32].as_slice())
}

fn units() -> impl Strategy<Value = MessageUnit> {
    prop_oneof![6 => Just(MessageUnit::Auto), 1 => Just(MessageUnit::Line), 1 => Just(MessageUnit::Paragraph)]
}

const KINDS: [(&str, &str); 6] = [
    ("file:///a.txt", "plaintext"),
    ("untitled:Untitled-1", "plaintext"),
    ("file:///a.md", "markdown"),
    ("file:///a.jsonl", "json"),
    ("file:///%E8%AF%9D%E6%9C%AF", "plaintext"),
    ("untitled:Untitled-2", "transcript"),
];

/// A conversation, in lines.
fn talk() -> impl Strategy<Value = String> {
    let speakers =
        ["客服：", "顾客：", "张三：", "快乐小猪：", "客服 10:21:33 ", "tb12345678 2024-06-18 10:22:33\n", ""];
    let words = prop::collection::vec(piece(), 0..4).prop_map(|pieces| pieces.concat());
    let line =
        (prop::sample::select(speakers.to_vec()), words).prop_map(|(speaker, words)| format!("{speaker}{words}\n"));
    prop::collection::vec(line, 0..14).prop_map(|lines| lines.concat())
}

/// The turn before a new head ends earlier than it did.
#[test]
fn a_new_head_cuts_the_turn_before_it() {
    let rules = rules(Encoding::Utf8, MessageUnit::Auto);
    let mut scratch = Scratch::default();
    let (kind, text) = (("untitled:a", "transcript"), "客服：随便你！\n敬礼，请稍等\n顾客：好\n");
    let mut document = Document::open(kind.0, kind.1, Some(1), text.to_owned());
    document.update(&rules, &mut scratch);
    let at = At { line: 1, character: 0 };
    for head in ["客服：", "\n", "顾客：", "\n\n"] {
        document.replace(at, at, head, Encoding::Utf8);
        document.update(&rules, &mut scratch);
        assert_eq!(written(&document), fresh(kind, &document.text.whole(), &rules), "{head:?}");
    }
}

/// Long documents are judged on several threads.
#[test]
fn long_documents_come_to_the_same_by_every_way() {
    let rules = rules(Encoding::Utf16, MessageUnit::Auto);
    let mut scratch = Scratch::default();
    let kinds = [
        (("file:///a.txt", "plaintext"), "亲，请稍等\n这个我们处理不了\n您好😊\n"),
        (("file:///a.jsonl", "jsonl"), "{\"text\":\"您好\"}\n{\"text\":\"这个我们处理不了\"}\n{broken\n"),
        (("untitled:a", "transcript"), "客服：您好\n这个我们处理不了\n顾客：好\n客服：请问订单号是多少？\n"),
    ];
    for (kind, text) in kinds {
        let text = text.repeat(2500);
        let opened = fresh(kind, &text, &rules);
        let mut document = Document::open(kind.0, kind.1, Some(1), "\n".to_owned());
        document.update(&rules, &mut scratch);
        let at = |line| At { line, character: 0 };
        document.replace(at(0), at(1), &text, Encoding::Utf16);
        document.update(&rules, &mut scratch);
        assert_eq!(written(&document), opened, "{kind:?}");
        assert!(document.count() >= 2500, "{kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn edits_come_to_a_fresh_open(
        kind in prop::sample::select(KINDS.as_slice()),
        encoding in encodings(),
        unit in units(),
        begin in prop_oneof![text(30), talk()],
        // Behind so much text nothing is a letter.
        padded in any::<bool>(),
        edits in prop::collection::vec((position(), position(), text(4), any::<bool>()), 1..20),
    ) {
        let rules = rules(encoding, unit);
        let mut scratch = Scratch::default();
        let mut model = begin;
        if padded {
            model += &"\n请您稍等一下，这边马上为您查询。".repeat(500);
        }
        let mut document = Document::open(kind.0, kind.1, Some(1), model.clone());
        document.update(&rules, &mut scratch);
        prop_assert_eq!(written(&document), fresh(kind, &model, &rules));
        for (one, other, replacement, judged) in edits {
            let (start, end) = (byte_of(&model, one, encoding), byte_of(&model, other, encoding));
            model.replace_range(start.min(end)..start.max(end), &replacement);
            document.replace(one, other, &replacement, encoding);
            prop_assert_eq!(document.text.whole(), model.as_str());
            prop_assert_eq!(document.text.len(), model.len());
            // Several edits may come before anything is judged.
            if judged {
                document.update(&rules, &mut scratch);
                prop_assert_eq!(written(&document), fresh(kind, &model, &rules));
            }
        }
        document.update(&rules, &mut scratch);
        prop_assert_eq!(written(&document), fresh(kind, &model, &rules));
    }

    #[test]
    fn messages_hold_the_findings(kind in prop::sample::select(KINDS.as_slice()), encoding in encodings(), text in prop_oneof![text(30), talk()]) {
        let rules = rules(encoding, MessageUnit::Auto);
        let mut document = Document::open(kind.0, kind.1, Some(1), text);
        document.update(&rules, &mut Scratch::default());
        let items: Vec<serde_json::Value> = serde_json::from_str(&written(&document)).unwrap();
        let mut seen = 0;
        document.messages(0..usize::MAX, &rules, Fixing::Skip, &mut |message| {
            for diagnostic in &message.found {
                let range = serde_json::to_value(message.range(message.source_range(diagnostic))).unwrap();
                assert!(items.iter().any(|item| item["range"] == range && item["code"] == diagnostic.rule.id), "{range} {items:?}");
                seen += 1;
            }
        });
        prop_assert_eq!(seen, items.iter().filter(|item| item["code"] != "unreadable").count());
    }

    #[test]
    fn positions_come_back(text in text(20), encoding in encodings(), at in position()) {
        let store = super::text::Text::new(text.clone());
        let spot = store.spot(at, encoding);
        let before: usize = (0..spot.line).map(|line| store.line(line).len()).sum();
        prop_assert_eq!(before + spot.byte, byte_of(&text, at, encoding));
        let back = store.at(spot, encoding);
        prop_assert_eq!(store.spot(back, encoding), spot);
    }
}
