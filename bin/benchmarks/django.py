"""Measures the form and a sheet against a Django site with gunicorn and the same SQLite."""

import contextlib, itertools, os, sqlite3, statistics, subprocess, sys, urllib.parse
from pathlib import Path

from benchmarks import forms, pages
from benchmarks.servers import Site, ask, end, ends_with_us, start, wrk
from trial import HERE, free_port, wait_for

TITLE = "The form and a sheet, against Django"
PEER = Path(__file__).parent / "peers" / "django"
# Both are usual with two workers; the quicker one is the peer.
WORKERS = {
    "gthread, 4 threads, keep-alive": ["-k", "gthread", "--threads", "4", "--keep-alive", "30"],
    "sync": ["-k", "sync"],
}
SECRET = "a" * 32
GOALS = {"form": 20, "sheet": 300}
KEYS = itertools.count()


def measure(bench):
    folder = bench.new_folder("django")
    python = folder / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, preexec_fn=ends_with_us)
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        PEER / "requirements.txt",
    ]
    if subprocess.run(
        install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=ends_with_us
    ).returncode:
        for what, goal in GOALS.items():
            bench.unmeasured("django", what, "Django could not be installed", f"≥ {goal}")
        return
    surroundings = {
        **os.environ,
        "PEER_DATABASE": str(folder / "peer.sqlite"),
        "PEER_SHEETS": str(HERE / "content" / "fact-sheets"),
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": str(PEER),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    migrate = [python, "-m", "django", "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(migrate, check=True, env=surroundings, cwd=folder, preexec_fn=ends_with_us)
    with contextlib.ExitStack() as running:
        ports = {
            name: running.enter_context(gunicorn(python, more, surroundings, folder)) for name, more in WORKERS.items()
        }
        rates = {
            name: wrk(port, pages.SHEET.replace("fact-sheets", "rendered"), 8, 1).rate for name, port in ports.items()
        }
        chosen = max(rates, key=rates.get)
        with Site(bench) as site:
            site.answers(pages.SHEET)
            site.compressed()
            sheets(bench, site, ports[chosen])
        consultations(bench, ports[chosen], folder / "peer.sqlite")
    bench.note(
        f"Django: gunicorn with 2 workers ({chosen}; the better of {' and '.join(WORKERS)}), no debug, cached templates, its middleware "
        "for security, CSRF and frames, SQLite with WAL and `synchronous=full` over a connection that is kept. Its form has our "
        "fields and checks, a request with two mails is three rows of one transaction; fields are not encrypted, nothing is read for "
        "signs. The sheet is its text without our frame, uncompressed on both sides."
    )


@contextlib.contextmanager
def gunicorn(python, more, surroundings, folder):
    port = free_port()
    command = [
        python,
        "-m",
        "gunicorn",
        "-w",
        "2",
        *more,
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "critical",
        "wsgi:application",
    ]
    process = start(command, cwd=folder, env=surroundings)
    try:
        if not wait_for(port, 20) or ask(port, "GET", pages.SHEET).status != 200:
            raise RuntimeError("gunicorn does not answer")
        yield port
    finally:
        end(process)


def sheets(bench, site, port):
    load = lambda which, path: wrk(which, path, 8, 1, ["Accept-Encoding: identity"])
    for what, path, goal in (
        ("sheet, its Markdown rendered each time", pages.SHEET, GOALS["sheet"]),
        ("sheet, its Markdown rendered once", pages.SHEET.replace("fact-sheets", "rendered"), None),
    ):
        pairs = bench.turns(lambda: load(site.port, pages.SHEET), lambda: load(port, path))
        compared(bench, f"{what}, against Django", pairs, goal)


def consultations(bench, port, database):
    ready = forms.so_many(forms.probe(bench))

    def peer():
        bodies = [
            urllib.parse.urlencode(
                {**forms.FORM, "key": f"key-{next(KEYS)}", "concern": "Lower back", "csrfmiddlewaretoken": SECRET}
            )
            for _ in range(ready)
        ]
        had = count(database)
        script = forms.posts(bench, "/consultations/new", bodies, f'["Cookie"] = "csrftoken={SECRET}"')
        load = wrk(port, "/", forms.CLIENTS, forms.SECONDS, script=script)
        stored = count(database) - had
        return forms.Sent(stored / load.seconds, load.p50, load.p99, load.failed, stored)

    pairs = bench.turns(lambda: forms.send(bench, ready), peer)
    compared(bench, "consultation requests, 16 clients, against Django", pairs, GOALS["form"])


def count(database):
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as opened:
        return opened.execute("select count(*) from clinic_consultation").fetchone()[0]


def compared(bench, what, pairs, goal):
    middle = lambda at, name: statistics.median(getattr(pair[at], name) for pair in pairs)
    words = lambda at: f"{middle(at, 'rate'):,.0f}/s, p99 {middle(at, 'p99'):.1f} ms"
    ours, peer = (sum(pair[at].failed for pair in pairs) for at in (0, 1))
    if ours or peer:
        bench.note(f"{what}: {ours} requests of ours failed, {peer} of the peer.")
    ratios = [mine.rate / max(its.rate, 0.001) for mine, its in pairs]
    judged = (lambda ratio: ratio >= goal) if goal else lambda ratio: None
    bench.compared("django", what, words(0), words(1), ratios, f"≥ {goal}" if goal else "", judged)
