/** Hosts that the sender's own links go to: a link to any other was made by text. */
const OWN_HOSTS = ['jaeger', 'jaeger.example', 'spanwatch.example', 'x', 'localhost', '127.0.0.1'];

/**
 * What in a chat's Markdown was not the sender's doing: links to other hosts, mentions, tags, emphasis, code, headings or
 * quotes inside of text. The sender's own are headings and lists at the start of a line, bold labels and links.
 */
export function brokenMarkdown(markdown: string): string[] {
  const broken: string[] = [];
  for (const line of markdown.split('\n')) {
    const rest = line
      .replace(/^(?:#{1,6} |- |\d+\. )/, '')
      .replace(/\[([^[\]]*)\]\((https?:\/\/[^\s()]+)\)/g, (whole, label: string, url: string) =>
        OWN_HOSTS.includes(new URL(url).hostname) ? label : whole,
      )
      .replace(/^\*\*([^*]+)\*\*/, '$1');
    const found = /[*`~<>[\]@\\]|:\/\/|www\.|&#?\w+;|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u.exec(rest);
    if (found !== null) broken.push(`markup that is not ours: ${JSON.stringify(rest.slice(0, 80))}`);
    if (/^\s*(?:#|>|\d+\. \d+\. )/.test(rest))
      broken.push(`a heading, quote or list of text: ${rest.slice(0, 80)}`);
  }
  return broken;
}
