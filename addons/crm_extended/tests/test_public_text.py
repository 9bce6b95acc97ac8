from odoo.tests import BaseCase, tagged

from ..tools.public_text import without_personal_data


@tagged("post_install", "-at_install")
class TestPublicText(BaseCase):
    def test_what_goes(self):
        for text, names, result in (
            ("Write to sarnai@altan.example.com, please", (), "Write to …, please"),
            ("Call +976 9911-2233 or 99112233.", (), "Call … or …."),
            ("Sarnai Bold of Altan Foods says", ("Sarnai Bold", "Altan Foods"), "… of … says"),
            ("SARNAI asks", ("Sarnai",), "… asks"),
            ("Card 4111 1111 1111 1111", (), "Card …"),
        ):
            with self.subTest(text):
                self.assertEqual(without_personal_data(text, names), result)

    def test_what_stays(self):
        for text, names in (
            ("Open on Saturdays from 9 to 13 in 2026", ()),
            ("An altar is no Altan", ("Al",)),
            ("Sarnaidal", ("Sarnai",)),
            ("Цагаан идээ", ("Сарнай",)),
        ):
            with self.subTest(text):
                self.assertEqual(without_personal_data(text, names), text)

    def test_nothing_of_nothing(self):
        self.assertEqual(without_personal_data(None, [None, False, ""]), "")
