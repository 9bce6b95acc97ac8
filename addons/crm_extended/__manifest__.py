{
    "name": "CRM Extended",
    "summary": "Complaints answered in time and contract terms that watch themselves",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": [
        "crm",
        "sale_management",
        "sale_crm",
        "contacts",
        "calendar",
        "rating",
        "portal",
    ],
    "data": [
        "views/res_partner_views.xml",
    ],
    "demo": [],
    "application": True,
}
