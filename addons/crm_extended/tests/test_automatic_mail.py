from email.message import EmailMessage

from odoo.tests import BaseCase, tagged

from ..tools.automatic_mail import declines_answers, is_automatic


@tagged("post_install", "-at_install")
class TestAutomaticMail(BaseCase):
    def _mail(self, header=None, value=None):
        mail = EmailMessage()
        mail["From"] = "Sarnai <sarnai@altan.example.com>"
        if header:
            mail[header] = value
        return mail

    def test_machines(self):
        for header, value in (
            ("Auto-Submitted", "auto-replied"),
            ("Auto-Submitted", "Auto-Generated; type=vacation"),
            ("Precedence", "bulk"),
            ("Precedence", "AUTO_REPLY"),
            ("Precedence", "junk"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Auto-Response-Suppress", "DR, All"),
            ("X-Autoreply", "yes"),
            ("X-Autorespond", "Away until Monday"),
            ("Return-Path", "<>"),
        ):
            with self.subTest(header=header, value=value):
                self.assertTrue(is_automatic(self._mail(header, value)))

    def test_people(self):
        for header, value in (
            (None, None),
            ("Auto-Submitted", "no"),
            ("Precedence", "list"),
            ("List-Id", "<care.example.com>"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            ("Return-Path", "<sarnai@altan.example.com>"),
            ("Precedence", ""),
        ):
            with self.subTest(header=header, value=value):
                self.assertFalse(is_automatic(self._mail(header, value)))

    def test_who_wants_no_receipt(self):
        self.assertFalse(declines_answers(self._mail()))
        self.assertFalse(declines_answers(self._mail("X-Auto-Response-Suppress", "DR, RN")))
        self.assertTrue(declines_answers(self._mail("X-Auto-Response-Suppress", "AutoReply")))
        robot = EmailMessage()
        robot["From"] = "Shop <No-Reply@shop.example.com>"
        self.assertTrue(declines_answers(robot))
