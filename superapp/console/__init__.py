"""The operator's console: members, desks, the audit of what they look at, and proposals that two people decide."""
