"""How this house is kept, as far as a machine can tell.

    python3 style.py ROOT
"""
import re
import sys

from tree import Tap, read, tracked

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 700
UNSAFE = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|system|popen|alloca|atoi|atol)\s*\(")
IMPURE = re.compile(r"\b(time|clock|rand|random|getenv|printf|fprintf|getrandom|clock_gettime|gettimeofday)\s*\(")
FLOATING = re.compile(r"\b(float|double)\b")
LEFT_OPEN = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
ENDING = re.compile(r"[ \t]+$", re.MULTILINE)


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"//[^\n]*", "", text)


def long_functions(name, text):
    """A function body opens with a brace in the first column (BreakBeforeBraces: Linux)."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start + 1 > FUNCTION_LINES_MAX:
                yield f"{name}:{start}: {number - start + 1} lines"
            start = None


def main():
    root = sys.argv[1]
    tap = Tap()
    problems = {key: [] for key in ("length", "file", "unsafe", "impure", "floating", "open", "ending", "guard")}
    for name in tracked(root, "*.c", "*.h"):
        text = read(root, name)
        code = strip_comments(text)
        problems["length"] += long_functions(name, code)
        if text.count("\n") > FILE_LINES_MAX:
            problems["file"].append(f"{name}: {text.count(chr(10))} lines")
        problems["unsafe"] += [f"{name}: {match.group(1)}" for match in UNSAFE.finditer(code)]
        if name.startswith("daemon/core/"):
            problems["impure"] += [f"{name}: {match.group(1)}" for match in IMPURE.finditer(code)]
            problems["floating"] += [f"{name}: {match.group(1)}" for match in FLOATING.finditer(code)]
        if name.endswith(".h") and "#ifndef" not in code and "#pragma once" not in code:
            problems["guard"].append(name)
    for name in tracked(root, "*.c", "*.h", "*.py", "*.proto", "*.build", "*.yaml", "tools/*"):
        text = read(root, name)
        if not name.endswith("lint/style.py"):
            problems["open"] += [f"{name}: {match.group(1)}" for match in LEFT_OPEN.finditer(text)]
        if ENDING.search(text):
            problems["ending"].append(name)
    tap.rule(f"no function over {FUNCTION_LINES_MAX} lines", problems["length"])
    tap.rule(f"no file over {FILE_LINES_MAX} lines", problems["file"])
    tap.rule("no unbounded C calls", problems["unsafe"])
    tap.rule("core has no clock, randomness or output", problems["impure"])
    tap.rule("core has no floating point", problems["floating"])
    tap.rule("nothing is left open in the sources", problems["open"])
    tap.rule("no white space at line ends", problems["ending"])
    tap.rule("headers are guarded", problems["guard"])
    tap.finish()


main()
