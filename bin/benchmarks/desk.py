"""Measures the desk with many requests: making the demonstration, each page that staff open all day, and searches."""

import base64, hashlib, hmac, re, statistics, struct, subprocess, time, urllib.parse

from benchmarks.servers import Site, ask, ends_with_us, memory, wrk
from trial import HERE

TITLE = "The desk"
MOST, MOST_MAKING = 30, 30
CLIENTS, SECONDS = 8, 1


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
    with Site(bench, data) as site:
        site.answers()
        site.compressed()
        cookie = sign_in(site.port, made)
        before = memory(site.pid)[0]
        queue = ask(site.port, "GET", "/staff", headers={"Cookie": cookie}).text
        requests = list(dict.fromkeys(re.findall(r'href="(/staff/consultations/BP-[^"#?]+)"', queue)))
        for what, paths in pages(requests).items():
            page(bench, site.port, cookie, what, paths)
        for what, typed in searches(queue, requests[0]).items():
            page(bench, site.port, cookie, f"search by {what}", ["/staff/search"], {"q": typed})
        bench.row("desk", "memory of the desk", f"RSS {memory(site.pid)[0]:.0f} MB", peer=f"{before:.0f} MB before")
        queued = statistics.median(
            load.p99 for load in bench.repeated(lambda: turns(bench, site.port, cookie, ["/staff"]))
        )
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


def page(bench, port, cookie, what, paths, form=None):
    headers = {"Cookie": cookie}
    answer = ask(port, "POST" if form else "GET", paths[0], form, headers)
    goal = f"p99 ≤ {MOST} ms"
    if answer.status != 200:
        bench.unmeasured("desk", f"desk: {what}", f"answers {answer.status}", goal)
        return
    loads = bench.repeated(lambda: turns(bench, port, cookie, paths, form))
    middle = lambda name: statistics.median(getattr(load, name) for load in loads)
    failed = sum(load.failed for load in loads)
    bench.row(
        "desk",
        f"desk: {what}, {CLIENTS} clients",
        f"p50 {middle('p50'):.1f} ms, p99 {middle('p99'):.1f} ms, {middle('rate'):,.0f}/s"
        + (f", {failed} failed" if failed else ""),
        spread=f"p99 {min(load.p99 for load in loads):.1f} to {max(load.p99 for load in loads):.1f} ms",
        goal=goal,
        reached=middle("p99") <= MOST and not failed,
    )


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


def code_of(key):
    """The six digits that an app shows for a key now (RFC 6238)."""
    key = re.sub(r"<[^>]+>|\s", "", key).upper()
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


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
