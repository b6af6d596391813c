"""The verbs of the review. Each is keyword-only, done `by` a person, one transaction with its audit row."""

from observatory.review.actions.assessing import assign, save_assessment, submit_assessment
from observatory.review.actions.candidates import comment, merge, rename, send_back, split, watch
from observatory.review.actions.committee import (
    appeal,
    call_meeting,
    cast_vote,
    close_meeting,
    close_vote,
    declare_conflict,
    open_meeting,
    open_vote,
    publish,
    remove_member,
    settle_tie,
    table,
)

__all__ = [
    "appeal",
    "assign",
    "call_meeting",
    "cast_vote",
    "close_meeting",
    "close_vote",
    "comment",
    "declare_conflict",
    "merge",
    "open_meeting",
    "open_vote",
    "publish",
    "remove_member",
    "rename",
    "save_assessment",
    "send_back",
    "settle_tie",
    "split",
    "submit_assessment",
    "table",
    "watch",
]
