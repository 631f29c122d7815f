"""A pytest plug-in: what the registry remembers of the database outlives a test that leaves it true.

Odoo has it forget everything at each test's end, and the next test compiles pages, combines views and
looks up rights once more. But a test goes back to what its class has made, and whatever changes what is
remembered has it forgotten there and then. So at the end it is enough to forget that once more.
"""

from unittest.mock import patch

from odoo.orm.registry import _CACHES_BY_KEY, Registry
from odoo.tests import TransactionCase

#: The caches that were emptied in the current test, and since the current class began.
emptied, emptied_in_class = set(), set()

#: The caches of what is built of views, scripts, addresses and groups.
LASTING = ("assets", "groups", "routing", "templates")

_clear_cache, _clear_all_caches, _set_up = (
    Registry.clear_cache,
    Registry.clear_all_caches,
    TransactionCase.setUp,
)


def _clearing(registry, *names):
    _note(names or ("default",))
    _clear_cache(registry, *names)


def _clearing_all(registry):
    _note(_CACHES_BY_KEY)
    _clear_all_caches(registry)


def _note(names):
    emptied.update(names)
    emptied_in_class.update(names)


class Remembered:
    """What is remembered at a moment to which the database will go back, such as a class's beginning.

    What was remembered then will be true again, and nothing that is found out in between: but for what is
    built of views, scripts and groups, which takes long, where none of these were changed in between.
    """

    def __init__(self, registry):
        emptied_in_class.clear()
        self.caches = registry._Registry__caches
        self.entries = {name: cache.snapshot for name, cache in self.caches.items()}

    def restore(self):
        touched = {name for key in emptied_in_class for name in _CACHES_BY_KEY[key]}
        for name, cache in self.caches.items():
            if name in touched or name not in LASTING:
                cache.clear()
                for key, value in self.entries[name].items():
                    cache[key] = value


def _setting_up(case):
    registry = case.registry

    def forget_what_changed():
        if emptied:
            _clear_cache(registry, *emptied)

    emptied.clear()
    with patch.object(registry, "clear_all_caches", forget_what_changed):
        _set_up(case)


Registry.clear_cache = _clearing
Registry.clear_all_caches = _clearing_all
TransactionCase.setUp = _setting_up
