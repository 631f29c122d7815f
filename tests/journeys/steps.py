"""How many steps a journey takes: what the people in it click, type and choose.

A key that goes with what was typed, such as the one that leaves a field, is a part of it.
"""

from collections import Counter
from unittest.mock import patch

from playwright.sync_api import Keyboard, Locator, Mouse

CLICKED, TYPED, CHOSEN = "clicked", "typed", "chosen"
#: What somebody does at a browser, and what it counts as.
DEEDS = {
    (Locator, "click"): CLICKED,
    (Locator, "dblclick"): CLICKED,
    (Locator, "tap"): CLICKED,
    (Mouse, "click"): CLICKED,
    (Locator, "check"): CHOSEN,
    (Locator, "uncheck"): CHOSEN,
    (Locator, "set_checked"): CHOSEN,
    (Locator, "select_option"): CHOSEN,
    (Locator, "set_input_files"): CHOSEN,
    (Locator, "fill"): TYPED,
    (Locator, "press_sequentially"): TYPED,
    (Keyboard, "type"): TYPED,
}


class Steps(Counter):
    """What was clicked, typed and chosen since it was cleared, by everybody at a screen."""

    def patches(self):
        """What has to be in force so that they are counted."""
        return [
            patch.object(kind, name, self._counting(getattr(kind, name), what))
            for (kind, name), what in DEEDS.items()
        ]

    def _counting(self, deed, what):
        def done(*args, **kwargs):
            self[what] += 1
            return deed(*args, **kwargs)

        return done
