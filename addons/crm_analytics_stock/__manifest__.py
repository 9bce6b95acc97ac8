{
    "name": "CRM Analytics: Inventory",
    "summary": "Suggestions say what the warehouse has of them; deliveries due and late",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_analytics", "sale_stock"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_delivery_due_security.xml",
        "report/crm_delivery_due_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_analytics_stock/static/src/**/*"],
        "web.assets_tests": ["crm_analytics_stock/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
