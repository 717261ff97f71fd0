"""tools/run as a newcomer meets it: what an idle screen says, a daemon that is killed, the day after, a rehearsal."""
import contextlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness import BUILD, SOURCE, case, free_port, main, wait_until


class Folder:
    """A clone that is built already: tools/run of this source on the binaries under test, on a port of its own."""

    def __enter__(self):
        self.root = Path(tempfile.mkdtemp(prefix="venued-run-"))
        (self.root / "tools").mkdir()
        shutil.copy(SOURCE / "tools" / "run", self.root / "tools" / "run")
        shutil.copytree(SOURCE / "config", self.root / "config")
        config = self.root / "config" / "venued.yaml"
        config.write_text(config.read_text().replace("127.0.0.1:7380", f"127.0.0.1:{free_port()}"))
        (self.root / "build").symlink_to(BUILD)
        (self.root / "bin").mkdir()
        for name in ("tools/setup", "bin/ninja"):
            (self.root / name).write_text("#!/bin/sh\nexit 0\n")
            (self.root / name).chmod(0o755)
        self.runs = []
        return self

    def __exit__(self, kind, value, trace):
        for run in self.runs:
            run.end()
        shutil.rmtree(self.root, ignore_errors=True)

    def environment(self, language="C"):
        return {**os.environ, "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "LC_ALL": language, "TERM": "xterm"}

    def run(self, *arguments, language="C"):
        self.runs.append(Run(self, arguments, language))
        return self.runs[-1]

    def ctl(self, *arguments):
        done = subprocess.run(["build/clients/ctl/venuectl", *arguments], cwd=self.root, env=self.environment(),
                              capture_output=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def live_through_now(self):
        """Leaves a journal of this very day, years after the event."""
        venued = subprocess.Popen(["build/daemon/venued", "--config", "config/venued.yaml", "--data", "data", "--plan",
                                   "config/plans/summit-2023.yaml"], cwd=self.root, stderr=subprocess.DEVNULL)
        wait_until((self.root / "data" / "local.token").exists, "venued to be ready")
        self.ctl("status")
        venued.terminate()
        assert venued.wait(timeout=30) == 0

    def make_venuectl_slow(self):
        """A plan's lines come one by one, as they may where much else is running."""
        build = self.root / "build"
        build.unlink()
        (build / "clients" / "ctl").mkdir(parents=True)
        (build / "daemon").symlink_to(BUILD / "daemon")
        (build / "build.ninja").touch()
        script = build / "clients" / "ctl" / "venuectl"
        script.write_text(f"""#!/bin/bash
set -o pipefail
venuectl={BUILD}/clients/ctl/venuectl
[[ "$*" == *"plan show --json"* ]] || exec "$venuectl" "$@"
"$venuectl" "$@" | while IFS= read -r line; do printf '%s\\n' "$line" && sleep 0.005; done
""")
        script.chmod(0o755)

    def daemon(self, data="data"):
        return int((self.root / data / "lock").read_text())


class Run:
    """tools/run on a terminal, with what it shows."""

    def __init__(self, folder, arguments, language):
        self.shown = b""
        self.process, self.terminal = None, None
        process, self.terminal = pty.fork()
        if process == 0:
            os.chdir(folder.root)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python has it ignored, a shell has not
            os.execve("tools/run", ["tools/run", *arguments], folder.environment(language))
        self.process = process
        self.status = None

    def read(self, wait=0.0):
        with contextlib.suppress(OSError):
            while select.select([self.terminal], [], [], wait)[0]:
                self.shown += os.read(self.terminal, 65536)
                wait = 0
        return self.shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def until(self, pattern, limit=60):
        """Waits for the pattern on the screen."""
        def look():
            return re.search(pattern, self.read(0.05))
        try:
            return wait_until(look, repr(pattern), limit)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.read()}") from error

    def exit_status(self, limit=60):
        def look():
            self.read()
            ended, status = os.waitpid(self.process, os.WNOHANG)
            return [os.waitstatus_to_exitcode(status)] if ended else None
        self.status = wait_until(look, "tools/run to end", limit)[0]
        self.read(0.2)
        return self.status

    def press(self, keys):
        os.write(self.terminal, keys)

    def end(self):
        if self.status is None:
            self.press(b"\x03")
            with contextlib.suppress(AssertionError):
                self.exit_status(30)
        if self.status is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.terminal)


def seconds(span):
    """What "1m5s" or "10s" is."""
    return sum(int(count) * {"h": 3600, "m": 60, "s": 1}[unit] for count, unit in re.findall(r"(\d+)([hms])", span))


def silences(shown):
    """Each silence that came to its end: what was told of its age while it went on, and how long it was at the end."""
    told = re.findall(r"STALE: nothing heard from venued for (\S+); what is shown is as of 08:\d\d:\d\d"
                      r"|live again, after (\S+) of silence", shown)
    found, ages = [], []
    for age, whole in told:
        if age:
            ages.append(seconds(age))
        else:
            found.append((ages, seconds(whole)))
            ages = []
    return found


def soon_enough(attempt):
    """One of some attempts succeeds: the machine may stand still during the others."""
    assert any(attempt() for _ in range(4)), "too late each time"


# The machine may stand still at any time, which is one more silence, or makes one longer: what is expected of a silence
# here holds for each.

@case
def idle():
    """an idle screen says which venue it is, how to report from elsewhere, and shows that it lives"""
    with Folder() as folder:
        run = folder.run()
        run.until(r"2023 New Economy Industry Summit, venue time 2023-05-18 08:0")
        run.until(r"zones: 14; people on duty: \d+/\d+; open incidents: 0")
        run.until(r"08:0\d:\d\d  live, heard 0s ago")
        shown = run.read()
        assert f"cd {folder.root}" in shown and "token in data/local.token" in shown, shown
        command = re.search(r"build/clients/ctl/venuectl (report .*)", shown).group(1)
        assert command.startswith("report hall-main av-fault"), shown
        assert folder.ctl("report", "hall-main", "av-fault", "slides will not play") == "1\n"
        run.until(r"#1 +reported @Main hall by local-admin.*\n.*#1 +asks av-1 to take it")
        run.press(b"\x03")
        assert run.exit_status() == 0, run.read()
        assert "ended status=0" in (folder.root / "data" / "venued.log").read_text()


@case
def slow():
    """a plan that comes slowly does not end the start"""
    with Folder() as folder:
        folder.make_venuectl_slow()
        folder.run().until(r"live, heard 0s ago")


@case
def not_started():
    """a daemon that does not start is told at once, with its last words"""
    with Folder() as folder:
        with open(folder.root / "config" / "venued.yaml", "a", encoding="utf-8") as config:
            config.write("nonsense: 1\n")

        def attempt():
            begin = time.monotonic()
            run = folder.run()
            assert run.exit_status() == 1, run.read()
            assert "venued has ended (status 1)" in run.read() and "nonsense: unknown key" in run.read(), run.read()
            return time.monotonic() - begin < 4.5
        soon_enough(attempt)


@case
def killed():
    """a daemon that is killed is noticed at once, with its status, and tools/run fails"""
    with Folder() as folder:
        def attempt():
            run = folder.run()
            run.until(r"live, heard 0s ago")
            os.kill(folder.daemon(), signal.SIGKILL)
            assert run.exit_status(30) == 137, run.read()
            assert "venued has ended (killed by signal 9, SIGKILL)" in run.read(), run.read()
            assert "line " not in run.read(), run.read()
            return "STALE" not in run.read()
        soon_enough(attempt)


@case
def silent():
    """a daemon that hangs makes the picture stale: one line, an age that goes on, one line when it is back"""
    with Folder() as folder:
        run = folder.run()
        run.until(r"live, heard 0s ago")
        os.kill(folder.daemon(), signal.SIGSTOP)
        run.until(r"STALE, heard nothing for (?:[6-9]|\d\d|\d+m\d*)s")
        os.kill(folder.daemon(), signal.SIGCONT)
        run.until(r"live again, after (?:[6-9]|\d\d|\d+m\d*)s of silence")
        for ages, whole in silences(run.read()):
            assert len(ages) == 1 and 3 <= ages[0] <= whole, run.read()


@case
def silent_to_a_file():
    """in a file the silence is told when it begins and ends, not each second"""
    with Folder() as folder:
        folder.run().until(r"live, heard 0s ago")
        with open(folder.root / "screen", "wb") as screen:
            watch = subprocess.Popen(["build/clients/ctl/venuectl", "watch"], cwd=folder.root, env=folder.environment(),
                                     stdout=screen, stderr=screen)
        def shown():
            return (folder.root / "screen").read_text()
        wait_until(lambda: "zones: " in shown(), "the screen")
        os.kill(folder.daemon(), signal.SIGSTOP)
        def ages():
            return [seconds(age) for age in re.findall(r"STALE: nothing heard from venued for (\S+);", shown())]
        wait_until(lambda: max(ages(), default=0) >= 10, "a word after 10 s")
        before = len(silences(shown()))
        os.kill(folder.daemon(), signal.SIGCONT)
        wait_until(lambda: len(silences(shown())) > before, "the end of the silence")
        watch.terminate()
        assert watch.wait(timeout=30) == 0
        assert any(whole >= 10 for _, whole in silences(shown())), shown()
        for told, whole in silences(shown()):
            steps = [sum(age >= step for step in (3, 10, 60, 600)) for age in told]
            assert steps and steps[0] > 0 and steps == sorted(set(steps)), shown()
            assert told[-1] <= whole, shown()
        assert "\r" not in shown() and "\x1b" not in shown(), shown()


@case
def the_day_after():
    """an event that is over is said to be over; --fresh keeps the old data and begins anew; nothing in use is moved"""
    with Folder() as folder:
        folder.live_through_now()
        run = folder.run()
        run.until(r"The event is over: it ended at 2023-05-18 18:00:00, \d+h\S* ago")
        assert "THIS EVENT IS OVER" in run.read() and "tools/run --fresh" in run.read(), run.read()
        run.until(r"live, heard 0s ago")
        second = folder.run("--fresh")
        assert second.exit_status() == 1 and "is at work in ./data" in second.read(), second.read()
        second = folder.run("--rehearse")
        assert second.exit_status() == 1 and "is at work in ./data" in second.read(), second.read()
        second = folder.run("--frsh")
        assert second.exit_status() == 2 and "there is no --frsh" in second.read(), second.read()
        run.press(b"\x03")
        assert run.exit_status() == 0
        fresh = folder.run("--fresh")
        kept = fresh.until(r"the old data is kept in \./(data\.old-[\d-]+)").group(1)
        fresh.until(r"live, heard 0s ago")
        assert "OVER" not in fresh.read(), fresh.read()
        assert (folder.root / kept / "journal").is_dir()


@case
def rehearsed():
    """the rehearsal says where it stands, in the user's language; Ctrl-C ends it without success"""
    with Folder() as folder:
        run = folder.run("--rehearse", "120", language="zh_TW.UTF-8")
        run.until(r"峰會當日彩排：共 \d+ 步，至 18:10:00，約需 5m")
        run.until(r"#1 +已上報 @簽到區普通通道")
        run.until(r"即時，0s 前有訊號；第 \d+/\d+ 步於 ")
        run.press(b"\x03")
        assert run.exit_status() == 130, run.read()
        assert "ended status=0" in (folder.root / "data-rehearsal" / "venued.log").read_text()


@case
def two_runs():
    """whichever of a rehearsal's two runs comes last shows both beside each other"""
    with Folder() as folder:
        (folder.root / "config" / "rehearsals" / "short.yaml").write_text("""plan: ../plans/summit-2023.yaml
end_at_ms: 2023-05-18T08:01:00+08:00
steps:
  - {at_ms: 2023-05-18T08:00:30+08:00, command: {report: {zone: reg-general, category: check-in-queue, text: Forty}}}
""")
        first = folder.run("--rehearse", "short", "60")
        assert first.exit_status() == 0, first.read()
        assert "(play it with --baseline, and it is compared)" in first.read(), first.read()
        for last in (("--baseline",), ()):
            run = folder.run("--rehearse", "short", "60", *last)
            assert run.exit_status() == 0, run.read()
            assert re.search(r"^compared +baseline +automatic *$", run.read(), re.M), run.read()
        assert (folder.root / "data-rehearsal-figures" / "short.json").exists()


main()
