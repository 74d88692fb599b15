"""Find the photos of a conversation without reading all of its messages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0014_polls")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("extras__isnull", False)),
                fields=["conversation", "seq"],
                name="chat_message_with_extras",
            ),
        ),
    ]
