from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain

from ..common.jobs import job
from .timebank_wellbeing_wave import JUST_BEFORE

#: So many days after the mail, who hasn't answered is reminded, once.
REMIND_AFTER = 10


class TimebankWellbeingWave(models.Model):
    """What becomes of rounds by themselves, each night."""

    _inherit = "timebank.wellbeing.wave"

    @job
    def _cron_ask(self):
        """Close what is over, begin rounds as each bank has set, ask who is due, and remind once; keep what
        is told of the answers from now on."""
        kind = type(self)
        waves = self.search([("state", "=", "running")])
        over = waves.filtered(lambda wave: wave.date_to < wave.scheme_id._today())
        begun = waves.filtered(lambda wave: wave.date_from <= wave.scheme_id._today())
        ended = self._find_ended_courses()
        schemes = self.env["timebank.scheme"].search([])
        self.env["timebank.job"]._in_parts(
            [
                (kind._close, over),
                (kind._ask_due, begun - over - ended),
                (kind._ask_after, ended),
                (self._begin_due, schemes.filtered(lambda scheme: scheme.state == "open")),
                (self._settle_due, schemes),
            ]
        )

    def _settle_due(self, schemes):
        for scheme in schemes:
            self._keep_settled(scheme)

    def _ask_due(self):
        """Ask who has come since, and remind who was asked some time ago."""
        for wave in self:
            if wave.purpose != "regular" or not wave.invitation_ids:
                wave._invite()
            wave.invitation_ids._remind(wave.scheme_id._today() - timedelta(days=REMIND_AFTER))

    def _find_ended_courses(self):
        """The rounds at the beginning of courses that have ended lately, and at whose end nobody has begun
        one."""
        domain = [("purpose", "=", "course"), ("before_id", "=", False), ("state", "in", ("running", "done"))]
        first = self.search([*domain, ("activity_id", "!=", False), ("scheme_id.state", "=", "open")])
        first -= self.search([("before_id", "in", first.ids)]).before_id
        held = [("activity_id", "in", first.activity_id.ids), ("state", "!=", "cancelled")]
        last = dict(self.env["timebank.session"]._read_group(held, ["activity_id"], ["date:max"]))

        def has_ended(wave):
            day, today = last.get(wave.activity_id), wave.scheme_id._today()
            since = max(wave.date_from, today - timedelta(days=JUST_BEFORE))
            return bool(day and since <= day < today and wave.response_ids)

        return first.filtered(has_ended)

    def _ask_after(self):
        """Ask again who answered at the beginning of a course; what comes now says nothing of before it."""
        self.filtered(lambda wave: wave.state == "running")._close()
        for wave in self:
            wave._follow_up()._ask_due()

    def _begin_due(self, schemes):
        for scheme in schemes:
            self._begin(scheme)._ask_due()

    def _begin(self, scheme):
        """The rounds that a bank's setting asks for today."""
        today, begun = scheme._today(), self.browse()
        if scheme.wellbeing_months:
            since = today - relativedelta(months=scheme.wellbeing_months)
            # one that is prepared for a day to come is meant; one that nobody sent isn't
            asked = Domain("state", "!=", "draft") | Domain("date_from", ">=", today)
            if not self._has_one(scheme, "regular", asked & Domain("date_from", ">", since)):
                begun |= self.create({"scheme_id": scheme.id, "purpose": "regular", "date_from": today})
        for purpose in ("joining", "leaving"):
            open_one = Domain("state", "=", "running") & Domain("date_to", ">=", today)
            if scheme[f"wellbeing_on_{purpose}"] and not self._has_one(scheme, purpose, open_one):
                last = today + relativedelta(months=3)
                begun |= self.create(
                    {"scheme_id": scheme.id, "purpose": purpose, "date_from": today, "date_to": last}
                )
        return begun

    def _has_one(self, scheme, purpose, domain):
        """Whether a bank has such a round for all; one that asks some of them again, or the people that the
        bank supports alone, is besides.
        """
        own = [
            ("scheme_id", "=", scheme.id),
            ("purpose", "=", purpose),
            ("before_id", "=", False),
            ("audience", "=", "all"),
        ]
        return bool(self.search_count(Domain(own) & domain, limit=1))
