"""What `plan check` says of a plan: the mistakes in it with file and line, and nothing else; and what the plan brings to help out."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import VENUECTL, Venue, case, main

ROOT = pathlib.Path(sys.argv[2])
SUMMIT = ROOT / "config/plans/summit-2023.yaml"

# What stands in the summit's plan, what stands there instead, and what is to be said of that: rule, severity, what is found
# and what is asked for. Worked out by hand from the standard.
MISTAKES = [
    ("  venue_capacity: 1000\n", "  venue_capacity: 900\n", "venue-reserve", False, "900", "942"),
    ("count: 36, spare: 6, ", "count: 36, ", "material-spare", False, "radios", "1"),
    ("contract: EC-2023-042, penalty: true", "contract: EC-2023-042", "supplier-contract", False, "park-kitchen", "penalty: true"),
    ("eta_ms: 2h30m, ", "", "resource-eta", True, "av-pool", "eta_ms"),
    ("  last_drill_at_ms: 2023-04-20T14:00:00+08:00\n", "  last_drill_at_ms: 2022-11-20T14:00:00+08:00\n", "drill-date", False,
     "4289h30m", "2208h"),
]


def check(path, *arguments):
    """(status, stdout, stderr); no daemon is needed."""
    done = subprocess.run([str(VENUECTL), "plan", "check", str(path), *arguments], capture_output=True, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def spoilt(folder, mistakes):
    """A copy of the summit with these mistakes, and the line of each."""
    text = SUMMIT.read_text()
    for good, bad, *_ in mistakes:
        assert text.count(good) == 1, good
        text = text.replace(good, bad)
    path = pathlib.Path(folder) / "mine.yaml"
    path.write_text(text)
    lines = SUMMIT.read_text().splitlines()  # no mistake adds a line or takes one away
    return path, [next(i for i, line in enumerate(lines, 1) if good.strip("\n") in line) for good, *_ in mistakes]


@case
def the_summit_is_prepared():
    """of the plan we ship nothing is to be said"""
    status, out, err = check(SUMMIT)
    assert (status, out, err) == (0, "", "0 errors, 0 warnings\n"), (status, out, err)


@case
def five_mistakes_are_five_lines():
    """each is named with file, line, rule, value and limit, and nothing else is; an error makes it 1"""
    with tempfile.TemporaryDirectory() as folder:
        path, lines = spoilt(folder, MISTAKES)
        status, out, err = check(path)
        assert status == 1 and err == "1 error, 4 warnings\n", (status, err)
        said = out.splitlines()
        assert len(said) == len(MISTAKES), out
        for (_, _, rule, is_error, value, limit), line in zip(MISTAKES, lines):
            begins = f"{path}:{line}:"
            found = [each for each in said if each.startswith(begins) and f" {'error' if is_error else 'warning'}: {rule}: " in each]
            assert len(found) == 1, (rule, line, out)
        status, out, _ = check(path, "--json")
        assert status == 1
        found = {each["rule"]: each for each in map(json.loads, out.splitlines())}
        for (_, _, rule, is_error, value, limit), line in zip(MISTAKES, lines):
            each = found.pop(rule)
            assert each["line"] == line and each["file"] == str(path), each
            assert each.get("is_error", False) == is_error and each["value"] == value and each["limit"] == limit, each
        assert not found, found


@case
def warnings_alone_are_no_failure():
    """without the error the rest is said, and the plan may be used"""
    with tempfile.TemporaryDirectory() as folder:
        path, _ = spoilt(folder, [each for each in MISTAKES if not each[3]])
        status, out, err = check(path)
        assert status == 0 and err == "0 errors, 4 warnings\n" and len(out.splitlines()) == 4, (status, out, err)
        with Venue(plan=path, arguments=("--clock-start", "plan")).start():
            pass


@case
def a_plan_that_says_nothing_of_it():
    """an event with participants is asked once for all of it"""
    text = SUMMIT.read_text()
    start, end = text.index("# What was prepared ("), text.index("# Devices. A heartbeat that")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "mine.yaml"
        path.write_text(text[:start] + text[end:])
        status, out, _ = check(path)
        assert status == 0 and len(out.splitlines()) == 1 and ": no-preparation: " in out, out
        assert "籌備" in check(path, "--lang", "zh-hant")[1]
        assert "筹备" in check(path, "--lang", "zh-hans")[1]


@case
def broken_plans_of_each_rule():
    """every plan in tests/plans is answered by its rule at its line, as venuectl says it"""
    for path in sorted((ROOT / "tests/plans").glob("*.yaml")):
        expected = path.read_text().splitlines()[0].removeprefix("# expect: ")
        status, out, _ = check(path, "--json")
        found = [json.loads(line) for line in out.splitlines()]
        if expected == "nothing":
            assert (status, found) == (0, []), (path, found)
            continue
        severity, rule, _, _, line = expected.split()
        assert status == (1 if severity == "error" else 0), (path, status)
        assert [(each["rule"], each["line"]) for each in found] == [(rule, int(line))], (path, found)


@case
def what_helps_out_is_offered_and_taken():
    """recommend says why own means do not do; counts hold; a restart knows what is out"""
    with Venue().start("--clock-start", "plan") as venue:
        for crew in ("av-1", "av-2", "av-3"):
            venue.ctl("crew", "duty", crew, "off")
        number = venue.report("hall-main", "av-fault", "no picture")
        found = venue.json("recommend", number)[0]
        assert found["needs"] == ["nobody-suitable"], found
        offered = [each["resource"] for each in found["resources"]]
        assert sorted(offered[:2]) == ["spare-mic", "spare-projector"] and offered[2] == "av-pool", found
        assert any(each.startswith("after-limit:78") for each in found["resources"][2]["reasons"]), found
        assert found["resources"][2]["contact"] == "ext. 8701" and found["resources"][2]["post"] == "supervisor", found
        said = venue.ctl("recommend", number)[1]
        assert "own means do not do: nobody of our own could take it" in said and "ext. 8701" in said, said
        venue.ctl("resource", "use", "spare-mic", "3", number, "--by", "exec-1")
        assert re.search(r"resource in use \S+ spare-mic 3 exec-1", venue.ctl("show", number)[1])
        status, _, err = venue.ctl("resource", "use", "spare-mic", "2", check=False)
        assert status == 1 and "none-left" in err, err
        venue.kill()
        venue.start()
        out = venue.json("resource", "list", "--open")
        assert [(each["id"], each["in_use"], each["used_by"]) for each in out] == [("spare-mic", 3, "exec-1")], out
        assert f"#{number}" in venue.ctl("resource", "--open")[1]
        status, _, err = venue.ctl("resource", "return", "spare-mic", "4", check=False)
        assert status == 1 and "bad-value" in err, err
        venue.ctl("resource", "return", "spare-mic", "--by", "exec-1")
        assert venue.json("resource", "list", "--open") == []
        status, _, err = venue.ctl("resource", "use", "spare-mike", check=False)
        assert status == 1 and "unknown-resource" in err and "did you mean spare-mic?" in err, err


main()
