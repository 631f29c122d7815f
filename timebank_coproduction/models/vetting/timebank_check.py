from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..common.jobs import job
from ..common.personal import ABOUT, OURS, WORDS

#: Days before a check runs out on which its holder is reminded, the last one last.
REMIND_DAYS = (60, 30, 7)


class TimebankCheckType(models.Model):
    _name = "timebank.check.type"
    _description = "Kind of Check"
    _inherit = ["timebank.protected"]
    _order = "name"
    _personal_fields = {
        "name": OURS,
        "description": OURS,
    }

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="Who needs it, and how to get one.")
    validity_months = fields.Integer(
        "Valid for (months)",
        default=36,
        help="For how long a new one holds, unless another date is given. 0: it doesn't run out.",
    )
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(name)", "There is such a check already.")
    _validity_positive = models.Constraint(
        "CHECK (validity_months BETWEEN 0 AND 600)", "A check holds for zero to 600 months."
    )


class TimebankCheck(models.Model):
    """That somebody was checked: asked for only by the activities and offers that need it."""

    _name = "timebank.check"
    _description = "Check of a Person"
    _inherit = ["timebank.protected", "timebank.told", "mail.thread", "mail.activity.mixin"]
    _order = "expires_on, id"
    _rec_names_search = ["partner_id", "reference"]
    _personal_fields = {
        "partner_id": ABOUT,
        "reference": WORDS,
        "issuer": WORDS,
        "document": WORDS,
        "document_name": WORDS,
    }
    _goes_with_person = True

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict", index=True, tracking=True
    )
    type_id = fields.Many2one(
        "timebank.check.type", string="Check", required=True, ondelete="restrict", index=True, tracking=True
    )
    reference = fields.Char("Number", tracking=True)
    issuer = fields.Char(tracking=True)
    issued_on = fields.Date("Issued on", default=fields.Date.context_today, tracking=True)
    expires_on = fields.Date(
        "Expires on",
        compute="_compute_expires_on",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index=True,
        help="The last day on which it holds. Empty: it doesn't run out.",
    )
    document = fields.Binary(attachment=True, copy=False)
    document_name = fields.Char("Document name", copy=False)
    withdrawn = fields.Boolean(tracking=True, help="It no longer holds, whatever its date.")
    state = fields.Selection(
        [
            ("valid", "In date"),
            ("due", "Runs out soon"),
            ("expired", "Out of date"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_state",
        search="_search_state",
    )
    reminded_days = fields.Integer(
        readonly=True, copy=False, help="The last reminder: so many days before it runs out. 0: none yet."
    )

    _dates_in_order = models.Constraint(
        "CHECK (expires_on >= issued_on)", "A check can't run out before it was issued."
    )

    @api.depends("type_id", "issued_on")
    def _compute_expires_on(self):
        for check in self:
            months = check.type_id.validity_months
            if not check.issued_on or not months:
                check.expires_on = check.expires_on
            else:
                check.expires_on = fields.Date.add(check.issued_on, months=months)

    @api.depends("expires_on", "withdrawn")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=REMIND_DAYS[0])
        for check in self:
            if check.withdrawn:
                check.state = "withdrawn"
            elif not check.expires_on or check.expires_on > soon:
                check.state = "valid"
            else:
                check.state = "due" if check.expires_on >= today else "expired"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        soon = fields.Date.add(today, days=REMIND_DAYS[0])
        holds = fields.Domain("withdrawn", "=", False)
        domains = {
            "withdrawn": fields.Domain("withdrawn", "=", True),
            "expired": holds & fields.Domain("expires_on", "<", today),
            "due": holds & fields.Domain("expires_on", ">=", today) & fields.Domain("expires_on", "<=", soon),
            "valid": holds
            & (fields.Domain("expires_on", ">", soon) | fields.Domain("expires_on", "=", False)),
        }
        return fields.Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("partner_id", "type_id")
    def _compute_display_name(self):
        for check in self:
            check.display_name = ": ".join(filter(None, (check.type_id.name, check.partner_id.name)))

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks._refuse_own()
        return checks

    def write(self, vals):
        self._refuse_own()
        result = super().write(vals)
        if "expires_on" in vals:
            self._in_verb().write({"reminded_days": 0})
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_by_managers(self):
        """That somebody was checked, or wasn't, isn't for those to remove whom it may embarrass."""
        self._refuse_own()
        if not self.env.su and not self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            raise AccessError(
                self.env._("A check is withdrawn instead of deleted: only a manager removes one for good.")
            )

    def _refuse_own(self):
        """:raises AccessError: where somebody writes down that they have been checked themselves"""
        if not self.env.su and self.env.user.partner_id in self.partner_id:
            raise AccessError(
                self.env._("Nobody vouches for themselves: ask another coordinator to record your checks.")
            )

    @api.model
    def _get_missing(self, types, partners, day):
        """Which of the required checks people don't hold on a day. One query.

        :param types: the ``timebank.check.type`` that are asked for
        :param partners: ``res.partner``
        :param day: a date
        :return: dict of partner id → the missing ``timebank.check.type``
        """
        if not types:
            return dict.fromkeys(partners.ids, types)
        # sudo: whoever signs up learns that a check is missing, and nothing else about it.
        held = self.sudo()._read_group(
            [
                ("partner_id", "in", partners.ids),
                ("type_id", "in", types.ids),
                ("withdrawn", "=", False),
                "|",
                ("issued_on", "=", False),
                ("issued_on", "<=", day),
                "|",
                ("expires_on", "=", False),
                ("expires_on", ">=", day),
            ],
            ["partner_id", "type_id"],
        )
        missing = {partner.id: types for partner in partners}
        for partner, check_type in held:
            missing[partner.id] -= check_type.with_env(types.env)
        return missing

    # Reminders
    @job
    def _cron_remind(self):
        """Remind holders 60, 30 and 7 days before their check runs out, and tell the broker.

        A day on which the job didn't run is made up for. Nobody is reminded of a check
        that has been renewed.
        """
        today = fields.Date.context_today(self)
        checks = self.search(
            [
                ("withdrawn", "=", False),
                ("expires_on", ">=", today),
                ("expires_on", "<=", fields.Date.add(today, days=REMIND_DAYS[0])),
            ]
        )
        self.env["timebank.job"]._in_parts(
            [
                (partial(type(self)._remind, days=days), due)
                for days, due in checks.grouped(lambda check: check._get_reminder(today)).items()
                if days
            ]
        )

    def _get_reminder(self, today):
        """The reminder that is due, in days before running out, or 0."""
        self.ensure_one()
        left = (self.expires_on - today).days
        due = min(days for days in REMIND_DAYS if left <= days)
        return due if not self.reminded_days or self.reminded_days > due else 0

    def _remind(self, days):
        self._in_verb().write({"reminded_days": days})
        current = self.filtered(lambda check: not check._is_renewed())
        # whoever no mail reaches hears of it from the coordinators, who have a to-do anyway
        current._mail_people("timebank_coproduction.mail_check_due")
        for check in current:
            for coordinator in check._get_deciders():
                check.activity_schedule(
                    "timebank_coproduction.mail_activity_check",
                    date_deadline=check.expires_on,
                    user_id=coordinator.id,
                )

    def _is_renewed(self):
        """Whether its holder has another one of the kind that holds for longer."""
        self.ensure_one()
        return bool(
            self.search_count(
                [
                    ("partner_id", "=", self.partner_id.id),
                    ("type_id", "=", self.type_id.id),
                    ("withdrawn", "=", False),
                    ("id", "!=", self.id),
                    "|",
                    ("expires_on", "=", False),
                    ("expires_on", ">", self.expires_on),
                ],
                limit=1,
            )
        )

    def _get_told_members(self, people):
        """A check is no bank's: whoever has switched such mails off in one of theirs gets none."""
        members = self.partner_id.timebank_member_ids.filtered(lambda one: one.state in ("active", "paused"))
        members = members.sorted(lambda one: (one.check_mails, one.id))
        found = {member.partner_id: member for member in reversed(members)}
        return {check: found[check.partner_id] for check in self if check.partner_id in found}

    def _get_mail_button(self, mail, member):
        return self.env._("My time bank"), ""

    def _get_deciders(self):
        """Who decides for each bank that the holder belongs to, unless one was told before."""
        told = self.activity_ids.user_id
        members = self.partner_id.timebank_member_ids.filtered(
            lambda member: member.state in ("active", "paused")
        )
        deciders = self.env["res.users"].union(
            *(scheme._get_deciders(self.partner_id)[:1] for scheme in members.scheme_id)
        )
        return deciders - told
