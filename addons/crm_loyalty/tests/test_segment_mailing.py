from odoo.tests import new_test_user, tagged

from .common import LoyaltyCardCommon


@tagged("post_install", "-at_install")
class TestSegmentMailing(LoyaltyCardCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.ada + cls.bob).email = "somebody@example.com"
        cls.marketer = new_test_user(
            cls.env, "segment-marketer", "mass_mailing.group_mass_mailing_user"
        )

    def test_by_tier(self):
        silver, gold = self.env["loyalty.tier"].create(
            [
                {"program_id": self.program.id, "name": name, "threshold": threshold}
                for name, threshold in (("Silver", 100), ("Gold", 1000))
            ]
        )
        cards = self._create_card(self.ada) + self._create_card(self.bob)
        cards.sudo().write({"tier_id": gold.id})
        segment = self.env["crm.segment"].create({"name": "Gold", "tier_ids": gold.ids})
        self.assertEqual(segment.member_ids.partner_id, self.ada + self.bob)
        cards[1].sudo().tier_id = silver
        segment.action_refresh()
        self.assertEqual(segment.member_ids.partner_id, self.ada)
        segment.tier_ids += silver
        self.assertEqual(segment.member_ids.partner_id, self.ada + self.bob)

    def test_marketer_writes_to_a_segment(self):
        segment = self.env["crm.segment"].create(
            {
                "name": "Chosen",
                "kind": "manual",
                "member_ids": [(0, 0, {"partner_id": self.ada.id})],
            }
        )
        action = segment.with_user(self.marketer).action_create_mailing()
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.marketer)
            .with_context(**action["context"])
            .create({"subject": "Come in", "body_html": "<p>Soon</p>"})
        )
        self.assertEqual(mailing._get_remaining_recipients(), self.ada.ids)
        members = [("segment_ids", "ilike", "chosen")]
        found = self.env["res.partner"].with_user(self.marketer).search(members)
        self.assertEqual(found, self.ada)
