"""The faces as strangers' tools see them: nngcat, curl's way over HTTP, promtool."""
import json
import os
import shutil
import socket
import subprocess

from harness import SOURCE, Venue, case, main, wait_until


@case
def nngcat_receives():
    """nngcat subscribes to change/ over ipc and receives"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        out = venue.folder / "frames"
        with open(out, "wb") as stream:
            cat = subprocess.Popen(["nngcat", "--sub", "--dial", f"ipc://{venue.data}/ops.ipc", "--subscribe", "change/",
                                    "--raw"], stdout=stream)
        try:
            def seen():
                venue.report("hall-main", "other", "for the cat")
                return b"change/incident/" in out.read_bytes()
            wait_until(seen, "a frame")
            assert b"beat/" not in out.read_bytes()
        finally:
            cat.terminate()
            cat.wait()


@case
def commands_over_http():
    """a command as JSON with the local token is done; without one it is 401"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        body = {"id": "h-1", "report": {"zone": "hall-main", "category": "av-fault", "text": "no picture"}}
        status, text = venue.post(body)
        reply = json.loads(text)["replies"]["replies"][0]
        assert (status, reply["code"], reply["number"]) == (200, "ok", 1), text
        again = json.loads(venue.post(body)[1])["replies"]["replies"][0]
        assert again["number"] == 1 and again["repeated"], again
        for token in (None, "0" * 64):
            status, text = venue.post(body, token=token)
            assert status == 401 and json.loads(text)["code"] == "unauthenticated", (status, text)
        assert len(venue.json("incidents")) == 1
        status, text = venue.get("/api/v1/state?kinds=incident")
        assert status == 200 and json.loads(text)["state"]["entities"][0]["incident"]["number"] == 1, text


@case
def metrics_are_accepted():
    """promtool accepts /metrics"""
    promtool = SOURCE / "build-tools" / "usr" / "bin" / "promtool"
    tool = str(promtool) if promtool.exists() else shutil.which("promtool")
    assert tool, "promtool is installed by tools/setup test"
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        venue.report("hall-main", "other", "x")
        wait_until(lambda: "venued_commands_total 1" in venue.get("/metrics")[1], "the figures")
        status, text = venue.get("/metrics")
        assert status == 200
        done = subprocess.run([tool, "check", "metrics"], input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert venue.get("/metrics", token=None)[0] == 401


@case
def acts_are_counted_by_node():
    """what venued did by itself and what people did, in /metrics and in the status"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        number = venue.report("hall-main", "av-fault", "slides will not play")
        venue.ctl("assign", str(number), "av-1")
        lines = ['venued_acts_total{node="dispatch",by="automatic"} 1', 'venued_acts_total{node="dispatch",by="manual"} 1',
                 'venued_acts_total{node="refill",by="manual"} 0']
        wait_until(lambda: all(line in venue.get("/metrics")[1].splitlines() for line in lines), "the figures", 5)
        nodes = {node["id"]: node for node in venue.json("status")[0]["nodes"]}
        assert len(nodes) == 7, nodes
        assert nodes["dispatch"]["automatic"] == 1 and nodes["dispatch"]["manual"] == 1, nodes
        assert "dispatch 1+1" in venue.ctl("status")[1]


@case
def health_needs_no_token():
    """/healthz and /readyz answer without a token and say nothing of the venue"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        wait_until(lambda: venue.get("/readyz", token=None) == (200, "ready\n"), "ready")
        assert venue.get("/healthz", token=None) == (200, "ok\n")


@case
def local_files_are_private():
    """sockets and token are the owner's alone"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        for name in ("local.token", "rep.ipc", "ops.ipc", "wall.ipc"):
            assert os.stat(venue.data / name).st_mode & 0o077 == 0, name


@case
def status_does_not_wait():
    """a subscriber that never reads and a silent connection disturb nobody"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        idle = [socket.create_connection(("127.0.0.1", venue.port)) for _ in range(80)]
        try:
            venue.json("status")  # which waits for 5 s itself
            venue.report("hall-main", "other", "x")
        finally:
            for peer in idle:
                peer.close()


main()
