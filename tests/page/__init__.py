from . import test_board
from . import test_credits
from . import test_home
from . import test_hours
from . import test_log
from . import test_rewards
from . import test_sessions
