/* Words of the room: English here, other languages from the page's dictionary, which Django makes from its catalogues. */
let dictionary: Record<string, string> = {};

export function useDictionary(words: Record<string, string>): void {
  dictionary = words;
}

export function t(english: string, values: Record<string, string | number> = {}): string {
  return (dictionary[english] ?? english).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
