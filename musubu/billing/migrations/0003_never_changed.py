"""Invoices, credit notes and the books refuse changes in the database itself (electronic books act)."""

from django.db import migrations

TABLES = ("billing_invoice", "billing_creditnote", "billing_entry")


def forwards(apps, editor):
    if editor.connection.vendor == "sqlite":
        for table in TABLES:
            for act in ("UPDATE", "DELETE"):
                editor.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is never changed'); END"
                )
        return
    editor.execute(
        "CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is never changed', TG_TABLE_NAME; END $$",
        params=None,
    )
    for table in TABLES:
        editor.execute(
            f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION never_changed()"
        )


def backwards(apps, editor):
    for table in TABLES:
        if editor.connection.vendor == "sqlite":
            editor.execute(f"DROP TRIGGER {table}_no_update")
            editor.execute(f"DROP TRIGGER {table}_no_delete")
        else:
            editor.execute(f"DROP TRIGGER {table}_never_changed ON {table}")
    if editor.connection.vendor != "sqlite":
        editor.execute("DROP FUNCTION never_changed()")


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_books")]
    operations = [migrations.RunPython(forwards, backwards)]
