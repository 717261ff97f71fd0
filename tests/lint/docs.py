"""What the documents promise to hold whole: every verb, option, code, fact, path, metric and log event; links that lead
somewhere; no paths of the machine they were written on.

    python3 docs.py ROOT
"""
import ast
import os
import re
import sys

from tree import Tap, read, tracked

VERB = re.compile(r'^    \{"([a-z ]+)",', re.MULTILINE)
ROW = re.compile(r'^    \{"([a-z-]+)",\s+(?:true|false),', re.MULTILINE)
OPTION = re.compile(r'^    \{"([a-z-]+)", (?:required|no)_argument', re.MULTILINE)
WORD = re.compile(r'^  X\([A-Z_]+,\s*"([a-z-]+)"', re.MULTILINE)
PATH = re.compile(r'\.path = "([^"]+)"')
PARAMETER = re.compile(r'\{"([a-z]+)", set_')
METRIC = re.compile(r'(?:metric|seconds)\(body, "([a-z_]+)"')
EVENT = re.compile(r'vd_log(?:_limited)?\(VD_LOG_[A-Z]+,\s*"([a-z-]+)"')
FIELD = re.compile(r"^  (?:repeated )?\w+ (\w+) = \d+;", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MACHINE = re.compile(r"/(?:home|root|work|Users|tmp|mnt|media)/[\w.-]+")


def missing(words, name, text, shape):
    """The words that do not stand in the text in this shape."""
    if not words:
        yield f"{name}: nothing found to look for"
    for word in words:
        if not re.search(shape(word), text):
            yield f"{name} lacks {word}"


def code(text):
    """What stands between backticks, a line each: a word in a sentence explains nothing."""
    return "\n".join(span for line in FENCE.sub("", text).splitlines() for span in line.split("`")[1::2])


def bare(word):
    return rf"(?<![\w-]){re.escape(word)}(?![\w-])"


def in_manual(word):  # `.It Ic crew duty`, or one of several in an item
    return rf"(?m)^\.It (?:.*, )?Ic {re.escape(word)}(?=\s|$)"


def manual_option(word):
    return rf"(?m)^\.It .*Fl Fl {re.escape(word)}(?=\s|$)"


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def broken_links(root, names):
    for name in names:
        text = FENCE.sub("", read(root, name))
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, fragment = target.partition("#")
            file = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if not os.path.exists(os.path.join(root, file)):
                yield f"{name}: {target}"
            elif fragment and fragment not in map(anchor, HEADING.findall(FENCE.sub("", read(root, file)))):
                yield f"{name}: {target}: no such heading"


def bad_examples(root, names):
    for name in names:
        for number, block in enumerate(PYTHON.findall(read(root, name)), 1):
            try:
                ast.parse(block)
            except SyntaxError as error:
                yield f"{name}: example {number}: {error}"


def verb_problems(root):
    verbs = VERB.findall(read(root, "clients/ctl/verbs.c"))
    words = sorted({word for verb in verbs for word in verb.split()})
    yield from missing(verbs, "venuectl.1", read(root, "docs/man/venuectl.1"), in_manual)
    for name in ("config/completions/venuectl.bash", "config/completions/_venuectl"):
        yield from missing(words, name, read(root, name), bare)


def option_problems(root):
    options = ROW.findall(read(root, "clients/ctl/main.c"))
    yield from missing(options, "venuectl.1", read(root, "docs/man/venuectl.1"), manual_option)
    for name in ("config/completions/venuectl.bash", "config/completions/_venuectl"):
        yield from missing(options, name, read(root, name), lambda word: rf"--{word}(?![\w-])")
    options = OPTION.findall(read(root, "daemon/loop/options.c"))
    yield from missing(options, "venued.8", read(root, "docs/man/venued.8"), manual_option)


def key_problems(root):
    """Every key of the configuration, in its manual."""
    text = read(root, "proto/config.proto")
    keys = [key for name in ("ConfigToken", "Config")
            for key in FIELD.findall(re.search(rf"message {name} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL).group(1))]
    return missing(keys, "venued.yaml.5", read(root, "docs/man/venued.yaml.5"), lambda key: rf"(?m)^\.It Cm {key}$")


def main():
    root = sys.argv[1]
    tap = Tap()
    protocol, operating = code(read(root, "docs/protocol.md")), code(read(root, "docs/operating.md"))
    loop = "".join(read(root, name) for name in tracked(root, "daemon/*.c"))
    api = read(root, "daemon/net/http_api.c")
    acts = FIELD.findall(re.search(r"oneof act \{(.*?)\}", read(root, "proto/command.proto"), re.DOTALL).group(1)
                         .replace("\n    ", "\n  "))
    tap.rule("every verb is in the manual and in the completions", verb_problems(root))
    tap.rule("every option is in the manuals and in the completions", option_problems(root))
    tap.rule("every key of the configuration is in its manual", key_problems(root))
    tap.rule("every code is in the protocol", missing(WORD.findall(read(root, "proto/err.h")), "codes", protocol, bare))
    tap.rule("every fact is in the protocol", missing(WORD.findall(read(root, "proto/facts.h")), "facts", protocol, bare))
    tap.rule("every command is in the protocol", missing(acts, "commands", protocol, bare))
    tap.rule("every HTTP path and parameter is in the protocol",
             list(missing(PATH.findall(api), "paths", protocol, bare)) +
             list(missing(PARAMETER.findall(api), "parameters", protocol, lambda word: rf"(?m)(?<!\w){word}=")))
    tap.rule("every metric is explained", missing(["venued_" + name for name in METRIC.findall(loop)], "metrics", operating, bare))
    tap.rule("every log event is explained", missing(sorted(set(EVENT.findall(loop))), "events", operating, bare))
    documents = tracked(root, "*.md")
    tap.rule("links lead somewhere", broken_links(root, documents))
    tap.rule("examples in Python can be read", bad_examples(root, documents))
    tap.rule("no paths of anybody's machine",
             [f"{name}: {match}" for name in documents + tracked(root, "docs/man/*", "config/*")
              for match in MACHINE.findall(read(root, name))])
    tap.finish()


main()
