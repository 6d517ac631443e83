"""Measures what the same work costs as the library and the number of requests grow."""

import statistics

from benchmarks import desk, sheets
from benchmarks.picture import said
from benchmarks.servers import Site

TITLE = "Growth"
# What a small library costs is measured so often, and a large one once.
TIMES = 3
SHEETS = ("sheets", "start until the last page answers, s", "memory, MB", "search p99, ms")
REQUESTS = ("requests", "making them, s", "queue p99, ms", "start until a page answers, s", "memory, MB")


def measure(bench):
    quick = bench.times <= 2
    known = bench.made.get("sheets", {})
    table = [SHEETS]
    for many in [len(sheets.shipped()), 100, 1_000] + ([] if quick else [10_000]):
        table.append((many, *(library(known[many]) if many in known else of_library(bench, many))))
        show(bench, table)
    bench.growth.append(table)
    known = bench.made.get("desk", {})
    table = [REQUESTS]
    for many in sorted({max(bench.requests // 50, 100), max(bench.requests // 5, 100), bench.requests}):
        table.append((many, *(known[many] if many in known else of_requests(bench, many))))
        show(bench, table)
    bench.growth.append(table)


def show(bench, table):
    heads, values = table[0], table[-1]
    words = "; ".join(f"{head} {said(value)}" for head, value in zip(heads[1:], values[1:]))
    bench.row("growth", f"{values[0]:,} {heads[0]}", words)


def library(measured):
    seconds, rss, found = measured
    return seconds, rss, statistics.median(load.p99 for load in found)


def of_library(bench, many):
    folder = bench.new_folder("growth") / "content"
    last = sheets.content(folder, many)
    if many == len(sheets.shipped()):
        folder = None
    times = [library(sheets.measured(bench, folder, last, True)) for _ in range(TIMES if many < 100 else 1)]
    return tuple(statistics.median(values) for values in zip(*times))


def of_requests(bench, many):
    data, seconds, made = desk.demonstration(bench, many)
    with Site(bench, data) as site:
        site.answers()
        site.compressed()
        cookie = desk.sign_in(site.port, made)
        queued = statistics.median(
            load.p99 for load in bench.repeated(lambda: desk.turns(bench, site.port, cookie, ["/staff"]))
        )
    return seconds, queued, *desk.started(bench, data)
