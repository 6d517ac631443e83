"""Measures what is built: the size of the program, its crates, and how long a build takes."""

import os, re, subprocess, time

from trial import HERE

TITLE = "The build"
MOST = 300


def measure(bench):
    if bench.build_seconds is not None:
        bench.row("build", "building with the profile of the package, what had changed", f"{bench.build_seconds:.0f} s")
    bench.row("build", "size of the program", f"{bench.program.stat().st_size / 1_000_000:.1f} MB")
    crates = len(re.findall(r"^\[\[package\]\]", (HERE / "Cargo.lock").read_text(), re.M)) - 1
    bench.row("build", "crates in Cargo.lock, those of tests and other systems too", f"{crates}")
    what, goal = "cargo build --release from nothing, without the download", f"≤ {MOST} s"
    if not bench.from_clean:
        bench.unmeasured("build", what, "only with --build-from-clean", goal)
        return
    target = bench.new_folder("target")
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--bin", "mybackpain"]
    subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=HERE, check=True)
    began = time.monotonic()
    subprocess.run(command, cwd=HERE, check=True, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    taken = time.monotonic() - began
    bench.row("build", what, f"{taken:.0f} s", goal=goal, reached=taken <= MOST)
