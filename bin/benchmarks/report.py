"""Prints the table, and writes BENCHMARKS.md with it."""

HEADS = ("what", "ours", "peer", "ratio", "spread", "goal", "")


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
