"""The summit's day from doors to end, played fast: every reply as the rehearsal expects, and the outcome told."""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import SOURCE, VENUECTL, Pulse, Venue, case, main

REHEARSAL = SOURCE / "config" / "rehearsals" / "summit-2023.yaml"
SHORT = """plan: PLAN
end_at_ms: 2023-05-18T08:01:00+08:00
steps:
  - {at_ms: 2023-05-18T08:00:30+08:00, say: {en: "A queue"}, command: {report: {zone: reg-general, category: check-in-queue, text: TEXT}}}
"""


def play():
    """Plays the day: (status, stdout, stderr, what a watch showed, how long the machine stood still)."""
    with Pulse() as pulse, Venue(arguments=("--rehearsal", "--time-scale", "600")).start() as venue:
        ctl, env = [str(VENUECTL), "--data", str(venue.data), "--lang", "en"], {**os.environ, "LANG": "C"}
        screen = venue.folder / "screen"
        with open(screen, "wb") as output:
            watcher = subprocess.Popen([*ctl, "watch"], stdout=output, stderr=subprocess.DEVNULL, env=env)
        done = subprocess.run([*ctl, "rehearse", str(REHEARSAL)], capture_output=True, timeout=300, check=False, env=env)
        watcher.terminate()
        watcher.wait(timeout=30)
        return done.returncode, done.stdout.decode(), done.stderr.decode(), screen.read_text(), pulse.longest_s


@case
def the_whole_day():
    """the rehearsal plays to its end; some promises are met, some late, one incident never"""
    for _ in range(3):
        status, out, err, watched, stood_still_s = play()
        if status == 0 or stood_still_s < 0.2:  # 2 min of the venue: as if everybody had come so much later
            break
    assert status == 0, out[-3000:] + err
    for words in ("reported", "about to be late", "late", "escalated", "handover"):
        assert words in out, words
    who_is_asked_and_called(watched)
    rows = re.findall(r"^[123] (?:respond|decide|land)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$", out, re.M)
    assert len(rows) == 3, out[-800:]
    met, reported_late, missed, running, _ = (sum(int(row[column]) for row in rows) for column in range(5))
    assert met > 20 and reported_late > 0 and missed > 0 and running == 3, rows
    late = re.findall(r"^#\d+ .*\d{2}:\d{2}:\d{2}.*(?:late|told).*$", out.partition("past its limit")[2], re.M)
    assert len(late) == reported_late + missed + running, late
    assert re.search(r"^On-site group +\d+ ", out, re.M), out[-800:]
    assert len(re.findall(r"refused, as expected: \[", out)) == 5 and "all replies as expected: " in out, out[-800:]


def who_is_asked_and_called(watched):
    """What the control room must read at a glance, of the smoke in the lobby and of every first offer."""
    smoke = re.search(r"#(\d+) .*LIFE SAFETY", watched).group(1)
    second = [line for line in watched.splitlines() if re.match(rf"\S+  #{smoke} ", line)][:8]
    for words in ("emergency numbers: 119", "calls medic-1: life safety", "calls control-1: life safety",
                  "calls the control room"):
        assert any(words in line for line in second), second
    for number in re.findall(r"#(\d+) +reported", watched):
        asked = rf"#{number} +(?:asks|sends) \S+"
        assert re.search(asked, watched), f"nobody asked about #{number}"
    assert re.search(r"calls super-\d as supervisor: tier \d \(\w+\) late, due \d", watched), watched[-800:]


@case
def only_in_a_rehearsal():
    """a daemon that is no rehearsal refuses to play"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        status, _, err = venue.ctl("rehearse", REHEARSAL, check=False)
        assert status == 1 and "not-rehearsal" in err, err


def play_short(folder, text, *arguments, before=()):
    """A minute of the venue on an empty journal: (status, stdout, stderr)."""
    script = folder / "short.yaml"
    script.write_text(SHORT.replace("PLAN", str(SOURCE / "config" / "plans" / "summit-2023.yaml")).replace("TEXT", text))
    with Venue(arguments=("--rehearsal", "--time-scale", "60")).start() as venue:
        for line in before:
            venue.ctl(*line)
        return venue.ctl("rehearse", script, *arguments, check=False)


@case
def compared_with_its_own_kind_only():
    """the figures of another script, another file and a venue that was at work are not compared; --json has both runs"""
    with tempfile.TemporaryDirectory(prefix="venued-") as name:
        folder = Path(name)
        compare = ("--compare", str(folder / "figures.json"))
        status, out, err = play_short(folder, "Forty", *compare)
        assert status == 0 and "(play it with --baseline, and it is compared)" in out, out + err
        status, out, err = play_short(folder, "Fifty", "--baseline", *compare)
        assert status == 0 and "is of another script or plan, and not compared" in out, out + err
        assert re.search(r"^compared +baseline$", out, re.M), out
        status, out, err = play_short(folder, "Fifty", *compare, "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert status == 0 and [line.get("run") for line in lines[-2:]] == ["automatic", "baseline"], out + err
        assert lines[-1]["script_hash"] == lines[-2]["script_hash"] and "fact" in lines[0] and "A queue" in err, out + err
        kept = (folder / "figures.json").read_text()
        status, _, err = play_short(folder, "Fifty", *compare, before=(("report", "lobby", "other", "a bag"),))
        assert status == 1 and "was at work already" in err, err
        plan = folder / "plan.yaml"
        plan.write_text("event: {}\n")
        status, _, err = play_short(folder, "Fifty", "--compare", str(plan))
        assert status == 1 and "unknown-field" in err and plan.read_text() == "event: {}\n", err
        assert (folder / "figures.json").read_text() == kept


main()
