from odoo.tools import sql

from odoo.addons.timebank_coproduction.tools.ledger_ddl import DIGEST

FIRST_FORM = 1


def migrate(cr, version):
    """Give what was written on transfers a digest, which seals cover from now on.

    Lines of seals made before say that they are of the first form, over the text itself.
    """
    if not version or sql.column_exists(cr, "timebank_transfer", "memo_digest"):
        return
    cr.execute(DIGEST)
    cr.execute("DROP TRIGGER IF EXISTS timebank_keep ON timebank_transfer")  # made again by init()
    cr.execute(
        """ALTER TABLE timebank_transfer
           ADD COLUMN memo_digest varchar, ADD COLUMN memo_salt varchar,
           ADD COLUMN memo_erased_on timestamp"""
    )
    cr.execute(
        """UPDATE timebank_transfer t
              SET memo_salt = salted.salt, memo_digest = timebank_digest(salted.salt, t.memo)
             FROM (SELECT id, replace(gen_random_uuid()::text, '-', '') AS salt FROM timebank_transfer
                    WHERE memo IS NOT NULL OFFSET 0) salted
            WHERE salted.id = t.id"""
    )
    cr.execute(f"ALTER TABLE timebank_seal_line ADD COLUMN hash_form integer NOT NULL DEFAULT {FIRST_FORM}")
    cr.execute("ALTER TABLE timebank_seal_line ALTER COLUMN hash_form DROP DEFAULT")
