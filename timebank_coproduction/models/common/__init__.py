from . import (
    base,
    ir_rule,
    ir_sequence,
    mail_activity,
    odoo_private,
    timebank_locks,
    timebank_prepared,
    timebank_protected,
    timebank_reasoned,
    timebank_category,
    timebank_language,
    timebank_availability,
)
