"""Drills on the live system: marked on every line, in no figure, over at the first severe real incident."""

from harness import Venue, case, main, wait_until


def metric(venue, name):
    text = venue.get("/metrics")[1]
    return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith(f"venued_{name} "))


def refused(venue, code, *arguments):
    status, _, err = venue.ctl(*arguments, check=False)
    assert status in (1, 4) and code in err, (arguments, err)


@case
def a_drill_from_start_to_its_end():
    """every line says so first, no figure counts it, and a severe real incident ends it"""
    with Venue(arguments=("--time-scale", "60")).start("--clock-start", "plan") as venue:
        watcher = venue.watch()
        refused(venue, "no-drill", "report", "hall-main", "smoke", "--drill")
        refused(venue, "no-drill", "drill", "end")
        before = {name: metric(venue, name) for name in ("open_incidents", "open_alerts", "breached_deadlines", "running_deadlines")}
        acts_before = [line for line in venue.get("/metrics")[1].splitlines() if "venued_acts_total" in line]
        assert venue.ctl("drill", "start", "evacuation of the main hall", "--zone", "hall-main", "--crew", "av-1,av-2")[1].strip() == "1"
        refused(venue, "drill-runs", "drill", "start", "another")
        number = venue.ctl("report", "hall-main", "smoke", "--drill")[1].strip()
        refused(venue, "outside-drill", "report", "lobby", "smoke", "--drill")
        wait_until(lambda: any(each.get("breached_at_ms") for each in venue.json("deadlines")), "the drill to be late", 30)
        assert venue.ctl("incidents")[1].splitlines()[1].startswith(f"DRILL #{number}")
        assert venue.ctl("show", number)[1].startswith(f"DRILL #{number}")
        for verb in ("alerts", "deadlines"):
            rows = venue.ctl(verb)[1].splitlines()[1:]
            assert rows and all(row.startswith("DRILL ") for row in rows), rows
        assert "演練 #" in venue.ctl("--lang", "zh-hant", "incidents")[1]
        assert "演练 #" in venue.ctl("--lang", "zh-hans", "alerts")[1]
        assert all(each["drill"] == 1 for each in venue.json("deadlines") + venue.json("alerts") + venue.json("incidents"))
        assert before == {name: metric(venue, name) for name in before}
        wait_until(lambda: metric(venue, "drill_incidents") == 1 and metric(venue, "drill") == 1, "the figures", 5)
        assert acts_before == [line for line in venue.get("/metrics")[1].splitlines() if "venued_acts_total" in line]
        status = venue.json("status")[0]
        assert status["drill"] == 1 and status.get("open_incidents", 0) == 0, status
        assert "DRILL d1 is running" in venue.ctl("status")[1]
        assert "evacuation of the main hall" in venue.ctl("drill", "show")[1]
        assert all(fact.get("drill") == 1 for fact in watcher.facts("reported") + watcher.facts("breached"))
        venue.kill()
        venue.start()
        real = venue.ctl("report", "lobby", "a guest has fainted", "--severity", "3")[1].strip()
        over = venue.json("drill", "show")[0]
        assert over["state"] == "ended" and over["ended_for"] == int(real), over
        drilled = next(each for each in venue.json("incidents") if each["number"] == int(number))
        assert drilled["state"] == "cancelled" and real in drilled["reason"], drilled
        assert all(each["outcome"] == "void" for each in venue.json("deadlines") if each.get("drill"))
        for crew in ("av-1", "av-2"):
            told = [each for each in venue.json("alerts", "--open") if each.get("subject") == "d1" and each["crew"] == crew]
            assert len(told) <= 1 and all(each["calls"] == 1 for each in told), told
        assert not [each for each in venue.json("alerts", "--open") if each.get("drill") and each.get("subject") != "d1"]
        refused(venue, "real-incident", "drill", "start", "another")
        wait_until(lambda: metric(venue, "drill_incidents") == 0 and metric(venue, "open_incidents") == 1, "the figures", 5)


@case
def attendees_never_see_it():
    """a drill is in no notice, moves no session, and its zone stays as it is"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        zones, sessions = venue.json("zone"), venue.json("session", "list")
        venue.ctl("drill", "start", "fire", "--zone", "hall-main")
        venue.ctl("report", "hall-main", "fire", "everybody out", "--drill", check=False)
        venue.ctl("report", "hall-main", "smoke under the stage", "--drill")
        assert venue.json("notice", "list") == []
        assert venue.json("zone") == zones and venue.json("session", "list") == sessions
        assert all(not each.get("needed_by") for each in venue.json("incidents"))
        venue.ctl("drill", "end", "all out in two minutes")
        assert venue.json("drill", "show")[0]["reason"] == "all out in two minutes"
        refused(venue, "no-drill", "reopen", "1", "again")


main()
