"""What happened in some banks, worked out a second time: record by record, in plain Python.

Nothing of this is shared with the queries that it is compared with.
"""

import math
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction

import networkx
from dateutil.relativedelta import relativedelta

SIDES = ("professionals", "jointly", "community")
FLOWS = ("issued", "exchanged", "returned", "given", "expired")


class Witness:
    def __init__(self, schemes, first, last, grant=None, project=None):
        self.env = schemes.sudo().env
        self.schemes = schemes.sudo()
        self.first, self.last, self.grant, self.project = first, last, grant, project
        of_banks = [("scheme_id", "in", schemes.ids)]
        self.members = self._all("timebank.member", of_banks)
        self.entries = self._all("timebank.hours", of_banks).filtered(lambda one: one.state == "approved")
        lines = self._all("timebank.attendance", of_banks)
        self.lines = lines.filtered(
            lambda line: (
                line.role == "attendee"
                and line.state == "attended"
                and line.session_id.state == "done"
                and not self._is_organisation(line.scheme_id, line.partner_id)
            )
        )
        self.transfers = self._all("timebank.transfer", of_banks)

    def _all(self, model, domain):
        return self.env[model].with_context(active_test=False).search(domain, order="id")

    def _is_organisation(self, scheme, partner):
        member = self.members.filtered(lambda one: one.scheme_id == scheme and one.partner_id == partner)
        return member.role == "organisation" or partner.is_company

    def _gave_as_organisation(self, entry):
        return entry.role == "organisation" or entry.partner_id.is_company

    def _is_in_period(self, day):
        return self.first <= day <= self.last

    def _is_for(self, record):
        return (not self.grant or record.grant_id == self.grant) and (
            not self.project or record.project_id == self.project
        )

    def _mine(self):
        """Entries asked about."""
        return self.entries.filtered(lambda entry: self._is_in_period(entry.date) and self._is_for(entry))

    def _came(self):
        """Lines of people who came to what is asked about."""
        return self.lines.filtered(
            lambda line: self._is_in_period(line.session_id.date) and self._is_for(line.session_id)
        )

    def _facts(self, everything=False):
        """(bank, person, day, whether they gave) for each time that somebody gave or received."""
        found = []
        for entry in self.entries if everything else self._mine():
            if not self._gave_as_organisation(entry):
                found.append((entry.scheme_id, entry.partner_id, entry.date, True))
            receiver = entry.receiver_id
            if receiver and not self._is_organisation(entry.scheme_id, receiver):
                found.append((entry.scheme_id, receiver, entry.date, False))
        for line in self.lines if everything else self._came():
            found.append((line.scheme_id, line.partner_id, line.session_id.date, False))
        return found

    def _pairs_of(self, entry):
        """Who got something of an entry by a person: list of (person, minutes)."""
        if self._gave_as_organisation(entry):
            return []
        if entry.receiver_id:
            if self._is_organisation(entry.scheme_id, entry.receiver_id):
                return []
            return [(entry.receiver_id, entry.minutes)]
        present = [
            line.partner_id
            for line in self.lines
            if entry.session_id
            and line.session_id == entry.session_id
            and line.partner_id != entry.partner_id
        ]
        count = len(present)
        ends = [entry.minutes * place // (count or 1) for place in range(count + 1)]
        return [(person, ends[place + 1] - ends[place]) for place, person in enumerate(present)]

    def _arcs(self, entries):
        return [
            (entry.partner_id.id, person.id, minutes, entry.date)
            for entry in entries
            for person, minutes in self._pairs_of(entry)
        ]

    # Figures

    def involvement(self):
        facts = self._facts()
        gave = {person for _scheme, person, _day, giving in facts if giving}
        got = {person for _scheme, person, _day, giving in facts if not giving}
        return {
            "people": len(gave | got),
            "both": len(gave & got),
            "only_giving": len(gave - got),
            "only_receiving": len(got - gave),
            "attendances": len(self._came()),
        }

    def _threshold(self, name):
        return (self.grant and self.grant[name]) or max(self.schemes.mapped(name))

    def sustained(self):
        least, months_least = map(self._threshold, ("sustained_minutes", "sustained_months"))
        professionals = self.entries.filtered(
            lambda entry: entry.role == "professional" and self._is_in_period(entry.date)
        )
        sessions = professionals.session_id
        days = {(entry.activity_id, entry.date) for entry in professionals if entry.activity_id}
        minutes, months = {}, {}
        for entry in self._mine():
            if entry.role != "beneficiary" or entry.partner_id.is_company:
                continue
            if entry.session_id:
                counts = entry.session_id in sessions
            else:
                counts = (entry.activity_id, entry.date) in days
            if counts:
                person = entry.partner_id
                minutes[person] = minutes.get(person, 0) + entry.minutes
                months.setdefault(person, set()).add((entry.date.year, entry.date.month))
        return {
            "people": sum(minutes[one] >= least and len(months[one]) >= months_least for one in minutes),
            "minutes": sum(minutes.values()),
            "beneficiaries": len(minutes),
        }

    def network(self):
        graph = networkx.DiGraph()
        graph.add_nodes_from(person.id for _scheme, person, _day, _giving in self._facts())
        graph.add_edges_from(
            (giver, receiver) for giver, receiver, _minutes, _day in self._arcs(self._mine())
        )
        people, arcs = len(graph), graph.number_of_edges()
        degrees = [degree for _person, degree in graph.to_undirected().degree()]
        mutual = sum(graph.has_edge(receiver, giver) for giver, receiver in graph.edges)
        return {
            "partners_per_person": sum(degrees) / people if people else None,
            "density": arcs / (people * (people - 1)) if people > 1 else None,
            "arc_reciprocity": mutual / arcs if arcs else None,
            "largest_strong_part": max(map(len, networkx.strongly_connected_components(graph)), default=0),
        }

    def groups(self):
        """How many people each group of the picture without names has, the largest first.

        As published: Louvain's communities by minutes, somewhat coarse, always the same; whoever would be a
        group alone is with the partner with most minutes. Groups of fewer than five people aren't shown, nor
        the next ones, as long as those left out are fewer than five together.
        """
        minutes = {}
        for giver, receiver, some, _day in sorted(self._arcs(self._mine())):
            if giver != receiver:
                minutes[giver, receiver] = minutes.get((giver, receiver), 0) + some
        mutual = {one for one, other in minutes if (other, one) in minutes}
        assert len(mutual) >= 5, "links both ways between fewer aren't drawn"
        graph = networkx.Graph()
        graph.add_nodes_from(sorted({person.id for _scheme, person, _day, _giving in self._facts()}))
        for pair, some in minutes.items():
            before = graph.get_edge_data(*pair, default={"minutes": 0})["minutes"]
            graph.add_edge(*pair, minutes=before + some)
        alone = list(networkx.isolates(graph))
        graph.remove_nodes_from(alone)
        found = networkx.community.louvain_communities(graph, weight="minutes", resolution=0.7, seed=1)
        group_of = {person: number for number, group in enumerate(found) for person in group}
        for group in found:
            if len(group) == 1:
                [person] = group
                nearest = max(graph[person], key=lambda other: (graph[person][other]["minutes"], other))
                group_of[person] = group_of[nearest]
        sizes = sorted(list(group_of.values()).count(number) for number in {*group_of.values()})
        left, told = 0, [(size, True) for size in sizes] + ([(len(alone), False)] if alone else [])
        told.sort()
        while told and (told[0][0] < 5 or 0 < left < 5):
            left += told.pop(0)[0]
        return [size for size, is_group in reversed(told) if is_group]

    def arcs_in(self):
        """All arcs with their minutes."""
        return sorted(self._arcs(self._mine()))

    def new_arcs(self):
        first = {}
        for giver, receiver, _minutes, day in self._arcs(self.entries):
            key = (giver, receiver)
            first[key] = min(first.get(key, day), day)
        here = {}
        for giver, receiver, _minutes, day in self._arcs(self._mine()):
            key = (giver, receiver, day.replace(day=1))
            here[key] = min(here.get(key, day), day)
        result = {}
        for (giver, receiver, month), day in here.items():
            arcs, new = result.get(month, (0, 0))
            result[month] = (arcs + 1, new + (first[giver, receiver] == day))
        return result

    def flows(self):
        result = dict.fromkeys((*FLOWS, "adjusted"), 0)
        for transfer in self.transfers:
            original = transfer.reversal_of_id or transfer
            if not self._is_in_period(transfer.date) or not self._is_of_transfer(original):
                continue
            minutes = -transfer.minutes if transfer.reversal_of_id else transfer.minutes
            from_bank = original.from_account_id.kind == "operating"
            to_bank = original.to_account_id.kind == "operating"
            if original.kind == "exchange":
                result["exchanged"] += minutes
            elif original.kind == "gift":
                result["given"] += minutes
            elif original.kind == "expiry":
                result["expired"] += minutes
            elif original.kind in ("adjustment", "opening"):
                result["adjusted"] += minutes * (from_bank - to_bank)
            elif from_bank:
                result["issued"] += minutes
            elif to_bank:
                result["returned"] += minutes
        return result

    def _is_of_transfer(self, transfer):
        hours, session, claim = transfer.hours_id, transfer.attendance_id.session_id, transfer.redemption_id
        grant = hours.grant_id or session.grant_id or claim.grant_id
        project = hours.project_id or session.project_id
        return (not self.grant or grant == self.grant) and (not self.project or project == self.project)

    def position(self):
        balances, owed = {}, 0
        for transfer in self.transfers.filtered(lambda one: one.date <= self.last):
            for account, minutes in (
                (transfer.from_account_id, -transfer.minutes),
                (transfer.to_account_id, transfer.minutes),
            ):
                if account.kind == "operating":
                    owed -= minutes
                if account.kind == "member" and not self._is_organisation(
                    account.scheme_id, account.partner_id
                ):
                    balances[account.partner_id] = balances.get(account.partner_id, 0) + minutes
        held = sorted((minutes for minutes in balances.values() if minutes > 0), reverse=True)
        top = held[: math.ceil(len(held) / 10)]
        months, day = Fraction(0), self.first
        while day <= self.last:
            months += Fraction(1, monthrange(day.year, day.month)[1])
            day += timedelta(days=1)
        returned = Witness(self.schemes, self.first, self.last).flows()["returned"]
        return {
            "outstanding_minutes": owed,
            "cover_months": float(owed * months / returned) if returned > 0 else None,
            "top_tenth_share": sum(top) / sum(held) if held else None,
        }

    def speed(self):
        return {key: self._median([wait[:2] for wait in waits]) for key, waits in self.waits().items()}

    def waits(self):
        """From joining to the first exchange, and from that to the second: lists of how long it took or goes
        on, whether it is over, and who waited."""
        facts = self._facts(everything=True)
        first, second = [], []
        for member in self._people():
            if member.state == "applicant" or not self._is_in_period(member.joined_on or date.max):
                continue
            who, end = member.partner_id, min(member.left_on or self.last, self.last)
            days = sorted(
                day
                for scheme, person, day, _giving in facts
                if scheme == member.scheme_id and person == who and member.joined_on <= day <= self.last
            )
            first.append(((days[0] if days else end) - member.joined_on, bool(days), who))
            if days:
                second.append(((days[1] if days[1:] else max(end, days[0])) - days[0], bool(days[1:]), who))
        return {"first": first, "second": second}

    def _people(self):
        return self.members.filtered(lambda one: not self._is_organisation(one.scheme_id, one.partner_id))

    def _median(self, waits):
        """The first day on which no more than half still wait, by the product of daily chances."""
        share = Fraction(1)
        for length in range(max((wait.days for wait, _ended in waits), default=-1) + 1):
            waiting = sum(wait.days >= length for wait, _ended in waits)
            ending = sum(wait.days == length and ended for wait, ended in waits)
            if ending:
                share *= 1 - Fraction(ending, waiting)
            if share <= Fraction(1, 2):
                return length
        return None

    def resilience(self):
        facts = self._facts(everything=True)
        taking_part = {
            entry_person
            for entry_person in (
                person
                for _s, person, day, _g in Witness(
                    self.schemes, date.min, self.last, self.grant, self.project
                )._facts()
            )
        }
        result = []
        for months in (3, 6, 12):
            counts = dict.fromkeys(("ended", "left", "forgotten", "people", "part"), 0)
            members = self._people().filtered(lambda one: one.state != "applicant")
            for person, memberships in members.grouped("partner_id").items():
                ends = [one.supported_until for one in memberships if one.supported_until]
                going_on = any(one.supported_from and not one.supported_until for one in memberships)
                if not ends or going_on:
                    continue
                if (self.grant or self.project) and person not in taking_part:
                    continue
                later = max(ends) + relativedelta(months=months)
                if later.replace(day=monthrange(later.year, later.month)[1]) > self.last:
                    continue  # its month isn't over
                counts["ended"] += 1
                if any(self._is_there(one) for one in memberships):
                    counts["people"] += 1
                    counts["part"] += any(
                        who == person and (day.year, day.month) == (later.year, later.month)
                        for _scheme, who, day, _giving in facts
                    )
                elif any(one.forgotten_on and one.forgotten_on <= self.last for one in memberships):
                    counts["forgotten"] += 1
                else:
                    counts["left"] += 1
            result.append({"months": months, **counts})
        return result

    def _is_there(self, member):
        if member.state == "applicant" or (member.forgotten_on and member.forgotten_on <= self.last):
            return False
        return member.left_on > self.last if member.left_on else member.state != "left"

    def forms(self):
        cells, unknown = {}, [0, 0, 0]
        by_people = self._mine().filtered(lambda entry: not self._gave_as_organisation(entry))
        for activity, entries in by_people.filtered("activity_id").grouped("activity_id").items():
            total = sum(entries.mapped("minutes"))
            paid = sum(entries.filtered(lambda one: one.role == "professional").mapped("minutes"))
            if paid * 10 < total:
                delivered = "community"
            elif (total - paid) * 10 < total:
                delivered = "professionals"
            else:
                delivered = "jointly"
            if not activity.planned_by:
                unknown[0] += total
                unknown[1] += 1
                unknown[2] += activity.delivered_by not in (False, delivered)
                continue
            cell = cells.setdefault((activity.planned_by, delivered), [0, 0, 0])
            cell[0] += total
            cell[1] += 1
            cell[2] += activity.delivered_by not in (False, delivered)
        return {
            "forms": [
                {
                    "planned_by": planned,
                    "delivered_by": delivered,
                    "minutes": cells[planned, delivered][0],
                    "activities": cells[planned, delivered][1],
                    "declared_otherwise": cells[planned, delivered][2],
                }
                for planned in SIDES
                for delivered in SIDES
                if (planned, delivered) in cells
            ],
            "unknown": dict(zip(("minutes", "activities", "declared_otherwise"), unknown, strict=True)),
        }

    def embedding(self):
        projects = self.env["project.project"].with_context(active_test=False).search([])
        using = self._mine().project_id | self._came().session_id.project_id
        companies = self.schemes.company_id
        among = projects.filtered(
            lambda project: (
                project in using
                or (
                    project.active
                    and not project.is_template
                    and (not project.company_id or project.company_id in companies)
                )
            )
        )
        ways = dict.fromkeys(("person_person", "person_agency", "agency_person", "agency_agency"), 0)
        for entry in self._mine():
            giver = "agency" if self._gave_as_organisation(entry) else "person"
            if entry.receiver_id:
                to_agency = self._is_organisation(entry.scheme_id, entry.receiver_id)
            else:
                here = self.lines.filtered(
                    lambda line, entry=entry: (
                        entry.session_id
                        and line.session_id == entry.session_id
                        and line.partner_id != entry.partner_id
                    )
                )
                to_agency = not here
            ways[f"{giver}_{'agency' if to_agency else 'person'}"] += entry.minutes
        return {
            "projects": (len(using), len(among)),
            "teams": (len(using.user_id), len(among.user_id)),
            "flows": ways,
        }

    def measures(self):
        """As ``get_measures`` gives it to who sees small numbers."""
        involvement, sustained, speed = self.involvement(), self.sustained(), self.speed()
        forms = self.forms()
        return {
            "head_count": involvement["people"],
            "attendances": involvement["attendances"],
            "sustained_people": sustained["people"],
            "sustained_minutes": sustained["minutes"],
            "giving_and_receiving": involvement["both"],
            "only_giving": involvement["only_giving"],
            "only_receiving": involvement["only_receiving"],
            **self.network(),
            **{f"{flow}_minutes": minutes for flow, minutes in self.flows().items() if flow in FLOWS},
            **self.position(),
            "days_to_first": speed["first"],
            "days_to_second": speed["second"],
            "sustained_hours": self._threshold("sustained_minutes") / 60,
            "sustained_months": self._threshold("sustained_months"),
            "forms": forms["forms"],
            "forms_unknown": forms["unknown"],
        }
