from odoo import models

#: Of two lines of one register, the one that says most stays.
SAYS_MOST = ("withdrawn", "absent", "waiting", "signed_up", "attended")


class TimebankMerge(models.Model):
    """Places and registers of people who become one."""

    _inherit = "timebank.merge"

    def _get_doubled_lines(self, people):
        """The lines of people who are on one register twice, those that say most first: a list of records."""
        # sudo: which lines there are, of banks that the user decides for
        lines = self.env["timebank.attendance"].sudo().search([("partner_id", "in", people.ids)])
        return [
            theirs.sorted(
                lambda line: (bool(line.settled_on), SAYS_MOST.index(line.state), -line.id), reverse=True
            )
            for theirs in lines.grouped("session_id").values()
            if len(theirs) > 1
        ]

    def _get_reasons_against(self, gone, kept, members):
        reasons = super()._get_reasons_against(gone, kept, members)
        for lines in self._get_doubled_lines(gone | kept):
            # what has been logged has its hours or credits, and what was attended is still to be
            if any(line.settled_on or line.settle_no or line.state == "attended" for line in lines[1:]):
                reasons.append(
                    self.env._(
                        "Both attended %s: correct the register first, one of them only was there.",
                        lines.session_id.name,
                    )
                )
        return reasons

    def _get_matters(self, gone, kept):
        matters = super()._get_matters(gone, kept)
        states = dict(self.env["timebank.attendance"]._fields["state"]._description_selection(self.env))
        for lines in self._get_doubled_lines(gone | kept):
            matters.append(
                self.env._(
                    "%(session)s: both are on the register; the line “%(state)s” stays.",
                    session=lines.session_id.name,
                    state=states[lines[0].state],
                )
            )
        return matters

    def _settle_doubles(self, gone, kept, held):
        result = super()._settle_doubles(gone, kept, held)
        for lines in self._get_doubled_lines(gone | kept):
            session = lines.session_id
            self._remove_held(lines[1:], held)
            session._offer_free_places()
        return result

    def _prepare_joined(self, other, main):
        vals = super()._prepare_joined(other, main)
        if other.card_code and not main.card_code:
            vals["card_code"] = other.card_code
            other._in_verb().write({"card_code": False})
            other.flush_recordset()
        return vals

    def _follow_accounts(self, people):
        result = super()._follow_accounts(people)
        # sudo: whoever undoes it decides for the banks; a line is whose hours, or whose credits, it led to
        lines = self.env["timebank.attendance"].sudo().search([("partner_id", "in", people.ids)])
        field = lines._fields["partner_id"]
        for line in lines.filtered("hours_id"):
            if line.hours_id.partner_id != line.partner_id:
                self._give_rows(line, field, line.hours_id.partner_id)
        transfers = self.env["timebank.transfer"].sudo().search([("attendance_id", "in", lines.ids)])
        for transfer in transfers:
            sides = transfer.from_account_id | transfer.to_account_id
            person = sides.filtered(lambda one: one.kind == "member").partner_id
            if len(person) == 1 and transfer.attendance_id.partner_id != person:
                self._give_rows(transfer.attendance_id, field, person)
        return result
