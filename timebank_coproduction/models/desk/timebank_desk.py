from odoo import models

#: How many rows each section shows; its figure counts them all.
ROWS = 8
#: From the top of the desk to its bottom: each a method that returns sections.
SECTIONS = (
    "_desk_matches",
    "_desk_follow_up",
    "_desk_give_back",
    "_desk_unseen",
    "_desk_run_out",
    "_desk_idle",
    "_desk_missing",
)


class TimebankScheme(models.Model):
    """The broker's desk: whom to put together, ask, ring or look for today."""

    _inherit = "timebank.scheme"

    def get_desk(self):
        """Everything on the broker's desk, in one call.

        On an empty recordset, of the banks that the user coordinates; a manager who
        coordinates none has them all on the desk.

        :return: dict of ``banks`` (id and name) and ``sections``, each with ``key``,
            ``title``, ``help``, ``count``, ``action`` (an external id, or false) and
            ``rows``: ``title``, ``text``, ``partner_id`` and ``buttons``, each with
            ``label``, ``model``, ``method``, ``args``
        :raises AccessError: for whoever doesn't coordinate these banks
        """
        schemes = self or self._get_banks_on_desk()
        self.env["timebank.matchmaker"]._check_broker(schemes)
        sections = []
        for name in SECTIONS:
            sections += getattr(schemes, name)()
        return {"banks": [{"id": scheme.id, "name": scheme.name} for scheme in schemes], "sections": sections}

    def _get_banks_on_desk(self):
        banks = self.search([("state", "=", "open")])
        own = banks.filtered(lambda scheme: self.env.user in scheme.coordinator_ids)
        manager = self.env.user.has_group("timebank_coproduction.group_timebank_manager")
        return own or (banks if manager else own)

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

    def _desk_member_row(self, member, text, primary=False):
        """A row about a member, to be asked or to have hours logged."""
        return self._desk_row(member, text, self._desk_buttons_to_ask(member, primary))

    def _desk_buttons_to_ask(self, member, primary=False):
        return [
            self._desk_button(
                self.env._("Ask"), member._name, "action_ask_to_give_back", [member.ids], primary=primary
            ),
            self._desk_button(
                self.env._("Log"), member._name, "action_log_hours", [member.ids], primary=False
            ),
        ]

    def _desk_buttons_to_add(self, record):
        """For a request, or a skill, that nobody has offered to meet."""
        return [
            self._desk_button(
                self.env._("Add an offer"), record._name, "action_add_offer", [record.ids], primary=False
            )
        ]

    def _desk_button(self, label, model, method, args, primary=True):
        return {"label": label, "model": model, "method": method, "args": args, "primary": primary}
