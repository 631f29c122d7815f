from odoo import fields, models


class TimebankHours(models.Model):
    """The verbs of hours: each takes many, does what can be done, and tells the rest."""

    _inherit = "timebank.hours"

    def action_submit(self):
        """Hand in drafts. What the bank's policy lets through counts at once.

        :return: ``True``, or an action listing what could not be handed in, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_submit()
        entries = self._raise_or_list(refusals)
        entries._through_door().write({"state": "submitted"})
        # sudo: the bank's policy is asked, which members may not read
        waiting = self.browse(entry.id for entry in entries.sudo() if entry.scheme_id._needs_approval(entry))
        at_once = entries - waiting
        if at_once:
            # sudo: the bank's own rule approves these, not the member who hands them in.
            unpaid = at_once._approve(self.env["res.users"])
            waiting |= self.browse(unpaid)
        waiting._ask_for_decision()
        return self._tell(refusals, self.env._("handed in"))

    def action_approve(self):
        """Approve submitted hours and move the credits they earn.

        :return: ``True``, or an action listing what could not be approved, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_approve()
        entries = self - self.browse(refusals)
        refusals |= entries._approve(self.env.user)
        entries = self._raise_or_list(refusals)
        entries._note(self.env._("Approved"))
        entries._close_todos()
        return self._tell(refusals, self.env._("approved"))

    def action_refuse(self, reason):
        """Send submitted hours back.

        :param str reason: what the member should know
        :raises UserError: without a reason, or when nothing could be refused
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_decide("submitted")
        entries = self._raise_or_list(refusals)
        entries._through_door().write({"state": "refused", "refusal_reason": reason})
        entries._note(self.env._("Refused: %s", reason))
        entries._close_todos()
        return self._tell(refusals, self.env._("refused"))

    def action_draft(self):
        """Take refused hours back in hand, to correct them."""
        self.check_access("write")
        refusals = self._get_refusals_by_state("refused", self.env._("“%s” was not refused."))
        entries = self._raise_or_list(refusals)
        entries._through_door().write({"state": "draft", "refusal_reason": False})
        return self._tell(refusals, self.env._("taken back"))

    def action_reverse(self, reason):
        """Undo an approval: the credits go back by a transfer of their own.

        :param str reason: why it was a mistake
        :raises UserError: without a reason, or when nothing could be reversed
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_decide("approved")
        entries = self - self.browse(refusals)
        refusals |= entries._post_reversals(reason)
        entries = self._raise_or_list(refusals)
        entries._through_door().write({"state": "reversed", "refusal_reason": reason})
        entries._note(self.env._("Reversed: %s", reason))
        return self._tell(refusals, self.env._("reversed"))

    # Credits
    def _approve(self, approver):
        """Mark as approved and post the credits of those that the ledger accepts.

        :param approver: the user who decided, empty where the bank's policy did
        :return: dict of record id → why the ledger refused
        """
        self = self.sudo()  # the verbs have asked who may decide; crediting takes no right of its own
        earning = self.browse().union(
            *(
                entries.filtered(lambda entry, bank=scheme: bank._earns_credit(entry.role))
                for scheme, entries in self._by_bank().items()
            )
        )
        unpaid = self.env["timebank.transfer"]._post_possible(earning._prepare_transfers())
        refusals = {earning[position].id: sentence for position, sentence in unpaid.items()}
        earning -= self.browse(refusals)
        vals = {"state": "approved", "approver_id": approver.id, "approved_on": fields.Datetime.now()}
        earning._through_door().write({**vals, "earns_credit": True})
        (self - earning - self.browse(refusals))._through_door().write({**vals, "earns_credit": False})
        return refusals

    def _prepare_transfers(self):
        """Values of the transfer that each entry earns: from its receiver, or the bank, to its giver."""
        accounts = {key: member.account_id.id for key, member in self._get_members().items()}
        operating = {scheme.id: scheme.operating_account_id.id for scheme in self.scheme_id}
        vals_list = []
        for entry in self:
            scheme_id = entry.scheme_id.id
            payer = accounts.get((scheme_id, entry.receiver_id.id))
            vals_list.append(
                {
                    "from_account_id": payer or operating[scheme_id],
                    "to_account_id": accounts[scheme_id, entry.partner_id.id],
                    "minutes": entry.minutes,
                    "kind": "exchange" if payer else "earn",
                    "date": entry.date,
                    "memo": entry.description or entry.category_id.name,
                    "hours_id": entry.id,
                }
            )
        return vals_list

    def _post_reversals(self, reason):
        """Reverse the credits of these entries, where the ledger accepts it.

        :return: dict of record id → why the ledger refused
        """
        transfers = self.sudo().transfer_ids  # sudo: reading the credits of entries one may decide on
        vals_list = transfers._prepare_reversals(reason)
        unpaid = transfers._get_posting_refusals(vals_list) if vals_list else {}
        refusals = {transfers[position].hours_id.id: sentence for position, sentence in unpaid.items()}
        transfers.filtered(lambda transfer: transfer.hours_id.id not in refusals)._reverse(reason)
        return refusals

    def action_view_credits(self):
        """The transfers that these entries made, and their reversals."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_transfer_action"
        )
        transfers = self.transfer_ids | self.transfer_ids.reversal_ids
        return dict(action, domain=[("id", "in", transfers.ids)], context={})
