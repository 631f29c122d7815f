import csv
import hashlib
import io
import random
import re
import zipfile
from datetime import date
from urllib.parse import unquote

from lxml import html
from reportlab.pdfgen.canvas import Canvas

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from ..grants_common import GrantCase

#: Members whose names are words that nothing else in the pack is called by.
NAMES = ("Zebedee Quillfeather", "Xanthe O’Plumtree", "Ysolde Wrenmarsh-Tindle", "李 伟")


@tagged("post_install", "-at_install")
class TestRecordsPack(HttpCase, GrantCase):
    """What a funder gets who asks for the records: everything that was bought, and nobody's name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [cls._make_member(name) for name in NAMES]
        for member in cls.people:
            for day in (1, 2, 3):
                cls._make_hours(member, 300, "approved", date=date(2026, 1, day))
        cls.bank = cls.env["account.account"].create(
            {"name": "Bank", "code": "TB1200", "account_type": "asset_cash"}
        )
        cls.general = cls.env["account.journal"].create({"name": "Misc", "code": "TBM", "type": "general"})

    def _claim_of(self, member, **vals):
        return self._make_claim(member, self.swim, "approved", **vals)

    def _pay(self, bill, amount, day, ref=False):
        owed = {"account_id": self.payable.id, "partner_id": self.supplier.id, "debit": amount}
        paid = {"account_id": self.bank.id, "credit": amount}
        lines = [Command.create(owed), Command.create(paid)]
        entry = self.env["account.move"].create(
            {"journal_id": self.general.id, "date": day, "ref": ref, "line_ids": lines}
        )
        entry.action_post()
        (bill | entry).line_ids.filtered(lambda line: line.account_id == self.payable).reconcile()
        return entry

    def _attach(self, record, name, content=b"nothing to read", mimetype="application/octet-stream"):
        vals = {"name": name, "raw": content, "mimetype": mimetype}
        return self.env["ir.attachment"].create({"res_model": record._name, "res_id": record.id, **vals})

    def _ask(self, user=None, **vals):
        asked = self.env["timebank.records.pack"].with_user(user or self.finance)
        return asked.create({"grant_id": self.grant.id, "with_named": "kept", **vals})

    def _make(self, asked):
        target = io.BytesIO()
        asked._make_pack().write_to(target)
        self.assertEqual(zipfile.ZipFile(target).testzip(), None)
        return target.getvalue()

    def _read(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            return {name: pack.read(name) for name in pack.namelist()}

    def _rows(self, files, name="index"):
        return list(csv.reader(io.StringIO(files[f"{name}.csv"].decode("utf-8-sig"))))

    def _signed(self, **vals):
        reconciliation = self._reconcile(**vals)
        self._explain(reconciliation)
        reconciliation.action_prepare()
        return reconciliation

    def _seed(self):
        """Bills that name people wherever a supplier can, with documents and payments."""
        zeb, xan = self._claim_of(self.people[0]), self._claim_of(self.people[1])
        bill = self._bill(
            (f"Lesson for {NAMES[0].upper()}, {zeb.code}", 12), ref="=Zebedee's", day=date(2026, 2, 3)
        )
        self._match(zeb, bill, 12)
        other = self._bill(("Plumtree, Xanthe: swim; zebedee@example.org", 13), day=date(2026, 3, 1))
        self._match(xan, other, 13, difference_reason="price", note="Ms Wrenmarsh rang")
        self._bill(("Towels for 李伟", 7.05), day=date(2026, 3, 2))
        self._bill(("Returned", 2.5), move_type="in_refund", day=date(2026, 3, 3))
        self._attach(bill, "Zebedee Quillfeather.pdf", b"%PDF-1.4 no pages", "application/pdf")
        self._attach(bill, "delivery.txt", b"Delivered to the pool", "text/plain")
        self._pay(bill, 12, date(2026, 2, 20), ref="For Zebedee")
        self._pay(other, 5, date(2026, 3, 5))
        return bill, other

    # ------------------------------------------------------------

    def test_the_index_is_what_was_signed(self):
        self._seed()
        signed = self._signed()
        asked = self._ask(reconciliation_id=signed.id)
        self.assertEqual((asked.date_from, asked.date_to), (signed.date_from, signed.date_to))
        rows = self._rows(self._read(self._make(asked)))
        added = sum(float(row[13]) for row in rows[1:-1])
        self.assertAlmostEqual(added, signed.spent_amount + signed.late_amount, 2)
        self.assertEqual(float(rows[-1][13]), 29.55)
        self.assertEqual(len(rows) - 2, len(signed.line_ids.filtered("billed_amount")))

    def test_without_a_reconciliation_it_is_what_the_books_say(self):
        self._seed()
        rows = self._rows(self._read(self._make(self._ask(date_from="2026-03-01", date_to="2026-03-31"))))
        self.assertEqual([row[13] for row in rows[1:]], ["13.00", "7.05", "-2.50", "17.55"])
        spent = self.grant._get_spend_totals(date(2026, 3, 1), date(2026, 3, 31))[self.grant]
        self.assertEqual(float(rows[-1][13]), spent)

    def test_what_is_billed_isnt_said_to_be_paid(self):
        bill = self._bill(("Pass", 12))
        half = self._bill({"name": "Pool", "price_unit": 20, "share": {self.grant: 50}})
        refund = self._bill(("Returned", 2), move_type="in_refund")

        def read():
            self.env.invalidate_all()
            asked = self._ask()
            page = html.fromstring(self._read(self._make(asked))["index.html"].decode())
            said = dict(zip(page.xpath("//dt/text()"), page.xpath("//dd"), strict=True))
            for name in ("Billed in this time", "Paid of it so far"):
                self.assertIn(said[name].xpath("strong/text()")[0], asked.what_text)
            return said["Paid of it so far"].text_content()

        money = self.grant.company_currency_id.format
        self.assertEqual(read(), f"{money(0)}: nothing is reconciled with these bills yet")
        self._pay(bill, 12, date(2026, 2, 20))
        self._pay(half, 10, date(2026, 2, 20))
        self.assertEqual(read(), money(17), "half of the half that is the grant's")
        (half | refund).line_ids.filtered(lambda line: line.account_id == self.payable).reconcile()
        self.assertEqual(read(), money(16), "of 20, 12 are settled; 2 are given back")

    def test_nobody_is_named_in_what_the_pack_writes(self):
        bill, _other = self._seed()
        asked = self._ask()
        self.assertIn("Zebedee Quillfeather.pdf, names ", asked.named_text)
        files = self._read(self._make(asked))
        written = {name: content for name, content in files.items() if not name.startswith("documents/")}
        self.assertEqual(written.keys(), {"index.html", "index.csv", "payments.csv", "documents.csv"})
        parts = {part for name in NAMES for part in re.split(r"[\s-]", name)} | {"Plumtree", "李伟"}
        people = self.env["timebank.member"].search([("role", "!=", "organisation")])
        parts |= {part for member in people for part in member.name.split()}
        for name, content in {**written, "names": "\n".join(files).encode()}.items():
            text = content.decode().casefold()
            for part in parts:
                with self.subTest(file=name, part=part):
                    self.assertNotRegex(text, rf"\b{re.escape(part.casefold())}\b")
        codes = self.env["timebank.redemption"].search([("grant_id", "=", self.grant.id)]).mapped("code")
        self.assertFalse([code for code in filter(None, codes) if code in str(written)])
        self.assertIn("Person 1", written["index.html"].decode())
        self.assertIn(bill.name, written["index.html"].decode())

    def test_words_of_a_bill_stay_where_another_member_is_called_so(self):
        self._make_member("Vera Price")
        self._bill(("Vera rang: unit price 7.05, for Vera Price", 7.05))
        texts = [row[11] for row in self._rows(self._read(self._make(self._ask())))[1:-1]]
        self.assertEqual(texts, ["… rang: unit price 7.05, for …"])

    def test_pseudonyms_hold_within_the_pack_and_say_nothing(self):
        claims = [self._claim_of(member) for member in self.people for _number in range(2)]
        for claim in claims:
            self._match(claim, self._bill(("Pass", 12)), 12)
        rows = self._rows(self._read(self._make(self._ask())))[1:-1]
        by_claim = {row[2]: row[3] for row in rows}
        said = [by_claim[f"#{claim.id}"] for claim in claims]
        self.assertEqual(said[::2], said[1::2], "one person, one pseudonym")
        self.assertEqual(set(said), {f"Person {number}" for number in range(1, 5)})
        self.env["ir.config_parameter"].sudo().set_param("database.secret", "another one")
        again = {row[2]: row[3] for row in self._rows(self._read(self._make(self._ask())))[1:-1]}
        self.assertEqual(set(again.values()), set(said))
        orders = set()
        for secret in range(8):
            self.env["ir.config_parameter"].sudo().set_param("database.secret", f"secret {secret}")
            made = {row[2]: row[3] for row in self._rows(self._read(self._make(self._ask())))[1:-1]}
            orders.add(tuple(made[f"#{claim.id}"] for claim in claims))
        self.assertGreater(len(orders), 2, "the order follows a secret, and nothing that is known")

    def test_the_same_books_make_the_same_bytes(self):
        self._seed()
        signed = self._signed()
        made = {
            hashlib.sha256(self._make(self._ask(reconciliation_id=signed.id))).hexdigest() for _n in range(2)
        }
        self.assertEqual(len(made), 1)
        self.env.invalidate_all()
        made.add(
            hashlib.sha256(self._make(self._ask(self.finance2, reconciliation_id=signed.id))).hexdigest()
        )
        self.assertEqual(len(made), 1, "whoever asks")

    def test_documents_and_payments_are_as_they_are_kept(self):
        bill, other = self._seed()
        files = self._read(self._make(self._ask()))
        kept = {name: content for name, content in files.items() if name.startswith("documents/")}
        self.assertEqual(sorted(kept.values()), [b"%PDF-1.4 no pages", b"Delivered to the pool"])
        listed = {row[1]: row[2] for row in self._rows(files, "documents")[1:] if row[1]}
        self.assertEqual(
            listed, {name: hashlib.sha256(content).hexdigest() for name, content in kept.items()}
        )
        self.assertIn([other.name, "", "", "No document is kept with it"], self._rows(files, "documents"))
        payments = {
            row[1]: row for row in self._rows(files, "payments")[1:] if row[1] in (bill.name, other.name)
        }
        self.assertEqual(payments[bill.name][5:7], ["2026-02-20", "12.00"])
        self.assertEqual(payments[other.name][5:7], ["2026-03-05", "5.00"])
        page = html.fromstring(files["index.html"].decode())
        self.assertTrue(page.get("lang"))
        links = [a.get("href") for a in page.xpath("//a[@href]") if not a.get("href").startswith("#")]
        self.assertLessEqual(set(links), set(files))
        targets = {a.get("href")[1:] for a in page.xpath("//a[starts-with(@href, '#')]")}
        self.assertLessEqual(targets, set(page.xpath("//@id")))

    def test_documents_that_may_name_somebody_are_left_out_where_that_is_wished(self):
        bill, _other = self._seed()
        clear = self._bill(("Caps", 3), day=date(2026, 3, 4))
        self._attach(clear, "caps.txt", b"Three caps", "text/plain")
        files = self._read(self._make(self._ask(with_named="left_out")))
        kept = [content for name, content in files.items() if name.startswith("documents/")]
        self.assertEqual(kept, [b"Three caps"])
        remarks = [row[3] for row in self._rows(files, "documents") if row[0] == bill.name]
        self.assertEqual(remarks, ["Left out: it may name somebody"] * 2)

    def test_what_a_program_reads_in_part_only_is_for_somebody_to_look_at(self):
        """A page too far on, or one without text among others, may be a picture of a list of names."""
        self._seed()
        bill = self._bill(("Coach", 9), day=date(2026, 3, 6))
        for name, pages, seen in (
            ("short.pdf", ["A coach"] * 2, False),
            ("long.pdf", ["A coach"] * 11, True),
            ("scanned.pdf", ["A coach", ""], True),
        ):
            self._attach(bill, name, self._paper(pages), "application/pdf")
            with self.subTest(name):
                self.assertEqual(name in self._ask().named_text, seen, self._ask().named_text)

    def _paper(self, pages):
        stream = io.BytesIO()
        canvas = Canvas(stream)
        for text in pages:
            canvas.drawString(50, 700, text)
            canvas.showPage()
        canvas.save()
        return stream.getvalue()

    def test_nobody_says_what_becomes_of_them(self):
        """Documents that may name somebody go in when somebody says so; on screen it is asked."""
        self._seed()
        asked = self._ask(with_named=False)
        self.assertTrue(asked.named_text)
        kept = [name for name in self._read(self._make(asked)) if name.startswith("documents/")]
        self.assertFalse(kept)
        form = Form(self.env["timebank.records.pack"].with_user(self.finance))
        form.grant_id = self.grant
        with self.assertRaisesRegex(AssertionError, "with_named"):
            form.save()

    def test_who_was_paid(self):
        """A business by its name, though it belongs to the bank; a member who was paid back by none."""
        agency = self.agency.partner_id
        agency.is_company = True
        self._bill(("Hall", 10), partner_id=agency.id)
        self._bill(("Paid back", 4), partner_id=self.people[0].partner_id.id)
        rows = self._rows(self._read(self._make(self._ask())))
        self.assertEqual({row[8] for row in rows[1:-1]}, {"Harbour Trust", "A member"})

    def test_no_cell_calculates(self):
        self._seed()
        files = self._read(self._make(self._ask()))
        for name in ("index", "payments", "documents"):
            for cell in (cell for row in self._rows(files, name) for cell in row):
                self.assertFalse(
                    cell.startswith(("=", "+", "@")) or re.match(r"-(?!\d+(\.\d+)?$)", cell), cell
                )

    def test_what_was_bought_outlives_the_person(self):
        self._seed()
        before = self._rows(self._read(self._make(self._ask())))
        zeb = self.people[0]
        self.env["timebank.redemption"].search(self.grant._get_claims_domain()).with_user(
            self.coordinator
        ).action_fulfil()
        self._leave(zeb, credit_to="pot", reason="Moves away")
        zeb.with_user(self.manager).action_forget("Asked for it")
        after = self._rows(self._read(self._make(self._ask())))
        money = [[row[13] for row in rows] for rows in (before, after)]
        self.assertEqual(*money)
        self.assertEqual(len(after), len(before))

    def test_any_books(self):
        """Whatever was billed, credited and charged in parts: the index adds up to the reconciliation."""
        draw = random.Random(17)
        for _number in range(25):
            share = draw.choice([100, 50, 33.33])
            line = {"name": draw.choice(NAMES), "price_unit": draw.randint(1, 4000) / 100}
            self._bill(
                {**line, "share": {self.grant: share}},
                move_type=draw.choice(["in_invoice", "in_invoice", "in_refund", "in_receipt"]),
                day=date(2026, draw.randint(1, 3), draw.randint(1, 28)),
            )
        signed = self._signed()
        rows = self._rows(self._read(self._make(self._ask(reconciliation_id=signed.id))))
        self.assertAlmostEqual(sum(float(row[13]) for row in rows[1:-1]), signed.spent_amount, 2)
        self.assertEqual(float(rows[-1][13]), signed.spent_amount)

    # ------------------------------------------------------------
    # Who may
    # ------------------------------------------------------------

    def test_finance_downloads_it_and_nobody_else(self):
        self._seed()
        asked = self._ask()
        action = asked.action_make()
        self.env.flush_all()
        self.authenticate(self.finance.login, self.finance.login)
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Records pack made", self.grant.message_ids[0].body, "whoever has them, that is noted")
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        named = unquote(answer.headers["Content-Disposition"])
        self.assertIn(f"Records of {self.grant.name}, {asked.date_from}", named)
        self.assertIn("index.html", self._read(answer.content))
        elsewhere = self._make_stranger()
        copied = (self.finance2, elsewhere)
        others = (self.coordinator, self.coordinator2, self.manager, self.portal, self.staff)
        for user in (*copied, *others):
            self.authenticate(user.login, None if user in copied else user.login)
            with self.subTest(user=user.login):
                self.assertEqual(self.url_open(action["url"]).status_code, 404)

    def test_others_are_refused(self):
        for user in (self.coordinator, self.manager, self.portal, self.staff):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._ask(user)
        with self.assertRaises(AccessError):
            self._ask(self._make_stranger())

    def test_documents_of_others_stay_in_the_accounts(self):
        """Whoever makes a grant chooses its account: that gives nobody what others keep with their bills."""
        analytic = self.env["account.analytic.account"].create(
            {"name": "Legal affairs", "plan_id": self.grant.sudo().analytic_account_id.plan_id.id}
        )
        lawyer = self.supplier.copy({"name": "Lawyers"})
        secret = self._bill(
            {"name": "Advice", "price_unit": 900, "analytic_distribution": {str(analytic.id): 100}},
            partner_id=lawyer.id,
        )
        self._attach(secret, "Advice on Zebedee Quillfeather.txt", b"Zebedee was dismissed", "text/plain")
        grant = self._make_grant(
            "Mine", reward_account_ids=False, every_expense_counts=True, analytic_account_id=analytic.id
        )
        signed = self._reconcile(grant_id=grant.id)
        self._explain(signed)
        signed.action_prepare()
        for more in ({}, {"reconciliation_id": signed.id}):
            asked = self._ask(self.finance2, grant_id=grant.id, **more)
            self.assertIn("stay in the accounts: 1", asked.withheld_text)
            self.assertFalse(asked.named_text, "not even what is in them is told")
            files = self._read(self._make(asked))
            self.assertFalse([name for name in files if name.startswith("documents/")])
            self.assertFalse([content for content in files.values() if b"dismissed" in content])
            remarks = [row[3] for row in self._rows(files, "documents") if row[0] == secret.name]
            self.assertEqual(remarks, ["In the accounts, for who reads them"])
        asked = self._ask(self.finance, grant_id=grant.id)  # who reads the accounts
        self.assertFalse(asked.withheld_text)
        self.assertIn(b"Zebedee was dismissed", self._read(self._make(asked)).values())
        # matched with a claim, it is still nobody's who supplied anything to the grant
        claim = self._claim_of(self.people[0])
        claim.sudo()._in_verb().write({"grant_id": grant.id})
        self._match(claim, secret, 12, difference_reason="price")
        files = self._read(self._make(self._ask(self.finance2, grant_id=grant.id)))
        self.assertFalse([name for name in files if name.startswith("documents/")])

    def _make_stranger(self):
        """Finance of another organisation."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        return self.finance.copy(
            {"login": "elsewhere", "company_ids": [Command.set(elsewhere.ids)]} | {"company_id": elsewhere.id}
        )

    def test_nothing_billed_and_another_grants_reconciliation(self):
        asked = self._ask()
        self.assertEqual(asked.what_text, "Nothing was billed to the grant in this time.")
        with self.assertRaisesRegex(UserError, "Nothing was billed"):
            asked.action_make()
        other = self._make_grant("Another one")
        self._bill(("Pass", 12))
        signed = self._signed()
        with self.assertRaisesRegex(UserError, "signed reconciliation of this grant"):
            self._ask(grant_id=other.id, reconciliation_id=signed.id).action_make()
