"""Check-in: counts in bulk, a wait predicted, a suggestion called, taken and measured; files that are wrong change nothing."""
import json
import re

from harness import Venue, case, main, wait_until

START = ("--clock-start", "plan")  # half an hour before the doors at 08:30
SCALE = ("--time-scale", "60")     # five minutes in five seconds
HEAD = "lane,from,to,arrived,checked_in,waiting\n"


def one(venue, kind, name):
    return next(each for each in venue.json(kind, "list") if each["id"] == name)


def alert(venue, name):
    return next((each for each in venue.json("alerts") if each["id"] == name), None)


def write(venue, text, name="counts.csv"):
    path = venue.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sequence(venue):
    return venue.json("status")[0]["sequence"]


@case
def a_queue_is_seen_coming_and_shortened():
    """counts come in bulk, a wait is predicted, the lead is called, takes the suggestion, and it is measured as helped"""
    with Venue(arguments=SCALE).start(*START) as venue:
        path = write(venue, HEAD + "general-1,07:50,07:55,40,30,20\nself-1,07:50,07:55,60,60,0\nvip-1,07:50,07:55,6,5,1\n"
                     + "general-1,07:55,08:00,90,30,80\n")
        err = venue.ctl("lane", "import", path)[2]
        assert "counts taken: 4" in err, err
        lane = one(venue, "lane", "general-1")
        assert lane["waiting"] == 80 and int(lane["checked_in"]) == 60, lane
        assert lane["wait_ms"] and lane["ahead_ms"], lane
        assert lane["peak_arrivals"] == 130, lane
        suggestion = one(venue, "suggestion", "s1")
        assert suggestion["kind"] == "open-lane" and suggestion["other"] == "general-3", suggestion
        call = alert(venue, "lane.general-1.checkin-1")
        assert call["state"] == "open" and call["calls"] == 1 and call["reasons"][0]["why"] == "suggestion", call
        venue.kill()
        venue.start()
        watcher = venue.watch("--from", "1")
        taken = venue.ctl("suggestion", "take", "s1", "--by", "checkin-1")[2]
        assert re.search(r"general-1: longest wait to the opening \S+, with this \S+ expected; measured at \d\d:\d\d:\d\d",
                         taken), taken
        assert alert(venue, "lane.general-1.checkin-1")["state"] == "withdrawn"
        assert one(venue, "lane", "general-3")["state"] == "open"
        venue.ctl("lane", "count", "general-1", "20", "--arrived", "5", "--waiting", "6")
        measured = wait_until(lambda: one(venue, "suggestion", "s1") if one(venue, "suggestion", "s1")["state"] == "measured" else None,
                              "the measurement", 60)
        assert measured["helped"] and measured["taken_by"] == "checkin-1", measured
        assert "uncounted" not in measured, measured
        assert "helped" in venue.ctl("suggestion")[1]
        fact = wait_until(lambda: watcher.facts("suggestion-measured"), "the fact on the watcher's screen", 10)[0]
        assert "helped" in fact["why"] and fact["subject"] == "s1", fact
        status, out, err = venue.ctl("lane")
        assert status == 0 and "general-3" in out and "seated so far: 145 / 720" in err, (out, err)
        status = venue.ctl("status")[1]
        assert re.search(r"check-in [1-9]\d*\+1\b", status), f"suggested by itself, taken by people once: {status}"


@case
def a_file_with_a_bad_row_changes_nothing():
    """the row is named by line and column, and not one of the good ones is taken"""
    with Venue().start(*START) as venue:
        before = sequence(venue)
        good = HEAD + "general-1,07:50,07:55,40,30,20\n"
        for row, place, code, words in (
                ("vip-1,07:50,07:55,4,-3,1", ":3:21", "bad-value", "whole number"),
                ("vip-1,07:50,07:55,4,many,1", ":3:21", "bad-value", "whole number"),
                ("vip-1,07:50,07:55,4,3", ":3:1", "bad-value", "fewer"),
                ("vip-1,07:50,07:55,4,3,1,9", ":3:25", "bad-value", "more"),
                ("vipp-1,07:50,07:55,4,3,1", ":3:1", "unknown-lane", "vip-1?"),
                ("vip-1,07:50,07:55,4,3,100001", ":3:23", "bad-value", "100000"),
                ("vip-1,07:50,07:55,5001,3,1", ":3:19", "bad-value", "1000"),
                ("vip-1,07:50,07:50,4,3,1", ":3:13", "bad-value", "ends before"),
                ("vip-1,08:50,08:55,4,3,1", ":3:13", "acted-in-future", "not ended"),
                ("general-1,07:52,07:57,4,3,1", ":3:11", "out-of-order", "counted"),
                ('vip-1,07:50,07:55,4,"3,1', ":3:21", "bad-request", "quote")):
            path = write(venue, good + row + "\n")
            status, _, err = venue.ctl("lane", "import", path, check=False)
            assert status == 1 and f"counts.csv{place}:" in err and f"[{code}]" in err and words in err, (row, status, err)
        for text, words in (("lane,checked_in,wating\n", "waiting?"), ("lane\n", "checked_in"), ("", "no row"),
                            (HEAD + "general-1,,,,1,\n" * 501, ":502:1:")):
            status, _, err = venue.ctl("lane", "import", write(venue, text), check=False)
            assert status == 1 and words in err, (text[:40], err)
        assert sequence(venue) == before
        assert "counted_at_ms" not in one(venue, "lane", "general-1")
        status, out, err = venue.ctl("lane", "import", write(venue, good), "--dry-run")
        assert "general-1" in out and "lanes and times fit the venue" in err, (out, err)
        for row, words in (("vipp-1,07:50,07:55,4,3,1", "counts.csv:3:1: venuectl: There is no such lane. [unknown-lane] lane: vipp-1\ndid you mean vip-1?"),
                           ("vip-1,07:50,07:55,4,3,100001", "counts.csv:3:23: "), ("vip-1,08:50,08:55,4,3,1", "not ended"),
                           ("vip-1,07:50,07:50,4,3,1", "ends before"), ("vip-1,07:50,07:55,4,x,1", "counts.csv:3:21: venuectl: ")):
            status, out, err = venue.ctl("lane", "import", write(venue, good + row + "\n"), "--dry-run", check=False)
            assert status == 1 and out == "" and words in err, (row, err)
        status, _, err = venue.ctl("lane", "import", venue.folder / "none.csv", check=False)
        assert status == 1 and "none.csv: No such file or directory" in err, err
        assert sequence(venue) == before


@case
def the_same_again_is_nothing_new():
    """a file sent twice is counted once, as JSON too; the same id is the same command"""
    with Venue().start(*START) as venue:
        counts = {"counts": [{"lane": "vip-1", "from_at_ms": "2023-05-18T07:50:00+08:00", "to_at_ms": "2023-05-18T07:55:00+08:00",
                              "checked_in": 5, "waiting": 0}]}
        path = write(venue, json.dumps(counts), "counts.json")
        assert "counts taken: 1" in venue.ctl("lane", "import", path)[2]
        before = sequence(venue)
        assert "counts taken: 0; known already: 1" in venue.ctl("lane", "import", path)[2]
        assert sequence(venue) == before
        assert int(one(venue, "lane", "vip-1")["checked_in"]) == 5
        counts["counts"][0]["checked_in"] = 6
        status, _, err = venue.ctl("lane", "import", write(venue, json.dumps(counts), "counts.json"), check=False)
        assert status == 1 and "[out-of-order]" in err and "counts.json:1:" in err, err
        status, text = venue.post({"id": "till-1", "lane_counts": {"counts": [{"lane": "vip-1", "checked_in": 2}]}})
        assert status == 200 and json.loads(text)["replies"]["replies"][0]["number"] == 1, text
        status, text = venue.post({"id": "till-1", "lane_counts": {"counts": [{"lane": "vip-1", "checked_in": 2}]}})
        assert json.loads(text)["replies"]["replies"][0]["repeated"], text
        assert int(one(venue, "lane", "vip-1")["checked_in"]) == 7
        again = write(venue, HEAD + "self-1,07:55,08:00,2,2,0\n", "again.csv")
        assert venue.ctl("lane", "import", again, "--id", "till-9")[2].startswith("counts taken: 1")
        before = sequence(venue)
        said = venue.ctl("lane", "import", again, "--id", "till-9")[2]
        assert said.startswith("done before; nothing new happened. Then, counts taken: 1; known already: 0"), said
        assert sequence(venue) == before


@case
def states_and_bad_input():
    """what people say of a lane; absurd words are usage, absurd numbers refused with their limit"""
    with Venue().start(*START) as venue:
        venue.ctl("lane", "set", "vip-1", "printer-down")
        venue.ctl("lane", "set", "vip-1", "--desks", "3")
        lane = one(venue, "lane", "vip-1")
        assert lane["state"] == "printer-down" and lane["desks"] == 3, lane
        venue.ctl("lane", "count", "general-1", "10", "--arrived", "90", "--waiting", "80")
        effect = venue.ctl("lane", "set", "general-1", "--desks", "8")[2]
        assert re.search(r"^  general-1: who joins now waits (\S+) → (?!\1)\S+; at most to the opening: (\S+) → (?!\2)\S+$", effect,
                         re.M), effect
        assert "vip-1:" not in effect, effect
        assert "general-1: who joins now still waits" in venue.ctl("lane", "set", "general-1", "open")[2]
        assert "general-3: its wait is not known until it is counted" in venue.ctl("lane", "set", "general-3", "open")[2]
        assert venue.ctl("lane", "set", "general-3", "open", "--json")[2] == ""
        assert one(venue, "lane", "general-3")["desks"] == 2
        before = sequence(venue)
        for line, code, words in (
                (("lane", "set", "vip-1", "--desks", "0"), "bad-value", "1 to 200"),
                (("lane", "set", "general-3", "closed", "--desks", "1"), "bad-value", ""),
                (("lane", "set", "genral-1", "open"), "unknown-lane", "general-1?"),
                (("lane", "show", "genral-1"), "unknown-lane", "general-1?"),
                (("lane", "count", "vip-1", "5", "--waiting", "100001"), "bad-value", "100000"),
                (("suggestion", "take", "7"), "unknown-suggestion", ""),
                (("suggestion", "pass", "s7", "no"), "unknown-suggestion", "")):
            status, _, err = venue.ctl(*line, check=False)
            assert status == 1 and f"[{code}]" in err and words in err, (line, status, err)
        for line, words in ((("lane", "set", "vip-1", "opne"), "open?"), (("lane", "set", "vip-1"), "--desks"),
                            (("lane", "count", "vip-1", "-5"), "-5"), (("lane", "count", "vip-1", "many"), "many"),
                            (("lane", "import", "counts.xls"), ".csv"), (("suggestion", "take", "x"), "x"), (("lane", "cuont"), "lane")):
            status, _, err = venue.ctl(*line, check=False)
            assert status == 2 and words in err, (line, status, err)
        assert sequence(venue) == before


@case
def in_three_languages():
    """lists, lines, confirmations and faults speak them"""
    with Venue().start(*START) as venue:
        said = venue.ctl("lane", "count", "general-1", "10", "--arrived", "200", "--waiting", "150")[2]
        assert said.startswith("check-in counted: general-1 10"), said
        status, out, err = venue.ctl("lane", "--lang", "zh-hant")
        assert status == 0 and "普通通道3（備用）" in out and "至開場最長" in out and "已入場：10 / 720" in err, (out, err)
        assert "开放 general-3" in venue.ctl("suggestion", "--lang", "zh-hans")[1]
        assert "建議：s1 開放 general-3" in venue.ctl("lane", "show", "general-1", "--lang", "zh-hant")[1]
        said = venue.ctl("suggestion", "take", "1", "--lang", "zh-hans")[2]
        assert re.search(r"s1 建议已采纳\n  general-1：至开场最长等候 \S+，采纳后预期 \S+；\d\d:\d\d:\d\d 实测", said), said
        said = venue.ctl("lane", "set", "vip-1", "offline-list", "--desks", "1", "--lang", "zh-hant")[2]
        assert "通道狀態變更：vip-1 紙本名單，櫃台 1 個" in said, said
        for line, words in ((("lane", "set", "vip-1", "opne"), "lane set 可為 open（開放）"),
                            (("lane", "set", "general-2", "closed", "--desks", "1"), "關閉的通道沒有櫃台"),
                            (("lane", "import", write(venue, "lane,wating\n", "a.csv")), "沒有「wating」這一欄"),
                            (("lane", "import", write(venue, HEAD + "vip-1,07:50,07:50,4,3,1\n", "b.csv")), "結束早於開始"),
                            (("suggestion", "take", "1"), "已採納")):
            status, _, err = venue.ctl(*line, "--lang", "zh-hant", check=False)
            assert status in (1, 2) and words in err, (line, status, err)


main()
