"""What a power cut leaves on the disk: the shim's log, replayed up to a cut.

Safe is what a sync covered that had returned by then. Of everything else each 512-byte sector may be there or not,
whatever the order in which it was written; the length of the file and its name may be there or not.
"""
import os
import struct
from typing import NamedTuple

HEAD = struct.Struct("=5Q")  # struct record of shim.c
SECTOR = 512
FOLDER = "data/journal"
FILES = ("data.mdb", "data.new")  # the name it begins with comes last
# How much of what was not synced is there: nothing, most often a part, or all of it.
SHARES = (0.0, 0.1, 0.5, 0.5, 0.9, 1.0)


class Record(NamedTuple):
    kind: str
    token: int
    inode: int
    offset: int
    payload: bytes


def read_log(path):
    data, at, records = path.read_bytes(), 0, []
    while at < len(data):
        kind, token, inode, offset, size = HEAD.unpack_from(data, at)
        at += HEAD.size
        records.append(Record(chr(kind), token, inode, offset, data[at:at + size]))
        at += size
    assert at == len(data), "the log is cut short"
    return records


def note(log, kind, text):
    """Appends a record of the test's own between those of the shim; `log` is open with O_APPEND."""
    payload = text.encode()
    record = HEAD.pack(ord(kind), 0, 0, 0, len(payload)) + payload
    assert os.write(log, record) == len(record)


class Pending:
    """Recorded, and not known to be safe."""

    def __init__(self, record):
        self.record = record
        self.is_safe = False


class Image:
    """The one file of a journal, and the names of folders and files that are there."""

    def __init__(self, content=bytearray(), length=0, names=frozenset()):
        self.content = bytearray(content)  # as far as it was written
        self.length = length
        self.names = set(names)

    def apply(self, record, keeps=lambda: True):
        if record.kind == "N":
            if keeps():
                self.names.add(record.payload.decode())
        elif record.kind == "W":
            begin = 0
            while begin < len(record.payload):  # a write need not begin where a sector does
                end = begin + SECTOR - (record.offset + begin) % SECTOR
                if keeps():
                    self.write(record.offset + begin, record.payload[begin:end])
                begin = end
        elif keeps():
            self.set_length(record.offset if record.kind == "L" else max(self.length, record.offset))

    def write(self, offset, data):
        if offset + len(data) > len(self.content):
            self.content.extend(bytes(offset + len(data) - len(self.content)))
        self.content[offset:offset + len(data)] = data
        self.length = max(self.length, len(self.content))

    def set_length(self, length):
        del self.content[length:]
        self.length = length

    def equals(self, path):
        content = path.read_bytes()
        written = len(self.content)
        return len(content) == self.length and content[:written] == self.content and not any(content[written:])

    def save(self, folder):
        """Below `folder`, as far as the names that lead there are kept: under its last name or an earlier one."""
        if not {os.path.dirname(FOLDER), FOLDER} <= self.names:
            return
        (folder / FOLDER).mkdir(parents=True, mode=0o700)
        name = next((name for name in FILES if f"{FOLDER}/{name}" in self.names), None)
        if name is not None:
            with open(folder / FOLDER / name, "wb") as out:
                out.write(self.content)
                out.truncate(self.length)


def relative(records):
    """The same records with names below the folder that holds all."""
    root = os.path.dirname(next(item.payload for item in records if item.kind == "N"))
    assert len({item.inode for item in records if item.kind in "WLR"}) == 1, "a journal is one file here"
    return [item._replace(payload=os.path.relpath(item.payload, root)) if item.kind == "N" else item
            for item in records]


class Disk:
    """Goes through the log once, from cut to later cut."""

    def __init__(self, records):
        self.records = relative(records)
        self.position = 0
        self.settled = Image()
        self.pending = []
        self.syncs = {}

    def advance(self, position):
        """Until before the record at `position`."""
        while self.position < position:
            self.take(self.records[self.position])
            self.position += 1
        self.settle()

    def settle(self):
        count = next((i for i, item in enumerate(self.pending) if not item.is_safe), len(self.pending))
        for item in self.pending[:count]:
            self.settled.apply(item.record)
        del self.pending[:count]

    def take(self, record):
        if record.kind in "WLRN":
            self.pending.append(Pending(record))
        elif record.kind == "B":
            self.syncs[record.token] = [item for item in self.pending if item.record.inode == record.inode]
        elif record.kind == "S":
            for item in self.syncs.pop(record.token):
                item.is_safe = True
        elif record.kind == "D":
            next(item for item in self.pending if item.record.token == record.token).is_safe = True
        if len(self.pending) > 64:
            self.settle()

    def cut(self, random):
        """The image of a power cut here. File systems that keep a log of names and lengths let them run ahead."""
        share = random.choice(SHARES)
        runs_ahead = random.random() < 0.5
        return self.image(lambda item: (runs_ahead and item.record.kind != "W") or random.random() < share)

    def image(self, keeps=lambda item: True):
        """What is safe and the sectors that are kept of the rest: all of them is what a reader of the file sees."""
        image = Image(self.settled.content, self.settled.length, self.settled.names)
        for item in self.pending:
            image.apply(item.record, lambda item=item: item.is_safe or keeps(item))
        return image
