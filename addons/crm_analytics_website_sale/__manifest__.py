{
    "name": "CRM Analytics: eCommerce",
    "summary": "Alternatives of what is on a quotation are not proposed beside it",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": ["crm_analytics", "website_sale"],
    "auto_install": True,
}
