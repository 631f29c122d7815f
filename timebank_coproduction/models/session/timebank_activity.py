from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import coproduction_form
from ...tools.minutes import DAY
from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.personal import NAMED, OURS
from ..common.verb import verb
from ..common.windows import open_form, open_list

SIDES = [
    ("professionals", "Professionals"),
    ("jointly", "Jointly"),
    ("community", "The community"),
]

#: What people without a group may say about an idea of their own.
PROPOSAL = frozenset(
    {"name", "description", "scheme_id", "project_id", "category_id", "proposer_id", "state"}
)

#: The cells in words, planned by × delivered by (tools/coproduction_form.py).
FORMS = [
    ("professionals_professionals", "Traditional professional service"),
    ("jointly_professionals", "Delivered by professionals, planned together with users and communities"),
    ("community_professionals", "Professionals deliver what users and communities planned"),
    ("professionals_jointly", "Users co-deliver what professionals designed"),
    ("jointly_jointly", "Full co-production"),
    ("community_jointly", "Users and communities deliver with professionals, with little formal planning"),
    ("professionals_community", "Users and communities deliver what professionals planned"),
    ("jointly_community", "Users and communities deliver what was planned together"),
    ("community_community", "Self-organised by the community"),
]


class TimebankActivity(models.Model):
    """Something that people do together: an idea first, sessions once it runs."""

    _name = "timebank.activity"
    _description = "Activity"
    _inherit = ["timebank.protected", "timebank.in.bank", "mail.thread", "mail.activity.mixin"]
    _order = "priority desc, name, id"
    _check_company_auto = True
    _safeguards = frozenset({"check_type_ids"})
    _personal_fields = {
        "name": OURS,
        "description": OURS,
        "proposer_id": NAMED,
        "coordinator_id": NAMED,
    }

    # What
    name = fields.Char(required=True, tracking=True)
    description = fields.Html()
    category_id = fields.Many2one("timebank.category", ondelete="restrict")
    project_id = fields.Many2one(
        "project.project",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('timebank_open_to_ids', '=?', scheme_id)]",
    )
    task_id = fields.Many2one(
        "project.task",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        domain="[('project_id', '=?', project_id)]",
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Starred")], default="0")
    color = fields.Integer()
    active = fields.Boolean(default=True)
    # Who
    proposer_id = fields.Many2one(
        "res.partner",
        string="Proposed by",
        ondelete="restrict",
        index="btree_not_null",
        default=lambda self: self.env.user.partner_id,
        check_company=True,
    )
    coordinator_id = fields.Many2one(
        "res.users",
        default=lambda self: (
            self.env.user
            if self.env.user.has_group("timebank_coproduction.group_timebank_coordinator")
            else False
        ),
        domain=lambda self: self.env["timebank.scheme"]._get_domain_of_deciders(),
        tracking=True,
    )
    planned_by = fields.Selection(
        SIDES, string="Planned by", tracking=True, help="Who decides what is done and how."
    )
    delivered_by = fields.Selection(
        SIDES, string="Delivered by", tracking=True, help="Who does it, as far as is known beforehand."
    )
    # How it runs
    state = fields.Selection(
        [
            ("idea", "Idea"),
            ("planned", "Planned"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="idea",
        tracking=True,
        index=True,
        group_expand=True,
        copy=False,
    )
    check_type_ids = fields.Many2many(
        "timebank.check.type",
        string="Checks asked for",
        help="Of helpers and professionals, before they can sign up. Attendees need none.",
    )
    helpers_limited = fields.Boolean(
        "No more helpers than wanted",
        help="In new sessions of this activity, helpers beyond the number wanted wait for a place.",
    )
    attendee_effect = fields.Selection(
        [
            ("none", "Nothing moves"),
            ("charge", "Attendees pay credits"),
            ("credit", "Attendees earn credits"),
        ],
        string="For attendees",
        required=True,
        default="none",
        tracking=True,
    )
    attendee_minutes = fields.Integer(default=0)
    attendee_hours = hours_field(
        "attendee_minutes",
        "Credits a session",
        editable=True,
        help="What each attendee pays or earns, in hours. 0: the time that they attended.",
    )
    # What came of it
    session_ids = fields.One2many("timebank.session", "activity_id", string="Sessions")
    hours_ids = fields.One2many("timebank.hours", "activity_id")

    # How co-productive an activity is: declared at first, measured once there are hours.
    community_minutes = fields.Integer(compute="_compute_measured")
    community_hours = hours_field("community_minutes", "Given by the community")
    professional_minutes = fields.Integer(compute="_compute_measured")
    professional_hours = hours_field("professional_minutes", "Given by professionals")
    community_share = fields.Float(
        "Share of the community",
        compute="_compute_measured",
        help="Of the approved minutes of people who helped, the part that came from who isn't a professional."
        " From 10 to 90 per cent counts as jointly delivered.",
    )
    measured_delivered_by = fields.Selection(SIDES, compute="_compute_measured")
    coproduction_form = fields.Selection(
        FORMS, string="Form of co-production", compute="_compute_coproduction_form"
    )
    is_coproductive = fields.Boolean("Co-productive", compute="_compute_coproduction_form")
    form_is_measured = fields.Boolean(
        compute="_compute_coproduction_form",
        help="Whether the delivery is measured from approved hours, or as declared.",
    )

    # Shown on the board and the form
    session_count = fields.Integer("Number of sessions", compute="_compute_session_figures")
    helper_shortage = fields.Integer("Helpers missing", compute="_compute_session_figures")
    next_session_on = fields.Date("Next session", compute="_compute_session_figures")
    given_minutes = fields.Integer(compute="_compute_given_minutes")
    given_hours = hours_field("given_minutes", "Hours given")

    _attendee_minutes_of_a_day = models.Constraint(
        f"CHECK (attendee_minutes BETWEEN 0 AND {DAY})",
        "A session costs or earns between nothing and 24 hours.",
    )

    def _get_given_domain(self):
        return [("activity_id", "in", self._origin.ids), ("state", "=", "approved")]

    @api.depends("hours_ids.state", "hours_ids.minutes", "hours_ids.role")
    def _compute_measured(self):
        """From what people gave: organisations are none."""
        minutes = dict.fromkeys(self._origin.ids, (0, 0))
        # sudo: the figures are totals over everybody's hours, and name nobody.
        for activity, role, total in (
            self.env["timebank.hours"]
            .sudo()
            ._read_group(
                [
                    *self._get_given_domain(),
                    ("role", "!=", "organisation"),
                    ("partner_id.is_company", "=", False),
                ],
                ["activity_id", "role"],
                ["minutes:sum"],
            )
        ):
            community, professional = minutes[activity.id]
            if role == "professional":
                minutes[activity.id] = (community, professional + total)
            else:
                minutes[activity.id] = (community + total, professional)
        for activity in self:
            community, professional = minutes.get(activity._origin.id, (0, 0))
            activity.community_minutes = community
            activity.professional_minutes = professional
            activity.community_share = community / ((community + professional) or 1)
            activity.measured_delivered_by = (
                coproduction_form.measured_delivery(community, professional) or False
            )

    @api.depends("planned_by", "delivered_by", "measured_delivered_by")
    def _compute_coproduction_form(self):
        for activity in self:
            delivered_by = activity.measured_delivered_by or activity.delivered_by
            activity.form_is_measured = bool(activity.measured_delivered_by)
            activity.coproduction_form = coproduction_form.form(activity.planned_by, delivered_by) or False
            activity.is_coproductive = bool(
                coproduction_form.is_coproductive(activity.planned_by, delivered_by)
            )

    def _compute_session_figures(self):
        """Two grouped queries, over the sessions that the user may see."""
        sessions = self.env["timebank.session"]
        held = [("state", "!=", "cancelled")]
        for activity, count in figures_over(self, sessions, "activity_id", held):
            activity.session_count = count
        to_come = [("state", "in", ("draft", "open")), ("stop", ">=", fields.Datetime.now())]
        for activity, missing, first in figures_over(
            self, sessions, "activity_id", to_come, "helper_shortage:sum", "date:min"
        ):
            activity.helper_shortage, activity.next_session_on = missing, first

    def _compute_given_minutes(self):
        # sudo: the figure is a total over everybody's hours, and names nobody.
        given = dict(
            self.env["timebank.hours"]
            .sudo()
            ._read_group(self._get_given_domain(), ["activity_id"], ["minutes:sum"])
        )
        for activity in self:
            activity.given_minutes = given.get(activity._origin, 0)

    @api.constrains("project_id", "scheme_id", "task_id")
    def _check_project_of_bank(self):
        for activity in self:
            # sudo: whoever proposes an idea may not be able to read the bank's projects.
            bank, project = activity.scheme_id.sudo(), activity.project_id.sudo()
            if bank._get_projects_not_served(project):
                raise ValidationError(
                    self.env._(
                        "%(bank)s does not serve the project %(project)s.",
                        bank=bank.name,
                        project=project.name,
                    )
                )
            # sudo: only the task's project is compared
            task = activity.task_id.sudo()
            if task and project and task.project_id != project:
                raise ValidationError(
                    self.env._(
                        "The task %(task)s is not one of %(project)s.", task=task.name, project=project.name
                    )
                )

    @api.onchange("task_id")
    def _onchange_task_id(self):
        self.project_id = self.task_id.project_id or self.project_id

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_proposal(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_proposal(vals)
        if "scheme_id" in vals and any(activity.scheme_id.id != vals["scheme_id"] for activity in self):
            # sudo: only whether there are any is asked
            if self.sudo().session_ids:
                raise UserError(self.env._("An activity with sessions stays in its time bank."))
        if vals.get("state") in ("done", "cancelled"):
            self._raise_refusals(self._get_refusals_to_end())
        return super().write(vals)

    def _check_proposal(self, vals):
        """Anybody may propose; the broker makes an activity of it."""
        user = self.env.user
        if self.env.su or user.has_group("timebank_coproduction.group_timebank_coordinator"):
            return
        if (
            not PROPOSAL.issuperset(vals)
            or vals.get("state", "idea") != "idea"
            or vals.get("proposer_id", user.partner_id.id) != user.partner_id.id
        ):
            raise UserError(
                self.env._("You can propose an idea and describe it; a coordinator plans the rest.")
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unused(self):
        for activity in self:
            if activity.session_ids or activity.hours_ids:
                raise UserError(
                    self.env._(
                        "“%s” has sessions or hours: archive it instead of deleting it.", activity.name
                    )
                )

    # Actions: an idea becomes an activity
    @verb()
    def action_plan(self):
        return self._move_to("planned", ("idea",))

    @verb()
    def action_start(self):
        return self._move_to("running", ("idea", "planned"))

    @verb()
    def action_finish(self):
        """:raises UserError: while there are sessions to come"""
        return self._move_to("done", ("planned", "running"))

    @verb()
    def action_cancel(self):
        """Call it off, and all its sessions to come with it; those signed up are told."""
        self.check_access("write")
        self._get_open_sessions().action_cancel()
        return self._move_to("cancelled", ("idea", "planned", "running"))

    @verb()
    def action_reset(self):
        """Make an idea of it again."""
        return self._move_to("idea", ("planned", "running", "done", "cancelled"))

    def _move_to(self, state, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        self._raise_refusals(
            {
                activity.id: self.env._(
                    "“%(activity)s” is %(state)s: that step is not open to it.",
                    activity=activity.name,
                    state=labels[activity.state].lower(),
                )
                for activity in self
                if activity.state not in states
            }
        )
        self.write({"state": state})
        return True

    def _raise_refusals(self, refusals):
        if refusals:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))

    def _get_refusals_to_end(self):
        """Activities with sessions still to come: dict of id → sentence."""
        return {
            activity.id: self.env._(
                "“%(activity)s” still has sessions to come (%(count)s): close them or call them off first.",
                activity=activity.name,
                count=len(sessions),
            )
            for activity, sessions in self._get_open_sessions().grouped("activity_id").items()
        }

    def _get_open_sessions(self):
        return self.env["timebank.session"].search(
            [("activity_id", "in", self.ids), ("state", "in", ("draft", "open"))]
        )

    # ------------------------------------------------------------
    # From an activity to its sessions and hours
    # ------------------------------------------------------------

    @verb(single=True)
    def action_view_sessions(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_session_action",
            [("activity_id", "=", self.id)],
            {"default_activity_id": self.id},
        )

    @verb(single=True)
    def action_plan_session(self):
        """An empty session of this activity, to say when and where."""
        self.ensure_one()
        return open_form(
            self.env["timebank.session"],
            name=self.env._("New session"),
            context={"default_activity_id": self.id},
        )

    @verb(single=True)
    def action_view_hours(self):
        self.ensure_one()
        return open_list(
            self.env,
            "timebank_hours_action",
            [("activity_id", "=", self.id)],
            {
                "default_activity_id": self.id,
                "default_scheme_id": self.scheme_id.id,
                "default_project_id": self.project_id.id,
            },
        )
