import type { ComponentKind } from '../domain/component.ts';

/**
 * ln of the Bayes factor of a shift against none, for an observation that lies `z` standard errors off: the shift has a
 * half-normal prior of width `priorShift` (Jeffreys, Theory of Probability, 5.2; Wakefield 2009 for the closed form):
 *
 *     r = priorShift^2 / (priorShift^2 + se^2),   ln B = z^2 r / 2 + ln(1 - r) / 2
 *
 * for z in the direction asked for, else ln(1 - r) / 2. With a large standard error it tends to 0: too little evidence
 * is no evidence either way. P(ln B > x | no shift) <= exp(-x), whatever the number of traces.
 */
export function logBayesFactor(z: number, standardError: number, priorShift: number): number {
  const r = priorShift ** 2 / (priorShift ** 2 + standardError ** 2);
  return Math.log1p(-r) / 2 + (z > 0 ? (z * z * r) / 2 : 0);
}

/**
 * The shift that a fault makes, by kind: a factor e for latency, a fifth of the traces for ratios, half of the calls.
 * The factor depends on it only logarithmically.
 */
export function priorShift(kind: ComponentKind, level: number): number {
  switch (kind) {
    case 'error':
    case 'outlier':
    case 'shape':
      return 0.2;
    case 'calls':
    case 'traffic':
      return 0.5 * Math.max(level, 0.1);
    default:
      return 1;
  }
}
