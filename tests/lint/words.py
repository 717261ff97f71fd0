"""What people read has words in each language: the details of refusals, which are made in English where the fault is met.

    python3 words.py ROOT
"""
import re
import sys

from tree import Tap, read, tracked

ROW = re.compile(r'^    \{"((?:\\.|[^"\\])*)", "((?:\\.|[^"\\])*)", "((?:\\.|[^"\\])*)"\},', re.MULTILINE)
SOURCES = ("proto/*.c", "daemon/core/*.c", "daemon/store/*.c", "clients/*.c")
# What makes a refusal of words it is given: whoever takes a refusal and words, and those that keep theirs elsewhere.
TAKES = re.compile(r"^(?:static )?(?:enum vd_err|bool|void|int) (\w+)\(([^;{}]*struct vd_refusal \*[^;{}]*)\)\s*\{", re.MULTILINE)
ELSEWHERE = {"vd_refuse", "vd_text_fault_set", "refuse_at", "refuse_cell", "refuse_shape", "ctl_calendar_refuse"}
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r"%(?:-?[\d.*]*)(?:ll|z|h)?[a-z]|%\"\s*PRI\w+\s*\"")
PLACES = re.compile(r"%[1-4]")


def plain(literal):
    return literal.replace('\\"', '"').replace("\\\\", "\\")


def call_text(text, start):
    """The arguments of the call whose bracket ends before `start`."""
    depth, at, in_string = 1, start, False
    while depth > 0:
        if in_string:
            if text[at] == "\\":
                at += 1
            elif text[at] == '"':
                in_string = False
        elif text[at] == '"':
            in_string = True
        else:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at]


def refusing(texts):
    """A call of any function that refuses in words."""
    names = {found[1] for text in texts for found in TAKES.finditer(text) if "const char *" in found[2]}
    return re.compile(r"\b(?:" + "|".join(sorted(names | ELSEWHERE)) + r")\(")


def details(root):
    """Every literal of a refusal that is a sentence: words with a space between them."""
    texts = {name: read(root, name) for name in tracked(root, *SOURCES)}
    calls = refusing(texts.values())
    for name, text in texts.items():
        for call in calls.finditer(text):
            for literal in LITERAL.findall(call_text(text, call.end())):
                words = plain(literal)
                is_piece = words[0:1] in (",", ";")  # of one that stands beside it
                if not is_piece and re.search(r"[A-Za-z]{2,} | [A-Za-z]{2,}", CONVERSION.sub("", words)):
                    yield name, call.group(), words


def untranslated(root, patterns):
    shapes = [re.compile(".+?".join(map(re.escape, pattern.split("%")))) for pattern in patterns if pattern != "% is %"]
    shapes.append(re.compile("7 is 7"))  # a state, not whatever has "is" in it
    for name, call, words in details(root):
        samples = [CONVERSION.sub("7", words), CONVERSION.sub("", words)]
        if "lmdb" in call:
            samples = [sample + ": 7" for sample in samples]
        if "refuse_row" in call:
            samples = ["the checkpoint's 7 7 " + sample for sample in samples]
        if "refuse_shape" in call:
            samples = [sample + "; a list was meant" for sample in samples]
        if not any(shape.fullmatch(sample) for shape in shapes for sample in samples):
            yield f"{name}: {words}"


def shadowed(patterns):
    """A row that another one above it always speaks for."""
    for at, pattern in enumerate(patterns):
        for above in patterns[:at]:
            if re.fullmatch(".+?".join(map(re.escape, above.split("%"))), pattern.replace("%", "7")):
                yield f"{pattern}: below {above}"


def uneven(rows):
    """A place that only one of the languages names."""
    for english, hant, hans in rows:
        places = {f"%{i + 1}" for i in range(english.count("%"))}
        for words in (hant, hans):
            if set(PLACES.findall(words)) != places:
                yield f"{english}: {words}"


def main():
    root = sys.argv[1]
    tap = Tap()
    rows = [tuple(map(plain, row)) for row in ROW.findall(read(root, "proto/details.c"))]
    tap.rule("every detail of a refusal has words in each language", untranslated(root, [row[0] for row in rows]))
    tap.rule("what says more stands before what says less", shadowed([row[0] for row in rows]))
    tap.rule("what a detail names is named in each language", uneven(rows) if rows else ["no rows found"])
    tap.finish()


main()
