"""Pages that a replica answers, where Odoo has one: what Odoo itself leaves open.

Odoo asks the replica for whatever a route only reads. It doesn't remember who has just written, and
what is under way when the replica goes away fails. Without ``db_replica_host`` nothing here does anything.
"""

from contextlib import contextmanager
from functools import partial

from psycopg2 import OperationalError
from psycopg2.errors import ReadOnlySqlTransaction

from odoo import http, models
from odoo.http import request
from odoo.tools import config

#: In a session: how far the main server's log had come when the session last wrote.
WRITTEN = "timebank_written"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    # ------------------------------------------------------------
    # Who has just written reads what they wrote
    # ------------------------------------------------------------

    def _generate_routing_rules(self, modules, converters):
        """Routes that only read are answered by the replica if it has all that the reader wrote."""
        for address, endpoint in super()._generate_routing_rules(modules, converters):
            reads = endpoint.routing["readonly"]
            if reads:
                endpoint.routing = {**endpoint.routing, "readonly": partial(_reads_from_replica, reads)}
            yield address, endpoint

    @classmethod
    def _has_replica_what_was_written(cls):
        """Whether what the session wrote has come to the replica that would answer."""
        written = request.session.get(WRITTEN)
        if not written:
            return True
        try:
            # on the main server, which Odoo also gives for reading, there is nothing to wait for
            request.env.cr.execute("SELECT COALESCE(pg_last_wal_replay_lsn() >= %s, TRUE)", [written])
        except OperationalError:
            return False  # it goes away just now
        return request.env.cr.fetchone()[0]

    @classmethod
    def _remember_written(cls):
        """If the transaction has written, let the session know how far the log is once it is kept."""
        cr = request.env.cr

        def look():
            cr.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
            if cr.fetchone()[0]:
                cr.postcommit.add(keep)

        def keep():
            session = request.session
            if session.can_save:
                cr.execute("SELECT pg_current_wal_insert_lsn()")
                session[WRITTEN] = cr.fetchone()[0]
                http.root.session_store.save(session)

        cr.precommit.add(look)

    # ------------------------------------------------------------
    # The replica goes away
    # ------------------------------------------------------------

    @classmethod
    def _authenticate(cls, endpoint):
        with _or_from_main_server():
            return super()._authenticate(endpoint)

    @classmethod
    def _pre_dispatch(cls, rule, args):
        with _or_from_main_server():
            return super()._pre_dispatch(rule, args)

    @classmethod
    def _dispatch(cls, endpoint):
        with _or_from_main_server():
            return super()._dispatch(endpoint)

    @classmethod
    def _post_dispatch(cls, response):
        with _or_from_main_server():
            result = super()._post_dispatch(response)
            if request.env.cr.readonly:
                # nothing is left to read: ended here, it can still be answered by the main server
                request.env.cr.commit()  # pylint: disable=invalid-commit
            elif config["db_replica_host"]:
                cls._remember_written()
        return result

    @classmethod
    def _serve_fallback(cls):
        with _or_from_main_server():
            return super()._serve_fallback()


def _reads_from_replica(reads, controller, rule, args):
    """Whether a request is to be answered by the replica.

    :param reads: what the route says of itself, as Odoo knows it: yes, or a function
    """
    if callable(reads) and not reads(controller, rule, args):
        return False
    # who comes with a key each time has no session that could know what they wrote
    if rule.endpoint.routing["auth"] == "bearer" and "Authorization" in request.httprequest.headers:
        return False
    return request.env["ir.http"]._has_replica_what_was_written()


@contextmanager
def _or_from_main_server():
    """What fails because the replica has gone is begun again on the main server.

    Whatever it is that failed: a lost connection looks different from wherever it is noticed. Odoo begins
    again what a replica says it can't do.
    """
    try:
        yield
    except Exception as failure:
        cr = request.env.cr
        if cr.readonly and cr.closed:
            raise ReadOnlySqlTransaction("The replica has gone") from failure
        raise
