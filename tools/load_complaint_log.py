"""The script of `make load-complaints`: for the Odoo shell, which provides ``env``."""

from tools.complaint_log.cli import main

main(env)  # noqa: F821
