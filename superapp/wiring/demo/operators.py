"""Demo operators, who give out play money: apart from the rest of the demo, which reads its texts from files."""

# Name and username of each.
OPERATORS = (("Wulan dari Loket", "loket.wulan"), ("Bayu dari Loket", "loket.bayu"))
