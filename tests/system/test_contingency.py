"""Contingencies: a storm converts the AI area, by hand and by a CAP 1.2 alert; abort, undo, and what is refused."""
import os
import tempfile

from harness import Venue, case, main, wait_until

START = ("--clock-start", "plan")
CAP = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cap")
FULL = ("power-off", "guide", "clear", "mats", "move", "restart")


def zone(venue, name):
    return next(each for each in venue.json("zone") if each["id"] == name)


def storm(venue):
    return next(each for each in venue.json("contingency", "list") if each["id"] == "storm")


def tasks(venue):
    return {each["subject"].split(".")[1]: each for each in venue.json("task", "list", "--open")
            if each.get("kind") == "step"}


def deadlines(venue, outcome):
    return [each["id"] for each in venue.json("deadlines")
            if each.get("promise") in ("convert", "step") and each.get("outcome") == outcome]


def alerts(venue):
    return [each for each in venue.json("alerts", "--open") if "contingency" in [r["why"] for r in each.get("reasons", [])]]


def cap(venue, name, check=True):
    return venue.ctl("cap", os.path.join(CAP, name), check=check)


@case
def a_storm_is_converted_in_the_playbooks_order():
    """tasks open one after the other, zones convert and end as the plan says, the deadline is met; a kill changes nothing"""
    with Venue().start(*START) as venue:
        watcher = venue.watch("--from", "1")
        venue.ctl("contingency", "activate", "storm")
        wait_until(lambda: watcher.facts("contingency-activated"), "the fact on the watcher's screen", 10)
        assert zone(venue, "ai-area")["status"] == "converting"
        assert zone(venue, "corridor")["status"] == "converting-passable"
        assert set(tasks(venue)) == {"power-off", "guide", "clear", "mats"}, tasks(venue)
        notice = venue.json("notice", "list", "--open")[0]
        assert notice["contingencies"] == ["storm"] and set(notice["zones"]) == {"ai-area", "corridor"}, notice
        out = venue.ctl("notice", "show", "1")[1]
        assert "moving to the indoor corridor" in out and "step-free" in out, out
        status, _, err = venue.ctl("zone", "set", "corridor", "open", check=False)
        assert status == 1 and "storm" in err, err
        status, _, err = venue.ctl("contingency", "activate", "storm", check=False)
        assert status == 1 and "wrong-state" in err, err
        venue.kill()
        venue.start()
        for word in FULL:
            venue.ctl("task", "done", str(tasks(venue)[word]["number"]))
        state = storm(venue)
        assert state["state"] == "done" and state["done"] == 6, state
        assert zone(venue, "ai-area")["status"] == "closed" and zone(venue, "corridor")["status"] == "open"
        assert deadlines(venue, "running") == [] and "contingency.storm.1" in deadlines(venue, "met")
        assert "6/6" in venue.ctl("contingency", "show", "storm")[1]


@case
def an_alert_proposes_and_one_confirmation_activates():
    """cap proposes at once and calls the lead of tier 2; the clock runs from the alert; cancelled it is withdrawn"""
    with Venue().start(*START) as venue:
        assert cap(venue, "rainstorm.xml")[1] == "storm\n"
        assert storm(venue)["state"] == "proposed" and zone(venue, "ai-area").get("status", "open") == "open"
        assert [each["crew"] for each in alerts(venue)] == ["decision-1"], alerts(venue)
        assert "was so already" in cap(venue, "rainstorm.xml")[2]
        cap(venue, "rainstorm-cancel.xml")
        assert storm(venue)["state"] == "ready" and alerts(venue) == []
        cap(venue, "rainstorm.xml")
        venue.ctl("contingency", "activate", "storm")
        state = storm(venue)
        assert state["state"] == "active" and state["onset_at_ms"].startswith("2023-05-18T"), state
        assert alerts(venue) == []


@case
def abort_and_undo_leave_nothing_behind():
    """zones as they were, no task, deadline or call; an abort can be undone, and so can an activation"""
    with Venue().start(*START) as venue:
        venue.ctl("zone", "set", "ai-area", "closed")
        venue.ctl("contingency", "activate", "storm", "--since", "08:00")
        venue.ctl("contingency", "abort", "storm", "--reason", "the rain stopped")
        assert zone(venue, "ai-area")["status"] == "closed" and zone(venue, "corridor")["status"] == "open"
        assert tasks(venue) == {} and deadlines(venue, "running") == []
        venue.ctl("contingency", "undo", "storm")
        assert storm(venue)["state"] == "active" and len(tasks(venue)) == 4
        assert "contingency.storm.1" in deadlines(venue, "running")
        venue.ctl("contingency", "abort", "storm", "over")
        venue.ctl("contingency", "activate", "storm")
        venue.ctl("contingency", "undo", "storm")
        assert storm(venue)["state"] == "aborted" and tasks(venue) == {} and deadlines(venue, "running") == []
        status, _, err = venue.ctl("contingency", "undo", "storm", check=False)
        assert status == 1 and "nothing-to-undo" in err, err


@case
def what_is_wrong_is_refused_and_nothing_is_half_done():
    """an entity bomb, 10 MB, another version, an expired or a strange alert; the future; an unknown id"""
    with Venue().start(*START) as venue, tempfile.TemporaryDirectory() as folder:
        before = venue.json("status")[0]["sequence"]
        huge = os.path.join(folder, "huge.xml")
        with open(huge, "w") as file:
            file.write("<alert>" + "x" * (10 << 20) + "</alert>")
        for path, word in ((huge, "256 KiB"), ("bomb.xml", "DOCTYPE"), ("version-1.1.xml", "CAP 1.2"),
                           ("expired.xml", "alert-expired"), ("snow.xml", "no-trigger"),
                           ("rainstorm-minor.xml", "no-trigger"), ("rainstorm-cancel.xml", "no-trigger"),
                           ("test-message.xml", "bad-value"), ("none.xml", "No such file")):
            status, out, err = cap(venue, path, check=False)
            assert status in (1, 2) and word in err and out == "", (path, status, out, err)
        for arguments, word in ((("storms",), "unknown-contingency"), (("storm", "--since", "17:00"), "acted-in-future"),
                                (("storm", "--since", "07:00"), "acted-too-early"), (("storm", "--since", "#9"), "unknown-incident")):
            status, _, err = venue.ctl("contingency", "activate", *arguments, check=False)
            assert status == 1 and word in err, (arguments, err)
        assert storm(venue)["state"] == "ready" and venue.json("status")[0]["sequence"] == before


@case
def an_exercise_changes_no_zone():
    """an alert that is an exercise plays the playbook; zones and attendees are left alone"""
    with Venue().start(*START) as venue:
        cap(venue, "exercise.xml")
        venue.ctl("contingency", "activate", "storm")
        assert storm(venue)["exercise"] and len(tasks(venue)) == 4
        assert zone(venue, "ai-area").get("status", "open") == "open" and venue.json("notice", "list", "--open") == []


main()
