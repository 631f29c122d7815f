def migrate(cr, version):
    """A claim's code is kept where it is told to some alone, who ask for it by its old name."""
    cr.execute(
        """SELECT 1 FROM information_schema.columns
            WHERE table_name = 'timebank_redemption' AND column_name = 'code'"""
    )
    if cr.fetchone():
        cr.execute("ALTER TABLE timebank_redemption RENAME COLUMN code TO kept_code")
