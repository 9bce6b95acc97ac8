from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Link and count the repeats among existing complaints; they are no news to anybody."""
    complaints = api.Environment(cr, SUPERUSER_ID, {})["crm.complaint"]
    cr.execute(
        """
        SELECT array_agg(DISTINCT commercial_partner_id), min(received_date), max(received_date)
          FROM crm_complaint WHERE commercial_partner_id IS NOT NULL
        """
    )
    customer_ids, first_date, last_date = cr.fetchone()
    if customer_ids:
        complaints._write_repeats(customer_ids, first_date, last_date)
