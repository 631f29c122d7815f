"""Making the plan of a move: recognising its files, and giving each row its fate."""

import hashlib
from fractions import Fraction

from . import mapping as mapping_of
from . import reading
from .people import People, Person
from .plan import ANSWERS, Plan, Row
from .planner_choosing import ChoosingPlanner
from .planner_time import ORDERS, TimePlanner
from .reading import Doubtful, Refused
from .source import (
    Balance,
    Found,
    Look,
    Member,
    Movement,
    Post,
    address,
    is_erased,
    one_line,
    read_records,
    recognise,
)
from .sources import SOURCES


def get_sources(name):
    """The sources that files are looked up in, where somebody may have chosen one by its name."""
    chosen = [source for source in SOURCES if source.name == name] or SOURCES
    return [*chosen, *(source for source in SOURCES if source.is_generic and source not in chosen)]


def make_plan(sheets, setting):
    """:return: a :class:`Plan`"""
    planner = Planner(sheets, setting)
    return planner.run()


class Planner(TimePlanner, ChoosingPlanner):
    """Goes through some sheets once, people first; see :func:`make_plan`."""

    def __init__(self, sheets, setting):
        self.setting, self.sheets = setting, sheets
        self.people, self.rows = People(), []
        self.seen, self.cells_seen, self.told, self.numbers = set(), {}, {}, {}
        self.statements = {}
        self.founds, self.unknown, self.source, self.unit = [], [], None, None

    # ------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------

    def run(self):
        self._recognise()
        items = self._read()
        for found, record, item in items:
            if isinstance(item, Member):
                self._take_member(found, record, item)
        for found, _record, item in items:
            if isinstance(item, Balance):
                self._take_balance(found, item)
        movements = [entry for entry in items if isinstance(entry[2], Movement)]
        if self.founds and not any(found.source.lists_people for found in self.founds) or self._is_generic():
            self.people.add_from_parties(
                [party for *_, item in movements if not item.skipped for party in (item.payee, item.payer)],
                self._make_named,
            )
        for found, record, item in movements:
            self._take_movement(found, record, item)
        self._pair_reversals()
        self._tell_apart()
        self._declare_statements()
        for found, record, item in items:
            if isinstance(item, Post):
                self._take_post(found, record, item)
        self._weigh()
        return self._finish()

    def _finish(self):
        people = [
            one for one in self.people.all if one.row or any(not row.code or row.question for row in one.rows)
        ]
        for one in people:
            one.row = one.row or next((row for row in one.rows if row.comes_in), None)
        return Plan(
            self.founds,
            self.unknown,
            sorted(self.rows, key=lambda row: (self._place(row.file), row.record)),
            people,
            self.source,
            self.unit,
            bool(self.source and self.source.propose_unit and not self.setting.unit),
        )

    def _place(self, file):
        return next((index for index, found in enumerate(self.founds) if found.sheet.name == file), 0)

    def _is_generic(self):
        return bool(self.founds) and all(found.source.is_generic for found in self.founds)

    def _recognise(self):
        chosen = get_sources(self.setting.source)
        founds = []
        for sheet in self.sheets:
            mapping = self.setting.mappings.get(sheet.name)
            if sheet.data is not None:
                found = self._recognise_json(sheet, chosen)
            elif mapping:
                found = mapping_of.apply(sheet, mapping, chosen)
            else:
                found = recognise(sheet, chosen)
            if found:
                founds.append(found)
            else:
                self.unknown.append(sheet.name)
        own = [found.source for found in founds if not found.source.is_generic]
        self.source = max(own, key=own.count) if own else founds[0].source if founds else None
        for found in founds:
            mapped = self.setting.mappings.get(found.sheet.name)
            if own and found.source is not self.source and not (mapped and mapped.table):
                self.unknown.append(found.sheet.name)
            else:
                self.founds.append(found)

    def _recognise_json(self, sheet, chosen):
        for source in chosen:
            known = source.read_json and source.read_json(sheet.name, sheet.data)
            if known:
                name, read, data = known
                table = next(table for table in source.tables if table.name == name)
                return Found(sheet, source, table, -1, {}, records=[{"read": read, "data": data}])
        return None

    def _read(self):
        """What each record says: (found, number of the record, item), people first, files in their order."""
        self.look = Look(self.founds, self.setting.bank)
        for found in self.founds:
            if found.sheet.data is None:
                found.records = read_records(found)
                days = [record["day"] for record in found.records if "day" in record]
                found.order = found.said_order or found.table.order or reading.find_order(days)
        if self.source and self.source.prepare:
            self.source.prepare(self.look)
        if self.source and self.source.propose_unit:
            self.unit = self.setting.unit or self.source.propose_unit(self.look) or Fraction(60)
        places = {
            id(table): index for found in self.founds for index, table in enumerate(found.source.tables)
        }
        in_order = sorted(
            self.founds,
            key=lambda found: (places.get(id(found.table), 0), not isinstance(self._data(found), dict)),
        )
        items = []
        for found in in_order:
            if found.sheet.data is not None:
                only = found.records[0]
                read = only["read"](found.sheet.name, only["data"], self.look)
                items += [(found, number, item) for number, item in enumerate(read, 1)]
                continue
            for number, record in enumerate(found.records, 1):
                items += [(found, number, item) for item in found.table.read(record, self.look)]
        return items

    def _data(self, found):
        return found.records[0]["data"] if found.sheet.data is not None else None

    # ------------------------------------------------------------
    # Fates
    # ------------------------------------------------------------

    def _row(self, found, record, what, **about):
        row = Row(found.sheet.name, record, what, **about)
        self.rows.append(row)
        return row

    def _set(self, row, fate, code="", **about):
        row.fate, row.code, row.about = fate, code, about
        return row

    def _get_answer(self, row, code):
        answers = self.setting.answers
        answer = answers.get((row.file, row.record)) or answers.get(code) or ""
        return answer if answer in ANSWERS[code] else ""

    def _ask(self, row, code, **about):
        """Ask about a row: the answer where there is one, else an empty string and the row waits."""
        row.question = code
        row.asked.append(code)
        row.answer = self._get_answer(row, code)
        self._set(row, "ask", code, **about)
        if row.answer == "leave_out":
            row.fate = "refused"
        return "" if row.answer == "leave_out" else row.answer

    def _ask_in_passing(self, row, code, **about):
        """Ask about a row whose fate stays what it is once that is answered."""
        fate = row.fate
        answer = self._ask(row, code, **about)
        if answer:
            row.fate = fate
        return answer

    def _key(self, found, what, number, cells=()):
        source = found.source.name
        if number:
            kind = number.partition(" ")[0] if found.source.read_json else found.table.name
            return f"{source}:{kind}:{number}"
        digest = hashlib.sha256("\x1f".join((source, found.table.name, *cells)).encode()).hexdigest()[:24]
        return f"{source}:{what}:{digest}"

    def _minutes(self, found, text, answer="", row=None):
        """Whole minutes; ``row`` keeps how many they are exactly."""
        unit = found.unit or found.table.unit
        exact = reading.exact_minutes(text, self.unit if unit == "currency" else unit, answer)
        if row:
            row.exact = exact
        return reading.nearest(exact)

    def _day(self, found, text, answer=""):
        order = answer if answer in ORDERS else found.order
        return reading.day(
            text, order, self.setting.zone, found.table.utc if found.utc is None else found.utc
        )

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def _take_member(self, found, record, item):
        row = self._row(found, record, "member", label=one_line(f"{item.id} {item.name}"))
        mail = address(item.email)
        row.key = self._key(found, "member", item.id, (mail, item.name))
        if item.state == "nobody":
            return self._set(row, "refused", "nobody")
        if row.key in self.seen:
            return self._set(row, "present", "read_above")
        self.seen.add(row.key)
        if (
            item.state == "erased"
            or is_erased(item.email)
            and item.state != "deleted"
            and "removed" in item.email
        ):
            self.people.gone[item.id] = "unknown" if found.source.name == "timebank_cc" else "erased"
            row.label = item.id if item.id.isdigit() else ""
            return self._set(row, "refused", "was_erased")
        declared = self._read_declared(found, item.balance, row)
        if item.state == "deleted":
            self.people.gone[item.id] = "in_bin"
            if not declared:
                return self._set(row, "refused", "was_deleted")
        if item.state == "fund":
            self.people.banks.add(item.id)
            if self._ask(row, "fund"):
                self._set(row, "refused", "is_bank")
            return row
        person = Person(
            row.key,
            item.name,
            item.id,
            mail,
            item.phone,
            self._read_joined(found, item.joined),
            item.state if item.state in ("active", "paused", "applicant") else "paused",
            item.note,
            item.is_company,
            declared=declared,
            limit=self._read_limit(found, item.limit),
            row=row,
        )
        row.person = person
        self._join(row, person)
        self._ask_about_member(row, person, item)
        if row.fate != "refused":
            self.people.add(person)
        return row

    def _join(self, row, person):
        person.is_known = person.key in self.setting.known
        self._set(row, "present" if person.is_known else "new")
        if person.is_known:
            row.code = "moved_in_before"
        if self.people.count_names(person.name):
            row.notes.append("namesake")
        if not person.email:
            row.notes.append("to_ring")

    def _ask_about_member(self, row, person, item):
        if person.is_known:
            return
        if item.nameless:
            if self._ask_in_passing(row, "no_name"):
                person.name = item.id
            return
        if item.state == "banned" and not self._ask_in_passing(row, "banned"):
            return
        others = self.people.by_email.get(person.email, ()) if person.email else ()
        if others and not person.is_company and any(not one.is_company for one in others):
            self._ask_in_passing(row, "shared_address", name=others[0].name)

    def _read_declared(self, found, text, row=None):
        if text is None or text == "":
            return None
        try:
            return self._minutes(found, text, row=row)
        except (Refused, Doubtful):
            return None

    def _read_limit(self, found, text):
        """How far below zero somebody's balance may go, where that differs from the bank's limit."""
        limit = self._read_declared(found, text)
        return None if limit is None or limit < 0 or limit == self.setting.limit else limit

    def _read_joined(self, found, text):
        try:
            day, _start = self._day(found, text)
        except (Refused, Doubtful):
            return None
        return day if day <= self.setting.today else None

    def _take_balance(self, found, item):
        person = self.people.by_id.get(item.id)
        if person:
            person.declared = self._read_declared(found, item.balance, person.row)
            person.limit = self._read_limit(found, item.limit)

    def _make_named(self, party):
        source = self.founds[0].source.name
        mail = address(party.email)
        digest = hashlib.sha256(f"{mail}\x1f{party.name.casefold()}".encode()).hexdigest()[:24]
        person = Person(f"{source}:person:{digest}", party.name, email=mail)
        person.is_known = person.key in self.setting.known
        return person

    # ------------------------------------------------------------
    # What can be said once all rows are read
    # ------------------------------------------------------------

    def _pair_reversals(self):
        """A reversal takes back what its text names; one that can't be paired is an opening of its day."""
        for rows in self.numbers.values():
            for row in rows:
                if row.kind != "reversal" or not row.comes_in:
                    continue
                row.reversed_row = next(
                    (
                        one
                        for one in rows
                        if one.kind == "hours"
                        and one.comes_in
                        and (one.payer, one.payee, one.minutes) == (row.payee, row.payer, row.minutes)
                        and one.day <= row.day
                    ),
                    None,
                )
                if not row.reversed_row:
                    row.kind = "opening"

    def _tell_apart(self):
        """Entries of the same people, day and length keep the time at which they began, others none."""
        alike = {}
        for row in self.rows:
            if row.what == "movement" and row.comes_in and row.kind == "hours":
                alike.setdefault((row.payee, row.payer, row.day, row.minutes), []).append(row)
        for rows in alike.values():
            starts = set()
            for row in rows:
                if len(rows) == 1:
                    row.start = -1
                elif row.start in starts and row.start < 0 and self._ask(row, "repeated") == "take":
                    row.start = next(minute for minute in range(24 * 60) if minute not in starts)
                    self._set(row, "new", "answered")
                starts.add(row.start)

    def _read_statement(self, found, row, item):
        """A line of somebody's own list, which says what their balance is."""
        if not item.statement:
            return
        lines = self.statements.setdefault(item.statement, {})
        if item.running and "running" not in lines:
            lines["running"] = self._read_declared(found, item.running)
        try:
            minutes, (day, _start) = self._minutes(found, item.time), self._day(found, item.day)
        except (Refused, Doubtful):
            return
        if minutes > 0 and day <= self.setting.today and not item.skipped:
            lines[item.id] = minutes if item.payee.id == item.statement else -minutes

    def _declare_statements(self):
        for holder, lines in self.statements.items():
            person = self.people.by_id.get(holder)
            if person:
                running = lines.pop("running", None)
                person.declared = sum(lines.values()) if running is None else running

    def _take_post(self, found, record, item):
        row = self._row(
            found, record, "post", label=one_line(f"{item.id} {item.title}"), kind=item.kind, post=item
        )
        row.key = self._key(found, "post", item.id, (item.title,))
        if item.skipped:
            return self._set(row, "refused", f"post_{item.skipped}")
        if row.key in self.seen:
            return self._set(row, "present", "read_above")
        self.seen.add(row.key)
        if row.key in self.setting.known:
            return self._set(row, "present", "moved_in_before")
        person, problem = self.people.find(item.party)
        chosen = [] if person else self._choose(row, item.party, problem)
        person = person or next(iter(chosen), None)
        if not person:
            problem = {"nobody": "gone", "in_bin": "gone", "bank": "gone"}.get(problem, problem)
            self._ask(row, problem, name="" if problem == "erased" else item.party.say())
            return row
        row.person = person
        if not item.kind:
            row.kind = self._ask(row, "no_kind")
            if not row.kind:
                return row
        try:
            row.day, _start = self._day(found, item.expires)
        except (Refused, Doubtful):
            row.day = None
        if row.day and row.day < self.setting.today and item.state in ("published", "paused", "draft"):
            row.post = item._replace(state="expired")
        return self._set(row, "new")

    def _weigh(self):
        """Everybody's balance, and who would stand below the bank's limit."""
        coming = [row for row in self.rows if row.what == "movement" and row.comes_in and not row.waits]
        for row in coming:
            for person, minutes in ((row.payer, -row.minutes), (row.payee, row.minutes)):
                if person and row.kind == "taken":
                    person.taken += minutes
                elif person:
                    person.history += minutes
                    person.spent += max(-minutes, 0)
        for person in self.people.all:
            person.spent += max(-person.opening, 0)
            row = person.row
            if person.limit is not None and row:
                row.notes.append("own_limit")
            if person.is_known or row is None or row.fate not in ("new", "joined"):
                continue
            was, answer = (row.question, row.answer, row.code, row.about), ""
            if person.state == "applicant" and person.declared:
                answer = self._ask_in_passing(row, "applicant_balance")
            elif person.result < -self.setting.limit:
                answer = self._ask_in_passing(row, "limit", minutes=person.result)
                if answer:
                    person.limit = max(person.limit or 0, -person.result)
            if answer:
                row.question, row.answer, row.code, row.about = was
