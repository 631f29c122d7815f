"""Some people and what they do, and the page *Evidence* about them, by whoever looks."""

import re
from collections import Counter
from datetime import timedelta

from ..common import TODAY, TimebankCase

PEOPLE = 14
#: Hours as a figure or a cell says them.
HOURS = re.compile(r"^([\d,]+(?:\.\d+)?)\sh$")


class PageCase(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        roles = ["volunteer", "beneficiary", "beneficiary", "professional"]
        cls.people = [
            cls._make_member(f"Person {number}", roles[number % 4], joined_on=TODAY - timedelta(days=90))
            for number in range(PEOPLE)
        ]
        for number, member in enumerate(cls.people):
            if member.role == "beneficiary":
                member.supported_until = TODAY - timedelta(days=95 + 40 * (number % 3))
        cls.scheme.credit_limit_minutes = 100_000
        cls.categories = cls.env["timebank.category"].search([], limit=3)
        sides = ("professionals", "jointly", "community")
        cls.activities = cls.env["timebank.activity"].create(
            [
                {
                    "name": f"Activity {number}",
                    "scheme_id": cls.scheme.id,
                    "project_id": cls.project.id,
                    "planned_by": sides[number],
                }
                for number in range(3)
            ]
        )

    def _in_turn(self, deeds):
        """With how many entries of that person came earlier on the same day; at most nine of them."""
        earlier = Counter()
        for deed in deeds:
            earlier[deed[0], deed[2]] += 1
            if earlier[deed[0], deed[2]] < 10:
                yield *deed, earlier[deed[0], deed[2]]

    def _live(self, deeds):
        """Entries of hours, approved."""
        hours = self.env["timebank.hours"].create(
            [
                self._hours_vals(
                    self.people[giver],
                    5 * fives + number % 5,
                    date=TODAY - timedelta(days=ago),
                    start_minute=65 * earlier,
                    receiver_id=receiver is not None
                    and receiver != giver
                    and self.people[giver].role != "professional"
                    and self.people[receiver].role != "professional"
                    and self.people[receiver].partner_id.id,
                    category_id=self.categories[kind].id,
                    activity_id=bool(receiver is None or receiver % 2) and self.activities[kind].id,
                )
                for number, (giver, receiver, ago, kind, fives, earlier) in enumerate(self._in_turn(deeds))
            ]
        )
        hours.action_submit()
        hours.with_user(self.coordinator).action_approve()
        self.assertEqual(set(hours.mapped("state")), {"approved"})

    def _page(self, user, small):
        """The page as that user sees it, by section."""
        evidence = self.env["timebank.evidence"].with_user(user)
        page = evidence.get_page({"period": "last_12_months", "scheme_ids": self.scheme.ids, "small": small})
        return {section["key"]: {**section, "actions": None} for section in page["sections"]}
