//! What an editor is offered besides diagnostics: code actions, hovers, completion, commands. A client of a few lines
//! speaks with the server over pipes in memory of the system.
#![cfg(feature = "lsp")]

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write};
use std::path::Path;

use serde_json::{Value, json};
use wanyan::lsp;

struct Client {
    input: BufReader<PipeReader>,
    output: PipeWriter,
    last: i64,
    /// What came while an answer was waited for.
    others: VecDeque<Value>,
    capabilities: Value,
}

/// What a client of today can do.
fn usual() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "window": { "workDoneProgress": true },
        "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } },
        "textDocument": {
            "publishDiagnostics": { "dataSupport": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
            "completion": { "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] } },
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
                "isPreferredSupport": true,
                "dataSupport": true,
                "resolveSupport": { "properties": ["edit"] },
            },
        },
    })
}

impl Client {
    fn start(capabilities: Value, folder: Option<&Path>) -> Client {
        let (server_input, output) = std::io::pipe().unwrap();
        let (input, server_output) = std::io::pipe().unwrap();
        std::thread::spawn(move || lsp::serve(Box::new(BufReader::new(server_input)), Box::new(server_output)));
        let mut client = Client {
            input: BufReader::new(input),
            output,
            last: 0,
            others: VecDeque::new(),
            capabilities: Value::Null,
        };
        let folders = folder.map(|folder| json!([{ "uri": uri(folder), "name": "w" }]));
        let params = json!({ "capabilities": capabilities, "processId": null, "workspaceFolders": folders });
        client.capabilities = client.ask("initialize", params)["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.output, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }

    /// The findings of that file that are sent next.
    fn await_published(&mut self, uri: &str) -> Value {
        loop {
            let message = self.receive();
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri {
                return message["params"]["diagnostics"].clone();
            }
        }
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.input.read_line(&mut line).unwrap() > 0, "the server ended");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.input.read_exact(&mut body).unwrap();
        let message: Value = serde_json::from_slice(&body).unwrap();
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message
    }

    fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.last += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params }));
        self.last
    }

    /// The whole answer to a request.
    fn end(&mut self, id: i64) -> Value {
        loop {
            let message = self.receive();
            if message.get("method").is_none() && message["id"] == id {
                return message;
            }
            self.others.push_back(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.end(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn refused(&mut self, method: &str, params: Value) -> (i64, String) {
        let id = self.begin(method, params);
        let answer = self.end(id);
        let error = &answer["error"];
        (error["code"].as_i64().unwrap_or_else(|| panic!("{answer}")), error["message"].as_str().unwrap().to_owned())
    }

    fn open(&mut self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn actions(&mut self, uri: &str, range: Value, only: Value) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if !only.is_null() {
            context["only"] = only;
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        self.ask("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    fn resolve(&mut self, action: &Value) -> Value {
        assert!(action.get("edit").is_none(), "edits are made when they are asked for: {action}");
        self.ask("codeAction/resolve", action.clone())["edit"].clone()
    }

    fn complete(&mut self, uri: &str, line: u32, character: u32, trigger: Option<&str>) -> Value {
        let context = match trigger {
            Some(trigger) => json!({ "triggerKind": 2, "triggerCharacter": trigger }),
            None => json!({ "triggerKind": 1 }),
        };
        let place = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri }, "position": place, "context": context });
        self.ask("textDocument/completion", params)
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn range(from: (u32, u32), to: (u32, u32)) -> Value {
    let place = |(line, character)| json!({ "line": line, "character": character });
    json!({ "start": place(from), "end": place(to) })
}

/// The text after the edits that a workspace edit has for it; characters are of the basic plane.
fn applied(text: &str, edits: &Value) -> String {
    let offset = |place: &Value| {
        let line = place["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut units = place["character"].as_u64().unwrap() as usize;
        let mut at = start;
        for c in text[start..].chars() {
            if units == 0 {
                break;
            }
            units -= c.len_utf16();
            at += c.len_utf8();
        }
        at
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (offset(&range["start"]), offset(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    let mut text = text.to_owned();
    for (start, end, new) in edits {
        text.replace_range(start..end, new);
    }
    text
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

const TEXT: &str =
    "您好😊，这个我们处理不了，你自己看着办\n您好\r\n不知道，订单123456789不归我们管，别催了\n好的，马上处理\n";

#[test]
fn rewrites_are_quick_fixes() {
    let mut client = Client::start(usual(), None);
    client.open("untitled:a", "plaintext", TEXT);
    let actions = client.actions("untitled:a", range((0, 10), (0, 10)), Value::Null);
    let fixes: Vec<&Value> = actions
        .iter()
        .filter(|action| action["kind"] == "quickfix" && !action["title"].as_str().unwrap().contains("wanyan.toml"))
        .collect();
    assert!(!fixes.is_empty());
    assert_eq!(fixes.iter().filter(|fix| fix["isPreferred"] == true).count(), 1, "{fixes:?}");
    assert_eq!(fixes[0]["isPreferred"], true);
    for fix in fixes {
        let edit = client.resolve(fix);
        let change = &edit["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({ "uri": "untitled:a", "version": 1 }));
        let after = applied(TEXT, &change["edits"]);
        assert!(after.starts_with("您好😊，") && after.ends_with(&TEXT[TEXT.find('\n').unwrap()..]), "{after}");
    }
    // A reversed range, one beyond the text, and one without findings.
    let reversed = client.actions("untitled:a", range((0, 11), (0, 10)), Value::Null);
    assert_eq!(titles(&reversed), titles(&actions));
    client.actions("untitled:a", range((99, 9), (4_000_000_000, 8)), Value::Null);
    assert_eq!(client.actions("untitled:a", range((1, 0), (1, 1)), json!(["quickfix", "refactor"])), [Value::Null; 0]);
    assert_eq!(client.refused("textDocument/codeAction", json!({ "textDocument": { "uri": "untitled:b" }, "range": range((0, 0), (0, 0)), "context": { "diagnostics": [] } })).0, -32602);
}

#[test]
fn an_action_belongs_to_its_version() {
    let mut client = Client::start(usual(), None);
    client.open("untitled:a", "plaintext", TEXT);
    let actions = client.actions("untitled:a", range((0, 10), (0, 10)), json!(["quickfix"]));
    let change = json!({ "range": range((3, 0), (3, 0)), "text": "x" });
    let document = json!({ "uri": "untitled:a", "version": 2 });
    client.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    assert_eq!(client.refused("codeAction/resolve", actions[0].clone()).0, -32801);
    assert_eq!(client.refused("codeAction/resolve", json!({ "title": "x", "data": { "uri": 3 } })).0, -32602);
    assert_eq!(client.refused("codeAction/resolve", json!({ "title": "x" })).0, -32602);
}

#[test]
fn diagnostics_are_given_back_with_their_fixes() {
    let mut client = Client::start(usual(), None);
    client.open("untitled:a", "plaintext", TEXT);
    let published = loop {
        let message = client.receive();
        if message["method"] == "textDocument/publishDiagnostics" {
            break message["params"]["diagnostics"].clone();
        }
    };
    let first = &published[0];
    let params = json!({
        "textDocument": { "uri": "untitled:a" },
        "range": first["range"],
        "context": { "diagnostics": published, "only": ["quickfix"] },
    });
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!(actions[0]["diagnostics"][0]["code"], first["code"]);
    assert_eq!(actions[0]["diagnostics"][0]["range"], first["range"]);

    // Some clients name one finding and send the range of the whole document.
    let named = |diagnostics: Value| {
        json!({
            "textDocument": { "uri": "untitled:a" },
            "range": range((0, 0), (99, 0)),
            "context": { "diagnostics": diagnostics, "only": ["quickfix"] },
        })
    };
    let count = |actions: &Value| actions.as_array().unwrap().len();
    let of_all = client.ask("textDocument/codeAction", named(json!([])));
    let of_one = client.ask("textDocument/codeAction", named(json!([first])));
    assert!(count(&of_one) > 0 && count(&of_one) < count(&of_all), "{of_one}");
    assert!(of_one.as_array().unwrap().iter().all(|action| action["diagnostics"][0]["range"] == first["range"]));
}

#[test]
fn a_long_selection_is_made_polite_from_its_first_finding() {
    let mut client = Client::start(usual(), None);
    let text = format!("{}这个我们处理不了\n", "您好\n".repeat(1000));
    client.open("untitled:a", "plaintext", &text);
    let actions = client.actions("untitled:a", range((0, 0), (1001, 0)), json!(["refactor.rewrite"]));
    let edit = client.resolve(&actions[0]);
    let polite = applied(&text, &edit["documentChanges"][0]["edits"]);
    assert!(polite.starts_with(&"您好\n".repeat(1000)) && !polite.contains("处理不了"), "{}", &polite[6000..]);
}

#[test]
fn a_message_is_made_polite_in_one_step() {
    let mut client = Client::start(usual(), None);
    client.open("untitled:a", "plaintext", TEXT);
    let mut polished = |from, to| {
        let actions = client.actions("untitled:a", range(from, to), json!(["refactor.rewrite"]));
        let [action] = actions.as_slice() else { return TEXT.to_owned() };
        assert_eq!(action["kind"], "refactor.rewrite.wanyan");
        let edit = client.resolve(action);
        applied(TEXT, &edit["documentChanges"][0]["edits"])
    };
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, second) = (lines(TEXT), lines(&polished((2, 3), (2, 3))));
    assert_eq!([&second[0], &second[1], &second[3]], [&before[0], &before[1], &before[3]]);
    assert!(second[2].contains("123456789") && !second[2].contains("不知道") && !second[2].contains("别催"));
    let both = lines(&polished((0, 3), (2, 3)));
    assert!(both[0] != before[0] && both[2] == second[2] && both[1] == before[1], "{both:?}");
    assert!(both[0].starts_with("您好😊，") && !both[0].contains("处理不了"), "{both:?}");
    assert_eq!(polished((1, 0), (1, 2)), TEXT);
    assert_eq!(polished((3, 0), (3, 0)), TEXT);
}

#[test]
fn all_safe_rewrites_at_once() {
    let mut client = Client::start(usual(), None);
    let text = "您好，你的快递到了！！！\n您好，你的快递到了！！！\n不行\n";
    client.open("untitled:a", "plaintext", text);
    let actions = client.actions("untitled:a", range((0, 0), (3, 0)), json!(["source.fixAll"]));
    assert_eq!(actions.len(), 1);
    assert_eq!(actions[0]["kind"], "source.fixAll.wanyan");
    let edit = client.resolve(&actions[0]);
    let after = applied(text, &edit["documentChanges"][0]["edits"]);
    assert!(after.ends_with("\n不行\n") && !after.contains("！！！") && !after.contains("，你的"), "{after}");
    assert_eq!(
        client.actions("untitled:a", range((0, 0), (3, 0)), json!(["source.organizeImports"])),
        [Value::Null; 0]
    );
    client.open("untitled:b", "plaintext", "您好\n");
    assert_eq!(client.actions("untitled:b", range((0, 0), (0, 0)), json!(["source.fixAll"])), [Value::Null; 0]);
}

#[test]
fn older_clients_get_their_edits_at_once() {
    let mut capabilities = usual();
    capabilities["workspace"] = json!({});
    capabilities["textDocument"]["codeAction"] =
        json!({ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } });
    let mut client = Client::start(capabilities, None);
    client.open("untitled:a", "plaintext", TEXT);
    let actions = client.actions("untitled:a", range((0, 10), (0, 10)), Value::Null);
    for action in &actions {
        assert!(action.get("data").is_none() && action.get("isPreferred").is_none(), "{action}");
        let edits = &action["edit"]["changes"]["untitled:a"];
        assert!(edits.is_array(), "{action}");
    }
    assert_ne!(applied(TEXT, &actions[0]["edit"]["changes"]["untitled:a"]), TEXT);
}

#[test]
fn edits_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let mut client = Client::start(usual(), Some(folder.path()));
    let (document, config) = (uri(&folder.path().join("replies/a.txt")), uri(&folder.path().join("wanyan.toml")));
    client.open(&document, "plaintext", TEXT);
    let mut edit_of = |wanted: &str| {
        let actions = client.actions(&document, range((0, 10), (0, 10)), json!(["quickfix"]));
        let action = actions.iter().find(|action| action["title"].as_str().unwrap().contains(wanted)).unwrap();
        client.resolve(action)["documentChanges"].clone()
    };
    // Missing: it is made.
    let allow = edit_of("放行“");
    assert_eq!(allow[0]["kind"], "create");
    assert_eq!(allow[0]["uri"], config.as_str());
    assert_eq!(allow[1]["textDocument"], json!({ "uri": config, "version": null }));
    let text = applied("", &allow[1]["edits"]);
    assert!(text.starts_with("[[allow]]\nphrase = \"") && text.contains("reason = \"请写明原因\""), "{text}");
    let off = edit_of("关掉规则");
    let text = applied("", &off[1]["edits"]);
    assert!(text.starts_with("[severity]\n\"blunt-refusal/") && text.contains("\" = \"off\"  # "), "{text}");
    // On disk.
    let kept = "# 我们店的\nmessage = 'line'\n";
    fs::write(folder.path().join("wanyan.toml"), kept).unwrap();
    let allow = edit_of("放行“");
    assert_eq!(allow[0]["textDocument"]["uri"], config.as_str());
    let text = applied(kept, &allow[0]["edits"]);
    assert!(text.starts_with(kept) && text.contains("[[allow]]"), "{text}");
    // Open in the editor, not saved.
    let open = "# 改到一半\n[severity]\narguing = \"off\" # 甲\n";
    client.open(&config, "toml", open);
    let mut edit_of = |wanted: &str| {
        let actions = client.actions(&document, range((0, 10), (0, 10)), json!(["quickfix"]));
        let action = actions.iter().find(|action| action["title"].as_str().unwrap().contains(wanted)).unwrap().clone();
        let id = client.begin("codeAction/resolve", action);
        client.end(id)
    };
    let off = edit_of("关掉规则")["result"]["edit"]["documentChanges"].clone();
    assert_eq!(off[0]["textDocument"], json!({ "uri": config, "version": 1 }));
    let text = applied(open, &off[0]["edits"]);
    assert!(text.starts_with(&format!("{open}\"blunt-refusal/")), "{text}");
    // Broken.
    let change = json!({ "text": "[severity\n" });
    let versioned = json!({ "uri": config, "version": 2 });
    client.tell("textDocument/didChange", json!({ "textDocument": versioned, "contentChanges": [change] }));
    let mut edit_of = |wanted: &str| {
        let actions = client.actions(&document, range((0, 10), (0, 10)), json!(["quickfix"]));
        let action = actions.iter().find(|action| action["title"].as_str().unwrap().contains(wanted)).unwrap().clone();
        client.refused("codeAction/resolve", action)
    };
    let (_, message) = edit_of("放行“");
    assert!(message.contains("wanyan.toml:1：配置文件写法有误"), "{message}");
}

#[test]
fn a_finding_has_a_hover() {
    let mut client = Client::start(usual(), None);
    client.open("untitled:a", "plaintext", TEXT);
    let mut hover = |line: u32, character: u32| {
        let place = json!({ "line": line, "character": character });
        client.ask("textDocument/hover", json!({ "textDocument": { "uri": "untitled:a" }, "position": place }))
    };
    let shown = hover(0, 9);
    assert_eq!(shown["contents"]["kind"], "markdown");
    let text = shown["contents"]["value"].as_str().unwrap();
    for part in ["**为什么**：", "**怎么改**：", " → ", "**依据**", "- S2.12 "] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(shown["range"]["start"]["character"].as_u64().unwrap() <= 9);
    // Elsewhere, at the end of the finding, and outside the text.
    let end = shown["range"]["end"]["character"].as_u64().unwrap() as u32;
    for (line, character) in [(1, 0), (0, 0), (0, end), (3, 2), (99, 0), (0, 4_000_000_000)] {
        assert_eq!(hover(line, character), Value::Null, "{line}:{character}");
    }
    let params = json!({ "textDocument": { "uri": "untitled:b" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.refused("textDocument/hover", params).0, -32602);
}

#[test]
fn forms_are_completed() {
    let mut client = Client::start(usual(), None);
    assert_eq!(client.capabilities["completionProvider"]["triggerCharacters"], json!(["/", "、"]));
    client.open("untitled:a", "plaintext", "😊 /zq\n、致歉\n您好zhiqian\n和/\n您好，\n");
    let (with_smile, items) = {
        let list = client.complete("untitled:a", 0, 6, None);
        assert_eq!(list["isIncomplete"], true);
        (list["items"][0].clone(), list["items"].as_array().unwrap().clone())
    };
    assert_eq!(with_smile["detail"], "致歉");
    assert_eq!(with_smile["textEdit"]["range"], range((0, 3), (0, 6)));
    assert_eq!(with_smile["filterText"], "/zq");
    assert!(items.windows(2).all(|pair| pair[0]["sortText"].as_str() < pair[1]["sortText"].as_str()));
    let slots = items.iter().find(|item| item["label"].as_str().unwrap().starts_with("{称呼}")).unwrap();
    assert!(slots["textEdit"]["newText"].as_str().unwrap().starts_with("${1:称呼}"), "{slots}");
    assert_eq!(slots["insertTextFormat"], 2);
    let documentation = slots["documentation"]["value"].as_str().unwrap();
    assert!(documentation.contains("**什么时候用**：") && documentation.contains("**依据**：S2."), "{documentation}");
    for (line, character, start) in [(1, 3, 0), (2, 9, 2)] {
        let list = client.complete("untitled:a", line, character, None);
        assert_eq!(list["items"][0]["detail"], "致歉", "{line}");
        assert_eq!(list["items"][0]["textEdit"]["range"], range((line, start), (line, character)));
    }
    assert_eq!(client.complete("untitled:a", 3, 2, Some("/")), Value::Null);
    let all = client.complete("untitled:a", 4, 3, None)["items"].as_array().unwrap().len();
    assert!(all > 100, "{all}");
    assert_eq!(client.complete("untitled:a", 0, 4, Some("/"))["items"].as_array().unwrap().len(), all);

    let mut capabilities = usual();
    capabilities["textDocument"]["completion"] = json!({});
    let mut client = Client::start(capabilities, None);
    client.open("untitled:a", "plaintext", "/zq\n");
    let list = client.complete("untitled:a", 0, 3, None);
    for item in list["items"].as_array().unwrap() {
        assert_eq!(item["insertTextFormat"], 1);
        assert_eq!(item["textEdit"]["newText"], item["label"]);
        assert_eq!(item["documentation"]["kind"], "plaintext");
    }
}

#[test]
fn commands_explain_rules() {
    let mut client = Client::start(usual(), None);
    let command = |command: &str, arguments: Value| json!({ "command": command, "arguments": arguments });
    let method = "workspace/executeCommand";
    let shown = client.ask(method, command("wanyan.explainRule", json!(["blunt-refusal/no-way"])));
    let text = shown["markdown"].as_str().unwrap();
    assert!(text.starts_with("# `blunt-refusal/no-way` ") && text.contains("**为什么**"), "{text}");
    let shown = client.ask(method, command("wanyan.showLexiconEntry", json!([{ "rule": "blunt-refusal/no-way" }])));
    assert_eq!(shown["file"], "lexicon/blunt-refusal.toml");
    assert!(shown["text"].as_str().unwrap().starts_with("[[entry]]\nid = \"no-way\"\n"), "{shown}");
    assert!(shown["markdown"].as_str().unwrap().contains("```toml\n[[entry]]"), "{shown}");
    assert_eq!(client.ask(method, command("wanyan.reloadLexicon", json!([]))), Value::Null);
    let forms = client.ask(method, command("wanyan.recommendedForms", json!([])));
    let forms = forms.as_array().unwrap();
    let sorry = forms.iter().find(|form| form["scene"] == "致歉").unwrap();
    assert!(forms.len() > 100 && sorry["sceneInitials"] == "zq" && sorry["scenePinyin"] == "zhiqian", "{sorry}");
    let slotted = forms.iter().find(|form| form["text"].as_str().unwrap().contains('{')).unwrap();
    assert!(slotted["snippet"].as_str().unwrap().contains("${1:"), "{slotted}");
    for (name, arguments, says) in [
        ("wanyan.explainRule", json!(["blunt-refusal/no-wya"]), "是不是想说“blunt-refusal/no-way”"),
        ("wanyan.explainRule", json!([]), "请给出规则名"),
        ("wanyan.showLexiconEntry", json!([3]), "请给出规则名"),
        ("wanyan.explain", json!([]), "wanyan.explainRule"),
    ] {
        let (code, message) = client.refused(method, command(name, arguments));
        assert_eq!(code, -32602);
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn the_workspace_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.txt", "不行\n"), ("b/c.md", "# 话术\n\n没办法\n"), ("d.txt", "您好\n")] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut client = Client::start(usual(), Some(folder.path()));
    client.open(&uri(&folder.path().join("a.txt")), "plaintext", "您好\n不行\n没办法\n");
    let params = json!({ "command": "wanyan.checkWorkspace", "workDoneToken": "t" });
    let result = client.ask("workspace/executeCommand", params);
    assert_eq!((&result["files"], &result["cancelled"]), (&json!(3), &json!(false)), "{result}");
    assert!(result["findings"].as_u64().unwrap() >= 3, "{result}");
    let progress: Vec<&Value> = client
        .others
        .iter()
        .filter(|message| message["method"] == "$/progress" && message["params"]["token"] == "t")
        .map(|message| &message["params"]["value"])
        .collect();
    assert_eq!(progress.first().unwrap()["kind"], "begin");
    assert_eq!(progress.first().unwrap()["cancellable"], true);
    assert_eq!(progress.last().unwrap()["kind"], "end");
    let percentages: Vec<u64> = progress.iter().filter_map(|value| value["percentage"].as_u64()).collect();
    assert!(percentages.is_sorted() && *percentages.last().unwrap() == 100, "{percentages:?}");
    let closed = uri(&folder.path().join("b/c.md"));
    let published = client.others.iter().rfind(|message| message["params"]["uri"] == closed.as_str()).unwrap();
    assert_eq!(published["params"]["diagnostics"][0]["range"]["start"]["line"], 2);

    // It is opened, closed, changed on disk, and taken away.
    let first_line = |client: &mut Client| {
        let shown = client.await_published(&closed);
        shown.as_array().unwrap().first().map(|first| first["range"]["start"]["line"].clone())
    };
    client.others.clear();
    client.open(&closed, "markdown", "您好\n");
    assert_eq!(first_line(&mut client), None);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": closed } }));
    assert_eq!(first_line(&mut client), Some(json!(2)), "on disk it is as it was");
    let changed = |client: &mut Client| {
        let changes = json!({ "changes": [{ "uri": closed, "type": 2 }] });
        client.tell("workspace/didChangeWatchedFiles", changes);
    };
    fs::write(folder.path().join("b/c.md"), "这个我们处理不了\n").unwrap();
    changed(&mut client);
    assert_eq!(first_line(&mut client), Some(json!(0)));
    fs::remove_file(folder.path().join("b/c.md")).unwrap();
    changed(&mut client);
    assert_eq!(first_line(&mut client), None);

    // Without a token of its own the client is asked for one.
    client.others.clear();
    client.ask("workspace/executeCommand", json!({ "command": "wanyan.checkWorkspace" }));
    assert!(client.others.iter().any(|message| message["method"] == "window/workDoneProgress/create"));
}

#[test]
fn a_check_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..300 {
        fs::write(folder.path().join(format!("{number}.txt")), "不行，没办法\n".repeat(200)).unwrap();
    }
    let mut client = Client::start(usual(), Some(folder.path()));
    let params = json!({ "command": "wanyan.checkWorkspace", "workDoneToken": "t" });
    let id = client.begin("workspace/executeCommand", params.clone());
    client.tell("window/workDoneProgress/cancel", json!({ "token": "t" }));
    let answer = client.end(id);
    assert_eq!(answer["result"]["cancelled"], true, "{answer}");
    assert!(answer["result"]["files"].as_u64().unwrap() < 300, "{answer}");
    let id = client.begin("workspace/executeCommand", params);
    client.tell("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.end(id)["error"]["code"], -32800);
    // The server goes on.
    client.open("untitled:a", "plaintext", TEXT);
    assert!(!client.actions("untitled:a", range((0, 10), (0, 10)), Value::Null).is_empty());
}

#[test]
fn quotes_in_json_stay_strings() {
    let mut client = Client::start(usual(), None);
    let text = "{\"role\":\"agent\",\"reply\":\"您好，这个我们处理不了\"}\n{\"reply\":\"/zq\n";
    client.open("untitled:a.jsonl", "jsonl", text);
    let actions = client.actions("untitled:a.jsonl", range((0, 32), (0, 32)), json!(["refactor"]));
    let edit = client.resolve(&actions[0]);
    let after = applied(text, &edit["documentChanges"][0]["edits"]);
    let first: Value = serde_json::from_str(after.lines().next().unwrap()).unwrap();
    assert!(!first["reply"].as_str().unwrap().contains("处理不了"), "{after}");
    assert_eq!(client.complete("untitled:a.jsonl", 1, 13, None)["items"][0]["detail"], "致歉");
}
