import json

from odoo.tests import HttpCase

DENIED = "odoo.exceptions.AccessError"
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


class RightsRpcCommon(HttpCase):
    """Models called as the web client calls them, by everybody there is.

    A test sets `rights` to {model: {role: operations}} and `records` to {model: a record}; a wizard
    has no record.
    """

    rights = {}
    records = {}

    def _call(self, model, method, *args, **kwargs):
        """Return the name of the error, or None, and the result."""
        response = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(
                {"params": {"model": model, "method": method, "args": args, "kwargs": kwargs}}
            ),
            headers={"Content-Type": "application/json"},
        ).json()
        return response.get("error", {}).get("data", {}).get("name"), response.get("result")

    def _sign_in(self, user):
        self.authenticate(user.login, user.login)

    def _may(self, model, operation):
        """Whether the signed-in user gets past the server with an operation on a record."""
        record = self.records.get(model)
        if operation == "c":
            return self._call(model, "create", [{}])[0] != DENIED
        if record is None:  # a wizard: there is nothing to read before it is made
            record = self.env[model].sudo().browse(1)
            return bool(self._call(model, "has_access", [], OPERATIONS[operation])[1])
        if operation == "r":
            read = self._call(model, "read", record.ids, ["display_name"])[0] != DENIED
            error, found = self._call(model, "search_read", [["id", "=", record.id]], ["id"])
            self.assertEqual(not error and bool(found), read, model)
            return read
        if operation == "w":
            values = {"name": "Changed"} if "name" in record else {}
            return self._call(model, "write", record.ids, values)[0] != DENIED
        if self._call(model, "has_access", record.ids, "unlink")[1]:
            return True
        return self._call(model, "unlink", record.ids)[0] != DENIED

    def _assert_rights(self, user, role):
        self._sign_in(user)
        for model, rights in self.rights.items():
            for operation in OPERATIONS:
                with self.subTest(user=user.login, model=model, operation=operation):
                    allowed = operation in rights.get(role, "")
                    self.assertEqual(self._may(model, operation), allowed)

    def _assert_none_may(self, models, operations="rwu"):
        for model in models:
            for operation in operations:
                with (
                    self.subTest(model=model, operation=operation),
                    self.assertLogs("odoo.http"),
                ):
                    self.assertFalse(self._may(model, operation))

    def _assert_decided_upon(self, prefix, module):
        """Every model with this prefix has its rights written down."""
        models = {
            name
            for name in self.env.registry.models
            if name.startswith(prefix) and self.env[name]._original_module == module
        }
        self.assertEqual(models, set(self.rights))
        self.assertLessEqual(set(self.records), models)

    def _assert_visitor_calls_nothing(self):
        self.authenticate(None, None)
        for model in self.rights:
            for method in ("search_read", "create"):
                with self.subTest(model=model), self.assertLogs("odoo.http"):
                    error, _result = self._call(model, method, [])
                    self.assertEqual(error, "odoo.http.SessionExpiredException")

    def _assert_unreadable(self, record, names):
        """The signed-in user reads none of these fields, nor finds out which records have one."""
        model = record._name
        for name in sorted(names):
            field = record._fields[name]
            with self.subTest(field=name), self.assertLogs("odoo.http"):
                self.assertEqual(self._call(model, "read", record.ids, [name])[0], DENIED)
            if field.required or not field.store:
                continue
            with self.subTest(search=name), self.assertLogs("odoo.http"):
                error, _found = self._call(model, "search", [[name, "!=", False]])
                self.assertEqual(error, DENIED)
