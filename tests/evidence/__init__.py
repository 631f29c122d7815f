from . import test_evidence_page
from . import test_measures
from . import test_measures_histories
from . import test_network
from . import test_suppression
from . import test_time_audit
from . import test_time_audit_job
from . import test_time_audit_warnings
