def migrate(cr, version):
    """Who changed a reward last counts as who set its terms, which is noted from now on."""
    cr.execute("UPDATE timebank_reward SET terms_set_by_id = write_uid WHERE terms_set_by_id IS NULL")
