import { text } from './markup.ts';

export interface Shown {
  /** "English: opened" */
  readonly title: string;
  readonly parts: readonly string[];
}

const STYLE = `
  body { font: 14px/1.45 system-ui, sans-serif; margin: 24px; max-width: 1240px; color: #1f2328; background: #fff; }
  .note { background: #fff8c5; border: 1px solid #d4a72c; padding: 8px 12px; border-radius: 6px; }
  .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 24px; align-items: start; }
  .message { border: 1px solid #d1d9e0; border-radius: 8px; padding: 8px 14px; margin: 8px 0; overflow-wrap: anywhere; }
  h2 { font-size: 15px; color: #59636e; margin: 20px 0 4px; }
  h3 { font-size: 16px; margin: 4px 0 8px; }
  p { margin: 6px 0; } ul { margin: 4px 0; }
  .muted { color: #59636e; font-size: 12px; }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 0 16px; }
  .button { display: inline-block; border: 1px solid #d1d9e0; border-radius: 6px; padding: 3px 10px; margin: 2px 0; color: inherit; text-decoration: none; }
  .button.primary { background: #007a5a; color: #fff; }
  .band { color: #fff; margin: -8px -14px 8px; padding: 8px 14px; border-radius: 8px 8px 0 0; }
  .band.red { background: #d1242f; } .band.orange { background: #bc4c00; } .band.green { background: #1a7f37; } .band.grey { background: #59636e; }
  .Attention { color: #d1242f; } .Warning { color: #9a6700; } .Good { color: #1a7f37; }
  pre { white-space: pre-wrap; font-size: 12px; background: #f6f8fa; padding: 8px; border-radius: 6px; margin: 4px 0; }
  code { background: #f6f8fa; padding: 1px 4px; border-radius: 4px; font-size: 12px; }
  table { border-collapse: collapse; } th { white-space: nowrap; text-align: left; vertical-align: top; padding-right: 12px; font-weight: 600; } td { vertical-align: top; }
`;

/** One channel's page: both languages beside each other, opening, escalation and end below each other. */
export function pageOf(channel: string, rows: readonly (readonly [Shown, Shown])[]): string {
  const cells = rows
    .flatMap((row) => row)
    .map(({ title, parts }) => {
      const messages = parts.map((part) => `<div class="message">\n${part}\n</div>`);
      return `<section>\n<h2>${text(title)}</h2>\n${messages.join('\n')}\n</section>`;
    });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${text(channel)}: what a replayed fault looks like</title>
<style>${STYLE}</style>
<h1>${text(channel)}</h1>
<p class="note">A rendering by Spanwatch's tests of what it sent, not a picture of the product. The fault is simulated: payment slow by 60 ms, then by 1.5 s, judged by the demo's model.</p>
<div class="columns">
${cells.join('\n')}
</div>
</html>
`;
}
