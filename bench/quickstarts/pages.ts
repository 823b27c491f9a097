/** docs/quickstart-NAME.md */
export const PAGES = ['jaeger', 'kafka', 'elasticsearch'] as const;
export type PageName = (typeof PAGES)[number];
