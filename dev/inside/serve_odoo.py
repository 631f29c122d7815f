"""Odoo, started by the name of a file: with several processes it starts one of them by that name."""

import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
