import type { DashboardSpec } from './panels.ts';
import { banded, ERRORS, HEATMAP, LATENCY, RATE } from './shared-panels.ts';
import { lines } from './stat.ts';
import { text } from './texts.ts';
import { BESIDE } from './beside.ts';

const SELECTOR = '{service=~"$service"}';
const OWN = '{service=~"$service",time="own"}';
const PEER = '{service=~"$service"}';

export const SERVICE: DashboardSpec = {
  name: 'service',
  title: text('Spanwatch / Service', 'Spanwatch / 服务'),
  description: text('How does a service do against what was learned of it?', '某服务与其基线相比如何？'),
  variables: ['service'],
  panels: [
    RATE,
    ERRORS,
    LATENCY,
    HEATMAP,
    {
      ...lines(text('Whole time by entry, with exemplars', '入口总耗时（含样例链路）'), {
        answers: text(
          'How long do people wait, and which trace shows it? Points are traces: follow them.',
          '用户等待多久？点即链路，可点击打开。',
        ),
        exprs: {
          'p50 {{entry}}':
            'histogram_quantile(0.5, sum by (le, entry) (rate(spanwatch_trace_duration_seconds_bucket[$__rate_interval])))',
          'p99 {{entry}}':
            'histogram_quantile(0.99, sum by (le, entry) (rate(spanwatch_trace_duration_seconds_bucket[$__rate_interval])))',
        },
        unit: 's',
      }),
      width: 12,
      exemplars: true,
    },
    {
      ...lines(text('Operations: p50 and p99', '操作：p50 与 p99'), {
        answers: text('Which operation is slow, for most or for few?', '哪个操作变慢，是多数还是少数？'),
        exprs: {
          'p50 {{operation}}': `topk(8, spanwatch_operation_latency_p50_seconds${OWN})`,
          'p99 {{operation}}': `topk(8, spanwatch_operation_latency_p99_seconds${OWN})`,
        },
        unit: 's',
      }),
      width: 12,
    },
    {
      kind: 'timeseries',
      title: text('Operations against learned', '操作耗时与基线'),
      answers: text('Which operation leaves its learned band?', '哪个操作离开其基线区间？'),
      unit: 's',
      queries: banded('spanwatch_operation_latency', 'seconds', { selector: OWN, legend: '{{operation}}' }),
      width: 12,
      height: 8,
    },
    {
      kind: 'timeseries',
      title: text('Dependencies against learned', '依赖耗时与基线'),
      answers: text(
        'Which database, queue or third party is slow for this service?',
        '哪个数据库、队列或第三方对该服务变慢？',
      ),
      unit: 's',
      queries: banded('spanwatch_dependency_latency', 'seconds', { selector: PEER, legend: '{{peer}}' }),
      width: 12,
      height: 8,
    },
    {
      ...lines(text('Scores of operations and dependencies', '操作与依赖的异常分数'), {
        answers: text('What exactly departs from what was learned?', '具体是什么偏离了基线？'),
        exprs: {
          '{{operation}}': `topk(8, spanwatch_operation_anomaly_score${SELECTOR})`,
          '-> {{peer}}': `topk(8, spanwatch_dependency_anomaly_score${SELECTOR})`,
        },
      }),
      width: 12,
    },
    ...BESIDE,
  ],
};
