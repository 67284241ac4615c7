"""
The whole story of one case: arrange, look, call, look again, judge, clear away.

A story is a generator: where it has to wait it yields the clock reading at which it wants to go on, and whoever drives
it lets other stories proceed meanwhile (`graphcancel.overlap`). There are no threads; a case's requests keep their
order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from graphcancel.absence import STANDING, WITHOUT_EFFECT, changes
from graphcancel.appointments import customer_and_staff
from graphcancel.attempts import count_alike, counted, give_up
from graphcancel.by_hand import curl
from graphcancel.calling import Caller
from graphcancel.calls import MALFORMED_ID, call_for, caller_of, comment_for, has_text
from graphcancel.case import CONVENTIONS, OF_A_USER, Case
from graphcancel.clearing import clear
from graphcancel.envelope import envelope_check
from graphcancel.errors import AnswerLost, NotOffered, NotServed, ProvisionError
from graphcancel.evidence import Evidence, Finding
from graphcancel.exchange import Exchange, Request
from graphcancel.observing import foreseen, observed, unsettled
from graphcancel.record import Record
from graphcancel.resources import resource
from graphcancel.scene import MADE_UP_ID, Scene
from graphcancel.shown import call_line
from graphcancel.sight import Look
from graphcancel.stage import Stage
from graphcancel.verdict import conclude, judge
from graphcancel.waiting import step
from graphcancel.watching import Watch

if TYPE_CHECKING:
    from graphcancel.contract import Contract, Observation
    from graphcancel.sanitise import Sanitiser
    from graphcancel.target import Target

ATTEMPTS: Final = 3
_SETUP_FAILURES: Final = 10

# Refused before anybody looks for the event, so these can be judged without one.
_WITHOUT_EVENT: Final = frozenset({"no-token", "garbage-token", "expired-token", "unknown-id", "malformed-id"})


@dataclass(slots=True)
class Stories:
    """
    Everything the stories of one run share.

    Attributes:
        scenes: Scenes not cleared away yet.
    """

    target: Target
    stage: Stage
    contracts: Mapping[str, Contract]
    sanitiser: Sanitiser
    scenes: list[Scene] = field(default_factory=list)
    _failures: dict[str, list[ProvisionError]] = field(default_factory=lambda: defaultdict(list))
    _caller: Caller = field(init=False)
    _envelope: Callable[[Any], str | None] = field(init=False)
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        """Make once what every story needs."""
        self._caller = Caller(self.target, self.stage)
        self._envelope = envelope_check(self.contracts.get(CONVENTIONS))
        self._watch = Watch(self.stage, self.contracts, self._look)

    def tell(self, case: Case) -> Generator[float, None, Record]:
        """
        Run *case* from arranging to verdict; the generator's value is its record.

        Anything the target does ends in a verdict; an exception is our own fault.
        """
        calls: list[Exchange] = []
        for attempt in range(ATTEMPTS):
            scene, own = None, Counter[str]()
            try:
                scene = yield from counted(self.target.counts, self._arranged(case, attempt), own)
                request, comment = self._call(case, scene)
                changed = partial(self._changed, case, scene, comment=comment)
                calling = self._caller.call(case, request, calls, changed)
                exchange = yield from counted(self.target.counts, calling, own)
            except ProvisionError as error:
                if scene is not None:
                    self.scenes.append(scene)
                reason = str(error)
                if isinstance(error, AnswerLost) and self._worth_another(attempt):
                    give_up(self.target.counts, own)
                    continue
                break
            if exchange.lost and self._worth_another(attempt):
                self.scenes.append(scene)
                give_up(self.target.counts, own)
                continue
            return (yield from self._judged(case, scene, exchange, comment, calls))
        contract = self.contracts[case.contract]
        findings = [Finding(name, None, contract.clauses[name].says, "", reason) for name in case.clauses]
        # Calls whose answer was lost before the set-up failed stay in evidence; they judge nothing.
        lost = tuple(call_line(item, self.sanitiser) for item in calls)
        return Record(case, conclude(findings, sent=False, reason=reason), lost)

    # -- arranging and calling --------------------------------------------------------------------------------------

    def _worth_another(self, attempt: int) -> bool:
        return attempt + 1 < ATTEMPTS and not self._caller.hopeless

    def _arranged(self, case: Case, attempt: int) -> Generator[float, None, Scene]:
        caller_of(case, self.target.sign_in)  # nobody is invited to a meeting that nobody can cancel
        root = f"{self.target.description.root(case.root_of).rstrip('/')}/{case.version}"
        failures = self._failures[case.family]
        blocked = failures[-1] if len(failures) >= _SETUP_FAILURES else None
        try:
            if blocked:
                kind = NotServed if isinstance(blocked, NotServed) else ProvisionError
                raise kind(f"{_SETUP_FAILURES} set-ups in a row failed alike: {blocked}")
            scene: Scene = yield from self.stage.arrange(case, root, attempt)
        except ProvisionError as error:
            if not blocked and not isinstance(error, NotOffered):
                count_alike(failures, error)
            lost = isinstance(error, AnswerLost) and self._worth_another(attempt)
            if lost or not _tellable(case, error):
                raise
            scene = self._bare(case, root, attempt, str(error))
        else:
            failures.clear()
        if case.circumstance == "malformed-id":
            self.target.fence.own(MALFORMED_ID)
        if case.generated and case.generated.id:
            self.target.fence.own(case.generated.id)
        if case.circumstance == "second-cancel":
            yield from self._cancel_first(case, scene)
        return scene

    def _bare(self, case: Case, root: str, attempt: int, gap: str) -> Scene:
        """A scene without an event: the id is made up, so only the answer can be judged."""
        scene = Scene(self.stage.mark(case, attempt), root, gap=gap)
        self.target.fence.own(MADE_UP_ID)
        for part in re.findall(r"{([^}]+)}", case.route.template):
            scene.values[part] = MADE_UP_ID
        if "{user}" in case.route.template:
            scene.values["user"] = self.stage.mailbox("organizer")
        for part, name in (("group", "group"), ("business", "booking_business")):
            if part in scene.values:
                scene.values[part] = resource(self.stage, name, root)
        return scene

    def _cancel_first(self, case: Case, scene: Scene) -> Generator[float, None, None]:
        """Cancel once and wait until that shows, so that the look before the second call is up to date."""
        request, comment = self._call(case, scene)
        first = replace(scene)
        answer = self.target.send(request)
        if answer.lost:
            raise AnswerLost(f"the first of two cancels: {answer.failure or answer.status}")
        if not answer.accepted:
            raise ProvisionError(f"the first of two cancels was answered {answer.status}")
        waiting = self.stage.waiting
        attempt = 0
        while True:
            scene.before = look = self._look(scene, again=attempt > 0)
            evidence = replace(self._evidence(case, first, answer, comment), after=look)
            left = unsettled(evidence)
            patience = self.target.description.patience.effect_s
            if not left or look.at - answer.ended >= waiting.limit(["first-cancel"], patience):
                if left:
                    waiting.missed(["first-cancel"])
                return
            yield self.target.clock.now() + step(attempt)
            attempt += 1

    def _call(self, case: Case, scene: Scene) -> tuple[Request, str]:
        comment = comment_for(case, scene.mark.case)
        lender = self.contracts[case.root_of]
        request = call_for(case, lender, self.target.sign_in, scene.root, scene.values, comment)
        return request, comment

    def _changed(self, case: Case, scene: Scene, exchange: Exchange, comment: str) -> bool:
        if scene.point is None:
            return False
        # The look that is judged comes later; this one is due to the target's wish to wait.
        look = self._look(scene, again=True)
        evidence = replace(self._evidence(case, scene, exchange, comment), after=look)
        return any(changes(evidence))

    # -- looking and judging ----------------------------------------------------------------------------------------

    def _judged(
        self, case: Case, scene: Scene, exchange: Exchange, comment: str, calls: Sequence[Exchange]
    ) -> Generator[float, None, Record]:
        evidence = self._evidence(case, scene, exchange, comment)
        clauses = self._spoken(case, exchange)
        findings: tuple[Finding, ...]
        lag = None
        if scene.point is None:
            findings = self._findings(evidence, clauses)
        elif exchange.accepted and case.expects != "refused":
            evidence, findings, lag = yield from self._await_effects(scene, evidence, clauses, exchange)
        else:
            evidence, findings = yield from self._await_nothing(scene, evidence, clauses, exchange)
        judged = conclude(findings, sent=True)
        verdict = judged if case.clauses or case.generated else observed(evidence, findings, self._expected(case))
        record = Record(
            case,
            verdict,
            tuple(call_line(item, self.sanitiser) for item in calls),
            curl(case, exchange.request, self.target.description),
            lag,
        )
        self._leave(case, scene, evidence, record)
        return record

    @staticmethod
    def _spoken(case: Case, exchange: Exchange) -> tuple[str, ...]:
        """The clauses that speak: an observation is judged only for effects after a refusal."""
        if case.generated:
            return case.generated.accepted if exchange.accepted else case.generated.refused
        if case.clauses or exchange.accepted:
            by_app = exchange.request.actor == "app"
            return tuple(name for name in case.clauses if not (by_app and name in OF_A_USER))
        return (WITHOUT_EFFECT,)

    def _evidence(self, case: Case, scene: Scene, exchange: Exchange, comment: str) -> Evidence:
        lender = self.contracts[case.root_of]
        booking = bool(scene.point and scene.point.booking)
        one = case.circumstance in {"occurrence", "exception"} or "/instances/" in case.route.template
        return Evidence(
            case=case,
            contract=self.contracts[case.contract],
            action=lender.action,
            exchange=exchange,
            before=scene.before,
            after=None,
            gap=scene.gap,
            made_up=scene.gap is not None and case.expects == "accepted",
            meeting=scene.meeting,
            decoy=scene.decoy,
            scope="occurrence" if one else "meeting",
            comment=comment if has_text(case, lender) else None,
            marker=scene.mark.case,
            attendees=scene.attendees,
            organizer=next(iter(scene.point.inboxes), None) if scene.point else None,
            customer=customer_and_staff(self.stage, scene) if booking else None,
            envelope=self._envelope,
            sanitiser=self.sanitiser,
        )

    def _await_effects(
        self, scene: Scene, evidence: Evidence, clauses: Sequence[str], exchange: Exchange
    ) -> Generator[float, None, tuple[Evidence, tuple[Finding, ...], float | None]]:
        """
        Look until every effect is there or its deadline passed; absence is not judged before the longest lag.

        Returns:
            What was seen last, the findings, and the longest lag of an effect that showed.
        """
        clock = self.target.clock
        waiting = self.stage.waiting
        usual = waiting.usual
        attempt = 0
        learnt = False
        settled: dict[str, float] = {}
        put_off = bool(waiting.likely)
        due = exchange.ended
        if put_off:
            due += waiting.likely
            yield due
            attempt = 1
        while True:
            # How long this look was kept waiting by other stories is none of the target's lag.
            slip = max(0.0, clock.now() - due)
            look = self._look(scene, again=evidence.after is not None)
            evidence = replace(evidence, after=look)
            findings = judge(evidence, clauses) if clauses else foreseen(evidence)
            passed = look.at - exchange.ended
            lag = passed - slip
            pending = [item.clause for item in findings if item.pending]
            for item in findings:
                if item.held:
                    settled.setdefault(item.clause, lag if attempt else 0.0)
            wait_more = passed < self.stage.longest and bool(STANDING & set(clauses))
            full = self.target.description.patience.effect_s if clauses else usual
            if pending and passed >= waiting.limit(pending, full):
                waiting.missed(pending if clauses else ())
                break
            if not pending and not learnt:
                # Whatever is waited for from here on is no effect, so its time is no lag.
                learnt = True
                if put_off and attempt == 1:
                    waiting.early()
                else:
                    waiting.seen(lag if attempt and settled else 0.0)
            if not pending and not wait_more:
                break
            due = clock.now() + step(attempt) if pending else exchange.ended + self.stage.longest
            yield due
            attempt += 1
        late = {name: lag for name, lag in settled.items() if lag > usual}
        findings = tuple(
            replace(item, late_s=round(late[item.clause], 1)) if item.clause in late else item for item in findings
        )
        return evidence, findings, round(max(settled.values()), 1) if settled else None

    def _await_nothing(
        self, scene: Scene, evidence: Evidence, clauses: Sequence[str], exchange: Exchange
    ) -> Generator[float, None, tuple[Evidence, tuple[Finding, ...]]]:
        """One look, no sooner than the longest lag seen."""
        due = exchange.ended + self.stage.longest
        if self.target.clock.now() < due:
            yield due
        evidence = replace(evidence, after=self._look(scene))
        return evidence, self._findings(evidence, clauses)

    def _findings(self, evidence: Evidence, clauses: Sequence[str]) -> tuple[Finding, ...]:
        """The clause for any refused call is the conventions' own, whichever case it is of; if they are there."""
        found = judge(evidence, [name for name in clauses if name in evidence.contract.clauses])
        conventions = self.contracts.get(CONVENTIONS)
        if conventions:
            rest = [name for name in clauses if name in conventions.clauses.keys() - evidence.contract.clauses.keys()]
            found += judge(replace(evidence, contract=conventions), rest)
        return found

    def _expected(self, case: Case) -> Observation | None:
        """What is on record for an observation."""
        return self.contracts[CONVENTIONS].observations.get(case.observation or "")

    def _look(self, scene: Scene, *, again: bool = False) -> Look:
        if scene.point is None:
            raise ProvisionError("nothing to look at")
        look = self.stage.lookout.look(scene.point, again=again)
        self.stage.own_everything(scene, look)
        return look

    # -- after the verdict ------------------------------------------------------------------------------------------

    def _leave(self, case: Case, scene: Scene, evidence: Evidence, record: Record) -> None:
        """Clear the scene away now, or keep it for the last look of the run."""
        kept = self._watch.keep(case, scene, evidence, record)
        if kept or evidence.after is None or not clear(self.stage, scene, evidence.after):
            self.scenes.append(scene)

    def is_watched(self, case: Case) -> bool:
        """Whether the last look of the run may still change the verdict of *case*."""
        return self._watch.holds(case)

    def last_look(self) -> list[Record]:
        """Look once more at what the run keeps watching; return the records that turned to a finding."""
        return self._watch.last_look()


def _tellable(case: Case, error: ProvisionError) -> bool:
    """Whether *case* can be told without its event: refused before anybody looks for it, or by a stub without state."""
    if case.expects == "refused":
        return case.circumstance in _WITHOUT_EVENT
    return isinstance(error, NotServed) and (case.kind in {"shape", "generated"} or case.circumstance == "app-only")
