"""Replay: a journal done again; with nothing set it is the journal, with another limit what that would have broken."""
import json
import os
import subprocess

from harness import SOURCE, VENUECTL, Venue, case, main

REHEARSAL = SOURCE / "config" / "rehearsals" / "summit-2023.yaml"
FOUR_MINUTES_MS = 4 * 60 * 1000
FIVE_MINUTES_MS = 5 * 60 * 1000


def run(*arguments):
    done = subprocess.run([str(VENUECTL), "--lang", "en", *map(str, arguments)], capture_output=True, timeout=300, check=False,
                          env={**os.environ, "LANG": "C"})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def replay(*arguments):
    """(result, promises) of a replay that was done."""
    status, out, err = run("replay", "--json", *arguments)
    assert status == 0, out[-500:] + err
    lines = [json.loads(line) for line in out.splitlines()]
    return lines[-1], lines[:-1]


def duration_ms(text):
    units = {"ms": 1, "s": 1000, "m": 60000, "h": 3600000}
    total, number, at = 0, "", 0
    while at < len(text):
        if text[at].isdigit():
            number, at = number + text[at], at + 1
            continue
        unit = "ms" if text.startswith("ms", at) else text[at]
        total, number, at = total + int(number) * units[unit], "", at + len(unit)
    return total


def taken_ms(deadline):
    return sum(duration_ms(share["held_ms"]) for share in deadline.get("shares", []))


@case
def the_summit_again():
    """nothing set is the same, beside the daemon and from a backup; 4 minutes for tier 1 break what took longer"""
    with Venue(arguments=("--rehearsal", "--time-scale", "600")).start() as venue:
        status, out, err = run("--data", venue.data, "rehearse", REHEARSAL)
        assert status in (0, 1), out[-2000:] + err  # a slow machine's replies are another test's
        status, out, err = run("replay", venue.data)
        assert status == 0 and "the same as the journal: " in out, out[-500:] + err
        deadlines = venue.json("deadlines")
        backup = venue.folder / "backup"
        status, _, err = run("--data", venue.data, "backup", backup)
        assert status == 0, err
        venue.stop()
        first, second = run("replay", backup, "--json"), run("replay", backup / "journal", "--json")
        assert first[0] == 0 and first == second, first[2] + second[2]
        result, promises = replay(backup)
        assert result["equal"] and result["hash"] == result["original_hash"], result
        was_broken = {each["deadline"] for each in promises if each.get("was_broken")}
        assert was_broken == {each["deadline"] for each in promises if each.get("broken")}
        # By hand: of tier 1 with the policy's five minutes, what took more than four.
        late_by_hand = {each["id"] for each in deadlines if each["promise"] == "respond" and
                        duration_ms(each["limit_ms"]) == FIVE_MINUTES_MS and
                        each["outcome"] not in ("void", "running") and taken_ms(each) > FOUR_MINUTES_MS}
        running_by_hand = {each["id"] for each in deadlines if each["promise"] == "respond" and each["outcome"] == "running"}
        assert late_by_hand, "the rehearsal has somebody who comes after more than four minutes"
        changed, promises = replay(backup, "--set", "tier1=4m")
        broken = {each["deadline"] for each in promises if each.get("broken") and each["promise"] == "respond"}
        own_limits = {each["id"] for each in deadlines if duration_ms(each["limit_ms"]) != FIVE_MINUTES_MS}
        assert broken - own_limits - running_by_hand == late_by_hand, (broken, late_by_hand)
        others = {each["deadline"] for each in promises if each.get("broken") and each["promise"] != "respond"}
        assert others == {each for each in was_broken if not each.endswith(".respond")}, others
        for each in promises:
            if each["deadline"] in late_by_hand:
                assert each["limit_ms"] == "4m" and each["was_limit_ms"] == "5m", each
                late = taken_ms(each) - FOUR_MINUTES_MS
                assert duration_ms(each["late_ms"]) == late, each
        assert changed["broken"] == changed["was_broken"] + changed.get("newly_broken", 0) - changed.get("no_longer_broken", 0)
        assert run("replay", backup, "--set", "tier1=4m") == run("replay", backup, "--set", "respond_limit_ms=4m")


@case
def what_is_no_limit():
    """an unknown name gets the nearest, a bad value its bounds, a folder without a journal its reason"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        venue.ctl("report", "hall-main", "slides will not play")
        status, _, err = run("replay", venue.data, "--set", "tier4=4m")
        assert status == 2 and "tier" in err, err
        status, _, err = run("replay", venue.data, "--set", "respond_limt_ms=4m")
        assert status == 2 and "respond_limit_ms" in err, err
        for said in ("tier1", "tier1=", "tier1=soon", "warn_percent=many", "=4m"):
            status, _, err = run("replay", venue.data, "--set", said)
            assert status == 2, (said, err)
        status, _, err = run("replay", venue.data, "--set", "tier1=25h")
        assert status == 1 and "policy.respond_limit_ms" in err, err
        status, _, err = run("replay", venue.data, "--set", "warn_percent=100")
        assert status == 1 and "policy.warn_percent" in err, err
        status, _, err = run("replay", venue.folder / "nowhere")
        assert status == 1 and err, err
        status, out, _ = run("replay", venue.data)
        assert status == 0 and "the same as the journal" in out, out
        status, out, _ = run("replay", venue.data, "--lang", "zh-hant")
        assert status == 0 and "與日誌一致" in out, out


main()
