{
    "name": "CRM Loyalty: Deliveries",
    "summary": "Points that count as goods are delivered follow the transfers of the warehouse",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_loyalty", "sale_stock"],
    "auto_install": True,
}
