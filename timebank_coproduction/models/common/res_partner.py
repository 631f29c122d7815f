from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ...tools import names
from .personal import KEPT


class ResPartner(models.Model):
    """One search for people, wherever they are looked for: in pickers, lists and at the door."""

    _inherit = "res.partner"
    _personal_fields = {
        "timebank_sought": KEPT,
    }

    timebank_sought = fields.Char(
        compute="_compute_timebank_sought", store=True, index="trigram", prefetch=False, copy=False
    )

    @api.depends("complete_name", "phone", "email")
    def _compute_timebank_sought(self):
        for partner in self:
            partner.timebank_sought = names.sought(partner.complete_name, partner.phone, partner.email)

    @api.depends("phone", "zip")
    @api.depends_context("timebank_people")
    def _compute_display_name(self):
        """In a picker that asks for it, a name comes with what tells people of one name apart."""
        result = super()._compute_display_name()
        context = self.env.context
        if context.get("timebank_people") and context.get("formatted_display_name"):
            for partner in self:
                partner.display_name = self._say_apart(partner.display_name, partner._get_apart())
        return result

    def _get_apart(self):
        """What tells somebody apart from others of the same name: a list of words; of nobody, none."""
        return [detail for detail in (self.phone, self.zip) if detail]

    @api.model
    def _say_apart(self, name, details):
        """A name with what tells it apart, as a picker shows it."""
        return f"{name} \t --{' · '.join(details)}--" if details else name

    def _get_mailable(self):
        """Those who can be reached by mail: with an address that is one, which took the last mail, and
        whose owner hasn't asked not to be written to."""
        # sudo: only whether a mail would arrive is asked, by verbs of people who may not read all of it
        people = self.sudo()
        people.fetch(["email_normalized", "message_bounce"])
        return people.filtered(
            lambda one: one.email_normalized and not one.message_bounce and not one.is_blacklisted
        ).with_env(self.env)

    @api.model
    def _search_display_name(self, operator, value):
        """Accents, capitals, hyphens and either apostrophe make no difference; parts of a name, a
        telephone number and an address find somebody as well."""
        domain = super()._search_display_name(operator, value)
        by_words = operator in ("ilike", "not ilike") and isinstance(value, str)
        if not by_words or self.env.user.share:  # members don't find out whose number or address one is
            return domain
        found = self._get_domain_of_people(value)
        return Domain(domain) | found if operator == "ilike" else Domain(domain) & ~found

    @api.model
    def _get_domain_of_people(self, text):
        """The people for whom ``text`` stands; nobody, where it holds no word."""
        pieces = list(map(escape_psql, names.asked(text)))
        if not pieces:
            return Domain.FALSE
        return Domain.AND([Domain("timebank_sought", "like", piece) for piece in pieces])
