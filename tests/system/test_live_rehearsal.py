"""Doors, peak and tea break at 120x: a suggestion at check-in, refills ahead of run-out, a projector that flaps, one notice
for three shifts; and the same morning with automation off. What is asserted stands in the journal, in its order: a machine that stalls makes the
venue's clock run on, so a play that fell behind its script is played again before it is called a failure."""
import functools
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from harness import SOURCE, VENUECTL, Venue, case, main

REHEARSAL = SOURCE / "config" / "rehearsals" / "doors-to-tea.yaml"
TRIES = 3
FOLDER = tempfile.TemporaryDirectory(prefix="venued-figures-")  # what either run is compared by


class Play:
    """The rehearsal played to its end, and what the journal says of it."""

    def __init__(self, *arguments, speed=120):
        env = {**os.environ, "LANG": "C"}
        with Venue(arguments=("--rehearsal", "--time-scale", str(speed))).start() as venue:
            ctl = [str(VENUECTL), "--data", str(venue.data), "--lang", "en"]
            done = subprocess.run([*ctl, "rehearse", str(REHEARSAL), "--compare", str(Path(FOLDER.name) / "day.json"), *arguments], capture_output=True, timeout=300,
                                  check=False, env=env)
            self.status, self.out = done.returncode, done.stdout.decode()
            self.summary = self.out.partition("\n== ")[2] + done.stderr.decode()
            self.nodes = {node["id"]: node for node in venue.json("status")[0].get("nodes", [])}
            self.changes = [json.loads(line) for line in venue.ctl("journal", "export")[1].splitlines()]

    def fell_behind(self):
        return "behind the script" in self.summary

    def facts(self, what):
        return [change["fact"] for change in self.changes if change.get("fact", {}).get("what") == what]

    def entities(self, kind):
        """(the Change, the entity) of each time that one of the kind was written, in the journal's order."""
        return [(change, entity[kind]) for change in self.changes for entity in change.get("upserts", []) if kind in entity]

    def last(self, kind):
        return {entity["id"]: entity for _, entity in self.entities(kind)}

    def acts(self, by):
        return {node: int(count.get(by, 0)) for node, count in self.nodes.items()}


@functools.lru_cache(maxsize=None)
def automatic():
    return played(look_at_automatic)


@functools.lru_cache(maxsize=None)
def baseline():
    return played(look_at_baseline, "--baseline", speed=240)


def played(look, *arguments, speed=120):
    """The first play that is as it should be, or that had no stall to excuse it, or the last."""
    for left in reversed(range(TRIES)):
        play = Play(*arguments, speed=speed)
        try:
            look(play)
            return play
        except AssertionError:
            if left == 0 or not play.fell_behind():
                return play


def milliseconds(instant):
    hour, minute, second = re.search(r"T(\d+):(\d+):([\d.]+)Z", instant).groups()
    return (int(hour) * 60 + int(minute)) * 60000 + round(float(second) * 1000)


def length(duration):
    units = {"h": 3600000, "m": 60000, "s": 1000, "ms": 1}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+)(ms|h|m|s)", duration))


# ---- what is to be seen ----

def refills(play):
    """Each refill that venued asked for: its supply as known just before, and as of then."""
    known, asked = {}, set()
    for change in play.changes:
        supplies = {entity["supply"]["id"]: entity["supply"] for entity in change.get("upserts", []) if "supply" in entity}
        for entity in change.get("upserts", []):
            task = entity.get("task", {})
            if task.get("kind") == "refill" and task["id"] not in asked:
                asked.add(task["id"])
                if "tick" in change["cause"]:
                    yield known[task["subject"]], supplies[task["subject"]], task
        known.update(supplies)


def look_at_refills(play):
    opened = list(refills(play))
    assert {supply["id"] for _, supply, _ in opened} >= {"coffee", "water", "tea", "fruit", "pastry", "vip-tea"}, opened
    for before, supply, task in opened:
        ends = [milliseconds(before[end]) for end in ("run_out_at_ms", "stale_at_ms") if end in before]
        due = milliseconds(before["refill_at_ms"])
        assert supply["level"] > 0 and due <= milliseconds(task["opened_at_ms"]), (before, task)
        # Asked for a lead ahead of what comes first; at once where less than that is left.
        ahead = min(ends) - due
        assert length(supply["lead_ms"]) - 1000 <= ahead or due == milliseconds(before["level_at_ms"]) and ahead > 0, before
    ran_out = [supply["id"] for _, supply in play.entities("supply") if supply.get("level_at_ms") and not supply.get("level")]
    assert not ran_out, ran_out
    assert all(task["state"] == "done" for task in play.last("task").values()), play.last("task")


def look_at_projector(play):
    incidents = list(play.last("incident").values())
    own = [incident for incident in incidents if incident.get("device") == "proj-main"]
    assert len(own) == 1, own
    category = play.last("category")[own[0]["category"]]
    assert own[0]["severity"] == 3 and category["severity"] == 2, own  # a keynote for 720 begins in nine minutes
    assert own[0]["attempt"] == 1 and own[0]["state"] == "closed", own
    assert own[0]["needed_by"] == "keynote-1", own
    assert play.last("device")["proj-main"]["flaps"] >= 2, play.last("device")["proj-main"]


def look_at_suggestion(play):
    suggestions = play.last("suggestion")
    assert list(suggestions) == ["s1"], suggestions
    told = suggestions["s1"]
    assert (told["lane"], told["other"], told["taken_by"]) == ("general-1", "general-3", "checkin-1"), told
    assert told["state"] == "measured" and told["helped"], told
    assert length(told["measured_ms"]) < length(told["wait_ms"]) / 2, told
    assert play.last("lane")["general-3"]["state"] == "open", play.last("lane")


def look_at_notice(play):
    assert len(play.facts("session-shifted")) == 3
    notices = play.last("notice")
    assert list(notices) == ["n1"] and notices["n1"]["state"] == "sent", notices
    assert sorted(notices["n1"]["sessions"]) == ["keynote-2", "lunch", "tea-morning"], notices
    assert len(play.facts("notice-approved")) == 1 and len(play.facts("notice-sent")) == 1
    assert notices["n1"]["approved_by"] == "control-1", notices


def look_at_the_rest(play):
    held = [entity["id"] for _, entity in play.entities("batch") if entity.get("held_for") == "keynote-1"]
    assert sorted(held) == ["fruit.b1", "pastry.b1"], held
    batches = play.last("batch")
    assert batches["fruit.b1"]["state"] == batches["pastry.b1"]["state"] == "sampled", batches
    samples = {deadline["subject"]: deadline["outcome"] for deadline in play.last("deadline").values()
               if deadline["promise"] == "sample"}
    assert sorted(samples.values()) == ["met", "missed"], samples
    assert [fact["zone"] for fact in play.facts("crowded")] == ["tea-break"], play.facts("crowded")
    assert [fact["zone"] for fact in play.facts("eased")] == ["tea-break"], play.facts("eased")


def look_at_automatic(play):
    assert play.status == 0 and "all replies as expected: " in play.summary, play.summary
    look_at_suggestion(play)
    look_at_refills(play)
    look_at_projector(play)
    look_at_notice(play)
    look_at_the_rest(play)


def look_at_baseline(play):
    assert play.status == 0 and "all replies as expected: " in play.summary, play.summary
    by_itself = {node: count for node, count in play.acts("automatic").items() if node != "escalation"}
    assert not any(by_itself.values()), by_itself  # who is late is called all the same
    by_people = play.acts("manual")
    assert not play.last("suggestion"), play.last("suggestion")
    for node in ("dispatch", "fault", "refill", "crowding", "check-in", "notice"):
        assert by_people[node] > 0, by_people
    assert [change for change in play.changes if change.get("fact", {}).get("what") == "plan-applied"], "automation was turned off"


# ---- the cases ----

@case
def refills_ahead():
    """refills are asked for a lead ahead of run-out or staleness, and nothing runs out"""
    look_at_refills(automatic())


@case
def suggested():
    """a suggestion at check-in is taken, and its effect is measured"""
    look_at_suggestion(automatic())


@case
def flapping():
    """a projector that comes and goes is exactly one incident, its severity by the next session and its audience"""
    look_at_projector(automatic())


@case
def one_notice():
    """three shifts become one attendee notice, approved once"""
    look_at_notice(automatic())


@case
def the_rest():
    """batches wait for the overrun, one sample is late, a crowd is called once and eases with hysteresis"""
    look_at_the_rest(automatic())


@case
def told():
    """the summary tells it: refills, the projector, the notice, what was automatic"""
    play = automatic()
    look_at_automatic(play)
    for pattern in (r"^t\d+ +Coffee +\d\d:\d\d:\d\d +venued +\d+/240 +\S+ +\S+ +\S+$",
                    r"^s1 +General 1 +open a lane: General 3, in reserve +08:35:\d\d .* it helped$", r"^General 1 +159 +4m\S*$",
                    r"^Main projector +\d+ +1 +#1 +09:2\d:\d\d +3 \(category 2\) +09:30:00 Keynote",
                    r"^n1 +sent +3 +control-1 +10:3\d:\d\d +Tea break; Keynote: intelligent industry; Lunch$",
                    r"^Tea +0 +\d+\.\d% +-$", r"^node of the process +automatic +manual$", r"^in all +\d+ +\d+$"):
        assert re.search(pattern, play.summary, re.M), (pattern, play.summary)


@case
def nothing_automatic():
    """with automation off the same script counts no automatic act, and people do what venued did"""
    play = baseline()
    look_at_baseline(play)
    assert "== Doors to tea break, baseline ==" in play.out, play.summary
    assert re.search(r"^Fruit +\d+ +- +\d+m\S*$", play.summary, re.M), play.summary  # it ran out
    assert sum(play.acts("manual").values()) > sum(automatic().acts("manual").values())


@case
def compared():
    """the run played last stands beside the other: what ran out, samples that nobody asked for, who did what"""
    first, second = automatic(), baseline()
    look_at_automatic(first)
    look_at_baseline(second)
    assert "(play it with --baseline, and it is compared)" in first.summary, first.summary
    for pattern in (r"^compared +baseline +automatic$", r"^late: food sample +0 of 0 +1 of 2$",
                    r"^nothing left for: Fruit +\d+m\S* +-$", r"^nothing left for: all together +\d+m\S* +-$",
                    r"^food samples asked for +0 of 2: nobody asked +2 of 2$", r"^food samples missing +1 of 2 +0 of 2$",
                    r"^longest wait at check-in, as forecast +\d+m\S* +4m\S*$",
                    r"^by itself \+ by people: fault found +0 \+ 1 \(0%\) +1 \+ 0 \(100%\)$",
                    r"^manual acts: \d+ with automation off, [1-9]\d* with it \(-\d\d?%\)$", r"^the automatic run is that of \d{4}-\d\d-\d\d "):
        assert re.search(pattern, second.summary, re.M), (pattern, second.summary)


main()
