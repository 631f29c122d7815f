import json

from odoo import api, fields, models

from ..common.personal import NAMED, OURS
from ..common.verb import day, record_id, verb
from .timebank_mailing import SENT_WITHIN
from .timebank_measures_facts import Asked


class TimebankScheme(models.Model):
    """A bank's evidence: its thresholds, and its measures."""

    _name = "timebank.scheme"
    _inherit = ["timebank.scheme", "timebank.sustained"]
    _personal_fields = {
        "trustee_ids": NAMED,
        "wellbeing_told": OURS,
    }

    # Time audit: from where a month's audit warns
    top_share_most = fields.Integer(
        "Warn: most credits with few, from (%)",
        default=50,
        tracking=True,
        aggregator=None,
        help="When the tenth of the holders with most credits has so large a part of all. 0: never.",
    )
    cover_most = fields.Integer(
        "Warn: credits pile up, over (months)",
        default=12,
        tracking=True,
        aggregator=None,
        help="When what is outstanding would take more months than these to come back, at the pace of the"
        " last three months. 0: never.",
    )
    falling_most = fields.Integer(
        "Warn: less is earned, from (%)",
        default=30,
        tracking=True,
        aggregator=None,
        help="When a month issues so much less than the three months before it did on the average. 0: never.",
    )
    returned_least = fields.Integer(
        "Warn: little comes back, below (%)",
        default=40,
        tracking=True,
        aggregator=None,
        help="When less than this part of what the last three months issued came back in them. 0: never.",
    )
    dormant_most = fields.Integer(
        "Warn: dormant credits, from (%)",
        default=20,
        tracking=True,
        aggregator=None,
        help="When so large a part of the members has credits, and has spent none for the months after which"
        " this bank calls somebody dormant. 0: never.",
    )
    receiving_most = fields.Integer(
        "Warn: people who only receive, from (%)",
        default=20,
        tracking=True,
        aggregator=None,
        help="When so large a part of those who took part in the same months has received, and given nothing."
        " 0: never.",
    )
    missing_most = fields.Integer(
        "Warn: wanted and not offered, from (skills)",
        default=3,
        tracking=True,
        aggregator=None,
        help="When so many skills are asked for that nobody offers. 0: never.",
    )
    # Well-being: what the nightly job asks by itself
    wellbeing_months = fields.Integer(
        "Ask all every (months)",
        default=0,
        tracking=True,
        aggregator=None,
        help="How people are, by the four national questions. 0: only when somebody begins a round.",
    )
    wellbeing_on_joining = fields.Boolean(
        "Ask who joins", tracking=True, help="How they are when they begin, to compare with later."
    )
    wellbeing_on_leaving = fields.Boolean("Ask who leaves", tracking=True)
    wellbeing_told = fields.Text(
        readonly=True,
        copy=False,
        prefetch=False,
        groups=fields.NO_ACCESS,
        help="What was told of how people are to who may not read the answers, one after the other, as JSON.",
    )
    audit_ids = fields.One2many(
        "timebank.time.audit",
        "scheme_id",
        string="Time audits",
        groups="timebank_coproduction.group_timebank_coordinator",
    )

    # Mails for each month or quarter
    digest_to_coordinators = fields.Boolean(
        "Mail the month to coordinators",
        default=True,
        help="Once a month is over and was audited: what moved, its warnings, and what waits.",
    )
    trustee_ids = fields.Many2many(
        "res.partner",
        "timebank_scheme_trustee_rel",
        "scheme_id",
        "partner_id",
        string="Trustees",
        groups="timebank_coproduction.group_timebank_coordinator",
        help="Who gets each quarter's figures by mail: without names, and nothing about fewer than five"
        " people.",
    )

    _warnings_within = models.Constraint(
        """CHECK (top_share_most BETWEEN 0 AND 100 AND returned_least BETWEEN 0 AND 100
                  AND falling_most BETWEEN 0 AND 100 AND dormant_most BETWEEN 0 AND 100
                  AND receiving_most BETWEEN 0 AND 100 AND cover_most >= 0 AND missing_most >= 0)""",
        "A warning starts at 0 to 100 per cent, or from some months or skills; 0 means never.",
    )

    _wellbeing_within = models.Constraint(
        "CHECK (wellbeing_months BETWEEN 0 AND 60)",
        "People are asked every one to 60 months; 0 means only by hand.",
    )

    # ------------------------------------------------------------
    # Mails for each month or quarter
    # ------------------------------------------------------------

    def _get_period_over(self, unit):
        """The first and last day of the month or quarter that has ended lately; None if that is long ago."""
        self.ensure_one()
        today = self._today()
        last = fields.Date.subtract(fields.Date.start_of(today, unit), days=1)
        return (fields.Date.start_of(last, unit), last) if today - last <= SENT_WITHIN else None

    def _get_audit_of(self, month):
        """The audit of a month that is over and was counted as such, or none."""
        self.ensure_one()
        return self.env["timebank.time.audit"].search(
            [("scheme_id", "=", self.id), ("audited_month", "=", month), ("state", "!=", "running")]
        )

    def _get_digest_readers(self, first, _last):
        """The coordinators who are told of a month, once there is an audit of it."""
        if not self.digest_to_coordinators or not self._get_audit_of(first):
            return self.env["res.partner"]
        return self._get_coordinators().partner_id

    def _get_statement_readers(self, pace, _first, last):
        """Members who want their statement so often, and were there by the last day."""
        members = self.env["timebank.member"].search(
            [
                ("scheme_id", "=", self.id),
                ("state", "in", ("active", "paused")),
                ("statement_mails", "=", True),
                ("statement_pace", "=", pace),
                ("joined_on", "<=", last),
            ]
        )
        return members.partner_id

    def _count_joined(self, first, last):
        """How many members joined and left from one day to another."""
        members = self.env["timebank.member"].with_context(active_test=False)
        own = [("scheme_id", "=", self.id), ("state", "!=", "applicant")]
        return [
            members.search_count([*own, (name, ">=", first), (name, "<=", last)])
            for name in ("joined_on", "left_on")
        ]

    def _count_applicants(self):
        members = self.env["timebank.member"]
        return members.search_count([("scheme_id", "=", self.id), ("state", "=", "applicant")])

    def _get_all_wellbeing_told(self):
        """What was told of how people are to who may not read the answers, the latest last."""
        told = self.sudo().wellbeing_told  # sudo: handed on as figures alone
        return json.loads(told) if told else []

    def _get_wellbeing_told(self, day):
        """What was told last, of answers up to a day, or ``None``."""
        told = [kept for kept in self._get_all_wellbeing_told() if kept["until"] <= str(day)]
        return told[-1] if told else None

    def _keep_wellbeing_told(self, told):
        # sudo: the night's job, which has asked for it
        self.sudo()._in_verb().write({"wellbeing_told": json.dumps(told)})

    def _is_used(self):
        # sudo: what a meeting scored and what members told counts, whoever looks, and none of it is shown
        kept = (self.env[model].sudo() for model in ("timebank.self.audit", "timebank.story"))
        own = [("scheme_id", "=", self.id)]
        return any(records.search_count(own, limit=1) for records in kept) or super()._is_used()

    @api.readonly
    @verb(
        date_from=day(),
        date_to=day(),
        grant_id=record_id("timebank.grant"),
        project_id=record_id("project.project", seen=False),
    )
    def get_measures(self, date_from, date_to, grant_id=None, project_id=None):
        """What happened in these banks from one day to another, both within, in figures.

        Time is in minutes, shares are between 0 and 1. Organisations aren't counted as people; somebody in
        several of the banks is once. What would tell about fewer than five people, or give such a figure
        away, is ``None`` for whoever doesn't run all of the banks; so is what can't be said, such as a share
        of nothing. Outstanding credits, cover and top tenth, and the days to a first and second exchange,
        are of the banks as a whole, whichever grant or project is asked for.

        :return: dict of

            - ``head_count``, ``attendances`` (of closed sessions); ``giving_and_receiving``, ``only_giving``,
              ``only_receiving``;
            - ``sustained_minutes`` that beneficiaries gave beside professionals, ``sustained_people`` with at
              least ``sustained_hours`` of them in at least ``sustained_months`` months;
            - ``partners_per_person``, ``density``, ``arc_reciprocity``, ``largest_strong_part``;
            - ``issued_minutes``, ``exchanged_minutes``, ``returned_minutes``, ``given_minutes``,
              ``expired_minutes``; ``outstanding_minutes`` at the period's end, ``cover_months``,
              ``top_tenth_share``;
            - ``days_to_first``, ``days_to_second``: medians from joining to the first exchange, and on to
              the second;
            - ``forms``: a list of ``planned_by``, ``delivered_by`` (as measured), ``minutes``,
              ``activities``, ``declared_otherwise`` (as something else than measured); ``forms_unknown``:
              the last three of activities whose planner nobody named
        :raises AccessError: for who can't read all hours, sessions and transfers of these banks, or names a
            project of which they see nothing
        :raises UserError: for no bank, or days in the wrong order
        """
        evidence = self.env["timebank.evidence"].with_context(timebank_asked=Asked())
        measures = evidence.env["timebank.measures"]
        measures._check_readable(self)
        measures._check_project(self, project_id)
        return evidence._get_all(measures._make_scope(self, date_from, date_to, grant_id, project_id))
