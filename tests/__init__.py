from . import test_claims
from . import test_demo
from . import test_hours
from . import test_hours_bad_input
from . import test_ledger
from . import test_ledger_check
from . import test_statement_report
from . import test_vouchers
