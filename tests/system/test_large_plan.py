"""A venue of thousands of devices: its plan is far larger than a request, and comes in at the start, by venuectl and by HTTP."""
import json
import subprocess
import time

from harness import VENUECTL, WAIT_LIMIT_S, Pulse, Venue, case, main, wait_until

DEVICES, ZONES, SUPPLIES, CREWS, LANES = 6000, 300, 2000, 100, 40
STALE_S = 3  # a screen that heard no beat for longer says so
SHIFTS = "[{start_at_ms: 2023-05-18T08:00:00+08:00, end_at_ms: 2023-05-18T18:00:00+08:00}]"
POSTS = ("onsite-lead", "decision-lead", "execution-lead", "supervisor", "commander", "control", "safety")
HEAD = """version: 1
event: {name: A large event, utc_offset_ms: 8h, start_at_ms: 2023-05-18T08:00:00+08:00,
  doors_at_ms: 2023-05-18T08:30:00+08:00, end_at_ms: 2023-05-18T18:00:00+08:00}
policy: {last_resort_name: Duty office, last_resort_contact: "8000"}
teams: [{id: onsite}, {id: decision}, {id: execution}, {id: command}]
"""


def names(word, number):
    return f"{{en: {word} {number}, zh_hant: {word} 第{number}號, zh_hans: {word} 第{number}号}}"


def plan_text(devices=DEVICES, zones=ZONES, supplies=SUPPLIES, crews=CREWS, lanes=LANES, fault=80000):
    """The middle device has the fault threshold given."""
    lines = [HEAD + "zones:"]
    lines += [f"  - {{id: zone-{i}, name: {names('Zone', i)}, step_free: true, capacity: 400}}" for i in range(zones)]
    lines += ["ways:"]
    lines += [f"  - {{from: zone-{i - 1}, to: zone-{i}, walk_ms: 40s, step_free: true}}" for i in range(1, zones)]
    lines += ["posts:"]
    lines += [f"  - {{id: {post}, team: {post.split('-')[0] if '-' in post else 'command'}}}" for post in POSTS]
    lines += ["crews:"]
    lines += [f"  - {{id: crew-{i}, name: {names('Person', i)}, call_sign: CREW {i}, posts: [{POSTS[i % len(POSTS)]}], skills: [av], "
              f"shifts: {SHIFTS}, has_radio: true, home: zone-{i % zones}}}" for i in range(crews)]
    lines += ["categories:", "  - {id: av-fault, severity: 2, skills: [av], default_decision: {en: Use the spare., zh_hant: 使用備用設備。,"
              " zh_hans: 使用备用设备。}, handbook: [{language: en, title: Fault, steps: [Look.]}, "
              "{language: zh-hant, title: 故障, steps: [查看。]}, {language: zh-hans, title: 故障, steps: [查看。]}]}"]
    lines += ["devices:"]
    lines += [f"  - {{id: device-{i}, name: {names('Projector', i)}, zone: zone-{i % zones}, category: av-fault, heartbeat_ms: 24h, "
              f"spare: zone-0, thresholds: [{{reading: temperature, unit: C, warn: 70000, "
              f"fault: {fault if i == devices // 2 else 80000}, has_fault: true}}, {{reading: lamp-hours, unit: h, warn: 2000000}}]}}"
              for i in range(devices)]
    lines += ["supplies:"]
    lines += [f"  - {{id: supply-{i}, name: {names('Coffee', i)}, unit: {{en: cups}}, zone: zone-{i % zones}, par: 100, lead_ms: 15m, "
              f"team: onsite, burn_idle: 500, burn_break: 3000, allergens: [nuts]}}" for i in range(supplies)]
    lines += ["lanes:"]
    lines += [f"  - {{id: lane-{i}, zone: zone-{i % zones}, kind: {('general', 'vip')[i % 2]}, service_ms: 30s, staff: 2, "
              f"reserve: {'true' if i > 3 else 'false'}}}" for i in range(lanes)]
    return "\n".join(lines) + "\n"


def write_plan(venue, name, **sizes):
    path = venue.folder / name
    path.write_text(plan_text(**sizes), encoding="utf-8")
    return path


def entities(venue):
    """The state as HTTP pages it: (kind, id) → entity."""
    found, after = {}, ""
    while after is not None:
        status, text = venue.get("/api/v1/state?limit=5000" + after)
        assert status == 200, text
        page = json.loads(text)["state"]
        for wrapped in page.get("entities", []):
            (kind, entity), = wrapped.items()
            found[kind, entity["id"]] = entity
        key = page.get("next")
        after = f"&after={key['kind']}:{key['id']}" if key else None
    return found


def folded(changes):
    """What somebody who follows makes of the Changes."""
    found = {}
    for change in changes:
        for wrapped in change.get("upserts", []):
            (kind, entity), = wrapped.items()
            found[kind, entity["id"]] = entity
        for key in change.get("removals", []):
            found.pop((key["kind"], key["id"]), None)
    return found


def count(found, kind):
    return sum(1 for of, _ in found if of == kind)


def expect_large(found):
    counts = {"device": DEVICES, "zone": ZONES + 1, "supply": SUPPLIES, "crew": CREWS, "lane": LANES}  # and the zone `unknown`
    assert {kind: count(found, kind) for kind in counts} == counts


@case
def starts_on_its_file():
    """a venue of thousands starts on its plan, is listed whole, and starts again without"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        venue.plan = write_plan(venue, "large.yaml")
        assert venue.plan.stat().st_size > 2 << 20
        assert venue.ctl("plan", "check", venue.plan)[0] == 0
        venue.start()
        venue.arguments = []
        assert venue.stop() == 0
        venue.start()  # the same file again is no difference
        expect_large(entities(venue))
        assert len(venue.ctl("device", "list")[1].splitlines()) == DEVICES + 1
        assert len(venue.json("supply", "list")) == SUPPLIES
        assert venue.report("zone-299", "av-fault", "it hums") == 1


@case
def applied_and_killed():
    """a plan in parts is one act: acknowledged it survives kill -9, whoever follows has it whole, and nobody goes stale"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        venue.plan = write_plan(venue, "small.yaml", devices=20, zones=10, supplies=10, crews=14, lanes=8)
        venue.start()
        venue.arguments, venue.plan = [], None
        watch = venue.watch("--from", "1")
        large, changed = write_plan(venue, "large.yaml"), write_plan(venue, "changed.yaml", fault=81000)
        said = venue.ctl("plan", "apply", large)
        assert f"+ device device-{DEVICES - 1} " in said[1] and "+ supply supply-1999" in said[1], said[1][-2000:]
        venue.kill()
        venue.start()
        expect_large(entities(venue))
        said = venue.ctl("plan", "apply", changed)
        assert said[1].startswith(f"~ device device-{DEVICES // 2}: thresholds ") and said[1].count("\n") == 1, said[1]
        assert "0 added, 1 changed, 0 taken out" in said[2], said[2]
        assert "nothing differs" in venue.ctl("plan", "apply", changed)[2]
        sequence = venue.json("status")[0]["sequence"]
        wait_until(lambda: (watch.changes() or [{}])[-1].get("sequence", 0) >= sequence, "the feed to be through")
        mirror, state = folded(watch.changes()), entities(venue)
        assert mirror == state, sorted(set(mirror) ^ set(state))[:10]
        assert "agrees" in venue.ctl("journal", "verify")[1]


@case
def what_is_wrong_is_found():
    """of what is wrong in a large plan its place in the file is told, whoever finds it"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        text = plan_text()
        line = 1 + text[:text.index("{id: device-4000,")].count("\n")
        wrong = venue.folder / "wrong.yaml"
        for old, new, code in (("Projector 4000,", "x" * 300 + ",", "text-too-long"),
                               ("zone: zone-100, category: av-fault, heartbeat_ms: 24h, spare: zone-0,", "zone: zone-none, "
                                "category: av-fault, heartbeat_ms: 24h, spare: zone-0,", "dangling-reference")):
            start = text.index("{id: device-4000,")
            wrong.write_text(text[:start] + text[start:].replace(old, new, 1), encoding="utf-8")
            status, _, words = venue.ctl("plan", "apply", wrong, check=False)
            assert status == 1 and words.startswith(f"{wrong}:{line}:") and f"[{code}]" in words, words


@case
def nobody_waits_long():
    """while a large plan is applied beats go on"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        venue.plan = write_plan(venue, "large.yaml")
        venue.start()
        changed = write_plan(venue, "changed.yaml", fault=81000)
        follower = subprocess.Popen([str(VENUECTL), "--data", str(venue.data), "watch"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            time.sleep(1)
            with Pulse() as pulse:
                venue.ctl("plan", "apply", changed)
                time.sleep(1.5)
        finally:
            follower.terminate()
            words = follower.communicate(timeout=WAIT_LIMIT_S)[0]
        assert "plan-applied" in words or "plan" in words, words[-2000:]
        if pulse.longest_s < STALE_S / 3:
            assert "no word from venued" not in words and "stale" not in words, words[-2000:]


@case
def parts_by_http():
    """in parts by HTTP: order, gaps, repeats and roles"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        venue.start()
        venue.arguments, venue.plan = [], None
        small = {"version": 1, "event": {"name": "By HTTP", "utc_offset_ms": "8h", "start_at_ms": "2023-05-18T08:00:00+08:00",
                                         "doors_at_ms": "2023-05-18T08:30:00+08:00", "end_at_ms": "2023-05-18T18:00:00+08:00"},
                 "policy": {"last_resort_name": "Duty office", "last_resort_contact": "8000"},
                 "zones": [{"id": "hall", "step_free": True}]}
        people = {"teams": [{"id": team} for team in ("onsite", "decision", "execution", "command")],
                  "posts": [{"id": post, "team": post.split("-")[0] if "-" in post else "command"} for post in POSTS],
                  "crews": [{"id": f"crew-{i}", "call_sign": f"CREW {i}", "posts": [post], "has_radio": True, "home": "hall", "shifts": [
                      {"start_at_ms": "2023-05-18T08:00:00+08:00", "end_at_ms": "2023-05-18T18:00:00+08:00"}]}
                            for i, post in enumerate(POSTS)]}
        rest = {"zones": [{"id": "stage", "step_free": True}],
                "ways": [{"from": "hall", "to": "stage", "walk_ms": "60s", "step_free": True}]}
        pieces = [small, people, rest]

        def send(part, identity="by-http", token="local", language=""):
            status, text = venue.post({"id": identity, "plan_apply": {"part": part, "parts": 3, "plan": pieces[part - 1]}}, token=token,
                                      headers={"Accept-Language": language} if language else None)
            assert status == 200, text
            return json.loads(text)["replies"]["replies"][0]

        before = venue.json("status")[0]["sequence"]
        assert send(2)["code"] == "part-missing"
        assert send(2, language="zh-TW")["sentence"] == "缺少此前的方案分段，請從第一段重新傳送。"
        assert send(2, language="zh-CN")["sentence"] == "缺少此前的方案分段，请从第一段重新发送。"
        first = send(1)
        assert (first["code"], first["number"], first.get("sequence", 0)) == ("ok", 1, 0), first
        assert send(3)["code"] == "part-missing"
        assert send(1)["code"] == "ok"
        assert send(2)["number"] == 2
        assert venue.json("status")[0]["sequence"] == before, "nothing has changed yet"
        last = send(3)
        assert last["code"] == "ok" and last["sequence"] == before + 1, last
        again = send(3)
        assert again["repeated"] and again["sequence"] == last["sequence"], again
        assert send(1)["repeated"], "of what is done each part is"
        assert {zone["id"] for zone in venue.json("zones")} >= {"hall", "stage"}
        pieces[2] = {"ways": [{"from": "hall", "to": "nowhere", "walk_ms": "60s"}]}
        assert [send(part, "bad")["code"] for part in (1, 2, 3)] == ["ok", "ok", "dangling-reference"]
        assert send(3, "bad")["field"] == "plan_apply.plan.ways[0].to"
        path = venue.folder / "desk"
        path.write_text("desk-token-of-this-test")
        path.chmod(0o600)
        venue.write_config(f"tokens:\n  - {{name: desk, role: control, file: {path}}}\n")
        venue.kill()
        venue.start()
        assert send(1, "desk", token="desk-token-of-this-test")["code"] == "not-permitted"
        assert send(2, "bad")["code"] == "part-missing", "a restart forgets"


if __name__ == "__main__":
    main()
