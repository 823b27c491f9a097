import { enTexts } from './texts-en.ts';
import { zhTexts } from './texts-zh.ts';

export const PAGE_TEXTS = { en: enTexts, zh: zhTexts } as const;
