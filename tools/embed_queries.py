#!/usr/bin/env python3
"""embed_queries.py MODULE FRAGMENTS.SQL QUERIES.SQL OUT.C OUT.H: turns a module's named queries into C (see src/db/query.h)."""
import os
import re
import sys

TOKEN = re.compile(r"""
    (?P<comment>--[^\n]*)|(?P<string>'(?:[^']|'')*')|(?P<quoted>"[^"]*")|(?P<dollar>\$\$.*?\$\$)
  | (?P<cast>::)|(?P<param>:[a-z_][A-Za-z0-9_]*)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<paren>[()])|(?P<other>.)""", re.X | re.S)
USE = re.compile(r"\{([a-z_]+)(?:\(([^{}]*)\))?\}")
NOTE = re.compile(r"^-- (schema|nullable|not null|type|problems|sort|filter|search|total|unique|sees): *(.+(?:\n--  +.+)*) *$", re.M)
FILTERS_MAX, SORTS_MAX, KEYS_MAX = 20, 16, 4  # as db/query.h says


def split_commas(text):
    """Splits at the commas that are in no parentheses, strings or comments."""
    parts, depth = [""], 0
    for token in TOKEN.finditer(text):
        kind, word = token.lastgroup, token.group()
        depth += {"(": 1, ")": -1}.get(word, 0) if kind == "paren" else 0
        if kind == "comment":
            continue
        if word == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += word
    return [part.strip() for part in parts]


def sections(text):
    """Yields (kind, head, body) of each `-- query: name` and `-- fragment: name(arguments)`."""
    parts = re.split(r"^-- (query|fragment): *(.+?) *$", text, flags=re.M)
    return zip(parts[1::3], parts[2::3], parts[3::3])


def read_fragments(text, path, into):
    for kind, head, body in sections(text):
        match = re.fullmatch(r"([a-z_]+)(?:\(([a-z_, ]*)\))?", head)
        if kind != "fragment":
            continue
        if not match or match[1] in into:
            sys.exit("%s: fragment %s: its name is not a word, or taken" % (path, head))
        into[match[1]] = (split_commas(match[2]) if match[2] else [], body.strip())


def expand(body, fragments, where, depth=0):
    """Puts fragments in the place of their {name(arguments)}; their notes come first, so that they count for the query."""
    notes = []

    def put(use):
        if use[1] not in fragments or depth > 8:
            sys.exit("%s: there is no `-- fragment: %s`, or it uses itself" % (where, use[1]))
        names, text = fragments[use[1]]
        values = split_commas(use[2]) if use[2] else []
        if len(names) != len(values):
            sys.exit("%s: {%s} takes %d arguments" % (where, use[1], len(names)))
        if names:
            given = dict(zip(names, values))
            text = re.sub(r"'[^'\n]*'|(?<![A-Za-z0-9_])(has_)?(%s)(?![A-Za-z0-9_])" % "|".join(names), # not in texts, such as '/u/'
                          lambda m: (m[1] or "") + given[m[2]] if m[2] else m[0], text)
        lead, sql = re.match(r"((?:--[^\n]*(?:\n|$))*)(.*)", text, re.S).groups()
        lead_of_inner, sql = expand(sql, fragments, where, depth + 1)
        notes.append(lead + lead_of_inner)
        return sql
    expanded = USE.sub(put, body)
    return "".join(notes), expanded


def open_params(body):
    """The parameters by which a statement reads tracks, playlists or people while no fragment of a right is used with that alias. It sees `t.id = :id` and the
    like, and nothing that goes through another table."""
    sql, found = re.sub(r"--.*", "", body), []
    guarded = set(re.findall(r"\{[a-z_]+_(?:visible|seen|listed|editable)\(\s*([a-z_0-9]+)", sql))
    for alias in set(re.findall(r"(?:\b(?:from|join|update|using)|,)\s+(?:tracks|playlists|users)\s+(?:as\s+)?([a-z_0-9]+)", sql)) - guarded:
        found += re.findall(r"\b%s\.(?:id|creator_id|user_id|username)\)?\s*(?:=|in)\s*(?:any\s*)?\(*\s*(?:lower\()?:([a-z_0-9]+)" % alias, sql)
    return sorted(set(found) - {"viewer"})


def split_queries(text, path, fragments):
    """Yields (name, notes, sql) of each query."""
    read_fragments(text, path, fragments)
    for kind, name, body in sections(text):
        if kind == "fragment":
            continue
        where = "%s: query %s" % (path, name)
        lead, expanded = expand(re.sub(r"^--.*\n", "", body, flags=re.M), fragments, where)
        notes = dict()
        for key, value in NOTE.findall(lead + body):
            notes.setdefault(key, []).append(expand(re.sub(r"\n-- +", " ", value), fragments, where)[1])
        notes["open"] = [] if "sees" in notes else open_params(body)
        notes["writes"] = re.search(r"^-- writes *$", body, flags=re.M) is not None
        notes["audited"] = re.search(r"^-- audited *$", body, flags=re.M) is not None
        yield name, notes, expanded


class Query:
    """The statement's parts, with :name numbered over all of them."""

    def __init__(self, name, notes, body, where):
        self.where, self.params = "%s: query %s" % (where, name), []
        sql, words = self.compile(body)
        lead = len(sql) - len(sql.lstrip())
        sql = sql.rstrip().rstrip(";").rstrip()
        self.writes = notes["writes"] or any(w in ("insert", "update", "delete") for i, (w, d, _) in enumerate(words)
                          if not (w == "update" and i and words[i - 1][0] in ("for", "do", "key", "no")))
        at = lead
        if words and words[0][0] == "with":
            at = next(p for w, d, p in words[1:] if d == 0 and w in ("select", "insert", "update", "delete"))
            self.check_all_run(words)
        self.prefix, self.main, self.columns, self.rest = sql[lead:at], sql[at:], "", ""
        self.sorts = [self.sort(note) for note in notes.get("sort", [])]
        self.filters = [self.filter(note, kind == "search") for kind in ("filter", "search") for note in notes.get(kind, [])]
        self.uncounted, self.unique = notes.get("total") == ["none"], "unique" in notes
        if self.sorts:
            self.split_list([(w, d, p - at) for w, d, p in words if p >= at])
        if len(self.filters) > FILTERS_MAX or len(self.sorts) > SORTS_MAX or (self.filters and not self.sorts):
            self.fail("too many sorts or filters, or filters without a sort")

    def fail(self, what):
        sys.exit("%s: %s" % (self.where, what))

    def compile(self, text):
        """Returns the text with $1..., and its words with their depth in parentheses and their place."""
        out, depth, words = [], 0, []
        for token in TOKEN.finditer(text):
            kind, text = token.lastgroup, token.group()
            if kind == "comment":
                continue
            if kind == "string" and re.search(r"\$[0-9]", text):
                self.fail("a string with $ and a digit would be taken for a parameter")
            if kind == "param":
                if text[1:] not in self.params:
                    self.params.append(text[1:])
                text = "$%d" % (self.params.index(text[1:]) + 1)
            elif kind == "paren":
                depth += 1 if text == "(" else -1
            elif kind == "word":
                words.append((text.lower(), depth, sum(map(len, out))))
            out.append(text)
        if depth != 0:
            self.fail("parentheses do not match")
        return "".join(out), words

    def check_all_run(self, words):
        """PostgreSQL runs a select of `with` only where something reads it: realtime_send() in one that nothing reads would send nothing."""
        used = [w for w, _, _ in words]
        for i, (name, depth, _) in enumerate(words[:-2]):
            if depth == 0 and words[i + 1][:2] == ("as", 0) and words[i + 2][:2] == ("select", 1) and used.count(name) == 1:
                self.fail("nothing reads `%s`, so PostgreSQL does not run it; call the function in a `returning` or in the last select" % name)

    def sort(self, note):
        """[name: ]expression [desc], ...; one direction for all, so that the rows after a cursor are those of one comparison."""
        name, keys = re.fullmatch(r"(?:([a-z_]+): )?(.*)", note).groups()
        keys = [re.fullmatch(r"(.*?)( desc| asc)?", key, re.S).groups() for key in split_commas(keys)]
        if len({direction == " desc" for _, direction in keys}) != 1 or len(keys) > KEYS_MAX:
            self.fail("sort %s: its keys go different ways (negate one), or are more than %d" % (note, KEYS_MAX))
        return name, [self.compile(key)[0] for key, _ in keys], keys[0][1] == " desc"

    def filter(self, note, is_search):
        match = re.fullmatch(r"([a-z_]+)(?:(!?=)([a-z_]+))?: (.*)", note, re.S)
        if not match:
            self.fail("filter %s: `input: condition` is expected" % note)
        return match[1], match[3], match[2] == "!=", self.compile(match[4])[0], is_search

    def split_list(self, words):
        """A list's statement is `select columns from ... where ...`, to which conditions and an order can be added."""
        clauses = [w for w, d, _ in words if d == 0 and w in ("from", "where", "group", "having", "order", "limit", "union", "window", "distinct")]
        where = max([p for w, d, p in words if d == 0 and w == "where"], default=0)
        if any(w == "or" and d == 0 and p > where for w, d, p in words):
            self.fail("the conditions of a list are parted by `and`; `or` stands in parentheses")
        if self.writes or words[0][0] != "select" or clauses[-1:] != ["where"] or clauses.count("where") != 1 or clauses[0] != "from":
            self.fail("a list is `select ... from ... where ...` without group, order or limit; put what has them into a subselect")
        start = next(p for w, d, p in words if d == 0 and w == "from")
        self.columns, self.rest = self.main[len("select"):start].strip(), self.main[start:]
        items = {}
        for item in split_commas(self.columns):
            expression, name = re.fullmatch(r"(.*?)(?:\s+as\s+\"?([a-z0-9_.]+)\"?)?", item, re.S).groups()
            items[expression] = name or expression.split(".")[-1]
        self.sorts = [(name, [(key, items.get(key)) for key in keys], desc) for name, keys, desc in self.sorts]


def known_problems():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api", "problems.def")
    return set(re.findall(r'^P\(\w+, \d+, "(\w+)"', open(path, encoding="utf-8").read(), flags=re.M))


def check_problems(name, noted, body, known, path, by_function):
    """The column `problem` gives what the note declares, as far as the text tells, and the note declares nothing else, but for what a function says."""
    has_column = any(t.lastgroup == "word" and t.group() == "problem" for t in TOKEN.finditer(body))
    if has_column != bool(noted):
        sys.exit("%s: query %s: a column `problem` and a note `-- problems:` go together" % (path, name))
    literals = [t.group()[1:-1] for t in TOKEN.finditer(body) if t.lastgroup == "string"]
    given = {re.split(r"[ :]", text)[0] for text in literals if noted} & known
    for code in sorted(given - set(noted) | set(noted) - known if by_function else given ^ set(noted)):
        sys.exit("%s: query %s: %s" % (path, name, "there is no problem %s" % code if code not in known else
                                       "`-- problems:` and the text do not agree on %s" % code))


def squeeze(text):
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()


def c_string(text):
    if text is None:
        return "NULL"
    lines = text.split("\n")
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return "\n        ".join('"%s%s"' % (line, "\\n" if i + 1 < len(quoted) else "") for i, line in enumerate(quoted))


def words_of(values, separator):
    return " " + " ".join(v for value in values for v in re.split(separator, value) if v) + " " if values else ""


def c_list(query):
    if not query.sorts:
        return "NULL"
    sorts = "".join("{%s, {%s}, %s}, " % (c_string(name), ", ".join("{%s, %s}" % (c_string(k), c_string(c)) for k, c in keys),
                                         "true" if desc else "false") for name, keys, desc in query.sorts)
    filters = "".join("{%s, %s, %s, %s, %s}, " % (c_string(name), c_string(value), "true" if negated else "false", c_string(squeeze(sql)),
                                                  "true" if is_search else "false") for name, value, negated, sql, is_search in query.filters)
    return "&(const struct query_list){\n        .columns = %s,\n        .rest = %s,\n        .sorts = (const struct query_sort[]){%s{0}},\n" \
           "        .filters = (const struct query_filter[]){%s{0}},\n        .uncounted = %s,\n        .unique = %s}" \
           % (c_string(squeeze(query.columns)), c_string(squeeze(query.rest)), sorts, filters, "true" if query.uncounted else "false",
              "true" if query.unique else "false")


def main():
    module, shared, path, out_c, out_h = sys.argv[1:6]
    known = known_problems()
    names, code, fragments = [], ['#include "%s.queries.h"\n\n#include <stddef.h>\n' % module], {}
    read_fragments(open(shared, encoding="utf-8").read(), shared, fragments)
    for name, notes, body in split_queries(open(path, encoding="utf-8").read(), path, fragments):
        query = Query(name, notes, body, path)
        problems = [code for value in notes.get("problems", []) for code in re.split(r"[,\s]+", value)]
        check_problems(name, problems, body, known, path, notes["writes"])
        names.append(name)
        code.append("const struct query q_%s = {\n    .name = \"%s\",\n    .schema = %s,\n    .prefix = %s,\n    .main = %s,\n    .list = %s,\n"
                    "    .params = (const char *const[]){%sNULL},\n    .nullable = \"%s\",\n    .not_null = \"%s\",\n"
                    "    .types = \"%s\",\n    .problems = %s,\n    .writes = %s,\n    .uses_viewer = %s,\n    .audited = %s,\n    .open = \"%s\",\n};\n" % (
                        name, name, '"%s"' % notes["schema"][-1] if "schema" in notes else "NULL", c_string(squeeze(query.prefix)),
                        c_string(squeeze(query.main)), c_list(query), "".join('"%s", ' % p for p in query.params), words_of(notes.get("nullable"), r"[,\s]+"),
                        words_of(notes.get("not null"), r"[,\s]+"), words_of(notes.get("type"), r"\s+"),
                        '"%s"' % words_of(problems, r"\s+") if problems else "NULL", "true" if query.writes else "false",
                        "true" if {"viewer", "viewer_staff"} & set(query.params) else "false",
                        "true" if notes["audited"] else "false", words_of(notes["open"], " ")))
    code.append("const struct query *const %s_queries[] = {%sNULL};\n" % (module, "".join("&q_%s, " % n for n in names)))
    open(out_c, "w", encoding="utf-8").write("\n".join(code))
    head = ["#pragma once\n", '#include "db/query.h"\n'] + ["extern const struct query q_%s;" % n for n in names]
    head.append("extern const struct query *const %s_queries[];\n" % module)
    open(out_h, "w", encoding="utf-8").write("\n".join(head))


main()
