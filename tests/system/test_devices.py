"""Devices: what is heard costs nothing, silence is one incident, and nobody's silence is a fault by venued's own."""
import json
import os
import re
import signal
import time

from harness import Venue, case, main, wait_until

START = ("--clock-start", "plan")
SCALE = ("--time-scale", "20")  # a heartbeat each 15 s is one each 750 ms
FULL = "reserve_bytes: 34359738367\n"  # nearly the whole map
AV = ["proj-main", "proj-side", "led-wall", "mixer-main", "mixer-b"]


def devices(venue, *more):
    return {device["id"]: device for device in venue.json("device", "list", *more)}


def read(venue, *readings):
    _, text = venue.post({"id": f"r-{time.monotonic_ns()}", "readings": {"readings": list(readings)}})
    answer = json.loads(text)
    return answer["replies"]["replies"][0] if "replies" in answer else answer.get("refusal", answer)


def beat(venue, ids):
    reply = read(venue, *({"device": device} for device in ids))
    assert reply["code"] == "ok", reply
    return reply


def sequence(venue):
    return int(venue.json("status")[0]["sequence"])


def keep_beating(venue, ids, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        beat(venue, ids)
        time.sleep(0.05)


@case
def from_silence_to_an_incident():
    """a projector falls silent: suspect, then one incident that names it, its partner and its spare"""
    with Venue(arguments=START).start() as venue:
        venue.ctl("device", "heartbeat", "proj-main", "proj-side")
        assert devices(venue)["proj-main"]["state"] == "ok" and devices(venue)["led-wall"].get("state") is None
        assert devices(venue, "--faulty") == {}
        watcher = venue.watch()
        wait_until(lambda: watcher.facts("device-suspect"), "suspicion", 60)
        keep = lambda: beat(venue, ["proj-side"]) and devices(venue)["proj-main"]["state"] == "fault"
        wait_until(keep, "the fault", 60)
        incidents = venue.json("incidents", "--open")
        assert len(incidents) == 1, incidents
        incident = incidents[0]
        assert incident["device"] == "proj-main" and incident["source"] == "device", incident
        assert "proj-side takes over" in incident["text"] and "spare in backstage" in incident["text"], incident
        out = venue.ctl("show", incident["number"])[1]
        assert "proj-main" in out, out
        deadline = next(d for d in venue.json("deadlines") if d["id"].endswith(".respond"))
        assert deadline["detection_ms"].startswith("30"), deadline
        assert list(devices(venue, "--faulty")) == ["proj-main"]


@case
def verbs():
    """readings, faults and maintenance from a shell, in three languages"""
    with Venue(arguments=START).start() as venue:
        venue.ctl("device", "reading", "proj-main", "temperature", "76.5")
        device = devices(venue)["proj-main"]
        assert device["state"] == "suspect" and int(device["value"]) == 76500, device
        assert "temperature 76.5" in venue.ctl("device")[1]
        shown = venue.ctl("device", "show", "proj-main")[1]
        assert re.search(r"^  temperature: suspect > 75, fault > 85 °C; last kept: 76\.5, at \d\d:\d\d:\d\d$", shown, re.M), shown
        assert re.search(r"^  lamp-hours: suspect > 1800 h$", shown, re.M), shown
        assert "readings within their limits are in memory only; kept is what is beyond" in shown, shown
        alerts = [a for a in venue.json("alerts", "--open") if a.get("subject") == "device.proj-main"]
        assert len(alerts) == 1 and alerts[0]["crew"] == "control-1", alerts
        venue.ctl("device", "reading", "proj-main", "temperature", "60")
        assert devices(venue)["proj-main"]["state"] == "ok"
        assert "last kept" not in venue.ctl("device", "show", "proj-main")[1]
        venue.ctl("device", "reading", "mic-1", "signal", "-85")
        assert int(devices(venue)["mic-1"]["value"]) == -85000
        assert venue.ctl("device", "reading", "proj-main", "temperature", "hot", check=False)[0] == 2
        assert venue.ctl("device", "reading", "proj-main", "temperature", "1.2345", check=False)[0] == 2
        number = int(venue.ctl("device", "fault", "mixer-main", "channel 3 hums")[1])
        assert devices(venue)["mixer-main"]["incident"] == number
        venue.ctl("device", "maintenance", "led-wall", "--for", "30m")
        assert devices(venue)["led-wall"]["state"] == "maintenance"
        assert venue.ctl("device", "fault", "led-wall", "dark", check=False)[0] == 1
        venue.ctl("device", "maintenance", "led-wall", "off")
        assert devices(venue)["led-wall"].get("state") is None
        assert venue.ctl("device", "maintenance", "led-wall", check=False)[0] == 2
        assert venue.ctl("device", "maintenance", "led-wall", "off", "--for", "5m", check=False)[0] == 2
        status, _, err = venue.ctl("device", "heartbeat", "proj-mian", check=False)
        assert status == 1 and "unknown-device" in err and "proj-main?" in err, err
        status, _, err = venue.ctl("device", "show", "proj-mian", check=False)
        assert status == 1 and "proj-main?" in err, err
        for language, word in (("en", "spare in"), ("zh-hant", "備件位置"), ("zh-hans", "备件位置")):
            assert word in venue.ctl("device", "show", "proj-main", "--lang", language)[1]
            assert venue.ctl("device", "list", "--lang", language)[1]


@case
def what_is_heard_costs_nothing():
    """two hundred requests of heartbeats and readings: no Change but the first, and the same again is harmless"""
    with Venue(arguments=START).start() as venue:
        first = beat(venue, AV)
        before = sequence(venue)
        assert int(first["sequence"]) == before
        for _ in range(200):
            reply = read(venue, *({"device": d, "reading": "temperature", "value": 40000} for d in AV))
            assert reply["code"] == "ok" and "sequence" not in reply, reply
        assert sequence(venue) == before
        at = venue.json("clock")[0]["now_at_ms"]
        same = [{"device": d, "at_ms": at, "reading": "temperature", "value": 41000} for d in AV]
        for _ in range(3):
            reply = read(venue, *same)
            assert reply["code"] == "ok", reply


@case
def no_storm_after_a_restart():
    """after kill -9 and a long absence nobody is faulty before a whole interval has passed; the silent are then"""
    with Venue(arguments=SCALE + START).start() as venue:
        beat(venue, AV)
        venue.kill()
        venue.arguments = list(SCALE)
        time.sleep(4)  # 80 s of the venue's time: more than makes a fault
        venue.start()
        watcher = venue.watch()
        alive = AV[:-1]
        wait_until(lambda: beat(venue, alive) and watcher.facts("device-fault"), "the one that is silent")
        keep_beating(venue, alive, 1)
        assert [fact["text"].split(":")[0] for fact in watcher.facts("device-fault")] == [AV[-1]], watcher.facts()


@case
def no_storm_after_a_stop():
    """a venued that was stopped, as by a suspend, takes nobody's silence meanwhile for a fault"""
    with Venue(arguments=SCALE + START).start() as venue:
        watcher = venue.watch()
        keep_beating(venue, AV, 0.5)
        os.kill(venue.process.pid, signal.SIGSTOP)
        time.sleep(4)
        os.kill(venue.process.pid, signal.SIGCONT)
        keep_beating(venue, AV, 3)
        assert watcher.facts("device-fault") == [] and venue.json("incidents") == []


@case
def no_storm_while_read_only():
    """while nothing can be kept, heartbeats are refused: that is nobody's fault either"""
    with Venue(arguments=SCALE + START).start() as venue:
        beat(venue, AV)
        venue.stop()
        venue.arguments = list(SCALE)
        venue.write_config(FULL)
        venue.start()
        watcher = venue.watch()
        time.sleep(4)
        assert read(venue, {"device": AV[0]})["code"] == "read-only"
        assert watcher.facts("device-fault") == []
        venue.write_config()
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not venue.json("status")[0].get("read_only"), "writing", 5)
        keep_beating(venue, AV, 1)
        assert venue.json("incidents") == []


main()
