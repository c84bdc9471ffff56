"""Record: the only step that writes. Everything a wave of decisions changes, in the batch's one transaction."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from databases.alerts import NewAlert
from databases.audit_chain import NewEntry
from databases.decisions import DecisionRecord
from databases.inbox import InboxItem
from databases.loading import PlannedSupervision
from databases.orders import RevisionRecord
from databases.outbox import Message
from databases.screenings import ScreeningRecord
from databases.unit_of_work import UnitOfWork
from integrations.json_events.outgoing import DecisionMessage
from integrations.kafka.port import ALERTS, DECISIONS
from risk.canonical import canonical
from risk.findings import Outcome
from risk.nouns.order import OrderEvent
from risk.policy import AlertPolicy
from tradewarden.pipeline.assess import Assessed, evidence
from tradewarden.pipeline.gather import business_time, client_of
from tradewarden.standing import Context
from tradewarden.tracing import headers, traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """How a worker writes: who it is, at what time, under which context, and whether messages go out."""

    actor: str
    stream: str
    now: datetime
    context: Context
    publish: bool = False

    @traced("batch.record")
    def decisions(self, uow: UnitOfWork, assessed: Sequence[Assessed], known: Collection[str]) -> None:
        """Decisions with their findings, screenings, plans, alerts, audit entries and outgoing messages.

        `known` are the orders that stood in the database before: only they can have alerts to take the place of. The
        orders' rows were written with their decisions before.
        """
        records = [
            DecisionRecord(decision=item.decision, client_id=client_of(item.facts.order), facts=evidence(item.facts))
            for item in assessed
        ]
        uow.decisions.record(records, self.now, settle=False)
        uow.screenings.record([record for item in assessed for record in self._screenings(item)])
        uow.loading.plan([self._plan(item) for item in assessed])
        replaced = [item.decision.order_id for item in assessed if item.decision.order_id in known]
        uow.alerts.supersede(replaced, self.now)
        uow.alerts.add_decided(
            [self._alert(item) for item in assessed if item.decision.outcome > Outcome.RELEASE], self.now
        )
        uow.audit.append(self.stream, [self._audited(record) for record in records])
        if self.publish:
            uow.outbox.append([message for item in assessed for message in _messages(item)], self.now)

    def _screenings(self, item: Assessed) -> Iterator[ScreeningRecord]:
        decision = item.decision
        for screening, subject_key in zip(decision.screenings, item.gathered.subject_keys, strict=True):
            yield ScreeningRecord(
                order_id=decision.order_id,
                decision_id=decision.decision_id,
                subject_key=subject_key,
                lists_version=self.context.lists_version,
                screened_at=self.now,
                screening=screening,
            )

    def _plan(self, item: Assessed) -> PlannedSupervision:
        order = item.facts.order
        return PlannedSupervision(
            order_id=order.order_id,
            revision=order.revision,
            decision_id=item.decision.decision_id,
            client_id=client_of(order),
            tier=item.facts.client.tier if item.facts.client else "",
            declared_on=item.facts.declared_on,
            planned_at=self.now,
            plan=item.decision.supervision,
        )

    def _alert(self, item: Assessed) -> NewAlert:
        decision = item.decision
        return NewAlert(
            kind="decision",
            due_at=due_at(self.now, decision.outcome, self.context.policy.alerts),
            order_id=decision.order_id,
            revision=decision.revision,
            decision_id=decision.decision_id,
            client_id=client_of(item.facts.order),
            outcome=decision.outcome,
            score=decision.score,
            details={"checks": [part.check for part in decision.contributions if part.points or part.floor]},
        )

    def _audited(self, record: DecisionRecord) -> NewEntry:
        decision = record.decision
        return NewEntry(
            at=self.now,
            actor=self.actor,
            action="order.decided",
            object_type="order",
            object_id=decision.order_id,
            details={
                "decision": decision.decision_id,
                "revision": decision.revision,
                "outcome": decision.outcome.word,
                "score": decision.score,
                "policy": decision.policy_hash,
                "facts": record.facts_hash,
            },
            after_hash=record.body_hash,
        )

    def revision(self, event: OrderEvent, item: InboxItem) -> RevisionRecord:
        """An event as the revision to be kept, applied or not."""
        return RevisionRecord(
            order_id=event.order_id,
            revision=event.revision,
            client_id=client_of(event.order) if event.order else "",
            order=event.order,
            occurred_at=event.occurred_at,
            as_of=business_time(event, self.now),
            source=event.source,
            event_id=event.event_id,
            inbox_id=item.inbox_id,
            payload_hash=item.payload_hash,
            reference=self.context.reference,
            body=item.order_body,
        )


def due_at(now: datetime, outcome: Outcome, policy: AlertPolicy) -> datetime:
    """When an alert of this outcome has to be dealt with."""
    return now + timedelta(hours=policy.due_hours.get(outcome.word, 24))


def _messages(item: Assessed) -> list[Message]:
    decision = item.decision
    body = canonical(
        DecisionMessage(
            decision_id=decision.decision_id,
            order_id=decision.order_id,
            revision=decision.revision,
            outcome=decision.outcome.word,
            score=decision.score,
            as_of=decision.as_of,
            supervision=decision.supervision,
            policy=decision.policy_hash,
        )
    )
    key = client_of(item.facts.order)
    trace = headers(decision.order_id, decision.revision)
    sent = [Message(topic=DECISIONS, key=key, payload=body, headers={"id": decision.decision_id, **trace})]
    if decision.outcome > Outcome.RELEASE:
        alert = {"id": f"{decision.decision_id}/alert", **trace}
        sent.append(Message(topic=ALERTS, key=key, payload=body, headers=alert))
    return sent
