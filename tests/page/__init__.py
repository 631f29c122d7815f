from . import test_home, test_hours, test_log, test_rewards
