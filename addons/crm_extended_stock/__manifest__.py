{
    "name": "CRM Extended: Deliveries",
    "summary": "Contract terms about deliveries, compared with the transfers of the warehouse",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_extended", "sale_stock"],
    "data": ["views/crm_contract_term_views.xml"],
    "auto_install": True,
}
