from babel.core import get_global

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ...tools import doubles, phones
from ..common.jobs import job
from ..common.personal import ABOUT, KEPT, NAMED
from ..common.verb import verb
from ..common.windows import open_list, tell

#: Which contacts are compared, and what of them.
COMPARED = [("type", "in", ("contact", False)), ("name", "!=", False)]
DETAILS = ("name", "email", "phone", "zip", "street", "is_company", "parent_id", "country_id", "company_id")
#: Up to so many new people are each looked for in the database; more are compared with all contacts.
LOOKED_FOR = 20
#: Of those with a part of the name of somebody new, so many are looked at.
MOST_LOOKED_AT = 500
#: Where there are more contacts, the list is as it was last night until somebody looks again.
AT_ONCE = 5000


class TimebankDouble(models.Model):
    """Two contacts who may be the same person, one of them a member; or who were said not to be.

    What speaks for it is found by ``tools/doubles.py``, for the list and wherever somebody is about to be
    made alike.
    """

    _name = "timebank.double"
    _description = "Perhaps the Same Person"
    _inherit = ["timebank.protected"]
    _order = "weight desc, id"
    _rec_name = "partner_id"
    _personal_fields = {"partner_id": ABOUT, "other_id": ABOUT, "reasons": KEPT, "said_by_id": NAMED}
    _goes_with_person = True

    partner_id = fields.Many2one(
        "res.partner", string="This person", required=True, readonly=True, ondelete="cascade", index=True
    )
    other_id = fields.Many2one(
        "res.partner", string="May be", required=True, readonly=True, ondelete="cascade", index=True
    )
    reasons = fields.Char(required=True, readonly=True)
    reason_text = fields.Char("Because of", compute="_compute_reason_text")
    weight = fields.Integer(readonly=True)
    partner_text = fields.Char("What is known", compute="_compute_texts")
    other_text = fields.Char("What is known of the other", compute="_compute_texts")
    bank_text = fields.Char("Member of", compute="_compute_texts")
    can_merge = fields.Boolean(compute="_compute_can_merge")
    # What somebody said
    is_different = fields.Boolean("Not the same", readonly=True)
    said_by_id = fields.Many2one("res.users", string="Said by", readonly=True)
    said_on = fields.Datetime("Said on", readonly=True)

    _pair_once = models.UniqueIndex(
        "(LEAST(partner_id, other_id), GREATEST(partner_id, other_id))", "These two are on the list already."
    )
    _two_people = models.Constraint("CHECK (partner_id != other_id)", "Choose two people.")

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for double in self:
            double.reason_text = self._say_reasons((double.reasons or "").split(","))

    @api.depends("partner_id", "other_id")
    @api.depends_context("uid")
    def _compute_texts(self):
        companies = self.env.user.company_ids
        # sudo: whoever reads the list is told what is known of both, and which banks they are in; banks of
        # companies that they don't work in aren't theirs to know of
        for double in self:
            one, other = double.sudo().partner_id, double.sudo().other_id
            double.partner_text, double.other_text = one._say_details(), other._say_details()
            members = (one | other).timebank_member_ids.filtered(lambda row: row.company_id in companies)
            double.bank_text = ", ".join(dict.fromkeys(members.scheme_id.mapped("name")))

    @api.depends_context("uid")
    def _compute_can_merge(self):
        may = self.env["base.partner.merge.automatic.wizard"].has_access("create")
        for double in self:
            double.can_merge = may and not double.is_different

    @api.model
    def _say_reasons(self, reasons):
        """Why two may be the same, in a few words."""
        words = {
            "mail": self.env._("the same mail address"),
            "phone": self.env._("the same telephone number"),
            "name": self.env._("the same name"),
            "part": self.env._("one name is a part of the other"),
            "alike": self.env._("names alike"),
            "zip": self.env._("the same postcode"),
            "bare": self.env._("nothing tells them apart"),
        }
        return ", ".join(words[reason] for reason in reasons if reason in words)

    @api.model
    def _say_like(self, like):
        """Whom somebody may be, a line each: who, what is known of them, and why.

        :param dict like: contact → reasons
        """
        return "\n".join(
            self.env._(
                "%(who)s: %(reasons)s",
                who=" · ".join(filter(None, (contact.name, contact._say_details()))),
                reasons=self._say_reasons(reasons),
            )
            for contact, reasons in like.items()
        )

    # ------------------------------------------------------------
    # The list
    # ------------------------------------------------------------

    @verb()
    def action_open(self):
        """The list, brought up to date where that takes a moment only.

        :return: an action
        """
        self.check_access("read")
        # sudo: how many there are
        if self.env["res.partner"].sudo().search_count([], limit=AT_ONCE + 1) <= AT_ONCE:
            self._refresh()
        return open_list(self.env, "timebank_double_action")

    @verb()
    def action_look_again(self):
        """Compare all contacts anew.

        :return: an action that shows what was found
        """
        self.check_access("read")
        self._refresh()
        return open_list(self.env, "timebank_double_action", target="main")

    @verb()
    def action_not_the_same(self):
        """Keep off the list that these are the same, and who said so."""
        self.check_access("write")
        self._in_verb().write(
            {"is_different": True, "said_by_id": self.env.user.id, "said_on": fields.Datetime.now()}
        )
        return tell(
            self.env._("Noted: %s.", ", ".join(double._say_pair() for double in self))
            if len(self) <= 3
            else self.env._("Noted for %s pairs: not the same.", len(self))
        )

    def _say_pair(self):
        return self.env._(
            "%(one)s and %(other)s aren't the same", one=self.partner_id.name, other=self.other_id.name
        )

    @verb()
    def action_perhaps(self):
        """Take back that these aren't the same."""
        self.check_access("write")
        self._in_verb().write({"is_different": False, "said_by_id": False, "said_on": False})
        return True

    @verb(single=True)
    def action_merge(self):
        """Odoo's own *Merge*, with both chosen.

        :return: an action opening it
        """
        self.env["base.partner.merge.automatic.wizard"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_partner_merge")
        both = self.partner_id | self.other_id
        return {**action, "context": {"active_model": "res.partner", "active_ids": both.ids}}

    @job
    def _cron_refresh(self):
        """Nightly."""
        self._refresh()

    @api.model
    def _refresh(self):
        """Bring the list up to date: what is found, what is no longer, and what speaks for it."""
        # sudo: contacts are compared whoever looks; which pairs one sees, the rules say
        own = self.sudo()
        people = own._read_people(own.env["res.partner"].search_fetch(COMPARED, DETAILS))
        companies = {one.id: company for one, company in people}
        members = {
            person.id
            for (person,) in own.env["timebank.member"]
            .with_context(active_test=False)
            ._read_group([], ["partner_id"])
        }
        found = {
            pair: reasons
            for pair, reasons in doubles.find_pairs(one for one, _company in people).items()
            if not members.isdisjoint(pair) and _is_one_company(*map(companies.__getitem__, pair))
        }
        known = {tuple(sorted((row.partner_id.id, row.other_id.id))): row for row in own.search([])}
        gone = own.union(*(row for pair, row in known.items() if pair not in found and not row.is_different))
        gone.unlink()
        for pair, row in known.items():
            if pair in found and row.reasons != ",".join(found[pair]):
                row._in_verb().write(_prepare_reasons(found[pair]))
        own._insert({pair: reasons for pair, reasons in found.items() if pair not in known})

    def _insert(self, found, **said):
        """Rows for pairs that have none, also where somebody else is adding them at this moment."""
        self.env.flush_all()
        for (one, other), reasons in found.items():
            vals = {"partner_id": one, "other_id": other, **_prepare_reasons(reasons), **said}
            vals |= {"create_uid": self.env.uid, "create_date": self.env.cr.now()}
            self.env.cr.execute(
                SQL(
                    "INSERT INTO timebank_double (%s) VALUES (%s) ON CONFLICT DO NOTHING",
                    SQL(", ").join(map(SQL.identifier, vals)),
                    SQL(", ").join(SQL("%s", value) for value in vals.values()),
                )
            )
        self.invalidate_model()

    def _say_different(self, partner, others):
        """Keep that somebody new was said not to be one of those whom they may be."""
        if others:
            found = {(min(partner.id, other.id), max(partner.id, other.id)): ("name",) for other in others}
            known = ["|", ("partner_id", "=", partner.id), ("other_id", "=", partner.id)]
            # sudo: who takes somebody in was asked, and says so
            rows = self.sudo().search(known)
            rows = rows.filtered(lambda row: (row.partner_id | row.other_id) & others)
            said = {"is_different": True, "said_by_id": self.env.uid, "said_on": self.env.cr.now()}
            rows._in_verb().write(said)
            self.sudo()._insert(found, **said)

    # ------------------------------------------------------------
    # Before somebody is made
    # ------------------------------------------------------------

    @api.model
    def _find_like(self, people):
        """The contacts, of those whom the user sees, who may be the same as people about to be made.

        :param list people: dicts of a contact's fields, such as ``name``, ``email`` and ``phone``; of
            one that there is, its ``id`` as well
        :return: list of a dict of contact → reasons for each, the likeliest first
        """
        new = self._read_new(people)
        # who was a member may come back, though the contact is archived
        contacts = self.env["res.partner"].with_context(active_test=False)
        if len(new) > LOOKED_FOR:
            found = self._find_among(
                new, contacts.with_context(active_test=True).search_fetch(COMPARED, DETAILS)
            )
        else:
            found = [
                self._compare(
                    one, contacts.search_fetch(self._get_domain_like(one), DETAILS, limit=MOST_LOOKED_AT)
                )
                for one in new
            ]
        return [
            {
                contacts.browse(contact_id): reasons
                for contact_id, reasons in sorted(like.items(), key=lambda item: -_weigh(item[1]))
            }
            for like in found
        ]

    def _find_twice(self, people):
        """Who of the people about to be made may be the same as another of them.

        :return: dict of the places of two in the list → reasons
        """
        pairs = doubles.find_pairs(self._read_new(people))
        return {(-other - 1, -one - 1): reasons for (one, other), reasons in pairs.items()}

    def _read_new(self, people):
        regions = self._get_regions()
        return [
            doubles.person(
                details.get("id") or -number - 1,
                details.get("name"),
                details.get("email"),
                details.get("phone"),
                details.get("zip"),
                details.get("street"),
                details.get("is_company"),
                regions=regions,
            )
            for number, details in enumerate(people)
        ]

    def _find_open_like(self, people, others):
        """Those of ``others`` who may be the same as one of ``people``, unless said to be somebody else.

        :return: list of (one, other, reasons), each pair once
        """
        details = [
            {"id": one.id, **{name: one[name] for name in one._get_details_compared()}} for one in people
        ]
        # sudo: that they were said to be two, whoever said so
        known = self.sudo().search([("is_different", "=", True), ("partner_id", "in", (people | others).ids)])
        told = {frozenset((row.partner_id.id, row.other_id.id)) for row in known}
        found = {}
        for one, like in zip(people, self._find_like(details), strict=True):
            for other, reasons in like.items():
                pair = frozenset((one.id, other.id))
                if other in others and pair not in told:
                    found.setdefault(pair, (one, other, reasons))
        return list(found.values())

    def _compare(self, one, contacts):
        return {
            other.id: reasons
            for other, _company in self._read_people(contacts)
            if (reasons := doubles.compare(one, other))
        }

    def _find_among(self, new, contacts):
        found = {one.id: {} for one in new}
        people = [*new, *(one for one, _company in self._read_people(contacts))]
        for (one, other), reasons in doubles.find_pairs(people, found).items():
            for new_id, like_id in ((one, other), (other, one)):
                if new_id in found and like_id > 0:
                    found[new_id][like_id] = reasons
        return list(found.values())

    def _get_domain_like(self, one):
        """Whom to look at: of that mail address, number or whole name, or a part of it and the postcode."""
        words = [fields.Domain("timebank_sought", "like", f" {escape_psql(word)}") for word in one.name.parts]
        alike = [fields.Domain.AND(words)] if words else []
        if one.mail:
            local, _at, domain = one.mail.partition("@")
            alike.append(
                fields.Domain("email_normalized", "=like", f"{escape_psql(local)}%@{escape_psql(domain)}")
            )
        alike += [
            fields.Domain("timebank_sought", "like", digits)
            for digits in map(phones.ending, one.phones)
            if digits
        ]
        if one.zip and words:
            alike.append(fields.Domain.OR(words) & fields.Domain("zip", "=ilike", "%".join(one.zip)))
        # whoever looks: who was a member of any bank may come back; where they were isn't told
        was_member = fields.Domain("timebank_member_ids", "any!", fields.Domain.TRUE)
        there = fields.Domain("active", "=", True) | was_member
        return fields.Domain(COMPARED) & there & fields.Domain.OR(alike)

    def _get_regions(self):
        """Two letters of each country from which a number without its country's code may be dialled: those
        of the banks, by their clocks as by their companies, and the user's own company's."""
        # sudo: which countries there are banks in
        banks = self.env["timebank.scheme"].sudo()._read_group([], ["tz", "company_id"])
        territories = get_global("zone_territories")
        found = {territories.get(tz) for tz, _company in banks}
        found |= {company.country_id.code for _tz, company in banks} | {self.env.company.country_id.code}
        return sorted(filter(None, found))

    def _read_people(self, contacts):
        """What is compared of contacts, and the company that each is kept by: list of pairs."""
        home = self._get_regions()
        return [
            (
                doubles.person(
                    one.id,
                    one.name,
                    one.email,
                    one.phone,
                    one.zip,
                    one.street,
                    one.is_company,
                    one.parent_id.id,
                    (one.country_id.code, one.company_id.country_id.code, *home),
                ),
                one.company_id.id,
            )
            for one in contacts
            if one.name
        ]


def _is_one_company(one, other):
    """Whether contacts of these companies may be one; those of no company are everybody's."""
    return not (one and other) or one == other


def _weigh(reasons):
    """How much speaks for it, for sorting."""
    return sum(2 ** (len(doubles.REASONS) - doubles.REASONS.index(reason)) for reason in reasons)


def _prepare_reasons(reasons):
    return {"reasons": ",".join(reasons), "weight": _weigh(reasons)}
