from . import (
    timebank_check,
    res_partner,
)
