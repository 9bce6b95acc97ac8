{
    "name": "CRM Loyalty",
    "summary": "Numbered loyalty cards on top of Odoo's own loyalty programs",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "CRM Suite",
    "license": "LGPL-3",
    "depends": [
        "crm_extended",
        "sale_loyalty",
        "mass_mailing",
        "mass_mailing_sms",
        "survey",
    ],
    "data": [],
    "demo": [],
}
