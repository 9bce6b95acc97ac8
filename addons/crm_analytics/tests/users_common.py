from odoo import Command
from odoo.tests import new_test_user


class UsersCommon:
    """Users who work in the company of a test, ``cls.company``."""

    timezone = None

    @classmethod
    def new_user(cls, login, groups, company=None, **values):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **({"tz": cls.timezone} if cls.timezone else {}),
            **values,
        )
