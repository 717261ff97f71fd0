"""Arrows between rooms go one way (docs/architecture.md): fails on an include that breaks a wall.

    python3 arrows.py ROOT
"""
import re
import sys

from tree import Tap, read, tracked

# room -> (rooms it may use, foreign headers it may use; None = any)
PURE = {"assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h",
        "stdint.h", "stdlib.h", "string.h"}
ROOMS = {
    "proto": ({"proto"}, PURE | {"stdio.h", "protobuf-c/protobuf-c.h", "libfyaml.h", "bsd/sys/tree.h", "pthread.h",
                                 "sys/stat.h", "fcntl.h", "unistd.h", "math.h", "threads.h"}),
    "daemon/core": ({"proto", "daemon/core"}, PURE | {"protobuf-c/protobuf-c.h", "bsd/sys/tree.h"}),
    "daemon/store": ({"proto", "daemon/store"}, None),
    "daemon/net": ({"proto", "daemon/net"}, None),
    "daemon/loop": ({"proto", "daemon/core", "daemon/store", "daemon/net", "daemon/loop"}, None),
    "clients/lib": ({"proto", "clients/lib"}, None),
    "clients/ctl/offline": ({"proto", "clients/lib", "clients/ctl", "clients/ctl/offline", "daemon/core",
                             "daemon/store"}, None),
    "clients/ctl": ({"proto", "clients/lib", "clients/ctl", "clients/ctl/offline"}, None),
}
# A library belongs to the rooms named here and to no other.
LIBRARIES = {"uv.h": {"daemon/loop"}, "nng/": {"daemon/net", "clients/lib"}, "lmdb.h": {"daemon/store"},
             "libfyaml.h": {"proto"}, "systemd/": {"daemon/loop"}}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def room_of(path):
    for room in sorted(ROOMS, key=len, reverse=True):
        if path.startswith(room + "/"):
            return room
    return None


def main():
    root = sys.argv[1]
    tap = Tap()
    walls, libraries, foreign = [], [], []
    for name in tracked(root, "proto/*.[ch]", "daemon/*.[ch]", "clients/*.[ch]"):
        room = room_of(name)
        if room is None:  # daemon/main.c puts everything together
            continue
        may_use, may_include = ROOMS[room]
        for kind, header in INCLUDE.findall(read(root, name)):
            if kind == '"':
                target = room_of(header)
                if target is None or target not in may_use:
                    walls.append(f"{name} includes {header}")
                continue
            for library, rooms in LIBRARIES.items():
                if header.startswith(library) and room not in rooms:
                    libraries.append(f"{name} includes <{header}>")
            if may_include is not None and header not in may_include:
                foreign.append(f"{name} includes <{header}>")
    tap.rule("rooms use only the rooms they may", walls)
    tap.rule("each library is used in its room only", libraries)
    tap.rule("proto and core reach nothing outside", foreign)
    tap.finish()


main()
