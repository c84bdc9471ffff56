"""A decision as the record that the command line and the interface hand out (keys are a contract, see README)."""

from typing import Any

from risk.decision import Decision
from risk.explain import Explainer
from risk.facts import ListMatch, Screening
from risk.findings import Contribution, Finding


def decision_record(decision: Decision, explainer: Explainer) -> dict[str, Any]:
    """All of a decision, sentences in both languages included; decimals stay exact."""
    return {
        "order_id": decision.order_id,
        "revision": decision.revision,
        "decision_id": decision.decision_id,
        "as_of": decision.as_of,
        "outcome": decision.outcome.word,
        "score": decision.score,
        "findings": [finding_record(finding, explainer) for finding in decision.findings],
        "contributions": [contribution_record(part) for part in decision.contributions],
        "matches": [match_record(screening, match) for screening in decision.screenings for match in screening.matches],
        "screened": [
            {"role": screening.role, "name": screening.name, "matches": len(screening.matches)}
            for screening in decision.screenings
        ],
        "supervision": decision.supervision,
        "policy": decision.policy,
        "policy_hash": decision.policy_hash,
        "versions": decision.versions,
    }


def finding_record(finding: Finding, explainer: Explainer) -> dict[str, Any]:
    zh, en = explainer.sentence(finding)
    return {
        "check": finding.check,
        "status": finding.status,
        "severity": finding.severity,
        "line": finding.line,
        "code": finding.code,
        "seen": finding.seen,
        "zh": zh,
        "en": en,
    }


def contribution_record(part: Contribution) -> dict[str, Any]:
    return {
        "check": part.check,
        "status": part.status,
        "points": part.points,
        "floor": part.floor.word,
        "lines": part.lines,
    }


def match_record(screening: Screening, match: ListMatch) -> dict[str, Any]:
    return {
        "role": screening.role,
        "party": screening.name,
        "list": match.list_id,
        "entry_id": match.entry_id,
        "name": match.name,
        "matched_name": match.matched_name,
        "score": match.score,
        "verdict": match.verdict,
        "effect": match.effect,
        "joint_punishment": match.joint_punishment,
        "excepted": match.excepted,
        "reasons": [{"code": code, "zh": zh, "en": en} for code, zh, en in match.reasons],
    }
