from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.minutes import clock

#: Besides giver, day and minutes: where all of these agree, it is the same time.
WHAT_MAKES_A_DOUBLE = ("scheme_id", "receiver_id", "project_id", "start_minute")


class TimebankHours(models.Model):
    """When hours can be recorded and decided. The buttons, the verbs and the checks ask here.

    Each ``_get_refusals_to_<verb>`` returns a dict of record id → a sentence, for the
    entries that can't, in a constant number of queries.
    """

    _inherit = "timebank.hours"

    can_approve = fields.Boolean(compute="_compute_can")
    can_reverse = fields.Boolean(compute="_compute_can")

    def _compute_can(self):
        approve, reverse = self._get_refusals_to_decide("submitted"), self._get_refusals_to_decide("approved")
        for entry in self:
            entry.can_approve = entry._origin.id not in approve
            entry.can_reverse = entry._origin.id not in reverse

    def _check_recordable(self):
        """:raises ValidationError: naming the first entry that breaks a rule"""
        self.flush_recordset()
        refusals = self._get_refusals_to_record()
        if refusals:
            raise ValidationError(next(iter(refusals.values())))

    def _get_refusals_to_record(self):
        """Entries that break a rule about who gave how much, when and to whom."""
        self = self.sudo()  # the rules look at everybody's entries of the day, and reveal none
        refusals = {**self._get_outsiders(), **self._get_days_not_open()}
        rest = self - self.browse(refusals)
        by_day = rest._of_the_same_days()
        return {**refusals, **rest._get_days_too_long(by_day), **rest._get_doubles(by_day)}

    def _get_days_not_open(self):
        """Entries of a closed bank, of a day that its books are closed for, or of a day to come."""
        today = fields.Date.context_today(self)
        refusals = {}
        for scheme, entries in self._by_bank().items():
            reasons = {date: scheme._why_closed(date) for date in set(entries.mapped("date"))}
            for date in reasons:
                if not reasons[date] and date > today:
                    reasons[date] = self.env._(
                        "Time can be recorded once it has been given, not for a day to come."
                    )
            if any(reasons.values()):
                refusals.update({entry.id: reasons[entry.date] for entry in entries if reasons[entry.date]})
        return refusals

    def _get_outsiders(self):
        """Entries whose giver, receiver or project has no part in the bank at present."""
        members = self._get_members()
        refusals = {}
        for scheme, entries in self._by_bank().items():
            reasons = {
                person: scheme._why_not_taking_part(person, members.get((scheme.id, person.id)))
                for person in entries.partner_id | entries.receiver_id
            }
            foreign = scheme.project_ids and entries.project_id - scheme.project_ids
            if not foreign and not any(reasons.values()):
                continue
            for entry in entries:
                reason = reasons[entry.partner_id] or reasons.get(entry.receiver_id)
                if not reason and foreign and entry.project_id in foreign:
                    reason = self.env._(
                        "%(bank)s does not serve the project %(project)s.",
                        bank=scheme.name,
                        project=entry.project_id.name,
                    )
                if reason:
                    refusals[entry.id] = reason
        return refusals

    def _of_the_same_days(self):
        """The standing entries of days that need a look, by giver and day.

        Those are days on which a giver has several entries, or one that is longer than
        some bank allows.
        """
        if not self:
            return {}
        domain = Domain("partner_id", "in", self.partner_id.ids) & Domain(
            "state", "not in", ("refused", "reversed")
        )
        lowest = min(self.scheme_id.mapped("max_minutes_per_day"))
        days = self._read_group(
            domain & Domain("date", "in", list(set(self.mapped("date")))),
            ["partner_id", "date:day"],
            having=["|", ("__count", ">", 1), ("minutes:sum", ">", lowest)],
            order="date:day",
        )
        if not days:
            return {}
        partners, dates = zip(*days, strict=True)
        entries = self.search_fetch(
            domain
            & Domain("partner_id", "in", [partner.id for partner in partners])
            & Domain("date", "in", list(set(dates))),
            ["partner_id", "date", "minutes", *WHAT_MAKES_A_DOUBLE],
        )
        return entries.grouped(lambda entry: (entry.partner_id.id, entry.date))

    def _on(self, days):
        """Those of these entries given on one of ``days``, a collection of (partner id, date)."""
        return (
            self.filtered(lambda entry: (entry.partner_id.id, entry.date) in days) if days else self.browse()
        )

    def _get_days_too_long(self, by_day):
        totals = {day: sum(entries.mapped("minutes")) for day, entries in by_day.items()}
        lowest = min(self.scheme_id.mapped("max_minutes_per_day"), default=0)
        refusals = {}
        for entry in self._on({day for day, total in totals.items() if total > lowest}):
            total = totals[entry.partner_id.id, entry.date]
            limit = entry.scheme_id.max_minutes_per_day
            if total > limit:
                refusals[entry.id] = self.env._(
                    "%(person)s would have %(total)s hours on that day; %(bank)s allows %(limit)s.",
                    person=entry.partner_id.name,
                    total=clock(total),
                    bank=entry.scheme_id.name,
                    limit=clock(limit),
                )
        return refusals

    def _get_doubles(self, by_day):
        """Entries that repeat another one of the same person and day.

        Where both say when they began, they are double if they overlap. Otherwise they
        are if nothing tells them apart (the database refuses those too).
        """
        refusals = {}
        for entry in self._on({day for day, entries in by_day.items() if len(entries) > 1}):
            for other in by_day[entry.partner_id.id, entry.date]:
                if entry != other and entry._is_double_of(other):
                    refusals[entry.id] = self.env._(
                        "%(person)s has recorded %(time)s of that day already. If it was another"
                        " stretch of time, give both entries the time at which they began.",
                        person=entry.partner_id.name,
                        time=clock(other.minutes),
                    )
                    break
        return refusals

    def _is_double_of(self, other):
        if self.start_minute >= 0 and other.start_minute >= 0:
            first, second = sorted((self, other), key=lambda entry: entry.start_minute)
            return second.start_minute < first.start_minute + first.minutes
        return self.minutes == other.minutes and all(
            self[name] == other[name] for name in WHAT_MAKES_A_DOUBLE
        )

    def _get_refusals_to_submit(self):
        return {
            **self._get_refusals_by_state("draft", self.env._("“%s” has been handed in already.")),
            **self.filtered(lambda entry: entry.state == "draft")._get_refusals_to_record(),
        }

    def _get_refusals_to_approve(self):
        """Without the ledger's own limits, which are known when the credits move."""
        refusals = self._get_refusals_to_decide("submitted")
        rest = self - self.browse(refusals)
        return {**rest._get_refusals_to_record(), **refusals}

    def _get_refusals_to_decide(self, state):
        """Entries not in ``state``, and those on which this user may not decide."""
        sentences = {
            "submitted": self.env._("“%s” is not waiting for approval."),
            "approved": self.env._("“%s” is not approved, so there is nothing to reverse."),
        }
        refusals = self._get_refusals_by_state(state, sentences[state])
        if self.env.su:
            return refusals
        strangers = self._get_refusals_to_run(self.env._("Only a coordinator of %s decides on its hours."))
        refusals = {**strangers, **refusals}
        rest = self - self.browse(refusals)
        partner = self.env.user.partner_id
        if partner not in rest.partner_id | rest.receiver_id:
            return refusals
        for entry in rest:
            if partner in (entry.partner_id, entry.receiver_id):
                refusals[entry.id] = self.env._(
                    "You gave or received “%s” yourself: another coordinator has to decide.",
                    entry.display_name,
                )
        return refusals
