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
    "data": [],
    "demo": [],
    "application": True,
}
