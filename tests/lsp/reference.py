"""What the server ought to find and make: the command line says it of the same text."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from lsprotocol import types as t

import positions

BINARY = os.environ.get("WANYAN_BIN", "wanyan")
SEVERITIES = {
    "error": t.DiagnosticSeverity.Error,
    "warning": t.DiagnosticSeverity.Warning,
    "info": t.DiagnosticSeverity.Information,
    "hint": t.DiagnosticSeverity.Hint,
}
# A place, a rule, how grave.
Finding = tuple[int, int, int, int, str, t.DiagnosticSeverity]


def wanyan(*arguments: str, text: str = "", cwd: Path | None = None) -> str:
    """What a command writes to standard output."""
    run = subprocess.run([BINARY, *arguments], input=text.encode(), capture_output=True, cwd=cwd, timeout=60, check=False)
    # 2 with findings means that a part of the text could not be checked.
    assert run.returncode in (0, 1) or run.stdout, run.stderr.decode()
    return run.stdout.decode()


def options(name: str, cwd: Path | None, input_: str | None) -> list[str]:
    """Without a folder no configuration file counts."""
    config = [] if cwd else ["--no-config"]
    return config + (["--input", input_] if input_ else []) + ["--stdin-filename", name, "-"]


def check(text: str, name: str = "a.txt", *, cwd: Path | None = None, input_: str | None = None) -> list[dict]:
    """The findings as the command line writes them, with `start` and `end` in characters of the text."""
    # To the command line a file with NUL is no text; an editor shows it, and there it is a character like another.
    text = text.replace("\0", "\x01")
    out = wanyan("check", "--format", "json", *options(name, cwd, input_), text=text, cwd=cwd)
    raw = text.encode()
    found = json.loads(out)
    for finding in found:
        for end, byte in (("start", "byte_start"), ("end", "byte_end")):
            finding[end] = len(raw[: finding[byte]].decode())
    return found


def findings(text: str, encoding: str, name: str = "a.txt", **more) -> list[Finding]:
    """The findings as the protocol says them, in the order of the text."""
    found = []
    for finding in check(text, name, **more):
        place = positions.range_of(text, finding["start"], finding["end"], encoding)
        found.append(flat(place, finding["rule"], SEVERITIES[finding["severity"]]))
    return sorted(found)


def of_diagnostics(diagnostics) -> list[Finding]:
    """The same of what a server said. Problems that keep a text from being judged are of no rule."""
    return sorted(flat(d.range, d.code, d.severity) for d in diagnostics if is_finding(d))


def is_finding(diagnostic: t.Diagnostic) -> bool:
    """Whether it is a rule's, whose ids are `category/entry`."""
    return isinstance(diagnostic.code, str) and "/" in diagnostic.code


def flat(place: t.Range, rule: str, severity: t.DiagnosticSeverity) -> Finding:
    return (place.start.line, place.start.character, place.end.line, place.end.character, rule, severity)


def fixed(text: str, name: str = "a.txt", *, suggested: bool = False, cwd: Path | None = None, input_: str | None = None) -> str:
    """The text after `wanyan fix`."""
    return wanyan("fix", *(["--suggested"] if suggested else []), *options(name, cwd, input_), text=text, cwd=cwd)
