"""What the system tests share: a real venued on a folder and a port of its own, venuectl, HTTP, and TAP output.

Each test file is one behaviour: python3 test_x.py BUILD_ROOT SOURCE_ROOT
"""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

BUILD = pathlib.Path(sys.argv[1])
SOURCE = pathlib.Path(sys.argv[2])
VENUED = BUILD / "daemon" / "venued"
VENUECTL = BUILD / "clients" / "ctl" / "venuectl"
PLAN = SOURCE / "config" / "plans" / "summit-2023.yaml"
START_LIMIT_S = 30
WAIT_LIMIT_S = 30
READY_WORDS = ("ready\n", "read-only\n", "clock-in-doubt\n")  # a start that has come to its end, well or not


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, limit=WAIT_LIMIT_S):
    """The first true value of `condition()`, polled; fails after `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {limit} s for {what}"
        time.sleep(0.02)


class Pulse:
    """How long the machine stood still meanwhile, the longest time."""

    def __enter__(self):
        self.longest_s = 0.0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.beat)
        self.thread.start()
        return self

    def beat(self):
        last = time.monotonic()
        while not self.is_over.wait(0.05):
            now = time.monotonic()
            self.longest_s = max(self.longest_s, now - last - 0.05)
            last = now

    def __exit__(self, kind, value, trace):
        self.is_over.set()
        self.thread.join()


class Venue:
    """A venued of this test's own. Used as a context: what it started, it ends."""

    def __init__(self, plan=PLAN, config="", arguments=()):
        # Short, since the path of a local socket may have 107 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="venued-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.config = self.folder / "venued.yaml"
        self.write_config(config)
        self.plan = plan
        self.arguments = list(arguments)
        self.process = None
        self.log_path = self.folder / "log"
        self.watchers = []

    def write_config(self, more=""):
        self.config.write_text(f"listen: http://127.0.0.1:{self.port}\n{more}", encoding="utf-8")

    def command(self, *arguments):
        line = [str(VENUED), "--config", str(self.config), "--data", str(self.data)]
        if self.plan is not None:
            line += ["--plan", str(self.plan)]
        return line + self.arguments + list(arguments)

    def launch(self, *arguments, env=None):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **(env or {})})

    def start(self, *arguments, env=None):
        self.launch(*arguments, env=env)
        wait_until(self.is_ready, "venued to be ready", START_LIMIT_S)
        return self

    def is_ready(self):
        assert self.process.poll() is None, f"venued ended with {self.process.returncode}:\n{self.log()[-3000:]}"
        try:
            return self.get("/readyz", token=None)[1] in READY_WORDS and self.token()
        except OSError:
            return False

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def stop(self):
        """Ends it in order; its exit status."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=WAIT_LIMIT_S)

    def kill(self):
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def refuse_to_start(self, *arguments):
        """The exit status and last words of a start that must fail."""
        done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=START_LIMIT_S, check=False)
        return done.returncode, done.stderr.decode("utf-8", "replace")

    def ctl(self, *arguments, check=True, env=None):
        """venuectl on this venue: (status, stdout, stderr)."""
        done = subprocess.run([str(VENUECTL), "--data", str(self.data), *map(str, arguments)], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False, env={**os.environ, "LANG": "C", **(env or {})})
        out, err = done.stdout.decode(), done.stderr.decode()
        assert not check or done.returncode == 0, f"venuectl {' '.join(map(str, arguments))}: {done.returncode}\n{out}{err}"
        return done.returncode, out, err

    def report(self, *arguments):
        return int(self.ctl("report", *arguments)[1])

    def json(self, *arguments):
        """The messages that a verb prints with --json."""
        return [json.loads(line) for line in self.ctl(*arguments, "--json")[1].splitlines()]

    def watch(self, *arguments):
        """A running `watch --json`, its lines in a file."""
        watcher = Watcher(self, arguments)
        self.watchers.append(watcher)
        return watcher

    def token(self):
        path = self.data / "local.token"
        return path.read_text().strip() if path.exists() else None

    def get(self, path, token="local", headers=None):
        return self.http("GET", path, None, token, headers)

    def post(self, body, token="local", headers=None, path="/api/v1/commands"):
        return self.http("POST", path, body, token, {"Content-Type": "application/json", **(headers or {})})

    def http(self, method, path, body=None, token="local", headers=None):
        """(status, text). `body` that is no string is sent as JSON."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = "Bearer " + (self.token() if token == "local" else token)
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def raw(self, payload, limit=5.0):
        """Bytes to the port, everything that comes back until the peer closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit) as peer:
            peer.sendall(payload)
            answer = b""
            with contextlib.suppress(OSError):
                while chunk := peer.recv(65536):
                    answer += chunk
            return answer

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for watcher in self.watchers:
            watcher.stop()
        status = None
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            status = "hung"
        if kind is None or kind is SystemExit:
            assert status in (None, 0), f"venued ended with {status}:\n{self.log()[-3000:]}"
        else:
            print("# last log lines:\n# " + "\n# ".join(self.log().splitlines()[-15:]))
        shutil.rmtree(self.folder, ignore_errors=True)


class Watcher:
    def __init__(self, venue, arguments):
        self.path = venue.folder / f"watch-{len(venue.watchers)}"
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen([str(VENUECTL), "--data", str(venue.data), "watch", "--json", *map(str, arguments)],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)

    def changes(self):
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    def facts(self, what=None):
        facts = [change.get("fact", {}) for change in self.changes()]
        return [fact for fact in facts if what is None or fact.get("what") == what]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=WAIT_LIMIT_S)


CASES = []


def case(function):
    """Marks a test case; its docstring or name is what TAP prints."""
    CASES.append(function)
    return function


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, function in enumerate(CASES, 1):
        name = (function.__doc__ or function.__name__.replace("_", " ")).strip().splitlines()[0]
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            print("# " + "\n# ".join(traceback.format_exc().splitlines()), flush=True)
    sys.exit(1 if failed else 0)
