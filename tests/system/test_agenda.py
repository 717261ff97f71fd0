"""The agenda of a calendar, what people do to it on the day, and what attendees are told of it."""
import json
import os
import pty
import subprocess

from harness import VENUECTL, Venue, case, main, wait_until

START = ("--clock-start", "plan")
SCALE = ("--time-scale", "60", "--clock-start", "plan")

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//organiser//agenda//EN
BEGIN:VEVENT
UID:dinner@organiser
DTSTAMP:20230501T000000Z
DTSTART;TZID=Asia/Shanghai:20230518T{dinner}00
DURATION:PT20M
SUMMARY:Dinner talk
LOCATION:Main hall
CATEGORIES:dense
END:VEVENT
BEGIN:VEVENT
UID:standup@organiser
DTSTAMP:20230501T000000Z
DTSTART:20230517T080000
DTEND:20230517T081500
RRULE:FREQ=DAILY;COUNT=3
SUMMARY:Stand-up
LOCATION:控製室
END:VEVENT
END:VCALENDAR
"""


def calendar(venue, dinner="173500", place="control"):
    path = venue.folder / "agenda.ics"
    text = CALENDAR.replace("{dinner}00", dinner).replace("控製室", place)
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8")
    return path


def at_terminal(venue, answer, *arguments):
    """venuectl whose standard input is a terminal where somebody types the answer: (status, stderr)"""
    ours, theirs = pty.openpty()
    with subprocess.Popen([str(VENUECTL), "--data", str(venue.data), *map(str, arguments)], stdin=theirs, stderr=subprocess.PIPE) as running:
        os.write(ours, answer.encode() + b"\n")
        err = running.communicate(timeout=60)[1].decode()
    os.close(ours)
    os.close(theirs)
    return running.returncode, err


def sessions(venue):
    return {s["id"]: s for s in venue.json("session", "list")}


@case
def import_export():
    """a calendar is imported, shown before that, and comes back as it went"""
    with Venue(arguments=START).start() as venue:
        status, out, err = venue.ctl("session", "import", calendar(venue, place="contral"), check=False)
        assert status == 1 and "unknown-zone" in err and "control?" in err, (status, out, err)
        assert "agenda.ics:20: venuectl" in err, err
        path = calendar(venue)
        planned = sessions(venue)
        assert "opening" in planned and "dinner-talk" not in planned
        out, err = venue.ctl("session", "import", path, "--dry-run")[1:]
        assert "dinner-talk" in out and "new" in out and "outside of the event: 1" in err, (out, err)
        assert sessions(venue) == planned, "nothing was done"
        venue.ctl("session", "import", path)
        dinner = sessions(venue)["dinner-talk"]
        assert dinner["zone"] == "hall-main" and dinner["dense"] and dinner["start_at_ms"] == "2023-05-18T09:35:00.000Z", dinner
        assert sessions(venue)["stand-up"]["uid"] == "standup@organiser/20230518T000000Z"
        before = venue.json("status")[0]["sequence"]
        venue.ctl("session", "import", path)
        assert venue.json("status")[0]["sequence"] == before, "the same again is no change"
        venue.ctl("session", "shift", "forum-a-1", "5m")
        before = venue.json("status")[0]["sequence"]
        for language in ("en", "zh-hant", "zh-hans"):
            out = venue.ctl("session", "export", "--lang", language)[1]
            (venue.folder / "back.ics").write_text(out, encoding="utf-8", newline="")
            known = sessions(venue)
            out = venue.ctl("session", "import", venue.folder / "back.ics", "--dry-run")[1]
            assert out.count("known") == len(known), out
            venue.ctl("session", "import", venue.folder / "back.ics")
            assert sessions(venue) == known, (sessions(venue), known)
        assert venue.json("status")[0]["sequence"] == before, "what was written is no change, and the plan's stays the plan's"
        assert not sessions(venue)["opening"].get("imported")


@case
def refused():
    """what is no calendar, or too large, or endless, is refused in words, and nothing is done"""
    with Venue(arguments=START).start() as venue:
        path = venue.folder / "bad.ics"
        for text, code in (("hello", "bad-request"), ("x" * (1024 * 1024 + 1), "too-large"),
                           (CALENDAR.replace("{dinner}", "1735").replace(";COUNT=3", ""), "bad-value"),
                           (CALENDAR.replace("{dinner}", "1735").replace("Asia/Shanghai", "Mars/Phobos"), "bad-value"),
                           (CALENDAR.replace("{dinner}", "1735").replace("COUNT=3", "COUNT=three"), "bad-value"),
                           (CALENDAR.replace("{dinner}", "1735").replace("dinner@", "standup@").replace("LOCATION:控製室", "LOCATION:control"), "duplicate-id"),
                           (CALENDAR.replace("{dinner}", "1710").replace("LOCATION:控製室", "LOCATION:control"), "overlap")):
            path.write_text(text, encoding="utf-8")
            status, out, err = venue.ctl("session", "import", path, check=False)
            assert status == 1 and f"[{code}]" in err and out == "", (code, status, out, err)
        path.write_text(CALENDAR.replace("{dinner}", "1735").replace("COUNT=3", "COUNT=three"), encoding="utf-8")
        err = venue.ctl("session", "import", path, "--lang", "zh-hant", check=False)[2]
        assert "RRULE" in err and "無法讀取" in err, err
        assert venue.ctl("session", "import", venue.folder / "none.ics", check=False)[0] == 1
        assert "dinner-talk" not in sessions(venue)


@case
def on_the_day():
    """sessions start, are shifted either way, collide, are cancelled, and end"""
    with Venue(arguments=START).start() as venue:
        err = venue.ctl("session", "shift", "opening", "10m", "--lang", "zh-hant")[2]
        assert "opening 與 keynote-1" in err, err
        assert [a for a in venue.json("alerts", "--open") if a.get("subject") == "overlap.keynote-1"]
        venue.ctl("session", "shift", "opening", "-10m")
        assert not [a for a in venue.json("alerts", "--open") if a.get("subject") == "overlap.keynote-1"]
        venue.ctl("session", "shift", "keynote-1", "-5m", "--following", check=False)
        assert sessions(venue)["keynote-2"]["start_at_ms"] == "2023-05-18T02:55:00.000Z"
        assert venue.ctl("session", "shift", "keynote-1", check=False)[0] == 2
        assert venue.ctl("session", "end", "keynote-1", "-5m", check=False)[0] == 2
        venue.ctl("session", "start", "opening", "--at", "2023-05-18T08:00:00+08:00")
        assert sessions(venue)["opening"]["state"] == "running"
        venue.ctl("session", "end", "opening")
        status, _, err = venue.ctl("session", "start", "closing", check=False)
        assert status == 1 and "over two hours" in err, err
        status, _, err = venue.ctl("session", "start", "opening", check=False)
        assert status == 1 and "wrong-state" in err and "ended" in err, err
        status, _, err = venue.ctl("session", "cancel", "openin", "ill", check=False)
        assert status == 1 and "opening?" in err, err
        for verb, usage in ((("session", "cancel", "closing"), "session cancel ID REASON"), (("notice", "drop", "1"), "notice drop N REASON"),
                            (("batch", "cancel", "coffee.b1"), "batch cancel ID REASON"), (("task", "cancel", "1"), "task cancel N REASON")):
            status, _, err = venue.ctl(*verb, check=False)
            assert status == 2 and usage in err, (verb, status, err)
        venue.ctl("session", "cancel", "closing", "storm")
        (venue.folder / "back.ics").write_text(venue.ctl("session", "export")[1].replace("DTEND:20230518T", "DTEND:20230519T"), encoding="utf-8")
        lines = venue.ctl("session", "import", venue.folder / "back.ics", "--dry-run")[1].splitlines()
        states = {line.split()[0]: line for line in lines}
        assert "stays as it is" in states["opening"] and "stays as it is" in states["closing"] and "moved" in states["keynote-1"], lines
        assert "closing" in venue.ctl("session")[1]
        assert "closing" not in venue.ctl("session", "--open")[1]


@case
def needed_by():
    """an incident shows by when the next session of its zone needs it"""
    with Venue(arguments=START).start() as venue:
        number = venue.report("hall-main", "av-fault", "slides will not play")
        assert "needed by" not in venue.ctl("show", number)[1]
        venue.ctl("session", "shift", "opening", "-50m")
        assert "needed by: 08:10:00 opening" in venue.ctl("show", number)[1]
        assert "needed by 08:10:00" in venue.ctl("incidents")[1]
        assert venue.json("incidents")[0]["needed_by"] == "opening"


@case
def undone():
    """a mis-tap is taken back, a shift with all that followed; what attendees have not read they never do"""
    with Venue(arguments=START).start() as venue:
        planned = {s: v["start_at_ms"] for s, v in sessions(venue).items()}
        err = venue.ctl("session", "shift", "forum-a-1", "10m", "--following")[2]
        assert "Moved with it: " in err, err
        assert venue.json("notice", "--open")[0]["sessions"][0] == "forum-a-1"
        err = venue.ctl("session", "undo", "forum-a-1")[2]
        assert "session act undone: forum-a-1" in err, err
        assert {s: v["start_at_ms"] for s, v in sessions(venue).items()} == planned
        assert not venue.json("notice", "--open")
        status, out, err = venue.ctl("session", "undo", "forum-a-1", check=False)
        assert status == 1 and "nothing-to-undo" in err, (status, out, err)
        venue.ctl("session", "shift", "opening", "-50m")
        venue.ctl("session", "start", "opening")
        venue.ctl("session", "end", "opening")
        venue.ctl("session", "undo", "opening")
        assert sessions(venue)["opening"]["state"] == "running"
        venue.ctl("session", "undo", "opening")
        assert sessions(venue)["opening"]["state"] == "planned"


@case
def a_way_round():
    """a notice names the zone that nobody passes, and the way round it"""
    with Venue(arguments=START).start() as venue:
        venue.ctl("zone", "set", "corridor", "closed")
        number = venue.json("notice", "--open")[0]["number"]
        shown = venue.ctl("notice", "show", number)[1]
        assert "AI interaction area (outdoors) → Entrance plaza → Lobby: 2m30s\n" in shown and ", with steps\n" in shown, shown
        assert "no way round between: " in shown and "| Forum A, Forum B" in shown, shown


@case
def told_to_attendees():
    """changes gather in a notice, control is asked, and approved it leaves"""
    with Venue(arguments=SCALE).start() as venue:
        venue.ctl("session", "shift", "forum-a-1", "10m")
        number = int(venue.ctl("notice", "draft", "Coffee is in the lobby")[1])
        notice = venue.json("notice", "--open")[0]
        assert notice["number"] == number and notice["sessions"] == ["forum-a-1"], notice
        shown = venue.ctl("notice", "show", number)[1]
        assert "Coffee is in the lobby" in shown and "(planned " in shown, shown
        assert venue.ctl("notice", "show", 99, check=False)[0] == 1
        assert venue.ctl("notice", "approve", number, check=False)[0] == 1, "it waits for more changes"
        wait_until(lambda: [a for a in venue.json("alerts", "--open") if a.get("subject") == f"notice.n{number}"], "the question", 20)
        status, out, err = venue.ctl("notice", "approve", number, check=False)
        assert status == 2 and "Coffee is in the lobby" in err and "--revision" in err, (status, out, err)
        read = venue.json("notice", "--open")[0]["revision"]
        assert f"revision {read}" in venue.ctl("notice", "show", number)[1]
        status, out, err = venue.ctl("notice", "approve", number, "--revision", 1, check=False)
        assert status == 1 and "changed-since" in err and "forum-a-1" in err, (status, out, err)
        venue.ctl("notice", "approve", f"#{number}", "--revision", read, "--by", "control-1")
        wait_until(lambda: venue.json("notice")[0]["state"] == "sent", "it to leave", 10)
        assert not venue.json("notice", "--open")
        dropped = int(venue.ctl("notice", "draft", "Never mind")[1])
        assert dropped == number + 1
        venue.ctl("notice", "drop", dropped, "all is as it was")
        third = int(venue.ctl("notice", "draft", "Dinner at eight")[1])
        wait_until(lambda: venue.json("notice", "--open")[0]["state"] == "waiting", "the third to settle", 20)
        status, err = at_terminal(venue, "n", "notice", "approve", third)
        assert status == 1 and "Dinner at eight" in err and "[y/N]" in err and "not approved" in err, (status, err)
        status, err = at_terminal(venue, "y", "notice", "approve", third)
        assert status == 0 and "notice approved" in err, (status, err)
        assert venue.json("notice")[1]["state"] == "dropped"
        assert "Coffee is in the lobby" in venue.ctl("notice")[1]
        wall = json.loads(venue.get("/api/v1/state?kinds=notice")[1])
        assert wall["state"]["entities"], wall


main()
