"""Many processes and machines serve one database: what one of them remembers, the others don't know."""

import ast
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[2] / "timebank_coproduction"
KEEPS = {"defaultdict", "dict", "list", "set", "deque", "Counter", "OrderedDict", "LRU", "local"}
CACHES = {"cache", "lru_cache", "ormcache"}
CHANGES = {"add", "append", "extend", "insert", "pop", "popitem", "clear", "remove", "setdefault", "update"}
#: What is the same in each process, or never leaves the one that made it.
ALIKE = {
    # what a verb hands on within one call
    "models/common/timebank_protected.py: _KEYS",
    # what a class says of itself, and others in their own place
    "models/common/timebank_personal.py: _personal_fields",
    "models/common/timebank_prepared.py: _typed_hours",
    # computed from what they are given and from the addon's own files, whichever process does it
    "models/evidence/timebank_wellbeing_scale.py: lru_cache",
    "tools/accessibility.py: cache",
    "tools/paper.py: cache",
    "tools/moving_in/reading.py: lru_cache",
    "tools/phones.py: lru_cache",
}


@tagged("post_install", "-at_install")
class TestProcesses(BaseCase):
    def test_nothing_is_kept_in_a_process(self):
        """Limits, codes, tokens and figures are in the database, or asked of it."""
        found = {
            f"{path.relative_to(ADDON)}: {name}"
            for path in ADDON.rglob("*.py")
            if "tests" not in path.relative_to(ADDON).parts and "migrations" not in path.parts
            for name in _find_kept(ast.parse(path.read_text()))
        }
        self.assertEqual(found, ALIKE)

    def test_what_would_be_found(self):
        for source, kept in (
            ("SEEN = set()", {"SEEN"}),
            ("SEEN: dict = {}", {"SEEN"}),
            ("SEEN = {1: 2}\ndef f(): SEEN[3] = 4", {"SEEN"}),
            ("SEEN = [1]\nclass A:\n    def f(self): SEEN.append(2)", {"SEEN"}),
            ("class A:\n    seen = []", {"seen"}),
            ("def f():\n    global seen\n    seen = 1", {"seen"}),
            ("@tools.ormcache('x')\ndef f(x): return x", {"ormcache"}),
            ("KINDS = {1: 2}\ndef f(): return KINDS[1]", set()),
            ("def f():\n    seen = []\n    seen.append(1)", set()),
        ):
            with self.subTest(source):
                self.assertEqual(set(_find_kept(ast.parse(source))), kept)


def _find_kept(module):
    """Names of what outlives a call and may change: at the top of a file, in a class, or in a cache."""
    named = set()
    for place in [module, *(node for node in ast.walk(module) if isinstance(node, ast.ClassDef))]:
        for node in place.body:
            for name in _get_assigned(node):
                named.add(name)
                if _is_to_be_filled(node.value):
                    yield name
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
            yield from CACHES & {_get_last(one) for one in called}
            own = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and _is_stored(one)}
            yield from (named - own) & set(_find_changed(node))


def _get_assigned(node):
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _is_to_be_filled(value):
    if isinstance(value, ast.Call):
        return _get_last(value.func) in KEEPS and not value.args or _get_last(value.func) == "defaultdict"
    return isinstance(value, (ast.Dict, ast.List)) and not getattr(
        value, "keys", getattr(value, "elts", None)
    )


def _find_changed(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and _is_stored(node) and isinstance(node.value, ast.Name):
            yield node.value.id
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGES:
            if isinstance(node.func.value, ast.Name):
                yield node.func.value.id


def _is_stored(node):
    return isinstance(node.ctx, (ast.Store, ast.Del))


def _get_last(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
