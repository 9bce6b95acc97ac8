"""What `make` calls to prepare Odoo, PostgreSQL and data."""
