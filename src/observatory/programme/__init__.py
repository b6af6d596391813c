"""What follows a decision: crosswalks confirmed, partners and mutual recognition, experts, and the registers.

A Django app above the review: it uses the review's pages, permissions and audit trail, and no stage.
"""
