"""The summit's day from doors to end, played fast: every reply as the rehearsal expects, and the outcome told."""
import os
import re
import subprocess

from harness import SOURCE, VENUECTL, Pulse, Venue, case, main

REHEARSAL = SOURCE / "config" / "rehearsals" / "summit-2023.yaml"


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


main()
