"""The same link opened twice: two answers at the same moment are one answer."""

from functools import partial

from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from ..concurrency_common import ConcurrencyCase


class TestWellbeingAtOnce(ConcurrencyCase):
    written = ("timebank_wellbeing_response", "timebank_wellbeing_invitation", "timebank_wellbeing_wave")

    @classmethod
    def _clean_up(cls):
        with cls._connection() as env:
            cls._clean_beside(env, "timebank.wellbeing.wave", "timebank.wellbeing.invitation")
            cls._delete_written(env, cls.written)
        super()._clean_up()

    def _answer(self, env, invitation_id, number):
        # sudo: as the page, by the link
        invitation = env["timebank.wellbeing.invitation"].sudo().browse(invitation_id)
        return invitation._answer(dict.fromkeys(QUESTIONS, number), "link").id

    def test_one_answer(self):
        with self._connection() as env:
            waves = env["timebank.wellbeing.wave"]
            wave = waves.create({"scheme_id": self.scheme_id, "date_from": TODAY})
            wave.with_user(self.coordinator_ids[0]).action_invite()
            invitation_id = wave.invitation_ids[0].id
        results = self._at_once(
            *(
                (user_id, partial(self._answer, invitation_id=invitation_id, number=number))
                for user_id, number in zip(self.coordinator_ids, (3, 8), strict=True)
            )
        )
        self.assertEqual(*results)
        with self._connection() as env:
            [response] = env["timebank.wellbeing.response"].search([("id", "in", results)])
            said = [response[name] for name in QUESTIONS]
            self.assertIn(said, ([3] * len(said), [8] * len(said)))
            self.assertEqual(env["timebank.wellbeing.invitation"].browse(invitation_id).state, "answered")
