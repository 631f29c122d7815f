from . import (
    timebank_certificate,
    timebank_join,
    timebank_outcome,
    timebank_reason,
    timebank_session_repeat,
    timebank_statement,
    timebank_voucher_desk,
)
