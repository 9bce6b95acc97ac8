{
    "name": "CRM Analytics",
    "summary": "What is bought together, suggestions on the quotation, and figures people trust",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": [
        "crm_extended",
        "crm_loyalty",
    ],
    "external_dependencies": {"python": ["numpy", "scipy"]},
    "data": [
        "security/ir.model.access.csv",
        "security/crm_analytics_security.xml",
        "security/sale_customer_prediction_security.xml",
        "data/ir_cron_data.xml",
        "views/product_affinity_views.xml",
        "views/product_upsell_views.xml",
        "views/product_views.xml",
        "views/res_config_settings_views.xml",
        "views/sale_customer_prediction_views.xml",
        "views/sale_order_views.xml",
        "views/sale_suggestion_views.xml",
        "views/sale_white_space_views.xml",
        "views/crm_dashboard_views.xml",
        "views/crm_analytics_menus.xml",
    ],
    "demo": [
        "demo/sale.order.csv",
        "demo/sale_order_demo.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crm_analytics/static/src/dashboard/**/*",
            "crm_analytics/static/src/suggestions/**/*",
        ],
        "web.assets_tests": [
            "crm_analytics/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "crm_analytics/static/tests/*.test.js",
        ],
    },
    "application": True,
}
