from . import test_board
from . import test_home
from . import test_sessions
