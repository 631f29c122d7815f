import csv
import io
import zipfile
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from .test_moving_in import MovingInCase


@tagged("post_install", "-at_install")
class TestExport(MovingInCase):
    """Out again, and in somewhere else."""

    def _export(self, user=None):
        action = self.scheme.with_user(user or self.coordinator).action_export()
        attachment = int(action["url"].split("/")[-1].split("?")[0])
        return self.env["ir.attachment"].browse(attachment).raw

    def test_nothing_on_an_account_is_0_and_not_empty(self):
        with zipfile.ZipFile(io.BytesIO(self._export())) as parcel:
            [members] = [name for name in parcel.namelist() if name.startswith("members")]
            rows = list(csv.DictReader(io.StringIO(parcel.read(members).decode("utf-8-sig"))))
        [balance] = [heading for heading in rows[0] if "alance" in heading]
        self.assertEqual({row[balance] for row in rows}, {"0"})

    def test_round_trip(self):
        """What a bank exports, another takes in to the same balances."""
        self.scheme.credit_limit_minutes = 600
        self._make_hours(self.ann, 90, "approved", receiver_id=self.ben.partner_id.id, date=TODAY)
        self._make_hours(self.ben, 45, "approved", date=TODAY, description="=SUM(A1)")
        self._make_hours(self.cat, 20, "approved", date=TODAY, start_minute=600)
        self._make_hours(self.cat, 20, "approved", date=TODAY, start_minute=700)
        wrong = self._make_hours(self.ann, 30, "approved", date=TODAY)
        wrong.with_user(self.coordinator).action_reverse("A slip")
        self._fund(self.agency, 600)
        skill = self.env["timebank.skill"].search([("kind", "=", "skill")], limit=1)
        offer = self.env["timebank.offer"].create(
            {"scheme_id": self.scheme.id, "partner_id": self.ann.partner_id.id, "skill_id": skill.id}
        )
        offer.action_publish()
        content = self._export()
        bank = self._make_scheme("Hill Top", tz="UTC", credit_limit_minutes=600)
        files = self.env["ir.attachment"].create({"name": "bank.zip", "raw": content})
        move = self.env["timebank.migration"].create(
            {"scheme_id": bank.id, "file_ids": [Command.set(files.ids)]}
        )
        move.action_rehearse()
        self.assertEqual(move.source, "timebank")
        self.assertEqual(set(move.question_ids.mapped("code")) - {"shared_address"}, set())
        move.action_accept_proposals()
        move.action_carry_out(wait=True)
        self.assertEqual(move.state, "done")
        self.assertFalse(move.disagree_count)
        members = self.ann + self.ben + self.cat + self.agency
        self.assertEqual(
            {one.name: one.balance_minutes for one in move.person_ids.member_id},
            {one.name: one.balance_minutes for one in members},
        )
        self.assertEqual(move.row_ids.offer_id.skill_id, skill)
        self.assertIn("=SUM(A1)", move.row_ids.hours_id.mapped("description"))
        self.assertEqual(bank.check_ledger(), [])

    def test_no_formulas(self):
        self._make_hours(self.ben, 45, "approved", date=TODAY, description="=SUM(A1)")
        with zipfile.ZipFile(io.BytesIO(self._export())) as archive:
            self.assertIn("'=SUM(A1)", archive.read("transfers.csv").decode("utf-8-sig"))

    def test_others_are_refused(self):
        for user in (self.portal, self.staff, self.finance, self.coordinator2):
            with self.subTest(user=user.name), self.assertRaises(UserError):
                self._export(user)

    def test_nobody_else_gets_it(self):
        """Whoever reads the bank doesn't thereby read all that its members wrote."""
        self._export()
        file = self.env["ir.attachment"].search([("res_model", "=", "timebank.scheme"), ("res_id", "=", 0)])
        self.assertEqual(len(file), 1)
        self.assertTrue(file.with_user(self.coordinator).raw)
        for user in (self.finance, self.staff, self.portal, self.coordinator2):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                file.with_user(user).read(["raw"])
        self.env["timebank.scheme"]._gc_exports()
        self.assertTrue(file.exists())
        with freeze_time(file.create_date + timedelta(days=2)):
            self.env["timebank.scheme"]._gc_exports()
        self.assertFalse(file.exists())
