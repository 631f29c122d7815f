"""What somebody with access to PostgreSQL, and its triggers switched off, can do is found."""

from datetime import timedelta

from odoo.tools import SQL

from ..common import TODAY, TimebankCase


class TestLedgerCheck(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.credit_limit_minutes = 120
        cls.earned = cls._make_hours(cls.ben, 60, state="approved", description="Shopping")
        cls.exchanged = cls._make_hours(cls.ben, 30, state="approved", receiver_id=cls.ann.partner_id.id)
        cls.taken_back = cls._make_hours(cls.agency, 45, state="approved")
        cls.taken_back.with_user(cls.coordinator).action_reverse("Wrong person")
        cls.by_staff = cls._make_hours(cls.cat, 20, state="approved")
        cls.waiting = cls._make_hours(cls.ann, 15, state="submitted")
        cls.first_seal = cls.scheme.action_seal()
        cls.last_entry = cls._make_hours(cls.ben, 25, state="approved")
        cls.second_seal = cls.scheme.action_seal()
        cls.unsealed = cls._make_hours(cls.ben, 10, state="approved", start_minute=600)
        cls._drop_foreign_keys()

    def _check(self, *expected):
        """The check finds ``expected``, pairs of a code and a word of the sentence."""
        violations = self.scheme.check_ledger()
        found = {(violation["invariant"], violation["message"]) for violation in violations}
        for code, word in expected:
            self.assertTrue(
                any(code == invariant and word in message for invariant, message in found),
                f"no “{code}” about “{word}” in {found}",
            )
        for violation in violations:
            self.assertEqual(violation["scheme_id"], self.scheme.id)
            self.assertTrue(violation["message"].startswith("River Street: "))
            self.assertIn(violation["model"], self.env)
        return violations

    def _forge(self, minutes=40, to_account=None, **vals):
        """A transfer straight into the table; the balances stay as they were."""
        vals = {
            "name": "RVR/forged",
            "date": TODAY,
            "scheme_id": self.scheme.id,
            "from_account_id": self.scheme.operating_account_id.id,
            "to_account_id": (to_account or self.ann.account_id).id,
            "minutes": minutes,
            "hours": minutes / 60,
            "kind": "gift",
            **vals,
        }
        columns = ", ".join(vals)
        marks = ", ".join(["%s"] * len(vals))
        self._tamper(f"INSERT INTO timebank_transfer ({columns}) VALUES ({marks})", *vals.values())

    def _move(self, account, minutes):
        """Make the balances fit a forged transfer from the bank to ``account``."""
        self._tamper(
            "UPDATE timebank_account SET balance_minutes = balance_minutes + %s WHERE id = %s",
            minutes,
            account.id,
        )
        self._tamper(
            "UPDATE timebank_account SET balance_minutes = balance_minutes - %s WHERE id = %s",
            minutes,
            self.scheme.operating_account_id.id,
        )

    def test_untouched(self):
        self.assertEqual(self.scheme.check_ledger(), [])
        self.assertEqual(self.env["timebank.scheme"].check_ledger(), [])
        self.env["timebank.account.tail"]._fold()
        self.assertEqual(self.scheme.check_ledger(), [])

    # Transfers
    def test_changed_amount(self):
        self._tamper("UPDATE timebank_transfer SET minutes = 600 WHERE id = %s", self.earned.transfer_ids.id)
        self._check(
            ("balance", "Ben Okoro"),
            ("balance", "the bank itself"),
            ("origin", "60 minutes"),
            ("sealed", "altered"),
        )

    def test_changed_amount_before_any_seal(self):
        self._tamper(
            "UPDATE timebank_transfer SET minutes = 600 WHERE id = %s", self.unsealed.transfer_ids.id
        )
        self._check(("balance", "Ben Okoro"), ("origin", "10 minutes"))

    def test_redirected(self):
        transfer = self.unsealed.transfer_ids
        self._tamper(
            "UPDATE timebank_transfer SET to_account_id = %s WHERE id = %s",
            self.ann.account_id.id,
            transfer.id,
        )
        self._check(("balance", "Ben Okoro"), ("balance", "Ann Lee"), ("origin", transfer.name))

    def test_redirected_with_the_balances(self):
        transfer = self.unsealed.transfer_ids
        self._tamper(
            "UPDATE timebank_transfer SET to_account_id = %s WHERE id = %s",
            self.ann.account_id.id,
            transfer.id,
        )
        self._move(self.ann.account_id, 10)
        self._move(self.ben.account_id, -10)
        self._check(("origin", transfer.name))

    def test_deleted(self):
        self._tamper("DELETE FROM timebank_transfer WHERE id = %s", self.earned.transfer_ids.id)
        self._check(("balance", "Ben Okoro"), ("origin", "60 minutes"), ("sealed", "missing"))

    def test_deleted_before_any_seal(self):
        self._tamper("DELETE FROM timebank_transfer WHERE id = %s", self.unsealed.transfer_ids.id)
        self._check(("balance", "Ben Okoro"), ("origin", "10 minutes"))

    def test_changed_memo_after_sealing(self):
        transfer = self.earned.transfer_ids
        self._tamper("UPDATE timebank_transfer SET memo = 'Cleaning' WHERE id = %s", transfer.id)
        violations = self._check(("text", transfer.name))
        self.assertEqual(len(violations), 1)
        self.assertEqual((violations[0]["model"], violations[0]["res_id"]), (transfer._name, transfer.id))

    def test_changed_date_after_sealing(self):
        transfer = self.earned.transfer_ids
        self._tamper("UPDATE timebank_transfer SET date = date - 1 WHERE id = %s", transfer.id)
        self._check(("sealed", transfer.name))

    # Balances
    def test_altered_balance(self):
        self._tamper(
            "UPDATE timebank_account SET balance_minutes = 999 WHERE id = %s", self.ann.account_id.id
        )
        self._check(("sum", "instead of zero"), ("balance", "999"))

    def test_shifted_balance(self):
        self._move(self.ann.account_id, 50)
        self.assertNotIn("sum", [violation["invariant"] for violation in self._check(("balance", "Ann Lee"))])

    def test_altered_tail(self):
        for query in (
            "UPDATE timebank_account_tail SET minutes = minutes - 5",
            "DELETE FROM timebank_account_tail",
        ):
            with self.subTest(query=query), self._undone():
                self._tamper(query + " WHERE account_id = %s", self.scheme.operating_account_id.id)
                self._check(("sum", "instead of zero"), ("balance", "the bank itself"))

    def test_lowered_limit(self):
        self._tamper("ALTER TABLE timebank_account DROP CONSTRAINT timebank_account_within_limit")
        self._tamper(
            "UPDATE timebank_account SET credit_limit_minutes = 0 WHERE id = %s", self.ann.account_id.id
        )
        self._check(("limit", "Ann Lee"))

    # Forgeries
    def test_forged(self):
        self._forge()
        self._check(("balance", "Ann Lee"), ("balance", "the bank itself"))

    def test_forged_with_its_balances(self):
        self._forge()
        self._move(self.ann.account_id, 40)
        self._check(("forged", "RVR/forged"))

    def test_forged_with_a_number_never_drawn(self):
        self._forge(name="RVR/000999", create_uid=self.manager.id, create_date=TODAY)
        self._move(self.ann.account_id, 40)
        self._check(("forged", "RVR/000999"))

    def test_forged_as_earned_by_nothing(self):
        self._forge(kind="earn", hours_id=2**31 - 1)
        self._move(self.ann.account_id, 40)
        self._check(("origin", "RVR/forged"))

    def test_forged_as_earned_by_hours_that_wait(self):
        self._forge(15, kind="earn", hours_id=self.waiting.id)
        self._move(self.ann.account_id, 15)
        self._check(("origin", "15 minutes"))

    def test_forged_as_earned_by_hours_that_earn_nothing(self):
        self._forge(20, self.cat.account_id, kind="earn", hours_id=self.by_staff.id)
        self._move(self.cat.account_id, 20)
        self._check(("origin", "20 minutes"))

    def test_forged_between_banks(self):
        elsewhere = self._make_member("Dee Ray", scheme=self._make_scheme("Hill Top")).account_id
        self._forge(to_account=elsewhere)
        self._check(("origin", "RVR/forged"))

    def test_forged_reversal(self):
        self._forge(60, kind="reversal", reversal_of_id=self.earned.transfer_ids.id)
        self._check(("reversal", "RVR/forged"), ("origin", "60 minutes"))

    def test_altered_reversal(self):
        reversal = self.taken_back.transfer_ids.reversal_ids
        self._tamper("UPDATE timebank_transfer SET minutes = 5 WHERE id = %s", reversal.id)
        self._check(("reversal", reversal.name), ("balance", "Harbour Trust"), ("sealed", reversal.name))

    def test_reversal_of_something_else(self):
        reversal = self.taken_back.transfer_ids.reversal_ids
        self._tamper(
            "UPDATE timebank_transfer SET reversal_of_id = %s WHERE id = %s",
            self.earned.transfer_ids.id,
            reversal.id,
        )
        self._check(("reversal", reversal.name), ("origin", "60 minutes"), ("origin", "45 minutes"))

    # Hours
    def test_hours_made_approved(self):
        self._tamper(
            "UPDATE timebank_hours SET state = 'approved', approved_on = now(), earns_credit = true"
            " WHERE id = %s",
            self.waiting.id,
        )
        self._check(("origin", "15 minutes"))

    def test_hours_made_unapproved(self):
        for state in ("draft", "submitted", "refused", "reversed"):
            with self.subTest(state=state):
                self._tamper("UPDATE timebank_hours SET state = %s WHERE id = %s", state, self.earned.id)
                self._check(("origin", "60 minutes"))

    def test_hours_made_longer(self):
        self._tamper("UPDATE timebank_hours SET minutes = 120 WHERE id = %s", self.earned.id)
        self._check(("origin", "120 minutes"))

    def test_hours_made_to_earn(self):
        self._tamper("UPDATE timebank_hours SET earns_credit = true WHERE id = %s", self.by_staff.id)
        self._check(("origin", "20 minutes"))

    def test_hours_given_to_somebody_else(self):
        transfer = self.unsealed.transfer_ids
        self._tamper(
            "UPDATE timebank_hours SET partner_id = %s WHERE id = %s",
            self.ann.partner_id.id,
            self.unsealed.id,
        )
        self._check(("origin", transfer.name))

    def test_hours_deleted(self):
        transfer = self.earned.transfer_ids
        self._tamper("DELETE FROM timebank_hours WHERE id = %s", self.earned.id)
        self._check(("origin", transfer.name))

    # Seals
    def test_altered_seal(self):
        for seal in (self.first_seal, self.second_seal):
            with self.subTest(seal=seal), self._undone():
                self._tamper("UPDATE timebank_seal SET hash = repeat('0', 64) WHERE id = %s", seal.id)
                self._check(("sealed", "was broken"))

    def test_seal_chained_to_another(self):
        self._tamper("UPDATE timebank_seal SET previous_id = NULL WHERE id = %s", self.second_seal.id)
        self._check(("sealed", "was broken"))

    def test_deleted_seal(self):
        for seal in (self.first_seal, self.second_seal):
            with self.subTest(seal=seal), self._undone():
                self._tamper("DELETE FROM timebank_seal WHERE id = %s", seal.id)
                self._check(("sealed", f"number {seal.id} is missing"))

    def test_deleted_seal_with_its_lines(self):
        self._tamper("DELETE FROM timebank_seal_line WHERE seal_id = %s", self.second_seal.id)
        self._tamper("DELETE FROM timebank_seal WHERE id = %s", self.second_seal.id)
        self._check(("sealed", f"number {self.second_seal.id} is missing"))
        self.scheme._cron_seal_and_check()  # does not paint over it
        self._check(("sealed", f"number {self.second_seal.id} is missing"))

    def test_all_seals_deleted(self):
        self._tamper("DELETE FROM timebank_seal_line")
        self._tamper("DELETE FROM timebank_seal")
        self._check(("sealed", "is missing"))

    def test_deleted_seal_line(self):
        self._tamper("DELETE FROM timebank_seal_line WHERE transfer_id = %s", self.earned.transfer_ids.id)
        self._check(("sealed", "was broken"))
        self.scheme.action_seal()  # seals the transfer again, and heals nothing
        self._check(("sealed", "was broken"))

    def test_altered_seal_line(self):
        transfer = self.earned.transfer_ids
        self._tamper("UPDATE timebank_seal_line SET row_hash = 'x' WHERE transfer_id = %s", transfer.id)
        self._check(("sealed", transfer.name), ("sealed", "was broken"))

    def test_altered_transfer_with_its_seal_line(self):
        transfer = self.earned.transfer_ids
        self._tamper("UPDATE timebank_transfer SET date = date - 1 WHERE id = %s", transfer.id)
        row_hash_sql = self.env["timebank.seal"]._row_hash_sql("t")
        [(row_hash,)] = self.env.execute_query(
            SQL("SELECT %s FROM timebank_transfer t WHERE id = %s", row_hash_sql, transfer.id)
        )
        self._tamper(
            "UPDATE timebank_seal_line SET row_hash = %s WHERE transfer_id = %s", row_hash, transfer.id
        )
        self._check(("sealed", "was broken"))

    def _unseal(self, seals, back_to):
        """Take seals and their lines away, and have the bank name ``back_to`` as its last one."""
        self._tamper("UPDATE timebank_scheme SET last_seal_id = %s WHERE id = %s", back_to, self.scheme.id)
        self._tamper("DELETE FROM timebank_seal_line WHERE seal_id IN %s", tuple(seals.ids))
        for seal in seals.sorted("id", reverse=True):
            self._tamper("DELETE FROM timebank_seal WHERE id = %s", seal.id)

    def test_last_seal_deleted_with_the_head_put_back(self):
        self._unseal(self.second_seal, self.first_seal.id)
        self._check(("sealed", "is missing"))
        self.assertFalse(self.scheme.action_seal())  # does not paint over it
        self._check(("sealed", "is missing"))

    def test_all_seals_deleted_with_the_head_put_back(self):
        self._unseal(self.first_seal | self.second_seal, None)
        self._check(("sealed", "is missing"))
        self.scheme._cron_seal_and_check()
        self._check(("sealed", "is missing"))

    def test_seals_made_anew(self):
        """With all that the bank notes of its seals, an altered transfer and today's day."""
        anchor = self.second_seal._get_written()
        transfer = self.earned.transfer_ids
        self._unseal(self.first_seal | self.second_seal, None)
        self._tamper("UPDATE timebank_transfer SET date = date - 1 WHERE id = %s", transfer.id)
        noted = (self.scheme.last_seal_number, self.scheme.last_seal_hash)
        self._tamper("UPDATE timebank_scheme SET last_seal_number = 0, last_seal_hash = NULL")
        self.scheme.action_seal()
        with self._undone():  # what the bank noted of its last seal gives it away, unless it is rewritten too
            self._tamper(
                "UPDATE timebank_scheme SET last_seal_number = %s, last_seal_hash = %s WHERE id = %s",
                *noted,
                self.scheme.id,
            )
            self._check(("sealed", "is missing"))
        # no check inside finds it any more; what was written down outside does
        self.assertEqual(self.scheme.check_ledger(), [])
        self.assertFalse(self.scheme.verify(anchor["number"], anchor["hash"])["stands"])

    def test_seal_deleted_and_the_job_ran(self):
        """With all that the bank notes: what the night before sealed has no seal in the morning."""
        self._unseal(self.second_seal, self.first_seal.id)
        self._tamper(
            "UPDATE timebank_scheme SET last_seal_number = %s, last_seal_hash = %s WHERE id = %s",
            self.first_seal.number,
            self.first_seal.hash,
            self.scheme.id,
        )
        self._tamper("UPDATE timebank_transfer SET create_date = create_date - interval '1 day'")
        self._tamper("UPDATE timebank_seal_line SET row_hash = 'x'")
        self.env.ref("timebank_coproduction.cron_seal_and_check").lastcall = self.env.cr.now()
        self._check(("sealed", "made next: 2, the first"))

    def test_seals_renumbered(self):
        self._tamper("UPDATE timebank_seal SET number = 5 WHERE id = %s", self.second_seal.id)
        self._check(("sealed", "was broken"))

    # The bank's own
    def test_replaced_operating_account(self):
        pot = self.scheme.pot_account_id
        with self._undone():
            self._tamper("UPDATE timebank_scheme SET operating_account_id = %s", pot.id)
            self._check(("account", "was replaced"))
        with self._undone():  # by one of the right kind
            operating = self.scheme.operating_account_id
            self._tamper("UPDATE timebank_account SET kind = 'pot' WHERE id = %s", operating.id)
            self._tamper("UPDATE timebank_account SET kind = 'operating' WHERE id = %s", pot.id)
            self._tamper("UPDATE timebank_scheme SET operating_account_id = %s", pot.id)
            self._check(("origin", self.earned.transfer_ids.name), ("limit", "the bank itself"))

    def test_replaced_operating_account_that_only_opened_balances(self):
        scheme = self._make_scheme("Hill Top")
        self._post(
            scheme.operating_account_id,
            self._make_member("Dee Ray", scheme=scheme).account_id,
            5,
            kind="opening",
        )
        old = scheme.operating_account_id
        self._tamper(
            """UPDATE timebank_account SET kind = 'pot', credit_limit_minutes = 900 WHERE id = %s""", old.id
        )
        new = self.env["timebank.account"]._in_verb().create({"scheme_id": scheme.id, "kind": "operating"})
        self._tamper("UPDATE timebank_scheme SET operating_account_id = %s WHERE id = %s", new.id, scheme.id)
        found = [violation["invariant"] for violation in scheme.check_ledger()]
        self.assertLessEqual({"account", "origin"}, set(found))

    def test_lost_numbering(self):
        sequence = self.scheme.sequence_id
        self._tamper("UPDATE timebank_scheme SET sequence_id = NULL WHERE id = %s", self.scheme.id)
        self._check(("numbers", "numbering"))
        self._tamper("UPDATE timebank_scheme SET sequence_id = %s WHERE id = %s", sequence.id, self.scheme.id)
        self._tamper(f"DROP SEQUENCE ir_sequence_{sequence.id:03d}")
        self._check(("numbers", "numbering"))

    # Forgeries with a number that was drawn
    def _forge_drawn(self, **vals):
        number = next(self.scheme.sequence_id._draw_next(1))
        self._fund(self.ann, 1)
        stamp = {"create_uid": self.manager.id, "create_date": self.env.cr.now()}
        self._forge(name=number, **{**stamp, **vals})
        self._move(self.ann.account_id, 40)
        return number

    def test_forged_gift_from_the_bank_with_a_drawn_number(self):
        number = self._forge_drawn()
        self._check(("origin", number))

    def test_forged_gift_with_a_number_drawn_earlier(self):
        pot = self.scheme.pot_account_id
        self._post(self.scheme.operating_account_id, pot, 40)
        number = next(self.scheme.sequence_id._draw_next(1))  # by somebody whose transaction failed
        self._fund(self.ann, 1)
        self._tamper("UPDATE timebank_transfer SET create_date = create_date - interval '2 days'")
        forged = {"name": number, "from_account_id": pot.id, "create_uid": self.manager.id}
        with self._undone():
            self._forge(**forged, create_date=self.env.cr.now())
            self._check(("forged", number))
        with self._undone():  # with a day that fits its number
            self._forge(**forged, create_date=self.env.cr.now() - timedelta(days=2))
            self.assertNotIn("forged", [found["invariant"] for found in self._check()])
        self._fund(self.ann, 1)
        self._forge(**forged, create_date=self.env.cr.now() - timedelta(days=2))  # but not its id
        self._check(("forged", number))

    def test_forged_gift_as_odoo_would_write_it(self):
        """Nothing tells it from a real one: its owner's statement does. See the guide on security."""
        pot = self.scheme.pot_account_id
        self._post(self.scheme.operating_account_id, pot, 40)
        stamp = {"create_uid": self.manager.id, "create_date": self.env.cr.now()}
        number = next(self.scheme.sequence_id._draw_next(1))
        self._forge(name=number, from_account_id=pot.id, **stamp)
        self._move(self.ann.account_id, 40)
        self._tamper(
            "UPDATE timebank_account SET balance_minutes = balance_minutes + 40 WHERE id = %s",
            self.scheme.operating_account_id.id,
        )
        self._tamper(
            "UPDATE timebank_account SET balance_minutes = balance_minutes - 40 WHERE id = %s", pot.id
        )
        self.assertEqual(self.scheme.check_ledger(), [])
