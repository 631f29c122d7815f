"""A pytest plug-in: how long tests take is told by the real clock, though they stop time."""

import freezegun

freezegun.configure(extend_ignore_list=["_pytest.timing"])
