"""One card, and many PINs tried at the same moment."""

from functools import partial

from odoo.addons.timebank_coproduction.models.session.timebank_pin_lock import MOST_WRONG

from ..concurrency_common import CONNECTIONS, ConcurrencyCase

PIN = "4071"


class TestTabletAtOnce(ConcurrencyCase):
    def test_each_wrong_pin_is_counted(self):
        """Who tries eight at once has tried as many as who tries one after the other: the card is locked."""
        self.assertGreater(CONNECTIONS, MOST_WRONG)
        with self._connection() as env:
            env["timebank.scheme"].browse(self.scheme_id).card_sign_in = True
            env["timebank.member"].browse(self.member_ids[0])._set_pin(PIN)
        results = self._at_once(
            *((1, partial(self._try, pin=f"807{number}")) for number in range(CONNECTIONS))
        )
        self.assertEqual(results, [False] * CONNECTIONS)
        self.assertGreater(sum(self.tries), CONNECTIONS)  # they did meet
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[0])
            self.assertEqual(member.pin_wrong, MOST_WRONG)
            self.assertFalse(member._is_pin(PIN))

    def _try(self, env, pin):
        return env["timebank.member"].browse(self.member_ids[0])._is_pin(pin)
