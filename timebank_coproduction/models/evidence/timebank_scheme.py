from odoo import fields, models

from ..common.verb import day, record_id, verb
from .timebank_measures import Asked


class TimebankScheme(models.Model):
    """A bank's evidence: its thresholds, and its measures."""

    _name = "timebank.scheme"
    _inherit = ["timebank.scheme", "timebank.sustained"]

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
    audit_ids = fields.One2many(
        "timebank.time.audit",
        "scheme_id",
        string="Time audits",
        groups="timebank_coproduction.group_timebank_coordinator",
    )

    _warnings_within = models.Constraint(
        """CHECK (top_share_most BETWEEN 0 AND 100 AND returned_least BETWEEN 0 AND 100
                  AND falling_most BETWEEN 0 AND 100 AND dormant_most BETWEEN 0 AND 100
                  AND receiving_most BETWEEN 0 AND 100 AND cover_most >= 0 AND missing_most >= 0)""",
        "A warning starts at 0 to 100 per cent, or from some months or skills; 0 means never.",
    )

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
        measures = self.env["timebank.measures"].with_context(timebank_asked=Asked())
        measures._check_readable(self)
        measures._check_project(self, project_id)
        return measures._get_all(measures._make_scope(self, date_from, date_to, grant_id, project_id))
