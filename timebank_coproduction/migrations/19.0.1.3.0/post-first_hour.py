"""Banks from before have had their first hour."""


def migrate(cr, version):
    cr.execute("UPDATE timebank_scheme SET is_set_up = true")
