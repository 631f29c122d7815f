"""Who acts for a member on the member's pages, and what they touch by the way.

The context holds it while a page answers. It is an object of this process: nothing sent from outside
can be one.
"""

KEY = "timebank_acting"


class Acting:
    """One answer of a page, given to somebody who isn't the member, or isn't signed in.

    :param str name: who it is; nothing where it is the member, with card and PIN on the tablet
    :param person: the contact of who it is, who can give themselves another name
    """

    def __init__(self, name, person=None):
        self.name, self.person = name, person
        #: Records that were made or changed, and what those were called that were removed.
        self.touched, self.removed = [], []

    def touch(self, records):
        self.touched.append(records)

    def remove(self, records):
        self.removed += [record.display_name for record in records.sudo()]  # sudo: their names, for the note

    def mark(self):
        return len(self.touched), len(self.removed)

    def go_back(self, mark):
        """Forget what was undone again since then."""
        touched, removed = mark
        del self.touched[touched:], self.removed[removed:]

    def take(self):
        """What was touched, and the names of what was removed: once."""
        found = self.touched, self.removed
        self.touched, self.removed = [], []
        return found


def acting_in(env):
    """The :class:`Acting` of an environment, or None."""
    acting = env.context.get(KEY)
    return acting if isinstance(acting, Acting) else None


def person_behind(env):
    """The contact of who acts with an organisation's rights, whose own affairs they decide as little as
    anybody decides their own; none where the user is who acts.
    """
    acting = acting_in(env)
    person = (acting and acting.person) or env["res.partner"]
    return env["res.partner"].browse(person.ids) - env.user.partner_id


def note_touched(records):
    acting = acting_in(records.env)
    if acting and records:
        acting.touch(records)
