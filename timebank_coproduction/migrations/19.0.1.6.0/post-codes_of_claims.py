def migrate(cr, version):
    """Beside a claim nobody reads its code any more, which was mailed to the member."""
    cr.execute(
        """UPDATE mail_message message
              SET body = replace(message.body, claim.kept_code, '…')
             FROM timebank_redemption claim
            WHERE message.model = 'timebank.redemption' AND message.res_id = claim.id
              AND claim.kept_code IS NOT NULL AND position(claim.kept_code IN message.body) > 0"""
    )
