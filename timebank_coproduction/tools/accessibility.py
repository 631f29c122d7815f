"""What programs found on members' pages, as `make accessibility` wrote it down. Nothing here knows Odoo."""

import json
from functools import cache
from pathlib import Path

FACTS = Path(__file__).parents[1] / "data" / "common" / "accessibility.json"


@cache
def facts():
    """:return: dict of ``date`` (ISO) of the run, the version of ``axe``, ``widths``, ``pages`` and ``files``
    by their routes, the number of further ``states`` of pages, and ``findings``, lines of text
    """
    return json.loads(FACTS.read_text())
