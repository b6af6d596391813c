"""The database itself refuses to change or remove a row of the audit trail."""

from typing import Any

from django.db import migrations

SQLITE = (
    "CREATE TRIGGER review_audit_no_update BEFORE UPDATE ON review_auditrow "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER review_audit_no_delete BEFORE DELETE ON review_auditrow "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION review_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER review_audit_append_only BEFORE UPDATE OR DELETE ON review_auditrow "
    "FOR EACH ROW EXECUTE FUNCTION review_audit_refuse()",
    "CREATE TRIGGER review_audit_no_truncate BEFORE TRUNCATE ON review_auditrow "
    "FOR EACH STATEMENT EXECUTE FUNCTION review_audit_refuse()",
)


def forward(apps: Any, editor: Any) -> None:
    """Adds the triggers and the head of the chain."""
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[editor.connection.vendor]:
        editor.execute(statement.replace("%", "%%"), params=None)
    apps.get_model("review", "AuditHead").objects.create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]
    operations = [migrations.RunPython(forward)]
