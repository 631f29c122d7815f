"""A pytest plug-in: journeys on a server of several processes, which knows only what is in the database.

Otherwise a journey's pages come from the test's own process, and share its transaction. Here they come
from the server at `TIMEBANK_ADDRESS`: what the test makes is kept before somebody sits down at a screen,
and afterwards the test sees what the server's processes have made of it. So each test needs a database
of its own, which is thrown away.
"""

import os
import sys
from contextlib import contextmanager

import psycopg2.extensions
import pytest

from odoo.tests import common

ADDRESS = os.environ["TIMEBANK_ADDRESS"]
JOURNEYS = "odoo.addons.timebank_coproduction.tests.journeys.common"


class NoWayBack:
    """In the place of the savepoint to which a test goes back at its end."""

    def __init__(self, cr):
        pass

    def close(self):
        pass


def _keep(case):
    """Commit, and let the server's processes know what they may no longer remember."""
    case.env.flush_all()
    for name in case.registry.cache_sequences:
        case.env.cr.execute(f"INSERT INTO orm_signaling_{name} DEFAULT VALUES")
    case.env.cr._cnx.commit()
    # from here on each query sees what the server has done by then
    case.env.cr._cnx.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_READ_COMMITTED)


def _on_server(at_screen):
    @contextmanager
    def sitting(case, *args, **kwargs):
        _keep(case)
        with at_screen(case, *args, **kwargs) as screen:
            _keep(case)  # whoever signed in
            yield screen
        case.env.invalidate_all()

    return sitting


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems():
    case = sys.modules[JOURNEYS].JourneyCase
    case.at_screen = _on_server(case.at_screen)
    case.base_url = classmethod(lambda cls: ADDRESS)
    common.Savepoint = NoWayBack
