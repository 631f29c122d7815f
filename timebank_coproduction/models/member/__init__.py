from . import (
    timebank_words,
    timebank_member,
    timebank_account,
    timebank_scheme,
    res_partner,
    timebank_double,
    base_import,
)
