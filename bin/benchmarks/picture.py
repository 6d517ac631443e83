"""Draws the growth tables as one SVG, log-log, that can be read on a light and on a dark page."""

import html, math

WIDTH, HEIGHT, LEFT, TOP, GAP = 250, 190, 52, 34, 26
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 } .head { font-weight: 600 } .tick { font-size: 10px }
  .grid { stroke: #8886; stroke-width: 1 } .line { fill: none; stroke: #0b6e6e; stroke-width: 2 }
  .dot { fill: #0b6e6e } .step { stroke: #888; stroke-dasharray: 4 4 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .line { stroke: #5cc8c8 } .dot { fill: #5cc8c8 } }
"""


def drawn(tables):
    """One small chart for each cost: the amount of work to the right, what it costs upwards."""
    charts = [
        (at, column, table[0][0], name, [(line[0], line[column + 1]) for line in table[1:]])
        for at, table in enumerate(tables)
        for column, name in enumerate(table[0][1:])
    ]
    across = max(column for _, column, *_ in charts) + 1
    width, height = across * (WIDTH + GAP) + GAP, len(tables) * (HEIGHT + GAP) + 2 * GAP
    words = "; ".join(f"{name} with {spaced(points)} {work}" for _, _, work, name, points in charts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc">',
        '<title id="title">What the work costs as it grows</title>',
        f'<desc id="desc">Log-log charts. {html.escape(words)}.</desc>',
        f"<style>{STYLE}</style>",
    ]
    for at, column, work, name, points in charts:
        parts += chart(GAP + column * (WIDTH + GAP), GAP + at * (HEIGHT + GAP), work, name, points)
    parts.append(f'<text class="tick" x="{GAP}" y="{height - 8}">Dashed: what grows in step with the work.</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def said(value):
    """With three digits at least, and no more than are needed."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spaced(points):
    return ", ".join(f"{said(value)} for {work:,}" for work, value in points)


def decades(values):
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def power(exponent):
    return f"{10**exponent:,}" if exponent >= 0 else f"{10.0**exponent:g}"


def chart(x, y, work, name, points):
    points = [(many, max(value, 1e-4)) for many, value in points]
    (left, right), (low, high) = decades([many for many, _ in points]), decades([value for _, value in points])
    wide, tall = WIDTH - LEFT - 8, HEIGHT - TOP - 34
    across = lambda many: x + LEFT + (math.log10(many) - left) / (right - left) * wide
    up = lambda value: y + TOP + tall - (math.log10(value) - low) / (high - low) * tall
    yield f'<text class="head" x="{x}" y="{y + 14}">{html.escape(name)}</text>'
    for exponent in range(left, right + 1):
        at = across(10**exponent)
        yield f'<path class="grid" d="M{at:.1f} {y + TOP}V{y + TOP + tall}"/>'
        yield f'<text class="tick" x="{at:.1f}" y="{y + TOP + tall + 14}" text-anchor="middle">{power(exponent)}</text>'
    for exponent in range(low, high + 1):
        at = up(10.0**exponent)
        yield f'<path class="grid" d="M{x + LEFT} {at:.1f}h{wide}"/>'
        yield f'<text class="tick" x="{x + LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{power(exponent)}</text>'
    yield f'<text class="tick" x="{x + LEFT + wide / 2:.1f}" y="{y + TOP + tall + 28}" text-anchor="middle">{html.escape(work)}</text>'
    # From the first point on, as far as it stays within the chart.
    (many, value), last = points[0], points[-1][0]
    end = min(last, many * 10.0**high / value)
    yield f'<path class="step" d="M{across(many):.1f} {up(value):.1f}L{across(end):.1f} {up(value * end / many):.1f}"/>'
    line = "L".join(f"{across(many):.1f} {up(value):.1f}" for many, value in points)
    yield f'<path class="line" d="M{line}"/>'
    for many, value in points:
        yield f'<circle class="dot" cx="{across(many):.1f}" cy="{up(value):.1f}" r="3"><title>{many:,}: {said(value)}</title></circle>'
