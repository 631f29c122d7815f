from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import users
from odoo.tools import SQL

from ..common import TimebankCase
from ..concurrency_common import ConcurrencyCase


class TestSeal(TimebankCase):
    @users("tb_manager")
    def test_sealing(self):
        self._fund(self.ann, 60)
        self._fund(self.ben, 30)
        scheme = self.scheme.with_env(self.env)
        seal = scheme.action_seal()
        self.assertEqual((seal.transfer_count, len(seal.hash), scheme.last_seal_id), (2, 64, seal))
        self.assertFalse(seal.previous_id)
        self.assertFalse(scheme.action_seal())  # nothing new
        self._fund(self.ann, 5)
        second = scheme.action_seal()
        self.assertEqual((second.previous_id, second.transfer_count), (seal, 1))
        self.assertNotEqual(second.hash, seal.hash)
        self.assertEqual(scheme.check_ledger(), [])

    def test_with_nothing_remembered(self):
        """The check reads what it needs, in whichever order."""
        for _number in range(3):
            self._fund(self.ann, 1)
            self.scheme.action_seal()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_each_bank_has_its_chain(self):
        other = self._make_scheme("Hill Top")
        self._fund(self.ann, 60)
        self._fund(self._make_member("Dee Ray", scheme=other), 30)
        seals = (self.scheme | other).action_seal()
        self.assertEqual(seals.scheme_id, self.scheme | other)
        self.assertFalse(seals.previous_id)

    def test_nobody_seals_by_hand(self):
        for user in (self.portal, self.staff, self.coordinator, self.finance):
            with self.assertRaises(AccessError):
                self._as(user, self.scheme).action_seal()
        self._fund(self.ann, 60)
        seal = self.scheme.action_seal()
        for records in (seal.with_user(self.manager), seal.sudo()):
            for attempt in (
                lambda records=records: records.create({"scheme_id": self.scheme.id, "hash": "0"}),
                lambda records=records: records.write({"hash": "0"}),
                lambda records=records: records.unlink(),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_what_a_seal_covers(self):
        """A hash is of what it was of when one list named the columns of all origins."""
        columns = (
            "id name date scheme_id from_account_id to_account_id minutes kind memo_digest hours_id"
            " reversal_of_id create_uid create_date redemption_id voucher_batch_id attendance_id"
            " attendance_no"
        ).split()
        # a move's transfers say so; of all others that says nothing, and leaves no trace in the hash
        self.assertEqual(self.env["timebank.transfer"]._sealed_columns, {*columns, "migration_id"})
        self._make_hours(self.ben, 30, "approved")
        self._fund(self.ann, 60)
        self.scheme.action_seal()
        sealed = dict(
            self.env.execute_query(
                SQL("SELECT transfer_id, row_hash FROM timebank_seal_line ORDER BY transfer_id")
            )
        )
        self.assertEqual(sealed, self._hashes(columns, sealed))

    def _hashes(self, columns, ids):
        """dict of transfer id → the hash over these columns."""
        pairs = SQL(", ").join(SQL("%s, %s", name, SQL.identifier("t", name)) for name in columns)
        query = SQL(
            """SELECT id, encode(sha256(convert_to(
                      jsonb_strip_nulls(jsonb_build_object(%s))::text, 'UTF8')), 'hex')
                 FROM timebank_transfer t WHERE id IN %s""",
            pairs,
            tuple(ids),
        )
        return dict(self.env.execute_query(query))

    # The nightly job
    def _alarms(self):
        return self.scheme.activity_search(["timebank_coproduction.mail_activity_ledger"])

    def test_night(self):
        self._fund(self.ann, 60)
        self.env["timebank.scheme"]._cron_seal_and_check()
        self.assertTrue(self.scheme.last_seal_id)
        self.assertFalse(self._alarms())
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM timebank_account_tail")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertEqual(self.scheme.outstanding_minutes, 60)

    def test_alarm_once_for_each_manager(self):
        self._tamper("UPDATE timebank_account SET balance_minutes = 5 WHERE id = %s", self.ann.account_id.id)
        managers = self.env.ref("timebank_coproduction.group_timebank_manager").all_user_ids.filtered(
            lambda user: self.scheme.company_id in user.company_ids
        )
        for _night in range(3):
            self.env["timebank.scheme"]._cron_seal_and_check()
            alarms = self._alarms()
            self.assertEqual(len(alarms), len(managers))
            self.assertEqual(alarms.user_id, managers)
        self.assertIn("Ann Lee", alarms[0].note)
        self.assertIn(self.manager, alarms.user_id)

    @users("tb_manager")
    def test_the_button_tells(self):
        scheme = self.scheme.with_env(self.env)
        self.assertEqual(scheme.action_check_ledger()["params"]["type"], "success")
        self._tamper("UPDATE timebank_account SET balance_minutes = 5 WHERE id = %s", self.ann.account_id.id)
        found = scheme.action_check_ledger()["params"]
        self.assertEqual(found["type"], "danger")
        self.assertIn("Ann Lee", found["message"])


class TestLateTransfer(ConcurrencyCase):
    def test_a_transfer_that_appears_late_is_sealed_next(self):
        """Its id was handed out before those of the seal, and it was committed after it."""
        with self.registry.cursor() as slow_cursor:
            slow = api.Environment(slow_cursor, api.SUPERUSER_ID, {})
            members = slow["timebank.member"].browse(self.member_ids)
            late = self._fund(slow, members[0].account_id, 10)
            with self._connection() as env:
                quick = self._fund(env, env["timebank.member"].browse(self.member_ids[1]).account_id, 20)
                first = env["timebank.scheme"].browse(self.scheme_id).action_seal()
                self.assertLess(late.id, quick.id)
                self.assertEqual(first.line_ids.transfer_id, quick)
                self._check_books(env)
            slow_cursor.commit()
        with self._connection() as env:
            self._check_books(env)
            second = env["timebank.scheme"].browse(self.scheme_id).action_seal()
            self.assertEqual(second.line_ids.transfer_id.ids, late.ids)
            self._check_books(env)

    def test_two_seals_at_once(self):
        with self._connection() as env:
            self._fund(env, env["timebank.member"].browse(self.member_ids[0]).account_id, 10)
        results = self._at_once(
            *(
                (
                    api.SUPERUSER_ID,
                    lambda env: env["timebank.scheme"].browse(self.scheme_id).action_seal().ids,
                ),
            )
            * 2
        )
        sealed = [result for result in results if isinstance(result, list) and result]
        self.assertEqual(len(sealed), 1)
        with self._connection() as env:
            self._check_books(env)
