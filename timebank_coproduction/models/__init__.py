from . import common, ledger, member, hours, vetting, session, exchange, reward, grant, desk
