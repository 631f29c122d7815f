from . import test_board
from . import test_home
from . import test_join
from . import test_me
from . import test_sessions
from . import test_sign_in
from . import test_sign_in_concurrency
