"""Prints the table of all rows, and writes BENCHMARKS.md and its picture."""

import datetime, os, platform, re, shlex, subprocess
from pathlib import Path

from benchmarks import picture
from trial import HERE

HEADS = ("what", "ours", "peer", "ratio", "spread", "goal", "")
ABOUT = """# Benchmarks

Written by `bin/bench --write`: do not edit. Measured on one machine on one day, with the peers in the same run and in turns
with ours: {times} turns for a row with a peer, and each row says its median, the ratio and the least and greatest ratio.
Numbers of another machine are others; the ratios say more. Goals are ours, and a row says whether it was reached.
"""


def cells(row):
    return (row.what, row.ours, row.peer, row.ratio, row.spread, row.goal, row.verdict())


def table(bench):
    lines = [HEADS, *map(cells, bench.rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADS))]
    print("\n== What was measured")
    for line in [lines[0], tuple("-" * width for width in widths), *lines[1:]]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    for note in bench.notes:
        print(f"* {note}")


def write(bench, words):
    parts = [ABOUT.format(times=bench.times), machine(bench, words)]
    rows = [cells(row) for row in bench.rows if row.subject != "growth"]
    parts.append(markdown((*HEADS[:-1], "reached?"), rows))
    if bench.notes:
        parts.append("## How the peers are set up\n\n" + "\n".join(f"- {note}" for note in bench.notes))
    if bench.growth:
        parts.append("## What the work costs as it grows")
        parts += [
            markdown(heads, [(f"{many:,}", *(picture.said(value) for value in rest)) for many, *rest in lines])
            for heads, *lines in bench.growth
        ]
        parts.append("![The same as a picture, log-log](docs/benchmarks.svg)")
        (HERE / "docs" / "benchmarks.svg").write_text(picture.drawn(bench.growth))
    (HERE / "BENCHMARKS.md").write_text("\n\n".join(part.strip() for part in parts) + "\n")
    print("\nBENCHMARKS.md is written.")


def markdown(heads, rows):
    line = lambda values: "| " + " | ".join(value.replace("|", "\\|") for value in values) + " |"
    return "\n".join([line(heads), "|" + "---|" * len(heads), *map(line, rows)])


def machine(bench, words):
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    said = lambda *command: subprocess.run(["git", *command], cwd=HERE, capture_output=True, text=True).stdout.strip()
    # The path of a program that was given is of this machine alone, and so is an address, which has a password.
    command, skip = ["bin/bench"], False
    for word in words:
        command += [] if skip else ["--program FILE" if word.startswith("--program") else shlex.quote(re.sub(r"\w+://.*", "URL", word))]
        skip = word == "--program"
    changed = ", with changes" if said("status", "--porcelain", "--untracked-files=no") else ""
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    return markdown(
        ("", "this run"),
        [
            ("day", datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")),
            ("machine", f"{os.cpu_count()} × {model[1] if model else platform.machine()}, {memory:.0f} GB"),
            ("kernel", f"{platform.system()} {platform.release()}"),
            ("load before and after", f"{bench.load:.1f}, {os.getloadavg()[0]:.1f}"),
            ("command", f"`{' '.join(command)}`"),
            ("commit", f"{said('rev-parse', '--short', 'HEAD')}{changed}"),
        ],
    )
