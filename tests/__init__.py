"""Every test module is imported, so that Odoo's own runner finds what pytest finds."""

from importlib import import_module
from pathlib import Path

from .journeys import *

for _path in sorted(Path(__file__).parent.glob("test_*.py")):
    import_module(f"{__name__}.{_path.stem}")
