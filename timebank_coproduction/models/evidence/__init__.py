from . import facts
from . import timebank_evidence, timebank_evidence_people, timebank_evidence_work
from . import timebank_grant
from . import timebank_measures
from . import timebank_measures_credits
from . import timebank_measures_people
from . import timebank_measures_work
from . import timebank_scheme
from . import timebank_evidence
from . import timebank_evidence_network
from . import timebank_evidence_picture
from . import timebank_evidence_starting
from . import timebank_evidence_people
from . import timebank_evidence_work
from . import (
    facts,
    timebank_evidence,
    timebank_evidence_network,
    timebank_evidence_people,
    timebank_evidence_work,
    timebank_grant,
    timebank_measures,
    timebank_measures_credits,
    timebank_measures_people,
    timebank_measures_work,
    timebank_network,
    timebank_scheme,
)
