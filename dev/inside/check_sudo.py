"""Every `.sudo()` in the addon has a comment above it, in its function, that says why it is safe."""

import ast
import sys
from pathlib import Path


def complaints(path):
    """Lines with a `.sudo()` in functions where no comment speaks of it before."""
    text = path.read_text()
    lines = text.splitlines()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    for number, line in enumerate(lines, 1):
        if ".sudo()" not in line or "  # " in line:
            continue
        around = [function for function in functions if function.lineno <= number <= function.end_lineno]
        start = max((function.lineno for function in around), default=1)
        if not any("#" in above and "sudo" in above.split("#", 1)[1] for above in lines[start - 1 : number]):
            yield f"{path}:{number}: sudo() without a comment that says why it is safe"


found = [
    said
    for folder in sys.argv[1:]
    for path in sorted(Path(folder).rglob("*.py"))
    for said in complaints(path)
]
print("\n".join(found))
sys.exit(bool(found))
