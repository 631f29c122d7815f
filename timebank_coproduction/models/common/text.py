"""What a to-do says: a title always, and what people are called as text, also where the client shows HTML.

A message escapes what isn't marked up; a to-do's note doesn't. Each model of the addon does
it for its to-dos by itself (``models/common/base.py``), so that a name with a link or a
picture in it is read and not shown.
"""

from functools import wraps

from markupsafe import Markup, escape


def telling_as_text(model_class):
    """Have the to-dos of a model take their note as text, unless it is marked up, and never lack a title."""
    model_class.activity_schedule = _as_text(model_class.activity_schedule)


def _as_text(activity_schedule):
    @wraps(activity_schedule)
    def telling(self, act_type_xmlid="", date_deadline=None, summary="", note="", **values):
        if note and not isinstance(note, Markup):
            note = Markup("<br/>").join(escape(line) for line in str(note).splitlines())
        summary = summary or _get_title(self, act_type_xmlid, values)
        return activity_schedule(self, act_type_xmlid, date_deadline, summary, note, **values)

    telling.gives_titles = True
    return telling


def _get_title(records, type_xmlid, values):
    """What is to be done, and with what, for a to-do of which nobody said more."""
    kind = records.env["mail.activity.type"].browse(values.get("activity_type_id"))
    if type_xmlid:
        kind = records.env.ref(type_xmlid, raise_if_not_found=False) or kind
    if len(records) != 1 or kind.summary:
        return kind.summary or kind.name or ""
    return f"{kind.name}: {records.display_name}" if kind.name else records.display_name
