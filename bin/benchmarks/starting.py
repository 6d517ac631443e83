"""Measures how long a start takes until the first page is there: with an empty data folder, and with a kept one."""

import statistics

from benchmarks.servers import Site

TITLE = "Starting with the shipped pages"


def measure(bench):
    seconds = []
    for _ in range(bench.times):
        data = bench.new_folder("first-start")
        with Site(bench, data, kept=False) as site:
            seconds.append(site.answers())
            # A stop now would wait for pages that are being compressed, and take a processor from the next start.
            site.process.kill()
    row(bench, "first start, empty data folder, until a page answers", seconds, 150)
    with Site(bench, data, kept=False) as site:
        site.answers()
        site.compressed()
    seconds = []
    for _ in range(bench.times):
        with Site(bench, data) as site:
            seconds.append(site.answers())
    row(bench, "second start, compressed pages kept, until a page answers", seconds, 80)


def row(bench, what, seconds, most):
    middle = statistics.median(seconds) * 1000
    spread = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f} ms"
    bench.row("starting", what, f"{middle:.0f} ms", spread=spread, goal=f"≤ {most} ms", reached=middle <= most)
