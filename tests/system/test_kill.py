"""kill -9 under a load of reports, many times in a row: what was acknowledged is there afterwards, once."""
import http.client
import json
import os
import threading

from harness import Venue, case, main, wait_until

ROUNDS = int(os.environ.get("ROUNDS", "100"))
CLIENTS = 4


def load(venue, client, acknowledged, is_over):
    """Reports under ids of its own; an unanswered one is repeated under the same id, also after the restart."""
    count = 0
    while not is_over.is_set():
        count += 1
        identity = f"load-{client}-{count}"
        body = {"id": identity, "report": {"zone": "hall-main", "category": "other", "text": identity}}
        number = None
        while number is None and not is_over.is_set():
            try:
                status, text = venue.post(body)
            except (OSError, http.client.HTTPException, TypeError):  # it is down, was cut off, or has no token yet
                is_over.wait(0.005)
                continue
            if status == 200:
                reply = json.loads(text)["replies"]["replies"][0]
                assert reply["code"] == "ok", reply
                number = reply["number"]
                acknowledged[identity] = number


@case
def kills_in_a_row():
    """each acknowledged number is there after every kill, once; the journal verifies"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        venue.arguments = []
        acknowledged, is_over = {}, threading.Event()
        threads = [threading.Thread(target=load, args=(venue, i, acknowledged, is_over)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            for round_number in range(ROUNDS):
                target = len(acknowledged) + 3 + round_number % 7
                wait_until(lambda: len(acknowledged) >= target, "acknowledged reports", 60)
                venue.kill()
                venue.start()
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        incidents = venue.json("incidents")
        by_text = {}
        for incident in incidents:
            by_text.setdefault(incident["text"], []).append(incident["number"])
        for identity, number in acknowledged.items():
            assert by_text.get(identity) == [number], (identity, number, by_text.get(identity))
        assert all(len(numbers) == 1 for numbers in by_text.values())
        running = {d["incident"] for d in venue.json("deadlines", "--open")}
        assert set(acknowledged.values()) <= running, "deadlines go on"
        venue.ctl("journal", "verify")
        print(f"# {ROUNDS} kills, {len(acknowledged)} acknowledged")


main()
