"""The same pipeline, walked through the past and scored against what was recognised later.

truth.py      what was recognised, by whom, when; whether a candidate bears that name
walk.py       one run a date, and the whole backtest from the stored runs
scores.py     precision, recall, leads with censoring, stability: functions of lists and rows
emergence.py  does a group that is not established yet become so within two quarters?
"""

from observatory.backtest.truth import read_truth
from observatory.backtest.walk import as_of_dates, backtest

__all__ = ["as_of_dates", "backtest", "read_truth"]
