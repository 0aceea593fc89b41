"""What the command line says of a draft, for comparison with what an editor shows.

usage: expected.py findings FILE    a line each: LINE:COLUMN-LINE:COLUMN RULE, in characters from 1
       expected.py rewritten FILE   the text after the first rewrite of the first finding
       expected.py phrase FILE      the words of the first finding
       expected.py title FILE       the title of its first rewrite
"""

import json
import os
import subprocess
import sys


def main() -> None:
    what, path = sys.argv[1:]
    command = [os.environ["WANYAN_BIN"], "check", "--no-config", "--format", "jsonl", path]
    run = subprocess.run(command, capture_output=True, check=False)
    if run.returncode != 1:
        sys.exit(f"{command}: status {run.returncode}: {run.stderr.decode()}")
    found = [json.loads(line) for line in run.stdout.splitlines()]
    if what == "findings":
        places = [(f["line"], f["column"], f["end_line"], f["end_column"], f["rule"]) for f in found]
        for line, column, end_line, end_column, rule in sorted(places):
            print(f"{line}:{column}-{end_line}:{end_column} {rule}")
    elif what == "phrase":
        print(found[0]["text"])
    elif what == "title":
        print(found[0]["fixes"][0]["title"])
    elif what == "rewritten":
        text = open(path, "rb").read()
        for edit in sorted(found[0]["fixes"][0]["edits"], key=lambda edit: -edit["start"]):
            text = text[: edit["start"]] + edit["replacement"].encode() + text[edit["end"] :]
        sys.stdout.buffer.write(text)
    else:
        sys.exit(__doc__)


main()
