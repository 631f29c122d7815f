from . import test_credits, test_home, test_hours, test_log, test_rewards
