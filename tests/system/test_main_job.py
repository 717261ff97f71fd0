"""A report becomes three deadlines, calls that climb, and a line on every screen."""
from datetime import datetime

from harness import Pulse, Venue, case, main, wait_until

SCALE = ("--time-scale", "60", "--clock-start", "plan")


@case
def report_and_watch():
    """a report prints its number, and a watcher elsewhere sees the change"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        watcher = venue.watch()
        wait_until(lambda: venue.json("status"), "status")
        number = wait_until(lambda: venue.report("hall-main", "av-fault", "slides will not play"), "a number")
        assert number == 1
        venue.report("hall-main", "av-fault", "still")
        wait_until(lambda: watcher.facts("reported"), "the change on the watcher's screen")
        incidents = venue.json("incidents", "--open")
        assert [i["number"] for i in incidents] == [1, 2]
        assert incidents[1]["looks_like"] == 1
        deadlines = {d["id"]: d for d in venue.json("deadlines")}
        assert {d["promise"] for d in deadlines.values() if d["incident"] == 1} == {"respond", "decide", "land"}


@case
def nobody_answers():
    """nobody answers: warnings and breaches come at 80 % and 100 % of 5, 10 and 20 minutes, and climb"""
    with Pulse() as pulse, Venue(arguments=SCALE).start() as venue:
        watcher = venue.watch()
        number = venue.report("hall-main", "av-fault", "slides will not play", "--severity", "3")
        wait_until(lambda: len([f for f in watcher.facts("breached") if f.get("incident") == number]) == 3,
                   "three breaches", 60)
        deadlines = {d["promise"]: d for d in venue.json("deadlines") if d.get("incident") == number}
        changes = [c for c in watcher.changes() if c.get("fact", {}).get("incident") == number]
        # At 60x one real millisecond is 60 of the venue's; the timer may be some real milliseconds late, never early. Who
        # stands still is late by so much, and has no time left to warn.
        late_ms = 30000 + pulse.longest_s * 60000
        for promise, minutes in (("respond", 5), ("decide", 10), ("land", 20)):
            warned = [c for c in changes if c["fact"]["what"] == "warned" and c["fact"].get("promise") == promise]
            breached = [c for c in changes if c["fact"]["what"] == "breached" and c["fact"].get("promise") == promise]
            assert len(breached) == 1, (promise, breached)
            assert len(warned) == 1 or (not warned and late_ms > minutes * 12000), (promise, warned, late_ms)
            start = ms(deadlines[promise]["start_at_ms"])
            for change in warned:
                assert 0 <= ms(change["cause"]["now_at_ms"]) - start - minutes * 48000 < late_ms, (promise, late_ms)
            assert 0 < ms(breached[0]["cause"]["now_at_ms"]) - start - minutes * 60000 < late_ms, (promise, late_ms)
        called = [(c["fact"]["what"], c["fact"].get("crew")) for c in changes
                  if c["fact"]["what"] in ("breached", "climbed", "called-again") and c["fact"].get("promise") == "respond"]
        kinds = [what for what, _ in called]
        assert kinds[:3] == ["breached", "climbed", "climbed"], called
        people = [crew for _, crew in called[:3]]
        assert len(set(people)) == 3, f"a climb skips to the next different person: {people}"
        crews = {c["id"]: c for c in venue.json("crew", "list")}
        assert all(crews[person].get("on_duty") for person in people), people


@case
def answered_in_time():
    """answered in time: the outcomes are met, and the alerts are withdrawn"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        number = venue.report("forum-a", "av-fault", "no sound")
        for verb in (("respond",), ("decide", "spare microphone"), ("land",)):
            venue.ctl(verb[0], number, *verb[1:], "--by", "av-1")
        status, _, err = venue.ctl("close", number, "--by", "av-1", check=False)
        assert status == 1 and "own-work" in err, (status, err)
        venue.ctl("close", number)
        outcomes = [d["outcome"] for d in venue.json("deadlines") if d["incident"] == number]
        assert outcomes == ["met"] * 3, outcomes
        assert not [a for a in venue.json("alerts", "--open") if a.get("incident") == number]


@case
def restart_goes_on():
    """an orderly end leaves a whole checkpoint; the next start reads nothing and goes on"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        number = venue.report("forum-b", "network", "no wifi")
        venue.ctl("respond", number, "--by", "net-1", check=False)
        before = venue.json("deadlines")
        assert venue.stop() == 0
        venue.arguments = []
        venue.start()
        assert venue.json("deadlines") == before
        status = venue.json("status")[0]
        assert status.get("boot_changes", 0) == 0, status
        assert status["epoch"] == 2
        assert venue.report("forum-b", "network", "again") == number + 1, "numbers are never reused"


def ms(instant):
    return int(datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp() * 1000 + 0.5)


main()
