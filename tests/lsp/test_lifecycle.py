"""How a server begins and ends: the handshake, exit statuses, parents, pipes, sockets, locale."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest

import reference
from wire import Ended, Wire

NOT_INITIALIZED, INVALID_REQUEST, METHOD_NOT_FOUND = -32002, -32600, -32601
HELLO = {"processId": None, "rootUri": None, "capabilities": {}}


def test_says_who_it_is(wire):
    server = wire()
    result = server.result("initialize", HELLO)
    assert result["serverInfo"]["name"] == "wanyan"
    assert result["serverInfo"]["version"] in reference.wanyan("--version")
    assert server.result("shutdown") is None


def test_offers_what_it_has(wire):
    capabilities = wire().initialize()
    sync = capabilities["textDocumentSync"]
    assert sync["openClose"] is True
    assert sync["change"] == 2
    actions = capabilities["codeActionProvider"]
    assert {"quickfix", "source.fixAll.wanyan", "refactor.rewrite.wanyan"} <= set(actions["codeActionKinds"])
    assert actions["resolveProvider"] is True
    assert capabilities["hoverProvider"]
    assert {"/", "、"} <= set(capabilities["completionProvider"]["triggerCharacters"])
    assert len(capabilities["executeCommandProvider"]["commands"]) >= 4
    folders = capabilities["workspace"]["workspaceFolders"]
    assert folders["supported"] is True
    assert folders["changeNotifications"]
    # Off where nobody asked for them.
    assert not capabilities.get("codeLensProvider")
    assert not capabilities.get("inlayHintProvider")


@pytest.mark.parametrize("arguments", [["lsp"], ["lsp", "--stdio"]])
def test_ends_by_the_book(wire, arguments):
    server = wire(*arguments)
    server.initialize()
    assert server.shut_down() == 0
    assert server.stderr() == ""


def test_exit_without_shutdown_is_a_failure(wire):
    server = wire()
    server.initialize()
    server.notify("exit")
    assert server.exit_status() == 1


def test_exit_before_the_handshake_is_a_failure(wire):
    server = wire()
    server.notify("exit")
    assert server.exit_status() == 1


def test_exit_counts_while_there_is_work(wire):
    server = wire()
    server.initialize()
    server.open("这个我们处理不了。\n" * 20_000)
    assert server.shut_down() == 0


def test_refuses_requests_before_the_handshake(wire):
    server = wire()
    document = {"uri": "untitled:a.txt"}
    hover = {"textDocument": document, "position": {"line": 0, "character": 0}}
    assert server.error("textDocument/hover", hover) == NOT_INITIALIZED
    assert server.error("shutdown") == NOT_INITIALIZED
    # Notifications before it are dropped.
    server.open("这个我们处理不了。")
    server.initialize()
    assert not server.request("textDocument/hover", hover).get("result")


def test_refuses_a_second_handshake(wire):
    server = wire()
    server.initialize()
    assert server.error("initialize", HELLO) == INVALID_REQUEST
    uri = server.open("这个我们处理不了。")
    assert server.published(uri, 1)["diagnostics"]


def test_refuses_requests_after_shutdown(wire):
    server = wire()
    server.initialize()
    assert server.result("shutdown") is None
    hover = {"textDocument": {"uri": "untitled:a.txt"}, "position": {"line": 0, "character": 0}}
    assert server.error("textDocument/hover", hover) == INVALID_REQUEST
    server.open("这个我们处理不了。")
    server.notify("exit")
    assert server.exit_status() == 0


def test_ends_when_the_pipe_closes(wire):
    server = wire()
    server.initialize()
    server.close_input()
    assert server.exit_status() in (0, 1)


def test_ends_when_the_pipe_closes_before_the_handshake(wire):
    server = wire()
    server.close_input()
    assert server.exit_status() in (0, 1)


def test_ends_when_nobody_can_read(wire):
    server = wire()
    server.initialize()
    server.process.stdout.close()
    server.reading = False
    try:
        server.open("这个我们处理不了。")
        assert server.flush()
        assert server.process.wait(20) in (0, 1)
    except Ended as ended:
        assert ended.args[0] in (0, 1)


@pytest.fixture
def parent():
    """A process that can stand for the editor."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_ends_when_its_parent_does(wire, parent):
    server = wire()
    server.initialize(processId=parent.pid)
    assert server.result("textDocument/hover", place(server.open("您好"))) is None
    assert server.process.poll() is None
    parent.kill()
    parent.wait()
    assert server.exit_status() in (0, 1)


def test_ends_when_its_parent_has_ended_before(wire, parent):
    parent.kill()
    parent.wait()
    server = wire()
    try:
        server.send("initialize", HELLO | {"processId": parent.pid})
        assert server.exit_status() in (0, 1)
    except Ended as ended:
        assert ended.args[0] in (0, 1)


def place(uri: str) -> dict:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


def test_does_not_take_the_process_that_started_it_for_its_parent(wire, parent):
    # The id in the handshake counts, not who started the server: containers and wrappers start it, too.
    server = wire()
    server.initialize(processId=None)
    parent.kill()
    assert server.result("textDocument/hover", place(server.open("您好"))) is None


def test_unknown_methods(wire):
    server = wire()
    server.initialize()
    server.notify("$/nobody/knows/this", {})
    server.notify("nobody/knows/this", {})
    assert server.error("nobody/knows/this", {}) == METHOD_NOT_FOUND
    assert server.error("$/nobody/knows/this", {}) == METHOD_NOT_FOUND
    assert server.shut_down() == 0


@pytest.mark.parametrize("locale", ["zh-cn", "zh-TW", "en", "en_US.UTF-8", "", "@@", "x" * 10_000])
def test_takes_any_locale(wire, locale):
    server = wire()
    server.initialize(locale=locale)
    uri = server.open("这个我们处理不了。")
    [finding] = server.published(uri, 1)["diagnostics"]
    assert finding["message"]
    assert server.shut_down() == 0


def test_messages_are_chinese_where_the_locale_is(wire):
    server = wire()
    server.initialize(locale="zh-cn")
    [finding] = server.published(server.open("这个我们处理不了。"), 1)["diagnostics"]
    assert "生硬地说办不了" in finding["message"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_speaks_over_a_socket(wire):
    port = free_port()
    server = wire("lsp", "--tcp", f"127.0.0.1:{port}")
    connection = connected(server, port)
    body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}'
    connection.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    connection.settimeout(20)
    assert connection.recv(1 << 16).startswith(b"Content-Length: ")
    connection.close()


def connected(server: Wire, port: int) -> socket.socket:
    """Connects as soon as the server listens."""
    for _ in range(400):
        assert server.process.poll() is None, server.stderr()
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            # Nothing else tells when it listens.
            time.sleep(0.05)
    raise AssertionError("the server does not listen")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:9000", "nonsense", "127.0.0.1:99999"])
def test_listens_on_the_loopback_only(address):
    run = subprocess.run([reference.BINARY, "lsp", "--tcp", address], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.decode().strip()


def test_help_names_the_options():
    text = reference.wanyan("lsp", "--help")
    assert "--stdio" in text
    assert "--tcp" in text


def test_wrong_options_are_refused():
    run = subprocess.run([reference.BINARY, "lsp", "--nonsense"], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    assert run.returncode == 2
    assert "--nonsense" in run.stderr.decode()


def test_many_servers_do_not_disturb_each_other(wire):
    servers = [wire() for _ in range(3)]
    for number, server in enumerate(servers):
        server.initialize()
        server.open("这个我们处理不了。\n" * (number + 1))
    for number, server in enumerate(servers):
        assert len(server.published("untitled:a.txt", 1)["diagnostics"]) == number + 1
    assert [server.shut_down() for server in servers] == [0, 0, 0]
