import type { DrillVariable, PanelSpec } from './panels.ts';
import { text } from './texts.ts';

/** What the panels below ask for. */
export const DRILL_VARIABLES: readonly DrillVariable[] = ['loki', 'jaeger', 'tempo', 'trace_id'];

/** Every stream that an agent has given a service; Loki refuses a selector that an absent label satisfies. */
const STREAMS = '{service_name=~".+"}';

const drill = (spec: Omit<PanelSpec, 'queries' | 'unit'>): PanelSpec => ({
  ...spec,
  queries: [],
  unit: 'short',
});

export const LOGGED_ERRORS = drill({
  kind: 'timeseries',
  title: text('Errors logged', '错误日志数'),
  answers: text(
    'Which services log errors, and how many a minute? From Loki; by the level that it detects.',
    '哪些服务在记录错误，每分钟多少条？来自 Loki（按其识别的级别）。',
  ),
  drill: {
    source: 'loki',
    expr: `sum by (service_name) (count_over_time(${STREAMS} | detected_level="error" [1m]))`,
    legend: '{{service_name}}',
  },
  width: 12,
  height: 8,
});

export const FAILING_TRACES = drill({
  kind: 'table',
  title: text('Failing traces', '失败的链路'),
  answers: text(
    'Which traces hold a failed span? From Tempo; a click opens one.',
    '哪些链路含失败的 span？来自 Tempo，点击可打开。',
  ),
  drill: { source: 'tempo', traceql: '{ status = error }', limit: 20 },
  width: 12,
  height: 8,
});

export const SLOW_TRACES = drill({
  kind: 'table',
  title: text('Slow traces', '慢链路'),
  answers: text(
    'Which traces took longer than a second? From Tempo; a click opens one.',
    '哪些链路超过一秒？来自 Tempo，点击可打开。',
  ),
  drill: { source: 'tempo', traceql: '{ traceDuration > 1s }', limit: 20 },
  width: 12,
  height: 8,
});

export const LINES_OF_TRACE = drill({
  kind: 'logs',
  title: text('Log lines of the trace', '链路的日志'),
  answers: text(
    'What did the services log while they worked on the trace of the variable? From Loki, by structured metadata.',
    '各服务处理该链路时记录了什么？来自 Loki（结构化元数据）。',
  ),
  drill: { source: 'loki', expr: `${STREAMS} | trace_id="$trace_id"`, legend: '' },
  width: 12,
  height: 10,
});

export const THE_TRACE = drill({
  kind: 'traces',
  title: text('The trace', '链路'),
  answers: text(
    'Where in the trace of the variable does the time go? From Jaeger.',
    '该链路的时间花在哪里？来自 Jaeger。',
  ),
  drill: { source: 'jaeger', traceId: '$trace_id' },
  width: 24,
  height: 12,
});
