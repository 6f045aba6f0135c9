#!/usr/bin/env python3
"""embed_queries.py MODULE QUERIES.SQL OUT.C OUT.H: turns a module's named queries into C (see src/db/query.h)."""
import os
import re
import sys

TOKEN = re.compile(r"""
    (?P<comment>--[^\n]*)|(?P<string>'(?:[^']|'')*')|(?P<quoted>"[^"]*")|(?P<dollar>\$\$.*?\$\$)
  | (?P<cast>::)|(?P<param>:[a-z_][a-z0-9_]*)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<paren>[()])|(?P<other>.)""", re.X | re.S)


def split_queries(text, path):
    """Yields (name, notes, sql) of each query, with the columns that it takes from `-- columns:`."""
    parts = re.split(r"^-- (query|columns): *([a-z0-9_]+) *$", text, flags=re.M)
    shared = {name: body.strip() for kind, name, body in zip(parts[1::3], parts[2::3], parts[3::3]) if kind == "columns"}
    for kind, name, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        if kind == "columns":
            continue
        for columns in re.findall(r"\{([a-z_]+)\}", body):
            if columns not in shared:
                sys.exit("%s: query %s: there is no `-- columns: %s`" % (path, name, columns))
            notes_at, sql = re.match(r"((?:--[^\n]*\n)*)(.*)", shared[columns], re.S).groups()
            body = notes_at + body.replace("{%s}" % columns, sql)
        notes = dict()
        for key, value in re.findall(r"^-- (schema|nullable|not null|type|problems): *(.+?) *$", body, flags=re.M):
            notes.setdefault(key, []).append(value)
        yield name, notes, body


def compile_query(name, body, path):
    """Returns prefix, main, main without order, parameter names and whether the query writes."""
    out, params, depth, words = [], [], 0, []
    for token in TOKEN.finditer(body):
        kind, text = token.lastgroup, token.group()
        if kind == "comment":
            continue
        if kind == "param":
            if text[1:] not in params:
                params.append(text[1:])
            text = "$%d" % (params.index(text[1:]) + 1)
        elif kind == "paren":
            depth += 1 if text == "(" else -1
        elif kind == "word":
            words.append((text.lower(), depth, sum(map(len, out))))
        out.append(text)
    sql = "".join(out).rstrip().rstrip(";").rstrip()
    if depth != 0:
        sys.exit("%s: query %s: parentheses do not match" % (path, name))
    lead = len(sql) - len(sql.lstrip())
    writes = any(w in ("insert", "update", "delete") for i, (w, d, _) in enumerate(words)
                 if not (w == "update" and i and words[i - 1][0] in ("for", "do", "key", "no")))
    if words and words[0][0] == "with":
        at = next(p for w, d, p in words[1:] if d == 0 and w in ("select", "insert", "update", "delete"))
        prefix, main = sql[lead:at], sql[at:]
    else:
        prefix, main = "", sql[lead:]
    orders = [p for w, d, p in words if d == 0 and w == "order"]
    unordered = sql[len(prefix) + lead:orders[-1]] if orders and not writes else None
    squeeze = lambda s: re.sub(r"[ \t]*\n\s*", "\n", s).strip()
    return squeeze(prefix), squeeze(main), squeeze(unordered) if unordered else None, params, writes


def known_problems():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api", "problems.def")
    return set(re.findall(r'^P\(\w+, \d+, "(\w+)"', open(path, encoding="utf-8").read(), flags=re.M))


def check_problems(name, noted, body, known, path):
    """The column `problem` gives what the note declares, as far as the text tells, and the note declares nothing else."""
    has_column = any(t.lastgroup == "word" and t.group() == "problem" for t in TOKEN.finditer(body))
    if has_column != bool(noted):
        sys.exit("%s: query %s: a column `problem` and a note `-- problems:` go together" % (path, name))
    literals = [t.group()[1:-1] for t in TOKEN.finditer(body) if t.lastgroup == "string"]
    given = {re.split(r"[ :]", text)[0] for text in literals if noted} & known
    for code in sorted(given ^ set(noted)):
        sys.exit("%s: query %s: %s" % (path, name, "there is no problem %s" % code if code not in known else
                                       "`-- problems:` and the text do not agree on %s" % code))


def c_string(text):
    lines = text.split("\n")
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return "\n        ".join('"%s%s"' % (line, "\\n" if i + 1 < len(quoted) else "") for i, line in enumerate(quoted))


def words_of(values, separator):
    return " " + " ".join(v for value in values for v in re.split(separator, value) if v) + " " if values else ""


def main():
    module, path, out_c, out_h = sys.argv[1:5]
    known = known_problems()
    names, code = [], ['#include "%s.queries.h"\n\n#include <stddef.h>\n' % module]
    for name, notes, body in split_queries(open(path, encoding="utf-8").read(), path):
        prefix, statement, unordered, params, writes = compile_query(name, body, path)
        problems = [code for value in notes.get("problems", []) for code in re.split(r"[,\s]+", value)]
        check_problems(name, problems, body, known, path)
        names.append(name)
        code.append("const struct query q_%s = {\n    .name = \"%s\",\n    .schema = %s,\n    .prefix = %s,\n    .main = %s,\n    .unordered = %s,\n"
                    "    .params = (const char *const[]){%sNULL},\n    .nullable = \"%s\",\n    .not_null = \"%s\",\n"
                    "    .types = \"%s\",\n    .problems = %s,\n    .writes = %s,\n};\n" % (
                        name, name, '"%s"' % notes["schema"][0] if "schema" in notes else "NULL", c_string(prefix),
                        c_string(statement), c_string(unordered) if unordered else "NULL", "".join('"%s", ' % p for p in params), words_of(notes.get("nullable"), r"[,\s]+"),
                        words_of(notes.get("not null"), r"[,\s]+"), words_of(notes.get("type"), r"\s+"),
                        '"%s"' % words_of(problems, r"\s+") if problems else "NULL", "true" if writes else "false"))
    code.append("const struct query *const %s_queries[] = {%sNULL};\n" % (module, "".join("&q_%s, " % n for n in names)))
    open(out_c, "w", encoding="utf-8").write("\n".join(code))
    head = ["#pragma once\n", '#include "db/query.h"\n'] + ["extern const struct query q_%s;" % n for n in names]
    head.append("extern const struct query *const %s_queries[];\n" % module)
    open(out_h, "w", encoding="utf-8").write("\n".join(head))


main()
