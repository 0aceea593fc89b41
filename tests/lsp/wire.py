"""The protocol message by message, for what a well-behaved client never sends. One thread, pipes that never block."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time

from editor import CAPABILITIES, TIMEOUT, merged

ANY = object()


def frame(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Ended(Exception):
    """The server closed its side."""


class Wire:
    """One server and the pipes to it."""

    def __init__(self, command: list[str], *, answers: bool = True, **more):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **more
        )
        self.answers = answers
        """Whether the server's own requests are answered."""
        self.received: list[dict] = []
        """Every message of the server, in order."""
        self.reading = True
        """Whether what the server writes is taken from the pipe."""
        self._in, self._out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._unsent, self._unread = bytearray(), bytearray()
        self._last_id = 0

    # Sending

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._unsent += data
        self._pump(0)

    def body(self, body: bytes) -> None:
        """A message of these bytes, with a right header."""
        self.raw(frame(body))

    def message(self, message) -> None:
        self.body(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())

    def notify(self, method: str, params=ANY) -> None:
        self.message({"jsonrpc": "2.0", "method": method} | ({} if params is ANY else {"params": params}))

    def send(self, method: str, params=ANY) -> int:
        """Sends a request and returns its id."""
        self._last_id += 1
        message = {"jsonrpc": "2.0", "id": self._last_id, "method": method}
        self.message(message | ({} if params is ANY else {"params": params}))
        return self._last_id

    def request(self, method: str, params=ANY) -> dict:
        """Sends a request and returns the whole answer."""
        return self.answer(self.send(method, params))

    def result(self, method: str, params=ANY):
        """Sends a request that must succeed and returns the result."""
        answer = self.request(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params=ANY) -> int:
        """Sends a request that must fail and returns the code of the error."""
        answer = self.request(method, params)
        assert "error" in answer, answer
        assert answer["error"]["message"]
        return answer["error"]["code"]

    def flush(self, seconds: float = TIMEOUT) -> bool:
        """Whether everything could be written within the time."""
        end = time.monotonic() + seconds
        while self._unsent and time.monotonic() < end:
            self._pump(end - time.monotonic())
        return not self._unsent

    # Receiving

    def answer(self, number) -> dict:
        return self.until(lambda m: m.get("id") == number and "method" not in m, f"the answer to {number}")

    def published(self, uri: str, version: int | None) -> dict:
        """Waits for the diagnostics of a version."""

        def holds(message):
            params = message.get("params")
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and params.get("version") == version
            )

        return self.until(holds, f"diagnostics of {uri} in version {version}")["params"]

    def until(self, holds, what: str, seconds: float = TIMEOUT) -> dict:
        """The first message, of those received and of those to come, of which `holds` is true."""
        end, seen = time.monotonic() + seconds, 0
        while True:
            for message in self.received[seen:]:
                if holds(message):
                    return message
            seen = len(self.received)
            if time.monotonic() >= end:
                raise AssertionError(f"{what} did not come; the last messages: {str(self.received[-3:])[:600]}")
            self._pump(end - time.monotonic())

    def _pump(self, seconds: float) -> None:
        """Moves bytes both ways until something has come or the time is up."""
        writing = [self._in] if self._unsent else []
        reading = [self._out] if self.reading else []
        readable, writable, _ = select.select(reading, writing, [], max(0, seconds))
        if writable:
            try:
                del self._unsent[: os.write(self._in, bytes(self._unsent[: 1 << 16]))]
            except BrokenPipeError as error:
                raise Ended(self.process.wait(TIMEOUT)) from error
        if readable:
            data = os.read(self._out, 1 << 20)
            if not data:
                raise Ended(self.process.wait(TIMEOUT))
            self._unread += data
            while self._take():
                pass

    def _take(self) -> bool:
        head, separator, _ = self._unread.partition(b"\r\n\r\n")
        if not separator:
            assert self._unread[:16] == b"Content-Length: "[: len(self._unread)], bytes(self._unread[:80])
            return False
        headers = dict(line.split(b": ", 1) for line in bytes(head).split(b"\r\n"))
        start = len(head) + 4
        end = start + int(headers[b"Content-Length"])
        if len(self._unread) < end:
            return False
        message = json.loads(bytes(self._unread[start:end]))
        del self._unread[:end]
        assert message["jsonrpc"] == "2.0"
        self.received.append(message)
        if self.answers and "method" in message and "id" in message:
            items = message.get("params", {}).get("items", [])
            result = [None] * len(items) if message["method"] == "workspace/configuration" else None
            self.message({"jsonrpc": "2.0", "id": message["id"], "result": result})
        return True

    # Life

    def initialize(self, capabilities: dict | None = None, **more) -> dict:
        """Shakes hands and returns the server's capabilities. `capabilities` are laid over the editor's."""
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": merged(CAPABILITIES, capabilities or {})}
        result = self.result("initialize", params | more)
        self.notify("initialized", {})
        return result["capabilities"]

    def open(self, text: str, uri: str = "untitled:a.txt", language: str = "plaintext", version: int = 1) -> str:
        document = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, version: int, *changes: dict) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def shut_down(self) -> int:
        """Ends the server by the book; the exit status."""
        assert self.result("shutdown") is None
        self.notify("exit")
        return self.exit_status()

    def exit_status(self, seconds: float = TIMEOUT) -> int:
        """Waits for the end of the process, taking what it still writes."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self._pump(end - time.monotonic())
        except Ended:
            pass
        return self.process.wait(max(0.1, end - time.monotonic()))

    def close_input(self) -> None:
        assert self.flush()
        self.answers = False
        self.process.stdin.close()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def stderr(self) -> str:
        """What the server wrote to standard error, once it has ended."""
        self.process.wait(TIMEOUT)
        return self.process.stderr.read().decode()
