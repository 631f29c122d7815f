"""Subjects stand in layers, and each model in one file of a subject.

    check_layers.py ADDON

Code of a subject names what is defined in its own subject or in a lower layer; never in
a higher one, never in a neighbour of its own layer. It is read, not imported, for:

comodel   a relational field to a model
env       ``env["timebank.x"]``
inherit   a class that extends a model
import    ``from ..subject.module import …``
string    the name of a model, as any other string
sql       a table or a column in a query
field     a field: as an attribute, or in a string such as ``@api.depends("a.b")``
method    a method, or an attribute of a class, that is called or read

And within a subject:

twice     a model's method stands in two classes, so that it is a chain of ``super()``
spread    a model stands in several files, which aren't the aspects of a long one
length    a file is too long
unplaced  a file has no subject
"""

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path, PurePosixPath

#: From the lowest up. Those side by side don't know each other.
LAYERS = (
    ("common",),
    ("ledger",),
    ("member",),
    ("hours", "vetting"),
    ("session", "exchange", "reward"),
    ("grant",),
    ("evidence",),
    ("desk", "moving_in"),
)
LEVEL = {subject: level for level, row in enumerate(LAYERS) for subject in row}

#: Sub-folders of these are subjects; the subject of a file beside them stands here.
FOLDERS = ("models", "wizards", "controllers", "report")
PLACES = {
    "common": (
        "wizards/timebank_reason",
        "report/ir_actions_report",
        "report/report_paperformat",
        "report/res_config_settings",
        "controllers/papers",
        "controllers/private",
    ),
    "ledger": (
        "wizards/timebank_gift",
        "wizards/timebank_outcome",
        "wizards/timebank_verify",
        "controllers/guessing",
    ),
    "member": (
        "wizards/timebank_join",
        "wizards/timebank_leaving",
        "wizards/timebank_retention_due",
        "wizards/timebank_roles",
        "controllers/member_page",
        "controllers/member_sign_in",
        "controllers/own_details",
        "controllers/personal",
    ),
    "hours": (
        "wizards/timebank_certificate",
        "wizards/timebank_hours_entry",
        "wizards/timebank_statement",
        "report/timebank_statement",
    ),
    "session": (
        "wizards/timebank_session_repeat",
        "wizards/timebank_sign_up",
        "controllers/kiosk",
        "controllers/member_sessions",
        "controllers/tablet",
    ),
    "exchange": (
        "wizards/timebank_intake",
        "wizards/timebank_skill_merge",
        "controllers/member_board",
        "controllers/renew",
    ),
    "reward": (
        "wizards/timebank_benefits",
        "wizards/timebank_voucher_desk",
        "report/timebank_benefits",
        "controllers/supplier",
    ),
    "grant": (
        "wizards/timebank_accrue",
        "wizards/timebank_claim_cost",
        "wizards/timebank_claim_grant",
        "wizards/timebank_claim_recharge",
        "wizards/timebank_claim_split",
        "wizards/timebank_claims_asked",
        "wizards/timebank_fund_period",
        "wizards/timebank_grant_amend",
        "wizards/timebank_grant_date",
        "wizards/timebank_prepay",
        "wizards/timebank_reconciliation_names",
        "wizards/timebank_records_pack",
        "controllers/records",
        "report/timebank_fund_movement",
        "report/timebank_grant_csv",
        "report/timebank_reconciliation_xlsx",
        "report/timebank_records_documents",
        "report/timebank_records_pack",
        "report/timebank_reward_spend_report",
    ),
    "evidence": (
        "wizards/timebank_wellbeing_answer",
        "controllers/wellbeing",
        "wizards/timebank_story_consenting",
        "report/timebank_decision_report",
        "report/timebank_self_audit",
        "controllers/member_stories",
        "wizards/timebank_disclosure",
        "report/timebank_disclosure_xlsx",
        "wizards/timebank_funder_report_send",
        "report/timebank_funder_report",
        "report/timebank_funder_report_xlsx",
        "controllers/funder_report",
    ),
    "desk": (
        "wizards/timebank_code_desk",
        "wizards/timebank_health",
        "controllers/health",
        "controllers/mails",
        "controllers/member_credits",
        "controllers/member_home",
        "controllers/member_hours",
        "controllers/member_join",
        "controllers/member_log",
        "controllers/member_me",
        "controllers/member_rewards",
    ),
    "moving_in": ("report/timebank_migration",),
}
SUBJECT = {f"{file}.py": subject for subject, files in PLACES.items() for file in files}

#: Fields and methods of an upper subject whose names Odoo or Python uses too.
AMBIGUOUS = frozenset(
    {
        "_auto",
        "_log_access",
        "_render",
        "child_ids",
        "company_id",
        "complete_name",
        "count",
        "date",
        "email",
        "hours",
        "match",
        "message",
        "minutes",
        "number",
        "parent_id",
        "partner_id",
        "partner_ids",
        "phone",
        "project_id",
        "search_fetch",
        "step",
        "text",
        "target",
        "unlink",
        "tz",
        "user_id",
        "zip",
    }
)

MOST_LINES = 600
#: From here on a model may be split, into so many files.
LONG_MODEL, MOST_ASPECTS = 500, 4

QUERY = re.compile(r"\b(FROM|JOIN|UPDATE|INTO|SELECT)\b")
DOTTED = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)*")


class File:
    """A file, its classes, and what they define."""

    def __init__(self, root, path):
        self.path = PurePosixPath(path.relative_to(root))
        parts = self.path.parts
        self.subject = SUBJECT.get(str(self.path)) if len(parts) == 2 else parts[1]
        text = path.read_text()
        self.length, self.tree = text.count("\n"), ast.parse(text)
        self.classes = [Class(node) for node in self.tree.body if isinstance(node, ast.ClassDef)]
        self.imports = {
            (alias.asname or alias.name).split(".")[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

    def own(self):
        """The names that it defines itself."""
        return {name for found in self.classes for name in (*found.fields, *found.methods)}

    def module(self, node):
        """The path of the file that a relative import reads from, without its ending."""
        parents = self.path.parents
        folder = parents[node.level - 1] if node.level <= len(parents) else PurePosixPath()
        return str(folder.joinpath(*(node.module or "").split(".")))

    def strings(self):
        """(line, text) of every string that isn't a docstring."""
        docs = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node.lineno, node.value


class Class:
    """A class: its model, the line that names it, whether it is new, and its members with their lines."""

    def __init__(self, node):
        self.line, self.length = node.lineno, node.end_lineno - node.lineno + 1
        self.fields, self.methods, said = {}, {}, {}
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                self.methods[statement.name] = statement.lineno
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self._assign(statement.targets[0].id, statement, said)
        inherit = said.get("_inherit", [])
        self.inherit = [inherit] if isinstance(inherit, str) else list(inherit)
        self.model = said.get("_name") or (self.inherit[0] if self.inherit else None)
        self.is_new = "_name" in said and self.model not in self.inherit

    def _assign(self, name, statement, said):
        value = statement.value
        call = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        if name in ("_name", "_inherit"):
            said[name] = ast.literal_eval(value)
            self.line = statement.lineno
        elif call.startswith("fields.") or call in ("hours_field", "Hours", "for_coordinators"):
            self.fields[name] = statement.lineno
        elif name.startswith("_") and name not in ("_description", "_order"):
            self.methods[name] = statement.lineno


class Layers:
    """What is defined where, and who names what they may not."""

    def __init__(self, files):
        self.files = files
        self.models, self.tables, self.modules = {}, {}, {}
        self.fields, self.methods = defaultdict(set), defaultdict(set)
        for file in files:
            self.modules[str(file.path.with_suffix(""))] = file.subject
            for found in file.classes:
                if found.is_new:
                    self.models[found.model] = file.subject
                    self.tables[found.model.replace(".", "_")] = file.subject
                for name in found.fields.keys() - AMBIGUOUS:
                    self.fields[name].add(file.subject)
                for name in found.methods.keys() - AMBIGUOUS:
                    self.methods[name].add(file.subject)

    def complaints(self):
        """(path, line, text) of everything that a file names and may not."""
        for file in self.files:
            said = set()
            for line, kind, what, homes in self._named(file):
                if not homes or any(_may_name(file.subject, home) for home in homes) or (line, what) in said:
                    continue
                said.add((line, what))
                home = min(homes, key=LEVEL.get)
                yield file.path, line, f"{file.subject} names the {kind} {what} of {home}"

    def _named(self, file):
        """(line, kind, name, subjects that define it) of what a file names; the plainest kind first."""
        own = file.own()
        for found in file.classes:
            for name in found.inherit:
                yield found.line, "inherit", name, self._home(self.models, name)
        for node in ast.walk(file.tree):
            yield from self._named_by(node, file, own)
        for line, text in file.strings():
            if QUERY.search(text):
                for name in re.findall(r"\btimebank_\w+\b", text):
                    yield line, "sql", name, self._home(self.tables, name)
                for name in re.findall(r"\b[a-z]\w*\.([a-z_]+)\b", text):
                    if name not in own:
                        yield line, "sql", name, self._homes(self.fields, name)
            elif text in self.models:
                yield line, "string", text, {self.models[text]}
            elif DOTTED.fullmatch(text):
                for name in text.split("."):
                    if name not in own:
                        yield line, "field", name, self._homes(self.fields, name)

    def _named_by(self, node, file, own):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if ast.unparse(node.value).endswith("env"):
                yield node.lineno, "env", node.slice.value, self._home(self.models, node.slice.value)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).startswith("fields."):
            named = [value.value for value in node.keywords if value.arg == "comodel_name"]
            for value in [*node.args[:1], *named]:
                if isinstance(value, ast.Constant):
                    yield value.lineno, "comodel", value.value, self._home(self.models, value.value)
        elif isinstance(node, ast.ImportFrom) and node.level:
            module = file.module(node)
            for name in (module, *(f"{module}/{alias.name}" for alias in node.names)):
                yield node.lineno, "import", name, self._home(self.modules, name)
        elif isinstance(node, ast.Attribute) and node.attr not in own:
            if isinstance(node.value, ast.Name) and node.value.id in file.imports:
                return  # of a module, such as fields.Date
            kind = "field" if node.attr in self.fields else "method"
            homes = self._homes(self.fields, node.attr) | self._homes(self.methods, node.attr)
            yield node.lineno, kind, node.attr, homes

    def _home(self, homes, name):
        """The one subject that defines it, if the addon does at all."""
        return {homes[name]} if name in homes else set()

    def _homes(self, homes, name):
        return homes.get(name, set())


def _may_name(here, there):
    return here == there or LEVEL[there] < LEVEL[here]


def _twice(files):
    """Methods of a model that stand in two classes of one subject."""
    first = {}
    for file in files:
        for found in file.classes:
            for name, line in found.methods.items() if found.model else ():
                where = first.setdefault((file.subject, found.model, name), (file.path, line))
                if where != (file.path, line):
                    yield file.path, line, f"{found.model} has {name} at {where[0]}:{where[1]} already"


def _spread(files):
    """Models in several files of a subject that aren't the aspects of a long one."""
    places = defaultdict(list)
    for file in files:
        for found in file.classes:
            if found.model:
                places[file.subject, found.model].append((file, found))
    for (_subject, model), classes in places.items():
        paths = dict.fromkeys(file.path for file, _class in classes)
        if len(classes) == 1:
            continue
        stem, lines = model.replace(".", "_"), sum(found.length for _file, found in classes)
        for number, (file, found) in enumerate(classes):
            if file.path.stem != stem and not file.path.stem.startswith(f"{stem}_"):
                yield file.path, found.line, f"{model} stands in {len(paths)} files: name this one after it"
            elif number and file is classes[number - 1][0]:
                yield file.path, found.line, f"{model} has two classes in this file: one is enough"
            elif number and lines <= LONG_MODEL:
                yield file.path, found.line, f"{model} has {lines} lines in its subject: one class is enough"
            elif number >= MOST_ASPECTS:
                yield file.path, found.line, f"{model} stands in more than {MOST_ASPECTS} files"


def complaints(root):
    """(path, line, text) of all that is wrong in an addon.

    :param Path root: its folder
    """
    files = []
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py")):
        if path.name == "__init__.py":
            continue
        file = File(root, path)
        if file.subject in LEVEL:
            files.append(file)
        else:
            yield file.path, 1, "belongs to no subject: say which in dev/inside/check_layers.py"
    for name in SUBJECT:
        if root.name == "timebank_coproduction" and not (root / name).exists():
            yield name, 1, "is gone: take it out of dev/inside/check_layers.py"
    yield from Layers(files).complaints()
    yield from _twice(files)
    yield from _spread(files)
    for folder in (*FOLDERS, "tools"):
        for path in sorted((root / folder).rglob("*.py")):
            length = path.read_text().count("\n")
            if length > MOST_LINES:
                yield path.relative_to(root), MOST_LINES, f"has {length} lines: {MOST_LINES} are enough"


def main(root):
    found = sorted((str(path), line, text) for path, line, text in complaints(root))
    for path, line, text in found:
        print(f"{root / path}:{line}: {text}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
