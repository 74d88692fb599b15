"""The demo world: invented people, their conversations, shops, wallets and purchases."""
