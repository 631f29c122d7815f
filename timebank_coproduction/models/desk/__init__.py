from . import (
    timebank_desk,
)
