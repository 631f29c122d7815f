"""A bank goes by the clocks that its sessions went by, or else those of its people."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE timebank_scheme s
           SET tz = COALESCE(
                   (SELECT e.tz FROM timebank_session e WHERE e.scheme_id = s.id AND e.tz IS NOT NULL
                     GROUP BY e.tz ORDER BY count(*) DESC, e.tz LIMIT 1),
                   (SELECT h.tz FROM timebank_hours h WHERE h.scheme_id = s.id AND h.tz IS NOT NULL
                     GROUP BY h.tz ORDER BY count(*) DESC, h.tz LIMIT 1),
                   (SELECT p.tz FROM res_users_timebank_scheme_rel r
                      JOIN res_users u ON u.id = r.res_users_id
                      JOIN res_partner p ON p.id = u.partner_id
                     WHERE r.timebank_scheme_id = s.id AND p.tz IS NOT NULL
                     GROUP BY p.tz ORDER BY count(*) DESC, p.tz LIMIT 1),
                   (SELECT p.tz FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                     WHERE c.id = s.company_id),
                   s.tz)
        """
    )
