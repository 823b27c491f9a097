import type { SuspectCallers } from '../domain/suspect.ts';
import type { Symptom } from './catalogue.ts';
import type { Few } from './few.ts';
import type { RuleTexts } from './rule-texts.ts';

/** A clause without its subject and a full stop: what `Catalogue.symptom` says of a name. */
export function symptomClauseZh(symptom: Symptom, rule: RuleTexts): string {
  switch (symptom.kind) {
    case 'slow':
      return symptom.callers === undefined
        ? `变慢${changed('增加', symptom)}`
        : `变慢（${callersZh(symptom.callers)}）${changed('最多增加', symptom)}`;
    case 'fast':
      return `异常地快${changed('减少', symptom)}`;
    case 'network':
      return `网络变慢${changed('增加', symptom)}`;
    case 'queue':
      return symptom.observed === undefined
        ? '消费滞后：消息在队列中等待更久才被它取走'
        : `消费滞后：${soFar(symptom)}消息在队列中等待 ${symptom.observed} 才被它取走（正常为 ${symptom.expected ?? '0'}）`;
    case 'tail':
      return `${soFar(symptom)}有 ${symptom.share} 的请求${symptom.of === 'network' ? '网络' : ''}变慢：超过 ${symptom.over}（正常为 ${symptom.usual}）`;
    case 'more-calls':
      return symptom.observed === undefined
        ? '发起的调用过多'
        : `${soFar(symptom)}每个请求调用 ${symptom.called ?? '下游'} ${symptom.observed} 次，平时 ${symptom.expected ?? '0'} 次`;
    case 'new-calls':
      return `开始调用 ${symptom.called ?? '下游'}，以前从未有过`;
    case 'fewer-calls':
      return `对${symptom.called ?? '下游'}的调用缺失${symptom.missing === undefined ? '' : `：${soFar(symptom)}少了平时的 ${symptom.missing}`}`;
    case 'rule':
      return rule.clause(symptom);
    case 'failing':
      return `出错${against('错误率', symptom)}`;
    case 'odd':
      return `行为异常${against('异常链路占', symptom)}`;
    case 'new-shape':
      return `出现新的调用路径${against('占', symptom)}`;
    case 'traffic-up':
      return `流量上升${against('每秒', symptom)}`;
    case 'traffic-down':
      return `流量下降${against('每秒', symptom)}`;
  }
}

export function callersZh({ slow, all }: SuspectCallers): string {
  return slow < all ? `${all} 个调用方中有 ${slow} 个可见` : `全部 ${all} 个调用方可见`;
}

interface Figures {
  readonly observed?: string;
  readonly expected?: string;
  readonly few?: Few;
  readonly soFar?: boolean;
}

function changed(what: string, { change, ...of }: { change?: string; soFar?: boolean }): string {
  return change === undefined ? '' : `：${soFar(of)}耗时${what} ${change}`;
}

function soFar(of: { readonly soFar?: boolean }): string {
  return of.soFar === true ? '目前' : '';
}

function against(what: string, { observed, expected, few, ...of }: Figures): string {
  if (observed === undefined || expected === undefined) return '';
  const seen = few === undefined ? `${what} ${observed}` : `${of.soFar === true ? ' ' : ''}${fewZh(few)}`;
  return `：${soFar(of)}${seen}，正常为 ${expected}`;
}

/** "12 个请求中有 3 个". */
export function fewZh({ some, of }: Few): string {
  return `${of} 个请求中有 ${some} 个`;
}
