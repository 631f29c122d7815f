"""The fates of rows about time: what moved between whom, on which day."""

from contextlib import suppress

from . import reading
from .reading import Doubtful, Refused
from .source import is_erased, one_line

#: Answers that change how a text is read.
READINGS = ("decimal", "thousand", "minutes", "hours")
ORDERS = ("dmy", "mdy")


class TimePlanner:
    """The part of :class:`.planner.Planner` that reads movements."""

    def _take_movement(self, found, record, item):
        row = self._row(
            found, record, "movement", text=one_line(item.text), category=item.category, waits=item.waits
        )
        row.label = self._say_movement(item)
        cells = tuple(found.records[record - 1]["_cells"]) if found.sheet.data is None else ()
        row.key = self._key(found, "movement", item.id, (*cells, item.day))
        row.kind = item.kind
        if item.id and row.key in self.seen:
            self._read_statement(found, row, item)
            return self._set(row, "present", "read_above")
        if row.key in self.setting.known:
            self.seen.add(row.key)
            self._note_told(found, row, item)
            return self._set(row, "present", "moved_in_before")
        try:
            self._read_movement(found, row, item)
        except Refused as why:
            self._set(row, "refused", why.code, **why.about)
        self.seen.add(row.key)
        self._read_statement(found, row, item)
        if row.fate in ("new", "ask"):
            for one in self._divide(row) if row.shared and row.fate == "new" else [row]:
                for person in filter(None, (one.payer, one.payee)):
                    person.rows.append(one)
        return row

    def _read_movement(self, found, row, item):
        """:raises Refused: what can't come in"""
        if item.skipped:
            raise Refused(item.skipped)
        if item.undone:
            raise Refused("undone", state=item.undone)
        if item.payee.kind == "nobody" and item.kind != "opening":
            raise Refused("nobody")
        if not self._read_time(found, row, item) or not self._read_day(found, row, item):
            self._find_parties(row, item, quietly=True)
            return
        if not self._find_parties(row, item):
            return
        if self._is_told_twice(found, row, item):
            return
        locked = self.setting.locked_until
        if locked and row.day <= locked and not row.waits:
            if self._ask(row, "locked", day=locked) == "opening":
                row.kind = "taken"
                self._set(row, "new", "taken")
            return
        if row.fate != "new":
            self._set(row, "new", row.question and row.answer and row.code)

    def _read_time(self, found, row, item):
        """Whether the minutes of a row are known."""
        if item.length is not None:
            row.minutes = item.length
            reading.check_stretch(row.minutes, "")
            return True
        text = item.time
        try:
            row.minutes = self._minutes(found, text, row=row)
            if item.kind == "opening":
                if row.minutes <= 0:
                    reading.check_stretch(row.minutes, text)
            else:
                reading.check_stretch(row.minutes, text)
        except Refused as why:
            if why.code != "no_time" or not item.planned:
                raise
            if self._ask(row, "no_time_done", planned=item.planned) != "planned":
                return False
            row.minutes = self._minutes(found, item.planned, row=row)
        except Doubtful as doubt:
            answer = self._ask(row, doubt.code, **doubt.about)
            if answer not in READINGS:
                return False
            try:
                row.minutes = self._minutes(found, text, answer, row)
                reading.check_stretch(row.minutes, text)
            except Doubtful as again:
                self._ask(row, again.code, **again.about)
                return False
            self._set(row, "", "answered")
        return True

    def _read_day(self, found, row, item):
        """Whether the day of a row is known."""
        try:
            row.day, row.start = self._day(found, item.day)
        except Doubtful as doubt:
            answer = self._ask(row, doubt.code, **doubt.about)
            if answer not in ORDERS:
                return False
            try:
                row.day, row.start = self._day(found, item.day, answer)
            except Doubtful:
                return False
            self._set(row, "", "answered")
        if row.day > self.setting.today:
            raise Refused("to_come", day=row.day)
        return True

    def _find_parties(self, row, item, quietly=False):
        """Whether both sides of a row are known, of which one may be the bank.

        :param bool quietly: whoever is known is noted, and nothing asked about the others
        """
        for side in ("payer", "payee"):
            party = getattr(item, side)
            if (
                party.id in self.people.banks
                or party.kind == "bank"
                or party.kind == "nobody"
                and item.kind == "opening"
            ):
                continue
            person, problem = self.people.find(party)
            if person:
                setattr(row, side, person)
            elif not quietly and not self._choose_side(row, side, party, problem):
                if problem == "in_bin":
                    raise Refused("in_bin")
                self._ask(
                    row,
                    "gone" if problem == "nobody" else problem,
                    name="" if problem == "erased" else party.say(),
                )
                return False
        if not quietly and row.payer is row.payee:
            raise Refused("to_oneself")
        return True

    def _is_told_twice(self, found, row, item):
        """Whether a row says again what another has said."""
        if not item.id and row.key in self.cells_seen:
            self.cells_seen[row.key] += 1
            if row.start >= 0:
                self._set(row, "present", "same_cells")
                return True
            if self._ask(row, "repeated") != "take":
                return True
            row.key = f"{row.key}:{self.cells_seen[row.key]}"
        self.cells_seen.setdefault(row.key, 1)
        same = self.told.get((row.payee, row.day, row.minutes))
        if item.said_again and same and same is not found.table and self._ask(row, "worked_twice") != "take":
            return True
        self.told.setdefault((row.payee, row.day, row.minutes), found.table)
        if item.reverses:
            self.numbers.setdefault(item.reverses, []).append(row)
        return False

    def _note_told(self, found, row, item):
        """What moved in before was told by this table: another may tell it again."""
        with suppress(Refused, Doubtful):
            if self._read_time(found, row, item) and self._read_day(found, row, item):
                self._find_parties(row, item, quietly=True)
                self.told.setdefault((row.payee, row.day, row.minutes), found.table)
        row.question = row.answer = ""
        row.asked = []

    def _say_movement(self, item):
        """A movement in a few words, without the name of anybody who was erased."""

        def say(party):
            if party.kind == "bank":
                return "–"
            return (
                "–"
                if is_erased(party.email) or self.people.gone.get(party.id) == "erased"
                else party.say() or "–"
            )

        return one_line(f"{say(item.payer)} → {say(item.payee)} {item.time}")
