from django.db import migrations
from django.db.models import Exists, OuterRef

from superapp.core import change_cursor, clock

ADMIN_ROLES = ("owner", "admin")


def revoke_links(apps, _schema_editor):
    """Revoke the open invite links of people who are no admins of the group now, and drop the requests that came by them."""
    links, members = apps.get_model("chat", "GroupLink"), apps.get_model("chat", "Member")
    admins = members.objects.filter(
        conversation=OuterRef("conversation"), user=OuterRef("created_by"), until_seq=None, role__in=ADMIN_ROLES
    )
    orphaned = list(links.objects.filter(~Exists(admins), revoked_at=None).values_list("pk", flat=True))
    links.objects.filter(pk__in=orphaned).update(revoked_at=clock.now())
    dropped = apps.get_model("chat", "JoinRequest").objects.filter(link_id__in=orphaned)
    groups = list(dropped.values_list("conversation_id", flat=True))
    dropped.delete()
    if groups:
        # The devices of the admins show the number of requests; the changed stamp makes their next sync include it.
        present = members.objects.filter(conversation_id__in=groups, until_seq=None, role__in=ADMIN_ROLES)
        present.update(changed=change_cursor.current_stamp())


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_epoch"),
        ("chat", "0019_reach_of_past_members"),
    ]

    operations = [
        migrations.RunPython(revoke_links, migrations.RunPython.noop),
    ]
