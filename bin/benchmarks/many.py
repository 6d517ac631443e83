"""Measures a start with 10,000 generated sheets, against hugo that builds as many pages; and the search over them."""

import re, shutil, statistics, subprocess, time

from benchmarks import search, sheets
from benchmarks.servers import Site, ask, ends_with_us

# Both together may take so long in all; then there are fewer turns.
BUDGET = 150
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body>
<h1>{{ .Title }}</h1><main>{{ .Content }}</main><footer>PADDING</footer></body></html>
"""
LIST = '<!doctype html><html lang="en"><body>{{ range .Pages }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</body></html>'
TITLE = "10,000 sheets, against hugo"


def measure(bench):
    many = 10_000 if bench.times > 2 else 1_000
    folder = bench.new_folder("many")
    last = sheets.content(folder / "content", many)
    site = hugo_site(bench, folder) if shutil.which("hugo") else None
    starts = []

    def ours():
        # The search after the first start alone: it is no part of the turns.
        starts.append(sheets.measured(bench, folder / "content", last, and_search=not starts))
        return starts[-1]

    pairs = bench.turns(ours, lambda: build(site, many) if site else None, BUDGET)
    bench.made["sheets"] = {many: starts[0]}
    _, rss, found = starts[0]
    seconds = statistics.median([mine[0] for mine, _ in pairs])
    what, goal = f"start with {many:,} sheets until the last page answers", "≤ 0.25"
    if pairs[0][1] is None:
        bench.unmeasured("many", what, "there is no hugo here", goal)
    else:
        bench.compared(
            "many",
            what,
            f"{seconds:.1f} s",
            f"hugo {statistics.median(its for _, its in pairs):.1f} s",
            [mine[0] / its for mine, its in pairs],
            goal,
            lambda ratio: ratio <= 0.25,
        )
        bench.note(
            f"hugo builds as many pages from the same Markdown, with one template that makes them as long as ours; "
            f"{len(pairs)} turn(s) of {many:,} sheets. Ours checks them, makes the search after that, and does not write them to a disk."
        )
    bench.row("many", f"memory with {many:,} sheets", f"RSS {rss:.0f} MB")
    search.row(bench, "many", f"search, {many:,} sheets", found, 10)


def hugo_site(bench, folder):
    """A site of the same words; its template is padded until a page is as long as ours."""
    site = folder / "hugo"
    (site / "layouts" / "_default").mkdir(parents=True)
    (site / "config.toml").write_text(
        'baseURL = "http://localhost/"\ntitle = "Sheets"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap", "404"]\n'
    )
    (site / "layouts" / "_default" / "list.html").write_text(LIST)
    (site / "layouts" / "index.html").write_text("<!doctype html>")
    sample = "sleep-and-back-pain"
    with Site(bench) as ours:
        ours.answers()
        length = len(ask(ours.port, "GET", f"/fact-sheets/{sample}").body)
    target = site / "content" / "fact-sheets"
    target.mkdir(parents=True)
    copied(folder / "content" / "fact-sheets" / f"{sample}.md", target)
    page = site / "layouts" / "_default" / "single.html"
    page.write_text(PAGE.replace("PADDING", ""))
    build(site, 1)
    padding = length - (site / "public" / "fact-sheets" / sample / "index.html").stat().st_size
    page.write_text(PAGE.replace("PADDING", '<a href="/">Home</a>' * (max(padding, 0) // 20)))
    for file in (folder / "content" / "fact-sheets").glob("*.md"):
        copied(file, target)
    return site


def copied(file, target):
    _, head, body = file.read_text().split("+++", 2)
    (target / file.name).write_text(f"+++\n{re.search(r'^title = .*', head, re.M)[0]}\n+++\n{body}")


def build(site, many):
    """Seconds that hugo takes from nothing."""
    shutil.rmtree(site / "public", ignore_errors=True)
    began = time.monotonic()
    command = ["hugo", "--quiet", "--noTimes"]
    subprocess.run(command, cwd=site, check=True, stdout=subprocess.DEVNULL, preexec_fn=ends_with_us)
    taken = time.monotonic() - began
    made = sum(1 for _ in (site / "public" / "fact-sheets").glob("*/index.html"))
    if made != many:
        raise RuntimeError(f"hugo made {made} pages of {many}")
    return taken
