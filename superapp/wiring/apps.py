from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "superapp.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Register what apps show in each other, and the handlers of each other's events."""
        from superapp.notifications import api as notifications
        from superapp.wiring import (
            angpao_audiences,
            angpao_cards,
            badges,
            card_types,
            contact_events,
            counter_cash,  # noqa: F401
            money_notices,
            order_alerts,
            order_cards,
            payment_purposes,
            payout_alerts,
            peer_cards,
            play_money,
            schedule_alerts,
            shop_conversations,
            transfer_cards,  # noqa: F401
        )

        angpao_audiences.register()
        angpao_cards.register()
        badges.register()
        card_types.register()
        contact_events.register()
        money_notices.register()
        order_alerts.register()
        order_cards.register()
        payout_alerts.register()
        peer_cards.register()
        play_money.register()
        schedule_alerts.register()
        payment_purposes.register()
        shop_conversations.register()
        if notifications.is_push_enabled():
            notifications.tap.open()
