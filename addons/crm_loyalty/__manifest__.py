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
    "data": [
        "data/ir_sequence_data.xml",
        "views/loyalty_card_views.xml",
        "views/loyalty_program_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/crm_loyalty_menus.xml",
    ],
    "demo": [
        "demo/loyalty_demo.xml",
    ],
    "post_init_hook": "post_init_hook",
}
