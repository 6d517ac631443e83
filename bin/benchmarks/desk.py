"""Measures the desk with many requests: making the demonstration, each page that staff open all day, and searches."""

import contextlib, re, shutil, statistics, subprocess, time, urllib.parse
from dataclasses import dataclass

from benchmarks.servers import Site, ask, ends_with_us, memory, wrk
from trial import HERE, code_of, free_port

TITLE = "The desk"
MOST, MOST_MAKING = 30, 30
CLIENTS, SECONDS = 8, 1


@dataclass
class Desk:
    """One that is served, with somebody signed in."""

    port: int
    pid: int
    cookie: str
    # What the program held before anybody worked with it, in MB.
    before: float
    # How the rows say where it keeps its own.
    on: str

    def ask(self, path, form=None):
        return ask(self.port, "POST" if form else "GET", path, form, {"Cookie": self.cookie})

    def turns(self, bench, paths, form=None):
        return turns(bench, self.port, self.cookie, paths, form)


def measure(bench):
    data, seconds, made = demonstration(bench, bench.requests)
    per = bench.requests / 50_000
    goal = f"≤ {MOST_MAKING * per:.3g} s"
    bench.row(
        "desk",
        f"making the demonstration of {bench.requests:,} requests",
        f"{seconds:.1f} s",
        goal=goal,
        reached=seconds <= MOST_MAKING * per,
    )
    with contextlib.ExitStack() as running:
        # Copied before anything is served from it.
        copy, database = running.enter_context(moved(bench, data)) if bench.server else (None, None)
        desks = [opened(running.enter_context(Site(bench, data)), made)]
        if copy:
            site = Site(bench, copy, database=database, port=free_port())
            desks.append(opened(running.enter_context(site), made, ", on PostgreSQL"))
        queue = desks[0].ask("/staff").text
        requests = list(dict.fromkeys(re.findall(r'href="(/staff/consultations/BP-[^"#?]+)"', queue)))
        for what, paths in pages(requests).items():
            page(bench, desks, what, paths)
        for what, typed in searches(queue, requests[0]).items():
            page(bench, desks, f"search by {what}", ["/staff/search"], {"q": typed})
        held(bench, *desks)
        queued = statistics.median(load.p99 for load in bench.repeated(lambda: desks[0].turns(bench, ["/staff"])))
    bench.made["desk"] = {bench.requests: (seconds, queued, *started(bench, data))}


def pages(requests):
    return {
        "queue": ["/staff"],
        "one request": requests,
        "mail": ["/staff/mail"],
        "pages": ["/staff/pages"],
        "diary, day": ["/staff/diary"],
        "diary, week": ["/staff/diary?view=week"],
        "calls": ["/staff/calls"],
        "write to a patient": [f"{path}/message" for path in requests],
        "sign-off of a page": ["/staff/pages/fibromyalgia"],
        "absences": ["/staff/absences"],
        "insights": ["/staff/insights"],
        "insights as a file": ["/staff/insights.csv"],
    }


def searches(queue, one):
    name = re.search(rf'href="{one}"[^>]*>([^<]+)<', queue)
    reference = one.rsplit("/", 1)[1].lower()
    return {"reference": reference, "name": name[1].strip() if name else "holloway", "phone": "07700900123"}


def demonstration(bench, requests):
    """A folder with so many made-up requests, how long that took, and what was said of accounts."""
    data = bench.new_folder("demonstration") / "data"
    command = [bench.program, "demo", "--quiet", "--data", data, "--requests", str(requests)]
    began = time.monotonic()
    made = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True, preexec_fn=ends_with_us).stdout
    return data, time.monotonic() - began, made


def started(bench, data):
    """Seconds until a page answers, and what the program holds then."""
    with Site(bench, data) as site:
        seconds = site.answers()
        rss = memory(site.pid)[0]
        site.process.kill()
    return seconds, rss


@contextlib.contextmanager
def moved(bench, data):
    """A copy of the folder and the fresh database that its rows are moved to, until the block ends."""
    copy = shutil.copytree(data, bench.new_folder("moved") / "data")
    with bench.server.fresh() as database:
        command = [bench.program, "move", "--quiet", "--data", copy, "--to", database.address]
        began = time.monotonic()
        if subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, preexec_fn=ends_with_us).returncode:
            raise RuntimeError("the demonstration could not be moved to PostgreSQL")
        words = f"moving the demonstration of {bench.requests:,} requests to PostgreSQL"
        bench.row("desk", words, f"{time.monotonic() - began:.1f} s")
        database.ask("vacuum analyze")
        bench.note(database.about())
        yield copy, database


def opened(site, made, on=""):
    site.answers()
    site.compressed()
    cookie = sign_in(site.port, made)
    return Desk(site.port, site.pid, cookie, memory(site.pid)[0], on)


def page(bench, desks, what, paths, form=None):
    """A row for each desk that shows the page; where two do, they take turns, and the other is the second's peer."""
    goal, answering = f"p99 ≤ {MOST} ms", []
    for desk in desks:
        answer = desk.ask(paths[0], form)
        if answer.status == 200:
            answering.append(desk)
        else:
            bench.unmeasured("desk", f"desk: {what}{desk.on}", f"answers {answer.status}", goal)
    each = [lambda desk=desk: desk.turns(bench, paths, form) for desk in answering]
    taken = list(zip(*bench.turns(*each))) if len(each) == 2 else [bench.repeated(one) for one in each]
    for desk, loads in zip(answering, taken):
        middle = lambda name: statistics.median(getattr(load, name) for load in loads)
        failed = sum(load.failed for load in loads)
        title = f"desk: {what}{desk.on}, {CLIENTS} clients"
        ours = f"p50 {middle('p50'):.1f} ms, p99 {middle('p99'):.1f} ms, {middle('rate'):,.0f}/s"
        ours += f", {failed} failed" if failed else ""
        reached = middle("p99") <= MOST and not failed
        if desk is answering[0]:
            spread = f"p99 {min(load.p99 for load in loads):.1f} to {max(load.p99 for load in loads):.1f} ms"
            bench.row("desk", title, ours, spread=spread, goal=goal, reached=reached)
            peer = f"on SQLite {ours}"
        else:
            ratios = [mine.rate / max(its.rate, 0.001) for mine, its in zip(loads, taken[0])]
            bench.compared("desk", title, ours, peer, ratios, goal, lambda _: reached)


def held(bench, desk, other=None):
    rss = memory(desk.pid)[0]
    bench.row("desk", "memory of the desk", f"RSS {rss:.0f} MB", peer=f"{desk.before:.0f} MB before")
    if other:
        more = memory(other.pid)[0]
        what, peer = f"memory of the desk{other.on}", f"on SQLite RSS {rss:.0f} MB"
        bench.row("desk", what, f"RSS {more:.0f} MB", peer=peer, ratio=f"{more / rss:.2f}")


def turns(bench, port, cookie, paths, form=None):
    """In turn: a request says who opened it, and one that thousands opened within seconds is no request."""
    script = bench.new_folder("turns") / "turns.lua"
    method, body = ("POST", f'"{urllib.parse.urlencode(form)}"') if form else ("GET", "nil")
    script.write_text(f"""
        local paths, turn = {{ {", ".join(f'"{path}"' for path in paths)} }}, 0
        local headers = {{["Cookie"] = "{cookie}", ["Sec-Fetch-Site"] = "same-origin",
                          ["Content-Type"] = "application/x-www-form-urlencoded"}}
        function request()
          turn = turn % #paths + 1
          return wrk.format("{method}", paths[turn], headers, {body})
        end
    """)
    return wrk(port, "/", CLIENTS, SECONDS, script=script)


def sign_in(port, made):
    """As the clinician of the demonstration; the cookie."""
    email, password = dict(re.findall(r"(?m)^\s+(reception|clinician)\s+(\S+\s+.+)$", made))["clinician"].split(None, 1)
    cookie_of = lambda answer, before=None: (answer.header("Set-Cookie") or before or "").split(";")[0]
    cookie = cookie_of(ask(port, "POST", "/staff/sign-in", {"email": email, "password": password.strip()}))
    headers = lambda: {"Cookie": cookie}
    shown = ask(port, "GET", "/staff/sign-in/set-up", headers=headers())
    if key := re.search(r"data-key>(.*?)</strong>", shown.text):
        answer = ask(port, "POST", "/staff/sign-in/set-up", {"code": code_of(key[1])}, headers())
        cookie = cookie_of(answer, cookie)
    status = ask(port, "GET", "/staff", headers=headers()).status
    if status != 200:
        raise RuntimeError(f"the desk answers {status} after signing in")
    return cookie
