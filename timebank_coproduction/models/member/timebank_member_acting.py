from uuid import uuid4

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command

from ..common.acting import KEY, Acting, acting_in
from ..common.personal import ABOUT, PEOPLE, fields_of
from ..common.verb import verb


class TimebankMember(models.Model):
    """Whose pages a user may open, and who did it where that isn't the member."""

    _inherit = "timebank.member"

    deputy_ids = fields.One2many(
        "timebank.deputy",
        "member_id",
        "People acting for it",
        groups="timebank_coproduction.group_timebank_coordinator",
    )
    takes_deputies = fields.Boolean(compute="_compute_takes_deputies")

    @api.depends("role", "partner_id.is_company")
    def _compute_takes_deputies(self):
        """An organisation acts through people; a person doesn't need any."""
        for member in self:
            member.takes_deputies = member.role == "organisation" or member.partner_id.is_company

    @api.model
    def _find_for_pages(self, member_id):
        """The membership of that number, if the user may act in it, with who acts in its context; else none.

        That is their own; or one of a bank that they run, for somebody who can't use the pages; or that
        of an organisation for which they act, which is then seen with the organisation's own rights. On a
        tablet it is the one that was opened there alone.
        """
        only, domain = self.env.context.get("timebank_only_member"), [("id", "=", member_id)]
        member = self._get_for_pages(domain)
        if only:
            return member.filtered(lambda one: one.id == only).with_context(**{KEY: Acting("")})
        if member and member.partner_id != self.env.user.partner_id:
            user = self.env.user
            return member.with_context(**{KEY: Acting(user.name, user.partner_id)})
        return member or next(iter(self.env["timebank.deputy"]._get_members_of_user(domain)), member)

    @api.model
    def _get_for_pages(self, domain=()):
        members = self.search_fetch([*domain, ("state", "!=", "left")])
        return members.filtered(lambda member: member._is_for_pages())

    def _is_for_pages(self):
        return self.partner_id == self.env.user.partner_id or self.scheme_id.is_run_by_user

    @api.model
    def _get_own_for_pages(self):
        """A list of the user's own memberships, those that they take part in first, and then of those of
        organisations for which they act, each with the rights with which its pages are shown.
        """
        own = self.search(
            [("partner_id", "=", self.env.user.partner_id.id), ("state", "!=", "left")], order="state, id"
        )
        return [*own, *self.env["timebank.deputy"]._get_members_of_user()]

    # ------------------------------------------------------------
    # With whose rights.
    # ------------------------------------------------------------

    def _get_seat(self):
        """The login with whose rights somebody is on this member's pages who didn't sign in with it.

        Their own of the portal; or else one that nobody can sign in with; or none.
        """
        self.ensure_one()
        # sudo: which it is, for whoever is known to be let in
        users = self.sudo().partner_id.with_context(active_test=False).user_ids
        usable = users.filtered(lambda user: user._is_portal() and (user.active or user.is_timebank_seat))
        return usable.sorted(lambda user: (user.is_timebank_seat, user.id))[:1]

    def _make_seat(self):
        """See that there is such a login, for the company of this membership.

        It has the rights of any of the portal, and is archived, so that nobody signs in with it.
        """
        seat, company = self._get_seat(), self.company_id
        if seat and not seat.is_timebank_seat:
            return
        if seat:
            if company not in seat.company_ids:
                seat.company_ids = [Command.link(company.id)]
            return
        # sudo: a login that nobody can sign in with; no password, no mail, and archived at once
        users = self.env["res.users"].sudo().with_context(no_reset_password=True)
        seat = users.create(
            {
                "login": f"timebank-{uuid4()}",
                "partner_id": self.partner_id.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "is_timebank_seat": True,
            }
        )
        seat.active = False

    def _ask_to_open(self, deputies):
        """A to-do for the bank's coordinator: those who act for this organisation can't open its pages."""
        self.ensure_one()
        names = ", ".join(deputies.mapped("partner_id.name"))
        note = self.env._(
            "%(people)s can't open the pages of %(member)s: its login was archived, or may not work in"
            " %(company)s any more. Whoever manages logins can give it back. Without one, take the people off"
            " and name them again: they then need no login of its own.",
            people=names,
            member=self.name,
            company=self.company_id.name,
        )
        self.activity_schedule(
            "timebank_coproduction.mail_activity_pages_shut",
            summary=self.env._("Nobody can open the pages of %s", self.name),
            note=Markup("<p>%s</p>") % note,
            user_id=self._get_broker().id,
        )

    @verb(single=True)
    def action_open_pages(self):
        """The member's own pages, on which whoever runs the bank acts for them."""
        return {"type": "ir.actions.act_url", "url": f"/timebank/{self.id}", "target": "new"}

    # ------------------------------------------------------------
    # Who did it.
    # ------------------------------------------------------------

    def _get_acting_name(self):
        """Who acts for this member at present, where that isn't the member."""
        acting = acting_in(self.env)
        if acting:
            return acting.name
        return "" if self.env.user.partner_id == self.partner_id else self.env.user.name

    def _is_with_deputy(self):
        """Whether somebody is on the pages at present who acts for this organisation with its rights."""
        acting = acting_in(self.env)
        return bool(acting and acting.name and self.env.user.partner_id == self.partner_id)

    def _note_acting(self, records):
        """Leave on ``records``, which have a chatter, who did it, where that isn't the member.

        On a page that waits for all that it touches: see :meth:`_note_touched`.
        """
        self.ensure_one()
        acting = acting_in(self.env)
        if acting:
            acting.touch(records)
        elif name := records and self._get_acting_name():
            records._message_log_batch(bodies=dict.fromkeys(records.ids, self._say_acting(name)))

    def _say_acting(self, name):
        if not name:
            return self.env._("Done by %s with card and PIN, on the tablet.", self.name)
        return self.env._("Done by %(user)s for %(member)s.", user=name, member=self.name)

    def _note_touched(self):
        """Leave who did it on all that a page has touched of this member's.

        What has no chatter, and what is gone, is named on the membership.
        """
        acting = acting_in(self.env)
        if not acting:
            return
        touched, names = acting.take()
        # sudo: a note on what whoever acts has made or changed just now, by verbs that ask who may
        member, note, noted = self.sudo(), self._say_acting(acting.name), False
        author = acting.person.id if acting.person else None  # whatever they call themselves
        ids = {}
        for records in touched:
            ids.setdefault(records._name, []).extend(records.ids)
        for model, numbers in ids.items():
            mine = member.env[model].browse(dict.fromkeys(numbers)).exists().filtered(member._is_named_by)
            if not mine:
                continue
            if hasattr(mine, "_message_log_batch"):
                mine._message_log_batch(bodies=dict.fromkeys(mine.ids, note), author_id=author)
                noted = True
            else:
                names = [*names, *(f"{mine._description} {one.display_name}" for one in mine)]
        if names and not noted:
            what = ", ".join(dict.fromkeys(names))
            member._message_log(author_id=author, body=self.env._("%(note)s %(what)s", note=note, what=what))

    def _is_named_by(self, record):
        """Whether a record is this member's, or names them."""
        for field in fields_of(record, ABOUT):
            if field.type == "many2many" and field.comodel_name == "res.partner":
                if self.partner_id in record[field.name]:
                    return True
        for field in record._fields.values():
            if field.type != "many2one" or not field.store or field.name in ("create_uid", "write_uid"):
                continue
            named = record[field.name]
            if named in (self, self.account_id) or (
                field.comodel_name in PEOPLE and named == self.partner_id
            ):
                return True
        return record == self
