"""Measures 5,000 connections that are kept open, 500 of them active, against nginx: pages a second and memory."""

import contextlib, socket, statistics, threading, time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import pages
from benchmarks.servers import Site, memory, nginx, wrk

TITLE = "5,000 open connections, 500 of them active, against nginx"
IDLE, ACTIVE = 4500, 500
SECONDS = 2
# A server that takes no more of them is waited for so long.
PATIENCE = 10


@dataclass
class Burst:
    rate: float
    p99: float
    failed: int
    # Connections that were open just before the burst ended.
    held: int
    pss: float


def measure(bench):
    root = bench.new_folder("connections-root")
    root.chmod(0o755)
    with Site(bench) as site:
        site.answers(pages.SHEET)
        site.compressed()
        headers = pages.kept(site.port, pages.SHEET, root)
        with nginx(root, headers) as (port, process):
            pairs = bench.turns(lambda: burst(site.port, site.pid), lambda: burst(port, process.pid))
    middle = lambda at, name: statistics.median(getattr(pair[at], name) for pair in pairs)
    words = lambda at: (
        f"{middle(at, 'rate'):,.0f}/s, p99 {middle(at, 'p99'):.0f} ms, {middle(at, 'held'):,.0f} held open"
    )
    whole = middle(0, "held") >= (IDLE + ACTIVE) * 0.99
    bench.compared(
        "connections",
        "sheet, brotli, with 5,000 connections open",
        words(0),
        words(1),
        [mine.rate / its.rate for mine, its in pairs],
        "≥ 1.00, 5,000 held",
        lambda ratio: ratio >= 1 and whole,
    )
    bench.compared(
        "connections",
        "memory meanwhile, all processes",
        f"PSS {middle(0, 'pss'):.0f} MB",
        f"PSS {middle(1, 'pss'):.0f} MB",
        [mine.pss / its.pss for mine, its in pairs],
        "≤ 2.00, 5,000 held",
        lambda ratio: ratio <= 2 and whole,
    )
    for at, name in ((0, "ours"), (1, "nginx")):
        if failed := sum(pair[at].failed for pair in pairs):
            bench.note(f"5,000 connections: {failed} requests or connections of the load failed with {name}.")


def burst(port, pid):
    with contextlib.ExitStack() as idle:
        until = time.monotonic() + PATIENCE
        for _ in range(IDLE):
            if time.monotonic() > until:
                break
            with contextlib.suppress(OSError):
                idle.enter_context(asked(port))
        seen = {}
        # Just before the end, while the load still runs.
        look = threading.Timer(SECONDS - 0.5, lambda: seen.update(held=established(port), memory=memory(pid)))
        look.start()
        load = wrk(port, pages.SHEET, ACTIVE, SECONDS, ["Accept-Encoding: br"])
        look.join()
    # Both servers see that the connections have ended before the other's turn.
    time.sleep(0.5)
    return Burst(load.rate, load.p99, load.failed, seen["held"], seen["memory"][1])


def asked(port):
    """A connection that was answered once and is kept."""
    connection = socket.create_connection(("127.0.0.1", port), 2)
    connection.sendall(f"GET {pages.SHEET} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("ended before it answered")
        got += more
    head, body = got.split(b"\r\n\r\n", 1)
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return connection


def established(port):
    """How many connections to this port the system has, from the server's side."""
    wanted, count = f":{port:04X}", 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state = line.split(None, 4)[:4]
        count += local.endswith(wanted) and state == "01"
    return count
