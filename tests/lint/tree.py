"""What the lints share: the tree as git sees it, and TAP output."""
import subprocess
import sys


def tracked(root, *patterns):
    out = subprocess.run(["git", "-C", root, "ls-files", "-z", "--", *patterns], check=True, capture_output=True)
    return [name for name in out.stdout.decode().split("\0") if name]


def read(root, name):
    with open(f"{root}/{name}", encoding="utf-8") as stream:
        return stream.read()


class Tap:
    """One line per rule; a rule fails with the places that break it."""

    def __init__(self):
        self.rules = []

    def rule(self, name, problems):
        self.rules.append((name, list(problems)))

    def finish(self):
        print(f"1..{len(self.rules)}")
        for number, (name, problems) in enumerate(self.rules, 1):
            print(f"{'not ok' if problems else 'ok'} {number} - {name}")
            for problem in problems[:40]:
                print(f"# {problem}")
        sys.exit(1 if any(problems for _, problems in self.rules) else 0)
