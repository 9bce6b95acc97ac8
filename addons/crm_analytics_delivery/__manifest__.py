{
    "name": "CRM Analytics: Delivery Costs",
    "summary": "What is charged for the delivery is not bought together with anything",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_analytics", "delivery"],
    "auto_install": True,
}
