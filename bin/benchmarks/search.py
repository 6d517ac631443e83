"""Measures how long a search takes over HTTP, with what people type."""

import statistics, time, urllib.parse

from benchmarks.servers import Site, ask, wrk

TITLE = "Search, with what people type"
TYPED = """
cant sleep back pain; insomina; back ache worse at nite; kinesiophobia; will bending damage my disc; fybromyalgia
tired and ache all over; sciatica; siatica; shooting pain down my leg; numb saddle area; corda equina; slipped disk
do i need an mri scan; what painkiller is best; ibuprofen or paracetamol; can i take codeine; amitryptiline
how long does back pain last; my back went this morning; stretches for lower back; core exercises; is walking good
sitting at a desk all day; best mattress for bad back; how to lift safely; back pain when pregnant; brittle bones
crushed vertebra; morning stiffness that eases; ankylosing spondylitis; spinal stenosis; legs ache when i walk
neck ache and headaches; pain between shoulder blades; when to see a gp; back surgery; steroid injection; stress
physio or chiropractor; off work with my back; fit note; flare up; pacing; why does everything hurt; asdfgh
"""


def measure(bench):
    with Site(bench) as site:
        site.answers()
        site.compressed()
        first(site.port)
        row(bench, "search", "search, shipped pages", bench.repeated(lambda: searches(bench, site.port)), 1)


def first(port, seconds=180):
    """Waits for the first search, which waits until the index is built; gives the seconds that it took."""
    began = time.monotonic()
    while True:
        try:
            if ask(port, "GET", "/search?q=sleep").status == 200:
                return time.monotonic() - began
        except TimeoutError:
            pass
        if time.monotonic() > began + seconds:
            raise RuntimeError("no search is answered")


def searches(bench, port, seconds=1):
    """Each query in turn, over one connection."""
    typed = [line.strip() for line in TYPED.replace("\n", ";").split(";") if line.strip()]
    paths = ", ".join(f'"/search?{urllib.parse.urlencode({"q": words})}"' for words in typed)
    script = bench.new_folder("search-script") / "search.lua"
    script.write_text(f"""
        local paths, turn = {{ {paths} }}, 0
        function request()
          turn = turn % #paths + 1
          return wrk.format("GET", paths[turn])
        end
    """)
    return wrk(port, "/", 1, seconds, script=script)


def row(bench, subject, what, loads, most):
    middle = lambda name: statistics.median(getattr(load, name) for load in loads)
    failed = sum(load.failed for load in loads)
    bench.row(
        subject,
        f"{what}, one connection",
        f"p50 {middle('p50'):.2f} ms, p99 {middle('p99'):.2f} ms" + (f", {failed} failed" if failed else ""),
        spread=f"p99 {min(load.p99 for load in loads):.2f} to {max(load.p99 for load in loads):.2f} ms",
        goal=f"p99 ≤ {most} ms",
        reached=0 < middle("p99") <= most and not failed,
    )
