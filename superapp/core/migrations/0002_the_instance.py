from django.db import migrations


def create(apps, schema_editor):
    apps.get_model("core", "Instance").objects.create(pk=1)


def remove(apps, schema_editor):
    apps.get_model("core", "Instance").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0001_instance_and_facts")]

    operations = [migrations.RunPython(create, remove)]
