"""The verbs of the programme. Each is keyword-only, done `by` a person, one transaction with its audit rows."""
