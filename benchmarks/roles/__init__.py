"""How well the role grammar reads and judges role phrases, beside two simple rules."""
