from dateutil.relativedelta import relativedelta

from ..common import TODAY, TimebankCase


class TestStatement(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.credit_limit_minutes = 600
        operating, ann, ben = (
            cls.scheme.operating_account_id,
            cls.ann.account_id,
            cls.ben.account_id,
        )
        # in the order in which they were written down, which is not that of their days
        cls.moves = [
            (operating, ann, 100, 5),
            (ann, ben, 30, 2),
            (operating, ben, 60, 2),
            (ben, ann, 20, 9),
            (ann, ben, 150, 0),
            (operating, ann, 10, 0),
        ]
        cls.transfers = cls.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": source.id,
                    "to_account_id": target.id,
                    "minutes": minutes,
                    "kind": "adjustment",
                    "date": TODAY - relativedelta(days=days),
                }
                for source, target, minutes, days in cls.moves
            ]
        )

    def _lines(self, account, user=None, **options):
        lines = self._as(user or self.coordinator, self.env["timebank.statement.line"])
        return lines.search([("account_id", "=", account.id)], **options)

    def _expected(self, account):
        """Newest first: minutes in or out, and the balance after."""
        moves = sorted(
            (transfer.date, transfer.id, transfer.minutes * (1 if transfer.to_account_id == account else -1))
            for transfer in self.transfers
            if account in (transfer.from_account_id, transfer.to_account_id)
        )
        balance, lines = 0, []
        for _date, _id, minutes in moves:
            balance += minutes
            lines.insert(0, (minutes, balance))
        return lines

    def test_running_balance(self):
        for account in (self.ann | self.ben).account_id | self.scheme.operating_account_id:
            with self.subTest(account=account.name):
                lines = self._lines(account)
                self.assertEqual(
                    [(line.minutes, line.balance_minutes) for line in lines], self._expected(account)
                )
                self.assertEqual(lines[0].balance_minutes, account.balance_minutes)
        self.env["timebank.account.tail"]._fold()
        operating = self.scheme.operating_account_id
        self.assertEqual(self._lines(operating)[0].balance_minutes, operating.balance_minutes)

    def test_pages_go_on_where_the_last_ended(self):
        account = self.ann.account_id
        whole = self._expected(account)
        for size in (1, 2, 4):
            pages = []
            for offset in range(0, len(whole), size):
                page = self._lines(account, limit=size, offset=offset)
                pages += [(line.minutes, line.balance_minutes) for line in page]
            with self.subTest(size=size):
                self.assertEqual(pages, whole)

    def test_several_accounts_on_one_page(self):
        lines = self.env["timebank.statement.line"].search([("scheme_id", "=", self.scheme.id)])
        self.assertEqual(len(lines), 2 * len(self.moves))
        for account in (self.ann | self.ben).account_id:
            mine = lines.filtered(lambda line, account=account: line.account_id == account)
            self.assertEqual([(line.minutes, line.balance_minutes) for line in mine], self._expected(account))

    def test_in_any_order(self):
        lines = self._lines(self.ann.account_id, order="minutes")
        self.assertEqual(
            sorted((line.minutes, line.balance_minutes) for line in lines),
            sorted(self._expected(self.ann.account_id)),
        )

    def test_what_a_line_tells(self):
        line = self._lines(self.ann.account_id)[0]
        self.assertEqual(
            (line.hours, line.kind, line.name, line.other_account_id, line.date),
            (10 / 60, "adjustment", self.transfers[-1].name, self.scheme.operating_account_id, TODAY),
        )

    def test_members_read_their_own(self):
        self.assertEqual(len(self._lines(self.ann.account_id, self.portal)), 5)
        self.assertFalse(self._lines(self.ben.account_id, self.portal))
        for line in self._lines(self.ann.account_id, self.portal):
            [values] = line.read(["other_account_id", "balance_minutes"])
            self.assertTrue(values["other_account_id"][1])

    def test_the_button_opens_it(self):
        action = self._as(self.coordinator, self.ann).action_view_statement()
        self.assertEqual(action["domain"], [("account_id", "=", self.ann.account_id.id)])
