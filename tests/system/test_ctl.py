"""What venuectl says to people: in three languages, the right thing, in its place; what machines read stays as it is."""
import re

from harness import PLAN, SOURCE, Venue, case, main

VENUE = Venue(arguments=("--clock-start", "plan"))
ZH = ("zh-hant", "zh-hans")
CHINESE = re.compile("[\u4e00-\u9fff]")


def said(*arguments, status=0, lang="en"):
    got, out, err = VENUE.ctl("--lang", lang, *arguments, check=False)
    assert got == status, (arguments, got, out, err)
    return out, err


def texts_of(value, keys):
    """What stands in the message under these keys, at any depth."""
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item, keys)]
    if not isinstance(value, dict):
        return []
    return [text for key, item in value.items()
            for text in ([item] if key in keys and isinstance(item, str) else texts_of(item, keys))]


def ids_of_plan():
    """Ids and skills, and what the plan's own Chinese and numbers to ring say in Latin letters: VIP, ext."""
    plan = VENUE.json("plan", "show")
    chinese = " ".join(texts_of(plan, ("zh_hant", "zh_hans")))
    return {entity["id"] for entity in plan} | {skill for entity in plan for skill in entity.get("skills", [])} | \
        set(re.findall("[A-Za-z]{2,}", chinese + " ".join(entity.get("contact", "") for entity in plan)))


def english_left(text, names):
    """Words of three letters and more that are neither the plan's nor a command to type."""
    text = re.sub(r"`[^`]*`|\[[a-z-]+\]|https?://\S+|--[a-z-]+|VENUE_\w+|RFC|JSON|MiB|UTC|[0-9a-f]{64}", " ", text)
    return [word for word in re.findall(r"[A-Za-z][A-Za-z-]{2,}(?:-?\d+)?", text) if word not in names]


@case
def help_in_each_language():
    """each verb and option is explained in the user's language; a group's help is its own"""
    english, _ = said("--help")
    for lang in ZH:
        out, _ = said("--help", lang=lang)
        assert len(out.splitlines()) == len(english.splitlines())
        for line in out.splitlines():
            assert CHINESE.search(line), line
    assert said("--help", lang="zh-Hant")[0] != said("--help", lang="zh-Hans")[0]
    out, _ = said("crew", "--help")
    assert "crew reach" in out and "backup" not in out, out
    assert VENUE.ctl("--help", env={"LC_ALL": "", "LANG": "zh_TW.UTF-8"})[1] == said("--help", lang="zh-hant")[0]
    assert VENUE.ctl("--help", env={"LC_ALL": "zh_CN.UTF-8"})[1] == said("--help", lang="zh-hans")[0]
    for verb in ("decide N TEXT", "cancel N REASON", "reopen N REASON", "note N TEXT", "decline N [REASON]"):
        assert verb in english, verb


@case
def usage_names_what_would_do():
    """a wrong line: what would do, the nearest before where to read more, in the user's language"""
    for arguments, english in (
            (("crew", "foo"), "crew takes list, duty, at, reach; not: foo"), (("plan",), "plan takes check, show, apply"),
            (("plan", "chekc"), "plan takes check, show, apply; not: chekc\ndid you mean check?\nTry"),
            (("clock", "foo"), "clock takes accept; not: foo"), (("reprot", "x"), "reprot\ndid you mean report?\nTry"),
            (("crew", "duty", "av-1", "brek"), "crew duty takes on, off, break; not: brek\ndid you mean break?\nTry"),
            (("report", "x", "--source", "staf"), "staff, attendee, radio, device; not: staf\ndid you mean staff?"),
            (("cancel", "1"), "usage: venuectl cancel N REASON"), (("note", "1"), "usage: venuectl note N TEXT"),
            (("land", "1", "--zone", "x"), "land does not take --zone"), (("--opne", "incidents"), "did you mean --open?"),
            (("-xyz",), "there is no such option: -x\nTry"), (("-é",), "there is no such option: -é\nTry"),
            (("--help=all",), "this option takes no value: --help=all"),
            (("status", "--timeout", "soon"), "--timeout takes a length of time like 10s; not: soon"),
            (("respond", "x"), "a number like 42 is needed; not: x"), (("sesion", "list"), "sesion\ndid you mean session?\nTry"),
            (("session", "shfit"), "session takes list, start, end, shift, cancel, undo, import, export; not: shfit\ndid you mean shift?\nTry"),
            (("zone", "set", "lobby", "closd"), "converting-passable; not: closd\ndid you mean closed?\nTry"),
            (("zone", "count", "lobby", "x"), "a whole number, 0 or more, is needed; not: x"),
            (("zone", "count", "lobby", "-5"), "a whole number, 0 or more, is needed; not: -5\nTry"),
            (("supply", "level", "coffee", "-5"), "a whole number, 0 or more, is needed; not: -5\nTry"),
            (("lane", "count", "general-1", "-5"), "a whole number, 0 or more, is needed; not: -5\nTry"),
            (("lane", "set", "general-1", "--desks", "-1"), "--desks takes a whole number, 0 or more; not: -1\nTry"),
            (("lane", "set", "general-1", "closd"), "lane set takes open, closed, printer-down, offline-list; not: closd\ndid you mean closed?\nTry"),
            (("land", "99999999999999999999"), "no number is that large: 99999999999999999999\nTry"),
            (("session", "shift", "opening"), "usage: venuectl session shift ID LENGTH"),
            (("session", "shift", "opening", "soon"), "a length of time like 10m or -10m is needed; not: soon"),
            (("session", "shift", "opening", "5m", "-5m"), "there is no such option: -5m\nTry"),
            (("session", "end", "-5m"), "there is no such option: -5m\nTry"),
            (("notice", "draft"), "usage: venuectl notice draft TEXT"), (("notice", "approve", "n"), "like 42 is needed; not: n"),
            (("device", "reading", "proj-main", "temperature", "hot"), "a value like 81.5 is needed; not: hot"),
            (("device", "maintenance", "proj-main"), "takes one of --until TIME, --for LENGTH, off\nTry"),
            (("device", "maintenance", "proj-main", "on"), "--until TIME, --for LENGTH, off; not: on\nTry"),
            (("device", "maintenance", "proj-main", "--for", "soon"), "--for takes a length of time like 30m; not: soon"),
            (("supply", "level", "coffee", "x"), "a whole number, 0 or more, is needed; not: x"),
            (("batch", "plan", "fruit", "40"), "batch plan takes one of --at TIME, --session SESSION\nTry"),
            (("batch", "temperature", "fruit.b1", "cold"), "degrees like 63.5 are needed; not: cold")):
        _, err = said(*arguments, status=2)
        assert english in err, (arguments, err)
        for lang in ZH:
            _, err = said(*arguments, status=2, lang=lang)
            names = set(re.findall(r"[A-Za-z-]+", english)) | set(arguments) | {"venuectl", "open", "crowded", "converting"}
            assert CHINESE.search(err) and not english_left(err, names), err
    _, err = said("status", status=2, lang="zh-hantt")
    assert "--lang takes en, zh-hant, zh-hans; not: zh-hantt\ndid you mean zh-hant?\nTry" in err, err


@case
def nothing_to_show():
    """an empty list says so in words, and to machines nothing"""
    for verb in ("incidents", "alerts", "deadlines", "task", "notice", "supply --low", "device --faulty"):
        verb = verb.split()
        assert said(*verb) == ("", "none\n")
        assert said(*verb, lang="zh-hant") == ("", "（無）\n")
        assert said(*verb, "--json") == ("", "")


@case
def confirmations():
    """what a command did is one line on stderr; on stdout stands a report's number alone"""
    out, err = said("report", "hall-main", "av-fault", "slides will not play")
    assert (out, err) == ("1\n", "")
    assert re.fullmatch(r"#1 taken up: respond met, \d+s of 5m\n", said("respond", 1, "--by", "av-1")[1])
    assert said("respond", 1, "--by", "av-1") == ("", "#1 was so already; nothing changed\n")
    assert re.fullmatch(r"#1 已定案：定案 按時，用時 \d+s，時限 10m\n", said("decide", 1, "spare laptop", lang="zh-hant")[1])
    _, err = said("land", 1, "--by", "av-1", "--workaround", lang="zh-hans")
    assert re.fullmatch(r"#1 已落地：落地 按时，用时 \d+s，时限 20m\n", err), err
    assert said("crew", "duty", "av-3", "break") == ("", "duty changed: av-3 break\n")
    assert said("crew", "duty", "av-3", "on", lang="zh-hant")[1] == "在崗狀態變更：av-3 在崗\n"
    assert said("crew", "at", "av-3", "lobby") == ("", "av-3 is at lobby\n")
    assert said("log", "doors", "--json")[1] == ""


@case
def show_tells_the_end():
    """show: who closed it and when, how it was landed, the tiers in their order"""
    said("close", 1)
    out, _ = said("show", 1)
    assert "#1 closed  Main hall (hall-main)" in out and ", workaround holds" in out, out
    assert re.search(r"closed \d\d:\d\d:\d\d by local-admin", out), out
    assert [line.split()[0] for line in out.splitlines() if "  due " in line] == ["respond", "decide", "land"], out
    out, _ = said("show", 1, lang="zh-hant")
    assert "，臨時措施生效" in out and re.search("已結案 .*，核實人：local-admin", out) and "處置輪次 1" in out, out
    assert "第幾次" not in out and "責任方 現場組" in out, out
    said("reopen", 1, "again")
    said("land", 1, "--by", "av-1")
    out, _ = said("show", 1)
    assert ", fixed" in out and " by local-admin\n" not in out.split("attempt 2")[1], out


@case
def deadlines_in_the_order_of_work():
    """by incident, attempt, tier, whatever their names sort as"""
    for i in range(10):
        VENUE.report("lobby", "cleaning", f"spill {i}")
    rows = [line.split()[:3] for line in said("deadlines")[0].splitlines()[1:]]
    tiers = ["respond", "decide", "land"]
    keys = [(int(number[1:]), int(attempt), tiers.index(tier)) for number, attempt, tier in rows]
    assert keys == sorted(keys) and len(keys) == 3 * 12, keys
    assert [d["incident"] for d in VENUE.json("deadlines")] == [key[0] for key in keys]
    head = said("deadlines", lang="zh-hans")[0].splitlines()[0]
    assert "责任方" in head and "耗时" not in head, head


@case
def recommend_answers_first():
    """the best candidates first, with reasons in words; then in few lines who is left out"""
    number = VENUE.report("backstage", "av-fault", "no sound")
    out, _ = said("recommend", number)
    answer, left_out = out.split("left out:\n")
    left_out = left_out.split("own means do not do: ")[0]  # both who could have other work by then
    assert answer.startswith("1  av-") and "has skill av" in answer and "lacks" not in answer, out
    assert re.search(r"^  \d+ off duty: ", left_out, re.MULTILINE) and len(left_out.splitlines()) <= 6, out
    for lang in ZH:
        assert not english_left(said("recommend", number, lang=lang)[0], ids_of_plan() | {"control-1"}), lang


@case
def live_confirmations():
    """what a command of the live venue did; what it did all the same, and what is to be said about that"""
    assert said("zone", "count", "tea-break", 96) == ("", "counted: tea-break 96\n")
    assert said("zone", "set", "ai-area", "closed", lang="zh-hant")[1] == "區域狀態變更：ai-area 關閉\n"
    assert said("session", "shift", "keynote-1", "10m") == (
        "", "session moved: keynote-1 +10m\nDone, but tea-morning now begins before keynote-1 ends.\n")
    assert said("session", "shift", "opening", "45m")[1] == (
        "session moved: opening +45m\nDone, but opening and keynote-1 now want one zone at the same time.\n")
    assert said("session", "shift", "opening", "-5m", lang="zh-hant")[1] == (
        "議程改期：opening -5m\n已完成，但 opening 與 keynote-1 同時使用同一區域。\n")
    assert said("session", "shift", "opening", "-40m", lang="zh-hans")[1] == "议程改期：opening -40m\n"
    assert said("session", "cancel", "tea-morning", "no water", lang="zh-hans")[1].startswith("议程取消：tea-morning\n已完成，但 ")
    assert said("session", "start", "opening", "--by", "control-1")[1] == "session started: opening\n"
    assert said("session", "undo", "opening", lang="zh-hant")[1] == "議程操作已撤銷：opening\n"
    assert said("session", "start", "opening", "--by", "control-1")[1] == "session started: opening\n"
    assert said("session", "start", "opening")[1] == "was so already; nothing changed\n"
    assert said("notice", "draft", "Shuttle at 18:30") == ("1\n", "")
    assert said("device", "reading", "proj-main", "temperature", "78.5")[1] == "taken: proj-main\n"
    assert said("device", "maintenance", "proj-side", "--for", "10m", lang="zh-hant")[1].startswith("設備維護中：proj-side，至 05-18 ")
    assert said("device", "maintenance", "proj-side", "off")[1] == "maintenance over: proj-side\n"
    assert said("device", "fault", "gate-1", "no light", status=1)[1].startswith("venuectl: There is no such device.")
    assert said("supply", "level", "coffee", 40, "--by", "tea-1")[1] == "level reported: coffee 40\n"
    assert said("supply", "served", "coffee", 4, lang="zh-hans")[1] == "已取用：coffee 4\n"
    assert said("supply", "refill", "water") == ("1\n", "")
    assert said("batch", "serve", "fruit.b1", lang="zh-hant")[1] == "批次已供應：fruit.b1\n"
    assert said("batch", "hold", "fruit.b1", status=1, lang="zh-hans")[1].startswith("venuectl: 当前状态不允许此操作。（fruit.b1：已供应）")
    assert said("batch", "temperature", "fruit.b1", "-2.5")[1] == "temperature logged: fruit.b1 -2.5 °C\n"
    assert re.fullmatch(r"t1 任務已完成：補給 按時，用時 \d+s，時限 \d+m\n", said("task", "done", "t1", lang="zh-hant")[1])
    assert said("task", "cancel", 2, "not needed")[1] == "t2 task cancelled\n"
    number = VENUE.json("device", "fault", "proj-main", "no picture")[0]["number"]
    assert f"#{number} " in said("incidents", lang="zh-hant")[0]
    assert "proj-main：no picture；由 proj-side 接替；備件位於 backstage" in said("incidents", lang="zh-hant")[0]
    assert "由 proj-side 接替" in said("show", number, lang="zh-hant")[0]


@case
def nothing_is_left_in_english():
    """every list and view in Chinese: names, states, outcomes, reasons"""
    number = VENUE.report("ai-area", "collapse", "x1")
    VENUE.ctl("crew", "reach", "av-3", "radio-dead")
    names = ids_of_plan() | {"local-admin", "venuectl", "spill", "slides", "will", "not", "play", "again", "spare", "laptop",
                             "sound", "Shuttle", "picture", "water", "fruit", "pastry", "local", "device", "overlap"}
    for lang in ZH:
        for arguments in (("show", 1), ("show", number), ("incidents",), ("alerts",), ("deadlines",), ("crew",), ("zones",), ("zone",), ("session",),
                          ("notice",), ("device",), ("device", "show", "proj-main"), ("supply",), ("batch",), ("task",), ("categories",), ("status",), ("clock",), ("plan", "show")):
            out, _ = said(*arguments, lang=lang)
            out = re.sub(r"(AV|CONTROL|DISPATCH|CHIEF|SUPER|[A-Z-]{3,}) \d+", " ", out)  # call signs
            assert not english_left(out, names), (arguments, english_left(out, names), out)
    before, after = said("incidents", "--json")[0], said("incidents", "--json", lang="zh-hant")[0]
    assert before == after, "what machines read is the same in each language"


@case
def refusals_in_each_language():
    """a refusal says in the user's language what and where; a zone that does not exist is named with the nearest"""
    out, err = said("crew", "at", "av-1", "hall-mian", status=1)
    assert "[unknown-zone]" in err and "did you mean hall-main?" in err, err
    assert "是否指 hall-main？" in said("crew", "at", "av-1", "hall-mian", status=1, lang="zh-hant")[1]
    assert "（沒有 #999）" in said("respond", 999, status=1, lang="zh-hant")[1]
    assert "（没有 #999）" in said("respond", 999, status=1, lang="zh-hans")[1]
    full = VENUE.folder / "full"
    full.mkdir()
    (full / "precious").touch()
    out, err = said("backup", full, status=1)
    assert "[folder-not-empty]" in err and "not empty" in err and "range" not in err and out == "", err
    assert "[not-a-folder]" in said("backup", full / "precious", status=1, lang="zh-hans")[1]
    assert "資料夾不是空的" in said("backup", full, status=1, lang="zh-hant")[1]


@case
def status_is_truthful():
    """the journal's bytes of its map; the disk only where it is what will be full first"""
    out, _ = said("status")
    assert re.search(r"journal \d+ MiB of at most 32768 MiB\b", out), out
    status = VENUE.json("status")[0]
    assert 0 < status["journal_bytes"] < status["journal_map_bytes"] == 32 << 30, status
    has_less = status["disk_free_bytes"] < status["journal_map_bytes"] - status["journal_bytes"]
    assert ("free on its disk" in out) == has_less, out


@case
def plan_check_in_each_language():
    """findings in words of the language, a number with its limit, one warning is no warnings"""
    path = SOURCE / "tests" / "plans" / "respond-limit.yaml"
    out, err = said("plan", "check", path)
    assert out.endswith(": warning: respond-limit: Looser than the rule: tier 1 responds within 5m (standard 2). "
                        "(is 6m, limit 5m)\n") and err == "0 errors, 1 warning\n", (out, err)
    out, err = said("plan", "check", path, lang="zh-hant")
    assert "respond-limit: 較規則寬鬆" in out and "（現為 6m，限值 5m）" in out and err == "0 個錯誤，1 個警告\n", (out, err)
    out, err = said("plan", "check", SOURCE / "tests" / "plans" / "duplicate-id.yaml", status=1)
    assert err == "1 error, 0 warnings\n", err
    assert said("plan", "check", path, "--json") == said("plan", "check", path, "--json", lang="zh-hant")[:1] + (
        "0 errors, 1 warning\n",)
    broken = VENUE.folder / "broken.yaml"
    broken.write_text("version: 1\nzoens: []\n", encoding="utf-8")
    err = said("plan", "check", broken, status=1, lang="zh-hant")[1]
    assert "broken.yaml:2:1: venuectl: " in err and "zoens: 未知的鍵；是否指 zones？" in err and err.count("zoens") == 1, err


@case
def plan_apply_says_what_changed():
    """each difference is a line; the same plan again has none; an error is told with its place in the file"""
    assert said("plan", "apply", PLAN) == ("", "nothing differs: the plan was in force already\n")
    text = PLAN.read_text(encoding="utf-8")
    other = VENUE.folder / "other.yaml"
    changed = (text.replace("step_free: true, capacity: 860", "step_free: true, capacity: 900")
               .replace("zones:\n", "zones:\n  - {id: roof, name: {en: Roof, zh_hant: 屋頂, zh_hans: 屋顶}, capacity: 10}\n", 1)
               .replace("ways:\n", "ways:\n  - {from: roof, to: lobby, walk_ms: 2m}\n", 1)
               .replace("policy:\n", "policy:\n  land_limit_ms: 15m\n", 1)
               .replace("2023-05-18T19:00:00+08:00}]\n    has_phone: true\n    contact: ext. 8102",
                        "2023-05-18T20:00:00+08:00}]\n    has_phone: true\n    contact: ext. 8102"))
    start, end = changed.index("  - id: av-2\n"), changed.index("  - id: av-3\n")
    other.write_text(changed[:start] + changed[end:], encoding="utf-8")
    out, err = said("plan", "apply", other)
    assert out.splitlines()[:-1] == [
        "~ event: policy.land_limit_ms 20m → 15m", "~ zone hall-main: capacity 860 → 900", "~ zone lobby: ways +roof 2m",
        "+ zone roof (Roof)", "- crew av-2 (Yuan Yi)",
        "~ crew control-2: shifts -2023-05-18 14:00–2023-05-18 19:00 +2023-05-18 14:00–2023-05-18 20:00"], out
    assert out.splitlines()[-1].startswith("~ order of choice among equals, people moved: ") and err == \
        "1 added, 4 changed, 1 taken out\n", (out, err)
    out, err = said("plan", "apply", PLAN, lang="zh-hant")
    assert "~ 區域 hall-main：capacity 900 → 860" in out and "- 區域 roof（屋頂）" in out and "+ 人員 av-2（袁毅）" in out, out
    assert err == "1 項新增，4 項變更，1 項移除\n", err
    assert "沒有差異" in said("plan", "apply", PLAN, lang="zh-hant")[1]
    wrong = VENUE.folder / "wrong.yaml"
    wrong.write_text(text.replace("team: dispatch}", "team: dispach}", 1), encoding="utf-8")
    line = wrong.read_text(encoding="utf-8")[:wrong.read_text(encoding="utf-8").index("dispach")].count("\n") + 1
    out, err = said("plan", "apply", wrong, status=1)
    assert out == "" and f"wrong.yaml:{line}:" in err and 'did you mean "dispatch"?' in err, err
    assert "是否指「dispatch」？" in said("plan", "apply", wrong, status=1, lang="zh-hant")[1]


@case
def taken_but():
    """what was taken otherwise than it was probably meant is said; it is taken all the same"""
    assert said("report", "lobby")[1].startswith("lobby was taken as the text")
    assert said("report", "queue in the lobby")[1] == ""
    assert said("device", "reading", "proj-main", "temprature", "20")[1].endswith("did you mean temperature?\n")
    assert "Done, but it counts from " in said("report", "lobby", "other", "x", "--at", "2023-05-18T00:10:00+08:00")[1]


with VENUE.start():
    main()
