"""Offers, requests and introductions on top of the one small bank."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, TimebankCase


@tagged("post_install", "-at_install")
class ExchangeCase(TimebankCase):
    """River Street, where Ann would like to try archery."""

    #: A web server answers at the real time: its tests switch this off.
    frozen = True

    @classmethod
    def setUpClass(cls):
        if cls.frozen:
            cls.startClassPatcher(freeze_time(f"{TODAY} 10:00:00"))
        super().setUpClass()
        cls.archery = cls.env.ref("timebank_coproduction.skill_archery")

    @classmethod
    def _make(cls, model, member, skill, publish=True, **vals):
        record = cls.env[model].create(
            {
                "scheme_id": member.scheme_id.id,
                "partner_id": member.partner_id.id,
                "skill_id": skill.id,
                **vals,
            }
        )
        if publish:
            record.action_publish()
        return record

    @classmethod
    def _make_offer(cls, member, skill=None, **vals):
        return cls._make("timebank.offer", member, skill or cls.archery, **vals)

    @classmethod
    def _make_request(cls, member, skill=None, **vals):
        return cls._make("timebank.request", member, skill or cls.archery, **vals)

    def _make_pair(self):
        """Ben offers archery, Ann asks for it."""
        return self._make_offer(self.ben), self._make_request(self.ann)

    @classmethod
    def _introduce(cls, offer, request):
        introduction = cls.env["timebank.introduction"].create(
            {"offer_id": offer.id, "request_id": request.id}
        )
        introduction.with_user(cls.coordinator).action_introduce()
        return introduction
