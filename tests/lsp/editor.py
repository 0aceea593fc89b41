"""An editor: pytest-lsp's client, which also keeps its documents and writes down in order what the server sends."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types as t
from lsprotocol.converters import get_converter
from pygls.lsp.client import LanguageClient as BaseLanguageClient
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

import positions

TIMEOUT = 20
"""Seconds after which a thing that was waited for counts as missing; no test waits that long when all is well."""

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "diagnostics": {"refreshSupport": True},
        "executeCommand": {},
    },
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {
            "versionSupport": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
            "relatedInformation": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {
            "contextSupport": True,
            "completionItem": {
                "snippetSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
                "insertReplaceSupport": True,
                "resolveSupport": {"properties": ["documentation", "detail"]},
                "labelDetailsSupport": True,
            },
        },
    },
}
"""What the editor can do where a test says nothing else. It takes pushed diagnostics."""

PULL = {"textDocument": {"diagnostic": {"dynamicRegistration": False, "relatedDocumentSupport": False}}}
"""Makes an editor that asks for diagnostics."""


def merged(base: dict, more: dict) -> dict:
    """`base` with `more` laid over it; None in `more` takes a key away."""
    result = dict(base)
    for key, value in more.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def structured(capabilities: dict) -> t.ClientCapabilities:
    return get_converter().structure(capabilities, t.ClientCapabilities)


def path_of(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


@dataclass
class Document:
    text: str
    version: int
    language: str


@dataclass
class Message:
    """Something that the server sent on its own account."""

    method: str
    params: object


class Protocol(LanguageClientProtocol):
    """Writes down what comes before it is handled."""

    def _handle_notification(self, method_name, params):
        self._server.note(Message(method_name, params))
        super()._handle_notification(method_name, params)

    def _handle_request(self, msg_id, method_name, params):
        self._server.note(Message(method_name, params))
        super()._handle_request(msg_id, method_name, params)


class Client(LanguageClient):
    """pytest-lsp's client with all that it lacks of an editor's side."""

    def __init__(self, configuration: dict | None = None):
        super().__init__(configuration={"": configuration or {}}, protocol_cls=Protocol, converter_factory=default_converter)
        self.received: list[Message] = []
        self.news = asyncio.Condition()
        self.stderr = b""
        own = {
            t.CLIENT_REGISTER_CAPABILITY: lambda params: None,
            t.CLIENT_UNREGISTER_CAPABILITY: lambda params: None,
            t.PROGRESS: lambda params: None,
            t.WINDOW_SHOW_MESSAGE_REQUEST: lambda params: None,
            t.WORKSPACE_APPLY_EDIT: lambda params: t.ApplyWorkspaceEditResult(applied=True),
        }
        register_lsp_features(self, {**DEFAULT_CLIENT_FEATURES, **own})

    def note(self, message: Message) -> None:
        self.received.append(message)
        asyncio.get_running_loop().create_task(self._wake())

    async def _wake(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def start_io(self, cmd: str, *args, **kwargs):
        # In place of pytest-lsp's, which writes standard error to the terminal: here it is looked at.
        await BaseLanguageClient.start_io(self, cmd, *args, **kwargs)
        self._stderr_forwarder = asyncio.create_task(self._keep_stderr())

    async def _keep_stderr(self) -> None:
        while chunk := await self._server.stderr.read(1 << 16):
            self.stderr += chunk


class Editor:
    """A client that has shaken hands with a server."""

    def __init__(self, client: Client, capabilities: dict):
        self.client = client
        self.given = capabilities
        self.pulls = "diagnostic" in capabilities.get("textDocument", {})
        self.documents: dict[str, Document] = {}
        self.seen: dict[str, list[t.Diagnostic]] = {}

    @classmethod
    async def start(cls, binary, *, capabilities: dict | None = None, folders=(), arguments=(), settings=None, **more) -> Editor:
        """Starts a server and initializes it. `capabilities` are laid over the usual ones; `more` goes to `initialize`."""
        given = merged(CAPABILITIES, capabilities or {})
        client = Client({"wanyan": settings} if settings else None)
        editor = cls(client, given)
        await client.start_io(str(binary), "lsp", *arguments)
        folders = [t.WorkspaceFolder(uri=Path(folder).as_uri(), name=Path(folder).name) for folder in folders]
        params = t.InitializeParams(capabilities=structured(given), workspace_folders=folders or None, **more)
        editor.result = await asyncio.wait_for(client.initialize_session(params), TIMEOUT)
        editor.server = editor.result.capabilities
        return editor

    async def stop(self) -> None:
        """Ends the server by the book and sees that nothing went wrong unnoticed."""
        await asyncio.wait_for(self.client.shutdown_session(), TIMEOUT)
        await asyncio.wait_for(self.client.stop(), TIMEOUT)
        assert b"panicked" not in self.client.stderr, self.client.stderr.decode()
        assert self.client.error is None
        assert self.client._server.returncode == 0

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.client._server.kill()
        await self.client.stop()

    @property
    def encoding(self) -> str:
        return self.server.position_encoding or "utf-16"

    # Documents

    def open(self, uri: str, text: str, language: str = "plaintext", version: int = 1) -> str:
        self.documents[uri] = Document(text, version, language)
        item = t.TextDocumentItem(uri=uri, language_id=language, version=version, text=text)
        self.client.text_document_did_open(t.DidOpenTextDocumentParams(item))
        return uri

    def close(self, uri: str) -> None:
        del self.documents[uri]
        self.client.text_document_did_close(t.DidCloseTextDocumentParams(t.TextDocumentIdentifier(uri)))

    def edit(self, uri: str, *edits: tuple[int, int, str]) -> str:
        """One change notification; the edits (from, to, new text; in characters) are made one after the other."""
        document = self.documents[uri]
        changes = []
        for start, end, new in edits:
            place = positions.range_of(document.text, start, end, self.encoding)
            changes.append(t.TextDocumentContentChangePartial(range=place, text=new))
            document.text = document.text[:start] + new + document.text[end:]
        return self._changed(uri, changes)

    def replace(self, uri: str, old: str, new: str) -> str:
        """Replaces the first `old`."""
        start = self.documents[uri].text.index(old)
        return self.edit(uri, (start, start + len(old), new))

    def rewrite(self, uri: str, text: str) -> str:
        """A change of the whole text."""
        self.documents[uri].text = text
        return self._changed(uri, [t.TextDocumentContentChangeWholeDocument(text=text)])

    def _changed(self, uri: str, changes) -> str:
        document = self.documents[uri]
        document.version += 1
        identifier = t.VersionedTextDocumentIdentifier(version=document.version, uri=uri)
        self.client.text_document_did_change(t.DidChangeTextDocumentParams(identifier, changes))
        return document.text

    def text(self, uri: str) -> str:
        """The text as the editor sees it: of an open document its own, else the file's."""
        if uri in self.documents:
            return self.documents[uri].text
        path = path_of(uri)
        return path.read_bytes().decode() if path.exists() else ""

    def place(self, uri: str, where: str | int | tuple[int, int]) -> t.Range:
        """The range of some words, of one character's place, or of two."""
        text = self.text(uri)
        if isinstance(where, str):
            start = text.index(where)
            where = (start, start + len(where))
        elif isinstance(where, int):
            where = (where, where)
        return positions.range_of(text, *where, self.encoding)

    def words(self, uri: str, place: t.Range) -> str:
        return positions.words(self.text(uri), place, self.encoding)

    # Waiting

    async def request(self, method: str, params=None):
        return await asyncio.wait_for(self.client.protocol.send_request_async(method, params), TIMEOUT)

    async def until(self, holds, what: str = "what was waited for"):
        """Waits until `holds()` is true of what came in, and returns it."""

        async def wait():
            async with self.client.news:
                while not (value := holds()):
                    await self.client.news.wait()
                return value

        try:
            return await asyncio.wait_for(wait(), TIMEOUT)
        except TimeoutError:
            last = [(m.method, m.params) for m in self.client.received[-3:]]
            raise AssertionError(f"{what} did not come; the last messages: {last}") from None

    async def settle(self) -> None:
        """Returns when the server has answered a request, so that what was sent before it has been taken in."""
        params = t.HoverParams(t.TextDocumentIdentifier("untitled:nothing"), t.Position(0, 0))
        with contextlib.suppress(Exception):
            await self.request(t.TEXT_DOCUMENT_HOVER, params)

    def received(self, method: str, since: int = 0) -> list:
        """The parameters of all messages with that method, in their order."""
        return [m.params for m in self.client.received[since:] if m.method == method]

    @property
    def mark(self) -> int:
        """The place in the list of messages from which on to look."""
        return len(self.client.received)

    def published(self, uri: str, since: int = 0) -> list[t.PublishDiagnosticsParams]:
        return [p for p in self.received(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, since) if p.uri == uri]

    # Diagnostics

    async def pull(self, uri: str, previous: str | None = None):
        params = t.DocumentDiagnosticParams(t.TextDocumentIdentifier(uri), previous_result_id=previous)
        return await self.request(t.TEXT_DOCUMENT_DIAGNOSTIC, params)

    async def diagnostics(self, uri: str, until=None) -> list[t.Diagnostic]:
        """The diagnostics of the document as it is now, in whichever way the editor gets them.

        Where `until` is given, waits for diagnostics of which it holds: they may change though the document does not.
        """
        if self.pulls:
            found = await self._pulled(uri, until)
        else:
            found = await self._pushed(uri, until)
        self.seen[uri] = list(found)
        return self.seen[uri]

    async def _pushed(self, uri: str, until):
        document = self.documents.get(uri)

        def last():
            now = [p for p in self.published(uri) if document is None or p.version == document.version]
            if now and (until is None or until(now[-1].diagnostics)):
                return now[-1]
            return None

        return (await self.until(last, f"diagnostics of {uri}")).diagnostics

    async def _pulled(self, uri: str, until):
        async with asyncio.timeout(TIMEOUT):
            while True:
                report = await self.pull(uri)
                assert isinstance(report, t.RelatedFullDocumentDiagnosticReport)
                if until is None or until(report.items):
                    return report.items
                # A server that sees a change of its own accord says so; one that is asked must be asked again.
                with contextlib.suppress(TimeoutError):
                    async with self.client.news:
                        await asyncio.wait_for(self.client.news.wait(), 0.05)

    # Code actions

    async def code_actions(self, uri: str, where, only=None, diagnostics=None) -> list[t.CodeAction]:
        """The actions at a place, with those of the known diagnostics that touch it."""
        place = self.place(uri, where)
        if diagnostics is None:
            diagnostics = [d for d in self.seen.get(uri, []) if touches(d.range, place)]
        context = t.CodeActionContext(diagnostics=diagnostics, only=only, trigger_kind=t.CodeActionTriggerKind.Invoked)
        params = t.CodeActionParams(t.TextDocumentIdentifier(uri), place, context)
        return await self.request(t.TEXT_DOCUMENT_CODE_ACTION, params) or []

    async def resolved(self, action: t.CodeAction) -> t.CodeAction:
        if action.edit is not None or action.command is not None:
            return action
        return await self.request(t.CODE_ACTION_RESOLVE, action)

    async def quick_fixes(self, uri: str, where) -> list[tuple[t.CodeAction, str]]:
        """The rewrites at a place, each with the document as it makes it."""
        fixes = []
        for action in await self.code_actions(uri, where, only=[t.CodeActionKind.QuickFix]):
            if action.disabled is None:
                action = await self.resolved(action)
                made = self.preview(action.edit)
                if set(made) == {uri}:
                    fixes.append((action, made[uri]))
        return fixes

    def preview(self, edit: t.WorkspaceEdit) -> dict[str, str]:
        """The texts that a workspace edit makes; what it says of versions and of files must be true."""
        made: dict[str, str] = {}
        assert (edit.document_changes is None) != (edit.changes is None), "exactly one form of edits"
        can = self.given["workspace"].get("workspaceEdit", {})
        creates = can.get("documentChanges") and "create" in can.get("resourceOperations", [])
        for change in edit.document_changes or []:
            assert can.get("documentChanges"), "the client has no document changes"
            match change:
                case t.CreateFile():
                    assert creates, "the client creates no files"
                    exists = path_of(change.uri).exists() or change.uri in self.documents
                    options = change.options or t.CreateFileOptions()
                    assert not options.overwrite, "nothing is overwritten"
                    assert not exists or options.ignore_if_exists, "a file is created that exists"
                    made[change.uri] = made.get(change.uri, self.text(change.uri) if exists else "")
                case t.TextDocumentEdit(text_document=identifier, edits=edits):
                    known = self.documents.get(identifier.uri)
                    assert identifier.version == (known.version if known else None), "the version that was edited"
                    self._make(made, identifier.uri, edits, creates)
                case _:
                    raise AssertionError(f"an unexpected change: {change}")
        for uri, edits in (edit.changes or {}).items():
            self._make(made, uri, edits, creates)
        return made

    def _make(self, made: dict[str, str], uri: str, edits, creates: bool) -> None:
        before = made[uri] if uri in made else self.text(uri)
        # Editors that cannot be told to create a file show an empty one where there is none.
        there = uri in made or uri in self.documents or path_of(uri).exists()
        assert there or not creates, f"{uri} is edited and does not exist"
        made[uri] = positions.apply_edits(before, edits, self.encoding)

    def apply(self, edit: t.WorkspaceEdit) -> None:
        """Does what a workspace edit says: open documents are changed, files are written and the server hears of it."""
        for uri, text in self.preview(edit).items():
            if uri in self.documents:
                self.rewrite(uri, text)
            else:
                self.write(path_of(uri), text)

    # Files

    def write(self, path: Path, text: str | None) -> None:
        """Writes a file, or takes it away, and tells the server, as the watcher of an editor does."""
        existed = path.exists()
        if text is None:
            path.unlink()
            kind = t.FileChangeType.Deleted
        else:
            path.write_bytes(text.encode())
            kind = t.FileChangeType.Changed if existed else t.FileChangeType.Created
        event = t.FileEvent(uri=path.as_uri(), type=kind)
        self.client.workspace_did_change_watched_files(t.DidChangeWatchedFilesParams([event]))


def touches(one: t.Range, other: t.Range) -> bool:
    def key(place):
        return (place.line, place.character)

    return key(one.start) <= key(other.end) and key(other.start) <= key(one.end)
