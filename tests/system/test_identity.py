"""Who is not let in over WebSocket hears why and at once, and does not hammer at the door."""
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

from harness import VENUECTL, WAIT_LIMIT_S, Venue, case, main, wait_until

WRONG = "0" * 64


def ctl_over_ws(venue, token, *arguments, env=None):
    """venuectl by URL: (status, stderr). It has far more time than the test, so what ends did not wait for its end."""
    done = subprocess.run([str(VENUECTL), "--timeout", "10m", *arguments], cwd=venue.folder.parent, capture_output=True,
                          timeout=WAIT_LIMIT_S, stdin=subprocess.DEVNULL, check=False, env={**by_url(venue, token), **(env or {})})
    return done.returncode, done.stderr.decode()


def by_url(venue, token):
    """The environment in which venuectl goes over WebSocket."""
    environment = {**os.environ, "LANG": "C", "VENUE_URL": f"ws://127.0.0.1:{venue.port}"}
    environment.pop("VENUE_TOKEN", None)
    if token is not None:
        environment["VENUE_TOKEN"] = token
    return environment


def turned_away(venue, least=0):
    """How many were, so far: at least so many, in time; the figures are a second old."""
    time.sleep(1.5)
    wait_until(lambda: read_turned_away(venue) >= least, f"{least} who are turned away")
    return read_turned_away(venue)


def read_turned_away(venue):
    text = venue.get("/metrics")[1]
    return int(re.search(r"^venued_unauthenticated_requests_total (\d+)", text, re.M)[1])


def give_token(venue, name, role, token):
    """Configures an access, which the next start or SIGHUP takes up."""
    path = venue.folder / name
    path.write_text(token)
    path.chmod(0o600)
    venue.write_config(f"tokens:\n  - {{name: {name}, role: {role}, file: {path}}}\n")


def watch_over_ws(venue, token):
    """A running watch by URL."""
    return subprocess.Popen([str(VENUECTL), "watch"], cwd=venue.folder.parent, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=by_url(venue, token))


@case
def a_wrong_token():
    """a wrong token and none are unauthenticated, status 4, at once and after a few knocks"""
    with Venue(arguments=("--clock-start", "plan")).start() as venue:
        assert ctl_over_ws(venue, venue.token(), "incidents")[0] == 0
        before = turned_away(venue)
        for arguments in (["incidents"], ["log", "x"], ["watch"]):
            for token in (WRONG, None):
                status, words = ctl_over_ws(venue, token, *arguments)
                assert status == 4, (arguments, status, words)
                assert "No valid identity came with the request. [unauthenticated]" in words, words
        knocks = turned_away(venue, before + 6) - before
        assert knocks <= 60, f"{knocks} times in six calls"


@case
def a_revoked_token():
    """a watch whose token is revoked says so and ends with status 4"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        token = "desk-token-of-this-test"
        give_token(venue, "desk", "control", token)
        venue.start()
        watch = watch_over_ws(venue, token)
        try:
            wait_until(lambda: ctl_over_ws(venue, token, "status")[0] == 0, "the token to be good")
            time.sleep(1)
            assert watch.poll() is None, watch.communicate()
            before = turned_away(venue)
            venue.write_config()
            venue.process.send_signal(signal.SIGHUP)
            out, words = watch.communicate(timeout=WAIT_LIMIT_S)
            assert watch.returncode == 4 and b"[unauthenticated]" in words, (watch.returncode, out, words)
            assert turned_away(venue) - before <= 30
        finally:
            watch.kill()


@case
def a_feed_for_others():
    """a role that may not hear the feed is told so, status 4"""
    with Venue(arguments=("--clock-start", "plan")) as venue:
        token = "wall-token-of-this-test"
        give_token(venue, "wall-lobby", "wall", token)
        venue.start()
        assert ctl_over_ws(venue, token, "status")[0] == 0
        status, words = ctl_over_ws(venue, token, "watch")
        assert status == 4 and "[not-permitted]" in words, (status, words)


def certify(stem):
    """The files of a certificate for 127.0.0.1 and its key."""
    certificate, key = f"{stem}-certificate.pem", f"{stem}-key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def pump(source, sink):
    """Copies until either side ends, then ends both."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for peer in (source, sink):
        try:
            peer.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve_tls(listener, context, port):
    """A proxy that brings TLS, until its listener is closed."""
    while True:
        try:
            outside, _ = listener.accept()
        except OSError:
            return
        try:
            outside = context.wrap_socket(outside, server_side=True)
        except OSError:  # who does not trust us
            continue
        inside = socket.create_connection(("127.0.0.1", port))
        for pair in ((outside, inside), (inside, outside)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


@case
def behind_tls():
    """https: a certificate that SSL_CERT_FILE vouches for is trusted, another is not; a wrong token is told so"""
    with Venue(arguments=("--clock-start", "plan")) as venue, socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        venue.write_config(f'hosts: ["127.0.0.1:{port}"]\n')
        venue.start()
        ours, another = certify(venue.folder / "ours"), certify(venue.folder / "another")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*ours)
        threading.Thread(target=serve_tls, args=(listener, context, venue.port), daemon=True).start()
        trusting = {"VENUE_URL": f"https://127.0.0.1:{port}", "SSL_CERT_FILE": ours[0]}
        status, words = ctl_over_ws(venue, venue.token(), "status", env=trusting)
        assert status == 0, (status, words)
        status, words = ctl_over_ws(venue, WRONG, "status", env=trusting)
        assert status == 4 and "[unauthenticated]" in words, (status, words)
        status, words = ctl_over_ws(venue, venue.token(), "status", env={**trusting, "SSL_CERT_FILE": another[0]})
        assert status == 3 and "TLS: " in words, (status, words)


main()
