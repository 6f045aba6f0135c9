"""The table at the end and the files with results."""
import json
import os


class Report:
    def __init__(self):
        self.rows, self.details = [], {}

    def add(self, what, ours, peer, ratio=None, goal=None, met=None):
        """`ours` and `peer` are texts with units. `met`: True, False, or None where there is no goal."""
        self.rows.append({"what": what, "veza": ours, "peer": peer, "ratio": None if ratio is None else round(ratio, 3), "goal": goal, "met": met})

    def table(self):
        mark = {True: "✓", False: "✗", None: ""}
        lines = [("", "Veza", "peer", "ratio", "goal", "")]
        for row in self.rows:
            lines.append((row["what"], row["veza"], row["peer"], "" if row["ratio"] is None else "%.2f" % row["ratio"], row["goal"] or "", mark[row["met"]]))
        widths = [max(len(line[i]) for line in lines) for i in range(6)]
        out = []
        for number, line in enumerate(lines):
            out.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
            if number == 0:
                out.append("|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(out)

    def write(self, folder, facts):
        os.makedirs(folder, exist_ok=True)
        for name, content in {"machine": facts, "summary": self.rows, **self.details}.items():
            with open(os.path.join(folder, name + ".json"), "w") as file:
                json.dump(content, file, indent=1, ensure_ascii=False)
                file.write("\n")


def rate(value):
    return "%s/s" % (("%.0f" % value) if value >= 100 else "%.1f" % value)


def mib(kib):
    return "%.1f MiB" % (kib / 1024)
