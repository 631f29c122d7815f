"""What somebody wrote on a transfer can be erased, and only erased; the seals stay true."""

import psycopg2
from hypothesis import given
from hypothesis import strategies as st

from odoo.tools import SQL, mute_logger

from odoo.addons.timebank_coproduction.tools import hash_chain

from ..common import TimebankCase
from ..generated import same

COLUMNS = ("memo", "memo_salt", "memo_digest", "memo_erased_on")


class TestWritten(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = [
            cls._make_hours(cls.ben, minutes, "approved", description="Gardening") for minutes in (30, 45)
        ]
        cls.transfers = cls.env["timebank.transfer"].search([("scheme_id", "=", cls.scheme.id)])

    def _columns(self, transfer):
        query = SQL(
            "SELECT %s FROM timebank_transfer WHERE id = %s",
            SQL(", ").join(map(SQL.identifier, COLUMNS)),
            transfer.id,
        )
        [row] = self.env.execute_query(query)
        return dict(zip(COLUMNS, row, strict=True))

    def test_each_has_a_salt_of_its_own(self):
        first, second = map(self._columns, self.transfers)
        self.assertEqual(first["memo"], second["memo"])
        self.assertNotEqual(first["memo_salt"], second["memo_salt"])
        self.assertNotEqual(first["memo_digest"], second["memo_digest"])

    def test_erased(self):
        seal = self.scheme.action_seal()
        transfer, other = self.transfers
        before, balance = self._columns(transfer), self.ben.account_id.balance_minutes
        transfer._erase_memos()
        after = self._columns(transfer)
        self.assertEqual((after["memo"], after["memo_salt"]), (None, None))
        self.assertTrue(after["memo_erased_on"])
        self.assertEqual(after["memo_digest"], before["memo_digest"])
        self.assertFalse(transfer.memo)
        self.assertTrue(other.memo)
        self.assertEqual(self.ben.account_id.balance_minutes, balance)
        self.assertEqual(transfer._get_words(), "Earned")
        self.assertFalse(self.scheme.action_seal())  # nothing new
        self.assertFalse(self.scheme.check_ledger())
        self.assertTrue(self.scheme.verify(seal.number, seal.hash)["stands"])
        self._tamper("UPDATE timebank_transfer SET memo = 'Another' WHERE id = %s", other.id)
        self.assertFalse(self.scheme.verify(seal.number, seal.hash)["stands"])

    def test_erased_before_it_was_sealed(self):
        self.transfers._erase_memos()
        self.scheme.action_seal()
        self.assertFalse(self.scheme.check_ledger())

    def test_a_reversal_that_lost_its_reason(self):
        self.entries[0].action_reverse("Entered for Ann Lee")
        reversal = self.transfers.reversal_ids
        reversal._erase_memos()
        self.assertEqual(reversal._get_words(), f"{reversal.reversal_of_id.name} put back")

    @mute_logger("odoo.sql_db")
    def test_only_erased(self):
        self.transfers[1]._erase_memos()
        self.env.flush_all()
        for change in (
            "memo = 'x'",
            "memo = NULL",
            "memo = NULL, memo_salt = NULL",
            "memo = NULL, memo_salt = NULL, memo_erased_on = now(), minutes = 1",
            "memo = NULL, memo_salt = NULL, memo_erased_on = now(), memo_digest = 'x'",
            "memo_erased_on = now()",
            "memo_salt = 'x'",
            "memo_digest = 'x'",
        ):
            for transfer in self.transfers:
                with (
                    self.subTest(change=change, memo=transfer.memo),
                    self.assertRaises(psycopg2.Error),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(f"UPDATE timebank_transfer SET {change} WHERE id = %s", [transfer.id])
        self.assertFalse(self.scheme.check_ledger())

    def test_altered_is_told_from_erased(self):
        transfer, erased = self.transfers
        erased._erase_memos()
        for number, change in enumerate(
            (
                "memo = 'Another'",
                "memo = ''",
                "memo = NULL",
                "memo = NULL, memo_salt = NULL",
                "memo_salt = 'x'",
                "memo_erased_on = now()",
            )
        ):
            with self.subTest(change=change), self.env.cr.savepoint() as savepoint:
                self._tamper(f"UPDATE timebank_transfer SET {change} WHERE id = %s", transfer.id)
                found = self.scheme.check_ledger()
                self.assertEqual(
                    [(v["invariant"], v["res_id"]) for v in found], [("text", transfer.id)], number
                )
                savepoint.rollback()
                self.env.invalidate_all()
        with self.env.cr.savepoint() as savepoint:
            self._tamper("UPDATE timebank_transfer SET memo = 'Invented' WHERE id = %s", erased.id)
            self.assertEqual([v["invariant"] for v in self.scheme.check_ledger()], ["text"])
            savepoint.rollback()
            self.env.invalidate_all()

    def test_put_where_nothing_was_written(self):
        transfer = self._fund(self.ann, 5)
        self._tamper("UPDATE timebank_transfer SET memo = 'Invented' WHERE id = %s", transfer.id)
        self.assertEqual([v["res_id"] for v in self.scheme.check_ledger()], [transfer.id])

    def test_altered_with_a_digest_to_fit(self):
        self.scheme.action_seal()
        transfer = self.transfers[0]
        self._tamper(
            """UPDATE timebank_transfer
                  SET memo = 'Another', memo_digest = timebank_digest(memo_salt, 'Another') WHERE id = %s""",
            transfer.id,
        )
        self.assertEqual([v["invariant"] for v in self.scheme.check_ledger()], ["sealed"])

    def test_no_part_of_a_text_becomes_salt(self):
        """Nor of a salt text: where the one ends and the other begins is part of what is proven."""
        self.scheme.action_seal()
        transfer = self.transfers[0]
        before = self._columns(transfer)
        whole = before["memo_salt"] + before["memo"]
        for length in range(len(whole)):
            if length == len(before["memo_salt"]):
                continue
            with self.subTest(length=length), self.env.cr.savepoint() as savepoint:
                self._tamper(
                    "UPDATE timebank_transfer SET memo_salt = %s, memo = %s WHERE id = %s",
                    whole[:length],
                    whole[length:],
                    transfer.id,
                )
                self.assertEqual([v["invariant"] for v in self.scheme.check_ledger()], ["text"])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_no_function_of_the_database_is_asked(self):
        """Its owner could have one answer what fits."""
        self.scheme.action_seal()
        transfer = self.transfers[0]
        self.env.cr.execute(
            """CREATE OR REPLACE FUNCTION timebank_digest(salt text, written text) RETURNS text AS
               $$ SELECT memo_digest FROM timebank_transfer WHERE memo_salt = salt $$ LANGUAGE sql"""
        )
        self._tamper("UPDATE timebank_transfer SET memo = 'Another' WHERE id = %s", transfer.id)
        self.assertEqual([v["invariant"] for v in self.scheme.check_ledger()], ["text"])

    def test_nothing_sealed_passes_for_of_the_first_form(self):
        """Of which the text alone is proven: erased, all else could be altered and sealed once more."""
        seal = self.scheme.action_seal()
        transfer = self.transfers[0]
        self._tamper("UPDATE timebank_seal_line SET hash_form = 1 WHERE transfer_id = %s", transfer.id)
        self._tamper(
            """UPDATE timebank_transfer SET memo = NULL, memo_salt = NULL, memo_erased_on = now(),
                      date = date - 1 WHERE id = %s""",
            transfer.id,
        )
        for formed in ("one line", "every line"):
            with self.subTest(formed=formed):
                self.scheme.action_seal()
                self.assertTrue(self.scheme.check_ledger())
                self.assertFalse(self.scheme.verify(seal.number, seal.hash)["stands"])
            self._tamper("UPDATE timebank_seal_line SET hash_form = 1 WHERE seal_id = %s", seal.id)

    def test_hours_that_are_shown_are_those_that_moved(self):
        self.scheme.action_seal()
        transfer = self.transfers[0]
        for hours in ("hours + 1", "-hours", "NULL", "'NaN'"):
            with self.subTest(hours=hours), self.env.cr.savepoint() as savepoint:
                self._tamper(f"UPDATE timebank_transfer SET hours = {hours} WHERE id = %s", transfer.id)
                self.assertEqual([v["res_id"] for v in self.scheme.check_ledger()], [transfer.id])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_is_stored_is_sealed_or_proven(self):
        """A column that no seal covers is one that the check works out again, or that says nothing."""
        transfers = self.env["timebank.transfer"]
        worked_out = {"hours", "memo", "memo_salt", "memo_erased_on"}
        stored = {field.name for field in transfers._fields.values() if field.store and field.column_type}
        self.assertEqual(stored - transfers._sealed_columns - worked_out, {"write_uid", "write_date"})

    def test_no_user_reads_the_salt(self):
        for user in (self.coordinator, self.finance, self.manager):
            for name in ("memo_salt", "memo_digest"):
                self.assertNotIn(name, self._as(user, self.transfers).fields_get())

    @same(20)
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
    def test_whatever_is_written(self, memo):
        with self.env.cr.savepoint() as savepoint:
            transfer = self.env["timebank.transfer"]._insert(
                [
                    {
                        "from_account_id": self.scheme.operating_account_id.id,
                        "to_account_id": self.ben.account_id.id,
                        "minutes": 5,
                        "kind": "adjustment",
                        "memo": memo,
                    }
                ]
            )
            self.assertFalse(self.scheme.check_ledger())
            transfer._erase_memos()
            self.assertFalse(self.scheme.check_ledger())
            savepoint.rollback()
            self.env.invalidate_all()


class TestFirstForm(TimebankCase):
    """Seals of before there were digests, over the text itself."""

    def setUp(self):
        super().setUp()
        self._make_hours(self.ben, 30, "approved", description="Gardening")
        self._make_hours(self.ben, 45, "approved", description="Gardening")
        self.first, self.second = self.env["timebank.transfer"].search(
            [("scheme_id", "=", self.scheme.id)], order="id"
        )
        self.seal = self.scheme.action_seal()
        query = SQL(
            "UPDATE timebank_seal_line l SET hash_form = 1, row_hash = %s FROM timebank_transfer t"
            " WHERE t.id = l.transfer_id AND l.seal_id = %s",
            self.env["timebank.seal"]._row_hash_sql("t", 1),
            self.seal.id,
        )
        self._tamper(query.code, *query.params)
        [(hashes,)] = self.env.execute_query(
            SQL(
                "SELECT array_agg(row_hash ORDER BY transfer_id) FROM timebank_seal_line WHERE seal_id = %s",
                self.seal.id,
            )
        )
        seal_hash = hash_chain.seal("", hashes)
        self._tamper("UPDATE timebank_seal SET hash = %s WHERE id = %s", seal_hash, self.seal.id)
        self._tamper(
            "UPDATE timebank_scheme SET last_seal_hash = %s WHERE id = %s", seal_hash, self.scheme.id
        )

    def test_sealed_once_more(self):
        self.assertTrue(self.scheme.verify(self.seal.number, self.seal.hash)["stands"])
        second = self.scheme.action_seal()
        self.assertEqual((second.previous_id, second.transfer_count), (self.seal, 2))
        self.assertFalse(self.scheme.action_seal())
        self.assertFalse(self.scheme.check_ledger())
        self.assertTrue(self.scheme.verify(self.seal.number, self.seal.hash)["stands"])

    def test_erased(self):
        self.scheme.action_seal()
        self.first._erase_memos()
        self.assertFalse(self.scheme.check_ledger())
        told = self.scheme.verify(self.seal.number, self.seal.hash)
        self.assertTrue(told["stands"])
        self._check_sentence(told["message"], "seal 2")  # a paper of before no longer proves it alone
        self._tamper("UPDATE timebank_transfer SET date = date - 1 WHERE id = %s", self.first.id)
        self.assertEqual([v["res_id"] for v in self.scheme.check_ledger()], [self.first.id])
        self.assertFalse(self.scheme.verify(self.seal.number, self.seal.hash)["stands"])

    def test_altered_before_it_was_sealed_once_more(self):
        self._tamper(
            """UPDATE timebank_transfer
                  SET memo = 'Another', memo_digest = timebank_digest(memo_salt, 'Another') WHERE id = %s""",
            self.second.id,
        )
        self.scheme.action_seal()
        self.assertEqual([v["res_id"] for v in self.scheme.check_ledger()], [self.second.id])
