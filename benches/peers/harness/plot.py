"""Draws the medians: horizontal bars on a logarithmic scale, one panel a measurement, readable on light and on dark."""

import math
from html import escape

from .report import shown

PANELS = (
    ("enqueue", "Enqueue, 8 clients, one commit each, worker at work: jobs/s", "longer is better"),
    ("drain", "Drain of no-op jobs: jobs/s", "longer is better"),
    ("cascade", "Cascade of three stages: chains/s", "longer is better"),
    ("latency_p50", "Idle, committed to handler start: ms, median", "shorter is better"),
    ("lateness_p50", "Scheduled jobs, lateness: ms, median", "shorter is better"),
)
WIDTH, LABELS, RIGHT, ROW, BAR = 860, 200, 80, 22, 14
TITLE, AXIS, GAP = 34, 22, 26

STYLE = """
    text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
    .title { font-weight: 600; font-size: 14px; }
    .quiet { fill: #656d76; font-size: 12px; }
    .ours { font-weight: 600; }
    .grid { stroke: #8c959f; stroke-opacity: .35; }
    .bar { fill: #8c959f; }
    .bar.us { fill: #1a7f64; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .quiet { fill: #9198a1; }
      .bar { fill: #6e7681; }
      .bar.us { fill: #2fb491; }
    }
"""


def decades(values):
    """The powers of ten around the values; the shortest bar keeps a visible length."""
    return math.floor(math.log10(min(values) * 0.8)), math.ceil(math.log10(max(values)))


def panel(results, key, top, title, hint):
    """The lines of one panel and its height; nothing where nothing was measured."""
    rows = [(peer, max(results.median(peer.name, key), 0.01)) for peer in results.peers if results.values(peer.name, key)]
    if not rows:
        return [], 0
    low, high = decades([value for _, value in rows])
    room = WIDTH - LABELS - RIGHT

    def place(value):
        return LABELS + room * (math.log10(value) - low) / (high - low)

    bottom = top + TITLE + ROW * len(rows)
    lines = [
        f'<text class="title" x="0" y="{top + 16}">{escape(title)}</text>',
        f'<text class="quiet" x="{WIDTH}" y="{top + 16}" text-anchor="end">{hint}</text>',
    ]
    for power in range(low, high + 1):
        x = place(10.0**power)
        lines.append(f'<line class="grid" x1="{x:.1f}" y1="{top + TITLE - 6}" x2="{x:.1f}" y2="{bottom}"/>')
        label = f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
        lines.append(f'<text class="quiet" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
    for number, (peer, value) in enumerate(rows):
        y, us = top + TITLE + ROW * number, peer.kind == "pgcascade"
        width = max(place(value) - LABELS, 1)
        middle, ours = y + BAR - 2, ' class="ours"' if us else ""
        lines += [
            f'<text{ours} x="{LABELS - 10}" y="{middle}" text-anchor="end">{escape(peer.name)}</text>',
            f'<rect class="bar{" us" if us else ""}" x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
            f'<text{ours} x="{LABELS + width + 6:.1f}" y="{middle}">{shown(value)}</text>',
        ]
    return lines, TITLE + ROW * len(rows) + AXIS


def write(results, output):
    """Writes results.svg into a folder."""
    lines, top = [], 0
    for key, title, hint in PANELS:
        drawn, height = panel(results, key, top, title, hint)
        lines += drawn
        top += height + GAP if height else 0
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {WIDTH + 24} {top + 8}" width="{WIDTH + 24}" role="img">'
    title = "<title>pgcascade beside other job queues: medians on logarithmic scales</title>"
    body = "\n".join(f"  {line}" for line in [title, f"<style>{STYLE}  </style>", *lines])
    (output / "results.svg").write_text(f"{head}\n{body}\n</svg>\n", encoding="utf-8")
