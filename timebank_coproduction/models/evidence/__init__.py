from . import facts
from . import timebank_evidence, timebank_evidence_people, timebank_evidence_work
from . import timebank_grant
from . import timebank_measures
from . import timebank_measures_credits
from . import timebank_measures_people
from . import timebank_measures_work
from . import timebank_scheme
from . import timebank_flow_report, timebank_involvement_report, timebank_exchange_report
from . import timebank_reciprocity_report
