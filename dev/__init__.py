"""The project's own tooling: a real Odoo 19, PostgreSQL and Chromium on a bare machine.

Standard library only, so that it runs before anything has been installed.
`python3 -m dev help` lists the commands; the Makefile is a thin front to them.
"""
