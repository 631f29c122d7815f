from . import test_grant_screen
from . import test_kiosk_browser
from . import test_register_browser
from . import test_reward_scanning
from . import test_session_calendar
