from . import (
    timebank_in_bank,
    timebank_verbs,
    timebank_todo,
    timebank_scheme,
    timebank_account,
    timebank_account_tail,
    timebank_transfer,
    timebank_statement_line,
    timebank_seal,
    timebank_ledger_check,
    timebank_code_attempt,
    timebank_words,
)
