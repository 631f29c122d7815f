from . import test_time_audit
from . import test_time_audit_job
from . import test_time_audit_warnings
