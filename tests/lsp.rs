//! The language server over pipes in memory: what it answers, in which order, and what it outlives.

use std::fs;
use std::io::{self, BufRead, BufReader, PipeWriter, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use wanyan::lsp::{Ended, serve};

/// How long anything may take; debug builds on a busy machine are slow.
const LIMIT: Duration = Duration::from_secs(120);

/// A client at the other end of the pipes.
struct Client {
    input: Option<PipeWriter>,
    messages: Receiver<Value>,
    server: Option<JoinHandle<Ended>>,
    last_id: i64,
    /// Notifications and requests of the server that nobody has looked at yet.
    unseen: Vec<Value>,
    /// What `workspace/configuration` is answered with; nothing: not at all.
    settings: Option<Value>,
}

impl Client {
    /// Starts a server; nothing is said yet.
    fn start() -> Client {
        let (server_input, input) = io::pipe().unwrap();
        let (output, server_output) = io::pipe().unwrap();
        let server =
            thread::spawn(move || serve(Box::new(BufReader::new(server_input)), Box::new(server_output)).unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let (last_id, unseen) = (0, Vec::new());
        Client { input: Some(input), messages, server: Some(server), last_id, unseen, settings: Some(Value::Null) }
    }

    /// Starts a session with these capabilities, in these folders.
    fn session(capabilities: Value, folders: &[&Path]) -> Client {
        let mut client = Client::start();
        client.begin(capabilities, folders);
        client
    }

    fn begin(&mut self, capabilities: Value, folders: &[&Path]) -> Value {
        let folders: Vec<Value> = folders.iter().map(|path| json!({ "uri": uri_of(path), "name": "w" })).collect();
        let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
        let result = self.ask("initialize", params).unwrap();
        self.tell("initialized", json!({}));
        result
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn request(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }));
        self.last_id
    }

    /// The next message; requests of the server are answered.
    fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(LIMIT).expect("the server said nothing");
        if let (Some(id), Some(method)) = (message.get("id"), message.get("method")) {
            let result = match (method.as_str().unwrap(), &self.settings) {
                ("workspace/configuration", None) => return message,
                ("workspace/configuration", Some(settings)) => {
                    let count = message["params"]["items"].as_array().unwrap().len();
                    Value::Array(vec![settings.clone(); count])
                }
                _ => Value::Null,
            };
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
            self.send(&answer);
        }
        message
    }

    fn answer(&mut self, id: i64) -> Result<Value, Value> {
        loop {
            let message = self.next();
            if message.get("method").is_none() && message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.unseen.push(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.request(method, params);
        self.answer(id)
    }

    fn code(&mut self, method: &str, params: Value) -> i64 {
        self.ask(method, params).unwrap_err()["code"].as_i64().unwrap()
    }

    /// The next notification or request of that method for which `fits` holds.
    fn await_where(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let is_it = |message: &Value| message["method"] == method && fits(&message["params"]);
        if let Some(at) = self.unseen.iter().position(is_it) {
            return self.unseen.remove(at)["params"].clone();
        }
        loop {
            let message = self.next();
            if is_it(&message) {
                return message["params"].clone();
            }
            self.unseen.push(message);
        }
    }

    fn open(&mut self, uri: &str, language: &str, text: &str) {
        self.tell(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": text } }),
        );
    }

    fn change(&mut self, uri: &str, version: i64, changes: Value) {
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }),
        );
    }

    fn published(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let params = self.await_where("textDocument/publishDiagnostics", |params| {
            params["uri"] == uri && params["version"] == version
        });
        params["diagnostics"].as_array().unwrap().clone()
    }

    fn pull(&mut self, uri: &str) -> Value {
        self.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).unwrap()
    }

    /// Whatever comes within a moment.
    fn quiet(&mut self) -> Vec<Value> {
        let mut messages = std::mem::take(&mut self.unseen);
        loop {
            match self.messages.recv_timeout(Duration::from_millis(300)) {
                Ok(message) => messages.push(message),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return messages,
            }
        }
    }

    /// How the server ended.
    fn ended(&mut self) -> Ended {
        self.server.take().unwrap().join().unwrap()
    }

    fn end(mut self) -> Ended {
        self.ask("shutdown", Value::Null).unwrap();
        self.tell("exit", Value::Null);
        self.ended()
    }
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

fn uri_of(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn pulls() -> Value {
    json!({ "textDocument": { "diagnostic": {} } })
}

fn codes(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["code"].as_str().unwrap()).collect()
}

const A: &str = "file:///tmp/wanyan-none/a.txt";

#[test]
fn a_session_has_stages() {
    let mut client = Client::start();
    assert_eq!(client.code("textDocument/diagnostic", json!({ "textDocument": { "uri": A } })), -32002);
    assert_eq!(client.code("shutdown", Value::Null), -32002);
    let result = client.begin(json!({}), &[]);
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(result["serverInfo"]["name"], "wanyan");
    assert!(result["capabilities"].get("diagnosticProvider").is_none());
    assert_eq!(client.code("initialize", json!({ "capabilities": {} })), -32600);
    assert_eq!(client.code("no/such", json!({})), -32601);
    client.tell("$/whatever", json!({}));
    client.tell("no/such", json!({}));
    client.ask("shutdown", Value::Null).unwrap();
    assert_eq!(client.code("textDocument/diagnostic", json!({ "textDocument": { "uri": A } })), -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.ended(), Ended::Orderly);

    let mut client = Client::session(json!({}), &[]);
    client.tell("exit", Value::Null);
    assert_eq!(client.ended(), Ended::Abruptly);
    let mut client = Client::session(json!({}), &[]);
    client.input = None;
    assert_eq!(client.ended(), Ended::Abruptly);
    let mut client = Client::session(json!({}), &[]);
    client.ask("shutdown", Value::Null).unwrap();
    client.input = None;
    assert_eq!(client.ended(), Ended::Orderly);
}

#[test]
#[cfg(unix)]
fn ends_with_its_parent() {
    let mut parent = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let mut client = Client::start();
    client.ask("initialize", json!({ "processId": parent.id(), "capabilities": {} })).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(client.ended(), Ended::Abruptly);
}

#[test]
fn outlives_what_it_cannot_read() {
    let mut client = Client::session(json!({}), &[]);
    client.send_bytes(b"Content-Length: 9\r\n\r\n{\"jsonrpc");
    assert_eq!(client.next()["error"]["code"], -32700);
    client.send_bytes(b"Content-Length: 2\r\n\r\n[]");
    assert_eq!(client.next()["error"]["code"], -32600);
    client.send_bytes(b"Content-Length: 2\r\n\r\n\xff\xfe");
    assert_eq!(client.next()["error"]["code"], -32700);
    client.send_bytes(b"Content-Length: many\r\n\r\n");
    assert_eq!(client.next()["error"]["code"], -32700);
    client.send(&json!({ "jsonrpc": "1.0", "id": 7, "method": "textDocument/hover" }));
    let answer = client.next();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)));
    client.send(&json!({ "jsonrpc": "2.0", "id": "wanyan-99", "result": 1 }));
    client.send(&json!({ "jsonrpc": "2.0", "id": 99, "result": 1 }));
    client.tell("textDocument/didOpen", json!({ "textDocument": 1 }));
    client.tell("textDocument/didChange", json!({}));
    client.tell("textDocument/didClose", json!([]));
    client.tell("$/cancelRequest", json!({ "id": { "a": 1 } }));
    client.change("file:///unknown.txt", 3, json!([{ "text": "x" }]));
    client.open(A, "plaintext", "不行\0就是不行");
    assert!(!client.published(A, 1).is_empty());
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn folders_may_be_written_in_chinese() {
    let folder = tempfile::Builder::new().prefix("客服 话术").tempdir().unwrap();
    fs::write(folder.path().join("wanyan.toml"), "[severity]\nblunt-refusal = \"off\"\n").unwrap();
    let root = format!("file://{}", folder.path().display());
    for params in [
        json!({ "processId": null, "capabilities": {}, "rootUri": root }),
        json!({ "processId": null, "capabilities": {}, "workspaceFolders": [{ "uri": root, "name": "话术" }] }),
    ] {
        let mut client = Client::start();
        client.ask("initialize", params).unwrap();
        client.tell("initialized", json!({}));
        let written = format!("{root}/a.txt");
        client.open(&written, "plaintext", "这个我们处理不了\n");
        let found = codes(&client.published(&written, 1)).join(" ");
        assert!(!found.contains("blunt-refusal"), "its configuration is found: {found}");
        assert_eq!(client.end(), Ended::Orderly);
    }
}

#[test]
fn codes_link_to_where_rules_are_explained() {
    let support = json!({ "publishDiagnostics": { "codeDescriptionSupport": true } });
    let capabilities = json!({ "workspace": { "configuration": true }, "textDocument": support });
    let mut client = Client::session(capabilities, &[]);
    client.settings = Some(json!({ "ruleUrl": "https://intranet/rules?{rule}" }));
    client.open(A, "plaintext", "这个我们处理不了\n");
    let items = client.published(A, 1);
    let code = items[0]["code"].as_str().unwrap();
    assert_eq!(items[0]["codeDescription"]["href"], format!("https://intranet/rules?{code}"));
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn pushes_with_versions_and_clears_at_the_end() {
    let publish =
        json!({ "textDocument": { "publishDiagnostics": { "dataSupport": true, "codeDescriptionSupport": true } } });
    let mut client = Client::session(publish, &[]);
    client.open(A, "plaintext", "您好\n这个我们处理不了\n");
    let items = client.published(A, 1);
    let first = &items[0];
    assert_eq!(first["range"]["start"]["line"], 1);
    assert_eq!(first["source"], "wanyan");
    assert!(first["code"].as_str().unwrap().contains('/') && first["severity"].as_i64().unwrap() >= 1);
    assert_eq!(first["codeDescription"], Value::Null, "nobody said where rules are explained");
    assert!(first["data"]["text"].as_str().is_some());
    let at = json!({ "line": 0, "character": 0 });
    client.change(A, 2, json!([{ "range": { "start": at, "end": at }, "text": "\n\n" }]));
    let moved = client.published(A, 2);
    assert_eq!(moved[0]["range"]["start"]["line"], 3);
    assert_eq!(codes(&moved), codes(&items));
    client.change(A, 3, json!([{ "text": "您好" }]));
    assert!(client.published(A, 3).is_empty());
    client.change(A, 4, json!([{ "text": "您好，不行" }, { "text": "随便你，爱买不买" }]));
    assert!(!client.published(A, 4).is_empty());
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": A } }));
    let last = client.await_where("textDocument/publishDiagnostics", |params| params.get("version").is_none());
    assert_eq!(last["diagnostics"], json!([]));
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn takes_positions_as_they_come() {
    for (encoding, end) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let general = json!({ "general": { "positionEncodings": [encoding, "utf-16"] } });
        let mut client = Client::start();
        let result = client.begin(general, &[]);
        assert_eq!(result["capabilities"]["positionEncoding"], encoding);
        client.open(A, "plaintext", "😊不行\r\n你自己看\n");
        let items = client.published(A, 1);
        assert_eq!(items[0]["range"]["start"], json!({ "line": 0, "character": end }), "{items:?}");
        // Reversed, beyond the end, inside a character.
        let far = json!({ "line": 4_294_967_296_u64, "character": 7 });
        let inside = json!({ "line": 0, "character": end.min(2) - 1 });
        client.change(A, 2, json!([{ "range": { "start": far, "end": inside }, "text": "您好" }]));
        assert!(client.published(A, 2).is_empty());
        client.change(A, 3, json!([{ "range": { "start": far, "end": far }, "text": "，不行" }]));
        let text_end = if encoding == "utf-8" { 9 } else { 3 };
        assert_eq!(client.published(A, 3)[0]["range"]["start"], json!({ "line": 0, "character": text_end }));
        assert_eq!(client.end(), Ended::Orderly);
    }
}

#[test]
fn whoever_pulls_is_not_pushed_to() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("b.txt");
    fs::write(&file, "这个我们处理不了\n").unwrap();
    fs::write(folder.path().join("c.md"), "您好\n").unwrap();
    let mut client = Client::start();
    let result = client.begin(pulls(), &[folder.path()]);
    assert_eq!(result["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open(A, "plaintext", "不行\n");
    let report = client.pull(A);
    assert_eq!(report["kind"], "full");
    assert!(!report["items"].as_array().unwrap().is_empty());
    let params = |id: &Value| json!({ "textDocument": { "uri": A }, "previousResultId": id });
    let again = client.ask("textDocument/diagnostic", params(&report["resultId"])).unwrap();
    assert_eq!(again, json!({ "kind": "unchanged", "resultId": report["resultId"] }));
    client.change(A, 2, json!([{ "text": "您好" }]));
    let changed = client.ask("textDocument/diagnostic", params(&report["resultId"])).unwrap();
    assert_eq!((&changed["kind"], &changed["items"]), (&json!("full"), &json!([])));
    let closed = client.pull(&uri_of(&file));
    assert_eq!(closed["items"].as_array().unwrap().len(), 1, "a file that is not open");
    assert_eq!(client.code("textDocument/diagnostic", json!({ "textDocument": { "uri": "untitled:x" } })), -32602);
    assert_eq!(client.code("textDocument/diagnostic", json!({})), -32602);

    let workspace = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    let items = workspace["items"].as_array().unwrap();
    let uris: Vec<&str> = items.iter().map(|item| item["uri"].as_str().unwrap()).collect();
    assert_eq!(uris.len(), 3, "{uris:?}");
    let of = |items: &[Value], uri: &str| items.iter().find(|item| item["uri"] == uri).unwrap().clone();
    assert_eq!(of(items, A)["version"], 2);
    assert_eq!(of(items, &uri_of(&file))["items"], closed["items"]);
    let previous: Vec<Value> =
        items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    let id = client.request(
        "workspace/diagnostic",
        json!({ "previousResultIds": previous, "partialResultToken": "p", "workDoneToken": 5 }),
    );
    assert_eq!(client.answer(id).unwrap(), json!({ "items": [] }));
    let partial: Vec<&Value> = client
        .unseen
        .iter()
        .filter(|message| message["params"]["token"] == "p")
        .flat_map(|message| message["params"]["value"]["items"].as_array().unwrap())
        .collect();
    assert_eq!(partial.len(), 3);
    assert!(partial.iter().all(|report| report["kind"] == "unchanged"), "{partial:?}");
    let steps: Vec<&str> = client
        .unseen
        .iter()
        .filter(|message| message["params"]["token"] == 5)
        .map(|message| message["params"]["value"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!((steps.first(), steps.last()), (Some(&"begin"), Some(&"end")));
    let all = client.quiet();
    assert!(all.iter().all(|message| message["method"] != "textDocument/publishDiagnostics"), "{all:?}");
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn a_request_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..300 {
        fs::write(folder.path().join(format!("{number}.txt")), "这个我们处理不了\n".repeat(50)).unwrap();
    }
    let mut client = Client::session(pulls(), &[folder.path()]);
    let id = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    client.tell("$/cancelRequest", json!({ "id": id }));
    // Whatever is asked meanwhile is answered at once.
    client.open(A, "plaintext", "不行\n");
    client.pull(A);
    assert_eq!(client.answer(id).unwrap_err()["code"], -32800);
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn the_configuration_is_watched_and_a_broken_one_leaves_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("wanyan.toml");
    let write = |text: &str| fs::write(&config, text).unwrap();
    let uri = uri_of(&folder.path().join("a.txt"));
    let config_uri = uri_of(&config);
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::session(capabilities, &[folder.path()]);
    let registered = client.await_where("client/registerCapability", |_| true);
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.open(&uri, "plaintext", "这个我们处理不了\n");
    let found = client.published(&uri, 1);
    let rule = found[0]["code"].as_str().unwrap().to_owned();
    let changed = |client: &mut Client, kind: i64| {
        client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": config_uri, "type": kind }] }));
    };

    write(&format!("[severity]\n\"{rule}\" = \"off\"\n"));
    changed(&mut client, 1);
    let items = client.published(&uri, 1);
    assert!(!codes(&items).contains(&rule.as_str()));

    write("agent-label = []\n");
    changed(&mut client, 2);
    let fault = client.await_where("textDocument/publishDiagnostics", |params| params["uri"] == config_uri);
    assert_eq!(fault["diagnostics"][0]["severity"], 1);
    assert!(fault["diagnostics"][0]["message"].as_str().unwrap().contains("agent-labels"), "{fault}");
    client.change(&uri, 2, json!([{ "text": "这个我们处理不了\n\n" }]));
    assert!(!codes(&client.published(&uri, 2)).contains(&rule.as_str()), "the last good one is in force");

    write("");
    changed(&mut client, 2);
    let mended = client.await_where("textDocument/publishDiagnostics", |params| params["uri"] == config_uri);
    assert_eq!(mended["diagnostics"], json!([]));
    assert!(codes(&client.published(&uri, 2)).contains(&rule.as_str()));

    fs::remove_file(&config).unwrap();
    changed(&mut client, 3);
    client.change(&uri, 3, json!([{ "text": "这个我们处理不了" }]));
    assert_eq!(codes(&client.published(&uri, 3)), codes(&found));
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn settings_of_the_editor_hold() {
    let capabilities = json!({ "workspace": { "configuration": true } });
    let mut client = Client::session(capabilities, &[]);
    client.settings = Some(json!({ "enable": false }));
    client.open(A, "plaintext", "这个我们处理不了\n");
    assert_eq!(client.published(A, 1), Vec::<Value>::new());
    client.settings = Some(json!({ "minSeverity": "warning" }));
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert!(!client.published(A, 1).is_empty());
    client.settings = Some(json!({ "minSeverity": "error" }));
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(client.published(A, 1), Vec::<Value>::new());
    client.settings =
        Some(json!({ "minSeverity": "error", "severity": { "blunt-refusal": "error", "arguing": "grave" } }));
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    assert_eq!(client.published(A, 1)[0]["severity"], 1, "what is no level is passed over");
    client.settings = Some(json!({ "severity": { "blunt-refusal": "off", "blunt-refusa": "off" } }));
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    let said = client.await_where("window/showMessage", |_| true);
    assert!(said["message"].as_str().unwrap().contains("是不是想写 blunt-refusal"), "{said}");
    assert!(!codes(&client.published(A, 1)).join(" ").contains("blunt-refusal"));
    assert_eq!(client.end(), Ended::Orderly);

    // One that never answers.
    let mut client = Client::start();
    client.settings = None;
    client.begin(json!({ "workspace": { "configuration": true } }), &[]);
    client.open(A, "plaintext", "这个我们处理不了\n");
    assert!(!client.published(A, 1).is_empty());
    assert_eq!(client.end(), Ended::Orderly);

    // One that has no way to be asked.
    let mut client = Client::session(json!({}), &[]);
    client.tell("workspace/didChangeConfiguration", json!({ "settings": { "wanyan": { "enable": false } } }));
    client.open(A, "plaintext", "这个我们处理不了\n");
    assert_eq!(client.published(A, 1), Vec::<Value>::new());
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn folders_come_and_go() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        fs::write(folder.path().join("a.txt"), "您好\n").unwrap();
    }
    let mut client = Client::session(pulls(), &[one.path()]);
    let count = |client: &mut Client| {
        let report = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
        report["items"].as_array().unwrap().len()
    };
    assert_eq!(count(&mut client), 1);
    let folder = |path: &Path| json!({ "uri": uri_of(path), "name": "w" });
    let event = |added: Value, removed: Value| json!({ "event": { "added": added, "removed": removed } });
    client.tell("workspace/didChangeWorkspaceFolders", event(json!([folder(other.path())]), json!([])));
    assert_eq!(count(&mut client), 2);
    client.tell("workspace/didChangeWorkspaceFolders", event(json!([]), json!([folder(one.path())])));
    assert_eq!(count(&mut client), 1);
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn documents_are_told_by_language_and_by_name() {
    let mut client = Client::session(pulls(), &[]);
    let cases = [
        ("untitled:Untitled-1", "plaintext", "这个我们处理不了", 1),
        ("untitled:Untitled-2", "markdown", "`这个我们处理不了`", 0),
        ("file:///n/a.md", "plaintext", "`这个我们处理不了`", 0),
        ("file:///n/a.txt", "markdown", "`这个我们处理不了`", 0),
        ("file:///n/a.jsonl", "json", "{\"text\":\"这个我们处理不了\"}", 1),
        ("file:///n/a", "jsonlines", "{\"text\":\"这个我们处理不了\"}", 1),
        ("file:///n/a.txt", "plaintext", "客服：您好\n顾客：这个我们处理不了\n", 0),
        ("file:///n/%E8%AF%9D%E6%9C%AF.TXT", "", "这个我们处理不了", 1),
        ("file:///n/话术 1.txt", "plaintext", "这个我们处理不了", 1),
        ("file:///n/a.rs", "rust", "// 这个我们处理不了", 0),
        ("file:///n/wanyan.toml", "plaintext", "# 这个我们处理不了", 0),
    ];
    for (uri, language, text, count) in cases {
        client.open(uri, language, text);
        let items = client.pull(uri)["items"].as_array().unwrap().len();
        assert_eq!(items, count, "{uri} {language}");
    }
    assert_eq!(client.end(), Ended::Orderly);
}

#[test]
fn a_client_that_does_not_read_holds_nobody_up() {
    let (server_input, mut input) = io::pipe().unwrap();
    let (output, server_output) = io::pipe().unwrap();
    let server = thread::spawn(move || serve(Box::new(BufReader::new(server_input)), Box::new(server_output)).unwrap());
    let mut say = |message: Value| {
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    };
    say(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }));
    say(json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
    let text = "这个我们处理不了\n".repeat(1000);
    let document = json!({ "uri": A, "languageId": "plaintext", "version": 1, "text": text });
    say(json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }));
    let at = json!({ "line": 0, "character": 0 });
    for version in 2..300 {
        let change = json!({ "textDocument": { "uri": A, "version": version },
            "contentChanges": [{ "range": { "start": at, "end": at }, "text": "好" }] });
        say(json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change }));
    }
    // Everything was taken though nothing was read; now the last version comes, and few before it.
    say(json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
    let mut output = BufReader::new(output);
    let mut versions = Vec::new();
    let reader = thread::spawn(move || {
        while let Some(message) = read_message(&mut output) {
            if message["method"] == "textDocument/publishDiagnostics" {
                versions.push(message["params"]["version"].as_i64().unwrap());
                if versions.last() == Some(&299) {
                    break;
                }
            }
        }
        versions
    });
    let versions = reader.join().unwrap();
    assert_eq!(versions.last(), Some(&299));
    assert!(versions.is_sorted(), "{versions:?}");
    say(json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.join().unwrap(), Ended::Orderly);
}

/// 500 edits without waiting, in each encoding: the server's findings end as those of a fresh open.
#[test]
fn many_edits_at_once_come_to_a_fresh_open() {
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let general = json!({ "general": { "positionEncodings": [encoding] } });
        let mut client = Client::session(general, &[]);
        let mut text = "亲😊，不行\r\n客服：您好\ne\u{301}𠮷这个我们处理不了\r\n".repeat(8);
        client.open(A, "plaintext", &text);
        let pieces = ["😊", "不", "行", "\r\n", "e\u{301}", "\n", "你自己看", "👩‍👩‍👧", "，", "没办法", ""];
        let mut seed: usize = 12345;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for version in 2..502 {
            let boundaries: Vec<usize> = (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                // The protocol has no position between the two characters of a line end.
                .filter(|at| !(text[..*at].ends_with('\r') && text[*at..].starts_with('\n')))
                .collect();
            let start = random(boundaries.len());
            let end = (start + random(4)).min(boundaries.len() - 1);
            let (start, end) = (boundaries[start], boundaries[end]);
            let piece = pieces[random(pieces.len())];
            let position = |at: usize| {
                let row = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let before = &text[row..at];
                let character = match encoding {
                    "utf-8" => before.len(),
                    "utf-16" => before.encode_utf16().count(),
                    _ => before.chars().count(),
                };
                json!({ "line": text[..row].matches('\n').count(), "character": character })
            };
            let change = json!([{ "range": { "start": position(start), "end": position(end) }, "text": piece }]);
            client.change(A, version, change);
            text.replace_range(start..end, piece);
        }
        let edited = client.published(A, 501);
        let fresh = "file:///tmp/wanyan-none/b.txt";
        client.open(fresh, "plaintext", &text);
        assert_eq!(client.published(fresh, 1), edited, "{encoding}");
        let versions: Vec<i64> = client
            .unseen
            .iter()
            .filter(|message| message["params"]["uri"] == A)
            .map(|message| message["params"]["version"].as_i64().unwrap())
            .collect();
        assert!(versions.is_sorted(), "{versions:?}");
        assert_eq!(client.end(), Ended::Orderly);
    }
}

#[test]
fn very_long_lines_and_texts_pass() {
    let mut client = Client::session(json!({}), &[]);
    let text = format!("{}\0不行{}", "好".repeat(1_500_000), "，您好".repeat(300_000));
    client.open(A, "plaintext", &text);
    client.published(A, 1);
    let at = json!({ "line": 0, "character": 1_500_003 });
    client.change(A, 2, json!([{ "range": { "start": at, "end": at }, "text": "\n" }]));
    client.published(A, 2);
    assert_eq!(client.end(), Ended::Orderly);
}
