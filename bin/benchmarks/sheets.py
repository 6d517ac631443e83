"""Makes a content folder with any number of fact sheets, copies of the shipped ones that pass the check, and asks it."""

import re, shutil
from collections import defaultdict

from benchmarks.servers import Site, memory
from benchmarks.search import first, searches
from trial import HERE

SHIPPED = HERE / "content"


def shipped():
    return sorted((SHIPPED / "fact-sheets").glob("*.md"))


def content(folder, many):
    """The shipped content and as many sheets in all; the address of the last."""
    shutil.copytree(SHIPPED, folder)
    originals, added = shipped(), defaultdict(list)
    last = originals[-1].stem
    for number in range(many - len(originals)):
        original = originals[number % len(originals)]
        last = f"{original.stem}-{number}"
        text = re.sub(
            r'^title = "(.*)"',
            lambda found: f'title = "{found[1][:55]} {number}"',
            original.read_text(),
            count=1,
            flags=re.M,
        )
        # Two pages may not give the same reason.
        text = re.sub(r'^(  \{ rule = .* why = ")', rf"\g<1>Copy {number}. ", text, flags=re.M)
        for topic in re.findall(r'"([^"]+)"', re.search(r"^topics = \[(.*?)\]", text, re.M)[1]):
            added[topic].append(last)
        (folder / "fact-sheets" / f"{last}.md").write_text(text)
    topics = folder / "topics.toml"
    text = topics.read_text()
    for topic, slugs in added.items():
        more = "".join(f', "{slug}"' for slug in slugs)
        text = re.sub(
            rf'(slug = "{topic}".*?sheets = \[.*?),?\s*\]',
            lambda found: f"{found[1]}{more}]",
            text,
            count=1,
            flags=re.S,
        )
    topics.write_text(text)
    return f"/fact-sheets/{last}"


def measured(bench, folder, last, and_search=False):
    """Seconds from the start until the last page answers; RSS; and the search, when it is asked for."""
    with Site(bench, content=folder) as site:
        seconds = site.answers(last)
        found = None
        if and_search:
            later = first(site.port)
            many = len(list(folder.glob("fact-sheets/*"))) if folder else len(shipped())
            bench.note(f"With {many:,} sheets the first search is answered {later:.1f} s after the last page.")
            found = bench.repeated(lambda: searches(bench, site.port))
        rss = memory(site.pid)[0]
        # A stop would wait until the pages are compressed.
        site.process.kill()
    return seconds, rss, found
