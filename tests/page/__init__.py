from . import test_home, test_join, test_me, test_sign_in, test_sign_in_concurrency
