"""One link, and what is counted, by several requests at the same moment."""

from functools import partial

from odoo.tests import new_test_user

from ..concurrency_common import CONNECTIONS, ConcurrencyCase

MAIL = "parallel@example.org"


class TestSignInAtOnce(ConcurrencyCase):
    def test_a_link_is_used_once(self):
        """Eight presses of one button: one gets in."""
        with self._connection() as env:
            person = env["timebank.member"].browse(self.member_ids[0]).partner_id
            person.email = MAIL
            user = new_test_user(
                env, "tb_parallel_ann", groups="base.group_portal", partner_id=person.id, email=MAIL
            )
            env["timebank.scheme"].browse(self.scheme_id).mail_sign_in = True
            link = env["timebank.sign.in"]
            link._ask(MAIL, "the browser")
            self.token = link.search([], order="id desc", limit=1)._make_token(user)
            user_id = user.id
        self.addCleanup(self._forget)
        results = self._at_once(*((1, partial(self._use, user_id=user_id)) for _number in range(CONNECTIONS)))
        self.assertEqual(results.count(True), 1)
        self.assertEqual(len(self._refused(results)), CONNECTIONS - 1)

    def test_each_is_counted(self):
        self.addCleanup(self._forget)
        results = self._at_once(*((1, self._count) for _number in range(CONNECTIONS)))
        self.assertEqual(sorted(results), list(range(1, CONNECTIONS + 1)))

    def _use(self, env, user_id):
        env["timebank.sign.in"]._use(self.token, "the browser", env["res.users"].browse(user_id))
        return True

    def _count(self, env):
        return env["timebank.pace"]._count("apply", "somebody", 60)

    def _forget(self):
        with self._connection() as env:
            for model in ("timebank.sign.in", "timebank.pace"):
                env[model].search([]).unlink()
