"""The summit's day from doors to end, played fast: every reply as the rehearsal expects, and the outcome told."""
import re
import subprocess

from harness import SOURCE, VENUECTL, Venue, case, main

REHEARSAL = SOURCE / "config" / "rehearsals" / "summit-2023.yaml"


@case
def the_whole_day():
    """the rehearsal plays to its end; some promises are met, some late, one incident never"""
    with Venue(arguments=("--rehearsal", "--time-scale", "600")).start() as venue:
        done = subprocess.run([str(VENUECTL), "--data", str(venue.data), "rehearse", str(REHEARSAL)], capture_output=True,
                              timeout=300, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == 0, out[-3000:] + err
        for words in ("reported", "about to be late", "late", "escalated", "handover"):
            assert words in out, words
        rows = re.findall(r"^[123] (?:respond|decide|land)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$", out, re.M)
        assert len(rows) == 3, out[-800:]
        running, met, reported_late, missed, _ = (sum(int(row[column]) for row in rows) for column in range(5))
        assert met > 20 and reported_late > 0 and missed > 0 and running == 3, rows
        assert re.search(r"who held the clock:.*onsite", out), out[-800:]


@case
def only_in_a_rehearsal():
    """a daemon that is no rehearsal refuses to play"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        status, _, err = venue.ctl("rehearse", REHEARSAL, check=False)
        assert status == 1 and "not-rehearsal" in err, err


main()
