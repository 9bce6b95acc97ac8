from odoo.addons.crm_loyalty.tools.one_card import prepare_cards


def migrate(cr, version):
    """Leave each customer one card of a program before the database insists on it."""
    prepare_cards(cr)
