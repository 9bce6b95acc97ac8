from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .mail_common import ComplaintMailCommon


@tagged("post_install", "-at_install")
class TestSuggestion(ComplaintMailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.suggestion = cls._create_complaint(
            name="Sarnai wants pies on Saturdays",
            description="<p>Open on Saturdays. Call Sarnai: +976 9911 2233.</p>",
            kind="suggestion",
            partner_id=cls.contact.id,
            team_id=cls.team.id,
        )
        cls.Vote = cls.env["crm.complaint.vote"]
        cls.voter = cls.env["res.partner"].create({"name": "Oleh", "email": "oleh@x.example.com"})
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def _publish(self, suggestion=None):
        suggestion = suggestion or self.suggestion
        suggestion.action_prepare_publishing()
        suggestion.action_publish()

    def _on_board(self, company=None):
        return self.Complaint.search(self.Complaint._get_board_domain(company or self.company))

    def _change(self, suggestion=None, **values):
        with self.mock_mail_gateway():
            (suggestion or self.suggestion).write(values)
            self.flush_tracking()
        return self._mails

    def test_public_texts_are_proposed_without_personal_data(self):
        action = self.suggestion.with_user(self.service_user).action_prepare_publishing()
        self.assertEqual(action["res_id"], self.suggestion.id)
        self.assertFalse(self.suggestion.is_published, "Somebody reads them first")
        self.assertEqual(self.suggestion.public_name, "… wants pies on Saturdays")
        self.assertEqual(self.suggestion.public_description, "Open on Saturdays. Call ….")
        self.suggestion.public_name = "Pies on Saturdays"
        self.suggestion.action_prepare_publishing()
        self.assertEqual(self.suggestion.public_name, "Pies on Saturdays")

    def test_publish_and_take_off(self):
        self._publish()
        published = self.suggestion.published_date
        self.assertTrue(published)
        self.assertIn(self.suggestion, self._on_board())
        self.suggestion.action_unpublish()
        self.assertNotIn(self.suggestion, self._on_board())
        self.assertFalse(self.suggestion.published_date)

    def test_archived_and_merged_disappear(self):
        self._publish()
        self.suggestion.active = False
        self.assertNotIn(self.suggestion, self._on_board())

    def test_only_suggestions_with_a_title_are_published(self):
        complaint = self._create_complaint(public_name="No")
        with self.assertRaises(ValidationError):
            complaint.action_publish()
        with self.assertRaises(ValidationError):
            self.suggestion.write({"public_name": "  ", "is_published": True})
        self._publish()
        with self.assertRaises(ValidationError):
            self.suggestion.kind = "complaint"

    def test_boards_of_companies(self):
        self._publish()
        self.assertFalse(self._on_board(self.other_company) & self.suggestion)

    def test_votes(self):
        self.assertEqual(self.suggestion.vote_count, 1, "the author's own")
        self.suggestion._vote(self.colleague)
        self.assertEqual(self.suggestion.vote_count, 1, "of the author's company")
        self.suggestion._vote(self.voter)
        self.suggestion._vote(self.voter)
        self.assertEqual(self.suggestion.vote_count, 2)
        self.suggestion._withdraw_vote(self.contact)
        self.assertEqual(self.suggestion.vote_count, 2)
        self.suggestion._withdraw_vote(self.voter)
        self.assertEqual(self.suggestion.vote_count, 1)

    def test_author_without_a_contact_counts(self):
        nameless = self._create_complaint(kind="suggestion", partner_name="Oleh")
        nameless._vote(self.voter)
        self.assertEqual(nameless.vote_count, 2)
        nameless.partner_id = self.voter
        self.assertEqual(nameless.vote_count, 1, "It was his own")
        self.assertEqual(self._create_complaint().vote_count, 0, "complaints have none")

    def test_author_without_a_contact_counts_once(self):
        first, second, third = self.Complaint.create(
            [
                {"name": "Longer hours", "kind": "suggestion", "email": email}
                for email in ("a@example.com", "Ann <A@example.com>", "b@example.com")
            ]
        )
        (second | third)._merge_into(first)
        self.assertEqual(first.vote_count, 2)

    def test_one_vote_for_each_customer_in_the_database(self):
        self.suggestion._vote(self.voter)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.Vote.create({"complaint_id": self.suggestion.id, "partner_id": self.voter.id})

    def test_vote_that_comes_second_in_a_race(self):
        """What a transaction finds that did not see the other's vote when it looked."""
        self.assertFalse(self.suggestion.vote_ids)
        self.env.cr.execute(
            """INSERT INTO crm_complaint_vote (complaint_id, partner_id, commercial_partner_id)
               VALUES (%s, %s, %s)""",
            (self.suggestion.id, self.voter.id, self.voter.id),
        )
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.suggestion._vote(self.voter)
        self.env.invalidate_all()
        self.assertEqual(len(self.suggestion.vote_ids), 1)

    def test_vote_moves_with_no_contact(self):
        self.suggestion._vote(self.voter)
        self.voter.parent_id = self.other_customer
        self.assertEqual(self.suggestion.vote_ids.commercial_partner_id, self.voter)

    def test_merging_keeps_every_author_and_vote(self):
        voters = self.env["res.partner"].create([{"name": name} for name in ("A", "B", "C")])
        same = self._create_complaint(
            kind="suggestion", partner_id=self.other_customer.id, name="Saturdays?"
        )
        nameless = self._create_complaint(kind="suggestion", partner_name="Someone")
        for voter in voters[:2]:
            self.suggestion._vote(voter)
        for voter in voters[1:] | self.contact:
            same._vote(voter)
        self._publish(same)
        (same | nameless)._merge_into(self.suggestion, allow_other_customers=True)
        self.assertEqual(self.suggestion.vote_ids.commercial_partner_id, voters | self.customer)
        # three voters, the author and his company's vote for the other one, the other two authors
        self.assertEqual(self.suggestion.vote_count, 6)
        self.assertTrue(self.suggestion.is_published, "What people voted for stays to be seen")
        self.assertEqual(self.suggestion.public_name, "Saturdays?")
        self.assertEqual(self._on_board() & (same | nameless), self.Complaint)
        self.suggestion._vote(self.other_customer)
        self.assertEqual(self.suggestion.vote_count, 6)

    def test_authors_are_told_of_each_change(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("crm_extended.mail_template_suggestion")
        template.with_context(lang="fr_FR").subject = "Du nouveau {{ object.number }}"
        self.contact.lang = "fr_FR"
        same = self._create_complaint(
            kind="suggestion", name="Saturdays?", partner_name="Oleh", email="oleh@x.example.com"
        )
        same._merge_into(self.suggestion, allow_other_customers=True)
        self.flush_tracking()
        self._change(stage_id=self.stage_closed.id)
        [to_author] = self._mails_to(self.contact.email)
        self.assertEqual(to_author["subject"], f"Du nouveau {self.suggestion.number}")
        self.assertIn("Settled", to_author["body"])
        [to_other] = self._mails_to("oleh@x.example.com")
        self.assertIn("Saturdays?", to_other["subject"])
        self.assertIn("Settled", to_other["body"])
        self.assertNotIn("Sarnai", to_other["body"])
        self.assertFalse(self._change(priority="1"))

    def test_authors_are_told_what_changed(self):
        self.assertFalse(self._change(public_answer="Open since May."), "not published yet")
        self.suggestion.public_name = "Saturdays"
        [mail] = self._change(is_published=True)
        self.assertIn("Open since May.", mail["body"])
        self.assertIn(f"/suggestions/{self.suggestion.id}", mail["body"])
        [mail] = self._change(public_answer="Open since April.", stage_id=self.stage_closed.id)
        self.assertIn("Open since April.", mail["body"])

    def test_suggestion_in_a_stage_with_a_template_of_complaints(self):
        self.stage_closed.mail_template_id = self.env.ref(
            "crm_extended.mail_template_complaint_closed"
        )
        [mail] = self._change(stage_id=self.stage_closed.id)
        self.assertNotIn("/rate/", mail["body"])

    def test_votes_are_counted_for_all_at_once(self):
        def count(size):
            suggestions = self.Complaint.with_context(tracking_disable=True).create(
                [{"name": "x", "kind": "suggestion"} for _number in range(size)]
            )
            self.Vote.create(
                [{"complaint_id": each.id, "partner_id": self.voter.id} for each in suggestions]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            suggestions._compute_vote_count()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.assertLessEqual(count(60), count(3) + 2)

    def test_rights_on_votes(self):
        self.suggestion._vote(self.voter)
        vote = self.suggestion.vote_ids
        values = {"complaint_id": self.suggestion.id, "partner_id": self.colleague.id}
        visitor = self.env.ref("base.public_user")
        employee = new_test_user(self.env, "vote_employee", groups="base.group_user")
        for user in (self.portal_user, visitor, employee):
            Vote = self.Vote.with_user(user)
            for act in (
                lambda Vote=Vote: Vote.search([]),
                lambda user=user: vote.with_user(user).read(["partner_id"]),
                lambda Vote=Vote: Vote.create(values),
                lambda user=user: vote.with_user(user).unlink(),
            ):
                with self.assertRaises(AccessError):
                    act()
        self.assertEqual(vote.with_user(self.service_user).partner_id, self.voter)
        for user in (self.service_user, self.manager):
            with self.assertRaises(AccessError):
                self.Vote.with_user(user).create(values)
        with self.assertRaises(AccessError):
            vote.with_user(self.service_user).unlink()
        self.suggestion.with_user(self.service_user).write({"public_answer": "Soon."})
        far = new_test_user(
            self.env,
            "vote_far",
            groups="crm_extended.group_crm_complaint_manager",
            company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)],
        )
        self.assertFalse(self.Vote.with_user(far).search([("id", "=", vote.id)]))
        vote.with_user(self.manager).unlink()
        self.assertEqual(self.suggestion.vote_count, 1)

    def test_published_suggestion_is_not_readable_by_portal_users(self):
        foreign = self._create_complaint(
            kind="suggestion", partner_id=self.other_customer.id, public_name="Sugar"
        )
        foreign.action_publish()
        self.assertFalse(
            self.Complaint.with_user(self.portal_user).search([("is_published", "=", True)])
            - self.Complaint.with_user(self.portal_user).search(
                [("commercial_partner_id", "=", self.customer.id)]
            )
        )
        with self.assertRaises(AccessError):
            foreign.with_user(self.portal_user).read(["public_name"])
        with self.assertRaises(AccessError):
            self.suggestion.with_user(self.portal_user).action_publish()
