{
    "name": "CRM Loyalty: Partner Levels",
    "summary": "Loyalty tiers that set the partner level of the customer",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_loyalty", "partnership"],
    "data": ["views/loyalty_tier_views.xml"],
    "auto_install": True,
}
