from . import test_access
from . import test_activity
from . import test_attendance
from . import test_check
from . import test_claims
from . import test_concurrency
from . import test_demo
from . import test_dues_and_orders
from . import test_external_api
from . import test_gift
from . import test_hours
from . import test_hours_bad_input
from . import test_hours_entry
from . import test_hours_todo
from . import test_install
from . import test_introduction
from . import test_kiosk
from . import test_ledger
from . import test_ledger_check
from . import test_ledger_histories
from . import test_ledger_kept
from . import test_matching
from . import test_member
from . import test_offer
from . import test_plan
from . import test_pot
from . import test_request
from . import test_scheme
from . import test_seal
from . import test_session
from . import test_session_closing
from . import test_session_series
from . import test_skill
from . import test_statement
from . import test_statement_report
from . import test_supplier_page
from . import test_tools
from . import test_views
from . import test_vouchers
"""Every test module is imported, so that Odoo's own runner finds what pytest finds."""

from importlib import import_module
from pathlib import Path

for _path in sorted(Path(__file__).parent.glob("test_*.py")):
    import_module(f"{__name__}.{_path.stem}")
