"""What a record tells those who read it of others, and whom its messages reach."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY, call_as
from ..rewards_common import RewardCase

REFUSAL = "There is no such record among those that you can see"


@tagged("post_install", "-at_install")
class TestTrustTold(RewardCase):
    """Ann got an hour from Gwen, who shows her first name alone, and shares a pot with her."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gwen = cls._make_member("Gwen Quillfeather", name_shown="first")
        cls.pot = cls.env["timebank.account"].create(
            {
                "name": "Trip",
                "scheme_id": cls.scheme.id,
                "holder_ids": [Command.set((cls.ann | cls.gwen).partner_id.ids)],
            }
        )
        cls.entry = cls._make_hours(cls.gwen, 60, "submitted", receiver_id=cls.ann.partner_id.id)
        cls.claim = cls._make_claim(
            cls.gwen, cls._make_reward("Boat trip", minutes=60), account_id=cls.pot.id
        )
        cls.env.flush_all()

    def _rpc(self, user, records, method, *args, **kwargs):
        """As one request of its own does, with nothing remembered of another's."""
        self.env.invalidate_all()
        return call_as(self.env(user=user, su=False), records._name, method, records.ids, *args, **kwargs)

    def _names(self, user, records):
        """How ``records`` are called to ``user``, whichever way one asks."""
        (row,) = self._rpc(user, records, "read", ["display_name"])
        (form,) = self._rpc(user, records, "web_read", {"display_name": {}})
        env = self.env(user=user, su=False)
        found = call_as(env, records._name, "name_search", "", [("id", "=", records.id)])
        return {row["display_name"], form["display_name"], dict(found)[records.id]}

    def test_names_as_far_as_they_are_shown(self):
        for record in (self.entry, self.claim):
            with self.subTest(record=record._name):
                (told,) = self._names(self.portal, record)
                self.assertIn("Gwen", told)
                self.assertNotIn("Quillfeather", told)
                for user in (self.coordinator, self.manager):
                    (told,) = self._names(user, record)
                    self.assertIn("Gwen Quillfeather", told)
        own = self._make_hours(self.ann, 30, "submitted", date=TODAY.replace(day=2))
        self.assertIn("Ann Lee", *self._names(self.portal, own))

    def _ways_to_tell(self, user, person):
        own = self.env["timebank.hours"].search([("partner_id", "=", self.ann.partner_id.id)], limit=1)
        post = {"body": "Dear friend", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        return {
            "post": lambda: self._rpc(user, own, "message_post", partner_ids=[person], **post),
            "follow": lambda: self._rpc(user, own, "message_subscribe", [person]),
            "named": lambda: self._rpc(user, own, "message_subscribe", partner_ids=[person]),
            "unfollow": lambda: self._rpc(user, own, "message_unsubscribe", [person]),
        }

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_a_member_writes_to_nobody_whom_they_cannot_see(self):
        own = self._make_hours(self.ann, 30, "submitted", date=TODAY.replace(day=2))
        own.message_subscribe(self.coordinator.partner_id.ids)
        there, gone = self.gwen.partner_id.id, 2**30
        for person in (there, self.coordinator.partner_id.id, gone, "x", [1]):
            for name, call in self._ways_to_tell(self.portal, person).items():
                with self.subTest(way=name, person=person), self.assertRaisesRegex(AccessError, REFUSAL):
                    call()
        self.env.invalidate_all()
        self.assertIn(self.coordinator.partner_id, own.message_partner_ids)
        self.assertNotIn(self.gwen.partner_id, own.message_partner_ids)
        with self.assertRaisesRegex(AccessError, REFUSAL):
            self._rpc(self.portal, own, "message_post", body="Dear friend", outgoing_email_to="x@example.com")
        for call in self._ways_to_tell(self.coordinator, there).values():
            call()

    def test_a_member_still_writes_to_those_who_follow(self):
        own = self._make_hours(self.ann, 30, "submitted", date=TODAY.replace(day=2))
        own.message_subscribe(self.coordinator.partner_id.ids)
        self._rpc(
            self.portal, own, "message_post", body="It was raining", message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )  # fmt: skip
        self.env.invalidate_all()
        self.assertEqual(own.message_ids[0].notified_partner_ids, self.coordinator.partner_id)
        self._rpc(self.portal, own, "message_subscribe", self.portal.partner_id.ids)
        self._rpc(self.portal, own, "message_unsubscribe", self.portal.partner_id.ids)

    def test_a_time_of_day_sent_as_a_number(self):
        own = self._make_hours(self.ann, 30, date=TODAY.replace(day=2))
        self._rpc(self.portal, own, "write", {"start_time": 9})
        self.env.invalidate_all()
        self.assertEqual(own.start_minute, 9 * 60)
