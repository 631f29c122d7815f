"""Who searches by records that others have finds those that they can read, as they read them.

Odoo looks for numbers, and for any or none at all, in spite of all rules: whoever counts up would learn which
contact is a member of which bank, and who was introduced to whom.
"""

from odoo.fields import Domain
from odoo.orm.utils import COLLECTION_TYPES


def concerns_us(field):
    """Whether a field holds several records of the addon, or those that one of its records has; what is
    written beside it aside."""
    return (
        field.store
        and field.type in ("one2many", "many2many")
        and not field.comodel_name.startswith("mail.")
        and any(name.startswith("timebank.") for name in (field.model_name, field.comodel_name))
    )


def searching_what_is_readable(field):
    """Have a field searched as it is read."""
    searched = type(field).condition_to_sql

    def condition_to_sql(field_expr, operator, value, model, alias, query):
        by_number = operator in ("in", "not in") and isinstance(value, COLLECTION_TYPES)
        # one at a time: Odoo takes “none, or one of these” apart and asks again
        if by_number and not model.env.su and not (False in value and len(value) > 1):
            comodel = model.env[field.comodel_name].with_context(active_test=False)
            is_any = (operator == "in") != (False in value)
            value = _find_readable(comodel, value)
            operator = "any" if is_any else "not any"
        return searched(field, field_expr, operator, value, model, alias, query)

    field.condition_to_sql = condition_to_sql


def _find_readable(comodel, numbers):
    """Of these records, or of all where ``False`` stands for any, those that the user reads: a query."""
    own = comodel.env.user.partner_id
    if comodel._name == own._name and set(numbers) == set(own.ids):
        return comodel.browse(own.ids)._as_query(ordered=False)  # oneself everybody reads
    if not comodel.has_access("read"):
        return comodel.browse()._as_query()
    return comodel._search(Domain.TRUE if False in numbers else Domain("id", "in", list(numbers)))
