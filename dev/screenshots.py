"""`make screenshots`: the documentation's pictures, anew from the demo database."""

import re

from . import demo, postgres, serving, settings, setup, shot
from .console import Stop, say, step
from .screens import SCREENS, SIZES

FOLDER = settings.ROOT / "docs" / "screenshots"


def screenshots(*names):
    """The command; only the named pictures, if any are named."""
    setup.ensure()
    demo.ensure()
    chosen = [screen for screen in SCREENS if not names or screen["name"] in names]
    with step(f"{len(chosen)} screenshots"), serving.server(settings.DEMO_DB) as base:
        shot.take(base, [_picture(screen) for screen in chosen])
    say(f"  in {FOLDER.relative_to(settings.ROOT)}/")


def _picture(screen):
    width, height = SIZES[screen.get("size", "desktop")]
    return {
        **screen,
        "width": width,
        "height": height,
        "url": with_ids(screen["url"], settings.DEMO_DB),
        "out": str(FOLDER / f"{screen['name']}.png"),
    }


def with_ids(url, database):
    """`url` with every `{module.xmlid}` replaced by that record's number."""

    def number(match):
        module, _dot, name = match[1].partition(".")
        found = postgres.psql(
            "SELECT res_id FROM ir_model_data"
            f" WHERE module = '{module}' AND name = '{name}'",
            database,
        )
        if not found:
            raise Stop(f"{url}: there is no record {match[1]} in {database}.")
        return found

    return re.sub(r"\{([\w.]+)\}", number, url)
