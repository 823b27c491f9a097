/** A text in both languages; which one a build takes is decided once, by `Locale`. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Locale = keyof Text;
export const LOCALES: readonly Locale[] = ['en', 'zh'];

export const text = (en: string, zh: string): Text => ({ en, zh });
