"""``manage.py make_push_key``: make the key pair that signs push messages."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from superapp.notifications.adapters import vapid_keys


class Command(BaseCommand):
    help = "Print a new VAPID key for push messages, for the environment, and its public half."

    def handle(self, **options: object) -> None:
        private = vapid_keys.make_private_key()
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}")
        self.stdout.write(f"# public key, which browsers are told: {vapid_keys.public_key_of(private)}")
