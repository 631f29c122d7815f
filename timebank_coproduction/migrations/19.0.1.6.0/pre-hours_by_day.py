def migrate(cr, version):
    """Indexes of the same banks and people by day take their places."""
    cr.execute(
        """DROP INDEX IF EXISTS timebank_hours__partner_id_index, timebank_hours__receiver_id_index,
                timebank_hours__scheme_id_index"""
    )
