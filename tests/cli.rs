//! The program from outside, on real files: what it finds, says, writes and ends with.
#![cfg(feature = "cli")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use encoding_rs::GB18030;
use serde_json::Value;

/// How a run ended: exit code, standard output, standard error.
struct Ended {
    code: Option<i32>,
    out: Vec<u8>,
    errors: String,
}

impl Ended {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("output is UTF-8")
    }

    /// The findings of `--format jsonl`.
    fn findings(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line is a JSON value"))
            .collect()
    }

    /// The offending words, in their order.
    fn words(&self) -> Vec<String> {
        self.findings().iter().map(|finding| finding["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// A folder of files for one test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            fs::create_dir_all(folder.path(name).parent().unwrap()).unwrap();
            fs::write(folder.path(name), bytes).unwrap();
        }
        folder
    }

    fn of_texts(files: &[(&str, &str)]) -> Folder {
        Folder::new(files.iter().map(|(name, text)| (*name, text.as_bytes())))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        run(self.0.path(), arguments, b"")
    }
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wanyan"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    // The inputs of these tests are small, so that the pipe takes them whole; one that nobody reads may be closed.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    Ended { code: output.status.code(), out: output.stdout, errors: String::from_utf8(output.stderr).unwrap() }
}

fn gb18030(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn as_str(value: &Value) -> &str {
    value.as_str().expect("a string")
}

const MARKDOWN: &str =
    "---\ntitle: 滚蛋\n---\n# 话术\n\n滚蛋！\n\n```\n滚蛋\n```\n\n看 `滚蛋` 和 [链接](https://example.com/滚蛋)。\n";
const TRANSCRIPT: &str = "2024-05-01 10:00:00 顾客：滚蛋\n2024-05-01 10:00:10 客服：您好\n2024-05-01 10:00:20 顾客：你们能退吗\n神经病\n2024-05-01 10:00:30 客服：不行\n";

#[test]
fn each_format_gives_the_words_that_are_judged() {
    let folder = Folder::of_texts(&[
        ("plain.txt", "您好\n滚蛋\n\n> 神经病\n不行\n"),
        ("prose.md", MARKDOWN),
        ("chat.txt", TRANSCRIPT),
        ("lines.jsonl", "{\"id\":1,\"reply\":\"您好\"}\n{\"id\":2,\"reply\":\"\\u6eda蛋\"}\n"),
        ("nested.jsonl", "{\"a\":{\"b\":\"滚蛋\",\"c\":\"不行\"}}\n"),
    ]);
    let cases: [(&[&str], &[&str]); 7] = [
        (&["plain.txt"], &["滚蛋", "不行"]),
        (&["prose.md"], &["滚蛋"]),
        (&["chat.txt"], &["不行"]),
        (&["lines.jsonl"], &["滚蛋"]),
        (&["nested.jsonl", "--field", "a.b"], &["滚蛋"]),
        (&["nested.jsonl", "--field", "a.b", "--field", "a.c"], &["滚蛋", "不行"]),
        (&["prose.md", "--input", "plain", "--message", "line"], &["滚蛋", "滚蛋", "滚蛋"]),
    ];
    for (arguments, words) in cases {
        let ended = folder.run(&[&["check", "--format", "jsonl"], arguments].concat());
        let found = ended.words();
        if arguments.contains(&"plain") {
            // Read as plain text the title, the code and the links count too.
            assert!(found.len() > words.len() - 1, "{arguments:?}: {found:?}");
        } else {
            assert_eq!(found, words, "{arguments:?}: {}", ended.errors);
        }
        assert_eq!(ended.code, Some(1), "{arguments:?}");
    }
}

/// In the file's own bytes a finding says where it stands, in each encoding.
#[test]
fn findings_keep_to_the_schema_and_their_bytes_are_the_words() {
    let text = "您好，😊\r\n亲，滚.蛋\r\n您好\r\n这个不行，你的包裹明天到\r\n不\u{200b}行\r\n";
    let schema: Value = serde_json::from_str(include_str!("../schemas/finding.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let utf16le = |word: &str| word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16be = |word: &str| word.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let utf8 = |word: &str| word.as_bytes().to_vec();
    type Encode<'e> = &'e dyn Fn(&str) -> Vec<u8>;
    let files: [(&str, Vec<u8>, Encode<'_>); 5] = [
        ("utf8.txt", utf8(text), &utf8),
        ("utf8-bom.txt", utf8(&format!("\u{feff}{text}")), &utf8),
        ("gb.txt", gb18030(text), &gb18030),
        ("le.txt", utf16(text, u16::to_le_bytes), &utf16le),
        ("be.txt", utf16(text, u16::to_be_bytes), &utf16be),
    ];
    let folder = Folder::new(files.iter().map(|(name, bytes, _)| (*name, bytes.as_slice())));
    let mut first: Option<Vec<(Value, Value, Value, Value)>> = None;
    for (name, bytes, encode) in &files {
        let ended = folder.run(&["check", "--format", "jsonl", name]);
        assert_eq!((ended.code, ended.errors.as_str()), (Some(1), ""), "{name}");
        let findings = ended.findings();
        for finding in &findings {
            let errors: Vec<String> = validator.iter_errors(finding).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?} in {finding}");
            let [start, end] = ["byte_start", "byte_end"].map(|key| finding[key].as_u64().unwrap() as usize);
            assert_eq!(bytes[start..end], encode(as_str(&finding["text"])), "{name}: {finding}");
            assert_eq!(as_str(&finding["path"]), *name);
        }
        let places: Vec<_> = findings
            .iter()
            .map(|finding| {
                (finding["text"].clone(), finding["line"].clone(), finding["column"].clone(), finding["rule"].clone())
            })
            .collect();
        let words: Vec<&str> = places.iter().map(|(text, ..)| as_str(text)).collect();
        assert!(words.contains(&"滚.蛋") && words.contains(&"不\u{200b}行"), "{name}: {words:?}");
        // Every encoding tells the same story, in lines and columns of characters.
        assert_eq!(*first.get_or_insert_with(|| places.clone()), places, "{name}");
    }
    let places = first.unwrap();
    let slur = places.iter().find(|(text, ..)| text == "滚.蛋").unwrap();
    assert_eq!((slur.1.as_u64(), slur.2.as_u64()), (Some(2), Some(3)));
}

#[test]
fn the_array_holds_what_the_lines_hold() {
    let folder = Folder::of_texts(&[("a.txt", "滚蛋\n"), ("b.txt", "不行\n"), ("c.txt", "您好\n")]);
    let array: Value = serde_json::from_str(folder.run(&["check", "--format", "json"]).text()).unwrap();
    assert_eq!(array.as_array().unwrap(), &folder.run(&["check", "--format", "jsonl"]).findings());
    assert_eq!(array.as_array().unwrap().len(), 2);
    let none: Value = serde_json::from_str(folder.run(&["check", "--format", "json", "c.txt"]).text()).unwrap();
    assert_eq!(none, Value::Array(Vec::new()));
    // The result of a fix is the whole message after it.
    let finding = &array[1];
    let fix = finding["fixes"].as_array().unwrap().iter().find(|fix| fix["applicability"] == "suggested").unwrap();
    assert!(as_str(&fix["result"]).contains("抱歉"), "{fix}");
}

#[test]
fn exit_codes_tell_what_was_found() {
    let folder = Folder::of_texts(&[("bad.txt", "滚蛋\n"), ("good.txt", "您好\n"), ("empty.txt", "")]);
    for (arguments, code) in [
        (&["good.txt"][..], 0),
        (&["empty.txt"], 0),
        (&["bad.txt"], 1),
        (&["."], 1),
        (&[], 1),
        (&["bad.txt", "--exit-zero"], 0),
        (&["good.txt", "nothing.txt"], 2),
        (&["bad.txt", "nothing.txt"], 2),
        (&["bad.txt", "--config", "nothing.toml"], 2),
        (&["bad.txt", "--lexicon", "nothing.toml"], 2),
    ] {
        let ended = folder.run(&[&["check"], arguments].concat());
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}{}", ended.text(), ended.errors);
        let named = arguments.iter().find(|argument| argument.starts_with("nothing"));
        assert!(named.is_none_or(|name| ended.errors.contains(name)), "{arguments:?}: {}", ended.errors);
        assert_eq!(ended.errors.is_empty(), code != 2, "{arguments:?}: {}", ended.errors);
    }
}

#[test]
fn standard_input_is_a_file_of_the_name_that_is_given() {
    let folder = Folder::of_texts(&[]);
    let check = |arguments: &[&str], input: &[u8]| {
        run(folder.0.path(), &[&["check", "--format", "jsonl", "-"], arguments].concat(), input)
    };
    let ended = check(&[], "滚蛋\n".as_bytes());
    assert_eq!((ended.code, as_str(&ended.findings()[0]["path"])), (Some(1), "<标准输入>"));
    let ended = check(&["--stdin-filename", "稿/话术.md"], MARKDOWN.as_bytes());
    assert_eq!(ended.words(), ["滚蛋"]);
    assert_eq!(as_str(&ended.findings()[0]["path"]), "稿/话术.md");
    assert_eq!(check(&[], &gb18030("您好，滚蛋\n")).words(), ["滚蛋"]);
    assert_eq!(check(&["--stdin-filename", "a.jsonl"], "{\"text\":\"滚蛋\"}".as_bytes()).words(), ["滚蛋"]);
    assert_eq!(check(&[], b"").code, Some(0));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let mut broken = "您好\n不行\n".as_bytes().to_vec();
    broken.extend(b"\xe4\xbd\xff\xff");
    broken.extend("好，这一行坏了\n您好您好您好\n".as_bytes());
    let folder = Folder::new([
        ("broken.txt", broken.as_slice()),
        ("binary.txt", b"\x7fELF\x00\x01\x00\x00\x00\x00\xff\xfe\x00".as_slice()),
        ("bad.jsonl", "{\"text\":\"您好\"}\n{\"text\":\n{\"text\":\"滚蛋\"}\n".as_bytes()),
        ("other.jsonl", "{\"标题\":\"您好\"}\n".as_bytes()),
        ("good.txt", "不行\n".as_bytes()),
    ]);
    let cases: [(&[&str], &str, &str); 6] = [
        (&["broken.txt"], "broken.txt:3", "第 3 行"),
        (&["binary.txt"], "binary.txt", "不是文本文件"),
        (&["bad.jsonl"], "bad.jsonl:2", "第 2 行不是有效的 JSON"),
        (&["other.jsonl"], "other.jsonl", "见到的文字字段有：标题"),
        (&["bad.jsonl", "--field", "txt"], "bad.jsonl", "是不是想写“text”"),
        (&["gone.txt"], "gone.txt", "找不到这个文件"),
    ];
    for (arguments, place, says) in cases {
        let ended = folder.run(&[&["check", "--format", "jsonl", "good.txt"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.errors.contains(place) && ended.errors.contains(says), "{arguments:?}: {}", ended.errors);
        assert!(
            ended.findings().iter().any(|finding| finding["path"] == "good.txt"),
            "{arguments:?}: good.txt is left out"
        );
    }
    // In a file of which a line is bad the other lines are judged.
    assert_eq!(folder.run(&["check", "--format", "jsonl", "bad.jsonl"]).words(), ["滚蛋"]);
    // Nothing of a file that cannot be read is written.
    let before = folder.read("broken.txt");
    assert_eq!(folder.run(&["fix", "--suggested", "broken.txt"]).code, Some(2));
    assert_eq!(folder.read("broken.txt"), before);
}

/// Beyond the size at which files are read in pieces, the place of bad bytes is told as well, and what stands before
/// them is judged.
#[test]
fn bad_bytes_in_a_large_file_are_named_with_their_line() {
    let mut bytes = "您好，已经为您安排好了。\n".repeat(10_000).into_bytes();
    bytes.extend("滚蛋\n".as_bytes());
    bytes.extend(b"\xff\xff\n");
    let folder = Folder::new([("large.txt", bytes.as_slice())]);
    let ended = folder.run(&["check", "--format", "jsonl", "large.txt"]);
    assert_eq!((ended.code, ended.words()), (Some(2), vec!["滚蛋".to_owned()]));
    assert!(ended.errors.contains("large.txt:10002"), "{}", ended.errors);
}

#[test]
fn ignored_and_hidden_files_are_left_alone() {
    let folder = Folder::of_texts(&[
        (".gitignore", "old/\n*.log\n!keep.log\n"),
        ("a.txt", "滚蛋\n"),
        ("old/b.txt", "滚蛋\n"),
        ("c.log", "滚蛋\n"),
        ("keep.log", "滚蛋\n"),
        (".hidden.txt", "滚蛋\n"),
        ("d.rs", "滚蛋\n"),
    ]);
    for (arguments, paths) in [
        (&[][..], &["a.txt", "keep.log"][..]),
        (&["--no-ignore"], &["a.txt", "c.log", "keep.log", "old/b.txt"]),
        (&["--hidden"], &[".hidden.txt", "a.txt", "keep.log"]),
        // What is named is taken as it is.
        (&["c.log", "d.rs"], &["c.log", "d.rs"]),
    ] {
        let ended = folder.run(&[&["check", "--format", "jsonl"], arguments].concat());
        let mut found: Vec<String> =
            ended.findings().iter().map(|finding| as_str(&finding["path"]).to_owned()).collect();
        found.dedup();
        assert_eq!(found, paths, "{arguments:?}");
    }
}

#[test]
fn many_threads_report_in_the_order_of_one() {
    let files: Vec<(String, String)> = (0..60)
        .map(|number| (format!("{number:03}.txt"), format!("您好\n{}", "滚蛋\n".repeat(number % 4))))
        .collect();
    let folder = Folder::new(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    let one = folder.run(&["check", "--format", "jsonl", "-j", "1"]);
    let many = folder.run(&["check", "--format", "jsonl", "-j", "8"]);
    assert_eq!(one.findings().len(), 15 * (1 + 2 + 3));
    assert_eq!(one.out, many.out);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    // More than a pipe and the program's own memory hold.
    let folder = Folder::of_texts(&[("many.txt", &"您好，滚蛋\n".repeat(3_000))]);
    for format in ["human", "jsonl"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wanyan"))
            .args(["check", "--format", format, "many.txt"])
            .current_dir(folder.0.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert!(output.status.code().is_some_and(|code| code < 2), "{format}: {:?}", output.status);
    }
}

#[test]

fn a_lexicon_with_errors_is_refused_with_their_places() {
    let lexicon =
        "[[extend]]\nid = \"insulting/insan\"\npatterns = [\"红鸭子\"]\n\n[variants]\n\"绿鸭鸭子\" = \"绿鸭子\"\n";
    let folder = Folder::of_texts(&[
        ("a.txt", "不行\n"),
        ("店.toml", lexicon),
        ("key.toml", "[[extend]]\nid = \"insulting/insane\"\npattern = []\n"),
    ]);
    let ended = folder.run(&["check", "a.txt", "--lexicon", "店.toml", "--lexicon", "key.toml"]);
    assert_eq!((ended.code, ended.text()), (Some(2), ""));
    for says in [
        "店.toml:1: insulting/insan：没有这个词条",
        "是不是想写 insulting/insane？",
        "店.toml:6: ",
        "字数不同",
        "key.toml:3: insulting/insane：不认识的键 pattern",
        "是不是想写 patterns？",
    ] {
        assert!(ended.errors.contains(says), "{says}: {}", ended.errors);
    }
}

#[test]
fn a_configuration_is_found_and_its_errors_named() {
    let folder = Folder::of_texts(&[
        ("a.txt", "小美：滚蛋\n老张：不行\n小美：您好\n老张：神经病\n"),
        ("sub/b.txt", "您好\n"),
        ("wanyan.toml", "agent-labels = ['小美']\ncustomer-label = ['老张']\n"),
        ("right.toml", "agent-labels = ['小美']\ncustomer-labels = ['老张']\n"),
    ]);
    for run in [folder.run(&["check", "a.txt"]), run(&folder.path("sub"), &["check", "b.txt"], b"")] {
        assert_eq!((run.code, run.text()), (Some(2), ""));
        for says in ["wanyan.toml:2：", "不认识的配置项 customer-label", "是不是想写 customer-labels"] {
            assert!(run.errors.contains(says), "{}", run.errors);
        }
    }
    assert_eq!(folder.run(&["check", "--no-config", "sub/b.txt"]).code, Some(0));
    assert_eq!(folder.run(&["check", "--config", "right.toml", "--format", "jsonl", "a.txt"]).words(), ["滚蛋"]);
    fs::rename(folder.path("right.toml"), folder.path("wanyan.toml")).unwrap();
    assert_eq!(folder.run(&["check", "--format", "jsonl", "a.txt"]).words(), ["滚蛋"]);
    let arguments = ["check", "--no-config", "--format", "jsonl", "a.txt", "--agent", "小美", "--customer", "老张"];
    assert_eq!(folder.run(&arguments).words(), ["滚蛋"]);
}

#[test]
fn the_configured_register_comes_first() {
    let folder = Folder::of_texts(&[
        ("chat.txt", "亲，这个我们处理不了哦\n"),
        ("plain.txt", "这个我们处理不了\n"),
        ("formal.toml", "register = 'formal'\n"),
        ("auto.toml", "register = 'auto'\n"),
        ("wrong.toml", "register = 'letter'\n"),
    ]);
    let titles = |config: &str, file: &str| -> Vec<String> {
        let found = folder.run(&["check", "--config", config, "--format", "jsonl", file]);
        let fixes = found.findings().remove(0)["fixes"].clone();
        fixes.as_array().unwrap().iter().map(|fix| fix["title"].as_str().unwrap().to_owned()).collect()
    };
    for file in ["chat.txt", "plain.txt"] {
        let (auto, formal) = (titles("auto.toml", file), titles("formal.toml", file));
        assert_eq!(auto.len(), formal.len());
        assert_ne!(auto[0], formal[0], "{file}");
        assert!(formal[0].contains("敬请谅解"), "{formal:?}");
    }
    let wrong = folder.run(&["check", "--config", "wrong.toml", "plain.txt"]);
    assert!(wrong.code == Some(2) && wrong.errors.contains("formal"), "{}", wrong.errors);
}

const FIXABLE: &str = "你的包裹明天到站。\r\n您好，订单 202405011234 的件 {单号}，这个不行\r\n";
const FIXED: &str = "您的包裹明天到站。\r\n您好，订单 202405011234 的件 {单号}，这个不行\r\n";

#[test]
fn fix_changes_what_is_safe_and_nothing_else() {
    let folder = Folder::of_texts(&[("a.txt", FIXABLE), ("b.txt", "您好\n")]);
    let shown = folder.run(&["fix", "--diff"]);
    assert_eq!(shown.code, Some(1), "{}", shown.errors);
    assert!(shown.text().contains("-你的包裹") && shown.text().contains("+您的包裹"), "{}", shown.text());
    assert_eq!(folder.text("a.txt"), FIXABLE, "--diff writes nothing");

    let ended = folder.run(&["fix"]);
    assert_eq!((ended.code, ended.text()), (Some(1), ""), "a warning is left: {}", ended.errors);
    assert!(ended.errors.contains("修改了 1 个文件里的 1 处"), "{}", ended.errors);
    assert_eq!(folder.text("a.txt"), FIXED);
    assert_eq!(folder.text("b.txt"), "您好\n");

    let ended = folder.run(&["fix", "--suggested"]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let suggested = folder.text("a.txt");
    assert!(suggested.starts_with("您的包裹明天到站。\r\n您好，") && suggested.ends_with("\r\n"), "{suggested}");
    assert!(
        suggested.contains("202405011234") && suggested.contains("{单号}") && !suggested.contains("这个不行"),
        "{suggested}"
    );
    assert_eq!(suggested.matches('\n').count(), suggested.matches("\r\n").count(), "{suggested:?}");

    // What is mended stays as it is.
    for arguments in [&["fix"][..], &["fix", "--suggested"]] {
        let ended = folder.run(arguments);
        assert_eq!((ended.code, folder.text("a.txt")), (Some(0), suggested.clone()), "{}", ended.errors);
    }
    let piped = run(folder.0.path(), &["fix", "--quiet", "-"], FIXABLE.as_bytes());
    assert_eq!(piped.text(), FIXED);
}

#[test]
fn fix_keeps_encoding_mark_and_line_ends() {
    let mixed = "😊您好\r\n你的包裹明天到站。\n\n  你的号码 13800000000 在 https://example.com/a?id=你 吗\r\n没有换行";
    let fixed = mixed.replacen("你的包裹", "您的包裹", 1).replacen("你的号码", "您的号码", 1);
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    let files: [(&str, Vec<u8>, Vec<u8>); 6] = [
        ("a.txt", mixed.into(), fixed.clone().into()),
        ("b.txt", marked(mixed), marked(&fixed)),
        ("c.txt", gb18030(mixed), gb18030(&fixed)),
        ("d.txt", utf16(mixed, u16::to_le_bytes), utf16(&fixed, u16::to_le_bytes)),
        ("e.txt", utf16(mixed, u16::to_be_bytes), utf16(&fixed, u16::to_be_bytes)),
        (
            "f.jsonl",
            "{ \"id\": 1,\t\"text\" : \"\\u4f60的包裹\\t明天到站。😊\" , \"x\":1.50}\r\n{\"text\":\"您好\"}".into(),
            "{ \"id\": 1,\t\"text\" : \"您的包裹\\t明天到站。😊\" , \"x\":1.50}\r\n{\"text\":\"您好\"}".into(),
        ),
    ];
    let folder = Folder::new(files.iter().map(|(name, before, _)| (*name, before.as_slice())));
    let ended = folder.run(&["fix"]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    for (name, _, after) in &files {
        assert_eq!(String::from_utf8_lossy(&folder.read(name)), String::from_utf8_lossy(after), "{name}");
        assert_eq!(folder.read(name), *after, "{name}");
    }
}

#[test]
fn rules_are_explained_and_listed() {
    let folder = Folder::of_texts(&[]);
    let ended = folder.run(&["explain", "insulting/insane"]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.text().starts_with("insulting/insane")
            && ended.text().contains("S1.2")
            && ended.text().contains("神经病"),
        "{}",
        ended.text()
    );
    assert_eq!(folder.run(&["explain", "insane"]).out, ended.out);
    let wrong = folder.run(&["explain", "insulting/insan"]);
    assert_eq!((wrong.code, wrong.text()), (Some(2), ""));
    assert!(wrong.errors.contains("是不是想说“insulting/insane”？"), "{}", wrong.errors);

    let page = folder.run(&["rules", "--format", "md"]);
    let count = wanyan::builtin::docs().entries.len();
    let named = |text: &str| {
        let lexicon = wanyan::builtin::lexicon();
        lexicon.tables().entries.iter().filter(|entry| text.contains(&entry.rule.id)).count()
    };
    assert_eq!((page.code, named(page.text())), (Some(0), count));
    assert!(page.text().starts_with("# "), "{}", page.text().lines().next().unwrap_or_default());
    assert!(folder.run(&["rules"]).text().contains(&format!("共 {count} 条规则")));
    let json: Value = serde_json::from_str(folder.run(&["rules", "--format", "json"]).text()).unwrap();
    assert_eq!(json.as_array().map(Vec::len), Some(count));
}

#[test]
fn lexicons_are_started_described_and_spelled_out() {
    let folder = Folder::of_texts(&[]);
    assert_eq!(folder.run(&["lexicon", "schema"]).text(), include_str!("../schemas/lexicon.schema.json"));
    let literals = folder.run(&["lexicon", "literals"]);
    assert_eq!(literals.code, Some(0));
    let lines: Vec<&str> = literals.text().lines().collect();
    assert_eq!(lines, wanyan::lexicon::compile::spell_out(&wanyan::builtin::files()).unwrap());
    assert!(lines.len() > 10_000 && lines.contains(&"没办法"), "{}", lines.len());
    let new = folder.run(&["lexicon", "new", "dismissive/ducks"]);
    assert_eq!(new.code, Some(0));
    assert!(
        new.text().contains("id = \"ducks\"") && new.text().contains("category = \"dismissive\""),
        "{}",
        new.text()
    );
    for shell in ["bash", "zsh", "fish"] {
        let script = folder.run(&["completions", shell]);
        assert!(script.code == Some(0) && script.text().contains("stdin-filename"), "{shell}");
    }
}

/// The template of `lexicon new` is a lexicon whose examples all pass, and a failing example is named with its place.
#[test]

fn lexicon_test_runs_the_examples_of_the_files() {
    let folder = Folder::of_texts(&[]);
    let template = folder.run(&["lexicon", "new", "dismissive/ducks"]);
    let failing = "category = \"dismissive\"\n[[entry]]\nid = \"geese\"\ntitle = \"鹅\"\npatterns = [\"绿鸭子\"]\nwhy = \"鹅\"\nsource = [\"S1.4\"]\nadvice = \"鹅\"\n[entry.examples]\nbad = [\"灰鸭子\"]\n";
    fs::write(folder.path("new.toml"), &template.out).unwrap();
    fs::write(folder.path("failing.toml"), failing).unwrap();
    let ended = folder.run(&["lexicon", "test", "new.toml", "failing.toml"]);
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    let failures: Vec<&str> = ended.text().lines().filter(|line| line.starts_with('✗')).collect();
    assert_eq!(failures.len(), 1, "{}", ended.text());
    assert!(failures[0].contains("failing.toml:10 dismissive/geese bad：灰鸭子"), "{}", ended.text());
    assert!(
        ended.text().contains("敷衍冷淡 dismissive：") && ended.text().contains("，1 个没有通过"),
        "{}",
        ended.text()
    );
}
