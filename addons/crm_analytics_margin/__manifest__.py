{
    "name": "CRM Analytics: Margin",
    "summary": "The margin of what was ordered, as a KPI of persons, teams and companies",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_analytics", "sale_margin"],
    "data": [
        "views/crm_sales_actual_views.xml",
        "data/crm_kpi_data.xml",
    ],
    "auto_install": True,
}
