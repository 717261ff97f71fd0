"""What keeps venued from starting, or from writing: a clear sentence, an exit status, nothing harmed."""
import json
import math
import resource
import signal
import time

from harness import SOURCE, Venue, case, main, wait_until

PLANNED = ("--clock-start", "plan")
FULL = "reserve_bytes: 34359738367\n"  # a byte less than the map, of which the journal has taken some pages


@case
def folder_in_use():
    """a data folder in use"""
    with Venue(arguments=PLANNED).start() as venue:
        venue.arguments = []
        status, words = venue.refuse_to_start()
        assert status == 1 and "in-use" in words and "in use" in words, words
        assert venue.report("hall-main", "other", "x") == 1


@case
def port_in_use():
    """a port in use"""
    with Venue(arguments=PLANNED).start() as venue, Venue(arguments=PLANNED) as other:
        other.port = venue.port
        other.write_config()
        status, words = other.refuse_to_start()
        assert status == 1 and "address-in-use" in words and str(venue.port) in words, words
        assert not (other.data / "journal").exists(), "nothing is begun"
        venue.stop()
        other.start()  # the same line


@case
def another_scale():
    """another time scale, or a second clock start, on the same journal"""
    with Venue(arguments=PLANNED).start() as venue:
        venue.stop()
        venue.arguments = []
        status, words = venue.refuse_to_start("--time-scale", "60")
        assert status == 1 and "other-scale" in words, words
        status, words = venue.refuse_to_start("--clock-start", "plan")
        assert status == 1 and "not-empty" in words, words
        status, words = venue.refuse_to_start("--rehearsal")
        assert status == 1 and "not-rehearsal" in words, words


@case
def plans():
    """no plan, a plan with errors, a plan that differs (named)"""
    with Venue(plan=None) as venue:
        status, words = venue.refuse_to_start()
        assert status == 1 and "no-plan" in words, words
        for name, code in (("duplicate-id", "duplicate-id"), ("dangling-reference", "dangling-reference")):
            venue.plan = SOURCE / "tests" / "plans" / f"{name}.yaml"
            status, words = venue.refuse_to_start()
            assert status == 1 and code in words and f"{name}.yaml:" in words, words
    with Venue(arguments=PLANNED).start() as venue:
        venue.stop()
        venue.arguments = []
        changed = venue.folder / "changed.yaml"
        changed.write_text(venue.plan.read_text(encoding="utf-8").replace("call_sign: CONTROL 2", "call_sign: CONTROL 22"),
                           encoding="utf-8")
        original, venue.plan = venue.plan, changed
        status, words = venue.refuse_to_start()
        assert status == 1 and "plan-differs" in words and "control-2" in words, words
        venue.plan = original
        venue.start()
        venue.ctl("plan", "apply", changed)
        assert [c for c in venue.json("crew", "list") if c["id"] == "control-2"][0]["call_sign"] == "CONTROL 22"
        venue.stop()
        venue.plan = changed
        venue.start()


@case
def configurations():
    """an unknown key is named with its line and the nearest known one; a plaintext address must be loopback"""
    with Venue(config="publish_quee: 3\n") as venue:
        status, words = venue.refuse_to_start()
        assert status == 1 and "venued.yaml:2:1" in words and "publish_queue" in words, words
        venue.config.write_text("listen: http://0.0.0.0:7999\n", encoding="utf-8")
        status, words = venue.refuse_to_start()
        assert status == 1 and "insecure" in words, words


@case
def disk_full_at_start():
    """less space than the reserve: a new journal is not begun"""
    with Venue(config=FULL, arguments=PLANNED) as venue:
        status, words = venue.refuse_to_start()
        assert status == 1 and "disk-full" in words, words


@case
def disk_full_at_restart():
    """less space than the reserve, but a journal: read-only, alarms and all, until there is space"""
    with Venue(arguments=("--clock-start", "plan", "--time-scale", "60")) as venue:
        token = venue.folder / "wall.token"
        token.write_text("w" * 40 + "\n", encoding="utf-8")
        token.chmod(0o600)
        venue.start()
        number = venue.report("hall-main", "av-fault", "x")
        sequence = venue.json("status")[0]["sequence"]
        venue.kill()
        venue.arguments = []
        venue.write_config(FULL + "tokens:\n  - {name: lobby-wall, role: wall, file: wall.token}\n")
        venue.start()
        wait_until(lambda: venue.get("/readyz", token=None) == (503, "read-only\n"), "the word")
        status = venue.json("status")[0]
        assert status["read_only"] and status["sequence"] == sequence, status
        assert [i["number"] for i in venue.json("incidents")] == [number]
        code, _, err = venue.ctl("report", "hall-main", "other", "y", check=False)
        assert code == 1 and "read-only" in err, err
        watcher = venue.watch()
        wait_until(lambda: [f for f in watcher.facts("breached") if f.get("promise")], "an alarm")
        assert venue.json("status")[0]["sequence"] == sequence, "nothing is kept"
        assert venue.get("/api/v1/status", token="w" * 40)[0] == 401, "who may speak waits too"
        venue.write_config("tokens:\n  - {name: lobby-wall, role: wall, file: wall.token}\n")
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not venue.json("status")[0].get("read_only"), "writing")
        wait_until(lambda: venue.get("/api/v1/status", token="w" * 40)[0] == 200, "the wall to be let in")
        assert venue.report("hall-main", "other", "z") == number + 1
        venue.ctl("journal", "verify")


@case
def overdue_at_a_restart_without_space():
    """what is late already when venued starts read-only comes as alarms to whoever subscribes, once to each"""
    with Venue(arguments=("--clock-start", "plan", "--time-scale", "60")) as venue:
        venue.start()
        number = venue.report("hall-main", "av-fault", "x")
        venue.kill()
        venue.arguments = []
        venue.write_config(FULL)
        time.sleep(6)  # 6 min of the venue: tier 1 is late

        def breaches(watcher):
            return [f for f in watcher.facts("breached") if f.get("promise") == "respond" and f["incident"] == number]
        venue.start()
        wait_until(lambda: [d for d in venue.json("deadlines") if d.get("breached_at_ms")], "the breach")
        first = venue.watch()
        wait_until(lambda: breaches(first), "the alarm")
        second = venue.watch()
        wait_until(lambda: breaches(second), "the alarm, told again")
        assert len(breaches(first)) == 1, "who knows it is not told twice"


@case
def full_though_there_is_space():
    """a quota or a limit of file sizes: read-only, and tried again less and less often"""
    with Venue(arguments=PLANNED).start() as venue:
        number = venue.report("hall-main", "other", "x")
        resource.prlimit(venue.process.pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
        begin = time.monotonic()
        for i in range(16):
            venue.post({"id": f"q-{i}", "report": {"zone": "hall-main", "category": "other", "text": "y"}})
            time.sleep(0.5)
        wait_until(lambda: "event=writing-again" in venue.log(), "a try")
        tries, took = venue.log().count("event=writing-again"), time.monotonic() - begin
        assert tries <= 1 + math.log2(1 + took), (tries, took, venue.log())  # after 1 s, 2 s, 4 s, …
        resource.prlimit(venue.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        body = {"id": "last", "report": {"zone": "hall-main", "category": "other", "text": "z"}}

        def kept():
            status, text = venue.post(body)
            return status == 200 and json.loads(text)["replies"]["replies"][0]
        assert wait_until(kept, "writing")["number"] == number + 1
        venue.ctl("journal", "verify")


@case
def disk_full_while_running():
    """the disk fills: read-only, said everywhere, alarms go on; space returns: writing goes on, breaches once"""
    with Venue(arguments=("--clock-start", "plan", "--time-scale", "60")).start() as venue:
        number = venue.report("hall-main", "av-fault", "x")
        watcher = venue.watch()
        venue.write_config(FULL)
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: venue.json("status")[0].get("read_only"), "read-only")
        status, _, err = venue.ctl("report", "hall-main", "other", "y", check=False)
        assert status == 1 and "read-only" in err, err
        assert venue.get("/readyz", token=None) == (503, "read-only\n")
        sequence = venue.json("status")[0]["sequence"]
        wait_until(lambda: [f for f in watcher.facts("breached") if f.get("promise") == "respond"], "the alarm")
        assert venue.json("status")[0]["sequence"] == sequence, "nothing is kept"
        venue.write_config()
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not venue.json("status")[0].get("read_only"), "writing again")
        assert venue.report("hall-main", "other", "z") == number + 1
        wait_until(lambda: [d for d in venue.json("deadlines") if d["id"] == f"{number}.1.respond"
                            and d.get("breached_at_ms")], "the breach in the journal")
        venue.ctl("journal", "verify")


@case
def reload_keeps_the_old_configuration():
    """SIGHUP with an error keeps the old configuration and says so"""
    with Venue(arguments=PLANNED).start() as venue:
        venue.write_config("log_level: loud\n")
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "event=configuration-refused" in venue.log(), "the refusal")
        assert venue.report("hall-main", "other", "x") == 1


@case
def tokens_come_and_go():
    """a token of the configuration speaks by its role; taken out and reloaded, it no longer does"""
    with Venue(arguments=PLANNED) as venue:
        token = venue.folder / "wall.token"
        token.write_text("w" * 40 + "\n", encoding="utf-8")
        token.chmod(0o600)
        venue.write_config("tokens:\n  - {name: lobby-wall, role: wall, file: wall.token}\n")
        venue.start()
        wait_until(lambda: venue.get("/api/v1/state?kinds=crew", token="w" * 40)[0] == 200, "the wall to be let in")
        text = venue.get("/api/v1/state?kinds=crew", token="w" * 40)[1]
        assert "call_sign" in text and "contact" not in text, "no personal data on the wall"
        body = {"id": "w-1", "report": {"text": "x"}}
        assert '"not-permitted"' in venue.post(body, token="w" * 40)[1]
        venue.write_config()
        venue.process.send_signal(signal.SIGHUP)
        wait_until(lambda: venue.get("/api/v1/state?kinds=crew", token="w" * 40)[0] == 401, "the wall to be shut out")


main()
