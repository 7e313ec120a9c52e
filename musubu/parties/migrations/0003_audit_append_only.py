"""The audit log refuses changes in the database itself, whoever asks."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_no_change BEFORE UPDATE ON parties_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER audit_no_removal BEFORE DELETE ON parties_auditentry
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON parties_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
]
BACK = {
    "sqlite": ["DROP TRIGGER audit_no_change", "DROP TRIGGER audit_no_removal"],
    "postgresql": ["DROP TRIGGER audit_append_only ON parties_auditentry", "DROP FUNCTION audit_append_only()"],
}


def forwards(apps, editor):
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def backwards(apps, editor):
    for statement in BACK[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_alter_auditentry_actor_alter_auditentry_organisation_and_more")]
    operations = [migrations.RunPython(forwards, backwards)]
