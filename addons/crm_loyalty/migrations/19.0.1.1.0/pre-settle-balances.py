from odoo.addons.crm_loyalty.tools.existing_balances import settle_existing_balances


def migrate(cr, version):
    """Make room for the ledger of points, which knows no balance below zero."""
    settle_existing_balances(cr)
