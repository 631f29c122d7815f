from . import (
    ir_http,
    timebank_desk,
    timebank_member,
    timebank_scheme,
    timebank_today,
)
