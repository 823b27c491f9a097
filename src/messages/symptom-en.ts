import type { SuspectCallers } from '../domain/suspect.ts';
import type { Symptom } from './catalogue.ts';
import type { Few } from './few.ts';
import type { RuleTexts } from './rule-texts.ts';

/** A clause without its subject and a full stop: what `Catalogue.symptom` says of a name. */
export function symptomClauseEn(symptom: Symptom, rule: RuleTexts): string {
  switch (symptom.kind) {
    case 'slow':
      return symptom.callers === undefined
        ? `is slow${changed('+', symptom)}`
        : `is slow, seen by ${callersEn(symptom.callers)}${changed('up to +', symptom)}`;
    case 'fast':
      return `is oddly fast${changed('-', symptom)}`;
    case 'network':
      return `is slow to reach${changed('+', symptom)}`;
    case 'queue':
      return symptom.observed === undefined
        ? 'falls behind: messages wait longer in the queue before it takes them'
        : `falls behind: messages wait ${symptom.observed}${soFar(symptom)} in the queue before it takes them (normally ${symptom.expected ?? '0'})`;
    case 'tail':
      return `is slow${symptom.of === 'network' ? ' to reach' : ''} for ${symptom.share} of requests${soFar(symptom)}: over ${symptom.over} (normally ${symptom.usual})`;
    case 'more-calls':
      return symptom.observed === undefined
        ? 'makes too many calls'
        : `calls ${symptom.called ?? 'one operation'} ${symptom.observed} times a request${soFar(symptom)}, usually ${symptom.expected ?? '0'}`;
    case 'new-calls':
      return `calls ${symptom.called ?? 'something'}, which it never did before`;
    case 'fewer-calls':
      return symptom.missing === undefined
        ? `skips calls${to(symptom.called)}`
        : `skips ${symptom.missing} of its calls${to(symptom.called)}${soFar(symptom)}`;
    case 'rule':
      return rule.clause(symptom);
    case 'failing':
      return `is failing${against('errors', symptom)}`;
    case 'odd':
      return `behaves oddly${against('odd traces', symptom)}`;
    case 'new-shape':
      return `takes new call paths${against('of traces', symptom)}`;
    case 'traffic-up':
      return `gets more traffic${against('a second', symptom)}`;
    case 'traffic-down':
      return `gets less traffic${against('a second', symptom)}`;
  }
}

/** "7 of its 10 callers", "all 10 callers", "both callers". */
export function callersEn({ slow, all }: SuspectCallers): string {
  if (slow < all) return `${slow} of its ${all} callers`;
  return all === 2 ? 'both of its callers' : `all ${all} of its callers`;
}

interface Figures {
  readonly observed?: string;
  readonly expected?: string;
  readonly few?: Few;
  readonly soFar?: boolean;
}

function changed(sign: string, { change, ...of }: { change?: string; soFar?: boolean }): string {
  return change === undefined ? '' : `: ${sign}${change}${soFar(of)}`;
}

function soFar(of: { readonly soFar?: boolean }): string {
  return of.soFar === true ? ' so far' : '';
}

function to(called: string | undefined): string {
  return called === undefined ? '' : ` to ${called}`;
}

function against(what: string, { observed, expected, few, ...of }: Figures): string {
  if (observed === undefined || expected === undefined) return '';
  const seen = few === undefined ? `${observed} ${what}` : `${fewEn(few)} requests`;
  return `: ${seen}${soFar(of)} (normally ${expected})`;
}

/** "3 of 12". */
export function fewEn({ some, of }: Few): string {
  return `${some} of ${of}`;
}
