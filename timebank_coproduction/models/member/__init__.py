from . import (
    timebank_member,
    timebank_account,
    timebank_scheme,
    res_partner,
)
