from odoo import api, fields, models

from ...tools import spans
from ...tools.minutes import DAY, to_hours
from ..hours.timebank_hours import CONTENT

#: What says in which session an entry was given; its content (day, people, minutes) is looked at as well.
ORIGIN = frozenset({"session_id"})

#: What two entries of one day that nobody received have in common, which are the same: see ``_no_double``.
SAME = ("scheme_id", "partner_id", "date", "minutes", "start_minute", "project_id")


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

    def write(self, vals):
        result = super().write(vals)
        if ORIGIN.intersection(vals) and not CONTENT.intersection(vals) and not self._is_in_verb():
            self._check_recordable()  # of its day, its bank, and not on its register already
        return result

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

    def _get_zone(self):
        """A session's time is of the session's zone."""
        return self.session_id.tz or super()._get_zone()

    def _get_refusals_to_record(self):
        """Besides the rules of all hours: what a register holds can't be logged by hand as well."""
        refusals = super()._get_refusals_to_record()
        refusals = {**self._get_refusals_by_register(), **refusals}
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
        logged = {
            (session_id, partner_id): entry_id
            for session_id, partner_id, entry_id in lines._get_columns("session_id", "partner_id", "hours_id")
        }
        for session, here in entries.grouped("session_id").items():
            its_own = (session.scheme_id.id, session.date)
            lasted, cancelled = session.minutes, session.state == "cancelled"
            columns = here._get_columns("partner_id", "scheme_id", "date", "minutes")
            for entry, (partner_id, scheme_id, date, minutes) in zip(here, columns, strict=True):
                if logged.get((session.id, partner_id), entry.id) != entry.id:
                    refusals[entry.id] = self.env._(
                        "The time of %(person)s in %(session)s is on its register already.",
                        person=entry.partner_id.name,
                        session=session._say(),
                    )
                elif scheme_id != its_own[0]:
                    refusals[entry.id] = self.env._("%s belongs to another time bank.", session._say())
                elif cancelled:
                    refusals[entry.id] = self.env._("%s has been cancelled.", session._say())
                elif date != its_own[1]:
                    refusals[entry.id] = self.env._("%s was on another day.", session._say())
                elif minutes > lasted:
                    refusals[entry.id] = self.env._(
                        "%(session)s lasted %(length)s hours.",
                        session=session._say(),
                        length=session._say_length(),
                    )
        return refusals

    def _get_refusals_by_register(self):
        """Entries of a time of day at which their giver was in a session that has been logged."""
        # sudo: the rules look at everybody's lines of registers, and reveal none
        entries = self.sudo().filtered(
            lambda entry: entry.start_minute >= 0 and not entry.session_id and not entry.receiver_id
        )
        if not entries:
            return {}
        days = entries.mapped("date")
        lines = entries.env["timebank.attendance"].search(
            [
                ("partner_id", "in", entries.partner_id.ids),
                ("scheme_id", "in", entries.scheme_id.ids),
                ("hours_id", "!=", False),
                ("session_id.date", ">=", fields.Date.subtract(min(days), days=1)),
                ("session_id.date", "<=", fields.Date.add(max(days), days=1)),
            ]
        )
        by_person = lines.grouped(lambda one: (one.scheme_id, one.partner_id))
        refusals = {}
        for entry in entries:
            for one in by_person.get((entry.scheme_id, entry.partner_id), ()):
                span = entry._get_span(one.session_id.date)
                if one.hours_id != entry and spans.common(span, one._get_spans()):
                    refusals[entry.id] = self.env._(
                        "The time of %(person)s in %(session)s is on its register already.",
                        person=entry.partner_id.name,
                        session=one.session_id._say(),
                    )
        return refusals

    def _get_nameable(self, name, records, vals_list):
        """Not who shows their name to nobody, unless they know each other."""
        nameable = super()._get_nameable(name, records, vals_list)
        if name != "receiver_id" or not nameable:
            return nameable
        return self._get_shown(nameable)

    def _get_shown(self, people, members=None):
        """Those of ``people`` who show their name to other members, or know the user.

        :param members: all memberships of these people, where they have been looked for already
        """
        if members is None:
            # sudo: only whether they show their name is asked
            members = self.env["timebank.member"].sudo().search([("partner_id", "in", people.ids)])
        hidden = members.filtered(lambda one: one.name_shown == "hidden").partner_id
        hidden = people & hidden.with_env(people.env)
        return people - (hidden - self._get_known(hidden))

    # ------------------------------------------------------------
    # What a register makes of the time of its helpers
    # ------------------------------------------------------------

    def _insert_handed_in(self, vals_list, user, there):
        """Make entries of checked values in one statement, whatever their number.

        For registers alone: a session of hundreds is closed in one act, which writes an
        entry once, as the bank's policy leaves it. The caller asks for the refusals, and
        :meth:`_decide_from_register` for the credits; the values are those of records that
        have been checked. What is recorded already is a draft, for the rules to refuse.

        :param vals_list: dicts of columns, the same for each; ``False`` where empty
        :param user: who closes the register
        :param there: all entries that these people have of these days
        :return: the entries, in the order given
        """
        schemes = self.env["timebank.scheme"].browse({vals["scheme_id"] for vals in vals_list})
        approved = {**self._prepare_approval(user), "earns_credit": True}
        handed_in = dict.fromkeys(approved, False) | {"state": "submitted"}
        handed = there.filtered(lambda entry: entry.state != "draft" and not entry.receiver_id)
        known, rows = set(handed._get_columns(*SAME)), []
        for vals in vals_list:
            scheme = schemes.browse(vals["scheme_id"])
            decided = approved if scheme._approves_at_closing(user, vals["partner_id"]) else handed_in
            same = tuple(vals[name] for name in SAME)
            if same in known:
                decided = handed_in | {"state": "draft"}
            known.add(same)
            row = {
                **vals,
                **decided,
                "company_id": scheme.company_id.id,
                "hours": to_hours(vals["minutes"]),
            }
            row["earns_credit"] = row["earns_credit"] and scheme._earns_credit(vals["role"])
            rows.append(row)
        return self._insert_rows(rows)

    def _copy_to_decide_again(self):
        """The lines of registers go on with the copies."""
        # sudo: lines of entries that the user has decided on; each goes on with the same time
        lines = self.env["timebank.attendance"].sudo().search([("hours_id", "in", self.ids)])
        by_entry = lines.grouped("hours_id")
        lines._in_verb().write({"hours_id": False})
        copies = super()._copy_to_decide_again()
        for entry, copy in zip(self.sudo(), copies, strict=True):
            by_entry.get(entry, lines.browse())._in_verb().write({"hours_id": copy.id})
        return copies

    def _is_for_session(self, session, minutes):
        """Whether this entry, made by hand without a time of day, is time given in ``session``.

        It is if it says so; or, of the same day, if it is of the same activity, or as long
        and of the same project.
        """
        self.ensure_one()
        if self.session_id or self.date != session.date:
            return self.session_id == session
        if self.activity_id:
            return self.activity_id == session.activity_id
        return self.minutes == minutes and self.project_id == session.project_id

    def _note_session(self, session):
        """Have this entry say in which session its time was given."""
        if self.session_id != session or self.activity_id != session.activity_id:
            self._in_verb().write({"session_id": session.id, "activity_id": session.activity_id.id})

    def _get_span(self, day):
        """From when until when, in minutes after the beginning of ``day``; nothing where it isn't known."""
        self.ensure_one()
        if self.start_minute < 0:
            return []
        start = (self.date - day).days * DAY + self.start_minute
        return [(start, start + self.minutes)]

    def _decide_from_register(self, user):
        """Approve what the bank's policy lets through; ask a coordinator for the rest.

        :param user: who closes the register; never approves time of their own
        """
        by_user = self.filtered(lambda entry: entry.scheme_id._approves_at_closing(user, entry.partner_id.id))
        rest = self - by_user
        by_policy = rest - rest._get_needing_approval()
        unpaid = {}
        made = by_user.filtered(lambda entry: entry.state == "approved")
        if made:
            unpaid |= made._get_earning()._post_credits(user)
            made.browse(unpaid)._in_verb().write(
                {"state": "submitted", "approver_id": False, "approved_on": False, "earns_credit": False}
            )
        if by_user - made:
            unpaid |= (by_user - made)._approve(user)
        if by_policy:
            unpaid |= by_policy._approve(self.env["res.users"])
        done = (by_user | by_policy).filtered(lambda entry: entry.id not in unpaid)
        done._close_todos()
        (self - done)._ask_for_decision()
