"""What somebody hostile sends by the context: every key that the addon's code knows, with odd values."""

import re
from pathlib import Path

ADDON = Path(__file__).resolve().parent.parent / "timebank_coproduction"
#: How a key of the context is read, or set, in the addon's code.
READ = re.compile(
    r"""context(?:\.get\(|\[)\s*"(timebank_\w+)"|Mark\("(timebank_\w+)"\)|\b(timebank_\w+)=[^=]"""
    r"""|^[A-Z_]+ = "(timebank_\w+)"$""",
    re.MULTILINE,
)


def known_keys():
    """Every key, in order."""
    found = set()
    for folder in ("models", "controllers", "wizards", "report"):
        for path in (ADDON / folder).rglob("*.py"):
            found.update(filter(None, sum(READ.findall(path.read_text()), ())))
    assert {"timebank_date", "timebank_register", "timebank_by_rule", "timebank_in_verb"} <= found, found
    return sorted(found)


def hostile_contexts(*values):
    """Contexts of each key, and of all at once, with each value that makes sense of something and with some
    that make none."""
    keys = known_keys()
    for value in (*values, True, [1], {"members": {"1": 1}}):
        for key in keys:
            yield {key: value}
        yield dict.fromkeys(keys, value)
