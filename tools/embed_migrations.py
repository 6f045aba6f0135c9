#!/usr/bin/env python3
"""Writes migrations/NNNN_name.{up,down}.sql and migrations/functions/*.sql as C data.

    embed_migrations.py FOLDER OUTPUT.c [--depfile OUTPUT.d]

OUTPUT.c defines `embedded_migrations` of db/migrate.h. The build stops at a duplicate number, a missing half or a NUL
byte. Numbers may have gaps, so that branches do not collide.
"""

import argparse
import hashlib
import os
import pathlib
import re
import sys

NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.(up|down)\.sql")
CHUNK = 1000  # C promises string literals of 4095 bytes; adjacent ones join


def c_string(data: bytes) -> str:
    """A C literal of the bytes. Three-digit octal escapes cannot swallow the character that follows."""
    lines, line = [], ""
    for byte in data:
        if byte == 0x0A:
            lines.append(line + "\\n")
            line = ""
            continue
        if byte in b'"\\':
            line += "\\" + chr(byte)
        elif byte == 0x3F:  # no trigraphs
            line += "\\?"
        elif 0x20 <= byte < 0x7F:
            line += chr(byte)
        else:
            line += f"\\{byte:03o}"
        if len(line) >= CHUNK:
            lines.append(line)
            line = ""
    if line or not lines:
        lines.append(line)
    return "\n    ".join(f'"{text}"' for text in lines)


def read(folder: pathlib.Path) -> dict:
    found = {}
    for path in sorted(folder.glob("*.sql")):  # not those in functions/
        match = NAME.fullmatch(path.name)
        if not match:
            sys.exit(f"{path.name}: a migration is called NNNN_name.up.sql or NNNN_name.down.sql")
        version, direction = int(match[1]), match[2]
        name = path.name[: -len(f".{direction}.sql")]
        entry = found.setdefault(version, {"name": name})
        if entry["name"] != name:
            sys.exit(f"{path.name}: number {match[1]} is taken by {entry['name']}")
        data = path.read_bytes()
        if b"\0" in data:
            sys.exit(f"{path.name}: a NUL byte")
        entry[direction] = data
    for entry in found.values():
        for direction in ("up", "down"):
            if direction not in entry:
                sys.exit(f"{entry['name']}.{direction}.sql is missing")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--depfile", type=pathlib.Path)
    args = parser.parse_args()

    found = read(args.folder)
    out = ["/* Written by tools/embed_migrations.py. */", '#include "db/migrate.h"', "", "static const struct migration items[] = {"]
    for version, entry in sorted(found.items()):
        out += [
            f"{{.version = {version}, .name = \"{entry['name']}\",",
            f" .checksum = \"{hashlib.sha256(entry['up']).hexdigest()}\",",
            f" .up =\n    {c_string(entry['up'])},",
            f" .down =\n    {c_string(entry['down'])}}},",
        ]
    functions = sorted((args.folder / "functions").glob("*.sql"))
    out += ["};", "", "static const struct migration_functions functions[] = {"]
    for path in functions:
        data = path.read_bytes()
        out.append(f"{{.name = \"{path.stem}\", .checksum = \"{hashlib.sha256(data).hexdigest()}\",\n .sql =\n    {c_string(data)}}},")
    out += ["{0}};", "", f"const struct migration_list embedded_migrations = {{items, {len(found)}, functions, {len(functions)}}};", ""]
    args.output.write_text("\n".join(out), encoding="ascii")
    if args.depfile:
        # The folder too: its time changes when a file comes or goes. Relative, since ninja reads no odd characters here.
        names = [os.path.relpath(name) for name in [args.folder, args.folder / "functions", *sorted(args.folder.glob("*.sql")), *functions]]
        args.depfile.write_text(f"{args.output}: {' '.join(names)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
