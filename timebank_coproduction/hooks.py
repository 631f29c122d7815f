from .tools import ledger_ddl, voucher_ddl


def uninstall_hook(env):
    """Take the triggers and functions away, so that nothing is left behind."""
    env.cr.execute(voucher_ddl.DROP)
    env.cr.execute(ledger_ddl.DROP)
