"""One small bank, one user per role."""

from datetime import date

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

#: Every test runs on this day.
TODAY = date(2026, 3, 18)


@tagged("post_install", "-at_install")
class TimebankCase(TransactionCase):
    """River Street, a bank with a coordinator, and people in every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        group = "timebank_coproduction.group_timebank_"
        cls.coordinator = new_test_user(cls.env, "tb_coordinator", groups=group + "coordinator")
        cls.coordinator2 = new_test_user(cls.env, "tb_coordinator2", groups=group + "coordinator")
        cls.manager = new_test_user(cls.env, "tb_manager", groups=group + "manager")
        cls.finance = new_test_user(cls.env, "tb_finance", groups=group + "finance")
        cls.staff = new_test_user(cls.env, "tb_staff", groups="base.group_user")
        cls.portal = new_test_user(cls.env, "tb_member", groups="base.group_portal", name="Ann Lee")
        cls.portal2 = new_test_user(cls.env, "tb_member2", groups="base.group_portal", name="Ben Okoro")
        cls.project = cls.env["project.project"].create({"name": "Community café"})
        cls.scheme = cls._make_scheme("River Street", project_ids=[Command.set(cls.project.ids)])
        cls.ann = cls._make_member(cls.portal.partner_id, "beneficiary")
        cls.ben = cls._make_member(cls.portal2.partner_id, "volunteer")
        cls.cat = cls._make_member("Cat Evans", "professional")
        cls.agency = cls._make_member("Harbour Trust", "organisation")
        cls.category = cls.env.ref("timebank_coproduction.category_neighbour")

    @classmethod
    def _make_scheme(cls, name, **vals):
        vals = {"name": name, "coordinator_ids": [Command.set(cls.coordinator.ids)], **vals}
        return cls.env["timebank.scheme"].create(vals)

    @classmethod
    def _make_member(cls, partner, role="volunteer", scheme=None, **vals):
        if isinstance(partner, str):
            partner = cls.env["res.partner"].create({"name": partner})
        member = cls.env["timebank.member"].create(
            {"partner_id": partner.id, "scheme_id": (scheme or cls.scheme).id, "role": role, **vals}
        )
        member.action_activate()
        return member

    @classmethod
    def _hours_vals(cls, member, minutes=60, **vals):
        return {
            "scheme_id": member.scheme_id.id,
            "partner_id": member.partner_id.id,
            "date": TODAY,
            "minutes": minutes,
            **vals,
        }

    @classmethod
    def _make_hours(cls, member, minutes=60, state="draft", **vals):
        hours = cls.env["timebank.hours"].create(cls._hours_vals(member, minutes, **vals))
        if state in ("submitted", "approved"):
            hours.action_submit()
        if state == "approved":
            hours.with_user(cls.coordinator).action_approve()
        return hours.with_env(cls.env)

    def _balances(self, *members):
        return [member.account_id.balance_minutes for member in members]
