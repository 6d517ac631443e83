"""Measures requests for a consultation that were acknowledged, against bare SQLite commits of as many bytes."""

import contextlib, itertools, os, re, sqlite3, statistics, threading, time, urllib.parse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.servers import Site, ask, wrk

TITLE = "Consultation requests, each with its mails owed, against a bare loop of SQLite commits"
CLIENTS = 16
FORM = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "phone": "07700 900123",
    "times": "mornings",
    "method": "phone",
}
# How long one turn shall take, and how long a person reads before pressing "send".
SECONDS, READING = 2, 3
# Forms that are made ready for the first turn.
FIRST = 3000


def measure(bench):
    folder = bench.new_folder("forms")
    first = probe(bench)
    # A third for the request and a third for each of its mails.
    parts = [max(first.bytes // 3, 1)] * 3
    both, number = [], itertools.count()
    many, ready = max(first.stored, 1000), so_many(first)

    def peer():
        turn = next(number)
        both.append([threads(folder / f"{turn}-{clients}.sqlite", parts, many, clients) for clients in (1, CLIENTS)])
        return max(both[-1])

    pairs = bench.turns(lambda: send(bench, ready), peer)
    middle = lambda name: statistics.median(getattr(mine, name) for mine, _ in pairs)
    failed = sum(mine.failed for mine, _ in pairs)
    bench.compared(
        "forms",
        f"consultation requests, {CLIENTS} clients",
        f"{middle('rate'):,.0f}/s, p50 {middle('p50'):.1f} ms, p99 {middle('p99'):.1f} ms",
        f"bare commits {statistics.median(its for _, its in pairs):,.0f}/s",
        [mine.rate / its for mine, its in pairs],
        "≥ 0.60",
        lambda ratio: ratio >= 0.6 and failed == 0,
    )
    lone = sum(one >= shared for one, shared in both)
    bench.note(
        f"Requests for a consultation: {SECONDS} seconds of 16 clients a turn, counted in the database. The peer makes {many:,} "
        f"commits of {sum(parts):,} bytes in a row (what our database grew by for each request with its mails), WAL and "
        "`synchronous=full`, in Python: with one connection, and with 16 threads that have one each. The better counts; one "
        f"connection was it in {lone} of {len(both)} turns. {failed} of our requests failed."
    )
    if bench.server:
        on_postgres(bench, ready)


def on_postgres(bench, ready):
    """The same with the rows on a server, in turns with the file."""

    def ours():
        with bench.server.fresh() as database:
            return send(bench, ready, database)

    pairs = bench.turns(ours, lambda: send(bench, ready))
    middle = lambda at, name: statistics.median(getattr(pair[at], name) for pair in pairs)
    words = lambda at: f"{middle(at, 'rate'):,.0f}/s, p50 {middle(at, 'p50'):.1f} ms, p99 {middle(at, 'p99'):.1f} ms"
    bench.compared(
        "forms",
        f"consultation requests, {CLIENTS} clients, on PostgreSQL",
        words(0),
        f"on SQLite {words(1)}",
        [mine.rate / max(its.rate, 0.001) for mine, its in pairs],
        "",
        lambda ratio: None,
    )
    bench.note(bench.server.about())
    if failed := sum(mine.failed for mine, _ in pairs):
        bench.note(f"Requests for a consultation on PostgreSQL: {failed} failed.")


def probe(bench):
    """One turn, to know how much there is to do in the others; the same for all that ask."""
    if "forms" not in bench.made:
        bench.made["forms"] = send(bench, FIRST)
    return bench.made["forms"]


def so_many(first):
    """How many forms to make ready for a turn, so that none is sent twice."""
    return 3 * FIRST if first.stored == FIRST else int(first.stored * 1.6) + 200


def mint(port, number):
    """A form as it is sent from the page that shows it once more."""
    form = dict(FORM, concern=f"Lower back, form {number}")
    form["key"] = re.search(r'name="key" value="([^"]+)"', ask(port, "POST", "/consultations/new", form).text)[1]
    return urllib.parse.urlencode({**form, "step": "send"})


@dataclass
class Sent:
    rate: float
    p50: float
    p99: float
    failed: int
    stored: int
    # What the database grew by for each.
    bytes: int = 0


def send(bench, ready, database=None):
    """Sends forms, each once, for some seconds; those that are in the database then count."""
    # A new data folder each time: the mails of an earlier turn would still be going out.
    with Site(bench, database=database) as site:
        site.answers()
        with ThreadPoolExecutor(4) as pool:
            bodies = list(pool.map(lambda number: mint(site.port, number), range(ready)))
        time.sleep(READING)
        before = site.database.size()
        load = wrk(site.port, "/", CLIENTS, SECONDS, script=posts(bench, "/consultations/new", bodies))
        stored = int(site.database.ask("select count(*) from consultations"))
        grown = site.database.size() - before
    if stored == len(bodies):
        bench.note(
            "In a turn of the forms all that were made ready had been sent before its end: ours is quicker than it says."
        )
    return Sent(stored / load.seconds, load.p50, load.p99, load.failed, stored, grown // max(stored, 1))


def posts(bench, path, bodies, headers=""):
    """A script for wrk that posts one body after another; the last again and again, which makes no further request."""
    folder = bench.new_folder("bodies")
    file, script = folder / "bodies", folder / "post.lua"
    file.write_text("\n".join(bodies) + "\n")
    # wrk asks for one request before it begins, and does not send it.
    script.write_text(f"""
        local bodies, turn = {{}}, -1
        for line in io.lines("{file}") do bodies[#bodies + 1] = line end
        local headers = {{["Content-Type"] = "application/x-www-form-urlencoded", ["Sec-Fetch-Site"] = "same-origin", {headers}}}
        function request()
          turn = turn + 1
          return wrk.format("POST", "{path}", headers, bodies[math.max(1, math.min(turn, #bodies))])
        end
    """)
    return script


def threads(file, parts, many, clients):
    """Commits a second of as many connections to one database, one request each."""
    with contextlib.closing(opened(file)) as database:
        database.execute("create table rows (id integer primary key, request blob, one blob, two blob)")
    share = [many // clients + (number < many % clients) for number in range(clients)]
    ready, errors = threading.Barrier(clients + 1), []

    def commit(times):
        with contextlib.closing(opened(file)) as database:
            ready.wait()
            try:
                for _ in range(times):
                    values = [os.urandom(part) for part in parts]
                    database.execute("begin immediate")
                    database.execute("insert into rows (request, one, two) values (?, ?, ?)", values)
                    database.execute("commit")
            except sqlite3.Error as error:
                errors.append(error)

    workers = [threading.Thread(target=commit, args=(times,), daemon=True) for times in share]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.monotonic()
    for worker in workers:
        worker.join()
    if errors:
        raise errors[0]
    return many / (time.monotonic() - began)


def opened(file):
    database = sqlite3.connect(file, isolation_level=None, timeout=60, check_same_thread=False)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = full")
    return database
