"""The power is cut under a load of reports: what was acknowledged is there afterwards, once.

A shim (powercut/shim.c) writes down what the disk was told, and the clients write into the same log what they were
told. A cut is a place in that log. For each cut an image of the disk is built (powercut/disk.py), a venued starts on
it, and every acknowledgement before the cut must hold. A venued that never syncs must fail the same test.

    SEED=7 CUTS=200 python3 test_powercut.py BUILD_ROOT SOURCE_ROOT
"""
import concurrent.futures
import functools
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess

from harness import BUILD, SOURCE, Venue, case, main, wait_until
from powercut.disk import Disk, note, read_log

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
CUTS = int(os.environ.get("CUTS", "200"))
CLIENTS = 6
LOADS = 2  # with an orderly end and a start in between
ACKNOWLEDGED_PER_LOAD = 400
ACKNOWLEDGED = "A"  # the kind of our own records in the log
SYNC_US = 1000  # a slow disk, so that an answer sent too early comes before what it waits for
BEGINNINGS = 4  # images of each place at the first start
VERIFIED_EVERY = 20
WORKERS = 2
SHIM = BUILD / "tests" / "system" / "powercut" / "powercut.so"


def build(is_nosync):
    """A venued without sanitizers, which bear no preloaded library before theirs and start slowly."""
    folder = BUILD / "powercut"
    options = ["-Db_sanitize=none", "-Dtests=false", f"-Dnosync={str(is_nosync).lower()}"]
    if (folder / "build.ninja").exists():
        run("meson", "configure", folder, *options)
    else:
        run("meson", "setup", folder, SOURCE, *options)
    run("ninja", "-C", folder, "daemon/venued")
    built = folder / ("venued-nosync" if is_nosync else "venued-sync")
    shutil.copy2(folder / "daemon" / "venued", built)
    return built


def run(*line):
    done = subprocess.run(list(map(str, line)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, line))}:\n{done.stdout[-3000:]}"


class Built(Venue):
    """A Venue that runs the venued built here."""

    def __init__(self, binary, **options):
        super().__init__(**options)
        self.binary = binary

    def command(self, *arguments):
        return [str(self.binary), *super().command(*arguments)[1:]]


# ---- the load ----

class Ending(Exception):
    """venued takes no more."""


def tell(venue, body):
    try:
        status, text = venue.post(body)
    except (OSError, http.client.HTTPException) as error:
        raise Ending from error
    if not text:  # cut off by the end of venued before a word of the answer was sent
        raise Ending
    answer = json.loads(text)
    if answer.get("code") in ("busy", "not-ready"):
        raise Ending
    assert status == 200, text
    reply = answer["replies"]["replies"][0]
    assert reply["code"] == "ok", reply
    return reply


def report(text):
    return {"id": text, "report": {"zone": "hall-main", "category": "other", "text": text}}


def load(venue, client, told):
    """Reports, every third of them answered, until venued has ended; each acknowledgement is told once it has come."""
    count = 0
    try:
        while True:
            count += 1
            text = f"load-{client}-{count}"
            number = tell(venue, report(text))["number"]
            told({"text": text, "number": number})
            if count % 3 == 0:
                tell(venue, {"id": text + "-on-it", "respond": {"incident": number}})
                told({"text": text, "responded": True})
    except Ending:
        return  # what is not acknowledged is nobody's claim


def record(binary, path):
    """Runs venued under load, twice; what the disk and the clients were told is in the log."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    so_far = []

    def told(what):
        note(log, ACKNOWLEDGED, json.dumps(what))
        so_far.append(what)

    with Built(binary, arguments=("--clock-start", "plan")) as venue, \
            concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
        shim = {"LD_PRELOAD": str(SHIM), "POWERCUT_JOURNAL": str(venue.data / "journal"), "POWERCUT_LOG": str(path),
                "POWERCUT_SYNC_US": str(SYNC_US)}
        for turn in range(1, LOADS + 1):
            venue.start(env=shim)
            venue.arguments = []
            running = [clients.submit(load, venue, f"{turn}-{client}", told) for client in range(CLIENTS)]
            wait_until(lambda target=turn * ACKNOWLEDGED_PER_LOAD: len(so_far) >= target, "acknowledgements", 60)
            assert venue.stop() == 0, venue.log()[-3000:]
            for client in running:
                client.result()
        os.close(log)
        disk = Disk(read_log(path))
        disk.advance(len(disk.records))
        assert disk.image().equals(venue.data / "journal" / "data.mdb"), "the shim overlooked a write"


# ---- the cuts ----

def places_under_load(records, chance):
    """Anywhere, and every other one right after an acknowledgement, where a claim is youngest."""
    told = [i for i, item in enumerate(records) if item.kind == ACKNOWLEDGED]
    return [chance.choice(told) + 1 if count % 2 else chance.randrange(told[0], len(records) + 1)
            for count in range(CUTS)]


def places_at_the_beginning(records, _):
    """Each, several times, until the first acknowledgement: nothing is claimed but that venued starts."""
    return BEGINNINGS * list(range(next(i for i, item in enumerate(records) if item.kind == ACKNOWLEDGED)))


def claims(records, position):
    """What was acknowledged before: {text: number}, and the texts of those that were answered."""
    told = [json.loads(item.payload) for item in records[:position] if item.kind == ACKNOWLEDGED]
    return ({item["text"]: item["number"] for item in told if "number" in item},
            {item["text"] for item in told if "responded" in item})


def incidents(venue):
    after, found = "", []
    while True:
        status, text = venue.get("/api/v1/state?kinds=incident" + after)
        assert status == 200, text
        page = json.loads(text)["state"]
        found += [entity["incident"] for entity in page.get("entities", [])]
        if "next" not in page:
            return found
        after = "&after=incident:" + page["next"]["id"]


def difference(venue, numbers, responded):
    """The first claim that does not hold; None when all do."""
    found = {}
    for incident in incidents(venue):
        found.setdefault(incident["text"], []).append(incident)
    for text, number in numbers.items():
        if [incident["number"] for incident in found.get(text, [])] != [number]:
            return f"lost: #{number} ({text}) became {[incident['number'] for incident in found.get(text, [])]}"
    for text in responded:
        if found[text][0]["state"] == "open":
            return f"lost: the answer to {text}"
    twice = [text for text, incidents_of in found.items() if len(incidents_of) > 1]
    return f"twice: {twice[0]}" if twice else None


def aftermath(venue, numbers):
    """What is wrong with the first commands after the cut: the last report repeated, and a new one."""
    for text in list(numbers)[-1:]:
        again = tell(venue, report(text))["number"]
        if again != numbers[text]:
            return f"twice: #{numbers[text]} ({text}) repeated became #{again}"
    new = tell(venue, report("afterwards"))["number"]
    return f"number used again: #{new}" if new in numbers.values() else None


def try_image(binary, image, wanted, verifies):
    """None, or what is wrong with the venued that starts on the image."""
    with Built(binary) as venue:
        image.save(venue.folder)
        try:
            venue.start()
            wrong = difference(venue, *wanted) or aftermath(venue, wanted[0])
            if wrong is None and verifies:
                venue.ctl("journal", "verify")
        except (AssertionError, Ending) as error:
            wrong = f"{error!r}"
        if venue.process is not None:
            venue.kill()
        return wrong


def cut_all(binary, path, places, is_enough=lambda wrong: False):
    """What is wrong after each cut where something is, until it is enough."""
    records, chance = read_log(path), random.Random(SEED)
    disk, wrong, cuts = Disk(records), [], sorted(places(records, chance))
    print(f"# seed {SEED}: {len(cuts)} cuts of {len(records)} records, "
          f"{len(claims(records, len(records))[0])} numbers acknowledged", flush=True)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for first in range(0, len(cuts), WORKERS):
            tried = []
            for index, place in enumerate(cuts[first:first + WORKERS], first):
                disk.advance(place)
                image = disk.cut(random.Random(f"{SEED} {index}"))
                tried.append((place, pool.submit(try_image, binary, image, claims(records, place),
                                                 index % VERIFIED_EVERY == 0)))
            found = [(place, attempt.result()) for place, attempt in tried]
            wrong += [f"{what} (cut at {place})" for place, what in found if what is not None]
            if is_enough(wrong):
                break
    return wrong


@functools.cache
def recorded(is_nosync):
    """The venued and the log of its run, which stays: LOG=path SEED=seed tries the same cuts of the same run again."""
    binary = build(is_nosync)
    if "LOG" in os.environ and not is_nosync:
        return binary, pathlib.Path(os.environ["LOG"])
    path = BUILD / "powercut" / ("log-nosync" if is_nosync else "log-sync")
    path.unlink(missing_ok=True)
    record(binary, path)
    print(f"# log {path}")
    return binary, path


def nothing_is_wrong(places):
    wrong = cut_all(*recorded(is_nosync=False), places)
    assert not wrong, f"{len(wrong)} cuts, the first ones:\n" + "\n".join(wrong[:5])


@case
def every_acknowledgement_survives():
    """every number acknowledged before the power was cut is there afterwards, once"""
    nothing_is_wrong(places_under_load)


@case
def a_beginning_survives():
    """a power cut while a journal begins leaves one that venued opens or begins"""
    nothing_is_wrong(places_at_the_beginning)


@case
def a_journal_without_syncs_is_found_out():
    """a venued built with MDB_NOSYNC fails the same test"""
    def losses(wrong):
        return [what for what in wrong if what.startswith("lost: ")]
    wrong = cut_all(*recorded(is_nosync=True), places_under_load, losses)
    assert losses(wrong), f"no number was lost; {len(wrong)} cuts failed: {wrong[:3]}"
    print(f"# without syncs: {losses(wrong)[0]}")


main()
