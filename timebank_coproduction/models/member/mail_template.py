from odoo import api, fields, models

LAYOUT = "timebank_coproduction.mail_layout"
#: Odoo's mail to who has just chosen a password.
SIGNED_UP = "auth_signup.mail_template_user_signup_account_created"


class About(dict):
    """What a mail is about: its ``kind``, ``mail`` (the template's name) and ``members`` (by record).

    It travels in the context, where a request of somebody's program can put values but none of this sort: so
    nobody has another mail made of their own that holds the link of one of ours.
    """


class MailTemplate(models.Model):
    """Mails to members: of a few kinds, most of which members can switch off."""

    _inherit = "mail.template"

    timebank_kind = fields.Selection(
        "_get_timebank_kinds",
        "Kind of mail to members",
        help="Members switch mails off and on by their kind.",
    )

    @api.model
    def _get_timebank_kinds(self):
        members = self.env["timebank.member"]
        kinds = [
            (name, members._fields[name]._description_string(self.env))
            for name in members._get_mail_switches()
        ]
        return [*kinds, ("needed", self.env._("Always sent"))]

    def send_mail(self, res_id, *args, **kwargs):
        """Who has chosen a password is told by their bank, as mails to members look; others as ever."""
        if self == self.env.ref(SIGNED_UP, raise_if_not_found=False):
            user = self.env["res.users"].browse(res_id)
            member = user._get_told_membership()
            if member:
                return member._mail_of_login("mail_signed_up", user.partner_id).id
        return super().send_mail(res_id, *args, **kwargs)

    def _send_to_members(self, records, members, **kwargs):
        """Have this mail sent about each of these records, as mails to members look.

        :param dict members: record → the membership of its reader, whose pages the mail leads to
        :param kwargs: as Odoo's own method takes them
        :return: the mails
        """
        [name] = self.get_external_id().values()
        about = About(
            kind=self.timebank_kind,
            mail=name.partition(".")[2],
            members={record.id: member.id for record, member in members.items()},
        )
        mails = self.with_context(timebank_mail=about)
        return mails.send_mail_batch(records.ids, email_layout_xmlid=LAYOUT, **kwargs)

    def _generate_template(self, res_ids, render_fields, *args, **kwargs):
        """Programs for mail find where to stop mails of a kind (RFC 2369, and by one press: RFC 8058)."""
        result = super()._generate_template(res_ids, render_fields, *args, **kwargs)
        about = self._get_about()
        if about:
            for number, values in result.items():
                headers = {"X-Timebank-Mail": about["kind"] or "other", "X-Auto-Response-Suppress": "OOF"}
                stop = self._get_mail_member(number)._get_stop_url(about["kind"])
                if stop:
                    headers["List-Unsubscribe"] = f"<{stop}>"
                    headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
                values["headers"] = repr(headers)
        return result

    def _get_about(self):
        """What the mail that is being made is about, or nothing, as of a preview."""
        about = self.env.context.get("timebank_mail")
        return about if isinstance(about, About) else None

    def _get_mail_member(self, number):
        """The membership of who reads the mail about the record of that number, or none."""
        member_id = self.env.context["timebank_mail"]["members"].get(number)
        # sudo: whose mail it is, for its own footer
        return self.env["timebank.member"].sudo().browse(member_id or ())

    @api.model
    def _get_mail_layout(self, record, company):
        """What stands around the text of a mail to a member; the layout's template says it."""
        known = self._get_about()  # of none of ours, such as a preview, there is nothing to open
        about = known or About(kind=False, mail="", members={})
        mails = self.with_context(timebank_mail=about)
        member = mails._get_mail_member(record.id)
        root = (member or company).get_base_url()
        brand = company._get_timebank_brand()
        words, address = (known and record._get_mail_button(about["mail"], member)) or ("", "")
        if words and "://" not in address:  # a path below the member's pages, for which a login is needed
            address = f"{root}/timebank/{member.id}{address}" if member._has_login() else ""
        switch = about["kind"] in member._get_mail_switches() and about["kind"]
        return {
            "name": brand["name"],
            "logo": brand["logo"] and root + brand["logo"],
            "colour": brand["colour"],
            "bank": member.scheme_id.name or "",
            "button": address and words,
            "address": address,
            "why": record._get_mail_reason(about["mail"]),
            "kind": switch and member._fields[switch]._description_string(self.env),
            "off": member._get_stop_url(switch),
            "choose": member._has_login() and f"{root}/timebank/{member.id}/me/seen",
        }
