/**
 * Text that shows as it is in every dialect of Markdown that chats have. Their escapes differ and are not documented, so
 * whatever could be markup, a tag, a mention or a link becomes the full-width character that looks like it; a person
 * still reads the name. An underscore between letters or digits means nothing in any of them, and stays.
 */
export function inertMarkdown(text: string): string {
  return (
    text
      .replace(/:\/\//g, '：／／')
      .replace(/(www|mailto)([.:])/gi, (_all, word: string, mark: string) => word + fullWidth(mark))
      // Character references are read by some of them: one of `@` would be a mention.
      .replace(/&(?=#|\w+;)/g, fullWidth)
      .replace(/[*`~<>[\]@\\|!]/g, fullWidth)
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, fullWidth)
      .replace(
        /^\s*[#>+=-]|^\s*\d+(?=[.)](?:\s|$))/,
        (start) => `\u200a${start.replace(/[#>+=-]/, fullWidth)}`,
      )
      .replace(/^\u200a(\d+)\./, '$1．')
      .replace(/^\u200a(\d+)\)/, '$1）')
  );
}

/** ASCII's printable characters have full-width forms, in the same order (Unicode, "Halfwidth and Fullwidth Forms"). */
function fullWidth(character: string): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0);
}

/** A link whose label and target end neither it nor one another. The URL is ours. */
export function markdownLink(label: string, url: string): string {
  const target = new URL(url).href.replace(/[()<>\s[\]*_`~\\|]/g, percentEncoded);
  return `[${inertMarkdown(label)}](${target})`;
}

function percentEncoded(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
}
