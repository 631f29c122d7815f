from .tools import ledger_ddl


def uninstall_hook(env):
    """Take the ledger's triggers and functions away, so that nothing is left behind."""
    env.cr.execute(ledger_ddl.DROP)
