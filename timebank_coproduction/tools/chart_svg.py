"""Charts as SVG, drawn from what a section says of its chart. Nothing here knows Odoo.

Each has a title and a description for who has it read aloud; series differ by pattern or dash as well as by
colour; letters are of a size that can be read on paper. What is hidden is said to be, not drawn as nothing.
"""

from html import escape
from math import ceil, cos, floor, hypot, log10, pi, sin

#: On white, each with a contrast of 3 and more; told apart by who sees few colours.
COLOURS = ("#0b5c8c", "#b3490b", "#1b7a5a", "#7a4c9e", "#8a6d00", "#5b6770", "#a3195b", "#33475b")
#: What is said to be left out has no colour of its own.
REST, TEXT, GRID, MUTED = "#c9ced6", "#1c2326", "#d5dadd", "#59636a"
DASHES = ("", "8 4", "2 3", "10 3 2 3", "4 4", "1 2")
FONT = "Noto Sans, Open Sans, Liberation Sans, DejaVu Sans, sans-serif"
WIDTH, SIZE = 640, 12
#: How wide a letter is, as a part of its height: enough room for most.
LETTER = 0.56
#: So many bars have their numbers above them.
MOST_NUMBERED = 14
#: Up to so many names below an axis are broken into lines, so high, before any is left out.
MOST_WRAPPED, LINE = 4, 13
#: Dots of the network by size, and lines.
RADII, LINES = {1: 8, 2: 10, 3: 13, 4: 16}, {1: 1, 2: 1.75, 3: 2.75, 4: 4}
#: Corners of a group's shape, and the turn of the first one as a part of a whole turn; a circle has none.
SHAPES = ((0, 0), (4, 1 / 8), (3, -1 / 4), (4, 0), (6, 0), (5, -1 / 4), (3, 1 / 4))


def draw(chart, title, description="", key="chart", say=None, hidden="hidden", width=WIDTH):
    """One chart.

    :param dict chart: ``type`` (bar, stacked, rows, doughnut, line, radar, grid, network), ``labels`` and
        ``series`` of ``label`` and ``values`` (``None`` where hidden), one of which may be the ``rest``: what
        is hidden in a pile of which the whole is told; a radar has the ``most`` that can be
        reached, a grid ``rows`` of ``cells``, a network ``nodes`` and ``edges``
    :param str key: begins the ids in it, which have to be unique on a page
    :param say: puts a number in words
    :param str hidden: what is said of a hidden number
    :param int width: the narrower, the fewer labels and the larger the letters beside it; grids and networks
        have their own
    :return: SVG, or an empty text where there is nothing to draw

    >>> people = {"label": "People", "values": [5, None]}
    >>> chart = {"type": "bar", "labels": ["May", "June"], "series": [people]}
    >>> svg = draw(chart, "Who takes part?", "5 people in May", key="c1")
    >>> "<title id=\\"c1-title\\">Who takes part?</title>" in svg, "hidden" in svg, svg.count("<rect")
    (True, True, 2)
    >>> draw({"type": "pie", "labels": [], "series": []}, "Nothing")
    ''
    """
    draws = {
        "bar": _draw_bars,
        "stacked": _draw_bars,
        "rows": _draw_rows,
        "doughnut": _draw_rows,
        "line": _draw_lines,
        "radar": _draw_radar,
        "grid": _draw_grid,
        "network": _draw_network,
    }
    if not chart or chart["type"] not in draws:
        return ""
    pen = _Pen(key, say or (lambda number: f"{number:,.10g}"), hidden, width)
    height, width = draws[chart["type"]](pen, chart)
    above = 28 if chart["type"] == "network" else 0  # what groups are called stands above them
    head = [f'<title id="{key}-title">{escape(title)}</title>']
    if description:
        head.append(f'<desc id="{key}-desc">{escape(description)}</desc>')
    about = f"{key}-title {key}-desc" if description else f"{key}-title"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{about}"'
        f' viewBox="0 {-above} {width} {_n(height + above)}" width="{width}" height="{_n(height + above)}"'
        f' font-family="{FONT}" font-size="{SIZE}" fill="{TEXT}">{"".join(head)}'
        f"<defs>{''.join(pen.patterns.values())}</defs>{''.join(pen.parts)}</svg>"
    )


class _Pen:
    """What is drawn so far."""

    def __init__(self, key, say, hidden, width):
        self.key, self.say, self.hidden, self.width = key, say, hidden, width
        self.parts, self.patterns = [], {}

    def text(self, x, y, words, anchor="start", **style):
        said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
        self.parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{said}>{escape(str(words))}</text>'
        )

    def line(self, x1, y1, x2, y2, colour=GRID, width=1, dash=""):
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}"'
            f' stroke-width="{width}"{dashed}/>'
        )

    def rect(self, x, y, width, height, fill, more=""):
        self.parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}" height="{_n(max(height, 0))}"'
            f' fill="{fill}"{more}/>'
        )

    def path(self, path, fill, more=""):
        self.parts.append(f'<path d="{path}" fill="{fill}"{more}/>')

    def bar(self, x, y, width, height, number, rest=False):
        """A bar of one series, with its pattern over it."""
        self.rect(x, y, width, height, REST if rest else COLOURS[number % len(COLOURS)])
        if not rest and number % 4 and min(width, height) > 1:
            self.rect(x, y, width, height, f"url(#{self._pattern(number % 4)})")

    def mark_hidden(self, x, y, width, height):
        """Where a bar would be whose number is hidden."""
        self.rect(x, y, width, height, "none", f' stroke="{MUTED}" stroke-dasharray="2 2"')

    def _pattern(self, number):
        name = f"{self.key}-p{number}"
        strokes = {1: "M0,8L8,0", 2: "M0,4L8,4", 3: "M4,0L4,8"}[number]
        self.patterns[name] = (
            f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<path d="{strokes}" stroke="#ffffff" stroke-width="1.2" fill="none"/></pattern>'
        )
        return name

    def legend(self, series, y, lines=False):
        """What the series are called, in rows; returns where they end."""
        x = 0
        for number, one in enumerate(series):
            room = 30 + _width(one["label"])
            if x and x + room > self.width:
                x, y = 0, y + 20
            if lines:
                colour = COLOURS[number % len(COLOURS)]
                self.line(x, y - 4, x + 20, y - 4, colour, 2.5, DASHES[number % len(DASHES)])
            else:
                self.bar(x, y - 10, 14, 12, number, one.get("rest"))
            self.text(x + (26 if lines else 20), y, one["label"])
            x += room + 14
        return y + 14


def _n(number):
    """A coordinate, as short as it can be said."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _width(words, size=SIZE):
    return len(str(words)) * size * LETTER


def _cut(words, letters):
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def wrap(words, letters, most=3):
    """Words in lines of at most so many letters.

    >>> wrap("user and community delivery of plans", 14)
    ['user and', 'community', 'delivery of…']
    """
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]}…"]
    return [_cut(line, letters) for line in lines]


def ticks(most, count=4):
    """The marks of an axis from nothing to ``most``: round numbers.

    >>> ticks(37), ticks(0), ticks(1), ticks(1234)
    ([0, 10, 20, 30, 40], [0, 1], [0, 1], [0, 500, 1000, 1500])
    """
    if most <= 1:
        return [0, 1]
    rough = most / count
    power = 10 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.8)
    step = max(1, int(step)) if step >= 1 else 1
    return [step * number for number in range(ceil(most / step) + 1)]


def is_whole(series, row):
    """Whether what is drawn of a pile is all of it: nothing is hidden, or what is hidden is there as a rest.

    >>> series = [{"label": "Help"}, {"label": "Care"}, {"label": "Hidden", "rest": True}]
    >>> is_whole(series, [18, None, 12]), is_whole(series, [18, None, None]), is_whole(series, [18, 0, None])
    (True, False, False)
    >>> is_whole(series[:2], [18, 2]), is_whole(series[:2], [18, None])
    (True, False)
    """
    rest = any(value for one, value in zip(series, row, strict=True) if one.get("rest"))
    return None not in row or rest


def _draw_axis(pen, marks, scale, left, bottom):
    for mark in marks:
        y = bottom - mark * scale
        pen.line(left, y, pen.width, y, TEXT if not mark else GRID)
        pen.text(left - 6, y + 4, pen.say(mark), "end", fill=MUTED)


def _draw_labels(pen, labels, left, step, y):
    """Below an axis: a few in lines as wide as there is room, of many as many as there is room for.

    :return: how far down they reach
    """
    lines = [[label] for label in labels]
    if len(labels) <= MOST_WRAPPED:
        lines = [wrap(label, max(int((step - 6) / _width("x")), 6)) for label in labels]
    every = ceil(max((_width(line) for one in lines for line in one), default=0) / max(step - 6, 1)) or 1
    every = 1 if len(labels) <= MOST_WRAPPED else every
    for number, one in enumerate(lines):
        for place, line in enumerate(one if number % every == 0 else ()):
            pen.text(left + step * (number + 0.5), y + LINE * place, line, "middle")
    return y + 9 + LINE * (max(map(len, lines), default=1) - 1)


def _draw_bars(pen, chart):
    series, labels = chart["series"], chart["labels"]
    stacked, top = chart["type"] == "stacked", 10
    if len(series) > 1:
        top = pen.legend(series, 12) + 4
    values = [[one["values"][place] for one in series] for place in range(len(labels))]
    most = max(
        (sum(filter(None, row)) if stacked else max(filter(None, row), default=0) for row in values),
        default=0,
    )
    marks = ticks(most)
    left = 12 + max(_width(pen.say(mark)) for mark in marks)
    bottom = top + 150
    scale, step = (bottom - top - 14) / (marks[-1] or 1), (pen.width - left) / max(len(labels), 1)
    _draw_axis(pen, marks, scale, left, bottom)
    room = min(step * 0.72, 90)
    numbered = len(labels) * (1 if stacked else max(len(series), 1)) <= MOST_NUMBERED
    for place, row in enumerate(values):
        x, above = left + step * (place + 0.5) - room / 2, 0.0
        thick = room if stacked else room / max(len(series), 1)
        for number, value in enumerate(row):
            at = x if stacked else x + thick * number
            if value is None:
                if not stacked:
                    pen.mark_hidden(at + 1, bottom - 12, thick - 2, 12)
                    if numbered:
                        pen.text(at + thick / 2, bottom - 16, pen.hidden, "middle", fill=MUTED, font_size=10)
                continue
            height = value * scale
            if value:
                pen.bar(
                    at,
                    bottom - above - height,
                    thick - (0 if stacked else 1),
                    height,
                    number,
                    series[number].get("rest"),
                )
            if stacked:
                above += height
            elif numbered:
                pen.text(at + thick / 2, bottom - height - 4, pen.say(value), "middle", font_size=11)
        if stacked and not is_whole(series, row):
            # what is drawn is a part of it, and no number stands for the whole
            pen.mark_hidden(x + 1, bottom - above - 12, room - 2, 12)
            if numbered:
                pen.text(x + room / 2, bottom - above - 16, pen.hidden, "middle", fill=MUTED, font_size=10)
        elif stacked and numbered and above:
            whole = round(sum(filter(None, row)), 2)
            pen.text(x + room / 2, bottom - above - 4, pen.say(whole), "middle", font_size=11)
    return _draw_labels(pen, labels, left, step, bottom + 17), pen.width


def _draw_rows(pen, chart):
    series, labels = chart["series"], chart["labels"]
    stacked, top = chart.get("stacked", False), 6
    if len(series) > 1:
        top = pen.legend(series, 12) + 6
    lines = [wrap(label, 34 if pen.width == WIDTH else 22, 2) for label in labels]
    left = 10 + max((_width(line) for label in lines for line in label), default=0)
    most = max(
        (
            sum(one["values"][place] or 0 for one in series)
            if stacked
            else max(one["values"][place] or 0 for one in series)
            for place in range(len(labels))
        ),
        default=0,
    )
    room = pen.width - left - 14 - max(_width(pen.say(most)), _width(pen.hidden) + 14 * stacked)
    thick = 20 if stacked or len(series) == 1 else 15
    y = top
    for place, label in enumerate(lines):
        tall = thick if stacked else thick * len(series)
        middle = y + tall / 2 + 4 - 7 * (len(label) - 1)
        for number, line in enumerate(label):
            pen.text(left - 8, middle + 14 * number, line, "end")
        x = left
        for number, one in enumerate(series):
            value = one["values"][place]
            at = y if stacked else y + thick * number
            if value is None:
                if not stacked:
                    pen.mark_hidden(left, at + 3, 14, thick - 6)
                    pen.text(left + 20, at + thick / 2 + 4, pen.hidden, fill=MUTED)
                continue
            length = room * value / (most or 1)
            pen.bar(x, at, max(length, 1 if value else 0), thick - 1, number, one.get("rest"))
            if stacked:
                x += length
            else:
                pen.text(left + length + 6, at + thick / 2 + 4, pen.say(value))
        row = [one["values"][place] for one in series]
        if stacked and not is_whole(series, row):
            pen.mark_hidden(x, y + 3, 14, thick - 6)
            pen.text(x + 20, y + thick / 2 + 4, pen.hidden, fill=MUTED)
        elif stacked and x > left:
            pen.text(x + 6, y + thick / 2 + 4, pen.say(round(sum(filter(None, row)), 2)))
        y += tall + (12 if len(label) > 1 else 8)
    pen.line(left, top - 3, left, y - 4, TEXT)
    return y + 2, pen.width


def _draw_lines(pen, chart):
    series, labels = chart["series"], chart["labels"]
    top = (pen.legend(series, 12, lines=True) if len(series) > 1 else 10) + 4
    known = [value for one in series for value in one["values"] if value is not None]
    marks = ticks(max(known, default=0))
    left = 12 + max(_width(pen.say(mark)) for mark in marks)
    bottom = top + 170
    scale, step = (bottom - top - 8) / (marks[-1] or 1), (pen.width - left) / max(len(labels), 1)
    _draw_axis(pen, marks, scale, left, bottom)
    for number, one in enumerate(series):
        colour, run = COLOURS[number % len(COLOURS)], []
        runs = [run]
        for place, value in enumerate(one["values"]):
            if value is None:
                run = []
                runs.append(run)
            else:
                run.append((left + step * (place + 0.5), bottom - value * scale))
        for run in filter(None, runs):
            path = "L".join(f"{_n(x)},{_n(y)}" for x, y in run)
            dash = DASHES[number % len(DASHES)]
            pen.path(
                f"M{path}",
                "none",
                f' stroke="{colour}" stroke-width="2.5"' + (f' stroke-dasharray="{dash}"' if dash else ""),
            )
            for x, y in run:
                pen.path(_outline(number, x, y, 4), colour)
    return _draw_labels(pen, labels, left, step, bottom + 17), pen.width


def _draw_radar(pen, chart):
    """A spoke for each label, from nothing in the middle to the most; a line around for each of the series.

    A line is broken where a value isn't known.

    >>> series = [{"label": "Now", "values": [4, 2, None]}, {"label": "Before", "values": [1, 1, 1]}]
    >>> svg = draw({"type": "radar", "most": 4, "labels": ["A", "B", "C"], "series": series}, "How we are")
    >>> svg.count('stroke-width="2.5"'), svg.count("Z\\""), svg.count(">B<")
    (6, 9, 1)
    """
    series, labels, most = chart["series"], chart["labels"], chart["most"]
    top = (pen.legend(series, 12, lines=True) if len(series) > 1 else 0) + 24
    around = max(map(_width, labels), default=0)
    radius = max(min((pen.width - 2 * around) / 2 - 14, 130), 60)
    middle, centre = pen.width / 2, top + radius

    def place(number, value):
        angle = 2 * pi * number / len(labels) - pi / 2
        far = radius * value / most
        return middle + far * cos(angle), centre + far * sin(angle)

    def path(points):
        return "M" + "L".join(f"{_n(x)},{_n(y)}" for x, y in points)

    for ring in range(1, most + 1):
        corners = [place(number, ring) for number in range(len(labels))]
        pen.path(f"{path(corners)}Z", "none", f' stroke="{GRID}"')
    for number, label in enumerate(labels):
        x, y = place(number, most)
        pen.line(middle, centre, x, y)
        side = round((x - middle) / radius, 2)
        anchor = "middle" if abs(side) < 0.1 else "start" if side > 0 else "end"
        far = (x - middle) / radius * 8, (y - centre) / radius * 12
        pen.text(x + far[0], y + far[1] + 4, label, anchor)
    for number, one in enumerate(series):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        points = [None if value is None else place(at, value) for at, value in enumerate(one["values"])]
        for at, point in enumerate(points):
            following = points[(at + 1) % len(points)]
            if point and following:
                pen.path(path([point, following]), "none", f' stroke="{colour}" stroke-width="2.5"{dashed}')
        for x, y in filter(None, points):
            pen.path(_outline(number, x, y, 4), colour)
    for ring in range(most + 1):
        pen.text(
            middle - 4, centre - radius * ring / most + 4, pen.say(ring), "end", fill=MUTED, font_size=10
        )
    return top + 2 * radius + 24, pen.width


def _draw_grid(pen, chart):
    """Three by three: who planned across, who delivered down; the darker, the more."""
    rows, labels = chart["rows"], chart["labels"]
    left, top, tall = 104, 40, 88
    wide = (WIDTH - left) / max(len(labels), 1)
    pen.text(left + (WIDTH - left) / 2, 12, chart["across"], "middle", font_weight="bold")
    pen.text(0, 34, chart["down"], font_weight="bold")
    for number, label in enumerate(labels):
        pen.text(left + wide * (number + 0.5), 32, label, "middle")
    for row, line in enumerate(rows):
        y = top + tall * row
        for number, words in enumerate(wrap(line["label"], 15)):
            pen.text(0, y + tall / 2 + 15 * number, words)
        for column, cell in enumerate(line["cells"]):
            x = left + wide * column
            dark = 0.06 + 0.34 * cell["share"] if cell["share"] else 0
            dashed = "" if cell["coproductive"] else ' stroke-dasharray="5 4"'
            pen.rect(
                x + 2, y + 2, wide - 4, tall - 4, COLOURS[0] if dark else "#ffffff",
                f' fill-opacity="{_n2(dark or 1)}" stroke="{COLOURS[0]}"{dashed}',
            )  # fmt: skip
            for number, words in enumerate(wrap(cell["name"], 25, 4)):
                pen.text(x + 10, y + 17 + 12 * number, words, font_size=11)
            pen.text(x + 10, y + tall - 11, cell["hours"], font_weight="bold", font_size=14)
            if cell["hours"] != "–":
                pen.text(
                    x + wide - 10,
                    y + tall - 11,
                    _cut(cell["activities"], 22),
                    "end",
                    font_size=10,
                    fill=MUTED,
                )
    return top + tall * len(rows) + 4, WIDTH


def _n2(number):
    return f"{number:.2f}"


def _draw_network(pen, chart):
    """Dots without names, of a shape and colour for each group, and who gave to whom."""
    nodes = chart["nodes"]
    for disc in chart["groups"]:
        pen.parts.append(
            f'<circle cx="{disc["x"]}" cy="{disc["y"]}" r="{disc["radius"]}" fill="#f2f4f5" stroke="{GRID}"/>'
        )
    for edge in chart["edges"]:
        start, end = nodes[edge["from"]], nodes[edge["to"]]
        dx, dy = end["x"] - start["x"], end["y"] - start["y"]
        far = hypot(dx, dy) or 1
        cut = min(RADII[start["size"]] + 3, far / 2 - 1), min(RADII[end["size"]] + 3, far / 2 - 1)
        ends = (start["x"] + dx / far * cut[0], start["y"] + dy / far * cut[0])
        tips = (end["x"] - dx / far * cut[1], end["y"] - dy / far * cut[1])
        colour = TEXT if edge["mutual"] else "#8a9499"
        pen.line(*ends, *tips, colour, LINES[edge["size"]] + (0.6 if edge["mutual"] else 0))
        if not edge["mutual"]:
            pen.path(_arrow(*tips, dx / far, dy / far), colour)
    for node in nodes:
        number = (node["group"] - 1) if node["group"] else len(COLOURS) - 1
        shape = number % len(SHAPES) if node["group"] else 0
        ring = f' stroke="{TEXT}" stroke-width="2.5"' if node["bridge"] else ' stroke="#ffffff"'
        pen.path(
            _outline(shape, node["x"], node["y"], RADII[node["size"]]), COLOURS[number % len(COLOURS)], ring
        )
    for disc in chart["groups"]:
        pen.text(disc["x"], disc["y"] - disc["radius"] - 6, disc["name"], "middle", font_size=18, fill=MUTED)
    return chart["height"], chart["width"]


def _arrow(x, y, dx, dy):
    back = x - 9 * dx, y - 9 * dy
    sides = [(back[0] - 4 * dy, back[1] + 4 * dx), (back[0] + 4 * dy, back[1] - 4 * dx)]
    return "M" + "L".join(f"{_n(one)},{_n(other)}" for one, other in [(x, y), *sides]) + "Z"


def _outline(shape, x, y, radius):
    """The path of a shape around a point."""
    count, turn = SHAPES[shape % len(SHAPES)]
    if not count:
        around = f"a{_n(radius)},{_n(radius)} 0 1,0"
        return f"M{_n(x - radius)},{_n(y)}{around} {_n(2 * radius)},0{around} {_n(-2 * radius)},0Z"
    corners = [2 * pi * (turn + number / count) for number in range(count)]
    grown = radius * 1.2
    return "M" + "L".join(f"{_n(x + grown * cos(one))},{_n(y + grown * sin(one))}" for one in corners) + "Z"
