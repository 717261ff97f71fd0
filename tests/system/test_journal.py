"""verify, export and backup beside a live daemon; damage is found."""
import json
import threading

from harness import Venue, case, main


@case
def verify_and_backup_live():
    """verify and backup while commands come in; the backup is a data folder"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        venue.arguments = []
        is_over = threading.Event()

        def load():
            count = 0
            while not is_over.is_set():
                count += 1
                venue.post({"id": f"b-{count}", "report": {"text": f"b-{count}"}})

        thread = threading.Thread(target=load)
        thread.start()
        try:
            for _ in range(3):
                venue.ctl("journal", "verify")
            target = venue.folder / "copy"
            venue.ctl("backup", target)
            status, _, err = venue.ctl("backup", target, check=False)
            assert status == 1, "a folder in use is not overwritten"
        finally:
            is_over.set()
            thread.join()
        lines = venue.ctl("journal", "export")[1].splitlines()
        sequences = [json.loads(line)["sequence"] for line in lines]
        assert sequences == list(range(1, len(lines) + 1))
        venue.stop()
        live, venue.data = venue.data, target
        venue.ctl("journal", "verify")
        venue.start()
        assert venue.report("hall-main", "other", "on the copy") > 1
        venue.stop()
        venue.data = live
        venue.start()


@case
def damage_is_found():
    """a flipped bit in a record is found by verify"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        venue.report("hall-main", "other", "find-me-in-the-file")
        venue.stop()
        path = venue.data / "journal" / "data.mdb"
        content = bytearray(path.read_bytes())
        at = content.find(b"find-me-in-the-file")
        assert at > 0
        while at > 0:
            content[at] ^= 1
            at = content.find(b"find-me-in-the-file", at)
        path.write_bytes(content)
        status, _, err = venue.ctl("journal", "verify", check=False)
        assert status == 1 and "damaged" in err, (status, err)


main()
