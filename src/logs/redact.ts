/** What is taken out of a line, and what stands there instead. */
export interface Redaction {
  readonly pattern: string;
  /** `$1` is the pattern's first group; default `***`. */
  readonly instead?: string;
}

export type Redact = (text: string) => string;

/** Longer than any line that is shown: what is beyond is not looked at, since it is cut. */
const LOOKED_AT = 8_000;
const GONE = '***';

/**
 * What nobody wants in a chat, whoever logged it. Passwords and the like by their name, tokens by their form (RFC 7519
 * for `eyJ...`, the vendors' documented prefixes), e-mail addresses, and card numbers by their length (ISO/IEC 7812-1:
 * up to 19 digits) and check digit.
 */
const STANDARD: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs, GONE],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*/g, GONE],
  [/\b(bearer|basic|digest|negotiate|GenieKey)\s+[\w.~+/=:-]{6,}/gi, `$1 ${GONE}`],
  [
    /\b(?:xox[abeoprs]|xapp)-[\w-]{8,}|\bgh[opsru]_\w{16,}|\bglpat-[\w-]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bsk-[\w-]{16,}/g,
    GONE,
  ],
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*:\s*)[^\r\n"']+/gi, `$1$2${GONE}`],
  [/:\/\/[^\s/:@"']{1,200}:[^\s/@"']{1,200}@/g, `://${GONE}@`],
  [
    /((?:^|[^A-Za-z])(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|client[-_ ]?secret|authorization|credentials?|session(?:[-_ ]?id)?|(?:set-)?cookie|cvv2?|cvc2?|pin|otp)\\?["']?\s*(?:=>|[:=])\s*)(\\?["'])((?:(?!\2).){1,2000})\2?/gi,
    `$1$2${GONE}$2`,
  ],
  [
    /((?:^|[^A-Za-z])(?:[a-z]+[-_])*?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|authorization|credentials?|session(?:[-_ ]?id)?|(?:set-)?cookie|cvv2?|cvc2?|pin|otp)\s*(?:=>|[:=])\s*)([^\s"',;&})\]]+)/gi,
    `$1${GONE}`,
  ],
  [/[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g, GONE],
];

/** 13 to 19 digits, in groups or not. */
const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g;

/**
 * Takes out what should not be told: what `STANDARD` knows unless `standard` is false, and what the configuration adds.
 * Throws a `SyntaxError` on a pattern that is none.
 */
export function createRedact({
  standard,
  more,
}: {
  readonly standard: boolean;
  readonly more: readonly Redaction[];
}): Redact {
  const own = more.map(({ pattern, instead = GONE }) => [new RegExp(pattern, 'g'), instead] as const);
  const all = standard ? [...own, ...STANDARD] : own;
  return (text) => {
    let left = text.slice(0, LOOKED_AT);
    for (const [pattern, instead] of all) left = left.replace(pattern, instead);
    return standard ? left.replace(CARD, (digits) => (hasCheckDigit(digits) ? GONE : digits)) : left;
  };
}

/** ISO/IEC 7812-1, annex B: every second digit from the right counts twice, the sum is a multiple of ten. */
function hasCheckDigit(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const twice = digit * 2;
    sum += i % 2 === 0 ? digit : twice > 9 ? twice - 9 : twice;
  }
  return sum > 0 && sum % 10 === 0;
}
