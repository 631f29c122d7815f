from . import (
    timebank_check,
    timebank_member,
    res_partner,
    timebank_retention,
)
