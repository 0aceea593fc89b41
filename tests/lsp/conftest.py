"""What the tests have in common: servers that are started for a test and ended behind it."""

from __future__ import annotations

import logging

import pytest
import pytest_asyncio

import reference
from editor import Editor
from wire import Wire

logging.getLogger("pygls").setLevel(logging.CRITICAL)


@pytest_asyncio.fixture
async def start(request):
    """Starts an editor with a server; the arguments are those of `Editor.start`."""
    editors = []

    async def start(**more) -> Editor:
        editors.append(await Editor.start(reference.BINARY, **more))
        return editors[-1]

    yield start
    failed = getattr(request.node, "failed", False)
    for editor in editors:
        if failed:
            await editor.kill()
        else:
            await editor.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True
    return report


@pytest_asyncio.fixture
async def editor(start, tmp_path) -> Editor:
    """An editor with one folder, which takes pushed diagnostics."""
    return await start(folders=[tmp_path])


@pytest.fixture
def uri(tmp_path):
    """Makes the address of a file in the folder."""

    def uri(name: str = "回复.txt") -> str:
        return (tmp_path / name).as_uri()

    return uri


@pytest.fixture
def wire():
    """Starts a server and speaks to it message by message, well formed or not."""
    wires = []

    def wire(*arguments: str, **more) -> Wire:
        wires.append(Wire([reference.BINARY, *(arguments or ("lsp",))], **more))
        return wires[-1]

    yield wire
    for started in wires:
        started.kill()


def pytest_terminal_summary(terminalreporter):
    count = {outcome: len(terminalreporter.getreports(outcome)) for outcome in ("passed", "failed", "error")}
    terminalreporter.write_line(f"{count['passed']} passed, {count['failed'] + count['error']} failed")
