from odoo.exceptions import UserError


class SaidAloud(UserError):
    """A sentence that anybody may read: at the door, on a link from a mail, on a supplier's page.

    It holds no full name, and nothing of what a bank knows about somebody. Pages that need no
    login show these and nothing else; whatever other sentence a verb raises becomes
    “please see the coordinator”.
    """
