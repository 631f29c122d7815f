from odoo import api, fields, models

from ..common.acting import KEY, Acting, acting_in
from ..common.personal import PEOPLE
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
        of an organisation for which they act, which is then seen with the organisation's own rights.
        """
        domain = [("id", "=", member_id)]
        member = self._get_for_pages(domain)
        if member and member.partner_id != self.env.user.partner_id:
            return member.with_context(**{KEY: Acting(self.env.user.name)})
        return member or next(iter(self.env["timebank.deputy"]._get_members_of_user(domain)), member)

    @api.model
    def _get_for_pages(self, domain=()):
        members = self.search([*domain, ("state", "!=", "left")])
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
        ids = {}
        for records in touched:
            ids.setdefault(records._name, []).extend(records.ids)
        for model, numbers in ids.items():
            mine = member.env[model].browse(dict.fromkeys(numbers)).exists().filtered(member._is_named_by)
            if not mine:
                continue
            if hasattr(mine, "_message_log_batch"):
                mine._message_log_batch(bodies=dict.fromkeys(mine.ids, note))
                noted = True
            else:
                names = [*names, *(f"{mine._description} {one.display_name}" for one in mine)]
        if names and not noted:
            what = ", ".join(dict.fromkeys(names))
            member._message_log(body=self.env._("%(note)s %(what)s", note=note, what=what))

    def _is_named_by(self, record):
        """Whether a record is this member's, or names them."""
        for field in record._fields.values():
            if field.type != "many2one" or not field.store or field.name in ("create_uid", "write_uid"):
                continue
            named = record[field.name]
            if named in (self, self.account_id) or (
                field.comodel_name in PEOPLE and named == self.partner_id
            ):
                return True
        return record == self
