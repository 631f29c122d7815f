"""The external API over real HTTP, as the users to whom a test gives keys."""

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import TimebankCase

#: Statuses with which an attempt is turned down; never a server error.
REFUSED = (401, 403, 404, 422)


@tagged("post_install", "-at_install")
class ApiCase(HttpCase, TimebankCase):
    """``keys`` holds the users who may call; ``_snapshot`` what nobody may change from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {
            user: cls.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "Test", None)
            for user in (cls.portal, cls.coordinator)
        }

    def _snapshot(self):
        return []

    def _call(self, user, model, method, ids=(), context=None, **arguments):
        self.env.flush_all()
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            json={"ids": list(ids), "context": context or {}, **arguments},
            headers={"Authorization": f"Bearer {self.keys[user]}"},
        )
        self.env.invalidate_all()
        return answer

    def _check_refused(self, user, model, method, ids=(), **arguments):
        before = self._counts()
        state = self._snapshot()
        with self.subTest(user=user.login, model=model, method=method, **{"what": str(arguments)}):
            with mute_logger("odoo.http"):
                answer = self._call(user, model, method, ids, **arguments)
            self.assertIn(answer.status_code, REFUSED, answer.text)
            self.assertEqual(self._counts(), before)
            self.assertEqual(self._snapshot(), state)
