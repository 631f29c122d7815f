from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import names
from ...tools.minutes import clock
from ..common.verb import text, verb
from ..common.windows import tell
from ..ledger.timebank_scheme import GROUP
from .held import Held
from .held_copy import Copy
from .held_erasing import GO_WITH_CONTACT, GO_WITH_LOGIN, Erasing
from .res_partner import OWN_TABLES


class TimebankPersonalData(models.AbstractModel):
    """What is held about a member: a copy of it, and its end."""

    _name = "timebank.personal.data"
    _description = "Everything about a Member"

    # ------------------------------------------------------------
    # A copy
    # ------------------------------------------------------------

    @verb(single=True)
    def get_personal_data(self):
        """All that is held about this member's person, in every bank that whoever asks runs, or their own.

        That it was asked for is noted on the membership.

        :return: dict of model → list of rows, each a dict of field → what it holds, ready for JSON;
            ``_about`` says for whom, when, and what isn't in it
        :raises UserError: where a bank holds part of it that whoever asks doesn't run
        """
        return self._make_copy()[1]

    @verb(single=True)
    def action_export_personal(self):
        """:return: an action that opens the copy as a page, from where it is printed and downloaded"""
        self._get_copy()
        return {"type": "ir.actions.act_url", "url": f"/timebank/personal/{self.id}", "target": "new"}

    def _get_copy(self):
        """:raises UserError: where it would not be whole"""
        self.ensure_one()
        copy = Copy(Held(self.partner_id), self.env.user)
        if not self.env.su:
            copy.check()
        return copy

    def _make_copy(self):
        """:return: (the copy, its data)"""
        copy = self._get_copy()
        data = copy.build()
        # sudo: that they asked is noted, whoever they are
        self.sudo()._message_log(
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                "A copy of everything that is held about them was made for %s.", self.env.user.name
            ),
        )
        return copy, data

    # ------------------------------------------------------------
    # Its end
    # ------------------------------------------------------------

    @verb(reason=text(500))
    def action_forget(self, reason):
        """Erase what is held about people who have left. What the books need stays, under a name that
        says nothing; the contact too where nobody else relies on it. It can't be taken back.

        :param str reason: why; it is noted, without saying who it was
        :return: ``True``, or an action listing who could not be forgotten, and why
        :raises UserError: when nobody could
        """
        self.check_access("write")
        if not (self.env.su or self.env.user.has_group(GROUP + "manager")):
            raise AccessError(
                self.env._("Forgetting somebody can't be taken back: a manager does it. Ask one of them.")
            )
        reason = self._require_reason(reason, self.env._("Say why in a few words. Don't write who it is."))
        refusals = self._get_refusals_to_forget()
        done = self - self.browse(refusals)
        if not done:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))
        done._forget(reason)
        if refusals:
            return self.env["timebank.outcome"]._show(self, self.env._("forgotten"), refusals, None)
        count = len(done)
        return (
            tell(self.env._("Forgotten.") if count == 1 else self.env._("%s people forgotten.", count))
            if self.env.context.get("timebank_told")
            else True
        )

    def _explain(self, verb_name):
        """What forgetting these people would do, where the dialog asks."""
        if verb_name != "action_forget":
            return super()._explain(verb_name)
        lines = [
            self.env._(
                "Erased for good: what they wrote and what was written about them, files, mails, notes and"
                " checks. Time and credits stay in the books as those of a “former member”. This can't be"
                " taken back."
            )
        ]
        for member in self[:20]:
            why = member._get_refusals_to_forget().get(member.id)
            if why:
                lines.append(why)
            elif member._is_contact_kept(member):
                lines.append(self.env._("%s: the contact stays, as others rely on it.", member.name))
            else:
                lines.append(self.env._("%s: the contact too, as nobody else relies on it.", member.name))
        return "\n".join(lines)

    def _get_refusals_to_forget(self):
        """Members who can't be forgotten yet: dict of id → a sentence that names them and what is open."""
        refusals = {}
        for member in self:
            if member.forgotten_on:
                refusals[member.id] = self.env._("%s is forgotten already.", member.name)
            elif member.partner_id == self.env.user.partner_id and not self.env.su:
                refusals[member.id] = self.env._("Nobody has themselves forgotten: ask another manager.")
            elif member.state not in ("left", "applicant"):
                refusals[member.id] = self.env._(
                    "%s has not left: end the membership first, which settles what is open.", member.name
                )
            elif open_matters := member._get_unsettled():
                refusals[member.id] = self.env._(
                    "%(person)s can't be forgotten yet. %(matters)s",
                    person=member.name,
                    matters=" ".join(f"{matter.rstrip('.')}." for matter in open_matters),
                )
        return refusals

    def _get_unsettled(self):
        """What is still open for somebody who has left: a list of sentences. A subject adds its own."""
        self.ensure_one()
        # sudo: whatever is open counts, also what who asks may not read; it is told by its kind
        member = self.sudo()
        day = member.left_on or fields.Date.context_today(self)
        matters = [what for what, _becomes in member._get_open_matters(day)]
        if member.balance_minutes:
            matters.append(self.env._("On the account: %s hours", clock(member.balance_minutes)))
        return matters

    def _is_contact_kept(self, members):
        """Whether others than these memberships rely on the contact: a bank, staff, a company, an app."""
        # sudo: only whether there is anything is asked
        person = self.partner_id.sudo().with_context(active_test=False)
        if self._get_other_memberships(members) or person.user_ids.filtered(lambda user: not user.share):
            return True
        if person.is_company and person.child_ids:
            return True
        return person._is_named_by_others((*OWN_TABLES, *GO_WITH_CONTACT, *GO_WITH_LOGIN, "res_users"))

    def _get_other_memberships(self, members):
        # sudo: only whether there is any is asked
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("id", "not in", members.ids),
                    ("forgotten_on", "=", False),
                ]
            )
        )

    def _forget(self, reason, by_rule=False):
        """Forget these people; that they can be was asked.

        :param bool by_rule: whether the bank's rule says so, and nobody did
        """
        today = fields.Date.context_today(self)
        for person, members in self.grouped("partner_id").items():
            kept = members[:1]._is_contact_kept(members)
            others = members[:1]._get_other_memberships(members)
            held = Held(person, members.scheme_id if others else None, beyond=kept)
            whole, schemes = names.whole(person.name), members.scheme_id
            joined = members.filtered("account_id")
            # updated first, so that whoever decides on something of theirs at the same time fails or waits
            joined.sudo()._in_verb().write({"forgotten_on": today})  # sudo: the verb was allowed
            erasing = Erasing(held)
            counts = erasing.run(with_contact=not kept)
            (members - joined).sudo().exists().unlink()  # sudo: an application of which nothing is left
            said = whole.sub(self.env._("(name)"), reason) if whole else reason
            for scheme in schemes:
                self.env["timebank.erasure"]._note_erased(scheme, said, counts, not kept, by_rule)
