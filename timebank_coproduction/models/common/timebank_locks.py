from odoo import api, models
from odoo.tools import SQL


class TimebankLocks(models.AbstractModel):
    """How one transaction waits for another, always over rows in the order of their ids.

    So two that want the same rows can't deadlock. Odoo's own ``lock_for_update`` doesn't
    wait: it gives up where somebody else holds a row.
    """

    _name = "timebank.locks"
    _description = "Waiting for others"

    @api.private
    def _lock_rows(self, *names, where=None, whole=False):
        """Wait until nobody else changes these rows, and keep them until the transaction ends.

        Where somebody has changed one since this transaction began, PostgreSQL raises a
        serialization failure, upon which Odoo tries the whole request again.

        :param names: columns to read afresh; the cache forgets them
        :param SQL where: which rows of the table, in place of these records
        :param bool whole: keep others from naming them in a new row as well
        :return: list of tuples of an id and the columns ``names``, in the order of the ids
        """
        if where is None:
            if not self.ids:
                return []
            self.flush_recordset()
            where = SQL("id IN %s", tuple(self.ids))
        rows = self.env.execute_query(
            SQL(
                "SELECT %s FROM %s WHERE %s ORDER BY id FOR %s",
                SQL(", ").join(map(SQL.identifier, ("id", *names))),
                SQL.identifier(self._table),
                where,
                SQL("UPDATE") if whole else SQL("NO KEY UPDATE"),
            )
        )
        if names:
            self.browse(row[0] for row in rows).invalidate_recordset(names)
        return rows

    @api.private
    def _touch_rows(self, change, where=None):
        """Change rows only so that of two transactions at once the second one fails.

        A lock would let it go on with what it saw when it began. So Odoo tries it again,
        and it then sees what the first has done.

        :param SQL change: what is set, such as ``state = state``
        :param SQL where: which rows of the table, in place of these records
        """
        if where is None:
            if not self.ids:
                return
            where = SQL("id IN %s", tuple(self.ids))
        self.env.cr.execute(
            SQL(
                """UPDATE %(table)s SET %(change)s
                    WHERE id IN (SELECT id FROM %(table)s WHERE %(where)s ORDER BY id FOR NO KEY UPDATE)""",
                table=SQL.identifier(self._table),
                change=change,
                where=where,
            )
        )
