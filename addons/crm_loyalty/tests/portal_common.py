from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user

from .common import LoyaltyCardCommon


class LoyaltyPortalCommon(LoyaltyCardCommon, HttpCase):
    """A portal user with a card, and another one with a card of the same program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner, cls.stranger = (
            new_test_user(cls.env, f"loyalty_{name.lower()}", "base.group_portal", name=name)
            for name in ("Anu", "Bold")
        )
        cls.card = cls._create_card(cls.owner.partner_id)
        cls.foreign_card = cls._create_card(cls.stranger.partner_id)
        cls.voucher_program = cls._create_program("Thank You", "coupons")

    @classmethod
    def _day(cls, days):
        return fields.Date.today() + timedelta(days=days)

    @classmethod
    def _post(cls, card=None, kind="earn", **movement):
        card = card or cls.card
        return cls.Card._post_points(
            [{"card_id": card.id, "kind": kind, "description": kind, **movement}]
        )

    def _get(self, url, user=None, **kwargs):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(url, **kwargs)
