"""The review: candidates, assessments, committees, decisions and the audit trail, as a Django app.

Dossiers come in and verdicts go out through `exchange`; every change is a verb in `actions`.
"""
