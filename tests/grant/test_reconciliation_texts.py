"""What somebody wrote under two signatures can be erased, and nothing else be put in its place."""

from odoo.exceptions import AccessError, UserError

from odoo.addons.timebank_coproduction.models.grant.timebank_reconciliation import TEXTS_ON_LINES

from ..grants_common import GrantCase


class TestReconciliationTexts(GrantCase):
    def _signed(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        reconciliation.note = "Ann Lee rang twice"
        reconciliation.action_prepare()
        reconciliation.with_user(self.finance2).action_review()
        return reconciliation.with_env(self.env)

    def _altered(self):
        return [one["res_id"] for one in self.scheme.check_ledger() if one["invariant"] == "signed"]

    def _write(self, table, values, *params):
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE {table} SET {values}", params)
        self.env.invalidate_all()

    def test_erased_is_not_altered(self):
        signed = self._signed()
        line = signed.line_ids[0]
        figures = signed.read(["hash", "spent_amount", "closing_amount"])
        signed._erase_texts()
        line._erase_texts()
        self.assertEqual((signed.note, line.note, line.claim_name), (False, False, False))
        self.assertTrue(signed.texts_erased_on and line.texts_erased_on)
        self.assertTrue(line.bill_name or line.supplier_name or line.status)
        self.assertTrue(signed.is_intact)
        self.assertFalse(self._altered())
        self.assertEqual(signed.read(["hash", "spent_amount", "closing_amount"]), figures)
        self.assertEqual(signed.unexplained_count, 0)
        self.env.cr.execute(
            "SELECT to_jsonb(r)::text FROM timebank_reconciliation r WHERE r.id = %s", [signed.id]
        )
        self.assertNotIn("rang twice", self.env.cr.fetchone()[0])
        self.env.cr.execute("SELECT text_salts::text FROM timebank_reconciliation WHERE id = %s", [signed.id])
        self.assertEqual(self.env.cr.fetchone()[0], "{}", "nobody finds it again by trying")
        signed._erase_texts()
        (signed.line_ids - line)._erase_texts(TEXTS_ON_LINES)
        self.assertTrue(signed.is_intact)

    def test_altered_is_told(self):
        signed = self._signed()
        line = signed.line_ids.filtered("note")[0]
        signed._erase_texts()
        for table, values, where in (
            ("timebank_reconciliation", "note = 'Another'", signed),
            ("timebank_reconciliation", "texts_erased_on = NULL", signed),
            ("timebank_reconciliation", "text_digests = '{}'", signed),
            ("timebank_reconciliation_line", "note = 'Another'", line),
            ("timebank_reconciliation_line", "note = NULL", line),
            ("timebank_reconciliation_line", "note = NULL, texts_erased_on = now()", line),
            ("timebank_reconciliation_line", "note = NULL, text_digests = text_digests - 'note'", line),
            ("timebank_reconciliation_line", "text_salts = '{}'", line),
            ("timebank_reconciliation_line", "bill_name = 'Another'", line),
        ):
            with self.subTest(values), self._undone():
                self._write(table, f"{values} WHERE id = %s", where.id)
                self.assertFalse(signed.is_intact)
                self.assertEqual(self._altered(), signed.ids)
        self.assertTrue(signed.is_intact)

    def test_signed_before_texts_could_be_erased(self):
        """Their hash stays good while the texts are there; a second one holds once one is erased."""
        signed = self._signed()
        for table in ("timebank_reconciliation", "timebank_reconciliation_line"):
            self._write(table, "text_digests = NULL, text_salts = NULL")
        for form in ("", "2:", "3:"):
            with self._undone():
                older = signed._digest(form)
                self._write("timebank_reconciliation", "hash = %s WHERE id = %s", older, signed.id)
                self.assertTrue(signed.is_intact)
                signed._cover_texts()
                self.assertEqual(signed.hash, older)
                self.assertTrue(signed.later_hash.startswith("4:"))
                self.assertTrue(signed.is_intact)
                with self._undone():
                    self._write("timebank_reconciliation", "spent_amount = 1 WHERE id = %s", signed.id)
                    self.assertFalse(signed.is_intact)
                signed.line_ids[0]._erase_texts()
                self.assertTrue(signed.is_intact)
                self._write("timebank_reconciliation", "spent_amount = 1 WHERE id = %s", signed.id)
                self.assertFalse(signed.is_intact)

    def test_what_was_altered_before_is_not_covered(self):
        signed = self._signed()
        self._write("timebank_reconciliation", "hash = '3:' || repeat('0', 64) WHERE id = %s", signed.id)
        signed._cover_texts()
        self.assertFalse(signed.later_hash or signed.is_intact)

    def test_given_back_and_signed_again(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        reconciliation.action_prepare()
        reconciliation.line_ids[0].with_env(self.env)._erase_texts()
        reconciliation.action_back_to_draft()
        self.assertFalse(any(reconciliation.line_ids.mapped("texts_erased_on")))
        self._explain(reconciliation)
        reconciliation.note = "Said anew"
        reconciliation.action_prepare()
        self.assertTrue(reconciliation.is_intact)

    def test_nobody_types_them_in(self):
        signed = self._signed()
        for values in ({"later_hash": "x"}, {"texts_erased_on": "2026-03-18"}, {"note": False}):
            error = UserError if "note" in values else AccessError
            with self.assertRaises(error):
                signed.with_user(self.finance).write(values)
