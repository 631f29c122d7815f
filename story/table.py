"""Prints the story as a table, row by row as it is played."""

import shutil
import textwrap


class Table:
    """Columns: who, what, result."""

    def __init__(self):
        width = min(max(shutil.get_terminal_size((110, 24)).columns, 80), 140)
        rest = width - 13 - 4
        self.widths = (13, rest * 11 // 20, rest - rest * 11 // 20)
        self.row("Who", "What", "Result")
        self.rule()

    def rule(self, title=""):
        """A line across, with a chapter's title."""
        line = "─" * (sum(self.widths) + 4)
        print(f"── {title} {line[len(title) + 4 :]}" if title else line, flush=True)

    def row(self, *texts):
        """One row; long texts go on below."""
        cells = [
            textwrap.wrap(" ".join(str(text).split()), width) or [""]
            for text, width in zip(texts, self.widths, strict=True)
        ]
        for index in range(max(map(len, cells))):
            parts = [cell[index] if index < len(cell) else "" for cell in cells]
            padded = (part.ljust(width) for part, width in zip(parts, self.widths, strict=True))
            print("  ".join(padded).rstrip(), flush=True)
