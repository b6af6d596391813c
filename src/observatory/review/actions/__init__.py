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
from observatory.review.actions.drafting import (
    answer_remark,
    bring_in_draft,
    edit_draft,
    give_back_draft,
    give_opinion,
    remark_on,
)
from observatory.review.actions.meetings import call_meeting, close_meeting, open_meeting, remove_member, table
from observatory.review.actions.registering import enter, import_rows, make_release, take_mappings
from observatory.review.actions.undoing import undo
from observatory.review.actions.workflow import (
    advance,
    approve,
    assign_step,
    confirm_standard,
    publish_standard,
    return_project,
    start_project,
    withdraw_project,
)

__all__ = [
    "advance",
    "answer_remark",
    "appeal",
    "approve",
    "assign",
    "assign_step",
    "bring_in_draft",
    "call_meeting",
    "cast_vote",
    "change_password",
    "close_meeting",
    "close_vote",
    "comment",
    "confirm_standard",
    "declare_conflict",
    "edit_draft",
    "enter",
    "give_back_draft",
    "give_opinion",
    "import_rows",
    "make_release",
    "make_token",
    "merge",
    "open_meeting",
    "open_vote",
    "publish",
    "publish_standard",
    "remark_on",
    "remove_member",
    "rename",
    "return_project",
    "revoke_token",
    "save_assessment",
    "send_back",
    "settle_tie",
    "split",
    "start_project",
    "submit_assessment",
    "table",
    "take_mappings",
    "turn_second_factor_off",
    "turn_second_factor_on",
    "undo",
    "watch",
    "withdraw_item",
    "withdraw_project",
]
