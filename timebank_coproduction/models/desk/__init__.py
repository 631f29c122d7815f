from . import (
    timebank_desk,
    timebank_desk_matches,
    timebank_desk_people,
)
