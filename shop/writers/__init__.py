"""
Writers of stock and orders; no other module writes these rows.

Rows are locked in this order: the order, the buyer's counter, the shop's counter, the stock, then the accounts of
payments. Checkout locks the shop's counter and the stock last, since all buyers of the shop wait for them.
"""
