"""Settings of wallets and of the bank at which their money lies, which ``superapp.settings`` takes over."""

from __future__ import annotations

from superapp import env

# The balance ceilings of wallets, by the verification tier of their owners.
TRANSFER_MIN_RUPIAH = env.positive_integer(
    "TRANSFER_MIN_RUPIAH", 1_000, "The least that people may send to somebody who is no contact of theirs, in rupiah."
)
WALLET_CEILINGS = {
    "basic": env.integer("WALLET_CEILING_BASIC", 2_000_000_00, "Sen that may lie in the wallet of a proven number."),
    "verified": env.integer(
        "WALLET_CEILING_VERIFIED", 20_000_000_00, "Sen that may lie in a verified person's wallet."
    ),
}
# Money from the bank and to it.
WITHDRAWAL_FEE_RUPIAH = env.integer(
    "WITHDRAWAL_FEE_RUPIAH", 2_500, "What a withdrawal to a bank account costs, in rupiah; 0 for nothing."
)
WITHDRAWAL_MIN_RUPIAH = env.positive_integer("WITHDRAWAL_MIN_RUPIAH", 10_000, "The least withdrawal, in rupiah.")
TOP_UP_MIN_RUPIAH = env.positive_integer("TOP_UP_MIN_RUPIAH", 10_000, "The least top-up from a bank, in rupiah.")
OPEN_TOP_UPS_MAX = env.positive_integer(
    "OPEN_TOP_UPS_MAX", 10, "How many codes to top up a person may have waiting to be paid."
)
CHARGE_MINUTES = env.positive_integer(
    "CHARGE_MINUTES", 30, "How long a code or number for one payment from outside can be paid.", at_most=1_440
)
BANK_SECONDS_MAX = env.positive_integer("BANK_SECONDS_MAX", 15, "How long we wait for an answer of the bank.")
# The banks to which people may withdraw, unless the operator names others: the large ones of the country, and those of
# the simulated world.
LARGE_BANKS = {
    "014": "BCA",
    "008": "Mandiri",
    "009": "BNI",
    "002": "BRI",
    "451": "BSI",
    "022": "CIMB Niaga",
    "542": "Bank Jago",
    "535": "SeaBank",
}
SIMULATED_BANKS = {"900": "Bank Simulasi", "901": "Bank Cakrawala (simulasi)", "902": "Bank Lestari (simulasi)"}
