"""The verbs of the review. Each is keyword-only, done `by` a person, one transaction with its audit row."""

from observatory.review.actions.accounts import (
    change_password,
    make_token,
    revoke_token,
    turn_second_factor_off,
    turn_second_factor_on,
)
from observatory.review.actions.assessing import assign, save_assessment, submit_assessment
from observatory.review.actions.candidates import comment, merge, rename, send_back, split, watch
from observatory.review.actions.deciding import (
    appeal,
    cast_vote,
    close_vote,
    declare_conflict,
    open_vote,
    publish,
    settle_tie,
    withdraw_item,
)
from observatory.review.actions.meetings import call_meeting, close_meeting, open_meeting, remove_member, table
from observatory.review.actions.undoing import undo

__all__ = [
    "appeal",
    "assign",
    "call_meeting",
    "cast_vote",
    "change_password",
    "close_meeting",
    "close_vote",
    "comment",
    "declare_conflict",
    "make_token",
    "merge",
    "open_meeting",
    "open_vote",
    "publish",
    "remove_member",
    "rename",
    "revoke_token",
    "save_assessment",
    "send_back",
    "settle_tie",
    "split",
    "submit_assessment",
    "table",
    "turn_second_factor_off",
    "turn_second_factor_on",
    "undo",
    "watch",
    "withdraw_item",
]
