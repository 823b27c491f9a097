import { withoutSlots } from '../domain/component-grammar.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { RuleBreach } from '../domain/rule.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Catalogue, ComponentNames } from './catalogue.ts';
import { formatCount, formatTimes, formatValue } from '../domain/format.ts';
import { fewOf } from './few.ts';
import { callInWords, componentInWords, componentOf, isLatency, serviceName, shown } from './suspect-name.ts';
import { ownEvidenceOf, tailTexts } from './symptom.ts';

/** What does not fit on a phone's screen is in the incident. */
const MAX_EVIDENCE = 5;

/** "own time of payment Charge: 182 ms against 41 ms (4.4x), 320 seen", as given: the loudest first. */
export function evidenceLines(all: readonly Evidence[], texts: Catalogue): string[] {
  const differing = sameWay(all).filter((piece) => differs(piece, texts));
  const telling = differing.filter(showsChange);
  const evidence = telling.length > 0 ? telling : differing;
  const lines = evidence.slice(0, MAX_EVIDENCE).map((piece) => evidenceLine(piece, texts));
  const more = evidence.length - MAX_EVIDENCE;
  return more > 0 ? [...lines, texts.evidence.more(more)] : lines;
}

/**
 * Without times that moved the other way than the loudest: one with a heavier tail may have a mean that is as usual or
 * less, and "645 µs against 1 ms" below "is slow" is a riddle.
 */
function sameWay(evidence: readonly Evidence[]): readonly Evidence[] {
  const loudest = evidence.find(({ kind }) => isLatency(kind));
  return evidence.filter(
    (piece) => !isLatency(piece.kind) || loudest === undefined || wayOf(piece) === wayOf(loudest),
  );
}

/** What adds up over many minutes may read "0% against 0%" in those judged: that tells nobody anything. */
function differs(piece: Evidence, texts: Catalogue): boolean {
  return valueOf(piece, 'observed', texts) !== valueOf(piece, 'expected', texts);
}

/** "44 ms against 42 ms (1x)" and failures of "0% against 0.07%" show nothing, whatever the sum behind them says. */
function showsChange({ unit, observed, expected, direction, tail, rule }: Evidence): boolean {
  if (tail !== undefined || rule !== undefined) return true;
  if (unit === 'us') return formatTimes(observed, expected) !== '1';
  return unit !== 'ratio' || direction === 'down' || observed > expected;
}

/** Whatever its mean, more requests are slow where it is told by its tail. */
function wayOf({ direction, tail }: Evidence): Evidence['direction'] {
  return tail === undefined ? direction : 'up';
}

/** Of what figures are: `now`; `at-worst` while it goes on; `over` is told in the past. */
export type FiguresOf = 'now' | 'at-worst' | 'over';

/** One clause: how it looks, or looked, the figures, and what does not fit. */
export function explainSuspect(
  suspect: Suspect,
  evidence: readonly Evidence[],
  texts: Catalogue,
  figures: FiguresOf = 'now',
): string {
  const piece = figuresOf(suspect, evidence);
  if (piece?.rule !== undefined) return ruleLine(piece, piece.rule, texts);
  const cause = causeOf(suspect, texts, figures);
  const withFigures = figures === 'now' ? texts.whyEvidence : texts.whyEvidenceThen;
  // "Against 0" says no more than "never".
  const why =
    piece === undefined || suspect.cause === 'new-calls'
      ? cause
      : withFigures(cause, observedOf(suspect, piece, texts), valueOf(piece, 'expected', texts));
  const against = figures === 'over' ? undefined : suspect.against.at(0);
  const whole = against === undefined ? why : withAgainst(why, against, texts);
  const cleared = figures === 'over' ? [] : (suspect.cleared ?? []).flatMap((key) => componentOf(key) ?? []);
  if (cleared.length === 0) return whole;
  const names = cleared.map(({ service }) => serviceName(service));
  return texts.whyNot(whole, names, cleared[0].kind === 'error');
}

function withAgainst(why: string, against: string, texts: Catalogue): string {
  const component = componentOf(against);
  if (component?.kind !== 'error') return texts.whyAgainst(why, componentInWords(against, texts));
  return texts.whyPassedOn(
    why,
    `${serviceName(component.service)} ${shown(component.operation ?? '')}`.trim(),
  );
}

function causeOf({ callers, cause }: Suspect, texts: Catalogue, figures: FiguresOf): string {
  const over = figures === 'over';
  if (callers === undefined) return (over ? texts.whyThen : texts.why)[cause];
  return (over ? texts.whySharedThen : texts.whyShared)(callers, cause === 'errors');
}

/** Of a shared peer the figure is one caller's. */
function observedOf({ callers }: Suspect, piece: Evidence, texts: Catalogue): string {
  const value = valueOf(piece, 'observed', texts);
  const observed = piece.soFar === true ? texts.soFar(value) : value;
  const caller = callers === undefined ? undefined : componentOf(piece.component);
  return caller === undefined ? observed : texts.figureOf(serviceName(caller.service), observed);
}

/** A shortage of CPU is told by its own time: the figures of a call to somebody else would be read as that. */
function figuresOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined {
  if (suspect.cause !== 'cpu') return ownEvidenceOf(suspect, evidence);
  const ownTimes = evidence.filter(({ kind }) => kind === 'self');
  return ownEvidenceOf(suspect, ownTimes);
}

function evidenceLine(piece: Evidence, texts: Catalogue): string {
  const what = componentInWords(piece.component, texts);
  const count = countOf(piece, texts);
  if (piece.rule !== undefined) return `${ruleLine(piece, piece.rule, texts)}${count}`;
  const call = callInWords(piece.component);
  if (call !== undefined) return `${callsLine(call, piece, texts)}${count}`;
  const plain = piece.unit !== 'ratio' && piece.tail === undefined;
  const times = plain ? formatTimes(piece.observed, piece.expected) : undefined;
  // What is said of one pod, version or host is said beside the others, not beside what was learned.
  const isPart = withoutSlots(piece.component) !== piece.component;
  const line = isPart ? texts.evidence.besideSiblings : texts.evidence.line;
  const isFew = fewOf(piece) !== undefined && piece.soFar === true;
  const observed = valueOf(piece, 'observed', texts);
  return [
    line(what, isFew ? texts.soFar(observed) : observed, valueOf(piece, 'expected', texts)),
    times === undefined ? '' : texts.evidence.times(times),
    count,
  ].join('');
}

function countOf(piece: Evidence, texts: Catalogue): string {
  const { count, tail, soFar } = piece;
  const seen = tail?.count ?? count;
  if (seen <= 0 || fewOf(piece) !== undefined) return '';
  return (soFar === true ? texts.evidence.countSoFar : texts.evidence.count)(formatCount(seen));
}

function callsLine(call: ComponentNames, piece: Evidence, texts: Catalogue): string {
  const observed = valueOf(piece, 'observed', texts);
  return piece.expected === 0
    ? texts.evidence.calls(call, observed)
    : texts.evidence.calls(call, observed, valueOf(piece, 'expected', texts));
}

function ruleLine(piece: Evidence, breach: RuleBreach, texts: Catalogue): string {
  const what = componentInWords(piece.component, texts).trim();
  return texts.rule.line(what, {
    breach,
    observed: valueOf(piece, 'observed', texts),
    limit: valueOf(piece, 'expected', texts),
  });
}

/** A figure as it is told: of a tail `2% over 1.2 s`, and `0.1%`; of few `3 of 12`. */
export function valueOf(piece: Evidence, side: 'observed' | 'expected', texts: Catalogue): string {
  if (piece.tail !== undefined) {
    const { share, over, usual } = tailTexts(piece.tail);
    return side === 'expected' ? usual : texts.evidence.tail(share, over);
  }
  const few = side === 'observed' ? fewOf(piece) : undefined;
  return few === undefined ? formatValue(piece[side], piece.unit) : texts.evidence.few(few);
}
