from . import test_suppression
