import type { DashboardSpec } from './panels.ts';
import { ERRORS, LATENCY, SCORES } from './shared-panels.ts';
import { lines, rows } from './stat.ts';
import { text } from './texts.ts';

const MINE = '{service=~"$service"}';

export const DEVELOPER: DashboardSpec = {
  name: 'developer',
  title: text('Spanwatch / Developer', 'Spanwatch / 开发者'),
  description: text(
    'My service: its operations, its own errors, whom it calls and who calls it.',
    '我的服务：操作、自身错误、调用与被调用。',
  ),
  variables: ['service'],
  panels: [
    rows(text('Operations: traces a second', '操作：每秒链路数'), {
      answers: text('What is my service asked for?', '我的服务被请求做什么？'),
      expr: `sort_desc(spanwatch_operation_traces_per_second${MINE})`,
      unit: 'reqps',
    }),
    rows(text('Operations: own errors', '操作：自身错误率'), {
      answers: text(
        'Which operations fail by themselves, not because of whom they call?',
        '哪些操作自身失败，而非因被调用者？',
      ),
      expr: `sort_desc(spanwatch_operation_error_ratio${MINE})`,
      unit: 'percentunit',
    }),
    ERRORS,
    LATENCY,
    { ...SCORES, width: 8 },
    lines(text('Operation errors against learned', '操作错误率与基线'), {
      answers: text('Which operation fails more often than was learned?', '哪个操作比学到的更常失败？'),
      exprs: {
        '{{operation}} above': `topk(8, spanwatch_operation_error_ratio${MINE} - spanwatch_operation_error_expected_ratio${MINE})`,
        '{{operation}} edge': `topk(8, spanwatch_operation_error_high_ratio${MINE} - spanwatch_operation_error_expected_ratio${MINE})`,
      },
      unit: 'percentunit',
    }),
    lines(text('Whom it calls', '调用'), {
      answers: text('Whom does my service call, and how often?', '我的服务调用谁，频率如何？'),
      exprs: { '{{service}} -> {{callee}}': `spanwatch_call_traces_per_second${MINE}` },
      unit: 'reqps',
    }),
    lines(text('Who calls it', '被调用'), {
      answers: text('Who calls my service, and how often?', '谁调用我的服务，频率如何？'),
      exprs: {
        '{{service}} -> {{callee}}':
          'spanwatch_call_traces_per_second{callee_kind="service",callee=~"$service"}',
      },
      unit: 'reqps',
    }),
  ],
};
