"""Parts of what happened, worked out a second time: by month, by kind of help, by role, by whom it is known.

As of ``witness.py``, nothing of this is shared with the queries that it is compared with.
"""

from datetime import date

from dateutil.relativedelta import relativedelta

from .witness import FLOWS, Witness

#: Kinds of transfers that nobody makes by spending: balances settled, what ran out, and what was put back.
NOT_SPENT = ("opening", "adjustment", "expiry", "reversal", "voucher_return")


class PartsWitness(Witness):
    """The same banks, days, grant and project as :class:`Witness`."""

    # Who took part, and what they gave

    def _times(self):
        """A dict for each time that somebody gave, received or came."""
        for entry in self._mine():
            about = {"date": entry.date, "project_id": entry.project_id, "grant_id": entry.grant_id}
            if not self._gave_as_organisation(entry):
                yield {**about, "who": entry.partner_id, "way": "gave", "minutes": entry.minutes}
            receiver = entry.receiver_id
            if receiver and not self._is_organisation(entry.scheme_id, receiver):
                yield {**about, "who": receiver, "way": "got", "minutes": 0}
        for line in self._came():
            session = line.session_id
            about = {"date": session.date, "project_id": session.project_id, "grant_id": session.grant_id}
            yield {**about, "who": line.partner_id, "way": "came", "minutes": 0}

    def _count_times(self, times):
        people = {
            way: {one["who"] for one in times if one["way"] in ways}
            for way, ways in (("gave", ("gave",)), ("got", ("got", "came")), ("came", ("came",)))
        }
        return {
            "people": len(people["gave"] | people["got"]),
            "both": len(people["gave"] & people["got"]),
            "givers": len(people["gave"]),
            "receivers": len(people["got"]),
            "minutes": sum(one["minutes"] for one in times),
            "attendances": sum(one["way"] == "came" for one in times),
            "attendees": len(people["came"]),
        }

    def _count_by(self, key):
        found = {}
        for one in self._times():
            found.setdefault(key(one), []).append(one)
        return {key: self._count_times(times) for key, times in found.items()}

    def taken_whole(self):
        return self._count_times([*self._times()])

    def taken_by_month(self):
        """First day of the month → who took part, how often, how long."""
        return self._count_by(lambda one: one["date"].replace(day=1))

    def taken_in(self, field):
        """The same by id of a project or grant, or ``None``."""
        return self._count_by(lambda one: one[field].id or None)

    def _by_people(self):
        return self._mine().filtered(lambda entry: not self._gave_as_organisation(entry))

    def work(self):
        """(month or ``None`` for all, category's id, ``False`` without one, or ``None`` for all) →
        minutes, and how many gave them."""
        found = {}
        for entry in self._by_people():
            for month in (entry.date.replace(day=1), None):
                for category in (entry.category_id.id, None):
                    minutes, people = found.setdefault((month, category), [0, set()])
                    found[month, category][0] = minutes + entry.minutes
                    people.add(entry.partner_id)
        return {key: (minutes, len(people)) for key, (minutes, people) in found.items()}

    def roles(self):
        """Role in which it was given, or ``None`` → how many people, minutes."""
        return {
            role or None: (len(entries.partner_id), sum(entries.mapped("minutes")))
            for role, entries in self._by_people().grouped("role").items()
        }

    def volunteers(self):
        """What everybody gave but paid staff: people, minutes, and both by category."""
        given = self._by_people().filtered(lambda entry: entry.role != "professional")

        def count(entries):
            return {"people": len(entries.partner_id), "minutes": sum(entries.mapped("minutes"))}

        kinds = given.grouped("category_id").items()
        return {**count(given), "by_category": {one.id or None: count(entries) for one, entries in kinds}}

    def newcomers(self):
        """Who took part for the first time, and who had before in these banks, whatever for."""
        before = {who for _scheme, who, day, _gave in self._facts(everything=True) if day < self.first}
        months = {}
        for one in self._times():
            months.setdefault(one["who"], set()).add((one["date"].year, one["date"].month))
        new = months.keys() - before
        return {
            "people": len(months),
            "new": len(new),
            "back": len(months.keys() & before),
            "again": sum(len(months[who]) > 1 for who in new),
        }

    # What moved

    def moved_by_month(self):
        """First day of the month → flow → minutes, and between how many people what is left of it went."""
        ways = {}
        for transfer in self.transfers:
            original = transfer.reversal_of_id or transfer
            if not self._is_in_period(transfer.date) or not self._is_of_transfer(original):
                continue
            flow, sign = self._find_flow(original)
            if flow:
                minutes = sign * (-transfer.minutes if transfer.reversal_of_id else transfer.minutes)
                key = (transfer.date.replace(day=1), flow, original.from_account_id, original.to_account_id)
                ways[key] = ways.get(key, 0) + minutes
        found = {}
        for (month, flow, *accounts), minutes in ways.items():
            flows = found.setdefault(month, {name: [0, set()] for name in (*FLOWS, "adjusted")})
            flows[flow][0] += minutes
            if minutes:
                flows[flow][1].update(filter(None, map(self._whose, accounts)))
        return {
            month: {
                flow: {"minutes": minutes, "people": len(people)} for flow, (minutes, people) in flows.items()
            }
            for month, flows in found.items()
        }

    def _find_flow(self, transfer):
        """What a transfer was, and whether it counts for or against the bank's own account."""
        from_bank = transfer.from_account_id.kind == "operating"
        to_bank = transfer.to_account_id.kind == "operating"
        named = {"exchange": "exchanged", "gift": "given", "expiry": "expired"}
        if transfer.kind in named:
            return named[transfer.kind], 1
        if transfer.kind in ("adjustment", "opening"):
            return ("adjusted", from_bank - to_bank) if from_bank or to_bank else (None, 0)
        return "issued" if from_bank else "returned" if to_bank else None, 1

    def _whose(self, account):
        """The person whose account it is; ``None`` for those of nobody, and of organisations."""
        if account.kind != "member" or self._is_organisation(account.scheme_id, account.partner_id):
            return None
        return account.partner_id

    # The time audit: each bank by itself, at the end of the last day

    def _taking_part(self, scheme):
        return self._people().filtered(
            lambda one: (
                one.scheme_id == scheme and self._is_there(one) and (one.joined_on or date.max) <= self.last
            )
        )

    def dormant(self, scheme, months):
        """Memberships with credits of which nothing was spent in so many months."""
        since = self.last - relativedelta(months=months)
        held, spent = {}, set()
        undone = {
            one.reversal_of_id for one in self.transfers if one.reversal_of_id and one.date <= self.last
        }
        for transfer in self.transfers.filtered(
            lambda one: one.scheme_id == scheme and one.date <= self.last
        ):
            source, target = transfer.from_account_id, transfer.to_account_id
            if source.kind == "member":
                held[source.partner_id] = held.get(source.partner_id, 0) - transfer.minutes
                if transfer.kind not in NOT_SPENT and transfer not in undone and transfer.date > since:
                    spent.add(source.partner_id)
            if target.kind == "member":
                held[target.partner_id] = held.get(target.partner_id, 0) + transfer.minutes
        return self._taking_part(scheme).filtered(
            lambda one: (
                one.joined_on <= since and held.get(one.partner_id, 0) > 0 and one.partner_id not in spent
            )
        )

    def active(self, scheme, months):
        """Memberships of who gave or received in so many months, and of those who gave nothing."""
        since = self.last - relativedelta(months=months)
        ways = {}
        for bank, who, day, gave in PartsWitness(self.schemes, date.min, self.last)._facts():
            if bank == scheme and day > since:
                ways.setdefault(who, set()).add(gave)
        members = self._taking_part(scheme).filtered(lambda one: one.partner_id in ways)
        return members, members.filtered(lambda one: ways[one.partner_id] == {False})

    def audit_counts(self, months):
        """Bank → what a time audit counts; of dormant and only receiving people the memberships too."""
        found, dormant, receiving = {}, self.members.browse(), self.members.browse()
        for scheme in self.schemes:
            back = months[scheme.id]
            idle, (active, takers) = self.dormant(scheme, back), self.active(scheme, back)
            found[scheme.id] = {
                "members": len(self._taking_part(scheme)),
                "dormant": len(idle),
                "active": len(active),
                "receiving": len(takers),
            }
            dormant, receiving = dormant | idle, receiving | takers
        return found, set(dormant.ids), set(receiving.ids)

    def missing(self):
        """(bank, skill) → how many requests stand for what nobody offers there."""
        supply = {model: self._all(f"timebank.{model}", self._of_banks()) for model in ("offer", "request")}
        standing = {
            model: found.filtered(lambda one: one.state == "published") for model, found in supply.items()
        }
        offered = {(one.scheme_id, one.skill_id) for one in standing["offer"]}
        found = {}
        for one in standing["request"]:
            key = (one.scheme_id, one.skill_id)
            if key not in offered:
                found[key] = found.get(key, 0) + 1
        return found

    def _of_banks(self):
        return [("scheme_id", "in", self.schemes.ids)]
