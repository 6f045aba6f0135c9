#!/usr/bin/env python3
"""embed_assets.py PREFIX OUT.C OUT.H FILE...: turns files into byte strings, `const struct str PREFIX_name_ext`."""
import os
import re
import sys


def main():
    prefix, out_c, out_h, *files = sys.argv[1:]
    header = os.path.basename(out_h)
    code, head = ['#include "%s"\n' % header], ["#pragma once\n", '#include "base/str.h"\n']
    for path in files:
        name = prefix + "_" + re.sub(r"[^a-z0-9]", "_", os.path.basename(path).lower())
        data = open(path, "rb").read()
        lines = [", ".join(map(str, data[i:i + 32])) for i in range(0, len(data), 32)]
        code.append("static const unsigned char %s_bytes[] = {\n    %s};\n" % (name, ",\n    ".join(lines)))
        code.append("const struct str %s = {(const char *)%s_bytes, sizeof %s_bytes};\n" % (name, name, name))
        head.append("extern const struct str %s;" % name)
    open(out_c, "w", encoding="utf-8").write("\n".join(code))
    open(out_h, "w", encoding="utf-8").write("\n".join(head) + "\n")


main()
