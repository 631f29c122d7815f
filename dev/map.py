"""`make map`: docs/architecture.svg, the models by subject, drawn from the code.

Plain reading of `models/`: no Odoo, no database, the same bytes from the same code.
"""

import ast
import textwrap
from dataclasses import dataclass, field
from html import escape

from . import settings
from .console import say
from .inside.check_layers import LAYERS

PICTURE = settings.ROOT / "docs" / "architecture.svg"
MODELS = settings.ADDON_DIR / "models"

ABOUT = {
    "common": "what any model may use",
    "ledger": "banks, accounts, transfers, seals, the ledger check",
    "member": "who belongs to a bank, and pots",
    "hours": "time given, its approval, statements",
    "vetting": "checks of people",
    "session": "activities, sessions, registers, kiosk",
    "exchange": "skills, offers, requests",
    "reward": "catalogue, claims, vouchers",
    "grant": "grants, bills, matches, reconciliations",
    "evidence": "measures, surveys, reports to funders",
    "desk": "what needs whom today",
    "moving_in": "files of other systems, and out again",
}
#: A subject's own colour: in its frame, and beside its models wherever they are named.
COLOURS = {
    "common": "#6b7280",
    "ledger": "#1d4ed8",
    "member": "#0f766e",
    "hours": "#15803d",
    "vetting": "#a16207",
    "session": "#7e22ce",
    "exchange": "#be185d",
    "reward": "#c2410c",
    "grant": "#9f1239",
    "evidence": "#4d7c0f",
    "desk": "#334155",
    "moving_in": "#0369a1",
}
#: Everything has these: drawing them would hide the rest.
LEFT_OUT = ("res.company", "res.currency", "res.users", "mail.activity")

WIDTH, EDGE, GAP, COLUMNS = 1400, 24, 16, 5
LINE, HEADING = 17, 44
#: Width of a letter of links and of titles, in the picture's units.
LETTER, TITLE_LETTER = 6.3, 7.3
NAMELESS = "#9ca3af"


@dataclass
class Model:
    """A model as one subject knows it: its own, or one of a lower subject that it extends."""

    name: str
    title: str = ""
    abstract: bool = False
    mixins: set = field(default_factory=set)
    links: set = field(default_factory=set)


@dataclass
class Card:
    """A box of the picture: a model's, or one of all that a subject adds to others."""

    title: str
    name: str = ""
    abstract: bool = False
    rows: list = field(default_factory=list)

    @property
    def height(self):
        return (44 if self.name else 26) + LINE * len(self.rows) + 8


def draw():
    """The command."""
    PICTURE.write_text(picture())
    say(f"  {PICTURE.relative_to(settings.ROOT)}")


def picture():
    """The drawing as text."""
    subjects = {folder.name: read(folder) for folder in sorted(MODELS.iterdir()) if folder.is_dir()}
    subjects = {name: models for name, models in subjects.items() if models}
    unknown = subjects.keys() - COLOURS.keys()
    if unknown:
        raise ValueError(
            f"No layer is known for {', '.join(sorted(unknown))}: see LAYERS in dev/inside/check_layers.py."
        )
    _inherit_links(subjects)
    homes = {model.name: name for name, models in subjects.items() for model in models if model.title}
    body, top = [], 104
    for layer in reversed(LAYERS):
        here = [name for name in layer if name in subjects]
        if here:
            drawn, top = _layer(here, subjects, homes, top)
            body += drawn
    return _page(top + 6, body, len(homes))


def read(folder):
    """The models of a subject as its files say: a list of :class:`Model`."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                _read_class(node, found)
    return sorted(found.values(), key=lambda model: model.name)


def _read_class(node, found):
    said, links = {}, set()
    for item in node.body:
        if not (isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)):
            continue
        name, value = item.targets[0].id, item.value
        if name in ("_name", "_inherit", "_description"):
            said[name] = ast.literal_eval(value)
        elif isinstance(value, ast.Call):
            links.add(_comodel(value))
    inherited = said.get("_inherit", [])
    inherited = [inherited] if isinstance(inherited, str) else inherited
    name = said.get("_name") or next(iter(inherited), None)
    if not name:
        return
    model = found.setdefault(name, Model(name))
    if said.get("_description"):
        model.title = said["_description"]
        model.abstract = ast.unparse(node.bases[0]).endswith("AbstractModel")
    model.mixins.update(set(inherited) - {name})
    model.links.update(links - {None, *LEFT_OUT})


def _comodel(call):
    """The model that a link kept in the database leads to, or ``None``."""
    if ast.unparse(call.func) not in ("fields.Many2one", "fields.Many2many"):
        return None
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if given.keys() & {"related", "compute"}:
        return None
    value = call.args[0] if call.args else given.get("comodel_name")
    return value.value if isinstance(value, ast.Constant) else None


def _inherit_links(subjects):
    """Give models the links of the addon's mixins that they are made with."""
    known = {model.name: model for models in subjects.values() for model in models if model.title}
    for models in subjects.values():
        for model in models:
            waiting, seen = sorted(model.mixins), set()
            while waiting:
                mixin = known.get(waiting.pop())
                if mixin and mixin.name not in seen:
                    seen.add(mixin.name)
                    model.links |= mixin.links
                    waiting += sorted(mixin.mixins)


def _layer(names, subjects, homes, top):
    """The subjects of a layer, side by side over the whole width: the drawing, and where it ends."""
    # beside models of few links there is room for one column more
    columns = dict.fromkeys(names, 1)
    while sum(columns.values()) < COLUMNS:
        name = max(names, key=lambda one: (len(subjects[one]) / columns[one], one))
        columns[name] += 1
    room = WIDTH - 2 * EDGE - GAP * (len(names) - 1) - GAP * len(names)
    width = room / sum(columns.values())
    drawn, left, lowest = [], EDGE, top
    for name in names:
        cards = _cards(subjects[name], int((width - 50) / LETTER))
        inside, bottom = _subject(name, cards, homes, left, top, columns[name], width)
        drawn.append((name, left, columns[name] * width + GAP, inside))
        left, lowest = left + (columns[name] * width + GAP) + GAP, max(lowest, bottom)
    return [_frame(name, x, top, wide, lowest, inside) for name, x, wide, inside in drawn], lowest + GAP


def _cards(models, letters):
    """What is to be said of a subject, each card's links in rows of so many letters."""
    own = sorted((model for model in models if model.title), key=lambda model: (model.abstract, model.name))
    cards = [
        Card(model.title, model.name, model.abstract, _rows(["→"], _sorted(model.links), letters))
        for model in own
    ]
    others = {model.name: model for model in models if not model.title}
    rows = []
    for name in _sorted(others):
        links = _sorted(others[name].links)
        rows += _rows([name], ["→", *links] if links else [], letters)
    return [*cards, Card("adds to", rows=rows)] if rows else cards


def _sorted(names):
    """The addon's own models first."""
    return sorted(names, key=lambda name: (not name.startswith("timebank."), name))


def _rows(first, names, letters):
    """Names in rows: the first one begins with ``first``, the others are moved in."""
    rows, row, length = [], list(first), len(_short(first[0])) + 3
    if not names:
        return [row] if first != ["→"] else []
    for name in names:
        if row and length + len(_short(name)) + 3 > letters:
            rows.append(row)
            row, length = [""], 3
        row.append(name)
        length += len(_short(name)) + 3
    return [*rows, row]


def _short(name):
    return name.removeprefix("timebank.")


def _subject(name, cards, homes, left, top, columns, width):
    """The cards of a subject, each put into its shortest column: the drawing, and where it ends."""
    bottoms, drawn = [top + HEADING] * columns, []
    for card in cards:
        column = bottoms.index(min(bottoms))
        x, y = left + GAP / 2 + column * width, bottoms[column]
        drawn.append(_card(card, homes, COLOURS[name], x + 4, y, width - 8))
        bottoms[column] += card.height + 7
    return drawn, max(bottoms) + 4


def _card(card, homes, colour, x, y, width):
    dashes = "" if card.name else ' stroke-dasharray="4 3"'
    title = textwrap.shorten(card.title, int((width - 16) / TITLE_LETTER), placeholder=" …")
    parts = [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{card.height}" rx="5" fill="#fff"'
        f' stroke="{colour}" stroke-opacity=".5"{dashes}/>',
        _text(x + 10, y + 18, "title abstract" if card.abstract else "title", title),
    ]
    line = y + 18
    if card.name:
        line += LINE
        parts.append(_text(x + 10, line, "name", card.name))
    for row in card.rows:
        line += LINE
        across = x + 10
        for name in row:
            if name in ("", "→"):
                parts += [_text(across, line, "name", name)] * bool(name)
                across += 16
                continue
            home = COLOURS.get(homes.get(name), NAMELESS)
            parts.append(f'<circle cx="{across + 4:g}" cy="{line - 4:g}" r="3.5" fill="{home}"/>')
            parts.append(_text(across + 11, line, "link", _short(name)))
            across += 3 * LETTER + LETTER * len(_short(name))
    return "\n".join(parts)


def _frame(name, x, y, width, bottom, drawn):
    colour = COLOURS[name]
    return "\n".join(
        [
            f'<g id="{name}">',
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{bottom - y:g}" rx="8" fill="{colour}"'
            f' fill-opacity=".07" stroke="{colour}"/>',
            f'<text x="{x + 14:g}" y="{y + 28:g}" class="subject" fill="{colour}">'
            f"{escape(name.replace('_', ' '))}"
            f'<tspan class="about" dx="10">{escape(ABOUT[name])}</tspan></text>',
            *drawn,
            "</g>",
        ]
    )


def _text(x, y, style, text):
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(text)}</text>'


def _page(height, body, count):
    order = " &lt; ".join(" | ".join(name.replace("_", " ") for name in layer) for layer in LAYERS)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}"'
            f' height="{height:g}" role="img" aria-labelledby="title desc">',
            '<title id="title">Time Bank &amp; Co-production: the models by subject</title>',
            f'<desc id="desc">{count} models in layers, lowest at the foot: {order}. A subject names itself'
            " and those below it. Each model shows which others its records lead to; a broken line frames"
            " what a subject adds to a model of another.</desc>",
            "<style>",
            "text { font-family: 'DejaVu Sans', Verdana, Arial, sans-serif; font-size: 12px;"
            " fill: #1f2937; }",
            ".head { font-size: 20px; font-weight: bold; }",
            ".subject { font-size: 17px; font-weight: bold; }",
            ".about { font-size: 12px; font-weight: normal; fill: #4b5563; }",
            ".title { font-weight: bold; }",
            ".abstract { font-style: italic; }",
            ".name { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 11px;"
            " fill: #4b5563; }",
            ".link { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 10.4px; }",
            "</style>",
            f'<rect width="{WIDTH}" height="{height:g}" fill="#fff"/>',
            _text(EDGE, 34, "head", "The models by subject"),
            _text(EDGE, 56, "about", "A subject names itself and those below it, none above or beside it."),
            _text(
                EDGE,
                76,
                "about",
                "→ what a model's records lead to, in the colour of its subject (grey: Odoo's own;"
                " “timebank.” is left out). Italic: a mixin. Broken line: what a subject adds to others'"
                " models.",
            ),
            *body,
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    draw()
