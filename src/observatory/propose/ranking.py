"""The ranking as an estimator: a logistic model on the logarithms of the components.

Without verdicts it is the weighted geometric mean that the design fixes. Verdicts of analysts and
committees move the weights, drawn towards the fixed ones so that a dozen verdicts nudge and a thousand
decide; no weight may fall below zero, so more growth, novelty, breadth or persistence never lowers a
rank. Whether the move is kept is decided by predictions of verdicts that were left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

Floats = NDArray[np.float64]

LEAST_VERDICTS, LEAST_EACH = 20, 5
FOLDS = 5
SLOPE = 4.0  # log odds for a score that is e times as high, before any verdict


class CandidateRanker(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probability that a candidate is adopted, from its components; monotone in each.

    X: shape (n, components), each from 0 to 1 (smaller values count as `floor`). y: two classes, the
    larger one means adopted. `prior`: weights before any verdict, None for equal ones; `strength`: how
    many times the squared distance from them is charged. Learned: `coef_` (not negative, shape
    (components,)), `intercept_`, `weights_` (coef_ over its sum), `classes_`.
    """

    def __init__(self, prior: ArrayLike | None = None, strength: float = 2.0, floor: float = 0.01) -> None:
        self.prior = prior
        self.strength = strength
        self.floor = floor

    def fit(self, X: ArrayLike, y: ArrayLike) -> CandidateRanker:
        """Maximum a posteriori under bounds (L-BFGS-B): the same verdicts give the same weights in any order."""
        rows, y = self._checked(X, y)
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError("Classifier can't train when only one class is present: verdicts of both kinds are needed")
        logs = self._logs(rows)
        wanted = (y == self.classes_[1]).astype(np.float64)
        start = self._prior(logs.shape[1])

        def loss(parameters: Floats) -> tuple[float, Floats]:
            z = parameters[0] + logs @ parameters[1:]
            away = parameters[1:] - start
            value = np.logaddexp(0.0, z).sum() - wanted @ z + self.strength / 2 * (away @ away)
            error = 1.0 / (1.0 + np.exp(-z)) - wanted
            return float(value), np.concatenate([[error.sum()], logs.T @ error + self.strength * away])

        first = np.concatenate([[0.0], start])
        bounds = [(None, None)] + [(0.0, None)] * logs.shape[1]
        found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
        self.intercept_ = float(found.x[0])
        self.coef_ = found.x[1:]
        self.n_iter_ = int(found.nit)
        return self

    @property
    def weights_(self) -> Floats:
        """The learned weights, summing to one; the prior's when nothing speaks for any."""
        check_is_fitted(self)
        total = float(self.coef_.sum())
        weights: Floats = self.coef_ / total if total > 0 else self._prior(len(self.coef_)) / SLOPE
        return weights

    def decision_function(self, X: ArrayLike) -> Floats:
        """Log odds of adoption, shape (n,)."""
        check_is_fitted(self)
        rows = self._checked(X)
        odds: Floats = self.intercept_ + self._logs(rows) @ self.coef_
        return odds

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Probabilities of the two classes, shape (n, 2)."""
        p = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1 - p, p])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The likelier class of each candidate."""
        odds = self.decision_function(X)
        chosen: NDArray[Any] = self.classes_[(odds > 0).astype(int)]
        return chosen

    def _checked(self, X: ArrayLike, *y: ArrayLike) -> Any:
        return validate_data(self, X, *y, dtype=np.float64, reset=bool(y))

    def _logs(self, X: Floats) -> Floats:
        logs: Floats = np.log(np.clip(X, self.floor, 1.0))
        return logs

    def _prior(self, n: int) -> Floats:
        weights = np.full(n, 1.0 / n) if self.prior is None else np.asarray(self.prior, dtype=np.float64)
        scaled: Floats = SLOPE * weights / weights.sum()
        return scaled

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.poor_score = True  # components lie between 0 and 1; other data is not its contract
        return tags


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalibration:
    """What verdicts made of the weights, and whether that is kept.

    `auc` is the chance that an adopted candidate ranks above a rejected one, `loss` the mean negative log
    likelihood of a verdict; both on verdicts left out (five folds), before and after. `used` holds the
    weights to rank with, `why` what decided, in plain words.
    """

    verdicts: int
    adopted: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    auc_before: float
    auc_after: float
    loss_before: float
    loss_after: float
    kept: bool
    why: str

    @property
    def used(self) -> Mapping[str, float]:
        """The weights to rank with."""
        return self.after if self.kept else self.before


def recalibrate(
    components: Sequence[Mapping[str, float]], adopted: Sequence[bool], *, prior: Mapping[str, float], seed: int
) -> Recalibration:
    """Weights learned from verdicts on candidates, kept only when they foretell left-out verdicts better.

    `components[i]` are the parts of the score of the candidate that verdict i is about.
    """
    names = list(prior)
    n, yes = len(adopted), int(sum(adopted))
    if n < LEAST_VERDICTS or min(yes, n - yes) < LEAST_EACH:
        nan = float("nan")
        return Recalibration(
            verdicts=n, adopted=yes, before=dict(prior), after=dict(prior), auc_before=nan, auc_after=nan,
            loss_before=nan, loss_after=nan, kept=False,
            why=f"{n} verdicts, {yes} of them adoptions: at least {LEAST_VERDICTS} with {LEAST_EACH} of each kind are needed",
        )  # fmt: skip
    X = np.array([[own[name] for name in names] for own in components])
    y = np.asarray(adopted, dtype=int)
    order = np.lexsort((*X.T, y))  # the order in which verdicts came does not matter
    X, y = X[order], y[order]
    weights = np.array([prior[name] for name in names])
    before, after = np.zeros(n), np.zeros(n)
    folds = min(FOLDS, yes, n - yes)
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y):
        fixed = CandidateRanker(weights, strength=1e6).fit(X[train], y[train])  # only the base rate is learned
        before[test] = fixed.predict_proba(X[test])[:, 1]
        after[test] = CandidateRanker(weights).fit(X[train], y[train]).predict_proba(X[test])[:, 1]
    figures = {
        "auc_before": float(roc_auc_score(y, before)), "auc_after": float(roc_auc_score(y, after)),
        "loss_before": float(log_loss(y, before)), "loss_after": float(log_loss(y, after)),
    }  # fmt: skip
    learned = CandidateRanker(weights).fit(X, y).weights_
    kept = figures["loss_after"] < figures["loss_before"] and figures["auc_after"] >= figures["auc_before"]
    return Recalibration(
        verdicts=n, adopted=yes, before=dict(prior), after=dict(zip(names, learned.tolist(), strict=True)), kept=kept,
        why="the learned weights foretell left-out verdicts better" if kept
        else "the learned weights do not foretell left-out verdicts better, so the fixed ones stay",
        **figures,
    )  # fmt: skip
