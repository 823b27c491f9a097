import type { ScaleJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import type { Component, ComponentKind } from '../domain/component.ts';
import { printService } from '../domain/component-grammar.ts';
import type { Suspect, SuspectCause } from '../domain/suspect.ts';
import { type CallsCause, CAUSES } from './causes.ts';
import { CAP, type Hypothesis } from './hypotheses.ts';
import type { UnitIndex } from './unit-index.ts';

/** A hypothesis with what speaks for and against it, loudest first. */
export interface Case {
  readonly hypothesis: Hypothesis;
  readonly because: readonly number[];
  readonly against: readonly number[];
  /** Sum of what the hypothesis explains. */
  readonly mass: number;
  /** How the calls changed, when those speak loudest. */
  readonly calls?: CallsCause;
  /** Services that say anything of a peer; of what is cold, too. Absent where one trace is asked. */
  readonly callers?: number;
}

/** Least log Bayes factor of a component that is called hot: 20 to 1. */
export const HOT = 3;
/** What is cold speaks against a cause under which it would be hot more often than not: of one operation of many it is not. */
const EXPECTED_HOT = 0.5;
/** Most log Bayes factor of a component that is called cold: 1 to 3. */
export const COLD = -1;
const MOST_NAMED = 5;

export function buildCase(units: UnitIndex, judgement: ScaleJudgement, hypothesis: Hypothesis): Case {
  const { hot } = CAUSES[hypothesis.cause];
  const odds = (component: number): number =>
    units
      .touches(component)
      .reduce((most, { unit, role }) => Math.max(most, unit === hypothesis.unit ? (hot[role] ?? 0) : 0), 0);
  const touched = Array.from({ length: judgement.length }, (_, i) => i).filter(
    (i) => odds(judgement.component[i]) > 0,
  );
  const loud = touched
    .filter((i) => judgement.logBayes[i] >= HOT)
    .sort((x, y) => judgement.logBayes[y] - judgement.logBayes[x] || x - y);
  const cold = touched
    .filter((i) => judgement.logBayes[i] <= COLD && odds(judgement.component[i]) >= EXPECTED_HOT)
    .sort((x, y) => judgement.logBayes[x] - judgement.logBayes[y] || x - y);
  return {
    hypothesis,
    because: loud.map((i) => judgement.component[i]),
    against: cold.slice(0, MOST_NAMED).map((i) => judgement.component[i]),
    mass: loud.reduce((sum, i) => sum + Math.min(CAP, judgement.logBayes[i]), 0),
    ...(loud.length > 0 && { calls: callsCause(judgement, loud[0]) }),
    callers: units.callers(touched.map((i) => judgement.component[i])),
  };
}

/** In which direction a row of a judgement changed, were it of calls. */
export function callsCause({ observed, expected }: ScaleJudgement, row: number): CallsCause {
  if (observed[row] < expected[row]) return 'missing-calls';
  return expected[row] === 0 ? 'new-calls' : 'more-calls';
}

/** The case as a suspect with the given share. `loudest` stands in when nothing is hot. */
export function toSuspect(
  table: ComponentTable,
  units: UnitIndex,
  { hypothesis, because: loudestFirst, against, calls, callers = 0 }: Case,
  share: number,
): Suspect {
  const unit = units.units[hypothesis.unit];
  const because = CAUSES[hypothesis.cause].name === 'queue' ? ownFirst(table, loudestFirst) : loudestFirst;
  const loudest = because.length > 0 ? table.component(because[0]) : undefined;
  const key = because.length > 0 ? table.key(because[0]) : '';
  const named = (components: readonly number[]): string[] =>
    components.slice(0, MOST_NAMED).map((c) => table.key(c));
  const service =
    unit.kind === 'service'
      ? table.names.serviceIdentity(unit.service)
      : (loudest?.service ?? { environment: '', namespace: '', name: unit.peer });
  const operation = unit.kind === 'service' ? ownOperation(loudest, printService(service)) : undefined;
  return {
    kind: unit.kind,
    environment: service.environment,
    namespace: service.namespace,
    service: service.name,
    ...(operation === undefined ? {} : { operation }),
    ...(unit.kind === 'dependency' ? { peer: unit.peer, ...seenBy(units.callers(because), callers) } : {}),
    component: key,
    share,
    cause: causeOf(
      hypothesis,
      because.map((component) => table.kindOf(component)),
      calls,
    ),
    because: named(because),
    against: named(against),
  };
}

/** What a consumer takes itself before how long messages wait for it, which is what comes of that. */
function ownFirst(table: ComponentTable, because: readonly number[]): number[] {
  const isOwn = (component: number): boolean => table.kindOf(component) === 'self';
  return [...because.filter(isOwn), ...because.filter((component) => !isOwn(component))];
}

/** Who shows it, where that is more than one: then it is nobody's own. */
function seenBy(slow: number, all: number): Pick<Suspect, 'callers'> {
  return slow < 2 || all < slow ? {} : { callers: { slow, all } };
}

/** Which operation of the suspect the loudest component speaks of. */
function ownOperation(loudest: Component | undefined, service: string): string | undefined {
  if (loudest === undefined) return undefined;
  if (loudest.operation !== undefined && printService(loudest.service) === service) return loudest.operation;
  if (loudest.callee !== undefined && printService(loudest.callee) === service)
    return loudest.calleeOperation;
  return undefined;
}

/** The cause in the words of a suspect, by what is hot (`kinds`, loudest first). */
function causeOf(
  hypothesis: Hypothesis,
  kinds: readonly ComponentKind[],
  calls: CallsCause = 'missing-calls',
): SuspectCause {
  const { name } = CAUSES[hypothesis.cause];
  // A consumer that got slower itself falls behind by that.
  if (name === 'queue') return kinds.includes('self') ? 'code' : name;
  // Own time alone does not show a shortage of CPU: taking requests and reading answers would suffer too.
  if (name === 'cpu' && kinds.length > 0 && kinds.every((kind) => kind === 'self')) return 'code';
  if (name !== 'code' && name !== 'errors') return name;
  if (kinds[0] === 'calls') return calls;
  return kinds[0] === 'error' ? 'errors' : 'code';
}
