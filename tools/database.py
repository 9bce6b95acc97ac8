"""Databases: templates that are made once, and databases copied from them."""

import hashlib

from tools import build, paths
from tools.console import Failure, say

# What the suite extends, and what most of an installation's time goes into.
ODOO_MODULES = (
    "crm",
    "sale_management",
    "sale_crm",
    "contacts",
    "calendar",
    "rating",
    "portal",
    "sale_loyalty",
    "mass_mailing",
    "mass_mailing_sms",
    "survey",
)
# Keep attachments in the database, so that a copy of it is whole without a filestore.
ATTACHMENTS_INSIDE = """
env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
env['ir.attachment'].force_storage()
env['ir.config_parameter'].search([('key', '=', 'ir_attachment.location')]).unlink()
env.cr.commit()
"""


class Databases:
    """Makes databases on a server.

    :param Odoo odoo: runs Odoo's commands
    """

    def __init__(self, server, odoo):
        self.server = server
        self.odoo = odoo

    def exists(self, name):
        return bool(
            self.server.query("SELECT 1 FROM pg_database WHERE datname = :'name'", name=name)
        )

    def drop(self, name):
        self.server.client("dropdb", "--if-exists", "--force", name)
        build.remove(paths.DATA_DIR / "filestore" / name)

    def copy(self, template, name):
        """Make a database from a template, whole or not at all."""
        self.drop(name)
        self.server.client("createdb", "-T", template, name)

    def rename(self, old, new):
        self.drop(new)
        self.server.query('ALTER DATABASE :"old" RENAME TO :"new"', old=old, new=new)
        filestore = paths.DATA_DIR / "filestore"
        if (filestore / old).exists():
            (filestore / old).rename(filestore / new)

    def template(self, demo):
        """Return the name of the template with Odoo's own modules, making it the first time."""
        key = f"{self.odoo.source.version} {self.odoo.source.python_path} {ODOO_MODULES} {demo}"
        kind = "demo" if demo else "bare"
        name = f"suite_template_{kind}_{hashlib.sha256(key.encode()).hexdigest()[:10]}"
        with build.lock(paths.CACHE / "templates" / f"{name}.lock", "the database template"):
            if not self.exists(name):
                dump = paths.CACHE / "templates" / f"{name}.pg18"
                if self.server.embedded and dump.exists():
                    self._restore(dump, name)
                else:
                    self._build_template(name, ODOO_MODULES, demo)
                    if self.server.embedded:
                        self._dump(name, dump)
        return name

    def suite(self, demo):
        """Return the name of a template with the suite as it stands, making it when it changed."""
        base = self.template(demo)
        checkout = hashlib.sha256(str(paths.ROOT).encode()).hexdigest()[:6]
        family = f"suite_{checkout}_{'demo' if demo else 'bare'}_"
        name = f"{family}{addons_hash()}"
        with build.lock(paths.STATE / f"{family}.lock", "the suite's database"):
            if not self.exists(name):
                self._drop_family(family)
                self._build_template(name, paths.SUITE, demo, base)
        return name

    def create(self, name, modules=(), demo=False):
        """Make a database with the suite or with some modules, or bring an existing one to date."""
        if self.exists(name):
            self._update(name, modules or paths.SUITE, demo)
        elif not modules or set(modules) == set(paths.SUITE):
            template = self.suite(demo)
            say(f"Copy the suite's template to {name} ...")
            self.copy(template, name)
            self._mark(name)
        else:
            building = f"{name}_building"
            self._start_for(building, modules, demo)
            self.odoo.install(building, modules, demo)
            self.rename(building, name)
            self._mark(name)

    def _start_for(self, name, modules, demo):
        """Start from the template, unless it holds modules that were not asked for."""
        if set(ODOO_MODULES) <= closure(modules, self.odoo.source.manifests()):
            self.copy(self.template(demo), name)
        else:
            self.drop(name)

    def _update(self, name, modules, demo):
        installed = self.odoo.installed(name)
        missing = [module for module in modules if module not in installed]
        present = [module for module in modules if module in installed]
        (mark,) = self.server.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'name'",
            name=name,
        )
        if missing or mark != addons_hash():
            self.odoo.install(name, missing, demo, update=present)
            self._mark(name)

    def _mark(self, name):
        """Note on the database which state of the add-ons it was installed or updated with."""
        self.server.query("COMMENT ON DATABASE :\"name\" IS :'mark'", name=name, mark=addons_hash())

    def _drop_family(self, prefix):
        for name in self.server.query(
            "SELECT datname FROM pg_database WHERE starts_with(datname, :'prefix')", prefix=prefix
        ):
            self.drop(name)

    def _build_template(self, name, modules, demo, base=None):
        """Install modules, on top of another template or from nothing, as a template."""
        building = f"{name}_building"
        if base:
            self.copy(base, building)
        else:
            self.drop(building)
        self.odoo.install(building, modules, demo)
        self.odoo.shell(building, ATTACHMENTS_INSIDE)
        self.rename(building, name)

    def _dump(self, name, dump):
        partial = dump.with_name(f".{dump.name}.partial")
        build.remove(partial)
        self.server.client("pg_dump", "-Fc", "-Z1", "-f", partial, name)
        partial.rename(dump)

    def _restore(self, dump, name):
        say("Restore the template of Odoo's modules ...")
        self.drop(f"{name}_building")
        self.server.client("createdb", "-T", "template0", f"{name}_building")
        self.server.client("pg_restore", "-j2", "--no-owner", "-d", f"{name}_building", dump)
        self.rename(f"{name}_building", name)


def addons_hash():
    """Return a short hash of all that an installation of the suite depends on."""
    digest = hashlib.sha256()
    for path in sorted(paths.ADDONS.rglob("*")):
        parts = path.relative_to(paths.ADDONS).parts
        if path.is_file() and not {"tests", "__pycache__", "static"} & set(parts):
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


def closure(modules, manifests):
    """Return the modules and all they depend on.

    :raise Failure: when a module is not there
    """
    found, todo = set(), list(modules)
    while todo:
        module = todo.pop()
        if module in found:
            continue
        if module not in manifests:
            raise Failure(f"There is no module {module}: check MODULES=...")
        found.add(module)
        todo += manifests[module].get("depends", ["base"])
    return found
