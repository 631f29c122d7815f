from . import test_hours
from . import test_hours_bad_input
from . import test_hours_entry
from . import test_hours_member
from . import test_hours_todo
from . import test_hours_undo
from . import test_hours_zones
