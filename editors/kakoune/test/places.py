"""Turns Kakoune's ranges (LINE.BYTE,LINE.BYTE|FACE, both ends inside) of a file into LINE:COLUMN-LINE:COLUMN, in characters."""

import re
import sys

lines = open(sys.argv[1], "rb").read().split(b"\n")


def column(line: int, bytes_before: int) -> str:
    return f"{line}:{len(lines[line - 1][:bytes_before].decode()) + 1}"


seen = set()
for one, start, other, end in re.findall(r"(\d+)\.(\d+),(\d+)\.(\d+)\|", sys.stdin.read()):
    # The end is the first or the last byte of the last character.
    last = int(end)
    line = lines[int(other) - 1]
    while last < len(line) and line[last] & 0xC0 == 0x80:
        last += 1
    seen.add((int(one), int(start), f"{column(int(one), int(start) - 1)}-{column(int(other), last)}"))
for _, _, place in sorted(seen):
    print(place)
