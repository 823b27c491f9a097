import type { TraceConfidence, TraceNeighbour } from '../domain/explained-trace.ts';
import type { Locale } from '../domain/message.ts';

/** Two values as they are shown: "3.1 ms", "2.9 ms". */
export interface ShownPair {
  readonly observed: string;
  readonly expected: string;
}

/** What an explained trace says beside suspects and evidence; names and values are printable and formatted. */
export interface ExplainTexts {
  readonly heading: (
    traceId: string,
    facts: { readonly spans: string; readonly took: string; readonly usually?: string },
  ) => string;
  /** `unusual`: as one in so many of the traces that were learned is; `anomalous`: far beyond that. */
  readonly verdict: (level: 'usual' | 'unusual' | 'anomalous', score: string) => string;
  readonly nothing: string;
  /** No part of it stands out, and the whole is odd. */
  readonly onlyOdd: string;
  readonly suspects: string;
  readonly neighbours: string;
  readonly evidence: string;
  readonly path: string;
  readonly ofPath: string;
  /** A suspect, its share and why. */
  readonly suspect: (name: string, share: string, why: string) => string;
  readonly since: {
    readonly incident: (
      since: string,
      incident: {
        readonly id: string;
        readonly severity: string;
        readonly opened: string;
        readonly clause: string;
      },
    ) => string;
    readonly windows: (since: string, what: string, others: string) => string;
    readonly alone: (what: string, others: string) => string;
    readonly only: string;
    readonly few: (others: string) => string;
  };
  readonly anomaly: Readonly<Record<TraceConfidence['anomaly'], string>>;
  /** In their place, where other traces show the same. */
  readonly backed: Readonly<Record<Exclude<TraceConfidence['anomaly'], 'certain'>, string>>;
  readonly blame: Readonly<
    Record<TraceConfidence['suspect'], (name: string, share: string, next?: NextSuspect) => string>
  >;
  /** In place of it, where the incident that the trace is part of is about somebody else. */
  readonly overruled: (name: string, share: string, blamed: string) => string;
  readonly sure: (anomaly: string, blame: string) => string;
  readonly ownTime: Readonly<Record<TraceNeighbour['relation'], (name: string, pair: ShownPair) => string>>;
  /** Of a peer: the wait for it. */
  readonly answer: (name: string, pair: ShownPair) => string;
  readonly noFailure: Readonly<Record<TraceNeighbour['relation'], (name: string) => string>>;
  /** After a neighbour that took more than usual: far less than what the suspect did, or no more than it varies by itself. */
  readonly more: { readonly little: string; readonly varies: string };
}

export interface NextSuspect {
  readonly name: string;
  readonly share: string;
}

const pairEn = ({ observed, expected }: ShownPair): string => `${observed}, usually ${expected}`;
const pairZh = ({ observed, expected }: ShownPair): string => `${observed}，平时 ${expected}`;

const en: ExplainTexts = {
  heading: (traceId, { spans, took, usually }) =>
    `trace ${traceId}: ${spans} spans, ${took}${usually === undefined ? '' : ` (usually ${usually})`}`,
  verdict: (level, score) =>
    `${{ usual: '', unusual: ', unusual', anomalous: ', ANOMALOUS' }[level]}, score ${score}`,
  nothing: 'nothing stands out: no suspect',
  onlyOdd:
    'nobody stands out: no suspect; as a whole it is odd as 1 in 100 ordinary traces is, which is no sign of a fault by itself',
  suspects: 'suspects:',
  neighbours: 'why not its neighbours:',
  evidence: 'evidence:',
  path: 'critical path, longest sections:',
  ofPath: ' of the critical path',
  suspect: (name, share, why) => `${name} ${share}: ${why}`,
  since: {
    incident: (since, { id, severity, opened, clause }) =>
      `since ${since}: part of incident ${id} (${severity}, opened ${opened}): ${clause}`,
    windows: (since, what, others) =>
      `since ${since}: from then on windows of this data stand out in ${what} (${others} other traces of it within two minutes); no incident`,
    alone: (what, others) =>
      `since when: it stands alone; as usual in the ${others} other traces within two minutes: ${what}`,
    only: 'since when is not known: no other trace of it was seen within two minutes',
    few: (others) =>
      `since when is not known: the ${others} other traces of it within two minutes do not tell`,
  },
  anomaly: {
    certain: 'a million to one that something is wrong',
    likely:
      'fewer than 1 in 200 ordinary traces stand out as much; where many are looked at, some do by chance',
    odd: 'perhaps nothing is wrong: as a whole it is odd as 1 in 100 ordinary traces is, and what stands out does so in ordinary ones now and then',
    weak: 'perhaps nothing is wrong, ordinary traces stand out as much now and then',
  },
  backed: {
    likely: 'fewer than 1 in 200 ordinary traces stand out as much, and other traces show the same',
    odd: 'by itself it could be chance (as a whole it is odd as 1 in 100 ordinary traces is), but other traces show the same',
    weak: 'by itself it could be chance (ordinary traces stand out as much now and then), but other traces show the same',
  },
  blame: {
    clear: (name, share) => `clearly ${name} (${share} of what is unusual speaks against it)`,
    leading: (name, share, next) =>
      `most likely ${name} (${share} of what is unusual speaks against it${next === undefined ? '' : `, ${next.share} against ${next.name}`})`,
    unsure: (name, share, next) =>
      `not sure which: ${name} (${share})${next === undefined ? '' : ` or ${next.name} (${next.share})`}`,
  },
  overruled: (name, share, blamed) =>
    `this trace alone points at ${name} (${share}), the incident, which rests on many, at ${blamed}: believe the incident`,
  sure: (anomaly, blame) => `how sure: ${anomaly}; ${blame}`,
  ownTime: {
    caller: (name, pair) => `${name}, which calls it, only waited: its own time is ${pairEn(pair)}`,
    callee: (name, pair) => `${name}, which it calls: its own time is ${pairEn(pair)}`,
    sibling: (name, pair) => `${name}, called beside it: its own time is ${pairEn(pair)}`,
    itself: (name, pair) => `${name}'s own code took ${pairEn(pair)}`,
  },
  answer: (name, pair) => `${name} answered in ${pairEn(pair)}`,
  noFailure: {
    caller: (name) => `${name}, which calls it, only passed the failure on: nothing failed of its own`,
    callee: (name) => `${name}, which it calls, did not fail`,
    sibling: (name) => `${name}, called beside it, did not fail`,
    itself: (name) => `${name} did not fail`,
  },
  more: {
    little: ' (more, but too little to explain this)',
    varies: ' (more, but it varies as much by itself)',
  },
};

const zh: ExplainTexts = {
  heading: (traceId, { spans, took, usually }) =>
    `链路 ${traceId}：${spans} 个 span，耗时 ${took}${usually === undefined ? '' : `（平时 ${usually}）`}`,
  verdict: (level, score) => `${{ usual: '', unusual: '，少见', anomalous: '，异常' }[level]}，得分 ${score}`,
  nothing: '没有异于平时之处：没有嫌疑',
  onlyOdd:
    '没有哪个服务异于平时：没有嫌疑；整体看，每 100 条正常链路中约有 1 条如此少见，仅凭这一点不能说明有故障',
  suspects: '嫌疑：',
  neighbours: '为什么不是它的邻居：',
  evidence: '证据：',
  path: '关键路径上最长的几段：',
  ofPath: '（占关键路径）',
  suspect: (name, share, why) => `${name} ${share}：${why}`,
  since: {
    incident: (since, { id, severity, opened, clause }) =>
      `始于 ${since}：属于事件 ${id}（${severity}，${opened} 产生）：${clause}`,
    windows: (since, what, others) =>
      `始于 ${since}：从那时起，这份数据的各个窗口中${what}都异于平时（前后两分钟内另有 ${others} 条相关链路）；没有产生事件`,
    alone: (what, others) => `开始时间：只有这一条；前后两分钟内其他 ${others} 条链路中正常的是：${what}`,
    only: '开始时间未知：前后两分钟内没有看到其他相关链路',
    few: (others) => `开始时间未知：前后两分钟内其他 ${others} 条相关链路不足以判断`,
  },
  anomaly: {
    certain: '百万比一的把握确有异常',
    likely: '正常链路中如此突出的不到 1/200；若逐条查看许多链路，其中总会偶然出现几条',
    odd: '也可能没有异常：整体看，每 100 条正常链路中约有 1 条如此少见，而其中突出之处在正常链路里偶尔也有',
    weak: '也可能没有异常，正常链路偶尔也会如此突出',
  },
  backed: {
    likely: '正常链路中如此突出的不到 1/200，而且其他链路也是如此',
    odd: '单看这一条可能只是偶然（整体看，每 100 条正常链路中约有 1 条如此少见），但其他链路也是如此',
    weak: '单看这一条可能只是偶然（正常链路偶尔也会如此突出），但其他链路也是如此',
  },
  blame: {
    clear: (name, share) => `显然是 ${name}（${share} 的异常指向它）`,
    leading: (name, share, next) =>
      `最可能是 ${name}（${share} 的异常指向它${next === undefined ? '' : `，${next.share} 指向 ${next.name}`}）`,
    unsure: (name, share, next) =>
      `不确定是哪一个：${name}（${share}）${next === undefined ? '' : `或 ${next.name}（${next.share}）`}`,
  },
  overruled: (name, share, blamed) =>
    `单看这条链路指向 ${name}（${share}），事件依据许多链路，指向 ${blamed}：以事件为准`,
  sure: (anomaly, blame) => `把握：${anomaly}；${blame}`,
  ownTime: {
    caller: (name, pair) => `${name} 调用它，只是在等待：自身耗时 ${pairZh(pair)}`,
    callee: (name, pair) => `${name} 被它调用：自身耗时 ${pairZh(pair)}`,
    sibling: (name, pair) => `${name} 与它被同一方调用：自身耗时 ${pairZh(pair)}`,
    itself: (name, pair) => `${name} 自身的代码：耗时 ${pairZh(pair)}`,
  },
  answer: (name, pair) => `${name} 的应答用时 ${pairZh(pair)}`,
  noFailure: {
    caller: (name) => `${name} 调用它，只是把错误传了上去：自身没有出错`,
    callee: (name) => `${name} 被它调用，没有出错`,
    sibling: (name) => `${name} 与它被同一方调用，没有出错`,
    itself: (name) => `${name} 没有出错`,
  },
  more: { little: '（多于平时，但不足以解释这次变慢）', varies: '（多于平时，但它平时的波动也有这么大）' },
};

export const EXPLAIN_TEXTS: Readonly<Record<Locale, ExplainTexts>> = { en, zh };
