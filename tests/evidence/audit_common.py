"""A bank with a few months behind it, and its audits."""

from datetime import date

from ..common import TimebankCase

DECEMBER, JANUARY, FEBRUARY, MARCH = (
    date(2025, 12, 1),
    date(2026, 1, 1),
    date(2026, 2, 1),
    date(2026, 3, 1),
)


class AuditCase(TimebankCase):
    """People who joined long ago; today is 18 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.ann | cls.ben | cls.cat | cls.agency).joined_on = date(2025, 3, 1)

    @classmethod
    def _give_addresses(cls):
        """Those whom mails for each month and quarter are for can be reached: a trustee, too."""
        cls.env.company.email = "office@example.org"
        cls.coordinator.partner_id.email = "cora@example.org"
        cls.portal.partner_id.email = "ann@example.org"
        cls.trustee = cls.env["res.partner"].create({"name": "Tessa Trustee", "email": "tessa@example.org"})
        cls.scheme.trustee_ids = cls.trustee

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_time_audit").method_direct_trigger()
        self.env.invalidate_all()

    def _audit(self, month, scheme=None):
        return self.env["timebank.time.audit"].search(
            [("scheme_id", "=", (scheme or self.scheme).id), ("audited_month", "=", month)]
        )

    def _warning(self, month, kind):
        return self._audit(month).warning_ids.filtered(lambda warning: warning.kind == kind)

    def _give(self, member, day, minutes=60, **vals):
        return self._make_hours(member, minutes, "approved", date=day, **vals)

    def _return(self, member, day, minutes=60):
        """Credits that come back to the bank, as for a reward."""
        reward = self.env["timebank.reward"].create(
            {"name": f"Swim {day}", "scheme_id": member.scheme_id.id, "minutes": minutes, "approval": "auto"}
        )
        reward.action_publish()
        claim = self.env["timebank.redemption"].create(
            {"reward_id": reward.id, "partner_id": member.partner_id.id}
        )
        claim.action_request()
        return claim
