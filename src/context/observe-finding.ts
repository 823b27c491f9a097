import type { Judgement, ScaleJudgement } from '../detect/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { unitOf } from '../domain/component.ts';
import type { Evidence, Exemplar } from '../domain/evidence.ts';
import { isOfTail } from '../domain/fingerprint.ts';
import { wordsToHex } from '../domain/ids.ts';
import { normalTail } from '../domain/normal.ts';
import { SCALE_WINDOWS } from '../domain/scales.ts';
import { LOG_OFFSET_US, usOf } from '../domain/summary.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { VersionChange } from '../domain/version-change.ts';
import type { Observation } from '../incident/port.ts';
import type { Finding } from '../locate/port.ts';
import { firingOf } from './firing.ts';
import { type HarmContext, harmOf } from './observe-harm.ts';
import { partEvidence, partTraces } from './observe-part.ts';
import type { TypicalTraces } from '../measure/port.ts';
import { toldFigures } from './told-figures.ts';
import type { VersionChanges } from './version-changes.ts';

export interface ObservationContext extends HarmContext {
  readonly typical: TypicalTraces;
  readonly versions?: Pick<VersionChanges, 'between'>;
}

const MOST_EVIDENCE = 12;
const MOST_EXEMPLARS = 3;
/** No model of traffic is right to more digits than this: a smaller probability would be a boast. */
const LEAST_P = 1e-12;

/** A finding in words that leave the process: evidence with numbers, exemplars, who is hurt, since when. */
export function observeFinding(
  context: ObservationContext,
  judgement: Judgement,
  finding: Finding,
): Observation {
  // What stronger causes of the window explain is none of this one's evidence.
  const own = finding.hot.filter(({ component }) => finding.explained?.has(component) !== true);
  const told = { ...finding, hot: own };
  const judged = (isOfTail(finding) ? judgement.tails : undefined) ?? judgement.scales[finding.scale];
  const scale = comparable(context.table, judged, told);
  const rows = new Map(Array.from({ length: scale.length }, (_, i) => [scale.component[i], i]));
  const windows = SCALE_WINDOWS[finding.scale];
  const { table } = context;
  const { stretch, onsetMs } = firingOf(context, scale, { finding: told, rows, toMs: judgement.toMs });
  const [fromMs, toMs] = stretch;
  const piece = (component: number, row: number): Evidence => {
    const plain = evidenceOf(table, scale, { row, fromMs, toMs });
    const tail = isOfTail(finding) ? judgement.tailStretches?.get(component) : tailOfRow(plain, scale, row);
    return {
      ...plain,
      ...toldFigures(context, plain, { component, windows, toMs: judgement.toMs, onsetMs, tail }),
    };
  };
  const shown = own.slice(0, MOST_EVIDENCE);
  return {
    fromMs,
    toMs,
    fingerprint: finding.fingerprint,
    score: finding.score,
    lead: finding.lead,
    suspects: finding.suspects.map((suspect) => owned(table, suspect)),
    evidence: [
      ...partEvidence(table, finding, { fromMs, toMs }).map((part) =>
        onsetMs === undefined ? part : { ...part, soFar: true as const },
      ),
      ...shown.flatMap(({ component }) => {
        const row = rows.get(component);
        return row === undefined ? [] : [piece(component, row)];
      }),
    ].slice(0, MOST_EVIDENCE),
    hot: finding.hot.map(({ component, logBayes }) => ({
      component: table.key(component),
      weight: Math.min(30, logBayes),
    })),
    exemplars: exemplarsOf(context, told, windows),
    ...harmOf(context, scale, told, (total, row) => {
      const { tail, sinceOnset, observed } = piece(total, row);
      return tail === undefined ? (sinceOnset?.observed ?? observed) : undefined;
    }),
    ...changesOf(context, finding, [fromMs, toMs]),
    lostUs: lostUs(table, scale, { finding, rows }),
    // So few requests are hurt that it took many minutes to see: that can wait for the digest.
    ...(isOfTail(finding) && { severity: 'P3' as const }),
  };
}

/** With who owns the service by its own word. */
function owned({ names }: ComponentTable, suspect: Suspect): Suspect {
  const { environment, namespace, service: name } = suspect;
  const owner = names.owners.of(names.service({ environment, namespace, name }));
  return owner === '' ? suspect : { ...suspect, owner };
}

/** Deploys that can have to do with it: an hour is what a slow leak or a cache that expires takes to show. */
const CHANGES_BEFORE_MS = 60 * 60_000;
const MOST_CHANGES = 3;

function changesOf(
  { versions }: ObservationContext,
  { suspects }: Finding,
  [fromMs, toMs]: readonly [number, number],
): Pick<Observation, 'changes'> {
  const isSuspect = (change: VersionChange): boolean =>
    suspects.some(
      ({ environment, namespace, service }) =>
        service === change.service && namespace === change.namespace && environment === change.environment,
    );
  const changes = versions?.between([fromMs - CHANGES_BEFORE_MS, toMs], isSuspect, MOST_CHANGES) ?? [];
  return changes.length === 0 ? {} : { changes };
}

/** Where calls went missing requests took another path: the tails of the usual one are no measure of what is lost. */
function comparable(table: ComponentTable, scale: ScaleJudgement, { hot }: Finding): ScaleJudgement {
  if (!hot.some(({ component }) => table.kind[component] === KindCode.calls)) return scale;
  const { lostUs: _ofAnotherPath, ...levels } = scale;
  return levels;
}

/** The most that one of the components behind the first suspect adds to a request. */
function lostUs(
  table: ComponentTable,
  scale: ScaleJudgement,
  { finding, rows }: { finding: Finding; rows: ReadonlyMap<number, number> },
): number {
  const because = new Set(finding.suspects[0]?.because);
  return finding.hot.reduce((most, { component }) => {
    const row = rows.get(component);
    if (row === undefined || !because.has(table.key(component))) return most;
    // Nobody waits for what lies in a queue.
    if (table.kind[component] === KindCode.queue) return most;
    return Math.max(most, scale.lostUs?.[row] ?? 0);
  }, 0);
}

/** A row of a judgement in plain units. */
export function evidenceOf(
  table: ComponentTable,
  scale: ScaleJudgement,
  { row, fromMs, toMs }: { row: number; fromMs: number; toMs: number },
): Evidence {
  const component = scale.component[row];
  const kind = table.kindOf(component);
  const unit = unitOf(kind);
  const plain = (value: number): number => (unit === 'us' ? usOf(value) : value);
  const expected = plain(scale.expected[row]);
  const lost = scale.lostUs?.[row] ?? 0;
  const level = plain(scale.observed[row]);
  const isTail = isToldByTail({ lost, excess: level - expected, logBayes: scale.logBayes[row] }, unit);
  const observed = isTail ? expected + lost : level;
  const z = isTail ? Math.max(scale.z[row], Math.sqrt(2 * scale.logBayes[row])) : scale.z[row];
  return {
    component: table.key(component),
    kind,
    observed,
    expected,
    unit,
    p: Math.max(LEAST_P, Math.min(1, 2 * normalTail(Math.abs(z)))),
    z,
    effect: unit === 'ratio' ? observed - expected : observed / Math.max(expected, 1e-9),
    direction: z >= 0 ? 'up' : 'down',
    count: scale.count[row],
    fromMs,
    toMs,
  };
}

/** The usual request may be as it was, the average one is not. */
function isToldByTail(
  { lost, excess, logBayes }: { lost: number; excess: number; logBayes: number },
  unit: Evidence['unit'],
): boolean {
  return unit === 'us' && lost > Math.max(0, excess) && logBayes > 0;
}

function tailOfRow(
  { unit, expected }: Evidence,
  { lostUs, observed, logBayes }: ScaleJudgement,
  row: number,
): 'of the windows' | undefined {
  const excess = Math.exp(observed[row]) - LOG_OFFSET_US - expected;
  const isTail = isToldByTail({ lost: lostUs?.[row] ?? 0, excess, logBayes: logBayes[row] }, unit);
  // A mean that is as usual or less is no evidence of slowness: then it is the tail's, though one window may hold all of it.
  const isTailAlone = unit === 'us' && excess <= 0 && logBayes[row] > 0;
  return isTail || isTailAlone ? 'of the windows' : undefined;
}

function exemplarsOf({ recent, typical }: ObservationContext, finding: Finding, windows: number): Exemplar[] {
  const exemplars = new Map<string, Exemplar>();
  const shown = [
    ...partTraces(finding),
    ...finding.hot.map(({ component }) => ({ component, words: recent.topTrace(component, windows) })),
  ];
  for (const { component, words } of shown) {
    if (exemplars.size >= MOST_EXEMPLARS) break;
    if (words === undefined) continue;
    const traceId = wordsToHex(words, 0, 4);
    const ordinary = typical.typical(component);
    const typicalTraceId = ordinary === undefined ? undefined : wordsToHex(ordinary, 0, 4);
    if (/^0+$/.test(traceId) || exemplars.has(traceId)) continue;
    exemplars.set(traceId, {
      traceId,
      ...(typicalTraceId === undefined || typicalTraceId === traceId ? {} : { typicalTraceId }),
    });
  }
  return [...exemplars.values()];
}
