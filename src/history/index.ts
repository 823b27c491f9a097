export type { HistoryWindow } from './encode-window.ts';
export { History, type HistoryOptions } from './history.ts';
export type { ComponentNow, ComponentSeries, HistoryReader, SeriesPoint, SeriesQuery } from './port.ts';
export type { HistoryRecord } from './record.ts';
