from . import (
    timebank_desk,
    timebank_scheme,
    timebank_today,
)
