"""`make accessibility`: members' pages looked at by axe-core; what came of it is their statement."""

import json
import os
import tempfile
from datetime import date
from pathlib import Path

from . import settings, test
from .console import Stop, say

RUN = "tests/journeys/test_accessibility.py"
FACTS = settings.ROOT / settings.ADDON / "data" / "common" / "accessibility.json"
PAGE = settings.ROOT / "docs" / "accessibility.md"


def accessibility():
    """The command."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIMEBANK_FACTS"] = folder
        failed = test.test(RUN)
        parts = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json"))]
    if len(parts) != 2:
        raise Stop("The run didn't get to its end: the statement stays as it was.")
    facts = {
        "date": date.today().isoformat(),
        "axe": parts[0]["axe"],
        "widths": parts[0]["widths"],
        "states": sum(part["states"] for part in parts),
        **{
            name: sorted(one for part in parts for one in part[name])
            for name in ("pages", "files", "findings")
        },
    }
    FACTS.write_text(json.dumps(facts, indent=4) + "\n")
    PAGE.write_text(_page(facts))
    say(f"  {FACTS.relative_to(settings.ROOT)}, {PAGE.relative_to(settings.ROOT)}")
    return failed


def _page(facts):
    widths = ", ".join(map(str, facts["widths"]))
    findings = facts["findings"] or ["Nothing."]
    return "\n".join(
        [
            "# Accessibility of the members' pages",
            "Written by `make accessibility` from its run; the page `/timebank/accessibility` says the same"
            " to members.",
            "",
            "## What programs have tested",
            f"axe-core {facts['axe']} looked at {len(facts['pages'])} pages and {facts['states']} further"
            f" states of them on {facts['date']}, at widths of {widths}, in usual and in forced colours. None"
            " may stick out at the side at these widths, nor with letters of twice the size. What it found:",
            "",
            *(f"- {finding}" for finding in findings),
            "",
            "## What nobody has tested",
            "No person with a disability has tried the pages, and nobody has listened to them with a screen"
            " reader, or used them with speech, a switch or a magnifier. Programs find some of what can be in"
            " the way, not all of it.",
            "",
            "## The pages",
            *(f"- `{route}`" for route in facts["pages"]),
            "",
            "Files, which no program looked at:",
            "",
            *(f"- `{route}`" for route in facts["files"]),
            "",
        ]
    )
