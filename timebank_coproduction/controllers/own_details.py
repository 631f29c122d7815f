from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class OwnDetails(CustomerPortal):
    """Odoo's page on which people change their own name, address and telephone number."""

    def _validate_address_values(self, address_values, partner_sudo, *args, **kwargs):
        """What is no telephone number is refused to members, as where they asked to join."""
        invalid, missing, errors = super()._validate_address_values(
            address_values, partner_sudo, *args, **kwargs
        )
        if partner_sudo.timebank_member_ids:
            try:
                request.env["timebank.member"]._refuse_no_number(address_values.get("phone"))
            except UserError as refusal:
                invalid.add("phone")
                errors.append(str(refusal))
        return invalid, missing, errors
