"""What is held about people: each field of each model says it once, next to the model.

A model's ``_personal_fields`` is a dict of field → one of the sorts below; what an upper subject adds to
a lower model, it sorts in its own class. A test goes through all models: a stored field that could
name somebody or hold somebody's words, and that nobody sorted, fails it. What everybody is shown who asks
for all that is held about them, and what goes when they are forgotten, follows from this alone.
"""

#: Whom the row is about.
ABOUT = "about"
#: The row is about whom the row is about that it belongs to.
THROUGH = "through"
#: The login or address of whom the row is about, as text.
LOGIN = "login"
#: Names somebody whom the row isn't about, such as who approved it, or another row about people.
NAMED = "named"
#: Names a business partner as such: a supplier, a funder. The contact answers for itself.
TRADE = "trade"
#: What somebody wrote or handed in: shown to whom it is about, and erased when they are forgotten.
WORDS = "their words"
#: What was ticked about somebody: shown, and emptied as well.
HELD = "held"
#: Shown, and kept: numbers and names by which the books find the row again, or that follow the contact.
KEPT = "kept"
#: A key. Whoever has it can act for the person: it is in no copy, and is emptied.
SECRET = "secret"
#: The bank's own: about nobody in particular.
OURS = "ours"

#: Models whose rows are people.
PEOPLE = ("res.partner", "res.users")
#: Types of fields that can hold somebody's words or a file of theirs.
WORDY = frozenset("char text html json binary image properties reference".split())
NAMING = ("many2one", "many2many")


def sorts(model):
    """How the fields of a model are sorted: dict of field → sort, as far as somebody said so.

    Fields that somebody added on the screen are taken for people's words where they can hold any.
    """
    found = {
        name: WORDS
        for name, field in model._fields.items()
        if field.manual and field.store and field.type in WORDY
    }
    for part in reversed(type(model).mro()):
        found.update(vars(part).get("_personal_fields", {}))
    return found


def fields_of(model, *kinds):
    """The fields of a model that are sorted as one of ``kinds``."""
    return [model._fields[name] for name, sort in sorts(model).items() if sort in kinds]


def is_about_people(model):
    return any(sort in (ABOUT, THROUGH, LOGIN) for sort in sorts(model).values())


def models_of_ours(env):
    """The addon's own models that keep rows."""
    models = (env[name] for name in sorted(env.registry) if name.startswith("timebank."))
    return [model for model in models if model._auto and not model._abstract and not model._transient]


def could_be_personal(env, field):
    """Whether a stored field could name somebody, hold their words or a file of theirs."""
    if not field.store or field.name in ("create_uid", "write_uid"):
        return False
    if field.type in WORDY:
        return True
    if field.type not in NAMING:
        return False
    named = env[field.comodel_name]
    return field.comodel_name in PEOPLE or field.comodel_name == "mail.activity" or is_about_people(named)
