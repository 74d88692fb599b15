from django.db import migrations, models


def note_own_reactions(apps, schema_editor):
    """Note each reaction in the marks of its person, who is told of it by them."""
    connection = schema_editor.connection
    no_votes = "'[]'::jsonb" if connection.vendor == "postgresql" else "'[]'"
    with connection.cursor() as cursor:
        cursor.execute(f"""
            INSERT INTO chat_messagemark (message_id, user_id, is_hidden, is_starred, votes, rev, reaction)
            SELECT message_id, user_id, false, false, {no_votes}, 0, emoji FROM chat_reaction WHERE true
            ON CONFLICT (message_id, user_id) DO UPDATE SET reaction = excluded.reaction
        """)  # noqa: S608  # Constants alone are put in.


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0017_pin_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="messagemark",
            name="reaction",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.RunPython(note_own_reactions, migrations.RunPython.noop),
    ]
