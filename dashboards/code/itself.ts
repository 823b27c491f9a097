import type { DashboardSpec } from './panels.ts';
import { lines, stat } from './stat.ts';
import { text } from './texts.ts';

const rate = (metric: string): string => `rate(${metric}[$__rate_interval])`;

export const ITSELF: DashboardSpec = {
  name: 'itself',
  title: text('Spanwatch / Itself', 'Spanwatch / 自身'),
  description: text(
    'Does Spanwatch judge all that comes, in time, and are messages delivered?',
    'Spanwatch 是否及时判定全部数据并送达消息？',
  ),
  variables: [],
  panels: [
    stat(text('Event time lag', '事件时间滞后'), {
      answers: text('How far is what was judged behind the clock?', '已判定数据落后时钟多久？'),
      expr: 'max(spanwatch_event_time_lag_seconds)',
      unit: 's',
      thresholds: [60, 300],
    }),
    stat(text('Load stage', '负载阶段'), {
      answers: text(
        '0 all is taken, 1 traces are shed, 2 senders are refused.',
        '0 全部接收，1 丢弃部分链路，2 拒绝发送方。',
      ),
      expr: 'max(spanwatch_load_stage)',
      unit: 'none',
      thresholds: [1, 2],
    }),
    stat(text('Memory of its bound', '内存占上限'), {
      answers: text(
        'How near is memory to the bound at which senders are refused?',
        '内存距离拒绝上限多近？',
      ),
      expr: 'max(spanwatch_memory_bound_ratio)',
      unit: 'percentunit',
      thresholds: [0.75, 0.9],
    }),
    stat(text('Oldest message', '最旧的消息'), {
      answers: text('How long does a message wait to be sent?', '消息等待发送多久？'),
      expr: 'max(spanwatch_outbox_oldest_seconds)',
      unit: 's',
      thresholds: [60, 600],
    }),
    stat(text('Learned components', '已学组件'), {
      answers: text('For how many components is it known what is normal?', '多少组件已有基线？'),
      expr: 'max(spanwatch_learned_components)',
    }),
    stat(text('Model age', '模型年龄'), {
      answers: text(
        'How long ago was what is learned last written? Absent until it was, and without learning.',
        '所学内容上次写入是多久之前？',
      ),
      expr: 'max(spanwatch_model_age_seconds)',
      unit: 's',
      thresholds: [10_800, 86_400],
    }),
    lines(text('Spans', 'Span 数'), {
      answers: text(
        'How many spans come, are late, are seen twice, are dropped or shed?',
        '接收、迟到、重复、丢弃的 span 各多少？',
      ),
      exprs: {
        received: `sum(${rate('spanwatch_received_spans_total')})`,
        late: rate('spanwatch_late_spans_total'),
        duplicate: rate('spanwatch_duplicate_spans_total'),
        dropped: rate('spanwatch_dropped_spans_total'),
        shed: rate('spanwatch_shed_spans_total'),
      },
      unit: 'cps',
    }),
    lines(text('Budget', '预算'), {
      answers: text(
        'Did it open as often as the budget of false alerts allows? Real incidents count too.',
        '开启次数是否符合误报预算？真实事件也计入。',
      ),
      exprs: { allowed: 'spanwatch_budget_openings', opened: 'spanwatch_openings_total' },
    }),
    lines(text('Outbox', '发件箱'), {
      answers: text('Are messages delivered, and by which channel not?', '消息是否送达，哪个渠道失败？'),
      exprs: {
        waiting: 'spanwatch_outbox_pending',
        'down: {{channel}}': 'spanwatch_channel_down',
        '{{channel}} {{outcome}}': 'spanwatch_notifications_total',
      },
    }),
    lines(text('Memory', '内存'), {
      answers: text('How much does the process hold, and what in?', '进程占用多少内存？'),
      exprs: { resident: 'process_resident_memory_bytes', heap: 'nodejs_heap_size_used_bytes' },
      unit: 'bytes',
    }),
    lines(text('Open traces and spans', '未关闭的链路与 span'), {
      answers: text('How much is being assembled?', '正在组装多少？'),
      exprs: { traces: 'spanwatch_open_traces', spans: 'spanwatch_open_spans' },
    }),
    lines(text('CPU and event loop', 'CPU 与事件循环'), {
      answers: text('How busy is the one thread?', '单线程有多忙？'),
      exprs: { cpu: rate('process_cpu_seconds_total'), 'loop lag': 'spanwatch_event_loop_mean_lag_seconds' },
      unit: 's',
    }),
    lines(text('Windows judged', '已判定窗口'), {
      answers: text(
        'Is judging going on? One window each ten seconds of event time.',
        '判定是否在进行？每十秒一个窗口。',
      ),
      exprs: { windows: rate('spanwatch_judged_windows_total') },
      unit: 'cps',
    }),
    lines(text('Components', '组件'), {
      answers: text('How much is watched, and how much of it is learned?', '监控多少，学到多少？'),
      exprs: { known: 'spanwatch_components', learned: 'spanwatch_learned_components' },
    }),
    lines(text('Disk', '磁盘'), {
      answers: text(
        'How much do the history and the journal hold, and do writes fail?',
        '历史与日志占多少，写入是否失败？',
      ),
      exprs: { history: 'spanwatch_history_bytes', journal: 'spanwatch_journal_bytes' },
      unit: 'bytes',
    }),
  ],
};
