"""Compares two workbooks as openpyxl reads them: `check_written.py BEFORE AFTER CHANGES.json`. Everything has to be the same but the
changed cells, which have to hold the new text. CHANGES.json: [{"sheet": name, "cell": "B2", "text": …}]."""

import json
import sys
import zipfile

import openpyxl
from openpyxl.utils.escape import unescape


def style(cell):
    return [repr(getattr(cell, name)) for name in ("font", "fill", "border", "alignment", "number_format", "protection")]


def shown(value):
    """Formulas of arrays are objects without a representation."""
    return repr(vars(value)) if hasattr(value, "ref") else repr(value)


def cells(sheet):
    return {cell.coordinate: cell for row in sheet.iter_rows() for cell in row}


def main(before_path, after_path, changes_path):
    changes = {(change["sheet"], change["cell"]): change["text"] for change in json.load(open(changes_path, encoding="utf-8"))}
    faults = []
    compared = 0

    def same(what, one, other):
        nonlocal compared
        compared += 1
        if one != other:
            faults.append(f"{what}: {one!r} != {other!r}")

    for rich in (False, True):
        before = openpyxl.load_workbook(before_path, rich_text=rich)
        after = openpyxl.load_workbook(after_path, rich_text=rich)
        same("sheets", before.sheetnames, after.sheetnames)
        same("names", sorted(before.defined_names), sorted(after.defined_names))
        for one, other in zip(before.worksheets, after.worksheets):
            where = one.title
            same(f"{where} state", one.sheet_state, other.sheet_state)
            same(f"{where} merged", sorted(map(str, one.merged_cells.ranges)), sorted(map(str, other.merged_cells.ranges)))
            same(f"{where} images", len(one._images), len(other._images))
            same(f"{where} charts", len(one._charts), len(other._charts))
            same(f"{where} tables", one.tables.items(), other.tables.items())
            same(f"{where} validations", [repr(v) for v in one.data_validations.dataValidation], [repr(v) for v in other.data_validations.dataValidation])
            same(f"{where} conditional", [repr(r) for r in one.conditional_formatting], [repr(r) for r in other.conditional_formatting])
            same(f"{where} protection", repr(one.protection), repr(other.protection))
            same(f"{where} filter", repr(one.auto_filter), repr(other.auto_filter))
            same(f"{where} panes", one.freeze_panes, other.freeze_panes)
            for kind in ("row_dimensions", "column_dimensions"):
                dimensions = [{k: (d.width if kind[0] == "c" else d.height, d.hidden) for k, d in getattr(s, kind).items()} for s in (one, other)]
                same(f"{where} {kind}", *dimensions)
            old, new = cells(one), cells(other)
            same(f"{where} cells", list(old), list(new))
            for name in old:
                text = changes.get((where, name))
                same(f"{where}!{name} style", style(old[name]), style(new[name]))
                same(f"{where}!{name} comment", getattr(old[name].comment, "text", None), getattr(new[name].comment, "text", None))
                same(f"{where}!{name} link", repr(getattr(old[name], "hyperlink", None)), repr(getattr(new[name], "hyperlink", None)))
                value = new[name].value
                if text is None:
                    same(f"{where}!{name}", shown(old[name].value), shown(value))
                    same(f"{where}!{name} type", old[name].data_type, new[name].data_type)
                elif rich and not isinstance(old[name].value, str):
                    fonts = [{repr(block.font) for block in cell.value} for cell in (old[name], new[name])]
                    same(f"{where}!{name} fonts", *fonts)
                else:
                    # openpyxl takes every x005F_ away where it reads rich text, so escapes there are undone once too often.
                    same(f"{where}!{name}", unescape(text) if rich else text, unescape(str(value)))
    with zipfile.ZipFile(before_path) as one, zipfile.ZipFile(after_path) as other:
        changed = 0
        for old, new in zip(one.infolist(), other.infolist(), strict=True):
            same("entry", (old.filename, old.date_time, old.compress_type, old.comment, old.external_attr), (new.filename, new.date_time, new.compress_type, new.comment, new.external_attr))
            changed += one.read(old) != other.read(new)
        same("archive comment", one.comment, other.comment)
        same("changed parts", changed, len({sheet for sheet, _ in changes}))
    print("\n".join(faults[:50]) or f"ok: {compared} comparisons, {len(changes)} changes")
    sys.exit(bool(faults))


main(*sys.argv[1:])
