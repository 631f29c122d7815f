"""Who is who among the people that files name."""

from dataclasses import dataclass, field
from datetime import date

from ..names import folded
from .source import Party, address, is_erased


@dataclass(eq=False)
class Person:
    """Somebody who moves in; minutes are of their account."""

    key: str
    name: str
    id: str = ""
    email: str = ""
    phone: str = ""
    joined: date | None = None
    state: str = "active"
    note: str = ""
    is_company: bool = False
    declared: int | None = None
    history: int = 0
    taken: int = 0  # rows that are taken into the opening
    spent: int = 0  # all that leaves the account, in whatever order
    limit: int | None = None  # an own limit, as the files say or as answered
    contact: object = None  # what stands for a contact that is there already
    row: object = None
    rows: list = field(default_factory=list)
    is_known: bool = False  # has moved in before

    def join(self, contact, said=None):
        """They are somebody who is there already, as somebody may have ``said``."""
        self.contact = contact
        if self.row and said:
            self.row.notes.append("as_said")
        if self.row and self.row.what == "member" and self.row.fate == "new":
            self.row.fate = "joined"

    @property
    def opening(self):
        return 0 if self.is_known else self.taken if self.declared is None else self.declared - self.history

    @property
    def result(self):
        return self.history + self.opening


class People:
    """The people found so far, by what files say of them.

    >>> people = People()
    >>> ann = people.add(Person("1", "Ann Lee", "1", "ann@example.org"))
    >>> people.find(Party(name="ANN LEE"))[0] is ann, people.find(Party(email="ann@example.org"))[0] is ann
    (True, True)
    >>> people.find(Party(name="Bob Fox"))
    (None, 'unknown')
    >>> ben = people.add(Person("2", "Ann Lee", "2", "ann.lee@example.org"))
    >>> people.find(Party(name="Ann Lee")), people.find(Party(id="2"))[0] is ben
    ((None, 'namesakes'), True)
    """

    def __init__(self):
        self.all = []
        self.by_key = {}
        self.by_id, self.by_name, self.by_email, self.by_pair = {}, {}, {}, {}
        self.banks, self.gone = set(), {}

    def add(self, person):
        self.add_alone(person)
        name = folded(person.name)
        if person.id:
            self.by_id.setdefault(person.id, person)
        if name:
            self.by_name.setdefault(name, []).append(person)
        if person.email:
            self.by_email.setdefault(person.email, []).append(person)
            self.by_pair.setdefault((person.email, name), person)
        return person

    def add_alone(self, person):
        """Somebody whom no name in the files stands for by itself."""
        self.all.append(person)
        self.by_key.setdefault(person.key, person)

    def find(self, party):
        """The person a party names, or ``None`` and why not: a code."""
        if party.kind != "person":
            return None, party.kind
        if party.id:
            if party.id in self.gone:
                return None, self.gone[party.id]
            person = self.by_id.get(party.id)
            return person, "" if person else "unknown"
        if is_erased(party.email):
            return None, "erased"
        mail, name = address(party.email), folded(party.name)
        if mail and name:
            person = self.by_pair.get((mail, name))
            return person, "" if person else "unknown"
        found = self.by_email.get(mail, []) if mail else self.by_name.get(name, []) if name else []
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, "shared" if mail else "namesakes"
        return None, "unknown" if mail or name else "nobody"

    def count_names(self, name):
        return len(self.by_name.get(folded(name), ()))

    def add_from_parties(self, parties, make):
        """People whom only rows name: those with an address first, so that a bare name is whoever has it.

        :param make: takes a party and returns a :class:`Person`, or ``None`` for who isn't made
        """
        parties = [party for party in parties if party.kind == "person" and party.name and not party.id]
        for party in sorted(parties, key=lambda one: not address(one.email)):
            person, problem = self.find(party)
            if person is None and problem == "unknown" and (made := make(party)):
                self.add(made)


__all__ = ["Party", "People", "Person"]
