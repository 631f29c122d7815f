from . import facts
from . import timebank_evidence, timebank_evidence_people, timebank_evidence_work
