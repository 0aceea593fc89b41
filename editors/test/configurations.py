"""The configurations of editors that cannot be run here: each is well formed, and the command that it names answers as a
language server and knows the kinds of files that it lists. Whether the editor reads it so is not shown by this.
"""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

EDITORS = Path(__file__).resolve().parent.parent
OFFENCE = "😀这个我们处理不了。"
# How a file of each ending holds it; any other is plain text.
OBJECT = json.dumps({"text": OFFENCE}, ensure_ascii=False)
TEXTS = {
    "jsonl": f"{OBJECT}\n{OBJECT}\n",
    "ndjson": f"{OBJECT}\n{OBJECT}\n",
    "csv": f"问,答\n在吗,{OFFENCE}\n",
    "tsv": f"问\t答\n在吗\t{OFFENCE}\n",
    "json": OBJECT,
    "jsonc": OBJECT,
    "yaml": f"text: {OFFENCE}\n",
    "yml": f"text: {OFFENCE}\n",
    "toml": f'text = "{OFFENCE}"\n',
    "html": f"<p>{OFFENCE}</p>\n",
    "htm": f"<p>{OFFENCE}</p>\n",
    "po": f'msgid "no"\nmsgstr "{OFFENCE}"\n',
    "pot": f'msgid "{OFFENCE}"\nmsgstr ""\n',
    "properties": f"no={OFFENCE}\n",
    "xml": f'<resources><string name="no">{OFFENCE}</string></resources>\n',
    "strings": f'"no" = "{OFFENCE}";\n',
}
# The formats for which an editor needs nothing but the ending.
BY_ENDING = ["csv", "tsv", "json", "yaml", "toml", "html", "po", "properties", "strings"]


def read_jsonc(path: Path):
    """JSON with whole-line comments and trailing commas."""
    text = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


class Server:
    """A server, spoken to in the protocol's frames."""

    def __init__(self, command: list[str]):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
        self.send({"method": "initialized", "params": {}})

    def send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self) -> dict:
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            sys.exit("reason: the server ended")
        return json.loads(self.process.stdout.read(length))

    def ask(self, method: str, params, number: int):
        self.send({"id": number, "method": method, "params": params})
        while (answer := self.receive()).get("id") != number:
            pass
        return answer["result"]

    def rules(self, name: str, language: str, text: str) -> list[str]:
        uri = f"file:///nowhere/{name}"
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return [found["code"] for found in message["params"]["diagnostics"]]

    def end(self) -> None:
        self.ask("shutdown", None, 2)
        self.send({"method": "exit"})
        self.process.wait(timeout=10)


def configurations():
    """Of each editor: its name, the command, and file endings with the language that the editor names for them."""
    helix = tomllib.loads((EDITORS / "helix/languages.toml").read_text())
    server = helix["language-server"]["wanyan"]
    kinds = [
        (ending, language.get("language-id", language["name"]))
        for language in helix["language"]
        for ending in language.get("file-types", ["md" if language["name"] == "markdown" else language["name"]])
    ]
    assert all("wanyan" in language["language-servers"] for language in helix["language"])
    yield "helix", [server["command"], *server["args"]], kinds

    client = read_jsonc(EDITORS / "sublime-text/LSP.sublime-settings")["clients"]["wanyan"]
    assert client["enabled"] is True
    yield "sublime-text", client["command"], [
        ("txt", "plaintext"), ("md", "markdown"), ("html", "html"), ("properties", "java-props"),
        *((ending, ending) for ending in ("csv", "json", "yaml", "toml", "po")),
        *((ending, "plaintext") for ending in ("jsonl", *BY_ENDING)),
    ]
    for entry in read_jsonc(EDITORS / "sublime-text/LSP.sublime-commands"):
        assert entry["command"] == "lsp_execute" and entry["args"]["session_name"] == "wanyan", entry

    zed = tomllib.loads((EDITORS / "zed/extension.toml").read_text())["language_servers"]["wanyan"]
    assert set(zed["language_ids"]) == set(zed["languages"])
    tomllib.loads((EDITORS / "zed/Cargo.toml").read_text())
    ids = zed["language_ids"]
    kinds = [("txt", ids["Plain Text"]), ("md", ids["Markdown"])]
    kinds += [(name.lower(), ids[name]) for name in ("JSON", "JSONC", "YAML", "TOML", "HTML", "CSV", "XML")]
    yield "zed", ["wanyan", "lsp"], [*kinds, *((ending, ids["Plain Text"]) for ending in ("jsonl", *BY_ENDING))]

    jetbrains = json.loads((EDITORS / "jetbrains/template.json").read_text())
    mappings = jetbrains["fileTypeMappings"]
    kinds = [(p.rpartition(".")[2], m["languageId"]) for m in mappings for p in m["fileType"]["patterns"]]
    yield "jetbrains", shlex.split(jetbrains["programArgs"]["default"]), kinds

    yield "kate", json.loads((EDITORS / "kate/settings.json").read_text())["servers"]["wanyan"]["command"], [
        (ending, "plaintext") for ending in ("txt", "md", "jsonl", *BY_ENDING)
    ]


def main() -> None:
    for editor, command, kinds in configurations():
        server = Server(command)
        for ending, language in kinds:
            rules = server.rules(f"a.{ending}", language, TEXTS.get(ending, OFFENCE + "\n"))
            if "blunt-refusal/cannot-do-it" not in rules:
                sys.exit(f"reason: {editor}: .{ending} as {language}: {rules}")
        server.end()
        print(editor, command, len(kinds), "kinds of files")


main()
