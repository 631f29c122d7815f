from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.minutes import clock
from ...tools.moving_in import mapping, reading
from ...tools.moving_in.planner import get_sources
from ...tools.moving_in.source import key_of, recognise
from ...tools.moving_in.sources import SOURCES
from ..common.personal import OURS, WORDS
from ..common.words import say_day

#: The signs between cells, by the names under which they are chosen.
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


class TimebankMigrationSheet(models.Model):
    """A table of a move: what it was recognised as, how it is read, and what its columns mean.

    What is said here once holds for the next table of the company that has the same headings.
    """

    _name = "timebank.migration.sheet"
    _description = "Table of a Move"
    _inherit = ["timebank.of.bank", "timebank.protected"]
    _order = "id"
    _allow_sudo_commands = False
    _personal_fields = {
        "name": OURS,
        "headings": OURS,
        "title": OURS,
        "known_as": OURS,
        "examples": WORDS,
    }

    migration_id = fields.Many2one(
        "timebank.migration", "Move", required=True, readonly=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="migration_id.scheme_id", store=True)
    company_id = fields.Many2one(related="migration_id.company_id", store=True)
    name = fields.Char("File", readonly=True)
    headings = fields.Char(readonly=True, help="By which the same table is known next time.")
    title = fields.Char("Recognised as", readonly=True)
    known_as = fields.Char(readonly=True, help="The source and table that know the headings.")
    treatment = fields.Selection(
        [("ask", "To say"), ("read", "Read it so"), ("skip", "Leave it out")],
        "What to do",
        required=True,
        default="read",
    )
    is_mapped = fields.Boolean(readonly=True, help="What its columns mean is said here.")
    holds = fields.Selection(
        [("hours", "Hours: a row for each time that somebody gave"), ("members", "People: a row for each")],
        "What it holds",
    )
    is_spreadsheet = fields.Boolean(readonly=True)
    encoding = fields.Selection(
        [
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("cp1252", "Windows, Western Europe"),
            ("cp1250", "Windows, Central Europe"),
            ("iso-8859-15", "ISO 8859-15"),
        ],
        "Letters",
    )
    separator = fields.Selection(
        [("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab")], "Between cells"
    )
    bare_unit = fields.Selection(
        [("hours", "Hours"), ("minutes", "Minutes"), ("seconds", "Seconds")], "Bare numbers are"
    )
    day_order = fields.Selection(
        [("dmy", "Day before month"), ("mdy", "Month before day")],
        "Days",
        help="For days such as 04/05/2026. Empty: what the file proves, else each is asked about.",
    )
    time_zone = fields.Selection([("bank", "In the bank's zone"), ("utc", "In UTC")], "Times of day")
    examples = fields.Text("For example", readonly=True)
    column_ids = fields.One2many("timebank.migration.column", "sheet_id", "Columns")

    @api.constrains("treatment", "holds", "bare_unit")
    def _check_answer(self):
        for sheet in self.filtered(lambda one: one.treatment == "read"):
            missing = sheet._why_not_read()
            if missing:
                raise ValidationError(missing)

    def write(self, vals):
        if not self._is_in_verb():
            self.migration_id._take_answer()
        return super().write(vals)

    def _why_not_read(self):
        """Why it can't be read with what is said of it, or nothing."""
        if not self.is_mapped:
            return ""
        meanings = set(filter(None, self.column_ids.mapped("meaning")))
        if self.holds and not mapping.is_complete(self.holds, meanings):
            if self.holds == "members":
                return self.env._("“%s”: say which column holds the names.", self.name)
            return self.env._("“%s”: say which columns hold who gave, the day, and the time.", self.name)
        if self.holds == "hours" and not self.bare_unit:
            return self.env._("“%s”: say whether bare numbers are hours, minutes or seconds.", self.name)
        if not self.holds and not self.known_as:
            return self.env._("“%s”: say what it holds.", self.name)
        if not self.holds:
            table = self._get_table()
            if any(name not in meanings for name in table.required):
                return self.env._("“%s”: a column that it can't be read without has no meaning.", self.name)
        return ""

    def _get_table(self):
        """The table of a source that knows the headings."""
        source, _slash, name = (self.known_as or "").partition("/")
        tables = [table for one in SOURCES if one.name == source for table in one.tables]
        return next((table for table in tables if table.name == name), None)

    def _get_readings(self):
        """How files are opened, as ``tools/moving_in`` takes it."""
        return {
            one.name: (one.encoding or "", SEPARATORS.get(one.separator, ""))
            for one in self
            if not one.is_spreadsheet
        }

    def _get_mappings(self):
        """How tables are read, as ``tools/moving_in`` takes it."""
        mappings = {}
        for one in self:
            unread = one.treatment == "skip" or one.treatment == "ask" and not one.known_as
            columns = {
                column.meaning: column.column_number
                for column in one.column_ids
                if one.is_mapped and column.meaning
            }
            mappings[one.name] = mapping.Mapping(
                unread,
                "" if one.known_as else one.holds or "",
                columns,
                one.bare_unit or "",
                one.day_order or "",
                {"utc": True, "bank": False}.get(one.time_zone),
            )
        return mappings

    def _take_as_proposed(self):
        """What is asked is read as it is proposed, where that is enough."""
        for sheet in self.filtered(lambda one: one.treatment == "ask" and not one._why_not_read()):
            sheet._in_verb().write({"treatment": "read"})

    # ------------------------------------------------------------
    # From the files
    # ------------------------------------------------------------

    def _look_at(self, move, tables):
        """Write down the tables of a move: those seen before keep what was said of them.

        :param tables: sheets as ``tools/moving_in/opening.py`` has read them
        """
        # sudo: what the move itself says of its files; the user runs its bank
        before = {one.name: one for one in move.sheet_ids.sudo()}
        sources = get_sources(move.source or "")
        for table in tables:
            if table.data is not None:
                continue
            found = recognise(table, sources)
            index = found.heading if found else mapping.find_heading(table.rows)
            headings = table.rows[index] if table.rows else []
            key = "\x1f".join(map(key_of, headings))
            sheet = before.pop(table.name, self.browse())
            known_as = f"{found.source.name}/{found.table.name}" if found else False
            if (sheet.headings, sheet.known_as) != (key, known_as):
                sheet.unlink()
                vals = self._prepare(move, table, found, index, headings)
                columns = vals.pop("columns")
                sheet = self.sudo()._in_verb().create({**vals, "headings": key, "known_as": known_as})
                sheet.column_ids._in_verb().create([{**one, "sheet_id": sheet.id} for one in columns])
                sheet._take_what_was_said()
            vals = {"examples": sheet._say_examples(table, found, index)}
            if not sheet.is_spreadsheet and not sheet.encoding:
                vals |= self._prepare_reading(table)
            sheet._in_verb().write(vals)
        for gone in before.values():
            gone.unlink()

    def _prepare_reading(self, table):
        names = {sign: name for name, sign in SEPARATORS.items()}
        return {"encoding": table.encoding, "separator": names[table.separator]}

    def _prepare(self, move, table, found, index, headings):
        is_mapped = not found or found.source.is_conjecture
        columns = [mapping.get_cells(table, index, position) for position in range(len(headings))]
        vals = {
            "migration_id": move.id,
            "name": table.name,
            "title": self.env._("Headings that no program here has"),
            "is_mapped": is_mapped,
            "treatment": "ask" if is_mapped else "read",
            "is_spreadsheet": not table.encoding,
        }
        if not vals["is_spreadsheet"]:
            vals |= self._prepare_reading(table)
        if found:
            names = {position: name for name, position in found.columns.items()}
            meanings = [names.get(position, "") for position in range(len(headings))]
            vals["title"] = f"{found.source.title}, {found.table.name.replace('_', ' ')}"
            vals["bare_unit"] = found.table.unit if found.table.unit in reading.UNITS else False
            vals["time_zone"] = "utc" if found.table.utc else "bank"
            vals["day_order"] = found.table.order
        else:
            meanings = mapping.propose_meanings(headings, columns)
            vals["holds"] = mapping.propose_table(meanings)
            amounts = "time" if vals["holds"] == "hours" else "balance"
            place = meanings.index(amounts) if amounts in meanings else None
            vals["bare_unit"] = place is not None and mapping.propose_unit(headings[place], columns[place])
            vals["time_zone"] = "bank"
        vals["day_order"] = vals.get("day_order") or reading.find_order(
            [
                cell
                for position, meaning in enumerate(meanings)
                if meaning in ("day", "joined")
                for cell in mapping.get_cells(table, index, position, most=None)
            ]
        )
        vals = {name: value or False for name, value in vals.items()}
        vals["columns"] = [
            {
                "column_number": position,
                "heading_text": heading[:200],
                "examples": " | ".join(dict.fromkeys(columns[position][: mapping.SHOWN]))[:200],
                "meaning": meanings[position] or False,
            }
            for position, heading in enumerate(headings if is_mapped else ())
        ]
        return vals

    def _take_what_was_said(self):
        """What was said of the last table of the company that had these headings.

        Of whichever bank: only what headings mean is taken over, none of the cells.
        """
        last = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("headings", "=", self.headings),
                ("known_as", "=", self.known_as),
                ("treatment", "=", "read"),
                ("id", "!=", self.id),
                ("is_mapped", "=", True),
            ],
            order="id desc",
            limit=1,
        )
        if not last:
            return
        meanings = {column.column_number: column.meaning for column in last.column_ids}
        # a meaning is one column's: all go before any comes
        self.column_ids._in_verb().write({"meaning": False})
        for column in self.column_ids:
            column._in_verb().write({"meaning": meanings.get(column.column_number)})
        names = ("holds", "bare_unit", "day_order", "time_zone", "treatment")
        self._in_verb().write({name: last[name] for name in names})

    def _say_examples(self, table, found, index):
        """The first cells of times and days, and what they are read as."""
        places = dict(found.columns) if found else {}
        if self.is_mapped:
            places = {one.meaning: one.column_number for one in self.column_ids if one.meaning}
        lines = []
        for name in ("time", "balance", "day", "joined"):
            if name in places:
                cells = mapping.get_cells(table, index, places[name])[: mapping.SHOWN]
                lines += [f"“{cell}” → {self._say_read(name, cell)}" for cell in dict.fromkeys(cells)]
        return "\n".join(lines)

    def _say_read(self, name, cell):
        doubt = self.env._("can't be told")
        try:
            if name in ("day", "joined"):
                zone = self.scheme_id.tz or "UTC"
                return say_day(
                    self.env, reading.day(cell, self.day_order or "", zone, self.time_zone == "utc")[0]
                )
            if not self.bare_unit:
                return doubt
            return self.env._("%s hours", clock(reading.minutes(cell, self.bare_unit)))
        except (reading.Doubtful, reading.Refused):
            return doubt

    def _check_said(self):
        """:raises UserError: while something about a table is to be said"""
        asked = self.filtered(lambda one: one.treatment == "ask")
        if asked:
            raise UserError(
                self.env._(
                    "Say what the columns of %s mean, or leave it out.", ", ".join(asked.mapped("name"))
                )
            )
