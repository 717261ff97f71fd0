"""Zones, live: counts, a crowd and who is told of it, what is closed, and calls about what is no incident."""
from harness import Venue, case, main, wait_until

START = ("--clock-start", "plan")
SCALE = ("--time-scale", "60")  # two minutes in two seconds


def zone(venue, name):
    return next(each for each in venue.json("zone") if each["id"] == name)


def alert(venue, name):
    return next((each for each in venue.json("alerts") if each["id"] == name), None)


@case
def a_crowd_is_called_once_and_eases():
    """above the mark for two minutes it is crowded, control is told; below the clear mark it is open again"""
    with Venue(arguments=SCALE).start(*START) as venue:
        watcher = venue.watch()
        venue.ctl("zone", "count", "tea-break", "150")  # of 160 seats
        assert zone(venue, "tea-break")["people"] == 150
        wait_until(lambda: zone(venue, "tea-break").get("status") == "crowded", "the crowd", 20)
        call = alert(venue, "zone.tea-break.control-1")
        assert call["state"] == "open" and call["subject"] == "zone.tea-break" and call["calls"] == 1, call
        venue.ctl("heard", "zone.tea-break", "--by", "control-1")
        assert alert(venue, "zone.tea-break.control-1")["state"] == "heard"
        assert "crowded" in venue.ctl("zone")[1] and "160 seats" in venue.ctl("zone")[1]
        venue.ctl("zone", "count", "tea-break", "120", "--estimated")
        wait_until(lambda: zone(venue, "tea-break").get("status") == "open", "the ease", 20)
        assert alert(venue, "zone.tea-break.control-1")["state"] == "withdrawn"
        wait_until(lambda: watcher.facts("eased"), "the fact on the watcher's screen", 5)


@case
def what_people_close_is_told_to_attendees():
    """a closed zone is in a notice, survives a kill, and no count opens it"""
    with Venue().start(*START) as venue:
        venue.ctl("zone", "set", "corridor", "closed")
        venue.kill()
        venue.start()
        venue.ctl("zone", "count", "corridor", "1")
        assert zone(venue, "corridor")["status"] == "closed"
        assert venue.json("notice", "list", "--open")[0]["zones"] == ["corridor"]
        status, _, err = venue.ctl("zone", "set", "coridor", "open", check=False)
        assert status == 1 and "unknown-zone" in err and "corridor?" in err, err
        status, _, err = venue.ctl("zone", "set", "corridor", "shut", check=False)
        assert status == 2 and "converting-passable" in err, err
        status, _, err = venue.ctl("zone", "count", "corridor", "many", check=False)
        assert status == 2, err
        status, _, err = venue.ctl("zone", "count", "corridor", "1", "--at", "07:00", check=False)
        assert status == 1, err


@case
def a_task_is_heard_by_its_subject():
    """the thread of a task stops with heard t1, and with nothing else"""
    with Venue().start(*START) as venue:
        venue.ctl("supply", "refill", "coffee")
        thread = wait_until(lambda: next((each for each in venue.json("alerts") if each.get("subject") == "t1"), None), "the thread")
        crew = thread["crew"]
        status, _, err = venue.ctl("heard", "t2", "--by", crew, check=False)
        assert status == 1 and "no-alert" in err and "heard.subject" in err, err
        venue.ctl("heard", "t1", "--by", crew)
        assert alert(venue, f"t1.{crew}")["state"] == "heard"


main()
