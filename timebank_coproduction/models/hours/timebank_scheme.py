from datetime import timedelta

from odoo import api, fields, models

from ...tools.minutes import DAY
from ...tools.suppression import is_small
from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.words import say_number

YEAR = 365


class TimebankScheme(models.Model):
    """A bank's rules about hours: where they are given, how many, who approves them, what they earn."""

    _inherit = "timebank.scheme"

    # Where and how many
    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        check_company=True,
        help="Time given in these projects can be recorded in this bank. Empty means any project.",
    )
    max_minutes_per_day = fields.Integer(default=DAY)
    max_hours_per_day = hours_field(
        "max_minutes_per_day",
        "Most hours a day",
        editable=True,
        help="What one person can have recorded for one day, all entries together.",
    )
    # Approval
    approval = fields.Selection(
        [
            ("always", "A coordinator approves every entry"),
            ("over_limit", "A coordinator approves longer entries"),
            ("trusted", "Entries of trusted members need no approval"),
        ],
        required=True,
        default="always",
        tracking=True,
        help="Time that another member pays for is always approved by a coordinator.",
    )
    approval_over_minutes = fields.Integer(default=60)
    approval_over_hours = hours_field(
        "approval_over_minutes",
        "Approve entries over",
        editable=True,
        help="Entries of up to this long, all of a person's on one day together, are approved at once, for"
        " days of the last month.",
    )
    approval_week_minutes = fields.Integer(default=300)
    approval_week_hours = hours_field(
        "approval_week_minutes",
        "Approve a week over",
        editable=True,
        help="What one person can have approved at once in a week, Monday to Sunday.",
    )
    # What for
    category_policy = fields.Selection(
        [
            ("asked", "Forms ask for a category, and it may be left empty"),
            ("required", "Hours that are handed in have a category"),
            ("unused", "Forms don't ask for a category"),
        ],
        string="Categories of hours",
        required=True,
        default="asked",
        tracking=True,
        help="What time was given for, as reports show it. A session's hours have its activity's.",
    )
    # What shows it
    evidence_policy = fields.Selection(
        [
            ("none", "Members add no files to their hours"),
            ("optional", "Members may add a photo or file"),
            ("required", "Members add a photo or file to what they hand in"),
        ],
        string="Photo or file",
        required=True,
        default="none",
        tracking=True,
    )
    # What earns
    credit_professionals = fields.Boolean(
        "Professionals earn credits",
        tracking=True,
        help="Let paid staff earn credits too. Their hours are recorded either way.",
    )
    # Figures
    to_approve_count = fields.Integer("Hours to approve", compute="_compute_to_approve_count")

    _max_per_day = models.Constraint(
        f"CHECK (max_minutes_per_day BETWEEN 1 AND {DAY})",
        "The most hours a day lie between one minute and 24 hours.",
    )
    _approval_limit_positive = models.Constraint(
        "CHECK (approval_over_minutes >= 0 AND approval_week_minutes >= 0)",
        "The limits of approval are zero or more.",
    )

    @api.depends_context("uid")
    def _compute_to_approve_count(self):
        hours, waiting = self.env["timebank.hours"], [("state", "=", "submitted")]
        for scheme, number in figures_over(self, hours, "scheme_id", waiting):
            scheme.to_approve_count = number

    # Actions
    @verb(single=True)
    def action_view_to_approve(self):
        return self._open_own("timebank_hours_to_approve_action")

    # What everybody may know
    def _get_web_figures(self):
        """And how much was given within a year, where enough people did."""
        since = self._today() - timedelta(days=YEAR)
        given = [("scheme_id", "=", self.id), ("state", "=", "approved"), ("date", ">", since)]
        # sudo: a sum over people, and none that could tell of somebody
        [(minutes, givers)] = (
            self.env["timebank.hours"]
            .sudo()
            ._read_group(given, [], ["minutes:sum", "partner_id:count_distinct"])
        )
        figures = super()._get_web_figures()
        if not is_small(givers):
            hours = say_number(self.env, minutes // 60)
            figures.append((hours, self.env._("hours given in the last twelve months")))
        return figures

    # Rules
    def _get_projects_not_served(self, projects):
        """Those of these projects that aren't the bank's: of one that serves any, another company's."""
        self.ensure_one()
        bank = self.sudo()  # sudo: which projects it serves, and no word of them
        if bank.project_ids:
            return projects - bank.project_ids
        return projects.filtered(lambda one: (one.sudo().company_id or bank.company_id) != bank.company_id)

    def _get_category_choices(self):
        """What a page needs that asks what time counts as: a dict of what can be chosen, and whether it has
        to be.
        """
        self.ensure_one()
        policy = self.sudo().category_policy  # sudo: the bank's policy, which its own forms follow
        categories = self.env["timebank.category"]
        if policy != "unused":
            categories = categories.search([])
        return {
            "categories": [(category.id, category.name) for category in categories],
            "category_required": policy == "required",
        }

    def _earns_credit(self, role):
        """Whether time given in ``role`` is credited."""
        self.ensure_one()
        return role != "professional" or self.credit_professionals
