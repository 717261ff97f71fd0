"""What must be refused: with a stable code and a sentence, nothing changes, the daemon lives, others do not notice."""
import json

from harness import Venue, case, main

VENUE = Venue(arguments=("--clock-start", "plan"))


def refused(*arguments):
    status, out, err = VENUE.ctl(*arguments, check=False)
    assert status in (1, 4), (arguments, status, out, err)
    return err


def sequence():
    return VENUE.json("status")[0]["sequence"]


def expect(code, *arguments):
    before = sequence()
    err = refused(*arguments)
    assert f"[{code}]" in err, (code, arguments, err)
    assert sequence() == before, "a refusal changes nothing"
    return err


def code_of(answer):
    status, text = answer
    return status, json.loads(text)["code"]


@case
def unknown_names():
    """unknown zone, category, incident and crew are named, with the nearest known one"""
    assert "hall-main" in expect("unknown-zone", "report", "hall-mian", "av-fault", "x")
    assert "av-fault" in expect("unknown-category", "report", "hall-main", "av-falt", "x")
    expect("unknown-incident", "respond", "999")
    number = VENUE.report("hall-main", "av-fault", "x")
    assert "av-1" in expect("unknown-crew", "assign", number, "av-11")


@case
def incomplete_reports():
    """a report is never refused for being incomplete"""
    number = VENUE.report("something is wrong")
    incident = [i for i in VENUE.json("incidents") if i["number"] == number][0]
    assert (incident["zone"], incident["category"]) == ("unknown", "other")
    assert set(incident["missing"]) == {"zone", "category"}, incident


@case
def states_and_roles():
    """a step on a closed incident; a step without an open offer"""
    number = VENUE.report("forum-a", "other", "x")
    VENUE.ctl("land", number, "--by", "av-1")
    VENUE.ctl("close", number)
    expect("incident-ended", "respond", number, "--by", "av-1")
    other = VENUE.report("forum-a", "other", "y")
    expect("no-offer", "accept", other, "--by", "control-1")
    expect("not-landed", "close", other)


@case
def texts():
    """text over its limit, text with control characters, text that is not UTF-8"""
    expect("text-too-long", "report", "hall-main", "other", "x" * 481)
    expect("bad-text", "report", "hall-main", "other", "bell \x07")
    body = b'{"id":"t-1","report":{"text":"\xff\xfe"}}'
    assert code_of(VENUE.post(body))[1] in ("bad-text", "bad-request")


@case
def times():
    """acted before the report, or in the future"""
    number = VENUE.report("hall-main", "other", "x")
    expect("acted-too-early", "respond", number, "--by", "av-1", "--at", "2023-05-18T07:59:00+08:00")
    expect("acted-in-future", "respond", number, "--by", "av-1", "--at", "2023-05-18T12:00:00+08:00")


@case
def http_requests():
    """malformed, oversized, chunked, foreign and unknown requests"""
    before = sequence()
    assert code_of(VENUE.post("{"))[0] == 400
    status, text = VENUE.post('{"id":"x","reprt":{}}')
    assert status == 400 and "report" in text, text
    assert VENUE.post("[" * 5000)[0] == 400
    assert VENUE.post('{"id":"x","report":{"text":"' + "y" * 70000 + '"}}')[0] == 413
    assert VENUE.post("{}", headers={"Content-Type": "text/plain"})[0] == 415
    assert VENUE.post("{}", headers={"Origin": "http://evil.example"})[0] == 403
    assert VENUE.post("{}", headers={"Host": "evil.example"})[0] in (403, 421, 400)
    assert VENUE.http("DELETE", "/api/v1/commands")[0] == 405
    assert VENUE.get("/nothing")[0] == 404
    token = VENUE.token()
    smuggled = json.dumps({"id": "smuggled-1", "report": {"text": "smuggled"}})
    inner = (f"POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1:{VENUE.port}\r\nAuthorization: Bearer {token}\r\n"
             f"Content-Type: application/json\r\nContent-Length: {len(smuggled)}\r\n\r\n{smuggled}")
    outer = (f"POST /api/v1/commands HTTP/1.1\r\nHost: 127.0.0.1:{VENUE.port}\r\nAuthorization: Bearer {token}\r\n"
             f"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{len(inner):x}\r\n{inner}\r\n0\r\n\r\n")
    answer = VENUE.raw(outer.encode())
    assert answer.startswith(b"HTTP/1.1 411"), answer[:200]
    assert answer.count(b"HTTP/1.1") == 1, answer
    assert sequence() == before, "nothing of all this took effect"


@case
def usage():
    """venuectl says what is wrong with a command line, with status 2; a venue that is not there is 3"""
    for arguments in (("report", "a", "b", "c", "d"), ("respond",), ("respond", "x"), ("nonsense",), ("land", "1", "--zone", "x"),
                      ("crew", "duty", "av-1", "asleep"), ("--lang", "xx", "status")):
        status, _, err = VENUE.ctl(*arguments, check=False)
        assert status == 2 and err, (arguments, status, err)
    assert VENUE.ctl("--data", str(VENUE.folder / "elsewhere"), "--timeout", "300ms", "status", check=False)[0] == 3


@case
def others_do_not_notice():
    """after all that the daemon answers, and refused lines carry codes and no words of people"""
    assert VENUE.report("hall-main", "other", "still here") > 0
    log = VENUE.log()
    assert "event=refused code=unknown-zone" in log
    assert "still here" not in log and "smuggled" not in log


with VENUE.start():
    main()
