from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "superapp.wiring"
    label = "wiring"

    def ready(self) -> None:
        """Have chat show what others make, and facts of one reach the other."""
        from superapp.wiring import (
            badges,
            cards,
            contact_lines,
            money_cards,  # noqa: F401
            order_cards,
            play_money,
            purposes,
            shop_talks,
        )

        badges.register()
        cards.register()
        contact_lines.register()
        order_cards.register()
        play_money.register()
        purposes.register()
        shop_talks.register()
