import { BY_SEVERITY, HAPPENED, QUEUE } from './document-panels.ts';
import type { DashboardSpec } from './panels.ts';
import { HURT, INCIDENT_TABLE, TIMELINE } from './shared-panels.ts';
import { lines, rows, stat } from './stat.ts';
import { text } from './texts.ts';

export const ON_CALL: DashboardSpec = {
  name: 'on-call',
  title: text('Spanwatch / On-call', 'Spanwatch / 值班'),
  description: text(
    'What waits for me, what is worst, and can I trust the silence?',
    '有什么在等我，最严重的是什么，安静可信吗？',
  ),
  variables: ['service', 'documents'],
  marks: true,
  panels: [
    ...(['P0', 'P1', 'P2', 'P3'] as const).map((severity) =>
      stat(text(severity, severity), {
        answers: text(`How many incidents of ${severity} are open?`, `有多少 ${severity} 事件未解决？`),
        expr: `sum(spanwatch_incidents{severity="${severity}"})`,
        thresholds: [1, 2],
      }),
    ),
    stat(text('Nobody is on it', '无人认领'), {
      answers: text('How many incidents did nobody acknowledge?', '多少事件无人认领？'),
      expr: 'sum(spanwatch_incidents{state="open"})',
      thresholds: [1, 2],
    }),
    stat(text('Last sign of life', '距上次心跳'), {
      answers: text(
        'When was all last well with Spanwatch itself?',
        'Spanwatch 自身上次一切正常是多久之前？',
      ),
      expr: 'time() - max(spanwatch_heartbeat_timestamp_seconds)',
      unit: 's',
      thresholds: [60, 120],
    }),
    INCIDENT_TABLE,
    TIMELINE,
    HURT,
    lines(text('p99 of entries', '入口 p99'), {
      answers: text(
        'How long do the slowest hundredth of requests take, by entry operation?',
        '各入口操作最慢的百分之一请求耗时多久？',
      ),
      exprs: {
        '{{service}} {{operation}}': 'topk(10, spanwatch_operation_latency_p99_seconds{time="whole"})',
      },
      unit: 's',
    }),
    {
      kind: 'heatmap',
      title: text('Whole time of all entries', '所有入口总耗时分布'),
      answers: text('How is what people wait spread?', '用户等待时间如何分布？'),
      unit: 's',
      queries: [
        {
          expr: 'sum by (le) (increase(spanwatch_trace_duration_seconds_bucket[$__rate_interval]))',
          legend: '{{le}}',
        },
      ],
      width: 8,
      height: 8,
      exemplars: true,
    },
    lines(text('Silent by kind', '静默（按种类）'), {
      answers: text(
        'What fell silent: the calm of what sends nothing is no calm.',
        '什么静默了？不发数据的平静不是平静。',
      ),
      exprs: { '{{kind}}': 'spanwatch_blind' },
    }),
    rows(text('Most anomalous operations', '最异常的操作'), {
      answers: text('Where to look first?', '先看哪里？'),
      expr: 'topk(10, spanwatch_operation_anomaly_score > 0) or topk(1, spanwatch_operation_anomaly_score)',
    }),
    QUEUE,
    HAPPENED,
    BY_SEVERITY,
  ],
};
