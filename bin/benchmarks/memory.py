"""Measures what the program holds of memory after 100,000 pages, beside nginx after as many."""

from benchmarks import pages
from benchmarks.servers import Site, memory, nginx, wrk

TITLE = "Memory after 100,000 pages"
MANY = 100_000
MOST = 32


def measure(bench):
    root = bench.new_folder("memory-root")
    root.chmod(0o755)
    held = {}
    # The first compresses its pages itself, as after a change of many pages; the second finds them kept.
    for name, kept in (("that it compressed itself", False), ("that were kept compressed", True)):
        with Site(bench, kept=kept) as site:
            site.answers(pages.SHEET)
            site.compressed()
            headers = pages.kept(site.port, pages.SHEET, root)
            read(site.port)
            held[name] = memory(site.pid)
    with nginx(root, headers, connections=1024) as (port, process):
        read(port)
        peer = memory(process.pid)
    words = lambda one: f"RSS {one[0]:.0f} MB, PSS {one[1]:.0f} MB"
    for name, mine in held.items():
        bench.row(
            "memory",
            f"memory after 100,000 pages {name}",
            words(mine),
            peer=f"nginx, all processes: {words(peer)}",
            ratio=f"{mine[1] / peer[1]:.1f}",
            goal=f"RSS ≤ {MOST} MB",
            reached=mine[0] <= MOST,
        )


def read(port):
    """All encodings in turn, until so many pages were read."""
    done, turn = 0, 0
    while done < MANY and turn < 60:
        code = list(pages.ENCODINGS.values())[turn % 3]
        done += wrk(port, pages.SHEET, 32, 1, [f"Accept-Encoding: {code}"]).requests
        turn += 1
    if done < MANY:
        raise RuntimeError(f"only {done} pages were read")
