"""Measures pages against nginx that serves the same bytes: whole, unchanged (304), and a style sheet."""

import re, statistics

from benchmarks.servers import BROTLI, Site, ask, nginx, wrk

TITLE = "Pages, against nginx with the same bytes"
SHEET = "/fact-sheets/sleep-and-back-pain"
ENCODINGS = {"brotli": "br", "gzip": "gzip", "identity": "identity"}
FILES = {"br": ".br", "gzip": ".gz", "identity": ""}
# What nginx says by itself.
ITS_OWN = {"etag", "content-type", "content-encoding", "content-length", "date", "vary", "connection"}
SECONDS = 1
GOAL = "≥ 1.10, p99 ≤ its p99"


def measure(bench):
    root = bench.new_folder("root")
    root.chmod(0o755)
    with Site(bench) as site:
        site.answers(SHEET)
        site.compressed()
        style = re.search(r'href="(/assets/[^"]+\.css)"', ask(site.port, "GET", SHEET).text)[1]
        headers, assets = (kept(site.port, path, root) for path in (SHEET, style))
        with nginx(root, headers, assets) as (peer, _):
            ours = Named(site.port)
            theirs = Named(peer)
            is_there = {name: same(bench, ours, theirs, name, code) for name, code in ENCODINGS.items()}
            for what, path, names, unchanged in (
                ("sheet", SHEET, ENCODINGS, False),
                ("sheet unchanged (304)", SHEET, ENCODINGS, True),
                ("style sheet", style, ["brotli"], False),
            ):
                for clients in (8, 64):
                    for name in names:
                        words = f"{what}, {name}, {clients} connections"
                        if is_there[name]:
                            row(bench, words, ours, theirs, path, ENCODINGS[name], clients, unchanged)
                        else:
                            bench.unmeasured("pages", words, "nginx has no module for brotli here", GOAL)


class Named:
    """A server on a port, and the ETag that it gives to a path in an encoding."""

    def __init__(self, port):
        self.port = port

    def asked(self, path, code, unchanged=False):
        headers = {"Accept-Encoding": code}
        if unchanged:
            headers["If-None-Match"] = ask(self.port, "GET", path, headers=headers).header("ETag")
        return headers


def kept(port, path, root):
    """Puts each encoding of a page where nginx finds it; the headers that nginx has to add."""
    file = root / path.strip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    for code in FILES:
        answer = ask(port, "GET", path, headers={"Accept-Encoding": code})
        given = answer.header("Content-Encoding") or "identity"
        if (answer.status, given) != (200, code):
            raise RuntimeError(f"{path} answers {answer.status} as {given} where {code} was asked for")
        file.with_name(file.name + FILES[code]).write_bytes(answer.body)
    return [(name, value) for name, value in answer.headers if name.lower() not in ITS_OWN]


def same(bench, ours, theirs, name, code):
    """Whether both answer with the same bytes and headers; says by how much the heads differ in length."""
    if name == "brotli" and not BROTLI.exists():
        return False
    one, other = (ask(server.port, "GET", SHEET, headers={"Accept-Encoding": code}) for server in (ours, theirs))
    if one.body != other.body or one.header("Content-Encoding") != other.header("Content-Encoding"):
        raise RuntimeError(f"nginx sends other bytes than ours as {name}")
    missing = {known.lower() for known, _ in one.headers} - {known.lower() for known, _ in other.headers}
    if missing:
        raise RuntimeError(f"nginx does not send {', '.join(sorted(missing))}")
    unchanged = [
        ask(server.port, "GET", SHEET, headers=server.asked(SHEET, code, True)).status for server in (ours, theirs)
    ]
    if unchanged != [304, 304]:
        raise RuntimeError(f"an unchanged page answers {unchanged} as {name}")
    size = lambda answer: sum(len(known) + len(value) + 4 for known, value in answer.headers)
    if name == "gzip":
        bench.note(
            "nginx serves files of exactly our bytes (`gzip_static`, `brotli_static`, `open_file_cache`, `sendfile`, no access log, "
            "a worker for each core) and our headers by `add_header`; both are compared before each run. Its head is "
            f"{size(other)} bytes and ours {size(one)}: it adds Server, Last-Modified and Connection."
        )
    return True


def row(bench, what, ours, theirs, path, code, clients, unchanged):
    def load(server):
        headers = [f"{name}: {value}" for name, value in server.asked(path, code, unchanged).items()]
        return wrk(server.port, path, clients, SECONDS, headers)

    pairs = bench.turns(lambda: load(ours), lambda: load(theirs))
    if failed := sum(one.failed for pair in pairs for one in pair):
        bench.note(f"{what}: {failed} requests failed.")
    rate = lambda at: statistics.median(pair[at].rate for pair in pairs)
    p99 = lambda at: statistics.median(pair[at].p99 for pair in pairs)
    words = lambda at: f"{rate(at):,.0f}/s, p99 {p99(at):.2f} ms"
    ratios = [mine.rate / its.rate for mine, its in pairs]
    bench.compared("pages", what, words(0), words(1), ratios, GOAL, lambda ratio: ratio >= 1.1 and p99(0) <= p99(1))
