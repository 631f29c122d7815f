from . import (
    base_import,
    ir_fields_converter,
    ir_rule,
    ir_sequence,
    odoo_private,
    timebank_locks,
    timebank_prepared,
    timebank_protected,
    timebank_reasoned,
    timebank_category,
    timebank_language,
    timebank_availability,
)
