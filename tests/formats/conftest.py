"""What the tests have in common: a folder with files, and formats that may not be there yet."""

from __future__ import annotations

import shutil

import pytest

pytest.register_assert_rewrite("edits", "program")

from program import FIXTURES, Folder, formats


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def fixture_file(folder):
    """Brings a fixture into the folder."""

    def bring(name: str) -> str:
        shutil.copy(FIXTURES / name, folder.path / name)
        return name

    return bring


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*names): what `--input` has to take for the test; any of the names will do")


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        if not formats() & set(mark.args):
            pytest.skip(f"`--input` does not take {' or '.join(mark.args)}")


def pytest_terminal_summary(terminalreporter):
    count = {outcome: len(terminalreporter.getreports(outcome)) for outcome in ("passed", "failed", "error", "skipped")}
    terminalreporter.write_line(f"{count['passed']} passed, {count['failed'] + count['error']} failed, {count['skipped']} skipped")
