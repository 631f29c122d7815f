"""No context from outside switches off what refuses to delete, and nothing is deleted along that is kept."""

from odoo.exceptions import UserError

from ..common import TimebankCase

#: Deletions in which the database takes along what the one who deletes couldn't delete themselves: (model,
#: field that says what it goes with) → why nothing is lost that somebody else relies on.
GO_ALONG = {
    ("timebank.bill.line", "grant_id"): "only of drafts, to which nothing is charged",
    ("timebank.bill.line", "move_line_id"): "it says what the books say",
    ("timebank.claim.share", "redemption_id"): "only of drafts, which cost nothing",
    ("timebank.code.attempt", "scheme_id"): "of a bank in which nothing was done",
    ("timebank.deputy", "member_id"): "only of applicants, for whom nobody has acted in the bank",
    ("timebank.double", "other_id"): "a question about a contact that is no more",
    ("timebank.double", "partner_id"): "a question about a contact that is no more",
    ("timebank.funder.report.link", "report_id"): "only of drafts, which nobody was sent",
    ("timebank.funder.report.template", "funder_id"): "headings for reports to nobody",
    ("timebank.grant.accrual", "move_id"): "only of drafts: what is posted, Odoo keeps",
    ("timebank.grant.amendment", "grant_id"): "only of drafts, which aren't amended",
    ("timebank.job", "cron_id"): "how a job went that is no more",
    ("timebank.mailing", "partner_id"): "that somebody was sent a mail, who is no more",
    ("timebank.mailing", "scheme_id"): "of a bank in which nothing was done",
    ("timebank.merge", "partner_id"): "of a contact of whom nothing is kept",
    ("timebank.migration.name", "migration_id"): "only of what wasn't carried out",
    ("timebank.migration.person", "migration_id"): "only of what wasn't carried out",
    ("timebank.migration.question", "migration_id"): "only of what wasn't carried out",
    ("timebank.migration.row", "migration_id"): "only of what wasn't carried out",
    ("timebank.migration.sheet", "migration_id"): "only of what wasn't carried out",
    ("timebank.pin.lock", "member_id"): "only of applicants, who have no PIN",
    ("timebank.prepayment", "move_line_id"): "only of drafts: what is posted, Odoo keeps",
    ("timebank.self.audit.line", "audit_id"): "only of what nobody agreed",
    ("timebank.session.notice", "attendance_id"): "a mail about a line that is no more",
    ("timebank.sign.in", "user_id"): "a link for a login that is no more",
    ("timebank.story.consent", "story_id"): "refused where there is any",
    ("timebank.story.used", "story_id"): "refused where there is any",
    ("timebank.tablet.visit", "member_id"): "only of applicants, who have no card",
    ("timebank.tablet.visit", "session_id"): "only of sessions without anybody",
    ("timebank.time.audit", "scheme_id"): "of a bank in which nothing was done",
    ("timebank.wellbeing.invitation", "wave_id"): "refused where there is any",
    ("timebank.words", "attendance_id"): "refused where there are any",
    ("timebank.words", "introduction_id"): "only of what nobody was told",
    ("timebank.words", "member_id"): "only of applicants, of whom nothing is kept",
}


class TestDeleting(TimebankCase):
    def test_guards_hold_whatever_the_context_claims(self):
        """Odoo leaves out guards that aren't for uninstallations where ``_force_unlink`` is in the
        context, which a caller over RPC can send. The uninstallation empties our tables itself."""
        guards = {
            (model._name, method.__name__): method._ondelete
            for model in self.env.values()
            for method in model._ondelete_methods
            if method.__module__.startswith("odoo.addons.timebank_coproduction")
        }
        self.assertGreaterEqual(len(guards), 18)
        for guard, always in guards.items():
            with self.subTest(guard=guard):
                self.assertTrue(always, "write @api.ondelete(at_uninstall=True)")

    def test_over_rpc(self):
        hours = self._make_hours(self.ben, 30, "approved")
        for record in (hours, self.ben, self.scheme, self.ben.account_id, hours.transfer_ids):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.with_user(self.manager).with_context(_force_unlink=True).unlink()

    def test_nothing_is_deleted_along_that_stays_by_itself(self):
        """A record that a role may not delete isn't deleted by what that role may delete instead."""
        found = set()
        for name, model in self.env.items():
            if not name.startswith("timebank.") or model._abstract or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                if field.type != "many2one" or not field.store or field.ondelete != "cascade":
                    continue
                if self._find_deleters(field.comodel_name) - self._find_deleters(name):
                    found.add((name, field.name))
        self.assertEqual(found, GO_ALONG.keys(), "have it refused, or say here why it may go along")

    def _find_deleters(self, name):
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", name), ("perm_unlink", "=", True), ("active", "=", True)]
        )
        return set(access.mapped("group_id.id"))
