{
    "name": "CRM Analytics: Inventory",
    "summary": "Suggestions on a quotation say what the warehouse has of them",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_analytics", "sale_stock"],
    "assets": {
        "web.assets_backend": ["crm_analytics_stock/static/src/**/*"],
        "web.assets_tests": ["crm_analytics_stock/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
