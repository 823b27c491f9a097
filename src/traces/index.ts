export { DEFAULT_RECENT_TRACES, RecentTraces, type RecentTracesOptions } from './recent-traces.ts';
