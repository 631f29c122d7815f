from odoo import api, fields, models


class TimebankHours(models.Model):
    """The session, activity or task in which hours were given."""

    _inherit = "timebank.hours"

    activity_id = fields.Many2one(
        "timebank.activity",
        compute="_compute_activity_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('scheme_id', '=', scheme_id)]",
    )
    session_id = fields.Many2one(
        "timebank.session",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('scheme_id', '=', scheme_id), ('state', 'in', ('open', 'done'))]",
        help="Time already on the register of that session is not counted a second time.",
    )
    task_id = fields.Many2one("project.task", ondelete="set null", index="btree_not_null", check_company=True)

    @api.depends("session_id")
    def _compute_activity_id(self):
        for entry in self:
            entry.activity_id = entry.session_id.activity_id or entry.activity_id

    @api.onchange("session_id", "activity_id", "task_id")
    def _onchange_origin(self):
        origin = self.session_id.activity_id or self.activity_id
        self.project_id = self.project_id or origin.project_id or self.task_id.project_id
        self.category_id = self.category_id or origin.category_id
        if self.session_id and not self.minutes:
            self.date, self.minutes = self.session_id.date, self.session_id.minutes

    def _get_refusals_to_record(self):
        """Besides the rules of all hours: what a register holds can't be logged by hand as well."""
        refusals = super()._get_refusals_to_record()
        if not self.session_id:
            return refusals
        # sudo: the rules look at sessions that the giver may not read, and reveal none
        entries = self.sudo().filtered(lambda entry: entry.session_id and entry.id not in refusals)
        if not entries:
            return refusals
        # sudo: the person's own line on the register, which they may not be able to read
        lines = (
            self.env["timebank.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("session_id", "in", entries.session_id.ids),
                    ("partner_id", "in", entries.partner_id.ids),
                    ("hours_id", "!=", False),
                ],
                ["session_id", "partner_id", "hours_id"],
            )
        )
        logged = {(line.session_id, line.partner_id): line.hours_id for line in lines}
        for session, here in entries.grouped("session_id").items():
            scheme, date, minutes = session.scheme_id, session.date, session.minutes
            cancelled = session.state == "cancelled"
            for entry in here:
                if logged.get((session, entry.partner_id), entry) != entry:
                    refusals[entry.id] = self.env._(
                        "The time of %(person)s in %(session)s is on its register already.",
                        person=entry.partner_id.name,
                        session=session._say(),
                    )
                elif scheme != entry.scheme_id:
                    refusals[entry.id] = self.env._("%s belongs to another time bank.", session._say())
                elif cancelled:
                    refusals[entry.id] = self.env._("%s has been cancelled.", session._say())
                elif date != entry.date:
                    refusals[entry.id] = self.env._("%s was on another day.", session._say())
                elif minutes < entry.minutes:
                    refusals[entry.id] = self.env._(
                        "%(session)s lasted %(length)s hours.",
                        session=session._say(),
                        length=session._say_length(),
                    )
        return refusals
