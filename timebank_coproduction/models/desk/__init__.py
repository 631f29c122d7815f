from . import (
    ir_http,
    timebank_desk,
    timebank_scheme,
    timebank_today,
)
