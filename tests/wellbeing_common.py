"""River Street with enough people to compare, rounds of questions, and what they answer."""

import re
from datetime import timedelta

from odoo.tests import new_test_user

from ..tools.wellbeing import QUESTIONS
from .common import TODAY, TimebankCase


class WellbeingCase(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.waves = cls.env["timebank.wellbeing.wave"]
        cls.portal.partner_id.email = "ann@example.org"
        cls.people = cls.env["res.partner"].create(
            [{"name": f"Person {number:02}", "email": f"p{number}@example.org"} for number in range(12)]
        )
        for person in cls.people:
            cls._make_member(person)
        cls.elsewhere = cls._make_scheme("Hill Top", coordinator_ids=[(6, 0, cls.coordinator2.ids)])
        cls.away = new_test_user(cls.env, "tb_away", groups="base.group_portal", name="Ada Way")
        cls._make_member(cls.away.partner_id, scheme=cls.elsewhere)

    @classmethod
    def _make_wave(cls, **vals):
        return cls.waves.create({"scheme_id": cls.scheme.id, "date_from": TODAY, **vals})

    @classmethod
    def _make_answer(cls, wave, person, answers, **vals):
        """What a person answered, by the numbers of the four questions; ``None`` is left unsaid."""
        return (
            cls.env["timebank.wellbeing.response"]
            .with_user(cls.coordinator)
            .create(
                {
                    "wave_id": wave.id,
                    "partner_id": person.id,
                    "way": "paper",
                    "age_and_consent": True,
                    "answered_on": wave.date_from,
                    **dict(zip(QUESTIONS, answers, strict=True)),
                    **vals,
                }
            )
            .with_env(cls.env)
        )

    @classmethod
    def _make_pairs(cls, figures, people=None, **vals):
        """Two rounds, half a year apart, and what people answered in them.

        :param figures: a pair of four answers for each person; ``None`` for no answer in that round
        """
        first = cls._make_wave(date_from=TODAY - timedelta(days=180), **vals)
        second = cls._make_wave(date_from=TODAY - timedelta(days=5), **vals)
        for person, (before, after) in zip(people or cls.people, figures, strict=False):
            for wave, answers in ((first, before), (second, after)):
                if answers:
                    cls._make_answer(wave, person, answers)
        return first, second

    def _results(self, schemes=None, **more):
        return self.waves._get_results(schemes or self.scheme, TODAY - timedelta(days=365), TODAY, **more)

    def _find_links(self):
        """The private links in mails: address → path."""
        found = {}
        for mail in self.env["mail.mail"].search([("model", "=", "timebank.wellbeing.invitation")]):
            links = re.findall(r'href="[^"]*(/timebank/wellbeing/[^"/]+)"', mail.body_html)
            if links:
                found[mail.recipient_ids.email] = links[0]
        return found
