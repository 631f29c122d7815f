"""What people are called is text, also where the client shows HTML.

A message escapes what isn't marked up; a to-do's note doesn't. Each model of the addon does
it for its to-dos by itself (``models/common/base.py``), so that a name with a link or a
picture in it is read and not shown.
"""

from functools import wraps

from markupsafe import Markup, escape


def telling_as_text(model_class):
    """Have the to-dos of a model take their note as text, unless it is marked up."""
    model_class.activity_schedule = _as_text(model_class.activity_schedule)


def _as_text(activity_schedule):
    @wraps(activity_schedule)
    def telling(self, *args, note="", **values):
        if note and not isinstance(note, Markup):
            note = Markup("<br/>").join(escape(line) for line in str(note).splitlines())
        return activity_schedule(self, *args, note=note, **values)

    return telling
