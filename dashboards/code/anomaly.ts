import { EVIDENCE_OF, SLOW_AGAINST_TYPICAL, TRACE_SCORES } from './document-panels.ts';
import {
  DRILL_VARIABLES,
  FAILING_TRACES,
  LINES_OF_TRACE,
  LOGGED_ERRORS,
  SLOW_TRACES,
  THE_TRACE,
} from './drill-panels.ts';
import type { DashboardSpec } from './panels.ts';
import { HURT, INCIDENT_TABLE } from './shared-panels.ts';
import { lines, rows } from './stat.ts';
import { text } from './texts.ts';

const ONE = '{incident=~"$incident"}';

export const ANOMALY: DashboardSpec = {
  name: 'anomaly',
  title: text('Spanwatch / Anomaly', 'Spanwatch / 异常'),
  description: text(
    'One incident: who is suspected, on what evidence, who is hurt? Traces are on the pages of Spanwatch.',
    '单个事件：嫌疑、证据与受影响者；链路见 Spanwatch 页面。',
  ),
  variables: ['incident', 'documents', 'incident_id', ...DRILL_VARIABLES],
  panels: [
    INCIDENT_TABLE,
    rows(text('Suspects', '嫌疑'), {
      answers: text(
        'Which part of the excess does each suspect explain, and by which cause?',
        '各嫌疑解释了多少超出，原因为何？',
      ),
      expr: `sort_desc(spanwatch_incident_suspect_share_ratio${ONE})`,
      unit: 'percentunit',
    }),
    rows(text('Evidence, in standard deviations', '证据（标准差）'), {
      answers: text(
        'Which components speak loudest, and in which direction?',
        '哪些组件证据最强，方向如何？',
      ),
      expr: `sort_desc(spanwatch_incident_evidence_deviations${ONE})`,
    }),
    {
      kind: 'table',
      title: text('Seen against learned', '观测与基线'),
      answers: text(
        'By how much do the components of the evidence differ from what was learned, in the unit that the row names?',
        '证据各组件与基线相差多少（单位见行内）？',
      ),
      unit: 'short',
      queries: [
        { expr: `spanwatch_incident_evidence_observed${ONE}`, legend: 'seen' },
        { expr: `spanwatch_incident_evidence_expected${ONE}`, legend: 'learned' },
      ],
      width: 12,
      height: 8,
    },
    HURT,
    {
      ...lines(text('Share of traffic hurt', '受影响流量占比'), {
        answers: text('Does it spread or shrink?', '在扩大还是缩小？'),
        exprs: { '{{incident}}': `spanwatch_incident_hurt_ratio${ONE}` },
        unit: 'percentunit',
      }),
      width: 12,
    },
    {
      ...lines(text('Odd traces by the forest', '孤立森林判定的异常链路'), {
        answers: text(
          'Which share of the traces of an entry does the isolation forest find odd?',
          '孤立森林认为入口链路中多少异常？',
        ),
        exprs: { '{{service}} {{operation}}': 'topk(8, spanwatch_operation_outlier_ratio)' },
        unit: 'percentunit',
      }),
      width: 12,
    },
    TRACE_SCORES,
    SLOW_AGAINST_TYPICAL,
    EVIDENCE_OF,
    LOGGED_ERRORS,
    FAILING_TRACES,
    SLOW_TRACES,
    LINES_OF_TRACE,
    THE_TRACE,
  ],
};
