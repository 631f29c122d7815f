"""`make screenshots`: the documentation's pictures, anew from the demo database."""

from . import demo, serving, settings, setup, shot
from .console import say, step
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
        "url": shot.with_ids(screen["url"], settings.DEMO_DB),
        "colours": 256,
        "out": str(FOLDER / f"{screen['name']}.png"),
    }
