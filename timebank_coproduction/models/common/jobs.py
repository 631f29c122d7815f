"""What runs by itself, at night or each hour: see :class:`TimebankJob`."""

from functools import wraps

from odoo import api


def job(method):
    """A method that a scheduled action calls, whose environment allows for work in parts.

    It runs once at a time, whoever calls it: where it runs already it does nothing. Odoo sees to that
    for scheduled actions alone.
    """

    @api.model
    @wraps(method)
    def run(self):
        name = f"{self._name}.{method.__name__}"
        if self.env["timebank.job"]._hold(name):
            method(self.with_context(timebank_job=name))

    run.is_job = True
    return run
