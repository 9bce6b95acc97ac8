{
    "name": "CRM Loyalty: Point of Sale",
    "summary": "Points of the point of sale go through the ledger; refunds take them back",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_loyalty", "pos_loyalty"],
    "auto_install": True,
}
