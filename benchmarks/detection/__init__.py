"""Detection measured on the past: ours beside peers, on the same postings and dates.

past.py       the workspace with the real past, and one snapshot of it a year-end
peers.py      rankings by other methods, from the same snapshots
topics.py     BERTopic on the same postings (slow, optional)
labels.py     the pool of all methods' first rows, its labels, what is not labelled yet
score.py      strict precision, must-have list and kinds, from a workspace with its runs stored
planted.py    professions planted in the past: recall, delay, false alarms; shuffled dates
__main__.py   all of it, as one table
"""
