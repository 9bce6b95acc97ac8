"""The script of `make load`: for the Odoo shell, which provides ``env``, in the project's root."""

from tools.sales_history.cli import main

main(env)  # noqa: F821
