"""The tea-break: levels and servings, a refill asked for once and in time, food in batches and the samples kept."""
import json
import re

from harness import Venue, case, main, wait_until

START = ("--clock-start", "plan")
SCALE = ("--time-scale", "120")  # two minutes a second


def one(venue, kind, name):
    return next(each for each in venue.json(kind, "list") if each["id"] == name)


def row(venue, name):
    """The cells of `venuectl supply` about one."""
    line = next(line for line in venue.ctl("supply")[1].splitlines() if line.startswith(name))
    return re.split(r" {2,}", line.strip())


def open_tasks(venue):
    return venue.json("task", "list", "--open")


@case
def a_refill_is_asked_for_before_it_runs_out_and_once():
    """a low level is a task of the right team, once; a report that says refilled closes it"""
    with Venue(arguments=START).start() as venue:
        assert "is_known" not in one(venue, "supply", "coffee")
        venue.ctl("supply", "level", "coffee", "3")
        supply = one(venue, "supply", "coffee")
        assert supply["level"] == 3 and supply["run_out_at_ms"] and supply["refill_at_ms"], supply
        task = wait_until(lambda: open_tasks(venue), "the refill")[0]
        assert task["subject"] == "coffee" and task["team"] == "catering" and task["crew"] == "tea-1", task
        assert [each["id"] for each in venue.json("supply", "list", "--low")] == ["coffee"]
        venue.ctl("supply", "level", "coffee", "2")
        assert venue.ctl("supply", "refill", "coffee")[1] == "1\n", "the one that is open"
        assert len(open_tasks(venue)) == 1
        deadline = next(each for each in venue.json("deadlines") if each["id"] == "t1.done")
        assert deadline["promise"] == "refill" and deadline["outcome"] == "running", deadline
        venue.ctl("supply", "level", "coffee", "240", "--refilled", "--by", "tea-1")
        assert open_tasks(venue) == []
        assert venue.json("supply", "list", "--low") == []
        task = venue.json("task", "list")[0]
        assert task["state"] == "done" and task["ended_by"] == "tea-1", task
        assert "240/240" in venue.ctl("supply")[1]


@case
def the_forecast_comes_true():
    """the refill is asked for when the forecast said so, whatever became of the daemon meanwhile"""
    with Venue(arguments=SCALE).start(*START) as venue:
        venue.ctl("supply", "level", "water", "30")
        before = one(venue, "supply", "water")
        venue.kill()
        venue.start()
        assert one(venue, "supply", "water") == before, "nothing of it hangs on memory"
        wait_until(lambda: [each for each in venue.json("task", "list") if each["subject"] == "water"], "the refill", 120)
        task = next(each for each in venue.json("task", "list") if each["subject"] == "water")
        assert task["opened_at_ms"] >= before["refill_at_ms"], (task, before)
        venue.ctl("supply", "served", "water", "5")
        after = one(venue, "supply", "water")
        assert after["level"] == 25 and int(after["served"]) == 5, after


@case
def what_is_over_says_since_when():
    """a run-out that has come says how long ago; where nobody has looked nothing is forecast, which is not plenty"""
    with Venue(arguments=SCALE).start(*START) as venue:
        assert row(venue, "coffee")[3] == "?", row(venue, "coffee")
        venue.ctl("supply", "level", "coffee", "0")
        wait_until(lambda: row(venue, "coffee")[3].endswith("m ago"), "the run-out to be over")
        assert "m" in row(venue, "coffee")[4], row(venue, "coffee")


@case
def a_refill_that_people_cancel():
    """it is not asked for again for what was known, and again when nothing is left"""
    with Venue(arguments=START).start() as venue:
        venue.ctl("supply", "level", "coffee", "3")
        task = wait_until(lambda: open_tasks(venue), "the refill")[0]
        venue.ctl("task", "cancel", task["number"], "enough for today")
        supply = one(venue, "supply", "coffee")
        assert "task" not in supply and supply["run_out_waived"] and supply["waived_level"] == 3, supply
        assert row(venue, "coffee")[5].startswith("will be asked at"), "when it goes stale"
        venue.ctl("supply", "served", "coffee", "1")
        assert open_tasks(venue) == []
        venue.ctl("supply", "served", "coffee", "2")
        wait_until(lambda: open_tasks(venue), "the next refill")


@case
def from_the_kitchen_to_the_fridge():
    """a batch is planned, held, served; its sample is a promise; temperatures are logged; disposal waits two days"""
    with Venue(arguments=START).start() as venue:
        assert venue.ctl("batch", "plan", "pastry", "60", "--session", "tea-morning")[1] == "3\n"
        assert venue.ctl("batch", "plan", "pastry", "60", "--at", "16:20")[1] == "4\n"
        assert one(venue, "batch", "pastry.b4")["planned_at_ms"].startswith("2023-05-18T08:20:00"), "in UTC"
        venue.ctl("batch", "hold", "pastry.b3")
        assert one(venue, "batch", "pastry.b3")["state"] == "held"
        venue.ctl("batch", "temperature", "pastry.b3", "63.5")
        venue.ctl("batch", "temperature", "pastry.b3", "-2.5")
        batch = one(venue, "batch", "pastry.b3")
        assert batch["temperature_milli"] == -2500 and batch["temperatures"] == 2, batch
        venue.ctl("batch", "serve", "pastry.b3", "--by", "tea-1")
        task = open_tasks(venue)[0]
        assert task["kind"] == "sample" and task["subject"] == "pastry.b3", task
        assert one(venue, "supply", "pastry")["level"] == 60
        status, _, err = venue.ctl("batch", "serve", "pastry.b3", check=False)
        assert status == 1 and "[wrong-state]" in err, err
        status, _, err = venue.ctl("task", "done", task["number"], check=False)
        assert status == 1 and "[wrong-state]" in err, "a sample is logged with what it is"
        watcher = venue.watch("--from", "1")
        err = venue.ctl("batch", "sample", "pastry.b3", "croissant", "90", "fridge-2", "--by", "tea-1")[2]
        assert "it is too little: a sample is at least 125 g" in err, err
        change = wait_until(lambda: watcher.facts("sampled"), "the sample")[0]
        why = json.dumps(change)
        assert "under-weight:125" in why, why
        batch = one(venue, "batch", "pastry.b3")
        assert batch["state"] == "sampled" and batch["sample"]["taken_by"] == "tea-1", batch
        assert open_tasks(venue) == []
        status, _, err = venue.ctl("batch", "dispose", "pastry.b3", check=False)
        assert status == 1 and "[wrong-state]" in err and "2023-05-20" in err, err
        venue.ctl("batch", "cancel", "pastry.b4", "nobody comes")
        assert "pastry.b4" not in venue.ctl("batch", "list", "--open")[1]
        out = venue.ctl("batch")[1]
        assert "90 g (too little) fridge-2" in out and "-2.5 °C" in out, out


@case
def bad_input():
    """what is absurd is refused with its limit, what is misspelt with the nearest, and nothing changes"""
    with Venue(arguments=START).start() as venue:
        sequence = venue.json("status")[0]["sequence"]
        for line, code, words in (
                (("supply", "level", "coffee", "961"), "bad-value", "960"),
                (("supply", "level", "cofee", "1"), "unknown-supply", "coffee"),
                (("supply", "served", "coffee", "0"), "bad-value", "not 0"),
                (("batch", "serve", "pastry.b9"), "unknown-batch", "pastry.b"),
                (("batch", "plan", "pastry", "60", "--session", "tea-mornin"), "unknown-session", "tea-morning"),
                (("batch", "sample", "pastry.b1", "croissant", "90", "fridge-2", "--by", "tea-1"), "wrong-state", ""),
                (("batch", "temperature", "pastry.b1", "301"), "bad-value", "300"),
                (("task", "done", "7"), "unknown-task", "")):
            status, _, err = venue.ctl(*line, check=False)
            assert status == 1 and f"[{code}]" in err and words in err, (line, status, err)
        for line in (("supply", "level", "coffee", "-1"), ("supply", "level", "coffee", "many"), ("supply", "level", "coffee"),
                     ("batch", "plan", "pastry", "60"), ("batch", "temperature", "pastry.b1", "warm"),
                     ("batch", "plan", "pastry", "60", "--at", "10:30", "--session", "lunch")):
            assert venue.ctl(*line, check=False)[0] == 2, line
        assert venue.json("status")[0]["sequence"] == sequence


@case
def in_three_languages():
    """lists and help speak them"""
    with Venue(arguments=START).start() as venue:
        venue.ctl("supply", "level", "boxes-vegan", "70")
        out = venue.ctl("supply", "--lang", "zh-hant")[1]
        assert "存量/滿量" in out and "全素餐盒 [大豆、堅果]" in out, out
        assert "供應於" in venue.ctl("batch", "--lang", "zh-hant")[1]
        venue.ctl("supply", "refill", "tea")
        assert "被请求人" in venue.ctl("task", "--lang", "zh-hans")[1]


main()
