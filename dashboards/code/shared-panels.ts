import type { PanelSpec, Query } from './panels.ts';
import { text } from './texts.ts';

const SERVICE = '{service=~"$service"}';

/** Seen against what was learned: a line, the expectation, and the band. */
export function banded(
  metric: string,
  unit: 'seconds' | 'ratio',
  { selector, legend }: { selector: string; legend: string },
): Query[] {
  const observed = unit === 'seconds' ? `${metric}_mean_seconds` : `${metric}_ratio`;
  const edge = (which: string): string => `${metric}_${which}_${unit}${selector}`;
  return [
    { expr: `${observed}${selector}`, legend, role: 'line' },
    { expr: edge('expected'), legend: `${legend} learned`, role: 'expected' },
    ...(unit === 'seconds' ? [{ expr: edge('low'), legend: `${legend} low`, role: 'low' as const }] : []),
    { expr: edge('high'), legend: `${legend} high`, role: 'high' },
  ];
}

export const RATE: PanelSpec = {
  kind: 'timeseries',
  title: text('Request rate', '请求速率'),
  answers: text(
    'How many traces a second pass through the operations of each service?',
    '每秒有多少链路经过各服务的操作？',
  ),
  unit: 'reqps',
  queries: [{ expr: `spanwatch_service_traces_per_second${SERVICE}`, legend: '{{service}}' }],
  width: 8,
  height: 8,
};

export const ERRORS: PanelSpec = {
  kind: 'timeseries',
  title: text('Own errors against learned', '自身错误率与基线'),
  answers: text(
    'Which share of traces fails in the service itself, beside what was learned and its upper edge?',
    '服务自身失败的链路占比，与学到的基线及上界对照。',
  ),
  unit: 'percentunit',
  queries: banded('spanwatch_service_error', 'ratio', { selector: SERVICE, legend: '{{service}}' }),
  width: 8,
  height: 8,
};

export const LATENCY: PanelSpec = {
  kind: 'timeseries',
  title: text('Own time against learned', '自身耗时与基线'),
  answers: text(
    'How long do the operations of the service take themselves, beside the learned band?',
    '服务自身操作耗时，与学到的区间对照。',
  ),
  unit: 's',
  queries: banded('spanwatch_service_latency', 'seconds', { selector: SERVICE, legend: '{{service}}' }),
  width: 8,
  height: 8,
};

export const SCORES: PanelSpec = {
  kind: 'timeseries',
  title: text('Anomaly score', '异常分数'),
  answers: text(
    'Which services depart from what was learned? 0 is calm; an incident opens when a cause reaches the cut.',
    '哪些服务偏离基线？0 为正常；某一原因达到阈值即生成事件。',
  ),
  unit: 'short',
  queries: [
    { expr: `topk(10, spanwatch_service_anomaly_score${SERVICE})`, legend: '{{service}}' },
    { expr: 'spanwatch_opening_cut', legend: 'cut', role: 'expected' },
  ],
  width: 12,
  height: 8,
};

export const HEATMAP: PanelSpec = {
  kind: 'heatmap',
  title: text('Own time, distribution', '自身耗时分布'),
  answers: text(
    'How is the own time of the service spread, and does it split in two?',
    '服务自身耗时如何分布，是否出现双峰？',
  ),
  unit: 's',
  queries: [
    {
      expr: `sum by (le) (increase(spanwatch_service_latency_seconds_bucket${SERVICE}[$__rate_interval]))`,
      legend: '{{le}}',
    },
  ],
  width: 12,
  height: 8,
};

export const TIMELINE: PanelSpec = {
  kind: 'state-timeline',
  title: text('Suspected services', '被怀疑的服务'),
  answers: text(
    'Which services were the first suspect of an open incident, when, and how severe?',
    '哪些服务何时成为未解决事件的首要嫌疑，严重程度如何？',
  ),
  unit: 'none',
  queries: [
    {
      // Those that were the most suspected in the whole range, so that a line is there at each moment or at none.
      expr: `max by (service) (spanwatch_service_severity${SERVICE}) and on (service) topk(12, max by (service) (max_over_time(spanwatch_service_severity${SERVICE}[$__range] @ end())))`,
      legend: '{{service}}',
    },
  ],
  width: 12,
  height: 8,
};

export const INCIDENT_TABLE: PanelSpec = {
  kind: 'table',
  title: text('Incidents now', '当前事件'),
  answers: text(
    'What is open, how severe, whom does it suspect, and since when?',
    '有哪些未解决的事件，严重程度、嫌疑与开始时间？',
  ),
  unit: 'dateTimeFromNow',
  queries: [{ expr: 'spanwatch_incident_started_timestamp_seconds * 1000', legend: '{{incident}}' }],
  width: 24,
  height: 7,
};

export const HURT: PanelSpec = {
  kind: 'table',
  title: text('Who is hurt now', '当前受影响者'),
  answers: text(
    'Which entry operations have traces that pass through what is broken, and which share of them?',
    '哪些入口操作经过故障点，占比多少？',
  ),
  unit: 'percentunit',
  queries: [
    {
      expr: 'sort_desc(max by (service, operation) (spanwatch_incident_entry_hurt_ratio))',
      legend: '{{operation}}',
    },
  ],
  width: 12,
  height: 8,
};
