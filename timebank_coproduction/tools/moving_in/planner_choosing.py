"""Whom a name means where the files don't tell, and somebody has chosen."""

from dataclasses import replace

from ..names import folded
from .people import Person
from .plan import CHOOSABLE, Choice

#: Keys of people whom the files don't name begin with that, and end with the number of their contact.
CONTACT = "contact:"


def share(minutes, count):
    """Minutes in so many parts that are as equal as whole minutes can be.

    >>> share(90, 2), share(100, 3), share(1, 2)
    ([45, 45], [34, 33, 33], [1, 0])
    """
    part, rest = divmod(minutes, count)
    return [part + (number < rest) for number in range(count)]


class ChoosingPlanner:
    """The part of :class:`.planner.Planner` that takes up what was chosen."""

    def _choose(self, row, party, problem):
        """The people chosen for a name of a row, of whom there may be none."""
        if problem not in CHOOSABLE:
            return []
        row.names.append((problem, party.say()))
        choice = self._get_choice(row, party, problem)
        people = [self.people.by_key[key] for key in choice.keys if key in self.people.by_key]
        people += [self._get_contact(*contact) for contact in choice.contacts]
        if people:
            row.question, row.answer = problem, "chosen"
            row.asked.append(problem)
            self._set(row, row.fate, "answered")
        return people

    def _get_choice(self, row, party, problem):
        """What was chosen for this row alone, else for all that have the name."""
        name, choices = folded(party.say()), self.setting.choices
        return choices.get((row.file, row.record, name)) or choices.get((problem, name)) or Choice()

    def _get_contact(self, number, name):
        """Somebody whom the files don't name, as one of the people who move in."""
        key = f"{CONTACT}{number}"
        if key not in self.people.by_key:
            person = Person(key, name, contact=number)
            person.is_known = key in self.setting.known
            self.people.add_alone(person)
        return self.people.by_key[key]

    def _choose_side(self, row, side, party, problem):
        """Whether somebody was chosen for a side of a row."""
        people = self._choose(row, party, problem)
        if len(people) > 1 and not row.shared:
            row.shared = (side, people, self._get_choice(row, party, problem).equally)
        if people:
            setattr(row, side, people[0])
        return bool(people)

    def _divide(self, row):
        """A row of several people becomes one for each, the first of which it stays itself.

        :return: the rows
        """
        side, people, equally = row.shared
        parts = share(row.minutes, len(people)) if equally else [row.minutes] * len(people)
        rows = [row]
        for number, (person, minutes) in enumerate(zip(people[1:], parts[1:], strict=True), 1):
            if minutes:
                key = f"{row.key}:{number}"
                more = {side: person, "key": key, "minutes": minutes, "asked": [], "names": [], "notes": []}
                rows.append(replace(row, **more, exact=None if equally else row.exact))
        row.minutes = parts[0]
        self.rows += rows[1:]
        return rows
