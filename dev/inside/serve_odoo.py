"""Odoo, started by the name of a file: with several processes it starts one of them by that name.

TIMEBANK_NOW sets its clock, which goes on from there: a journey is about a certain day.
"""

import os
from datetime import datetime

import odoo.cli

if __name__ == "__main__":
    if moment := os.environ.get("TIMEBANK_NOW"):
        from freezegun import freeze_time

        from odoo.sql_db import Cursor

        freeze_time(moment, tick=True).start()
        Cursor.now = lambda cursor: datetime.now()
    odoo.cli.main()
