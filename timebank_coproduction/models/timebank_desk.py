from odoo import models

#: How many rows each section shows; its figure counts them all.
ROWS = 8
#: From the top of the desk to its bottom: each a method that returns sections.
SECTIONS = (
    "_desk_matches",
    "_desk_follow_up",
    "_desk_give_back",
    "_desk_unseen",
    "_desk_idle",
    "_desk_missing",
)


class TimebankScheme(models.Model):
    """The broker's desk: whom to put together, ask, ring or look for today."""

    _inherit = "timebank.scheme"

    def get_desk(self):
        """Everything on the broker's desk, in one call.

        On an empty recordset, of the banks that the user coordinates.

        :return: dict of ``banks`` (id and name) and ``sections``, each with ``key``,
            ``title``, ``help``, ``count``, ``action`` (an external id, or false) and
            ``rows``: ``title``, ``text``, ``partner_id`` and ``buttons``, each with
            ``label``, ``model``, ``method``, ``args``
        :raises AccessError: for whoever doesn't coordinate these banks
        """
        schemes = self or self.search([("coordinator_ids", "in", self.env.uid), ("state", "=", "open")])
        self.env["timebank.matchmaker"]._check_broker(schemes)
        sections = []
        for name in SECTIONS:
            sections += getattr(schemes, name)()
        return {"banks": [{"id": scheme.id, "name": scheme.name} for scheme in schemes], "sections": sections}

    def desk_introduce(self, offer_id, request_id):
        """Introduce two people over an offer and a request, with one click on the desk."""
        introductions = self.env["timebank.introduction"]
        pair = [("offer_id", "=", offer_id), ("request_id", "=", request_id)]
        introduction = introductions.search([*pair, ("state", "=", "suggested")])
        introduction = introduction or introductions.create({"offer_id": offer_id, "request_id": request_id})
        return introduction.action_introduce()

    def desk_introduce_interest(self, offer_id, member_id):
        """Somebody likes what is offered: make it a request of theirs, and introduce them."""
        offer = self.env["timebank.offer"].browse(offer_id)
        member = self.env["timebank.member"].browse(member_id)
        request = self.env["timebank.request"].create(
            {
                "partner_id": member.partner_id.id,
                "scheme_id": member.scheme_id.id,
                "kind": offer.kind,
                "skill_id": offer.skill_id.id,
                "description": self.env._("Said that they would like this"),
            }
        )
        request.action_publish()
        return self.desk_introduce(offer.id, request.id)

    # Rows
    def _desk_section(self, key, title, text, count, rows, action=False):
        return {"key": key, "title": title, "help": text, "count": count, "rows": rows, "action": action}

    def _desk_row(self, record, text, buttons=()):
        """A row about an offer or a request."""
        return {
            "id": record.id,
            "model": record._name,
            "title": record.display_name,
            "text": text or "",
            "partner_id": record.partner_id.id,
            "buttons": list(buttons),
        }

    def _desk_member_row(self, member, text, buttons):
        row = self._desk_row(member, text, buttons)
        row["buttons"].append(
            self._desk_button(
                self.env._("Log"), member._name, "action_log_hours", [member.ids], primary=False
            )
        )
        return row

    def _desk_buttons_of(self, request):
        return [
            self._desk_button(
                self.env._("Add an offer"), request._name, "action_add_offer", [request.ids], primary=False
            )
        ]

    def _desk_button(self, label, model, method, args, primary=True):
        return {"label": label, "model": model, "method": method, "args": args, "primary": primary}
