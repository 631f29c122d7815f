from markupsafe import Markup

from odoo import models

#: The kind of to-do with which a coordinator is asked to ring somebody.
CALL = "mail.mail_activity_data_call"


class TimebankTold(models.AbstractModel):
    """What people are told about: by mail where it reaches them, by telephone where it doesn't.

    No mail of the bank goes out but through :meth:`_mail_people`, so that one rule says whom
    a mail reaches; a verb that owes it to people to be told has :meth:`_plan_calls` for the rest.
    (What somebody has asked for at that moment about their own login is all that is sent besides.)
    """

    _name = "timebank.told"
    _description = "What People Are Told About"

    def _mail_people(self, template, person="partner_id"):
        """Send a mail about each of these records whose person it reaches, and who wants such mails.

        :param str template: the external id of the mail's template
        :param str person: the field that holds who is told, or a function of a record that returns them
        :return: the records whose person would want the mail, and can't be reached by it
        """
        if not self:
            return self
        # sudo: mails are the bank's, whoever caused them
        records = self.sudo()
        people = {record: record._get_told(person) for record in records}
        records -= records._get_unwanted(template, people)
        mailable = records.env["res.partner"].union(*people.values())._get_mailable()
        reached = records.filtered(lambda record: people[record] & mailable)
        if reached:
            reached._send_mails(template, people)
        return (records - reached).with_env(self.env)

    def _get_unwanted(self, template, people):
        """The records whose person has switched off mails of that kind.

        :param dict people: record → who is told
        """
        return self.browse()

    def _send_mails(self, template, people):
        """Send the mail about each of these records; as superuser."""
        self.env.ref(template).send_mail_batch(self.ids)

    def _get_mail_button(self, mail, member):
        """What the button of a mail about this record says, and where below a member's pages it leads.

        :param str mail: the name of the mail's template
        :param member: the membership of whoever is told
        :return: the words, and a path below the membership or a whole address; None for no button
        """
        return None

    def _get_mail_secrets(self):
        """What a mail about this record tells its reader alone: left out of what stands beside the record."""
        return []

    def _get_mail_reason(self, mail):
        """Why somebody gets the mail, in a sentence at its foot; empty for what is usual.

        :param str mail: the name of the mail's template
        """
        return ""

    def _forget_calls(self):
        """Nobody has to be rung any more about these."""
        # sudo: whoever has answered, or settled it; the calls were planned by the verb that told people
        self.sudo().activity_unlink([CALL])

    def _plan_calls(self, say, person="partner_id", note=False, deadline=False):
        """A to-do for the bank's coordinator for each of these records: ring its person.

        :param say: a function of a record: what the call is about, in a few words
        :param person: as for :meth:`_mail_people`
        :param note: a function of a record: what to say
        :param deadline: a function of a record: by which day; today, unless said otherwise
        :return: dict of record → the to-do
        """
        calls = {}
        # sudo: the task is the bank's, whoever caused it
        for record in self.sudo():
            who, place, what = record._get_told(person), record._get_call_place(), say(record)
            if place == record:
                summary = self.env._("Ring %(person)s, about %(what)s", person=who.name, what=what)
            else:  # where others read along, only the note says who
                summary = self.env._("Ring a member, about %s", what)
            lines = [record._say_whom_to_ring(who)]
            lines += [note(record)] if note else []
            calls[record] = place.activity_schedule(
                CALL,
                date_deadline=deadline and deadline(record),
                summary=summary,
                note=Markup().join(Markup("<p>%s</p>") % line for line in lines),
                user_id=record._get_broker().id,
            )
        return calls

    def _say_whom_to_ring(self, who):
        """Their name, and the number as a link that a telephone can ring, or that none is known."""
        if not who.phone:
            unknown = self.env._("no telephone number is known")
            return Markup("%s <em>(%s)</em>") % (who.name, unknown)
        return Markup('%s (<a href="tel:%s">%s</a>)') % (who.name, who.phone.replace(" ", ""), who.phone)

    def _get_told(self, person):
        self.ensure_one()
        return person(self) if callable(person) else self[person]

    def _get_call_place(self):
        """The record on which the to-do stands."""
        return self

    def _get_broker(self):
        """Who speaks for the bank: the user at work, if they run it, or else the first who does.

        :return: a coordinator, in a bank without any a manager; none where there is nobody at all
        """
        scheme = self.sudo().scheme_id  # sudo: who coordinates the bank is no secret
        deciders = scheme._get_deciders(self.env["res.partner"]) if scheme else self.env.user
        return (self.env.user & deciders) or deciders[:1]
