from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Put the points of existing cards into lots."""
    api.Environment(cr, SUPERUSER_ID, {})["loyalty.card"]._create_existing_lots()
