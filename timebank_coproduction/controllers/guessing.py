import time

from odoo.http import request


class TakesCodes:
    """What the pages have in common that need no login, since a code or a link is the key.

    Whoever has a right one is always let in. Wrong ones are counted by address, and an
    address with many is answered more and more slowly: so a guesser gets nowhere, and
    nobody else behind the same address is kept out.
    """

    def _turn_down(self, what, outcome="unknown", scheme=None):
        """Count a wrong code, and wait a little where there have been many.

        :param str what: which kind, as ``timebank.code.attempt`` names it
        :return: the status of the answer
        """
        attempts, source = request.env["timebank.code.attempt"], self._source()
        delay = attempts._get_delay(source)
        attempts._note_attempt(what, source, "blocked" if delay else outcome, scheme)
        if not delay:
            return 404
        if attempts._may_wait(source):  # of many at once, one: the others are answered as shortly
            time.sleep(delay)
        return 429

    def _link_ended(self):
        """The answer to a link that leads nowhere: that it has ended, or never was."""
        return self._keep_private(self._render("link_ended_page", {}, status=self._turn_down("link")))

    def _source(self):
        return request.httprequest.remote_addr or "?"

    def _keep_private(self, response):
        """The page is about a person: nobody keeps it, and no other site learns its address."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response
