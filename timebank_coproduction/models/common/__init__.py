from . import (
    ir_actions_act_window,
    ir_sequence,
    timebank_protected,
    timebank_category,
    timebank_language,
    timebank_availability,
)
