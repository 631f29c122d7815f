"""A pytest plug-in: each worker's copy of the database has its own copy of the files.

pytest-odoo lets all workers share one filestore. Odoo clears away after each test class
the files that its database doesn't name, which were then another worker's. Files are named
by their content and never change, so a link is a copy.
"""

import os
import shutil
from contextlib import contextmanager

import pytest_odoo

from odoo.tools import config


@contextmanager
def _own_filestore(original, name):
    if original == name:
        yield
        return
    own = config.filestore(name)
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(config.filestore(original), own, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)


pytest_odoo._shared_filestore = _own_filestore
