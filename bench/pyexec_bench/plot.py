"""Line charts with logarithmic axes, as one SVG file."""

import math

WIDTH, HEIGHT = 400, 270        # of a panel, with its labels
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 34, 40
COLUMNS, LINE = 3, 22           # of the legend

STYLE = """\
text { font: 12px sans-serif; fill: #222 }
.title { font-weight: bold }
.tick { font-size: 11px; fill: #555 }
.grid { stroke: #ddd; stroke-width: 1 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
"""


def short(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


class Axis:
    """Maps logarithms of values to a range of pixels."""

    def __init__(self, low, high, start, end):
        self.low, self.high = math.log10(low), math.log10(high)
        self.start, self.end = start, end

    def __call__(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def panel(title, unit, clients, lines):
    """One chart: lines is a list of (colour, dash, {clients: value})."""
    values = [value for _, _, points in lines for value in points.values()]
    if not values or len(clients) < 2:
        return []

    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values) * 1.0001))
    x = Axis(clients[0], clients[-1], LEFT, WIDTH - RIGHT)
    y = Axis(low, high, HEIGHT - BOTTOM, TOP)

    out = [f'<text class="title" x="{LEFT}" y="20">{title}</text>']
    mark = low
    while mark <= high * 1.0001:
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
                   f'y1="{y(mark):.1f}" y2="{y(mark):.1f}"/>'
                   f'<text class="tick" text-anchor="end" x="{LEFT - 6}" '
                   f'y="{y(mark) + 4:.1f}">{short(mark)}</text>')
        mark *= 10
    for count in clients:
        out.append(f'<text class="tick" text-anchor="middle" '
                   f'x="{x(count):.1f}" y="{HEIGHT - BOTTOM + 16}">{count}'
                   '</text>')
    out.append(f'<text class="tick" text-anchor="middle" '
               f'x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 8}">'
               'clients</text>'
               f'<text class="tick" text-anchor="middle" transform='
               f'"translate(13 {(TOP + HEIGHT - BOTTOM) / 2:.1f}) rotate(-90)">'
               f'{unit}</text>')

    for colour, dash, points in lines:
        path = " ".join(f"{x(count):.1f},{y(points[count]):.1f}"
                        for count in clients if count in points)
        out.append(f'<polyline class="line" stroke="{colour}" '
                   f'stroke-dasharray="{dash}" points="{path}"/>')
        out += [f'<circle cx="{x(count):.1f}" cy="{y(value):.1f}" r="3" '
                f'fill="{colour}"/>' for count, value in points.items()]
    return out


def chart(panels, legend, description):
    """Two panels a row, and a legend of (colour, dash, text) below them."""
    rows = (len(panels) + 1) // 2
    width, height = 2 * WIDTH, (
        rows * HEIGHT + -(-len(legend) // COLUMNS) * LINE + 4)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
           f'height="{height}" viewBox="0 0 {width} {height}" role="img">',
           f"<title>{description}</title>", f"<style>{STYLE}</style>",
           f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for number, lines in enumerate(panels):
        out.append(f'<g transform="translate({number % 2 * WIDTH} '
                   f'{number // 2 * HEIGHT})">')
        out += lines
        out.append("</g>")

    for number, (colour, dash, text) in enumerate(legend):
        left = LEFT + number % COLUMNS * (width - LEFT) / COLUMNS
        base = rows * HEIGHT + number // COLUMNS * LINE + 10
        out.append(f'<line x1="{left:.0f}" x2="{left + 26:.0f}" y1="{base}" '
                   f'y2="{base}" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dash}"/>'
                   f'<text x="{left + 32:.0f}" y="{base + 4}">{text}</text>')
    return "\n".join(out + ["</svg>", ""])
