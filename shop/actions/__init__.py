"""What may happen to shops, goods and orders: one verb each, one transaction each."""
