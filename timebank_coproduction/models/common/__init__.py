from . import (
    ir_rule,
    ir_sequence,
    timebank_protected,
    timebank_reasoned,
    timebank_category,
    timebank_language,
    timebank_availability,
)
