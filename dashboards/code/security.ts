import { CALLS_IN_INCIDENTS, ERRORS_IN_INCIDENTS } from './document-panels.ts';
import type { DashboardSpec } from './panels.ts';
import { lines, rows } from './stat.ts';
import { text } from './texts.ts';

export const SECURITY: DashboardSpec = {
  name: 'security',
  title: text('Spanwatch / Security', 'Spanwatch / 安全'),
  description: text(
    'Bursts of errors, callers and calls that were not there before, refused requests. Hints, not an intrusion detection.',
    '错误突增、新出现的调用、被拒绝的请求。仅为线索，并非入侵检测。',
  ),
  variables: ['service', 'since', 'documents'],
  panels: [
    lines(text('Bursts of errors', '错误突增'), {
      answers: text(
        'Which operations fail at least one in twenty times now?',
        '哪些操作目前失败率不低于二十分之一？',
      ),
      exprs: {
        '{{service}} {{operation}}':
          'topk(10, spanwatch_operation_error_ratio{service=~"$service"} >= 0.05) or topk(1, spanwatch_operation_error_ratio{service=~"$service"})',
      },
      unit: 'percentunit',
    }),
    lines(text('Status codes by operation', '各操作的状态码'), {
      answers: text(
        'Which operations answer HTTP 4xx, 5xx or a gRPC error, and how often?',
        '哪些操作返回 HTTP 4xx、5xx 或 gRPC 错误，频率如何？',
      ),
      exprs: {
        '{{status}} {{service}} {{operation}}':
          'topk(10, sum by (service, operation, status) (rate(spanwatch_operation_refusals_total{service=~"$service"}[$__rate_interval])))',
      },
      unit: 'reqps',
    }),
    lines(text('Traffic by caller', '按调用方的流量'), {
      answers: text('Does a caller ask much more often than before?', '是否有调用方请求远多于以往？'),
      exprs: {
        '{{service}} -> {{callee}}': 'topk(10, spanwatch_call_traces_per_second{service=~"$service"})',
      },
      unit: 'reqps',
    }),
    lines(text('Odd traces', '异常链路'), {
      answers: text(
        'Which share of an entry looks like nothing that was learned?',
        '入口链路中有多少与所学截然不同？',
      ),
      exprs: {
        '{{service}} {{operation}}': 'topk(10, spanwatch_operation_outlier_ratio{service=~"$service"})',
      },
      unit: 'percentunit',
    }),
    lines(text('Refused by Spanwatch', '被 Spanwatch 拒绝'), {
      answers: text(
        'Do senders or readers show wrong tokens, or send what cannot be read?',
        '是否有错误令牌或无法读取的数据？',
      ),
      exprs: {
        'wrong tokens': 'rate(spanwatch_http_access_failures_total[$__rate_interval])',
        'OTLP {{code}}': 'sum by (code) (rate(spanwatch_otlp_requests_total[$__rate_interval]))',
      },
      unit: 'cps',
    }),
    lines(text('Names filed under (other)', '归入 (other) 的名称'), {
      answers: text('Does somebody flood with names?', '是否有人用大量名称灌入？'),
      exprs: {
        names: 'rate(spanwatch_overflowed_names_total[$__rate_interval])',
        unlisted: 'sum(spanwatch_unlisted_series)',
      },
    }),
    {
      ...rows(text('New call paths', '新调用路径'), {
        answers: text(
          'Which calls are there now that were not there before the chosen time?',
          '哪些调用是所选时间之前没有的？',
        ),
        expr: 'spanwatch_call_traces_per_second{service=~"$service"} > 0 unless (spanwatch_call_traces_per_second offset $since >= 0) and on() (count(spanwatch_call_traces_per_second offset $since) > 0)',
        unit: 'reqps',
      }),
    },
    rows(text('Unusual callers', '异常调用方'), {
      answers: text(
        'Which calls are at least three times as frequent as at the chosen time before?',
        '哪些调用频率至少是所选时间之前的三倍？',
      ),
      // Rates are of the last minute: of a process that had just begun they were small for no reason.
      expr: 'spanwatch_call_traces_per_second{service=~"$service"} / (spanwatch_call_traces_per_second offset $since > 0) > 3 and on (instance) timestamp(process_start_time_seconds offset $since) - process_start_time_seconds offset $since > 90',
    }),
    CALLS_IN_INCIDENTS,
    ERRORS_IN_INCIDENTS,
  ],
};
