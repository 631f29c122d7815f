from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.minutes import clock


class TimebankReward(models.Model):
    """When a reward can be had, and by whom. The catalogue and the claims ask here."""

    _inherit = "timebank.reward"

    notice = fields.Char(compute="_compute_notice")
    is_available = fields.Boolean(compute="_compute_is_available")
    why_not_available = fields.Char("Why it can't be claimed", compute="_compute_is_available")

    @api.depends("kind")
    def _compute_notice(self):
        """What broker and member should know about rewards that aren't services (R18)."""
        sentences = {
            "goods": self.env._("Goods, not a service."),
            "voucher": self.env._("A voucher, not a service."),
            "cash_like": self.env._("As good as cash, not a service."),
        }
        advice = self.env._("If you receive benefits, ask your adviser before you claim it.")
        for reward in self:
            sentence = sentences.get(reward.kind)
            reward.notice = f"{sentence} {advice}" if sentence else False

    @api.depends("state", "stock", "has_stock", "available_from", "available_until", "scheme_id.state")
    def _compute_is_available(self):
        for reward in self:
            # sudo: the bank's policy decides; members read the sentence, not the policy.
            reward.why_not_available = reward.sudo()._why_not_available()
            reward.is_available = not reward.why_not_available

    @api.constrains("kind", "scheme_id", "state")
    def _check_allowed_kind(self):
        for reward in self:
            reason = reward.state == "published" and reward._why_kind_not_allowed()
            if reason:
                raise ValidationError(reason)

    def _why_not_publishable(self):
        """Why this reward can't be in the catalogue, or an empty string."""
        self.ensure_one()
        if not self.minutes and not self.is_free:
            return self.env._("Give “%s” a price in credits, or mark it as a thank-you.", self.name)
        if self.available_until and self.available_until < fields.Date.context_today(self):
            return self.env._("“%s” ended already: change its dates first.", self.name)
        return self.scheme_id._why_closed() or self._why_kind_not_allowed()

    def _why_kind_not_allowed(self):
        """Why the bank's policy doesn't allow this kind of reward, or an empty string."""
        self.ensure_one()
        if self.kind == "service" or self.scheme_id.allow_goods_rewards:
            return ""
        return self.env._(
            "%(bank)s offers services only, and “%(reward)s” is marked as %(kind)s. A manager can"
            " allow goods, vouchers and cash-like rewards in the bank's policy.",
            bank=self.scheme_id.name,
            reward=self.name,
            kind=dict(self._fields["kind"]._description_selection(self.env))[self.kind].lower(),
        )

    def _why_not_available(self):
        """Why nobody can claim this reward today, or an empty string. Without its stock under way."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        as_text = self.env["ir.qweb.field.date"].value_to_html
        if self.state != "published":
            return self.env._("“%s” is not in the catalogue.", self.name)
        if self.available_from and today < self.available_from:
            return self.env._(
                "“%(reward)s” can be claimed from %(day)s.",
                reward=self.name,
                day=as_text(self.available_from, {}),
            )
        if self.available_until and today > self.available_until:
            return self.env._(
                "“%(reward)s” could be claimed until %(day)s.",
                reward=self.name,
                day=as_text(self.available_until, {}),
            )
        if self.has_stock and self.stock < 1:
            return self.env._("There is nothing left of “%s”.", self.name)
        return self.scheme_id._why_closed() or self._why_kind_not_allowed()

    def _why_not_for(self, member, given_minutes, missing):
        """Why a member may not have this reward, or an empty string.

        :param member: one ``timebank.member`` of the reward's bank
        :param int given_minutes: approved minutes that they gave in this bank
        :param missing: the ``timebank.check.type`` that the member doesn't hold
        """
        self.ensure_one()
        if not self[f"for_{member.role}"]:
            return self.env._(
                "“%(reward)s” is not meant for %(role)s.",
                reward=self.name,
                role=self._fields[f"for_{member.role}"]._description_string(self.env).lower(),
            )
        if given_minutes < self.min_given_minutes:
            return self.env._(
                "“%(reward)s” is for those who have given at least %(hours)s hours, and %(person)s has"
                " given %(given)s.",
                reward=self.name,
                hours=clock(self.min_given_minutes),
                person=member.name,
                given=clock(given_minutes),
            )
        lacking = self.check_type_ids & missing
        if lacking:
            return self.env._(
                "%(person)s needs %(checks)s for “%(reward)s”.",
                person=member.name,
                checks=", ".join(lacking.mapped("name")),
                reward=self.name,
            )
        return ""

    def _get_period_start(self):
        """The first day that counts for the limit per member, or ``False``."""
        self.ensure_one()
        if self.limit_period == "ever":
            return False
        return fields.Date.start_of(fields.Date.context_today(self), self.limit_period)
